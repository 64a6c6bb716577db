"""Shifts minute by minute and patients one by one, as the texts read, in plain loops.

Everything is a fraction of a euro until the end; a month is a plain sum of what each shift gave it, rounded once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from oracle.days import SATURDAY, SUNDAY, duty, is_good_friday, is_holiday

MINUTE, HOUR = timedelta(minutes=1), 60
LAST = date.max
REGULATION = [
    ("mission-flash-2022", date(2022, 7, 1), date(2022, 9, 30)),
    ("reglement-arbitral-2023", date(2023, 5, 1), LAST),
]
#: Weekday flat fee and hour, weekend flat fee and hour, whether a started hour is due.
Grid = tuple[int, int, int, int, bool]
FIRST_GRID: Grid = (420, 105, 460, 115, True)
SECOND_GRID: Grid = (320, 80, 420, 105, False)
GRIDS: dict[str, list[tuple[str, date, date, Grid]]] = {
    "vaccination-variole": [("variole-2022", date(2022, 8, 28), LAST, SECOND_GRID)],
    "vaccination-covid": [
        ("covid-fevrier-2021", date(2021, 2, 6), date(2021, 11, 7), FIRST_GRID),
        ("covid-novembre-2021", date(2021, 11, 8), LAST, SECOND_GRID),
    ],
}
Shift = dict[str, Any]  # date, start, end, role, practitioner
Key = tuple[str | None, str, str]  # period, practitioner, month


@dataclass
class Line:
    """What a period, practitioner and month add up to: minutes (or patients) and euros, None where none is known."""

    units: int = 0
    retained: int = 0
    baseline: Fraction | None = None
    with_measure: Fraction | None = None

    def add(self, baseline: Fraction | None, with_measure: Fraction | None) -> None:
        if baseline is not None:
            self.baseline = (self.baseline or Fraction(0)) + baseline
        if with_measure is not None:
            self.with_measure = (self.with_measure or Fraction(0)) + with_measure


@dataclass
class Said:
    """Lines of one measure, reasons by row, rows that cannot be read."""

    lines: dict[Key, Line] = field(default_factory=lambda: defaultdict(Line))
    reasons: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))


def bounds(shift: Shift) -> tuple[datetime, datetime]:
    start = datetime.combine(shift["date"], shift["start"])
    end = datetime.combine(shift["date"], shift["end"])
    return start, end if end > start else end + timedelta(1)


def unreadable(shifts: list[Shift]) -> set[int]:
    """Rows (from 2) whose end is their start, or that overlap an earlier row of the same person."""
    refused: set[int] = set()
    kept: list[tuple[str, datetime, datetime]] = []
    for row, shift in enumerate(shifts, 2):
        start, end = bounds(shift)
        same = [other for other in kept if other[0] == shift["practitioner"]]
        if shift["start"] == shift["end"] or any(start < until and begin < end for _, begin, until in same):
            refused.add(row)
        else:
            kept.append((shift["practitioner"], start, end))
    return refused


def period_of(periods: list[Any], day: date) -> Any | None:
    return next((period for period in periods if period[1] <= day <= period[2]), None)


# --- regulation -----------------------------------------------------------------------------------------------


def regulation(shifts: list[Shift], zone: str) -> Said:
    """Each minute outside the PDSA at the rate of its day.

    PDSA hours are the region's whatever the day, in no period too; what only the region could say is left out.
    """
    said, unread = Said(), unreadable(shifts)
    for row, shift in enumerate(shifts, 2):
        if row not in unread and shift["role"] == "regulation-sas":
            for start, end in _days(*bounds(shift)):
                _regulated(said, row, shift["practitioner"], start, end, zone)
    return said


def _regulated(said: Said, row: int, practitioner: str, minute: datetime, end: datetime, zone: str) -> None:
    day = minute.date()
    period = period_of(REGULATION, day)
    line = said.lines[period and period[0], practitioner, f"{day:%Y-%m}"]
    paid = 0
    while minute < end:
        hours = duty(day, minute.hour, zone)
        line.units += 1
        if hours == "pdsa":
            said.reasons[row].add("pdsa_hours")
            line.add(Fraction(0), Fraction(0))
        elif hours == "regional":
            said.reasons[row].add("unverifiable")
        else:
            paid += 1
            if period is None:
                said.reasons[row].add("out_of_period")
            else:
                line.retained += 1
        minute += MINUTE
    if paid and day >= date(2022, 4, 1):
        line.add(Fraction(90 * paid, HOUR), Fraction((100 if period else 90) * paid, HOUR))


def to_cent(euros: Fraction) -> Fraction:
    """Half up."""
    return Fraction((euros * 100 + Fraction(1, 2)).__floor__(), 100)


# --- vaccination ----------------------------------------------------------------------------------------------


def vaccination(role: str, shifts: list[Shift], zone: str) -> Said:
    """Each day of a shift by its own grid: a flat fee from four hours, by the hour below."""
    said, unread = Said(), unreadable(shifts)
    for row, shift in enumerate(shifts, 2):
        if row not in unread and shift["role"] == role:
            _half_day(said, row, shift, zone)
    return said


def _half_day(said: Said, row: int, shift: Shift, zone: str) -> None:
    start, end = bounds(shift)
    parts = _days(start, end)
    open_parts = [(begin, until, period_of(GRIDS[shift["role"]], begin.date())) for begin, until in parts]
    known = [(begin, until, period[3]) for begin, until, period in open_parts if period]
    fees = _fees(known, start, end, zone)
    for begin, until, period in open_parts:
        line = said.lines[period and period[0], shift["practitioner"], f"{begin:%Y-%m}"]
        minutes = _minutes(begin, until)
        line.units += minutes
        if period is None:
            said.reasons[row].add("out_of_period")
        elif fees is None:
            said.reasons[row].add("unverifiable")
        else:
            line.retained += minutes
            line.add(None, fees[begin])


def _days(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    midnight = datetime.combine(start.date() + timedelta(1), time())
    return [(start, end)] if end <= midnight else [(start, midnight), (midnight, end)]


def _minutes(start: datetime, end: datetime) -> int:
    return (end - start) // MINUTE


def _fees(
    parts: list[tuple[datetime, datetime, Grid]], start: datetime, end: datetime, zone: str
) -> dict[datetime, Fraction] | None:
    """The fee of each day; None where no text settles it."""
    if (end - start) >= timedelta(hours=8):
        return None
    by_day: dict[datetime, Fraction] = {}
    for begin, until, grid in parts:
        if is_good_friday(begin.date(), zone):
            return None
        noon = datetime.combine(begin.date(), time(12))
        if begin.weekday() == SATURDAY and begin < noon < until and not is_holiday(begin.date(), zone):
            return None
        by_day[begin] = _fee(_minutes(begin, until), grid, weekend=_weekend(begin, zone))
    if len(parts) == 2 and not _midnight_is_clear(parts, sum(by_day.values()), zone):
        return None
    return by_day


def _midnight_is_clear(parts: list[tuple[datetime, datetime, Grid]], paid: Fraction, zone: str) -> bool:
    """Whether cutting at midnight pays what the shift would be paid as one half-day, or as hours of each day."""
    (first, midnight, grid), (_, last, other) = parts
    minutes = _minutes(first, last)
    if (grid, _weekend(first, zone)) == (other, _weekend(midnight, zone)):
        return paid == _fee(minutes, grid, weekend=_weekend(first, zone))
    # two rates: a started hour may only begin where the day does
    return minutes < 4 * HOUR and not (grid[4] and _minutes(first, midnight) % HOUR)


def _weekend(begin: datetime, zone: str) -> bool:
    late_saturday = begin.weekday() == SATURDAY and begin.time() >= time(12)
    return late_saturday or begin.weekday() == SUNDAY or is_holiday(begin.date(), zone)


def _fee(minutes: int, grid: Grid, *, weekend: bool) -> Fraction:
    flat, hour = (grid[2], grid[3]) if weekend else (grid[0], grid[1])
    if minutes >= 4 * HOUR:
        return Fraction(flat)
    return Fraction(hour * -(-minutes // HOUR)) if grid[4] else Fraction(hour * minutes, HOUR)


# --- protocols ------------------------------------------------------------------------------------------------

CPTS = [
    ("cpts-ete-2022", date(2022, 7, 1), date(2022, 9, 30)),
    ("cpts-hiver-2022", date(2022, 10, 1), date(2023, 3, 31)),
    ("cpts-permanent", date(2023, 3, 15), LAST),
]
NURSE_OR_CHEMIST = ("ide", "pharmacien")
WHO = {
    "rhino-conjonctivite": NURSE_OR_CHEMIST,
    "cheville": ("mk",),
    "lombalgie": ("mk",),
    "pollakiurie": NURSE_OR_CHEMIST,
    "odynophagie": NURSE_OR_CHEMIST,
    "eruption": NURSE_OR_CHEMIST,  # the pharmacist by one source only: a doubt
}
KEPT = ("pollakiurie", "odynophagie")


def protocol_period(day: date, protocol: str) -> str | None:
    if day >= date(2023, 3, 15) and protocol in KEPT:
        return "cpts-permanent"
    for name, first, last in CPTS[:2]:
        if first <= day <= last:
            return name
    return None


def birthday(born: date, years: int) -> date:
    """The day on which so many years are over; born on 29 February, 1 March where there is none."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def old_enough(period: str, protocol: str, born: date, day: date) -> bool:
    ages = {"pollakiurie": (16, 65), "odynophagie": (6, 50)} if period == "cpts-permanent" else {"eruption": (1, 12)}
    if protocol not in ages:
        return True
    first, last = ages[protocol]
    return birthday(born, first) <= day < birthday(born, last + 1)


