"""An xlsx workbook: its sheets, their order and visibility, and the scan of each."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from avenant9.reading.refusals import damaged
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.scan_bytes import scan_fast
from avenant9.reading.workbook.scan_xml import scan_slow
from avenant9.reading.workbook.sheet import UNCOMPUTED, Chosen, RowsTaker, Sheet, Workbook, check_grid, reading_memory
from avenant9.reading.workbook.stray_cells import leave_far_cells
from avenant9.reading.workbook.xml import elements

if TYPE_CHECKING:
    from avenant9.reading.workbook.package import Package


#: Errors that the reader knows: for another one (`#SPILL!`, `#ERROR!` of Google Sheets) it refuses the workbook.
_KNOWN = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", UNCOMPUTED}
#: A pattern of the cells in error, which the scan has noted.
_IN_ERROR = r"""<c r="[A-Z]+[0-9]+"(?=[^>]*\st\s*=\s*["']e["'])[^>]*(?<!/)>(?:(?!</c>).)*?<v(?:\s[^>]*)?>#.*?</c>"""


def examined(package: Package, chosen: Chosen, taker: RowsTaker) -> Workbook:
    """The workbook that a package holds; the `chosen` sheets are scanned, their rows handed to the `taker`."""
    targets = _targets(package)
    sheets: list[tuple[Sheet, str]] = []
    date1904 = False
    for name, about in elements(package, "xl/workbook.xml", "workbookPr", "sheet"):
        if name == "workbookPr":
            date1904 = about.get("date1904", "0") in ("1", "true")
        elif about.get("id") in targets:
            hidden = about.get("state", "visible") != "visible"
            sheets.append((Sheet(about.get("name", ""), hidden), targets[about["id"]]))
    if not sheets:
        raise damaged(package.path)
    styles = package.xml("xl/styles.xml") if "xl/styles.xml" in package else b""
    taker.book(date1904=date1904, styles=styles)
    length = _strings(package, taker)
    for sheet, part in sheets:
        if chosen(sheet):
            _scan(package, part, sheet, taker)
    found = tuple(sheet for sheet, _ in sheets)
    return Workbook("xlsx", found, date1904, reading_memory(found, 4 * length))


def _strings(package: Package, taker: RowsTaker) -> int:
    """Hands over the shared strings; how many bytes there are of them."""
    if "xl/sharedStrings.xml" not in package:
        return 0
    before = package.inflated
    taker.strings(package.stream("xl/sharedStrings.xml", limits.MAX_STRINGS))
    return package.inflated - before


def _targets(package: Package) -> dict[str, str]:
    """Identifier of relation -> part, for the worksheets (not the charts)."""
    targets = {}
    for _, about in elements(package, "xl/_rels/workbook.xml.rels", "Relationship"):
        if about.get("Type", "").endswith("/worksheet"):
            target = about.get("Target", "").replace("\\", "/")
            part = posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
            if part.startswith("..") or about.get("TargetMode") == "External":
                raise package.refused("le classeur désigne une feuille hors de lui-même")
            targets[about.get("Id", "")] = part
    return targets


def _scan(package: Package, part: str, sheet: Sheet, taker: RowsTaker) -> None:
    if not scan_fast(package, part, sheet, taker):
        scan_slow(package, part, sheet)
    elif sheet.columns <= limits.MAX_COLUMNS and sheet.rows * sheet.columns > limits.MAX_CELLS:
        leave_far_cells(package, part, sheet)
    if not {text for _, _, text in sheet.errors} <= _KNOWN:
        sheet.left_out = (part, f"{sheet.left_out[1]}|{_IN_ERROR}" if sheet.left_out else _IN_ERROR)
    for row, column, _ in sheet.errors:
        sheet.extend(row, column)
    check_grid(package.path, sheet)
    if sheet.declared and (sheet.declared[2] < sheet.rows or sheet.declared[3] + 1 < sheet.columns):
        sheet.notes.append("la zone déclarée dans le fichier est fausse, plus petite que le tableau ; tout est lu.")
