"""Derogations: what a file may hold, and what each mistake is answered."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from avenant9.errors import InputError, SettingError
from avenant9.model import GrantedCeiling
from avenant9.settings.derogations import load_derogations

ONE = """
[[derogation]]
practitioner = "10001234567"
year = 2022
ceiling = 0.40
"""


def load(tmp_path: Path, text: str) -> tuple[GrantedCeiling, ...]:
    file = tmp_path / "d.toml"
    file.write_text(text, encoding="utf-8")
    return load_derogations(file)


def load_sheet(tmp_path: Path, *rows: tuple[object, ...]) -> tuple[GrantedCeiling, ...]:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    file = tmp_path / "d.xlsx"
    file.write_bytes(out.getvalue())
    return load_derogations(file)


def test_the_example_of_the_contract(tmp_path: Path) -> None:
    text = ONE + (
        'conditions = ["patientèle du territoire", "alternance avec des soins en cabinet"]\n'
        "decided_on = 2022-12-01\ntacit_renewal = true\nchanged_on = 2024-03-01\n"
    )
    assert load(tmp_path, text) == (
        GrantedCeiling(
            "10001234567",
            2022,
            4000,
            ("patientèle du territoire", "alternance avec des soins en cabinet"),
            date(2022, 12, 1),
            tacit_renewal=True,
            changed_on=date(2024, 3, 1),
        ),
    )


@pytest.mark.parametrize(
    ("written", "basis_points"),
    [("0.40", 4000), ("0", 0), ("1", 10000), ("0.2", 2000), ("0.2001", 2001), ('"40 %"', 4000), ('"0,275"', 2750)],
)
def test_ceilings_are_whole_basis_points(tmp_path: Path, written: str, basis_points: int) -> None:
    assert load(tmp_path, ONE.replace("0.40", written))[0].ceiling_bp == basis_points


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            ONE.replace("0.40", "40"),
            "dérogation 1, ceiling : plafond au-dessus de 1, soit 100 % (40) ; écrivez 40 %, ou",
        ),
        (ONE.replace("0.40", "-0.1"), "plafond négatif (-0,1) ; un plafond va de 0 à 1, ou de 0 % à 100 %"),
        (ONE.replace("0.40", "1.0001"), "plafond au-dessus de 1, soit 100 % (1,0001)"),
        (ONE.replace("0.40", "0.12345"), "plafond trop précis (0,12345)"),
        (ONE.replace("0.40", "nan"), "ceiling : valeur inutilisable ; attendu : une part entre 0 et 1"),
        (ONE.replace("0.40", "inf"), "ceiling : valeur inutilisable"),
        (ONE.replace("0.40", '"beaucoup"'), "ceiling : valeur inutilisable ; attendu : une part entre 0 et 1"),
        (ONE.replace("0.40", "true"), "ceiling : valeur inutilisable"),
        (ONE.replace("ceiling = 0.40", ""), "« ceiling » (Plafond) manque"),
        (ONE.replace("year = 2022", ""), "« year » (Année) manque"),
        (ONE.replace('practitioner = "10001234567"', 'practitioner = " "'), "« practitioner » (Praticien) manque"),
        (ONE.replace("2022", "22"), "year : valeur inutilisable ; attendu : une année civile"),
        (ONE.replace("2022", '"deux mille"'), "year : valeur inutilisable"),
        (ONE.replace("ceiling", "celing"), "clé inconnue « celing » ; peut-être « ceiling »"),
        (ONE + "decided_on = 'hier'", "decided_on : valeur inutilisable ; attendu : une date"),
        (ONE + "tacit_renewal = 'peut-être'", "tacit_renewal : valeur inutilisable"),
        (ONE + "conditions = [1]", "conditions : valeur inutilisable"),
        (
            ONE + "changed_on = 2021-12-31",
            "dérogation 1, changed_on : situation changée avant l'année accordée (2022) ; donnez la date",
        ),
        (ONE + ONE, "dérogation 2 : deuxième dérogation d'un même praticien pour 2022 (la première : "),
        ("[[derogations]]", "clé inconnue « derogations » ; peut-être « derogation »"),
        ("derogation = 3", "« derogation » n'est pas une liste de tables"),
        ("", "aucune dérogation"),
        ("[[derogation]\n", "d.toml, ligne 1 : TOML mal formé"),
    ],
)
def test_each_mistake_says_where_and_what(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        load(tmp_path, text)
    assert message in str(caught.value)


def test_a_change_on_the_first_day_of_the_year_is_one(tmp_path: Path) -> None:
    assert load(tmp_path, ONE + "changed_on = 2022-01-01")[0].changed_on == date(2022, 1, 1)


def test_numbers_and_spellings_of_practitioners(tmp_path: Path) -> None:
    assert load(tmp_path, ONE.replace('"10001234567"', "10001234567"))[0].practitioner == "10001234567"
    # an identifier of 12 digits that starts with 8 holds an RPPS, as in the acts
    assert load(tmp_path, ONE.replace("10001234567", "810001234567"))[0].practitioner == "10001234567"


HEADINGS = (
    "Praticien",
    "Année",
    "Plafond",
    "Conditions",
    "Décidée le",
    "Reconduction tacite",
    "Situation changée le",
)


def test_a_sheet(tmp_path: Path) -> None:
    row = (10001234567, 2022.0, 0.4, "a ; b", datetime.fromisoformat("2022-12-01"), "non", "01/03/2024")
    assert load_sheet(tmp_path, HEADINGS, row, (None,) * 7) == (
        GrantedCeiling(
            "10001234567", 2022, 4000, ("a", "b"), date(2022, 12, 1), tacit_renewal=False, changed_on=date(2024, 3, 1)
        ),
    )
    assert load_sheet(tmp_path, ("practitioner", "YEAR", " plafond "), ("1", "2023", "27,5 %"))[0].ceiling_bp == 2750
    for tenths in range(11):
        assert load_sheet(tmp_path, HEADINGS[:3], ("1", 2023, tenths / 10))[0].ceiling_bp == tenths * 1000


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((HEADINGS[:2], ("1", 2022)), "ligne 1 : titres absents : « Plafond »"),
        (((*HEADINGS[:3], "Remarque"), ("1", 2022, 0.4, "x")), "ligne 1 : titre inconnu « Remarque »"),
        (((*HEADINGS[:3], "Plafond"), ("1", 2022, 0.4, 0.4)), "ligne 1 : titre « Plafond » deux fois"),
        ((HEADINGS[:3],), "aucune dérogation sous les titres"),
        ((HEADINGS[:3], ("1", 2022, 40)), "ligne 2, Plafond : plafond au-dessus de 1, soit 100 % (40)"),
        ((HEADINGS[:3], ("1", None, 0.4)), "ligne 2 : « Année » manque"),
        ((HEADINGS[:3], ("1", 2022, 0.4), ("1", 2022, 0.3)), "ligne 3 : deuxième dérogation"),
    ],
)
def test_each_mistake_of_a_sheet(tmp_path: Path, rows: tuple[tuple[object, ...], ...], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        load_sheet(tmp_path, *rows)
    assert message in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fichier introuvable"):
        load_derogations(tmp_path / "absent.toml")
    with pytest.raises(InputError, match="c'est un dossier"):
        load_derogations(tmp_path)
    broken = tmp_path / "d.xlsx"
    broken.write_bytes(b"PK\x03\x04rien")
    with pytest.raises(InputError, match="tronqué ou abîmé"):
        load_derogations(broken)
    other = tmp_path / "d.toml"
    other.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingError, match="ni un classeur ni du TOML"):
        load_derogations(other)
