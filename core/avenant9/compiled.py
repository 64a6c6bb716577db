"""What is made of the package's own files, kept as Python keeps modules: beside them, while none of them changes.

Reading the rule files takes a quarter of a second, the same objects from one file a hundredth. Where nothing may be
written, or what was written cannot be read, they are made again.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import sys
from functools import partial
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PACKAGE = Path(__file__).parent
#: What is made with them changes when they do.
_LIBRARIES = ("holidays", "pydantic")
_MODULES = ("avenant9", "builtins", "collections", "datetime", "decimal", "fractions", "pathlib", "pydantic", "types")

T = TypeVar("T")


def compiled(name: str, build: Callable[[], T]) -> T:
    """What `build` makes of the shipped files, or made when it was last called on the same ones."""
    return _kept(name, build, _fingerprint)


def table(place: str) -> dict[str, Any]:
    """A TOML file of the package, by its place in it: `acts/columns.toml`."""
    path = _PACKAGE / place
    return _kept(path.stem, partial(_read_toml, path), lambda: (sys.version, _seen(str(path), path.stat())))


def _read_toml(path: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - only where it was not kept

    return tomllib.loads(path.read_text(encoding="utf-8"))


def _kept(name: str, build: Callable[[], T], stamped: Callable[[], tuple[Any, ...]]) -> T:
    """What `build` made, or made earlier while the stamp was the same."""
    path = Path(cache_from_source(str(_PACKAGE / "rules" / f"{name}.py"))).with_suffix(".pickle")
    with contextlib.suppress(Exception):
        kept: T = _loads(path.read_bytes(), stamped())
        return kept
    made = build()
    if not sys.dont_write_bytecode:
        with contextlib.suppress(Exception):
            _write(path, made, stamped())
    return made


def _write(path: Path, made: object, stamp: tuple[Any, ...]) -> None:
    import tempfile  # noqa: PLC0415 - only where something is made

    content = pickle.dumps((stamp, made), pickle.HIGHEST_PROTOCOL)
    _loads(content, stamp)  # what could not be read again is not kept
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)


def _loads(content: bytes, stamp: tuple[Any, ...]) -> Any:
    kept, made = _Unpickler(io.BytesIO(content)).load()
    if kept != stamp:
        raise pickle.UnpicklingError("another law, or other code")
    return made


class _Unpickler(pickle.Unpickler):
    """Knows only the classes of the law: a stand-in that a test puts for `date`, say, is not kept."""

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] not in _MODULES:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def _fingerprint() -> tuple[Any, ...]:
    """What the law depends on: every file of the package, by name, size and time, and what reads them."""
    found = (spec.origin for spec in map(find_spec, _LIBRARIES) if spec and spec.origin)
    libraries = tuple(_seen(path, os.stat(path)) for path in found)
    return sys.version, libraries, tuple(sorted(_files(os.fspath(_PACKAGE))))


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            elif entry.name.endswith((".py", ".toml", ".csv")):
                yield _seen(entry.path, entry.stat())


def _seen(path: str, told: os.stat_result) -> tuple[str, int, int]:
    return path, told.st_size, told.st_mtime_ns
