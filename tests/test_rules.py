"""Every rule against its table of cases: the file as a user holds it, the findings whole and in order.

The cases of a family of rules are tried in one run; the long form tries each alone.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from avenant9 import cases
from avenant9.rule_ids import family_of
from avenant9.rulebook.load import Rulebook, load_rulebook
from together import Answer, Asked, together

FILES = cases.find_tables(Path(__file__).parent / "rules")
CASES = {rule: cases.read_table(file).cases for rule, file in FILES.items()}


def every_case() -> list[Any]:
    return [
        pytest.param(rule, place, id=f"{rule}: {case.name}")
        for rule, table in CASES.items()
        for place, case in enumerate(table)
    ]


@cache
def rulebook() -> Rulebook:
    return load_rulebook()


@cache
def trials(family: str) -> dict[tuple[str, int], cases.Trial]:
    """What the rules of a family make of those of their cases that can be put together."""
    tables = {rule: table for rule, table in CASES.items() if family_of(rule) == family}
    tried = {(rule, place): case for rule, table in tables.items() for place, case in enumerate(table)}
    answers = together([Asked(case.acts, cases.asked(rule, case)) for (rule, _), case in tried.items()], rulebook())
    return {key: trial(tried[key], said) for key, said in zip(tried, answers, strict=True) if said}


def trial(case: cases.Case, said: Answer) -> cases.Trial:
    found = [cases.told(finding, said.explanations) for finding in said.findings]
    unknown = [{"acts": acts, "missing": list(missing)} for acts, missing in said.unverifiable.values()]
    return cases.Trial(case, found, unknown, rejected=())


@pytest.mark.parametrize(("rule", "place"), every_case())
def test_case(rule: str, place: int) -> None:
    assert_holds(trials(family_of(rule)).get((rule, place)) or cases.try_case(rule, CASES[rule][place], rulebook()))


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "place"), every_case())
def test_case_alone(rule: str, place: int) -> None:
    assert_holds(cases.try_case(rule, CASES[rule][place], rulebook()))


def assert_holds(trial: cases.Trial) -> None:
    assert trial.found == trial.case.expected  # here message and explanation are always given
    assert trial.differences == ()
