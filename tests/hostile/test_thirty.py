"""The thirty hostile or awkward inputs, end to end: what each must say, its exit, and the account of its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hostile import build
from hostile.build import CANARY
from hostile.runs import Run, contents, here, run

ACCOUNTED = "aucune ligne lue, aucun acte contrôlé"


@dataclass(frozen=True)
class Expected:
    """One file: its number in the list, its name, the exit, the rows under its headings, and what stderr says."""

    number: int
    file: str
    code: int
    rows: int  # announced; 0 where nothing may be read
    said: tuple[str, ...] = ()
    rejected: tuple[tuple[str | None, str], ...] = ()  # cell, reason
    skipped: int = 0


def refused(number: int, file: str, *said: str) -> Expected:
    return Expected(number, file, 3, 0, said)


DTD = "le classeur contient une déclaration DTD, refusée ; ouvrez le fichier dans Excel"
LEAVES = "l'archive a une entrée dont le nom sort du classeur"
AWAY = "le classeur désigne une feuille hors de lui-même"
LONG = "une cellule contient un texte démesuré (plus de 4 Mio)"
BEFORE_1900 = "date hors du calendrier des tableurs (avant le 01/03/1900 ou après 9999)"
NO_ROW = "aucune ligne sous les titres ; vérifiez que l'export contient des actes."

TABLE = (
    Expected(1, "01.xlsx", 0, 2, ("la zone déclarée dans le fichier est fausse, plus petite que le tableau",)),
    refused(2, "02.xlsx", "feuille « Actes » : la cellule XFD1048576 étend la feuille", "supprimez cette cellule"),
    Expected(3, "03.xlsx", 0, 20_000, ("loin à droite du tableau n'est pas lu (cellule XFD1, après la colonne F)",)),
    refused(4, "04.xlsx", "feuille « Actes » : la cellule A16777217 est hors des limites d'Excel"),
    refused(5, "05.xlsx", LONG),
    refused(6, "06.xlsx", LONG),
    refused(7, "07-chaines.xlsx", DTD),
    refused(7, "07-classeur.xlsx", DTD),
    refused(7, "07.ods", DTD),
    refused(8, "08.xlsx", DTD),
    refused(9, "09-cible.xlsx", AWAY),
    refused(9, "09-absolue.xlsx", AWAY),
    refused(9, "09-nom.xlsx", LEAVES),
    refused(9, "09-lecteur.xlsx", LEAVES),
    refused(10, "10-tronque.xlsx", "le classeur est tronqué ou abîmé ; exportez-le à nouveau"),
    refused(10, "10-vide.xlsx", "le fichier est vide"),
    refused(10, "10-page.xls", "c'est une page HTML, pas un classeur ; ouvrez le fichier dans Excel"),
    Expected(10, "10-texte.xlsx", 0, 2, ("malgré son nom, ce fichier est du texte ; il est lu comme CSV.",)),
    refused(11, "11.xlsx", "le classeur est protégé par un mot de passe ; enregistrez-le sans mot de passe."),
    Expected(
        12,
        "12.xlsx",
        3,
        3,
        ("colonne « Montant » : 2 cellules « formule non calculée » (la première en F2), lues comme inconnues",),
        (("A4", "date : formule non calculée, ouvrez puis enregistrez le fichier dans Excel"),),
    ),
    Expected(
        13,
        "13.xlsx",
        3,
        3,
        ("colonne « Montant » : 1 cellule « #DIV/0! » (en F4), lue comme inconnue.",),
        (("A3", "date : la cellule contient l'erreur #N/A"),),
    ),
    Expected(
        14,
        "14.xlsx",
        0,
        3,
        (
            "feuille Actes : 1 groupe de cellules fusionnées dans le tableau (en D2)",
            "feuille Actes : 1 ligne masquée ou filtrée, lue comme les autres.",
        ),
    ),
    Expected(15, "15-1900.xlsx", 0, 6),
    Expected(15, "15-1904.xlsx", 0, 6),
    Expected(
        16,
        "16.xlsx",
        3,
        8,
        (),
        (
            *((f"A{row}", BEFORE_1900) for row in (2, 3, 4, 5, 7)),
            ("A8", "date absente"),  # the reader gives nothing for 1e300
        ),
    ),
    Expected(
        17,
        "17.xlsx",
        3,
        8,
        ("colonne « Date de soins » : 4 dates en texte parmi de vraies dates (la première en A3)",),
        (
            ("A6", "date illisible : « 31/02/2024 »"),
            ("A8", "date illisible : « 04/13/2024 »"),
        ),
    ),
    Expected(18, "18.xlsx", 0, 2, ("1 cellule sans montant lisible dont 1 date (en F3)",)),
    Expected(19, "19.xlsx", 0, 10, ("colonne « Montant » : 3 cellules sans montant lisible (la première en F6)",)),
    Expected(20, "20-cp1252.csv", 0, 5, ("encodage cp1252 (le fichier n'est pas en UTF-8 ;",)),
    Expected(20, "20-utf-8-sig.csv", 0, 5, ("encodage UTF-8",)),
    Expected(20, "20-utf-16.csv", 0, 5, ("encodage UTF-16",)),
    refused(20, "20-mac_roman.csv", "ligne 2, l'octet 0x8F n'est ni en UTF-8 ni en cp1252 ; indiquez l'encodage"),
    refused(20, "20-melange.csv", "ligne 8, l'octet 0x81 n'est ni en UTF-8 ni en cp1252"),
    Expected(21, "21-sep.csv", 0, 1, ("séparateur « ; »",)),
    refused(21, "21-ouvert.csv", "le guillemet ouvert à la ligne 3 n'est pas refermé"),
    Expected(21, "21-long.csv", 0, 2),
    refused(21, "21-nul.csv", "caractère nul à la ligne 3"),
    Expected(
        21,
        "21-inegal.csv",
        3,
        3,
        (),
        ((None, "plus de cellules que de titres (8 pour 6)"), (None, "moins de cellules que de titres (2 pour 6)")),
    ),
    Expected(21, "21-retour.csv", 0, 2),
    Expected(21, "21-fin.csv", 0, 2),
    Expected(
        22, "22.xlsx", 0, 3, ("« Montant » (colonne F) sert, de préférence à « Montant » (colonne G).",), skipped=1
    ),
    Expected(23, "23.xlsx", 0, 5, ("feuille Ancien : ignorée (masquée", "feuille Secret : ignorée (masquée")),
    refused(24, "24-entete.xlsx", NO_ROW),
    refused(24, "24-vide.xlsx", "aucune feuille d'actes"),
    refused(24, "24-entete.csv", NO_ROW),
    refused(24, "24-totaux.csv", NO_ROW),
    refused(25, "25-double.xlsx", "feuille « Actes » : la ligne 2 est écrite deux fois"),
    Expected(25, "25-desordre.xlsx", 0, 2),
    Expected(25, "25-doublons.csv", 0, 3),
    Expected(
        26,
        "26.csv",
        0,
        10,
        (
            "colonne « Patient » : 2 identifiants en notation scientifique (le premier en D4)",
            "colonne « Praticien » : 10 identifiants écrits en nombre décimal (le premier en C2)",
        ),
    ),
    Expected(27, "27.xlsx", 0, 7),
    refused(28, "28-valeur.ods", "la cellule XFD5 étend la feuille à 1048576 lignes × 16384 colonnes"),
    Expected(28, "28-vide.ods", 0, 3),
    Expected(29, "29.xlsx", 1, 5_000),
    Expected(30, "30.csv", 1, 5),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inputs of all numbers, in one place."""
    place = tmp_path_factory.mktemp("trente")
    for make in build.THIRTY.values():
        make(place)
    return place


