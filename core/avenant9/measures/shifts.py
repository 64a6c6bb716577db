"""Shifts: regulation by the hour outside the permanence des soins (PDSA), vaccination by the half-day.

A shift is cut at midnight, so that each piece stands on one day, in one month and at most one period. Hours of
regulation are also cut at the bounds of the PDSA: these hours are paid by the region, with the measure and without
it, whatever the day. The fee of a vaccination depends on the day (and on noon on a Saturday), not on PDSA hours.

A vaccination shift across midnight: each day's part is paid as a shift of that day. Where that pays the same as one
half-day, or the whole is paid by the hour, it is due; where it would pay otherwise (six hours, or two rates in one
half-day) no text says which: *unverifiable*, as across noon on a Saturday.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import polars as pl
from msgspec import Struct

from avenant9.calendar import public_holidays, split_shift
from avenant9.measures.units import UNITS, WHOLE, why_outside
from avenant9.rulebook.measures import (
    Hourly,
    HourlyBaseline,
    HourlySpan,
    ShiftFee,
    ShiftFeeSpan,
    Span,
    cents,
    span_on,
    value_on,
)
from avenant9.shifts import NOBODY
from avenant9.wording import counted
from avenant9.wording import day as french_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from avenant9.calendar import Calendar, Duty, Hours
    from avenant9.results.measures import Reason
    from avenant9.shifts import Shift

_SATURDAY, _SUNDAY = 6, 7
_ONE_BY_ONE = "saisissez chaque demi-journée comme une vacation"


def units(
    name: str, measure: Hourly | ShiftFee, shifts: Sequence[Shift], calendar: Calendar
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The pieces of the shifts of the measure's role, as UNITS (a minute is 1), and what is to be said of them.

    Args:
        name: id of the measure.
        measure: hours of regulation, or vaccination shifts.
        shifts: of any role.
        calendar: holidays and PDSA hours of a zone.

    Raises:
        RulebookError, ValueError: as `calendar.split_shift`.
    """
    own = [shift for shift in shifts if shift.role == measure.role]
    pieces = _hourly if isinstance(measure, Hourly) else _fees
    rows = [{"measure": name, **piece} for shift in own for piece in pieces(measure, shift, calendar)]  # type: ignore[arg-type]
    return _in_cents(pl.DataFrame(rows, schema=UNITS)), _notes(measure, own, rows)


def _in_cents(pieces: pl.DataFrame) -> pl.DataFrame:
    """The pieces, whose money is in sixtieths of a cent, in cents (ruling 95).

    What those of a period, practitioner and month add up to is rounded once, half up: each has what it adds to the
    rounded sum of those before it.
    """
    key = ["period", "practitioner", pl.col("date").dt.truncate("1mo")]

    def added(name: str) -> pl.Expr:
        own = pl.col(name)
        so_far = own.fill_null(0).cum_sum().over(key)
        return pl.when(own.is_not_null()).then(_half_up(so_far) - _half_up(so_far - own)).alias(name)

    return pieces.with_columns(map(added, ("baseline", "with_measure", "low", "high"))).with_columns(
        amo=pl.when(pl.col("baseline").is_not_null()).then(pl.col("with_measure") - pl.col("baseline"))
    )


def _half_up(sixtieths: pl.Expr) -> pl.Expr:
    return (2 * sixtieths + WHOLE) // (2 * WHOLE)


def _notes(measure: Hourly | ShiftFee, own: Sequence[Shift], rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """What a person must know of the retained pieces."""
    if isinstance(measure, Hourly):
        return ()
    retained = {(row["file"], row["sheet"], row["row"]) for row in rows if row["retained"]}
    nights = [
        shift
        for shift in own
        if shift.end > datetime.combine(shift.start.date() + timedelta(days=1), time.min)
        and (shift.where.file, shift.where.sheet, shift.where.row) in retained
    ]
    if not nights:
        return ()
    words = counted(len(nights), "vacation passe minuit", "vacations passent minuit")
    return (f"{measure.role} : {words} ; les heures de chaque jour sont payées au tarif de ce jour.",)


def _piece(shift: Shift, start: datetime, end: datetime, span: Span | None) -> dict[str, Any]:
    """What every piece says; nothing is refused yet, nothing due. Its money is in sixtieths of a cent, as its minutes
    are of an hour: nothing is lost before the sum."""
    minutes = _minutes(start, end)
    return {
        "period": span.id if span is not None and span.retained else None,
        "practitioner": shift.practitioner or NOBODY,
        "date": start.date(),
        "units": minutes,
        "retained": minutes,
        "refused": 0,
        "doubtful": 0,
        "patient": 0,
        "file": shift.where.file,
        "sheet": shift.where.sheet,
        "row": shift.where.row,
    }


def _refused(piece: dict[str, Any], reason: Reason, detail: str) -> dict[str, Any]:
    return {**piece, "retained": 0, "refused": piece["units"], "reason": reason, "detail": detail}


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds()) // 60


