"""Six whole exports, in six styles, read unaided: every row accounted for, and what was put in found, nothing else.

What must be read stands in fixtures/exports/attendu.toml, which follows from what fixtures/exports.py puts in.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from avenant9 import Acts, Options, Report, check, load_acts, load_rulebook

ROOT = Path(__file__).resolve().parent.parent
EXPORTS = ROOT / "fixtures" / "exports"
WANTED: dict[str, dict[str, Any]] = {
    export["file"]: export
    for export in tomllib.loads((EXPORTS / "attendu.toml").read_text(encoding="utf-8"))["export"]
}

REASONS = {"illisible": r"illisible", "absent": r"absent|vide|manqu", "largeur": r"cellule|colonne"}


class Read:
    """An export as a newcomer drops it: no option, no mapping, no settings."""

    def __init__(self, file: str) -> None:
        rulebook = load_rulebook()
        self.acts: Acts = load_acts([str(EXPORTS / file)], rulebook.nomenclature)
        self.report: Report = check(self.acts, rulebook, Options(as_of=WANTED[file]["as_of"]))


@pytest.fixture(scope="module")
def read() -> Any:
    done: dict[str, Read] = {}

    def once(file: str) -> Read:
        if file not in done:
            done[file] = Read(file)
        return done[file]

    return once


def test_files_are_what_their_sources_say() -> None:
    command = [sys.executable, str(ROOT / "fixtures" / "exports.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_six_styles_are_there() -> None:
    assert {Path(file).suffix for file in WANTED} == {".csv", ".xlsx", ".ods"}
    assert len(WANTED) == 6
    assert all(300 <= sum(entry["rows"] for entry in export["input"]) <= 1500 for export in WANTED.values())
    assert all(3 <= len(export["finding"]) <= 6 for export in WANTED.values())


@pytest.mark.parametrize("file", WANTED)
def test_every_row_is_accounted_for(file: str, read: Any) -> None:
    acts, wanted = read(file).acts, WANTED[file]
    keys = ("rows", "acts", "rejected", "skipped")
    account = [(entry.sheet, *(getattr(entry, key) for key in keys)) for entry in acts.inputs]
    assert account == [(entry.get("sheet"), *(entry[key] for key in keys)) for entry in wanted["input"]]
    assert {(entry.encoding or "").removesuffix("-sig") or None for entry in acts.inputs} == {wanted.get("encoding")}
    assert {entry.separator for entry in acts.inputs} == {wanted.get("separator")}
    assert [entry.sheet for entry in acts.skipped_sheets] == wanted["skipped_sheets"]


@pytest.mark.parametrize("file", WANTED)
def test_no_row_is_rejected_but_the_planted_ones(file: str, read: Any) -> None:
    rejected, wanted = read(file).acts.rejected, WANTED[file]["rejected"]
    assert [(entry.where.sheet, entry.where.row) for entry in rejected] == [
        (entry.get("sheet"), entry["row"]) for entry in wanted
    ]
    for entry, planted in zip(rejected, wanted, strict=True):
        assert re.search(REASONS[planted["kind"]], entry.reason), entry.reason
        assert planted.get("cell") in {None, entry.where.cell}


@pytest.mark.parametrize("file", WANTED)
def test_columns_are_recognised_and_guesses_said(file: str, read: Any) -> None:
    acts, wanted = read(file).acts, WANTED[file]
    for entry, planted in zip(acts.inputs, wanted["input"], strict=True):
        assert {key: entry.columns.get(key) for key in planted["columns"]} == planted["columns"]
        assert not set(entry.columns.values()) & set(wanted["no_columns"])
    notices = "\n".join(map(str, acts.notices))
    assert [word for word in wanted["says"] if word not in notices] == []


@pytest.mark.parametrize("file", WANTED)
def test_cells_are_read(file: str, read: Any) -> None:
    """Codes, days, euros and patients of the acts that count."""
    wanted, counted = WANTED[file], read(file).acts.table
    counted = counted.filter(pl.col("uncounted").is_null() & ~pl.col("row").is_in(wanted["open_rows"]))
    assert tally(counted["code"]) == wanted["by_code"]
    assert tally(counted["date"].dt.strftime("%Y-%m")) == wanted["by_month"]
    assert euros(counted.unique(["input", "row"])["amount"].sum()) == wanted["euros"]
    assert counted["patient"].n_unique() == wanted["patients"]


def tally(values: pl.Series) -> dict[str, int]:
    return dict(sorted(values.value_counts().iter_rows()))


@pytest.mark.parametrize("file", WANTED)
def test_what_was_planted_is_found(file: str, read: Any) -> None:
    """All violations, and nothing else; the planted reviews, among others that a missing column may leave."""
    found = [
        {**line, "at_stake": euros(line["at_stake"])}
        for line in read(file).report.findings.select("rule", "verdict", "sheet", "row", "at_stake").to_dicts()
    ]
    planted = [finding(entry) for entry in WANTED[file]["finding"]]
    assert violations(found) == violations(planted)
    assert [entry for entry in planted if entry not in found] == []


@pytest.mark.parametrize("file", [file for file, export in WANTED.items() if export["refused"]])
def test_refused_invoices_are_counted_apart(file: str, read: Any) -> None:
    report = read(file).report
    assert report.summary.not_counted == sum(WANTED[file]["refused"].values())


def violations(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in findings if entry["verdict"] == "violation"]


def finding(entry: dict[str, Any]) -> dict[str, Any]:
    """A planted finding in the words of a report."""
    return {key: entry.get(key) for key in ("rule", "verdict", "sheet", "row", "at_stake")}


def euros(cents: int | None) -> str | None:
    return None if cents is None else f"{Decimal(cents) / 100:.2f}"


# --- with the settings of a doctor ------------------------------------------------------------------------

WITH_SETTINGS = [file for file, export in WANTED.items() if "finding_with_settings" in export]


@pytest.mark.parametrize("file", WITH_SETTINGS)
def test_four_constants_make_the_other_rules_run(file: str) -> None:
    """The same file beside an a9.toml: what lacked specialty, sector and OPTAM is answered."""
    wanted = WANTED[file]
    alone, helped = (checked(folder / file, wanted["as_of"]) for folder in (EXPORTS, EXPORTS / "avec_reglages"))
    constants = {"specialty", "sector", "optam"}
    assert constants <= {name for entry in alone["unverifiable"] for name in entry["missing"]}
    assert not constants & {name for entry in helped["unverifiable"] for name in entry["missing"]}
    assert violations(list(map(finding, helped["findings"]))) == [
        finding(entry) for entry in wanted["finding_with_settings"] if entry["verdict"] == "violation"
    ]


def checked(path: Path, as_of: Any) -> dict[str, Any]:
    sources = os.pathsep.join(str(ROOT / name) for name in ("core", "cli"))
    command = [sys.executable, "-m", "a9", "check", str(path), "--as-of", str(as_of), "--format", "json"]
    env = {**os.environ, "PYTHONPATH": sources}
    done = subprocess.run(command, capture_output=True, env=env, check=False)
    result: dict[str, Any] = json.loads(done.stdout)
    return result
