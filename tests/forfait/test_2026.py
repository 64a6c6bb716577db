"""The worked examples of the sums from 2026: the dotation, the forfait médecin traitant, the SAS."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from avenant9.errors import SettingError
from avenant9.forfait.answers import Answer, Patients, Practice, Rate
from avenant9.forfait.simulate import simulate
from avenant9.forfait.what_if import what_if
from avenant9.results.base import iso_month
from avenant9.results.forfait import Addendum, Forfait, Sum
from forfait.answered import counts, full, percent, scales

TODAY = date(2026, 11, 29)
EQUIPPED: dict[str, Answer] = {"logiciel_segur": True, "sesam_vitale": Addendum(8)}
#: No option at all, each said so.
NO_OPTION: dict[str, Answer] = {
    **dict.fromkeys(("taux_at_mp", "taux_spe", "taux_dsg", "taux_dmp", "taux_e_prescription"), percent(0)),
    "fse_appli_carte_vitale": 0,
    "messages_patients": 0,
}
FIRST_OPTION = dict.fromkeys(("taux_at_mp", "taux_spe", "taux_dsg"), percent(35))
SECOND_OPTION = dict.fromkeys(("taux_dmp", "taux_e_prescription"), percent(62))
THIRD_OPTION: dict[str, Answer] = {"fse_appli_carte_vitale": 3, "messages_patients": 1}
NO_ACT = Rate(Fraction(0), 0, 0)


def services(dmt: Any, fse: Any, pse: Any, aat: Any) -> dict[str, Answer]:
    """The four rates of the mean, in percent; None where nothing was done at all."""
    rates = {"taux_dmt": dmt, "taux_teletransmission": fse, "taux_pse": pse, "taux_aat": aat}
    return {key: NO_ACT if rate is None else percent(rate) for key, rate in rates.items()}


def simulated(answers: dict[str, Answer], year: int = 2026) -> Forfait:
    return simulate(Practice("Dr", answers, place="f.toml"), year, scales(), TODAY)


def due(found: Forfait, name: str) -> Sum:
    return next(one for one in found.sums if one.id == name)


# --- forfait2026.md 1.3 -----------------------------------------------------------------------------------

ALL_OPTIONS = {**FIRST_OPTION, **SECOND_OPTION, **THIRD_OPTION}


@pytest.mark.parametrize(
    ("answers", "year", "points", "euros"),
    [
        ({**EQUIPPED, **services(95, 88, 70, 67), **ALL_OPTIONS}, 2026, 420, 294_000),  # 1: mean 80 %
        ({**EQUIPPED, **services(95, 88, 70, 67), **ALL_OPTIONS}, 2028, 360, 252_000),
        ({**EQUIPPED, **services(100, 90, 20, 40), **NO_OPTION}, 2026, 280, 196_000),  # 2: 62.5 %
        ({**EQUIPPED, **services(100, 90, 20, 40), **NO_OPTION}, 2028, 0, 0),
        ({**EQUIPPED, **services(90, 80, 45, 25), **NO_OPTION}, 2026, 280, 196_000),  # 3: on the bound
        ({**EQUIPPED, **services(88, 70, 44, 30), **ALL_OPTIONS}, 2026, 0, 0),  # 4: 58 %
        (
            {**EQUIPPED, "sesam_vitale": Addendum(7), **services(95, 88, 70, 67), **ALL_OPTIONS},
            2026,
            0,
            0,
        ),  # 5
        ({**EQUIPPED, **services(95, 88, 70, 67), **NO_OPTION, "fse_appli_carte_vitale": 3}, 2026, 280, 196_000),
        ({**EQUIPPED, **services(95, 88, 70, 67), **NO_OPTION, **THIRD_OPTION}, 2026, 300, 210_000),  # 6 and 7
        ({**EQUIPPED, **services(100, 50, 80, 90), **NO_OPTION}, 2026, 280, 196_000),  # 8: FSE under two thirds
        ({**EQUIPPED, **services(100, 50, 80, 90), **NO_OPTION}, 2028, 280, 196_000),
    ],
)
def test_the_dotation(answers: dict[str, Answer], year: int, points: str, euros: int) -> None:
    found = simulated(answers, year)
    assert (found.points, found.euros, found.unresolved) == (points, euros, ())


def test_a_mean_on_the_threshold_is_met_and_says_so() -> None:
    on, over = (simulated({**EQUIPPED, **services(90, 80, 45, rate)}) for rate in (25, 25.01))
    notes = [next(one.note for one in found.volets[0].indicators if "quatre" in one.label) for found in (on, over)]
    assert [note.startswith("La moyenne est exactement au seuil") for note in notes] == [True, False]


def test_a_mean_on_the_threshold_that_another_reading_refuses_is_not_said_to_be_met() -> None:
    """DMP 40 %, ordonnance 20 %: a mean of 30 %, and one rate below."""
    rates = {"taux_dmp": percent(40), "taux_e_prescription": percent(20)}
    found = simulated({**EQUIPPED, **services(95, 88, 70, 67), **NO_OPTION, **rates})
    option = next(one for volet in found.volets for one in volet.indicators if one.id == "donum_dmp_ordonnance")
    assert (option.status, option.points) == ("unknown", 0)
    assert "comptée comme atteinte" not in option.note


def test_transmissions_under_two_thirds_closed_2025_and_no_longer_2026() -> None:
    answers = {**full(2025), **services(100, 50, 80, 90)}
    assert (simulated(answers, 2025).points, simulated({**answers, "messages_patients": 1}).points) == (0, 420)


def test_services_without_acts_leave_the_socle_unresolved() -> None:
    """Example 9: 71 % were they left out, 35.5 % were they counted zero."""
    found = simulated({**EQUIPPED, **services(None, 92, None, 50), **NO_OPTION})
    assert (found.points, found.euros) == (None, None)
    assert found.if_met is not None
    assert found.if_not_met is not None
    assert (found.if_met.euros, found.if_not_met.euros) == (196_000, 0)
    (open_,) = found.unresolved
    assert (open_.indicator, open_.low, open_.high, open_.supply) == ("donum_teleservices", 0, 280, None)


def test_from_2025_to_2026_at_the_maximum() -> None:
    """Example 10."""
    sas: dict[str, Answer] = dict.fromkeys(("sas_departement_ouvert", "sas_plateforme", "sas_agenda_visible"), True)
    before, after = simulated(full(2025), 2025), simulated({**full(2026), **sas})
    assert (before.points, before.euros) == (1115, 780_500)
    assert (after.points, after.euros, due(after, "sas").euros) == (420, 294_000, 100_000)
    assert after.euros + 100_000 - before.euros == -386_500


# --- each reading apart -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rates", "points", "disputed"),
    [
        ((30, 30, 30), 340, False),  # the mean and each
        ((29, 29, 29), 280, False),  # neither
        ((90, 90, 29), 280, True),  # the mean alone
        ((90, 90, None), 280, True),  # 90 % left out, 60 % counted zero, but then one is at zero
        ((29, 29, None), 280, False),
        ((None, None, None), 280, True),
    ],
)
def test_the_readings_of_an_option(rates: tuple[Any, ...], points: str, *, disputed: bool) -> None:
    keys = ("taux_at_mp", "taux_spe", "taux_dsg")
    own = {key: NO_ACT if rate is None else percent(rate) for key, rate in zip(keys, rates, strict=True)}
    found = simulated({**EQUIPPED, **services(95, 88, 70, 67), **NO_OPTION, **own})
    bounds = [(one.indicator, one.low, one.high) for one in found.unresolved]
    assert found.points == points
    assert bounds == ([("donum_autres_teleservices", 0, 60)] if disputed else [])


def test_2027_and_2028_are_to_be_checked() -> None:
    assert [bool(simulated(EQUIPPED, year).review) for year in (2025, 2026, 2027, 2028)] == [False, False, True, True]


@pytest.mark.parametrize(("rate", "points"), [("59.999", None), (60, 280), ("60.001", 280)])
def test_one_under_on_and_over(rate: str, points: str | None) -> None:
    found = simulated({**EQUIPPED, **services(rate, rate, rate, rate), **NO_OPTION})
    assert found.points == (points or 0)


# --- forfait2026.md 2.6 -----------------------------------------------------------------------------------


def listed(c2s: int | None = 100, **more: Patients) -> dict[str, Answer]:
    """The list of the examples: 1,100 patients, all of them seen."""
    classes = {
        "moins_7": Patients(60),
        "de_7_a_74": Patients(700),
        "de_75_a_79": Patients(50),
        "de_80_et_plus": Patients(40),
        "ald_moins_80": Patients(180),
        "ald_80_et_plus": Patients(70),
    }
    answers: dict[str, Answer] = {f"patientele.{name}": own for name, own in {**classes, **more}.items()}
    return answers if c2s is None else {**answers, "patientele.c2s": c2s}


PLAIN: dict[str, Answer] = {"medecin.age": 50, "medecin.zone": "autre"}
ZIP: dict[str, Answer] = {"medecin.age": 50, "medecin.zone": "zip"}


@pytest.mark.parametrize(
    ("answers", "year", "euros", "low", "high"),
    [
        (listed() | PLAIN, 2026, 2_525_000, 2_525_000, 2_525_000),  # 1
        (listed(), 2026, 2_525_000, 2_525_000, 3_034_250),  # neither age nor zone: both at most
        (listed() | PLAIN | {"medecin.age": 67}, 2026, 2_767_500, 2_767_500, 2_767_500),  # 3
        (listed() | PLAIN | {"medecin.age": 66}, 2026, 2_525_000, 2_525_000, 2_525_000),
        (listed() | {"medecin.age": 67}, 2026, 2_767_500, 2_767_500, 3_034_250),
        (listed() | ZIP, 2026, 2_767_500, 2_767_500, 2_767_500),
        (listed() | PLAIN | {"medecin.zone": "qpv"}, 2026, 2_767_500, 2_767_500, 2_767_500),
        (listed() | PLAIN | {"medecin.zone": "zac"}, 2026, 2_525_000, 2_525_000, 2_525_000),
        (listed() | ZIP | {"medecin.premiere_installation": date(2026, 12, 31)}, 2026, *[3_737_500] * 3),  # 4
        (listed() | ZIP | {"medecin.premiere_installation": date(2026, 1, 1)}, 2027, *[3_252_500] * 3),
        (listed() | ZIP | {"medecin.premiere_installation": date(2026, 1, 1)}, 2028, *[2_767_500] * 3),
        (
            listed() | ZIP | {"medecin.premiere_installation": date(2025, 6, 1)},  # 10 % to 30 %
            2026,
            2_767_500,
            2_767_500,
            3_252_500,
        ),
        (listed() | ZIP | {"medecin.premiere_installation": date(2024, 6, 1)}, 2026, *[2_767_500] * 3),
        (listed() | ZIP | {"medecin.age": 67}, 2026, 3_010_000, 3_010_000, 3_034_250),  # 5
        (listed(None) | PLAIN, 2026, 2_425_000, 2_425_000, 3_525_000),  # every patient may have the C2S
    ],
)
def test_the_forfait_medecin_traitant(answers: dict[str, Answer], year: int, euros: int, low: int, high: int) -> None:
    found = due(simulated(answers, year), "fmt")
    assert (found.euros, found.low, found.high) == (euros, low, high)


def test_four_parts_in_the_year() -> None:
    found = due(simulated(listed() | PLAIN), "fmt")
    assert [(iso_month(one.month), one.euros) for one in found.payments] == [
        (month, 631_250) for month in ("2026-04", "2026-06", "2026-09", "2026-11")
    ]


def test_the_last_part_takes_the_cents_that_do_not_divide() -> None:
    answers = listed(0, moins_7=Patients(1)) | PLAIN | {"medecin.age": 70}
    parts = [one.euros for one in due(simulated(answers), "fmt").payments]
    assert parts == [642_537, 642_537, 642_537, 642_539]  # 25,701.50


def test_against_the_forfait_patientele_of_2025() -> None:
    """Example 2: 19,130 euros, 5,120 less than the socle of 2026."""
    found = due(simulated(listed(), 2025), "fpmt")
    assert (found.euros, found.low, found.high) == (1_913_000,) * 3
    assert Fraction("24250") - Fraction("19130") == 5120


@pytest.mark.parametrize(
    ("own", "less", "kept"),
    [
        ({"ald_80_et_plus": Patients(70, 10)}, 950, True),
        ({"ald_moins_80": Patients(180, 20)}, 1000, True),
        ({"de_7_a_74": Patients(700, 100)}, 0, True),
        ({"de_80_et_plus": Patients(40, 4)}, 200, False),  # without ALD nobody disputes the 5 euros
    ],
)
def test_not_seen_for_two_years(own: dict[str, Patients], less: int, *, kept: bool) -> None:
    """Example 6, without C2S; in ALD the class may keep its amount."""
    found = due(simulated(listed(0, **own) | PLAIN), "fmt")
    assert found.euros == found.low == (24_250 - less) * 100
    assert found.high == (2_425_000 if kept else found.euros)


def test_those_not_seen_may_lose_the_c2s_too() -> None:
    found = due(simulated(listed(100, ald_80_et_plus=Patients(70, 10)) | PLAIN), "fmt")
    assert (found.euros, found.low, found.high) == (2_430_000, 2_420_000, 2_525_000)


def test_prevention_stands_outside_the_majorations_and_the_payments() -> None:
    """Example 7: 545 indicators, 2,725 euros on top."""
    told: dict[str, Answer] = {
        "prevention.grippe": 160,
        "prevention.pneumocoque": 45,
        "prevention.cancer_colorectal": 210,
        "prevention.hba1c": 130,
    }
    for own in (told, {"prevention.total": 545}):
        found = due(simulated({**listed(), **PLAIN, "medecin.age": 67, **own}), "fmt")
        assert found.euros == 3_040_000  # 27,675 and 2,725
        assert {one.euros for one in found.payments} == {691_875}  # of 27,675


def test_a_paediatrician() -> None:
    """Example 8: no ALD, no C2S, which has to be said."""
    none = dict.fromkeys(("de_75_a_79", "de_80_et_plus", "ald_moins_80", "ald_80_et_plus"), Patients(0))
    answers = listed(0, moins_7=Patients(300), de_7_a_74=Patients(250), **none)
    assert due(simulated(answers | PLAIN), "fmt").euros == 575_000
    silent = {key: own for key, own in answers.items() if "ald" not in key}
    found = due(simulated(silent | PLAIN), "fmt")
    assert (found.euros, found.low, found.high, found.payments) == (None, 575_000, None, ())
    assert found.missing[:2] == ("Patients en ALD de moins de 80 ans", "Patients en ALD de 80 ans et plus")


def test_nothing_told_is_unknown_and_never_zero() -> None:
    found = simulated({**EQUIPPED, **services(95, 88, 70, 67), **NO_OPTION})
    assert [(one.id, one.euros, one.high) for one in found.sums] == [("fmt", None, None), ("sas", None, 100_000)]
    assert (found.euros, found.total_euros, found.total_low, found.total_high) == (196_000, None, 196_000, None)


# --- SAS --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("open_", "platform", "agenda", "organisation", "euros"),
    [
        (True, True, True, None, 100_000),
        (True, True, None, True, 100_000),
        (True, True, False, False, 0),
        (True, False, True, True, 0),
        (False, True, True, True, 0),
        (True, True, None, None, None),
        (None, True, True, True, None),
        (None, False, None, None, 0),
    ],
)
def test_the_sas(open_: Any, platform: Any, agenda: Any, organisation: Any, euros: int | None) -> None:
    told = {
        "sas_departement_ouvert": open_,
        "sas_plateforme": platform,
        "sas_agenda_visible": agenda,
        "sas_organisation": organisation,
    }
    found = due(simulated({key: own for key, own in told.items() if own is not None}), "sas")
    assert (found.euros, found.low, found.high) == (euros, euros or 0, 100_000 if euros is None else euros)


def test_everything_together() -> None:
    sas: dict[str, Answer] = dict.fromkeys(("sas_departement_ouvert", "sas_plateforme", "sas_agenda_visible"), True)
    found = simulated({**full(2026), **listed(), **PLAIN, **sas})
    assert (found.total_euros, found.total_low, found.total_high) == (2_919_000,) * 3  # 2,940 + 25,250 + 1,000


# --- changes ----------------------------------------------------------------------------------------------


def changes(answers: dict[str, Answer], year: int = 2026) -> list[tuple[str, int, str]]:
    found = what_if(Practice("Dr", answers), year, scales(), TODAY)
    return [(one.indicator, one.gain_euros, str(one.change).replace("\u00a0", " ")) for one in found]


def test_each_rate_that_alone_brings_the_socle() -> None:
    answers = {**EQUIPPED, **services(100, 70, 15, 40), **NO_OPTION}
    assert changes(answers)[:3] == [
        ("donum_teleservices", 196_000, "porter le taux de PSE de 15 à 30 %"),
        ("donum_teleservices", 196_000, "porter le taux d'AAT de 40 à 55 %"),
        ("donum_teleservices", 196_000, "porter le taux de FSE de 70 à 85 %"),
    ]


def test_the_socle_says_that_it_opens_the_options_that_are_there() -> None:
    answers = {**EQUIPPED, **services(100, 70, 15, 40), **NO_OPTION, **THIRD_OPTION}
    opens = "porter le taux de PSE de 15 à 30 % ; le socle ouvre aussi les options déjà remplies"
    assert changes(answers)[0] == ("donum_teleservices", 210_000, opens)


def test_where_no_rate_alone_is_enough_all_rise_to_one_level() -> None:
    answers = {**EQUIPPED, **services(10, 10, 10, 90), **NO_OPTION}
    (first, *_) = changes(answers)
    assert first[2] == (
        "porter le taux de DMT de 10 à 60 %, le taux de FSE de 10 à 60 % et le taux de PSE de 10 à 60 %"
    )


def test_counts_rise_by_whole_acts() -> None:
    answers = {**EQUIPPED, **services(100, 70, 15, 40), "taux_aat": counts(40, 99), **NO_OPTION}
    said = [words for _, _, words in changes(answers)]
    assert "porter le taux d'AAT de 40,4 à 55,56 % (15 arrêts de travail en ligne de plus)" in said


def test_every_rate_of_an_option_rises_to_the_threshold() -> None:
    answers = {
        **EQUIPPED,
        **services(95, 88, 70, 67),
        **NO_OPTION,
        "taux_at_mp": percent(90),
        "taux_spe": percent(10),
    }
    gains = {name: words for name, _, words in changes(answers)}
    assert gains["donum_autres_teleservices"] == "porter le taux de SPE de 10 à 30 % et le taux de DSG de 0 à 30 %"


def test_the_sas_is_a_change_unless_its_department_is_closed() -> None:
    answers: dict[str, Answer] = {"sas_departement_ouvert": True, "sas_plateforme": False, "sas_agenda_visible": True}
    assert ("sas", 100_000, "vous inscrire vous-même sur la plateforme nationale du SAS") in changes(answers)
    assert "sas" not in [name for name, _, _ in changes({**answers, "sas_departement_ouvert": False})]
    unknown = {key: answer for key, answer in answers.items() if key != "sas_departement_ouvert"}
    supposed = ", si la réponse à « SAS : ouvert dans le département du cabinet » est oui"
    assert f"vous inscrire vous-même sur la plateforme nationale du SAS{supposed}" in [
        said for *_, said in changes(unknown)
    ]


# --- bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (
            listed(1101),
            "f.toml : patientele.c2s : 1 101 pour une patientèle de 1 100 patients ; donnez au plus 1 100, ou "
            "corrigez les effectifs des classes.",
        ),
        (
            {**listed(), "prevention.total": 16_501},
            "f.toml : prevention.total : 16 501 pour une patientèle de 1 100 patients ; donnez au plus 16 500, ou "
            "corrigez les effectifs des classes.",
        ),
        (
            {**listed(), "prevention.hpv": 1_101},
            "f.toml : prevention.hpv : 1 101 pour une patientèle de 1 100 patients ; donnez au plus 1 100, ou "
            "corrigez les effectifs des classes.",
        ),
        (
            {**listed(), "prevention.hpv": 1, "prevention.total": 1},
            "f.toml : prevention.total : le total et le détail sont donnés tous les deux ; donnez l'un ou l'autre.",
        ),
    ],
)
def test_more_than_there_are(answers: dict[str, Answer], sentence: str) -> None:
    with pytest.raises(SettingError) as error:
        simulated(answers)
    assert str(error.value).replace("\u00a0", " ") == sentence


def test_the_most_that_is_possible_passes() -> None:
    assert due(simulated({**listed(1100), **PLAIN, "prevention.total": 16_500}), "fmt").euros == 11_775_000
