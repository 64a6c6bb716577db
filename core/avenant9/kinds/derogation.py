"""The conditions of a derogation ("aménagement") without which a year would be over the ordinary ceiling."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, cast

import polars as pl
from pydantic import Field

from avenant9.kinds.kind import Key, Kind
from avenant9.kinds.run import Run, in_force, no_findings, outcome
from avenant9.kinds.scene import Row, Scene
from avenant9.kinds.share import Share, ShareVersion, granted, remote_units, shares, tally, year_of
from avenant9.kinds.trace import Noted, Trace
from avenant9.law.dated import Refers, RuleName, Version
from avenant9.model import GrantedCeiling, Outcome
from avenant9.wording import percent


class DerogationVersion(Version):
    """Names the conditions of a derogation without which the share would be over the ordinary ceiling."""

    share_rule: Annotated[RuleName, Refers("rule", kind="share")] = Field(title="règle du plafond")

    def shares(self, run: Run) -> Share:
        """The rule of the ceiling."""
        return cast(Share, run.rules[self.share_rule])  # references are checked as files are loaded


class Derogation(Kind[DerogationVersion]):
    """Reminds of the conditions of a derogation in use."""

    families: ClassVar = ("seuil",)

    kind: Literal["derogation"]

    @property
    def keys_alone(self) -> frozenset[Key]:
        return frozenset({"practitioner"})

    def reads(self, version: DerogationVersion) -> Iterable[str]:
        return ("practitioner",)

    def check(self, acts: pl.DataFrame, version: DerogationVersion, run: Run) -> Outcome:
        """The conditions of a derogation without which the year would be over the ordinary ceiling.

        No amount is put in question: the acts of the year are, as long as nobody has looked at the conditions.
        Explained by: `ceiling_bp`, `granted_for` (year), `conditions`.
        """
        if not any(ceiling.conditions for ceiling in run.derogations):
            return outcome(no_findings())
        acts = acts.filter(in_force(version))
        found = []
        for share_version in version.shares(run).version:
            days = tally(remote_units(acts, share_version))
            granted_years = shares(days, share_version, run.derogations)
            ordinary = shares(days, share_version, ())
            for row in granted_years.filter(ordinary["over"]).iter_rows(named=True):
                ceiling = granted(row["practitioner"], row["year"], run.derogations)
                if ceiling is not None and ceiling.conditions:
                    found.append(_said(row, ceiling, version))
        overrides = {"related": pl.List(pl.UInt32)}
        return outcome(pl.DataFrame(found, schema_overrides=overrides) if found else no_findings())

    def looks_at(self, version: DerogationVersion, scene: Scene) -> bool:
        return False  # at years, of which it speaks below

    def said_of(self, own: Row | None, year: Row | None, version: DerogationVersion, scene: Scene) -> Row | None:
        """What it says of the year: its conditions hold or fall with the remote acts."""
        share = self._that_day(version, scene)
        remote = share is not None and len(scene.alone().filter(share.remote)) > 0
        return year if remote else own

    def trace(self, version: DerogationVersion, scene: Scene, finding: Row | None) -> Trace:
        share = self._that_day(version, scene)
        return (share and year_of(share, scene, beyond=False)) or Noted()

    def _that_day(self, version: DerogationVersion, scene: Scene) -> ShareVersion | None:
        """The version of the ceiling in force on the day of the act."""
        return next((own for own in version.shares(scene.run).version if scene.act["date"] in own.period), None)


def _said(row: Row, ceiling: GrantedCeiling, version: DerogationVersion) -> dict[str, Any]:
    explanation = {
        "ceiling_bp": ceiling.ceiling_bp,
        "granted_for": ceiling.year,
        "conditions": list(ceiling.conditions),
    }
    return {
        "practitioner": row["practitioner"],
        "year": row["year"],
        "verdict": version.verdict,
        "at_stake": 0,
        "message": (
            f"aménagement à {percent(ceiling.ceiling_bp)} utilisé en {row['year']} : "
            f"conditions à vérifier : {' ; '.join(ceiling.conditions)}."
        ),
        "explanation": json.dumps(explanation, ensure_ascii=False),
        "related": [],
    }
