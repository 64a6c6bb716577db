"""Codes billed on a day when the nomenclature says that they did not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from avenant9.french import day
from avenant9.kinds.kind import Kind
from avenant9.kinds.run import NO_OUTCOME, Run, billed, in_force, outcome
from avenant9.kinds.scene import Row, Scene
from avenant9.kinds.trace import ALWAYS, Fact, Line, Span, Told, Trace
from avenant9.law.dated import Dated, Version
from avenant9.model import Outcome
from avenant9.wording import listed

_WEAK = "ces dates n'ont qu'une source faible"


class ValidityVersion(Version):
    """Codes billed outside the periods that the nomenclature gives them."""


class Validity(Kind[ValidityVersion]):
    """A code that did not exist on the date."""

    families: ClassVar = ("condition",)

    kind: Literal["validity"]
    version: tuple[ValidityVersion, ...] = Field(min_length=1)

    def reads(self, version: ValidityVersion) -> Iterable[str]:
        return ()

    def check(self, acts: pl.DataFrame, version: ValidityVersion, run: Run) -> Outcome:
        """Codes billed on a day when the nomenclature says that they did not exist. Explained by `periods`."""
        spans = run.existence
        dated = billed(run).filter(pl.col("code").is_in(spans["code"].implode()), in_force(version))
        days = dated.select("code", "date").unique()
        inside = days.join(spans, on="code").filter(
            pl.col("date").is_between(pl.col("first"), pl.col("last").fill_null(pl.col("date")))
        )
        never = days.join(inside, on=["code", "date"], how="anti")
        if never.is_empty():
            return NO_OUTCOME
        outside = acts.select("act", "code", "date", "own_amount").join(never, on=["code", "date"], how="semi")
        known = spans.group_by("code", maintain_order=True).agg(
            periods=_period().str.join(", puis "),
            source=pl.col("source").first(),
            weak=(pl.col("confidence") == "low").any(),
        )
        outside = outside.join(known, on="code", maintain_order="left").join(
            _doubts(never, spans), on=["code", "date"], maintain_order="left"
        )
        doubt = pl.when(pl.col("doubt") == "", "weak").then(pl.lit(_WEAK)).otherwise("doubt")
        said = outside.select(
            "act",
            verdict=pl.when(doubt != "").then(pl.lit("review")).otherwise(pl.lit(version.verdict)),
            at_stake="own_amount",
            message=pl.format("{} : code facturable {}.", "code", "periods"),
            doubt=pl.when(doubt != "").then(doubt),
            explanation=pl.struct(periods="periods"),
            related=pl.lit([], pl.List(pl.UInt32)),
            source="source",
        )
        return outcome(said)

    def looks_at(self, version: ValidityVersion, scene: Scene) -> bool:
        return scene.counts and scene.code in scene.run.existence["code"]

    def trace(self, version: ValidityVersion, scene: Scene, finding: Row | None) -> ValidityTrace:
        spans = scene.run.existence.filter(pl.col("code") == scene.code).sort("first")
        return ValidityTrace(tuple(Span(first, last) for first, last in spans.select("first", "last").iter_rows()))

    def values(self, scene: Scene) -> Iterable[Dated]:
        return scene.acts[scene.code].existence if scene.code in scene.acts else ()


def _period() -> pl.Expr:
    """A period in words; that of which only the end is known begins with the calendar."""
    return pl.coalesce(
        pl.when(pl.col("first").dt.year() <= ALWAYS).then(pl.format("jusqu'au {}", day(pl.col("last")))),
        pl.format("du {} au {}", day(pl.col("first")), day(pl.col("last"))),
        pl.format("depuis le {}, sans fin connue", day(pl.col("first"))),
    )


def _doubts(days: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """`code`, `date`, `doubt` (empty: none) of days on which codes did not exist: of the last end, or the start."""
    begun = spans.sort("first").select("code", "first", "doubt_after")
    opening = spans.sort("first").group_by("code").agg(pl.col("doubt_before").first())
    after = days.sort("date").join_asof(begun, left_on="date", right_on="first", by="code", check_sortedness=False)
    doubt = pl.coalesce("doubt_after", "doubt_before")
    return after.join(opening, on="code").select("code", "date", doubt=doubt)


class ValidityTrace(Trace, frozen=True):
    """The periods in which the code may be billed."""

    periods: tuple[Span, ...]

    def fine(self, code: str) -> str:
        return f"{code} : le code existe à cette date."

    def lines(self, told: Told) -> Iterator[Line]:
        """The periods."""
        yield Fact("Existence", listed(list(map(str, self.periods))) or "aucune période connue")
