"""The base of an act that is billed with an overcharge: for some it is not the tarif opposable."""

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
from avenant9.law.dated import Code, Number, Version
from avenant9.model import Outcome
from avenant9.wording import euros as in_euros

_NEEDED = ("overcharge", "sector", "optam", "amount")


class BaseVersion(Version):
    """What one unit of `codes` is reimbursed on (euros) where sector 2 outside OPTAM bills it with an overcharge."""

    codes: tuple[Code, ...] = Field(min_length=1, title="actes")
    base: Number = Field(gt=0, title="base d'un acte avec dépassement, en euros")

    @property
    def cents(self) -> int:
        """The base of one unit."""
        return int(self.base * 100)


class Base(Kind[BaseVersion]):
    """An act billed with an overcharge on another base than that of its doctor's sector."""

    families: ClassVar = ("tarif",)
    acts_needed: ClassVar = "of-its-codes"
    at_stake_is: ClassVar = "base"

    kind: Literal["base"]
    version: tuple[BaseVersion, ...] = Field(min_length=1)

    def codes(self, version: BaseVersion) -> frozenset[str]:
        return frozenset(version.codes)

    def reads(self, version: BaseVersion) -> Iterable[str]:
        return _NEEDED

    def check(self, acts: pl.DataFrame, version: BaseVersion, run: Run) -> Outcome:
        """Acts alone on their row, with an overcharge, of sector 2 outside OPTAM, on another base.

        Of several acts of a row nobody knows the base of each. Explained by `base` and `due` (euros).
        """
        about = concerned(acts, version.codes, version).filter(pl.col("parts") == 1)
        about = about.with_columns(
            base=pl.col("amount") - pl.col("overcharge"), due=pl.col("quantity") * version.cents
        )
        charged = (pl.col("overcharge") > 0) & (pl.col("amount") > pl.col("due"))
        outside = (pl.col("sector") == "2") & ~pl.col("optam")
        about = about.with_columns(broken=charged & outside & (pl.col("base") != pl.col("due")))
        found = about.filter("broken")
        said = found.select(
            "act",
            verdict=pl.lit(version.verdict),
            at_stake=pl.max_horizontal(pl.col("base") - pl.col("due"), 0),
            message=pl.format(
                "{} avec un dépassement de {} : base de {}, au lieu de {} pour un secteur 2 hors OPTAM.",
                "code",
                *(euros(pl.col(name)) for name in ("overcharge", "base", "due")),
            ),
            explanation=pl.struct(base=amount(pl.col("base")), due=amount(pl.col("due"))),
            related=pl.lit([], pl.List(pl.UInt32)),
        )
        unknown = about.filter(pl.col("broken").is_null())
        return outcome(said, missing_columns(unknown, _NEEDED), hidden_by_grouping(acts, version.codes, version, run))

    def trace(self, version: BaseVersion, scene: Scene, finding: Row | None) -> BaseTrace:
        """What the row says."""
        act = scene.act
        alone = act["parts"] == 1
        return BaseTrace(alone, cents(act["amount"]), cents(act["overcharge"]), act["quantity"] * version.cents)


class BaseTrace(Trace, frozen=True):
    """The base of a row, and that of an act with an overcharge."""

    alone: bool
    amount: Cents | None
    overcharge: Cents | None
    due: int

    def fine(self, code: str) -> str:
        if not self.alone:
            return f"{code} : plusieurs actes sur la ligne, leur base ne se voit pas."
        return f"{code} : sans dépassement, ou sur sa base."

    def lines(self, told: Told) -> Iterator[Line]:
        """The overcharge, the base and what it should be."""
        yield Fact("Dépassement", "non renseigné" if self.overcharge is None else in_euros(self.overcharge))
        if self.amount is not None and self.overcharge is not None:
            yield Fact("Base", in_euros(self.amount - self.overcharge))
        yield Fact("Base d'un secteur 2 hors OPTAM", in_euros(self.due))
