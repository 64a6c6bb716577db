"""The sheets of a workbook as tables of text: examined, then read on the way or in processes."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from avenant9.notice import Notice
from avenant9.reading.refusals import died, from_a_pipe
from avenant9.reading.workbook.examine import examined, reread
from avenant9.reading.workbook.parallel import Pieces
from avenant9.reading.workbook.pool import ask, ended, spawn, take
from avenant9.reading.workbook.protocol import DeadError, RefusedError, answer
from avenant9.reading.workbook.tables import raw_sheet
from avenant9.reading.workbook.xls import read_xls

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

    from avenant9.reading.raw_sheet import RawSheet
    from avenant9.reading.sheets import Request
    from avenant9.reading.sniff import Kind
    from avenant9.reading.workbook.sheet import Chosen, Sheet, Workbook


def read_workbook(path: str, file: BinaryIO, kind: Kind, request: Request) -> tuple[list[RawSheet], list[Notice]]:
    """One entry per sheet, in their order, and what is said of them; only those that are asked for are read.

    Raises:
        InputError: refused, damaged, or beyond what the reader may take.
    """

    def wanted(sheet: Sheet) -> bool:
        return request.wants(sheet.name, hidden=sheet.hidden)

    if not file.seekable():
        raise from_a_pipe(path)
    if kind == "ole":
        return read_xls(path, file, wanted), []
    return _read_package(path, file, wanted)


def _read_package(path: str, file: BinaryIO, wanted: Chosen) -> tuple[list[RawSheet], list[Notice]]:
    pieces = Pieces(children := take(path))
    with closing(pieces), ended(children):
        book = examined(path, file, wanted, pieces)
        asked = [sheet for sheet in book.sheets if wanted(sheet)]
        tables = pieces.tables()
        tables |= {sheet.name: sheet.cells.table() for sheet in asked if sheet.cells is not None}
        left = [sheet for sheet in asked if sheet.name not in tables]
        if left and book.usual and pieces.idle:  # a reader that was given pieces may be in the midst of one
            tables |= _whole(path, book, left, children[0])
    left = [sheet for sheet in asked if sheet.name not in tables]
    if left and book.usual and not pieces.idle:
        with ended([spawn()]) as (reader,):
            tables |= _whole(path, book, left, reader)
            left = [sheet for sheet in left if sheet.name not in tables]
    if left:
        reread(path, file, left)
        tables |= {sheet.name: sheet.cells.table() for sheet in left if sheet.cells is not None}
    names = {sheet.name for sheet in asked}
    found = [
        raw_sheet(
            path, sheet, _plain(tables[sheet.name], book, sheet) if sheet.name in names else None, book.date1904
        )
        for sheet in book.sheets
    ]
    said = [Notice((path,), f", feuille {sheet.name} : {note}") for sheet in book.sheets for note in sheet.notes]
    return found, said


def _whole(
    path: str, book: Workbook, sheets: Sequence[Sheet], reader: subprocess.Popen[bytes]
) -> dict[str, pl.DataFrame]:
    """These sheets, read whole from the file, columns named by their absolute place; none where they are refused."""
    names = [sheet.name for sheet in sheets]
    ask(reader, {"memory": book.memory, "path": os.path.realpath(path), "sheets": names})
    try:
        return {found.name: found.table for found in answer(reader)}
    except RefusedError:
        return {}  # it may be the reader's fault
    except DeadError:
        raise died(path) from None


def _plain(table: pl.DataFrame, book: Workbook, sheet: Sheet) -> pl.DataFrame:
    """The cells of the native reader with the one form of dates and times that RawSheet has."""
    if sheet.cells is not None or not (sheet.iso_dates or book.date1904):
        return table
    cells = pl.all().cast(pl.String)
    if sheet.iso_dates:
        cells = cells.str.replace(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.0+)?Z?$", "$1 $2")
    if book.date1904:  # a time is a moment of the first day of the calendar; midnight may be that day itself
        midnight = cells.str.ends_with(" 00:00:00")
        cells = pl.when(midnight).then(cells).otherwise(cells.str.replace("^1904-01-01 ", "1899-12-31 "))
    return table.select(cells)
