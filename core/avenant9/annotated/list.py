"""What an annotated copy has besides its marks: a first sheet that lists them, and a column « a9 » in the others."""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.hyperlink import Hyperlink

from avenant9.report import workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

_COLUMNS = (("Verdict", 16.0), ("Cellule", 24.0), ("En jeu", 13.0), ("Constat", 90.0), ("Règle", 36.0))
_STAKE, _SENTENCE = 3, 4  # the columns of euros and of the sentence
_LINE = Border(bottom=Side("thin", color=workbook.LINE))
_PLAIN, _BOLD = Font(name="Calibri", size=10), Font(name="Calibri", size=10, bold=True)
_LINK = Font(name="Calibri", size=10, color="0B4FA8", underline="single")
_LINE_HEIGHT = 14.0  # points
_SENTENCE_WIDTH = 70.0
_MOST_COLUMNS = 16_384  # of the grid of Excel


class Marked(Struct, frozen=True):
    """One line: a marked cell, or a finding that stands on none (`sheet` None); `stake` in cents, None unknown."""

    verdict: str
    fill: str
    sheet: str | None
    cell: str
    stake: int | None
    sentence: str
    rule: str


def add(
    book: Workbook, name: str, head: Sequence[str], fill: str, marked: Sequence[Marked], foot: Sequence[str]
) -> None:
    """Put the sheet first into a workbook that was read.

    Args:
        book: the workbook.
        name: the name of the sheet, changed where there is one already.
        head: title, answer and what stands under them, a line each.
        fill: the colour of the answer.
        marked: the lines, in the order of the report.
        foot: what the findings are worth, under them.
    """
    sheet = book.create_sheet(workbook.sheet_name(name, book.sheetnames), 0)
    for place, (_, width) in zip("ABCDE", _COLUMNS, strict=True):
        sheet.column_dimensions[place].width = width
    _write_head(sheet, head, fill)
    header = len(head) + 2
    for column, (heading, _) in enumerate(_COLUMNS, 1):
        _write(
            sheet, header, column, heading, Font(name="Calibri", size=10, bold=True, color="FFFFFF"), workbook.HEAD
        )
    for row, line in enumerate(marked, header + 1):
        _write_line(sheet, row, line)
    last = header + len(marked)
    sheet.auto_filter.ref = f"A{header}:E{max(last, header + 1)}"
    sheet.freeze_panes = f"A{header + 1}"
    for row, words in enumerate(foot, last + 2):
        _write(sheet, row, 1, words, Font(name="Calibri", size=10, italic=True, color=workbook.GREY))
    _set_page(sheet, header)


def add_column(sheet: Worksheet, heading: str, header: int, like: int, told: Mapping[int, str]) -> None:
    """Put a column at the right of a table, under its filter; one that a sheet has no room for is left out.

    Args:
        sheet: the sheet of a workbook that was read.
        heading: the title of the column.
        header: the row of the titles, from 1.
        like: the column, from 1, whose title it looks like.
        told: what it says, by row.
    """
    column = sheet.max_column + 1
    if column > _MOST_COLUMNS:
        return
    title: Any = _text(sheet, header, column, heading)
    looked_like: Any = sheet.cell(header, like)
    title._style = copy(looked_like._style)
    sheet.column_dimensions[get_column_letter(column)].width = _SENTENCE_WIDTH
    for row, words in told.items():
        _text(sheet, row, column, words).alignment = Alignment(vertical="top")
    _extend_filter(sheet, header, column)


def _text(sheet: Worksheet, row: int, column: int, value: str) -> Cell:
    """A text that is never a formula."""
    cell: Any = sheet.cell(row, column)
    words, style = workbook.text(value, workbook.BODY)
    cell._value, cell.data_type, cell.quotePrefix = words, "s", style.quoted
    found: Cell = cell
    return found


def _extend_filter(sheet: Worksheet, header: int, column: int) -> None:
    """The filter of the sheet as far as the column; where a table has its own, one for the column alone."""
    last = max(sheet.max_row, header + 1)
    if sheet.auto_filter.ref:
        first, row, _, end = range_boundaries(sheet.auto_filter.ref)
        if row == header:
            sheet.auto_filter.ref = f"{get_column_letter(first or 1)}{row}:{get_column_letter(column)}{end}"
        return
    start = column if sheet.tables else 1
    sheet.auto_filter.ref = f"{get_column_letter(start)}{header}:{get_column_letter(column)}{last}"


def _write_head(sheet: Worksheet, head: Sequence[str], fill: str) -> None:
    """Title, answer, legend: each over all columns, as tall as its words."""
    sizes = (16, 12)
    width = sum(width for _, width in _COLUMNS)
    for row, words in enumerate(head, 1):
        size = sizes[row - 1] if row <= len(sizes) else 10
        font = Font(name="Calibri", size=size, bold=size > 10)
        cell = _write(sheet, row, 1, words, font, fill if row == len(sizes) else "")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_COLUMNS))
        sheet.row_dimensions[row].height = workbook.lines(words, width, size) * _LINE_HEIGHT * size / 10


def _write_line(sheet: Worksheet, row: int, line: Marked) -> None:
    spot = "" if line.sheet is None else f"{line.sheet}!{line.cell}"
    _write(sheet, row, 1, line.verdict, _BOLD, line.fill)
    place = _write(sheet, row, 2, spot, _LINK if spot else _PLAIN)
    if line.sheet is not None:
        place.hyperlink = Hyperlink(ref=place.coordinate, location=f"{quote_sheetname(line.sheet)}!{line.cell}")
    stake = _write(sheet, row, _STAKE, None if line.stake is None else Decimal(line.stake).scaleb(-2), _PLAIN)
    stake.number_format = workbook.EUROS
    sentence = _write(sheet, row, _SENTENCE, line.sentence, _PLAIN)
    sentence.alignment = Alignment(wrap_text=True, vertical="top", indent=1)  # away from the euros
    _write(sheet, row, 5, line.rule, _PLAIN)
    tall = workbook.lines(line.sentence, dict(_COLUMNS)["Constat"])
    sheet.row_dimensions[row].height = tall * _LINE_HEIGHT


def _write(sheet: Worksheet, row: int, column: int, value: Any, font: Font, fill: str = "") -> Cell:
    """A cell that is never a formula, whatever its text starts with."""
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        _text(sheet, row, column, value)
    else:
        cell.value = value
    cell.font, cell.border, cell.alignment = font, _LINE, Alignment(vertical="top")
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)
    found: Cell = cell
    return found


def _set_page(sheet: Worksheet, header: int) -> None:
    """A4 on its side, as wide as the paper, the headings on every page."""
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = f"{header}:{header}"
