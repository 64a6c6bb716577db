"""Rows of an ods of which all cells are plain: they are taken as bytes, some six times as fast as they are parsed.

A cell is plain as LibreOffice writes most: a text, a number or a day, shown in one paragraph without entities; or
nothing, repeated or not. Any other row is left to the parser, which also learns from a row put in their place where
the plain ones stood: what makes them none of a sheet (a shape, another table) is judged there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from avenant9.reading.workbook import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Repetitions (of an empty cell), type, value and text of a cell.
PlainCell = tuple[bytes, bytes, bytes, bytes]
#: The attribute of a row that stands for plain ones: which they were.
RUN = "plain-rows"

_END = b"</table:table-row>"
_TYPE = rb"string|float|percentage|currency|date"
_CELL = (
    rb'<table:table-cell(?: table:style-name="[^"<&]*+")?'
    rb'(?:(?: table:number-columns-repeated="([1-9][0-9]{0,4})")?/>|'
    rb' office:value-type="(' + _TYPE + rb')"(?: office:currency="[A-Z]*+")?'
    rb'(?: office:(?:date-)?value="([0-9.:TeE+-]++)")? calcext:value-type="(?:' + _TYPE + rb')">'
    rb"<text:p>([^<&\x00-\x1f]*+)</text:p></table:table-cell>)"
)
#: Of what is repeated, nothing is captured, and no group is possessive: before 3.11.5, Python loses its place there.
_BARE = re.sub(rb"\((?!\?)", b"(?:", _CELL)
_ROW = rb'<table:table-row(?: table:style-name="[^"<&]*+")?>(?:' + _BARE + rb")+" + _END
_CELLS, _ROWS = re.compile(_CELL), re.compile(rb"(?:" + _ROW + rb")+")
_UTF8 = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml [^>]*?encoding=["']utf-8["']""", re.IGNORECASE)


class PlainRows:
    """Takes plain rows out of the part of an ods, and has their cells when they are asked for."""

    def __init__(self) -> None:
        self._runs: dict[str, bytes] = {}
        self._count = 0

    def taken_out(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks of the part, one row in place of each run of plain ones: repeated as often as they were many,
        it says which they are (RUN)."""
        waiting, taking = b"", None
        for data in chunks:
            taking = bool(_UTF8.match(data)) if taking is None else taking
            piece = waiting + data
            taking = taking and b"<!" not in piece  # a comment or CDATA may hide anything
            cut = piece.rfind(_END) + len(_END) if taking and _END in piece else 0
            if not taking or len(piece) - cut > limits.MAX_CELL:
                cut = len(piece)
            yield _ROWS.sub(self._taken, piece[:cut]) if taking else piece[:cut]
            waiting = piece[cut:]
        yield waiting

    def _taken(self, found: re.Match[bytes]) -> bytes:
        self._count += 1
        self._runs[str(self._count)] = found[0]
        row = '<table:table-row table:number-rows-repeated="{}" {}="{}"/>'
        return row.format(found[0].count(_END), RUN, self._count).encode()

    def cells(self, run: str) -> Iterator[list[PlainCell]]:
        """The cells of each row of a run, which is given once; nothing of what is no run."""
        for row in self._runs.pop(run, b"").split(_END)[:-1]:
            yield _CELLS.findall(row)
