"""The share of remote acts of each practitioner and civil year: the numbers of `seuil/activite-distance`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from msgspec import Struct

from avenant9.kinds.run import Run
from avenant9.kinds.share import ShareVersion, days_of, running, years_of
from avenant9.model import GrantedCeiling
from avenant9.results.year import Practitioner

_BASIS_POINTS = 10_000


class Asked(Struct, frozen=True):
    """What a user asks: acts dated after `until` are left out, and a year that it cuts is an indication only."""

    as_of: date
    until: date | None = None
    derogations: tuple[GrantedCeiling, ...] = ()
    complete_years: tuple[int, ...] = ()


def practitioners(acts: pl.DataFrame, version: ShareVersion, run: Run) -> tuple[Practitioner, ...]:
    """One object per practitioner and civil year, as in the contract (`a9-threshold/1`).

    With the number of `unknown` acts where there are some, and the `verdict` where the unknown decides, so that
    nobody reads there that the ceiling is respected.

    All counts are units of acts.
    """
    asked = Asked(run.as_of, None, run.derogations, run.complete_years)
    told = of_version(days_of(acts, version, run), years_of(acts, version, run), asked)
    return tuple(Practitioner(**entry, **_doubt(row)) for row, entry in told)


def share_of(part: int, whole: int) -> Decimal:
    """`0.490800`, rounded half up; `0.000000` of nothing."""
    millionths = (2 * part * 1_000_000 + whole) // (2 * whole) if whole else 0
    return Decimal(millionths).scaleb(-6)


def of_version(
    days: pl.DataFrame, yearly: pl.DataFrame, asked: Asked
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each line of the `shares` of a `tally`, and the object of the contract; no act is dated after `asked.until`."""
    keys, counts = ["practitioner", "year"], pl.col("total", "remote").sum()
    monthly = days.group_by(*keys, pl.col("date").dt.month().alias("month")).agg(counts).sort("month")
    by_key = monthly.partition_by(keys, as_dict=True, include_key=False)
    months = pl.col("date").dt.month()
    done = days.filter(pl.col("date") <= asked.as_of).group_by(keys).agg(counts, month=months.min())
    so_far = {(row["practitioner"], row["year"]): row for row in done.iter_rows(named=True)}
    for row in yearly.iter_rows(named=True):
        key = row["practitioner"], row["year"]
        yield row, _entry(row, by_key[key], _projection(so_far.get(key), asked), asked.until)


def _entry(
    row: dict[str, Any], months: pl.DataFrame, projection: dict[str, Any] | None, until: date | None
) -> dict[str, Any]:
    total, remote, ceiling = row["total"], row["remote"], row["ceiling_bp"]
    allowed = ceiling * total // _BASIS_POINTS
    return {
        "practitioner": row["practitioner"],
        "specialty": row["specialty"],
        "year": row["year"],
        "until": until if until is not None and until < date(row["year"], 12, 31) else None,
        "total": total,
        "remote": remote,
        "share": share_of(remote, total),
        "ceiling": share_of(ceiling, _BASIS_POINTS),
        "over": bool(row["over"]),
        "excess": max(0, remote - allowed),
        "margin": max(0, allowed - remote),
        "to_add_in_person": max(0, -(-remote * _BASIS_POINTS // ceiling) - total) if ceiling else None,
        "months": list(_to_date(row["year"], months)),
        "projection": projection,
    }


def _to_date(year: int, months: pl.DataFrame) -> Iterable[dict[str, Any]]:
    total_to_date = remote_to_date = 0
    for month, total, remote in months.iter_rows():
        total_to_date += total
        remote_to_date += remote
        yield {
            "month": date(year, month, 1),
            "total": total,
            "remote": remote,
            "share_to_date": share_of(remote_to_date, total_to_date),
        }


def _projection(so_far: dict[str, Any] | None, asked: Asked) -> dict[str, Any] | None:
    """The year at the pace of its days so far; null once it is over, or before it starts.

    `so_far` is of the acts already done: a date still to come would be counted twice. The days are those from the
    first month that holds one: the files may start after January.
    """
    if so_far is None or not running(so_far["year"], asked.as_of):
        return None
    total, remote, days = so_far["total"], so_far["remote"], _days_covered(so_far, asked)
    of_year = (date(so_far["year"], 12, 31) - date(so_far["year"], 1, 1)).days + 1
    return {
        "total": (2 * total * of_year + days) // (2 * days),
        "remote": (2 * remote * of_year + days) // (2 * days),
        "share": share_of(remote, total),
    }


def _days_covered(so_far: dict[str, Any], asked: Asked) -> int:
    last = asked.as_of if asked.until is None else min(asked.as_of, asked.until)
    return (last - date(so_far["year"], so_far["month"], 1)).days + 1


def _doubt(row: dict[str, Any]) -> dict[str, Any]:
    verdict = {"verdict": "unverifiable"} if unsure_of(row) else {}
    return verdict | ({"unknown": row["unknown"]} if row["unknown"] else {})


def unsure_of(row: dict[str, Any]) -> bool:
    """Whether what is not known could put the year over its ceiling."""
    return bool(row["could_be_over"] and not row["over"])
