"""A sheet of an xlsx read in pieces while it is examined, by several native readers at once.

The XML of a sheet is a list of rows. Some thousands of them at a time become a small workbook, made in the reader's
process (`worker`): no reader ever sees the package of the user, nor holds the whole sheet. The shared strings are
read likewise, each as a row; a piece gives the numbers of those that it names, and they are put in here.

All of this is optimistic: a workbook of which anything is out of the ordinary is left to be read whole, which says
what is wrong with it.
"""

from __future__ import annotations

import re
from functools import partial
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from msgspec import Struct, field

from avenant9.reading.repeated import once_each_column
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.piece import MARK, SHARED
from avenant9.reading.workbook.pool import ask
from avenant9.reading.workbook.protocol import RefusedError, answer
from avenant9.reading.workbook.sheet import RowsTaker

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Sequence

    from avenant9.reading.workbook.sheet import Sheet

#: Bytes of XML of a piece, about 6,000 rows of 14 columns.
SIZE = 4 * 2**20
#: Rows × columns of a piece, each of about 100 bytes in the reader, and the address space that it may take.
MOST_CELLS, MEMORY = 5_000_000, 6 * 2**30


#: The number of the shared strings among the sheets; they stand below the mark, in row 1.
_STRINGS, _BELOW_MARK = -1, 2
_STRINGS_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?sst[\s>]")


class _Piece(NamedTuple):
    sheet: int
    place: int
    prefix: bytes  # of its elements
    first: int  # its first row
    xml: bytes


class _Cut(Struct):
    """A sheet that is being cut: what stands between the last cut and what was examined so far."""

    sheet: Sheet
    prefix: bytes
    first: int = 0  # first row of what waits
    waiting: list[bytes] = field(default_factory=list)
    size: int = 0
    firsts: list[int] = field(default_factory=list)  # first row of each piece that was cut
    orderly: bool = False


