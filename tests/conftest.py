"""What all tests share: compiled modules, and the law as it is kept, whatever the surroundings say of them."""

from __future__ import annotations

import os
import tempfile

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
