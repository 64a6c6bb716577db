"""Columns of the report in the types of text formats."""

from __future__ import annotations

import polars as pl


def money(column: str, point: str) -> pl.Expr:
    """Cents as text with two decimals after `point`, nothing between thousands; null stays null."""
    cents = pl.col(column).abs()
    sign = pl.when(pl.col(column) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, rest = (cents // 100).cast(pl.String), (cents % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(sign, whole, pl.lit(point), rest).alias(column)
