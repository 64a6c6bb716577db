"""What the streams of the process need before anything is printed: a fallback for characters, French for click."""

from __future__ import annotations

import codecs
import gettext
import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOMAIN = "a9"
_LOCALE = os.path.join(os.path.dirname(__file__), "locale")
_FALLBACK = "a9-terminal"


def _fall_back(error: UnicodeError) -> tuple[str | bytes, int]:
    from avenant9.wording import register_fallback  # noqa: PLC0415 - only when a character is lacking

    return codecs.lookup_error(register_fallback())(error)


def prepare_streams() -> None:
    """Make stdout and stderr replace what their encoding lacks (`EUR` for `€`) instead of failing."""
    _hold_places()
    _buffer_stdout()
    codecs.register_error(_FALLBACK, _fall_back)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=_FALLBACK)


def _hold_places() -> None:
    """Where the process was started without some of its streams (`2>&-`), no other file may take their numbers:
    what is said to a closed stderr would go into it, or to stdout. A closed stdin or stdout stays None: what needs
    it fails by name."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as the process


def _buffer_stdout() -> None:
    """Under PYTHONUNBUFFERED, text goes to the file as such, and what a full disk or a limit did not take is lost
    without an error: a buffer writes again, and fails."""
    stream = sys.stdout
    if stream is sys.__stdout__ and isinstance(stream, io.TextIOWrapper) and isinstance(stream.buffer, io.FileIO):
        again = io.FileIO(stream.fileno(), "wb", closefd=False)
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(again), encoding=stream.encoding, line_buffering=True)


@contextmanager
def french() -> Iterator[None]:
    """Give click's own messages in French meanwhile.

    click calls `gettext.gettext`, which looks for a catalogue by the LANGUAGE variable on each call: that variable
    and the process's text domain are set here and put back after.
    """
    domain, language = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(_DOMAIN, _LOCALE)
    gettext.textdomain(_DOMAIN)
    os.environ["LANGUAGE"] = "fr"
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if language is None:
            os.environ.pop("LANGUAGE", None)
        else:
            os.environ["LANGUAGE"] = language


@contextmanager
def or_lost() -> Iterator[None]:
    """What is written to stderr meanwhile is lost where nothing can be written there."""
    try:
        yield
    except OSError:
        silence(sys.stderr)  # what it still holds would fail again at the end of the process, which would tell


def silence(stream: TextIO) -> None:
    """Send the rest to nowhere: the reader at the other end of the pipe is gone."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass
