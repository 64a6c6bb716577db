"""The calendar of a year, and until when something can still change."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from avenant9.period import ONE_DAY, add_months
from avenant9.results.forfait import Deadline
from avenant9.rulebook.conditions import DeclaredBy, leaves
from avenant9.rulebook.scales import DeadlineEntry
from avenant9.wording import day, month_and_year, ordinal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from avenant9.rulebook.scales import Scale, Scales
    from avenant9.rulebook.sums import Sum

    Standing = Literal["past", "open", "to_come", "unknown"]

_QUARTERS = {"quarter-1": 3, "quarter-2": 6, "quarter-3": 9}


def calendar(year: int, scales: Scales, as_of: date) -> tuple[Deadline, ...]:
    """The declaration, the payment and the milestones of a year in the order of the file, then the instalments."""
    own = [one for one in scales.deadlines if year in one.years]
    own += [part for one in scales.years[year].sums for part in _instalments(one, year)]
    return tuple(
        Deadline(
            what=one.what,
            until=one.last_day if one.precise else None,
            status=_standing(one, as_of),
            note=_note(one),
        )
        for one in own
    )


def _instalments(one: Sum, year: int) -> Iterator[DeadlineEntry]:
    """The equal parts of a sum that is paid within its year, of which the months are known and not the days."""
    for rank, month in enumerate(one.instalments, 1):
        first = date(year, month, 1)
        yield DeadlineEntry(
            years=(year,),
            role="payment",
            what=f"{one.label} : {ordinal(rank)} versement sur {len(one.instalments)}",
            first_day=first,
            last_day=add_months(first, 1) - ONE_DAY,
            precise=False,
            source=one.source,
            note=f"{month_and_year(first)}, jour non sourcé",
        )


def _standing(one: DeadlineEntry, as_of: date) -> Standing:
    if one.last_day is None:
        return "unknown"
    if as_of > one.last_day:
        return "past"
    if one.role == "payment":
        between = one.first_day is not None and as_of >= one.first_day
        return "unknown" if between else "to_come"
    return "to_come" if one.first_day is not None and as_of < one.first_day else "open"


def _note(one: DeadlineEntry) -> str:
    opens = f"à partir du {day(one.first_day)}" if one.first_day and one.precise else ""
    return " ; ".join(part for part in (opens, one.note) if part)


def still_possible(changed: Iterable[str], scale: Scale, scales: Scales, as_of: date) -> bool | None:
    """Whether all of these keys can still change what the year counts: False once one of their last days is past.

    A tick is declared until the window closes, a usage counts until 31 December or the end of its quarter. None while
    the last day of the window is not sourced, from the end of the year to the payment.
    """
    found = [_open(key, scale, scales, as_of) for key in changed]
    if False in found:
        return False
    return None if None in found else True


def _open(key: str, scale: Scale, scales: Scales, as_of: date) -> bool | None:
    for _, one in scale.indicators:
        tests = leaves(one.condition)
        ends = [test.last_day for test in tests if isinstance(test, DeclaredBy)]
        if ends and key in {test.key for test in tests}:
            return as_of <= min(ends)
    until, year = scales.keys[key].until, scale.year
    if until is None:
        return None
    if until == "window":
        return _window_open(year, scales, as_of)
    month = _QUARTERS.get(until, 12)
    return as_of < add_months(date(year, month, 1), 1)


def _window_open(year: int, scales: Scales, as_of: date) -> bool | None:
    own = [one for one in scales.deadlines if year in one.years]
    ends = [one.last_day for one in own if one.role == "window" and one.last_day is not None]
    if ends:
        return as_of <= max(ends)
    if as_of <= date(year, 12, 31):
        return True
    paid = [one.last_day for one in own if one.role == "payment" and one.last_day is not None]
    return False if paid and as_of > max(paid) else None
