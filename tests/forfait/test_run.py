"""All practices and years of a run; and the invented practices that a user can learn from."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from avenant9.errors import A9Error, InputError, SettingError
from avenant9.forfait.answers import Practice, Rate
from avenant9.forfait.read import Entry, load_practices
from avenant9.forfait.run import run
from avenant9.forfait.simulate import simulate
from avenant9.forfait.what_if import what_if
from avenant9.records import replace
from avenant9.results.forfait import Addendum, Amount, Forfait, Forfaits
from avenant9.rulebook.scales import load_scales
from forfait.answered import full

TODAY = date(2026, 11, 22)
SCALES = load_scales()
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
PRACTICES = FIXTURES / "practices"

OPEN = Practice(
    "A",
    {
        "logiciel_lap_dmp": True,
        "messagerie_securisee": True,
        "sesam_vitale": Addendum(8),
        "taux_teletransmission": Rate(Fraction(9, 10)),
        "horaires_annuaire": True,
        "video_transmission": True,
    },
    place="a.toml",
)
SHUT = Practice("B", {**OPEN.answers, "horaires_annuaire": False}, place="b.toml")
SILENT = Practice("C", {}, place="c.toml")


def test_one_practice_and_year_is_the_simulation_itself() -> None:
    assert run([Entry(OPEN, 2022)], SCALES, TODAY) == simulate(OPEN, 2022, SCALES, TODAY)


def test_a_missing_prerequisite_is_shown_with_what_it_costs() -> None:
    found = run([Entry(SHUT, 2022)], SCALES, TODAY)
    cost = Amount(points=330, euros=231_000)
    assert found == simulate(SHUT, 2022, SCALES, TODAY).model_copy(update={"if_met": cost})


def test_another_part_that_is_not_met_has_no_such_cost() -> None:
    found = run([Entry(replace(OPEN, answers={**full(2022), "video_transmission": False}), 2022)], SCALES, TODAY)
    assert isinstance(found, Forfait)
    assert ([volet.met for volet in found.volets], found.if_met) == ([True, False], None)


def test_changes_are_there_only_when_asked_for() -> None:
    found = run([Entry(OPEN, 2022)], SCALES, TODAY, changes=True)
    assert isinstance(found, Forfait)
    assert found.what_if == what_if(OPEN, 2022, SCALES, TODAY)
    assert run([Entry(OPEN, 2022)], SCALES, TODAY) == found.model_copy(update={"what_if": None})


def test_the_total_counts_what_is_settled() -> None:
    found = run([Entry(OPEN), Entry(SHUT), Entry(SILENT)], SCALES, TODAY, year=2022)
    assert isinstance(found, Forfaits)
    assert [(one.practice, one.euros) for one in found.results] == [("A", 231_000), ("B", 0), ("C", None)]
    assert (found.total_euros, found.unsettled) == (231_000, 1)


@pytest.mark.parametrize(
    ("own", "year", "compare", "years"),
    [
        (2022, None, (), [2022]),
        (2022, 2021, (), [2021]),
        (None, 2021, (), [2021]),
        (2022, None, (2023, 2021), [2021, 2022, 2023]),
        (None, None, (2021, 2020), [2020, 2021]),
        (2022, 2021, (2020, 2021), [2020, 2021]),
    ],
)
def test_the_years(own: int | None, year: int | None, compare: tuple[int, ...], years: list[int]) -> None:
    found = run([Entry(OPEN, own)], SCALES, TODAY, year=year, compare=compare)
    assert [one.year for one in (found.results if isinstance(found, Forfaits) else (found,))] == years


_LATE = "pas de barème pour 2029 : le dernier connu est celui de 2028"
_CHOOSE = "choisissez une année de 2019 à 2028"


@pytest.mark.parametrize(
    ("own", "year", "compare", "sentence"),
    [
        (None, None, (), "a.toml : l'année manque ; donnez --year AAAA, ou « annee » dans le fichier."),
        (2029, None, (), f"a.toml, annee : {_LATE} ; {_CHOOSE}."),
        (2022, 2029, (), f"--year : {_LATE} ; {_CHOOSE}."),
        (2022, None, (2029,), f"--compare : {_LATE} ; {_CHOOSE}."),
        (
            2018,
            None,
            (),
            f"a.toml, annee : pas de barème pour 2018 : le premier connu est celui de 2019 ; {_CHOOSE}.",
        ),
    ],
)
def test_years_without_a_scale(own: int | None, year: int | None, compare: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(SettingError) as error:
        run([Entry(OPEN, own)], SCALES, TODAY, year=year, compare=compare)
    assert str(error.value) == sentence


# --- fixtures ---------------------------------------------------------------------------------------------


def simulated(name: str) -> Forfait | Forfaits:
    return run(load_practices(str(PRACTICES / name), SCALES.keys), SCALES, TODAY)


@pytest.mark.parametrize(
    ("name", "year", "points", "euros"),
    [
        ("cabinet_2022.toml", 2022, 647.5, 453_250),
        ("teletransmission_2021.toml", 2021, 0, 0),
        ("segur_2023.toml", 2023, 560, 392_000),
        ("teleservices_2024.toml", 2024, 407.5, 285_250),
        ("incomplet_2022.toml", 2022, None, None),
    ],
)
def test_the_practices_of_the_fixtures(name: str, year: int, points: str | None, euros: int | None) -> None:
    found = simulated(name)
    assert isinstance(found, Forfait)
    assert (found.year, found.points, found.euros) == (year, points, euros)


def test_the_forty_doctors() -> None:
    found = simulated("quarante_medecins.xlsx")
    assert isinstance(found, Forfaits)
    assert [one.practice for one in found.results] == [f"Médecin {number:02d}" for number in range(1, 41)]
    assert (found.total_euros, found.unsettled) == (15_688_750, 1)
    assert sum(one.points == 0 for one in found.results) == 9


def test_the_forty_doctors_in_2025_and_2026() -> None:
    entries = load_practices(str(PRACTICES / "quarante_medecins_2026.xlsx"), SCALES.keys)
    found = run(entries, SCALES, TODAY, compare=(2025,))
    assert isinstance(found, Forfaits)
    assert [(one.practice, one.year) for one in found.results] == [
        (f"Médecin {number:02d}", year) for number in range(1, 41) for year in (2025, 2026)
    ]
    open_ = [(one.practice, one.year) for one in found.results if one.sums and one.total_euros is None]
    assert open_ == [("Médecin 12", 2026), ("Médecin 27", 2026)]  # no act of two services; no list of patients yet
    assert found.unsettled == 1


def test_the_workbooks_are_what_their_source_says() -> None:
    script = FIXTURES / "practices_build.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


FAULTY: dict[str, tuple[type[A9Error], str]] = {
    "annee_2018.toml": (SettingError, "annee : pas de barème pour 2018"),
    "classeur_tronque.xlsx": (InputError, "le classeur est tronqué ou abîmé"),
    "cle_inconnue.toml": (SettingError, "clé inconnue « taux_dpm »"),
    "hors_table.toml": (SettingError, "placez-la sous [indicateurs]"),
    "mal_forme.toml": (SettingError, "ligne 4 : TOML mal formé"),
    "plus_de_realises_que_de_total.toml": (SettingError, "48\u00a0réalisés pour un total de 50 dont 4 exclus"),
    "taux_au_dessus_de_1.toml": (SettingError, "taux au-dessus de 1"),
}


def test_every_faulty_file_is_expected() -> None:
    assert {path.name for path in (PRACTICES / "fautifs").iterdir()} == set(FAULTY)


@pytest.mark.parametrize("name", FAULTY)
def test_the_faulty_files(name: str) -> None:
    kind, words = FAULTY[name]
    with pytest.raises(A9Error) as error:
        simulated(f"fautifs/{name}")
    assert type(error.value) is kind
    assert words in str(error.value)
