"""Téléconsultations by telephone: the covid periods, and once a month in the last of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from avenant9.results.base import iso_month
from avenant9.settings.scenario import of_options

if TYPE_CHECKING:
    from avenant9.results.measures import Measures

    from .conftest import Simulate

ONLY = ("teleconsultation-telephone",)


def run(simulated: Simulate, *rows: str, sets: tuple[str, ...] = ()) -> Measures:
    lines = ["date;code;practitioner;patient;amount;channel", *rows]
    return simulated("\n".join(lines), of_options(values=sets), ONLY)


@pytest.mark.parametrize(
    ("on", "period"),
    [
        ("22/04/2020", None),
        ("23/04/2020", "premiere-vague-2020"),
        ("10/07/2020", "premiere-vague-2020"),
        ("11/07/2020", None),
        ("16/10/2020", None),
        ("17/10/2020", "tolerance-2020"),
        ("20/12/2020", "tolerance-2020"),
        ("21/12/2020", "decret-decembre-2020"),
        ("31/05/2021", "decret-decembre-2020"),
        ("01/06/2021", None),
    ],
)
def test_first_and_last_days(simulated: Simulate, on: str, period: str | None) -> None:
    result = run(simulated, f"{on};TCG;A;P1;25,00;telephone")
    [row] = result.rows
    assert (row.period, row.units, row.retained) == (period, 1, 1 if period else 0)
    assert [one.reason for one in result.refused] == ([] if period else ["out_of_period"])
    assert (row.baseline, row.with_measure, row.difference, row.participation) == (None, None, None, None)
    assert result.notes == ()


def test_once_a_month_in_the_last_period(simulated: Simulate) -> None:
    result = run(
        simulated,
        "04/01/2021;TCG;A;P1;25,00;telephone",
        "29/01/2021;TCG;A;P1;25,00;telephone",
        "29/01/2021;TCG;A;P2;25,00;telephone",
        "29/01/2021;TCG;B;P1;25,00;telephone",
        "29/01/2021;TCG;A;P1;25,00;video",
        "01/02/2021;TCG;A;P1;25,00;telephone",
    )
    assert [(row.practitioner, iso_month(row.month), row.units, row.retained) for row in result.rows] == [
        ("A", "2021-01", 3, 2),
        ("A", "2021-02", 1, 1),
        ("B", "2021-01", 1, 1),
    ]
    assert [(one.row, one.reason, one.detail) for one in result.refused] == [
        (
            3,
            "condition",
            "TC, TCG, TCS, TCH, TCK, TCP, JC, JCS (téléphone) : 2 en 01/2021 pour ce patient, 1 au plus ; 1 de trop.",
        )
    ]


@pytest.mark.parametrize("month", ["05/2020", "11/2020"])
def test_more_than_once_a_month_before_is_retained_and_said(simulated: Simulate, month: str) -> None:
    rows = [f"{day}/{month};TCG;A;P1;25,00;telephone" for day in ("04", "11", "18")]
    result = run(simulated, *rows)
    assert (result.totals[0].retained, result.refused) == (3, ())
    assert result.notes == (
        "2\u00a0téléconsultations par téléphone retenues, mais à examiner : "
        "voir « a9 check », règle condition/tc-canal.",
    )
    limited = run(simulated, *rows, sets=("teleconsultation-telephone.limit=2",))
    assert (limited.totals[0].retained, len(limited.refused), limited.notes) == (2, 1, ())


def test_a_row_of_several_units_is_cut_at_the_limit(simulated: Simulate) -> None:
    result = run(simulated, "04/01/2021;3 TCG;A;P1;75,00;telephone")
    [row] = result.rows
    assert (row.units, row.retained, row.refused) == (3, 1, 2)


def test_without_a_patient_the_limit_cannot_be_told(simulated: Simulate) -> None:
    result = run(simulated, "04/01/2021;TCG;A;;25,00;telephone", "05/01/2021;TCG;A;P1;25,00;telephone")
    assert [(one.row, one.reason, one.detail) for one in result.refused] == [
        (2, "unverifiable", "Téléconsultation non vérifiable : il manque « Patient ».")
    ]


def test_without_a_channel_nothing_is_counted(simulated: Simulate) -> None:
    result = run(simulated, "04/01/2021;TCG;A;P1;25,00;")
    assert (result.rows, result.refused) == ((), ())
    assert result.notes == (
        "Téléconsultations par téléphone : le canal n'est pas dans les fichiers, rien n'est compté.",
    )


@pytest.mark.parametrize("line", ["TCG;A;P1;25,00;video", "TCG;A;P1;25,00;presentiel", "G;A;P1;25,00;"])
def test_another_channel_is_neither_counted_nor_told(simulated: Simulate, line: str) -> None:
    result = run(simulated, f"04/01/2021;{line}")
    assert (result.rows, result.refused, result.notes) == ((), (), ())


def test_another_channel_beside_the_telephone_is_not_counted(simulated: Simulate) -> None:
    channels = ("telephone", "presentiel", "video", "")
    result = run(simulated, *(f"04/01/2021;TCG;A;P{n};25,00;{name}" for n, name in enumerate(channels)))
    assert [(row.units, row.retained) for row in result.rows] == [(1, 1)]


def test_a_row_of_no_unit_or_cancelled_is_not_counted(simulated: Simulate) -> None:
    head = "date;code;practitioner;patient;amount;channel;quantity"
    for lines in (
        ["04/01/2021;TCG;A;P1;25,00;telephone;0"],
        ["04/01/2021;TCG;A;P1;25,00;telephone;2", "04/01/2021;TCG;A;P1;-25,00;telephone;-2"],
    ):
        result = simulated("\n".join([head, *lines]), of_options(), ONLY)
        assert (result.rows, result.refused) == ((), ())


def test_what_is_refused_is_not_said_to_be_examined(simulated: Simulate) -> None:
    rows = [f"{day}/11/2020;TCG;A;P1;25,00;telephone" for day in ("04", "11", "18")]
    head = "date;code;practitioner;patient;amount;channel"
    moved = of_options(ONLY, "tolerance-2020", until=date(2020, 11, 11))
    result = simulated("\n".join([head, *rows]), moved, ONLY)
    assert [(row.units, row.retained) for row in result.rows] == [(2, 2), (1, 0)]
    assert result.notes == (
        "1\u00a0téléconsultation par téléphone retenue, mais à examiner : "
        "voir « a9 check », règle condition/tc-canal.",
    )
