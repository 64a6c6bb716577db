"""A sheet, a text file or a parquet file as a table of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field

if TYPE_CHECKING:
    from avenant9.reading.addresses import Area

#: Rows × columns of a text or parquet file: few bytes of the latter may stand for any number of them.
MAX_CELLS = 250_000_000
ERRORS = {"row": pl.UInt32(), "column": pl.UInt32(), "text": pl.String()}


def _no_errors() -> pl.DataFrame:
    return pl.DataFrame(schema=ERRORS)


class RawSheet(Struct, frozen=True, eq=False):
    """One sheet, text file or parquet file, as text.

    `table` has `row` (UInt32: the row of the spreadsheet; the line on which the record starts, from 1; the place of
    the record in a parquet file, from 1), then String columns `c0`, `c1`… where the number is the absolute place of
    the column (`c0` is A); those of a long file that hold the same cells many times may be Categorical. The header
    and blank rows are in it, empty cells are null. In workbooks a date is `2022-05-02 00:00:00`, a time
    `1899-12-31 08:30:00`, a boolean `true` or `false`.
    """

    file: str
    sheet: str | None
    table: pl.DataFrame
    encoding: str | None = None
    separator: str | None = None
    hidden: bool = False
    errors: pl.DataFrame = field(default_factory=_no_errors)  # ERRORS: "#N/A"…, or UNCOMPUTED
    header: tuple[str, ...] | None = None  # parquet: names of the columns; the table then holds data only
    date1904: bool = False  # serial numbers (not dates) in `table` count from 1904
    fields: pl.Series | None = None  # text: cells of each row, empty ones too
    read: bool = True  # False: hidden, or not asked for; the table is then empty
    merges: tuple[Area, ...] = ()  # only the first cell of each holds its content
    hidden_rows: tuple[tuple[int, int], ...] = ()  # first and last of each run: read as the others are
