"""Overcharges on codes that admit none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from avenant9.french import euros
from avenant9.kinds.kind import Kind
from avenant9.kinds.run import Run, amount, concerned, hidden_by_grouping, missing_columns, outcome
from avenant9.kinds.scene import Row, Scene
from avenant9.kinds.trace import Cents, Fact, Line, Told, Trace, cents
from avenant9.kinds.visit import ROW
from avenant9.law.dated import Code, Version
from avenant9.law.nomenclature import Price
from avenant9.model import Outcome
from avenant9.wording import euros as in_euros


class NoOverchargeVersion(Version):
    """Codes that admit no overcharge at all."""

    codes: tuple[Code, ...] = Field(min_length=1, title="actes")


class NoOvercharge(Kind[NoOverchargeVersion]):
    """An overcharge on a code that admits none."""

    families: ClassVar = ("tarif",)
    acts_needed: ClassVar = "of-its-codes"
    at_stake_is: ClassVar = "overcharge"

    kind: Literal["no-overcharge"]
    version: tuple[NoOverchargeVersion, ...] = Field(min_length=1)

    def codes(self, version: NoOverchargeVersion) -> frozenset[str]:
        return frozenset(version.codes)

    def reads(self, version: NoOverchargeVersion) -> Iterable[str]:
        return ("overcharge",)

    def check(self, acts: pl.DataFrame, version: NoOverchargeVersion, run: Run) -> Outcome:
        """An overcharge on a code that admits none; on a row shared with another code it may be the other's.

        Explained by `overcharge` (euros).
        """
        asked = acts.filter(pl.col("overcharge").ne_missing(0))
        about = concerned(asked, version.codes, version)
        own = run.acts_read.select(*ROW, "code").filter(pl.col("row").is_in(about["row"].unique().implode()))
        own = own.filter(pl.col("code").is_in(list(version.codes))).group_by(ROW).agg(own_parts=pl.len())
        shares = about.join(own, on=ROW, how="left", maintain_order="left")
        shares = shares.with_columns(alone=pl.col("own_parts") == pl.col("parts"))
        over = shares.filter(pl.col("overcharge") > 0).unique(ROW, keep="first", maintain_order=True)
        unknown = shares.filter(pl.col("overcharge").is_null())
        unknown = unknown.filter(~_at_tariff(unknown, run))
        said = over.select(
            "act",
            verdict=pl.when("alone").then(pl.lit(version.verdict)).otherwise(pl.lit("review")),
            at_stake="overcharge",
            message=pl.format("{} : dépassement de {}, aucun n'est admis.", "code", euros(pl.col("overcharge"))),
            doubt=pl.when(~pl.col("alone")).then(pl.lit("il est peut-être celui d'un autre acte de la ligne")),
            explanation=pl.struct(overcharge=amount(pl.col("overcharge"))),
            related=pl.lit([], pl.List(pl.UInt32)),
        )
        hidden = hidden_by_grouping(acts, version.codes, version, run)
        return outcome(said, missing_columns(unknown, ["overcharge"]), hidden)

    def trace(self, version: NoOverchargeVersion, scene: Scene, finding: Row | None) -> OverchargeTrace:
        """What the row says."""
        return OverchargeTrace(cents(scene.act["amount"]), cents(scene.act["overcharge"]))

    def carriers(self, trace: Trace, scene: Scene) -> Iterable[int]:
        """The acts of its row."""
        return [row["act"] for row in scene.row()]


def _at_tariff(acts: pl.DataFrame, run: Run) -> pl.Series:
    """Acts alone on their row whose amount is known and has a tariff: `tarif/conventionnel` answers for them."""
    answers = [
        parts == 1 and amount is not None and isinstance(run.prices.of(code, day, specialty, run.overseas), Price)
        for parts, amount, code, day, specialty in acts.select(
            "parts", "amount", "code", "date", "specialty"
        ).iter_rows()
    ]
    return pl.Series(answers, dtype=pl.Boolean)


class OverchargeTrace(Trace, frozen=True):
    """The overcharge of a row that admits none."""

    amount: Cents | None
    overcharge: Cents | None

    def fine(self, code: str) -> str:
        if self.overcharge is None:
            return f"{code} : dépassement non renseigné, le montant est comparé au tarif par une autre règle."
        return f"{code} : aucun dépassement."

    def lines(self, told: Told) -> Iterator[Line]:
        """The overcharge."""
        yield Fact("Dépassement", "non renseigné" if self.overcharge is None else in_euros(self.overcharge))
