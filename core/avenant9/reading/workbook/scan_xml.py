"""The scan of a sheet whose XML has an unusual form: by a real parser, 12 times slower, which gives the cells itself.

The native reader takes unusual forms for what they are not (the first of the shared strings for one whose number has
spaces around, no texts where rows have no number), or refuses them.
"""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

from avenant9.reading.addresses import area_of, number
from avenant9.reading.refusals import UNCOMPUTED, damaged
from avenant9.reading.workbook import limits, written
from avenant9.reading.workbook.book import Texts, unescaped
from avenant9.reading.workbook.gathered import Gathered
from avenant9.reading.workbook.row_order import check_count, in_order
from avenant9.reading.workbook.sheet import Sheet, check_noted

if TYPE_CHECKING:
    from avenant9.reading.workbook.book import Book


def scan_slow(book: Book, sheet: Sheet, width: int = limits.MAX_COLUMNS) -> None:
    """Note what `scan_fast` does, whatever the form of the XML, and read the cells of the first `width` columns."""
    sheet.rows = sheet.columns = 0
    sheet.errors, sheet.merges, sheet.hidden_rows = [], [], []
    sheet.cells = Gathered()
    scan = _Scan(book, sheet, sheet.cells, width)
    scan.read(book.package.stream(sheet.part))
    in_order(book.package.path, sheet, scan.rows)


class _Scan(Texts):
    """The sheet as its elements come."""

    def __init__(self, book: Book, sheet: Sheet, cells: Gathered, width: int) -> None:
        super().__init__(book.package)
        self.book, self.sheet, self.cells, self.width = book, sheet, cells, width
        self.rows = array("L")
        self.row = self.next_column = 0
        self.cell: tuple[int, int, str] | None = None  # row, column, type
        self.style = "0"
        self.held = ""  # elements seen in the cell: f, v, i
        self.value = ""

    def start(self, name: str, about: dict[str, str]) -> None:
        """A row, a cell, what it holds, or what is said of the sheet."""
        if name == "row":
            self._begin_row(about)
        elif name == "c":
            self._begin(about)
        elif self.cell:
            if name in ("f", "v", "is"):
                self.held += name[0]
            if name == "v":
                self.listen()
            super().start(name, about)
        elif name == "mergeCell" and (area := area_of(about.get("ref", ""))):
            self.sheet.merges.append(area)
            check_noted(self.package.path, self.sheet)
        elif name == "dimension":
            self.sheet.declared = area_of(about.get("ref", ""))

    def _begin_row(self, about: dict[str, str]) -> None:
        self.row = int(about.get("r", self.row + 1))
        self.rows.append(self.row)
        check_count(self.package.path, self.sheet, self.rows)
        self.next_column = 0
        if about.get("hidden") in ("1", "true"):
            self.sheet.hide(self.row, self.row)

    def _begin(self, about: dict[str, str]) -> None:
        address = re.fullmatch("([A-Za-z]{1,9})([0-9]{1,9})", about.get("r", ""))
        column = number(address[1]) if address else self.next_column
        self.cell = (int(address[2]) if address else self.row, column, about.get("t", "n"))
        self.style = about.get("s", "0")
        self.held = self.value = ""
        self.next_column = column + 1

    def cdata(self) -> None:
        """Other programs drop the CDATA of a value, not that of a text; that of an error changes nothing."""
        if self.cell and self.cell[2] != "e" and self.held.endswith("v"):
            raise self.package.refused("une cellule a sa valeur en CDATA, que d'autres logiciels perdent")

    def end(self, name: str) -> None:
        """A value, a text, or a cell."""
        if name == "v" and self.text is not None:
            self.value, self.text = "".join(self.text), None
        elif name == "c" and self.cell:
            if self.cell[1] < self.width or self.width == limits.MAX_COLUMNS:
                self._close(*self.cell)
            self.cell = None
        else:
            super().end(name)

    def _close(self, row: int, column: int, kind: str) -> None:
        texts = self.whole()
        if kind == "e" and self.value.strip().startswith("#"):
            self._note(row, column, self.value.strip()[: limits.MAX_QUOTED])
        elif "f" in self.held and not ("v" in self.held and (self.value.strip() or kind == "str")):
            self._note(row, column, UNCOMPUTED)
        elif text := texts if "i" in self.held else self._written(kind):
            self.cells.put(row, column, text)
        if self.held:
            self.sheet.extend(row, column)
        if len(self.cells) > limits.MAX_CELLS:
            raise self.package.refused(f"la feuille « {self.sheet.name} » a des cellules écrites plusieurs fois")

    def _written(self, kind: str) -> str:
        """The value of a cell, by its type, as the native reader writes it."""
        value = self.value.strip()
        if kind == "s":
            return self._shared(value)
        if kind == "str":
            return unescaped(self.value)
        if kind == "b":
            return written.truth(value != "0") if value else ""
        if kind == "d":
            return written.iso(value)
        try:
            serial = float(value)
        except ValueError:
            return value
        if self.style in self.book.dates:
            return written.moment(serial, date1904=self.book.date1904)
        return written.number(serial)

    def _shared(self, value: str) -> str:
        """A shared string; none where what stands for its number is no number."""
        if not re.fullmatch("[0-9]{1,18}", value):
            return ""
        strings = self.book.strings
        if int(value) >= len(strings):
            raise damaged(self.package.path)
        return strings[int(value)]

    def _note(self, row: int, column: int, text: str) -> None:
        self.sheet.errors.append((row, column, text))
        check_noted(self.package.path, self.sheet)
