"""The follow-up of the ceiling and its letter as people read them: pages, lines of CSV, and the result read back."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from avenant9.documents import threshold as report
from avenant9.documents.render import render
from avenant9.model import Rejected, Verdict
from avenant9.records import replace
from avenant9.report import html, text, xlsx
from avenant9.report.page import Page
from avenant9.results.base import Source, dumps
from avenant9.results.threshold import Followed, Granted, Group, Passage, Request, Text, Threshold
from avenant9.results.year import OfMonth, Projection

SOURCE = Source(title="Un texte", article="art. 1er", url="https://exemple.fr")
MONTHS = (
    OfMonth(month="2022-02", total=60, remote=10, share_to_date="0.166667"),
    OfMonth(month="2022-05", total=40, remote=34, share_to_date="0.440000"),
)
ENTRY = Followed(
    practitioner="10001234567",
    specialty="33",
    label="psychiatrie générale",
    year=2022,
    until=None,
    total=100,
    remote=44,
    share="0.440000",
    ceiling="0.200000",
    over=True,
    excess=24,
    margin=0,
    to_add_in_person=120,
    months=MONTHS,
    projection=None,
    verdict="violation",
    at_most="0.440000",
)
WITHIN = ENTRY.model_copy(
    update={
        "practitioner": "10007654321",
        "specialty": None,
        "label": None,
        "over": False,
        "ceiling": Decimal("0.450000"),
        "excess": 0,
        "margin": 1,
        "to_add_in_person": 0,
        "verdict": "ok",
        "derogation": Granted(year=2021, decided_on=date(2020, 12, 1), conditions=("a", "b")),
    }
)
UNSURE = ENTRY.model_copy(
    update={
        "over": False,
        "verdict": "unverifiable",
        "unknown": 5,
        "at_most": Decimal("0.490000"),
        "missing": ("specialty", "treating_doctor"),
    }
)
TEXT = Text(from_=date(2022, 1, 1), until=date(2022, 12, 31), source=SOURCE, remark="Une remarque.")


def result(*entries: Followed, **more: object) -> Threshold:
    return Threshold.model_validate({"as_of": date(2023, 1, 15), "practitioners": entries, "texts": (TEXT,), **more})


def shown(whole: Threshold, **page: object) -> str:
    return text.render(report.document(whole), Page(**page)).replace("\u00a0", " ")  # type: ignore[arg-type]


def test_a_whole_page() -> None:
    group = Group(group="33 psychiatrie générale", practitioners=2, over_20=2, over_30=1, year=2022)
    rejected = Rejected(file="a.csv", sheet=None, row=7, cell="A7", reason="date illisible")
    whole = result(ENTRY, WITHIN, by_group=(group,), notes=("Une note.",), rejected=(rejected,))
    assert (
        shown(whole)
        == """\
Activité à distance : suivi du plafond
--------------------------------------

2 années suivies (2 praticiens) : plafond dépassé 1 fois et respecté 1 fois.

Par praticien et par année
--------------------------
Praticien    Année  Actes  À distance  Part  Plafond  Dépassé  Excédent
-----------  -----  -----  ----------  ----  -------  -------  --------
10001234567  2022     100          44  44 %     20 %  oui            24
10007654321  2022     100          44  44 %     45 %  non             0

Praticien 10001234567, 2022
---------------------------
    Spécialité : 33 psychiatrie générale
    Actes comptés : 100
    À distance : 44 actes, soit 44 %
    Plafond : 20 %
    Actes à distance de trop : 24
    ou actes en présence à ajouter : 120
Part à distance depuis le 1er janvier
janvier 2022        -                           │
février 2022  16,67 %  █████████████████████    │
mars 2022     16,67 %  █████████████████████    │
avril 2022    16,67 %  █████████████████████    │
mai 2022      44,00 %  █████████████████████████│██████████████████████████████
│ : plafond de 20 %
Mois          Actes  À distance  Part du mois  Part depuis janvier
------------  -----  ----------  ------------  -------------------
janvier 2022      0           0             -                    -
février 2022     60          10       16,67 %              16,67 %
mars 2022         0           0             -              16,67 %
avril 2022        0           0             -              16,67 %
mai 2022         40          34       85,00 %              44,00 %
                100          44       44,00 %              44,00 %
Aucun acte en janvier, de mars à avril et de juin à décembre 2022 : vérifiez
qu'il ne manque pas d'export.

Praticien 10007654321, 2022
---------------------------
    Actes comptés : 100
    À distance : 44 actes, soit 44 %
    Plafond : 45 % (aménagement accordé pour 2021, décidé le 01/12/2020,
    reconduit tacitement en 2022)
    Marge d'actes à distance : 1
    Conditions de l'aménagement : a ; b
