"""What must not change, or only one way, when a file changes: no expected value, only relations between runs.

The numbers are those of the list of relations in TESTING.md.
"""

from __future__ import annotations

import calendar
import hmac
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avenant9.records import replace
from oracle import a9, book, books, strategies, subject
from oracle.law import in_force
from oracle.reading import a_date

if TYPE_CHECKING:
    from oracle.law import Finding
    from oracle.strategies import Practice

BOOK = book.load()
RULES = BOOK.rules
ROUGH = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
AS_OF = "2026-11-22"


def relation(
    few: int = 3, many: int = 100, **drawn: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test over random values: the same few in the short form, many new ones in the long form."""

    def of(test: Callable[..., None]) -> Callable[..., None]:
        @pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.slow)])
        def both(examples: int, tmp_path: Path) -> None:
            @settings(ROUGH, max_examples=examples, derandomize=examples == few)
            @given(**drawn)
            def one(**values: Any) -> None:
                test(tmp_path=tmp_path, **values)

            one()

        both.__name__, both.__doc__ = test.__name__, test.__doc__
        return both

    return of


def of_kind(*kinds: str) -> set[str]:
    return {name for name, rule in RULES.items() if rule["kind"] in kinds}


def after(name: str) -> set[str]:
    """The rules whose findings `name` waits for."""
    keys = ("silent_where", "not_counting", "not_counting_once_refused")
    return {other for key in keys for other in RULES[name].get(key, [])}


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


def counts(report: Any) -> set[tuple[str, int]]:
    """The acts over a limit; what they deserve may hang on whether a row repeats another."""
    return {(one.rule, one.row) for one in subject.findings(report) if one.rule in MONOTONE}


@relation(practice=plain(ties=False), seed=st.integers(0, 9999))
def test_01_shuffled_rows_give_the_same_findings(practice: Practice, seed: int, tmp_path: Path) -> None:
    order = list(range(len(practice.rows)))
    random.Random(seed).shuffle(order)
    shuffled = practice.with_rows([practice.rows[old] for old in order])
    one, two = run(practice, tmp_path), run(shuffled, tmp_path)
    findings = moved(subject.findings(two), lambda row: order[row - 2] + 2)
    assert findings == moved(subject.findings(one), lambda row: row)
    assert subject.unverifiable(one) == subject.unverifiable(two)


@relation(practice=plain(quantities=False), seed=st.integers(0, 9999))
def test_01_shuffled_acts_of_one_moment_only_choose_between_them(
    practice: Practice, seed: int, tmp_path: Path
) -> None:
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


@relation(practice=strategies.practices(BOOK).filter(worth_a_run))
def test_02_patients_apart_and_together_are_the_same(practice: Practice, tmp_path: Path) -> None:
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


@relation(
    practice=strategies.practices(BOOK, every_column=("patient",)).filter(worth_a_run),
    other=strategies.practices(BOOK),
)
def test_03_an_unrelated_patient_changes_nothing_for_the_others(
    practice: Practice, other: Practice, tmp_path: Path
) -> None:
    """All other patients of the same practitioners: only what is counted over all patients may change."""
    rows = [{**row, "patient": "inconnu au bataillon"} for row in other.rows]
    joined = practice.with_rows([*practice.rows, *rows])
    last = len(practice.rows) + 1
    alone, together = run(practice, tmp_path), run(joined, tmp_path)
    findings = [one for one in subject.findings(together) if one.row <= last]
    assert without(findings, PER_PRACTITIONER) == without(subject.findings(alone), PER_PRACTITIONER)


@relation(
    practice=strategies.practices(BOOK, every_column=("patient", "practitioner")).filter(worth_a_run),
    other=strategies.practices(BOOK),
)
def test_03_an_unrelated_practice_changes_nothing_at_all(practice: Practice, other: Practice, tmp_path: Path) -> None:
    """Another practitioner with other patients: not even the share of remote acts may change."""
    rows = [{**row, "patient": "inconnu au bataillon", "practitioner": "20009"} for row in other.rows]
    joined = practice.with_rows([*practice.rows, *rows])
    last = len(practice.rows) + 1
    alone, together = run(practice, tmp_path), run(joined, tmp_path)
    findings = [one for one in subject.findings(together) if one.row <= last and one.practitioner != "20009"]
    assert findings == subject.findings(alone)


@relation(practice=plain(), data=st.data())
def test_04_removing_an_act_never_exceeds_a_limit(practice: Practice, data: st.DataObject, tmp_path: Path) -> None:
    gone = data.draw(st.integers(0, len(practice.rows) - 1))
    left = practice.with_rows([row for n, row in enumerate(practice.rows) if n != gone])
    if not readable(left):
        return
    before, less = counts(run(practice, tmp_path)), counts(run(left, tmp_path))
    assert {(rule, row + (row >= gone + 2)) for rule, row in less} <= before


@relation(practice=plain(), data=st.data())
def test_05_repeating_an_act_never_clears_a_limit(practice: Practice, data: st.DataObject, tmp_path: Path) -> None:
    again = data.draw(st.integers(0, len(practice.rows) - 1))
    more = practice.with_rows([*practice.rows, practice.rows[again]])
    assert counts(run(practice, tmp_path)) <= counts(run(more, tmp_path))


@relation(
    practice=strategies.practices(BOOK, every_column=("patient",)).filter(worth_a_run), seed=st.integers(0, 9999)
)
def test_06_names_of_patients_do_not_matter(practice: Practice, seed: int, tmp_path: Path) -> None:
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


@relation(practice=strategies.practices(BOOK).filter(worth_a_run), seed=st.integers(0, 9999))
def test_08_order_of_columns_does_not_matter(practice: Practice, seed: int, tmp_path: Path) -> None:
    columns = list(practice.columns)
    random.Random(seed).shuffle(columns)
    one, two = run(practice, tmp_path), run(replace(practice, columns=tuple(columns)), tmp_path)
    assert one.findings.equals(two.findings)
    assert one.unverifiable == two.unverifiable
    assert one.summary == two.summary


@relation(practice=strategies.practices(BOOK).filter(worth_a_run))
def test_24_two_runs_are_one(practice: Practice, tmp_path: Path) -> None:
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


@relation(practice=strategies.practices(BOOK, every_column=("practitioner",)).filter(worth_a_run))
def test_06_names_of_practitioners_do_not_matter(practice: Practice, tmp_path: Path) -> None:
    def name(old: str) -> str:
        return old and f"29{old}"  # in the same order: findings on practitioners come sorted

    renamed = practice.with_rows([{**row, "practitioner": name(row["practitioner"])} for row in practice.rows])
    granted = tuple(replace(one, practitioner=name(one.practitioner)) for one in practice.derogations)
    one, two = run(practice, tmp_path), run(replace(renamed, derogations=granted), tmp_path)
    expected = [
        found._replace(practitioner=found.practitioner and name(found.practitioner))
        for found in subject.findings(one)
    ]
    assert subject.findings(two) == expected
    assert subject.unverifiable(one) == subject.unverifiable(two)


@relation(few=2, many=60, practice=strategies.practices(BOOK).filter(worth_a_run))
def test_07_xlsx_xls_ods_parquet_and_csv_are_one_file(practice: Practice, tmp_path: Path) -> None:
    reference = run(practice, tmp_path)
    for name, write in books.WRITERS.items():
        file = tmp_path / f"actes.{name}"
        write(practice, file)
        report = subject.report_on(practice, file)
        first = 2 if name == "parquet" else 1  # there a record has the number of its place
        findings = moved(subject.findings(report), lambda row, by=first - 1: row + by)
        assert findings == moved(subject.findings(reference), lambda row: row), name
        assert subject.unverifiable(report) == subject.unverifiable(reference), name
        assert len(report.rejected) == len(reference.rejected), name


@relation(practice=strategies.practices(BOOK).filter(worth_a_run), data=st.data())
def test_08_names_of_columns_do_not_matter(practice: Practice, data: st.DataObject, tmp_path: Path) -> None:
    """Each column under one of its everyday names; those of the SNDS announce its codes."""
    from avenant9.acts.columns import COLUMNS

    names = {
        key: data.draw(
            st.sampled_from([key, COLUMNS[key].heading, *(one for one in COLUMNS[key].headings if "_" not in one)])
        )
        for key in practice.columns
    }
    renamed = replace(
        practice,
        columns=tuple(names.values()),
        rows=tuple({names[key]: cell for key, cell in row.items() if key in names} for row in practice.rows),
    )
    one, two = run(practice, tmp_path), run(renamed, tmp_path)
    assert one.findings.equals(two.findings)
    assert one.unverifiable == two.unverifiable
    assert one.summary == two.summary


#: Counts of any act of their codes; those which leave refused acts out are the oracle's.
LIMITS = [
    (name, version)
    for name, rule in RULES.items()
    if rule["kind"] == "frequency"
    for version in rule["version"]
    if version["limit"] > 0 and not rule.get("not_counting") and not version.get("bands")  # of some ages only
]


def limited(version: dict[str, Any], day: date, number: int) -> list[dict[str, str]]:
    """Acts of one day that a version counts together, at different times."""
    row = {"code": version["codes"][0], "date": strategies.french(day), "time": "09:00"}
    own = {
        **strategies.in_order(row),
        "practitioner": "29999",
        "patient": "dossier suivi",
        "quantity": "1",
        "reason": version.get("reasons", [""])[0],
        "channel": version.get("channels", ["video"])[0],
    }
    return [row | own | {"time": f"{8 + n // 60:02d}:{n % 60:02d}"} for n in range(number)]


def counted_alone(name: str, rows: list[dict[str, str]], others: Practice, tmp_path: Path) -> list[Finding]:
    """The findings of one rule on rows of somebody else's patient, at the end of a file."""
    columns = tuple(dict.fromkeys((*others.columns, *rows[0])))
    practice = replace(others, columns=columns, rows=(*others.rows, *rows))
    report = subject.report(practice, tmp_path / "actes.csv", only=(name,))
    return [one for one in subject.findings(report) if one.row > len(others.rows) + 1]


def a_day(data: st.DataObject, version: dict[str, Any]) -> date:
    """Of the version, ends of months and leap days more often."""
    last = date(2027, 12, 31) if version["until"] == "open" else version["until"]
    awkward = [date(2023, 2, 28), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 12, 31)]
    inside = [day for day in awkward if version["from"] <= day <= last]
    return data.draw(st.sampled_from([*inside, version["from"], last]) | st.dates(version["from"], last))


