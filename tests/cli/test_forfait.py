"""What of the forfait depends on the day of the user's clock, and on nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from a9.main import run

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "practices" / "cabinet_2022.toml"


def simulated(day: str, folder: Path, *more: str) -> dict[str, Any]:
    out = folder / "r.json"
    with freeze_time(f"{day} 12:00"):
        assert run(["forfait", "simulate", str(FILE), "--what-if", "--quiet", "-o", str(out), *more]) == 0
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("day", "window", "payment"),
    [
        ("2023-01-09", "to_come", "to_come"),
        ("2023-01-10", "open", "to_come"),
        ("2023-02-10", "open", "to_come"),
        ("2023-02-11", "past", "to_come"),
        ("2023-04-20", "past", "to_come"),
        ("2023-04-21", "past", "past"),
    ],
)
def test_the_calendar_is_that_of_today(day: str, window: str, payment: str, tmp_path: Path) -> None:
    found = simulated(day, tmp_path)
    assert found["as_of"] == day
    assert [entry["status"] for entry in found["deadlines"][:2]] == [window, payment]


@pytest.mark.parametrize(
    ("day", "documents", "team"),
    [
        ("2022-12-31", True, True),
        ("2023-01-01", False, True),
        ("2023-02-10", False, True),
        ("2023-02-11", False, False),
    ],
)
def test_what_is_still_possible_today(day: str, documents: bool, team: bool, tmp_path: Path) -> None:
    possible = {change["indicator"]: change["possible"] for change in simulated(day, tmp_path)["what_if"]}
    assert (possible["taux_dmp"], possible["prise_en_charge_coordonnee"]) == (documents, team)


def test_as_of_replaces_today_and_never_the_points(tmp_path: Path) -> None:
    given = simulated("2026-11-22", tmp_path, "--as-of", "2023-02-10")
    assert given == simulated("2023-02-10", tmp_path)
    later = simulated("2026-11-22", tmp_path)
    assert (given["points"], given["volets"]) == (later["points"], later["volets"])
