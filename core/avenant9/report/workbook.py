"""Cells, styles and sheets of a workbook that is written: typed, harmless, and the same file each time.

No cell is ever a formula: whatever a text starts with, it is written as text.
"""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_CORE

from avenant9.model import Verdict
from avenant9.wording import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from avenant9.report.document import Kind, Value

#: The grid of Excel.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
#: Excel refuses a sheet with more.
_MAX_LINKS = 60_000
_MAX_LINK = 2_000

INK, GREY, LINE, HEAD = "1B1F24", "57606A", "C8CED6", "1F3A5F"
#: Fill and text of each verdict: a contrast of 7 to 1 at least.
COLORS = {
    Verdict.VIOLATION: ("FBDFDC", "7A130D"),
    Verdict.REVIEW: ("FFF0C7", "5C3F00"),
    Verdict.UNVERIFIABLE: ("E7E9EC", "353B43"),
    Verdict.OK: ("DCF1DF", "0F4A20"),
}

EUROS = '#,##0.00\\ "€"'
_FORMATS = {"date": "dd/mm/yyyy", "month": "[$-40C]mmmm\\ yyyy"}
#: The kinds whose missing value is shown: an empty cell would pass for a zero in a sum.
NUMBERS = frozenset({"integer", "number", "points", "hours", "euros", "share"})
UNKNOWN = "?"
_RISKY = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_DAY_ZERO = date(1899, 12, 30)  # of the serial numbers of Excel
_NAME = 31  # characters of a sheet's name
_LINE_HEIGHT, _TALLEST = 14.0, 400.0  # points; Excel admits 409


@dataclass(frozen=True)
class Style:
    """How a cell looks."""

    format: str = "General"
    bold: bool = False
    italic: bool = False
    size: int = 10
    color: str = INK
    fill: str = ""
    align: str = ""
    wrap: bool = False
    boxed: bool = False  # thin line under the cell
    top: bool = False  # line above: a total
    link: bool = False
    goes_to: str = ""  # a place of this workbook
    quoted: bool = False  # a spreadsheet shows such text with an apostrophe, and never computes it


PLAIN = Style(wrap=True)
TITLE = Style(bold=True, size=16, color=HEAD)
SUBTITLE = Style(bold=True, size=12, color=HEAD, boxed=True)
CAPTION = Style(bold=True, wrap=True)
HEADING = Style(bold=True, color="FFFFFF", fill=HEAD, wrap=True, boxed=True)
NOTE = Style(italic=True, color=GREY, wrap=True)
BODY = Style(boxed=True)
ABSENT = Style(boxed=True, align="right", color=GREY)

Content = tuple[Any, Style]  # a value that openpyxl takes, and its look