@relation(
    few=4,
    many=160,
    rule=st.sampled_from([one for one in LIMITS if not RULES[one[0]].get("silent_where")]),
    others=strategies.practices(BOOK),
    data=st.data(),
)
def test_11_acts_at_the_limit_pass_and_one_more_fails(
    rule: tuple[str, dict[str, Any]], others: Practice, data: st.DataObject, tmp_path: Path
) -> None:
    name, version = rule
    day = a_day(data, version)
    rows = limited(version, day, version["limit"] + 1)
    assert counted_alone(name, rows[:-1], others, tmp_path) == []
    (found,) = counted_alone(name, rows, others, tmp_path)
    last = len(others.rows) + 1 + len(rows)
    assert (found.rule, found.row) == (name, last)
    assert found.related == tuple(range(last - version["limit"], last))


@relation(practice=plain(max_rows=60), data=st.data())
def test_13_each_version_counts_its_own_days(practice: Practice, data: st.DataObject, tmp_path: Path) -> None:
    """A file cut where a version of a rule starts gives what the whole file gives."""
    apart = {name for name in of_kind("frequency", "share") if not RULES[name].get("silent_where")}
    name = data.draw(st.sampled_from(sorted(apart)))
    cut = data.draw(st.sampled_from([version["from"] for version in RULES[name]["version"]]))
    numbers = {True: [], False: []}  # type: dict[bool, list[int]]
    for n, row in enumerate(practice.rows):
        day = a_date(row["date"])
        numbers[day is not None and day >= cut].append(n)
    parts: Counter[Finding] = Counter()
    for kept in numbers.values():
        part = practice.with_rows([practice.rows[n] for n in kept])
        if readable(part):
            report = subject.report(part, tmp_path / "actes.csv", only=(name,))
            parts += moved(subject.findings(report), lambda row, kept=kept: kept[row - 2] + 2)
    whole = subject.report(practice, tmp_path / "actes.csv", only=(name,))
    assert parts == Counter(subject.findings(whole))


