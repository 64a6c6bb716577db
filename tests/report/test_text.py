"""A document as text: rows that are listed, a column that is cut, lines of a list."""

from __future__ import annotations

import pytest

from avenant9.model import Verdict
from avenant9.report import text
from avenant9.report.document import Column, Document, Line, Section, Table
from avenant9.report.page import Page


def drawn(section: Section, **page: object) -> list[str]:
    shown = text.render(Document("", "Réponse.", (section,)), Page(**page))  # type: ignore[arg-type]
    return shown.replace("\u00a0", " ").splitlines()[2:]


LISTED = Table(
    (
        Column("Fichier"),
        Column("Ligne", "identifier", right=True),
        Column("Verdict", "verdict"),
        Column("En jeu", "euros"),
        Column("Praticien", "identifier"),
    ),
    [
        ("a.csv", 7, Verdict.VIOLATION, 2000, "10001234567"),
        ("a.csv", 112, Verdict.REVIEW, None, "10001234567"),
        ("Ensemble : à voir", None, None, None, None),
        ("a.csv", 9, Verdict.REVIEW, 5, None),
    ],
    fold=0,
    under=[("Un.", "Lié."), ("Deux.",), ("Trois.",), ("Quatre.",)],
)


def test_rows_are_listed_under_their_place_with_their_words() -> None:
    assert drawn(Section("Constats", tables=(LISTED,))) == [
        "Constats",
        "--------",
        "a.csv",
        "  Ligne  Verdict        En jeu  Praticien",
        "      7  non conforme  20,00 €  10001234567",
        "      Un.",
        "      Lié.",
        "    112  à examiner             10001234567",
        "      Deux.",
        "  Ensemble : à voir",
        "      Trois.",
        "a.csv",
        "  Ligne  Verdict        En jeu  Praticien",
        "      9  à examiner     0,05 €",
        "      Quatre.",
    ]


def test_what_a_line_does_not_hold_is_told_before_the_words() -> None:
    wide = Column("Un titre qui prend presque toute la largeur de la page", "identifier")
    table = Table((*LISTED.columns, wide, Column("Code", "identifier")), [("a.csv", 7, *[None] * 3, "x", "G")])
    found = drawn(Section("", tables=(Table(table.columns, table.rows, fold=0, under=[("Un.",)]),)), width=60)
    assert found[2:] == [
        "      7",
        "      (un titre qui prend presque toute la largeur de la",
        "      page x, code G) Un.",
    ]


@pytest.mark.parametrize(
    ("width", "title"),
    [
        (71, "Quatre actes par année civile et par"),
        (70, "Quatre actes par année civile et p…"),
        (63, "Quatre actes par année civi…"),
        (62, ""),
    ],
)
def test_a_column_is_cut_to_its_room_and_left_out_where_there_is_hardly_any(width: int, title: str) -> None:
    rule = "frequence/te2-annuelle-et-douze-m"
    columns = (Column("Règle", "identifier"), Column("Titre", cut=True, wide_only=True))
    heading, _, line = drawn(
        Section("", tables=(Table(columns, [(rule, "Quatre actes par année civile et par")]),)), width=width
    )
    assert line == f"{rule}  {title}".rstrip()
    assert ("Titre" in heading) == bool(title)


TIGHT = Table(
    (
        Column("Mesure"),
        *(Column(f"Nombre {rank}", "integer") for rank in range(1, 5)),
        Column("Note", wide_only=True),
    ),
    [("Téléconsultation remboursée", 1, 2, 3, 4, "à part")],
)


def test_words_are_narrowed_where_there_is_hardly_any_room() -> None:
    assert drawn(Section("", tables=(TIGHT,)), width=60)[2:] == [
        "Téléconsultation         1         2         3         4",
        "remboursée",
    ]


def test_a_table_is_told_where_the_page_is_too_narrow_for_it() -> None:
    columns = (*TIGHT.columns, *(Column(f"Nombre {rank}", "integer") for rank in range(5, 8)))
    table = Table(columns, [(*TIGHT.rows[0], 5, 6, None)], verdicts=[Verdict.REVIEW])
    assert drawn(Section("", tables=(table,)), width=60) == [
        "  Mesure Téléconsultation remboursée, Nombre 1 1, Nombre 2",
        "    2, Nombre 3 3, Nombre 4 4, Nombre 5 5, Nombre 6 6,",
        "    Nombre 7 ?",
    ]
    assert drawn(Section("", tables=(table,)), width=60, color=True)[0].startswith("\x1b[33m  Mesure")


def test_lines_of_a_list_go_on_under_their_start() -> None:
    words = "mot " * 15
    section = Section("", lines=(Line(f"A {words}"), Line(f"B {words}", 1), Line(f"C {words}", 2)))
    assert [line[:8].rstrip() for line in drawn(section, width=60)] == [
        "A mot mo",
        "  mot",
        "  B mot",
        "    mot",
        "      C",
        "      mo",
    ]


def test_what_stands_before_the_words_of_a_list_is_in_columns() -> None:
    lines = (
        Line("du premier jour au dernier de cette année-là, bornes comprises", 1, ("Fenêtre",)),
        Line("2", 1, ("Comptés",)),
        Line("compte 1", 2, ("ligne 3", "10/04/2022")),
        Line("… 1 autre acte …", 2),
        Line("compte 3, qui va au-delà de la limite", 2, ("ligne 10 (autre.csv, feuille Actes)", "20/12/2022")),
        Line("sous réserve", 1, ("",)),
        Line("Réponse.", 1),
    )
    assert drawn(Section("", lines=lines), width=60) == [
        "  Fenêtre  du premier jour au dernier de cette année-là,",
        "           bornes comprises",
        "  Comptés  2",
        "      ligne 3               10/04/2022  compte 1",
        "      … 1 autre acte …",
        "      ligne 10 (autre.csv, feuille Actes)  20/12/2022  compte",
        "      3, qui va au-delà de la limite",
        "           sous réserve",
        "  Réponse.",
    ]


def test_a_title_is_no_wider_than_the_page() -> None:
    assert drawn(Section("Une feuille au nom trop long pour tenir sur une seule ligne", ("Rien.",)), width=60)[
        :2
    ] == [
        "Une feuille au nom trop long pour tenir sur une seule ligne",
        "-" * 59,
    ]
    assert drawn(Section("Des titres " * 6, ("Rien.",)), width=60)[:3] == [
        "Des titres Des titres Des titres Des titres Des titres Des",
        "titres",
        "-" * 58,
    ]


def test_a_verdict_has_its_colour_and_its_row_none() -> None:
    table = Table((Column("Verdict", "verdict"), Column("Règle", "identifier")), [(Verdict.REVIEW, "a/b")])
    assert drawn(Section("", tables=(table,)), color=True)[-1] == "\x1b[33mà examiner\x1b[0m  a/b"
