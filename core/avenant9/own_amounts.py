"""What each act answers for: of a row of several codes, its own tariff where the amount is the sum of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.kinds.visit import ROW

if TYPE_CHECKING:
    from avenant9.law.nomenclature import Prices

_PRICED = ["code", "date", "specialty", "coefficient", "quantity"]


def with_own_amounts(acts: pl.DataFrame, prices: Prices, overseas: str | None) -> pl.DataFrame:
    """The acts (ACTS) with what each of them answers for.

    Adds `own_amount` (cents; null without an amount) and `undivided` (whether it is the amount of a whole row of
    several codes, of which it is an upper bound: their tariffs do not add up to it, or one of them has none).
    """
    several = acts.filter(pl.col("parts") > 1).select("act", *ROW, "parts", "amount", *_PRICED)
    questions = several.select(_PRICED).unique()
    totals = [prices.total(*question, overseas=overseas) for question in questions.iter_rows()]
    tariffs = pl.Series("tariff", totals, dtype=pl.Int64)
    priced = several.join(questions.with_columns(tariffs), on=_PRICED, how="left", nulls_equal=True)
    whole = (pl.len() == pl.col("parts").first()) & (pl.col("amount").n_unique() == 1)
    adds_up = (pl.col("tariff").null_count() == 0) & (pl.col("tariff").sum() == pl.col("amount").first())
    answers = priced.with_columns(undivided=~(whole & adds_up).over(ROW).fill_null(False)).select(
        "act", "undivided", own_amount=pl.when("undivided").then("amount").otherwise("tariff")
    )
    return acts.join(answers, on="act", how="left", maintain_order="left").with_columns(
        pl.coalesce("own_amount", "amount"), pl.col("undivided").fill_null(False)
    )
