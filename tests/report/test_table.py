"""The report as a person reads it: whole pages, at 80 columns and in other people's encodings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from avenant9 import profile
from avenant9.documents.render import render as rendered
from avenant9.model import Input, NotCounted, Rejected, Unverifiable
from avenant9.records import replace
from avenant9.report.page import Page
from avenant9.results.check import Report, Scope
from report.reports import (
    DOUBT,
    FIFTH,
    LATE,
    OTHER_RULES,
    REJECTED,
    RULES,
    THRESHOLD,
    UNVERIFIABLE,
    YEAR,
    report,
    with_columns,
)

EXPECTED = Path(__file__).parent / "expected"


def full() -> Report:
    return report(FIFTH, DOUBT, LATE, YEAR, unverifiable=UNVERIFIABLE, rejected=REJECTED, threshold=(THRESHOLD,))


def page(shown: Report, name: str = "comptable", **options: object) -> str:
    return rendered("table", profile.apply(shown, name), Page(**options)).replace("\u00a0", " ")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", profile.PROFILES)
def test_a_whole_page(name: str) -> None:
    """To look at: tests/report/expected/*.txt."""
    assert page(full(), name) == (EXPECTED / f"{name}.txt").read_text(encoding="utf-8")


def verdict(shown: Report) -> str:
    return " ".join(page(shown, width=1000).split("\n\n")[0].split())


def test_nothing_found_and_everything_verified() -> None:
    assert verdict(report()) == "Verdict : aucune anomalie ; les 61 règles ont pu être vérifiées."


def test_nothing_found_says_what_could_not_be_verified() -> None:
    without_column = [entry for entry in UNVERIFIABLE if entry.missing != ("patient",)]
    assert verdict(report(unverifiable=without_column)) == (
        "Verdict : aucune anomalie ; 2 règles sur 61 n'ont pas pu être vérifiées, faute des colonnes « Secteur », "
        "« OPTAM » et « Médecin traitant »."
    )


def test_a_column_that_only_some_rules_lack_is_not_why() -> None:
    assert verdict(report(unverifiable=UNVERIFIABLE)) == (
        "Verdict : aucune anomalie ; 3 règles sur 61 n'ont pas pu être vérifiées pour tous les actes, "
        "faute de données."
    )
    lacking = (Unverifiable("a/b", 1, ("territory",)), Unverifiable("a/c", 2, ("tariff",)))
    assert "« Ancrage territorial »" not in verdict(report(unverifiable=lacking))


def test_missing_values_are_no_missing_column() -> None:
    lacking = (Unverifiable("frequence/te2-annuelle", 1, ("patient",)),)
    assert verdict(report(unverifiable=lacking)) == (
        "Verdict : aucune anomalie ; 1 règle sur 61 n'a pas pu être vérifiée pour tous les actes, faute de données."
    )
    assert "Valeurs manquantes dans « Patient »\n  frequence/te2-annuelle (1 acte)" in page(
        report(unverifiable=lacking)
    )


def test_what_stands_for_the_patient_is_no_missing_column() -> None:
    lacking = (Unverifiable("frequence/te2-annuelle", 1, ("patient",)),)

    def said(*columns: str) -> str:
        shown = report(unverifiable=lacking, inputs=with_columns("date", "code", *columns))
        return " ".join(page(shown, width=1000).split("Non vérifiable\n--------------\n")[1].split("\n")[0].split())

    assert said("last_name", "first_name", "birth_date") == (
        "Valeurs manquantes dans « Nom », « Prénom » et « Date de naissance »"
    )
    assert said("nir", "birth_date") == "Valeurs manquantes dans « NIR » et « Date de naissance »"
    assert said("nir", "birth_rank") == "Valeurs manquantes dans « NIR » et « Rang de naissance »"
    assert said("last_name", "first_name") == "Colonne « Patient » absente"
    assert said() == "Colonne « Patient » absente"
    named = report(unverifiable=lacking, inputs=with_columns("date", "code", "nir", "birth_date"))
    assert verdict(named).endswith("n'a pas pu être vérifiée pour tous les actes, faute de données.")


def test_many_missing_columns_are_counted() -> None:
    keys = ("sector", "optam", "birth_date", "rate", "ald", "place", "reason", "channel")
    said = verdict(report(unverifiable=(Unverifiable("a/b", 2, keys),)))
    assert said.endswith(
        "faute des colonnes « Secteur », « OPTAM », « Date de naissance », « Taux », « ALD », « Lieu » et 2 autres."
    )


def test_no_act_is_never_a_good_answer() -> None:
    empty = report(summary=replace(report().summary, acts=0))
    assert verdict(empty) == "Verdict : aucun acte lu, rien n'a été contrôlé."


def test_only_some_rules_were_asked() -> None:
    asked = report(scope=Scope(5, None, None, 129))
    assert verdict(asked) == "Verdict : aucune anomalie ; les 5 règles demandées ont pu être vérifiées."
    one = report(scope=Scope(1, None, None, 129))
    assert verdict(one) == "Verdict : aucune anomalie ; la règle demandée a pu être vérifiée."


def test_doubts_are_no_anomalies() -> None:
    said = verdict(report(DOUBT))
    assert said.startswith("Verdict : aucune anomalie certaine ; 1 point à examiner")


def test_euros_that_nobody_knows_are_not_zero() -> None:
    unknown = report(FIFTH, summary=replace(report(FIFTH).summary, at_stake=None))
    assert verdict(unknown) == "Verdict : non conforme, 1 anomalie ; les 61 règles ont pu être vérifiées."


def test_the_ceiling_is_summed_apart() -> None:
    said = verdict(report(YEAR, summary=replace(report(YEAR).summary, at_stake=0, at_stake_ceiling=8000)))
    assert "80,00 € au titre du plafond d'activité à distance" in said


def test_the_ceiling_alone_is_not_said_beside_no_euro() -> None:
    alone = report(YEAR, summary=replace(report(YEAR).summary, at_stake=0, at_stake_ceiling=8000))
    assert verdict(alone).startswith(
        "Verdict : non conforme, 1 anomalie ; 80,00 € au titre du plafond d'activité à distance ;"
    )


def test_no_line_is_wider_than_the_terminal() -> None:
    for width in (80, 100, 120):
        for line in page(full(), width=width).splitlines():
            assert len(line) <= width or "http" in line, line


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "ascii"])
@pytest.mark.parametrize("name", profile.PROFILES)
def test_every_console_can_show_it(encoding: str, name: str) -> None:
    shown = rendered("table", profile.apply(full(), name), Page(encoding=encoding))
    assert "?" not in shown.encode(encoding).decode(encoding)
    assert ("EUR" in shown) == (encoding != "cp1252")


def test_columns_stay_straight_in_another_encoding() -> None:
    lines = page(full(), encoding="ascii").splitlines()
    heading = next(line for line in lines if line.lstrip().startswith("Ligne"))
    row = lines[lines.index(heading) + 1]
    assert heading.index("Verdict") == row.index("non conforme")


def test_a_cell_cannot_drive_the_terminal() -> None:
    evil = {**FIFTH, "patient": "\x1b[2J\u202eP", "file": "a\x07.csv", "message": "\x1b]0;x\x07"}
    shown = page(report(evil), "interne")
    assert not set(shown) & set("\x1b\x07\u202e")
    assert "\\x1b[2J\\u202eP" in shown


def test_colours_are_only_for_verdicts_and_titles() -> None:
    plain, coloured = page(full()), page(full(), color=True)
    assert "\x1b" not in plain
    assert "\x1b[31;1mnon conforme\x1b[0m" in coloured
    assert "\x1b[33mà examiner\x1b[0m" in coloured


def test_practitioners_are_named_where_there_are_several() -> None:
    summary = replace(report(FIFTH).summary, practitioners=2)
    assert "10001234567" in page(report(FIFTH, summary=summary))
    assert "10001234567" not in page(report(FIFTH))


def test_several_files_are_several_tables() -> None:
    other = {**FIFTH, "file": "-", "sheet": None, "row": 3, "related": []}
    shown = page(report(FIFTH, other))
    assert shown.count("Ligne  Date") == 2
    assert "entrée standard\n" in shown


def test_the_row_of_the_finding_is_not_related_to_itself() -> None:
    rows = [{"file": "actes.xlsx", "sheet": "Actes", "row": row} for row in (3, FIFTH["row"])]
    assert "Ligne liée : 3." in page(report({**FIFTH, "related": rows}))
    assert "liée" not in page(report({**FIFTH, "related": rows[1:]}))


def test_many_related_rows_are_counted() -> None:
    many = [{"file": "actes.xlsx", "sheet": "Actes", "row": row} for row in range(1, 21)]
    assert "Lignes liées : 1, 2, 3, 4, 5, 6, 7, 8 et 12 autres." in page(report({**FIFTH, "related": many}))


def test_a_share_just_over_the_ceiling_is_told_from_it() -> None:
    entry = {**THRESHOLD, "share": "0.200001", "ceiling": "0.200000", "excess": 1}
    assert "20,0001 %     20 %  dépassé de 1 acte" in page(report(threshold=(entry,)))
    under = {**THRESHOLD, "share": "0.200000", "over": False, "margin": 0}
    assert "20 %     20 %  marge de 0 acte" in page(report(threshold=(under,)))


@pytest.mark.parametrize(
    ("unknown", "shown"),
    [
        ({"over": False, "margin": 20, "unknown": 5}, "marge d'au moins 15 actes"),
        ({"over": False, "margin": 20, "unknown": 30, "verdict": "unverifiable"}, "non vérifiable"),
        ({"over": True, "excess": 3, "unknown": 30}, "dépassé d'au moins 3 actes"),
    ],
)
def test_what_is_unknown_of_a_share_is_never_a_margin(unknown: dict[str, Any], shown: str) -> None:
    assert shown in page(report(threshold=({**THRESHOLD, **unknown},)))


def test_replaced_rules_and_notices_are_in_the_report() -> None:
    shown = page(
        report(
            rulebook=OTHER_RULES,
            notices=("actes-2.csv : encodage cp1252.",),
        )
    )
    assert "- Règles remplacées par --rules : frequence/te2-annuelle." in shown
    assert "- actes-2.csv : encodage cp1252." in shown


def test_a_failed_rule_says_so() -> None:
    shown = page(report(unverifiable=(Unverifiable("a/b", 3, ("erreur interne",)),)))
    assert "La règle a échoué (erreur interne, à signaler aux auteurs)\n  a/b (3 actes)" in shown


def test_cells_are_said_once_for_each_column_reason_and_value() -> None:
    def unread(address: str, value: str, file: str = "a.csv") -> Rejected:
        return Rejected(file, None, int(address[1:]), address, f"illisible : « {value} »")

    rows = [unread(f"A{row}", "32/13") for row in (5, 7, 9, 12)]
    rows += [
        unread("A8", "30/02"),
        unread("B13", "32/13"),
        unread("A5", "32/13", "b.csv"),
        unread("A6", "32/13", "b.csv"),
    ]
    said = page(report(rejected=tuple(rows)), width=1000)
    assert said[said.index("Lignes rejetées") :].split("\n\n")[0].split("\n")[2:] == [
        "a.csv, 4 cellules (A5, A7, A9…) : illisible : « 32/13 »",
        "a.csv, cellule A8 : illisible : « 30/02 »",
        "a.csv, cellule B13 : illisible : « 32/13 »",
        "b.csv, 2 cellules (A5, A6) : illisible : « 32/13 »",
    ]


def test_rows_that_do_not_count() -> None:
    rows = tuple(NotCounted("a.csv", None, row, "rejete") for row in (3, 4, 6, 8))
    said = page(report(not_counted=(*rows, NotCounted("a.csv", None, 5, "annule"))), width=1000)
    assert said[said.index("Lignes non comptées") :].split("\n\n")[0].split("\n")[2:] == [
        "a.csv, 4 lignes (3, 4, 6…) : statut « rejeté »",
        "a.csv, ligne 5 : statut « annulé »",
    ]


def test_rejected_rows_without_a_cell() -> None:
    row = Rejected("-", None, 3, None, "trop de colonnes")
    assert "entrée standard, ligne 3 : trop de colonnes" in page(report(rejected=(row,)))


def test_an_unknown_date_of_the_rules_is_left_out() -> None:
    assert "Règles : version 1.0.0, 61 règles." in page(report(rulebook=replace(RULES, dated=None)))
    assert "à jour au 01/02/2026" in page(report(rulebook=replace(RULES, dated=date(2026, 2, 1))))


def test_a_finding_without_out_of_time_is_in_time() -> None:
    shown = page(replace(report(FIFTH), inputs=(Input("a.csv", None, 1, 1, 0, 0, {}),)))
    assert "Constats\n--------" in shown
    assert "prescrit" not in shown
