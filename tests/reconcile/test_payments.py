"""Payments: any table with a day and an amount, whatever its headings; what cannot be read refuses the file."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest

from avenant9.errors import InputError
from avenant9.reconcile.payments import read_payments
from avenant9.rulebook.load import load_rulebook

FIFTH = date(2023, 1, 5)
NOMENCLATURE = load_rulebook().nomenclature


def read(text: str, encoding: str = "utf-8") -> list[tuple[date, int]]:
    return read_payments("-", NOMENCLATURE, io.BytesIO(text.encode(encoding))).days.rows()


@pytest.mark.parametrize(
    "text",
    [
        "Date;Montant\n05/01/2023;25,00\n",
        "Date de paiement;Montant payé\n2023-01-05;25.00 €\n",
        "Date opération;Libellé;Débit;Crédit\n04/01/2023;LOYER;800,00;\n05/01/2023;CPAM;;25,00\n",
        "Relevé de compte\n\nDate;Date valeur;Débit euros;Crédit euros\n05/01/2023;06/01/2023;;25,00\n",
        "Réglé le|Somme\n5 janv. 2023|25\n",
        "Jour,Montant\n05/01/2023,25.00\n",
        "Montant (EUR)\tDate du règlement\n25,00\t05/01/2023\n",
        "Patient;Date virement CPAM;Montant total\nDUPONT;05/01/2023;25,00\n",
        "Date;Montant\n05/01/2023;25,00\n\nTotal;25,00\n",
    ],
)
def test_headings(text: str) -> None:
    assert read(text) == [(FIFTH, 2500)]


MONTH = [(date(2023, 1, day), 2500 + day) for day in range(1, 13)]


@pytest.mark.parametrize(
    ("head", "line", "said"),
    [
        (
            "Date;Reçu;Solde",
            "{day:%d/%m/%Y};{euros};1000,00",
            ["« Reçu » (colonne B) est lue comme « Montant » d'après son contenu (100 % des lignes) ; si ce n'est "
             "pas elle, titrez l'autre « Montant »."],
        ),
        (
            "Date de valeur;Date opération;Crédit",
            "01/02/2023;{day:%d/%m/%Y};{euros}",
            ["Date de paiement : « Date opération » (colonne B) sert, de préférence à « Date de valeur » "
             "(colonne A)."],
        ),
        (
            "Crédit;Montant;Date",
            ";{euros};{day:%d/%m/%Y}",
            ["Montant : « Montant » (colonne B) sert, de préférence à « Crédit » (colonne A)."],
        ),
        ("Débit;Libellé;Montant net versé;Jour", "5,00;x;{euros};{day:%d/%m/%Y}", None),
    ],
)  # fmt: skip
def test_what_no_list_names(head: str, line: str, said: list[str] | None) -> None:
    """By its words, else by what it holds: it is said."""
    rows = [line.format(day=day, euros=f"{cents / 100:.2f}".replace(".", ",")) for day, cents in MONTH]
    found = read_payments("-", NOMENCLATURE, io.BytesIO("\n".join([head, *rows]).encode()))
    assert found.days.rows() == MONTH
    if said is not None:
        assert [re.sub("\u00a0", " ", words) for words in found.said[1:]] == said


def test_an_old_encoding() -> None:
    assert read("Date opération;Crédit\n05/01/2023;25,00 €\n", "cp1252") == [(FIFTH, 2500)]


def test_what_is_taken_back_counts_less_and_is_said() -> None:
    read_ = read_payments("-", NOMENCLATURE, io.BytesIO(b"Date;Montant\n05/01/2023;25,00\n05/01/2023;-5,00\n"))
    assert read_.days.rows() == [(FIFTH, 2500), (FIFTH, -500)]
    assert [re.sub("\u00a0", " ", words) for words in read_.said] == [
        "2 paiements, jour sous « Date », montant sous « Montant ».",
        "1 montant négatif (-5,00 €) en moins : d'un relevé de banque, ôtez les sorties qui ne sont pas des reprises "
        "de la caisse.",
    ]


@pytest.mark.parametrize(
    ("credit", "debit", "heading"),
    [
        ("C", "D", "Sens"),
        ("CR", "DB", "Sens"),
        ("Crédit", "Débit", "Débit/Crédit"),
        ("+", "-", "sens"),
        ("1", "-1", "D/C"),
    ],
)
def test_what_is_on_the_side_of_debits_is_not_received(credit: str, debit: str, heading: str) -> None:
    lines = f"05/01/2023;25,00;CPAM;{credit}\n06/01/2023;800,00;LOYER;{debit}\n;;Solde;\n"
    read = read_payments("-", NOMENCLATURE, io.BytesIO(f"Date;Montant;Libellé;{heading}\n{lines}".encode()))
    assert read.days.rows() == [(FIFTH, 2500)]
    assert read.said[-1] == "1\u00a0débit, non compté : ce n'est pas reçu."


def test_every_sheet_of_a_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Notes"])
    for name, cents in (("Janvier", 25), ("Février", 30.5)):
        sheet = book.create_sheet(name)
        sheet.append(["Date", "Montant"])
        sheet.append([FIFTH, cents])
    book.save(tmp_path / "paiements.xlsx")
    assert read_payments(str(tmp_path / "paiements.xlsx"), NOMENCLATURE).days.rows() == [(FIFTH, 2500), (FIFTH, 3050)]


FIX = "corrigez cette cellule, ou exportez le fichier à nouveau."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "Date;Montant\n05/01/2023;vingt-cinq\n",
            "-, ligne 2 : la cellule sous « Montant » n'est pas lisible comme montant ; " + FIX,
        ),
        (
            "Date;Montant\n05/01/2023;25,00\nhier;5,00\n",
            "-, ligne 3 : la cellule sous « Date » n'est pas lisible comme date ; " + FIX,
        ),
        (
            "Date;Montant\n05/01/2023;25,00\n;5,00\n",
            "-, ligne 3 : un montant n'a pas de date ; complétez-la, ou ôtez cette ligne.",
        ),
        (
            "Date;Libellé\n05/01/2023;DUPONT Zqx\n",
            "- : aucun tableau avec une date et un montant ; donnez à ses colonnes les titres Date et Montant.",
        ),
        (
            "Date;Montant;Sens\n05/01/2023;25,00;\n",
            "-, ligne 2 : la cellule sous « Sens » ne dit ni débit ni crédit ; " + FIX,
        ),
        (
            "Date;Montant\n05/01/2023;\n",
            "- : aucun montant sous les titres ; vérifiez que l'export contient des paiements.",
        ),
        (
            "Date;Montant\n05/01/2023;25,00;DUPONT\n",
            "-, ligne 2 : plus de cellules que de titres (3 pour 2) ; exportez le fichier à nouveau.",
        ),
    ],
)
def test_what_cannot_be_read_refuses_the_file(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        read(text)
    assert str(refusal.value) == sentence
