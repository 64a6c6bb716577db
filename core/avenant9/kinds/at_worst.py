"""Acts of which something is unknown, beside a limit: whether they can pass it, where the unknown is at its worst."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from avenant9.kinds.windows import Window
from avenant9.period import Period

_GROUP = ("who", "whom")
#: What of its group is known of an act.
_TOLD: tuple[tuple[str, ...], ...] = (_GROUP, ("who",), ("whom",), ())
_ROWS_AT_ONCE = 5_000_000


def may_pass(about: pl.DataFrame, per: Sequence[str], window: Window, period: Period, limit: int) -> pl.DataFrame:
    """The acts that are not `known` and stand in a window in which more than `limit` units can be of one group.

    A group is what `per`, one key or two, counts together: a practitioner's acts of a patient, mostly. An act can be
    of any where that is unknown. `about` has these keys, `act`, `date`, `quantity` and `known`.
    """
    unknown = about.filter(~pl.col("known"))
    if unknown.is_empty():
        return unknown
    who, whom = [*(pl.col(key).cast(pl.String) for key in per), pl.lit("")][:2]
    acts = about.select("act", "date", "known", units=pl.col("quantity").cast(pl.Int64), who=who, whom=whom)
    days = window.of_days(about["date"], period)
    if window.rolling:
        passing = pl.concat(_passing(inside, limit) for inside in _rolling(acts, days))
    else:
        passing = _passing(acts.join(days.select("date", "start"), on="date"), limit)
    return unknown.filter(pl.col("act").is_in(passing.implode()))


def _rolling(acts: pl.DataFrame, days: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The acts of each window that ends on one of the days, so many windows at a time."""
    in_window = (pl.col("date") >= pl.col("start"), pl.col("date") <= pl.col("end"))
    for some in days.select("start", "end").iter_slices(max(1, _ROWS_AT_ONCE // len(acts))):
        yield acts.join_where(some, *in_window).with_columns(start="end")  # two of them may start on one day


def _passing(inside: pl.DataFrame, limit: int) -> pl.Series:
    """Of acts in windows (`start`), those not known that can be of a group over the limit."""
    over = _over(inside.group_by("start", *_GROUP).agg(pl.col("units").sum()), limit)
    unknown = inside.filter(~pl.col("known"))
    return pl.concat(unknown.filter(_told(keys)).join(over, on=["start", *keys], how="semi")["act"] for keys in _TOLD)


def _over(units: pl.DataFrame, limit: int) -> pl.DataFrame:
    """The groups (`start`, `who`, `whom`) that pass the limit if all that can be theirs is.

    Of the acts that are known by half, only the likeliest group is looked at: no other one can hold more.
    """
    if not units.select(pl.any_horizontal(pl.col(_GROUP).is_null()).any()).item():
        return units.filter(pl.col("units") > limit)
    likeliest = units.group_by("start").agg(_most("who", "whom"), _most("whom", "who"))
    anybody = [pl.coalesce(name, f"likeliest_{name}", pl.lit("")).alias(name) for name in _GROUP]
    groups = units.join(likeliest, on="start").select("start", *anybody).unique()
    for rank, keys in enumerate(_TOLD):
        theirs = units.filter(_told(keys)).select("start", *keys, pl.col("units").alias(f"units_{rank}"))
        groups = groups.join(theirs, on=["start", *keys], how="left")
    return groups.filter(pl.sum_horizontal(pl.col(r"^units_\d$")) > limit)


def _most(name: str, other: str) -> pl.Expr:
    """Who has most units of which only he is known."""
    alone = pl.col(name).is_not_null() & pl.col(other).is_null()
    most = pl.col(name).filter(alone).sort_by(pl.col("units").filter(alone)).last()
    return most.alias(f"likeliest_{name}")


def _told(keys: Sequence[str]) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).is_not_null() == (name in keys) for name in _GROUP)
