"""An xlsx workbook: its sheets, their order and visibility, and the scan of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.reading.refusals import UNCOMPUTED, damaged
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.scan_bytes import scan_fast
from avenant9.reading.workbook.scan_xml import scan_slow
from avenant9.reading.workbook.sheet import Chosen, RowsTaker, Sheet, Workbook, check_grid, reading_memory
from avenant9.reading.workbook.stray_cells import table_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.reading.workbook.book import Book
    from avenant9.reading.workbook.package import Package

#: Errors that the reader knows: for another one (`#SPILL!`, `#ERROR!` of Google Sheets) it refuses the workbook.
_KNOWN = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", UNCOMPUTED}


def examined(book: Book, chosen: Chosen, taker: RowsTaker) -> Workbook:
    """The workbook that a package holds; the `chosen` sheets are scanned, their rows handed to the `taker`."""
    package = book.package
    sheets = _sheets(book)
    if not sheets:
        raise damaged(package.path)
    taker.book(date1904=book.date1904, styles=package.xml(book.styles_part) if book.styles_part else b"")
    length = _strings(package, book.strings_part, taker)
    for sheet in sheets:
        if chosen(sheet):
            _scan(book, sheet, taker)
    memory = reading_memory(sheets, 4 * length)
    return Workbook("xlsx", sheets, book.date1904, memory, usual=book.usual)


def reread(book: Book, sheets: Sequence[Sheet]) -> None:
    """Has these sheets, which the native reader could not read, read by the preflight itself."""
    for sheet in sheets:
        scan_slow(book, sheet)


def _sheets(book: Book) -> tuple[Sheet, ...]:
    return tuple(
        Sheet(about.get("name", ""), about.get("state", "visible") != "visible", part=book.worksheets[about["id"]])
        for about in book.sheets
        if about.get("id") in book.worksheets
    )


def _strings(package: Package, part: str | None, taker: RowsTaker) -> int:
    """Hands over the shared strings; how many bytes there are of them."""
    if part is None:
        return 0
    before = package.inflated
    taker.strings(package.stream(part, limits.MAX_STRINGS))
    return package.inflated - before


def _scan(book: Book, sheet: Sheet, taker: RowsTaker) -> None:
    package = book.package
    start, width = package.inflated, limits.MAX_COLUMNS
    usual = scan_fast(package, sheet.part, sheet, taker)
    if usual and sheet.columns <= limits.MAX_COLUMNS and sheet.rows * sheet.columns > limits.MAX_CELLS:
        width = table_width(package, sheet) or width
    if not usual or width < limits.MAX_COLUMNS or not {text for _, _, text in sheet.errors} <= _KNOWN:
        package.inflated = start
        scan_slow(book, sheet, width)
    for row, column, _ in sheet.errors:
        sheet.extend(row, column)
    check_grid(package.path, sheet)
    if sheet.declared and (sheet.declared[2] < sheet.rows or sheet.declared[3] + 1 < sheet.columns):
        sheet.notes.append("la zone déclarée dans le fichier est fausse, plus petite que le tableau ; tout est lu.")
