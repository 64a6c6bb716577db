"""Cancellations, rows read twice, duplicates: what counts, and what it still amounts to."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from avenant9.acts.columns import ACTS
from avenant9.acts.netting import cancel, counting, mark_duplicates, mark_repeated

DAY = date(2023, 3, 1)


def table(*rows: dict[str, Any]) -> pl.DataFrame:
    filled = [
        dict.fromkeys(ACTS)
        | {"act": rank, "input": 0, "row": rank + 2, "date": DAY, "code": "TE2", "practitioner": "A", "patient": "P"}
        | {"quantity": 1, "amount": 2000, "doubtful": False}
        | row
        for rank, row in enumerate(rows)
    ]
    return pl.DataFrame(filled, schema=ACTS)


def left(acts: pl.DataFrame) -> list[tuple[int, int | None, str | None]]:
    return list(cancel(acts).select("quantity", "amount", "uncounted").iter_rows())


NEGATIVE = {"quantity": -1, "amount": -2000}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{}, NEGATIVE], [(0, 0, "cancelled"), (-1, -2000, "cancellation")]),
        ([NEGATIVE, {}], [(-1, -2000, "cancellation"), (0, 0, "cancelled")]),  # wherever they stand
        ([{}, {}, NEGATIVE], [(1, 2000, None), (0, 0, "cancelled"), (-1, -2000, "cancellation")]),  # last row first
        ([{"quantity": 3, "amount": 6001}, NEGATIVE], [(2, 4001, None), (-1, -2000, "cancellation")]),  # half up
        ([{}, {"amount": -2000}], [(0, 0, "cancelled"), (1, -2000, "cancellation")]),  # the exact opposite
        ([{}, {"amount": -1500}], [(1, 2000, None), (1, -1500, "orphan")]),
        ([NEGATIVE], [(-1, -2000, "orphan")]),
        ([{}, {"quantity": -3, "amount": -6000}], [(0, 0, "cancelled"), (-3, -6000, "orphan")]),
        ([{}, {**NEGATIVE, "patient": "Q"}], [(1, 2000, None), (-1, -2000, "orphan")]),  # another group
        ([{"amount": None}, {"quantity": -1, "amount": None}], [(0, None, "cancelled"), (-1, None, "cancellation")]),
        (
            [{"patient": None}, {**NEGATIVE, "patient": None}],
            [(0, 0, "cancelled"), (-1, -2000, "cancellation")],
        ),  # unknown with unknown
    ],
)
def test_cancellations(rows: list[dict[str, Any]], expected: list[Any]) -> None:
    assert left(table(*rows)) == expected


def test_a_row_left_with_units_keeps_its_part_of_every_amount() -> None:
    acts = cancel(table({"quantity": 4, "amount": 8000, "overcharge": 400, "reimbursed": 5600}, NEGATIVE))
    assert acts.row(0, named=True) | {"amount": 6000, "overcharge": 300, "reimbursed": 4200} == acts.row(
        0, named=True
    )


def test_the_same_invoice_in_two_files_counts_once() -> None:
    acts = mark_repeated(table({"invoice": "F1"}, {"invoice": "F1", "input": 1}), pl.Series([0, 1]))
    assert acts["uncounted"].to_list() == [None, "repeated"]
    assert acts["duplicate_of"].to_list() == [None, 0]


def test_without_invoice_two_files_may_hold_two_acts() -> None:
    acts = mark_repeated(table({}, {"input": 1}), pl.Series([0, 1]))
    assert acts["uncounted"].to_list() == [None, None]
    assert acts["duplicate_of"].to_list() == [None, 0]
    assert acts["doubtful"].to_list() == [False, True]


def test_two_sheets_of_one_file_are_one_file() -> None:
    rows = table({"invoice": "F1"}, {"invoice": "F1", "input": 1})
    acts = mark_repeated(rows, pl.Series([0, 0]))
    assert acts["uncounted"].to_list() == [None, None]
    assert mark_duplicates(acts)["duplicate_of"].to_list() == [None, 0]


@pytest.mark.parametrize(
    ("other", "duplicate"),
    [
        ({}, True),
        ({"invoice": "F2"}, False),
        ({"amount": 2500}, False),
        ({"patient": "Q"}, False),
        ({"quantity": 2}, True),  # the units are not what makes a row itself
    ],
)
def test_duplicates(other: dict[str, Any], duplicate: bool) -> None:
    acts = mark_duplicates(mark_repeated(table({}, other), pl.Series([0, 0])))
    assert acts["duplicate_of"].to_list() == [None, 0 if duplicate else None]


def test_two_exports_of_one_invoice_that_differ_by_the_day_of_payment_are_said() -> None:
    rows = table({"invoice": "F1"}, {"invoice": "F1", "input": 1, "payment_date": DAY})
    acts = mark_duplicates(mark_repeated(rows, pl.Series([0, 1])))
    assert acts.select("uncounted", "duplicate_of", "doubtful").rows() == [(None, None, False), (None, 0, True)]


def test_unknown_patients_are_not_each_other_s_duplicates() -> None:
    acts = mark_duplicates(table({"patient": None}, {"patient": None}))
    assert acts["duplicate_of"].to_list() == [None, None]


def test_what_counts_has_units_left_and_is_not_copied_where_all_does() -> None:
    acts = table(
        {}, {"quantity": 0, "amount": 0}, {"quantity": 2}, {"uncounted": "repeated"}, {"uncounted": "cancelled"}
    )
    assert counting(acts)["act"].to_list() == [0, 2]
    whole = table({}, {"quantity": 3})
    assert counting(whole) is whole
