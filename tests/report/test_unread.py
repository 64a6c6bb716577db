"""What was not read is in the report: counted in its verdict, by name with the reason, in every format."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from avenant9 import profile, saved
from avenant9.documents import sentences
from avenant9.documents.render import render
from avenant9.model import Unread, Verdict
from avenant9.report.formats import FORMATS
from avenant9.report.page import Page
from avenant9.results.base import dumps
from avenant9.results.measures import Measures
from avenant9.results.threshold import Threshold
from avenant9.rulebook.load import load_rulebook
from report.reports import report

if TYPE_CHECKING:
    from avenant9.report.formats import Format

PAGE = Page(1000, "utf-8", color=False)
UNREAD = (
    Unread("protege.xlsx", None, "le classeur est protégé (lus : TE2)", "enregistrez-le sans mot de passe"),
    Unread("absent.csv", None, "fichier introuvable", "vérifiez son nom"),
    Unread("un.xlsx", "Brouillon", "masquée", "--all-sheets la lit"),
    Unread("un.xlsx", "Vide", "vide", ""),
)
SAID = (
    "protege.xlsx, non lu : le classeur est protégé (lus : TE2) ; enregistrez-le sans mot de passe.",
    "absent.csv, non lu : fichier introuvable ; vérifiez son nom.",
    "un.xlsx, feuille Brouillon : ignorée (masquée : --all-sheets la lit).",
    "un.xlsx, feuille Vide : ignorée (vide).",
)


def words(form: Format, content: str | bytes) -> str:
    """What a person reads of it, spaces alike; a long sentence of a workbook stands in several rows."""
    if form == "xlsx":
        assert isinstance(content, bytes)
        book = load_workbook(io.BytesIO(content))
        text = " ".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None)
    else:
        text = content.decode() if isinstance(content, bytes) else content
    text = re.sub(r"<[^>]+>", "\n", text) if form == "html" else text
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("&#39;", "'")


@pytest.mark.parametrize("form", ["table", "html", "xlsx"])
def test_counted_in_the_verdict_and_named_in_the_reading(form: Format) -> None:
    text = words(form, render(form, report(unread=UNREAD), PAGE))
    assert "; 2 fichiers n'ont pas pu être lus et n'ont pas été contrôlés." in text
    for sentence in SAID:
        assert sentence in text


def test_one_file_and_no_green_light() -> None:
    said, verdict = sentences.answer(report(unread=UNREAD[:1]))
    assert said.replace("\u00a0", " ").endswith("; 1 fichier n'a pas pu être lu et n'a pas été contrôlé.")
    assert verdict is Verdict.REVIEW
    assert sentences.answer(report(unread=UNREAD[2:])) == sentences.answer(report())  # a sheet is no file


def test_csv_has_a_line_for_each_file() -> None:
    lines = words("csv", render("csv", report(unread=UNREAD), PAGE)).splitlines()
    assert lines[1:] == [
        ';non lu;protege.xlsx;;;;;;;;;;;"le classeur est protégé (lus : TE2) ; enregistrez-le sans mot de passe";;;',
        ';non lu;absent.csv;;;;;;;;;;;"fichier introuvable ; vérifiez son nom";;;',
    ]


def test_json_lists_what_was_not_read() -> None:
    assert json.loads(render("json", report(), PAGE))["unread"] == []
    told = json.loads(render("json", report(unread=UNREAD), PAGE))
    assert told["unread"][1] == {
        "file": "absent.csv",
        "sheet": None,
        "reason": "fichier introuvable",
        "remedy": "vérifiez son nom",
    }
    check = json.loads(saved.schema())["$defs"]["Report"]
    assert "unread" in check["properties"].keys() - set(check["required"])


@pytest.mark.parametrize("form", FORMATS)
def test_a_saved_result_gives_it_back(form: Format) -> None:
    shown = profile.apply(report(unread=UNREAD), "comptable")
    content = render("json", shown, PAGE)
    assert isinstance(content, bytes)
    again = saved.load(content, "r.json", load_rulebook())
    assert words(form, render(form, again, PAGE)) == words(form, render(form, shown, PAGE))


def test_the_fiscal_profile_quotes_no_heading() -> None:
    shown = profile.apply(report(unread=UNREAD), "fiscal")
    text = words("table", render("table", shown, PAGE))
    assert "TE2" not in text
    assert "protege.xlsx, non lu : illisible, ou sans actes." in text
    assert SAID[2] in text


@pytest.mark.parametrize("form", ["table", "html", "xlsx"])
def test_the_counts_of_other_commands_say_it_too(form: Format) -> None:
    day = date(2024, 1, 1)
    followed = Threshold(as_of=day, practitioners=(), unread=UNREAD)
    simulated = Measures(as_of=day, scenario=None, rows=(), refused=(), totals=(), unread=UNREAD)
    for content, result in (
        (render(form, followed, PAGE), followed),
        (render(form, simulated, PAGE), simulated),
    ):
        text = words(form, content)
        assert "2 fichiers n'ont pas pu être lus et n'ont pas été comptés." in text
        for sentence in SAID:
            assert sentence in text
        again = saved.load(dumps(result), "r.json", load_rulebook())
        assert again == result
        assert b'"unread"' not in dumps(result.model_copy(update={"unread": ()}))
