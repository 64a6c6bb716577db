"""The scan of a sheet whose XML has an unusual form: by a real parser, 12 times slower."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

from avenant9.reading.addresses import area_of, number
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.row_order import check_count, in_order
from avenant9.reading.workbook.sheet import UNCOMPUTED, Sheet, check_noted
from avenant9.reading.workbook.xml import Listener

if TYPE_CHECKING:
    from avenant9.reading.workbook.package import Package


def scan_slow(package: Package, part: str, sheet: Sheet) -> None:
    """Note the same facts as `scan_fast`, whatever the form of the XML."""
    sheet.rows = sheet.columns = 0
    scan = _Scan(package, sheet)
    scan.read(package.stream(part))
    in_order(package.path, sheet, scan.rows)


class _Scan(Listener):
    """The sheet as its elements come."""

    def __init__(self, package: Package, sheet: Sheet) -> None:
        super().__init__(package)
        self.sheet = sheet
        self.rows = array("L")
        self.row = self.next_column = 0
        self.cell: tuple[int, int, str] | None = None  # row, column, type
        self.held = ""  # elements seen in the cell: c, f, v, i

    def start(self, name: str, about: dict[str, str]) -> None:
        """A row, a cell, what it holds, or what is said of the sheet."""
        if name == "row":
            self.row = int(about.get("r", self.row + 1))
            self.rows.append(self.row)
            check_count(self.package.path, self.sheet, self.rows)
            self.next_column = 0
            if about.get("hidden") in ("1", "true"):
                self.sheet.hide(self.row, self.row)
        elif name == "c":
            address = re.fullmatch("([A-Za-z]{1,9})([0-9]{1,9})", about.get("r", ""))
            column = number(address[1]) if address else self.next_column
            self.cell = (int(address[2]) if address else self.row, column, about.get("t", "n"))
            self.held, self.next_column = "", column + 1
        elif self.cell and name in ("f", "v", "is"):
            self.held += name[0]
            self.listen()
        elif name == "mergeCell" and (area := area_of(about.get("ref", ""))):
            self.sheet.merges.append(area)
            check_noted(self.package.path, self.sheet)
        elif name == "dimension":
            self.sheet.declared = area_of(about.get("ref", ""))

    def cdata(self) -> None:
        """The reader drops the CDATA of a value, not that of a text; it gives no error anyway."""
        if self.cell and self.cell[2] != "e" and self.held.endswith("v"):
            raise self.package.refused("une cellule a sa valeur en CDATA, que d'autres logiciels perdent")

    def end(self, name: str) -> None:
        """A formula, whose text does not count, or a cell."""
        if name == "f":
            self.text = None
        elif name == "c" and self.cell:
            (row, column, kind), text = self.cell, "".join(self.text or ())
            if kind == "e" and "v" in self.held and text.startswith("#"):
                self._note(row, column, text[: limits.MAX_QUOTED])
            elif "f" in self.held and not ("v" in self.held and (text.strip() or kind == "str")):
                self._note(row, column, UNCOMPUTED)
            if kind == "s" and text and not re.fullmatch("[0-9]{1,18}", text):
                self.sheet.instead.append((row, column, ""))
                check_noted(self.package.path, self.sheet)
            self.sheet.iso_dates = self.sheet.iso_dates or kind == "d"
            if self.held:
                self.sheet.extend(row, column)
            self.cell = self.text = None

    def _note(self, row: int, column: int, text: str) -> None:
        self.sheet.errors.append((row, column, text))
        check_noted(self.package.path, self.sheet)
