"""The report of `a9 check` as a document: what each section holds, for each reader."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook

from avenant9 import profile
from avenant9.documents import check as check_document
from avenant9.documents.render import render as rendered
from avenant9.model import Unread, Verdict
from avenant9.period import Period
from avenant9.records import replace
from avenant9.report import xlsx
from avenant9.report.document import Document, Fact, Section
from avenant9.report.page import Page
from avenant9.results.check import Known, Report, Waived
from report.reports import (
    DOUBT,
    FIFTH,
    LATE,
    NOT_COUNTED,
    REJECTED,
    THRESHOLD,
    UNVERIFIABLE,
    YEAR,
    report,
)

MONTHS = [
    {"month": "2022-01", "total": 40, "remote": 10, "share_to_date": "0.250000"},
    {"month": "2022-02", "total": 60, "remote": 14, "share_to_date": "0.240000"},
]
OTHER = {**FIFTH, "practitioner": "10009999999", "row": 62, "fingerprint": "0011223344556681", "at_stake": 1000}


def full(**changes: object) -> Report:
    fields: dict[str, object] = {
        "unverifiable": UNVERIFIABLE,
        "rejected": REJECTED,
        "threshold": ({**THRESHOLD, "months": MONTHS},),
        **changes,
    }
    return report(FIFTH, DOUBT, LATE, YEAR, **fields)


def shown(found: Report, name: str = "comptable", **options: bool) -> Document:
    return check_document.document(profile.apply(found, name), **options)


def section(document: Document, title: str) -> Section:
    (found,) = [section for section in document.sections if section.title == title]
    return found


def records(document: Document, title: str) -> list[dict[str, Any]]:
    (listed,) = section(document, title).tables
    headings = [column.heading for column in listed.columns]
    return [dict(zip(headings, row, strict=True)) for row in listed.rows]


def test_the_sections_in_their_order() -> None:
    assert [section.title for section in shown(full()).sections] == [
        "En bref",
        "Par règle",
        "Par praticien",
        "Sur un praticien et une année",
        "Graphiques",
        "Constats",
        "Constats probablement prescrits",
        "Activité à distance",
        "Non vérifiable",
        "Lignes rejetées",
        "Textes",
        "Lecture",
    ]


def test_the_answer_is_the_one_of_the_text() -> None:
    document = shown(full())
    said = rendered("table", profile.apply(full(), "comptable"), Page(1000)).split("\n")[0]
    assert (document.answer, document.verdict) == (said, Verdict.VIOLATION)
    assert document.footer == (
        "Règles : version 1.0.0, à jour au 22/11/2026, 61\u00a0règles.",
        "Contrôle fait au 22/11/2026, profil comptable.",
        "Constat technique, ne vaut pas avis de la caisse.",
    )


def test_a_finding_has_what_a_notification_says() -> None:
    first, second = records(shown(full()), "Constats")
    assert first == {
        "Verdict": "violation",
        "Cause": "Téléexpertise (TE2) : 4 par année civile et par patient",
        "Nature (code acte)": "TE2",
        "Montant": 2000,
        "En jeu": 2000,
        "dont AMO": 1400,
        "Date de soins": date(2022, 11, 3),
        "Date de paiement": None,
        "N° facture": "000123",
        "Praticien": "10001234567",
        "Patient": "P0007",
        "Feuille": "Actes",
        "Ligne": 57,
        "Constat": "5e TE2 de 2022 pour ce patient, 4 au plus : ne pas facturer l'acte, ou l'annuler.",
        "Texte": "Décision UNCAM, NGAP, TE2",
        "Adresse": "https://exemple.fr/te2",
        "Fichier": "actes.xlsx",
        "Heure": "09:30",
        "Règle": "frequence/te2-annuelle",
        "Empreinte": "0011223344556677",
    }
    assert (second["Ligne"], second["Montant"], second["En jeu"]) == (61, None, None)


def test_what_can_no_longer_be_claimed_stands_apart() -> None:
    late = section(shown(full()), "Constats probablement prescrits")
    assert (late.sheet, len(late.words)) == ("Probablement prescrits", 1)
    assert [row["Ligne"] for row in records(shown(full()), "Constats probablement prescrits")] == [60]


def test_a_finding_on_a_practitioner_has_no_row() -> None:
    assert records(shown(full()), "Sur un praticien et une année") == [
        {
            "Verdict": "violation",
            "Cause": "Activité à distance : 20 % des actes au plus",
            "Praticien": "10001234567",
            "Année": 2022,
            "En jeu": 8000,
            "Constat": "24 actes à distance sur 100 en 2022, 20 au plus.",
            "Règle": "seuil/activite-distance",
        }
    ]


def test_each_row_counts_once_for_its_practitioner() -> None:
    again = {**FIFTH, "rule": "frequence/te2-douze-mois", "at_stake": 1500}
    assert records(shown(report(FIFTH, again, OTHER, YEAR)), "Par praticien") == [
        {
            "Praticien": "10001234567",
            "Non conformes": 3,
            "En jeu": 2000,
            "À examiner": 0,
            "En jeu, à examiner": 0,
            "En jeu, plafond": 8000,
        },
        {
            "Praticien": "10009999999",
            "Non conformes": 1,
            "En jeu": 1000,
            "À examiner": 0,
            "En jeu, à examiner": 0,
            "En jeu, plafond": 0,
        },
    ]


def test_an_amount_that_nobody_knows_is_no_zero() -> None:
    (row,) = records(shown(report(DOUBT)), "Par praticien")
    assert (row["En jeu"], row["En jeu, à examiner"]) == (0, None)


def test_practitioners_have_their_sheets_where_there_are_several() -> None:
    several = report(FIFTH, OTHER, LATE)
    titles = [section.title for section in shown(several, as_workbook=True).sections]
    assert [title for title in titles if title.startswith("Praticien")] == [
        "Praticien 10001234567",
        "Praticien 10009999999",
    ]
    assert [row["Ligne"] for row in records(shown(several, as_workbook=True), "Praticien 10001234567")] == [
        57,
        60,
    ]
    for alone in (shown(several), shown(full(), as_workbook=True)):
        assert not any(section.title.startswith("Praticien") for section in alone.sections)


def test_too_many_sheets_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_document, "_MOST_SHEETS", 1)
    document = shown(report(FIFTH, OTHER), as_workbook=True)
    assert section(document, "Feuilles par praticien").words == (
        "Une feuille pour chacun des 1 praticiens aux plus grandes sommes en jeu ; 1\u00a0autre, dans « Anomalies » "
        "et « Probablement prescrits » seulement.",
    )
    assert [section.title for section in document.sections if section.title.startswith("Praticien")] == [
        "Praticien 10001234567"
    ]
    monkeypatch.setattr(check_document, "_MOST_REPEATED", 1)
    (words,) = section(shown(report(FIFTH, OTHER), as_workbook=True), "Feuilles par praticien").words
    assert words.startswith("Trop de constats")


def test_the_share_to_date_is_drawn_beside_its_ceiling() -> None:
    activity = section(shown(full()), "Activité à distance")
    (chart,) = activity.charts
    assert (chart.form, chart.categories) == ("line", (date(2022, 1, 1), date(2022, 2, 1)))
    assert chart.series[0].values == (Decimal("0.25"), Decimal("0.24"))
    assert chart.limits[0].values == (Decimal("0.2"), Decimal("0.2"))
    assert activity.tables[0].rows == [
        ("10001234567", 2022, 100, 24, Decimal("0.24"), Decimal("0.2"), "dépassé de 4\u00a0actes")
    ]
    assert activity.tables[1].rows[1] == ("10001234567", date(2022, 2, 1), 60, 14, Decimal("0.24"), Decimal("0.2"))


def test_what_was_not_checked() -> None:
    document = shown(full())
    assert [next(iter(row.values())) for row in records(document, "Non vérifiable")] == [
        "Colonne « Médecin traitant » absente",
        "Valeurs manquantes dans « Patient »",
        "Colonnes « Secteur » et « OPTAM » absentes",
    ]
    assert [tuple(row.values()) for row in records(document, "Lignes rejetées")] == [
        ("actes.xlsx", "Actes", 58, "A58", "date illisible : 31/02/2022")
    ]


def test_rows_that_do_not_count() -> None:
    document = shown(report(not_counted=NOT_COUNTED, summary=replace(report().summary, not_counted=2)))
    assert [tuple(row.values()) for row in records(document, "Lignes non comptées")] == [
        ("actes.xlsx", "Actes", 62, "rejeté"),
        ("actes-2.csv", None, 3, "annulé"),
    ]
    assert Fact("Lignes non comptées", 2, "integer") in section(document, "En bref").facts
    assert document.answer.endswith(" ; 2\u00a0lignes rejetées ou annulées ne sont pas comptées.")


def test_what_was_set_apart() -> None:
    waived = Waived("00", "frequence/te2-annuelle", "a.csv", None, 3, "Vu", "Dr A", date(2026, 1, 2), None)
    known = Known("01", "seuil/activite-distance", None, None, None, Verdict.VIOLATION, 8000)
    document = shown(report(waived=(waived,), known=(known,)))
    assert [tuple(row.values()) for row in records(document, "Constats acceptés")] == [
        ("frequence/te2-annuelle", "a.csv", None, 3, "Vu", "Dr A", date(2026, 1, 2), None)
    ]
    assert [tuple(row.values()) for row in records(document, "Constats déjà connus")] == [
        ("seuil/activite-distance", None, None, None)
    ]


def test_a_finding_is_explained() -> None:
    details = [*(section(shown(full()), "Constats").tables[0].details or ())]
    assert details[0].split("\n") == [
        "Règle : Téléexpertise (TE2) : 4 par année civile et par patient [frequence/te2-annuelle].",
        "Fenêtre : du 01/01/2022 au 31/12/2022.",
        "Compté à cette ligne : 5, au plus 4.",
        "Lignes liées : 12 ; 3 (actes-2.csv).",
        "Texte : Décision UNCAM, NGAP, TE2 (source secondaire).",
        "À faire : comparez avec le dossier ; si l'acte est facturé à tort, corrigez la facture ou proposez la "
        "régularisation à la caisse ; sinon, gardez les pièces qui le justifient.",
        'Détail du compte : a9 explain "actes.xlsx" --at "Actes!57"',
    ]
    assert len(details) == 2


def test_a_window_without_an_end_has_none() -> None:
    once = {**FIFTH, "explanation": {"window": Period(date(2021, 9, 25), None), "limit": 1, "count": 2}}
    details = [*(section(shown(report(once)), "Constats").tables[0].details or ())]
    assert details[0].split("\n")[1] == "Fenêtre : depuis le 25/09/2021."


def test_nothing_is_left_to_do_where_the_fund_cannot_claim_any_more() -> None:
    details = [*(section(shown(full()), "Constats probablement prescrits").tables[0].details or ())]
    assert details[0].split("\n") == [
        "Règle : Téléexpertise (TE2) : 4 par année civile et par patient [frequence/te2-annuelle].",
        "Texte : Décision UNCAM, NGAP, TE2 (source secondaire).",
        "Payé depuis plus de trois ans : hors fraude ou notification reçue, la caisse ne peut plus le réclamer.",
        'Détail du compte : a9 explain "actes.xlsx" --at "Actes!60"',
    ]


def test_a_fund_finds_first_what_it_looks_for() -> None:
    headings = list(records(shown(full(), "cpam"), "Constats")[0])
    assert headings[:6] == ["N° facture", "Date de soins", "Date de paiement", "Montant", "En jeu", "dont AMO"]
    assert headings[6:9] == ["Verdict", "Constat", "Nature (code acte)"]


def every_word(found: Report, name: str) -> str:
    """All that a workbook and a page of the report may show."""
    document = shown(found, name, as_workbook=True)
    book = load_workbook(io.BytesIO(xlsx.render(document)))
    cells = [str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    details = [words for section in document.sections for listed in section.tables for words in listed.details or ()]
    return "\n".join([*book.sheetnames, *cells, *details])


@pytest.mark.parametrize("name", profile.PROFILES)
def test_patients_as_the_profile_says(name: str) -> None:
    said = every_word(full(), name)
    assert ("1850175000001" in said) is (name == "interne")
    assert ("P0007" in said) is (name != "interne")


def test_no_nature_of_services_for_taxes() -> None:
    said = every_word(full(), "fiscal")
    for word in ("TE2", "te2-", "Téléexpertise", "NGAP", "UNCAM", "distance", "0011223344556677", "a9 explain"):
        assert word not in said
    assert records(shown(full(), "fiscal"), "Constats")[0]["Cause"] == "Fréquence"
    assert records(shown(full(), "fiscal"), "Constats")[0]["Constat"] == "Fréquence : 20,00\u00a0€ en jeu."


def test_nothing_found() -> None:
    document = shown(report())
    assert [section.title for section in document.sections] == ["En bref", "Lecture"]
    assert load_workbook(io.BytesIO(xlsx.render(document))).sheetnames == ["Synthèse"]


def test_no_act() -> None:
    document = shown(report(summary=replace(report().summary, acts=0), inputs=()))
    assert document.verdict is Verdict.REVIEW
    facts = {fact.label: fact.value for fact in section(document, "En bref").facts}
    assert (facts["Actes contrôlés"], facts["En jeu, non conforme"]) == (0, 0)


def test_quantities_are_shown_where_some_are_not_one() -> None:
    double = {**FIFTH, "quantity": 2}
    assert records(shown(report(double)), "Constats")[0]["Quantité"] == 2
    assert "Quantité" not in records(shown(report(FIFTH)), "Constats")[0]


def test_months_without_a_finding_are_drawn_too() -> None:
    later = {**FIFTH, "date": date(2023, 2, 1), "verdict": "review"}
    charts = section(shown(report(FIFTH, later)), "Graphiques").charts
    by_month = charts[-1]
    assert by_month.categories == (date(2022, 11, 1), date(2022, 12, 1), date(2023, 1, 1), date(2023, 2, 1))
    assert [series.values for series in by_month.series] == [(1, 0, 0, 0), (0, 0, 0, 1)]


def test_a_rule_without_a_title_is_named_by_its_family() -> None:
    empty = report(FIFTH)
    without = empty.findings.with_columns(source=pl.lit(None, pl.String), explanation=pl.lit(None, pl.UInt32))
    document = shown(report(FIFTH, findings=without, sources={}, titles={}))
    assert records(document, "Constats")[0]["Cause"] == "Fréquence"


# --- the workbook ---------------------------------------------------------------------------------------------


def test_a_workbook_says_first_what_it_is() -> None:
    found = full(
        unread=(Unread("b.xlsx", None, "illisible", "réenregistrez-le"),), notices=("un avis",), zone="reunion"
    )
    document = shown(found, as_workbook=True)
    book = load_workbook(io.BytesIO(xlsx.render(document)))
    assert book.sheetnames[:3] == ["Lisez-moi", "Synthèse", "Anomalies"]
    said = {
        row[0].value: row[1].value
        for row in book["Lisez-moi"].iter_rows()
        if row[0].value and row[1].value is not None
    }
    assert said["Zone"] == "La Réunion"
    assert said["Profil"] == "comptable : les patients sous pseudonyme"
    assert said["Non lu"] == "b.xlsx, non lu : illisible ; réenregistrez-le."
    assert said["À savoir"] == "un avis"
    assert said["Contrôle fait au"].date() == found.as_of
    assert set(book.sheetnames) - {"Lisez-moi"} <= {row[0].value for row in book["Lisez-moi"].iter_rows()}


def test_findings_are_ready_to_read_print_and_accept() -> None:
    book = load_workbook(io.BytesIO(xlsx.render(shown(full(), as_workbook=True))))
    sheet = book["Anomalies"]
    headings = [cell.value for cell in sheet[1]]
    assert headings[:3] == ["Verdict", "Constat", "Nature (code acte)"]
    assert headings[-5:] == ["Empreinte", "Motif", "Auteur", "Date", "Jusqu'au"]
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.page_setup.fitToHeight) == ("C2", "$1:$1", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    printed = sheet[sheet.print_area.partition("!")[2].replace("$", "")]
    assert printed[0][-1].value == "N° facture"
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)].count(None) == 0
    assert sheet.max_row == 4  # the finding on a practitioner and a year is one to accept too


def test_a_sheet_for_each_family() -> None:
    money = {**FIFTH, "rule": "tarif/conventionnel", "fingerprint": "0011223344556699"}
    book = load_workbook(io.BytesIO(xlsx.render(shown(report(FIFTH, money, DOUBT), as_workbook=True))))
    assert book.sheetnames[2:5] == ["Anomalies", "Fréquence", "Tarif"]
    assert [book[name].max_row for name in ("Anomalies", "Fréquence", "Tarif")] == [4, 3, 2]
    alone = load_workbook(io.BytesIO(xlsx.render(shown(report(FIFTH, DOUBT), as_workbook=True))))
    assert "Fréquence" not in alone.sheetnames


def test_nothing_to_accept_where_no_fingerprint_is_shown() -> None:
    headings = list(records(shown(full(), "fiscal", as_workbook=True), "Constats")[0])
    assert "Motif" not in headings
