"""The days and hours of the law: known dates by hand, boundaries at the minute, and twins that must agree.

The rule files are read here as plain TOML, so that these tests look at the data and at `calendar.py` alone.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from avenant9 import calendar
from avenant9.calendar import Calendar, Feast, Hours
from avenant9.errors import RulebookError
from avenant9.period import Period
from avenant9.records import replace

ZONES = tuple(calendar.SUBDIVISIONS)
FOLDER = Path(calendar.__file__).parent / "rules" / "calendrier"
DAY = timedelta(days=1)


@cache
def rule_files() -> dict[str, dict[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


def in_force(version: dict[str, Any]) -> Period:
    return Period(version["from"], None if version["until"] == "open" else version["until"])


@cache
def shipped() -> Hours:
    """The calendar as the rule files say it."""
    feasts = tuple(
        Feast(name, tuple(version["zones"]), version["scope"], in_force(version))
        for data in rule_files().values()
        if data["kind"] == "holidays"
        for version in data["version"]
        for name in version["days"]
    )
    (version,) = rule_files()["horaires"]["version"]
    return Hours(
        in_force(version),
        version["opens"],
        version["closes"],
        version["saturday_closes"],
        tuple(version["regional"]),
        feasts,
    )


HOURS = shipped()


# --- the rule files ---------------------------------------------------------------------------------------


def test_every_version_has_its_source_and_its_day() -> None:
    assert set(rule_files()) >= {"horaires", "jours-feries", "vendredi-saint"}
    for name, data in rule_files().items():
        assert data["kind"] in ("hours", "holidays"), name
        assert data["title"], name
        assert data["why"], name
        for version in data["version"]:
            assert isinstance(version["from"], date), name
            assert version["until"] == "open" or version["until"] >= version["from"], name
            assert version["checked_on"] == date(2026, 11, 22), name
            assert version["source"]["url"].startswith("http"), name
            assert version["source"]["confidence"] in ("high", "medium", "low"), name


def test_hours_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="out of order"):
        replace(HOURS, saturday_closes=time(21))
    with pytest.raises(ValueError, match="out of order"):
        replace(HOURS, opens=time(0))
    for opens, saturday in [(12, 12), (13, 12), (8, 20)]:
        with pytest.raises(ValueError, match="out of order"):
            replace(HOURS, opens=time(opens), saturday_closes=time(saturday))
    with pytest.raises(ValueError, match="unknown zones"):
        replace(HOURS, feasts=(Feast("Noël", ("corse",), "national", HOURS.period),))


# --- public holidays --------------------------------------------------------------------------------------


def easter(year: int) -> date:
    """Easter Sunday by the tables of Clavius (as in Knuth, TAOCP 1.3.2, ex. 14), the last Sunday sought day by day.

    Another way than the closed formula of the library.
    """
    golden, century = year % 19 + 1, year // 100 + 1
    leap_days_left_out, moon = 3 * century // 4 - 12, (8 * century + 5) // 25 - 5
    epact = (11 * golden + 20 + moon - leap_days_left_out) % 30
    epact += epact == 24 or (epact == 25 and golden > 11)
    full_moon = 44 - epact
    sunday = date(year, 3, 1) + (full_moon + 30 * (full_moon < 21)) * DAY
    while sunday.isoweekday() != 7:
        sunday += DAY
    return sunday


def expected_holidays(year: int, zone: str) -> dict[date, str]:
    """Written out from the code du travail, articles L. 3133-1, L. 3134-13 and L. 3422-2."""
    fixed = ["01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"]
    fixed += {
        "alsace-moselle": ["12-26"],
        "mayotte": ["04-27"],
        "martinique": ["05-22"],
        "guadeloupe": ["05-27"],
        "guyane": ["06-10"],
        "reunion": ["12-20"],
    }.get(zone, [])
    found = {date.fromisoformat(f"{year}-{day}"): "national" for day in fixed}
    found |= {easter(year) + shift * DAY: "national" for shift in (1, 39, 50)}
    if zone == "alsace-moselle":
        found[easter(year) - 2 * DAY] = "local"
    return dict(sorted(found.items()))


@pytest.mark.parametrize(
    "day",
    ["2019-04-21", "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05"],
)
def test_the_easter_of_these_tests(day: str) -> None:
    sunday = date.fromisoformat(day)
    assert easter(sunday.year) == sunday


@pytest.mark.parametrize("zone", ZONES)
def test_holidays_are_those_of_the_code_du_travail(zone: str) -> None:
    for year in range(2019, 2101):
        found = calendar.public_holidays(year, zone, HOURS)
        assert dict(found) == expected_holidays(year, zone), year
        assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        (
            "metropole",
            "01-01 04-18 05-01 05-08 05-26 06-06 07-14 08-15 11-01 11-11 12-25",
        ),
        (
            "alsace-moselle",
            "01-01 04-15 04-18 05-01 05-08 05-26 06-06 07-14 08-15 11-01 11-11 12-25 12-26",
        ),
        ("guadeloupe", "01-01 04-18 05-01 05-08 05-26 05-27 06-06 07-14 08-15 11-01 11-11 12-25"),
        ("martinique", "01-01 04-18 05-01 05-08 05-22 05-26 06-06 07-14 08-15 11-01 11-11 12-25"),
        ("guyane", "01-01 04-18 05-01 05-08 05-26 06-06 06-10 07-14 08-15 11-01 11-11 12-25"),
        ("reunion", "01-01 04-18 05-01 05-08 05-26 06-06 07-14 08-15 11-01 11-11 12-20 12-25"),
        ("mayotte", "01-01 04-18 04-27 05-01 05-08 05-26 06-06 07-14 08-15 11-01 11-11 12-25"),
    ],
)
def test_holidays_of_2022_by_hand(zone: str, days: str) -> None:
    found = calendar.public_holidays(2022, zone, HOURS)
    assert [f"{day:%m-%d}" for day in found] == days.split()
    assert [f"{day:%m-%d}" for day, scope in found.items() if scope == "local"] == (
        ["04-15"] if zone == "alsace-moselle" else []
    )


@pytest.mark.parametrize("zone", ZONES)
def test_what_the_library_gives_beyond_the_law_is_known(zone: str) -> None:
    """A day that a new version of the library adds, drops or renames is seen here first."""
    beyond = {"guadeloupe": {"Vendredi saint", "Mi-Carême", "Fête de Victor Schoelcher"}}
    beyond["martinique"] = {"Fête de Victor Schoelcher"}
    named = {feast.name for feast in HOURS.feasts if zone in feast.zones}
    for year in range(2019, 2028):
        computed = set(calendar._computed(year, zone))
        assert named <= computed
        assert computed - named == beyond.get(zone, set())


def test_two_holidays_on_one_day() -> None:
    """1 May 2008 was Ascension Day too; the rule files start that day, after New Year and Easter Monday."""
    found = calendar.public_holidays(2008, "metropole", HOURS)
    assert [f"{day:%m-%d}" for day in found] == [
        "05-01",
        "05-08",
        "05-12",
        "07-14",
        "08-15",
        "11-01",
        "11-11",
        "12-25",
    ]


def test_a_holiday_counts_from_the_day_its_text_does() -> None:
    assert date(2017, 5, 22) not in calendar.public_holidays(2017, "martinique", HOURS)
    assert date(2018, 5, 22) in calendar.public_holidays(2018, "martinique", HOURS)
    abolished = tuple(
        replace(feast, period=Period(feast.period.first, date(2022, 8, 14))) if feast.name == "Assomption" else feast
        for feast in HOURS.feasts
    )
    hours = replace(HOURS, feasts=abolished)
    assert date(2021, 8, 15) in calendar.public_holidays(2021, "metropole", hours)
    assert date(2022, 8, 15) not in calendar.public_holidays(2022, "metropole", hours)


def test_national_wins_over_local() -> None:
    both = (
        Feast("Vendredi saint", ("alsace-moselle",), "local", HOURS.period),
        Feast("Vendredi saint", ("alsace-moselle",), "national", HOURS.period),
    )
    for feasts in (both, both[::-1]):
        found = calendar.public_holidays(2022, "alsace-moselle", replace(HOURS, feasts=feasts))
        assert found == {date(2022, 4, 15): "national"}


def test_a_name_that_the_library_does_not_know_is_told() -> None:
    hours = replace(HOURS, feasts=(Feast("Lundi de Paques", ("metropole",), "national", HOURS.period),))
    with pytest.raises(RulebookError) as caught:
        calendar.duty(datetime(2022, 5, 2, 10), "metropole", hours)
    assert "Lundi de Paques" in str(caught.value)
    assert "Lundi de Pâques" in caught.value.remedy


def test_an_unknown_zone_is_refused_everywhere() -> None:
    monday = date(2022, 5, 2)
    for call in (
        lambda: calendar.public_holidays(2022, "corse", HOURS),
        lambda: calendar.days(monday, monday, "corse", HOURS),
        lambda: calendar.duty(monday, "corse", HOURS),
        lambda: calendar.working_day_after(monday, 1, "corse", HOURS),
    ):
        with pytest.raises(ValueError, match="corse"):
            call()


# --- the table of days ------------------------------------------------------------------------------------


def line(day: str, zone: str = "metropole") -> tuple[Any, ...]:
    found = calendar.days(date.fromisoformat(day), date.fromisoformat(day), zone, HOURS)
    assert found.height == 1
    return found.select("holiday", "bridge", "working").row(0)


@pytest.mark.parametrize(
    ("day", "zone", "holiday", "bridge", "working"),
    [
        ("2022-05-02", "metropole", None, None, True),  # Monday
        ("2022-04-30", "metropole", None, None, True),  # Saturday, before a holiday on Sunday
        ("2022-05-01", "metropole", "national", None, False),  # Sunday
        ("2022-05-15", "metropole", None, None, False),  # Sunday
        ("2022-04-18", "metropole", "national", None, False),  # Easter Monday
        ("2022-05-26", "metropole", "national", None, False),  # Ascension
        ("2022-06-06", "metropole", "national", None, False),  # Whit Monday
        # 14 July 2022, a Thursday
        ("2022-07-13", "metropole", None, None, True),
        ("2022-07-15", "metropole", None, "friday-after", True),
        ("2022-07-16", "metropole", None, "saturday-after", True),
        ("2022-07-17", "metropole", None, None, False),
        ("2022-07-18", "metropole", None, None, True),
        # 1 November 2022, a Tuesday; 11 November, a Friday
        ("2022-10-31", "metropole", None, "monday-before", True),
        ("2022-11-02", "metropole", None, None, True),
        ("2022-11-10", "metropole", None, None, True),
        ("2022-11-12", "metropole", None, "saturday-after", True),
        # 1 May 2024, a Wednesday: neither Monday nor Friday touches it; 8 May Wednesday, 9 May Ascension
        ("2024-04-29", "metropole", None, None, True),
        ("2024-05-03", "metropole", None, None, True),
        ("2024-05-10", "metropole", None, "friday-after", True),
        ("2024-05-11", "metropole", None, "saturday-after", True),
        # 15 August 2020, a Saturday: no bridge before, none after
        ("2020-08-14", "metropole", None, None, True),
        ("2020-08-15", "metropole", "national", None, False),
        ("2020-08-17", "metropole", None, None, True),
        # a Friday after a Thursday holiday that is a holiday itself: no bridge; the Saturday is one
        ("2022-05-27", "metropole", None, "friday-after", True),
        ("2022-05-27", "guadeloupe", "national", None, False),
        ("2022-05-28", "guadeloupe", None, "saturday-after", True),
        ("2025-12-26", "alsace-moselle", "national", None, False),
        ("2025-12-26", "metropole", None, "friday-after", True),
        # across New Year: 1 January 2024 a Monday, 2025 a Wednesday, 2026 a Thursday, 2019 a Tuesday
        ("2023-12-30", "metropole", None, None, True),
        ("2026-01-02", "metropole", None, "friday-after", True),
        ("2026-01-03", "metropole", None, "saturday-after", True),
        ("2029-12-31", "metropole", None, "monday-before", True),  # 1 January 2030 is a Tuesday
        # Good Friday: some communes of Alsace-Moselle, nobody elsewhere
        ("2022-04-15", "alsace-moselle", "local", None, None),
        ("2022-04-16", "alsace-moselle", None, "saturday-after", True),
        ("2022-04-15", "metropole", None, None, True),
        ("2022-04-15", "guadeloupe", None, None, True),
        ("2022-03-24", "guadeloupe", None, None, True),  # mid-Lent
        ("2022-07-21", "guadeloupe", None, None, True),  # Victor Schoelcher
        ("2022-07-21", "martinique", None, None, True),
        # 20 December 2022, a Tuesday, in La Réunion only
        ("2022-12-19", "reunion", None, "monday-before", True),
        ("2022-12-20", "reunion", "national", None, False),
        ("2022-12-20", "mayotte", None, None, True),
        ("2024-02-29", "metropole", None, None, True),
        ("2020-02-29", "metropole", None, None, True),  # a Saturday
    ],
)
def test_days_by_hand(day: str, zone: str, holiday: str | None, bridge: str | None, working: bool | None) -> None:
    assert line(day, zone) == (holiday, bridge, working)


def test_the_table_is_whole_and_typed() -> None:
    table = calendar.days(date(2024, 2, 26), date(2024, 3, 3), "metropole", HOURS)
    assert table.schema == {
        "date": pl.Date,
        "week": pl.Date,
        "holiday": pl.String,
        "bridge": pl.String,
        "working": pl.Boolean,
    }
    assert table["date"].to_list() == [date(2024, 2, 26) + n * DAY for n in range(7)]
    assert table["week"].unique().to_list() == [date(2024, 2, 26)]
    nothing = calendar.days(date(2024, 3, 3), date(2024, 3, 2), "metropole", HOURS)
    assert nothing.is_empty()
    assert nothing.schema == table.schema


@pytest.mark.parametrize(
    ("day", "monday"),
    [("2022-01-01", "2021-12-27"), ("2022-09-11", "2022-09-05"), ("2022-09-12", "2022-09-12")],
)
def test_weeks_run_from_monday_to_sunday(day: str, monday: str) -> None:
    found = calendar.days(date.fromisoformat(day), date.fromisoformat(day), "metropole", HOURS)
    assert found["week"].to_list() == [date.fromisoformat(monday)]


def test_days_that_nobody_knows_have_no_line() -> None:
    table = calendar.days(date(2000, 1, 1), date(9999, 12, 31), "metropole", HOURS)
    assert table["date"][0] == HOURS.period.first
    assert table["date"][-1] == date(2100, 12, 31)  # the last year that the library computes
    closed = replace(HOURS, period=Period(date(2022, 1, 1), date(2022, 12, 31)))
    table = calendar.days(date.min, date.max, "metropole", closed)
    assert (table["date"][0], table["date"][-1], table.height) == (date(2022, 1, 1), date(2022, 12, 31), 365)
    before = HOURS.period.first - DAY
    assert calendar.duty(datetime.combine(before, time(3)), "metropole", HOURS) is None
    assert calendar.duty(datetime(2101, 1, 1, 3), "metropole", HOURS) is None
    assert calendar.working_day_after(before, 1, "metropole", HOURS) is None
    assert calendar.working_day_after(date(2100, 12, 31), 1, "metropole", HOURS) is None
    assert calendar.working_day_after(date(2100, 12, 30), 1, "metropole", HOURS) == date(2100, 12, 31)


def test_the_first_and_the_last_year_that_the_library_computes() -> None:
    always = Period(date.min, None)
    ascension = (Feast("Ascension", ("metropole",), "national", always),)
    hours = replace(HOURS, period=always, feasts=ascension)
    first, last = date(1803, 1, 1), date(2100, 12, 31)
    table = calendar.days(date.min, date.max, "metropole", hours)
    assert (table["date"][0], table["date"][-1]) == (first, last)
    assert calendar.duty(datetime.combine(first - DAY, time(3)), "metropole", hours) is None
    assert calendar.public_holidays(1802, "metropole", hours) == {}
    assert calendar.public_holidays(1803, "metropole", hours) == {date(1803, 5, 19): "national"}
    assert calendar.public_holidays(2100, "metropole", hours) == {date(2100, 5, 6): "national"}
    assert calendar.public_holidays(2101, "metropole", hours) == {}


def test_a_bridge_at_the_end_of_the_period_sees_the_day_after() -> None:
    closed = replace(HOURS, period=Period(date(2022, 7, 15), date(2022, 10, 31)))
    table = calendar.days(date.min, date.max, "metropole", closed)
    assert table["bridge"][0] == "friday-after"
    assert table["bridge"][-1] == "monday-before"


def test_only_the_bridges_of_the_rule_file_count() -> None:
    hours = replace(HOURS, regional=("friday-after",))
    assert calendar.duty(datetime(2022, 7, 15, 10), "metropole", hours) == "regional"
    assert calendar.duty(datetime(2022, 7, 16, 10), "metropole", hours) == "day"
    assert calendar.days(date(2022, 7, 15), date(2022, 7, 16), "metropole", hours)["bridge"].to_list() == [
        "friday-after",
        None,
    ]


# --- jours ouvrables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "n", "zone", "limit"),
    [
        ("2022-05-06", 2, "metropole", "2022-05-09"),  # Friday -> Monday (8 May 2022 is a Sunday)
        ("2022-09-05", 2, "metropole", "2022-09-07"),  # Monday -> Wednesday
        ("2022-09-08", 2, "metropole", "2022-09-10"),  # Thursday -> Saturday
        ("2022-09-09", 2, "metropole", "2022-09-12"),  # Friday -> Monday
        ("2022-09-10", 2, "metropole", "2022-09-13"),  # Saturday -> Tuesday
        ("2022-09-11", 2, "metropole", "2022-09-13"),  # Sunday -> Tuesday
        ("2022-09-10", 1, "metropole", "2022-09-12"),
        ("2022-07-13", 2, "metropole", "2022-07-16"),  # 14 July out, the bridge counts
        ("2022-07-14", 2, "metropole", "2022-07-16"),  # asked on a holiday
        ("2022-04-15", 2, "metropole", "2022-04-19"),  # Easter Monday out
        ("2022-04-14", 2, "metropole", "2022-04-16"),
        ("2022-04-14", 2, "guadeloupe", "2022-04-16"),  # Good Friday is no legal holiday there
        ("2022-12-31", 2, "metropole", "2023-01-03"),  # 1 January 2023 is a Sunday
        ("2024-12-31", 2, "metropole", "2025-01-03"),
        ("2024-02-28", 2, "metropole", "2024-03-01"),  # 29 February
        ("2023-02-28", 2, "metropole", "2023-03-02"),
        ("2020-02-27", 2, "metropole", "2020-02-29"),
        ("2024-02-29", 2, "metropole", "2024-03-02"),
        ("2022-12-24", 2, "metropole", "2022-12-27"),
        ("2022-12-24", 2, "alsace-moselle", "2022-12-28"),
        ("2025-12-24", 2, "metropole", "2025-12-27"),
        ("2025-12-24", 2, "alsace-moselle", "2025-12-29"),
        ("2022-05-25", 2, "metropole", "2022-05-28"),
        ("2022-05-25", 2, "guadeloupe", "2022-05-30"),  # 26 and 27 May out
        ("2022-12-19", 2, "reunion", "2022-12-22"),
        ("2022-09-05", 6, "metropole", "2022-09-12"),
        ("2022-04-14", 4, "metropole", "2022-04-20"),
    ],
)
def test_working_days_by_hand(asked: str, n: int, zone: str, limit: str) -> None:
    day, expected = date.fromisoformat(asked), date.fromisoformat(limit)
    assert calendar.working_day_after(day, n, zone, HOURS) == expected
    assert calendar.working_day_after(day, n, zone, HOURS, local=False) == expected
    table = calendar.working_day_limits(day, day, n, zone, HOURS)
    assert table.rows() == [(day, expected, expected)]


def test_good_friday_moves_the_limit_in_some_communes_only() -> None:
    thursday = date(2022, 4, 14)
    assert calendar.working_day_after(thursday, 2, "alsace-moselle", HOURS) == date(2022, 4, 19)
    assert calendar.working_day_after(thursday, 2, "alsace-moselle", HOURS, local=False) == date(2022, 4, 16)
    table = calendar.working_day_limits(thursday, thursday, 2, "alsace-moselle", HOURS)
    assert table.rows(named=True) == [
        {"date": thursday, "limit": date(2022, 4, 19), "strict": date(2022, 4, 16)},
    ]


@pytest.mark.parametrize("n", [0, -1])
def test_no_working_day_at_all_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        calendar.working_day_after(date(2022, 5, 2), n, "metropole", HOURS)
    with pytest.raises(ValueError, match="1 or more"):
        calendar.working_day_limits(date(2022, 5, 2), date(2022, 5, 3), n, "metropole", HOURS)


# --- hours ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        # Thursday 1 September 2022
        ("2022-09-01T00:00", "metropole", "pdsa"),
        ("2022-09-01T07:59", "metropole", "pdsa"),
        ("2022-09-01T07:59:59", "metropole", "pdsa"),
        ("2022-09-01T08:00", "metropole", "day"),
        ("2022-09-01T12:00", "metropole", "day"),
        ("2022-09-01T19:59", "metropole", "day"),
        ("2022-09-01T19:59:59.999999", "metropole", "day"),
        ("2022-09-01T20:00", "metropole", "pdsa"),
        ("2022-09-01T23:59", "metropole", "pdsa"),
        # Saturday 3 September 2022
        ("2022-09-03T07:59", "metropole", "pdsa"),
        ("2022-09-03T08:00", "metropole", "day"),
        ("2022-09-03T11:59", "metropole", "day"),
        ("2022-09-03T12:00", "metropole", "pdsa"),
        ("2022-09-03T20:00", "metropole", "pdsa"),
        # Sunday
        ("2022-09-04T07:59", "metropole", "pdsa"),
        ("2022-09-04T08:00", "metropole", "pdsa"),
        ("2022-09-04T19:59", "metropole", "pdsa"),
        # holidays: Thursday 14 July 2022 and its bridge, Monday 15 August, Saturday 15 August 2020
        ("2022-07-14T10:00", "metropole", "pdsa"),
        ("2022-07-15T07:59", "metropole", "pdsa"),
        ("2022-07-15T08:00", "metropole", "regional"),
        ("2022-07-15T19:59", "metropole", "regional"),
        ("2022-07-15T20:00", "metropole", "pdsa"),
        ("2022-07-16T08:00", "metropole", "regional"),
        ("2022-07-16T11:59", "metropole", "regional"),
        ("2022-07-16T12:00", "metropole", "pdsa"),
        ("2022-08-15T10:00", "metropole", "pdsa"),
        ("2020-08-15T10:00", "metropole", "pdsa"),
        ("2022-10-31T10:00", "metropole", "regional"),
        ("2022-10-31T20:00", "metropole", "pdsa"),
        # days of one territory
        ("2022-12-26T10:00", "alsace-moselle", "pdsa"),
        ("2022-12-26T10:00", "metropole", "day"),
        ("2022-04-15T10:00", "alsace-moselle", "regional"),
        ("2022-04-15T20:00", "alsace-moselle", "pdsa"),
        ("2022-04-15T10:00", "metropole", "day"),
        ("2022-04-15T10:00", "guadeloupe", "day"),
        ("2022-05-27T10:00", "guadeloupe", "pdsa"),
        ("2022-06-10T10:00", "guyane", "pdsa"),
        ("2022-06-10T10:00", "martinique", "day"),
        # 29 February: a Thursday, a Saturday
        ("2024-02-29T19:59", "metropole", "day"),
        ("2024-02-29T20:00", "metropole", "pdsa"),
        ("2020-02-29T12:00", "metropole", "pdsa"),
        # the nights of the change of hour: an hour that does not exist, one that comes twice
        ("2022-03-27T02:30", "metropole", "pdsa"),
        ("2022-10-30T02:30", "metropole", "pdsa"),
        ("2022-03-28T08:00", "metropole", "day"),
        ("2022-10-31T07:59", "metropole", "pdsa"),
        # the first day of the hours, and the day before
        ("2018-01-01T10:00", "metropole", "pdsa"),
        ("2018-01-02T10:00", "metropole", "day"),
        ("2017-12-31T03:00", "metropole", None),
        ("2101-01-03T10:00", "metropole", None),
    ],
)
def test_duty_by_hand(moment: str, zone: str, expected: str | None) -> None:
    at = datetime.fromisoformat(moment)
    assert calendar.duty(at, zone, HOURS) == expected
    column = Calendar(zone, (HOURS,)).duty(pl.Series([at.date()]), pl.Series([at.time()]))
    assert column.to_list() == [expected]


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        ("2022-09-01", "metropole", None),
        ("2022-09-03", "metropole", None),  # a Saturday morning may be within the SAS window
        ("2022-09-04", "metropole", "pdsa"),
        ("2022-07-14", "metropole", "pdsa"),
        ("2022-07-15", "metropole", None),
        ("2022-04-15", "alsace-moselle", None),
        ("2022-12-26", "alsace-moselle", "pdsa"),
        ("2017-12-31", "metropole", None),
    ],
)
def test_an_unknown_hour_counts_where_the_whole_day_answers(day: str, zone: str, expected: str | None) -> None:
    assert calendar.duty(date.fromisoformat(day), zone, HOURS) == expected
    column = Calendar(zone, (HOURS,)).duty(
        pl.Series([date.fromisoformat(day), None]), pl.Series([None, None], dtype=pl.Time)
    )
    assert column.to_list() == [expected, None]


def test_the_hours_are_data() -> None:
    hours = replace(HOURS, opens=time(7, 30), closes=time(19), saturday_closes=time(14))
    for moment, expected in [
        ("2022-09-01T07:29", "pdsa"),
        ("2022-09-01T07:30", "day"),
        ("2022-09-01T19:00", "pdsa"),
        ("2022-09-03T13:59", "day"),
        ("2022-09-03T14:00", "pdsa"),
    ]:
        at = datetime.fromisoformat(moment)
        assert calendar.duty(at, "metropole", hours) == expected
        column = Calendar("metropole", (hours,)).duty(pl.Series([at.date()]), pl.Series([at.time()]))
        assert column.to_list() == [expected]


def test_two_versions_of_the_hours() -> None:
    old = replace(HOURS, period=Period(HOURS.period.first, date(2022, 8, 31)))
    new = replace(HOURS, period=Period(date(2022, 9, 1), None), closes=time(19))
    run = Calendar("metropole", (old, new))
    dates = pl.Series([date(2022, 8, 31), date(2022, 9, 1), None])
    assert run.duty(dates, pl.Series([time(19)] * 3)).to_list() == ["day", "pdsa", None]
    assert run.working_days_after(dates, 2).to_list() == [date(2022, 9, 2), date(2022, 9, 3), None]


def test_good_friday_in_a_column_of_limits() -> None:
    run, thursday = Calendar("alsace-moselle", (HOURS,)), pl.Series([date(2022, 4, 14)])
    assert run.working_days_after(thursday, 2).to_list() == [date(2022, 4, 19)]
    assert run.working_days_after(thursday, 2, local=True).to_list() == [date(2022, 4, 19)]
    assert run.working_days_after(thursday, 2, local=False).to_list() == [date(2022, 4, 16)]


def test_columns_without_a_single_value() -> None:
    run = Calendar("metropole", (HOURS,))
    nothing = pl.Series([None, None], dtype=pl.Null)
    assert run.duty(nothing, nothing).to_list() == [None, None]
    assert run.duty(nothing, nothing).dtype == pl.String
    assert run.working_days_after(nothing, 2).to_list() == [None, None]
    assert run.working_days_after(nothing, 2).dtype == pl.Date
    assert run.duty(pl.Series([], dtype=pl.Date), pl.Series([], dtype=pl.Time)).to_list() == []


# --- shifts -----------------------------------------------------------------------------------------------


def cut(start: str, end: str, zone: str = "metropole") -> list[tuple[str, str, str | None]]:
    pieces = calendar.split_shift(datetime.fromisoformat(start), datetime.fromisoformat(end), zone, HOURS)
    return [(f"{begin:%m-%d %H:%M}", f"{until:%m-%d %H:%M}", kind) for begin, until, kind in pieces]


def test_a_regulation_shift_across_the_end_of_the_summer() -> None:
    """Two hours on Friday and four on Saturday, twelve hours of PDSA between."""
    assert cut("2022-09-30 18:00", "2022-10-01 12:00") == [
        ("09-30 18:00", "09-30 20:00", "day"),
        ("09-30 20:00", "10-01 00:00", "pdsa"),
        ("10-01 00:00", "10-01 08:00", "pdsa"),
        ("10-01 08:00", "10-01 12:00", "day"),
    ]


@pytest.mark.parametrize(
    ("start", "end", "zone", "pieces"),
    [
        ("2022-09-01 09:00", "2022-09-01 13:00", "metropole", [("09-01 09:00", "09-01 13:00", "day")]),
        ("2022-09-01 07:59", "2022-09-01 08:00", "metropole", [("09-01 07:59", "09-01 08:00", "pdsa")]),
        ("2022-09-01 08:00", "2022-09-01 20:00", "metropole", [("09-01 08:00", "09-01 20:00", "day")]),
        (
            "2022-09-01 19:59",
            "2022-09-01 20:01",
            "metropole",
            [("09-01 19:59", "09-01 20:00", "day"), ("09-01 20:00", "09-01 20:01", "pdsa")],
        ),
        (
            "2022-09-03 10:00",
            "2022-09-03 14:00",
            "metropole",
            [("09-03 10:00", "09-03 12:00", "day"), ("09-03 12:00", "09-03 14:00", "pdsa")],
        ),
        ("2022-09-03 14:00", "2022-09-03 22:00", "metropole", [("09-03 14:00", "09-03 22:00", "pdsa")]),
        ("2022-09-04 06:00", "2022-09-04 21:00", "metropole", [("09-04 06:00", "09-04 21:00", "pdsa")]),
        ("2022-09-04 20:00", "2022-09-05 00:00", "metropole", [("09-04 20:00", "09-05 00:00", "pdsa")]),
        (
            "2022-07-14 22:00",
            "2022-07-15 09:00",
            "metropole",
            [
                ("07-14 22:00", "07-15 00:00", "pdsa"),
                ("07-15 00:00", "07-15 08:00", "pdsa"),
                ("07-15 08:00", "07-15 09:00", "regional"),
            ],
        ),
        # the clock on the wall: the night of the change to summer time is cut as any other
        (
            "2022-03-26 22:00",
            "2022-03-27 04:00",
            "metropole",
            [("03-26 22:00", "03-27 00:00", "pdsa"), ("03-27 00:00", "03-27 04:00", "pdsa")],
        ),
        (
            "2022-12-25 23:00",
            "2022-12-26 09:00",
            "alsace-moselle",
            [("12-25 23:00", "12-26 00:00", "pdsa"), ("12-26 00:00", "12-26 09:00", "pdsa")],
        ),
        (
            "2022-12-25 23:00",
            "2022-12-26 09:00",
            "metropole",
            [
                ("12-25 23:00", "12-26 00:00", "pdsa"),
                ("12-26 00:00", "12-26 08:00", "pdsa"),
                ("12-26 08:00", "12-26 09:00", "day"),
            ],
        ),
        (
            "2017-12-31 23:00",
            "2018-01-01 01:00",
            "metropole",
            [("12-31 23:00", "01-01 00:00", None), ("01-01 00:00", "01-01 01:00", "pdsa")],
        ),
    ],
)
def test_shifts_by_hand(start: str, end: str, zone: str, pieces: list[tuple[str, str, str | None]]) -> None:
    assert cut(start, end, zone) == pieces


@pytest.mark.parametrize("end", ["2022-09-01 09:00", "2022-09-01 08:59"])
def test_a_shift_that_does_not_end_after_its_start_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        cut("2022-09-01 09:00", end)


# --- twins ------------------------------------------------------------------------------------------------

zones = st.sampled_from(ZONES)
some_days = st.dates(date(2017, 12, 25), date(2028, 1, 10)) | st.dates(date(2100, 12, 20), date(2101, 1, 5))
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
clocks = st.sampled_from([time(7, 59), time(8), time(11, 59), time(12), time(19, 59), time(20)]) | minutes


@given(zones, st.lists(st.tuples(some_days, st.none() | clocks), min_size=1, max_size=40))
@settings(deadline=None)
def test_duty_scalar_and_column_agree(zone: str, moments: list[tuple[date, time | None]]) -> None:
    dates, times = zip(*moments, strict=True)
    column = Calendar(zone, (HOURS,)).duty(pl.Series(dates), pl.Series(times, dtype=pl.Time))
    one_by_one = [calendar.duty(day if at is None else datetime.combine(day, at), zone, HOURS) for day, at in moments]
    assert column.to_list() == one_by_one


@given(zones, some_days, st.integers(0, 400), st.integers(1, 12))
@example("alsace-moselle", date(2024, 3, 20), 30, 2)
@settings(deadline=None, max_examples=50)
def test_working_days_scalar_and_table_agree(zone: str, first: date, length: int, n: int) -> None:
    last = first + length * DAY
    known = calendar.days(first, last, zone, HOURS)["date"].to_list()
    table = calendar.working_day_limits(first, last, n, zone, HOURS)
    assert table.columns == ["date", "limit", "strict"]
    assert table.rows() == [
        (
            day,
            calendar.working_day_after(day, n, zone, HOURS),
            calendar.working_day_after(day, n, zone, HOURS, local=False),
        )
        for day in known
    ]
    assert table.filter(pl.col("strict") > pl.col("limit")).is_empty()


@given(zones, some_days, st.integers(1, 12))
@settings(deadline=None, max_examples=50)
def test_between_a_day_and_its_limit_there_are_n_working_days(zone: str, day: date, n: int) -> None:
    limit = calendar.working_day_after(day, n, zone, HOURS, local=False)
    if limit is None:
        return
    between = calendar.days(day + DAY, limit, zone, HOURS)
    assert between["working"].fill_null(True).sum() == n
    assert between["working"].fill_null(True)[-1]


@given(zones, some_days, st.integers(0, 60))
@settings(deadline=None, max_examples=50)
def test_a_part_of_the_table_is_the_table_of_the_part(zone: str, first: date, length: int) -> None:
    last = first + length * DAY
    whole = calendar.days(date(2017, 1, 1), date(2101, 1, 1), zone, HOURS)
    part = calendar.days(first, last, zone, HOURS)
    assert part.equals(whole.filter(pl.col("date").is_between(first, last)))


@given(
    zones,
    st.datetimes(datetime(2017, 12, 25), datetime(2028, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(1, 4 * 24 * 60),
)
@settings(deadline=None, max_examples=60)
def test_pieces_of_a_shift(zone: str, start: datetime, length: int) -> None:
    end = start + timedelta(minutes=length)
    pieces = calendar.split_shift(start, end, zone, HOURS)
    assert pieces[0][0] == start
    assert pieces[-1][1] == end
    for (_, until, kind), (begin, _, following) in pairwise(pieces):
        assert until == begin
        assert begin.time() == time.min or kind != following
    for begin, until, kind in pieces:
        last_minute = until - timedelta(minutes=1)
        assert begin < until
        assert begin.date() == last_minute.date()
        middle = begin + (until - begin) // 2
        assert {calendar.duty(at, zone, HOURS) for at in (begin, middle, last_minute)} == {kind}


# --- what it costs ----------------------------------------------------------------------------------------


def test_importing_it_is_free() -> None:
    code = "import sys, avenant9.calendar; sys.exit(bool({'polars', 'holidays', 'pydantic'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
