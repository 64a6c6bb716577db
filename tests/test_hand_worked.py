"""Cases worked out by hand from the texts, before anything was run: acts, and every finding that they must raise.

`wrong_today` marks those that the program still answers otherwise; the mark goes with the fault. Cases go through the
rules in one run, but for those that have to be alone; the long form runs each alone.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from avenant9 import Acts, Options, Rulebook, check, load_acts, load_rulebook
from avenant9.settings.derogations import granted_ceiling
from avenant9.settings.forms import Entry
from together import Answer, Asked, together

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

    def options(self, rulebook: Rulebook) -> Options:
        """What a check of its acts is asked."""
        return Options(
            as_of=self.as_of,
            only=self.selected(rulebook),
            complete_years=tuple(self.complete_years),
            derogations=tuple(
                granted_ceiling(Entry(f"dérogation {n}", one)) for n, one in enumerate(self.derogations, 1)
            ),
        )

    def loaded(self, rulebook: Rulebook, folder: Path) -> Acts:
        """Its acts, from standard input or from files `1.csv`, `2.csv`…"""
        if self.acts is not None:
            return load_acts(["-"], rulebook.nomenclature, stdin=io.BytesIO(self.acts.encode()))
        paths = [folder / f"{number}.csv" for number in range(1, len(self.files) + 1)]
        for path, text in zip(paths, self.files, strict=True):
            path.write_text(text, encoding="utf-8")
        return load_acts([str(path) for path in paths], rulebook.nomenclature)


def _read() -> Iterator[tuple[str, Case]]:
    for path in sorted(FOLDER.glob("*.toml")):
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            case = Case.model_validate(table)
            yield f"{path.stem}: {case.name}", case


CASES = [*_read()]
#: What a column holds tells what it is: rows of other cases below would tell it too.
OF_READING = ("cellules: ", "colonnes: ", "lecture: ")
RULEBOOK = load_rulebook()


class Said(NamedTuple):
    """What the rules that a case names say of it: findings as the tables write them; by rule, what was missing."""

    found: list[str]
    unknown: dict[str, list[str]]


@cache
def said_together() -> list[Said | None]:
    """Of each case that can be put together with the others, what comes of it in one run of them all."""
    asked = {
        place: Asked(case.acts, case.options(RULEBOOK))
        for place, (name, case) in enumerate(CASES)
        if case.acts is not None and not name.startswith(OF_READING)
    }
    answers = dict(zip(asked, together([*asked.values()], RULEBOOK), strict=True))
    return [_said(answers.get(place)) for place in range(len(CASES))]


def _said(answer: Answer | None) -> Said | None:
    if answer is None:
        return None
    return Said(
        [line(finding) for finding in answer.findings],
        {rule: list(missing) for rule, (_, missing) in answer.unverifiable.items()},
    )


def said_alone(case: Case, folder: Path) -> Said:
    report = check(case.loaded(RULEBOOK, folder), RULEBOOK, case.options(RULEBOOK))
    found = [line(finding) for finding in report.findings.iter_rows(named=True)]
    return Said(found, {entry.rule: list(entry.missing) for entry in report.unverifiable})


every_case = pytest.mark.parametrize("place", range(len(CASES)), ids=[name for name, _ in CASES])


@every_case
def test_case(place: int, tmp_path: Path) -> None:
    case = CASES[place][1]
    assert_right(case, said_together()[place] or said_alone(case, tmp_path))


@pytest.mark.slow
@every_case
def test_case_alone(place: int, tmp_path: Path) -> None:
    case = CASES[place][1]
    assert_right(case, said_alone(case, tmp_path))


def assert_right(case: Case, said: Said) -> None:
    right = said.found == case.expect and case.unverifiable in (None, said.unknown)
    if case.wrong_today:
        assert not right, "the program is right now: take the mark away"
    else:
        assert said.found == case.expect
        assert case.unverifiable in (None, said.unknown)


def line(finding: dict[str, Any]) -> str:
    """A finding as the tables write it: rule, verdict, row (of which file), what is at stake."""
    cents = finding["at_stake"]
    file = "" if finding["row"] is None or finding["file"] == "-" else f"{Path(finding['file']).stem}:"
    stake = "null" if cents is None else f"{cents // 100}.{cents % 100:02d}"
    return f"{finding['rule']} {finding['verdict']} {file}{finding['row'] or 0} {stake}"


def test_names() -> None:
    """Two cases of one name in a file would hide one another."""
    names = [name for name, _ in CASES]
    assert len(set(names)) == len(names)
