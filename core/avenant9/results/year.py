"""A practitioner's civil year and its share of remote acts, as `a9-check/1` and `a9-threshold/1` have it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from avenant9.results.base import Month, Result, Share, Specialty

Answer: TypeAlias = Literal["violation", "review", "unverifiable", "ok"]


def _is_unset(value: object) -> bool:
    return not value


class OfMonth(Result):
    """One month, and the share from 1 January to its end."""

    month: Month
    total: int
    remote: int
    share_to_date: Share


class Projection(Result):
    """The whole year at the pace of its days so far."""

    total: int
    remote: int
    share: Share


class Practitioner(Result):
    """One practitioner and civil year; counts are units of acts.

    `verdict` is that of `seuil/activite-distance`; `unverifiable` where the unknown decides. `unknown` counts acts of
    which nobody can say whether they are remote: `remote` is then the least. In `a9-check/1` both are there only
    where something is unknown: the other verdicts are findings.
    """

    practitioner: str
    specialty: Specialty | None
    year: int
    until: date | None
    total: int
    remote: int
    share: Share
    ceiling: Share
    over: bool
    excess: int
    margin: int
    to_add_in_person: int | None
    months: tuple[OfMonth, ...]
    projection: Projection | None
    verdict: Annotated[Answer | None, Field(exclude_if=_is_unset)] = None
    unknown: Annotated[int, Field(exclude_if=_is_unset)] = 0

    @property
    def used(self) -> Fraction:
        """How much of the ceiling is used, with what may be remote."""
        share = Fraction(self.remote + self.unknown, max(1, self.total))
        return share / Fraction(self.ceiling) if self.ceiling else share