def last_of_window(window: str, day: date) -> date | None:
    """The last day on which an act still counts with one of `day`."""
    if window == "civil-year":
        return date(day.year, 12, 31)
    if window == "civil-quarter":
        return strategies.months_later(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3) - timedelta(1)
    if window == "civil-month":
        return strategies.months_later(date(day.year, day.month, 1), 1) - timedelta(1)
    if window == "iso-week":
        return day + timedelta(7 - day.isoweekday())
    if window == "rolling-12-months":
        if (day.month, day.day) == (2, 29):
            return date(day.year + 1, 2, 28)
        if (day.month, day.day) == (2, 28) and calendar.isleap(day.year + 1):
            return date(day.year + 1, 2, 27)
        return date(day.year + 1, day.month, day.day) - timedelta(1)
    return None


@relation(few=4, many=160, rule=st.sampled_from(LIMITS), others=strategies.practices(BOOK), data=st.data())
def test_14_a_window_ends_on_its_last_day(
    rule: tuple[str, dict[str, Any]], others: Practice, data: st.DataObject, tmp_path: Path
) -> None:
    name, version = rule
    day = a_day(data, version)
    last = last_of_window(version["window"], day)
    if last is None or not in_force(version, last):
        return
    if RULES[name].get("silent_where") and last.year == day.year:
        return  # the rule on the civil year speaks
    full = limited(version, day, version["limit"])
    (late,) = limited(version, last, 1)
    late["time"] = "23:00"
    (found,) = counted_alone(name, [*full, late], others, tmp_path)
    assert found.row == len(others.rows) + 2 + len(full)
    (after,) = limited(version, last + timedelta(1), 1)
    speaking = counted_alone(name, [*full, after], others, tmp_path)
    if not in_force(version, last + timedelta(1)):  # what follows may refuse the act itself, counting no other
        speaking = [one for one in speaking if one.related]
    assert speaking == []


