"""What acts sum up to: each act or row by itself, and the pairs of one patient and day, or of one invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.results.find import Crowd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from avenant9.model import Input

#: Where a row of acts stands.
ROW = ("input", "row")
#: What a thing of several acts has in common.
_SHARED = ("date", "practitioner", "patient", "patient_key", "invoice", "invoice_key")
#: What the two of a pair share.
_TOGETHER = (("practitioner", "patient", "date"), ("practitioner", "invoice"))
#: No invoice, and no day of a patient, has more rows than this: its number stands for something else.
MOST_ROWS = 40
#: What the file says of an act that was billed and not paid.
UNPAID = ("rejete", "annule", "cancelled")


def billed(acts: pl.DataFrame) -> pl.DataFrame:
    """The acts that were billed, each once: without what repeats another file, or takes back what another row bills.

    Args:
        acts: as `engine.prepared` gives them.

    Returns:
        The same, with `patient_key` (a NIR without what tells twins apart) and `invoice_key` (without the zeros
        before it, which spreadsheets take away).
    """
    nir = pl.when("patient_nir").then(pl.col("patient").str.head(13)).otherwise("patient")
    return acts.filter(pl.col("uncounted").is_null() | pl.col("uncounted").is_in(UNPAID)).with_columns(
        patient_key=nir, invoice_key=invoice_key()
    )


def invoice_key() -> pl.Expr:
    """An invoice number as it is compared."""
    return pl.col("invoice").str.strip_chars_start("0")


def things(acts: pl.DataFrame) -> pl.DataFrame:
    """What a sum may be that of: an act, or a row of several acts.

    Args:
        acts: as `billed` gives them.

    Returns:
        `of` (`billed` or `reimbursed`), `sum` (cents), `acts` (in order), `codes`, `patient_keys` (of each; null
        where one is unknown), ROW, and what they share.
    """
    row = acts.filter(pl.col("amount") != 0).group_by(ROW, maintain_order=True)
    whole = row.agg(pl.col(*_SHARED, "amount", "reimbursed").first(), acts="act", codes="code")
    of_rows = [
        whole.filter(pl.col(column).is_not_null()).with_columns(pl.lit(of).alias("of"), pl.col(column).alias("sum"))
        for column, of in (("amount", "billed"), ("reimbursed", "reimbursed"))
    ]
    one = acts.filter(pl.col("parts") > 1, ~pl.col("undivided"), pl.col("own_amount") != pl.col("amount"))
    of_acts = one.with_columns(
        pl.concat_list("act").alias("acts"),
        pl.concat_list("code").alias("codes"),
        pl.lit("billed").alias("of"),
        pl.col("own_amount").alias("sum"),
    )
    columns = ["of", "sum", "acts", "codes", pl.concat_list("patient_key").alias("patient_keys"), *ROW, *_SHARED]
    return pl.concat([part.select(columns) for part in (*of_rows, of_acts)]).filter(pl.col("sum") > 0)


def pairs(found: pl.DataFrame, wanted: Callable[[pl.Expr], pl.Expr]) -> pl.DataFrame:
    """The pairs of `things` of two rows, of one patient and day or of one invoice, whose sum is `wanted`; none of
    `crowds`.

    Returns:
        As `things`, ROW being that of the first; each pair once.
    """
    numbered = found.with_row_index("nth")
    alike = [_together(numbered, key) for key in _TOGETHER]
    two = [
        pair.filter(
            pl.col("nth") < pl.col("nth_other"),
            (pl.col("input") != pl.col("input_other")) | (pl.col("row") != pl.col("row_other")),
            wanted(pl.col("sum") + pl.col("sum_other")),
        ).select(
            "of",
            pl.col("sum") + pl.col("sum_other"),
            pl.concat_list("acts", "acts_other").list.sort().alias("acts"),
            pl.concat_list("codes", "codes_other").alias("codes"),
            pl.concat_list("patient_keys", "patient_keys_other").alias("patient_keys"),
            *ROW,
            *_SHARED,
        )
        for pair in alike
    ]
    return pl.concat(two).unique(["of", "acts"], keep="first", maintain_order=True)


def _together(found: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Each of `found` beside each that has the same `key`, which is known."""
    few = found.filter(pl.len().over("of", *key) <= MOST_ROWS)
    return few.join(few, on=["of", *key], how="inner", suffix="_other")


def crowds(found: pl.DataFrame, inputs: Sequence[Input]) -> tuple[Crowd, ...]:
    """The invoices, and the days of a patient, of too many `things` for these to be compared two by two, in the order
    of the files."""
    known = [found.drop_nulls([*key]).group_by("of", *key, maintain_order=True) for key in _TOGETHER]
    groups = pl.concat([group.agg(pl.col(*ROW).first(), rows=pl.len()).select(*ROW, "rows") for group in known])
    large = groups.filter(pl.col("rows") > MOST_ROWS).sort(*ROW, "rows").unique(ROW, keep="last", maintain_order=True)
    return tuple(
        Crowd(file=inputs[rank].file, sheet=inputs[rank].sheet, row=row, rows=rows)
        for rank, row, rows in large.iter_rows()
    )
