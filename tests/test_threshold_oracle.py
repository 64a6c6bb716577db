"""The follow-up of the ceiling against a second, naive implementation, on random practices; and against `check`."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant9.acts.load import load_acts
from avenant9.engine import Options, check, prepared
from avenant9.model import GrantedCeiling
from avenant9.remote_share import Asked
from avenant9.results.year import Practitioner
from avenant9.rulebook.committee import load_committee
from avenant9.rulebook.load import load_rulebook
from avenant9.threshold import RULE, follow
from avenant9.threshold import ceiling as the_rule
from oracle import ceiling

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from avenant9.model import Acts

RULEBOOK, COMMITTEE = load_rulebook(), load_committee()
ROUGH = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
Row = dict[str, Any]
DAYS = [
    (2021, 12, 31), (2022, 1, 1), (2022, 3, 31), (2022, 4, 1), (2022, 6, 30), (2022, 7, 1), (2022, 12, 31),
    (2023, 1, 1), (2023, 12, 31), (2024, 2, 29), (2024, 12, 31), (2025, 1, 1), (2025, 12, 31), (2026, 11, 22),
    (2026, 11, 23),
]  # fmt: skip
COLUMNS = ("date", "code", "practitioner", "specialty", "quantity", "treating_doctor", "patient")


def practices() -> st.SearchStrategy[list[Row]]:
    act = st.fixed_dictionaries(
        {
            "date": st.sampled_from([date(*day) for day in DAYS]) | st.dates(date(2022, 1, 1), date(2026, 12, 31)),
            "code": st.sampled_from(
                ["TC", "TCG", "TCS", "TE1", "TE2", "TCH", "JC", "RQD", "G", "CS", "VG", "MCG", "SNP", "ZZZ9"]
            ),
            "practitioner": st.sampled_from(["A", "A", "A", "B", None]),
            "specialty": st.sampled_from([1, 33, 33, 32, 75, None]),
            "quantity": st.sampled_from([1, 1, 1, 2, 3, 4, 20]),
            "treating_doctor": st.sampled_from(["oui", "non", "non", None]),
            "patient": st.sampled_from(["P", None, None]),
        }
    )
    return st.lists(act, min_size=1, max_size=25)


COMPLETE = st.sampled_from([(), (2022, 2025), (2022, 2023, 2024, 2025, 2026)])


def grants() -> st.SearchStrategy[list[Row]]:
    one = st.fixed_dictionaries(
        {
            "practitioner": st.sampled_from(["A", "B", "C"]),
            "year": st.integers(2022, 2026),
            "ceiling": st.sampled_from([0, 1, 2000, 3333, 4000, 10_000]).map(lambda points: Fraction(points, 10_000)),
            "tacit_renewal": st.booleans(),
            "changed_on": st.sampled_from([None, None, date(2022, 12, 31), date(2023, 1, 1), date(2024, 3, 1)]),
        }
    )
    return st.lists(one, max_size=4, unique_by=lambda own: (own["practitioner"], own["year"]))


WHEN = st.sampled_from(
    [date(2022, 12, 31), date(2023, 1, 1), date(2024, 2, 29), date(2025, 12, 31), date(2026, 11, 22)]
)
UNTIL = st.sampled_from([None, None, date(2022, 6, 30), date(2022, 12, 30), date(2022, 12, 31), date(2026, 1, 31)])


def written(rows: list[Row], tmp_path: Path) -> Acts:
    """The acts of a file that holds these rows."""
    file = tmp_path / "actes.csv"
    shown = [{**row, "date": f"{row['date']:%d/%m/%Y}"} for row in rows]
    lines = [";".join("" if row[key] is None else str(row[key]) for key in COLUMNS) for row in shown]
    file.write_text("\n".join([";".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return load_acts([str(file)], RULEBOOK.nomenclature)


def granted_ceilings(own: list[Row]) -> tuple[GrantedCeiling, ...]:
    return tuple(
        GrantedCeiling(
            practitioner=one["practitioner"],
            year=one["year"],
            ceiling_bp=int(one["ceiling"] * 10_000),
            tacit_renewal=one["tacit_renewal"],
            changed_on=one["changed_on"],
        )
        for one in own
    )


def agree(
    rows: list[Row], own: list[Row], as_of: date, until: date | None, complete: tuple[int, ...], tmp_path: Path
) -> None:
    acts, derogations = written(rows, tmp_path), granted_ceilings(own)
    options = Options(as_of=as_of, derogations=derogations, complete_years=complete, only=(RULE,))
    run = prepared(acts, RULEBOOK, options)
    asked = Asked(as_of, until, derogations, complete)
    result = follow(acts, run.acts_read, the_rule(RULEBOOK), RULEBOOK.nomenclature, COMMITTEE, asked)
    expected = ceiling.follow(rows, own, as_of, until, complete)
    found = in_order(map(as_json, result.practitioners))
    keys = ("practitioner", "specialty", "year", "until", "total", "remote", "share", "ceiling", "over", "excess")
    keys += ("margin", "to_add_in_person", "months", "projection", "verdict", "unknown")
    assert [{key: entry[key] for key in keys} for entry in found] == expected
    assert counted(result.by_group) == [entry[0:1] + entry[2:] for entry in ceiling.groups(expected)]
    if until is None:
        report = check(acts, RULEBOOK, options)
        contract = keys[:14]
        assert [{key: entry[key] for key in contract} for entry in in_order(map(as_json, report.threshold))] == [
            {key: entry[key] for key in contract} for entry in expected
        ]
        said = report.findings.filter(rule=RULE).select("practitioner", "year", "verdict").rows()
        verdicts = [(one["practitioner"], one["year"], one["verdict"]) for one in expected]
        assert sorted(said) == sorted(one for one in verdicts if one[2] in {"violation", "review"})


def as_json(entry: Practitioner) -> dict[str, Any]:
    """As programs read it, but for its date."""
    return entry.model_dump(mode="json") | {"until": entry.until}


def in_order(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(entries, key=lambda entry: (entry["year"], entry["practitioner"]))


def counted(by_group: Any) -> list[tuple[int, int, int, int]]:
    def code(name: str) -> str:
        if name == ceiling.GENERALISTS:
            return "01"
        return name[:2] if name[:2].isdigit() else ""

    ordered = sorted(by_group, key=lambda one: (one.year, code(one.group)))
    return [(one.year, one.practitioners, one.over_20, one.over_30) for one in ordered]


@settings(ROUGH, max_examples=20, derandomize=True)
@given(rows=practices(), own=grants(), as_of=WHEN, until=UNTIL, complete=COMPLETE)
def test_threshold(
    rows: list[Row], own: list[Row], as_of: date, until: date | None, complete: tuple[int, ...], tmp_path: Path
) -> None:
    agree(rows, own, as_of, until, complete, tmp_path)


@pytest.mark.slow
@settings(ROUGH, max_examples=1000)
@given(rows=practices(), own=grants(), as_of=WHEN, until=UNTIL, complete=COMPLETE)
def test_threshold_at_length(
    rows: list[Row], own: list[Row], as_of: date, until: date | None, complete: tuple[int, ...], tmp_path: Path
) -> None:
    agree(rows, own, as_of, until, complete, tmp_path)
