"""What a mapping changes of the cells of a sheet before they are typed: rows left out, words, constants."""

from __future__ import annotations

from functools import partial

import polars as pl

from avenant9.acts.columns import COLUMNS
from avenant9.acts.mapping import Mapping
from avenant9.acts.recognise import Recognised
from avenant9.acts.sheet import Reading
from avenant9.acts.values import distinct
from avenant9.acts.written import fold
from avenant9.records import replace

#: The heading of a column that the file does not have, and every row holds all the same.
CONSTANT = "constante"


def left_out(cleaned: pl.DataFrame, found: Recognised, mapping: Mapping) -> pl.Series:
    """The numbers of the rows that the mapping says are no acts, by what one of their cells holds."""
    here = [(f"c{found.columns[key]}", texts) for key, texts in mapping.ignored.items() if key in found.columns]
    rows = [cleaned["row"].filter(_holds(cleaned[name], texts)) for name, texts in here]
    return pl.concat([pl.Series("row", [], dtype=pl.UInt32), *rows])


def _holds(cells: pl.Series, texts: tuple[str, ...]) -> pl.Series:
    wanted = set(map(fold, texts))
    return distinct(cells, lambda text: fold(text) in wanted, pl.Boolean()).fill_null(value=False)


def respelled(cleaned: pl.DataFrame, found: Recognised, mapping: Mapping) -> pl.DataFrame:
    """The cells with the words of the file replaced by what they mean."""
    changed = []
    for key, told in mapping.values.items():
        if key in found.columns:
            words = {fold(text): as_cell(key, value) for text, value in told.items()}
            spelling = partial(_spelled, words)
            changed.append(distinct(cleaned[f"c{found.columns[key]}"], spelling, pl.String()))
    return cleaned.with_columns(changed)


def _spelled(words: dict[str, str], text: str) -> str:
    return words.get(fold(text), text)


def as_cell(key: str, value: str) -> str:
    """A value as a cell holds it: a sector is in everyday words, whatever the codes of the column."""
    return f"secteur {value}" if key == "sector" else value


def with_constants(reading: Reading, mapping: Mapping) -> Reading:
    """The sheet with every constant in the empty cells of its column, or in a column of its own where it has none.

    A cell that holds an error of the spreadsheet is not an empty one.
    """
    columns, headings, rows = dict(reading.found.columns), dict(reading.found.headings), reading.rows
    beyond = max(int(name[1:]) for name in reading.raw.table.columns if name != "row") + 1
    for place, (key, value) in enumerate(mapping.constants.items(), beyond):
        column = columns.setdefault(key, place)
        headings.setdefault(key, CONSTANT)
        name, text = f"c{column}", as_cell(key, value)
        cells = rows[name].cast(pl.String) if name in rows.columns else pl.Series(name, [None] * len(rows), pl.String)
        failed = reading.raw.errors.filter(pl.col("column") == column)["row"]
        blank = cells.is_null() & ~rows["row"].is_in(failed.implode())
        rows = rows.with_columns(cells.set(blank, text).alias(name))
    columns = {key: columns[key] for key in COLUMNS if key in columns}
    headings = {key: headings[key] for key in COLUMNS if key in headings}
    return replace(reading, rows=rows, found=replace(reading.found, columns=columns, headings=headings))
