"""The invented files: what their sources say, what the reader says of each, what a check finds in a year."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
DIRTY = FIXTURES / "dirty"
RUNS: list[dict[str, Any]] = tomllib.loads((DIRTY / "expected.toml").read_text(encoding="utf-8"))["run"]
YEAR: dict[str, Any] = tomllib.loads((FIXTURES / "annee_cabinet.toml").read_text(encoding="utf-8"))

KINDS = {
    "illisible": r"illisible",
    "absent": r"absent|vide|manqu",
    "erreur": r"erreur #",
    "formule": r"formule",
}


@pytest.mark.parametrize("script", ["build.py", "practice_year.py"])
def test_files_are_what_their_sources_say(script: str) -> None:
    done = subprocess.run([sys.executable, FIXTURES / script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_is_expected() -> None:
    named = {name for run in RUNS for name in (*run["files"], run.get("mapping", "expected.toml"))}
    assert named == {path.name for path in DIRTY.iterdir()}


# --- the reader -------------------------------------------------------------------------------------------


def run_name(run: dict[str, Any]) -> str:
    extras = [run["mapping"]] if "mapping" in run else []
    return "+".join([*run["files"], *extras, *(["all-sheets"] if run.get("all_sheets") else [])])


@pytest.mark.parametrize("run", RUNS, ids=run_name)
def test_reader(run: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from avenant9.acts.asked import ReadOptions
    from avenant9.acts.load import load_acts
    from avenant9.errors import InputError
    from avenant9.rulebook.load import load_rulebook
    from avenant9.settings.mapping import load_mapping

    monkeypatch.chdir(DIRTY)
    mapping = load_mapping(Path(run["mapping"])) if "mapping" in run else None
    options = ReadOptions(mapping=mapping, all_sheets=run.get("all_sheets", False))
    nomenclature = load_rulebook().nomenclature
    if "refused" in run:
        with pytest.raises(InputError) as refusal:
            load_acts(run["files"], nomenclature, options)
        said = str(refusal.value).casefold()
        assert any(word.casefold() in said for word in run["refused"]), said
        return
    acts = load_acts(run["files"], nomenclature, options)

    assert [account(read, expected) for read, expected in zip(acts.inputs, run["input"], strict=False)] == run[
        "input"
    ]
    assert len(acts.inputs) == len(run["input"])
    assert [entry.where.cell for entry in acts.rejected] == [entry["cell"] for entry in run.get("rejected", [])]
    for entry, expected in zip(acts.rejected, run.get("rejected", []), strict=True):
        assert re.search(KINDS[expected["kind"]], entry.reason), entry.reason
    assert sorted(sheet.sheet or "" for sheet in acts.skipped_sheets) == sorted(run.get("skipped_sheets", []))
    notices = "\n".join(map(str, acts.notices)).casefold()
    assert [word for word in run.get("says", []) if word.casefold() not in notices] == [], notices

    table = acts.table.to_dicts()
    expected_acts = table_of(run["acts"])
    keys = list(expected_acts[0]) if expected_acts else []
    seen = [{key: shown(act, key, table) for key in keys} for act in table[: len(expected_acts)]]
    assert [hidden(act, like) for act, like in zip(seen, expected_acts, strict=False)] == expected_acts
    assert len(table) == sum(entry["acts"] for entry in run["input"])
    assert acts.table["patient"].drop_nulls().n_unique() == run["patients"]
    for rows in run.get("same_patient", []):
        assert len({act["patient"] for act in table if act["row"] in rows}) == 1, rows


def account(read: Any, expected: dict[str, Any]) -> dict[str, Any]:
    """The account of an input in the words of expected.toml, and only those it uses."""
    encoding = (read.encoding or "").lower().replace("_", "-").replace("utf8", "utf-8")
    if encoding.startswith(expected.get("encoding", "\0")):
        encoding = expected["encoding"]
    said = {
        "rows": read.rows,
        "acts": read.acts,
        "rejected": read.rejected,
        "skipped": read.skipped,
        "sheet": read.sheet,
        "encoding": encoding or None,
        "separator": read.separator,
        "columns": read.columns,
    }
    optional = {"columns"} - set(expected)
    return {key: value for key, value in said.items() if value is not None and key not in optional}


def table_of(text: str) -> list[dict[str, str]]:
    """The lines of a small `;` table as dictionaries of text."""
    header, *lines = [line.split(";") for line in text.strip().splitlines()]
    return [dict(zip(header, line, strict=True)) for line in lines]


def hidden(seen: dict[str, str], like: dict[str, str]) -> dict[str, str]:
    return {key: "*" if like[key] == "*" else value for key, value in seen.items()}


def shown(act: dict[str, Any], key: str, table: list[dict[str, Any]]) -> str:
    """A value of the acts table as expected.toml writes it."""
    if key == "repeats":
        first = act["duplicate_of"]
        return "" if first is None else str(next(other["row"] for other in table if other["act"] == first))
    value = act[key]
    if value is None:
        return ""
    if key in ("amount", "overcharge", "reimbursed"):
        return f"{Decimal(value) / 100:.2f}"
    if key in ("coefficient", "rate"):
        return f"{value / (1000 if key == 'coefficient' else 100):g}"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


# --- a year of a practice ---------------------------------------------------------------------------------


def checked(path: Path, *, derogations: bool = False) -> Any:
    from avenant9.acts.load import load_acts
    from avenant9.engine import Options, check
    from avenant9.model import GrantedCeiling
    from avenant9.rulebook.load import load_rulebook

    granted: list[GrantedCeiling] = []
    if derogations:
        entries = tomllib.loads((FIXTURES / "derogations.toml").read_text(encoding="utf-8"))["derogation"]
        granted = [
            GrantedCeiling(
                entry["practitioner"],
                entry["year"],
                round(entry["ceiling"] * 10_000),
                tuple(entry["conditions"]),
                entry["decided_on"],
                entry["tacit_renewal"],
            )
            for entry in entries
        ]
    rulebook = load_rulebook()
    return check(
        load_acts([str(path)], rulebook.nomenclature),
        rulebook,
        Options(as_of=YEAR["as_of"], derogations=tuple(granted)),
    )


def findings(report: Any) -> list[dict[str, Any]]:
    """The findings in the words of annee_cabinet.toml."""
    said = []
    for line in report.findings.select(
        "rule", "verdict", "sheet", "row", "practitioner", "year", "at_stake"
    ).to_dicts():
        cents = line.pop("at_stake")
        line["at_stake"] = None if cents is None else f"{Decimal(cents) / 100:.2f}"
        for key in ("practitioner", "year") if line["row"] is not None else ("sheet", "row"):
            del line[key]
        said.append(line)
    return said


def planted(*tables: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in found.items() if key != "why"} for table in tables for found in YEAR[table]]


@pytest.fixture(scope="module")
def year_report() -> Any:
    return checked(FIXTURES / "annee_cabinet.xlsx")


def test_year_holds_what_was_planted_and_nothing_else(year_report: Any) -> None:
    assert findings(year_report) == planted("anomaly")


def test_year_is_read_whole(year_report: Any) -> None:
    assert [entry.sheet for entry in year_report.inputs] == ["Généraliste", "Psychiatre"]
    assert sum(entry.rows for entry in year_report.inputs) == YEAR["rows"]
    assert sum(entry.acts for entry in year_report.inputs) == YEAR["acts"]
    assert year_report.rejected == ()
    assert {key: getattr(year_report.summary, key) for key in ("practitioners", "patients")} == {
        key: YEAR[key] for key in ("practitioners", "patients")
    }


def test_year_leaves_only_tariffs_unknown(year_report: Any) -> None:
    unknown = [(entry.rule, entry.acts, entry.missing) for entry in year_report.unverifiable]
    assert unknown == [("tarif/conventionnel", YEAR["without_tariff"], ("tariff",))]


def test_year_with_the_derogation() -> None:
    report = checked(FIXTURES / "annee_cabinet.xlsx", derogations=True)
    assert findings(report) == [*planted("anomaly")[:-1], *planted("with_derogation")]


def test_clean_practice_is_clean() -> None:
    report = checked(FIXTURES / "cabinet_conforme.csv")
    assert findings(report) == []
    assert sum(entry.acts for entry in report.inputs) == 60
    assert report.rejected == ()
    assert {entry.rule for entry in report.unverifiable} <= {"tarif/conventionnel"}  # the CCAM acts
