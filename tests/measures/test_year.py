"""The shipped practice of fixtures/annee_mesures.xlsx: each line is worth what its source says."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from avenant9.calendar import Calendar
from avenant9.measures import protocols, shifts
from avenant9.measures.simulate import Ask, simulate
from avenant9.results.base import iso_month
from avenant9.results.measures import Measures
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.measures import Hourly, PerPatient, ShiftFee, load_measures
from avenant9.settings.scenario import Change, Scenario
from avenant9.shifts import load_activity

FIXTURES = Path(__file__).parents[2] / "fixtures"
SOURCE: dict[str, Any] = tomllib.loads((FIXTURES / "sources/annee_mesures/annee.toml").read_text(encoding="utf-8"))
RULEBOOK, MEASURES = load_rulebook(), load_measures()
ACTIVITY = load_activity([str(FIXTURES / "annee_mesures.xlsx")], RULEBOOK.nomenclature)


def simulated(scenario: Scenario | None = None) -> Measures:
    return simulate(ACTIVITY, MEASURES, RULEBOOK, Ask(date(2026, 11, 22)), scenario or Scenario())


LAW = simulated()


def test_the_workbook_is_what_its_source_says() -> None:
    run = subprocess.run(
        [sys.executable, str(FIXTURES / "measures_year.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "année des mesures : conforme à sa source\n", "")


def test_every_row_is_accounted_for() -> None:
    inputs = (*ACTIVITY.acts.inputs, *ACTIVITY.inputs)
    assert [(one.sheet, one.rows - one.acts, one.rejected, one.skipped) for one in inputs] == [
        ("Actes", 0, 0, 0),
        ("Vacations", 0, 0, 0),
        ("Protocoles", 0, 0, 0),
    ]
    assert (len(ACTIVITY.shifts), len(ACTIVITY.patients)) == (len(SOURCE["shift"]), len(SOURCE["patient"]))
    assert (ACTIVITY.rejected, ACTIVITY.acts.skipped_sheets, ACTIVITY.notices) == ((), (), ())


@pytest.mark.parametrize("rank", range(len(SOURCE["shift"])), ids=lambda rank: SOURCE["shift"][rank]["why"])
def test_each_shift_is_worth_what_its_source_says(rank: int) -> None:
    told, one = SOURCE["shift"][rank], ACTIVITY.shifts[rank]
    measure = MEASURES[one.role]
    assert isinstance(measure, Hourly | ShiftFee)
    table, _ = shifts.units(one.role, measure, [one], Calendar("metropole", RULEBOOK.hours))
    reasons = set(table["reason"])
    if "due" in told:
        assert table["with_measure"].sum() == round(told["due"] * 100)
        assert reasons <= {None, "pdsa_hours", "out_of_period"}
    else:
        assert table["with_measure"].to_list() == [None] * len(table)
        assert reasons == {"unverifiable" if told.get("unverifiable") else "out_of_period"}


def test_each_patient_is_retained_or_refused_as_the_source_says() -> None:
    measure = MEASURES["protocoles-cpts"]
    assert isinstance(measure, PerPatient)
    table, _ = protocols.units("protocoles-cpts", measure, ACTIVITY.patients, ACTIVITY.acts)
    found = dict(zip(table["row"], table["reason"], strict=True))
    assert [found[rank] for rank in range(2, 2 + len(found))] == [told.get("reason") for told in SOURCE["patient"]]


def test_the_weeks_of_snp() -> None:
    rows = [row for row in LAW.rows if row.measure == "snp"]
    assert sum(int(row.retained) for row in rows) == sum(week["retained"] for week in SOURCE["snp"])
    refused = [(one.reason, one.row) for one in LAW.refused if one.measure == "snp"]
    assert [reason for reason, _ in refused].count("weekly_cap") == 3
    assert [reason for reason, _ in refused].count("pdsa_hours") == 1
    assert [reason for reason, _ in refused].count("out_of_period") == 6


def test_the_week_across_30_september_with_the_autumn_retained() -> None:
    scenario = Scenario("automne", (Change("essai", "snp", "ete-2022", until=date(2022, 12, 9)),))
    result = simulated(scenario)
    september, october = (
        [
            row
            for row in result.rows
            if (row.measure, row.practitioner, iso_month(row.month)) == ("snp", "10000000101", month)
        ]
        for month in ("2022-09", "2022-10")
    )
    assert [(row.retained, row.with_measure) for row in september] == [(38, 570_00)]
    assert [(row.retained, row.refused, row.with_measure) for row in october] == [(2, 2, 30_00)]


def test_the_teleconsultations() -> None:
    [total] = [total for total in LAW.totals if total.measure == "teleconsultation-100"]
    gain = sum(round(told["amo"] * 100) for told in SOURCE["remote"])
    assert (total.difference_amo, total.difference_patient) == (gain, -gain)


def test_an_empty_period_equals_the_baseline() -> None:
    for role, period in (("regulation-sas", "mission-flash-2022"), ("snp", "ete-2022")):
        empty = Scenario("vide", (Change("essai", role, period, until=date(2022, 1, 1)),))
        rows = [row for row in simulated(empty).rows if row.measure == role and row.month < date(2022, 12, 1)]
        assert rows
        assert all(row.difference == 0 for row in rows)


@pytest.mark.parametrize("key", ["units", "retained", "refused", "baseline", "with_measure", "difference"])
def test_months_add_up_to_the_totals(key: str) -> None:
    for total in LAW.totals:
        if total.measure is None or getattr(total, key) is None:
            continue
        parts = [getattr(row, key) for row in LAW.rows if row.measure == total.measure]
        assert sum(Decimal(part) for part in parts if part is not None) == Decimal(getattr(total, key)), total.measure
