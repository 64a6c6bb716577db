"""What follows an act: at most so many units of some codes in the months after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from avenant9.french import day
from avenant9.kinds.kind import Kind
from avenant9.kinds.run import (
    ORDER,
    Run,
    concerned,
    doubt_of_nobody,
    hidden_by_grouping,
    missing_columns,
    outcome,
    part_of,
    unless_unnamed,
)
from avenant9.kinds.scene import Row, Scene, counting_order
from avenant9.kinds.trace import ActLine, Fact, Line, Told, Trace, act_list
from avenant9.law.dated import Code, Version
from avenant9.model import Outcome
from avenant9.period import add_months
from avenant9.wording import day as french_day

_KEY = ["practitioner", "patient"]


class SequelVersion(Version):
    """At most `limit` units of `codes` in the `months` after an act of `after`, whose own day is outside."""

    after: tuple[Code, ...] = Field(min_length=1, title="après")
    codes: tuple[Code, ...] = Field(min_length=1, title="actes")
    months: int = Field(ge=1, title="mois")
    limit: int = Field(ge=1, title="limite")


class Sequel(Kind[SequelVersion]):
    """Counts what one practitioner bills for one patient after another act."""

    families: ClassVar = ("frequence",)

    kind: Literal["sequel"]
    version: tuple[SequelVersion, ...] = Field(min_length=1)

    @property
    def sets_rows_side_by_side(self) -> bool:
        return True

    def codes(self, version: SequelVersion) -> frozenset[str]:
        return frozenset((*version.codes, *version.after))

    def reads(self, version: SequelVersion) -> Iterable[str]:
        return (*_KEY, "time")

    def check(self, acts: pl.DataFrame, version: SequelVersion, run: Run) -> Outcome:
        """Acts beyond the limit since the first act of `after` that is not too old.

        Explained by `since` (its day), `limit`, `count` at the row.
        """
        known = pl.all_horizontal(pl.col(_KEY).is_not_null())
        about = concerned(acts, version.codes, version).with_columns(known=known)
        about = about.with_columns(reach=pl.col("date").dt.offset_by(f"-{version.months}mo"))
        starts = concerned(acts, version.after, version).sort("date", "act").select(*_KEY, "act", start="date")
        counted = _counted(about.filter("known"), starts.drop_nulls(_KEY))
        found = counted.filter(pl.col("count") > version.limit).with_columns(
            over=pl.min_horizontal("quantity", pl.col("count") - version.limit)
        )
        said = found.select(
            "act",
            verdict=unless_unnamed(version.verdict),
            doubt=doubt_of_nobody(),
            at_stake=part_of(pl.col("own_amount"), pl.col("over"), pl.col("quantity")),
            message=pl.format(
                f"{{}} : {{}} depuis {'/'.join(version.after)} du {{}} pour ce patient, {version.limit} au plus "
                f"en {version.months} mois ; {{}} de trop.",
                "code",
                "count",
                day(pl.col("start")),
                "over",
            ),
            explanation=pl.struct(since="start", limit=pl.lit(version.limit), count="count"),
            related=pl.concat_list("start_act"),
        )
        lost = about.filter(~pl.col("known")).sort("reach")
        lost = lost.join_asof(starts.select("start"), left_on="reach", right_on="start", strategy="forward")
        unknown = missing_columns(lost.filter(pl.col("start") < pl.col("date")), _KEY)
        return outcome(said, unknown, hidden_by_grouping(acts, version.codes, version, run))

    def looks_at(self, version: SequelVersion, scene: Scene) -> bool:
        return scene.counts and scene.code in version.codes

    def trace(self, version: SequelVersion, scene: Scene, finding: Row | None) -> SequelTrace:
        """The acts of `after` within reach, and what follows the first of them up to the act."""
        act = scene.act
        reach = add_months(act["date"], -version.months)
        own = (
            scene.counted.filter(*(pl.col(key) == act[key] for key in _KEY)) if scene.named else scene.counted.clear()
        )
        rows = sorted(own.rows(named=True), key=counting_order)
        rows = [row for row in rows if row["date"] in version.period and counting_order(row) <= counting_order(act)]
        starts = [row for row in rows if row["code"] in version.after and reach <= row["date"] < act["date"]]
        since = [row for row in rows if row["code"] in version.codes and starts and row["date"] > starts[0]["date"]]
        return SequelTrace(version.after, reach, version.limit, scene.numbered(since), tuple(map(scene.line, starts)))


def _counted(about: pl.DataFrame, starts: pl.DataFrame) -> pl.DataFrame:
    """The acts that follow one of `starts` within reach: its `start` and `start_act`, and the `count` since then."""
    units = pl.col("quantity").cast(pl.Int64)
    total = about.sort(*ORDER, nulls_last=False).with_columns(total=units.cum_sum().over(_KEY))
    first = starts.rename({"act": "start_act"})
    near = total.sort("reach").join_asof(
        first, left_on="reach", right_on="start", by=_KEY, strategy="forward", check_sortedness=False, coalesce=False
    )
    near = near.filter(pl.col("start") < pl.col("date"))
    until = total.group_by([*_KEY, "date"], maintain_order=True).agg(before=pl.col("total").last())
    near = near.sort("start").join_asof(
        until.sort("date"), left_on="start", right_on="date", by=_KEY, strategy="backward", check_sortedness=False
    )
    return near.with_columns(count=pl.col("total") - pl.col("before").fill_null(0)).sort("act")


class SequelTrace(Trace, frozen=True):
    """What follows an act, in counting order, up to the act explained."""

    after: tuple[str, ...]
    reach: date
    limit: int
    counted: tuple[ActLine, ...]
    starts: tuple[ActLine, ...]

    def fine(self, code: str) -> str:
        if not self.starts:
            return f"{code} : ne suit aucun acte {'/'.join(self.after)}."
        return f"{code} : {self.limit} au plus, et ce n'en est pas un de trop."

    def lines(self, told: Told) -> Iterator[Line]:
        """The acts that it may follow, and what is counted since the first."""
        yield Fact("Fenêtre", f"{'/'.join(self.after)} à partir du {french_day(self.reach)}, jour de l'acte exclu")
        yield act_list("Acte suivi", self.starts, "aucun")
        if self.starts:
            yield Fact("Limite", str(self.limit))
            yield act_list("Comptés", self.counted, "aucun", beyond=self.limit)