def clean(text: str) -> str:
    """The text without what XML or Excel refuses."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:MAX_TEXT]


def content(value: Value, kind: Kind, style: Style = BODY) -> Content:
    """A value of a document as a typed cell: real dates and numbers, everything else as text."""
    if value is None:
        return (UNKNOWN, _varied(style, "General", "right", color=GREY)) if kind in NUMBERS else (None, style)
    match kind:
        case "euros" if isinstance(value, int):
            return Decimal(value).scaleb(-2), _varied(style, EUROS, "right")
        case "share" if isinstance(value, int | Decimal):
            return value, _varied(style, _percent(value), "right")
        case "integer" | "number" | "points" | "hours" if isinstance(value, int | Decimal):
            return value, _varied(style, _decimals(value), "right")
        case "date" if isinstance(value, date):
            return value, _varied(style, _FORMATS["date"], "left")
        case "month" if month := _first_day(str(value)):
            return month, _varied(style, _FORMATS["month"], "left")
        case "identifier" if isinstance(value, int):
            return value, _varied(style, "0", "left")  # a year, a row: nothing between thousands
        case "identifier" | "url":
            return text(str(value), _varied(style, "@", "", link=kind == "url"))
        case _:
            return text(str(value), _varied(style, "General", "", wrap=True))


def text(value: str, style: Style) -> Content:
    """Text that is never anything else."""
    value = clean(value)
    return value, _quoted(style) if _RISKY.match(value) else style


@cache
def _varied(style: Style, format: str, align: str, **changes: Any) -> Style:  # noqa: A002 - as the field
    """The style with a format, and an alignment where it has none; made once, there are few and many cells."""
    return replace(style, format=format, align=style.align or align, **changes)


@cache
def _quoted(style: Style) -> Style:
    return replace(style, quoted=True)


def _decimals(value: int | Decimal) -> str:
    """A format with as many decimals as the value has."""
    if isinstance(value, int):
        return "#,##0"
    digits = Decimal(value).normalize().as_tuple().exponent
    places = -digits if isinstance(digits, int) and digits < 0 else 0
    return "#,##0" + ("." + "0" * places if places else "")


def _percent(value: int | Decimal) -> str:
    """Two decimals, or four where two would round: 20,004 % is never shown as 20 %, which it exceeds."""
    exact = Decimal(value) * 10_000
    return "0.00\\ %" if exact == exact.to_integral_value() else "0.0000\\ %"


def _first_day(month: str) -> date | None:
    year, _, number = month.partition("-")
    return date(int(year), int(number), 1) if year.isdigit() and number.isdigit() else None


def sheet_name(wanted: str, taken: Collection[str]) -> str:
    """A name that Excel admits and no other sheet has, as near as can be to the one wanted."""
    name = _ILLEGAL.sub("", _FORBIDDEN.sub(" ", wanted)).strip().strip("'")[:_NAME].strip().strip("'") or "Feuille"
    if fold(name) in {"history", "historique"}:  # kept by Excel for itself
        name = f"{name} a9"
    folded = {other.casefold() for other in taken}
    rank, found = 1, name
    while found.casefold() in folded:
        rank += 1
        ending = f" ({rank})"
        found = f"{name[: _NAME - len(ending)].rstrip()}{ending}"
    return found


def height(words: str, width: float, size: int = 10) -> float:
    """What wrapped words need, which not every spreadsheet works out: `width` as columns have it."""
    return lines(words, width, size) * _LINE_HEIGHT * size / 10


def lines(words: str, width: float, size: int = 10) -> int:
    """How many lines words take in a column."""
    room = max(int(width * 11 / size), 6)  # a letter is narrower than the digit that widths are counted in
    if len(words) <= room and "\n" not in words:
        return 1
    return sum(-(-max(len(line), 1) // room) for line in words.split("\n"))


class Pen:
    """Writes a sheet from top to bottom, line by line."""

    def __init__(self, sheet: Worksheet, widths: Sequence[float]) -> None:
        self.sheet, self.widths, self.row = sheet, list(widths), 0
        self._styles: dict[Style, Any] = {}
        self._links = 0
        for place, width in enumerate(self.widths, 1):
            sheet.column_dimensions[get_column_letter(place)].width = width

    @property
    def width(self) -> float:
        """All columns together, in characters."""
        return sum(self.widths)

    def line(self, cells: Sequence[Content | None], tall: float | None = None) -> None:
        """One row from the first column on."""
        self.row += 1
        if tall is not None:
            self.sheet.row_dimensions[self.row].height = tall
        for place, cell in enumerate(cells, 1):
            if cell is not None:
                self._cell(place, *cell)

    def wrapping(self, cells: Sequence[Content], spans: Sequence[int] = ()) -> None:
        """A row as tall as its longest words need; each cell over as many columns as `spans` says."""
        starts = list(accumulate(spans, initial=0)) if spans else range(len(cells) + 1)
        tall = max(
            lines(value, sum(self.widths[first:last]), style.size) if style.wrap and isinstance(value, str) else 1
            for (value, style), (first, last) in zip(cells, pairwise(starts), strict=True)
        )
        spread: Sequence[Content] = cells
        if spans:
            spread = [
                part
                for cell, span in zip(cells, spans, strict=True)
                for part in (cell, *[("", cell[1])] * (span - 1))
            ]
        self.line(spread, None if tall == 1 else min(tall * _LINE_HEIGHT, _TALLEST))
        for first, last in pairwise(starts) if spans else ():
            self.merge(first + 1, last)

    def words(self, words: str, style: Style = PLAIN) -> None:
        """A line over all columns, as tall as its words need."""
        value, style = text(words, replace(style, wrap=True, align=style.align or "left"))
        self.line([(value, style), *[("", style)] * (len(self.widths) - 1)], height(value, self.width, style.size))
        self.merge(1, len(self.widths))

    def merge(self, first: int, last: int) -> None:
        """The cells of the last line, from one column to another, as one."""
        if last > first:
            # into the set itself: `add` looks at all the others first
            spot = CellRange(min_col=first, min_row=self.row, max_col=last, max_row=self.row)
            self.sheet.merged_cells.ranges.add(spot)

    def blank(self, count: int = 1) -> None:
        """Empty lines."""
        for _ in range(count):
            self.line([])

    def _cell(self, place: int, value: Any, style: Style) -> None:
        cell: Any = self.sheet.cell(self.row, place)
        cell._style = self._look(style)._style  # one look-up a cell, where openpyxl's own way makes five objects
        if isinstance(value, str):
            cell._value, cell.data_type = value, "s"  # `value` would make a formula of a text with =
            if link := self._link(cell.coordinate, value, style):
                cell.hyperlink = link
        elif value is not None:
            cell.value = value

    def _link(self, place: str, value: str, style: Style) -> Hyperlink | None:
        """What a click on the cell opens."""
        if style.goes_to and value:
            return Hyperlink(ref=place, location=style.goes_to)
        if style.link and self._links < _MAX_LINKS and len(value) < _MAX_LINK and re.match("https?://", value):
            self._links += 1
            return Hyperlink(ref=place, target=value)
        return None

    def _look(self, style: Style) -> Any:
        found = self._styles.get(style)
        if found is None:
            scratch: Any = WriteOnlyCell(self.sheet)
            color = "0B4FA8" if style.link or style.goes_to else style.color
            scratch.font = Font(
                name="Calibri",
                size=style.size,
                bold=style.bold,
                italic=style.italic,
                color=color,
                underline="single" if style.link or style.goes_to else None,
            )
            if style.fill:
                scratch.fill = PatternFill("solid", fgColor=style.fill)
            scratch.alignment = Alignment(
                horizontal=style.align or None,
                vertical="top",
                wrap_text=True if style.wrap else None,
                indent=1 if style.align == "right" else 0,  # away from the words of the next column
            )
            thin = Side("thin", color=LINE)
            strong = Side("medium", color=HEAD)
            scratch.border = Border(top=strong if style.top else None, bottom=thin if style.boxed else None)
            scratch.number_format = style.format
            scratch.quotePrefix = style.quoted
            found = self._styles[style] = scratch
        return found


class Stream(Pen):
    """The same for a sheet of a new workbook, as XML at once: five times faster than cell by cell."""

    def __init__(self, sheet: Worksheet, widths: Sequence[float]) -> None:
        super().__init__(sheet, widths)
        self.rows: list[bytes] = []
        self.links: list[Hyperlink] = []
        self._letters = [get_column_letter(place) for place in range(1, len(self.widths) + 1)]
        self._ids: dict[Style, int] = {}

    def line(self, cells: Sequence[Content | None], tall: float | None = None) -> None:
        """One row from the first column on."""
        self.row += 1
        height = "" if tall is None else f' ht="{tall:g}" customHeight="1"'
        made = (
            self._written(f"{letter}{self.row}", *cell)
            for letter, cell in zip(self._letters, cells, strict=False)
            if cell is not None
        )
        self.rows.append(f'<row r="{self.row}"{height}>{"".join(made)}</row>'.encode())

    def _written(self, place: str, value: Any, style: Style) -> str:
        number = self._ids.get(style)
        if number is None:
            number = self._ids[style] = self._look(style).style_id
        match value:
            case None | "":
                return f'<c r="{place}" s="{number}"/>'
            case str():
                if (style.link or style.goes_to) and (link := self._link(place, value, style)):
                    self.links.append(link)
                space = ' xml:space="preserve"' if value != value.strip() or "\n" in value else ""
                return f'<c r="{place}" s="{number}" t="inlineStr"><is><t{space}>{escape(value)}</t></is></c>'
            case date():
                return f'<c r="{place}" s="{number}"><v>{(value - _DAY_ZERO).days}</v></c>'
            case _:
                return f'<c r="{place}" s="{number}"><v>{value:f}</v></c>'


_MOMENTS = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")

_NO_ROWS = re.compile(rb"(<sheetData ?/>|<sheetData></sheetData>)")


class _Archive(ZipFile):
    """A zip without moments in it: the same content is the same file."""

    moments = False  # whether the workbook tells when it was made
    rows: dict[str, list[bytes]] = {}  # noqa: RUF012 - set whole: those of each sheet that has none yet

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """As ZipFile does, without the time; nor are the moments of creation and change told."""
        entry = _entry(zinfo_or_arcname)
        timeless = entry.filename == ARC_CORE and not self.moments
        super().writestr(entry, _MOMENTS.sub(b"", data) if timeless else data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """As ZipFile does, without the time of the file; a sheet gets its rows."""
        entry = _entry(arcname or filename)
        with open(filename, "rb") as source, self.open(entry, "w", force_zip64=True) as part:
            if entry.filename in self.rows:
                before, _tag, after = _NO_ROWS.split(source.read(), maxsplit=1)
                part.write(before + b"<sheetData>")
                part.writelines(self.rows[entry.filename])
                part.write(b"</sheetData>" + after)
            else:
                shutil.copyfileobj(source, part, 1024**2)


def _entry(name: Any) -> ZipInfo:
    entry = ZipInfo(str(getattr(name, "filename", name)), (1980, 1, 1, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def saved(book: Workbook, streams: Sequence[Stream] = (), *, moments: bool = False) -> bytes:
    """The workbook as a file.

    Args:
        book: the workbook; a write-only one where there are streams.
        streams: the rows of each of its sheets, in their order; none where the sheets have their cells.
        moments: also say when it was made, as the workbook itself has it.
    """
    out = io.BytesIO()
    with _Archive(out, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        for stream in streams:
            sheet: Any = stream.sheet
            sheet._get_writer()  # which empties the list of links
            sheet._hyperlinks.extend(stream.links)
        archive.moments = moments
        archive.rows = {f"xl/worksheets/sheet{rank}.xml": stream.rows for rank, stream in enumerate(streams, 1)}
        ExcelWriter(book, archive).write_data()
    return out.getvalue()
