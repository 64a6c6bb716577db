"""What each act answers for: of a row of several codes, its own tariff where the amount is the sum of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.kinds.visit import beside_tariffs

if TYPE_CHECKING:
    from avenant9.law.nomenclature import Prices


def with_own_amounts(acts: pl.DataFrame, prices: Prices, overseas: str | None) -> pl.DataFrame:
    """The acts (ACTS) with what each of them answers for.

    Adds `own_amount` (cents; null without an amount) and `undivided` (whether it is the amount of a whole row of
    several codes, of which it is an upper bound: their tariffs do not add up to it, or one of them has none).
    """
    several = acts.filter(pl.col("parts") > 1)
    if several.is_empty():
        return acts.with_columns(own_amount=pl.col("amount"), undivided=pl.lit(False))
    told = beside_tariffs(several, prices, overseas)
    answers = told.select(
        "act", undivided=~pl.col("adds_up"), own_amount=pl.when("adds_up").then("tariff").otherwise("amount")
    )
    return acts.join(answers, on="act", how="left", maintain_order="left").with_columns(
        pl.coalesce("own_amount", "amount"), pl.col("undivided").fill_null(False)
    )