Part à distance depuis le 1er janvier
janvier 2022        -                                                          │
février 2022  16,67 %  ████████████████████                                    │
mars 2022     16,67 %  ████████████████████                                    │
avril 2022    16,67 %  ████████████████████                                    │
mai 2022      44,00 %  ██████████████████████████████████████████████████████  │
│ : plafond de 45 %
Mois          Actes  À distance  Part du mois  Part depuis janvier
------------  -----  ----------  ------------  -------------------
janvier 2022      0           0             -                    -
février 2022     60          10       16,67 %              16,67 %
mars 2022         0           0             -              16,67 %
avril 2022        0           0             -              16,67 %
mai 2022         40          34       85,00 %              44,00 %
                100          44       44,00 %              44,00 %
Aucun acte en janvier, de mars à avril et de juin à décembre 2022 : vérifiez
qu'il ne manque pas d'export.

Par groupe, comme la commission le lit
--------------------------------------
Part constatée de chacun, quel que soit son plafond.
2022
Groupe                   Praticiens  Plus de 20 %  Plus de 30 %
-----------------------  ----------  ------------  ------------
33 psychiatrie générale           2             2             1
Ensemble                          2             2             1

À savoir
--------
Une note.
Une remarque.

Lignes rejetées
---------------
Ligne           Cellule  Raison
--------------  -------  --------------
a.csv, ligne 7  A7       date illisible

