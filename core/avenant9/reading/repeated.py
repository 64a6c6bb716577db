"""Columns of texts that stand there many times: what is done to them is done once for each text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from avenant9.threads import THREADS

if TYPE_CHECKING:
    from collections.abc import Callable

#: Cells of a column that is too short for telling its texts apart to pay.
FEW = 4_000
#: Cells of a column that are looked at to tell whether its texts repeat.
_TOP = 20_000


def repeats(column: pl.Series) -> bool:
    """Whether telling the texts of a column apart pays: as its top shows, most of them are there several times."""
    top = column.head(_TOP).drop_nulls()
    return 2 * top.n_unique() < len(top)


def of_its_own() -> pl.Categorical:
    """The type of a column that keeps each of its texts once, apart from those of other columns."""
    return pl.Categorical(pl.Categories.random())


def by_text(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct texts of a column (String, or Categorical `of_its_own`), and for each cell the place of its text
    among them; null stands where a row that was left out had another text."""
    coded = column.cast(of_its_own()) if column.dtype == pl.String else column
    used = coded.unique(maintain_order=True).drop_nulls()
    codes = used.to_physical()
    texts = pl.Series([None], dtype=pl.String).new_from_index(0, 1 + max(codes, default=-1))
    return texts.scatter(codes, used.cast(pl.String)), coded.to_physical()


def once_each(column: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """What `change` makes of the texts of a column, cell by cell (String to String); Categorical where a long one
    repeats them."""
    if column.dtype == pl.String and (len(column) <= FEW or not repeats(column)):
        return change(column)
    coded = column.cast(of_its_own()) if column.dtype == pl.String else column
    texts, places = by_text(coded)
    changed = change(texts)
    return coded if changed.equals(texts) else changed.cast(of_its_own()).gather(places).alias(column.name)


def once_each_column(table: pl.DataFrame, change: Callable[[pl.Series], pl.Series]) -> pl.DataFrame:
    """The same of every column of a table, side by side."""
    with ThreadPoolExecutor(THREADS) as pool:
        return table.with_columns(pool.map(partial(once_each, change=change), table))
