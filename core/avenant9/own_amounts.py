"""What each act answers for: of a row of several codes, its own tariff where the amount is the sum of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.kinds.visit import ROW
from avenant9.law.nomenclature import Price

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avenant9.law.nomenclature import Prices

_PRICED = ["code", "date", "specialty", "coefficient", "quantity"]


def with_own_amounts(acts: pl.DataFrame, prices: Prices, overseas: str | None) -> pl.DataFrame:
    """The acts (ACTS) with what each of them answers for.

    Adds `own_amount` (cents; null without an amount) and `undivided` (whether it is the amount of a whole row of
    several codes, of which it is an upper bound: their tariffs do not add up to it, or one of them has none).
    """
    several = acts.filter(pl.col("parts") > 1).select("act", *ROW, "parts", "amount", *_PRICED)
    questions = several.select(_PRICED).unique()
    tariffs = pl.Series("tariff", list(_tariffs(questions, prices, overseas)), dtype=pl.Int64)
    priced = several.join(questions.with_columns(tariffs), on=_PRICED, how="left", nulls_equal=True)
    whole = (pl.len() == pl.col("parts").first()) & (pl.col("amount").n_unique() == 1)
    adds_up = (pl.col("tariff").null_count() == 0) & (pl.col("tariff").sum() == pl.col("amount").first())
    answers = priced.with_columns(undivided=~(whole & adds_up).over(ROW).fill_null(False)).select(
        "act", "undivided", own_amount=pl.when("undivided").then("amount").otherwise("tariff")
    )
    return acts.join(answers, on="act", how="left", maintain_order="left").with_columns(
        pl.coalesce("own_amount", "amount"), pl.col("undivided").fill_null(False)
    )


def _tariffs(questions: pl.DataFrame, prices: Prices, overseas: str | None) -> Iterable[int | None]:
    """`tariff x coefficient x quantity` of each line of `_PRICED`; None where nothing tells it."""
    for code, day, specialty, coefficient, quantity in questions.iter_rows():
        price = prices.of(code, day, specialty, overseas)
        yield price.times(coefficient, quantity) if isinstance(price, Price) and not price.at_most else None
