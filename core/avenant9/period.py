"""Inclusive periods of dates: the only date arithmetic of the library in plain Python."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import MAXYEAR, MINYEAR, date, timedelta

from msgspec import Struct

ONE_DAY = timedelta(days=1)


class Period(Struct, frozen=True, order=True):
    """All days from `first` to `last`, both included; `last` is None while no end is known."""

    first: date
    last: date | None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"period ends ({self.last}) before it starts ({self.first})")

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def overlaps(self, other: Period) -> bool:
        """Whether one day at least is in both."""
        return (self.last is None or other.first <= self.last) and (other.last is None or self.first <= other.last)

    def follows(self, other: Period) -> bool:
        """Whether this period starts the day after `other` ends."""
        return other.last is not None and self.first == other.last + ONE_DAY

    def __str__(self) -> str:
        return f"{self.first.isoformat()}/{'..' if self.last is None else self.last.isoformat()}"


def bounds(periods: Iterable[Period]) -> set[date]:
    """The first day of each period, and the day after its last one."""
    return {day for one in periods for day in (one.first, one.last and one.last + ONE_DAY) if day is not None}


def add_months(day: date, months: int) -> date:
    """The same day `months` later (or earlier), or the last day of that month where it has no such day; the last or
    first day of the calendar beyond its years."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        return date.max if year > MAXYEAR else date.min
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def civil_year(year: int) -> Period:
    """From 1 January to 31 December."""
    return Period(date(year, 1, 1), date(year, 12, 31))
