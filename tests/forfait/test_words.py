"""The French of the forfait: numbers cut or raised, singular and plural, conditions in words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from avenant9.forfait import words
from avenant9.results.forfait import Change, More, written
from avenant9.rulebook.conditions import Condition
from avenant9.rulebook.scales import Indicator
from forfait.answered import scales

F, NBSP = Fraction, "\u00a0"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (F(0), "0"),
        (F(40), "40"),
        (F(45, 2), "22.5"),
        (F(1, 20), "0.05"),
        (F(1, 8), "0.125"),
        (F(3, 1000), "0.003"),
        (F(2, 3), "0.666666"),
        (F(1, 7), "0.142857"),
        (F(5, 3), "1.666666"),
        (F(1, 5), "0.2"),
        (F(1, 3_000_000), "0"),
        # exact, however long, where a finite decimal exists
        (F(1, 256), "0.00390625"),
        (F(1, 78_125), "0.0000128"),
        (F(1, 20_000_000), "0.00000005"),
    ],
)
def test_a_number_for_a_program(value: Fraction, expected: str) -> None:
    assert written(words.decimal(value)) == expected


@pytest.mark.parametrize(
    ("value", "cut", "raised"),
    [
        (F(0), "0", "0"),
        (F(2, 3), "0,66", "0,67"),
        (F(1, 2), "0,5", "0,5"),
        (F(1, 100), "0,01", "0,01"),
        (F(1, 101), "0", "0,01"),
        (F(1234), f"1{NBSP}234", f"1{NBSP}234"),
        (F(499, 5), "99,8", "99,8"),
        (F(1999, 200), "9,99", "10"),
    ],
)
def test_a_number_is_cut_or_raised(value: Fraction, cut: str, raised: str) -> None:
    assert (words.number(value), words.number(value, up=True)) == (cut, raised)
    hundredth = value / 100
    assert (words.percent(hundredth), words.percent(hundredth, up=True)) == (f"{cut}{NBSP}%", f"{raised}{NBSP}%")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (F(0), "0 point"),
        (F(1), "1 point"),
        (F(3, 2), "1,5 point"),
        (F(199, 100), "1,99 point"),
        (F(2), "2 points"),
        (F(5, 2), "2,5 points"),
        (F(3), "3 points"),
    ],
)
def test_plural_from_two_on(value: Fraction, expected: str) -> None:
    expected = expected.replace(" ", NBSP)
    assert words.points(value) == expected
    assert words.percentage_points(value / 100) == f"{expected} de pourcentage"


def test_percentage_points_that_are_lacking_are_raised() -> None:
    assert words.percentage_points(F(1, 300), up=True) == f"0,34{NBSP}point de pourcentage"
    assert words.percentage_points(F(1, 300)) == f"0,33{NBSP}point de pourcentage"


def indicator(year: int, name: str) -> Indicator:
    return next(one for _, one in scales().years[year].indicators if one.id == name)


def condition(year: int, name: str) -> Condition:
    return indicator(year, name).condition


@pytest.mark.parametrize(
    ("year", "name", "expected"),
    [
        (2022, "logiciel_lap_dmp", None),
        (2022, "taux_teletransmission", "2/3"),
        (2022, "taux_aat", "0.8"),
        (2022, "sesam_vitale", "addendum8"),
        (2023, "logiciel_segur", "2024-01-31"),
        (2022, "snp_t1", "5"),
        (2025, "fse_appli_carte_vitale", "1"),
        (2023, "teleservices", None),
        (2022, "spe_dsg", None),
    ],
)
def test_a_threshold_for_a_program(year: int, name: str, expected: str | None) -> None:
    found = words.threshold(condition(year, name))
    assert (found and written(found)) == expected


def test_what_is_lacking() -> None:
    keys = scales().keys
    either, software = condition(2022, "sesam_vitale"), condition(2022, "logiciel_lap_dmp")
    rate, mail = condition(2022, "taux_aat"), condition(2022, "messagerie_securisee")
    label = {name: f"« {keys[name].label} »" for name in ("logiciel_lap_dmp", "messagerie_securisee", "taux_aat")}
    segur = f"« {keys['logiciel_segur'].label} »"
    assert words.lacking([either], keys) == f"il manque : addendum 8 au moins ou {segur}"
    assert words.lacking([software], keys) == f"il manque : {label['logiciel_lap_dmp']}"
    assert words.lacking([either, software], keys) == (
        f"il manque : soit addendum 8 au moins, soit {segur} et {label['logiciel_lap_dmp']}"
    )
    assert words.lacking([software, mail, rate], keys) == (
        f"il manque : {label['logiciel_lap_dmp']}, {label['messagerie_securisee']} et {label['taux_aat']} "
        f"au moins 80{NBSP}%"
    )


def test_a_choice_beside_something_else_is_told_apart() -> None:
    assert words.choice(["a"]) == words.choice(["a"], among_others=True) == "a"
    assert words.choice(["a", "b"]) == "a ou b"
    assert words.choice(["a", "b", "c"], among_others=True) == "soit a, soit b, soit c"


@pytest.mark.parametrize(
    ("count", "key", "sentence"),
    [
        (1, "snp_t1", "1~soin non programmé de plus au 1er trimestre"),
        (6012, "snp_t2", "6~012~soins non programmés de plus au 2e trimestre"),
        (1_234_567, "taux_dmp", "1~234~567~documents DMP de plus"),
    ],
)
def test_so_many_more_units_are_a_number_again_in_a_saved_result(count: int, key: str, sentence: str) -> None:
    made = words.more(count, scales().keys[key])
    change = Change(indicator=key, gain_points="1", gain_euros=700, change=made)
    saved = change.model_dump_json()
    assert f'"change":"{sentence.replace("~", NBSP)}"' in saved
    assert Change.model_validate_json(saved) == change
    assert isinstance(change.change, More)


@pytest.mark.parametrize("said", ["installer l'addendum 8", f"taux : passer de 5{NBSP}% à 6{NBSP}%", "12 actes", ""])
def test_other_changes_stay_words(said: str) -> None:
    change = Change(indicator="a", gain_points="1", gain_euros=700, change=said)
    assert Change.model_validate_json(change.model_dump_json()).change == said
