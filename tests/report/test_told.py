"""An explanation and a rule in the formats that people keep: page, workbook, lines of CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from a9.main import run

ACTS = """Date de soins;Code acte;Praticien;Patient;Montant
10/01/2023;TE2;A;P1;20,00
12/02/2023;TE2;A;P1;20,00
13/03/2023;TE2;A;P1;20,00
14/04/2023;TE2;A;P1;20,00
15/05/2023;TE2;A;P1;20,00
pas une date;TE2;A;P1;20,00
"""
EXPLAIN = ["explain", "actes.csv", "--as-of", "2023-06-30", "--quiet"]
SHOW = ["rules", "show", "frequence/te2-annuelle", "--at", "2023-01-01"]


@pytest.fixture(autouse=True)
def acts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("actes.csv").write_text(ACTS, encoding="utf-8")


def lines(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(name).read_text("utf-8-sig")), delimiter=";"))


def test_a_line_for_each_rule_that_looked() -> None:
    run([*EXPLAIN, "--at", "6", "-o", "reponse.csv"])
    rows = lines("reponse.csv")
    assert [*rows[0]][:6] == ["Fichier", "Feuille", "Ligne", "Date de soins", "Code acte", "Praticien"]
    (own,) = [row for row in rows if row["Règle"] == "frequence/te2-annuelle"]
    assert (own["Ligne"], own["Verdict"], own["Montant"], own["En jeu"]) == ("6", "non conforme", "20,00", "20,00")
    assert "5 sur l'année civile 2023" in own["Réponse"]
    assert own["URL"].startswith("https://")
    assert {row["Code acte"] for row in rows} == {"TE2"}


def test_a_row_that_was_rejected_is_one_line() -> None:
    run([*EXPLAIN, "--at", "7", "-o", "reponse.csv"])
    (row,) = lines("reponse.csv")
    assert (row["Ligne"], row["Verdict"]) == ("7", "rejeté")
    assert "date" in row["Réponse"]


def test_the_workbook_lists_the_acts_that_were_counted() -> None:
    run([*EXPLAIN, "--at", "6", "-o", "reponse.xlsx"])
    sheet = load_workbook("reponse.xlsx")["Actes comptés"]
    counted = [row for row in sheet.iter_rows(values_only=True) if row[0] == "frequence/te2-annuelle"]
    assert [str(row[2]) for row in counted] == ["2", "3", "4", "5", "6"]


def test_the_page_says_the_answer_first() -> None:
    run([*EXPLAIN, "--at", "6", "-o", "reponse.html"])
    page = Path("reponse.html").read_text("utf-8").replace("\u00a0", " ")
    assert page.index("Réponse : non conforme") < page.index("TE2 : 5 sur l")


@pytest.mark.parametrize("ending", ["csv", "html"])
def test_the_tax_office_learns_nothing_of_the_services(ending: str) -> None:
    run([*EXPLAIN, "--at", "6", "--profile", "fiscal", "-o", f"reponse.{ending}"])
    assert "TE2" not in Path(f"reponse.{ending}").read_text("utf-8").replace("te2-annuelle", "TE2")


def test_a_line_for_each_version_of_a_rule() -> None:
    assert run([*SHOW, "-o", "regle.csv"]) == 0
    rows = lines("regle.csv")
    assert [*rows[0]][:6] == ["Règle", "Titre", "Verdict", "Depuis", "Jusqu'au", "En vigueur"]
    assert rows[0]["Depuis"] == "01/04/2022"
    assert rows[0]["En vigueur"] == "oui"
    assert "limite : 4" in rows[0]["Ce qu'elle demande"]


def test_a_rule_as_a_page_and_a_workbook_has_its_examples() -> None:
    assert run([*SHOW, "-o", "regle.html"]) == 0
    assert "Exemple avec constat" in Path("regle.html").read_text("utf-8")
    assert run([*SHOW, "-o", "regle.xlsx"]) == 0
    assert "Versions" in load_workbook("regle.xlsx").sheetnames