@relation(
    practice=strategies.practices(BOOK).filter(worth_a_run),
    chosen=st.sets(st.sampled_from(sorted(RULES)), min_size=2, max_size=len(RULES)),
    data=st.data(),
)
def test_16_rules_asked_for_apart_and_together_answer_alike(
    practice: Practice, chosen: set[str], data: st.DataObject, tmp_path: Path
) -> None:
    names = sorted(chosen)
    cut = data.draw(st.integers(1, len(names) - 1))
    order = data.draw(st.permutations(names))
    one, two, both = (
        subject.report(practice, tmp_path / "actes.csv", only=tuple(part))
        for part in (order[:cut], order[cut:], order)
    )
    assert Counter(subject.findings(one) + subject.findings(two)) == Counter(subject.findings(both))
    assert subject.unverifiable(one) | subject.unverifiable(two) == subject.unverifiable(both)


def read_whole(practice: Practice) -> Practice:
    """Without the rows that a run would reject."""
    kept = [row for row in practice.rows if row["date"] and row["code"]]
    return practice.with_rows(kept)


@relation(practice=strategies.practices(BOOK, max_rows=60).filter(worth_a_run))
def test_17_a_run_is_the_baseline_of_the_next(practice: Practice, tmp_path: Path) -> None:
    file = str(read_whole(practice).write(tmp_path / "actes.csv"))
    asked = ("check", file, "--as-of", AS_OF, "--fail-on", "review", "--format", "json")
    first, second = str(tmp_path / "un.json"), str(tmp_path / "deux.json")
    code, found = a9.run(*asked, "-o", first), json.loads(Path(first).read_text())
    assert code == int(any(one["out_of_time"] is not True for one in found["findings"]))
    assert a9.run(*asked, "-o", second, "--baseline", first) == 0
    assert json.loads(Path(second).read_text())["findings"] == []


