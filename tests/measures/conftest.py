"""Files of acts, shifts and patients as a user writes them, under the measures of a scenario."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

import pytest

from avenant9.measures.simulate import Ask, simulate
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.measures import load_measures
from avenant9.settings.scenario import Scenario
from avenant9.shifts import load_activity

if TYPE_CHECKING:
    from pathlib import Path

    from avenant9.results.measures import Measures


LAW = Scenario()


class Simulate(Protocol):
    def __call__(
        self, csv: str, scenario: Scenario = ..., only: tuple[str, ...] = ..., zone: str = ...
    ) -> Measures: ...


@pytest.fixture
def simulated(tmp_path: Path) -> Simulate:
    """What a simulation says of one CSV."""

    def run(
        csv: str,
        scenario: Scenario = LAW,
        only: tuple[str, ...] = (),
        zone: str = "metropole",
    ) -> Measures:
        file = tmp_path / "actes.csv"
        file.write_text(csv.strip() + "\n", encoding="utf-8")
        rulebook = load_rulebook()
        activity = load_activity([str(file)], rulebook.nomenclature)
        return simulate(activity, load_measures(), rulebook, Ask(date(2026, 11, 22), zone, only), scenario)

    return run
