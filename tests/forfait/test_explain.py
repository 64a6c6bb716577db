"""One indicator told whole."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from avenant9.errors import SettingError
from avenant9.forfait.explain import explain
from avenant9.records import replace
from forfait.answered import scales


def test_an_indicator_with_its_history() -> None:
    found = explain("taux_dmp", 2023, scales())
    assert (found.year, found.id, found.label, found.volet) == (2023, "taux_dmp", "Alimentation du DMP", 2)
    assert (found.condition, found.threshold) == ("au moins 10\u00a0%", Decimal("0.1"))
    assert found.text_threshold == "20 % des consultations (avenant 9)"
    assert (found.max_points, found.max_cents, found.brings) == (40, 28_000, "40\u00a0points")
    assert [key.id for key in found.keys] == ["taux_dmp"]
    assert found.source.confidence == "medium"
    assert [(one.year, one.condition, one.points) for one in found.history] == [
        (2019, "", 0),
        (2020, "", 0),
        (2021, "", 0),
        (2022, "au moins 20\u00a0%", 40),
        (2023, "au moins 10\u00a0%", 40),
        (2024, "au moins 30\u00a0%", 40),
        (2025, "au moins 30\u00a0%", 40),
        *((year, "", 0) for year in (2026, 2027, 2028)),
    ]


@pytest.mark.parametrize(
    ("name", "year", "found", "condition", "brings"),
    [
        (
            "sas_cpts",
            2022,
            "sas",
            "« SAS : agenda ouvert au moins 2 heures par semaine » et soit « SAS : inscription auprès de la "
            "régulation », soit « SAS : CPTS qui assure la mission de soins non programmés »",
            "200\u00a0points",
        ),
        (
            "taux_spe",
            2022,
            "spe_dsg",
            "« Prescriptions de transport en ligne (SPE) » au moins 10\u00a0% et "
            "« Déclarations simplifiées de grossesse (DSG) » au moins 30\u00a0%",
            "10\u00a0points",
        ),
        (
            "snp_t1",
            2022,
            "snp_t1",
            "nombre d'actes du trimestre : 10\u00a0points à partir de 5, 30\u00a0points à partir de 16, "
            "50\u00a0points à partir de 26, 70\u00a0points à partir de 36 et 90\u00a0points à partir de 46",
            "90\u00a0points au plus",
        ),
        (
            "points_teleservices",
            2023,
            "teleservices",
            "points à relever sur le décompte de la caisse, de 0 à 158",
            "158\u00a0points au plus",
        ),
        (
            "taux_teletransmission",
            2021,
            "taux_teletransmission",
            "au moins deux tiers",
            "prérequis, sans points propres : 280\u00a0points pour tous ensemble",
        ),
        (
            "prise_en_charge_coordonnee",
            2022,
            "prise_en_charge_coordonnee",
            "oui",
            "120\u00a0points de plus",
        ),
        (
            "segur_declare_le",
            2023,
            "logiciel_segur",
            "« Logiciel référencé Ségur (avec LAP certifié) » et déclaré au plus tard le 31/01/2024",
            "prérequis, sans points propres : 280\u00a0points pour tous ensemble",
        ),
        (
            "lap_exempte",
            2019,
            "logiciel_lap_dmp",
            "oui",
            "prérequis, sans points propres : 280\u00a0points pour tous ensemble",
        ),
        (
            "fse_appli_carte_vitale",
            2025,
            "fse_appli_carte_vitale",
            "au moins 1\u00a0FSE",
            "40\u00a0points",
        ),
    ],
)
def test_by_its_id_or_by_one_of_its_keys(name: str, year: int, found: str, condition: str, brings: str) -> None:
    told = explain(name, year, scales())
    assert (told.id, told.condition, told.brings) == (found, condition, brings)


def test_every_indicator_of_every_year_can_be_explained() -> None:
    for year, scale in scales().years.items():
        for _, one in scale.indicators:
            told = explain(one.id, year, scales())
            assert told.id == one.id
            assert told.condition
            assert told.rule
            assert told.max_points == one.max_points
            assert told.history[year - 2019].condition == told.condition


def test_what_is_neutralised_is_said_in_the_history() -> None:
    history = explain("taux_teletransmission", 2021, scales()).history
    assert [one.year for one in history if one.note] == [2020]
    assert "COVID-19" in history[1].note
    assert explain("taux_teletransmission", 2020, scales()).neutralised == history[1].note


def test_half_points() -> None:
    told = explain("taux_aat", 2024, scales())
    assert (told.max_points, told.max_cents, told.brings) == (Fraction(45, 2), 15_750, "22,5\u00a0points")


@pytest.mark.parametrize(
    ("name", "year", "sentence"),
    [
        (
            "taux_dmpp",
            2023,
            "INDICATEUR : « taux_dmpp » n'est pas un indicateur ; le plus proche est « taux_dmp ».",
        ),
        (
            "participation_snp",
            2022,
            "INDICATEUR : « participation_snp » n'est pas un indicateur de 2022 ; "
            "choisissez une de ses années : 2020 et 2021.",
        ),
        (
            "taux_dmp",
            2029,
            "--year : pas de barème pour 2029 : le dernier connu est celui de 2028 ; choisissez une année de 2019 à "
            "2028.",
        ),
    ],
)
def test_what_is_no_indicator_of_the_year_is_refused(name: str, year: int, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        explain(name, year, scales())
    assert str(caught.value) == sentence


def test_a_key_that_two_indicators_look_at_names_neither() -> None:
    whole = scales()
    scale = whole.years[2022]
    first = scale.volet[0]
    own = tuple(
        one.model_copy(update={"exempt": "lap_exempte"}) if one.id == "messagerie_securisee" else one
        for one in first.indicator
    )
    changed = scale.model_copy(update={"volet": (first.model_copy(update={"indicator": own}), *scale.volet[1:])})
    assert explain("lap_exempte", 2022, whole).id == "logiciel_lap_dmp"
    with pytest.raises(SettingError, match="« lap_exempte » n'est pas un indicateur de 2022"):
        explain("lap_exempte", 2022, replace(whole, years={**whole.years, 2022: changed}))