def test_every_file_is_in_the_table(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} - {"secret.txt"} == {expected.file for expected in TABLE}
    assert sorted({expected.number for expected in TABLE}) == list(range(1, 31))


@pytest.mark.parametrize("expected", TABLE, ids=lambda expected: f"{expected.number:02d}-{expected.file}")
def test_input(folder: Path, tmp_path: Path, expected: Expected) -> None:
    before = contents(folder)
    output = tmp_path / "resultat.json"
    watched = here if expected.rows else run  # what is refused may be a bomb
    found = watched("check", str(folder / expected.file), "-o", str(output), "--as-of", "2026-11-22", cwd=tmp_path)
    assert contents(folder) == before, "an input was touched"
    assert CANARY not in found.err
    assert found.code == expected.code, found.err
    for words in expected.said:
        assert words in found.err
    if expected.rows == 0:
        assert found.out == ""
        assert len(found.errors) == 1, found.err
        assert found.errors[0].endswith(".")
        assert ACCOUNTED in found.err.splitlines()[-1]
        assert contents(tmp_path) == {}, "a partial output"
        return
    assert list(contents(tmp_path)) == ["resultat.json"]
    result = Run(found.code, output.read_text(), found.err, found.mib).json
    assert_accounted(result, expected)
    assert [(row["cell"], row["reason"]) for row in result["rejected"]] == list(expected.rejected)
    assert f", {len(expected.rejected)} ligne" in found.err.splitlines()[-1]


def assert_accounted(result: dict[str, Any], expected: Expected) -> None:
    """Rows announced = rows that gave acts + rejected + skipped; these files have one act a row."""
    totals = {key: sum(entry[key] for entry in result["inputs"]) for key in ("rows", "acts", "rejected", "skipped")}
    assert totals == {
        "rows": expected.rows - expected.skipped,
        "acts": expected.rows - expected.skipped - len(expected.rejected),
        "rejected": len(expected.rejected),
        "skipped": expected.skipped,
    }
    assert result["summary"]["acts"] == totals["acts"]
    assert result["summary"]["rejected"] == totals["rejected"] == len(result["rejected"])


COLUMNS = (
    ("02.xlsx", 3, ""),
    ("05.xlsx", 3, ""),
    ("08.xlsx", 3, ""),
    ("11.xlsx", 3, ""),
    ("03.xlsx", 0, "feuille Actes"),
    ("22.xlsx", 0, "N° Praticien"),
    ("23.xlsx", 0, "feuille Février"),
    ("24-vide.xlsx", 3, "Pas une feuille d'actes"),
    ("20-cp1252.csv", 0, "cp1252"),
)


