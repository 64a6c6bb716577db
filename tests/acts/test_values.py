"""The text of a cell as a value, as French files hold it."""

from __future__ import annotations

from datetime import date, time

import polars as pl
import pytest

from avenant9.acts import amounts, dates, values, written
from avenant9.acts.columns import COLUMNS


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
        ("02/05/22", None),  # what somebody fills in says its century
        ("2022", None),
        ("4465", None),
        ("mai 2022", None),
        ("1900-03-01", date(1900, 3, 1)),
        ("1900-02-28", None),  # what becomes of 29/02/1900, of 0 and of -1
        ("", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert written.parse_day(text) == day


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("08:30", time(8, 30)),
        ("8h30", time(8, 30)),
        ("8H", time(8)),
        ("8 h 30", time(8, 30)),
        ("08:30:15", time(8, 30, 15)),
        ("0.354166667", time(8, 30)),
        ("0,5", time(12)),
        ("24:00", None),
        ("25:30", None),
        ("10:30Z", None),
        ("08:60", None),
        ("matin", None),
    ],
)
def test_times(text: str, clock: time | None) -> None:
    assert written.parse_time(text) == clock


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
        ("(12,00) €", -1200),
        ("(-12,00)", None),
        ("20,00-", -2000),
        ("20,00 -", -2000),
        ("20,00- €", -2000),
        ("20,00 €-", -2000),
        ("– 20,00 €", -2000),
        ("-20,00-", None),
        ("+20,00", 2000),
        ("€ 20,00", 2000),
        ("-€20", -2000),
        ("20 EUR", 2000),
        ("20,5 euros", 2050),
        ("20€00", 2000),
        ("20 € 50", 2050),
        ("20€5", None),
        ("20,00€00", None),
        ("20 00", None),  # cents, or two thousand?
        ("0 00", None),
        ("1 2345", None),
        ("12 34,00", None),
        ("1234 567", None),
        ("1 234 567,00", 123456700),
        ("1.234.567,00", 123456700),
        ("12 345", 1234500),
        ("20,", 2000),
        ("20 ,00", None),
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
    read = values.listed(cells, COLUMNS["channel"].spellings)
    assert read.to_list() == ["video", "telephone", "presentiel", None, None]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("02/01/23", date(2023, 1, 2)),
        ("2.1.23", date(2023, 1, 2)),
        ("02 01 2023", date(2023, 1, 2)),
        ("02 / 01 / 23", date(2023, 1, 2)),
        ("2023/01/02", date(2023, 1, 2)),
        ("2 janv. 2023", date(2023, 1, 2)),
        ("1er févr. 23", date(2023, 2, 1)),
        ("lundi 2 janvier 2023", date(2023, 1, 2)),
        ("Lun. 02/01/2023", date(2023, 1, 2)),
        ("le 2 Août 2023", date(2023, 8, 2)),
        ("02-déc.-23", date(2023, 12, 2)),
        ("2 jui 2023", None),  # June or July?
        ("2 ma 2023", None),
        ("31 février 2023", None),
        ("vers le 2 janvier 2023", None),
        ("janvier 2023", None),
        ("02/01/223", None),
        ("23-01-02", date(2002, 1, 23)),  # the day stands first
    ],
)
def test_days_of_care_as_people_write_them(text: str, day: date | None) -> None:
    assert dates.days(pl.Series([text])).to_list() == [day]


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("JJ/MM/AA", "02/01/23", date(2023, 1, 2)),
        ("MM/JJ/AAAA", "01/02/2023", date(2023, 1, 2)),
        ("MM/JJ/AAAA", "2023-01-02", date(2023, 1, 2)),  # what can be read in one way only is
        ("MM/JJ/AAAA", "2 janv. 2023", date(2023, 1, 2)),
        ("mm-jj-aa", "13/14/23", None),
        ("AA/MM/JJ", "23/01/02", date(2023, 1, 2)),
    ],
)
def test_a_mapping_may_say_the_order(form: str, text: str, day: date | None) -> None:
    order = dates.order_of(form)
    assert order is not None
    assert dates.days(pl.Series([text]), order).to_list() == [day]


@pytest.mark.parametrize("form", ["", "JJ/MM", "JJ/MM/YYYY", "JMAX"])
def test_what_is_no_order(form: str) -> None:
    assert dates.order_of(form) is None


