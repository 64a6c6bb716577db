"""The cells that a reader gave and what was noted of their sheet, as a RawSheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.reading.raw_sheet import ERRORS, RawSheet

if TYPE_CHECKING:
    from avenant9.reading.workbook.sheet import Sheet


def raw_sheet(path: str, sheet: Sheet, table: pl.DataFrame | None, date1904: bool) -> RawSheet:
    """A sheet: its `table` has a column `c` and its place each, or is None where it is not to be read."""
    empty = pl.DataFrame(schema={"row": pl.UInt32()})
    return RawSheet(
        file=path,
        sheet=sheet.name,
        table=empty if table is None else _with_errors(_numbered(table), sheet),
        hidden=sheet.hidden,
        errors=pl.DataFrame(sheet.errors, schema=ERRORS, orient="row").sort("row", "column"),
        date1904=date1904,
        read=table is not None,
        merges=tuple(sheet.merges),
        hidden_rows=tuple(sheet.hidden_rows),
    )


def _numbered(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("row"), pl.all())


def _with_errors(table: pl.DataFrame, sheet: Sheet) -> pl.DataFrame:
    """The table enlarged to its cells in error, which the readers leave out."""
    if not sheet.errors:
        return table
    last, columns = max(row for row, _, _ in sheet.errors), {column for _, column, _ in sheet.errors}
    missing = [f"c{column}" for column in sorted(columns) if f"c{column}" not in table.columns]
    table = table.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
    if last > len(table):
        rows = pl.Series("row", range(len(table) + 1, last + 1), pl.UInt32)
        table = pl.concat([table, pl.DataFrame(rows)], how="diagonal")
    order = sorted((name for name in table.columns if name != "row"), key=lambda name: int(name[1:]))
    return table.select("row", *order)
