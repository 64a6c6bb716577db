"""The sheets of a workbook as tables of text: examined by the preflight, read by native readers in processes."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from avenant9.errors import InputError
from avenant9.reading.raw_sheet import ERRORS, RawSheet
from avenant9.reading.refusals import RESAVE, damaged
from avenant9.reading.workbook.examine import examined
from avenant9.reading.workbook.parallel import Pieces
from avenant9.reading.workbook.pool import ask, end, spawn, take
from avenant9.reading.workbook.protocol import DeadError, RefusedError, answer

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from avenant9.reading.sheets import Request
    from avenant9.reading.sniff import Kind
    from avenant9.reading.workbook.sheet import Sheet, Workbook


def read_workbook(path: str, file: BinaryIO, kind: Kind, request: Request) -> tuple[list[RawSheet], list[str]]:
    """One entry per sheet, in their order, and what is said of them; only those that are asked for are read.

    Raises:
        InputError: refused by the preflight, damaged, or beyond what the reader may take.
    """
    pieces = Pieces(readers := take(path))

    def wanted(sheet: Sheet) -> bool:
        return request.wants(sheet.name, hidden=sheet.hidden)

    with closing(pieces), _readers(readers):
        book = examined(path, file, kind, wanted, pieces)
        asked = [sheet.name for sheet in book.sheets if wanted(sheet)]
        tables = pieces.tables()
        whole = [
            sheet.name
            for sheet in book.sheets
            if sheet.name in asked and (sheet.name not in tables or sheet.left_out)
        ]
        if whole and pieces.idle:  # a reader that was given pieces may be in the midst of one
            tables |= _whole(path, book, whole, readers[0])
            whole = []
    if whole:
        with _readers([spawn()]) as (reader,):
            tables |= _whole(path, book, whole, reader)
    found = []
    for sheet in book.sheets:
        table = tables.get(sheet.name) if sheet.name in asked else None
        if table is not None:
            table = _overlaid(_plain(table, book, sheet), sheet)
        errors = pl.DataFrame(sheet.errors, schema=ERRORS, orient="row").sort("row", "column")
        empty = pl.DataFrame(schema={"row": pl.UInt32()})
        found.append(
            RawSheet(
                file=path,
                sheet=sheet.name,
                table=empty if table is None else table,
                hidden=sheet.hidden,
                errors=errors,
                date1904=book.date1904,
                read=table is not None,
                merges=tuple(sheet.merges),
                hidden_rows=tuple(sheet.hidden_rows),
            )
        )
    return found, [f"{path}, feuille {sheet.name} : {note}" for sheet in book.sheets for note in sheet.notes]


@contextmanager
def _readers(readers: list[subprocess.Popen[bytes]]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes of the native reader; they never outlive the block."""
    try:
        yield readers
    finally:
        for reader in readers:
            end(reader)


def _whole(path: str, book: Workbook, names: list[str], reader: subprocess.Popen[bytes]) -> dict[str, pl.DataFrame]:
    """These sheets, read whole from the file; columns are named by their absolute place."""
    left_out = dict(sheet.left_out for sheet in book.sheets if sheet.left_out)
    ask(reader, {"memory": book.memory, "path": os.path.realpath(path), "sheets": names, "left_out": left_out})
    try:
        return answer(reader)
    except RefusedError:
        raise damaged(path) from None
    except DeadError:
        problem = "la lecture du classeur s'est interrompue (mémoire insuffisante ou contenu anormal)"
        raise InputError(path, problem, f"{RESAVE}, ou exportez-le en CSV") from None


def _plain(table: pl.DataFrame, book: Workbook, sheet: Sheet) -> pl.DataFrame:
    """The cells as RawSheet has them: numbered rows, one form of date and time."""
    cells = pl.all()
    if sheet.iso_dates:
        cells = cells.str.replace(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.0+)?Z?$", "$1 $2")
    if book.date1904:  # a time is a moment of the first day of the calendar; midnight may be that day itself
        midnight = cells.str.ends_with(" 00:00:00")
        cells = pl.when(midnight).then(cells).otherwise(cells.str.replace("^1904-01-01 ", "1899-12-31 "))
    rows = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("row")
    return table.select(rows, cells)


def _overlaid(table: pl.DataFrame, sheet: Sheet) -> pl.DataFrame:
    """The table enlarged to the cells that the reader dropped (errors, times of an ods), and what it got wrong."""
    noted = sheet.errors + sheet.instead
    if not noted:
        return table
    last, columns = max(row for row, _, _ in noted), {column for _, column, _ in noted}
    missing = [f"c{column}" for column in sorted(columns) if f"c{column}" not in table.columns]
    table = table.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
    if last > len(table):
        rows = pl.Series("row", range(len(table) + 1, last + 1), pl.UInt32)
        table = pl.concat([table, pl.DataFrame(rows)], how="diagonal")
    for column in {column for _, column, _ in sheet.instead}:
        cells = [(row - 1, text) for row, place, text in sheet.instead if place == column]
        series = table[f"c{column}"].scatter([row for row, _ in cells], [text or None for _, text in cells])
        table = table.with_columns(series)
    order = sorted((name for name in table.columns if name != "row"), key=lambda name: int(name[1:]))
    return table.select("row", *order)
