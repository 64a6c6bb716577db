"""`a9 measures list` and `show` on the day of the user's clock."""

from __future__ import annotations

import json

import pytest
from freezegun import freeze_time

from a9.main import run


def standings(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, dict[str, str]]:
    assert run(["measures", *arguments, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    periods = found["measures"] if "measures" in found else found["periods"]
    return found["on"], {f"{one['id']} {one['period']}": one["status"] for one in periods}


@pytest.fixture(autouse=True)
def _known_before_the_clock_stops(capsys: pytest.CaptureFixture[str]) -> None:
    """A model that is completed while the clock is stopped would not know its dates for what they are."""
    standings(capsys, "list")
    standings(capsys, "show", "snp")


@pytest.mark.parametrize(
    ("today", "summer", "autumn", "flash"),
    [
        ("2022-06-30", "to_come", "to_come", "to_come"),
        ("2022-07-01", "to_come", "to_come", "in_force"),
        ("2022-07-12", "to_come", "to_come", "in_force"),
        ("2022-07-13", "in_force", "to_come", "in_force"),
        ("2022-09-30", "in_force", "to_come", "in_force"),
        ("2022-10-01", "past", "in_force", "past"),
        ("2022-12-10", "past", "past", "past"),
    ],
)
def test_status_of_today(
    today: str, summer: str, autumn: str, flash: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with freeze_time(f"{today} 12:00"):
        on, found = standings(capsys, "list")
        assert (on, found) == standings(capsys, "list", "--on", today)
        assert (on, found["snp ete-2022"]) == standings_of_snp(capsys)
    assert on == today
    assert [found["snp ete-2022"], found["snp automne-2022"], found["regulation-sas mission-flash-2022"]] == [
        summer, autumn, flash,
    ]  # fmt: skip


def standings_of_snp(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    on, found = standings(capsys, "show", "snp")
    return on, found["snp ete-2022"]


def test_the_day_asked_for_wins_over_the_clock(capsys: pytest.CaptureFixture[str]) -> None:
    with freeze_time("2023-01-01 12:00"):
        assert standings(capsys, "list", "--as-of", "2022-09-30")[0] == "2022-09-30"
        assert standings(capsys, "list", "--as-of", "2022-09-30", "--on", "2022-08-01")[0] == "2022-08-01"
