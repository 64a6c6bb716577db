"""What all tests share: compiled modules, and the law as it is kept, whatever the surroundings say of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

#: Tests share the cores between processes: threads of each that wait for one another would only be in their way.
os.environ.setdefault("POLARS_MAX_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    """Where Python is told to keep nothing, it keeps what it compiles for these tests alone: each of the commands
    that they start would compile all of it again, which takes as long as most of them."""
    if not hasattr(config, "workerinput") and os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        kept = tempfile.TemporaryDirectory(prefix="a9-tests-")
        config.add_cleanup(kept.cleanup)
        os.environ["PYTHONPYCACHEPREFIX"] = kept.name


@pytest.fixture(scope="module")
def read_once() -> Iterator[None]:
    """Where what is tested comes after the check: the commands of a module read the same files once, and check them
    once for all that ask the same."""
    import avenant9.cases  # noqa: F401 - imported below, it would keep for good what stands there for `load_acts`
    from avenant9 import engine, shifts
    from avenant9.acts import load
    from avenant9.reading import prefetch
    from avenant9.reading.workbook import pool
    from avenant9.reconcile import billed

    with (
        patch.object(load, "load_acts", _kept(load.load_acts, _read)),
        patch.object(shifts, "load_activity", _kept(shifts.load_activity, _read)),
        patch.object(billed, "load_billed", _kept(billed.load_billed, _read)),
        patch.object(engine, "check", _kept(engine.check, lambda acts, rules, asked: (id(acts), id(rules), asked))),
        patch.object(prefetch, "begin"),
        patch.object(pool, "start_for"),
    ):
        yield


def _read(files: Sequence[str], nomenclature: Any, options: Any = None, _stdin: Any = None) -> Any:
    """What tells what is read: standard input is never the same."""
    if "-" in files:
        return object()
    states = [(Path(file).resolve(), Path(file).stat().st_mtime_ns) for file in files if Path(file).exists()]
    return states, list(files), id(nomenclature), options


def _kept(call: Callable[..., Any], telling: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which looks up what it gave for arguments that it was told before."""
    kept: list[tuple[Any, Any, Any]] = []  # with the arguments, so that the ids of these remain theirs

    def once(*given: Any) -> Any:
        told = telling(*given)
        for earlier, _, found in kept:
            if earlier == told:
                return found
        found = call(*given)
        kept.append((told, given, found))
        return found

    return once
