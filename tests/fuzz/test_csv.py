"""Text files of every dialect and of none."""

from __future__ import annotations

import io
from csv import QUOTE_ALL, QUOTE_MINIMAL, writer
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from fuzz.rough import fuzz, spoilt_bytes, survives
from oracle import book, strategies

if TYPE_CHECKING:
    from pathlib import Path

    from oracle.strategies import Practice

BOOK = book.load()
ENCODINGS = ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "mac_roman", "utf-32", "cp037"]
COMMANDS = [
    ["check", "{}"], ["check", "{}", "--format", "json"], ["columns", "{}"], ["explain", "{}", "--at", "3"],
    ["threshold", "show", "{}"], ["measures", "simulate", "{}"],
]  # fmt: skip
CELLS = [
    "",
    " ",
    '"',
    "'",
    "=1+1",
    "@SUM(A1)",
    "-",
    "\u202e",
    "\ufeff",
    "é" * 200,
    "A" * 70_000,
    "a\nb",
    "\r",
    "1E+15",
    "#N/A",
]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A practice in some dialect, at times with strange cells, then at times with spoilt bytes."""
    practice: Practice = draw(strategies.practices(BOOK, max_rows=12))
    rows = [list(practice.columns), *([row.get(key, "") for key in practice.columns] for row in practice.rows)]
    for _ in range(draw(st.integers(0, 3))):
        row = draw(st.sampled_from(rows))
        if row:
            row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(CELLS))
    if draw(st.booleans()):
        row = draw(st.sampled_from(rows))
        row[:] = draw(st.sampled_from([row[:1], [*row, *row], [], ["Total", *row[1:]], rows[0]]))
    text = io.StringIO(newline="")
    separator = draw(st.sampled_from([";", ";", ",", "\t", "|", ":", " "]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quoting = draw(st.sampled_from([QUOTE_MINIMAL, QUOTE_ALL]))
    writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    head = draw(st.sampled_from(["", "", "", f"sep={separator}{end}", f"Export du mois{end}{end}"]))
    data = (head + text.getvalue()).encode(draw(st.sampled_from(ENCODINGS)), "replace")
    return draw(st.one_of(st.just(data), spoilt_bytes(data)))


@fuzz(20, 700, data=files(), command=st.sampled_from(COMMANDS), piped=st.booleans())
def test_a_text_file_of_any_kind(folder: Path, data: bytes, command: list[str], piped: bool) -> None:
    file = folder / "actes.csv"
    file.write_bytes(data)
    words = [word.format("-" if piped else file) for word in command]
    dated = [] if command[0] == "columns" else ["--as-of", "2026-11-22"]
    survives(*words, *dated, stdin=data if piped else b"")


@fuzz(10, 300, data=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_bytes_of_nothing_at_all(folder: Path, data: bytes) -> None:
    file = folder / "actes.csv"
    file.write_bytes(data)
    survives("check", str(file))
    survives("columns", str(file))
