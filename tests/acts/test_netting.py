"""Cancellations, rows read twice, duplicates: what counts, and what it still amounts to."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import polars as pl
import pytest

from avenant9.acts.columns import ACTS
from avenant9.acts.netting import cancel, counting, mark_repetitions, refused_rows

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
        # the row of the opposite amount, wherever it stands
        ([{}, {"amount": 2500}, NEGATIVE], [(0, 0, "cancelled"), (1, 2500, None), (-1, -2000, "cancellation")]),
        (
            [{"quantity": 2, "amount": 4000}, {}, {"amount": 4000}, {"quantity": -2, "amount": -4000}],
            [(0, 0, "cancelled"), (1, 2000, None), (1, 4000, None), (-2, -4000, "cancellation")],
        ),  # and of the same quantity
        (
            [{"amount": 4000}, {}, {"quantity": -2, "amount": -4000}],
            [(0, 0, "cancelled"), (0, 0, "cancelled"), (-2, -4000, "cancellation")],
        ),  # what is left of its units takes the others
        (
            [{}, {"amount": 2500}, {"amount": 3000}, {"quantity": -1, "amount": None}, {"amount": -3000}],
            [
                (1, 2000, None),
                (0, 0, "cancelled"),
                (0, 0, "cancelled"),
                (-1, None, "cancellation"),
                (1, -3000, "cancellation"),
            ],
        ),  # the exact opposite is taken before an earlier cancellation takes any
        (
            [{}, {"amount": 2500}, {"quantity": -1}],
            [(0, 0, "cancelled"), (1, 2500, None), (-1, 2000, "cancellation")],
        ),  # a negative quantity needs no negative amount
    ],
)
def test_cancellations(rows: list[dict[str, Any]], expected: list[Any]) -> None:
    assert left(table(*rows)) == expected


def test_a_row_left_with_units_keeps_its_part_of_every_amount() -> None:
    acts = cancel(table({"quantity": 4, "amount": 8000, "overcharge": 400, "reimbursed": 5600}, NEGATIVE))
    assert acts.row(0, named=True) | {"amount": 6000, "overcharge": 300, "reimbursed": 4200} == acts.row(
        0, named=True
    )


@pytest.mark.parametrize(
    ("overcharge", "taken"),
    [(-700, 0), (-1200, 1), (700, 0), (0, 2), (None, 2)],  # equal in none, or unknown: the last row
)
def test_of_rows_of_one_amount_the_overcharge_tells_which(overcharge: int | None, taken: int) -> None:
    rows = [{"overcharge": 700}, {"overcharge": 1200}, {"overcharge": 300}, {**NEGATIVE, "overcharge": overcharge}]
    assert cancel(table(*rows))["quantity"].to_list() == [0 if rank == taken else 1 for rank in range(3)] + [-1]


def test_no_overcharge_is_the_opposite_of_none() -> None:
    rows = [{"overcharge": None}, {"overcharge": 700}, {**NEGATIVE, "overcharge": None}]
    assert cancel(table(*rows))["quantity"].to_list() == [0, 1, -1]


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
    acts = mark_repetitions(table({}, other))
    assert acts["duplicate_of"].to_list() == [None, 0 if duplicate else None]


def test_unknown_patients_are_not_each_other_s_duplicates() -> None:
    acts = mark_repetitions(table({"patient": None}, {"patient": None}))
    assert acts["duplicate_of"].to_list() == [None, None]


REFUSED = {"status": "rejete", "uncounted": "rejete"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # what the file says rejected is cancelled before what was billed after it
        ([REFUSED, NEGATIVE, {}], [(1, 2000, "rejete"), (-1, -2000, "cancellation"), (1, 2000, None)]),
        ([REFUSED, {"amount": -2000}], [(1, 2000, "rejete"), (1, -2000, "cancellation")]),
        # of rows alike only: the exact opposite before it
        (
            [{**REFUSED, "amount": 2500}, {}, NEGATIVE],
            [(1, 2500, "rejete"), (0, 0, "cancelled"), (-1, -2000, "cancellation")],
        ),
        # a cancellation that was rejected cancels nothing
        ([{}, {**NEGATIVE, **REFUSED}], [(1, 2000, None), (-1, -2000, "rejete")]),
    ],
)
def test_what_was_refused_is_cancelled_first_and_cancels_nothing(rows: list[dict[str, Any]], expected: Any) -> None:
    assert left(table(*rows)) == expected


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"invoice": "F2"}, (0, True)),
        ({"invoice": "F2", "time": time(9)}, (0, True)),
        ({"invoice": "F1"}, (None, True)),  # the same row twice
        ({"invoice": None}, (None, False)),
        ({"invoice": "F2", "amount": 2500}, (None, False)),
        ({"invoice": "F2", "patient": "Q"}, (None, False)),
        ({"invoice": "F2", **REFUSED}, (None, False)),
    ],
)
def test_one_act_on_two_invoices(other: dict[str, Any], told: tuple[int | None, bool]) -> None:
    acts = mark_repetitions(table({"invoice": "F1"}, other))
    assert acts.select("rebills", "doubtful").rows() == [(None, False), told]


def test_nobody_is_not_billed_twice() -> None:
    acts = mark_repetitions(table({"invoice": "F1", "patient": None}, {"invoice": "F2", "patient": None}))
    assert acts["rebills"].to_list() == [None, None]


def test_a_refused_row_of_two_codes_is_one_row() -> None:
    acts = table({}, {"row": 3, **REFUSED}, {"row": 3, **REFUSED}, {"row": 4, "uncounted": "annule"})
    assert refused_rows(acts).rows() == [(0, 3, "rejete"), (0, 4, "annule")]


def test_what_counts_has_units_left_and_is_not_copied_where_all_does() -> None:
    acts = table(
        {}, {"quantity": 0, "amount": 0}, {"quantity": 2}, {"uncounted": "repeated"}, {"uncounted": "cancelled"}
    )
    assert counting(acts)["act"].to_list() == [0, 2]
    whole = table({}, {"quantity": 3})
    assert counting(whole) is whole
