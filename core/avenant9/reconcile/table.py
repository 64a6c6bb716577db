"""A table of another file than the acts, read by the same door: the rows under the headings that are looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

import polars as pl
from msgspec import Struct

from avenant9.acts import dates
from avenant9.acts.amounts import parse_cents
from avenant9.acts.mapping import Mapping
from avenant9.acts.recognise import Recognised
from avenant9.acts.rows import data_rows
from avenant9.acts.values import distinct, quotable
from avenant9.errors import InputError
from avenant9.reading.raw_sheet import RawSheet
from avenant9.reading.read import read_file
from avenant9.reading.sheets import Request

#: Which column of a sheet is which; None where it is not the table that is looked for.
Finder = Callable[[RawSheet], Recognised | None]

#: What was received: a day and signed cents a line.
RECEIPTS = {"date": pl.Date(), "cents": pl.Int64()}
_FIX = "corrigez cette cellule, ou exportez le fichier à nouveau"


class Receipts(Struct, frozen=True):
    """What a file says was received.

    Attributes:
        file: as on the command line.
        days: RECEIPTS, the lines of all years.
        said: how it was understood (French, without any text of its rows).
    """

    file: str
    days: pl.DataFrame
    said: tuple[str, ...] = ()


class Table(Struct, frozen=True):
    """What stands under the headings that were looked for.

    Attributes:
        place: the file and its sheet.
        rows: `row`, and the text of each key, null where it is empty.
        headings: key -> heading as in the file.
        notices: what was guessed of them (French).
    """

    place: str
    rows: pl.DataFrame
    headings: dict[str, str]
    notices: tuple[str, ...] = ()

    def days(self, key: str) -> pl.Series:
        """The days of a column. Raises InputError at the first cell that holds something else."""
        return self._read(key, "date", dates.days(self.rows[key]))

    def cents(self, key: str) -> pl.Series:
        """The amounts of a column, in cents. Raises InputError at the first cell that holds something else."""
        return self._read(key, "montant", distinct(self.rows[key], parse_cents, pl.Int64()))

    def _read(self, key: str, what: str, read: pl.Series) -> pl.Series:
        for row, cell in self.rows.select("row", key).filter(read.is_null()).drop_nulls(key).iter_rows():
            shown = f" (« {cell} »)" if quotable(cell) else ""
            raise self.refusal(row, f"la cellule sous « {self.headings[key]} » n'est pas lisible comme {what}{shown}")
        return read.cast(pl.Int64) if what == "montant" else read

    def refusal(self, row: int, problem: str, remedy: str = _FIX) -> InputError:
        """What is wrong with a row: the whole file is refused with it, for a sum without it would be another one."""
        return InputError(f"{self.place}, ligne {row}", problem, remedy)


def tables(file: str, request: Request, recognised: Finder, stdin: BinaryIO | None = None) -> Iterator[Table]:
    """The tables of a file, one a sheet at most.

    Raises:
        InputError: the file cannot be read, a row has more or fewer cells than there are headings, or a cell that
            counts holds the error of a spreadsheet.
        SettingError: as `read_file`.
    """
    for raw in read_file(file, request, stdin)[0]:
        found = recognised(raw) if request.wants(raw.sheet, hidden=raw.hidden) else None
        if found is not None:
            yield _table(raw, found)


def _table(raw: RawSheet, found: Recognised) -> Table:
    body, _, odd = data_rows(raw, found, Mapping())
    named = body.select("row", *(pl.col(f"c{at}").cast(pl.String).alias(key) for key, at in found.columns.items()))
    table = Table(
        raw.file if raw.sheet is None else f"{raw.file}, feuille {raw.sheet}", named, found.headings, found.notices
    )
    for row, reason in odd.reasons(frozenset(body["row"])).items():
        raise table.refusal(row, reason, "exportez le fichier à nouveau")
    used = raw.errors.filter(
        pl.col("column").is_in([*found.columns.values()]), pl.col("row").is_in(body["row"].implode())
    )
    for row, text in used.select("row", "text").iter_rows():
        raise table.refusal(row, f"une cellule contient « {text} »")
    return table
