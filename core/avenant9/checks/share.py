"""The share of remote acts, per practitioner and civil year, in integer arithmetic; and what a derogation changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from avenant9 import wording
from avenant9.checks.context import (
    Context,
    hidden_by_grouping,
    in_force,
    integer,
    no_findings,
    outcome,
    part_of,
    percent,
    unless_unnamed,
)
from avenant9.model import GrantedCeiling, Outcome
from avenant9.rulebook.schema import Derogation, DerogationVersion, Share, ShareVersion
from avenant9.wording import NBSP

_ORDER = ("date", "time", "act")
_COLUMNS = (
    *_ORDER,
    "practitioner",
    "specialty",
    "code",
    "nature",
    "quantity",
    "amount",
    "treating_doctor",
)


def granted(practitioner: str, year: int, derogations: Iterable[GrantedCeiling]) -> GrantedCeiling | None:
    """The derogation in force for that year: its own, else the latest one, renewed and not ended by a change."""
    earlier = [ceiling for ceiling in derogations if ceiling.practitioner == practitioner and ceiling.year <= year]
    if not earlier:
        return None
    latest = max(earlier, key=lambda ceiling: ceiling.year)
    if latest.year == year:
        return latest
    ended = latest.changed_on is not None and latest.changed_on <= date(year, 12, 31)
    return latest if latest.tacit_renewal and not ended else None


def remote_code(version: ShareVersion) -> pl.Expr:
    """Whether an act is of a code that is remote on its day."""
    remote = pl.col("code").is_in(list(version.remote_codes))
    for end in version.remote_until:
        remote &= ~pl.col("code").is_in(list(end.codes)) | (pl.col("date") <= end.until)
    return remote


def remote_units(acts: pl.DataFrame, version: ShareVersion) -> pl.DataFrame:
    """The acts that enter the share: what it reads of them, `year`, `remote` (null where unknown)."""
    counted = acts.select(_COLUMNS).filter(
        in_force(version),
        ~pl.col("nature").is_in(list(version.uncounted_natures)).fill_null(False),
    )
    remote = remote_code(version)
    if version.exclude_own_patients:
        remote = remote & ~pl.col("treating_doctor")
    return counted.with_columns(year=pl.col("date").dt.year(), remote=remote)


def tally(units: pl.DataFrame) -> pl.DataFrame:
    """What `remote_units` gave, in one line per practitioner, specialty and day: `acts` (how many), and their units,
    `total`, `remote` and `unknown` (remote or not, nobody can say). All that is counted is counted from these."""
    quantity = pl.col("quantity").cast(pl.Int64)
    return units.group_by("practitioner", "specialty", "date", "year").agg(
        acts=pl.len(),
        total=quantity.sum(),
        remote=quantity.filter(pl.col("remote")).sum(),
        unknown=quantity.filter(pl.col("remote").is_null()).sum(),
    )


def shares(days: pl.DataFrame, version: ShareVersion, derogations: Iterable[GrantedCeiling]) -> pl.DataFrame:
    """One line per practitioner and year, of a `tally`.

    Columns: practitioner, year, specialty (the most frequent one), total, remote, unknown (remote or not, nobody
    can say), ordinary_bp, ceiling_bp, excess (units), over (whatever is unknown), could_be_over, specialty_decides.
    """
    key = ["practitioner", "year"]
    counted = days.filter(pl.col("practitioner").is_not_null())
    by_specialty = counted.group_by(*key, "specialty").agg(pl.col("acts", "total", "remote", "unknown").sum())
    most = by_specialty.sort(pl.col("specialty").is_null(), -pl.col("acts").cast(pl.Int64), "specialty")
    yearly = most.group_by(key).agg(pl.col("specialty").first(), pl.col("total", "remote", "unknown").sum())
    ordinary = pl.lit(version.ceiling_bp)
    for own in version.specialty_ceilings:
        ordinary = (
            pl.when(pl.col("specialty").is_in(list(own.specialties))).then(pl.lit(own.ceiling_bp)).otherwise(ordinary)
        )
    yearly = yearly.sort("practitioner", "year").with_columns(ordinary_bp=ordinary.cast(pl.Int64))
    derogations = tuple(derogations)
    own_ceilings = [
        ceiling.ceiling_bp if (ceiling := granted(practitioner, year, derogations)) else None
        for practitioner, year in yearly.select("practitioner", "year").iter_rows()
    ]
    highest = max([version.ceiling_bp, *(own.ceiling_bp for own in version.specialty_ceilings)])
    undecided = pl.col("granted_bp").is_null() & pl.col("specialty").is_null()
    allowed_bp = pl.col("ceiling_bp")
    highest_bp = pl.when(undecided).then(pl.lit(highest)).otherwise(allowed_bp)
    return (
        yearly.with_columns(granted_bp=pl.Series(own_ceilings, dtype=pl.Int64))
        .with_columns(ceiling_bp=pl.coalesce("granted_bp", "ordinary_bp"))
        .with_columns(
            excess=pl.max_horizontal(0, pl.col("remote") - allowed_bp * pl.col("total") // 10_000),
            over=pl.col("remote") * 10_000 > highest_bp * pl.col("total"),
            specialty_decides=undecided & pl.lit(highest > version.ceiling_bp),
            could_be_over=(pl.col("remote") + pl.col("unknown")) * 10_000 > allowed_bp * pl.col("total"),
        )
    )


def check(acts: pl.DataFrame, rule: Share, version: ShareVersion, context: Context) -> Outcome:
    """Practitioners whose share of remote acts is strictly over their ceiling, with the latest acts beyond it."""
    counted = remote_units(acts, version)
    yearly = shares(tally(counted), version, context.derogations)
    strange = counted.filter(~pl.col("code").is_in(list(context.known_codes)), pl.col("nature").is_null())
    yearly = yearly.join(
        strange.group_by("practitioner", "year").agg(unknown_codes=pl.col("quantity").cast(pl.Int64).sum()),
        on=["practitioner", "year"],
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("unknown_codes").fill_null(0))
    over = yearly.filter(pl.col("over"))
    beyond = _beyond(counted, over)
    running = pl.date(pl.col("year"), 12, 31) >= pl.lit(context.as_of)
    said = over.join(beyond, on=["practitioner", "year"], how="left", maintain_order="left").select(
        "practitioner",
        "year",
        "at_stake",
        "related",
        verdict=pl.when(running).then(pl.lit("review")).otherwise(unless_unnamed(version.verdict)),
        message=pl.format(
            "{} acte{} à distance sur {} en {}{}, soit {}, plafond {} ; {} de trop.{}{}",
            integer(pl.col("remote")),
            pl.when(pl.col("remote") > 1).then(pl.lit("s")).otherwise(pl.lit("")),
            integer(pl.col("total")),
            "year",
            pl.when(running).then(pl.lit(" (année en cours)")).otherwise(pl.lit("")),
            _share_in_percent(),
            percent(pl.col("ceiling_bp")),
            integer(pl.col("excess")),
            pl.when(pl.col("unknown_codes") > 0)
            .then(pl.format(" Le total compte {} de code inconnu.", integer(pl.col("unknown_codes"))))
            .otherwise(pl.lit("")),
            pl.lit(f" {version.remark}" if version.remark else ""),
        ),
        explanation=pl.struct(
            window=pl.format("{}-01-01/{}-12-31", "year", "year"),
            total="total",
            remote="remote",
            ceiling_bp="ceiling_bp",
            excess="excess",
        ),
    )
    doubt = yearly.filter(~pl.col("over"), pl.col("could_be_over")).select(
        "practitioner", "year", "specialty_decides"
    )
    unsure = (
        counted.filter(pl.col("remote").fill_null(True))
        .join(doubt, on=["practitioner", "year"])
        .filter(pl.col("remote").is_null() | pl.col("specialty_decides"))
    )
    missing = pl.concat_list(
        pl.when(pl.col("specialty_decides")).then(pl.lit("specialty")),
        pl.when(pl.col("remote").is_null()).then(pl.lit("treating_doctor")),
    ).list.drop_nulls()
    nobody = counted.filter(pl.col("practitioner").is_null())
    return outcome(
        said,
        unsure.select("act", missing=missing),
        nobody.select("act", missing=pl.lit(["practitioner"], pl.List(pl.String))),
        hidden_by_grouping(acts, version.remote_codes, version, context),
    )


def _beyond(counted: pl.DataFrame, over: pl.DataFrame) -> pl.DataFrame:
    """The remote acts beyond the ceiling, the latest of the year first taken: their amounts and rows."""
    key = ["practitioner", "year"]
    latest = (
        counted.filter(pl.col("remote"))
        .join(over.select(*key, "excess"), on=key)
        .sort(*_ORDER, nulls_last=True, descending=True)
        .with_columns(after=pl.col("quantity").cast(pl.Int64).cum_sum().over(key) - pl.col("quantity"))
        .filter(pl.col("after") < pl.col("excess"))
        .with_columns(units=pl.min_horizontal("quantity", pl.col("excess") - pl.col("after")))
    )
    amount = part_of(pl.col("amount"), pl.col("units"), pl.col("quantity"))
    return (
        latest.sort(*_ORDER, nulls_last=False)
        .group_by(key)
        .agg(
            at_stake=pl.when(pl.col("amount").is_not_null().any()).then(amount.sum()),
            related=pl.col("act"),
        )
    )


def _share_in_percent() -> pl.Expr:
    """Rounded to two decimals; four where two would not tell the share from the ceiling."""
    total = pl.col("total")
    basis_points = (20_000 * pl.col("remote") + total) // (2 * total)
    millionths = (2_000_000 * pl.col("remote") + total) // (2 * total)
    digits = (millionths % 10_000).cast(pl.String).str.zfill(4)
    fine = pl.format(f"{{}},{{}}{NBSP}%", millionths // 10_000, digits)
    return pl.when(basis_points == pl.col("ceiling_bp")).then(fine).otherwise(percent(basis_points))


def check_derogation(acts: pl.DataFrame, rule: Derogation, version: DerogationVersion, context: Context) -> Outcome:
    """The conditions of a derogation without which the year would be over the ordinary ceiling.

    No amount is put in question: the acts of the year are, as long as nobody has looked at the conditions.
    """
    said: list[tuple[dict[str, Any], GrantedCeiling]] = []
    if not any(ceiling.conditions for ceiling in context.derogations):
        return outcome(no_findings())
    acts = acts.select(_COLUMNS).filter(in_force(version))
    for share_version in context.shares[version.share_rule].version:
        days = tally(remote_units(acts, share_version))
        granted_years = shares(days, share_version, context.derogations)
        ordinary = shares(days, share_version, ())
        used = granted_years.filter(ordinary["over"])
        for row in used.iter_rows(named=True):
            ceiling = granted(row["practitioner"], row["year"], context.derogations)
            if ceiling is not None and ceiling.conditions:
                said.append((row, ceiling))
    found = [
        {
            "practitioner": row["practitioner"],
            "year": row["year"],
            "verdict": version.verdict,
            "at_stake": 0,
            "message": (
                f"aménagement à {wording.percent(ceiling.ceiling_bp)} utilisé en {row['year']} : "
                f"conditions à vérifier : {' ; '.join(ceiling.conditions)}."
            ),
            "explanation": json.dumps(
                {
                    "ceiling_bp": ceiling.ceiling_bp,
                    "granted_for": ceiling.year,
                    "conditions": list(ceiling.conditions),
                },
                ensure_ascii=False,
            ),
            "related": [],
        }
        for row, ceiling in said
    ]
    return outcome(pl.DataFrame(found, schema_overrides={"related": pl.List(pl.UInt32)}) if found else no_findings())
