"""The share of remote acts of each practitioner and civil year: the numbers of `seuil/activite-distance`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from avenant9.kinds.share import Share, ShareVersion, remote_units, shares, tally
from avenant9.model import GrantedCeiling
from avenant9.period import civil_year

_BASIS_POINTS = 10_000


@dataclass(frozen=True)
class Asked:
    """What a user asks: acts dated after `until` are left out, and a year that it cuts is an indication only."""

    as_of: date
    until: date | None = None
    derogations: tuple[GrantedCeiling, ...] = ()


def practitioners(
    acts: pl.DataFrame, rule: Share, derogations: Iterable[GrantedCeiling], as_of: date
) -> tuple[dict[str, Any], ...]:
    """One object per practitioner and civil year, as in the contract (`a9-threshold/1`).

    With the number of `unknown` acts where there are some, and the `verdict` where the unknown decides, so that
    nobody reads there that the ceiling is respected.

    Shares are strings of six digits; all counts are units of acts.
    """
    asked = Asked(as_of, None, tuple(derogations))
    return tuple(entry | _doubt(row) for version in rule.version for row, entry in of_version(acts, version, asked))


def share_of(part: int, whole: int) -> str:
    """`0.490800`, rounded half up; `0.000000` of nothing."""
    millionths = (2 * part * 1_000_000 + whole) // (2 * whole) if whole else 0
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"


def of_version(
    acts: pl.DataFrame, version: ShareVersion, asked: Asked
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The line of `shares` of each practitioner and year, and the object of the contract."""
    if asked.until is not None:
        acts = acts.filter(pl.col("date") <= asked.until)
    days = tally(remote_units(acts, version))
    keys, counts = ["practitioner", "year"], pl.col("total", "remote").sum()
    monthly = days.group_by(*keys, pl.col("date").dt.month().alias("month")).agg(counts).sort("month")
    by_key = monthly.partition_by(keys, as_dict=True, include_key=False)
    done = days.filter(pl.col("date") <= asked.as_of).group_by(keys).agg(counts)
    so_far = {(name, year): both for name, year, *both in done.iter_rows()}
    for row in shares(days, version, asked.derogations).iter_rows(named=True):
        key = row["practitioner"], row["year"]
        total, remote = so_far.get(key, (0, 0))
        yield row, _entry(row, by_key[key], _projection(row["year"], total, remote, asked), asked.until)


def _entry(
    row: dict[str, Any], months: pl.DataFrame, projection: dict[str, Any] | None, until: date | None
) -> dict[str, Any]:
    total, remote, ceiling = row["total"], row["remote"], row["ceiling_bp"]
    allowed = ceiling * total // _BASIS_POINTS
    return {
        "practitioner": row["practitioner"],
        "specialty": None if row["specialty"] is None else f"{row['specialty']:02d}",
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
            "month": f"{year}-{month:02d}",
            "total": total,
            "remote": remote,
            "share_to_date": share_of(remote_to_date, total_to_date),
        }


def _projection(year: int, total: int, remote: int, asked: Asked) -> dict[str, Any] | None:
    """The year at the pace of its days so far; null once it is over, or before it starts.

    `total` and `remote` are of the acts already done: a date still to come would be counted twice.
    """
    whole = civil_year(year)
    if asked.as_of not in whole or not total:
        return None
    last = asked.as_of if asked.until is None else min(asked.as_of, asked.until)
    days, so_far = (date(year, 12, 31) - whole.first).days + 1, (last - whole.first).days + 1
    return {
        "total": (2 * total * days + so_far) // (2 * so_far),
        "remote": (2 * remote * days + so_far) // (2 * so_far),
        "share": share_of(remote, total),
    }


def _doubt(row: dict[str, Any]) -> dict[str, Any]:
    verdict = {"verdict": "unverifiable"} if unsure_of(row) else {}
    return verdict | ({"unknown": row["unknown"]} if row["unknown"] else {})


def unsure_of(row: dict[str, Any]) -> bool:
    """Whether what is not known could put the year over its ceiling."""
    return bool(row["could_be_over"] and not row["over"])
