"""The cells of a sheet, gathered one by one, as a table."""

from __future__ import annotations

from array import array

import polars as pl

#: Cells that are packed together: Python holds each in some 80 bytes, polars in 30.
_PACK = 500_000


class Gathered:
    """Takes the cells of a sheet in any order; the last one put at a place stays there."""

    def __init__(self) -> None:
        self._rows, self._columns = array("L"), array("L")
        self._texts: list[str] = []
        self._packs: list[pl.DataFrame] = []
        self._packed = 0

    def put(self, row: int, column: int, text: str) -> None:
        """The text of a cell: row from 1, column from 0."""
        self._rows.append(row)
        self._columns.append(column)
        self._texts.append(text)
        if len(self._texts) >= _PACK:
            self._pack()

    def __len__(self) -> int:
        """How many cells were put."""
        return self._packed + len(self._texts)

    def _pack(self) -> None:
        schema = {"row": pl.UInt32(), "column": pl.UInt32(), "text": pl.String()}
        self._packs.append(pl.DataFrame([self._rows, self._columns, self._texts], schema=schema))
        self._packed += len(self._texts)
        self._rows, self._columns, self._texts = array("L"), array("L"), []

    def table(self) -> pl.DataFrame:
        """A column `c` and its place for each that holds something, null where a cell is empty."""
        self._pack()
        cells = pl.concat(self._packs).filter(pl.col("text") != "")
        height = cells.select(pl.col("row").max()).item() or 0
        columns = cells.partition_by("column", as_dict=True, include_key=False)
        return pl.DataFrame([_column(place, held, height) for (place,), held in sorted(columns.items())])


def _column(place: int, cells: pl.DataFrame, height: int) -> pl.Series:
    empty = pl.Series(f"c{place}", [None], dtype=pl.String).new_from_index(0, height)
    return empty.scatter(cells["row"] - 1, cells["text"])
