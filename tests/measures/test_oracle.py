"""Shifts and protocols against a second, naive implementation, on random files: rows, sums and reasons compared."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant9.measures.simulate import Ask, simulate
from avenant9.results.base import iso_month
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.measures import load_measures
from avenant9.shifts import PROFESSIONS, PROTOCOLS, ROLES, load_activity
from oracle import activity

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from avenant9.results.measures import Measures

RULEBOOK, MEASURES = load_rulebook(), load_measures()
ROUGH = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(ROUGH, max_examples=60, derandomize=True)
MANY = settings(ROUGH, max_examples=2000)
Row = dict[str, Any]

DAYS = [
    # bounds of rates and periods
    (2021, 2, 5), (2021, 2, 6), (2021, 11, 6), (2021, 11, 7), (2021, 11, 8), (2022, 3, 31), (2022, 4, 1),
    (2022, 6, 30), (2022, 7, 1), (2022, 8, 26), (2022, 8, 27), (2022, 8, 28), (2022, 9, 30), (2022, 10, 1),
    (2023, 4, 30), (2023, 5, 1), (2022, 12, 31), (2023, 1, 1),
    # weekends, holidays and the days beside them
    (2021, 4, 30), (2021, 5, 1), (2021, 5, 8), (2022, 7, 13), (2022, 7, 14), (2022, 7, 15), (2022, 7, 16),
    (2022, 8, 13), (2022, 8, 14), (2022, 8, 15), (2022, 9, 3), (2022, 9, 4), (2022, 9, 5), (2022, 10, 31),
    (2022, 11, 11), (2022, 11, 12), (2023, 4, 7), (2023, 4, 10), (2023, 12, 26), (2024, 5, 27), (2022, 12, 24),
    # the clock changes
    (2021, 3, 27), (2021, 3, 28), (2022, 3, 26), (2022, 3, 27), (2022, 10, 29), (2022, 10, 30),
]  # fmt: skip
CLOCKS = [time(h, m) for h in (0, 7, 8, 11, 12, 13, 16, 19, 20, 23) for m in (0, 1, 30, 59)] + [time(4), time(22)]


def shifts() -> st.SearchStrategy[list[Row]]:
    one = st.fixed_dictionaries(
        {
            "date": st.sampled_from([date(*day) for day in DAYS]) | st.dates(date(2021, 1, 1), date(2024, 12, 30)),
            "start": st.sampled_from(CLOCKS) | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
            "end": st.sampled_from(CLOCKS) | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
            "role": st.sampled_from(ROLES),
            "practitioner": st.sampled_from(["A", "A", "B"]),
        }
    )
    return st.lists(one, min_size=1, max_size=8)


PROTOCOL_DAYS = [
    (2022, 6, 30), (2022, 7, 1), (2022, 9, 30), (2022, 10, 1), (2023, 3, 14), (2023, 3, 15), (2023, 3, 31),
    (2023, 4, 1), (2025, 2, 28),
]  # fmt: skip


@st.composite
def patients(draw: st.DrawFn) -> list[Row]:
    rows = []
    for _ in range(draw(st.integers(1, 10))):
        day = date(*draw(st.sampled_from(PROTOCOL_DAYS)))
        years = draw(st.sampled_from([0, 1, 2, 6, 12, 13, 16, 40, 50, 51, 65, 66]))
        beside = draw(st.integers(-1, 1))
        born = activity.birthday(day, -years)
        rows.append(
            {
                "date": day,
                "patient": draw(st.sampled_from(["P1", "P2", "P3"])),
                "protocol": draw(st.sampled_from(PROTOCOLS)),
                "profession": draw(st.sampled_from([*PROFESSIONS, *PROFESSIONS, None])),
                "birth_date": draw(
                    st.sampled_from([date.fromordinal(min(born.toordinal() + beside, day.toordinal())), born, None])
                ),
            }
        )
    return rows


def shown(cell: object) -> str:
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return f"{cell:%H:%M}" if isinstance(cell, time) else str(cell or "")  # an empty cell for None


SHIFTS = {"date": "Date", "start": "Début", "end": "Fin", "role": "Rôle", "practitioner": "Praticien"}
PATIENTS = {
    "date": "Date",
    "patient": "Patient",
    "protocol": "Protocole",
    "profession": "Professionnel",
    "birth_date": "Date de naissance",
}


def simulated(rows: list[Row], columns: dict[str, str], tmp_path: Path, zone: str = "metropole") -> Measures:
    file = tmp_path / "activite.csv"
    lines = [";".join(shown(row[key]) for key in columns) for row in rows]
    file.write_text("\n".join([";".join(columns.values()), *lines]) + "\n", encoding="utf-8")
    return simulate(
        load_activity([str(file)], RULEBOOK.nomenclature), MEASURES, RULEBOOK, Ask(date(2026, 11, 22), zone)
    )


def in_cents(amount: Fraction | None) -> int | None:
    return None if amount is None else int(amount * 100)


def said_of(lines: dict[activity.Key, activity.Line], *, hours: bool) -> dict[activity.Key, tuple[Any, ...]]:
    """As the result has them: hours to the hundredth, each sum rounded once, half up; no difference where one side is
    not known."""
    said = {}
    for key, line in lines.items():
        before, due = rounded(line.baseline), rounded(line.with_measure)
        difference = None if before is None or due is None else due - before
        counts = count(line.units, hours), count(line.retained, hours)
        said[key] = (*counts, in_cents(before), in_cents(due), in_cents(difference))
    return said


def rounded(amount: Fraction | None) -> Fraction | None:
    return None if amount is None else activity.to_cent(amount)


def count(units: int, hours: bool) -> int | Decimal:
    return (Decimal(units) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP) if hours else units


def found_in(result: Measures, measure: str) -> dict[activity.Key, tuple[Any, ...]]:
    return {
        (row.period, row.practitioner, iso_month(row.month)): (
            row.units, row.retained, row.baseline, row.with_measure, row.difference
        )
        for row in result.rows
        if row.measure == measure
    }  # fmt: skip


def agree(result: Measures, measure: str, said: activity.Said, *, hours: bool) -> None:
    reasons: dict[int, set[str]] = defaultdict(set)
    for one in result.refused:
        if one.measure == measure:
            reasons[one.row].add(one.reason)
    assert reasons == said.reasons
    assert found_in(result, measure) == said_of(said.lines, hours=hours)
    total = next((one for one in result.totals if one.measure == measure), None)
    with_measure = [due for line in said.lines.values() if (due := rounded(line.with_measure)) is not None]
    if total is not None:
        assert total.with_measure == (
            in_cents(sum(with_measure, start=activity.Fraction(0))) if with_measure else None
        )
        assert total.units == count(sum(line.units for line in said.lines.values()), hours)


def of_shifts(rows: list[Row], zone: str, tmp_path: Path) -> None:
    result = simulated(rows, SHIFTS, tmp_path, zone)
    assert [one.row for one in result.rejected] == sorted(activity.unreadable(rows))
    agree(result, "regulation-sas", activity.regulation(rows, zone), hours=True)
    for role in ("vaccination-variole", "vaccination-covid"):
        agree(result, role, activity.vaccination(role, rows, zone), hours=True)


def of_patients(rows: list[Row], tmp_path: Path) -> None:
    result = simulated(rows, PATIENTS, tmp_path)
    agree(result, "protocoles-cpts", activity.protocols(rows), hours=False)


ZONES = st.sampled_from(["metropole", "metropole", "alsace-moselle", "guadeloupe"])


def test_the_saturday_after_a_holiday_of_some_communes(tmp_path: Path) -> None:
    night = {"date": date(2023, 4, 7), "start": time(23, 30), "end": time(11, 30), "practitioner": "A"}
    of_shifts([{**night, "role": "regulation-sas"}], "alsace-moselle", tmp_path)


@FEW
@given(rows=shifts(), zone=ZONES)
def test_shifts(rows: list[Row], zone: str, tmp_path: Path) -> None:
    of_shifts(rows, zone, tmp_path)


@FEW
@given(rows=patients())
def test_protocols(rows: list[Row], tmp_path: Path) -> None:
    of_patients(rows, tmp_path)


@pytest.mark.slow
@MANY
@given(rows=shifts(), zone=ZONES)
def test_shifts_at_length(rows: list[Row], zone: str, tmp_path: Path) -> None:
    of_shifts(rows, zone, tmp_path)


@pytest.mark.slow
@MANY
@given(rows=patients())
def test_protocols_at_length(rows: list[Row], tmp_path: Path) -> None:
    of_patients(rows, tmp_path)
