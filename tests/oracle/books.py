"""A practice as the files that spreadsheets write: every cell is text, so that only the format differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from oracle.strategies import Practice


def cells(practice: Practice) -> list[list[str]]:
    """The headings, then the rows."""
    return [list(practice.columns), *([row.get(key, "") for key in practice.columns] for row in practice.rows)]


def xlsx(practice: Practice, path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Actes")
    for row in cells(practice):
        sheet.append([cell or None for cell in row])
    book.save(path)


def xls(practice: Practice, path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Actes")
    for number, row in enumerate(cells(practice)):
        for column, cell in enumerate(row):
            if cell:
                sheet.write(number, column, cell)
    book.save(str(path))


def ods(practice: Practice, path: Path) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="Actes")
    for row in cells(practice):
        line = TableRow()
        for cell in row:
            one = TableCell(valuetype="string") if cell else TableCell()
            if cell:
                one.addElement(P(text=cell))
            line.addElement(one)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(path))


def parquet(practice: Practice, path: Path) -> None:
    import polars as pl

    heading, *rows = cells(practice)
    columns = {key: [row[place] for row in rows] for place, key in enumerate(heading)}
    pl.DataFrame(columns, schema=dict.fromkeys(heading, pl.String)).write_parquet(path)


WRITERS: dict[str, Callable[[Practice, Path], None]] = {"xlsx": xlsx, "xls": xls, "ods": ods, "parquet": parquet}
