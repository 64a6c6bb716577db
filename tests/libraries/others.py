"""Workbooks as other libraries read them, each cell written as a RawSheet writes it.

xlsx by openpyxl, xls by calamine, ods by odfpy: none of them is what a9 reads that sort of workbook with.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import fastexcel
import openpyxl
from odf import namespaces, opendocument
from odf.element import Element, Text
from odf.office import Spreadsheet
from odf.style import TableProperties

from avenant9.reading.refusals import UNCOMPUTED

#: The namespace that LibreOffice says errors in; odfpy has no name for it.
CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"

Address = tuple[int, int]  # row from 1, column from 0


class Seen(NamedTuple):
    """A visible sheet: its cells with a value, and its cells in error; None where the library does not tell these."""

    name: str
    cells: dict[Address, str]
    errors: dict[Address, str] | None


#: How a value of Python is written in a RawSheet.
WRITTEN: tuple[tuple[type, Callable[..., str], str], ...] = (
    (bool, lambda value: "true" if value else "false", "a boolean is a word"),
    (datetime, lambda value: f"{value:%Y-%m-%d %H:%M:%S}", "a date is a moment, to the second"),
    (date, lambda value: f"{value:%Y-%m-%d} 00:00:00", "a date is a moment, to the second"),
    (time, lambda value: f"1899-12-31 {value:%H:%M:%S}", "a time is a moment of the day before Excel's first"),
    (
        timedelta,
        lambda value: written(datetime(1899, 12, 31 if value.days < 60 else 30) + value),
        "a duration counts from that same day, and Excel has a 29th of February 1900",
    ),
    (float, lambda value: f"{value:.9f}".rstrip("0").rstrip("."), "a number has nine decimals at most, no exponent"),
    (int, str, "a number is text"),
    (str, str, "text is left as it is"),
)


def written(value: object) -> str:
    """The text of a value in a RawSheet."""
    return next((write(value) for kind, write, _ in WRITTEN if isinstance(value, kind)), str(value))


def by_openpyxl(path: Path) -> Iterator[Seen]:
    """An xlsx or xlsm. A formula that was never computed is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with path.open("rb") as file:
            computed = openpyxl.load_workbook(file, data_only=True)
        with path.open("rb") as file:
            typed = openpyxl.load_workbook(file)
    for sheet in computed.worksheets:
        if sheet.sheet_state != "visible":
            continue
        cells: dict[Address, str] = {}
        errors: dict[Address, str] = {}
        for row in sheet.iter_rows():
            for cell in row:
                place = (cell.row, cell.column - 1)
                if cell.data_type == "e":
                    errors[place] = str(cell.value)
                elif cell.value is None and typed[sheet.title].cell(cell.row, cell.column).data_type == "f":
                    errors[place] = UNCOMPUTED
                elif cell.value not in (None, ""):
                    cells[place] = written(cell.value)
        yield Seen(sheet.title, cells, errors)


def by_calamine(path: Path) -> Iterator[Seen]:
    """An xls. Errors are blank to this library."""
    book = fastexcel.read_excel(path)
    for name in book.sheet_names:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if sheet.visible != "visible":
            continue
        places = [column.absolute_index for column in sheet.selected_columns]
        rows = sheet.to_polars().iter_rows() if places else ()
        cells = {
            (row, place): text
            for row, texts in enumerate(rows, 1)
            for place, text in zip(places, texts, strict=True)
            if text
        }
        yield Seen(name, cells, None)


# --- ods -------------------------------------------------------------------------------------------------------


def by_odfpy(path: Path) -> Iterator[Seen]:
    """An ods, whose repeated rows and cells odfpy leaves to who reads it."""
    document = opendocument.load(str(path))
    hidden = {
        _said(about.parentNode, namespaces.STYLENS, "name")
        for about in document.getElementsByType(TableProperties)
        if _said(about, namespaces.TABLENS, "display") == "false"
    }
    (content,) = document.getElementsByType(Spreadsheet)
    for table in _children(content, namespaces.TABLENS, "table"):
        if _said(table, namespaces.TABLENS, "style-name") in hidden:
            continue
        cells: dict[Address, str] = {}
        errors: dict[Address, str] = {}
        at = 1
        for row in _rows(table):
            times = int(_said(row, namespaces.TABLENS, "number-rows-repeated") or 1)
            held = list(_held(row))
            for place, (text, error) in held:
                found = errors if error else cells
                found |= {(number, place): text for number in range(at, at + times)}
            at += times
        yield Seen(_said(table, namespaces.TABLENS, "name"), cells, errors)


def _rows(table: Element) -> Iterator[Element]:
    for child in (child for child in table.childNodes if isinstance(child, Element)):
        if child.qname == (namespaces.TABLENS, "table-row"):
            yield child
        elif child.qname[0] == namespaces.TABLENS and re.search("row", child.qname[1]):  # groups and headings of rows
            yield from _rows(child)


def _held(row: Element) -> Iterator[tuple[int, tuple[str, bool]]]:
    """(place, (text, whether it is an error)) of each cell with something in it."""
    place = 0
    for cell in row.childNodes:
        if not isinstance(cell, Element) or cell.qname not in (
            (namespaces.TABLENS, "table-cell"),
            (namespaces.TABLENS, "covered-table-cell"),
        ):
            continue
        times = int(_said(cell, namespaces.TABLENS, "number-columns-repeated") or 1)
        if found := _value(cell):
            yield from ((there, found) for there in range(place, place + times))
        place += times


def _value(cell: Element) -> tuple[str, bool] | None:
    kind = _said(cell, namespaces.OFFICENS, "value-type")
    text = "\n".join(_text(child) for child in _children(cell, namespaces.TEXTNS, "p"))
    if _said(cell, CALCEXT, "value-type") == "error":
        return text or "erreur", True
    if not kind and not text and _said(cell, namespaces.TABLENS, "formula"):
        return UNCOMPUTED, True
    value: Any = text
    if kind in ("float", "percentage", "currency"):
        value = float(_said(cell, namespaces.OFFICENS, "value"))
    elif kind == "boolean":
        value = _said(cell, namespaces.OFFICENS, "boolean-value") == "true"
    elif kind == "date":
        value = datetime.fromisoformat(_said(cell, namespaces.OFFICENS, "date-value"))
    elif kind == "time":
        hours, minutes, seconds = map(int, re.findall(r"\d+", _said(cell, namespaces.OFFICENS, "time-value"))[:3])
        value = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return (written(value), False) if value != "" else None


def _text(element: Element) -> str:
    parts = []
    for child in element.childNodes:
        if isinstance(child, Text):
            parts.append(str(child))
        elif child.qname == (namespaces.TEXTNS, "s"):
            parts.append(" " * int(_said(child, namespaces.TEXTNS, "c") or 1))
        elif child.qname[0] == namespaces.TEXTNS:
            parts.append({"tab": "\t", "line-break": "\n"}.get(child.qname[1]) or _text(child))
    return "".join(parts)


def _children(element: Element, space: str, name: str) -> list[Element]:
    return [child for child in element.childNodes if isinstance(child, Element) and child.qname == (space, name)]


def _said(element: Element, space: str, name: str) -> str:
    return str(element.attributes.get((space, name), ""))


READERS: dict[str, Callable[[Path], Iterator[Seen]]] = {
    ".xlsx": by_openpyxl,
    ".xlsm": by_openpyxl,
    ".xls": by_calamine,
    ".ods": by_odfpy,
}
