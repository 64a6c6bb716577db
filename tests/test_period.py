"""Inclusive periods and months: bounds, open ends, ends of months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avenant9.period import ONE_DAY, Period, add_months, civil_year
from examples import examples

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
OPEN = Period(date(2022, 1, 1), None)
LONE = Period(date(2022, 3, 1), date(2022, 3, 1))


def test_civil_year() -> None:
    assert civil_year(2022) == YEAR


def test_one_day_is_one_day() -> None:
    assert timedelta(days=1) == ONE_DAY


@pytest.mark.parametrize(
    ("period", "day", "inside"),
    [
        (YEAR, date(2021, 12, 31), False),
        (YEAR, date(2022, 1, 1), True),
        (YEAR, date(2022, 12, 31), True),
        (YEAR, date(2023, 1, 1), False),
        (OPEN, date(2021, 12, 31), False),
        (OPEN, date(2022, 1, 1), True),
        (OPEN, date(9999, 12, 31), True),
        (LONE, date(2022, 2, 28), False),
        (LONE, date(2022, 3, 1), True),
        (LONE, date(2022, 3, 2), False),
    ],
)
def test_days_of_a_period(period: Period, day: date, inside: bool) -> None:
    assert (day in period) is inside


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match=r"^period ends \(2022-01-01\) before it starts \(2022-01-02\)$"):
        Period(date(2022, 1, 2), date(2022, 1, 1))


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (YEAR, LONE, True),
        (YEAR, Period(date(2022, 12, 31), None), True),
        (YEAR, Period(date(2023, 1, 1), None), False),
        (YEAR, Period(date(2021, 1, 1), date(2022, 1, 1)), True),
        (YEAR, Period(date(2021, 1, 1), date(2021, 12, 31)), False),
        (OPEN, Period(date(2030, 1, 1), None), True),
        (OPEN, Period(date(2021, 1, 1), date(2021, 12, 31)), False),
        (OPEN, LONE, True),
    ],
)
def test_overlaps(one: Period, other: Period, common: bool) -> None:
    assert one.overlaps(other) is common
    assert other.overlaps(one) is common


@pytest.mark.parametrize(
    ("one", "other", "follows"),
    [
        (Period(date(2023, 1, 1), None), YEAR, True),
        (Period(date(2022, 12, 31), None), YEAR, False),
        (Period(date(2023, 1, 2), None), YEAR, False),
        (Period(date(2023, 1, 1), None), OPEN, False),
        (YEAR, Period(date(2023, 1, 1), None), False),
    ],
)
def test_follows(one: Period, other: Period, follows: bool) -> None:
    assert one.follows(other) is follows


@pytest.mark.parametrize(("period", "text"), [(YEAR, "2022-01-01/2022-12-31"), (OPEN, "2022-01-01/..")])
def test_in_words_of_iso(period: Period, text: str) -> None:
    assert str(period) == text


def test_periods_are_ordered_and_fixed() -> None:
    assert YEAR < LONE
    with pytest.raises(AttributeError):
        YEAR.first = date(2020, 1, 1)  # type: ignore[misc]
    assert not hasattr(YEAR, "__dict__")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2022, 1, 31), 1, date(2022, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), -12, date(2023, 2, 28)),
        (date(2022, 10, 31), 4, date(2023, 2, 28)),
        (date(2022, 3, 15), 0, date(2022, 3, 15)),
        (date(2022, 11, 30), 1, date(2022, 12, 30)),
        (date(2022, 12, 1), 1, date(2023, 1, 1)),
        (date(2022, 1, 1), -1, date(2021, 12, 1)),
        (date(2022, 12, 31), -13, date(2021, 11, 30)),
        (date(9999, 11, 30), 1, date(9999, 12, 30)),
        (date(9999, 12, 1), 1, date.max),
        (date(9999, 12, 31), 12, date.max),
        (date(1, 2, 28), -1, date(1, 1, 28)),
        (date(1, 1, 31), -1, date.min),
    ],
)
def test_months_later(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@examples(100, 2000)
@given(day=st.dates(date(1900, 1, 1), date(2100, 12, 31)), months=st.integers(-240, 240))
def test_months_later_never_leave_the_month(day: date, months: int) -> None:
    there = add_months(day, months)
    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == months
    assert there.day <= day.day
