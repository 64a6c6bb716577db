"""A file read while the command still imports and loads what it needs: both take a while, on different cores."""

from __future__ import annotations

import os
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, BinaryIO

from avenant9.reading.read import Read, read_file
from avenant9.reading.workbook.pool import stopped

if TYPE_CHECKING:
    from avenant9.reading.sheets import Request

_begun: dict[tuple[str, Request], Future[Read]] = {}
_threads: list[Thread] = []


def begin(path: str, request: Request) -> None:
    """Begins to read a regular file (another one may never end), as `read` will when it is asked for."""
    if path == "-" or not os.path.isfile(path):
        return
    reading: Future[Read] = Future()
    _begun[path, request] = reading

    def run() -> None:
        try:
            reading.set_result(read_file(path, request))
        except BaseException as error:  # told where the file is asked for, if it ever is
            reading.set_exception(error)

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


def read(path: str, request: Request, stdin: BinaryIO | None = None) -> Read:
    """What was begun of this file, waited for, once; else it is read now. Raises as `read_file`."""
    begun = _begun.pop((path, request), None)
    return begun.result() if begun is not None else read_file(path, request, stdin)
