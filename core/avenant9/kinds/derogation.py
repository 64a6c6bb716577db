"""A derogation ("aménagement") without which a year would be over the ordinary ceiling: what must be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, cast

import polars as pl
from pydantic import Field

from avenant9.kinds.kind import Key, Kind
from avenant9.kinds.run import NO_OUTCOME, NOTHING_SAID, Run, in_force, outcome
from avenant9.kinds.scene import Row, Scene
from avenant9.kinds.share import Share, ShareVersion, in_use, remote_units, shares, tally, year_of
from avenant9.kinds.trace import Noted, Trace
from avenant9.law.dated import Refers, RuleName, Version
from avenant9.model import GrantedCeiling, Outcome
from avenant9.wording import day, percent

_EXPLANATION = pl.Struct(
    {"ceiling_bp": pl.Int64, "granted_for": pl.Int64, "conditions": pl.List(pl.String), "changed_on": pl.Date}
)


class DerogationVersion(Version):
    """Names what must be looked at in a derogation without which the share would be over the ordinary ceiling."""

    share_rule: Annotated[RuleName, Refers("rule", kind="share")] = Field(title="règle du plafond")

    def shares(self, run: Run) -> Share:
        """The rule of the ceiling."""
        return cast(Share, run.rules[self.share_rule])  # references are checked as files are loaded


class Derogation(Kind[DerogationVersion]):
    """Reminds of the conditions of a derogation in use, and of a change of situation in the year."""

    families: ClassVar = ("seuil",)

    kind: Literal["derogation"]
    version: tuple[DerogationVersion, ...] = Field(min_length=1)

    @property
    def keys_alone(self) -> frozenset[Key]:
        return frozenset({"practitioner"})

    def reads(self, version: DerogationVersion) -> Iterable[str]:
        return ("practitioner",)

    def check(self, acts: pl.DataFrame, version: DerogationVersion, run: Run) -> Outcome:
        """The conditions of a derogation without which the year would be over the ordinary ceiling, and its change.

        No amount is put in question: the acts of the year are, as long as nobody has looked at the conditions.
        Explained by: `ceiling_bp`, `granted_for` (year), `conditions`, `changed_on` (a day of the year).
        """
        if not any(ceiling.conditions or ceiling.changed_on for ceiling in run.derogations):
            return NO_OUTCOME
        acts = acts.filter(in_force(version))
        found = []
        for share_version in version.shares(run).version:
            days = tally(remote_units(acts, share_version))
            granted_years = shares(days, share_version, run.derogations)
            ordinary = shares(days, share_version, ())
            for row in granted_years.filter(ordinary["over"]).iter_rows(named=True):
                ceiling = in_use(row, run.derogations)
                if ceiling is not None and (ceiling.conditions or changed_in(row["year"], ceiling)):
                    found.append(_said(row, ceiling, version))
        types = {"related": pl.List(pl.UInt32), "explanation": _EXPLANATION}
        return outcome(pl.DataFrame(found, schema_overrides=types) if found else NOTHING_SAID)

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


def changed_in(year: int, ceiling: GrantedCeiling) -> date | None:
    """The day of that year on which the situation changed, after which a derogation must be looked at again."""
    return ceiling.changed_on if ceiling.changed_on is not None and ceiling.changed_on.year == year else None


def _said(row: Row, ceiling: GrantedCeiling, version: DerogationVersion) -> dict[str, Any]:
    changed = changed_in(row["year"], ceiling)
    used = f"aménagement à {percent(ceiling.ceiling_bp)} utilisé en {row['year']}"
    explanation = {
        "ceiling_bp": ceiling.ceiling_bp,
        "granted_for": ceiling.year,
        "conditions": list(ceiling.conditions),
        "changed_on": changed,
    }
    return {
        "practitioner": row["practitioner"],
        "year": row["year"],
        "verdict": version.verdict,
        "at_stake": 0,
        "message": f"{used} : {_why(ceiling, changed)}.",
        "explanation": explanation,
        "related": [],
    }


def _why(ceiling: GrantedCeiling, changed: date | None) -> str:
    """What a person must look at."""
    again = f"situation changée le {day(changed)}, à examiner de nouveau par la commission" if changed else ""
    conditions = f"conditions à vérifier : {' ; '.join(ceiling.conditions)}" if ceiling.conditions else ""
    return " ; ".join(filter(None, (again, conditions)))
