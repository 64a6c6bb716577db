"""A year of acts against what is declared of it: the difference and its causes, the months and days that differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from avenant9.errors import InputError
from avenant9.reconcile.causes import Year
from avenant9.reconcile.table import Receipts
from avenant9.results.reconcile import Against, Comparison, DayGap, MonthGap
from avenant9.wording import day

#: In days; a transfer takes less.
_LONGEST_LAG = 10


def with_total(year: Year, against: Against, declared: int, tolerance: int, file: str | None = None) -> Comparison:
    """The acts against one sum of the whole year, in cents; `tolerance` cents may stay unexplained."""
    causes, left = year.explained(declared)
    return Comparison(
        against=against,
        file=file,
        declared=declared,
        billed=year.billed,
        difference=declared - year.billed,
        causes=causes,
        left=left,
        explained=abs(left) <= tolerance,
        months=None,
        days=None,
    )


def with_receipts(year: Year, against: Against, receipts: Receipts, tolerance: int) -> Comparison:
    """The acts against receipts, whose months and days are compared where the acts have days of payment.

    Raises:
        InputError: no receipt is of the year.
    """
    own = receipts.days.filter(pl.col("date").dt.year() == year.number)
    if own.is_empty():
        problem = f"rien n'y est daté de {year.number}"
        raise InputError(receipts.file, problem, f"il va {span(receipts.days['date'])} : vérifiez --year")
    compared = with_total(year, against, int(own["cents"].sum()), tolerance, receipts.file)
    if not year.dated:
        return compared
    paid = year.received.select("cents", date="payment_date")
    return compared.model_copy(update={"months": tuple(_months(paid, own)), "days": tuple(_days(paid, own))})


def lag(year: Year, receipts: Receipts) -> int:
    """By how many days receipts follow the days of payment of the acts: of most days the sums are then the same, and
    of fewer without it. 0 where there is no such number."""
    paid, declared = (
        dict(frame.group_by("date").agg(pl.col("cents").sum()).iter_rows())
        for frame in (year.received.select("cents", date="payment_date"), receipts.days)
    )
    alike = {
        days: sum(declared.get(on + timedelta(days)) == sum_ for on, sum_ in paid.items())
        for days in sorted(range(-_LONGEST_LAG, _LONGEST_LAG + 1), key=abs)
    }
    best = max(alike, key=alike.__getitem__)
    return best if 2 * alike[best] > len(paid) else 0


def span(days: pl.Series) -> str:
    """From the first day to the last one, in words."""
    ends = days.sort()
    return f"du {day(ends[0])} au {day(ends[-1])}"


def _months(paid: pl.DataFrame, declared: pl.DataFrame) -> Iterator[MonthGap]:
    sides = (frame.with_columns(pl.col("date").dt.truncate("1mo")) for frame in (paid, declared))
    for start, *sums in _gaps(*sides):
        yield MonthGap(month=start, **_gap(*sums))


def _days(paid: pl.DataFrame, declared: pl.DataFrame) -> Iterator[DayGap]:
    """The days whose sums differ."""
    for on, *sums in _gaps(paid, declared):
        if sums[0] != sums[1]:
            yield DayGap(date=on, **_gap(*sums))


def _gaps(paid: pl.DataFrame, declared: pl.DataFrame) -> list[tuple[date, int, int]]:
    """By day, in order: the cents that the acts say were paid, and those declared."""
    sides = [frame.group_by("date").agg(pl.col("cents").sum()) for frame in (paid, declared)]
    both = sides[0].join(sides[1], on="date", how="full", coalesce=True, suffix="_declared").fill_null(0)
    return both.sort("date").rows()


def _gap(acts: int, declared: int) -> dict[str, int]:
    return {"acts": acts, "declared": declared, "difference": declared - acts}
