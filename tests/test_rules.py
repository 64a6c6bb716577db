"""Every rule against its table of cases: the file as a user holds it, the findings whole and in order."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from avenant9.acts.load import load_acts
from avenant9.engine import Options, check
from avenant9.model import GrantedCeiling, Report
from avenant9.rulebook.load import Rulebook, load_rulebook

TABLES = Path(__file__).parent / "rules"
AS_OF = date(2026, 11, 22)


def cases() -> list[Any]:
    return [
        pytest.param(f"{path.parent.name}/{path.stem}", case, id=f"{path.stem}: {case['name']}")
        for path in sorted(TABLES.glob("*/*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.mark.parametrize(("rule", "case"), cases())
def test_case(rule: str, case: dict[str, Any], rulebook: Rulebook, tmp_path: Path) -> None:
    report = run(rule, case, rulebook, tmp_path)
    assert list(map(told, report.findings.iter_rows(named=True))) == [whole(finding) for finding in case["expect"]]
    missing = case.get("unverifiable")
    assert [{"acts": u.acts, "missing": list(u.missing)} for u in report.unverifiable] == (
        [missing] if missing else []
    )


def run(rule: str, case: dict[str, Any], rulebook: Rulebook, folder: Path) -> Report:
    file = folder / "actes.csv"
    file.write_text(case["acts"], encoding="utf-8")
    acts = load_acts([str(file)], rulebook.nomenclature)
    options = Options(
        as_of=date.fromisoformat(case["as_of"]) if isinstance(case.get("as_of"), str) else case.get("as_of", AS_OF),
        zone=case.get("zone", "metropole"),
        only=(rule,),
        derogations=tuple(granted(entry) for entry in case.get("derogations", ())),
    )
    return check(acts, rulebook, options)


def granted(entry: dict[str, Any]) -> GrantedCeiling:
    known = {key: value for key, value in entry.items() if key not in ("ceiling", "conditions")}
    return GrantedCeiling(
        ceiling_bp=round(entry["ceiling"] * 10_000), conditions=tuple(entry.get("conditions", ())), **known
    )


def told(finding: dict[str, Any]) -> dict[str, Any]:
    """A finding as a case table writes it."""
    entry = {
        "row": finding["row"] or 0,
        "verdict": finding["verdict"],
        "at_stake": "null" if finding["at_stake"] is None else f"{finding['at_stake'] / 100:.2f}",
        "related": [place["row"] for place in finding["related"]],
        "message": finding["message"],
        "explanation": {k: v for k, v in json.loads(finding["explanation"]).items() if v is not None},
    }
    if finding["row"] is None:
        entry |= {"year": finding["year"], "practitioner": finding["practitioner"]}
    return entry


def whole(finding: dict[str, Any]) -> dict[str, Any]:
    return {"related": [], **finding}
