"""A sheet of an xlsx read in pieces while it is examined, by several native readers at once.

The XML of a sheet is a list of rows. Some thousands of them at a time become a small workbook, made in the reader's
process (`worker`): no reader ever sees the package of the user, nor holds the whole sheet. All of this is optimistic:
a workbook of which anything is out of the ordinary is left to be read whole, which says what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from avenant9.reading.workbook.pool import ask
from avenant9.reading.workbook.protocol import RefusedError, answer
from avenant9.reading.workbook.sheet import RowsTaker
from avenant9.reading.workbook.worker import MARK

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

    from avenant9.reading.workbook.sheet import Sheet

#: Bytes of XML of a piece, about 6,000 rows of 14 columns; more where the shared strings, parsed again with each
#: piece, are long: else they would take more time than the rows.
SIZE, TIMES_STRINGS = 4 * 2**20, 4
#: A workbook whose strings are longer than this is read whole: so would its pieces be.
LONGEST_STRINGS = 64 * 2**20
#: Rows × columns of a piece, each of about 100 bytes in the reader, and the address space that it may take.
MOST_CELLS, MEMORY = 5_000_000, 6 * 2**30


class _Piece(NamedTuple):
    sheet: int
    place: int
    first: int  # its first row
    rows: bytes


@dataclass
class _Cut:
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
        self._size = SIZE
        self._date1904, self._styles, self._strings = False, b"", b""

    # --- what the preflight says, in this order ---

    most_strings = LONGEST_STRINGS

    def book(self, *, date1904: bool, styles: bytes, strings: bytes | None) -> None:
        """What the sheets need of the rest of the workbook."""
        self._failed = strings is None
        self._date1904, self._styles, self._strings = date1904, styles, strings or b""
        self._size = max(SIZE, TIMES_STRINGS * len(self._strings))

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
        elif numbers and cut.size >= self._size:
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
        """Hands a piece to the readers, up to the row `following`; waits where all of them are busy."""
        if not self._threads:
            self._threads = [Thread(target=self._run, args=(reader,)) for reader in self._readers]
            for thread in self._threads:
                thread.start()
        cut = self._cuts[-1]
        if (following - cut.first) * cut.sheet.columns > MOST_CELLS:
            self._failed = True
        rows = b"".join((*cut.waiting, last))
        self._queue.put(_Piece(len(self._cuts) - 1, len(cut.firsts), cut.first, rows))
        cut.firsts.append(cut.first)
        cut.waiting, cut.size = [], 0

    # --- the readers ---

    def _run(self, reader: subprocess.Popen[bytes]) -> None:
        """Has a reader read piece after piece; once one has failed, those that come are dropped."""
        told = None
        while (piece := self._queue.get()) is not None:
            if self._failed:
                continue
            prefix = self._cuts[piece.sheet].prefix
            try:
                if told != prefix:
                    self._tell(reader, prefix)
                    told = prefix
                self._read[piece.sheet, piece.place] = _table(reader, piece)
            except BaseException:  # whatever it is (a panic of polars is no Exception), the workbook is read whole
                self._failed = True

    def _tell(self, reader: subprocess.Popen[bytes], prefix: bytes) -> None:
        sizes = [len(self._styles), len(self._strings)]
        job = {"memory": MEMORY, "around": sizes, "date1904": self._date1904, "prefix": prefix.decode()}
        ask(reader, job, self._styles, self._strings)

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
    def sent(self) -> bool:
        """Whether the readers were given anything."""
        return any(cut.firsts for cut in self._cuts)

    def tables(self) -> dict[str, pl.DataFrame]:
        """The sheets that could be read in pieces, by name, as a whole sheet is answered."""
        self._finish()
        if self._failed:
            return {}
        tables = {cut.sheet.name: self._together(number) for number, cut in enumerate(self._cuts) if cut.orderly}
        return {name: table for name, table in tables.items() if table is not None}

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
    ask(reader, {"piece": len(piece.rows), "first": piece.first}, piece.rows)
    (table,) = answer(reader).values()
    if piece.first == 1:
        return table
    if table.row(0) != (MARK, *[None] * (table.width - 1)):  # a cell stands above the row that it is written in
        raise RefusedError
    return table[1:]
