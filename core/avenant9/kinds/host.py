"""Codes that are billed only with another act: a host of the same practitioner, patient and day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from avenant9.kinds.kind import Kind, Selection
from avenant9.kinds.run import (
    IS_UNNAMED,
    NOTHING_SAID,
    Run,
    concerned,
    doubt_of_nobody,
    doubt_where,
    doubts,
    hidden_by_grouping,
    missing_columns,
    outcome,
    unless_unnamed,
)
from avenant9.kinds.scene import Row, Scene
from avenant9.kinds.visit import Role, VisitTrace, chosen, maybe_beside, others, selected, visits
from avenant9.law.dated import Code, Version
from avenant9.model import Outcome


class HostVersion(Version):
    """Acts of `codes` stand beside a host act of the same practitioner, patient and day; a doubtful host: review."""

    codes: tuple[Code, ...] = Field(min_length=1, title="actes")
    hosts: Selection = Field(title="actes associés")
    doubtful_hosts: Selection | None = Field(None, title="actes associés discutés")


class Host(Kind[HostVersion]):
    """A code that is billed only with another one."""

    families: ClassVar = ("condition", "cumul")

    kind: Literal["host"]
    version: tuple[HostVersion, ...] = Field(min_length=1)

    def codes(self, version: HostVersion) -> frozenset[str]:
        return frozenset(version.codes)

    def reads(self, version: HostVersion) -> Iterable[str]:
        return ("practitioner", "patient")

    def check(self, acts: pl.DataFrame, version: HostVersion, run: Run) -> Outcome:
        """Acts without the act they are billed with; beside a doubtful one only, a review.

        Explained by `doubtful_host`.
        """
        about = concerned(acts, version.codes, version)
        hidden = hidden_by_grouping(acts, version.codes, version, run)
        if about.is_empty():
            return outcome(NOTHING_SAID, hidden)
        hosts = selected(acts, version.hosts, version)
        hosted = visits(about, hosts)["act"].unique()
        doubtful = (
            visits(about, selected(acts, version.doubtful_hosts, version))["act"].unique()
            if version.doubtful_hosts is not None
            else hosted.clear()
        )
        bare = about.filter(~pl.col("act").is_in(hosted.implode())).with_columns(
            doubtful=pl.col("act").is_in(doubtful.implode())
        )
        elsewhere = maybe_beside(bare, hosts)
        open_question = pl.col("act").is_in(elsewhere.implode()) & ~pl.col("doubtful")
        missing = f"l'acte à accompagner ({version.hosts.french})"
        said = bare.filter(~open_question).select(
            "act",
            verdict=pl.when("doubtful").then(pl.lit("review")).otherwise(unless_unnamed(version.verdict)),
            at_stake="own_amount",
            message=pl.when("doubtful")
            .then(pl.format("{} : l'acte accompagné ce jour-là est d'un genre discuté.", "code"))
            .otherwise(pl.format(f"{{}} : {missing} manque, pour ce patient et ce jour.", "code")),
            doubt=doubts(
                doubt_where(pl.col("doubtful"), version),
                doubt_of_nobody(~pl.col("doubtful") & IS_UNNAMED),
            ),
            explanation=pl.struct(doubtful_host="doubtful"),
            related=pl.lit([], pl.List(pl.UInt32)),
        )
        return outcome(said, missing_columns(bare.filter(open_question), ["practitioner", "patient"]), hidden)

    def trace(self, version: HostVersion, scene: Scene, finding: Row | None) -> HostTrace:
        """Each other act of the visit: a host, a doubtful one, or of no account."""
        mine = [row for row in scene.visit() if row["date"] in version.period]
        hosts, doubtful = chosen(mine, version.hosts, scene), chosen(mine, version.doubtful_hosts, scene)

        def role(row: Row) -> tuple[Role, None]:
            return "host" if row["act"] in hosts else "doubtful-host" if row["act"] in doubtful else "other", None

        return HostTrace("day" if scene.visited else "row", others(mine, scene, role))


class HostTrace(VisitTrace, frozen=True):
    """The other acts of the visit, hosts or not."""

    def fine(self, code: str) -> str:
        hosts = [line.act for line in self.others if line.role == "host"]
        if hosts:
            return f"{code} : accompagne {hosts[0].code}, ligne {hosts[0].where.row}."
        return f"{code} : rien à reprocher à cet acte."