def _when(start: datetime, end: datetime) -> str:
    """`Le 30/09/2022 de 20:00 à 24:00`."""
    last = "24:00" if end.date() > start.date() else f"{end:%H:%M}"
    return f"Le {french_day(start.date())} de {start:%H:%M} à {last}"


def _hours_of(calendar: Calendar, day: date) -> Hours | None:
    return next((hours for hours in calendar.versions if day in hours.period), None)


# --- regulation -----------------------------------------------------------------------------------------------


def _hourly(measure: Hourly, shift: Shift, calendar: Calendar) -> Iterator[dict[str, Any]]:
    """Each piece: outside the PDSA, the rate of the period, else that of the baseline; inside it, nothing."""
    for start, end, duty in _duties(shift, calendar):
        span = span_on(measure, start.date())
        assert span is None or isinstance(span, HourlySpan)  # noqa: S101
        piece, when = _piece(shift, start, end, span), _when(start, end)
        if duty == "pdsa":
            detail = f"{when} : heures de permanence des soins, payées par le barème régional."
            yield _refused({**piece, "baseline": 0, "with_measure": 0}, "pdsa_hours", detail)
            continue
        known = value_on(measure.baseline, start.date())
        assert known is None or isinstance(known, HourlyBaseline)  # noqa: S101
        before = None if known is None else cents(known.rate) * piece["units"]
        if duty != "day":
            gain = _gain(span, before, piece["units"])
            bounds = {"low": gain and min(0, gain), "high": gain and max(0, gain)}
            yield _refused({**piece, **bounds}, "unverifiable", f"{when} : {_UNKNOWN_DUTY[duty]}.")
            continue
        if span is None or not span.retained:
            paid = {**piece, "baseline": before, "with_measure": before}
            yield _refused(paid, "out_of_period", f"{when}. {why_outside(measure, start.date())}")
            continue
        yield {**piece, "baseline": before, "with_measure": cents(span.rate) * piece["units"]}


def _gain(span: HourlySpan | None, before: int | None, minutes: int) -> int | None:
    """What the measure adds to minutes outside the PDSA; None where the baseline is not known."""
    if span is None or not span.retained:
        return 0
    return None if before is None else cents(span.rate) * minutes - before


_UNKNOWN_DUTY: dict[Duty | None, str] = {
    "regional": "jour voisin d'un jour férié, ou férié dans certaines communes : permanence des soins là où la "
    "région le prévoit",
    None: "jours fériés et heures de permanence des soins inconnus à cette date",
}


def _duties(shift: Shift, calendar: Calendar) -> Iterator[tuple[datetime, datetime, Duty | None]]:
    """The shift cut at midnight and at the bounds of the PDSA; each day by the hours in force on it."""
    for start, end in _days(shift.start, shift.end):
        hours = _hours_of(calendar, start.date())
        if hours is None:
            yield start, end, None
        else:
            yield from split_shift(start, end, calendar.zone, hours)


