"""Téléconsultations at 100 %: the worked cases, nominal shares, participation, and what cannot be told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from avenant9.results.base import iso_month
from avenant9.settings.scenario import Change, Scenario, of_options

if TYPE_CHECKING:
    from avenant9.results.measures import Measures, Row

    from .conftest import Simulate

HEAD = "date;code;practitioner;specialty;patient;birth_date;amount;overcharge;pathway;ald;exemption"
ONLY = ("teleconsultation-100",)


def act(
    on: str,
    code: str = "TCG",
    amount: str = "25,00",
    overcharge: str = "0",
    pathway: str = "T",
    ald: str = "non",
    exemption: str = "0",
    patient: str = "P1",
    birth_date: str = "01/01/1980",
    specialty: str = "1",
) -> str:
    return f"{on};{code};A;{specialty};{patient};{birth_date};{amount};{overcharge};{pathway};{ald};{exemption}"


def run(simulated: Simulate, *acts: str, scenario: Scenario = Scenario()) -> Measures:  # noqa: B008
    return simulated("\n".join([HEAD, *acts]), scenario, ONLY)


def shares(row: Row) -> tuple[str | None, ...]:
    return (row.baseline, row.with_measure, row.difference, row.difference_amo, row.difference_patient)


# --- the worked cases ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "pathway", "ald", "expected"),
    [
        ("30/09/2022", "T", "non", (17_50, 25_00, 7_50, 7_50, -7_50)),
        ("01/10/2022", "T", "non", (17_50, 17_50, 0, 0, 0)),
        ("30/09/2022", "S", "non", (7_50, 25_00, 17_50, 17_50, -17_50)),
        ("01/10/2022", "S", "non", (7_50, 7_50, 0, 0, 0)),
        ("30/09/2022", "T", "oui", (25_00, 25_00, 0, 0, 0)),
        ("01/10/2022", "T", "oui", (25_00, 25_00, 0, 0, 0)),
    ],
)
def test_case_7(simulated: Simulate, on: str, pathway: str, ald: str, expected: tuple[str, ...]) -> None:
    [row] = run(simulated, act(on, pathway=pathway, ald=ald)).rows
    assert shares(row) == expected


@pytest.mark.parametrize(("on", "participation"), [("14/05/2024", 1_00), ("15/05/2024", 2_00)])
def test_case_11_the_participation(simulated: Simulate, on: str, participation: str) -> None:
    [row] = run(simulated, act(on, "TC", "26,50")).rows
    assert (row.baseline, row.participation) == (18_55, participation)


# --- dates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "period", "reason"),
    [
        ("20/03/2020", None, "out_of_period"),
        ("21/03/2020", "covid-mars-2020", "unverifiable"),
        ("14/04/2020", "covid-mars-2020", "unverifiable"),
        ("15/04/2020", "ordonnances-2020", None),
        ("31/12/2020", "ordonnances-2020", None),
        ("01/01/2021", "loi-financement-2021", None),
        ("31/12/2021", "loi-financement-2021", None),
        ("01/01/2022", "loi-passe-vaccinal-2022", None),
        ("31/07/2022", "loi-passe-vaccinal-2022", None),
        ("01/08/2022", "arrete-juillet-2022", None),
        ("30/09/2022", "arrete-juillet-2022", None),
        ("01/10/2022", None, "out_of_period"),
    ],
)
def test_first_and_last_days(simulated: Simulate, on: str, period: str | None, reason: str | None) -> None:
    result = run(simulated, act(on))
    [row] = result.rows
    assert (row.period, row.retained) == (period, 0 if reason else 1)
    assert [one.reason for one in result.refused] == ([reason] if reason else [])


def test_a_cover_that_depends_on_the_diagnosis_has_no_amount(simulated: Simulate) -> None:
    result = run(simulated, act("01/04/2020"))
    [row] = result.rows
    assert shares(row) == (None, None, None, None, None)
    assert result.refused[0].detail == (
        "Prise en charge à 100 % réservée aux patients qui ont un diagnostic de covid-19, qu'aucun fichier ne montre."
    )


def test_a_scenario_may_decide_that_everybody_was_covered(simulated: Simulate) -> None:
    scenario = of_options((), "covid-mars-2020", values=["teleconsultation-100.diagnosis_only=false"])
    [row] = run(simulated, act("01/04/2020"), scenario=scenario).rows
    assert (row.retained, row.difference) == (1, 7_50)


def test_a_prolonged_cover(simulated: Simulate) -> None:
    acts = (act("01/10/2022"), act("31/12/2022"), act("01/01/2023"))
    longer = of_options((), "arrete-juillet-2022", until=date(2022, 12, 31))
    result = run(simulated, *acts, scenario=longer)
    assert [(iso_month(row.month), row.period, row.difference) for row in result.rows] == [
        ("2022-10", "arrete-juillet-2022", 7_50),
        ("2022-12", "arrete-juillet-2022", 7_50),
        ("2023-01", None, 0),
    ]
    assert result.scenario == "arrete-juillet-2022 jusqu'au 31/12/2022"


def test_an_empty_period_is_the_baseline(simulated: Simulate) -> None:
    empty = Scenario("rien", (Change("x", None, "arrete-juillet-2022", date(2022, 8, 1), date(2022, 7, 31)),))
    result = run(simulated, act("15/09/2022"), scenario=empty)
    [row] = result.rows
    assert shares(row) == (17_50, 17_50, 0, 0, 0)
    assert "teleconsultation-100 : la période « Été 2022 » est vide dans ce scénario." in result.notes


def test_a_share_below_the_nominal_one_takes_nothing_away(simulated: Simulate) -> None:
    [row] = run(simulated, act("15/09/2022"), scenario=of_options(values=["teleconsultation-100.share_bp=5000"])).rows
    assert shares(row) == (17_50, 17_50, 0, 0, 0)


# --- nominal shares ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "baseline"),
    [
        ({"pathway": "P"}, 7_50),
        ({"pathway": "S"}, 7_50),
        ({"pathway": "F"}, 7_50),
        ({"pathway": "O"}, 17_50),
        ({"pathway": "U"}, 17_50),
        ({"pathway": "S", "birth_date": "02/10/2006"}, 17_50),
        ({"pathway": "S", "birth_date": "01/10/2006"}, 7_50),
        ({"pathway": "S", "birth_date": ""}, 7_50),
        ({"pathway": "S", "specialty": "33", "code": "TC"}, 17_50),
        ({"pathway": "S", "ald": "oui"}, 25_00),
        ({"pathway": "S", "exemption": "42"}, 25_00),
        ({"exemption": "41"}, 17_50),  # in ALD, for care that is apart from it
        ({"exemption": "43", "ald": "oui"}, 17_50),
        ({"exemption": "46", "ald": "oui"}, 25_00),
        ({"exemption": "30"}, 25_00),
        ({"exemption": "47"}, 17_50),
        ({"exemption": "", "ald": ""}, 17_50),
        ({"overcharge": "10,00", "amount": "35,00"}, 17_50),
        ({"amount": "25,01"}, 17_51),
        ({"amount": "0,00"}, 0),
        ({"code": "2 TCG", "amount": "50,00"}, 35_00),
        ({"code": "TCG+MCG", "amount": "30,00"}, 17_50),
        ({"overcharge": ""}, 17_50),
    ],
)
def test_the_share_without_the_measure(simulated: Simulate, given: dict[str, str], baseline: str) -> None:
    [row] = run(simulated, act("01/10/2022", **given)).rows
    assert (row.baseline, row.difference) == (baseline, 0)


def test_an_unknown_pathway_is_taken_as_that_of_care_and_said(simulated: Simulate) -> None:
    result = run(simulated, act("30/09/2022", pathway=""), act("30/09/2022", pathway="", ald="oui", patient="P2"))
    assert [row.baseline for row in result.rows] == [42_50]
    assert result.notes[-1] == (
        "1\u00a0téléconsultation sans parcours connu, comptée dans le parcours de soins (70\u00a0%)."
    )


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({"amount": ""}, "Montant inconnu : la part de l'assurance maladie ne se calcule pas."),
        (
            {"amount": "40,00", "overcharge": ""},
            "Dépassement inconnu, et montant au-dessus du tarif : la base de remboursement ne se calcule pas.",
        ),
        (
            {"code": "TC+MPC", "amount": "60,00", "specialty": ""},
            "Plusieurs codes sur la ligne, et pas de tarif connu pour celui-ci : sa part du montant ne se voit pas.",
        ),
    ],
)
def test_without_what_is_needed(simulated: Simulate, given: dict[str, str], detail: str) -> None:
    result = run(simulated, act("30/09/2022", **given), act("30/09/2022", patient="P2"))
    assert [(one.row, one.reason, one.detail) for one in result.refused] == [(2, "unverifiable", detail)]
    [row] = result.rows
    assert (row.units, row.retained, row.refused) == (2, 1, 1)
    assert shares(row) == (17_50, 25_00, 7_50, 7_50, -7_50)
    assert result.notes[-1] == (
        "teleconsultation-100 : 1\u00a0ligne non vérifiable, laissée hors des sommes ; "
        "le détail des refus dit ce qui manque."
    )


# --- the participation ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acts", "participation"),
    [
        ([act("30/09/2022")], 1_00),
        ([act("30/09/2022", ald="oui")], 1_00),
        ([act("30/09/2022", birth_date="01/01/2004")], 1_00),
        ([act("30/09/2022", birth_date="02/01/2004")], 0),
        ([act("30/09/2022", birth_date="")], 1_00),
        ([act("15/05/2024", "3 TCG", "75,00")], 6_00),
        ([act("15/05/2024", "5 TCG", "125,00")], 8_00),
        ([act("30/09/2022", "3 TCG", "75,00"), act("30/09/2022", "2 TCG", "50,00")], 4_00),
        ([act("30/09/2022", "4 TCG", "100,00"), act("30/09/2022", patient="P2")], 5_00),
        ([act("29/09/2022", "4 TCG", "100,00"), act("30/09/2022")], 5_00),
        ([act("30/09/2022", "5 TCG", "125,00", patient="")], 5_00),
    ],
)
def test_the_participation_at_most(simulated: Simulate, acts: list[str], participation: str) -> None:
    result = run(simulated, *acts)
    assert result.totals[0].participation == participation
    assert result.totals[-1].participation == participation


def test_the_text_of_the_notes(simulated: Simulate) -> None:
    assert run(simulated, act("30/09/2022")).notes == (
        "Téléconsultations : « sans » et « avec la mesure » sont la part de l'assurance maladie ; "
        "le médecin reçoit la même somme, et le patient ou sa complémentaire paie d'autant moins.",
        "La participation forfaitaire est un maximum : elle est due avec et sans la mesure, et plusieurs dispenses "
        "ne se voient pas dans un fichier d'actes.",
    )


@pytest.mark.parametrize(
    ("on", "amount", "baseline"),
    [
        ("31/12/2021", "39,00", None),  # no tariff of a psychiatrist is sourced yet
        ("01/01/2022", "39,00", 27_30),
        ("31/03/2022", "39,00", 27_30),
        ("31/03/2022", "42,50", None),
        ("01/04/2022", "42,50", 29_75),
        ("01/04/2022", "42,51", None),
    ],
)
def test_the_tariff_of_the_day_says_whether_a_part_is_an_overcharge(
    simulated: Simulate, on: str, amount: str, baseline: int | None
) -> None:
    acts = f"date;code;practitioner;patient;amount;specialty\n{on};TC;A;P1;{amount};33"
    found = simulated(acts, only=("teleconsultation-100",))
    assert [(row.baseline, row.with_measure) for row in found.rows] == [
        (baseline, None if baseline is None else int(amount.replace(",", "")))
    ]
    assert [one.reason for one in found.refused] == ([] if baseline else ["unverifiable"])
