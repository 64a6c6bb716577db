"""What every run of a spoilt file is held to, and how text and bytes are spoilt."""

from __future__ import annotations

import re
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from oracle import a9

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
#: Seconds that a run may take, on a machine that does other things too.
PATIENCE = 60
#: Address space that the process may add during a run.
MEMORY = 4 * 2**30
ROUGH = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
#: Shrinking costs more than it tells in a run that may take a second.
AS_FOUND = (Phase.explicit, Phase.generate)


def fuzz(
    few: int, many: int, **drawn: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test over spoilt files: the same few in the short form, many new ones in the long form."""

    def of(test: Callable[..., None]) -> Callable[..., None]:
        @pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.slow)])
        def both(examples: int, tmp_path: Path) -> None:
            @settings(ROUGH, max_examples=examples, derandomize=examples == few, phases=AS_FOUND)
            @given(**drawn)
            def one(**values: Any) -> None:
                test(folder=tmp_path, **values)

            with limited():
                one()

        both.__name__, both.__doc__ = test.__name__, test.__doc__
        return both

    return of


@contextmanager
def limited() -> Iterator[None]:
    """Less memory than the machine has, where the system can."""
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


class Hangs(BaseException):
    """The run took longer than anybody waits."""


@contextmanager
def impatient() -> Iterator[None]:
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def end(*_: object) -> None:
        raise Hangs

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


SENTENCE = re.compile(r"[.!?…»:]$")
#: The draft of a mapping, below the sentence that asks for one.
DRAFT = re.compile(r"^(#|\[|\w+ = \".*\"$|$)")


def survives(*words: str, stdin: bytes = b"", codes: tuple[int, ...] = (0, 1, 2, 3)) -> int:
    """The run ends with a documented code, in French sentences, in a while; returns the code."""
    start = time.monotonic()
    with impatient():
        ran = a9.ran(*words, stdin=stdin)
    assert ran.code in codes, (words, ran.code, ran.stderr[-2000:])
    assert "Traceback" not in ran.stderr, ran.stderr
    assert "Traceback" not in ran.stdout
    if ran.code in (2, 3):
        assert ran.stderr.strip(), words
    for line in ran.stderr.splitlines():
        told = SENTENCE.search(line.rstrip()) or DRAFT.search(line)
        assert told or line.startswith(("Usage", "Essayez", " ")), line
        assert not re.search(r"\b(Error|Exception|error|invalid|expected|unexpected|NoneType)\b", line), line
    assert time.monotonic() - start < PATIENCE
    return ran.code


# --- spoiling ---------------------------------------------------------------------------------------------

VALUES = [
    "-1", "0", "1", "99999999999999999999", "1e400", "-1e308", "nan", "inf", "0.1", "true", "[]", "{}", '""', "[[]]",
    '"x"', "9999-12-31", "0001-01-01", "2024-02-29", "2023-02-29", "08:30:00", "1979-05-27T07:32:00Z", '"open"',
    "'\\u202e'", '"é"', '["a", 1]', "{ a = 1 }", '"2022-01-01"', '"' + "A" * 5000 + '"',
]  # fmt: skip


@st.composite
def spoilt_text(draw: st.DrawFn, texts: list[str]) -> str:
    """One of the texts with some of its lines or values changed."""
    lines = draw(st.sampled_from(texts)).split("\n")
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        how = draw(st.integers(0, 7))
        line = lines[place]
        if how <= 3 and "=" in line:  # most often a value: what is no TOML at all is soon refused
            lines[place] = line.split("=")[0] + "= " + draw(st.sampled_from(VALUES))
        elif how == 4:
            lines.insert(draw(st.integers(0, len(lines))), line)
        elif how == 5 and len(lines) > 1:
            del lines[place]
        elif how == 6 and line:
            at = draw(st.integers(0, len(line) - 1))
            lines[place] = (
                line[:at]
                + draw(st.sampled_from(['"', "[", "]", "=", "\\", "\0", "\u202e", "é", "#", ""]))
                + line[at + 1 :]
            )
        elif line:
            lines[place] = line.replace(draw(st.sampled_from(line)), draw(st.characters(exclude_categories=["Cs"])))
    return "\n".join(lines)


@st.composite
def spoilt_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes flipped, cut out, doubled, or the end missing."""
    spoilt = bytearray(data)
    for _ in range(draw(st.integers(1, 5))):
        if not spoilt:
            break
        place = draw(st.integers(0, len(spoilt) - 1))
        how = draw(st.integers(0, 4))
        if how <= 1:
            spoilt[place] ^= draw(st.integers(1, 255))
        elif how == 2:
            del spoilt[place : place + draw(st.integers(1, 64))]
        elif how == 3:
            spoilt[place:place] = spoilt[place : place + draw(st.integers(1, 64))]
        else:
            del spoilt[place:]
    return bytes(spoilt)
