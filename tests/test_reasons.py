"""Every finding that is only to be examined says why: in all case tables, whose messages are compared whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from avenant9 import cases
from avenant9.rulebook.load import load_rulebook

TABLES = cases.find_tables(cases.shipped_tables() or Path())
#: What a finding says of its rows themselves: who the patient is, whether the year is over.
OF_THE_ROWS = ("il peut s'agir de plusieurs patients", "(année en cours)", "conditions à vérifier", "année peut-être")


@pytest.mark.parametrize("rule", [name for name in TABLES if not name.startswith("donnees/")])
def test_a_review_says_why(rule: str) -> None:
    for case in cases.read_table(TABLES[rule]).cases:
        for expected in case.expect:
            if expected.verdict == "review":
                message = expected.message or ""
                assert "examiner" in message or any(words in message for words in OF_THE_ROWS), (case.name, message)


def test_reasons_are_the_end_of_a_sentence() -> None:
    """The program writes « À examiner : » before them and the full stop after them."""
    for rule in load_rulebook().rules.values():
        for version in rule.version:
            doubt = version.doubt or ""
            assert not doubt.endswith("."), version
            assert "examiner" not in doubt, version
