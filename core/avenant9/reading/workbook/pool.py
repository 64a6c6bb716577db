"""The processes of the native reader: they may be started before they are needed, so that their imports take nobody's
time.

Standard library only: the command calls `start_for` before it imports anything heavy.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

#: What reads a file, by its first bytes.
_READERS = {b"PK\x03\x04": "worker", b"\xd0\xcf\x11\xe0": "xls_worker"}
#: A reader more for each part of a workbook of this size (some 15,000 rows, read while one starts), up to the cores
#: there are, and never more than MOST.
_SHARE, MOST = 2**20, 4
_early: dict[str, list[subprocess.Popen[bytes]]] = {}
_all: set[subprocess.Popen[bytes]] = set()
_stopped = threading.Event()


def start_for(files: tuple[str, ...]) -> None:
    """Starts the readers of a lone workbook, which wait until the preflight trusts it."""
    if len(files) == 1 and _reader(files[0]):
        path = os.path.abspath(files[0])
        _early[path] = _start(path)


@contextmanager
def stopped() -> Iterator[None]:
    """Ends the readers of a command that is over or gave up; in the block none is started, so that who waits for one
    waits no longer."""
    _stopped.set()
    _early.clear()
    for child in list(_all):
        end(child)
    try:
        yield
    finally:
        _stopped.clear()


def end(child: subprocess.Popen[bytes]) -> None:
    """Ends a reader, whatever it is doing."""
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    child.wait()
    _all.discard(child)


@contextmanager
def ended(children: list[subprocess.Popen[bytes]]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """These readers, which never outlive the block."""
    try:
        yield children
    finally:
        for child in children:
            end(child)


def take(path: str) -> list[subprocess.Popen[bytes]]:
    """The readers for `path`: one at least."""
    return _early.pop(os.path.abspath(path), None) or _start(path)


def ask(child: subprocess.Popen[bytes], job: dict[str, Any], *after: bytes) -> bool:
    """Gives a reader a job (see `worker`, `xls_worker`); False when it is dead."""
    try:
        if child.stdin is not None:
            child.stdin.write(json.dumps(job).encode() + b"\n")
            for data in after:
                child.stdin.write(data)
            child.stdin.flush()
    except (OSError, ValueError):  # it died, or was ended: its pipe is closed
        return False
    return True


def _start(path: str) -> list[subprocess.Popen[bytes]]:
    parts = 1 + os.path.getsize(path) // _SHARE
    module = _reader(path) or "worker"
    return [spawn(module) for _ in range(1 if module == "xls_worker" else min(parts, os.cpu_count() or 1, MOST))]


def spawn(module: str = "worker") -> subprocess.Popen[bytes]:
    """One reader."""
    if _stopped.is_set():
        raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
    root = str(Path(__file__).resolve().parents[3])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", f"avenant9.reading.workbook.{module}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a native abort may quote what it was reading
        env={**os.environ, "PYTHONPATH": paths, "POLARS_MAX_THREADS": "2"},  # each thread reserves memory
    )
    _all.add(child)
    return child


def _reader(file: str) -> str | None:
    """What reads a file; None where it is no workbook, or none that can be seen."""
    try:
        path = Path(file)
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            return _READERS.get(stream.read(4))
    except OSError:
        return None
