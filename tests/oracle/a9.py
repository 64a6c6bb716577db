"""The command, in this process: quick enough to be run hundreds of times."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ran(NamedTuple):
    """What a run left."""

    code: int
    stdout: str
    stderr: str


def run(*words: str) -> int:
    """The exit code; nothing is shown."""
    return ran(*words).code


def ran(*words: str, stdin: bytes = b"") -> Ran:
    """One command; the streams are files of bytes in UTF-8, as of a process."""
    from a9.main import run as command

    with _streams(stdin) as (stdout, stderr):
        code = command(list(words))
        for stream in (stdout, stderr):
            stream.flush()
        said = [stream.buffer.getvalue().decode("utf-8", "replace") for stream in (stdout, stderr)]  # type: ignore[attr-defined]
    return Ran(code, *said)


@contextmanager
def _streams(stdin: bytes) -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    before = sys.stdin, sys.stdout, sys.stderr
    stdout, stderr = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    sys.stdin, sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"), stdout, stderr
    try:
        yield stdout, stderr
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
