"""The report on a terminal: one screen or two, whatever the file."""

from __future__ import annotations

from typing import Any

import pytest

from avenant9 import profile
from avenant9.documents.render import render
from avenant9.documents.screen import Screen
from avenant9.model import NotCounted, Rejected, Unread, Unverifiable
from avenant9.report.page import Page
from avenant9.results.check import Report
from report.reports import DOUBT, FIFTH, LATE, REJECTED, THRESHOLD, UNVERIFIABLE, YEAR, report


def full() -> Report:
    return report(FIFTH, DOUBT, LATE, YEAR, unverifiable=UNVERIFIABLE, rejected=REJECTED, threshold=(THRESHOLD,))


def shown(what: Report, most: int | None = 10, name: str = "comptable", *, texts: bool = False, **page: Any) -> str:
    text = render("table", profile.apply(what, name), Page(**page), Screen(most, texts))
    return text.replace("\u00a0", " ")


def part(text: str, beginning: str) -> list[str]:
    """The lines from the one that begins so to the next blank line."""
    lines = text.split("\n")
    first = next(place for place, line in enumerate(lines) if line.startswith(beginning))
    return lines[first : lines.index("", first)]


def many(count: int) -> Report:
    """Findings with 1.00, 2.00… euros at stake."""
    rows = [{**FIFTH, "row": row, "at_stake": 100 * row, "message": f"constat {row}"} for row in range(1, count + 1)]
    return report(*rows)


def test_the_heaviest_findings_come_first() -> None:
    said = shown(many(12), 3)
    assert part(said, "Constats") == [
        "Constats, les 3 qui pèsent le plus",
        "----------------------------------",
        "actes.xlsx, feuille Actes",
        "  Ligne  Date        Code   En jeu  Verdict       Règle",
        "     12  03/11/2022  TE2   12,00 €  non conforme  frequence/te2-annuelle",
        "      constat 12",
        "     11  03/11/2022  TE2   11,00 €  non conforme  frequence/te2-annuelle",
        "      constat 11",
        "     10  03/11/2022  TE2   10,00 €  non conforme  frequence/te2-annuelle",
        "      constat 10",
    ]
    assert "Suite : --findings all (9 constats), --texts (textes), -o rapport.html (tout)." in said


def test_one_alone() -> None:
    said = shown(many(2), 1)
    assert part(said, "Le constat")[0] == "Le constat qui pèse le plus"
    assert "--findings all (1 constat)" in said


def test_none() -> None:
    said = shown(many(2), 0)
    assert "constat 2" not in said
    assert "--findings all (2 constats)" in said


def test_what_is_out_of_time_comes_last() -> None:
    heavy = {**LATE, "at_stake": 100_000, "message": "ancien et lourd"}
    light = {**FIFTH, "row": 90, "at_stake": 0, "message": "récent et sans euro"}
    assert "ancien" not in shown(report(heavy, light), 1)


@pytest.mark.parametrize("most", [None, 4, 10])
def test_all_findings_are_told_in_their_order(most: int | None) -> None:
    said = shown(full(), most)
    assert "Constats probablement prescrits" in said
    assert "Lignes liées : 12" in said
    assert "--findings" not in said
    assert "Suite : --texts (textes), -o rapport.html (tout)." in said


def test_texts() -> None:
    assert "https://exemple.fr/te2" not in shown(full())
    said = shown(full(), texts=True)
    assert "https://exemple.fr/te2" in said
    assert "--texts" not in said


def test_a_clean_report_has_nothing_more_to_show() -> None:
    said = shown(report())
    assert "Suite" not in said
    assert said.count("\n") < 8


def test_one_line_per_rule() -> None:
    long = report({**FIFTH, "rule": "condition/coordination-medecin-traitant"})
    wide, middle = (part(shown(full(), width=width), "Verdict  ") for width in (130, 80))
    narrow = part(shown(long, width=66), "Verdict  ")
    assert any("Téléexpertise (TE2) : 4 par année civile et par patient" in line for line in wide)
    assert "Ce qu'elle demande" not in middle[0]
    assert "Constats" in middle[0]
    assert "Constats" not in narrow[0]
    assert len(wide) == len(middle) == 2 + len(full().by_rule)
    assert len(narrow) == 3


