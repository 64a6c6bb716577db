"""Counts: at most so many units per key and window, and contacts too close to an act."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from avenant9.acts.columns import in_french
from avenant9.checks.context import (
    Context,
    concerned,
    day,
    hidden_by_grouping,
    missing_columns,
    outcome,
    part_of,
    unless_unnamed,
)
from avenant9.model import Outcome
from avenant9.rulebook.schema import Frequency, FrequencyVersion, Proximity, ProximityVersion

_ORDER = ("date", "time", "act")  # counting order; no time comes first

_SCOPE = {
    ("practitioner", "patient"): "pour ce patient",
    ("patient",): "pour ce patient, tous praticiens confondus",
    ("practitioner",): "pour ce praticien",
}


def check(acts: pl.DataFrame, rule: Frequency, version: FrequencyVersion, context: Context) -> Outcome:
    """Every row whose running count exceeds the limit, with the rows that hold the first units."""
    about = concerned(acts, version.codes, version)
    hidden = hidden_by_grouping(acts, version.codes, version, context)
    filters = [name for name, values in (("reason", version.reasons), ("channel", version.channels)) if values]
    needed = [*filters, *version.needed]
    if version.channels:
        about = about.filter(pl.col("channel").is_in(list(version.channels)) | pl.col("channel").is_null())
    if version.reasons:
        about = about.filter(pl.col("reason").is_in(list(version.reasons)) | pl.col("reason").is_null())
    known = pl.all_horizontal(pl.col(needed).is_not_null())
    unknown = missing_columns(about.filter(~known), needed)
    counted = about.filter(known)
    for refused in rule.not_counting:
        if refused in context.violating:
            counted = counted.filter(~pl.col("act").is_in(context.violating[refused].implode()))
    found = _rolling(counted, version) if version.window == "rolling-12-months" else _fixed(counted, version)
    return outcome(_said(found, version), unknown, hidden)


def _running(acts: pl.DataFrame, group: Sequence[str]) -> pl.DataFrame:
    """Adds `count` and `doubt`, the units so far in the group and those of doubtful repetitions among them."""
    doubt = pl.when("doubtful").then("quantity").otherwise(0)
    return acts.sort(*_ORDER, nulls_last=False).with_columns(
        count=pl.col("quantity").cast(pl.Int64).cum_sum().over(group),
        doubt=doubt.cast(pl.Int64).cum_sum().over(group),
    )


def _fixed(acts: pl.DataFrame, version: FrequencyVersion) -> pl.DataFrame:
    """Windows that everybody shares: year, quarter, week, ever."""
    date_of_care, first_day = pl.col("date"), version.period.first
    starts = {
        "civil-year": date_of_care.dt.truncate("1y"),
        "civil-quarter": date_of_care.dt.truncate("1q"),
        "civil-month": date_of_care.dt.truncate("1mo"),
        "iso-week": date_of_care.dt.truncate("1w"),
        "ever": pl.lit(first_day),
    }
    lasts = {"civil-year": "1y", "civil-quarter": "1q", "civil-month": "1mo", "iso-week": "1w"}
    length = lasts.get(version.window)
    acts = acts.with_columns(start=starts[version.window]).with_columns(
        end=pl.col("start").dt.offset_by(length).dt.offset_by("-1d") if length else pl.lit(None, pl.Date)
    )
    unnamed = pl.any_horizontal(pl.col(version.per).is_null())  # counts alone: null is no group
    group = [*version.per, "start", "alone"]
    running = _running(acts.with_columns(alone=pl.when(unnamed).then("act")), group)
    over = running.filter(pl.col("count") > version.limit)
    if over.is_empty():
        return over.with_columns(units=pl.lit(0), related=pl.lit([], pl.List(pl.UInt32)))
    filled = running.filter(pl.col("count") - pl.col("quantity") < version.limit)
    first_units = filled.group_by(group, maintain_order=True).agg(related=pl.col("act"))
    return over.join(first_units, on=group, how="left", nulls_equal=True, maintain_order="left").with_columns(
        units=pl.min_horizontal("quantity", pl.col("count") - version.limit)
    )


def _rolling(acts: pl.DataFrame, version: FrequencyVersion) -> pl.DataFrame:
    """The act's day and the twelve months before it, the same day a year earlier excluded."""
    key: list[str] = list(version.per)
    running = (
        _running(acts, key)
        .with_columns(
            place=pl.int_range(pl.len()).over(key), end=pl.col("date"), before=pl.col("date").dt.offset_by("-12mo")
        )
        .with_columns(start=pl.col("before").dt.offset_by("1d"))
    )
    earlier = running.group_by([*key, "date"], maintain_order=True).agg(
        pl.col("count").last().alias("count_before"),
        pl.col("doubt").last().alias("doubt_before"),
        (pl.col("place").last() + 1).alias("first_place"),
    )
    windowed = (
        running.sort("before")
        .join_asof(
            earlier.sort("date"),
            left_on="before",
            right_on="date",
            by=key,
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(pl.col("count_before", "doubt_before", "first_place").fill_null(0))
        .with_columns(in_all=pl.col("count"), count=pl.col("count") - pl.col("count_before"))
        .with_columns(doubt=pl.col("doubt") - pl.col("doubt_before"))
    )
    over = windowed.filter(pl.col("count") > version.limit).with_columns(
        units=pl.min_horizontal("quantity", pl.col("count") - version.limit)
    )
    return over.join(_first_units(over, running, key, version.limit), on="act", how="left")


def _first_units(over: pl.DataFrame, running: pl.DataFrame, key: list[str], limit: int) -> pl.DataFrame:
    """The acts that hold the first `limit` units of each window: at most `limit` places from its first one."""
    places = over.select(
        *key, "act", "count_before", place=pl.int_ranges("first_place", pl.col("first_place") + limit)
    )
    held = running.select(*key, "place", held=pl.col("act"), until=pl.col("count"), own=pl.col("quantity"))
    return (
        places.explode("place")
        .join(held, on=[*key, "place"])
        .filter(pl.col("until") - pl.col("own") < pl.col("count_before") + limit)
        .sort("act", "place")
        .group_by("act", maintain_order=True)
        .agg(related=pl.col("held"))
    )


def _said(over: pl.DataFrame, version: FrequencyVersion) -> pl.DataFrame:
    per = tuple(version.per)
    sure = unless_unnamed(version.verdict) if "practitioner" in per else pl.lit(version.verdict)
    rests_on_doubt = pl.col("doubtful") | (pl.col("count") - pl.col("doubt") <= version.limit)
    codes = ", ".join(version.codes)
    filters = (*in_french("reason", version.reasons), *in_french("channel", version.channels))
    reasons = f" ({', '.join(filters)})" if filters else ""
    window = {
        "civil-year": pl.format("sur l'année civile {}", pl.col("start").dt.year()),
        "civil-quarter": pl.format("au {} trimestre {}", _quarter(), pl.col("start").dt.year()),
        "civil-month": pl.format("en {}", pl.col("start").dt.to_string("%m/%Y")),
        "iso-week": pl.format("sur la semaine du {} au {}", day(pl.col("start")), day(pl.col("end"))),
        "rolling-12-months": pl.format("du {} au {}", day(pl.col("start")), day(pl.col("end"))),
        "ever": pl.format("depuis le {}", day(pl.col("start"))),
    }[version.window]
    last_day = pl.col("end").dt.to_string("%Y-%m-%d").fill_null("..")
    counted = pl.format(
        f"{codes}{reasons} : {{}} {{}} {_SCOPE[per]}, {version.limit} au plus ; {{}} de trop.",
        "count",
        window,
        "units",
    )
    return over.select(
        "act",
        "related",
        verdict=pl.when(rests_on_doubt).then(pl.lit("review")).otherwise(sure),
        at_stake=part_of(pl.col("amount"), pl.col("units"), pl.col("quantity")),
        message=counted if version.limit else pl.format(f"{{}}{reasons} : ne se facture pas à cette date.", "code"),
        explanation=pl.struct(
            window=pl.format("{}/{}", pl.col("start").dt.to_string("%Y-%m-%d"), last_day),
            limit=pl.lit(version.limit),
            count=pl.col("count"),
        ),
    )


def _quarter() -> pl.Expr:
    return pl.col("start").dt.quarter().cast(pl.String).replace({"1": "1er", "2": "2e", "3": "3e", "4": "4e"})


def check_proximity(acts: pl.DataFrame, rule: Proximity, version: ProximityVersion, context: Context) -> Outcome:
    """Acts with another contact of the same practitioner and patient less than `months` before or after."""
    key = ["practitioner", "patient"]
    about = concerned(acts, version.codes, version)
    hidden = hidden_by_grouping(acts, version.codes, version, context)
    known = pl.all_horizontal(pl.col(key).is_not_null())
    contact = pl.col("nature").is_in(list(version.natures)) | pl.col("code").is_in(list(version.counted_codes))
    days = (
        acts.filter(known, contact.fill_null(False), ~pl.col("code").is_in(list(version.ignored_codes)))
        .filter(pl.col("date") >= version.period.first)
        .sort(*_ORDER, nulls_last=False)
        .select(*key, "date", contact_act="act", contact_day="date")
    )
    looked = about.filter(known).sort("date", "act")
    for side in ("backward", "forward"):
        near = days.rename({"contact_act": f"act_{side}", "contact_day": f"day_{side}"})
        looked = looked.join_asof(
            near, on="date", by=key, strategy=side, allow_exact_matches=False, check_sortedness=False
        )
    months = version.months
    before = pl.col("day_backward") > pl.col("date").dt.offset_by(f"-{months}mo")
    after = pl.col("day_forward") < pl.col("date").dt.offset_by(f"{months}mo")
    found = looked.with_columns(before=before.fill_null(False), after=after.fill_null(False)).filter(
        pl.col("before") | pl.col("after")
    )
    seen = pl.concat_str(
        pl.when("before").then(
            pl.format("le {} (moins de {} mois avant)", day(pl.col("day_backward")), pl.lit(months))
        ),
        pl.when("after").then(
            pl.format("le {} (moins de {} mois après)", day(pl.col("day_forward")), pl.lit(months))
        ),
        separator=" et ",
        ignore_nulls=True,
    )
    related = pl.concat_list(
        pl.when("before").then("act_backward"), pl.when("after").then("act_forward")
    ).list.drop_nulls()
    said = found.select(
        "act",
        verdict=unless_unnamed(version.verdict),
        at_stake="amount",
        message=pl.format("{} : ce praticien a vu ce patient {}.", "code", seen),
        related=related,
        explanation=pl.struct(
            months=pl.lit(months),
            before=pl.when("before").then(pl.col("day_backward").dt.to_string("%Y-%m-%d")),
            after=pl.when("after").then(pl.col("day_forward").dt.to_string("%Y-%m-%d")),
        ),
    )
    return outcome(said, missing_columns(about.filter(~known), key), hidden)
