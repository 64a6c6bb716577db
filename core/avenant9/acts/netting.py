"""Before any rule: rows read twice, cancellations, duplicates. Nothing is dropped: some acts are `uncounted`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import polars as pl
from msgspec import Struct

from avenant9.acts.columns import ACTS

#: What the file says of a row that enters no count; a cancellation is its own before it is another's.
REFUSED = ("rejete", "annule")
_GROUP = ("practitioner", "patient", "date", "code")
REBILLED = (*_GROUP, "amount")  # what two invoices of one act share
_SCALED = ("amount", "overcharge", "reimbursed")  # what shrinks with the units of a row
#: In what the row that a cancellation takes is its opposite, the likest first; then any row (ruling 82).
_LIKENESS = (("amount", "quantity", "overcharge"), ("amount", "quantity"), ("amount",), ())


def mark_repetitions(acts: pl.DataFrame) -> pl.DataFrame:
    """Marks, `doubtful`, the acts that count (patient known) and that stand twice.

    `duplicate_of`: the earlier one that they repeat, in their file or another; `rebills`: the first one of the same
    act on another invoice.
    """
    acts = acts.with_columns(rebills=pl.lit(None, ACTS["rebills"]))
    counted = acts.select("act", "input", "row", "uncounted", *_GROUP, "amount", "time", "invoice").filter(
        pl.col("uncounted").is_null(), pl.col("patient").is_not_null()
    )
    alike = candidates(counted, REBILLED)  # rows that are alike in more are in this
    return updated(updated(acts, _duplicates(alike)), _rebilled(alike))


def _duplicates(alike: pl.DataFrame) -> pl.DataFrame:
    key = [*REBILLED, "time", "invoice"]
    again = candidates(alike, key)
    if again.is_empty():
        return again
    return (
        again.with_columns(
            first=pl.col("act").first().over(key),
            elsewhere=(pl.col("input") != pl.col("input").first().over(key))
            | (pl.col("row") != pl.col("row").first().over(key)),
        )
        .filter("elsewhere")
        .unique(["input", "row", *key], keep="first", maintain_order=True)  # a row repeats another once
        .select("act", duplicate_of="first", doubtful=pl.lit(True))
    )


def _rebilled(alike: pl.DataFrame) -> pl.DataFrame:
    again = candidates(alike.filter(pl.col("invoice").is_not_null()), REBILLED)
    if again.is_empty():
        return again
    first = pl.col("act", "invoice").first().over(REBILLED).name.prefix("first_")
    return (
        again.sort("time", "act", nulls_last=False)  # in counting order, whatever that of the rows
        .with_columns(first)
        .filter(pl.col("invoice") != pl.col("first_invoice"))
        .unique(["invoice", *REBILLED], keep="first", maintain_order=True)  # an invoice is another one once
        .select("act", rebills="first_act", doubtful=pl.lit(True))
    )


def cancel(acts: pl.DataFrame) -> pl.DataFrame:
    """Takes cancelled units away from the rows of their group: the exact opposite first, then the last row.

    A group is (practitioner, patient, date, code). A row cancels with a negative quantity, or with quantity 1
    and an amount opposite to another row's. A row left with r of q units keeps `amount * r / q`, half up. Of rows
    alike, what the file itself says refused is cancelled first: the acts that count may have been billed after it.
    """
    refused = pl.col("uncounted").is_in(REFUSED).fill_null(False)
    lines = acts.lazy().select(*_GROUP, "act", "quantity", *_SCALED, "uncounted")
    cancelling = pl.col("uncounted").is_null() & ((pl.col("quantity") < 0) | (pl.col("amount") < 0))
    negative = lines.filter(cancelling).select(_GROUP).collect()
    if negative.is_empty():
        return acts
    counted = lines.filter(pl.col("uncounted").is_null() | refused).with_columns(uncounted=refused)
    groups = counted.join(negative.lazy(), on=_GROUP, how="semi", nulls_equal=True, maintain_order="left").collect()
    changes = [
        change
        for _, group in groups.group_by(_GROUP, maintain_order=True)
        for change in _net(_Line(*values) for values in group.drop(_GROUP).iter_rows())
    ]
    schema = {name: ACTS[name] for name in ("act", "quantity", *_SCALED, "uncounted")}
    changed = pl.DataFrame(changes, schema=schema, orient="row")
    return updated(acts, changed)


class _Line(Struct):
    act: int
    quantity: int
    amount: int | None
    overcharge: int | None
    reimbursed: int | None
    refused: bool
    left: int = 0

    @property
    def bills(self) -> bool:
        return self.quantity > 0 and (self.amount or 0) > 0

    def scaled(self, value: int | None) -> int | None:
        if value is None or not self.quantity:
            return value
        return (2 * value * self.left + self.quantity) // (2 * self.quantity)

    def told(self, names: Sequence[str]) -> tuple[int | None, ...]:
        """These of its figures, whichever row has the sign."""
        figures = (getattr(self, name) for name in names)
        return tuple(None if figure is None else abs(figure) for figure in figures)


#: act, quantity, amount, overcharge, reimbursed, uncounted.
_Change: TypeAlias = tuple[int, int, int | None, int | None, int | None, str | None]


def _net(lines: Iterable[_Line]) -> list[_Change]:
    group = list(lines)
    cancelling = _cancelling(group)
    acts = {line.act for line in cancelling}
    unserved = _taken_away(cancelling, [line for line in group if line.act not in acts and (line.amount or 0) >= 0])
    changes: list[_Change] = []
    for line in group:
        if line.act in acts:
            state = "orphan" if unserved[line.act] else "cancellation"
            changes.append((line.act, line.quantity, line.amount, line.overcharge, line.reimbursed, state))
        elif line.refused:
            continue
        elif (line.amount or 0) < 0:
            changes.append((line.act, line.quantity, line.amount, line.overcharge, line.reimbursed, "orphan"))
        elif line.left != line.quantity:
            parts = (line.scaled(line.amount), line.scaled(line.overcharge), line.scaled(line.reimbursed))
            changes.append((line.act, line.left, *parts, None if line.left else "cancelled"))
    return changes


def _cancelling(group: Sequence[_Line]) -> list[_Line]:
    """The rows that cancel: a negative quantity, or one unit at the opposite of what another row bills."""
    billed = {line.amount for line in group if line.bills}
    return [
        line
        for line in group
        if not line.refused
        and (line.quantity < 0 or (line.quantity == 1 and (line.amount or 0) < 0 and -(line.amount or 0) in billed))
    ]


def _taken_away(cancelling: Sequence[_Line], rows: Sequence[_Line]) -> dict[int, int]:
    """Takes the cancelled units from `rows` (their `left`); by `act`, those that find nothing to cancel."""
    units = {line.act: abs(line.quantity) for line in cancelling}
    for row in rows:
        row.left = max(row.quantity, 0)
    for names in _LIKENESS:
        alike = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row.refused, row.act)):
            alike[row.told(names)].append(row)
        for line in cancelling:
            if line.amount is not None or "amount" not in names:  # what is unknown is nobody's opposite
                units[line.act] = _served(units[line.act], alike[line.told(names)])
    return units


def _served(units: int, rows: list[_Line]) -> int:
    """The units that are left when the rows have given theirs, the last one first; what has none left goes."""
    while units and rows:
        taken = min(units, rows[-1].left)
        rows[-1].left -= taken
        units -= taken
        if not rows[-1].left:
            rows.pop()
    return units


def updated(acts: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """The acts with what is not null in `changes`, by `act`: mostly nothing."""
    return acts.update(changes, on="act", how="left") if len(changes) else acts


def counting(acts: pl.DataFrame) -> pl.DataFrame:
    """The acts that count, and have units left to count: mostly all of them, which are then not copied."""
    counts = acts["uncounted"].is_null() & (acts["quantity"] > 0)
    return acts if counts.all() else acts.filter(counts)


def refused_rows(acts: pl.DataFrame) -> pl.DataFrame:
    """The rows that their file says rejected or cancelled: `input`, `row` and that `status`."""
    refused = acts.filter(pl.col("uncounted").is_in(REFUSED))
    return refused.select("input", "row", status="uncounted").unique(["input", "row"], maintain_order=True)


def candidates(acts: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The acts whose key stands more than once: most acts are alone."""
    return acts.filter(twice(acts.select(key))) if len(acts) else acts


def twice(keys: pl.DataFrame) -> pl.Series:
    """Whether each key may stand more than once, by its hash: a key that does is never left out."""
    hashes = keys.hash_rows()
    in_order = hashes.sort()
    again = in_order.filter(in_order == in_order.shift()).unique()
    return hashes.is_in(again.implode())
