"""Exports that overlap: the rows of a file that another one holds too, whatever columns only one of them has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

import polars as pl

from avenant9.acts.columns import ACTS
from avenant9.acts.netting import REFUSED, candidates, updated

#: What two exports of one row may tell differently: when it was read, and what became of it since.
_LATER = ("payment_date", "reimbursed", "status")
_MARKS = ("act", "input", "row", "duplicate_of", "rebills", "doubtful", "uncounted")
_OF_PATIENT = ("patient_shown", "patient_uncertain", "patient_nir", "unnamed_invoice")
_CONTENT = tuple(name for name in ACTS if name not in {*_MARKS, *_LATER, *_OF_PATIENT})
#: What one copy may say and another not.
_LEARNED = (*_CONTENT, *_LATER, *_OF_PATIENT)
#: Looked at first: of a million rows, few agree in these with another one.
_TELLING = ("date", "code", "invoice", "patient")
#: The status of a row that several files tell differently: billed again, what was refused is paid in the end.
_LAST_WORD = ("paye", *REFUSED, "impaye")


def mark_repeated(acts: pl.DataFrame, files: pl.Series, held: Sequence[frozenset[str]]) -> pl.DataFrame:
    """Marks acts equal to one of an earlier file in every column that both files have, payment and status aside.

    With an invoice number they are one act read twice: the later one is `uncounted` (repeated), and the first one
    learns what only the other says. Without, they count and are `doubtful`.

    Args:
        acts: the columns of ACTS that a sheet gives, with `act` and `input`.
        files: the rank of the file of each act.
        held: of each input, the columns that hold something.
    """
    acts = acts.with_columns(
        duplicate_of=pl.lit(None, ACTS["duplicate_of"]), doubtful=pl.lit(False), uncounted=pl.lit(None, pl.String)
    )
    if files.n_unique() < 2:
        return acts
    found = _found(acts, files, held)
    sure = pl.col("sure")
    marks = found.select(
        "act", duplicate_of="first", doubtful=~sure, uncounted=pl.when(sure).then(pl.lit("repeated"))
    )
    return _learned(updated(acts, marks), found.filter(sure))


def _found(acts: pl.DataFrame, files: pl.Series, held: Sequence[frozenset[str]]) -> pl.DataFrame:
    """`act`, the `first` one that it repeats, and whether that is `sure`; inputs of the same columns go together."""
    shapes = list(dict.fromkeys(held))
    shape = pl.Series([shapes.index(columns) for columns in held], dtype=pl.UInt16).gather(acts["input"])
    placed = acts.with_columns(files.alias("file"), shape.alias("shape"))
    found = [_of_shapes(placed, shapes, *ranks) for ranks in combinations_with_replacement(range(len(shapes)), 2)]
    return pl.concat(found).sort("act", ~pl.col("sure"), "first").unique("act", keep="first", maintain_order=True)


def _of_shapes(placed: pl.DataFrame, shapes: Sequence[frozenset[str]], one: int, other: int) -> pl.DataFrame:
    """The acts of two shapes that are equal in what both have.

    Between different ones, the rows of one file that only its own columns tell apart repeat as many of the other.
    """
    apart = one != other
    content = [name for name in _CONTENT if name in shapes[one] & shapes[other]]
    near = candidates(placed.filter(pl.col("shape").is_in([one, other])), [key for key in _TELLING if key in content])
    near = candidates(near, content).with_columns(group=pl.col("act").first().over(content))
    nth = pl.int_range(pl.len()).over("group", "file") if apart else pl.lit(0)
    invoice = pl.col("invoice").is_not_null() if "invoice" in content else pl.lit(False)
    patient = pl.col("patient").is_not_null() if "patient" in content else pl.lit(False)
    near = near.select("act", "file", "shape", "group", nth=nth, sure=invoice, known=invoice | patient | (not apart))
    earlier = near.group_by("group", "nth", "file", "shape").agg(first=pl.col("act").min())
    pairs = near.filter("known").join(earlier, on=["group", "nth"], suffix="_first")
    pairs = pairs.filter(pl.col("first") < pl.col("act"), pl.col("file") != pl.col("file_first"))
    if apart:
        pairs = pairs.filter(pl.col("shape") != pl.col("shape_first"))
    return pairs.group_by("act").agg(pl.col("first").min(), pl.col("sure").first())


def _learned(acts: pl.DataFrame, sure: pl.DataFrame) -> pl.DataFrame:
    """The acts where the first of several copies has what only another one says; all of them, its status."""
    empty = {name: acts[name].null_count() for name in _LEARNED}
    names = [name for name, count in empty.items() if count < len(acts) and (count or name == "status")]
    if sure.is_empty() or not names:
        return acts
    firsts = sure.select(pl.col("first").unique()).select("first", act="first")
    copies = pl.concat([firsts, sure.select("first", "act")]).sort("act")
    told = copies.join(acts.select("act", *names), on="act", how="left", maintain_order="left")
    learned = told.group_by("first").agg(map(_told_by_any, names))
    acts = updated(acts, learned.rename({"first": "act"}))
    if "status" not in names:
        return acts
    return updated(acts, copies.join(learned.select("first", "status"), on="first").select("act", "status"))


def _told_by_any(name: str) -> pl.Expr:
    """The first of what copies say; of their status, the last word."""
    if name != "status":
        return pl.col(name).drop_nulls().first()
    rank = pl.col(name).replace_strict(_LAST_WORD, range(len(_LAST_WORD)), default=None)
    return pl.col(name).sort_by(rank, nulls_last=True).first()


def leave_out_refused(acts: pl.DataFrame) -> pl.DataFrame:
    """The acts where those that the file says rejected or cancelled are `uncounted`, and repeat nothing."""
    refused = acts["status"].is_in(REFUSED).fill_null(False)
    if not refused.any():
        return acts
    of_refused = pl.col("duplicate_of").is_in(acts["act"].filter(refused).implode()).fill_null(False)
    alone = refused | acts.select(of_refused).to_series()
    return acts.with_columns(
        uncounted=pl.when(refused).then("status").when(~alone).then("uncounted"),
        duplicate_of=pl.when(~alone).then("duplicate_of"),
        doubtful=pl.col("doubtful") & ~alone,
    )
