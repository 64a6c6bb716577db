"""The text of a cell as a value: each distinct text is parsed once, what cannot be read is None."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import polars as pl

from avenant9.acts.written import fold
from avenant9.compiled import table
from avenant9.reading import repeated

_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t\r\n]")
#: What is not seen, marks of direction among them.
_ZERO_WIDTH = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
#: What keyboards and word processors write in different ways, and no decomposition makes one.
_MARKS = str.maketrans(
    dict.fromkeys("’‘ʼ′`´", "'") | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
)
#: What programs write for a spreadsheet to take a cell of a CSV for text: `="00123"`.
_AS_TEXT = r'(?s)^="([^"]*)"$'
#: The longest text that a message quotes.
LONGEST_QUOTED = 32
#: What a spreadsheet adds to a number, or to a text that looks like one.
_ADDED = re.compile(r"^'|(?<=\d)[.,]0+$")
#: What may stand before a value in a sentence, folded: `au cabinet`, `par téléphone`.
_BEFORE = re.compile(r"^(?:a|au|en|par|la|le|l) (?:la |le |l )?")
_YES = {"oui": True, "o": True, "1": True, "vrai": True, "true": True}
_NO = {"non": False, "n": False, "0": False, "faux": False, "false": False}


@cache
def _words() -> dict[str, list[str]]:
    return table("acts/nothing.toml")


def _nothing() -> Iterator[str]:
    for word in _words()["words"]:
        yield from (word, word.lower(), word.upper(), word.capitalize())


def words_for(what: str) -> frozenset[str]:
    """The words of a list of `nothing.toml`, as `as_words` gives them."""
    return frozenset(_words()[what])


#: The texts that stand for nothing.
_NOTHING = pl.Series(["", *dict.fromkeys(_nothing())]).implode()


def by_text(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct texts of a column, as `repeated.by_text`."""
    return _few_by_text(column.to_list()) if len(column) <= repeated.FEW else repeated.by_text(column)


def _few_by_text(cells: list[str | None]) -> tuple[pl.Series, pl.Series]:
    """The same of a column that is told faster than it is coded."""
    places: dict[str, int] = {}
    of_cells = [None if cell is None else places.setdefault(cell, len(places)) for cell in cells]
    return pl.Series([*places], dtype=pl.String), pl.Series(of_cells, dtype=pl.UInt32)


def distinct(column: pl.Series, parse: Callable[[str], Any], dtype: pl.DataType) -> pl.Series:
    """`parse` applied to each distinct text of `column`; null stays null."""
    if len(column) <= repeated.FEW:
        cells = column.to_list()
        of_text = {text: parse(text) for text in dict.fromkeys(cells) if text is not None}
        return pl.Series(column.name, map(of_text.get, cells), dtype=dtype)
    texts, places = by_text(column)
    read = [None if text is None else parse(text) for text in texts]
    return pl.Series(column.name, read, dtype=dtype).gather(places)


def clean(cells: pl.DataFrame) -> pl.DataFrame:
    """Text trimmed, NFC, without no-break or zero-width spaces; null where it is empty or stands for nothing.

    A column whose texts repeat comes back as Categorical: what is done to its texts is done once for each.
    """
    if len(cells) <= repeated.FEW:
        return _trimmed(cells.cast(pl.String))
    return repeated.once_each_column(cells, _trimmed_texts)


def _trimmed_texts(column: pl.Series) -> pl.Series:
    return _trimmed(column.to_frame()).to_series()


def _trimmed(cells: pl.DataFrame) -> pl.DataFrame:
    every = pl.all()
    cells = cells.with_columns(every.str.strip_chars())
    if wide := _where(cells, every.str.len_bytes().sum() != every.str.len_chars().sum()):
        cells = cells.with_columns(
            pl.col(wide)
            .str.replace_all(_ZERO_WIDTH.pattern, "")
            .str.replace_all(_SPACES.pattern, " ")
            .str.normalize("NFC")
            .str.strip_chars()
        )
    if quoted := _where(cells, every.str.starts_with('="').any()):
        cells = cells.with_columns(pl.col(quoted).str.replace(_AS_TEXT, "${1}").str.strip_chars())
    if empty := _where(cells, every.is_in(_NOTHING).any()):
        cells = cells.with_columns(pl.when(~pl.col(empty).is_in(_NOTHING)).then(pl.col(empty)))
    return cells


def _where(cells: pl.DataFrame, holds: pl.Expr) -> list[str]:
    """The columns of which something holds, whole."""
    return [column.name for column in cells.select(holds) if column.any()]


def plain_marks(text: str) -> str:
    """Apostrophes as `'`, hyphens and dashes as `-`."""
    return text.translate(_MARKS)


def yes_no(column: pl.Series) -> pl.Series:
    """oui/non; in a column of nothing but `x` and empty cells, an empty cell is "non"."""
    texts, places = by_text(column)
    folded = [None if text is None else fold(bare(text)) for text in texts]
    if {*folded} - {None} == {"x"}:
        return column.is_not_null()
    said = [None if text is None else (_YES | _NO).get(text) for text in folded]
    return pl.Series(column.name, said, dtype=pl.Boolean).gather(places)


def listed(column: pl.Series, spellings: Mapping[str, str]) -> pl.Series:
    """The values of a closed list, by what is written for each, however it is typed (`Vidéo`, `au cabinet`)."""
    wanted = {as_words(spelling): value for spelling, value in spellings.items()}

    def parse(text: str) -> str | None:
        words = as_words(bare(text))
        return wanted.get(words, wanted.get(_BEFORE.sub("", words)))

    return distinct(column, parse, pl.String())


def bare(text: str) -> str:
    """A code or a number without what a spreadsheet adds: `'01` is 01, `42.0` is 42."""
    return _ADDED.sub("", text)


def as_words(text: str) -> str:
    """Words alone: folded, without full stops, other marks as spaces."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", fold(text).replace(".", "")).split())


def quotable(text: str) -> bool:
    """Whether a message may quote this cell: digits and punctuation only, and too short for a NIR."""
    return sum(c.isdigit() for c in text) <= 10 and len(text) <= LONGEST_QUOTED and not any(c.isalpha() for c in text)


def harmless(text: str) -> bool:
    """Whether a message outside the report may quote this cell: too short to tell anything of a patient."""
    return quotable(text) and len(text) <= 2