def _days(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        midnight = datetime.combine(start.date() + timedelta(days=1), time.min)
        yield start, min(midnight, end)
        start = midnight


# --- vaccination ----------------------------------------------------------------------------------------------

_Rate = Literal["weekday", "weekend"]


class _Part(Struct, frozen=True):
    """What of a shift stands on one day, and on one side of noon on a Saturday."""

    start: datetime
    end: datetime
    span: ShiftFeeSpan | None
    rate: _Rate | None  # None: unknown

    @property
    def minutes(self) -> int:
        return _minutes(self.start, self.end)


def _fees(measure: ShiftFee, shift: Shift, calendar: Calendar) -> Iterator[dict[str, Any]]:
    """Each part: the date first, then what makes the fee of the whole shift doubtful, then the fee of its day."""
    parts = [part for day in _days(shift.start, shift.end) for part in _parts(measure, *day, calendar)]
    due = [part for part in parts if part.span is not None and part.span.retained]
    doubt = _doubt(shift, due) if due else None
    for part in parts:
        piece, when = _piece(shift, part.start, part.end, part.span), _when(part.start, part.end)
        if part not in due:
            yield _refused(piece, "out_of_period", f"{when}. {why_outside(measure, part.start.date())}")
        elif doubt is not None:
            yield _refused(piece, "unverifiable", f"{when} : {doubt}.")
        else:
            yield {**piece, "with_measure": _fee(part, part.minutes)}


def _parts(measure: ShiftFee, start: datetime, end: datetime, calendar: Calendar) -> Iterator[_Part]:
    """A day of a shift, cut at the hour from which a Saturday is paid as a Sunday."""
    span = span_on(measure, start.date())
    assert span is None or isinstance(span, ShiftFeeSpan)  # noqa: S101
    holiday = _holiday(start.date(), calendar)
    if start.isoweekday() == _SUNDAY or holiday == "national":
        yield _Part(start, end, span, "weekend")
    elif holiday is not None:
        yield _Part(start, end, span, None)
    elif start.isoweekday() != _SATURDAY or span is None:
        yield _Part(start, end, span, "weekday")
    else:
        noon = datetime.combine(start.date(), span.saturday_from)
        if start < noon:
            yield _Part(start, min(end, noon), span, "weekday")
        if end > noon:
            yield _Part(max(start, noon), end, span, "weekend")


def _holiday(day: date, calendar: Calendar) -> str | None:
    """`national`, `local`, None on another day; `unknown` where the calendar does not answer."""
    hours = _hours_of(calendar, day)
    if hours is None:
        return "unknown"
    legal = public_holidays(day.year, calendar.zone, hours)
    return legal.get(day) if legal else "unknown"


def _fee(part: _Part, minutes: int) -> int:
    """Sixtieths of a cent for so many minutes at the terms of a part: the flat fee, else by the hour, started or pro
    rata."""
    span = part.span
    assert span is not None  # noqa: S101
    weekend = part.rate == "weekend"
    if minutes >= span.flat_from_hours * WHOLE:
        return WHOLE * cents(span.weekend_flat if weekend else span.weekday_flat)
    paid = -(-minutes // WHOLE) * WHOLE if span.started_hours else minutes
    return cents(span.weekend_hourly if weekend else span.weekday_hourly) * paid


def _doubt(shift: Shift, due: Sequence[_Part]) -> str | None:
    """Why no text tells the fee of a shift, None where one does; `due` are its parts within periods."""
    first = due[0].span
    assert first is not None  # noqa: S101
    if any(part.rate is None for part in due):
        return (
            "jour férié dans certaines communes seulement, ou calendrier inconnu ; le tarif du jour n'est pas établi"
        )
    if _minutes(shift.start, shift.end) >= first.unclear_from_hours * WHOLE:
        hours = first.unclear_from_hours
        return f"vacation de {hours} h ou plus, un forfait ou deux demi-journées ; {_ONE_BY_ONE}"
    for one, other in pairwise(due):
        if one.start.date() == other.start.date():
            return f"vacation à cheval sur {one.end:%H:%M} un samedi, deux tarifs ; {_ONE_BY_ONE}"
    minutes = sum(part.minutes for part in due)
    alone = sum(_fee(part, part.minutes) for part in due)
    if len({(part.rate, part.span) for part in due}) == 1:
        clear = alone == _fee(due[0], minutes)
    else:  # two rates: the hours of each day at its own, where no started hour stands across midnight
        plain = all(part.span and (not part.span.started_hours or part.minutes % WHOLE == 0) for part in due[:-1])
        clear = minutes < first.flat_from_hours * WHOLE and plain
    return None if clear else f"vacation à cheval sur minuit, une demi-journée ou deux ; {_ONE_BY_ONE}"