Texte de 2022 : Un texte, art. 1er, https://exemple.fr.
Suivi fait au 15/01/2023.
Constat technique, ne vaut pas avis de la caisse.
"""
    )


@pytest.mark.parametrize(
    ("entry", "answer", "verdict"),
    [
        (ENTRY, "44 % d'actes à distance en 2022 : plafond de 20 % dépassé de 24 actes.", Verdict.VIOLATION),
        (
            ENTRY.model_copy(update={"verdict": "review", "until": date(2022, 6, 30)}),
            "44 % d'actes à distance en 2022 jusqu'au 30/06/2022 (indicatif) : plafond de 20 % dépassé de 24 actes, "
            "à examiner.",
            Verdict.REVIEW,
        ),
        (
            ENTRY.model_copy(update={"unknown": 2, "at_most": Decimal("0.460000")}),
            "Au moins 44 % d'actes à distance en 2022 : plafond de 20 % dépassé d'au moins 24 actes.",
            Verdict.VIOLATION,
        ),
        (
            WITHIN,
            "44 % d'actes à distance en 2022 : plafond de 45 % (aménagement) respecté, marge de 1 acte à distance.",
            Verdict.OK,
        ),
        (
            WITHIN.model_copy(update={"unknown": 1, "at_most": Decimal("0.450000")}),
            "Au moins 44 % d'actes à distance en 2022 : plafond de 45 % (aménagement) respecté, marge d'au moins "
            "0 acte à distance.",
            Verdict.OK,
        ),
        (
            UNSURE,
            "Au moins 44 % d'actes à distance en 2022 : plafond de 20 %, non vérifiable : la spécialité, qui fixe le "
            "plafond, est inconnue ; 5 actes à distance ou non selon « Médecin traitant », soit jusqu'à 49 %.",
            Verdict.REVIEW,
        ),
        # saved by a program that gives the keys of the contract only
        (
            ENTRY.model_copy(update={"verdict": None, "at_most": None}),
            "44 % d'actes à distance en 2022 : plafond de 20 % dépassé de 24 actes, à examiner.",
            Verdict.REVIEW,
        ),
    ],
)
def test_answer(entry: Followed, answer: str, verdict: Verdict) -> None:
    document = report.document(result(entry))
    assert (document.answer.replace("\u00a0", " "), document.verdict) == (answer, verdict)


def test_nobody() -> None:
    document = report.document(Threshold(as_of=date(2023, 1, 15), practitioners=()))
    assert (document.answer, document.verdict) == ("Aucun acte compté dans les années suivies.", None)


def test_unknown_is_never_shown_as_within() -> None:
    whole = result(UNSURE)
    line = "10001234567;33;2022;100;44;0,440000;0,200000;peut-être;24;0;120"
    assert render("csv", whole, Page()).decode("utf-8-sig").splitlines()[1] == line
    assert "10001234567  2022     100          44  44 %     20 %  peut-être         ?" in shown(whole)


def test_csv_has_the_columns_of_the_contract() -> None:
    zero = WITHIN.model_copy(update={"practitioner": "=1+1", "to_add_in_person": None})
    assert render("csv", result(ENTRY, zero), Page()).decode() == (
        "\ufeffPraticien;Spécialité;Année;Actes;À distance;Part;Plafond;Dépassé;Excédent;Marge;"
        "Actes en présence à ajouter\r\n"
        "10001234567;33;2022;100;44;0,440000;0,200000;oui;24;0;120\r\n"
        "'=1+1;;2022;100;44;0,440000;0,450000;non;0;1;\r\n"
    )
    assert render("csv", result(), Page()).decode().count("\r\n") == 1


def test_projection_and_running_year() -> None:
    entry = ENTRY.model_copy(update={"projection": Projection(total=365, remote=161, share="0.440000")})
    whole = result(entry).model_copy(update={"as_of": date(2022, 6, 30)})
    page = shown(whole)
    assert "Projection au 31/12/2022 : 365 actes dont 161 à distance (44 %), au rythme" in page
    assert "Aucun acte en janvier, de mars à avril et en juin 2022 : vérifiez" in page


def test_only_those_who_are_not_within_are_detailed_among_many() -> None:
    many = [WITHIN.model_copy(update={"practitioner": f"P{number}"}) for number in range(20)]
    titles = [section.title for section in report.document(result(*many)).sections]
    assert sum(title.startswith("Praticien P") for title in titles) == 20
    page = shown(result(*many, ENTRY))
    assert "Praticien 10001234567, 2022\n" in page
    assert "Praticien P0, 2022\n" not in page
    assert "Le mois par mois n'est donné que pour 1 année où le plafond n'est pas simplement" in page


# --- the letter -------------------------------------------------------------------------------------------


def asked(*entries: Followed, year: int = 2022, warning: str | None = None) -> Threshold:
    passage = Passage(entries=("Un.", "Deux."), source=SOURCE)
    request = Request(
        year=year,
        addressee="Le secrétariat",
        criteria=passage,
        open="La liste est ouverte.",
        conditions=passage,
        steps=passage,
        terms=passage,
        warning=warning,
    )
    return result(*entries, request=request)


def letter(whole: Threshold) -> str:
    return " ".join(shown(whole).split())


def test_letter_leaves_blanks_for_what_the_file_does_not_hold() -> None:
    nobody = ENTRY.model_copy(update={"practitioner": "?", "specialty": None, "label": None})
    said = letter(asked(nobody))
    assert "Docteur [prénom et nom], [votre spécialité], numéro [votre numéro RPPS]" in said
    assert "Du 01/01/2022 au 31/12/2022, le décompte de mes actes est de 100, dont 44 à distance, soit 44 %," in said
    assert "pour un plafond de 20 %. Le détail par mois est joint." in said
    assert "[ ] Un. [ ] Deux. [ ] autre : […] La liste est ouverte." in said
    assert "Le fichier ne nomme pas le praticien : son numéro est à compléter." in said


def test_letter_of_a_part_of_a_year_and_of_a_running_one() -> None:
    part = ENTRY.model_copy(update={"until": date(2022, 6, 30)})
    assert "Du 01/01/2022 au 30/06/2022, le décompte" in letter(asked(part))
    running = asked(ENTRY).model_copy(update={"as_of": date(2022, 9, 28)})
    assert "Du 01/01/2022 au 28/09/2022, le décompte" in letter(running)


def test_letter_says_what_weakens_it() -> None:
    said = letter(asked(WITHIN, year=2023, warning="Attention."))
    assert "Avant tout ---------- Attention. Lettre" in said
    assert "aucun acte de 2023 : les chiffres sont ceux de 2022, la dernière année qu'ils donnent." in said
    assert "Un aménagement à 45 % est déjà compté : une demande n'est utile que pour le changer" in said
    assert "Sur ces chiffres, le plafond est respecté." in said
    assert "dont au moins 44 à distance, soit au moins 44 %" in letter(asked(UNSURE))


def test_letter_shows_the_years_before() -> None:
    before = ENTRY.model_copy(update={"year": 2021, "months": ()})
    assert "Années demandées et précédentes" in letter(asked(before, ENTRY))
    assert "Années demandées et précédentes" not in letter(asked(ENTRY))


# --- all formats ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [result(ENTRY, WITHIN), result(UNSURE), result(), asked(ENTRY, WITHIN)])
def test_result_is_read_back_whole(whole: Threshold) -> None:
    assert Threshold.model_validate_json(dumps(whole)) == whole


def test_workbook_and_page_hold_the_figures() -> None:
    document = report.document(result(ENTRY, WITHIN))
    book = load_workbook(io.BytesIO(xlsx.render(document)))
    assert "10001234567 2022" in book.sheetnames
    values = [cell.value for row in book["10001234567 2022"].iter_rows() for cell in row]
    assert float(Decimal("0.166667")) in values
    assert "Aucun acte en janvier" in html.render(document).replace("\u00a0", " ")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_text_in_other_peoples_encodings(encoding: str) -> None:
    for whole in (result(ENTRY), asked(ENTRY)):
        page = text.render(report.document(whole), replace(Page(), encoding=encoding))
        assert page.encode(encoding)
        assert "\\u" not in page
        assert max(map(len, page.splitlines())) <= 80
