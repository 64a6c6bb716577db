"""Rows of several exports that are the same, whatever columns only one has; and what the file says refused."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import polars as pl
import pytest

from avenant9.acts.columns import ACTS
from avenant9.acts.overlaps import leave_out_refused, mark_repeated

DAY, LATER = date(2023, 3, 1), date(2023, 3, 8)
FULL = {"code": "TE2", "practitioner": "A", "patient": "P", "quantity": 1, "amount": 2000, "invoice": "F1"}
MARKS = ("uncounted", "duplicate_of", "doubtful")
REPEATED, DOUBTFUL, ALONE = ("repeated", 0, False), (None, 0, True), (None, None, False)


def marked(*rows: dict[str, Any], files: list[int] | None = None) -> pl.DataFrame:
    """Rows that stand each in an input of its own, which has the columns that the row names, and in its own file."""
    filled = [
        dict.fromkeys(ACTS) | {"act": rank, "input": rank, "row": 2, "date": DAY} | row
        for rank, row in enumerate(rows)
    ]
    held = [frozenset({"date", *row}) for row in rows]
    ranks = pl.Series(files or range(len(rows)), dtype=pl.UInt16)
    return leave_out_refused(mark_repeated(pl.DataFrame(filled, schema=ACTS), ranks, held))


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in FULL.items() if name not in names}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (FULL, FULL, REPEATED),
        (FULL, {**FULL, "time": time(9)}, REPEATED),
        ({**FULL, "time": time(9)}, FULL, REPEATED),
        (without("amount"), {**FULL, "time": time(9)}, REPEATED),
        (without("patient"), FULL, REPEATED),
        ({**FULL, "time": time(9)}, {**FULL, "time": time(10)}, ALONE),
        (FULL, {**FULL, "amount": 2500}, ALONE),
        (FULL, {**FULL, "invoice": "F2"}, ALONE),
        (FULL, {**FULL, "patient": "Q"}, ALONE),
        # what became of a row since its first export is no other row
        (
            {**FULL, "status": "impaye"},
            {**FULL, "status": "paye", "payment_date": LATER, "reimbursed": 1400},
            REPEATED,
        ),
        # without a number that both have, two acts of a day may be two
        (without("invoice"), FULL, DOUBTFUL),
        (without("invoice"), without("invoice"), DOUBTFUL),
        (without("invoice"), without("invoice", "amount"), DOUBTFUL),
        (without("invoice", "patient"), without("invoice"), ALONE),
    ],
)
def test_equal_in_what_both_files_have(one: dict[str, Any], other: dict[str, Any], expected: Any) -> None:
    assert marked(one, other).select(MARKS).rows() == [ALONE, expected]


def test_two_sheets_of_one_file_are_one_file() -> None:
    assert marked(FULL, FULL, files=[0, 0]).select(MARKS).rows() == [ALONE, ALONE]


def test_rows_that_only_their_own_columns_tell_apart_repeat_as_many() -> None:
    """Two acts of a day and a file that has the hour of neither: one of the two is not in it."""
    morning, evening = ({**FULL, "time": time(hour)} for hour in (9, 17))
    acts = marked(FULL, morning, evening, files=[0, 1, 1])
    assert acts.select(MARKS).rows() == [ALONE, REPEATED, ALONE]
    acts = marked(morning, evening, FULL, files=[0, 0, 1])
    assert acts.select(MARKS).rows() == [ALONE, ALONE, REPEATED]


def test_the_row_that_counts_learns_what_another_export_says() -> None:
    acts = marked(without("amount"), {**FULL, "time": time(9), "payment_date": LATER}, {**FULL, "specialty": 1})
    learned = acts.row(0, named=True)
    assert {name: learned[name] for name in ("amount", "time", "payment_date", "specialty", "invoice")} == {
        "amount": 2000,
        "time": time(9),
        "payment_date": LATER,
        "specialty": 1,
        "invoice": "F1",
    }


@pytest.mark.parametrize(
    ("statuses", "uncounted"),
    [
        (("rejete",), ["rejete"]),
        (("annule",), ["annule"]),
        (("impaye",), [None]),
        (("paye",), [None]),
        # rejected, then billed again under its number and paid: it counts, once
        (("rejete", "paye"), [None, "repeated"]),
        (("paye", "rejete"), [None, "repeated"]),
        (("impaye", "rejete"), ["rejete", "rejete"]),
        ((None, "annule"), ["annule", "annule"]),
        ((None, "impaye"), [None, "repeated"]),
    ],
)
def test_what_the_files_say_refused_enters_no_count(statuses: tuple[str | None, ...], uncounted: list[Any]) -> None:
    acts = marked(*({**FULL, "status": status} for status in statuses))
    assert acts["uncounted"].to_list() == uncounted
    assert acts["duplicate_of"].to_list() == [0 if why == "repeated" else None for why in uncounted]


def test_what_repeats_a_refused_row_without_a_number_is_no_doubt() -> None:
    acts = marked({**without("invoice"), "status": "rejete"}, without("invoice"))
    assert acts.select(MARKS).rows() == [("rejete", None, False), ALONE]
