"""Rows of a text with more or fewer cells than there are headings: they may stand under the wrong ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import Struct, field

from avenant9.acts.columns import COLUMNS
from avenant9.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection

    from avenant9.acts.recognise import Recognised
    from avenant9.acts.sheet import Reading
    from avenant9.reading.raw_sheet import RawSheet


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema={"row": pl.UInt32, "cells": pl.UInt32})


class Ragged(Struct, frozen=True):
    """The rows of another width than their heading's.

    Attributes:
        rows: `row` and its number of `cells`.
        width: cells of the heading.
        habit: the whole file is so, and no comma may have cut a number: a row is what it says where its cells suit
            their columns.
    """

    rows: pl.DataFrame = field(default_factory=_none)
    width: int = 0
    habit: bool = False

    def reasons(self, suited: Collection[int]) -> dict[int, str]:
        """Why rows are rejected, by row; `suited` are the numbers of those whose cells suit their columns."""
        return {
            row: self._reason(cells) for row, cells in self.rows.iter_rows() if not (self.habit and row in suited)
        }

    def _reason(self, cells: int) -> str:
        return f"{'plus' if cells > self.width else 'moins'} de cellules que de titres ({cells} pour {self.width})"

    def notice(self, suited: Collection[int]) -> str:
        """How the rows of that habit are read (French); empty where there is none."""
        read = self.rows.filter(pl.col("row").is_in(suited)) if self.habit else self.rows.clear()
        if read.is_empty():
            return ""
        if read["cells"][0] > self.width:
            return "chaque ligne finit par plus de cellules que de titres, toutes vides : elles ne sont pas lues."
        short = counted(len(read), "ligne finit avant la dernière colonne", "lignes finissent avant la dernière")
        return f"{short} : les cellules qui manquent sont lues vides."


#: Types of columns whose cells say by their looks whether they stand in the right one.
_TELLING = frozenset({"date", "heure", "moment", "euros", "nombre", "oui-non"})


def suited(reading: Reading, typed: pl.DataFrame) -> frozenset[int]:
    """The rows (their numbers) of which every cell can be read as what its column holds."""
    right = pl.Series([True]).new_from_index(0, len(typed))
    for key in reading.found.columns:
        cells = reading.cells(key) if COLUMNS[key].type in _TELLING and key in typed.columns else None
        if cells is not None:
            right &= cells.is_null() | typed[key].is_not_null()
    return frozenset(typed["row"].filter(right))


def ragged(raw: RawSheet, found: Recognised, kept: pl.Series) -> Ragged:
    """The rows among those `kept` (their numbers, in order) that are of another width than the heading."""
    if raw.fields is None or not found.header_rows:
        return Ragged()
    width = int(raw.fields.filter(raw.table["row"] == found.header_rows[0])[0])
    if (raw.fields == width).all():
        return Ragged()
    rows = raw.table.with_columns(raw.fields.alias("cells")).filter(pl.col("row").is_in(kept.implode()))
    odd = rows.select("row", "cells").filter(pl.col("cells") != width)
    habit = raw.separator != "," and len(odd) > 0 and (_same_surplus(rows, width) or _left_out(rows, width))
    return Ragged(odd, width, habit)


def _same_surplus(rows: pl.DataFrame, width: int) -> bool:
    """Whether every row ends with as many cells beyond the headings, all of them empty."""
    beyond = rows.drop("row", "cells")[:, width:]
    empty = all(column.null_count() == len(rows) for column in beyond)
    return empty and rows["cells"].n_unique() == 1 and rows["cells"][0] > width


def _left_out(rows: pl.DataFrame, width: int) -> bool:
    """Whether no row has more cells than there are headings, or ends with an empty one."""
    last = [
        part.to_series(cells).null_count() == 0  # the first column is the number of the row
        for (cells,), part in rows.group_by("cells")
        if cells <= width
    ]
    return len(last) == rows["cells"].n_unique() and all(last)
