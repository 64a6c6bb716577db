"""The calendar of each year, and where it stands on a day."""

from __future__ import annotations

from datetime import date

import pytest

from avenant9.forfait.deadlines import calendar, still_possible
from forfait.answered import YEARS, scales

WINDOW, PAYMENT = "Déclaration des indicateurs sur amelipro", "Paiement du forfait"


def standing(year: int, what: str, as_of: date) -> tuple[date | None, str]:
    (found,) = [one for one in calendar(year, scales(), as_of) if one.what == what]
    return found.until, found.status


@pytest.mark.parametrize(
    ("year", "opens", "until"),
    [
        (2019, None, date(2020, 2, 2)),
        (2020, date(2020, 12, 1), date(2021, 2, 7)),
        (2021, date(2021, 12, 1), date(2022, 1, 31)),
        (2022, date(2023, 1, 10), date(2023, 2, 10)),
        (2023, date(2023, 12, 11), date(2024, 2, 11)),
        (2025, date(2025, 12, 15), date(2026, 2, 8)),
    ],
)
def test_the_window_of_a_year(year: int, opens: date | None, until: date) -> None:
    assert standing(year, WINDOW, until) == (until, "open")
    assert standing(year, WINDOW, date.fromordinal(until.toordinal() + 1)) == (until, "past")
    if opens:
        assert standing(year, WINDOW, opens) == (until, "open")
        assert standing(year, WINDOW, date.fromordinal(opens.toordinal() - 1)) == (until, "to_come")


@pytest.mark.parametrize("as_of", [date(2024, 1, 1), date(2025, 1, 15), date(2026, 11, 22)])
def test_the_window_of_2024_is_not_sourced(as_of: date) -> None:
    assert standing(2024, WINDOW, as_of) == (None, "unknown")


@pytest.mark.parametrize(
    ("year", "day"),
    [(2019, date(2020, 4, 30)), (2021, date(2022, 4, 20)), (2022, date(2023, 4, 20))],
)
def test_the_payment_of_a_known_day(year: int, day: date) -> None:
    assert standing(year, PAYMENT, day) == (day, "to_come")
    assert standing(year, PAYMENT, date.fromordinal(day.toordinal() + 1)) == (day, "past")


@pytest.mark.parametrize(
    ("year", "first", "last"),
    [
        (2020, date(2021, 5, 1), date(2021, 5, 31)),
        (2023, date(2024, 1, 1), date(2024, 12, 31)),
        (2024, date(2025, 5, 1), date(2025, 5, 31)),
        (2025, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_payment_of_which_the_day_is_not_sourced(year: int, first: date, last: date) -> None:
    assert standing(year, PAYMENT, date.fromordinal(first.toordinal() - 1)) == (None, "to_come")
    assert standing(year, PAYMENT, first) == (None, "unknown")
    assert standing(year, PAYMENT, last) == (None, "unknown")
    assert standing(year, PAYMENT, date.fromordinal(last.toordinal() + 1)) == (None, "past")


def test_the_segur_milestones_with_their_postponements() -> None:
    found = calendar(2023, scales(), date(2023, 5, 1))
    assert [(one.until, one.status, one.note) for one in found if "Ségur" in one.what or "addendum" in one.what] == [
        (date(2022, 7, 15), "past", "reportée au 30/11/2022"),
        (date(2022, 10, 15), "past", "reportée au 28/04/2023"),
        (
            date(2022, 11, 30),
            "past",
            "pour le financement public ; commander n'était pas en soi une condition du forfait",
        ),
        (date(2023, 4, 5), "past", ""),
        (date(2023, 4, 28), "past", "reportée au 20/09/2023"),
        (date(2023, 9, 20), "open", ""),
        (date(2023, 12, 31), "open", "reportée au 31/01/2024"),
        (date(2024, 1, 31), "open", "équipement, déclaration et preuve"),
        (date(2023, 12, 31), "open", "reportée au 31/12/2024"),
        (date(2024, 12, 31), "open", ""),
    ]


@pytest.mark.parametrize("year", YEARS)
def test_every_year_has_its_window_and_its_payment(year: int) -> None:
    whats = [one.what for one in calendar(year, scales(), date(2026, 11, 22))]
    assert whats[:2] == [WINDOW, PAYMENT]
    assert len(whats) == len(set(whats))


@pytest.mark.parametrize(
    ("year", "keys", "last", "after"),
    [
        # a usage of the year, of its quarter; a tick until the window closes; what is declared by its own day
        (2022, ["taux_dmp"], date(2022, 12, 31), False),
        (2022, ["logiciel_segur"], date(2022, 12, 31), False),
        (2022, ["snp_t1"], date(2022, 3, 31), False),
        (2022, ["snp_t2"], date(2022, 6, 30), False),
        (2022, ["snp_t3"], date(2022, 9, 30), False),
        (2022, ["snp_t4"], date(2022, 12, 31), False),
        (2022, ["services_patients"], date(2023, 2, 10), False),
        (2021, ["services_patients"], date(2022, 1, 31), False),
        (2023, ["services_patients"], date(2024, 2, 11), False),
        (2023, ["segur_declare_le"], date(2024, 1, 31), False),
        (2023, ["logiciel_segur"], date(2024, 1, 31), False),  # it counts with its day only
        (2023, ["taux_dmp"], date(2023, 12, 31), False),
        # all of them: the first that closes closes all
        (2022, ["taux_dmp", "services_patients"], date(2022, 12, 31), False),
        (2022, ["services_patients", "snp_t1"], date(2022, 3, 31), False),
        # the window of 2024 is not sourced: open to the end of the year, then unknown
        (2024, ["services_patients"], date(2024, 12, 31), None),
        (2024, ["services_patients", "taux_dmp"], date(2024, 12, 31), False),
    ],
)
def test_what_can_still_change(year: int, keys: list[str], last: date, after: bool | None) -> None:
    def possible(as_of: date) -> bool | None:
        return still_possible(keys, scales().years[year], scales(), as_of)

    assert possible(date(year, 1, 1)) is True
    assert possible(last) is True
    assert possible(date.fromordinal(last.toordinal() + 1)) is after
    assert possible(date(2026, 11, 22)) is False


def test_an_unknown_window_is_closed_once_the_year_is_paid() -> None:
    scale = scales().years[2024]
    found = [
        still_possible(["services_patients"], scale, scales(), as_of)
        for as_of in (date(2025, 1, 1), date(2025, 5, 31), date(2025, 6, 1))
    ]
    assert found == [None, None, False]


def test_what_has_no_last_day_is_unknown_unless_something_else_is_closed() -> None:
    scale = scales().years[2022]
    keys, day = ["points_teleservices"], date(2022, 12, 31)
    assert still_possible([], scale, scales(), day) is True
    assert still_possible(keys, scale, scales(), day) is None
    assert still_possible([*keys, "taux_dmp"], scale, scales(), day) is None
    assert still_possible([*keys, "snp_t3"], scale, scales(), day) is False