def test_a_title_is_cut_where_it_has_little_room() -> None:
    assert any(line.split("  ")[2].endswith("…") for line in part(shown(full(), width=100), "Verdict  ")[2:])


def test_what_frees_most_rules_comes_first() -> None:
    """By itself, then with others, then by acts."""
    missing = [
        Unverifiable("frequence/a", 3, ("ald",)),
        Unverifiable("frequence/b", 90, ("place",)),
        Unverifiable("frequence/c", 4, ("ald", "reason")),
        Unverifiable("frequence/d", 100, ("patient",)),
        Unverifiable("tarif/e", 7, ("tariff",)),
    ]
    said = shown(report(unverifiable=tuple(missing)), width=100)
    assert part(said, "Non vérifiable") == [
        "Non vérifiable :",
        "  colonne « ALD » absente (2 règles, 7 actes, dont 1 sans autre manque)",
        "  valeurs manquantes dans « Patient » (1 règle, 100 actes)",
        "  colonne « Lieu » absente (1 règle, 90 actes)",
        "  tarif inconnu à la date des soins (1 règle, 7 actes)",
        "  colonne « Motif » absente (1 règle, 4 actes, avec d'autres manques)",
    ]


def near(practitioner: str, remote: int, **more: Any) -> dict[str, Any]:
    share = f"{remote / 100:.6f}"
    return {
        **THRESHOLD,
        "practitioner": practitioner,
        "total": 100,
        "remote": remote,
        "share": share,
        "over": remote > 20,
        "excess": max(0, remote - 20),
        "margin": max(0, 20 - remote),
        **more,
    }


def test_the_ceiling_where_it_is_near_or_passed() -> None:
    entries = (near("A", 14), near("B", 15), near("C", 25), near("D", 14, unknown=2))
    said = part(shown(report(threshold=entries)), "Plafond")
    assert [line.split()[0] for line in said[1:] if not line.startswith("    ")] == ["C", "D", "B"]
    assert shown(report(threshold=entries[:1])).count("Plafond") == 0


def test_what_is_set_apart_is_shown_in_part() -> None:
    rejected = tuple(Rejected("a.csv", None, row, f"A{row}", f"illisible : « {row} »") for row in range(2, 12))
    uncounted = (NotCounted("a.csv", None, 3, "rejete"),)
    unread = (Unread("b.xlsx", None, "classeur vide", "remplissez-le"),)
    said = shown(report(rejected=rejected, not_counted=uncounted, unread=unread))
    assert part(said, "Lignes rejetées") == [
        "Lignes rejetées :",
        *(f"  a.csv, cellule A{row} : illisible : « {row} »" for row in range(2, 7)),
        "  … et 5 autres",
        "Lignes non comptées : a.csv, ligne 3 : statut « rejeté »",
        "Non lu : b.xlsx, classeur vide ; remplissez-le",
    ]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", profile.PROFILES)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    for most in (1, None):
        for line in shown(full(), most, name, width=width).splitlines():
            assert len(line) <= width, line


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "ascii"])
def test_every_console_can_show_it(encoding: str) -> None:
    said = render("table", profile.apply(full(), "comptable"), Page(120, encoding), Screen(2))
    assert "?" not in said.encode(encoding).decode(encoding)


def test_a_fund_reads_invoices_first() -> None:
    assert shown(many(3), 2, "cpam").split("actes.xlsx, feuille Actes\n")[1].startswith("  Facture  Date")


def test_verdicts_are_coloured() -> None:
    said = shown(full(), color=True)
    assert "\x1b[31;1mnon conforme\x1b[0m" in said
    assert "\x1b[33mà examiner\x1b[0m" in said
