"""The windows in which acts are counted: the days that each holds, and what it is called. One table for all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, partial
from typing import Literal, TypeAlias

import polars as pl
from msgspec import Struct

from avenant9.period import ONE_DAY, Period, add_months
from avenant9.wording import day, ordinal

Name: TypeAlias = Literal[
    "civil-year", "civil-quarter", "civil-month", "iso-week", "day", "rolling-12-months", "rolling-45-days", "ever"
]


class Window(Struct, frozen=True):
    """One window.

    Attributes:
        french: its name, as the value of a rule.
        per: how often it comes back.
        around: the days that are counted with an act of a day, under a version in force in a period.
        told: where such days are, in a sentence.
        rolling: how far back the last day before it is, where each act has its own; empty where it is shared.
    """

    french: str
    per: str
    around: Callable[[date, Period], Period]
    told: Callable[[Period], str]
    rolling: str = ""

    def of_days(self, days: pl.Series, version: Period) -> pl.DataFrame:
        """The window of each distinct day: `date`, `start`, `end` (null while it has none)."""
        distinct = days.unique().sort()
        around = [self.around(one, version) for one in distinct]
        return pl.DataFrame(
            {"date": distinct, "start": [own.first for own in around], "end": [own.last for own in around]},
            schema={"date": pl.Date, "start": pl.Date, "end": pl.Date},
        )


def _civil(months: int, on: date, _version: Period) -> Period:
    return _civil_months(months, on)


@cache
def _civil_months(months: int, on: date) -> Period:
    first = date(on.year, (on.month - 1) // months * months + 1, 1)
    return Period(first, add_months(first, months) - ONE_DAY)


def _week(on: date, _version: Period) -> Period:
    monday = on - timedelta(days=on.weekday())
    return Period(monday, monday + timedelta(days=6))


def _twelve_months(on: date, _version: Period) -> Period:
    return Period(add_months(on, -12) + ONE_DAY, on)


def _forty_five_days(on: date, _version: Period) -> Period:
    return Period(on - timedelta(days=45), on)


def _ever(_on: date, version: Period) -> Period:
    return Period(version.first, None)


def _from_to(days: Period) -> str:
    return f"du {day(days.first)} au {day(days.last or days.first)}"


WINDOWS: dict[Name, Window] = {
    "civil-year": Window(
        "année civile",
        "par année civile",
        partial(_civil, 12),
        lambda days: f"sur l'année civile {days.first.year}",
    ),
    "civil-quarter": Window(
        "trimestre civil",
        "par trimestre civil",
        partial(_civil, 3),
        lambda days: f"au {ordinal((days.first.month + 2) // 3)} trimestre {days.first.year}",
    ),
    "civil-month": Window("mois civil", "par mois civil", partial(_civil, 1), lambda days: f"en {days.first:%m/%Y}"),
    "day": Window("jour", "par jour", lambda on, _version: Period(on, on), lambda days: f"le {day(days.first)}"),
    "iso-week": Window(
        "semaine du lundi au dimanche",
        "par semaine, du lundi au dimanche",
        _week,
        lambda days: f"sur la semaine {_from_to(days)}",
    ),
    "rolling-12-months": Window(
        "douze mois glissants", "en douze mois glissants", _twelve_months, _from_to, rolling="12mo"
    ),
    "rolling-45-days": Window("45 jours", "en 45 jours", _forty_five_days, _from_to, rolling="46d"),
    "ever": Window(
        "une fois pour toutes",
        "une fois pour toutes",
        _ever,
        lambda days: f"depuis le {day(days.first)}",
    ),
}
