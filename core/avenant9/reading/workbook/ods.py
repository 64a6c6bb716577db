"""An OpenDocument workbook: its one part is parsed, which gives the cells themselves, but for its plain rows."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from avenant9.reading.refusals import UNCOMPUTED, protected
from avenant9.reading.workbook import limits, written
from avenant9.reading.workbook.gathered import Gathered
from avenant9.reading.workbook.ods_rows import RUN, PlainRows
from avenant9.reading.workbook.package import not_a_workbook
from avenant9.reading.workbook.sheet import Chosen, Sheet, Workbook, check_grid, check_noted
from avenant9.reading.workbook.xml import Listener, attribute

if TYPE_CHECKING:
    from avenant9.reading.workbook.package import Package

_CELLS = ("table-cell", "covered-table-cell")
#: What of a sheet is none of its rows: shapes that float over it, and copies of the sheets of other files.
_BESIDE = ("shapes", "dde-links")
_NUMBERS = ("float", "percentage", "currency")
#: Elements of a paragraph that stand for characters, and those whose text is no part of it.
_CHARACTERS = {"s": " ", "tab": "\t", "line-break": "\n"}
_ASIDE = ("note", "ruby-text")


def examined(package: Package, chosen: Chosen) -> Workbook:
    """The workbook that a package holds; all its sheets are scanned, since they stand in one part."""
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.xml("META-INF/manifest.xml"):
        raise protected(package.path)
    scan = _Scan(package, chosen)
    scan.read(scan.plain.taken_out(package.stream("content.xml")))
    if not scan.sheets:
        raise not_a_workbook(package)
    return Workbook("ods", tuple(scan.sheets), False)


class _Scan(Listener):
    """Names, visibility and extent of the sheets, and the cells of those chosen."""

    def __init__(self, package: Package, chosen: Chosen) -> None:
        super().__init__(package)
        self.chosen = chosen
        self.plain = PlainRows()
        self.sheets: list[Sheet] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.within = False  # a sheet
        self.beside = 0  # depth of what is none of the cells, or no part of the text of the cell; 0: there is none
        self.row = self.column = self.repeat = 0
        self.cell: dict[str, str] | None = None
        self.at = 0  # depth of the cell
        self.said: list[str] = []  # the text of the cell so far
        self.texts = ""  # namespace of its paragraphs

    def start(self, name: str, about: dict[str, str]) -> None:
        """A style, a sheet, a row, a cell, or what a cell holds."""
        if self.beside:
            return
        if self.cell is not None:
            self._inside(name, about)
        elif name == "style":
            self.style = attribute(about, "name")
        elif name == "table-properties" and attribute(about, "display") == "false":
            self.hidden_styles.add(self.style)
            self._check_many(self.hidden_styles)
        elif name in _BESIDE:
            self.beside = self.depth
        elif name == "table":
            self._begin(about)
        elif self.within and name == "table-row":
            self.row += self.repeat
            self.repeat = _times(attribute(about, "number-rows-repeated"))
            self.column = 0
            if attribute(about, "visibility") in ("collapse", "filter"):
                self.sheets[-1].hide(self.row + 1, self.row + self.repeat)
            if RUN in about:
                self._put_plain(about[RUN])
        elif self.within and name in _CELLS:
            self.cell, self.at = about, self.depth
            self.listen()
            self.said, self.text = self.text or [], None

    def _put_plain(self, run: str) -> None:
        sheet = self.sheets[-1]
        for row, cells in enumerate(self.plain.cells(run), self.row + 1):
            column, filled = 0, list[int]()
            for repeated, kind, value, text in cells:
                if kind:
                    filled.append(column)
                    if sheet.cells is not None:
                        sheet.cells.put(row, column, _plain(kind, value, text) if value else text.decode())
                column += int(repeated or 1)
            for column in filled[:1] + filled[-1:]:
                sheet.extend(row, column)
        check_grid(self.package.path, sheet)

    def _begin(self, about: dict[str, str]) -> None:
        sheet = Sheet(attribute(about, "name"), attribute(about, "style-name") in self.hidden_styles)
        if self.chosen(sheet):
            sheet.cells = Gathered()
        self.within = True
        self.sheets.append(sheet)
        self._check_many(self.sheets)
        self.row = self.repeat = 0

    def _inside(self, name: str, about: dict[str, str]) -> None:
        """The paragraphs of a cell are its text; comments and shapes, with theirs, only stand there."""
        if self.depth == self.at + 1:
            if name == "table":
                raise self.package.refused(f"la feuille « {self.sheets[-1].name} » a un tableau dans une cellule")
            if name == "p":
                self.texts, self.text = self.space, self.said
                self.say("\n" if self.said else "")
            else:
                self.beside = self.depth
        elif self.space != self.texts or name in _ASIDE:
            self.beside, self.text = self.depth, None
        elif name in _CHARACTERS:
            self.say(_CHARACTERS[name] * min(_times(attribute(about, "c")), limits.MAX_CELL + 1))

    def end(self, name: str) -> None:
        """A sheet, a cell, a paragraph, or what is beside."""
        if self.beside:
            if self.depth == self.beside:
                self.beside = 0
                self.text = self.said if self.cell is not None and self.depth > self.at + 1 else None
        elif self.cell is None:
            self.within = self.within and name != "table"
        elif self.depth == self.at:
            self._close(self.cell)
        elif self.depth == self.at + 1:
            self.text = None

    def _close(self, cell: dict[str, str]) -> None:
        said = {key.rpartition(" ")[2]: value for key, value in cell.items()}
        repeated = _times(said.get("number-columns-repeated"))
        if "number-rows-spanned" in said or "number-columns-spanned" in said:
            self._merge(said)
        text = "".join(self.said)
        if "value-type" in said or "formula" in said or text.strip():
            self._extend(repeated)
            types = [value for key, value in cell.items() if key.endswith(" value-type")]
            self._note(said, types, text, repeated)
        self.column += repeated
        self.cell = None

    def _merge(self, said: dict[str, str]) -> None:
        down, right = (_times(said.get(f"number-{what}-spanned")) for what in ("rows", "columns"))
        if down > 1 or right > 1:
            area = (self.row + 1, self.column, self.row + down, self.column + right - 1)
            self.sheets[-1].merges.append(area)
            check_noted(self.package.path, self.sheets[-1])

    def _extend(self, repeated: int) -> None:
        sheet = self.sheets[-1]
        sheet.extend(self.row + 1, self.column + repeated - 1)
        sheet.extend(self.row + self.repeat, self.column)
        check_grid(self.package.path, sheet)

    def _note(self, said: dict[str, str], types: list[str], text: str, repeated: int) -> None:
        sheet = self.sheets[-1]
        rows = range(self.row + 1, self.row + self.repeat + 1)
        places = product(rows, range(self.column, self.column + repeated))
        if "error" in types or not (types or text.strip()):
            check_noted(self.package.path, sheet, self.repeat * repeated)
            error = (text.strip() or "erreur")[: limits.MAX_QUOTED] if "error" in types else UNCOMPUTED
            sheet.errors += [(*place, error) for place in places]
        elif sheet.cells is not None:
            value = _value(said, types[0] if types else "string", text)
            for row, column in places:
                sheet.cells.put(row, column, value)

    def _check_many(self, found: list[Sheet] | set[str]) -> None:
        if len(found) > limits.MAX_ENTRIES:
            raise self.package.refused(f"le classeur a plus de {limits.MAX_ENTRIES} feuilles")


def _times(said: str | None) -> int:
    """How many times something is repeated, or how far it spans: once where nothing is said."""
    return max(int(said), 1) if said else 1


def _value(cell: dict[str, str], kind: str, text: str) -> str:
    """What a cell holds, by its type; what it shows where its value is not given."""
    if kind in _NUMBERS:
        value = cell.get("value", "")
        return written.number(float(value)) if value else text
    if kind == "boolean":
        return cell.get("boolean-value") or text
    if kind == "date":
        return written.iso(cell.get("date-value", "")) or text
    if kind == "time":
        return _clock(cell.get("time-value", "")) or text
    return cell.get("string-value") or text


@lru_cache(2**16)
def _plain(kind: bytes, value: bytes, text: bytes) -> str:
    """The value of a plain cell that shows another text; many are the same."""
    name = "date-value" if kind == b"date" else "value"
    return _value({name: value.decode()}, kind.decode(), text.decode())


def _clock(duration: str) -> str:
    """`PT08H30M00S` as the reader gives the times of an xlsx: a moment of the day before Excel's first."""
    found = re.fullmatch(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S", duration)
    if not found or int(found[1]) > 23:
        return duration
    return f"1899-12-31 {int(found[1]):02d}:{int(found[2]):02d}:{int(found[3]):02d}"
