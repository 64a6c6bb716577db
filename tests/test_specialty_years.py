"""Practice-years of several specialties: the check finds what was planted, and every row can be explained."""

from __future__ import annotations

import random
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from avenant9.acts.load import load_acts
from avenant9.documents.render import render
from avenant9.engine import Options, check
from avenant9.explain import Explainer
from avenant9.model import Acts, Verdict
from avenant9.profile import explained
from avenant9.report.page import Page
from avenant9.results.check import Report
from avenant9.rulebook.load import Rulebook, load_rulebook

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
YEARS: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((FIXTURES / "annees").glob("*.toml"))
}
OF_2026 = [name for name in YEARS if name.endswith("_2026")]
PLANTED = [
    pytest.param(name, entry, id=f"{name} {entry['rule']} {entry['row']}")
    for name, year in YEARS.items()
    for entry in year["anomaly"]
    if "row" in entry
]
SAID = (Verdict.VIOLATION, Verdict.REVIEW)


def test_files_are_what_their_sources_say() -> None:
    command = [sys.executable, str(FIXTURES / "specialty_years.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_six_specialties_are_there_under_either_convention() -> None:
    assert list(YEARS) == [
        "cardiologie",
        "cardiologie_2026",
        "dermatologie_2025",
        "dermatologie_2026",
        "endocrinologie",
        "gynecologie",
        "gynecologie_2026",
        "medecine_generale",
        "medecine_generale_2026",
        "pediatrie",
        "pediatrie_2026",
        "psychiatrie",
        "psychiatrie_2026",
    ]
    assert all((FIXTURES / "annees" / f"{name}.xlsx").stat().st_size < 120_000 for name in YEARS)
    assert all(500 <= year["rows"] <= 1000 for year in YEARS.values())


class Checked:
    """One year, read, checked, and ready to be explained."""

    def __init__(self, name: str, rulebook: Rulebook) -> None:
        options = Options(as_of=YEARS[name]["as_of"])
        self.acts: Acts = load_acts([str(FIXTURES / "annees" / f"{name}.xlsx")], rulebook.nomenclature)
        self.report: Report = check(self.acts, rulebook, options)
        self.explainer = Explainer(self.acts, rulebook, options)


@pytest.fixture(scope="module")
def years() -> dict[str, Checked]:
    rulebook = load_rulebook()
    return {name: Checked(name, rulebook) for name in YEARS}


def findings(said: Report) -> list[dict[str, Any]]:
    """The findings in the words of the lists."""
    entries = []
    keys = ("rule", "verdict", "sheet", "row", "practitioner", "year", "at_stake")
    for entry in said.findings.select(keys).to_dicts():
        cents = entry.pop("at_stake")
        entry["at_stake"] = None if cents is None else f"{Decimal(cents) / 100:.2f}"
        for key in ("practitioner", "year") if entry["row"] is not None else ("sheet", "row"):
            del entry[key]
        entries.append(entry)
    return entries


@pytest.mark.parametrize("name", YEARS)
def test_year_holds_what_was_planted_and_nothing_else(name: str, years: dict[str, Checked]) -> None:
    planted = [{key: value for key, value in entry.items() if key != "why"} for entry in YEARS[name]["anomaly"]]
    assert findings(years[name].report) == planted


@pytest.mark.parametrize("name", YEARS)
def test_year_leaves_unknown_what_was_left_out_and_nothing_else(name: str, years: dict[str, Checked]) -> None:
    unknown = [
        {"rule": entry.rule, "acts": entry.acts, "missing": list(entry.missing)}
        for entry in years[name].report.unverifiable
    ]
    assert unknown == YEARS[name]["unverifiable"]


@pytest.mark.parametrize("name", OF_2026)
def test_amounts_of_2026_are_verified_and_no_right_one_is_reproached(name: str, years: dict[str, Checked]) -> None:
    """At least 97 of 100 acts; those of the CCAM are left out, the convention does not set their tariffs."""
    said, year = years[name].report, YEARS[name]
    unknown = sum(entry.acts for entry in said.unverifiable if entry.rule == "tarif/conventionnel")
    assert 100 * (unknown - year["technical"]) <= 3 * (year["acts"] - year["technical"])
    planted = [(entry["rule"], entry.get("row")) for entry in year["anomaly"]]
    amounts = [entry for entry in findings(said) if entry["rule"].startswith("tarif/")]
    assert amounts
    assert all((entry["rule"], entry.get("row")) in planted for entry in amounts)


@pytest.mark.parametrize("name", YEARS)
def test_year_is_read_whole(name: str, years: dict[str, Checked]) -> None:
    said = years[name].report
    [entry] = said.inputs
    assert (entry.rows, entry.acts) == (YEARS[name]["rows"], YEARS[name]["acts"])
    assert said.rejected == ()
    assert (said.summary.practitioners, said.summary.patients) == (1, YEARS[name]["patients"])


@pytest.mark.parametrize(("name", "entry"), PLANTED)
def test_planted_rows_are_explained_as_they_are_checked(
    name: str, entry: dict[str, Any], years: dict[str, Checked]
) -> None:
    explanation = years[name].explainer.at(f"{entry['sheet']}!{entry['row']}")
    said = [block for one in explanation.acts for block in one.blocks if block.verdict in SAID]
    found = next(block for block in said if block.rule == entry["rule"])
    assert found.verdict is not None
    assert (found.verdict, found.at_stake) == (entry["verdict"], int(Decimal(entry["at_stake"]) * 100))
    on_row = [other for other in YEARS[name]["anomaly"] if other.get("row") == entry["row"]]
    alone = {block.rule for block in said if block.carried_by is None and not block.rule.startswith("seuil/")}
    assert alone == {other["rule"] for other in on_row}
    text = str(render("table", explained(explanation, "comptable"), Page()))
    title = f"{entry['rule']}\n{'-' * len(entry['rule'])}\n"
    answer = text.partition(title)[2].partition("\n\n")[0].rpartition("\n  Réponse : ")[2]
    assert answer.startswith(f"{found.verdict.french}. ")


@pytest.mark.parametrize("number", [3, pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", YEARS)
def test_any_row_can_be_explained(name: str, number: int, years: dict[str, Checked]) -> None:
    rows = random.Random(name).sample(range(2, YEARS[name]["rows"] + 2), number)
    planted = {(entry.get("row"), entry["rule"]) for entry in YEARS[name]["anomaly"]}
    for row in rows:
        explanation = years[name].explainer.at(str(row))
        blocks = [block for one in explanation.acts for block in one.blocks]
        assert blocks, row
        alone = {block.rule for block in blocks if block.verdict in SAID and block.carried_by is None}
        assert {(row, rule) for rule in alone if not rule.startswith("seuil/")} <= planted
        for profile in ("interne", "comptable", "fiscal", "cpam"):
            shown = explained(explanation, profile)
            assert render("table", shown, Page())
            assert render("json", shown, Page())
