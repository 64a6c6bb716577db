"""What each reader may see: pseudonyms but for `interne`; under `fiscal`, nothing of the nature of the services."""

from __future__ import annotations

import json

import pytest

from avenant9 import profile
from avenant9.documents import check_csv as csv
from avenant9.documents.render import render as rendered
from avenant9.model import Rejected
from avenant9.records import replace
from avenant9.report.page import Page
from avenant9.results import check_json as json_format
from avenant9.results.check import Report
from report.reports import DOUBT, FIFTH, LATE, REJECTED, RULES, THRESHOLD, UNVERIFIABLE, YEAR, report

NATURE = (
    "TE2",
    "Téléexpertise",
    "téléexpertise",
    "te2",
    "activite-distance",
    "distance",
    "UNCAM",
    "exemple.fr",
    "VL",
)


def full() -> Report:
    rejected = (*REJECTED, Rejected("actes.xlsx", "Actes", 59, "B59", "code illisible : TE2?"))
    return report(
        FIFTH,
        DOUBT,
        LATE,
        YEAR,
        unverifiable=UNVERIFIABLE,
        rejected=rejected,
        threshold=(THRESHOLD,),
        notices=("TE2 inconnu",),
        rulebook=replace(RULES, replaced=("frequence/te2-annuelle", "frequence/te2-douze-mois")),
    )


def formats(shown: Report) -> dict[str, str]:
    return {
        "table": rendered("table", shown, Page()),
        "csv": csv.render(shown).decode("utf-8-sig"),
        "json": json_format.render(shown).decode(),
    }


@pytest.mark.parametrize("name", ["comptable", "cpam", "fiscal"])
def test_no_identifier_of_a_patient_is_left(name: str) -> None:
    shown = profile.apply(full(), name)
    assert shown.profile == name
    assert shown.findings["patient"].to_list() == ["P0007", "P0007", "P0008", None]
    assert "pseudonym" not in shown.findings.columns
    for text in formats(shown).values():
        assert "1850175" not in text


def test_interne_shows_the_file_as_it_is() -> None:
    shown = profile.apply(full(), "interne")
    assert shown.findings["patient"].to_list() == ["1850175000001", "1850175000001", "1850175000002", None]
    assert "1850175000001" in formats(shown)["csv"]


def test_fiscal_tells_nothing_of_the_services() -> None:
    shown = profile.apply(full(), "fiscal")
    for name, text in formats(shown).items():
        for word in NATURE:
            assert word not in text, (name, word)
    findings = json.loads(json_format.render(shown))["findings"]
    assert [finding["rule"] for finding in findings] == ["frequence", "frequence", "frequence", "seuil"]
    assert {finding[key] for finding in findings for key in ("code", "source", "explanation", "fingerprint")} == {
        None
    }
    assert [finding["message"] for finding in findings] == [
        "Fréquence : 20,00\u00a0€ en jeu.",
        "Fréquence : montant inconnu.",
        "Fréquence : 1\u00a0234,56\u00a0€ en jeu.",
        "Seuil : 80,00\u00a0€ en jeu.",
    ]
    assert [entry.rule for entry in shown.unverifiable] == ["condition", "frequence", "tarif"]
    assert {entry.reason for entry in shown.rejected} == {"cellule illisible"}
    assert (shown.sources, shown.titles, shown.threshold, shown.notices) == ({}, {}, (), ())
    assert shown.rulebook.replaced == ("frequence",)


def test_fiscal_counts_by_family() -> None:
    rows = profile.apply(full(), "fiscal").by_rule.rows()
    assert rows == [
        ("seuil", "violation", None, 1, 8000),
        ("frequence", "violation", None, 2, 2000),  # without what is out of time
        ("frequence", "review", None, 1, None),
    ]


def test_sums_and_amounts_are_the_same_for_all() -> None:
    for name in profile.PROFILES:
        shown = profile.apply(full(), name)
        assert shown.summary == full().summary
        assert shown.findings["at_stake"].to_list() == [2000, None, 123456, 8000]


def test_nothing_found_under_each_profile() -> None:
    for name in profile.PROFILES:
        assert profile.apply(report(), name).findings.is_empty()


def test_an_unknown_profile_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such profile"):
        profile.apply(report(), "public")
