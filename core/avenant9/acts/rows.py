"""The rows of a sheet: which of them are data, and what is said of cells that no column explains."""

from __future__ import annotations

import polars as pl

from avenant9.acts import values
from avenant9.acts.dates import DATES, from_1904
from avenant9.acts.mapped import left_out, respelled
from avenant9.acts.mapping import Mapping
from avenant9.acts.recognise import Recognised
from avenant9.acts.sheet import Reading, as_unknown, first_at
from avenant9.acts.widths import Ragged, ragged
from avenant9.reading.addresses import letters
from avenant9.reading.raw_sheet import RawSheet
from avenant9.reading.refusals import UNCOMPUTED
from avenant9.wording import counted, plural

#: Skipped with the blank rows, where they are no acts: totals, and the count of receipts under them.
_TOTALS = r"(?i)^(sous[- ]?)?tota(l|ux)\b|^\d+ r[eèé]glements?$"


def data_rows(raw: RawSheet, found: Recognised, mapping: Mapping) -> tuple[pl.DataFrame, int, Ragged]:
    """The rows below the header, cleaned, in the words of the acts; blank rows, repeated headers, totals and what the
    mapping says is no act are left out and counted.

    Also those of another width than their heading.
    """
    used = sorted({place for _, place in found.places})
    names = [name for name in raw.table.columns if name != "row"]
    below = raw.table
    if found.header_rows:
        below = below[below["row"].search_sorted(found.header_rows[0], side="right") :]
    cleaned = below.with_columns(values.clean(below.select(names)))
    away = [_totals(cleaned, found, names), _empty(cleaned, raw, found, names), left_out(cleaned, found, mapping)]
    no_acts = pl.concat([*away, pl.Series(found.header_rows[1:], dtype=pl.UInt32)])
    kept = cleaned if no_acts.is_empty() else cleaned.filter(~pl.col("row").is_in(no_acts.implode()))
    last = below["row"][-1] if len(below) else 0
    first_row = found.header_rows[0] if found.header_rows else 0
    span = max(last - first_row, 0) if raw.encoding is None and raw.header is None else len(below)
    odd = ragged(raw, found, kept["row"])
    if raw.date1904:
        dates = {f"c{column}" for key, column in found.columns.items() if key in DATES}
        kept = kept.with_columns(from_1904(kept[name]) for name in dates)
    kept = respelled(kept, found, mapping)
    if further := found.beside.get("code"):
        codes = [f"c{found.columns['code']}", *(f"c{column}" for column in further)]
        together = pl.concat_str(pl.col(codes).cast(pl.String), separator="+", ignore_nulls=True)
        kept = kept.with_columns(
            pl.when(pl.any_horizontal(pl.col(codes).is_not_null())).then(together).alias(codes[0])
        )
    return kept.select("row", *(f"c{column}" for column in used)), span - len(kept), odd


def _totals(cleaned: pl.DataFrame, found: Recognised, names: list[str]) -> pl.Series:
    """The rows that start with such a word and are no acts: no date, or no code; and those that have it in the place
    of a code. « Total » may be somebody's name, but for a table that has neither column."""
    left, rows = cleaned, list[int]()  # the rows of which nothing was seen yet
    if "code" in found.columns:
        texts, places = values.by_text(cleaned[f"c{found.columns['code']}"])
        word = texts.str.contains(_TOTALS)
        rows += cleaned["row"].filter(word.gather(places).fill_null(False)).to_list() if word.any() else []
    for name in names:
        if left.is_empty():
            break
        texts, places = values.by_text(left[name])
        word = texts.str.contains(_TOTALS)
        if word.any():
            about = left.filter(word.gather(places).fill_null(False)).with_columns(pl.col(names).cast(pl.String))
            needed = [pl.col(f"c{found.columns[key]}") for key in ("date", "code") if key in found.columns]
            # the word itself may stand in that cell
            lacking = [cell.is_null() | (cell == pl.col(name)) for cell in needed] or [pl.lit(True)]
            rows += about.filter(pl.any_horizontal(lacking))["row"].to_list()
        left = left.filter(pl.col(name).is_null()) if left[name].null_count() else left.clear()
    return pl.Series(rows, dtype=pl.UInt32)


def _cells(row: pl.DataFrame, names: list[str]) -> list[str | None]:
    """The cleaned cells of one row."""
    return list(values.clean(row.select(names)).row(0))


def _empty(cleaned: pl.DataFrame, raw: RawSheet, found: Recognised, names: list[str]) -> pl.Series:
    """The rows that hold nothing, not even an error, or nothing but headings of their own columns."""
    header = raw.table.filter(pl.col("row").is_in(found.header_rows[:1]))
    headings = dict(zip(names, _cells(header, names), strict=True)) if len(header) else {}
    fullest = min(names, key=lambda name: cleaned[name].null_count())
    nothing = [pl.col(name).is_null() | pl.col(name).eq_missing(pl.lit(headings.get(name))) for name in names]
    left = cleaned.filter(nothing[names.index(fullest)])  # mostly no row
    of_error = pl.all_horizontal(pl.col(names).is_null()) & pl.col("row").is_in(raw.errors["row"].implode())
    return left.filter(*nothing, ~of_error)["row"] if len(left) else left["row"]


def name_errors(reading: Reading) -> None:
    """Error cells and formulas never computed read as blanks: say where they stand, once per column."""
    errors = reading.raw.errors
    if errors.is_empty():
        return
    for key, column in reading.found.places:
        if column in (reading.found.columns.get("date"), reading.found.columns.get("code")):
            continue  # those reject their row
        here = errors.filter((pl.col("column") == column) & pl.col("row").is_in(reading.rows["row"].implode()))
        for text, cells in here.group_by("text", maintain_order=True):
            where = f"{letters(column)}{cells['row'][0]}"
            remedy = " ; ouvrez puis enregistrez le fichier dans Excel" if text[0] == UNCOMPUTED else ""
            reading.say(
                f"{counted(len(cells), 'cellule')} « {text[0]} » ({first_at(len(cells), where)}), "
                f"{as_unknown(len(cells))}{remedy}.",
                key,
            )


def name_merges(reading: Reading) -> None:
    """Merged cells hold one value for several rows, and hidden rows are read: both are said."""
    numbers, used = reading.rows["row"], [place for _, place in reading.found.places]
    if numbers.is_empty():
        return
    merges = [
        merge
        for merge in reading.raw.merges
        if merge[2] >= numbers[0]
        and merge[0] <= numbers[-1]
        and any(merge[1] <= column <= merge[3] for column in used)
    ]
    if merges:
        top, left, _, _ = min(merges)
        reading.say(
            f"{counted(len(merges), 'groupe')} de cellules fusionnées dans le tableau "
            f"({first_at(len(merges), f'{letters(left)}{top}', 'le premier')}) : seule la première cellule "
            f"{plural(len(merges), 'a', 'de chacun a')} une valeur, les autres sont lues vides ; "
            "défusionnez-les et remplissez-les."
        )
    first, last = (pl.Series([run[place] for run in reading.raw.hidden_rows], dtype=pl.UInt32) for place in (0, 1))
    hidden = int((numbers.search_sorted(last, "right") - numbers.search_sorted(first, "left")).sum())
    if hidden:
        reading.say(
            f"{counted(hidden, 'ligne')} {plural(hidden, 'masquée ou filtrée')}, "
            f"{plural(hidden, 'lue')} comme les autres."
        )