@pytest.mark.parametrize(("file", "code", "said"), COLUMNS)
def test_columns(folder: Path, tmp_path: Path, file: str, code: int, said: str) -> None:
    found = (run if code else here)("columns", str(folder / file), cwd=tmp_path)
    assert found.code == code, found.err
    assert said in found.out
    assert CANARY not in found.out + found.err
    assert len(found.errors) == (code == 3 and not said)


# --- what a number asks beyond the table ----------------------------------------------------------------------


def checked(folder: Path, file: str, *options: str) -> dict[str, Any]:
    args = ("check", file, "--format", "json", "--as-of", "2026-11-22", *options)
    return here(*args, cwd=folder).json


def test_15_both_calendars_give_the_same_findings(folder: Path) -> None:
    twins = [checked(folder, f"15-{epoch}.xlsx")["findings"] for epoch in (1900, 1904)]
    for finding in twins[0] + twins[1]:
        finding["file"] = None
        for row in finding["related"]:
            row["file"] = None
    assert twins[0] == twins[1] != []


def test_19_amounts_are_exact_or_unknown(folder: Path) -> None:
    found = checked(folder, "19.xlsx", "--only", "donnees/code-inconnu,donnees/annulation-orpheline")["findings"]
    cents = [None if finding["amount"] is None else round(float(finding["amount"]) * 100) for finding in found]
    assert cents == list(build.AMOUNTS.values())


def test_20_names_come_out_as_they_are(folder: Path) -> None:
    for file in ("20-cp1252.csv", "20-utf-8-sig.csv", "20-utf-16.csv"):
        assert {finding["practitioner"] for finding in checked(folder, file)["findings"]} == {"Hélène"}


def test_23_windows_run_across_sheets_and_all_sheets_are_read_on_demand(folder: Path) -> None:
    only = ("--only", "frequence/te2-annuelle")
    found = checked(folder, "23.xlsx", *only)["findings"]
    assert [(finding["sheet"], finding["row"]) for finding in found] == [("Février", 3)]
    assert {row["sheet"] for row in found[0]["related"]} == {"Janvier", "Février"}
    everything = checked(folder, "23.xlsx", *only, "--all-sheets")["inputs"]
    assert [entry["sheet"] for entry in everything] == ["Ancien", "Janvier", "Février", "Secret"]


def test_25_disorder_keeps_every_row_and_a_duplicate_is_named(folder: Path) -> None:
    found = checked(folder, "25-doublons.csv")["findings"]
    assert [(finding["rule"], finding["row"]) for finding in found] == [("donnees/doublon", 3)]


def test_26_one_patient_however_written_and_lossy_ones_unknown(folder: Path) -> None:
    """D7 is three times the same, Hélène twice; 00123 may be another than 123; two numbers were lost."""
    assert checked(folder, "26.csv")["summary"]["patients"] == 5
    found = checked(folder, "26.csv", "--skip", "seuil", "--profile", "interne")
    lost = {entry["rule"]: entry["acts"] for entry in found["unverifiable"] if entry["missing"] == ["patient"]}
    assert lost
    assert set(lost.values()) == {2}
    assert found["summary"]["practitioners"] == 1


def test_30_what_no_text_covers_is_said(folder: Path) -> None:
    found = checked(folder, "30.csv")
    rules = {(finding["row"], finding["rule"]) for finding in found["findings"]}
    assert {(2, "condition/code-hors-periode"), (5, "donnees/date-future"), (6, "donnees/date-future")} <= rules
    assert {row for row, rule in rules if rule == "condition/code-hors-periode"} == {2}
    assert {row for row, rule in rules if rule == "donnees/date-future"} == {5, 6}


# --- the same at full size ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "size", "code", "said"),
    [
        (build.far_column, 200_000, 0, "n'est pas lu (cellule XFD1"),
        (build.spaces, 1024, 3, LONG),
        (build.giant_string, 300, 3, LONG),
    ],
)
def test_full_size(tmp_path: Path, make: Callable[[Path, int], list[Path]], size: int, code: int, said: str) -> None:
    (path,) = make(tmp_path, size)
    found = run("check", str(path), "-o", str(tmp_path / "a.json"), cwd=tmp_path, mib=2_000)
    assert found.code == code, found.err
    assert said in found.err
    assert (tmp_path / "a.json").exists() == (code == 0)


@pytest.mark.slow
def test_29_a_full_sheet_of_faults(tmp_path: Path) -> None:
    (path,) = build.all_faulty(tmp_path, 1_048_575)
    args = ("--only", "condition/code-hors-periode", "--format", "csv", "-o", "a.csv")
    found = run("check", str(path), *args, cwd=tmp_path, mib=4_096, seconds=600)
    assert found.code == 1
    assert ", 1 048 575 constats," in found.err.replace("\u202f", " ")
    assert (tmp_path / "a.csv").read_bytes().count(b"\r\n") == 1_048_576
