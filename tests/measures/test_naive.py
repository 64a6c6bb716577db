"""A second simulation, in plain loops over the lines of a file, sharing no code with the first."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from avenant9.measures.simulate import Ask, simulate
from avenant9.results.base import iso_month
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.measures import load_measures
from avenant9.shifts import load_activity
from examples import examples
from oracle.days import duty

if TYPE_CHECKING:
    from pathlib import Path

    from avenant9.results.measures import Measures

RULEBOOK, MEASURES = load_rulebook(), load_measures()
Row = dict[str, Any]


def run(rows: list[Row], tmp_path: Path, measure: str) -> Measures:
    """The rows as a CSV, an empty cell for None, under one measure of the law."""
    keys = list(rows[0])
    lines = [";".join(keys), *(";".join("" if row[key] is None else str(row[key]) for key in keys) for row in rows)]
    path = tmp_path / "actes.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    activity = load_activity([str(path)], RULEBOOK.nomenclature)
    return simulate(activity, MEASURES, RULEBOOK, Ask(date(2026, 11, 22), only=(measure,)))


def in_cents(amount: Decimal) -> int:
    return int(amount.quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)


# --- SNP -----------------------------------------------------------------------------------------------------

PERIODS = [
    ("ete-2022", date(2022, 7, 13), date(2022, 9, 30)),
    ("hiver-2022", date(2022, 12, 10), date(2023, 4, 30)),
    ("ngap-2023", date(2023, 5, 15), date.max),
]
CONSULTATIONS, OTHER_HOSTS = ("G", "CS"), ("VG", "TCG")


def visits() -> st.SearchStrategy[Row]:
    days = st.one_of(
        st.dates(date(2022, 7, 8), date(2022, 7, 20)),
        st.dates(date(2022, 9, 26), date(2022, 10, 3)),
        st.dates(date(2022, 12, 5), date(2022, 12, 18)),
        st.dates(date(2023, 4, 24), date(2023, 5, 21)),
    )
    return st.fixed_dictionaries(
        {
            "date": days,
            "time": st.sampled_from([time(h, m) for h in (7, 8, 10, 11, 12, 15, 19, 20) for m in (0, 59)] + [None]),
            "host": st.sampled_from(["G", "G", "CS", "VG", "TCG", None]),
            "quantity": st.sampled_from([1, 1, 1, 7]),
            "practitioner": st.sampled_from(["A", "A", "B"]),
            "specialty": st.sampled_from([1, 1, 1, 3, 33, None]),
            "overcharge": st.sampled_from([0, 0, 0, 5]),
            "rate": st.sampled_from([70, 100, None]),
            "treating_doctor": st.sampled_from(["non", "non", "non", "oui", None]),
            "regulated_by": st.sampled_from(["sas", "sas", "15", "116117", "non", None]),
            "hours_before": st.sampled_from([1, 2, 24, 47, 48, 49, 72, None]),
        }
    )


def regulated_at(one: Row) -> datetime | None:
    if one["hours_before"] is None:
        return None
    return datetime.combine(one["date"], one["time"] or time(12)) - timedelta(hours=one["hours_before"])


def lines_of(visits_: list[Row]) -> list[Row]:
    """A host act and its SNP for each visit, each of a patient seen once."""
    rows = []
    for number, one in enumerate(visits_):
        common = {
            "date": f"{one['date']:%d/%m/%Y}",
            "time": one["time"] and f"{one['time']:%H:%M}",
            "practitioner": one["practitioner"],
            "specialty": one["specialty"],
            "patient": f"P{number}",
            "treating_doctor": one["treating_doctor"],
            "regulated_by": one["regulated_by"],
            "regulated_at": (at := regulated_at(one)) and f"{at:%d/%m/%Y %H:%M}",
        }
        if one["host"]:
            rows.append(
                {**common, "code": one["host"], "amount": 25, "overcharge": one["overcharge"], "rate": one["rate"]}
            )
        code = "SNP" if one["quantity"] == 1 else f"{one['quantity']} SNP"
        rows.append(
            {**common, "code": code, "amount": 15 * one["quantity"], "overcharge": 0, "rate": None, "visit": one}
        )
    return rows


def answers(one: Row, period: str) -> list[tuple[str, bool | None]]:
    """What each condition says: met or not (a doubt counts as met), None where it cannot be told."""
    ngap = period == "ngap-2023"
    by, own, specialty = one["regulated_by"], one["treating_doctor"], one["specialty"]
    found: list[tuple[str, bool | None]] = [("condition", None if own is None else own == "non")]
    able = ("sas",) if ngap else ("sas", "15", "116117")
    found.append(("condition", None if by is None else by in able))
    found.append(("condition", in_time(one)))
    found.append(("hours", in_hours(one["date"], one["time"])))
    found.append(("condition", one["host"] is not None))
    if ngap:  # before, another specialist is at most a review
        found.append(("condition", None if specialty is None else specialty != 33))
    if one["host"] and one["overcharge"]:
        found.append(("condition", False))
    return found


def in_time(one: Row) -> bool | None:
    at = regulated_at(one)
    if at is None:
        return None
    if one["time"] is not None:
        return datetime.combine(one["date"], one["time"]) <= at + timedelta(hours=48)
    days = (one["date"] - at.date()).days
    return None if days == 2 else days < 2


def in_hours(day: date, at: time | None) -> bool | None:
    kinds = {duty(day, hour, "metropole") == "pdsa" for hour in (range(24) if at is None else (at.hour,))}
    return None if len(kinds) == 2 else kinds == {False}


def naive_snp(rows: list[Row]) -> tuple[Counter[Any], dict[int, str], Decimal, tuple[int, int]]:
    """Units retained by period, practitioner and month; why rows are refused; what the fund pays; least and best.

    What cannot be told takes no place in the week of what can: that is refused where the places are full without it,
    and cannot be told itself where they would be full with it.
    """
    retained: Counter[Any] = Counter()
    refused: dict[int, str] = {}
    sure: Counter[Any] = Counter()
    all_of_it: Counter[Any] = Counter()
    amo, least, best = Decimal(0), 0, 0
    numbered = [(number, row["visit"]) for number, row in enumerate(rows, 2) if "visit" in row]
    for number, one in sorted(numbered, key=lambda item: (item[1]["date"], item[1]["time"] or time.min, item[0])):
        day, units = one["date"], one["quantity"]
        period = next((name for name, first, last in PERIODS if first <= day <= last), None)
        if period is None:
            refused[number] = "out_of_period"
            continue
        said = answers(one, period)
        if ("hours", False) in said or ("condition", False) in said:
            refused[number] = "pdsa_hours" if ("hours", False) in said else "condition"
            continue
        week = (period, one["practitioner"], day - timedelta(days=day.weekday()))
        limit = 10**6 if period == "hiver-2022" else 20
        all_of_it[week] += units
        over = min(units, max(0, sure[week] + units - limit))
        over_at_best = min(units, max(0, all_of_it[week] - limit))
        best += units - over_at_best
        if any(answer is None for _, answer in said):
            refused[number] = "weekly_cap" if over == units else "unverifiable"
            continue
        sure[week] += units
        least += units - over
        if over_at_best:
            refused[number] = "weekly_cap" if over == over_at_best else "unverifiable"
        retained[period, one["practitioner"], f"{day:%Y-%m}"] += units - over_at_best
        share = Decimal(one["rate"] if one["host"] and one["rate"] else 70) / 100
        amo += 15 * (units - over_at_best) * share
    return +retained, refused, amo, (least, best)


@examples(15, 300)
@given(seen=st.lists(visits(), min_size=1, max_size=14))
def test_snp(seen: list[Row], tmp_path: Path) -> None:
    rows = lines_of(seen)
    retained, refused, amo, bounds = naive_snp(rows)
    written = [{key: value for key, value in row.items() if key != "visit"} for row in rows]
    result = run(written, tmp_path, "snp")
    assert {one.row: one.reason for one in result.refused} == refused
    assert (
        +Counter({(row.period, row.practitioner, iso_month(row.month)): int(row.retained) for row in result.rows})
        == retained
    )
    total = result.totals[0]
    assert (total.low, total.high) == tuple(in_cents(Decimal(15 * units)) for units in bounds)
    if total.difference is not None:
        assert (total.with_measure, total.difference_amo) == (in_cents(Decimal(15 * retained.total())), in_cents(amo))
    else:
        assert set(refused.values()) == {"unverifiable"}
    assert (int(total.units or 0), int(total.retained or 0)) == (
        sum(one["quantity"] for one in seen),
        retained.total(),
    )


# --- téléconsultations ---------------------------------------------------------------------------------------


def calls() -> st.SearchStrategy[Row]:
    days = [(2020, 3, 20), (2020, 3, 21), (2020, 4, 14), (2020, 4, 15), (2022, 9, 30), (2022, 10, 1)]
    days += [(2024, 5, 14), (2024, 5, 15)]
    return st.fixed_dictionaries(
        {
            "date": st.sampled_from([date(*day) for day in days]),
            "code": st.just("TCG"),
            "quantity": st.sampled_from([1, 1, 2, 3]),
            "practitioner": st.sampled_from(["A", "B"]),
            "specialty": st.sampled_from([1, 33, None]),
            "patient": st.sampled_from(["P1", "P2", None]),
            "birth_date": st.sampled_from(
                [date(1980, 1, 1), date(2004, 1, 2), date(2006, 9, 30), date(2010, 1, 1), None]
            ),
            "amount": st.sampled_from([25, 50, Decimal("25.01"), None]),
            "overcharge": st.sampled_from([0, 10]),
            "pathway": st.sampled_from(["T", "S", "P", "F", "U", None]),
            "ald": st.sampled_from(["oui", "non", "non", None]),
            "exemption": st.sampled_from([0, 41, 42, 47, None]),
        }
    )


def years(one: Row, number: int) -> date | None:
    born: date | None = one["birth_date"]
    return born and born.replace(year=born.year + number)


def naive_cover(rows: list[Row]) -> tuple[Decimal, Decimal, int, Counter[str]]:
    """Without the measure, with it, participations in euros, refusals by reason."""
    before, after, participation = Decimal(0), Decimal(0), 0
    reasons: Counter[str] = Counter()
    taken: Counter[Any] = Counter()
    for row in rows:
        day, units = row["date"], row["quantity"]
        sixteen, adult = years(row, 16), years(row, 18)
        if not (adult and date(day.year, 1, 1) < adult):
            visit = (row["practitioner"], row["patient"], day)
            left = units if row["patient"] is None else min(units, max(0, 4 - taken[visit]))
            taken[visit] += units
            participation += left * (2 if day >= date(2024, 5, 15) else 1)
        covered = date(2020, 4, 15) <= day <= date(2022, 9, 30)
        if not date(2020, 3, 21) <= day <= date(2022, 9, 30):
            reasons["out_of_period"] += 1
        elif not covered or row["amount"] is None:
            reasons["unverifiable"] += 1
            continue
        if row["amount"] is None:
            continue
        dispensed = (sixteen is not None and day < sixteen) or row["specialty"] == 33
        share = Decimal("0.3") if row["pathway"] in ("S", "P", "F") and not dispensed else Decimal("0.7")
        if row["exemption"] != 41 and (row["ald"] == "oui" or row["exemption"] == 42):
            share = Decimal(1)
        base = Decimal(row["amount"]) - row["overcharge"]
        nominal = (base * share).quantize(Decimal("0.01"), ROUND_HALF_UP)
        before += nominal
        after += base if covered else nominal
    return before, after, participation, reasons


@examples(15, 300)
@given(rows=st.lists(calls(), min_size=1, max_size=12))
def test_teleconsultations(rows: list[Row], tmp_path: Path) -> None:
    before, after, participation, reasons = naive_cover(rows)
    written = [
        {
            **row,
            "date": f"{row['date']:%d/%m/%Y}",
            "birth_date": row["birth_date"] and f"{row['birth_date']:%d/%m/%Y}",
        }
        for row in rows
    ]
    result = run(written, tmp_path, "teleconsultation-100")
    assert Counter(one.reason for one in result.refused) == reasons
    total = result.totals[0]
    assert total.participation == in_cents(Decimal(participation))
    if total.baseline is not None and total.with_measure is not None:
        assert (total.baseline, total.with_measure) == (in_cents(before), in_cents(after))
        assert (total.difference_amo, total.difference_patient) == (
            in_cents(after - before),
            in_cents(before - after),
        )
    else:
        assert {row["amount"] for row in rows if not date(2020, 3, 21) <= row["date"] <= date(2020, 4, 14)} <= {None}