class Pieces(RowsTaker):
    """Takes the rows of sheets as the preflight has examined them, gives them to readers, then has the tables."""

    def __init__(self, readers: Sequence[subprocess.Popen[bytes]]) -> None:
        self._readers = readers
        self._queue: Queue[_Piece | None] = Queue(2 * len(readers))
        self._threads: list[Thread] = []
        self._cuts: list[_Cut] = []
        self._read: dict[tuple[int, int], pl.DataFrame] = {}  # by sheet and place
        self._failed = False
        self._date1904, self._styles = False, b""
        self._counts: list[int] = []  # of the strings in each piece of them

    # --- what the preflight says, in this order ---

    def book(self, *, date1904: bool, styles: bytes) -> None:
        """What the sheets need of the rest of the workbook."""
        self._date1904, self._styles = date1904, styles

    def strings(self, chunks: Iterable[bytes]) -> None:
        """The shared strings: the chunks of their part."""
        xml, tag = b"", b""
        for data in chunks:
            xml += data
            if not tag and (root := _STRINGS_ROOT.search(xml)):
                tag = b"<" + (root[1] or b"") + b"si"
            if tag and len(xml) > SIZE and (cut := xml.rfind(tag)) > 0:
                self._send_strings(tag, xml[:cut])
                xml = xml[cut:]
            elif len(xml) > limits.MAX_CELL:  # one string, or none
                self._failed, xml = True, b""
        if tag:
            self._send_strings(tag, xml[: xml.rfind(b"</")])

    def _send_strings(self, tag: bytes, xml: bytes) -> None:
        count = xml.count(tag)
        if not count:
            return
        self._failed |= b"<!" in xml  # a comment or CDATA may hide anything
        self._put(_Piece(_STRINGS, len(self._counts), tag[1:-2], _BELOW_MARK, xml[xml.index(tag) :]))
        self._counts.append(count)

    def begin(self, sheet: Sheet, prefix: bytes) -> None:
        """A sheet, whose elements bear this prefix."""
        self._cuts.append(_Cut(sheet, prefix))

    def more(self, xml: bytes, tag: bytes, numbers: Sequence[bytes]) -> None:
        """More of the sheet, in whole cells, with the `numbers` of the rows that begin in it, each with `tag`."""
        cut = self._cuts[-1]
        if self._failed or not (numbers or cut.waiting):
            return
        if not cut.waiting:
            cut.first = int(numbers[0])
            xml = xml[xml.index(tag) :]
        elif numbers and cut.size >= SIZE:
            at, following = xml.rindex(tag), int(numbers[-1])
            self._send(xml[:at], following)
            cut.first, xml = following, xml[at:]
        cut.waiting.append(xml)
        cut.size += len(xml)

    def end(self) -> None:
        """The end of a sheet whose rows are in their order; one that has no such end is left to be read whole."""
        cut = self._cuts[-1]
        cut.orderly = True
        if cut.waiting:
            self._send(b"", cut.sheet.rows + 1)

    def _send(self, last: bytes, following: int) -> None:
        """Hands the readers what waits and the `last` bytes, up to the row `following`."""
        cut = self._cuts[-1]
        if (following - cut.first) * cut.sheet.columns > MOST_CELLS:
            self._failed = True
        rows = b"".join((*cut.waiting, last))
        self._put(_Piece(len(self._cuts) - 1, len(cut.firsts), cut.prefix, cut.first, rows))
        cut.firsts.append(cut.first)
        cut.waiting, cut.size = [], 0

    # --- the readers ---

    def _put(self, piece: _Piece) -> None:
        """Hands a piece to the readers; waits where all of them are busy."""
        if not self._threads:
            self._threads = [Thread(target=self._run, args=(reader,)) for reader in self._readers]
            for thread in self._threads:
                thread.start()
        self._queue.put(piece)

    def _run(self, reader: subprocess.Popen[bytes]) -> None:
        """Has a reader read piece after piece; once one has failed, those that come are dropped."""
        around = {"memory": MEMORY, "around": len(self._styles), "date1904": self._date1904}
        self._failed |= not ask(reader, around, self._styles)
        while (piece := self._queue.get()) is not None:
            if self._failed:
                continue
            try:
                self._read[piece.sheet, piece.place] = _table(reader, piece)
            except BaseException:  # whatever it is (a panic of polars is no Exception), the workbook is read whole
                self._failed = True

    def close(self) -> None:
        """The end of all work; what waits is dropped."""
        self._failed = True
        self._finish()

    def _finish(self) -> None:
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()
        self._threads = []

    # --- the tables ---

    @property
    def idle(self) -> bool:
        """Whether the readers have answered all that they were given."""
        return not (self._failed and (self._counts or any(cut.firsts for cut in self._cuts)))

    def tables(self) -> dict[str, pl.DataFrame]:
        """The sheets that could be read in pieces, by name, as a whole sheet is answered."""
        self._finish()
        if self._failed:
            return {}
        texts = self._texts()
        tables = {cut.sheet.name: self._together(number) for number, cut in enumerate(self._cuts) if cut.orderly}
        named = {name: table if table is None else _named(table, texts) for name, table in tables.items()}
        return {name: table for name, table in named.items() if table is not None}

    def _texts(self) -> pl.Series | None:
        """The shared strings in their order; None where a reader did not see all of them."""
        texts = [pl.Series(dtype=pl.String)]
        for place, count in enumerate(self._counts):
            column = self._read.pop((_STRINGS, place)).to_series()
            if len(column) != count + 1 or column[-1] != MARK:
                return None
            texts.append(column[:-1])
        return pl.concat(texts)

    def _together(self, number: int) -> pl.DataFrame | None:
        """The pieces of a sheet one below the other, with the blank rows between them; None where one is too long."""
        tables: list[pl.DataFrame] = []
        height = 0
        for place, first in enumerate(self._cuts[number].firsts):
            if first <= height:
                return None
            table = self._read.pop((number, place))
            if table.is_empty():  # formats alone, which are no rows at the end of a sheet
                continue
            if first > height + 1:
                tables.append(
                    pl.Series("c0", [None], dtype=pl.String).new_from_index(0, first - 1 - height).to_frame()
                )
            tables.append(table)
            height = first - 1 + len(table)
        table = pl.concat(tables, how="diagonal") if tables else pl.DataFrame()
        places = sorted(int(name[1:]) for name in table.columns)
        while places and table[f"c{places[0]}"].null_count() == height:  # the mark widens a piece to the first column
            del places[0]
        return table.select(f"c{place}" for place in places)


def _table(reader: subprocess.Popen[bytes], piece: _Piece) -> pl.DataFrame:
    size = {"strings" if piece.sheet == _STRINGS else "rows": len(piece.xml)}
    ask(reader, {**size, "first": piece.first, "prefix": piece.prefix.decode()}, piece.xml)
    ((_, table, _),) = answer(reader)
    if piece.first == 1:
        return table
    if table.row(0) != (MARK, *[None] * (table.width - 1)):  # a cell stands above the row that it is written in
        raise RefusedError
    return table[1:]


def _named(table: pl.DataFrame, texts: pl.Series | None) -> pl.DataFrame | None:
    """A table with the shared strings in place of their numbers; None where one is no number of a string."""
    try:
        return once_each_column(table, partial(_put_in, texts))
    except (pl.exceptions.InvalidOperationError, pl.exceptions.OutOfBoundsError):
        return None


def _put_in(texts: pl.Series | None, cells: pl.Series) -> pl.Series:
    """The cells with the text of each that is a number of a shared string."""
    named = cells.str.starts_with(SHARED).fill_null(False)
    if not named.any():
        return cells
    numbers = cells.str.strip_prefix(SHARED).set(~named, None).cast(pl.UInt32)
    found = pl.Series(dtype=pl.String) if texts is None else texts
    return found.gather(numbers).zip_with(named, cells).alias(cells.name)
