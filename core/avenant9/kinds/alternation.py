"""Follow-up that is remote only: so many remote acts of a patient in a year, and none in person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from avenant9.kinds.kind import Kind, Selection
from avenant9.kinds.run import (
    ORDER,
    Run,
    doubt_of_nobody,
    in_force,
    missing_columns,
    outcome,
    unless_unnamed,
    whole_year,
)
from avenant9.kinds.scene import Row, Scene, counting_order
from avenant9.kinds.trace import ActLine, Line, Told, Trace, act_list
from avenant9.law.dated import Code, Version
from avenant9.model import Outcome
from avenant9.wording import ordinal, plural

_KEY = ["practitioner", "patient"]


class AlternationVersion(Version):
    """`least` remote acts or more of one patient in a civil year, and no contact in person."""

    remote_codes: tuple[Code, ...] = Field(min_length=1, title="actes à distance")
    least: int = Field(ge=1, title="à partir de")
    in_person: Selection = Field(title="actes en présence")


class Alternation(Kind[AlternationVersion]):
    """Follow-up that is remote only."""

    families: ClassVar = ("condition",)

    kind: Literal["alternation"]
    version: tuple[AlternationVersion, ...] = Field(min_length=1)

    @property
    def sets_rows_side_by_side(self) -> bool:
        return True

    def codes(self, version: AlternationVersion) -> frozenset[str]:
        return frozenset(version.remote_codes)

    def reads(self, version: AlternationVersion) -> Iterable[str]:
        return (*_KEY, "time")

    def check(self, acts: pl.DataFrame, version: AlternationVersion, run: Run) -> Outcome:
        """Patients of whom a practitioner has `least` remote acts or more in a civil year, and none in person.

        The finding stands on the act that makes it so many. Explained by: `window`, `remote`, `in_person` (units).
        """
        mine = acts.lazy().select("act", *_KEY, "date", "time", "code", "nature", "quantity", "own_amount")
        mine = mine.filter(in_force(version)).with_columns(year=pl.col("date").dt.year())
        known = pl.all_horizontal(pl.col(_KEY).is_not_null())
        remote = mine.filter(pl.col("code").is_in(list(version.remote_codes))).collect()
        often = remote.filter(known).with_columns(total=pl.col("quantity").cast(pl.Int64).sum().over(*_KEY, "year"))
        often = often.filter(pl.col("total") >= version.least)
        theirs = mine.filter(pl.col("patient").is_in(often["patient"].unique().implode()), version.in_person.chosen)
        seen = theirs.join(often.lazy(), on=[*_KEY, "year"], how="semi").collect()
        counted = (
            often.join(seen, on=[*_KEY, "year"], how="anti", maintain_order="left")
            .sort(*ORDER, nulls_last=False)
            .with_columns(
                count=pl.col("quantity").cast(pl.Int64).cum_sum().over(*_KEY, "year"),
                acts=pl.col("act").over(*_KEY, "year", mapping_strategy="join"),
            )
        )
        reached = (pl.col("count") >= version.least) & (pl.col("count") - pl.col("quantity") < version.least)
        said = counted.filter(reached).select(
            "act",
            verdict=unless_unnamed(version.verdict),
            doubt=doubt_of_nobody(),
            at_stake="own_amount",
            message=pl.format("{} actes à distance pour ce patient en {}, aucun en présence.", "total", "year"),
            explanation=pl.struct(window=whole_year(pl.col("year")), remote="total", in_person=0),
            related="acts",
        )
        return outcome(said, missing_columns(remote.filter(~known), _KEY))

    def trace(self, version: AlternationVersion, scene: Scene, finding: Row | None) -> AlternationTrace:
        """The remote acts of the patient's year, and the contacts in person."""
        act, year = scene.act, scene.act["date"].year
        mine = scene.counted.clear()
        if scene.named:
            same_year = pl.col("date").dt.year() == year
            mine = scene.counted.filter(*(pl.col(key) == act[key] for key in _KEY), same_year, in_force(version))
        ordered = sorted(mine.iter_rows(named=True), key=counting_order)
        seen = set(mine.filter(version.in_person.chosen)["act"])
        return AlternationTrace(
            year=year,
            least=version.least,
            remote=scene.numbered([row for row in ordered if row["code"] in version.remote_codes]),
            in_person=tuple(scene.line(row) for row in ordered if row["act"] in seen),
        )


class AlternationTrace(Trace, frozen=True):
    """Remote acts of a patient in a civil year, against contacts in person."""

    year: int
    least: int
    remote: tuple[ActLine, ...]
    in_person: tuple[ActLine, ...]

    def fine(self, code: str) -> str:
        remote, seen = sum(line.units for line in self.remote), len(self.in_person)
        acts = f"{remote} {plural(remote, 'acte')} à distance pour ce patient en {self.year}"
        if self.in_person:
            return f"{acts}, {seen} {plural(seen, 'acte')} en présence."
        if remote < self.least:
            return f"{acts}, moins de {self.least}."
        return f"{acts}, aucun en présence : le constat est porté par le {ordinal(self.least)} de l'année."

    def lines(self, told: Told) -> Iterator[Line]:
        """Both sides of the year."""
        yield act_list("À distance", self.remote, "aucun")
        yield act_list("En présence", self.in_person, "aucun")
