"""Cases worked out by hand from the texts, before anything was run: acts, and every finding that they must raise.

`wrong_today` marks those that the program still answers otherwise; the mark goes with the fault.
"""

from __future__ import annotations

import io
import tomllib
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from avenant9 import Acts, Options, Rulebook, check, load_acts, load_rulebook
from avenant9.settings.derogations import granted_ceiling
from avenant9.settings.forms import Entry

FOLDER = Path(__file__).parent / "hand_worked"

Finding = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]+/[a-z0-9-]+ (violation|review) (\d+:)?\d+ (\d+\.\d\d|null)$"),
]


class Case(BaseModel):
    """One table: `rules` are globs, by default all that look at an act; `expect` is whole and in order."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    why: str
    as_of: date = date(2026, 11, 22)
    acts: str | None = None
    files: list[str] = []
    complete_years: list[int] = []
    derogations: list[dict[str, Any]] = []
    rules: list[str] = Field(default=[], min_length=1)
    expect: list[Finding]
    unverifiable: dict[str, list[str]] | None = None
    wrong_today: bool = False

    def selected(self, rulebook: Rulebook) -> tuple[str, ...]:
        """The ids that the globs name; each names one at least."""
        if not self.rules:
            return tuple(r for r in rulebook.rules if r != "donnees/code-inconnu" and not r.startswith("seuil/"))
        named = {glob: [rule for rule in rulebook.rules if fnmatchcase(rule, glob)] for glob in self.rules}
        assert all(named.values()), named
        return tuple(sorted({rule for rules in named.values() for rule in rules}))

    def loaded(self, rulebook: Rulebook, folder: Path) -> Acts:
        """Its acts, from standard input or from files `1.csv`, `2.csv`…"""
        if self.acts is not None:
            return load_acts(["-"], rulebook.nomenclature, stdin=io.BytesIO(self.acts.encode()))
        paths = [folder / f"{number}.csv" for number in range(1, len(self.files) + 1)]
        for path, text in zip(paths, self.files, strict=True):
            path.write_text(text, encoding="utf-8")
        return load_acts([str(path) for path in paths], rulebook.nomenclature)


def every_case() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case.name}")
        for path in sorted(FOLDER.glob("*.toml"))
        for case in (Case.model_validate(table) for table in tomllib.loads(path.read_text(encoding="utf-8"))["case"])
    ]


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.mark.parametrize("case", every_case())
def test_case(case: Case, rulebook: Rulebook, tmp_path: Path) -> None:
    options = Options(
        as_of=case.as_of,
        only=case.selected(rulebook),
        complete_years=tuple(case.complete_years),
        derogations=tuple(
            granted_ceiling(Entry(f"dérogation {n}", one)) for n, one in enumerate(case.derogations, 1)
        ),
    )
    report = check(case.loaded(rulebook, tmp_path), rulebook, options)
    found = [line(finding) for finding in report.findings.iter_rows(named=True)]
    unknown = {entry.rule: list(entry.missing) for entry in report.unverifiable}
    right = found == case.expect and case.unverifiable in (None, unknown)
    if case.wrong_today:
        assert not right, "the program is right now: take the mark away"
    else:
        assert found == case.expect
        assert case.unverifiable in (None, unknown)


def line(finding: dict[str, Any]) -> str:
    """A finding as the tables write it: rule, verdict, row (of which file), what is at stake."""
    cents = finding["at_stake"]
    file = "" if finding["row"] is None or finding["file"] == "-" else f"{Path(finding['file']).stem}:"
    stake = "null" if cents is None else f"{cents // 100}.{cents % 100:02d}"
    return f"{finding['rule']} {finding['verdict']} {file}{finding['row'] or 0} {stake}"


def test_names() -> None:
    """Two cases of one name in a file would hide one another."""
    names = [parameter.id for parameter in every_case()]
    assert len(set(names)) == len(names)
