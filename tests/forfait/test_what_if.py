"""The changes within reach: said in words, ranked, worth exactly what a second simulation finds."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avenant9.forfait.answers import Answer, Practice, Rate
from avenant9.forfait.simulate import simulate
from avenant9.forfait.what_if import PREREQUISITES, changed, steps, what_if
from avenant9.records import replace
from avenant9.results.forfait import Addendum
from examples import examples
from forfait.answered import TODAY, counts, full, none, percent, practices, prerequisites, scales, socle

SUMMER = date(2022, 8, 1)


def run(year: int, answers: dict[str, Answer], as_of: date = TODAY) -> list[tuple[str, str, int, str, bool | None]]:
    found = what_if(Practice(None, answers), year, scales(), as_of)
    return [(one.indicator, one.gain_points, one.gain_euros, str(one.change), one.possible) for one in found]


def but(year: int, **changes: Answer) -> dict[str, Answer]:
    return {**full(year), **changes}


ONE_CHANGE: list[tuple[int, dict[str, Answer], str, str, int, str]] = [
    (2022, {"taux_dmp": counts(36, 240)}, "taux_dmp", 40, 28_000, "12\u00a0documents DMP de plus"),
    (2022, {"taux_dmp": counts(47, 240, 5)}, "taux_dmp", 40, 28_000, "1\u00a0document DMP de plus"),
    (2022, {"taux_dmp": counts(47, 239)}, "taux_dmp", 40, 28_000, "1\u00a0document DMP de plus"),
    (
        2022,
        {"taux_messagerie_patient": percent("4.9")},
        "taux_messagerie_patient",
        40,
        28_000,
        "messages à des patients : passer de 4,9\u00a0% à 5\u00a0%",
    ),
    (
        2022,
        {"taux_messagerie_patient": Rate(Fraction(49999, 10**6))},
        "taux_messagerie_patient",
        40,
        28_000,
        "messages à des patients : passer de 4,99\u00a0% à 5\u00a0%",
    ),
    (
        2024,
        {"fse_appli_carte_vitale": 0},
        "fse_appli_carte_vitale",
        40,
        28_000,
        "1\u00a0FSE de plus avec l'appli carte Vitale",
    ),
    (
        2024,
        {"taux_aat": counts(80, 100)},
        "taux_aat",
        22.5,
        15_750,
        "10\u00a0arrêts de travail en ligne de plus",
    ),
    (
        2022,
        {"encadrement_etudiants": False},
        "encadrement_etudiants",
        50,
        35_000,
        "encadrer un étudiant en médecine, et le déclarer",
    ),
    (
        2022,
        {"sas_inscription": False, "sas_cpts": False},
        "sas",
        200,
        140_000,
        "vous inscrire auprès de la structure de régulation du SAS ou rejoindre une CPTS qui participe à la mission "
        "de soins non programmés du SAS",
    ),
    (
        2022,
        {"sas_agenda_2h": False, "sas_inscription": False, "sas_cpts": False},
        "sas",
        200,
        140_000,
        "ouvrir au moins 2 heures par semaine d'agenda en ligne aux patients que vous ne connaissez pas et soit vous "
        "inscrire auprès de la structure de régulation du SAS, soit rejoindre une CPTS qui participe à la mission de "
        "soins non programmés du SAS",
    ),
    (
        2022,
        {"taux_dsg": percent(29)},
        "spe_dsg",
        10,
        7000,
        "déclarations de grossesse en ligne : passer de 29\u00a0% à 30\u00a0%",
    ),
    (
        2021,
        {"taux_teletransmission": counts(600, 1000)},
        "taux_teletransmission",
        885,
        619_500,
        "67\u00a0feuilles de soins électroniques de plus",
    ),
    (
        2021,
        {"taux_teletransmission": percent(60)},
        "taux_teletransmission",
        885,
        619_500,
        "feuilles de soins électroniques : passer de 60\u00a0% à 66,67\u00a0%",
    ),
    (
        2022,
        {"sesam_vitale": Addendum(7), "logiciel_segur": False},
        "sesam_vitale",
        1385,
        969_500,
        "installer l'addendum 8 de SESAM-Vitale ou vous équiper d'un logiciel référencé Ségur",
    ),
    (
        2023,
        {"segur_declare_le": date(2024, 2, 5)},
        "logiciel_segur",
        1163,
        814_100,
        "déclarer votre équipement Ségur, preuve à l'appui, au plus tard le 31/01/2024",
    ),
    (
        2022,
        {"prise_en_charge_coordonnee": False},
        "prise_en_charge_coordonnee",
        120,
        84_000,
        "participer à une prise en charge coordonnée (CPTS, MSP, équipe de soins, réunions pluriprofessionnelles "
        "protocolisées) et la déclarer",
    ),
]


@pytest.mark.parametrize(("year", "changes", "name", "points", "euros", "said"), ONE_CHANGE)
def test_one_thing_missing_is_one_change(
    year: int, changes: dict[str, Answer], name: str, points: str, euros: int, said: str
) -> None:
    assert run(year, but(year, **changes)) == [(name, points, euros, said, False)]


@pytest.mark.parametrize("year", scales().years)
def test_where_all_is_met_there_is_nothing_to_change(year: int) -> None:
    assert run(year, full(year)) == []


def test_every_tier_that_is_left_is_a_change_the_best_first() -> None:
    assert run(2022, but(2022, snp_t2=15)) == [
        ("snp_t2", 80, 56_000, "31\u00a0soins non programmés de plus au 2e trimestre", False),
        ("snp_t2", 60, 42_000, "21\u00a0soins non programmés de plus au 2e trimestre", False),
        ("snp_t2", 40, 28_000, "11\u00a0soins non programmés de plus au 2e trimestre", False),
        ("snp_t2", 20, 14_000, "1\u00a0soin non programmé de plus au 2e trimestre", False),
    ]


def test_equal_gains_stand_in_the_order_of_the_scale() -> None:
    found = run(2022, but(2022, codage_donnees=False, taux_dmp=percent(0), encadrement_etudiants=False))
    assert [one[0] for one in found] == ["codage_donnees", "encadrement_etudiants", "taux_dmp"]


def test_several_missing_prerequisites_are_one_change() -> None:
    answers = but(2021, messagerie_securisee=False, horaires_annuaire=False, codage_donnees=False)
    assert run(2021, answers) == [
        (
            PREREQUISITES,
            835,
            584_500,
            "disposer d'une messagerie sécurisée de santé (espace de confiance MSSanté) ; "
            "afficher vos horaires dans l'annuaire santé d'ameli",
            False,
        )
    ]


def test_a_missing_and_an_unknown_prerequisite_are_named_together() -> None:
    answers = but(2021, messagerie_securisee=False)
    del answers["horaires_annuaire"]
    ((name, points, _, said, possible),) = run(2021, answers)
    assert (name, points, possible) == (PREREQUISITES, 885, False)
    assert said == (
        "disposer d'une messagerie sécurisée de santé (espace de confiance MSSanté) ; "
        "à renseigner : « Horaires affichés dans l'annuaire santé d'ameli »"
    )


def test_what_is_only_missing_here_is_to_be_filled_in() -> None:
    answers = but(2021, encadrement_etudiants=False)
    del answers["horaires_annuaire"], answers["codage_donnees"]
    assert run(2021, answers) == [
        (
            "horaires_annuaire",
            785,
            549_500,
            "à renseigner : « Horaires affichés dans l'annuaire santé d'ameli »",
            None,
        ),
        ("codage_donnees", 50, 35_000, "à renseigner : « Codage des données médicales »", None),
        ("encadrement_etudiants", 50, 35_000, "encadrer un étudiant en médecine, et le déclarer", False),
    ]


def test_an_unknown_alternative_is_asked_with_both_names() -> None:
    answers = {key: answer for key, answer in full(2022).items() if not key.startswith("sas_")}
    ((name, points, _, said, _),) = run(2022, answers)
    assert (name, points) == ("sas", 200)
    assert said == (
        "à renseigner : « SAS : agenda ouvert au moins 2 heures par semaine » et "
        "soit « SAS : inscription auprès de la régulation », soit « SAS : CPTS qui assure la mission de soins "
        "non programmés »"
    )


def test_the_points_that_no_source_splits_are_no_change() -> None:
    answers = {key: answer for key, answer in full(2021).items() if key != "points_teleservices"}
    assert run(2021, answers) == []
    assert run(2021, {**answers, "points_teleservices": Fraction(10)}) == []


def test_a_given_total_follows_the_rates_that_change() -> None:
    """45 + 5 points: one more téléservice is 22.5 more, and the five points of the pair stay."""
    rates = {"taux_aat": percent(80), "taux_pse": percent(80), "taux_spe": percent(10)}
    answers = {**socle(2022), **rates, "points_teleservices": Fraction(50)}
    gains = {name: points for name, points, *_ in run(2022, answers)}
    assert (gains["taux_dmt"], gains["taux_at_mp"], gains["spe_dsg"]) == (22.5, 22.5, 5)


def test_a_total_that_contradicts_the_rates_stops_no_change() -> None:
    nothing = Rate(Fraction(0))
    rates = dict.fromkeys(("taux_aat", "taux_dmt", "taux_pse", "taux_at_mp", "taux_spe"), nothing)
    answers = {**socle(2022), **rates, "taux_dsg": Rate(Fraction(1)), "points_teleservices": Fraction(78)}
    gains = {name: points for name, points, *_ in run(2022, answers)}
    assert (gains["taux_dmt"], gains["taux_at_mp"], gains["spe_dsg"]) == (22.5, 22.5, 10)


def test_a_total_beyond_the_bounds_that_was_not_looked_at_stops_no_change() -> None:
    answers = {**socle(2022), "taux_spe": Rate(Fraction(1)), "points_teleservices": Fraction(158)}
    del answers["taux_aat"]
    assert "taux_aat" in {name for name, *_ in run(2022, answers)}


# --- the calendar -----------------------------------------------------------------------------------------

POSSIBLE: list[tuple[int, dict[str, Answer], date, bool | None]] = [
    # a usage counts until 31 December
    (2022, {"taux_dmp": percent(1)}, date(2022, 12, 31), True),
    (2022, {"taux_dmp": percent(1)}, date(2023, 1, 1), False),
    # a tick is declared until the window closes
    (2022, {"codage_donnees": False}, date(2022, 3, 1), True),
    (2022, {"codage_donnees": False}, date(2023, 2, 10), True),
    (2022, {"codage_donnees": False}, date(2023, 2, 11), False),
    (2020, {"codage_donnees": False}, date(2021, 2, 7), True),
    (2020, {"codage_donnees": False}, date(2021, 2, 8), False),
    (2023, {"codage_donnees": False}, date(2024, 2, 11), True),
    (2023, {"codage_donnees": False}, date(2024, 2, 12), False),
    # no source gives the window of 2024: unknown from the end of the year to the payment
    (2024, {"codage_donnees": False}, date(2024, 12, 31), True),
    (2024, {"codage_donnees": False}, date(2025, 1, 1), None),
    (2024, {"codage_donnees": False}, date(2025, 5, 31), None),
    (2024, {"codage_donnees": False}, date(2025, 6, 1), False),
    (2024, {"codage_donnees": False, "horaires_annuaire": False}, date(2025, 6, 1), False),
    # a quarter ends before the year
    (2022, {"snp_t1": 45}, date(2022, 3, 31), True),
    (2022, {"snp_t1": 45}, date(2022, 4, 1), False),
    (2022, {"snp_t2": 45}, date(2022, 7, 1), False),
    (2022, {"snp_t3": 45}, date(2022, 9, 30), True),
    (2022, {"snp_t3": 45}, date(2022, 10, 1), False),
    (2022, {"snp_t4": 45}, date(2022, 12, 31), True),
    # the Ségur equipment of 2023 has its own day, earlier than the window
    (2023, {"segur_declare_le": date(2024, 2, 5)}, date(2024, 1, 31), True),
    (2023, {"segur_declare_le": date(2024, 2, 5)}, date(2024, 2, 1), False),
    (2023, {"logiciel_segur": False}, date(2024, 1, 31), True),
    (2023, {"logiciel_segur": False}, date(2024, 2, 1), False),
    # all parts of a change must still be possible
    (2021, {"horaires_annuaire": False, "taux_teletransmission": percent(1)}, date(2022, 1, 15), False),
    # the equipment of volet 1 is looked at on 31 December: the window only declares it
    (2021, {"horaires_annuaire": False, "messagerie_securisee": False}, date(2021, 12, 31), True),
    (2021, {"horaires_annuaire": False, "messagerie_securisee": False}, date(2022, 1, 1), False),
    (2022, {"logiciel_lap_dmp": False}, date(2022, 12, 31), True),
    (2022, {"logiciel_lap_dmp": False}, date(2023, 1, 1), False),
    (2024, {"logiciel_segur": False}, date(2024, 12, 31), True),
    (2024, {"logiciel_segur": False}, date(2025, 1, 1), False),
]


@pytest.mark.parametrize(("year", "changes", "as_of", "possible"), POSSIBLE)
def test_what_is_still_possible(year: int, changes: dict[str, Answer], as_of: date, possible: bool | None) -> None:
    assert {one[4] for one in run(year, but(year, **changes), as_of)} == {possible}


# --- gains ------------------------------------------------------------------------------------------------


@examples(40, 500)
@given(case=practices())
def test_a_gain_is_what_a_second_simulation_finds(case: tuple[int, dict[str, Answer]]) -> None:
    year, answers = case
    practice, scale = Practice("Cabinet", answers), scales().years[year]
    before = simulate(practice, year, scales(), SUMMER)
    kept = []
    for step in steps(practice, scale, scales().keys):
        after = simulate(changed(practice, step, scale), year, scales(), SUMMER)
        if before.points is not None:
            assert after.points is not None
            gain = Fraction(after.points) - Fraction(before.points)
        else:
            assert before.if_met is not None
            settled = after.points if after.points is not None else after.if_met.points if after.if_met else 0
            gain = Fraction(settled) - (0 if step.opens else Fraction(before.if_met.points))
        if gain > 0:
            kept.append((gain, step.indicator, str(step.words)))
    found = [
        (Fraction(one.gain_points), one.indicator, str(one.change))
        for one in what_if(practice, year, scales(), SUMMER)
    ]
    assert found == sorted(kept, key=lambda one: -one[0])
    assert all(one.gain_euros == 700 * Fraction(one.gain_points) for one in what_if(practice, year, scales(), SUMMER))


@examples(20, 300)
@given(case=practices(), data=st.data())
def test_all_changes_one_after_the_other_end_at_the_maximum(
    case: tuple[int, dict[str, Answer]], data: st.DataObject
) -> None:
    """Whatever is followed first, what is left is less, until nothing is left but points that no source splits."""
    year, answers = case
    scale = scales().years[year]
    practice = Practice(None, {**none(year), **answers, "points_teleservices": Fraction(0)})
    if year == 2022:
        practice = replace(
            practice, answers={k: v for k, v in practice.answers.items() if k != "points_teleservices"}
        )
    for _ in range(60):
        worth = {str(one.change) for one in what_if(practice, year, scales(), TODAY)}
        left = [step for step in steps(practice, scale, scales().keys) if str(step.words) in worth]
        if not left:
            break
        practice = changed(practice, data.draw(st.sampled_from(left)), scale)
    missing = {2019: 90, 2020: 90, 2021: 90, 2023: 158}.get(year, 0)
    assert Fraction(simulate(practice, year, scales(), TODAY).points or 0) == scale.max_points - missing


def test_the_practice_of_the_worked_example() -> None:
    answers = {
        **{key: answer for key, answer in full(2022).items() if key in prerequisites(2022)},
        "prise_en_charge_coordonnee": False,
        "taux_dmp": counts(36, 240),
        "taux_messagerie_patient": percent("4.9"),
    }
    firm = [one for one in run(2022, answers, SUMMER) if not one[3].startswith("à renseigner")]
    assert [(name, euros, possible) for name, _, euros, _, possible in firm] == [
        ("prise_en_charge_coordonnee", 84_000, True),
        ("taux_dmp", 28_000, True),
        ("taux_messagerie_patient", 28_000, True),
    ]


def test_an_unknown_count_is_asked_for_with_what_its_last_tier_brings() -> None:
    answers = full(2022)
    del answers["snp_t1"]
    assert run(2022, answers) == [
        ("snp_t1", 90, 63_000, "à renseigner : « Soins non programmés régulés par le SAS, 1er trimestre »", None)
    ]
