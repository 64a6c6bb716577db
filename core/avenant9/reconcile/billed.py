"""The acts as money: what each row bills or takes back, as it was read, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Final

import polars as pl
from msgspec import Struct

from avenant9.acts.asked import ReadOptions
from avenant9.acts.load import OneFile, join, read_one
from avenant9.acts.netting import REFUSED
from avenant9.engine import Options, prepared
from avenant9.model import Acts, Nomenclature
from avenant9.records import replace
from avenant9.rulebook.load import Rulebook

#: The families of acts that are no nature of the nomenclature: of a code that it does not know, and of a row of
#: several codes whose tariffs do not add up to its amount.
UNKNOWN, TOGETHER = "unknown", "several"

#: One line per act, in their order. The money of a row of several acts stands on them by their tariffs, or, where
#: these do not add up to it, on the first alone. Signed cents, null where they are not known.
LINES: dict[str, pl.DataType] = {
    "input": pl.UInt16(),
    "row": pl.UInt32(),
    "first": pl.Boolean(),  # of its row
    "date": pl.Date(),
    "payment_date": pl.Date(),
    "practitioner": pl.String(),
    "state": pl.String(),  # one of STATES
    "cancelled": pl.Boolean(),  # another row takes it back whole
    "doubtful": pl.Boolean(),  # it repeats another row, or bills it again, and counts all the same
    "family": pl.String(),  # a nature, UNKNOWN or TOGETHER
    "cents": pl.Int64(),  # overcharge included
    "overcharge": pl.Int64(),  # of the row, on the first of its acts
}
#: What a row is: billed, takes back another one, billed and not paid, refused by the caisse or given up.
STATES: Final = ("billed", "cancellation", "unpaid", "refused")

_READ: Final = ("amount", "overcharge", "quantity")
_GROUP: Final = ("practitioner", "patient", "date", "code")
_ROW: Final = ("input", "row")
_CANCELS: Final = ("cancellation", "orphan")


class Billed(Struct, frozen=True):
    """Acts, and of each its figures before anything was cancelled: `act`, `amount`, `overcharge`, `quantity`."""

    acts: Acts
    as_read: pl.DataFrame


def load_billed(
    files: Sequence[str],
    nomenclature: Nomenclature,
    options: ReadOptions | None = None,
    stdin: BinaryIO | None = None,
) -> Billed:
    """Reads all files as `load_acts` does, and keeps what cancellations take away. Raises as `load_acts`."""
    options = options or ReadOptions()
    read = [read_one(file, nomenclature, options, stdin) for file in files]
    return Billed(join(read, options), _as_read(read))


def _as_read(files: Sequence[OneFile]) -> pl.DataFrame:
    tables = [sheet.table.select(_READ) for one in files for sheet in one.sheets]
    return pl.concat(tables).with_columns(act=pl.int_range(pl.len(), dtype=pl.UInt32))


def lines(billed: Billed, rulebook: Rulebook, options: Options) -> pl.DataFrame:
    """The acts as LINES; those that another file told already are left out."""
    acts = prepared(replace(billed.acts, table=_before_cancelling(billed)), rulebook, options).acts_read
    counted = acts.filter(pl.col("uncounted").ne_missing("repeated"))
    return _with_money(_with_states(counted)).select(*LINES)


def _before_cancelling(billed: Billed) -> pl.DataFrame:
    """The acts with their figures as read (or as a copy in another file has them); `taken`: they were cancelled."""
    netted = billed.acts.table.with_columns(taken=pl.col("quantity") == 0)
    both = netted.join(billed.as_read, on="act", how="left", suffix="_read", maintain_order="left")
    read = [f"{name}_read" for name in _READ]
    return both.with_columns(pl.coalesce(own, name).alias(name) for own, name in zip(read, _READ, strict=True)).drop(
        read
    )


def _with_states(acts: pl.DataFrame) -> pl.DataFrame:
    """What each row is; what takes back a refused row is refused with it: neither was ever paid."""
    refused, cancels = pl.col("uncounted").is_in(REFUSED), pl.col("uncounted").is_in(_CANCELS)
    figure = pl.col("amount").abs()
    served = pl.col("act").rank("ordinal").over(*_GROUP, figure, cancels) <= refused.sum().over(*_GROUP, figure)
    state = (
        pl.when(refused | (cancels & served))
        .then(pl.lit("refused"))
        .when(cancels)
        .then(pl.lit("cancellation"))
        .when(pl.col("status") == "impaye")
        .then(pl.lit("unpaid"))
        .otherwise(pl.lit("billed"))
    )
    return acts.with_columns(state=state).with_columns(pl.col("state").first().over(_ROW))


def _with_money(acts: pl.DataFrame) -> pl.DataFrame:
    first = pl.int_range(pl.len()).over(_ROW) == 0
    sign = pl.when((pl.col("quantity") < 0) | (pl.col("amount") < 0)).then(-1).otherwise(1)
    own = pl.when(~pl.col("undivided")).then("own_amount").otherwise(pl.col("amount") * first)
    return acts.with_columns(
        first=first,
        cancelled=pl.col("taken").fill_null(False),
        family=pl.when("undivided").then(pl.lit(TOGETHER)).otherwise(pl.col("nature").fill_null(UNKNOWN)),
        cents=sign * own.abs(),
        overcharge=pl.when(first).then(sign * pl.col("overcharge").abs()),
    )
