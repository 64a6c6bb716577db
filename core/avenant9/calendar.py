"""Public holidays by zone, PDSA and SAS hours, jours ouvrables: one table of days, built here and joined once.

The library `holidays` computes the dates; `Hours`, read from `rules/calendrier/`, says which of them are legal
holidays, where, and at what hours the permanence des soins (PDSA) starts and ends. Moments are the naive local
time of the zone, durations those of the clock on the wall: a night of the change to summer time is cut as any other.
Only `Calendar.gone_by` counts the hours that really went by.
A day outside `Hours.period`, or in a year that the library does not compute, is *unknown*: it has no line in a
table, and the scalar functions answer None.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from avenant9.compiled import compiled
from avenant9.errors import RulebookError
from avenant9.period import ONE_DAY, Period, civil_year
from avenant9.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

Scope = Literal["national", "local"]
Bridge = Literal["monday-before", "friday-after", "saturday-after"]
Duty = Literal["day", "pdsa", "regional"]

#: Zone -> subdivision of the library `holidays`.
SUBDIVISIONS: dict[str, str | None] = {
    "metropole": None,
    "alsace-moselle": "57",
    "guadeloupe": "971",
    "martinique": "972",
    "guyane": "973",
    "reunion": "974",
    "mayotte": "976",
}

#: Zone -> its clock.
CLOCKS: dict[str, str] = {
    "metropole": "Europe/Paris",
    "alsace-moselle": "Europe/Paris",
    "guadeloupe": "America/Guadeloupe",
    "martinique": "America/Martinique",
    "guyane": "America/Cayenne",
    "reunion": "Indian/Reunion",
    "mayotte": "Indian/Mayotte",
}

_MONDAY, _FRIDAY, _SATURDAY, _SUNDAY = 1, 5, 6, 7  # ISO weekdays

# Why a day is a bridge: its weekday, and how far from it a holiday makes it one (in days).
_BRIDGES: dict[Bridge, tuple[int, tuple[int, ...]]] = {
    "monday-before": (_MONDAY, (+1,)),
    "friday-after": (_FRIDAY, (-1,)),
    "saturday-after": (_SATURDAY, (-1, -2)),
}


class Feast(Struct, frozen=True):
    """A legal holiday of some zones: `local` where only some of their communes have it.

    `name` is the French name under which the library `holidays` computes it.
    """

    name: str
    zones: tuple[str, ...]
    scope: Scope
    period: Period


class Hours(Struct, frozen=True):
    """What the law says of days and hours, over one period.

    Attributes:
        period: the days on which these hours are in force.
        opens: end of the PDSA night, start of the SAS window; itself outside the PDSA.
        closes: start of the PDSA night; itself inside.
        saturday_closes: end of the SAS window on a Saturday; itself inside the PDSA.
        regional: days that are PDSA only where the region says so.
        feasts: the legal holidays, each with its zones and its own period.

    Raises:
        ValueError: hours out of order, an unknown zone.
    """

    period: Period
    opens: time
    closes: time
    saturday_closes: time
    regional: tuple[Bridge, ...]
    feasts: tuple[Feast, ...]

    def __post_init__(self) -> None:
        if not time.min < self.opens < self.saturday_closes < self.closes:
            raise ValueError("hours out of order: opens < saturday_closes < closes, within one day")
        for feast in self.feasts:
            if unknown := set(feast.zones) - set(SUBDIVISIONS):
                raise ValueError(f"unknown zones of {feast.name}: {sorted(unknown)}")


# --- days -------------------------------------------------------------------------------------------------


def public_holidays(year: int, zone: str, hours: Hours) -> Mapping[date, Scope]:
    """The legal holidays of one civil year, whatever `hours.period`; none in a year that nobody computes.

    Raises:
        RulebookError: a holiday of `hours` has a name that the library does not know in this zone and year.
        ValueError: an unknown zone.
    """
    return dict(sorted(_feasts(year, zone, hours).items()))


def days(first: date, last: date, zone: str, hours: Hours) -> pl.DataFrame:
    """The calendar: one line per known day from `first` to `last`, both included, in order.

    Columns: `date`; `week` (Monday of its ISO week); `holiday` (null, `national`, or `local`: only some communes
    of the zone); `bridge` (null, or why the day may be PDSA in some regions; null on a `national` holiday);
    `working` (jour ouvrable: Monday to Saturday, no holiday; null on a `local` holiday).

    Raises:
        RulebookError, ValueError: as `public_holidays`.
    """
    import polars as pl  # noqa: PLC0415 - only for tables

    known = _known(first, last, zone, hours)
    if known is None:
        return pl.DataFrame(
            schema={
                "date": pl.Date,
                "week": pl.Date,
                "holiday": pl.String,
                "bridge": pl.String,
                "working": pl.Boolean,
            }
        )
    start, end = known
    before, after = start - 2 * ONE_DAY, end + ONE_DAY  # a bridge looks at most two days back, one ahead
    feasts = [item for year in range(before.year, after.year + 1) for item in _feasts(year, zone, hours).items()]
    weekday, holiday = pl.col("date").dt.weekday(), pl.col("holiday")
    national = holiday.eq_missing("national")
    bridge = pl.lit(None, pl.String)
    for name in hours.regional:
        own, shifts = _BRIDGES[name]
        near = pl.any_horizontal(holiday.shift(-shift).is_not_null() for shift in shifts)
        bridge = pl.when((weekday == own) & near & ~national).then(pl.lit(name)).otherwise(bridge)
    working = pl.when((weekday == _SUNDAY) | national).then(False).when(holiday.is_null()).then(True)
    return (
        pl.DataFrame({"date": pl.date_range(before, after, eager=True)})
        .join(
            pl.DataFrame(feasts, schema={"date": pl.Date, "holiday": pl.String}, orient="row"),
            on="date",
            how="left",
            maintain_order="left",
        )
        .select("date", week=pl.col("date").dt.truncate("1w"), holiday=holiday, bridge=bridge, working=working)
        .filter(pl.col("date").is_between(start, end))
    )


def _feasts(year: int, zone: str, hours: Hours) -> Mapping[date, Scope]:
    if zone not in SUBDIVISIONS:
        raise ValueError(f"unknown zone: {zone}")
    return _legal(year, zone, hours.feasts)


@cache
def _legal(year: int, zone: str, feasts: tuple[Feast, ...]) -> dict[date, Scope]:
    """What the library computes and the law keeps; `national` wins where two holidays share a day."""
    first, last = _years()
    if not first <= year <= last:
        return {}
    legal: dict[date, Scope] = {}
    computed = _computed(year, zone)
    whole = civil_year(year)
    for feast in feasts:
        if zone not in feast.zones or not feast.period.overlaps(whole):
            continue
        if feast.name not in computed:
            raise RulebookError(
                f"jour férié « {feast.name} »",
                f"la bibliothèque « holidays » ne le calcule pas ({zone}, {year})",
                f"l'appeler par un de ces noms : {', '.join(computed)}",
            )
        for day in computed[feast.name]:
            if day in feast.period and legal.get(day) != "national":
                legal[day] = feast.scope
    return legal


def _computed(year: int, zone: str) -> dict[str, tuple[date, ...]]:
    """French name -> days of one year."""
    return _of_zone(zone)[year]


def _years() -> tuple[int, int]:
    """The first and last year that the library computes."""
    years = _of_zone("metropole")
    return min(years), max(years)


@cache
def _of_zone(zone: str) -> dict[int, dict[str, tuple[date, ...]]]:
    """Every year that the library computes: it takes as long to start as all else, and its days do not change."""
    return compiled(f"feries-{zone}", partial(_by_library, zone))


def _by_library(zone: str) -> dict[int, dict[str, tuple[date, ...]]]:
    from holidays import country_holidays  # noqa: PLC0415 - only where its days are not kept

    about = partial(country_holidays, "FR", subdiv=SUBDIVISIONS[zone], language="fr")
    span = about()
    named: dict[int, dict[str, tuple[date, ...]]] = {}
    for year in range(span.start_year, span.end_year + 1):
        table, names = about(years=year), named.setdefault(year, {})
        for day in sorted(table):
            for name in table.get_list(day):
                names[name] = (*names.get(name, ()), day)
    return named


def _known(first: date, last: date, zone: str, hours: Hours) -> tuple[date, date] | None:
    """The part of first..last on which the calendar answers."""
    if zone not in SUBDIVISIONS:
        raise ValueError(f"unknown zone: {zone}")
    years = _years()
    start = max(first, hours.period.first, date(years[0], 1, 1))
    end = min(last, hours.period.last or last, date(years[1], 12, 31))
    return (start, end) if start <= end else None


def _scope(day: date, zone: str, hours: Hours) -> Scope | None:
    return _feasts(day.year, zone, hours).get(day)


def _is_bridge(day: date, zone: str, hours: Hours) -> bool:
    return any(
        day.isoweekday() == weekday and any(_scope(day + shift * ONE_DAY, zone, hours) for shift in shifts)
        for weekday, shifts in (_BRIDGES[name] for name in hours.regional)
    )


# --- jours ouvrables --------------------------------------------------------------------------------------


def working_day_after(day: date, n: int, zone: str, hours: Hours, *, local: bool = True) -> date | None:
    """The n-th jour ouvrable after `day`, which is not counted: asked on a Friday, the second one is Monday.

    Args:
        day: any day, jour ouvrable or not.
        n: 1 or more.
        zone: a key of `SUBDIVISIONS`.
        hours: the holidays.
        local: take as holidays also those that only some communes have; after that limit it is late everywhere.

    Returns:
        None where the answer is not known: `day`, or a day up to the limit, is outside the calendar.

    Raises:
        RulebookError, ValueError: as `public_holidays`; `n` below 1.
    """
    if n < 1:
        raise ValueError(f"n must be 1 or more: {n}")
    holidays = ("national", "local") if local else ("national",)
    while _known(day, day, zone, hours):
        if n == 0:
            return day
        day += ONE_DAY
        n -= day.isoweekday() != _SUNDAY and _scope(day, zone, hours) not in holidays
    return None


def working_day_limits(
    first: date, last: date, n: int, zone: str, hours: Hours, *, saturdays: bool = True
) -> pl.DataFrame:
    """`working_day_after` as a table to join: one line per known day from `first` to `last`.

    Without `saturdays`, of jours ouvrés (Monday to Friday). Columns: `date`; `limit`; `strict`, the same with `local`
    holidays taken as ordinary days, never after `limit`: between the two it is late in some communes only. A limit
    beyond the calendar is null.
    Errors as `working_day_after`.
    """
    import polars as pl  # noqa: PLC0415

    if n < 1:
        raise ValueError(f"n must be 1 or more: {n}")
    end = (_known(first, last, zone, hours) or (first, first))[1]
    reach = end + min(7 * n, (date.max - end).days) * ONE_DAY  # at least one jour ouvrable in any seven days
    table = days(first, reach, zone, hours).select("date", "working")
    limits = table.select("date")
    for name, works_if_local in (("limit", False), ("strict", True)):
        works = table["working"].fill_null(works_if_local)
        if not saturdays:
            works &= table["date"].dt.weekday() != _SATURDAY
        rank = works.cast(pl.Int64).cum_sum()
        nth = pl.DataFrame({"rank": rank, name: table["date"]}).filter(works)
        limits = limits.with_columns(rank=rank + n).join(nth, on="rank", how="left", maintain_order="left")
        limits = limits.drop("rank")
    return limits.filter(pl.col("date").is_between(first, last))


# --- hours ------------------------------------------------------------------------------------------------


def duty(moment: date | datetime, zone: str, hours: Hours) -> Duty | None:
    """Whose hours these are: the SAS window (`day`), the PDSA, or the PDSA where the region says so (`regional`).

    Args:
        moment: a `datetime`, or a `date` whose hour is not known.
        zone: a key of `SUBDIVISIONS`.
        hours: the hours in force on that day.

    Returns:
        None where it is not known: an unknown hour on a day that has both, or a day outside the calendar.

    Raises:
        RulebookError, ValueError: as `public_holidays`.
    """
    if isinstance(moment, datetime):
        at = moment.time()
        return [kind for start, kind in _parts(moment.date(), zone, hours) if start <= at][-1]
    parts = _parts(moment, zone, hours)
    return parts[0][1] if len(parts) == 1 else None


def duty_expr(hours: Hours, *, date: str = "date", time: str = "time") -> pl.Expr:
    """`duty` for a table that was joined with `days` on its date: a String column, null where it is not known.

    Args:
        hours: those that `days` was built with.
        date: name of the Date column.
        time: name of the Time column, null where the hour is not known.

    The table holds `week`, `holiday` and `bridge` of `days`; a left join leaves them null on unknown days.
    """
    import polars as pl  # noqa: PLC0415

    weekday, at = pl.col(date).dt.weekday(), pl.col(time)
    night = (at < hours.opens) | (at >= hours.closes)
    after_noon = (weekday == _SATURDAY) & (at >= hours.saturday_closes)
    return (
        pl.when(pl.col("week").is_null())
        .then(pl.lit(None, pl.String))
        .when((weekday == _SUNDAY) | pl.col("holiday").eq_missing("national"))
        .then(pl.lit("pdsa"))
        .when(at.is_null())
        .then(pl.lit(None, pl.String))
        .when(night | after_noon)
        .then(pl.lit("pdsa"))
        .when(pl.col("holiday").is_not_null() | pl.col("bridge").is_not_null())
        .then(pl.lit("regional"))
        .otherwise(pl.lit("day"))
    )


def split_shift(
    start: datetime, end: datetime, zone: str, hours: Hours
) -> list[tuple[datetime, datetime, Duty | None]]:
    """A shift cut at midnight and wherever `duty` changes: `(start, end, kind)` in order, ends excluded.

    Raises:
        RulebookError, ValueError: as `public_holidays`; an end that is not after the start.
    """
    if end <= start:
        raise ValueError("a shift ends after it starts")
    pieces: list[tuple[datetime, datetime, Duty | None]] = []
    for begin, until, kind in _spans(start.date(), end.date(), zone, hours):
        if begin < end and until > start:
            pieces.append((max(begin, start), min(until, end), kind))
    return pieces


def _spans(first: date, last: date, zone: str, hours: Hours) -> Iterator[tuple[datetime, datetime, Duty | None]]:
    """The parts of each day, one after the other."""
    for shift in range((last - first).days + 1):
        midnight = datetime.combine(first + shift * ONE_DAY, time.min)
        parts = _parts(midnight.date(), zone, hours)
        starts = [datetime.combine(midnight, at) for at, _ in parts]
        yield from zip(starts, [*starts[1:], midnight + timedelta(days=1)], (kind for _, kind in parts), strict=True)


def _parts(day: date, zone: str, hours: Hours) -> tuple[tuple[time, Duty | None], ...]:
    """A day from midnight on: when each part starts, and what it is; neighbours differ."""
    if not _known(day, day, zone, hours):
        return ((time.min, None),)
    scope = _scope(day, zone, hours)
    if day.isoweekday() == _SUNDAY or scope == "national":
        return ((time.min, "pdsa"),)
    daytime: Duty = "regional" if scope or _is_bridge(day, zone, hours) else "day"
    closes = hours.saturday_closes if day.isoweekday() == _SATURDAY else hours.closes
    return ((time.min, "pdsa"), (hours.opens, daytime), (closes, "pdsa"))


# --- a run ------------------------------------------------------------------------------------------------


class Calendar(Struct, frozen=True):
    """The calendar of a run, column in, column out: one zone, all versions of the hours in order of date."""

    zone: str
    versions: tuple[Hours, ...]

    def duty(self, dates: pl.Series, times: pl.Series) -> pl.Series:
        """`duty` of each moment (Date, Time or null): String, null where it is not known.

        Raises:
            RulebookError, ValueError: as `public_holidays`.
        """
        import polars as pl  # noqa: PLC0415

        moments = pl.DataFrame({"date": dates, "time": times}, schema={"date": pl.Date, "time": pl.Time})
        first, last = _ends(dates)
        found = [
            moments.join(days(first, last, self.zone, hours), on="date", how="left", maintain_order="left")
            .select(duty=duty_expr(hours))
            .to_series()
            for hours in self.versions
        ]
        return pl.select(duty=pl.coalesce(found)).to_series()

    def off_hours(self, dates: pl.Series, times: pl.Series) -> pl.Series:
        """Whether each moment (Date, Time or null) is of a night, a Sunday or a public holiday: Boolean.

        A holiday of some communes only is one; a night that no hour tells, and a holiday of a year that nobody
        computes, are none. Errors as `duty`.
        """
        import polars as pl  # noqa: PLC0415

        moments = pl.DataFrame({"date": dates, "time": times}, schema={"date": pl.Date, "time": pl.Time})
        answer = moments["date"].dt.weekday() == _SUNDAY
        first, last = _ends(dates)
        for hours in self.versions:
            night = (pl.col("time") < hours.opens) | (pl.col("time") >= hours.closes)
            known = moments.join(days(first, last, self.zone, hours), on="date", how="left", maintain_order="left")
            off = pl.col("week").is_not_null() & (night.fill_null(False) | pl.col("holiday").is_not_null())
            answer |= known.select(off=off)["off"]
        return answer.alias("off_hours")

    def public_holiday(self, dates: pl.Series) -> pl.Series:
        """Whether each day is a public holiday of the whole zone: Boolean; of a year that nobody computes, not.

        Errors as `duty`.
        """
        import polars as pl  # noqa: PLC0415

        first, last = _ends(dates)
        found = [
            table.filter(pl.col("holiday") == "national")["date"]
            for table in (days(first, last, self.zone, hours) for hours in self.versions)
        ]
        return dates.is_in(pl.concat(found).implode()).alias("holiday")

    def working_days_after(
        self, dates: pl.Series, n: int, *, local: bool = True, saturdays: bool = True
    ) -> pl.Series:
        """`working_day_limits` of each day (Date or null): Date, null where it is not known. Errors as there."""
        import polars as pl  # noqa: PLC0415

        whole = Period(self.versions[0].period.first, self.versions[-1].period.last)
        first, last = _ends(dates)
        every = replace(self.versions[0], period=whole)
        limits = working_day_limits(first, last, n, self.zone, every, saturdays=saturdays)
        asked = pl.DataFrame({"date": dates}, schema={"date": pl.Date})
        joined = asked.join(limits, on="date", how="left", maintain_order="left")
        return joined["limit" if local else "strict"].rename("limit")

    def gone_by(self, since: pl.Series, until: pl.Series) -> pl.Series:
        """The time that went by between moments (Datetime or null): Duration, longest where an hour comes twice.

        A moment that the clock of the zone jumps over is taken for the one that the clock then shows.
        """
        return self._on_earth(until, "latest") - self._on_earth(since, "earliest")

    def _on_earth(self, moments: pl.Series, ambiguous: Literal["earliest", "latest"]) -> pl.Series:
        zone = CLOCKS[self.zone]
        known = moments.dt.replace_time_zone(zone, ambiguous=ambiguous, non_existent="null")
        after = moments.dt.offset_by("1h").dt.replace_time_zone(zone, ambiguous=ambiguous, non_existent="null")
        return known.fill_null(after)


def _ends(dates: pl.Series) -> tuple[date, date]:
    """The first and the last day of a column; any day at all where it holds none."""
    first, last = dates.min(), dates.max()
    return (first, last) if isinstance(first, date) and isinstance(last, date) else (date.min, date.min)
