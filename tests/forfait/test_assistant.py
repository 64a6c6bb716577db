"""Volet 3: yearly ceilings by option, date, year of the contract and percentile; never in the points."""

from __future__ import annotations

from datetime import date

import pytest

from avenant9.errors import SettingError
from avenant9.forfait.answers import AssistantContract, Practice
from avenant9.forfait.simulate import simulate
from avenant9.results.forfait import Assistant
from forfait.answered import TODAY, full, scales


def run(etp: str, signed_on: date, percentile: str, year: int = 2022, **answers: bool) -> Assistant:
    practice = Practice(
        None, {**full(year), **answers}, AssistantContract(etp, signed_on, percentile), "cabinet.toml"
    )
    found = simulate(practice, year, scales(), TODAY)
    assert found.assistant is not None
    return found.assistant


def amounts(found: Assistant) -> list[int]:
    return [one.amount // 100 for one in found.years]


OLD, RAISED = date(2019, 10, 1), date(2024, 9, 1)
TABLE = {
    ("1/3", OLD): ([12000, 9000, 7000], [12000, 9000, 8350], [12000] * 3),
    ("1/2", OLD): ([18000, 13500, 10500], [18000, 13500, 12500], [18000] * 3),
    ("1", OLD): ([36000, 27000, 21000], [36000, 27000, 25000], [36000] * 3),
    ("1/2", RAISED): ([19000, 14000, 11000], [19000, 14000, 13000], [19000] * 3),
    ("1", RAISED): ([38000, 28000, 22000], [38000, 28000, 26000], [38000] * 3),
}


@pytest.mark.parametrize(("etp", "signed_on"), TABLE)
def test_the_amounts_of_a_contract(etp: str, signed_on: date) -> None:
    for percentile, expected in zip(("<P90", "P90-P95", ">=P95"), TABLE[etp, signed_on], strict=True):
        found = run(etp, signed_on, percentile)
        assert amounts(found) == [*expected, expected[-1], expected[-1]]
        assert found.total == (sum(expected) + 2 * expected[-1]) * 100
        assert [one.year for one in found.years] == [1, 2, 3, 4, 5]
        assert [one.from_ for one in found.years] == [signed_on.replace(year=signed_on.year + n) for n in range(5)]
        assert not any(one.raised for one in found.years)


@pytest.mark.parametrize(
    ("signed_on", "percentile", "three_years"),
    [
        (OLD, "<P90", 84_000),
        (OLD, "P90-P95", 88_000),
        (OLD, ">=P95", 108_000),
        (RAISED, "<P90", 88_000),
    ],
)
def test_the_worked_example(signed_on: date, percentile: str, three_years: int) -> None:
    assert sum(amounts(run("1", signed_on, percentile))[:3]) == three_years


@pytest.mark.parametrize(
    ("signed_on", "expected", "raised_from"),
    [
        (date(2021, 6, 21), [36000, 27000, 21000, 21000, 22000], 5),  # the fourth year starts the day before
        (date(2021, 6, 22), [36000, 27000, 21000, 22000, 22000], 4),
        (date(2022, 6, 21), [36000, 27000, 21000, 22000, 22000], 4),
        (date(2022, 6, 22), [36000, 27000, 22000, 22000, 22000], 3),
        (date(2023, 12, 1), [36000, 28000, 22000, 22000, 22000], 2),
        (date(2024, 6, 21), [36000, 28000, 22000, 22000, 22000], 2),
        (date(2024, 6, 22), [38000, 28000, 22000, 22000, 22000], 6),
    ],
)
def test_the_raise_waits_for_the_anniversary(signed_on: date, expected: list[int], raised_from: int) -> None:
    found = run("1", signed_on, "<P90")
    assert amounts(found) == expected
    assert [one.raised for one in found.years] == [one.year >= raised_from for one in found.years]


def test_a_third_of_a_post_is_raised_too() -> None:
    """No contract that could still be signed starts its second year after the raise."""
    assert amounts(run("1/3", date(2023, 4, 30), "<P90")) == [12000, 9000, 7350, 7350, 7350]
    assert amounts(run("1/3", date(2023, 4, 30), "P90-P95")) == [12000, 9000, 8767, 8767, 8767]
    assert amounts(run("1/3", date(2023, 4, 30), ">=P95")) == [12000, 12000, 12600, 12600, 12600]
    assert amounts(run("1/3", date(2021, 6, 22), "<P90")) == [12000, 9000, 7000, 7350, 7350]
    assert amounts(run("1/3", date(2021, 6, 21), "<P90")) == [12000, 9000, 7000, 7000, 7350]


def test_a_contract_of_29_february() -> None:
    assert [one.from_.isoformat() for one in run("1", date(2020, 2, 29), "<P90").years] == [
        "2020-02-29",
        "2021-02-28",
        "2022-02-28",
        "2023-02-28",
        "2024-02-29",
    ]


@pytest.mark.parametrize(
    ("contract", "sentence"),
    [
        (
            ("1/3", date(2023, 5, 1), "<P90"),
            "signe_le : l'option « 1/3 » n'est plus ouverte aux nouveaux contrats le 01/05/2023 ; "
            "donnez une date jusqu'au 30/04/2023, ou une autre option.",
        ),
        (
            ("1", date(2019, 8, 13), "<P90"),
            "signe_le : l'aide n'existe pas encore le 13/08/2019 ; donnez une date à partir du 14/08/2019.",
        ),
        (
            ("2/3", OLD, "<P90"),
            "etp : « 2/3 » n'est pas une option ; écrivez « 1/3 », « 1/2 » ou « 1 ».",
        ),
        (
            ("1", OLD, "P92"),
            "percentile : « P92 » n'est pas une tranche ; écrivez « <P90 », « P90-P95 » ou « >=P95 ».",
        ),
    ],
)
def test_a_contract_that_cannot_be_is_refused(contract: tuple[str, date, str], sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        run(*contract)
    assert str(caught.value) == f"cabinet.toml : assistant, {sentence}"


def test_the_first_and_last_days_are_admitted() -> None:
    assert amounts(run("1", date(2019, 8, 14), "<P90"))[0] == 36000
    assert amounts(run("1/3", date(2023, 4, 30), "<P90"))[0] == 12000


@pytest.mark.parametrize("year", range(2019, 2026))
def test_volet_1_closes_the_aid_up_to_2022(year: int) -> None:
    late = "review" if year > 2023 else "unsourced" if year > 2022 else None
    assert run("1", OLD, "<P90", year).status == (late or "open")
    assert run("1", OLD, "<P90", year, horaires_annuaire=False).status == (late or "closed")
    practice = Practice(
        None,
        {key: answer for key, answer in full(year).items() if key != "horaires_annuaire"},
        AssistantContract("1", OLD, "<P90"),
    )
    unknown = simulate(practice, year, scales(), TODAY).assistant
    assert unknown is not None
    assert unknown.status == (late or "unknown")


def test_the_year_in_which_the_aid_left_volet_1_says_both() -> None:
    notes = [run("1", OLD, "<P90", year).note for year in (2023, 2024, 2025)]
    assert ["n'est pas sourcé" in note for note in notes] == [True, True, False]
    assert ["Depuis le 22/06/2024" in note for note in notes] == [False, True, True]


@pytest.mark.parametrize("year", range(2019, 2026))
def test_the_aid_is_in_no_total(year: int) -> None:
    without = simulate(Practice(None, full(year)), year, scales(), TODAY)
    contract = AssistantContract("1", OLD, "<P90")
    with_ = simulate(Practice(None, full(year), contract), year, scales(), TODAY)
    assert with_.model_copy(update={"assistant": None}) == without


def test_a_contract_after_the_year_says_so() -> None:
    assert "Le contrat commence après 2022." in run("1", RAISED, "<P90", 2022).note
    assert "commence après" not in run("1", RAISED, "<P90", 2024).note