def has_ages(period: str, protocol: str) -> bool:
    return protocol in (KEPT if period == "cpts-permanent" else ("eruption",))


def protocols(patients: list[dict[str, Any]]) -> Said:
    """25 EUR for each patient and protocol, once."""
    said = Said()
    seen: set[tuple[str, str]] = set()
    numbered = sorted(enumerate(patients, 2), key=lambda item: (item[1]["date"], item[0]))
    for row, one in numbered:
        day, name = one["date"], one["protocol"]
        period = protocol_period(day, name)
        line = said.lines[period, "?", f"{day:%Y-%m}"]
        line.units += 1
        reason = _reason(one, period, again=(one["patient"], name) in seen)
        if reason is None:
            seen.add((one["patient"], name))
            line.retained += 1
            line.add(Fraction(0), Fraction(25))
        else:
            said.reasons[row].add(reason)
            if reason != "unverifiable":
                line.add(Fraction(0), Fraction(0))
    return said


def _reason(one: dict[str, Any], period: str | None, *, again: bool) -> str | None:
    """The date first; then what is certain wins over what is not known."""
    name, who, born = one["protocol"], one["profession"], one["birth_date"]
    if period is None:
        return "out_of_period"
    answers = [
        None if who is None else who in WHO[name],
        not again,
        (None if born is None else old_enough(period, name, born, one["date"])) if has_ages(period, name) else True,
    ]
    if False in answers:
        return "condition"
    return "unverifiable" if None in answers else None
