"""What must not change, or only one way, when a file changes: no expected value, only relations between runs."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oracle import book, strategies, subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from oracle.law import Finding
    from oracle.strategies import Practice

BOOK = book.load()
RULES = BOOK.rules
FEW = settings(
    database=None, deadline=None, suppress_health_check=list(HealthCheck), max_examples=6, derandomize=True
)


def of_kind(*kinds: str) -> set[str]:
    return {name for name, rule in RULES.items() if rule["kind"] in kinds}


def after(name: str) -> set[str]:
    """The rules whose findings `name` waits for."""
    return {other for key in ("silent_where", "not_counting") for other in RULES[name].get(key, [])}


def per_practitioner() -> set[str]:
    """Rules that look at all patients of a practitioner together, and those that wait for them."""
    found = of_kind("share", "derogation") | {
        name
        for name in of_kind("frequency")
        if any("patient" not in version["per"] for version in RULES[name]["version"])
    }
    while more := {name for name in RULES if after(name) & found} - found:
        found |= more
    return found


#: Counts whose findings grow with the acts: nothing else silences them, or changes what they count.
MONOTONE = {
    name
    for name in of_kind("frequency")
    if not RULES[name].get("silent_where")
    and all(RULES[other]["kind"] in ("condition", "validity") for other in after(name) if other in RULES)
}
PER_PRACTITIONER = per_practitioner()


def run(practice: Practice, tmp_path: Path) -> Any:
    return subject.report(practice, tmp_path / "actes.csv")


def without(findings: list[Finding], rules: set[str]) -> list[Finding]:
    return [one for one in findings if one.rule not in rules]


def moved(findings: list[Finding], row_of: Callable[[int], int]) -> Counter[Finding]:
    """The findings with other row numbers, in no order."""
    return Counter(
        one._replace(row=row_of(one.row) if one.row else 0, related=tuple(row_of(row) for row in one.related))
        for one in findings
    )


def readable(practice: Practice) -> bool:
    return any(row["date"] and row["code"] for row in practice.rows)


def worth_a_run(practice: Practice) -> bool:
    """Hypothesis starts with the smallest file, in which nothing can happen."""
    return readable(practice) and len(practice.rows) > 3


def plain(**options: Any) -> st.SearchStrategy[Practice]:
    """Practices without cancellations, which take units from the last row of the file."""
    return strategies.practices(BOOK, cancellations=False, **options).filter(worth_a_run)


@FEW
@given(practice=plain(ties=False), seed=st.integers(0, 9999))
def test_order_of_rows_changes_row_numbers_only(practice: Practice, seed: int, tmp_path: Path) -> None:
    order = list(range(len(practice.rows)))
    random.Random(seed).shuffle(order)
    shuffled = practice.with_rows([practice.rows[old] for old in order])
    one, two = run(practice, tmp_path), run(shuffled, tmp_path)
    findings = moved(subject.findings(two), lambda row: order[row - 2] + 2)
    assert findings == moved(subject.findings(one), lambda row: row)
    assert subject.unverifiable(one) == subject.unverifiable(two)


@FEW
@given(practice=plain(quantities=False), seed=st.integers(0, 9999))
def test_order_of_acts_of_one_moment_only_chooses_between_them(practice: Practice, seed: int, tmp_path: Path) -> None:
    rows = list(practice.rows)
    random.Random(seed).shuffle(rows)
    one, two = run(practice, tmp_path), run(practice.with_rows(rows), tmp_path)
    steady = {name for name in RULES if not RULES[name].get("silent_where")}

    def told(report: Any) -> Counter[tuple[Any, ...]]:
        keys = ("rule", "date", "time", "practitioner", "patient", "year")
        lines = report.findings.select(keys).rows()
        return Counter(line for line in lines if line[0] in steady)

    assert told(one) == told(two)
    assert subject.unverifiable(one) == subject.unverifiable(two)


@FEW
@given(practice=strategies.practices(BOOK).filter(worth_a_run))
def test_patients_apart_and_together(practice: Practice, tmp_path: Path) -> None:
    whole = run(practice, tmp_path)
    parts: Counter[Finding] = Counter()
    unverifiable: Counter[str] = Counter()
    for patient in sorted({row.get("patient", "") for row in practice.rows}):
        rows = [n for n, row in enumerate(practice.rows) if row.get("patient", "") == patient]
        part = practice.with_rows([practice.rows[n] for n in rows])
        if not readable(part):
            continue
        report = run(part, tmp_path)
        parts += moved(without(subject.findings(report), PER_PRACTITIONER), lambda row, rows=rows: rows[row - 2] + 2)
        unverifiable.update({name: acts for name, (acts, _) in subject.unverifiable(report).items()})
    assert parts == Counter(without(subject.findings(whole), PER_PRACTITIONER))
    expected = {name: acts for name, (acts, _) in subject.unverifiable(whole).items()}
    share = of_kind("share")  # unverifiable there depends on the whole year
    assert {k: v for k, v in unverifiable.items() if k not in share} == {
        k: v for k, v in expected.items() if k not in share
    }


def counts(report: Any) -> set[tuple[str, int]]:
    """The acts over a limit; what they deserve may hang on whether a row repeats another."""
    return {(one.rule, one.row) for one in subject.findings(report) if one.rule in MONOTONE}


@FEW
@given(practice=plain(), data=st.data())
def test_removing_an_act_never_exceeds_a_limit(practice: Practice, data: st.DataObject, tmp_path: Path) -> None:
    gone = data.draw(st.integers(0, len(practice.rows) - 1))
    left = practice.with_rows([row for n, row in enumerate(practice.rows) if n != gone])
    if not readable(left):
        return
    before, less = counts(run(practice, tmp_path)), counts(run(left, tmp_path))
    assert {(rule, row + (row >= gone + 2)) for rule, row in less} <= before


@FEW
@given(practice=plain(), data=st.data())
def test_repeating_an_act_never_clears_a_limit(practice: Practice, data: st.DataObject, tmp_path: Path) -> None:
    again = data.draw(st.integers(0, len(practice.rows) - 1))
    more = practice.with_rows([*practice.rows, practice.rows[again]])
    assert counts(run(practice, tmp_path)) <= counts(run(more, tmp_path))


@FEW
@given(practice=strategies.practices(BOOK, every_column=("patient",)).filter(worth_a_run), seed=st.integers(0, 9999))
def test_names_of_patients_do_not_matter(practice: Practice, seed: int, tmp_path: Path) -> None:
    names = sorted({row["patient"] for row in practice.rows} - {""})
    others = [f"dossier {n:03d}" for n in range(len(names))]
    random.Random(seed).shuffle(others)
    name_of = {"": "", **dict(zip(names, others, strict=True))}
    renamed = practice.with_rows([{**row, "patient": name_of[row["patient"]]} for row in practice.rows])
    one, two = run(practice, tmp_path), run(renamed, tmp_path)
    kept = [name for name in one.findings.columns if name not in ("patient", "fingerprint")]
    assert one.findings.select(kept).equals(two.findings.select(kept))
    assert [name_of[name or ""] or None for name in one.findings["patient"]] == two.findings["patient"].to_list()
    assert one.unverifiable == two.unverifiable
    assert one.summary == two.summary


@FEW
@given(practice=strategies.practices(BOOK).filter(worth_a_run), seed=st.integers(0, 9999))
def test_order_of_columns_does_not_matter(practice: Practice, seed: int, tmp_path: Path) -> None:
    columns = list(practice.columns)
    random.Random(seed).shuffle(columns)
    one, two = run(practice, tmp_path), run(replace(practice, columns=tuple(columns)), tmp_path)
    assert one.findings.equals(two.findings)
    assert one.unverifiable == two.unverifiable
    assert one.summary == two.summary


@FEW
@given(practice=strategies.practices(BOOK).filter(worth_a_run))
def test_two_runs_are_one(practice: Practice, tmp_path: Path) -> None:
    one, two = run(practice, tmp_path), run(practice, tmp_path)
    assert one.findings.equals(two.findings)
    assert one.by_rule.equals(two.by_rule)
    assert (one.unverifiable, one.rejected, one.summary, one.threshold, one.notices) == (
        two.unverifiable,
        two.rejected,
        two.summary,
        two.threshold,
        two.notices,
    )


@FEW
@given(
    practice=strategies.practices(BOOK, every_column=("patient",)).filter(worth_a_run),
    other=strategies.practices(BOOK),
)
def test_an_unrelated_patient_changes_nothing_else(practice: Practice, other: Practice, tmp_path: Path) -> None:
    """All other patients of the same practitioners: only what is counted over all patients may change."""
    rows = [{**row, "patient": "inconnu au bataillon"} for row in other.rows]
    joined = practice.with_rows([*practice.rows, *rows])
    last = len(practice.rows) + 1
    alone, together = run(practice, tmp_path), run(joined, tmp_path)
    findings = [one for one in subject.findings(together) if one.row <= last]
    assert without(findings, PER_PRACTITIONER) == without(subject.findings(alone), PER_PRACTITIONER)


@FEW
@given(
    practice=strategies.practices(BOOK, every_column=("patient", "practitioner")).filter(worth_a_run),
    other=strategies.practices(BOOK),
)
def test_an_unrelated_practice_changes_nothing_at_all(practice: Practice, other: Practice, tmp_path: Path) -> None:
    """Another practitioner with other patients: not even the share of remote acts may change."""
    rows = [{**row, "patient": "inconnu au bataillon", "practitioner": "20009"} for row in other.rows]
    joined = practice.with_rows([*practice.rows, *rows])
    last = len(practice.rows) + 1
    alone, together = run(practice, tmp_path), run(joined, tmp_path)
    findings = [one for one in subject.findings(together) if one.row <= last and one.practitioner != "20009"]
    assert findings == subject.findings(alone)