def shifts_of(data: st.DataObject) -> list[str]:
    """Rows of shifts, around the bounds of the periods."""
    from avenant9.shifts import ROLES

    days = st.sampled_from([*strategies.DAYS, *strategies.DUTY_DAYS]) | st.dates(date(2020, 1, 1), date(2026, 11, 1))
    return [
        f"{strategies.french(data.draw(days))};{start:02d}:{data.draw(st.sampled_from([0, 30]))}0"[:-1]
        + f";{(start + data.draw(st.integers(1, 9))) % 24:02d}:15;{data.draw(st.sampled_from(ROLES))};1000{n % 2}"
        for n, start in enumerate(data.draw(st.lists(st.integers(0, 23), min_size=1, max_size=8)))
    ]


@relation(few=4, practice=plain(max_rows=60), data=st.data())
def test_18_measures_of_no_day_change_nothing_and_19_taken_back_are_the_law(
    practice: Practice, data: st.DataObject, tmp_path: Path
) -> None:
    from avenant9.measures.simulate import Ask, simulate
    from avenant9.rulebook.measures import load_measures
    from avenant9.settings.scenario import Change, Scenario
    from avenant9.shifts import load_activity

    acts, shifts = practice.write(tmp_path / "actes.csv"), tmp_path / "vacations.csv"
    shifts.write_text("\n".join(["Date;Début;Fin;Rôle;Praticien", *shifts_of(data)]) + "\n", encoding="utf-8")
    measures, rulebook = load_measures(), subject.rulebook()
    activity = load_activity([str(acts), str(shifts)], rulebook.nomenclature)
    spans = [(name, span) for name, measure in measures.items() for span in measure.period]

    def under(changes: list[Change]) -> Any:
        return simulate(activity, measures, rulebook, Ask(practice.as_of), Scenario(None, tuple(changes)))

    law = under([])
    none = under([Change("essai", name, span.id, until=date(1999, 1, 1)) for name, span in spans])
    for row in none.rows:
        assert row.retained == 0, row
        assert row.with_measure == row.baseline, row
        assert row.difference in (None, 0), row
    assert under([]) == law


@relation(practice=strategies.practices(BOOK, every_column=("patient",)).filter(worth_a_run))
def test_22_a_file_with_pseudonyms_gives_the_same_result(practice: Practice, tmp_path: Path) -> None:
    """Whoever replaces the identifiers of patients before the run reads the same result, fingerprints apart."""

    def pseudonym(patient: str) -> str:
        return patient and hmac.new(b"cle", patient.encode(), "sha256").hexdigest()[:16]

    hidden = practice.with_rows([{**row, "patient": pseudonym(row["patient"])} for row in practice.rows])
    results = []
    for one in (practice, hidden):
        file, result = one.write(tmp_path / "actes.csv"), tmp_path / "resultat.json"
        a9.run("check", str(file), "--as-of", AS_OF, "-o", str(result))
        results.append(re.sub(r'"fingerprint":\s*"[^"]*"', "", result.read_text(encoding="utf-8")))
    assert results[0] == results[1]


@relation(practice=strategies.practices(BOOK).filter(worth_a_run), data=st.data())
def test_23_an_unreadable_row_makes_nothing_conform(practice: Practice, data: st.DataObject, tmp_path: Path) -> None:
    place = data.draw(st.integers(0, len(practice.rows)))
    row = dict(data.draw(st.sampled_from(practice.rows)))
    key = data.draw(st.sampled_from(["date", "code"]))
    row[key] = data.draw(st.sampled_from(["31/02/2023", "bientôt", "", "??", "12/34"]))
    row["patient" if "patient" in row else "code"] = "P0"
    if not any(row.values()):
        return
    rows = list(practice.rows)
    rows.insert(place, row)
    one, two = run(practice, tmp_path), run(practice.with_rows(rows), tmp_path)
    assert len(two.rejected) == len(one.rejected) + 1
    expected = moved(subject.findings(one), lambda number: number + (number >= place + 2))
    assert moved(subject.findings(two), lambda number: number) == expected
    assert subject.unverifiable(two) == subject.unverifiable(one)


