"""What findings counted: values while a report is held, texts once it is written, values again once it is read."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from avenant9.frames import DAYS
from avenant9.period import Period, civil_year
from avenant9.results.explanations import Explanations, plain, read

YEAR, OPEN = civil_year(2022), Period(date(2021, 9, 25), None)
COUNTED = pl.Series(
    [
        {"window": {"first": YEAR.first, "last": YEAR.last}, "count": 5},
        {"window": {"first": OPEN.first, "last": None}, "count": 2},
    ],
    dtype=pl.Struct({"window": DAYS, "count": pl.Int64}),
)
CHARGED = pl.Series(
    [{"overcharge": Decimal("-0.05"), "since": date(2022, 3, 4), "broken": ["age"], "more": None}],
    dtype=pl.Struct(
        {"overcharge": pl.Decimal(38, 2), "since": pl.Date(), "broken": pl.List(pl.String()), "more": pl.String()}
    ),
)
VALUES = [
    {"window": YEAR, "count": 5},
    {"window": OPEN, "count": 2},
    {"overcharge": Decimal("-0.05"), "since": date(2022, 3, 4), "broken": ["age"], "more": None},
    {},
]
TEXTS = [
    '{"window":"2022-01-01/2022-12-31","count":5}',
    '{"window":"2021-09-25/..","count":2}',
    '{"overcharge":"-0.05","since":"2022-03-04","broken":["age"],"more":null}',
    None,
]


@pytest.mark.parametrize(("place", "values"), [*enumerate(VALUES[:3]), (None, {})])
def test_a_place_holds_values(place: int | None, values: dict[str, object]) -> None:
    assert Explanations(COUNTED, CHARGED).at(place) == values


def test_they_are_written_in_the_order_of_their_findings() -> None:
    places = pl.Series([2, None, 0, 1, 0], dtype=pl.UInt32)
    written = Explanations(COUNTED, CHARGED).written(places)
    assert written.to_list() == [TEXTS[2], None, TEXTS[0], TEXTS[1], TEXTS[0]]


def test_what_was_saved_is_written_again_as_it_was() -> None:
    saved = Explanations([text and read(json.loads(text)) for text in TEXTS])
    assert saved.written(pl.Series(range(4), dtype=pl.UInt32)).to_list() == TEXTS
    assert [saved.at(place) for place in range(4)] == [*VALUES[:2], plain(VALUES[2]), {}]


@pytest.mark.parametrize("window", ["autrefois", "2022-01-01", "2022-12-31/2022-01-01", "2022-13-01/..", "/..", ""])
def test_days_that_nobody_can_read_stay_as_they_are(window: str) -> None:
    assert read({"window": window}) == {"window": window}


def test_a_report_without_explanations_writes_none() -> None:
    assert Explanations().written(pl.Series([None, None], dtype=pl.UInt32)).to_list() == [None, None]
