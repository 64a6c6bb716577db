"""Which acts make an amount: one, or two of one patient and day or of one invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct

from avenant9 import sums
from avenant9.findings import pseudonyms
from avenant9.results import find as results

if TYPE_CHECKING:
    from datetime import date

    from avenant9.model import Acts


class Sought(Struct, frozen=True):
    """An amount, in cents, and how far from it a sum may be; of one day or one invoice, where they are given."""

    amount: int
    tolerance: int = 0
    date: date | None = None
    invoice: str | None = None


def find(acts: Acts, table: pl.DataFrame, sought: Sought, profile: str) -> results.Find:
    """The acts, then the pairs, whose sum is the amount sought, in the order of the files.

    Args:
        acts: as they were read, for what was rejected.
        table: all of them, as `engine.prepared` gives them.
        sought: the amount.
        profile: under `interne`, patients are shown as in the files.
    """

    def wanted(total: pl.Expr) -> pl.Expr:
        return (total - sought.amount).abs() <= sought.tolerance

    billed = _among(sums.billed(table), sought)
    alone = sums.things(billed)
    singles = alone.filter(wanted(pl.col("sum"))).unique("acts", keep="first", maintain_order=True)
    found = pl.concat([_in_order(singles), _in_order(sums.pairs(alone, wanted))])
    told = _Told(acts, table, profile)
    return results.Find(
        amount=sought.amount,
        tolerance=sought.tolerance,
        date=sought.date,
        invoice=sought.invoice,
        matches=tuple(told.match(line) for line in found.iter_rows(named=True)),
        rejected=acts.rejected,
        unread=acts.unread,
        uncompared=sums.crowds(alone, acts.inputs),
    )


def _among(acts: pl.DataFrame, sought: Sought) -> pl.DataFrame:
    if sought.date is not None:
        acts = acts.filter(pl.col("date") == sought.date)
    if sought.invoice is not None:
        acts = acts.filter(pl.col("invoice_key") == sought.invoice.strip().lstrip("0"))
    return acts


def _in_order(found: pl.DataFrame) -> pl.DataFrame:
    return found.sort(pl.col("acts").list.first(), pl.col("acts").list.last(), "of", maintain_order=True)


class _Told:
    """What is said of acts."""

    def __init__(self, acts: Acts, table: pl.DataFrame, profile: str) -> None:
        self._inputs, self._shown = acts.inputs, profile == "interne"
        self._table = table.join(pseudonyms(table), on="patient", how="left", maintain_order="left")

    def match(self, line: dict[str, Any]) -> results.Match:
        """Each row once, with the codes that are meant."""
        acts = self._table.filter(pl.col("act").is_in(line["acts"]))
        rows = acts.group_by("input", "row", maintain_order=True).agg(
            pl.all().exclude("code").first(), pl.col("code")
        )
        return results.Match(
            acts=tuple(self._found(row) for row in rows.iter_rows(named=True)),
            sum=line["sum"],
            of=line["of"],
        )

    def _found(self, row: dict[str, Any]) -> results.FoundAct:
        entry = self._inputs[row["input"]]
        return results.FoundAct(
            file=entry.file,
            sheet=entry.sheet,
            row=row["row"],
            date=row["date"],
            code="+".join(row["code"]),
            practitioner=row["practitioner"],
            patient=(row["patient_shown"] if self._shown else None) or row["pseudonym"],
            invoice=row["invoice"],
            amount=row["amount"],
            payment_date=row["payment_date"],
        )
