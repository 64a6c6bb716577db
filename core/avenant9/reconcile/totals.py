"""What the lines of a year come to: by month of care, by month of payment, by family of codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from avenant9.results.reconcile import OfFamily, OfMonth, Sums

_CANCELS = pl.col("state") == "cancellation"


def total(lines: pl.DataFrame) -> Sums:
    """The sums of lines (LINES), refused ones left out."""
    return Sums(**_taken(lines).select(_sums()).row(0, named=True))


def by_month(lines: pl.DataFrame, day: str) -> tuple[OfMonth, ...]:
    """The sums of each month of a column of days, in order."""
    return tuple(OfMonth(**row) for row in _by(_taken(lines), pl.col(day).dt.truncate("1mo").alias("month")))


def by_family(lines: pl.DataFrame) -> tuple[OfFamily, ...]:
    """The sums of each family, the dearest first."""
    rows = (OfFamily(**row) for row in _by(_taken(lines), pl.col("family")))
    return tuple(sorted(rows, key=lambda sums: -(sums.amount or 0)))


def _taken(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.filter(pl.col("state") != "refused")


def _by(lines: pl.DataFrame, key: pl.Expr) -> Iterator[dict[str, Any]]:
    return lines.group_by(key).agg(_sums()).sort(pl.first()).iter_rows(named=True)


def _sums() -> list[pl.Expr]:
    return [
        (~_CANCELS).sum().alias("acts"),
        _known("cents").alias("amount"),
        _known("overcharge"),
        pl.col("cents").filter(_CANCELS).sum().alias("cancelled"),
    ]


def _known(name: str) -> pl.Expr:
    """The sum of what rows bill; null where there are some and none of them tells it."""
    told = pl.col(name).filter(~_CANCELS, pl.col("first") | (pl.lit(name) == "cents"))
    return pl.when((told.len() == 0) | told.is_not_null().any()).then(told.sum()).alias(name)
