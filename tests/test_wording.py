from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from avenant9 import french, wording


def test_a_table_writes_its_numbers_as_a_sentence_does() -> None:
    cents = [0, 5, -5, 99, 12345, -123456, 99999, 100000, 123456789, -1234567890]
    numbers = pl.DataFrame({"n": cents})
    assert numbers.select(french.euros(pl.col("n"))).to_series().to_list() == [*map(wording.euros, cents)]
    counts = [abs(n) for n in cents]
    assert numbers.select(french.integer(pl.col("n").abs())).to_series().to_list() == [*map(wording.integer, counts)]
    shares = [0, 5, 50, 2000, 725, 750, 10_000]
    assert pl.DataFrame({"n": shares}).select(french.percent(pl.col("n"))).to_series().to_list() == [
        *map(wording.percent, shares)
    ]


def test_dates_and_amounts_are_french() -> None:
    assert wording.day(date(2022, 4, 1)) == "01/04/2022"
    assert wording.euros(123456) == "1\u00a0234,56\u00a0€"
    assert wording.euros(-5) == "-0,05\u00a0€"
    assert wording.euros(None) == "montant inconnu"
    assert wording.money(-123456, ",") == "-1234,56"
    assert [wording.money(cents) for cents in (-1, 0, 5, 285250)] == ["-0.01", "0.00", "0.05", "2852.50"]
    assert wording.percent(2000) == "20\u00a0%"
    assert wording.percent(725) == "7,25\u00a0%"
    assert wording.percent(750) == "7,5\u00a0%"
    assert wording.integer(1048575) == "1\u00a0048\u00a0575"


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0\u00a0acte lu"), (1, "1\u00a0acte lu"), (2, "2\u00a0actes lus"), (6012, "6\u00a0012\u00a0actes lus")],
)
def test_zero_and_one_are_singular(count: int, words: str) -> None:
    assert wording.counted(count, "acte lu") == words


def test_plurals() -> None:
    assert wording.plural(2, "cas précis") == "cas précis"
    assert wording.plural(2, "acte à distance", "actes à distance") == "actes à distance"


def test_ordinals_and_lists() -> None:
    assert [wording.ordinal(rank) for rank in (1, 2, 21)] == ["1er", "2e", "21e"]
    assert wording.ordinal(1, feminine=True) == "1re"
    assert wording.listed([]) == ""
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b", "c"], "ou") == "a, b ou c"
    assert wording.quoted(["a"]) == ["« a »"]


def test_near_names() -> None:
    names = ["frequence/te2-annuelle", "frequence/vl-annuelle", "tarif/conventionnel"]
    assert wording.nearest("te2-anuelle", names)[0] == "frequence/te2-annuelle"
    assert wording.nearest("Tarif/Conventionnél", names) == ["tarif/conventionnel"]
    assert wording.nearest("", names) == []
    assert wording.did_you_mean("zzzz", names) == ""
    assert wording.did_you_mean("tarif/conventionel", names) == "peut-être « tarif/conventionnel »"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "« été » : 1\u202f234,50\u00a0€ ≤ 20\u00a0% — œuf → ✓ ж"),
        ("cp1252", "« été » : 1 234,50\u00a0€ <= 20\u00a0% — œuf -> OK \\u0436"),
        ("cp850", "« été » : 1 234,50\u00a0EUR <= 20\u00a0% - oeuf -> OK \\u0436"),
        ("ascii", '" ete " : 1 234,50 EUR <= 20 % - oeuf -> OK \\u0436'),
    ],
)
def test_no_encoding_loses_a_word(encoding: str, shown: str) -> None:
    text = "« été » : 1\u202f234,50\u00a0€ ≤ 20\u00a0% — œuf → ✓ ж"
    fitted = wording.for_encoding(text, encoding)
    assert fitted == shown
    assert "?" not in fitted
    fitted.encode(encoding)


def test_what_no_table_lists_still_has_its_letters() -> None:
    assert wording.for_encoding("ﬁn ǆ ½", "ascii").isascii()
    assert wording.for_encoding("ﬁn", "ascii") == "fin"
    assert wording.for_encoding("€", "cp850").encode("cp850") == b"EUR"


def test_a_cell_cannot_drive_the_terminal() -> None:
    assert wording.visible("a\x1b[31mb\u202ec\u200bd\r\n") == "a\\x1b[31mb\\u202ec\\u200bd\\x0d\\x0a"
    assert wording.visible("été « 20 € »\u00a0!") == "été « 20 € »\u00a0!"


def test_no_line_starts_with_a_punctuation_mark() -> None:
    text = "Une phrase qui dit « ce mot » ; puis une autre : et la fin !"
    for width in range(20, 60):
        for line in wording.wrapped(text, width).splitlines():
            assert len(line) <= width
            assert not line.lstrip().startswith((";", ":", "!", "»"))
            assert not line.endswith("«")


def test_wrapped_lines_are_indented() -> None:
    assert wording.wrapped("un deux trois quatre cinq", 20, "  ", "- ") == "- un deux trois\n  quatre cinq"
    assert wording.wrapped("court", 20, "    ") == "    court"


@pytest.mark.parametrize(
    ("ranks", "said"),
    [
        ((), ""),
        ((2,), "février"),
        ((2, 3), "février, mars"),
        ((2, 3, 4), "février à avril"),
        ((1, 2, 4, 5, 6, 8, 12), "janvier, février, avril à juin, août, décembre"),
    ],
)
def test_months_in_a_row_are_named_by_their_ends(ranks: tuple[int, ...], said: str) -> None:
    assert wording.months(ranks) == said
