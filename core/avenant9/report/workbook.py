"""Cells, styles and sheets of a workbook that is written: typed, harmless, and the same file each time.

No cell is ever a formula: whatever a text starts with, it is written as text.
"""

from __future__ import annotations

import re
import textwrap
from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from avenant9.model import Verdict
from avenant9.report.document import FIGURES
from avenant9.report.values import shown
from avenant9.wording import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from avenant9.report.document import Kind, Value

#: The grid of Excel.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
#: Excel refuses a sheet with 65,530, and opens one with many slowly: the others are plain text.
_MAX_LINKS = 5_000
_MAX_LINK = 2_000

INK, GREY, LINE, HEAD, _LINK = "1B1F24", "57606A", "C8CED6", "1F3A5F", "0B4FA8"
#: Fill and text of each verdict: a contrast of 7 to 1 at least.
COLORS = {
    Verdict.VIOLATION: ("FBDFDC", "7A130D"),
    Verdict.REVIEW: ("FFF0C7", "5C3F00"),
    Verdict.UNVERIFIABLE: ("E7E9EC", "353B43"),
    Verdict.OK: ("DCF1DF", "0F4A20"),
}

EUROS = '#,##0.00\\ "€"'
_FORMATS = {"date": "dd/mm/yyyy", "month": "[$-40C]mmmm\\ yyyy"}
#: A missing figure is shown: an empty cell would pass for a zero in a sum.
UNKNOWN = "?"
_RISKY = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SHORT = 1_000  # characters that are looked at at once
_LEAST_ROOM = 100.0  # of words above a narrow table: they lie over the empty cells beside it
_UNUSUAL = re.compile(f"{_RISKY.pattern}|\r|{_ILLEGAL.pattern}")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_DAY_ZERO = date(1899, 12, 30)  # of the serial numbers of Excel
_NAME = 31  # characters of a sheet's name
_LINE_HEIGHT, _TALLEST = 14.0, 400.0  # points; Excel admits 409


class Style(NamedTuple):
    """How a cell looks; a tuple, since it is looked up for each of many cells."""

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

Content = tuple[Any, Style]  # a text, a number, a date or None, and its look


