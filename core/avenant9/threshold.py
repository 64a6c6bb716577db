"""The share of remote acts month by month: the numbers of `seuil/activite-distance`, as the CPL looks at them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from avenant9.checks.share import remote_units, shares
from avenant9.model import GrantedCeiling
from avenant9.period import civil_year
from avenant9.rulebook.schema import Share


def practitioners(
    acts: pl.DataFrame, rule: Share, derogations: Iterable[GrantedCeiling], as_of: date
) -> tuple[dict[str, Any], ...]:
    """One object per practitioner and civil year, as in the contract (`a9-threshold/1`).

    Shares are strings of six digits; all counts are units of acts.
    """
    derogations = tuple(derogations)
    return tuple(
        entry
        for version in rule.version
        for entry in _of_version(shares(acts, version, derogations), remote_units(acts, version), as_of)
    )


def _of_version(yearly: pl.DataFrame, counted: pl.DataFrame, as_of: date) -> Iterable[dict[str, Any]]:
    monthly = counted.group_by("practitioner", "year", pl.col("date").dt.month().alias("month")).agg(
        total=pl.col("quantity").cast(pl.Int64).sum(),
        remote=pl.col("quantity").cast(pl.Int64).filter(pl.col("remote")).sum(),
    )
    by_key = monthly.sort("month").partition_by("practitioner", "year", as_dict=True)
    for row in yearly.iter_rows(named=True):
        months = by_key[row["practitioner"], row["year"]].select("month", "total", "remote")
        yield _entry(row, months, as_of)


def _entry(row: dict[str, Any], months: pl.DataFrame, as_of: date) -> dict[str, Any]:
    total, remote, ceiling = row["total"], row["remote"], row["ceiling_bp"]
    allowed = ceiling * total // 10_000
    return {
        "practitioner": row["practitioner"],
        "specialty": None if row["specialty"] is None else f"{row['specialty']:02d}",
        "year": row["year"],
        "until": None,
        "total": total,
        "remote": remote,
        "share": _six_digits(remote, total),
        "ceiling": _six_digits(ceiling, 10_000),
        "over": bool(row["over"]),
        "excess": max(0, remote - allowed),
        "margin": max(0, allowed - remote),
        "to_add_in_person": max(0, -(-remote * 10_000 // ceiling) - total) if ceiling else None,
        "months": list(_to_date(row["year"], months)),
        "projection": _projection(row["year"], total, remote, as_of),
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
            "share_to_date": _six_digits(remote_to_date, total_to_date),
        }


def _projection(year: int, total: int, remote: int, as_of: date) -> dict[str, Any] | None:
    """The year at the same pace, pro rata of its days; null once it is over, or before it starts."""
    whole = civil_year(year)
    if as_of not in whole or whole.last is None:
        return None
    days, so_far = (whole.last - whole.first).days + 1, (as_of - whole.first).days + 1
    return {
        "total": (2 * total * days + so_far) // (2 * so_far),
        "remote": (2 * remote * days + so_far) // (2 * so_far),
        "share": _six_digits(remote, total),
    }


def _six_digits(part: int, whole: int) -> str:
    """`0.490800`, rounded half up; `0.000000` of nothing."""
    millionths = (2 * part * 1_000_000 + whole) // (2 * whole) if whole else 0
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"
