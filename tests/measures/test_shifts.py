"""Shifts: hours of regulation outside the PDSA, half-days of vaccination, piece by piece."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avenant9.calendar import Calendar
from avenant9.measures.scenario import applied
from avenant9.measures.shifts import units
from avenant9.model import CellRef
from avenant9.records import replace
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.measures import Hourly, ShiftFee, load_measures
from avenant9.settings.scenario import Change, Scenario
from avenant9.shifts import ROLES, Shift

HOURS = load_rulebook().hours
MEASURES = load_measures()
REGULATION, VARIOLE, COVID = ROLES
WHERE = CellRef("vacations.csv", None, 2)
Piece = tuple[str | None, str, int, str | None, int | None, int | None]


def measure(role: str) -> Hourly | ShiftFee:
    found = MEASURES[role]
    assert isinstance(found, Hourly | ShiftFee)
    return found


def shift(role: str, start: str, end: str) -> Shift:
    """From `30/09/2022 18:00` to `12:00`, of the next day where that is earlier."""
    first = datetime.strptime(start, "%d/%m/%Y %H:%M")
    hour, minute = map(int, end.split(":"))
    last = first.replace(hour=hour % 24, minute=minute)
    return Shift(WHERE, role, "A", first, last if last > first else last + timedelta(days=1))


def lines(
    role: str, start: str, end: str, zone: str = "metropole", own: Hourly | ShiftFee | None = None
) -> list[dict[str, Any]]:
    table, _ = units(role, own or measure(role), [shift(role, start, end)], Calendar(zone, HOURS))
    return table.to_dicts()


def pieces(
    role: str, start: str, end: str, zone: str = "metropole", own: Hourly | ShiftFee | None = None
) -> list[Piece]:
    """Period, day, minutes, reason of the refusal, cents without and with the measure."""
    return [
        (one["period"], f"{one['date']:%d/%m}", one["units"], one["reason"], one["baseline"], one["with_measure"])
        for one in lines(role, start, end, zone, own)
    ]


FLASH, AWARD = "mission-flash-2022", "reglement-arbitral-2023"


def test_the_regulation_of_30_september_2022_whole() -> None:
    same = {
        "measure": REGULATION, "practitioner": "A", "patient": 0, "participation": None,
        "doubtful": 0, "low": None, "high": None,
        "file": "vacations.csv", "sheet": None, "row": 2,
    }  # fmt: skip
    evening, night, morning = date(2022, 9, 30), "pdsa_hours", date(2022, 10, 1)
    nothing = {"retained": 0, "baseline": 0, "with_measure": 0, "amo": 0}
    assert lines(REGULATION, "30/09/2022 18:00", "12:00") == [
        same | {"period": FLASH, "date": evening, "units": 120, "retained": 120, "refused": 0, "reason": None,
                "detail": None, "baseline": 180_00, "with_measure": 200_00, "amo": 20_00},
        same | nothing | {"period": FLASH, "date": evening, "units": 240, "refused": 240, "reason": night,
                "detail": "Le 30/09/2022 de 20:00 à 24:00 : heures de permanence des soins, payées par le barème "
                "régional."},
        same | nothing | {"period": None, "date": morning, "units": 480, "refused": 480, "reason": night,
                "detail": "Le 01/10/2022 de 00:00 à 08:00 : heures de permanence des soins, payées par le barème "
                "régional."},
        same | {"period": None, "date": morning, "units": 240, "retained": 0, "refused": 240,
                "reason": "out_of_period", "detail": "Le 01/10/2022 de 08:00 à 12:00. Hors de toute période de la "
                "mesure : la dernière, « Été 2022 (mission flash) », a fini le 30/09/2022 ; la "
                "suivante, « Règlement arbitral », commence le 01/05/2023.", "baseline": 360_00,
                "with_measure": 360_00, "amo": 0},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        # the bounds of the rates
        ("31/03/2022 10:00", "11:00", "metropole", [(None, "31/03", 60, "out_of_period", None, None)]),
        ("01/04/2022 10:00", "11:00", "metropole", [(None, "01/04", 60, "out_of_period", 90_00, 90_00)]),
        ("30/06/2022 10:00", "11:00", "metropole", [(None, "30/06", 60, "out_of_period", 90_00, 90_00)]),
        ("01/07/2022 10:00", "11:00", "metropole", [(FLASH, "01/07", 60, None, 90_00, 100_00)]),
        ("28/04/2023 10:00", "11:00", "metropole", [(None, "28/04", 60, "out_of_period", 90_00, 90_00)]),
        ("02/05/2023 10:00", "11:00", "metropole", [(AWARD, "02/05", 60, None, 90_00, 100_00)]),
        # minutes pro rata, half up to the cent
        ("05/09/2022 10:00", "10:20", "metropole", [(FLASH, "05/09", 20, None, 30_00, 33_33)]),
        ("05/09/2022 10:00", "10:01", "metropole", [(FLASH, "05/09", 1, None, 1_50, 1_67)]),
        # 08:00 is outside the PDSA, 20:00 inside; noon of a Saturday inside
        (
            "05/09/2022 07:59",
            "20:01",
            "metropole",
            [
                (FLASH, "05/09", 1, "pdsa_hours", 0, 0),
                (FLASH, "05/09", 720, None, 1080_00, 1200_00),
                (FLASH, "05/09", 1, "pdsa_hours", 0, 0),
            ],
        ),
        (
            "03/09/2022 11:00",
            "13:00",
            "metropole",
            [(FLASH, "03/09", 60, None, 90_00, 100_00), (FLASH, "03/09", 60, "pdsa_hours", 0, 0)],
        ),
        ("04/09/2022 10:00", "12:00", "metropole", [(FLASH, "04/09", 120, "pdsa_hours", 0, 0)]),
        # holidays, and the days beside them
        ("15/08/2022 10:00", "12:00", "metropole", [(FLASH, "15/08", 120, "pdsa_hours", 0, 0)]),
        ("16/08/2022 10:00", "12:00", "metropole", [(FLASH, "16/08", 120, None, 180_00, 200_00)]),
        ("15/07/2022 10:00", "12:00", "metropole", [(FLASH, "15/07", 120, "unverifiable", None, None)]),
        ("16/07/2022 10:00", "12:00", "metropole", [(FLASH, "16/07", 120, "unverifiable", None, None)]),
        ("26/12/2023 10:00", "12:00", "metropole", [(AWARD, "26/12", 120, None, 180_00, 200_00)]),
        ("26/12/2023 10:00", "12:00", "alsace-moselle", [(AWARD, "26/12", 120, "pdsa_hours", 0, 0)]),
        ("29/03/2024 10:00", "12:00", "alsace-moselle", [(AWARD, "29/03", 120, "unverifiable", None, None)]),
        ("27/05/2024 10:00", "12:00", "guadeloupe", [(AWARD, "27/05", 120, "pdsa_hours", 0, 0)]),
        # the clock on the wall: eight hours on both nights of a change
        (
            "26/03/2022 22:00",
            "06:00",
            "metropole",
            [(None, "26/03", 120, "pdsa_hours", 0, 0), (None, "27/03", 360, "pdsa_hours", 0, 0)],
        ),
        (
            "29/10/2022 22:00",
            "06:00",
            "metropole",
            [(None, "29/10", 120, "pdsa_hours", 0, 0), (None, "30/10", 360, "pdsa_hours", 0, 0)],
        ),
        # no known calendar
        ("05/09/2016 10:00", "12:00", "metropole", [(None, "05/09", 120, "unverifiable", None, None)]),
        # up to midnight: one day
        ("05/09/2022 19:00", "24:00", "metropole",
         [(FLASH, "05/09", 60, None, 90_00, 100_00), (FLASH, "05/09", 240, "pdsa_hours", 0, 0)]),
        # the evening after hours of which nobody says whose they are
        ("15/07/2022 19:00", "21:00", "metropole",
         [(FLASH, "15/07", 60, "unverifiable", None, None), (FLASH, "15/07", 60, "pdsa_hours", 0, 0)]),
    ],
)  # fmt: skip
def test_regulation(start: str, end: str, zone: str, expected: list[Piece]) -> None:
    assert pieces(REGULATION, start, end, zone) == expected


@pytest.mark.parametrize(
    ("start", "detail"),
    [
        (
            "15/07/2022 10:00",
            "Le 15/07/2022 de 10:00 à 12:00 : jour voisin d'un jour férié, ou férié dans certaines communes : "
            "permanence des soins là où la région le prévoit.",
        ),
        (
            "05/09/2016 10:00",
            "Le 05/09/2016 de 10:00 à 12:00 : jours fériés et heures de permanence des soins inconnus à cette date.",
        ),
    ],
)
def test_why_regulation_is_not_verifiable(start: str, detail: str) -> None:
    [one] = lines(REGULATION, start, "12:00")
    assert (one["reason"], one["detail"], one["amo"]) == ("unverifiable", detail, None)


def paid(period: str, day: str, minutes: int, cents: int) -> Piece:
    return period, day, minutes, None, None, cents


POX, FIRST, SECOND = "variole-2022", "covid-fevrier-2021", "covid-novembre-2021"


@pytest.mark.parametrize(
    ("role", "start", "end", "zone", "expected"),
    [
        # the worked cases
        (VARIOLE, "03/09/2022 14:00", "18:00", "metropole", [paid(POX, "03/09", 240, 420_00)]),
        (VARIOLE, "03/09/2022 14:00", "17:00", "metropole", [paid(POX, "03/09", 180, 315_00)]),
        (VARIOLE, "03/09/2022 13:00", "18:00", "metropole", [paid(POX, "03/09", 300, 420_00)]),
        (VARIOLE, "05/09/2022 14:00", "18:00", "metropole", [paid(POX, "05/09", 240, 320_00)]),
        (VARIOLE, "05/09/2022 14:00", "17:00", "metropole", [paid(POX, "05/09", 180, 240_00)]),
        (COVID, "07/11/2021 09:00", "12:00", "metropole", [paid(FIRST, "07/11", 180, 345_00)]),
        (COVID, "08/11/2021 09:00", "12:00", "metropole", [paid(SECOND, "08/11", 180, 240_00)]),
        (COVID, "14/11/2021 09:00", "12:00", "metropole", [paid(SECOND, "14/11", 180, 315_00)]),
        (COVID, "05/11/2021 08:00", "12:00", "metropole", [paid(FIRST, "05/11", 240, 420_00)]),
        (COVID, "12/11/2021 08:00", "12:00", "metropole", [paid(SECOND, "12/11", 240, 320_00)]),
        (COVID, "11/11/2021 08:00", "12:00", "metropole", [paid(SECOND, "11/11", 240, 420_00)]),
        (COVID, "05/11/2021 14:00", "15:30", "metropole", [paid(FIRST, "05/11", 90, 210_00)]),
        # the limit of four hours, one minute under it, eight hours, one minute under them
        (VARIOLE, "05/09/2022 08:00", "11:59", "metropole", [paid(POX, "05/09", 239, 318_67)]),
        (COVID, "05/11/2021 08:00", "11:59", "metropole", [paid(FIRST, "05/11", 239, 420_00)]),
        (COVID, "05/11/2021 08:00", "10:00", "metropole", [paid(FIRST, "05/11", 120, 210_00)]),
        (COVID, "05/11/2021 08:00", "10:01", "metropole", [paid(FIRST, "05/11", 121, 315_00)]),
        (VARIOLE, "05/09/2022 08:00", "15:59", "metropole", [paid(POX, "05/09", 479, 320_00)]),
        (VARIOLE, "05/09/2022 08:00", "16:00", "metropole", [(POX, "05/09", 480, "unverifiable", None, None)]),
        # noon of a Saturday, but not of a Saturday that is a holiday
        (VARIOLE, "10/09/2022 08:00", "12:00", "metropole", [paid(POX, "10/09", 240, 320_00)]),
        (VARIOLE, "10/09/2022 12:00", "16:00", "metropole", [paid(POX, "10/09", 240, 420_00)]),
        (VARIOLE, "10/09/2022 11:59", "13:00", "metropole",
         [(POX, "10/09", 1, "unverifiable", None, None), (POX, "10/09", 60, "unverifiable", None, None)]),
        (COVID, "25/12/2021 10:00", "14:00", "metropole", [paid(SECOND, "25/12", 240, 420_00)]),
        # Alsace-Moselle
        (COVID, "26/12/2022 08:00", "12:00", "metropole", [paid(SECOND, "26/12", 240, 320_00)]),
        (COVID, "26/12/2022 08:00", "12:00", "alsace-moselle", [paid(SECOND, "26/12", 240, 420_00)]),
        (COVID, "15/04/2022 08:00", "12:00", "alsace-moselle", [(SECOND, "15/04", 240, "unverifiable", None, None)]),
        # the bounds of the periods
        (COVID, "05/02/2021 08:00", "12:00", "metropole", [(None, "05/02", 240, "out_of_period", None, None)]),
        (COVID, "06/02/2021 08:00", "12:00", "metropole", [paid(FIRST, "06/02", 240, 420_00)]),
        (VARIOLE, "26/08/2022 08:00", "12:00", "metropole", [(None, "26/08", 240, "out_of_period", None, None)]),
        (VARIOLE, "27/08/2022 14:00", "18:00", "metropole", [(None, "27/08", 240, "out_of_period", None, None)]),
        (VARIOLE, "28/08/2022 14:00", "18:00", "metropole", [paid(POX, "28/08", 240, 420_00)]),
        (VARIOLE, "27/08/2022 22:00", "02:00", "metropole",
         [(None, "27/08", 120, "out_of_period", None, None), paid(POX, "28/08", 120, 210_00)]),
        # across midnight: each day its own, where that is the fee of one half-day, or all is by the hour
        (VARIOLE, "05/09/2022 22:00", "02:00", "metropole",
         [paid(POX, "05/09", 120, 160_00), paid(POX, "06/09", 120, 160_00)]),
        (VARIOLE, "04/09/2022 22:00", "01:00", "metropole",
         [paid(POX, "04/09", 120, 210_00), paid(POX, "05/09", 60, 80_00)]),
        (VARIOLE, "05/09/2022 20:00", "24:00", "metropole", [paid(POX, "05/09", 240, 320_00)]),
        # started hours that begin on the bound of the day: each at the rate of its day
        (COVID, "24/10/2021 22:00", "00:30", "metropole",
         [paid(FIRST, "24/10", 120, 230_00), paid(FIRST, "25/10", 30, 105_00)]),
        (COVID, "24/10/2021 22:30", "01:00", "metropole",
         [(FIRST, "24/10", 90, "unverifiable", None, None), (FIRST, "25/10", 60, "unverifiable", None, None)]),
        # six hours, or four of two rates, or started hours that midnight would double: nobody says
        (VARIOLE, "05/09/2022 20:00", "02:00", "metropole",
         [(POX, "05/09", 240, "unverifiable", None, None), (POX, "06/09", 120, "unverifiable", None, None)]),
        (VARIOLE, "04/09/2022 22:00", "02:00", "metropole",
         [(POX, "04/09", 120, "unverifiable", None, None), (POX, "05/09", 120, "unverifiable", None, None)]),
        (VARIOLE, "04/09/2022 21:00", "02:00", "metropole",
         [(POX, "04/09", 180, "unverifiable", None, None), (POX, "05/09", 120, "unverifiable", None, None)]),
        (COVID, "07/11/2021 22:00", "02:00", "metropole",
         [(FIRST, "07/11", 120, "unverifiable", None, None), (SECOND, "08/11", 120, "unverifiable", None, None)]),
        (COVID, "04/11/2021 23:30", "00:30", "metropole",
         [(FIRST, "04/11", 30, "unverifiable", None, None), (FIRST, "05/11", 30, "unverifiable", None, None)]),
        # the clock on the wall: three hours on the night that has four, four on the night that has three
        (COVID, "30/10/2022 01:00", "04:00", "metropole", [paid(SECOND, "30/10", 180, 315_00)]),
        (COVID, "27/03/2022 01:00", "05:00", "metropole", [paid(SECOND, "27/03", 240, 420_00)]),
    ],
)  # fmt: skip
def test_vaccination(role: str, start: str, end: str, zone: str, expected: list[Piece]) -> None:
    assert pieces(role, start, end, zone) == expected


@pytest.mark.parametrize(
    ("start", "end", "zone", "detail"),
    [
        (
            "05/09/2022 08:00", "16:00", "metropole",
            "Le 05/09/2022 de 08:00 à 16:00 : vacation de 8 h ou plus, un forfait ou deux demi-journées ; saisissez "
            "chaque demi-journée comme une vacation.",
        ),
        (
            "10/09/2022 12:00", "24:00", "metropole",
            "Le 10/09/2022 de 12:00 à 24:00 : vacation de 8 h ou plus, un forfait ou deux demi-journées ; saisissez "
            "chaque demi-journée comme une vacation.",
        ),
        (
            "05/09/2022 20:00", "02:00", "metropole",
            "Le 05/09/2022 de 20:00 à 24:00 : vacation à cheval sur minuit, une demi-journée ou deux ; saisissez "
            "chaque demi-journée comme une vacation.",
        ),
        (
            "10/09/2022 10:00", "14:00", "metropole",
            "Le 10/09/2022 de 10:00 à 12:00 : vacation à cheval sur 12:00 un samedi, deux tarifs ; saisissez chaque "
            "demi-journée comme une vacation.",
        ),
        (
            "07/04/2023 08:00", "12:00", "alsace-moselle",
            "Le 07/04/2023 de 08:00 à 12:00 : jour férié dans certaines communes seulement, ou calendrier inconnu ; "
            "le tarif du jour n'est pas établi.",
        ),
    ],
)  # fmt: skip
def test_why_a_vaccination_is_not_verifiable(start: str, end: str, zone: str, detail: str) -> None:
    first = lines(VARIOLE, start, end, zone)[0]
    assert (first["reason"], first["detail"]) == ("unverifiable", detail)


def other_terms(role: str, **terms: Any) -> ShiftFee:
    """A measure of vaccination with other terms until 7 November 2021, or since 28 August 2022."""
    found = measure(role)
    assert isinstance(found, ShiftFee)
    periods = (span.model_copy(update=terms) if span.id in (FIRST, POX) else span for span in found.period)
    return found.model_copy(update={"period": tuple(periods)})


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # three hours are a half-day here, six may be two, and a Saturday is a Sunday from 13:00 on
        ("05/09/2022 08:00", "10:59", [paid(POX, "05/09", 179, 238_67)]),
        ("05/09/2022 08:00", "11:00", [paid(POX, "05/09", 180, 300_00)]),
        ("05/09/2022 08:00", "13:59", [paid(POX, "05/09", 359, 300_00)]),
        ("05/09/2022 08:00", "14:00", [(POX, "05/09", 360, "unverifiable", None, None)]),
        ("10/09/2022 12:00", "13:00", [paid(POX, "10/09", 60, 80_00)]),
        ("10/09/2022 13:00", "14:00", [paid(POX, "10/09", 60, 105_00)]),
        # two hours and one of them: 240 EUR by the hour, 300 as a half-day
        ("05/09/2022 22:00", "01:00",
         [(POX, "05/09", 120, "unverifiable", None, None), (POX, "06/09", 60, "unverifiable", None, None)]),
    ],
)  # fmt: skip
def test_the_terms_are_data(start: str, end: str, expected: list[Piece]) -> None:
    terms = {"flat_from_hours": 3, "unclear_from_hours": 6, "weekday_flat": Decimal("300.00")}
    changed = other_terms(VARIOLE, **terms, saturday_from=time(13))
    assert pieces(VARIOLE, start, end, own=changed) == expected


@pytest.mark.parametrize(
    ("terms", "start", "end", "expected"),
    [
        # of a shift across two periods, the terms of the first say how long a half-day is
        ({"unclear_from_hours": 2}, "07/11/2021 23:00", "01:00", "vacation de 2 h ou plus, un forfait ou deux demi-"),
        (
            {"flat_from_hours": 2},
            "07/11/2021 23:00",
            "01:00",
            "vacation à cheval sur minuit, une demi-journée ou deu",
        ),
        ({"flat_from_hours": 3}, "07/11/2021 23:00", "01:00", None),
    ],
)
def test_the_terms_of_the_first_day_say_what_a_half_day_is(
    terms: dict[str, int], start: str, end: str, expected: str | None
) -> None:
    table, _ = units(COVID, other_terms(COVID, **terms), [shift(COVID, start, end)], Calendar("metropole", HOURS))
    if expected is None:
        assert table["with_measure"].to_list() == [115_00, 80_00]
    else:
        assert [expected in detail for detail in table["detail"]] == [True, True]


def test_a_shift_of_another_role_is_not_counted() -> None:
    every = [shift(role, "05/09/2022 10:00", "11:00") for role in ROLES]
    for role in ROLES:
        table, _ = units(role, measure(role), every, Calendar("metropole", HOURS))
        assert table["units"].to_list() == [60]


def test_only_the_shifts_of_the_role_and_nobody_is_shown_as_such() -> None:
    both = [shift(REGULATION, "05/09/2022 10:00", "11:00"), shift(VARIOLE, "05/09/2022 14:00", "15:00")]
    unnamed = Shift(WHERE, VARIOLE, None, both[1].start, both[1].end)
    table, notes = units(VARIOLE, measure(VARIOLE), [*both, unnamed], Calendar("metropole", HOURS))
    assert table["practitioner"].to_list() == ["A", "?"]
    assert notes == ()


def test_retained_nights_are_told() -> None:
    nights = [shift(VARIOLE, "05/09/2022 22:00", "02:00"), shift(VARIOLE, "06/09/2022 20:00", "02:00")]
    second = Shift(CellRef("vacations.csv", None, 3), VARIOLE, "A", nights[1].start, nights[1].end)
    _, notes = units(VARIOLE, measure(VARIOLE), [nights[0], second], Calendar("metropole", HOURS))
    assert notes == (
        "vaccination-variole : 1\u00a0vacation passe minuit ; les heures de chaque jour sont payées au tarif de ce "
        "jour.",
    )


def test_a_night_that_ends_at_midnight_is_one_day() -> None:
    table, notes = units(
        VARIOLE, measure(VARIOLE), [shift(VARIOLE, "05/09/2022 22:00", "24:00")], Calendar("metropole", HOURS)
    )
    assert (table["with_measure"].to_list(), notes) == ([160_00], ())


# --- a second opinion, minute by minute ---------------------------------------------------------------------

HOLIDAYS_2022 = {
    date(2022, 1, 1), date(2022, 4, 18), date(2022, 5, 1), date(2022, 5, 8), date(2022, 5, 26), date(2022, 6, 6),
    date(2022, 7, 14), date(2022, 8, 15), date(2022, 11, 1), date(2022, 11, 11), date(2022, 12, 25),
}  # fmt: skip


def of_minute(moment: datetime) -> tuple[date, str | None]:
    """The day of a minute, and why it is not paid by the measure."""
    day, night = moment.date(), moment.hour < 8 or moment.hour >= 20
    if night or day.weekday() == 6 or day in HOLIDAYS_2022 or (day.weekday() == 5 and moment.hour >= 12):
        return day, "pdsa_hours"
    near = {0: (1,), 4: (-1,), 5: (-1, -2)}.get(day.weekday(), ())
    if any(day + timedelta(days=away) in HOLIDAYS_2022 for away in near):
        return day, "unverifiable"
    return day, None if date(2022, 7, 1) <= day <= date(2022, 9, 30) else "out_of_period"


@settings(max_examples=60, deadline=None)
@given(start=st.datetimes(datetime(2022, 4, 1), datetime(2022, 12, 29)), minutes=st.integers(1, 24 * 60 - 1))
def test_regulation_minute_by_minute(start: datetime, minutes: int) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start + timedelta(minutes=minutes)
    one = Shift(WHERE, REGULATION, "A", start, end)
    table, _ = units(REGULATION, measure(REGULATION), [one], Calendar("metropole", HOURS))
    found: Counter[tuple[date, str | None]] = Counter()
    for line in table.iter_rows(named=True):
        found[line["date"], line["reason"]] += line["units"]
    assert found == Counter(of_minute(start + timedelta(minutes=n)) for n in range(minutes))


@settings(max_examples=40, deadline=None)
@given(
    role=st.sampled_from(ROLES),
    start=st.datetimes(datetime(2021, 1, 1), datetime(2023, 4, 29)),
    minutes=st.integers(1, 24 * 60 - 1),
    days=st.integers(0, 400),
)
def test_moving_a_bound_outward_never_lowers_what_is_retained(
    role: str, start: datetime, minutes: int, days: int
) -> None:
    start = start.replace(second=0, microsecond=0)
    one = Shift(WHERE, role, "A", start, start + timedelta(minutes=minutes))
    period = {REGULATION: "mission-flash-2022", VARIOLE: "variole-2022", COVID: "covid-fevrier-2021"}[role]
    span = next(own for own in MEASURES[role].period if own.id == period)
    wider = Scenario("plus tôt", (Change("essai", role, period, from_=span.from_ - timedelta(days=days)),))
    retained = []
    for scenario in (Scenario(), wider):
        changed = applied(MEASURES, scenario)[role]
        assert isinstance(changed, Hourly | ShiftFee)
        table, _ = units(role, changed, [one], Calendar("metropole", HOURS))
        assert (table["units"] == table["retained"] + table["refused"]).all()
        assert table["units"].sum() == minutes
        retained.append((table["retained"].sum(), (table["reason"] == "unverifiable").sum()))
    (before, _), (after, doubtful) = retained
    assert after >= before or doubtful  # a part that joins the period may make the fee of the whole shift doubtful


@pytest.mark.parametrize(
    ("days", "cents"),
    [
        (["05/09/2022", "06/09/2022", "07/09/2022"], [3333, 3334, 3333]),  # an hour in all: 100 euros
        (["05/08/2022", "06/09/2022", "07/09/2022"], [3333, 3333, 3334]),  # two months are two sums
        (["30/09/2022", "03/10/2022", "04/10/2022"], [3333, 3000, 3000]),  # and so are two rates
    ],
)
def test_minutes_are_summed_before_they_are_rounded(days: list[str], cents: list[int]) -> None:
    shifts = [shift(REGULATION, f"{day} 09:00", "09:20") for day in days]
    table, _ = units(REGULATION, measure(REGULATION), shifts, Calendar("metropole", HOURS))
    assert table["with_measure"].to_list() == cents
    assert (table["amo"] == table["with_measure"] - table["baseline"]).all()


def test_the_minutes_of_another_practitioner_are_another_sum() -> None:
    one, two = (shift(REGULATION, f"{day}/09/2022 09:00", "09:20") for day in ("05", "06"))
    table, _ = units(
        REGULATION, measure(REGULATION), [one, replace(two, practitioner="B")], Calendar("metropole", HOURS)
    )
    assert table["with_measure"].to_list() == [3333, 3333]
