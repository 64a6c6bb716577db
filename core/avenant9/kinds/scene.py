"""What every trace is drawn from: the act, all the acts around it, and the run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from itertools import accumulate
from typing import Any, TypeAlias

import polars as pl
from msgspec import Struct

from avenant9.kinds.run import Run
from avenant9.kinds.trace import ActLine
from avenant9.law.nomenclature import Act
from avenant9.model import CellRef, Input, Nomenclature

Row: TypeAlias = dict[str, Any]  # one act: the columns of ACTS and `nature`


class Scene(Struct, frozen=True):
    """One act (`act`) among those that count (`counted`) and those that do not (`run.acts_read`)."""

    act: Row
    counted: pl.DataFrame
    run: Run
    inputs: Sequence[Input]
    nomenclature: Nomenclature
    acts: dict[str, Act]  # of the nomenclature, by code

    @property
    def code(self) -> str:
        """The code of the act."""
        return str(self.act["code"])

    @property
    def counts(self) -> bool:
        """Whether the act enters counts."""
        return self.act["uncounted"] is None and self.act["quantity"] > 0

    @property
    def named(self) -> bool:
        """Whether its practitioner and its patient are known."""
        return self.act["practitioner"] is not None and self.act["patient"] is not None

    @property
    def visited(self) -> bool:
        """Whether its practitioner is known, and which acts are of the same person."""
        return self.act["practitioner"] is not None and self.act["person"] is not None

    @property
    def leads(self) -> bool:
        """Whether the act is the first of its row that counts."""
        rows = self.row()
        return bool(rows) and rows[0]["act"] == self.act["act"]

    def where(self, row: Row) -> CellRef:
        """The place of an act in the user's files."""
        entry = self.inputs[row["input"]]
        return CellRef(entry.file, entry.sheet, row["row"])

    def of(self, act: int) -> Row:
        """An act by its number."""
        return self.run.acts_read.row(by_predicate=pl.col("act") == act, named=True)

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

    def numbered(self, rows: Sequence[Row]) -> tuple[ActLine, ...]:
        """Acts in counting order, with the units counted so far."""
        running = accumulate(row["quantity"] for row in rows)
        return tuple(self.line(row, running=units) for row, units in zip(rows, running, strict=True))

    def alone(self) -> pl.DataFrame:
        """The act as a table of one line."""
        return self.run.acts_read.filter(pl.col("act") == self.act["act"])

    def row(self) -> list[Row]:
        """The acts of the act's row that count, in the order of their codes."""
        same = [pl.col(key) == self.act[key] for key in ("input", "row")]
        return self.counted.filter(*same).sort("act").rows(named=True)

    def visit(self) -> list[Row]:
        """The acts that count of the same practitioner, patient and day; of one row where one of them is unknown."""
        key = ("practitioner", "person", "date") if self.visited else ("input", "row")
        return self.counted.filter(*(pl.col(name) == self.act[name] for name in key)).rows(named=True)


def repeated(row: Row) -> int | None:
    """The act that this one repeats, or bills again."""
    earlier: int | None = row["rebills"] if row["duplicate_of"] is None else row["duplicate_of"]
    return earlier


def counting_order(row: Row) -> tuple[date, bool, time, int]:
    """By date, time (none first), row."""
    return row["date"], row["time"] is not None, row["time"] or time.min, row["act"]


def admitted(value: Any, values: tuple[Any, ...]) -> bool:
    """Whether a filter lets a value through; an unknown one may be any."""
    return not values or value is None or value in values
