"""`a9 reconcile` as a user runs it: exit codes, refusals in one sentence, five formats, and nobody's name in any."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from oracle import a9

YEAR = Path(__file__).parents[2] / "fixtures" / "encaissements"
ACTS, BANK, FEC = YEAR / "actes_2023.csv", YEAR / "banque.csv", YEAR / "123456789FEC20231231.txt"
WORDS = ("reconcile", str(ACTS), "--year", "2023", "--as-of", "2024-06-01")
FORMS = ("txt", "csv", "json", "html", "xlsx")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 0),
        (("--snir", "9052,00"), 0),
        (("--snir", "9053"), 0),
        (("--snir", "9 053,01 €"), 1),
        (("--snir", "9053,01", "--tolerance", "1,01"), 0),
        (("--snir", "9052,01", "--tolerance", "0"), 1),
        (("--payments", str(BANK)), 0),
        (("--fec", str(FEC)), 1),
        (("--fec", str(FEC), "--tolerance", "5"), 0),
        (("--fec", str(FEC), "--tolerance", "4,99"), 1),
        (("--payments", str(BANK), "--fec", str(FEC)), 1),
    ],
)
def test_exit_codes(options: tuple[str, ...], code: int) -> None:
    assert a9.run(*WORDS, *options) == code


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (WORDS[:2], 2, "Il manque l'option « --year »"),
        ((*WORDS, "--snir", "cent"), 2, "« cent » n'est pas un montant ; écrire par exemple 184320,50."),
        ((*WORDS, "--snir", "-5"), 2, "« -5 » n'est pas un montant ; écrire par exemple 184320,50."),
        ((*WORDS, "--fec", "-", "--payments", "-"), 2, "ne se lit qu'une fois : donnez un nom aux autres fichiers."),
        ((*WORDS, "--year", "2019"), 2, "--year 2019 : aucun acte fait ou payé cette année-là"),
        ((*WORDS, "--fec", "absent.txt"), 3, "absent.txt : fichier introuvable"),
        ((*WORDS, "--fec", str(BANK)), 3, "ce n'est pas un FEC"),
        ((*WORDS, "--payments", str(FEC)), 3, "n'est pas lisible comme montant|aucun tableau avec une date"),
    ],
)
def test_refusals(words: tuple[str, ...], code: int, sentence: str, tmp_path: Path) -> None:
    target = tmp_path / "resultat.json"
    ran = a9.ran(*words, "-o", str(target))
    assert (ran.code, ran.stdout) == (code, "")
    assert re.search(sentence, ran.stderr), ran.stderr
    assert not target.exists()


def test_rejected_rows_make_it_partial(tmp_path: Path) -> None:
    acts = tmp_path / "actes.csv"
    acts.write_text("Date de soins;Code acte;Montant\n10/01/2023;G;25,00\nhier;G;25,00\n", encoding="utf-8")
    assert a9.run("reconcile", str(acts), "--year", "2023", "--snir", "25,00") == 3


def text_of(file: Path) -> str:
    if file.suffix != ".xlsx":
        return file.read_text(encoding="utf-8")
    with zipfile.ZipFile(file) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("profile", ["interne", "comptable", "cpam", "fiscal"])
def test_nobody_is_named(profile: str, form: str, tmp_path: Path) -> None:
    """Neither the labels of the FEC, nor the numbers of patients."""
    result = tmp_path / f"resultat.{form}"
    ran = a9.ran(*WORDS, "--fec", str(FEC), "--payments", str(BANK), "--profile", profile, "-o", str(result))
    for text in (text_of(result), ran.stderr):
        for secret in ("LEFÈVRE", "CŒURDACIER", "NOËL", "D-00", "Honoraires &quot;", "VIR CPAM"):
            assert secret not in text
    assert ("téléexpertise" in text_of(result) or "teleexpertise" in text_of(result)) is (profile != "fiscal")


def test_a_saved_result_is_shown_as_it_was(tmp_path: Path) -> None:
    saved = tmp_path / "resultat.json"
    asked = (*WORDS, "--fec", str(FEC), "--payments", str(BANK), "--quiet")
    a9.run(*asked, "--format", "json", "-o", str(saved))
    assert json.loads(saved.read_text(encoding="utf-8"))["format"] == "a9-reconcile/1"
    for form in ("table", "csv", "html"):
        assert a9.ran("report", str(saved), "--format", form).stdout == a9.ran(*asked, "--format", form).stdout


def test_the_csv(tmp_path: Path) -> None:
    acts, banked = tmp_path / "actes.csv", tmp_path / "banque.csv"
    acts.write_text(
        "Date de soins;Code acte;Montant;Dépassement;Date de paiement\n10/01/2023;G;25,00;0,00;17/01/2023\n"
        "28/12/2023;G;26,50;0,00;04/01/2024\n",
        encoding="utf-8",
    )
    banked.write_text("Date;Montant\n17/01/2023;20,00\n", encoding="utf-8")
    ran = a9.ran("reconcile", str(acts), "--year", "2023", "--payments", str(banked), "--format", "csv")
    assert ran.stdout.lstrip("\ufeff").replace("\r\n", "\n") == (
        "Face à;Nature;Période;Nombre;Actes;Dépassements;Annulations;Déclaré;Écart\n"
        "paiements;écart;2023;;51,50;;;20,00;-31,50\n"
        "paiements;soins de 2023 payés une autre année;2023;1;;;;;-26,50\n"
        "paiements;reste inexpliqué;2023;;;;;;-5,00\n"
        "paiements;mois;2023-01;;25,00;;;20,00;-5,00\n"
        "paiements;jour qui diffère;17/01/2023;;25,00;;;20,00;-5,00\n"
        ";total des soins;2023;2;51,50;0,00;0,00;;\n"
        ";soins du mois;2023-01;1;25,00;0,00;0,00;;\n"
        ";soins du mois;2023-12;1;26,50;0,00;0,00;;\n"
        ";payé dans le mois;2023-01;1;25,00;0,00;0,00;;\n"
        ";famille : consultation;2023;2;51,50;0,00;0,00;;\n"
    )


@pytest.mark.parametrize(("year", "code"), [("2023", 0), ("2024", 3)])
def test_a_year_of_which_every_row_is_rejected(year: str, code: int, tmp_path: Path) -> None:
    acts = tmp_path / "actes.csv"
    acts.write_text("Date de soins;Code acte;Montant\n10/01/2023;G;25,00\n", encoding="utf-8")
    if code:
        acts.write_text(acts.read_text(encoding="utf-8") + "31/02/2024;G;25,00\n", encoding="utf-8")
    ran = a9.ran("reconcile", str(acts), "--year", year)
    assert ran.code == code
    assert ("1\u00a0ligne rejetée" in ran.stderr) is bool(code)
