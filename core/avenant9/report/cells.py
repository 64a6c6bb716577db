"""Columns of the report in the types of text formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.report.sentences import reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avenant9.model import Source


def money(column: str, point: str) -> pl.Expr:
    """Cents as text with two decimals after `point`, nothing between thousands; null stays null."""
    cents = pl.col(column).abs()
    sign = pl.when(pl.col(column) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, rest = (cents // 100).cast(pl.String), (cents % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(sign, whole, pl.lit(point), rest).alias(column)


def source_columns(sources: Mapping[str, Source]) -> tuple[pl.Expr, pl.Expr]:
    """The name of the text behind each finding, and its address."""
    texts = {key: reference(source) for key, source in sources.items()}
    urls = {key: source.url for key, source in sources.items()}
    return tuple(  # type: ignore[return-value]
        pl.col("source").replace_strict(values, default=None, return_dtype=pl.String).alias(name)
        if values
        else pl.lit(None, pl.String).alias(name)
        for name, values in (("text", texts), ("url", urls))
    )
