"""The process of the native reader: it may be started before it is needed, so that its imports take nobody's time.

Standard library only: the command calls `start` before it imports anything heavy.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from pathlib import Path

_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_idle: list[subprocess.Popen[bytes]] = []


def start_for(files: tuple[str, ...]) -> None:
    """Starts a reader if one of `files` looks like a workbook; whoever takes it decides what it really is."""
    if not _idle and any(_looks_like_a_workbook(file) for file in files):
        _idle.append(_spawn())
        atexit.register(_end, _idle[-1])


def take() -> subprocess.Popen[bytes]:
    """A reader waiting for its job: the one that was started, else a new one."""
    return _idle.pop() if _idle else _spawn()


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
