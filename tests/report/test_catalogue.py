"""`a9 rules`: every rule can be listed and shown, in French, with the text behind it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest

from avenant9 import cases
from avenant9.documents.render import render
from avenant9.documents.rule import OneRule
from avenant9.kinds import KINDS, Kind
from avenant9.report.page import Page
from avenant9.rulebook.load import load_rulebook
from avenant9.wording import day

RULEBOOK = load_rulebook()
#: Fields of every version, said in words of their own.
COMMON = {"during", "from_", "until", "source", "checked_on", "note", "verdict"}


def shown_list(width: int = 80, encoding: str = "utf-8") -> str:
    return str(render("table", RULEBOOK, Page(width, encoding)))


def shown_rule(name: str, at: date | None = None, own: Sequence[cases.Case] = (), **page: Any) -> str:
    return str(render("table", OneRule(RULEBOOK, name, at, own), Page(**page)))


def told_rule(name: str, at: date | None = None, own: Sequence[cases.Case] = ()) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(render("json", OneRule(RULEBOOK, name, at, own), Page()))["rule"]
    return told


@pytest.mark.parametrize("name", RULEBOOK.rules)
def test_every_rule_can_be_shown(name: str) -> None:
    rule = RULEBOOK.rules[name]
    shown = " ".join(shown_rule(name, width=10_000).split())
    assert " ".join(rule.why.split()) in shown
    for version in rule.version:
        assert version.source.url in shown
        assert " ".join(version.note.split()) in shown
    loaded = told_rule(name)
    assert loaded["id"] == name
    assert [version["from"] for version in loaded["versions"]] == [
        version.from_.isoformat() for version in rule.version
    ]
    assert all(version["source"]["title"] and version["checked_on"] for version in loaded["versions"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_of_a_rule_file_has_a_french_name(kind: type[Kind[Any]]) -> None:
    (version,) = {type(version) for rule in RULEBOOK.rules.values() if type(rule) is kind for version in rule.version}
    assert [name for name, field in version.model_fields.items() if name not in COMMON and not field.title] == []


def test_the_list_has_the_same_rules_in_a_spreadsheet_and_on_a_page() -> None:
    text = render("csv", RULEBOOK, Page())
    book = render("xlsx", RULEBOOK, Page())
    page = render("html", RULEBOOK, Page())
    assert isinstance(text, bytes)
    assert isinstance(book, bytes)
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Règle", "Verdict", "Depuis", "Jusqu'au", "Titre", "Dernier texte", "Confiance", "URL"]
    assert [row[0] for row in rows[1:]] == list(RULEBOOK.rules)
    annual = next(row for row in rows if row[0] == "frequence/te2-annuelle")
    assert annual[1:4] == ["non conforme", "01/04/2022", ""]
    sheets = openpyxl.load_workbook(io.BytesIO(book))
    cells = {str(cell.value) for sheet in sheets for line in sheet.iter_rows() for cell in line}
    shown = (page.decode() if isinstance(page, bytes) else page).replace("<wbr>", "")
    for name, rule in RULEBOOK.rules.items():
        assert {name, rule.title} <= cells
        assert name in shown
    assert {entry.label for entry in RULEBOOK.by_nature} <= cells


@pytest.mark.parametrize("name", RULEBOOK.rules)
def test_no_key_is_shown_raw(name: str) -> None:
    shown = shown_rule(name)
    labels = re.findall(r"^  ([a-z_]+) : ", shown, flags=re.MULTILINE)
    assert not {label for label in labels if "_" in label}


def test_the_list_holds_every_rule_and_what_no_file_can_show() -> None:
    shown = shown_list()
    assert all(f"\n{name}\n" in shown for name in RULEBOOK.rules)
    joined = " ".join(shown.split())
    assert len(RULEBOOK.by_nature) == 15
    for entry in RULEBOOK.by_nature:
        assert f"\n  {entry.label}\n" in shown
        assert " ".join(entry.why.split()) in joined
        assert entry.source.url in joined
    for rule in RULEBOOK.rules.values():
        assert rule.version[0].source.title in " ".join(shown_list(width=10_000).split())
    assert all(len(line) <= 80 or "http" in line for line in shown.splitlines())
    loaded = json.loads(render("json", RULEBOOK, Page()))
    assert [entry["id"] for entry in loaded["rules"]] == list(RULEBOOK.rules)
    assert [entry["label"] for entry in loaded["not_verifiable"]] == [entry.label for entry in RULEBOOK.by_nature]
    assert all(entry["why"] and entry["source"]["url"] for entry in loaded["not_verifiable"])
    for entry in loaded["rules"]:
        assert set(entry) == {"id", "kind", "title", "verdicts", "from", "until", "confidence", "sources"}
        assert all(source["title"] and source["confidence"] for source in entry["sources"])


#: contract, §4.
CONTRACT = {
    "frequence": (
        "te2-annuelle rqd-annuelle te2-douze-mois rqd-douze-mois vl-trimestrielle vl-annuelle vl-toutes-"
        "causes vl-palliatif vl-nouveau-mt mph-certificat mph-transfert ase-entree mis-initiale mce-premiere "
        "cte-unique ccp-unique imt-unique cte-unique-autre-praticien ccp-unique-autre-praticien imt-unique-"
        "autre-praticien snp-hebdomadaire apc-quatre-mois"
    ),
    "seuil": "activite-distance derogation-conditions",
    "tarif": "conventionnel sans-depassement opposable",
    "condition": (
        "vl-medecin-traitant vl-age-ald vl-domicile vl-palliatif-vsp nfp-age mp-age ase-age specialite mgm-"
        "acte-hote md-structure cnpsy2-delai apc-medecin-traitant snp-patientele snp-regulation snp-delai "
        "snp-horaires snp-periode snp-acte-hote tc-parcours tc-canal tc-alternance tc-territoire tc-taux "
        "code-hors-periode"
    ),
    "donnees": "doublon refacturation annulation-orpheline code-inconnu date-future",
    "cumul": (
        "te2-autre-acte rqd-autre-acte consultation-ccam majoration-ccam apc-consultation snp-mcg snp-mu snp-"
        "urgence snp-complexe snp-ccam snp-mhp mu-nuit u03 coordination-da md-ccam cnpsy2-mpf-maf cnpsy-mcu "
        "mrt-urgence mut-pdsa mcu-coe-ccp mce-da mce-consultant nfp-mpc-mcs mpc-de mcg-visite"
    ),
}


def test_every_rule_of_the_contract_is_listed() -> None:
    wanted = {f"{family}/{rule}" for family, rules in CONTRACT.items() for rule in rules.split()}
    assert wanted - RULEBOOK.rules.keys() == set()


def test_the_version_in_force_is_marked() -> None:
    name = "frequence/vl-palliatif"
    until = RULEBOOK.rules[name].version[-1].period.last
    assert until is not None
    mark = f"(en vigueur le {day(until)})"
    shown = shown_rule(name, at=until)
    assert shown.count("en vigueur le") == shown.count(mark) == 1
    after = until + timedelta(days=1)
    shown = shown_rule(name, at=after)
    assert f"Aucune version en vigueur le {day(after)} : la règle ne dit rien ce jour-là." in shown
    assert "en vigueur" not in shown_rule(name)
    versions = told_rule(name, at=until)["versions"]
    assert [version["in_force"] for version in versions] == [False] * (len(versions) - 1) + [True]
    assert "in_force" not in told_rule(name)["versions"][0]


@pytest.mark.parametrize("name", RULEBOOK.rules)
def test_two_examples_one_without_a_finding(name: str) -> None:
    own = cases.cases_of(name, RULEBOOK)
    shown = shown_rule(name, own=own)
    loaded = told_rule(name, own=own)["examples"]
    assert [bool(example["expect"]) for example in loaded] == [False, True]
    assert shown.count("\nExemple ") == 2
    assert "\n→ " in shown
    example = shown[shown.index("\nExemple ") :]
    assert all(len(line) <= 80 for line in example.splitlines())
    narrow = shown_rule(name, own=own, width=60)
    assert "Date de soins" in narrow
    assert all(len(line) <= 60 for line in narrow[narrow.index("\nExemple ") :].splitlines())


def test_a_long_example_is_passed_over() -> None:
    def case(name: str, rows: int) -> cases.Case:
        lines = ["date;code", *["10/01/2023;TE2"] * rows]
        return cases.Case(name=name, acts="\n".join(lines), expect=())

    def chosen(*sizes: int) -> str:
        text = shown_rule("frequence/te2-annuelle", own=[case(str(n), n) for n in sizes])
        return text.partition("Exemple sans constat\n")[2].splitlines()[1]

    assert chosen(11, 10, 2) == "10."
    assert chosen(30, 12, 20) == "12."
    assert "Exemple" not in shown_rule("frequence/te2-annuelle")


def test_any_console_can_show_them() -> None:
    for encoding in ("cp1252", "cp850", "ascii"):
        shown_list(encoding=encoding).encode(encoding)
        for name in RULEBOOK.rules:
            shown_rule(name, encoding=encoding).encode(encoding)
