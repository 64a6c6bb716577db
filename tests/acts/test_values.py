"""The text of a cell as a value, as French files hold it."""

from __future__ import annotations

from datetime import date, datetime, time

import polars as pl
import pytest

from avenant9.acts import amounts, dates, values
from avenant9.acts.columns import LISTED


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("02/05/2022", date(2022, 5, 2)),
        ("2/5/2022", date(2022, 5, 2)),
        ("2022-05-02", date(2022, 5, 2)),
        ("20220502", date(2022, 5, 2)),
        ("02-05-2022", date(2022, 5, 2)),
        ("02.05.2022", date(2022, 5, 2)),
        ("'02/05/2022", date(2022, 5, 2)),
        ("44652", date(2022, 4, 1)),  # the serial of a spreadsheet
        ("03/04/2024", date(2024, 4, 3)),  # day first, always
        ("13/14/2024", None),
        ("31/02/2024", None),
        ("02/05/22", None),  # of which century?
        ("2022", None),
        ("4465", None),
        ("mai 2022", None),
        ("1900-03-01", date(1900, 3, 1)),
        ("1900-02-28", None),  # what becomes of 29/02/1900, of 0 and of -1
        ("", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert dates.parse_day(text) == day


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("08:30", time(8, 30)),
        ("8h30", time(8, 30)),
        ("8H", time(8)),
        ("08:30:15", time(8, 30, 15)),
        ("0.354166667", time(8, 30)),
        ("0,5", time(12)),
        ("24:00", None),
        ("08:60", None),
        ("matin", None),
    ],
)
def test_times(text: str, clock: time | None) -> None:
    assert dates.parse_time(text) == clock


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("25", 2500),
        ("25,5", 2550),
        ("25.50", 2550),
        ("1 234,50 €", 123450),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("-12,50", -1250),
        ("\u221212,50", -1250),
        ("(12,00)", -1200),
        ("'25,00", 2500),
        ("25.499999999999996", 2550),  # the noise of a spreadsheet, rounded once
        (".5", 50),
        ("1.234", None),  # a thousand, or one and a bit
        ("1.23.456,7", None),
        ("12,345", None),
        ("-", None),
        ("gratuit", None),
    ],
)
def test_cents(text: str, cents: int | None) -> None:
    assert amounts.parse_cents(text) == cents


@pytest.mark.parametrize(
    ("text", "basis_points"),
    [
        ("70", 7000),
        ("70 %", 7000),
        ("0.7", 7000),
        ("100", 10000),
        ("1", 10000),
        ("0", 0),
        ("1 %", 100),
        ("120", None),
        ("0.6499999999999999", 6500),  # the noise of a spreadsheet
    ],
)
def test_rates(text: str, basis_points: int | None) -> None:
    assert amounts.parse_rate(text) == basis_points


@pytest.mark.parametrize(("text", "thousandths"), [("1,5", 1500), ("1.4999999999999998", 1500), ("0", None)])
def test_coefficients(text: str, thousandths: int | None) -> None:
    assert amounts.parse_thousandths(text) == thousandths


def test_spaces_of_every_kind_are_spaces_and_an_empty_cell_is_unknown() -> None:
    cells = pl.Series(["\u00a0TE2\u202f", "1\u202f234,50", "DU\u200bPONT", "e\u0301", "  ", "", None])
    assert values.clean(cells.to_frame()).to_series().to_list() == [
        "TE2",
        "1 234,50",
        "DUPONT",
        "é",
        None,
        None,
        None,
    ]


def test_yes_and_no() -> None:
    cells = pl.Series(["Oui", "non", "O", "N", "1", "0", "VRAI", "faux", "peut-être", None])
    assert values.yes_no(cells).to_list() == [True, False, True, False, True, False, True, False, None, None]


def test_a_column_of_crosses_says_no_by_its_empty_cells() -> None:
    assert values.yes_no(pl.Series(["x", None, "X"])).to_list() == [True, False, True]
    assert values.yes_no(pl.Series([None, None], dtype=pl.String)).to_list() == [None, None]
    assert values.yes_no(pl.Series(["x", None, "oui"])).to_list() == [None, None, True]


def test_listed_values_however_typed() -> None:
    cells = pl.Series(["Vidéo", "TÉLÉPHONE", "présentiel", "fax", None])
    assert values.listed(cells, LISTED["channel"]).to_list() == ["video", "telephone", "presentiel", None, None]


@pytest.mark.parametrize(
    ("text", "day", "clock", "lost"),
    [
        ("02/05/2022", date(2022, 5, 2), None, False),
        ("02/05/2022 10:30", date(2022, 5, 2), time(10, 30), False),
        ("02/05/2022 à 10h30", date(2022, 5, 2), time(10, 30), False),
        ("2022-05-02T10:30:00.000", date(2022, 5, 2), time(10, 30), False),
        ("2022-05-02 00:00:00", date(2022, 5, 2), time(0), False),
        ("44652,5", date(2022, 4, 1), time(12), False),
        ("02/05/2022 25:61", date(2022, 5, 2), None, True),
        ("02/05/2022 10:30 PM", date(2022, 5, 2), None, True),
        ("2022-05-02T10:30:00Z", date(2022, 5, 2), None, True),  # universal time: which hour here?
        ("2022-05-02T10:30:00.000+02:00", date(2022, 5, 2), None, True),
        ("02/05/2022 au 05/05/2022", None, None, False),
        ("02/05/2022 - 05/05/2022", None, None, False),
        ("02/05/2022 annulé", None, None, False),
        ("02/05/2022 10:30 annulé", None, None, False),
        ("01/02/1950 décédé", None, None, False),
        ("02/05/2022 10", None, None, False),
        (None, None, None, False),
    ],
)
def test_what_stands_beside_a_day_is_a_time(
    text: str | None, day: date | None, clock: time | None, lost: bool
) -> None:
    cells = pl.Series([text], dtype=pl.String)
    read = dates.days_and_times(cells)
    assert [series.to_list() for series in read] == [[day], [clock], [lost]]


def test_moments_with_and_without_time() -> None:
    cells = pl.Series(
        ["02/05/2022 10:30", "2022-05-02T10:30:00", "02/05/2022", "44652.5", "hier", "02/05/2022 25:00"]
    )
    moments, day_only = dates.moments(cells)
    assert moments.to_list() == [
        datetime(2022, 5, 2, 10, 30),
        datetime(2022, 5, 2, 10, 30),
        datetime(2022, 5, 2),
        datetime(2022, 4, 1, 12),
        None,
        None,
    ]
    assert day_only.to_list() == [False, False, True, False, False, False]


def test_only_digits_and_punctuation_are_quoted_and_never_a_nir() -> None:
    assert values.quotable("31/02/2024")
    assert not values.quotable("Dupont")
    assert not values.quotable("185057800608491")
