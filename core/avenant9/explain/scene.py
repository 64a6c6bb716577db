"""What every trace is drawn from: the act, all the acts around it, and the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import polars as pl

from avenant9.checks.context import Context
from avenant9.explain.model import ActLine, Cents
from avenant9.model import CellRef, Input, Nomenclature

Row = dict[str, Any]  # one act: the columns of ACTS and `nature`


@dataclass(frozen=True)
class Scene:
    """One act (`act`) among those that count (`counted`) and those that do not (`context.everything`)."""

    act: Row
    counted: pl.DataFrame
    context: Context
    inputs: Sequence[Input]
    nomenclature: Nomenclature

    def where(self, row: Row) -> CellRef:
        """The place of an act in the user's files."""
        entry = self.inputs[row["input"]]
        return CellRef(entry.file, entry.sheet, row["row"])

    def of(self, act: int) -> Row:
        """An act by its number."""
        return self.context.everything.row(by_predicate=pl.col("act") == act, named=True)

    def line(self, row: Row, **more: Any) -> ActLine:
        """An act as a line of a trace."""
        repeats = repeated(row) if row["doubtful"] else None
        return ActLine(
            where=self.where(row),
            date=row["date"],
            time=row["time"],
            code=row["code"],
            units=row["quantity"],
            here=row["act"] == self.act["act"],
            repeats=None if repeats is None else self.where(self.of(repeats)),
            **more,
        )

    def alone(self) -> pl.DataFrame:
        """The act as a table of one line."""
        return self.context.everything.filter(pl.col("act") == self.act["act"])


def repeated(row: Row) -> int | None:
    """The act that this one repeats, or bills again."""
    earlier: int | None = row["rebills"] if row["duplicate_of"] is None else row["duplicate_of"]
    return earlier


def counting_order(row: Row) -> tuple[date, bool, time, int]:
    """By date, time (none first), row."""
    return row["date"], row["time"] is not None, row["time"] or time.min, row["act"]


def cents(value: int | None) -> Cents | None:
    """An amount of the table."""
    return None if value is None else Cents(value)