def clean(text: str) -> str:
    """The text without what XML or Excel refuses, as long as a cell holds: Excel counts in UTF-16."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = _ILLEGAL.sub("", text)
    if len(kept) <= MAX_TEXT // 2:
        return kept
    return kept.encode("utf-16-le")[: 2 * MAX_TEXT].decode("utf-16-le", "ignore")


def content(value: Value, kind: Kind, style: Style = BODY) -> Content:
    """A value of a document as a typed cell: real dates and numbers, everything else as text."""
    if value is None:
        return (UNKNOWN, _varied(style, "General", "right", color=GREY)) if kind in FIGURES else (None, style)
    match kind:
        case "euros" if isinstance(value, int):
            return Decimal(value).scaleb(-2), _varied(style, EUROS, "right")
        case "share" if isinstance(value, int | Decimal):
            return value, _varied(style, _percent(value), "right")
        case "integer" | "number" | "points" | "hours" if isinstance(value, int | Decimal):
            return value, _varied(style, _decimals(value), "right")
        case "date" if isinstance(value, date):
            return value, _varied(style, _FORMATS["date"], "left")
        case "month" if isinstance(value, date):
            return value, _varied(style, _FORMATS["month"], "left")
        case "identifier" if isinstance(value, int):
            return value, _varied(style, "0", "left")  # a year, a row: nothing between thousands
        case "verdict":
            return text(shown(value, kind), _varied(style, "General", "", wrap=True))
        case "identifier" | "url":
            return text(str(value), _varied(style, "@", "", link=kind == "url"))
        case _:
            return text(str(value), _varied(style, "General", "", wrap=True))


def cells_of(kind: Kind) -> Callable[[Value], Content]:
    """What makes the cells of a column: as `content` does, quicker for ordinary values."""
    ordinary: dict[type, Style] = {}
    if kind == "verdict":
        return cache(partial(content, kind=kind))
    if kind in {"text", "identifier", "url"}:
        ordinary = {str: content("a", kind)[1]}
    elif kind == "euros":
        ordinary = {int: content(0, kind)[1]}
    elif kind == "date":
        ordinary = {date: content(_DAY_ZERO, kind)[1]}

    def cell(value: Value) -> Content:
        style = ordinary.get(type(value))
        if style is None or (isinstance(value, str) and (len(value) > _SHORT or _UNUSUAL.search(value))):
            return content(value, kind)
        return (value / 100 if kind == "euros" else value), style  # type: ignore[operator]

    return cell


def text(value: str, style: Style) -> Content:
    """Text that is never anything else."""
    value = clean(value)
    return value, _quoted(style) if _RISKY.match(value) else style


@cache
def _varied(style: Style, format: str, align: str, **changes: Any) -> Style:  # noqa: A002 - as the field
    """The style with a format, and an alignment where it has none; made once, there are few and many cells."""
    return style._replace(format=format, align=style.align or align, **changes)


@cache
def painted(style: Style, verdict: Verdict) -> Style:
    """The style in the colours of a verdict."""
    fill, color = COLORS[verdict]
    return style._replace(fill=fill, color=color, bold=True)


@cache
def _quoted(style: Style) -> Style:
    return style._replace(quoted=True)


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


def lines(words: str, width: float, size: int = 10) -> int:
    """How many lines words take in a column."""
    room = _letters(width, size)
    if len(words) <= room and "\n" not in words:
        return 1
    return sum(-(-max(len(line), 1) // room) for line in words.split("\n"))


def _letters(width: float, size: int) -> int:
    """How many letters stand side by side: one is narrower than the digit that widths are counted in."""
    return max(int(width * 11 / size), 6)


class Pen:
    """Writes a sheet from top to bottom, line by line: what is written is on the disk, and no longer in memory.

    Args:
        book: the workbook, whose styles are made when they are first used.
        sheet: one of its sheets.
        widths: those of its columns, in characters.
        looks: the styles made so far, the same for all sheets of the workbook.
    """

    def __init__(self, book: Workbook, sheet: Worksheet, widths: Sequence[float], looks: dict[Style, Format]) -> None:
        self.book, self.sheet, self.widths, self.row = book, sheet, list(widths), 0
        self._looks = looks
        self._links = 0
        for place, width in enumerate(self.widths):
            sheet.set_column(place, place, width)

    def line(self, cells: Sequence[Content | None], tall: float | None = None) -> None:
        """One row from the first column on; `tall` in points, where it is not that of one line."""
        if tall is not None:
            self.sheet.set_row(self.row, tall)
        for place, cell in enumerate(cells):
            if cell is not None:
                self._cell(place, *cell)
        self.row += 1

    def wrapping(self, cells: Sequence[Content]) -> None:
        """A row as tall as its longest words need, which not every spreadsheet works out."""
        tall = 1
        for (value, style), width in zip(cells, self.widths, strict=False):
            if style.wrap and isinstance(value, str) and (len(value) > width or "\n" in value):
                tall = max(tall, lines(value, width, style.size))
        self.line(cells, None if tall == 1 else min(tall * _LINE_HEIGHT, _TALLEST))

    def lean(self, cells: Sequence[Content]) -> None:
        """A row of a long table: neither heights nor empty cells."""
        self.line([None if cell[0] is None else cell for cell in cells])

    def words(self, words: str, style: Style = PLAIN, first: int = 0, label: Content | None = None) -> None:
        """Words over the columns from `first` on, in as many lines as they need; `label` before the first of them."""
        room = _letters(max(sum(self.widths[first:]), _LEAST_ROOM), style.size)
        flat = style._replace(wrap=False, align=style.align or "left")
        behind = [("", flat)] * (len(self.widths) - first - 1) if style.fill or style.boxed else []
        tall = _LINE_HEIGHT * style.size / 10 if style.size > PLAIN.size else None
        for part in words.split("\n"):
            for line in textwrap.wrap(part, room, break_on_hyphens=False) or [""]:
                before = [label, *[None] * (first - 1)] if first else []
                self.line([*before, text(line, flat), *behind], tall)
                label = None

    def blank(self, count: int = 1) -> None:
        """Empty lines."""
        self.row += count

    def _cell(self, place: int, value: Any, style: Style) -> None:
        look = self._looks.get(style) or self._made(style)
        if value is None or value == "":
            self.sheet.write_blank(self.row, place, None, look)
        elif isinstance(value, str):
            if not ((style.link or style.goes_to) and self._linked(place, value, style, look)):
                # the writer takes what begins and ends so for XML of its own
                self.sheet.write_string(self.row, place, f"{value} " if value.startswith("<r>") else value, look)
        elif isinstance(value, date):
            self.sheet.write_number(self.row, place, (value - _DAY_ZERO).days, look)
        else:
            self.sheet.write_number(self.row, place, value, look)

    def _linked(self, place: int, value: str, style: Style, look: Format) -> bool:
        """Whether a click on the cell opens something."""
        target = f"internal:{style.goes_to}" if style.goes_to else value
        if not style.goes_to and not (
            self._links < _MAX_LINKS and len(value) < _MAX_LINK and re.match("https?://", value)
        ):
            return False
        self._links += 1
        return bool(self.sheet.write_url(self.row, place, target, look, value) == 0)

    def _made(self, style: Style) -> Format:
        link = style.link or bool(style.goes_to)
        wanted = {
            "font_name": "Calibri",
            "font_size": style.size,
            "bold": style.bold,
            "italic": style.italic,
            "font_color": f"#{_LINK if link else style.color}",
            "underline": 1 if link else 0,
            "num_format": style.format,
            "align": style.align,
            "valign": "top",
            "text_wrap": style.wrap,
            "indent": 1 if style.align == "right" else 0,  # away from the words of the next column
            "quote_prefix": style.quoted,
            **({"bg_color": f"#{style.fill}"} if style.fill else {}),
            **({"top": 2, "top_color": f"#{HEAD}"} if style.top else {}),
            **({"bottom": 1, "bottom_color": f"#{LINE}"} if style.boxed else {}),
        }
        made = self._looks[style] = self.book.add_format(wanted)
        return made
