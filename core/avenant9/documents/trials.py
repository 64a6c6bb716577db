"""What rules made of their cases: which hold, and for the others what was expected and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.results.base import encoded
from avenant9.wording import counted, plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from avenant9.cases import Trial
    from avenant9.report.page import Page

FORMAT = "a9-rules-test/1"


def render_text(trials: Mapping[str, Sequence[Trial]], page: Page) -> str:
    """One line a rule (id -> trials, none where it has no cases), the cases that fail below it, then the answer."""
    lines: list[str] = []
    for rule, tried in trials.items():
        lines.append(page.wrap(f"{rule} : {_count(tried)}", "  ", ""))
        for trial in (trial for trial in tried if trial.differences):
            lines.append(page.wrap(f"échec : {trial.case.name}", "    ", "  "))
            lines += [page.wrap(difference, "      ", "    ") for difference in trial.differences]
    return "\n".join([*lines, "", page.wrap(_answer(trials))]) + "\n"


def _count(tried: Sequence[Trial]) -> str:
    if not tried:
        return "aucun cas"
    held = sum(not trial.differences for trial in tried)
    if held == len(tried):
        return f"{counted(held, 'cas réussi', 'cas réussis')}"
    return f"{counted(held, 'cas réussi', 'cas réussis')} sur {len(tried)}"


def _answer(trials: Mapping[str, Sequence[Trial]]) -> str:
    every = [trial for tried in trials.values() for trial in tried]
    failed = sum(bool(trial.differences) for trial in every)
    untried = [rule for rule, tried in trials.items() if not tried]
    words = [counted(len(every), "cas"), plural(failed, f"{failed} échec", f"{failed} échecs")]
    if untried:
        words.append(counted(len(untried), "règle sans cas", "règles sans cas"))
    return f"{', '.join(words)}."


def render_json(trials: Mapping[str, Sequence[Trial]]) -> bytes:
    """The same, as one object."""
    result = {
        "format": FORMAT,
        "rules": [
            {
                "rule": rule,
                "cases": len(tried),
                "failed": [
                    {
                        "case": trial.case.name,
                        "differences": list(trial.differences),
                        "expected": trial.case.expected,
                        "found": trial.found,
                    }
                    for trial in tried
                    if trial.differences
                ],
            }
            for rule, tried in trials.items()
        ],
    }
    return encoded(result)
