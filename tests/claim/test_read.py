"""The caisse's table as it comes: titles of all sorts, groups of columns, totals, several sheets, other formats."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from avenant9.claim.read import Claim, load_claim
from avenant9.errors import InputError
from oracle.subject import rulebook

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, text: str, name: str = "indus.csv", encoding: str = "utf-8") -> Claim:
    (folder / name).write_text(text, encoding=encoding)
    return load_claim(str(folder / name), rulebook().nomenclature)


def of_book(folder: Path, **sheets: list[list[Any]]) -> Claim:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    (folder / "indus.xlsx").write_bytes(out.getvalue())
    return load_claim(str(folder / "indus.xlsx"), rulebook().nomenclature)


CLAIMED = [
    "Indu", "Montant réclamé", "Trop-perçu", "MONTANT INDU (€)", "Somme réclamée", "Montant de l'indu", "Total indu",
    "Montant du trop perçu", "Indu notifié", "Montant à récupérer", "Somme à récupérer (€)", "Montant à reverser",
    "Préjudice", "claimed",
]  # fmt: skip


@pytest.mark.parametrize("title", CLAIMED)
def test_what_heads_the_sums(title: str, tmp_path: Path) -> None:
    claim = read(tmp_path, f"Date des soins;{title};Montant facturé\n10/05/2023;17,50;25,00\n")
    assert claim.table.select("claimed", "amount", "date").row(0) == (1750, 2500, date(2023, 5, 10))


@pytest.mark.parametrize("title", ["Montant", "Total", "Honoraires", "Somme facturée"])
def test_the_only_amount_is_what_is_claimed(title: str, tmp_path: Path) -> None:
    claim = read(tmp_path, f"Date des soins;Acte;{title}\n10/05/2023;G;25,00\n")
    assert claim.table.select("claimed", "amount").row(0) == (2500, None)


@pytest.mark.parametrize(
    ("title", "key", "cell", "value"),
    [
        ("Grief", "cause", "cumul", "cumul"),
        ("Motif", "cause", "cumul", "cumul"),
        ("Motif de l'indu", "cause", "cumul", "cumul"),
        ("Nature de l'anomalie", "cause", "cumul", "cumul"),
        ("Date de mandatement", "payment_date", "10/05/2023", date(2023, 5, 10)),
        ("Mandaté le", "payment_date", "10/05/2023", date(2023, 5, 10)),
        ("Date de paiement", "payment_date", "10/05/2023", date(2023, 5, 10)),
        ("N° FSE", "invoice", "00123", "00123"),
        ("FSE", "invoice", "00123", "00123"),
        ("N° facture", "invoice", "00123", "00123"),
        ("NIR", "patient", "1 70 03 75 123 456 11", "1700375123456"),
        ("N° immatriculation", "patient", "170037512345611", "1700375123456"),
        ("Bénéficiaire", "patient", "ALBIN Paul", "albin paul"),
        ("Cotation", "codes", "G+MCG", ["G", "MCG"]),
        ("RPPS", "practitioner", "10001234567", "10001234567"),
        ("Montant facturé", "amount", "25,00", 2500),
    ],
)
def test_what_heads_the_other_columns(title: str, key: str, cell: str, value: Any, tmp_path: Path) -> None:
    claim = read(tmp_path, f"Indu;{title}\n17,50;{cell}\n")
    assert claim.table[key].to_list() == [value]


def test_titles_of_groups_stand_above_those_of_columns(tmp_path: Path) -> None:
    rows = [
        ["CPAM"],
        ["Acte", None, "Indu"],
        ["Date", "Cotation", "Montant", "Motif"],
        [date(2023, 5, 10), "G", 25, "x"],
    ]
    claim = of_book(tmp_path, Indus=rows)
    assert claim.table.select("row", "date", "codes", "claimed", "cause").rows() == [
        (4, date(2023, 5, 10), ["G"], 2500, "x")
    ]


def test_titles_among_lines_and_totals_are_no_lines(tmp_path: Path) -> None:
    text = "N° FSE;Indu\nCumuls;\nF1;25,00\nSous-total;25,00\n;\nVisites;\nF2;70,00\nTOTAL GÉNÉRAL;95,00\n"
    claim = read(tmp_path, text)
    assert claim.table.select("row", "claimed").rows() == [(3, 2500), (7, 7000)]


def test_a_line_without_its_sum_is_a_line(tmp_path: Path) -> None:
    claim = read(tmp_path, "N° FSE;Acte;Indu\nF1;G;25,00\nF2;VL;\n")
    assert claim.table.select("row", "claimed").rows() == [(2, 2500), (3, None)]


def test_every_sheet_that_claims_something_is_read(tmp_path: Path) -> None:
    titles = ["N° FSE", "Indu"]
    claim = of_book(tmp_path, Lisez=[["Votre dossier"]], Janvier=[titles, ["F1", 25]], Mars=[titles, ["F2", 70]])
    assert claim.table.select("line", "input", "row", "claimed").rows() == [(0, 0, 2, 2500), (1, 1, 2, 7000)]
    assert [entry.sheet for entry in claim.inputs] == ["Janvier", "Mars"]
    assert [left.sheet for left in claim.unread] == ["Lisez"]


def test_a_table_of_windows(tmp_path: Path) -> None:
    claim = read(tmp_path, "N° FSE;Trop-perçu;Grief\nF1;1 234,50 €;non justifié\n", encoding="cp1252")
    assert claim.table.select("claimed", "cause").row(0) == (123450, "non justifié")


def test_a_cause_without_who_the_patient_is(tmp_path: Path) -> None:
    text = "Indu;NIR;Nom;Prénom;Motif\n25,00;170037512345611;ALBIN;Paul;M. Albin Paul (170037512345611) non vu\n"
    claim = read(tmp_path, text)
    assert claim.table.select("cause", "cause_plain").row(0) == (
        "M. Albin Paul ([…]) non vu",
        "[…] ([…]) non vu",
    )
    text = "Indu;Motif\n25,00;Mme DURAND-PETIT Marie vue deux fois (née le 12/05/1960), G le 03/05/2023\n"
    claim = read(tmp_path, text)
    assert claim.table["cause_plain"][0] == "[…] vue deux fois ([…]), G le 03/05/2023"


def test_what_is_unreadable_is_unknown_and_said(tmp_path: Path) -> None:
    claim = read(tmp_path, "Indu;Date des soins;Acte\n25,00;10/05/2023;consultation au cabinet\n17,50;un jour;G\n")
    assert claim.table.select("date", "codes").rows() == [(date(2023, 5, 10), None), (None, ["G"])]
    assert any("sans code lisible" in said for said in map(str, claim.notices))


def test_several_numbers_of_one_doctor(tmp_path: Path) -> None:
    (tmp_path / "indus.csv").write_text("N° AM;N° FSE;Indu\n219999991;F1;25,00\n", encoding="utf-8")
    same = {"219999991": "10001234567"}
    claim = load_claim(str(tmp_path / "indus.csv"), rulebook().nomenclature, practitioners=same)
    assert claim.table["practitioner"].to_list() == ["10001234567"]


def test_a_row_of_another_width_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        read(tmp_path, "Indu;Motif\n25,00;a\n25,00;b;c\n")
    assert refusal.value.problem == "ligne 3 : plus de cellules que de titres (3 pour 2)"
