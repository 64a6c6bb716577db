"""The process of the native reader: it may be started before it is needed, so that its imports take nobody's time.

Standard library only: the command calls `start` before it imports anything heavy.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from pathlib import Path

_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
#: What an early reader may take before the preflight has measured the workbook, in bytes of address space.
_EARLY_MEMORY = 6 * 2**30
#: A smaller file is read in no time: its reader imports, and waits for the preflight. Crafted files are small.
_EARLY_SIZE = 2**20
_early: dict[str, tuple[subprocess.Popen[bytes], bool]] = {}


def start_for(files: tuple[str, ...]) -> None:
    """Has the visible sheets of a lone workbook read at once, in the child, before anything trusts it.

    The child is harmless: it has a memory limit, and whoever takes it kills it when the preflight refuses the file.
    """
    if len(files) == 1 and _looks_like_a_workbook(files[0]):
        path = os.path.abspath(files[0])
        child, asked = _spawn(), os.path.getsize(path) >= _EARLY_SIZE
        _early[path] = (child, asked)
        atexit.register(_end, child)
        if asked:
            ask(child, path, None, _EARLY_MEMORY)


def take(path: str) -> tuple[subprocess.Popen[bytes], bool]:
    """A reader for `path`, and whether it was asked for the visible sheets already."""
    early = _early.pop(os.path.abspath(path), None)
    return early if early is not None else (_spawn(), False)


def ask(
    child: subprocess.Popen[bytes],
    path: str,
    sheets: list[str] | None,
    memory: int,
    far: dict[str, str] | None = None,
) -> bool:
    """Gives a reader its job (`sheets` None: all visible ones); False when it is dead."""
    job = {"path": os.path.abspath(path), "sheets": sheets, "memory": memory, "far": far or {}}
    try:
        if child.stdin is not None:
            child.stdin.write(json.dumps(job).encode() + b"\n")
            child.stdin.flush()
    except OSError:
        return False
    return True


def _spawn() -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "avenant9.acts.native"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a native abort may quote what it was reading
        env={**os.environ, "PYTHONPATH": paths, "POLARS_MAX_THREADS": "2"},  # each thread reserves memory
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
        child.wait()


def _looks_like_a_workbook(file: str) -> bool:
    try:
        path = Path(file)
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            return stream.read(4) in _WORKBOOK
    except OSError:
        return False
