"""Whole simulations: rows, refusals and sums of acts, shifts and patients together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from openpyxl import Workbook

from avenant9.measures.simulate import Ask, _rows, simulate
from avenant9.measures.units import UNITS, WHOLE
from avenant9.results.base import dumps, iso_month
from avenant9.results.measures import Measures
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.measures import load_measures
from avenant9.settings.scenario import Change, Scenario
from avenant9.shifts import load_activity

if TYPE_CHECKING:
    from .conftest import Simulate

RULEBOOK, MEASURES = load_rulebook(), load_measures()
YEARS = Path(__file__).parents[2] / "fixtures" / "annees"
AS_OF = date(2026, 11, 22)
MONEY = ("baseline", "with_measure", "difference", "difference_amo", "difference_patient", "participation")
ACTS = """
date;time;code;practitioner;specialty;patient;amount;overcharge;rate;treating_doctor;regulated_by;regulated_at;pathway
30/09/2022;10:00;G+SNP;A;1;P1;40,00;0;70;non;sas;30/09/2022 08:00;
30/09/2022;11:00;TCG;A;1;P2;25,00;0;;;;;T
03/10/2022;11:00;TCG;A;1;P2;25,00;0;;;;;T
30/09/2022;11:00;TCG;B;1;P2;25,00;0;;;;;S
"""


def practice(tmp_path: Path) -> Path:
    """A workbook of acts, shifts and patients taken in charge."""
    book = Workbook()
    acts = book.active
    assert acts is not None
    for line in ACTS.strip().splitlines():
        acts.append(line.split(";"))
    shifts = book.create_sheet("Vacations")
    for row in [
        ("Date", "Début", "Fin", "Rôle", "Praticien"),
        ("30/09/2022", "18:00", "20:00", "regulation-sas", "A"),
        ("01/10/2022", "08:00", "12:00", "regulation-sas", "A"),
        ("03/09/2022", "14:00", "18:00", "vaccination-variole", "B"),
        ("05/09/2022", "09:00", "09:00", "vaccination-variole", "B"),
    ]:
        shifts.append(row)
    patients = book.create_sheet("Protocoles")
    for row in [
        ("Date", "Patient", "Protocole", "Professionnel", "Date de naissance"),
        ("05/09/2022", "P8", "cheville", "mk", ""),
        ("05/09/2022", "P9", "cheville", "ide", ""),
    ]:
        patients.append(row)
    book.save(tmp_path / "cabinet.xlsx")
    return tmp_path / "cabinet.xlsx"


def run(file: Path, scenario: Scenario = Scenario(), only: tuple[str, ...] = ()) -> Measures:  # noqa: B008
    activity = load_activity([str(file)], RULEBOOK.nomenclature)
    return simulate(activity, MEASURES, RULEBOOK, Ask(AS_OF, only=only), scenario)


def test_a_practice_with_its_shifts_and_patients(tmp_path: Path) -> None:
    result = run(practice(tmp_path))
    assert [
        (
            row.measure,
            row.period,
            row.practitioner,
            iso_month(row.month),
            row.units,
            row.retained,
            row.with_measure,
            row.difference,
        )
        for row in result.rows
    ] == [
        ("protocoles-cpts", "cpts-ete-2022", "?", "2022-09", 2, 1, 25_00, 25_00),
        ("regulation-sas", "mission-flash-2022", "A", "2022-09", 2, 2, 200_00, 20_00),
        ("regulation-sas", None, "A", "2022-10", 4, 0, 360_00, 0),
        ("snp", "ete-2022", "A", "2022-09", 1, 1, 15_00, 15_00),
        ("teleconsultation-100", "arrete-juillet-2022", "A", "2022-09", 1, 1, 25_00, 7_50),
        ("teleconsultation-100", None, "A", "2022-10", 1, 0, 17_50, 0),
        ("teleconsultation-100", "arrete-juillet-2022", "B", "2022-09", 1, 1, 25_00, 17_50),
        ("vaccination-variole", "variole-2022", "B", "2022-09", 4, 4, 420_00, None),
    ]
    assert [
        (
            total.measure,
            total.units,
            total.with_measure,
            total.difference,
            total.difference_amo,
            total.difference_patient,
        )
        for total in result.totals
    ] == [
        ("protocoles-cpts", 2, 25_00, 25_00, 25_00, 0),
        ("regulation-sas", 6, 560_00, 20_00, 20_00, 0),
        ("snp", 1, 15_00, 15_00, 10_50, 4_50),
        ("teleconsultation-100", 3, 67_50, 25_00, 25_00, -25_00),
        ("vaccination-variole", 4, 420_00, None, None, 0),
        (None, None, 1087_50, None, None, -20_50),
    ]
    assert [(one.measure, one.sheet, one.row, one.reason) for one in result.refused] == [
        ("teleconsultation-100", "Sheet", 4, "out_of_period"),
        ("regulation-sas", "Vacations", 3, "out_of_period"),
        ("protocoles-cpts", "Protocoles", 3, "condition"),
    ]
    assert [(one.sheet, one.row) for one in result.rejected] == [("Vacations", 5)]
    unknown = [note for note in result.notes if "aucune source ne chiffre" in note]
    assert unknown == [
        "vaccination-variole : aucune source ne chiffre ce qui serait dû sans la mesure ; pas d'écart."
    ]


def test_a_result_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    result = run(practice(tmp_path))
    assert Measures.model_validate_json(dumps(result)) == result


def test_no_patient_is_named(tmp_path: Path) -> None:
    written = dumps(run(practice(tmp_path))).decode()
    assert [name for name in ("P1", "P2", "P8", "P9") if f"{name}" in written] == []


def test_only_the_measures_that_are_asked_for(tmp_path: Path) -> None:
    result = run(practice(tmp_path), only=("snp", "regulation-sas"))
    assert [total.measure for total in result.totals] == ["regulation-sas", "snp", None]


@pytest.mark.parametrize("year", ["medecine_generale", "psychiatrie"])
def test_the_months_add_up_to_the_year(year: str) -> None:
    result = run(YEARS / f"{year}.xlsx")
    assert result.rows
    for total in result.totals:
        rows = [row for row in result.rows if total.measure in (None, row.measure)]
        for name in MONEY:
            amounts = [Decimal(amount) for row in rows if (amount := getattr(row, name)) is not None]
            said = getattr(total, name)
            assert (sum(amounts) if amounts else None) == (None if said is None else Decimal(said))
        if total.measure is not None:
            counts = [sum(getattr(row, name) for row in rows) for name in ("units", "retained", "refused")]
            assert counts == [getattr(total, name) for name in ("units", "retained", "refused")]
            assert counts[0] == counts[1] + counts[2]


def test_the_difference_is_what_the_measure_adds() -> None:
    for row in run(YEARS / "medecine_generale.xlsx").rows:
        if row.baseline is not None and row.with_measure is not None and row.difference is not None:
            assert Decimal(row.difference) == Decimal(row.with_measure) - Decimal(row.baseline)


def test_empty_periods_are_the_baseline(tmp_path: Path) -> None:
    nothing = Scenario(
        "rien",
        tuple(
            Change("essai", name, span.id, date(2022, 1, 2), date(2022, 1, 1))
            for name, measure in MEASURES.items()
            for span in measure.period
        ),
    )
    result = run(practice(tmp_path), nothing)
    assert {(row.period, Decimal(row.retained), row.difference) for row in result.rows} == {
        (None, 0, 0),
        (None, 0, None),  # vaccination: nobody says what would be due
    }
    assert {row.measure for row in result.rows if row.difference is None} == {"vaccination-variole"}
    assert len([note for note in result.notes if "est vide dans ce scénario" in note]) == sum(
        len(measure.period) for measure in MEASURES.values()
    )


def test_no_act_of_any_measure(simulated: Simulate) -> None:
    result = simulated("date;code\n06/09/2022;G")
    assert (result.rows, result.refused, result.totals, result.notes) == ((), (), (), ())


def test_a_cancelled_act_is_no_unit(simulated: Simulate) -> None:
    result = simulated(
        "date;code;practitioner;patient;amount;quantity;overcharge\n"
        "30/09/2022;TCG;A;P1;25,00;1;0\n30/09/2022;TCG;A;P1;-25,00;-1;0\n30/09/2022;TCG;A;P2;25,00;1;0",
        only=("teleconsultation-100",),
    )
    assert [row.units for row in result.rows] == [1]


def test_the_ceiling_is_followed_elsewhere(simulated: Simulate) -> None:
    moved = Scenario("x", (Change("x", "seuil-amenagement", "plafond-avenant-9", values={"ceiling_bp": 3000}),))
    assert simulated("date;code\n06/09/2022;G", moved).notes == (
        "seuil-amenagement n'entre pas dans la simulation : « a9 threshold » suit le plafond et ses aménagements.",
    )


def test_one_sentence_for_all_days_out_of_period(simulated: Simulate) -> None:
    """A year of téléconsultations after the measure is one line of the report, not one a day."""
    days = [f"{number:02d}/10/2022;TCG;A;P{number};25" for number in (1, 2, 30)]
    refused = simulated("\n".join(["date;code;practitioner;patient;amount", *days])).refused
    assert [(one.row, one.reason) for one in refused] == [(row, "out_of_period") for row in (2, 3, 4)]
    assert {one.detail for one in refused} == {
        "Hors de toute période de la mesure : la dernière, « Été 2022 », a fini le 30/09/2022."
    }


@pytest.mark.parametrize(
    ("retained", "with_measure", "expected"),
    [
        (1, 500, (20_00, 20_00)),
        (1, None, (None, None)),  # a retained act that nobody can price: less than the sum would be wrong
        (0, None, (15_00, 15_00)),  # refused for want of an answer: left out, and said in the notes
        (0, 0, (15_00, 15_00)),
    ],
)
def test_a_sum_is_known_where_every_retained_line_is(
    retained: int, with_measure: int | None, expected: tuple[str | None, str | None]
) -> None:
    line = {"measure": "snp", "period": "ete-2022", "practitioner": "A", "date": date(2022, 9, 6), "baseline": 0}
    sure = {**line, "units": WHOLE, "retained": WHOLE, "refused": 0, "with_measure": 1500}
    other = {**line, "units": WHOLE, "retained": retained * WHOLE, "refused": (1 - retained) * WHOLE}
    table = pl.DataFrame([sure, {**other, "with_measure": with_measure}], schema=UNITS)
    [row] = _rows(table, set())
    assert (row.units, row.retained, row.with_measure, row.difference) == (2, 1 + retained, *expected)
