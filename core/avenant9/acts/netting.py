"""Before any rule: rows read twice, cancellations, duplicates. Nothing is dropped: some acts are `uncounted`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from avenant9.acts.columns import ACTS

_GROUP = ("practitioner", "patient", "date", "code")
_SCALED = ("amount", "overcharge", "reimbursed")  # what shrinks with the units of a row


def mark_repeated(acts: pl.DataFrame, files: pl.Series) -> pl.DataFrame:
    """Marks acts equal in every read column to an act of an earlier file.

    With an invoice number they are the same act read twice (`uncounted` repeated); without one they count, and are
    `doubtful`. `files` is the rank of the file of each act.
    """
    acts = acts.with_columns(
        duplicate_of=pl.lit(None, ACTS["duplicate_of"]), doubtful=pl.lit(False), uncounted=pl.lit(None, pl.String)
    )
    if files.n_unique() < 2:
        return acts
    content = [name for name in acts.columns if name not in _NOT_CONTENT]
    again = _candidates(acts.with_columns(files.alias("file")), content)
    first = again.with_columns(
        first=pl.col("act").first().over(content), first_file=pl.col("file").first().over(content)
    ).filter(pl.col("file") != pl.col("first_file"), pl.col("code").is_not_null())
    has_invoice = pl.col("invoice").is_not_null()
    first = first.select(
        "act",
        duplicate_of="first",
        doubtful=~has_invoice,
        uncounted=pl.when(has_invoice).then(pl.lit("repeated")).otherwise(None),
    )
    return _updated(acts, first)


def mark_duplicates(acts: pl.DataFrame) -> pl.DataFrame:
    """Marks the acts that count and repeat an earlier one, in its file or another (patient known): `doubtful`."""
    key = ["practitioner", "patient", "date", "code", "amount", "time", "invoice"]
    known = acts.select("act", "input", "row", "uncounted", *key).filter(
        pl.col("uncounted").is_null(), pl.col("patient").is_not_null()
    )
    again = _candidates(known, key)
    later = (
        again.with_columns(
            first=pl.col("act").first().over(key),
            elsewhere=(pl.col("input") != pl.col("input").first().over(key))
            | (pl.col("row") != pl.col("row").first().over(key)),
        )
        .filter("elsewhere")
        .unique(["input", "row", *key], keep="first", maintain_order=True)  # a row repeats another once
        .select("act", duplicate_of="first", doubtful=pl.lit(True))
    )
    return _updated(acts, later)


def cancel(acts: pl.DataFrame) -> pl.DataFrame:
    """Takes cancelled units away from the rows of their group, the last row first.

    A group is (practitioner, patient, date, code). A row cancels with a negative quantity, or with quantity 1
    and an amount opposite to another row's. A row left with r of q units keeps `amount * r / q`, half up.
    """
    counted = acts.filter(pl.col("uncounted").is_null())
    negative = counted.filter((pl.col("quantity") < 0) | (pl.col("amount") < 0))
    if negative.is_empty():
        return acts
    groups = counted.join(negative.select(_GROUP).unique(), on=_GROUP, how="semi", nulls_equal=True)
    changes = [
        change
        for _, group in groups.select(*_GROUP, "act", "quantity", *_SCALED).group_by(_GROUP, maintain_order=True)
        for change in _net(_Line(*values) for values in group.drop(_GROUP).iter_rows())
    ]
    schema = {name: ACTS[name] for name in ("act", "quantity", *_SCALED, "uncounted")}
    changed = pl.DataFrame(changes, schema=schema, orient="row")
    return _updated(acts, changed)


@dataclass
class _Line:
    act: int
    quantity: int
    amount: int | None
    overcharge: int | None
    reimbursed: int | None
    left: int = 0

    def scaled(self, value: int | None) -> int | None:
        if value is None or not self.quantity:
            return value
        return (2 * value * self.left + self.quantity) // (2 * self.quantity)


def _net(lines: Iterable[_Line]) -> list[tuple[int, int, int | None, int | None, int | None, str | None]]:
    group = list(lines)
    for line in group:
        line.left = max(line.quantity, 0)
    amounts = {line.amount for line in group if line.quantity > 0 and (line.amount or 0) > 0}
    cancelling = [
        line
        for line in group
        if line.quantity < 0 or (line.quantity == 1 and (line.amount or 0) < 0 and -(line.amount or 0) in amounts)
    ]
    taken_from = [line for line in group if line not in cancelling and (line.amount or 0) >= 0]
    uncounted: dict[int, str | None] = {}
    for line in group:
        if line not in cancelling and (line.amount or 0) < 0:
            uncounted[line.act] = "orphan"
    for line in cancelling:
        units = abs(line.quantity)
        for target in reversed(taken_from):
            taken = min(units, target.left)
            target.left -= taken
            units -= taken
        uncounted[line.act] = "orphan" if units else "cancellation"
    changes = []
    for line in group:
        if line.act in uncounted:
            changes.append(
                (line.act, line.quantity, line.amount, line.overcharge, line.reimbursed, uncounted[line.act])
            )
        elif line.left != line.quantity:
            parts = (line.scaled(line.amount), line.scaled(line.overcharge), line.scaled(line.reimbursed))
            changes.append((line.act, line.left, *parts, None if line.left else "cancelled"))
    return changes


def _updated(acts: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """The acts with what is not null in `changes`, by `act`: mostly nothing."""
    return acts.update(changes, on="act", how="left") if len(changes) else acts


def counting(acts: pl.DataFrame) -> pl.DataFrame:
    """The acts that count, and have units left to count: mostly all of them, which are then not copied."""
    counts = acts["uncounted"].is_null() & (acts["quantity"] > 0)
    return acts if counts.all() else acts.filter(counts)


_NOT_CONTENT = frozenset({"act", "input", "row", "duplicate_of", "doubtful", "uncounted"})


def _candidates(acts: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The acts whose key stands more than once: most acts are alone."""
    return acts.filter(twice(acts.select(key)))


def twice(keys: pl.DataFrame) -> pl.Series:
    """Whether each key may stand more than once, by its hash: a key that does is never left out."""
    hashes = keys.hash_rows()
    in_order = hashes.sort()
    again = in_order.filter(in_order == in_order.shift()).unique()
    return hashes.is_in(again.implode())