@pytest.mark.parametrize(
    ("text", "care", "child", "born"),
    [
        ("12/06/50", date(2023, 5, 2), False, date(1950, 6, 12)),
        ("12/06/50", date(2023, 5, 2), True, date(1950, 6, 12)),  # nobody is born later than cared for
        ("12/06/15", date(2023, 5, 2), True, date(2015, 6, 12)),
        ("12/06/15", date(2023, 5, 2), False, None),  # 7 or 107 years old
        ("02/05/12", date(2023, 5, 2), False, date(2012, 5, 2)),  # 11, for 111 is too old
        ("03/05/12", date(2023, 5, 2), False, None),  # 110 is not
        ("02/05/23", date(2023, 5, 2), True, date(2023, 5, 2)),
        ("03/05/23", date(2023, 5, 2), True, date(1923, 5, 3)),
        ("29/02/00", date(2023, 5, 2), False, date(2000, 2, 29)),  # 1900 had none
        ("12 juin 1915", date(2023, 5, 2), True, date(1915, 6, 12)),
        ("12/06/2050", date(2023, 5, 2), False, date(2050, 6, 12)),
        ("12/06/15", None, True, None),
        ("Dupont", date(2023, 5, 2), True, None),
    ],
)
def test_the_century_of_a_birth(text: str, care: date | None, child: bool, born: date | None) -> None:
    recent, old = (dates.days(pl.Series([text]), century=century) for century in dates.CENTURIES)
    day = pl.Series([care], dtype=pl.Date)
    assert dates.births(recent, old, day, pl.Series([child])).to_list() == [born]


@pytest.mark.parametrize(
    ("text", "day", "clock", "lost"),
    [
        ("02/05/2022", date(2022, 5, 2), None, False),
        ("02/05/2022 10:30", date(2022, 5, 2), time(10, 30), False),
        ("02/05/2022 à 10h30", date(2022, 5, 2), time(10, 30), False),
        ("02/05/2022 10 h 30", date(2022, 5, 2), time(10, 30), False),
        ("02/05/2022, 10:30:15", date(2022, 5, 2), time(10, 30, 15), False),
        ("lundi 2 mai 2022 à 9h", date(2022, 5, 2), time(9), False),
        ("02 05 22 10:30", date(2022, 5, 2), time(10, 30), False),
        ("2022-05-02T10:30:00.000", date(2022, 5, 2), time(10, 30), False),
        ("2022-05-02T10:30:00.000+02:00", date(2022, 5, 2), time(10, 30), False),  # the hour where it was written
        ("2022-05-02 00:00:00", date(2022, 5, 2), None, False),
        ("44652,5", date(2022, 4, 1), time(12), False),
        ("02/05/2022 25:30", date(2022, 5, 2), None, True),
        ("02/05/2022 25:61", date(2022, 5, 2), None, True),
        ("02/05/2022 10:30 PM", date(2022, 5, 2), None, True),
        ("02/05/2022 au 05/05/2022", None, None, False),
        ("02/05/2022 - 05/05/2022", None, None, False),
        ("02/05/2022 annulé", None, None, False),
        ("02/05/2022 10:30 annulé", None, None, False),
        ("01/02/1950 décédé", None, None, False),
        ("02/05/2022 10", None, None, False),
        (None, None, None, False),
    ],
)
@pytest.mark.parametrize("beside", ["02/05/2022", "2 mai 2022"])  # usual moments are split in another way
def test_what_stands_beside_a_day_is_a_time(
    beside: str, text: str | None, day: date | None, clock: time | None, lost: bool
) -> None:
    read = dates.moments(pl.Series([text, beside], dtype=pl.String))
    assert [series.to_list() for series in (read.day, read.clock, read.lost, read.universal)] == [
        [day, date(2022, 5, 2)],
        [clock, None],
        [lost, False],
        [False, False],
    ]


@pytest.mark.parametrize(
    ("texts", "moments"),
    [
        # all at midnight of Paris: days, whatever the summer time of old programs
        (["2022-12-31T23:00:00.000Z"], [(date(2023, 1, 1), None)]),
        (
            ["2023-04-09T22:00:00Z", "1950-06-11 22:00:00+00"],
            [(date(2023, 4, 10), None), (date(1950, 6, 12), None)],
        ),
        # hours
        (
            ["2023-01-10T22:00:00Z", "2023-07-10 23:30:00 UTC", "2023-07-10T08:15:00+0000"],
            [(date(2023, 1, 10), time(23)), (date(2023, 7, 11), time(1, 30)), (date(2023, 7, 10), time(10, 15))],
        ),
        # beside others, which are in Paris already
        (["2023-01-10T23:00:00Z", "10/01/2023 23:00"], [(date(2023, 1, 11), None), (date(2023, 1, 10), time(23))]),
    ],
)
def test_universal_time_is_read_as_that_of_paris(texts: list[str], moments: list[tuple[date, time | None]]) -> None:
    read = dates.moments(pl.Series(texts))
    assert list(zip(read.day, read.clock, strict=True)) == moments
    assert read.universal.to_list() == ["/" not in text for text in texts]


def test_only_digits_and_punctuation_are_quoted_and_never_a_nir() -> None:
    assert values.quotable("31/02/2024")
    assert not values.quotable("Dupont")
    assert not values.quotable("185057800608491")
