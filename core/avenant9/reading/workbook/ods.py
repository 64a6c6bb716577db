"""An OpenDocument workbook: its one part is parsed whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from avenant9.reading.refusals import protected
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.package import not_a_workbook
from avenant9.reading.workbook.sheet import UNCOMPUTED, Sheet, Workbook, check_grid, check_noted, reading_memory
from avenant9.reading.workbook.xml import Listener, attribute

if TYPE_CHECKING:
    from avenant9.reading.workbook.package import Package

_CELLS = ("table-cell", "covered-table-cell")


def examined(package: Package) -> Workbook:
    """The workbook that a package holds; all its sheets are scanned, since they stand in one part."""
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.xml("META-INF/manifest.xml"):
        raise protected(package.path)
    scan = _Scan(package)
    scan.read(package.stream("content.xml"))
    if not scan.sheets:
        raise not_a_workbook(package)
    found = tuple(scan.sheets)
    return Workbook("ods", found, False, reading_memory(found, 2 * package.inflated))


class _Scan(Listener):
    """Names, visibility and extent of the sheets, and the cells that the reader would lose."""

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self.sheets: list[Sheet] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.within = False  # a sheet
        self.row = self.column = self.repeat = 0
        self.cell: dict[str, str] | None = None
        self.said: list[str] = []  # the text of the cell before a comment in it

    def start(self, name: str, about: dict[str, str]) -> None:
        """A style, a sheet, a row or a cell."""
        if name == "style":
            self.style = attribute(about, "name")
        elif name == "table-properties" and attribute(about, "display") == "false":
            self.hidden_styles.add(self.style)
            self._check_many(self.hidden_styles)
        elif name == "table":
            if self.within:  # the reader takes its end for that of the sheet, and loses the rows that follow
                where = f"la feuille « {self.sheets[-1].name} »"
                raise self.package.refused(f"{where} a un tableau dans une cellule ou dans un dessin")
            self.within = True
            hidden = attribute(about, "style-name") in self.hidden_styles
            self.sheets.append(Sheet(attribute(about, "name"), hidden, iso_dates=True))
            self._check_many(self.sheets)
            self.row = self.repeat = 0
        elif self.within and name == "table-row":
            self.row += self.repeat
            self.repeat = _count(about, "number-rows-repeated")
            self.column = 0
            if attribute(about, "visibility") in ("collapse", "filter"):
                self.sheets[-1].hide(self.row + 1, self.row + self.repeat)
        elif self.within and name in _CELLS:
            self.cell, self.said = about, []
            self.listen()
        elif self.cell is not None and name == "annotation":
            self.said, self.text = self.text or [], None

    def end(self, name: str) -> None:
        """A sheet, a cell, or a comment in a cell."""
        if name == "table":
            self.within = False
        elif self.cell is None:
            return
        elif name == "annotation":
            self.text = self.said
        elif name in _CELLS:
            repeated = _count(self.cell, "number-columns-repeated")
            self._merge(self.cell)
            types = [value for key, value in self.cell.items() if key.rpartition(" ")[2] == "value-type"]
            text = "".join(self.text or ()).strip()
            if types or text or attribute(self.cell, "formula"):
                self._note(self.cell, types, text, repeated)
            self.column += repeated
            self.cell = self.text = None

    def _merge(self, cell: dict[str, str]) -> None:
        down, right = (_count(cell, f"number-{what}-spanned") for what in ("rows", "columns"))
        if down > 1 or right > 1:
            area = (self.row + 1, self.column, self.row + down, self.column + right - 1)
            self.sheets[-1].merges.append(area)
            check_noted(self.package.path, self.sheets[-1])

    def _note(self, cell: dict[str, str], types: list[str], text: str, repeated: int) -> None:
        sheet = self.sheets[-1]
        sheet.extend(self.row + 1, self.column + repeated - 1)
        sheet.extend(self.row + self.repeat, self.column)
        check_grid(self.package.path, sheet)
        found = sheet.errors
        if "error" in types:
            text = text or "erreur"
        elif "time" in types:
            found, text = sheet.instead, _clock(attribute(cell, "time-value"))
        elif not types and not text:
            text = UNCOMPUTED
        else:
            return
        check_noted(self.package.path, sheet, self.repeat * repeated)
        text = text[: limits.MAX_QUOTED]
        for row in range(self.row + 1, self.row + self.repeat + 1):
            found += [(row, column, text) for column in range(self.column, self.column + repeated)]

    def _check_many(self, found: list[Sheet] | set[str]) -> None:
        if len(found) > limits.MAX_ENTRIES:
            raise self.package.refused(f"le classeur a plus de {limits.MAX_ENTRIES} feuilles")


def _count(about: dict[str, str], name: str) -> int:
    """How many times something is repeated, or how far it spans: once where nothing is said."""
    return max(int(attribute(about, name) or 1), 1)


def _clock(duration: str) -> str:
    """`PT08H30M00S` as the reader gives the times of an xlsx: a moment of the day before Excel's first."""
    found = re.fullmatch(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S", duration)
    if not found or int(found[1]) > 23:
        return duration
    return f"1899-12-31 {int(found[1]):02d}:{int(found[2]):02d}:{int(found[3]):02d}"
