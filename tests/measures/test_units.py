"""Why no period retains a day, word for word: before, between and after the periods, and in a disputed one."""

from __future__ import annotations

from datetime import date

import pytest

from avenant9.measures.units import why_outside
from avenant9.rulebook.measures import load_measures

MEASURES = load_measures()


@pytest.mark.parametrize(
    ("measure", "day", "sentence"),
    [
        (
            "regulation-sas",
            date(2022, 6, 30),
            "Hors de toute période de la mesure : la suivante, « Été 2022 (mission flash) », commence le 01/07/2022.",
        ),
        (
            "regulation-sas",
            date(2022, 10, 1),
            "Hors de toute période de la mesure : la dernière, « Été 2022 (mission flash) », a fini le 30/09/2022 ; "
            "la suivante, « Règlement arbitral », commence le 01/05/2023.",
        ),
        (
            "snp",
            date(2022, 6, 30),
            "Hors de toute période de la mesure : la suivante, « Été 2022, premiers jours disputés », commence le "
            "01/07/2022.",
        ),
        (
            "teleconsultation-100",
            date(2020, 3, 20),
            "Hors de toute période de la mesure : la suivante, « Première vague, patients atteints du covid », "
            "commence le 21/03/2020.",
        ),
        (
            "teleconsultation-telephone",
            date(2020, 7, 11),
            "Hors de toute période de la mesure : la dernière, « Premier état d'urgence sanitaire », a fini le "
            "10/07/2020 ; la suivante, « Tolérance annoncée à l'automne 2020 », commence le 17/10/2020.",
        ),
    ],
)
def test_outside_of_all_periods(measure: str, day: date, sentence: str) -> None:
    assert why_outside(MEASURES[measure], day) == sentence


@pytest.mark.parametrize(
    ("measure", "day", "bounds"),
    [
        ("vaccination-variole", date(2022, 8, 27), "« Jour de la publication, disputé », le 27/08/2022"),
        ("snp", date(2022, 7, 12), "« Été 2022, premiers jours disputés », du 01/07/2022 au 12/07/2022"),
        ("seuil-amenagement", date(2025, 1, 1), "« Plafond de la convention de 2024 », depuis le 01/01/2025"),
    ],
)
def test_inside_a_disputed_period(measure: str, day: date, bounds: str) -> None:
    found = why_outside(MEASURES[measure], day)
    assert found.startswith(f"{bounds} : période disputée, non retenue. ")
