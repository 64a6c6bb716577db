"""Public holidays, jours ouvrables and the hours of the permanence des soins, day by day and hour by hour.

Easter comes from the table of paschal full moons, which holds from 1900 to 2199. Hours are whole ones: every bound
of CSP R. 6315-1 and of the SAS window is.
"""

from __future__ import annotations

from datetime import date, timedelta

#: The paschal full moon (month, day) of each golden number, from 1.
FULL_MOONS = [
    (4, 14), (4, 3), (3, 23), (4, 11), (3, 31), (4, 18), (4, 8), (3, 28), (4, 16), (4, 5),
    (3, 25), (4, 13), (4, 2), (3, 22), (4, 10), (3, 30), (4, 17), (4, 7), (3, 27),
]  # fmt: skip
FIXED = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
#: One more day of the year where the patient is seen.
LOCAL = {
    "alsace-moselle": (12, 26), "mayotte": (4, 27), "martinique": (5, 22), "guadeloupe": (5, 27), "guyane": (6, 10),
    "reunion": (12, 20),
}  # fmt: skip
#: Whose clock is on the wall.
CLOCKS = {
    "metropole": "Europe/Paris", "alsace-moselle": "Europe/Paris", "mayotte": "Indian/Mayotte",
    "martinique": "America/Martinique", "guadeloupe": "America/Guadeloupe", "guyane": "America/Cayenne",
    "reunion": "Indian/Reunion",
}  # fmt: skip
MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6


def easter(year: int) -> date:
    """The Sunday after the paschal full moon."""
    day = date(year, *FULL_MOONS[year % 19]) + timedelta(1)
    while day.weekday() != SUNDAY:
        day += timedelta(1)
    return day


def is_holiday(day: date, zone: str) -> bool:
    """Easter Monday, Ascension, Whit Monday, the fixed days, the local one."""
    after_easter = (day - easter(day.year)).days
    return (day.month, day.day) in [*FIXED, LOCAL.get(zone)] or after_easter in (1, 39, 50)


def is_good_friday(day: date, zone: str) -> bool:
    """A holiday of some communes only."""
    return zone == "alsace-moselle" and day == easter(day.year) - timedelta(2)


def last_working_day(asked: date, days: int, zone: str) -> date:
    """The `days`-th jour ouvrable after the request: Monday to Saturday, holidays out, its own day not counted.

    Good Friday is out too in Alsace-Moselle: after that day, it is late in every commune.
    """
    day = asked
    while days:
        day += timedelta(1)
        if day.weekday() != SUNDAY and not is_holiday(day, zone) and not is_good_friday(day, zone):
            days -= 1
    return day


def last_weekday(asked: date, days: int, zone: str) -> date:
    """The same for jours ouvrés: Monday to Friday."""
    day = asked
    while days:
        day += timedelta(1)
        if day.weekday() < SATURDAY and not is_holiday(day, zone) and not is_good_friday(day, zone):
            days -= 1
    return day


def duty(day: date, hour: int, zone: str) -> str:
    """`pdsa`, `regional` (of it where the region says so), or `day`, from `hour`:00 on."""
    if hour < 8 or hour >= 20:
        return "pdsa"
    if day.weekday() == SUNDAY or is_holiday(day, zone):
        return "pdsa"
    if day.weekday() == SATURDAY and hour >= 12:
        return "pdsa"
    yesterday, before, tomorrow = (is_holiday(day + timedelta(n), zone) for n in (-1, -2, 1))
    if day.weekday() == MONDAY and tomorrow:
        return "regional"
    if day.weekday() in (FRIDAY, SATURDAY) and yesterday:
        return "regional"
    if day.weekday() == SATURDAY and before:
        return "regional"
    if is_good_friday(day, zone) or is_good_friday(day - timedelta(1), zone):  # and the Saturday after it
        return "regional"
    return "day"
