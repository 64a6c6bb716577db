"""Every rule against its table of cases: the file as a user holds it, the findings whole and in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from avenant9 import cases
from avenant9.rulebook.load import Rulebook, load_rulebook

TABLES = cases.find_tables(Path(__file__).parent / "rules")


def every_case() -> list[Any]:
    return [
        pytest.param(rule, case, id=f"{file.id}: {case.name}")
        for rule, file in TABLES.items()
        for case in cases.read_table(file).cases
    ]


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.mark.parametrize(("rule", "case"), every_case())
def test_case(rule: str, case: cases.Case, rulebook: Rulebook) -> None:
    trial = cases.try_case(rule, case, rulebook)
    assert trial.found == case.expected  # here message and explanation are always given
    assert trial.differences == ()
