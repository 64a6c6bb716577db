"""The sums beside the points, and two years side by side, as people read them."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from avenant9.documents import forfait
from avenant9.documents.render import render
from avenant9.forfait.answers import Answer, Patients, Practice
from avenant9.forfait.read import Entry, load_practices
from avenant9.forfait.run import run
from avenant9.report.document import Document, Table
from avenant9.report.page import Page
from avenant9.results.base import dumps
from avenant9.results.forfait import Forfait, Forfaits
from forfait.answered import full, scales

TODAY = date(2026, 11, 29)
FORTY = Path(__file__).resolve().parents[2] / "fixtures" / "practices" / "quarante_medecins_2026.xlsx"
LISTED: dict[str, Answer] = {
    "patientele.moins_7": Patients(60),
    "patientele.de_7_a_74": Patients(700),
    "patientele.de_75_a_79": Patients(50),
    "patientele.de_80_et_plus": Patients(40),
    "patientele.ald_moins_80": Patients(180),
    "patientele.ald_80_et_plus": Patients(70),
    "patientele.c2s": 100,
    "medecin.age": 67,
}
DOCTOR = Practice("Dr", {**full(2026), **full(2025), **LISTED})


def documented(practice: Practice, *years: int) -> tuple[Forfait | Forfaits, Document]:
    found = run([Entry(practice, years[-1])], scales(), TODAY, compare=years)
    return found, forfait.document(found, whole=False)


def table(document: Document, title: str) -> Table:
    return next(section.tables[0] for section in document.sections if section.title == title)


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def test_the_sums_are_said_after_the_points_with_their_bounds() -> None:
    _, document = documented(DOCTOR, 2026)
    assert plain(document.answer) == (
        "420 points, soit 2 940,00 €, sur 420 points possibles (2 940,00 €). Forfait médecin traitant : 27 675,00 € "
        "(de 27 675,00 € à 30 342,50 €). Service d'accès aux soins (SAS) : 1 000,00 €. En tout : 31 615,00 €."
    )
    rows = [(row[0], row[1]) for row in table(document, "Ce que donne 2026").rows]
    assert rows == [
        ("Dotation numérique", 294_000),
        ("Forfait médecin traitant", 2_767_500),
        ("Service d'accès aux soins (SAS)", 100_000),
    ]


def test_a_year_to_be_checked_says_so_first_and_last() -> None:
    _, document = documented(DOCTOR, 2027)
    assert "À vérifier : aucune source ne donne les seuils et les montants de 2027" in document.answer


def test_what_nobody_told_is_not_established() -> None:
    _, document = documented(Practice("Dr", full(2026)), 2026)
    assert "Forfait médecin traitant : non renseigné." in document.answer
    assert "En tout : au moins 3\u00a0940,00\u00a0€." in document.answer


def test_each_scheme_of_two_years_and_the_difference() -> None:
    _, document = documented(DOCTOR, 2025, 2026)
    found = table(document, "Ce que donne chaque dispositif")
    assert list(found.rows) == [
        ("Forfait structure", 780_500, 0, -780_500),
        ("Forfait patientèle médecin traitant (FPMT)", 1_913_000, 0, -1_913_000),
        ("Dotation numérique", 0, 294_000, 294_000),
        ("Forfait médecin traitant", 0, 2_767_500, 2_767_500),
        ("Service d'accès aux soins (SAS)", 0, 100_000, 100_000),
    ]
    assert found.total == ("En tout", 2_693_500, 3_161_500, 468_000)
    assert plain(document.answer) == (
        "2025 : 26 935,00 € ; 2026 : 31 615,00 € ; différence : +4 680,00 €. Sans compter, en 2025, la majoration de "
        "précarité (part de C2S au-dessus de 7 %) et la Rosp du médecin traitant."
    )


def test_each_line_of_the_list_of_patients() -> None:
    _, document = documented(DOCTOR, 2025, 2026)
    assert list(table(document, "Ligne par ligne").rows)[:2] == [
        ("Patients de moins de 7 ans, sans ALD", 60, 36_000, 90_000, 54_000),
        ("Patients de 7 à 74 ans, sans ALD", 700, 350_000, 350_000, 0),
    ]


@pytest.fixture(scope="module")
def forty() -> Forfaits:
    found = run(load_practices(str(FORTY), scales().keys), scales(), TODAY, compare=(2025,))
    assert isinstance(found, Forfaits)
    return found


def test_forty_doctors_side_by_side(forty: Forfaits) -> None:
    document = forfait.document(forty, whole=False)
    assert plain(document.answer).startswith("Sur 38 cabinets, 36 gagnent et 2 perdent. ")
    rows = {row[0]: row[1:4] for row in table(document, "Cabinet par cabinet").rows}
    assert len(rows) == 40
    assert rows["Médecin 12"] == (698_250, None, None)
    assert rows["Médecin 27"] == (None, None, None)  # 2025 lacks its list too: it is not the forfait structure alone
    by_practice, by_scheme = table(document, "Cabinet par cabinet"), table(document, "Ce que donne chaque dispositif")
    assert by_practice.total is not None
    assert by_scheme.total is not None
    assert by_practice.total[1:4] == by_scheme.total[1:]
    for column in (1, 2, 3):
        assert sum(row[column] for row in by_scheme.rows if isinstance(row[column], int)) == by_scheme.total[column]


def test_the_csv_has_each_sum_with_its_lines(forty: Forfaits) -> None:
    text = render("csv", forty, Page()).decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text), delimiter=";") if row["Année"] == "2026"]
    for one in forty.results:
        if one.year == 2026 and one.sums[0].euros is not None:
            own = [row for row in rows if row["Cabinet"] == one.practice and row["Somme"] == "fmt"]
            assert sum(Decimal(row["Euros"].replace(",", ".")) for row in own) * 100 == one.sums[0].euros


def test_years_before_have_no_words_for_the_sums() -> None:
    found = run([Entry(DOCTOR, 2024)], scales(), TODAY)
    assert isinstance(found, Forfait)
    text = dumps(found).decode()
    assert [key for key in ("sums", "total_euros", "scheme", "review", '"name"') if key in text] == []