#: Columns without which a rule does not answer; an emptied cell of theirs is unknown, never "non".
SPOILT = (
    "specialty", "sector", "optam", "treating_doctor", "pathway", "ald", "exemption", "place", "reason",
    "regulated_by", "regulated_at", "requested_by", "requested_at", "channel", "territory", "birth_date", "rate",
)  # fmt: skip


@relation(few=4, many=160, practice=plain(every_column=SPOILT), data=st.data())
def test_23_an_unreadable_cell_makes_nothing_conform(practice: Practice, data: st.DataObject, tmp_path: Path) -> None:
    """What a finding stood on may become unknown; then the rule says so. Shares are of the whole year."""
    place = data.draw(st.integers(0, len(practice.rows) - 1))
    key = data.draw(st.sampled_from(SPOILT))
    rows = [dict(row) for row in practice.rows]
    rows[place][key] = ""
    one, two = run(practice, tmp_path), run(practice.with_rows(rows), tmp_path)
    before, after = subject.unverifiable(one), subject.unverifiable(two)
    kept = {(found.rule, found.row) for found in subject.findings(two)}
    for found in subject.findings(one):
        if found.rule in PER_PRACTITIONER or (found.rule, found.row) in kept:
            continue
        assert after.get(found.rule, (0,))[0] > before.get(found.rule, (0,))[0], found


@relation(few=1, many=40, practice=strategies.practices(BOOK).filter(worth_a_run))
def test_24_two_runs_write_the_same_bytes(practice: Practice, tmp_path: Path) -> None:
    file = str(practice.write(tmp_path / "actes.csv"))
    for ending in ("json", "csv", "html", "txt"):
        results = [tmp_path / f"{n}.{ending}" for n in (1, 2)]
        codes = [a9.run("check", file, "--as-of", AS_OF, "-o", str(result)) for result in results]
        assert codes[0] == codes[1]
        assert results[0].read_bytes() == results[1].read_bytes()


#: What else answers where a column is away: a status takes acts out, other columns tell rows or the doctor apart.
ANSWERED_ELSEWHERE = {
    ("birth_date", "tarif/conventionnel"),  # a majoration of some ages may explain the amount
    ("overcharge", "tarif/sans-depassement"),  # tarif/conventionnel looks at the amount
    ("treating_doctor", "condition/snp-patientele"),  # a pathway that contradicts it
    ("treating_doctor", "condition/apc-medecin-traitant"),
    ("treating_doctor", "condition/vl-medecin-traitant"),
}
MAY_GO = ("specialty", "sector", "optam", "birth_date", "ald", "exemption", "place", "reason", "pathway",
          "treating_doctor", "regulated_by", "regulated_at", "requested_by", "requested_at", "channel", "territory",
          "rate", "overcharge")  # fmt: skip


@relation(few=1, many=40, practice=plain(max_rows=20, every_column=MAY_GO))
def test_25_a_column_taken_away_is_never_silence(practice: Practice, tmp_path: Path) -> None:
    """What was found stays, or its rule is unverifiable; nothing new is refused that could be answered before."""
    one = run(practice, tmp_path)
    before = {(found.rule, found.row) for found in subject.findings(one)}
    for column in MAY_GO:
        left = replace(practice, columns=tuple(key for key in practice.columns if key != column))
        two = run(left, tmp_path)
        after, asked = subject.findings(two), {*subject.unverifiable(one), *subject.unverifiable(two)}
        settled = {rule for rule in RULES if (column, rule) not in ANSWERED_ELSEWHERE} - PER_PRACTITIONER - asked
        gone = before - {(found.rule, found.row) for found in after}
        came = {(found.rule, found.row) for found in after if found.verdict == "violation"} - before
        assert not {rule for rule, _ in gone | came} & settled, (column, gone, came)
