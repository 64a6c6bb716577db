"""A file read while the command still imports and loads what it needs: both take a while, on different cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Thread
from typing import NamedTuple

from avenant9.acts.child import stopped
from avenant9.acts.raw import RawSheet
from avenant9.acts.read import read_file

_Read = tuple[list[RawSheet], list[str]]


class _Asked(NamedTuple):
    path: str
    hidden: bool
    sheets: tuple[str, ...]


_begun: dict[_Asked, Future[_Read]] = {}
_threads: list[Thread] = []


def begin(path: str, *, hidden: bool = False, sheets: Sequence[str] = ()) -> None:
    """Begins to read a regular file (another one may never end), as `read_file` would when it is asked for."""
    asked = _Asked(path, hidden, tuple(sheets))
    if path == "-" or not os.path.isfile(path):
        return
    read: Future[_Read] = Future()
    _begun[asked] = read

    def run() -> None:
        try:
            read.set_result(read_file(path, hidden=hidden, sheets=sheets))
        except BaseException as error:  # told where the file is asked for, if it ever is
            read.set_exception(error)

    thread = Thread(target=run)
    thread.start()
    _threads.append(thread)


def end() -> None:
    """Gives up what was begun and nobody took: a process cannot end well before its threads."""
    with stopped():
        for thread in _threads:
            thread.join()
    _threads.clear()
    _begun.clear()


def take(path: str, *, hidden: bool, sheets: Sequence[str]) -> Future[_Read] | None:
    """What was begun of this file, to be waited for, once; None where nothing was begun in this way."""
    return _begun.pop(_Asked(path, hidden, tuple(sheets)), None)
