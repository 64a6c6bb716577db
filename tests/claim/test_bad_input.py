"""A claim that cannot be answered is refused in one sentence, and nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle import a9

if TYPE_CHECKING:
    from pathlib import Path

ACTS = "date;code;practitioner;patient;amount;invoice\n10/05/2023;G;A;P1;25,00;F1\n11/05/2023;G;B;P2;25,00;F2\n"


def ran(folder: Path, claim: str, *options: str) -> a9.Ran:
    (folder / "actes.csv").write_text(ACTS, encoding="utf-8")
    (folder / "indus.csv").write_text(claim, encoding="utf-8")
    out = ("-o", str(folder / "out.json"), "--as-of", "2024-01-15", "--quiet")
    return a9.ran("claim", str(folder / "indus.csv"), str(folder / "actes.csv"), *out, *options)


@pytest.mark.parametrize(
    ("claim", "code", "said"),
    [
        ("Date des soins;Acte\n10/05/2023;G\n", 3, "pas de colonne de sommes réclamées (lus : Date des soins, Acte)"),
        ("Date des soins;Acte;Indu\n", 3, "aucune ligne sous les titres"),
        ("Date des soins;Acte;Indu\nVisites;;\nTotal;;25,00\n", 3, "aucune ligne sous les titres"),
        ("N° FSE;Indu\nF1;25,00\nF2;voir note\n", 3, "cellule B3 : la somme réclamée n'est pas un nombre"),
        ("N° FSE;Indu\nF1;25,00 €\nF2;25,00 CHF\n", 3, "cellule B3 : somme dans une autre monnaie que l'euro"),
        ("N° FSE;Indu\nF1;25,00\nF2;-25,00\n", 3, "ligne 3 : une somme négative parmi des sommes positives"),
        ("", 3, "le fichier est vide"),
    ],
)
def test_a_claim_that_is_none(claim: str, code: int, said: str, tmp_path: Path) -> None:
    found = ran(tmp_path, claim, "--letter", str(tmp_path / "lettre.docx"))
    assert (found.code, found.stderr.count("\n")) == (code, 1), found.stderr
    assert said in found.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["actes.csv", "indus.csv"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--letter", "lettre.pdf"), "la lettre est un fichier .docx"),
        (("--profile", "fiscal"), "profil fiscal"),
        (("--practitioner", "C"), "ne réclame rien à ce praticien"),
        (("--notified", "hier"), "n'est pas une date"),
    ],
)
def test_options_that_cannot_be_followed(options: tuple[str, ...], said: str, tmp_path: Path) -> None:
    found = ran(tmp_path, "Praticien;N° FSE;Indu\nA;F1;25,00\nB;F2;25,00\n", *options)
    assert found.code == 2
    assert said in found.stderr
    assert not (tmp_path / "out.json").exists()


def test_a_letter_is_one_practitioner_s(tmp_path: Path) -> None:
    claim, letter = "Praticien;N° FSE;Indu\nA;F1;25,00\nB;F2;25,00\n", tmp_path / "lettre.docx"
    several = ran(tmp_path, claim, "--letter", str(letter))
    assert (several.code, letter.exists(), (tmp_path / "out.json").exists()) == (2, False, False)
    assert (
        "la réclamation vise plusieurs praticiens (A et B) ; choisissez-en un par --practitioner ID."
        in several.stderr
    )
    one = ran(tmp_path, claim, "--letter", str(letter), "--practitioner", "A")
    assert (one.code, letter.exists()) == (1, True)  # a line is contestable


def test_sums_that_are_all_negative_are_those_to_pay_back(tmp_path: Path) -> None:
    assert ran(tmp_path, "N° FSE;Indu\nF1;-25,00\n").code == 1
    assert '"claimed": "25.00"' in (tmp_path / "out.json").read_text(encoding="utf-8")


def test_acts_that_could_not_all_be_read_are_said_by_the_status(tmp_path: Path) -> None:
    (tmp_path / "mars.csv").write_text("date;code\n31/02/2023;G\n01/03/2023;G\n", encoding="utf-8")
    found = ran(tmp_path, "N° FSE;Indu\nF1;25,00\n", str(tmp_path / "mars.csv"))
    assert found.code == 3
    assert (tmp_path / "out.json").exists()
