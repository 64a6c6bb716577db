"""`a9-forfait/1`: points and euros of the forfait structure, of one practice and year or of several."""

from __future__ import annotations

from datetime import date
from typing import Literal

from avenant9.results.base import Money, Points, Result, Source

FORMAT: Literal["a9-forfait/1"] = "a9-forfait/1"

Status = Literal["met", "not_met", "unknown", "neutralised", "not_applicable", "closed"]


class Indicator(Result):
    """One indicator of a volet as it was judged. Rates are decimal strings of 0 to 1, as exact as they were given.

    `numerator`, `denominator` and `excluded` are there where counts were given; `distance` says in French what is
    missing, or by how much the threshold is passed; `note` is what disputes it.
    """

    id: str
    label: str
    status: Status
    value: str | int | bool | None
    threshold: str | None
    points: Points
    max_points: Points
    source: Source
    numerator: int | None = None
    denominator: int | None = None
    excluded: int | None = None
    distance: str | None = None
    note: str = ""


class Volet(Result):
    """A part of the forfait; `met` is None while an indicator of it is unknown."""

    volet: int
    met: bool | None
    points: Points
    max_points: Points
    indicators: tuple[Indicator, ...]


class Unresolved(Result):
    """Points that no source splits: their bounds, and the key that would settle them."""

    indicator: str
    low: Points
    high: Points
    supply: str
    reason: str


class Change(Result):
    """One change within reach, and what it brings; `possible` is None where no date decides it."""

    indicator: str
    gain_points: Points
    gain_euros: Money
    change: str
    possible: bool | None = None


class Amount(Result):
    """Points and euros."""

    points: Points
    euros: Money


class Deadline(Result):
    """A date of the year's calendar, and where it stands at `as_of`."""

    what: str
    until: date | None
    status: Literal["past", "open", "to_come", "unknown"]
    note: str = ""


class AssistantYear(Result):
    """One year of the contract of an assistant médical."""

    year: int
    from_: date
    amount: Money
    raised: bool = False


class Assistant(Result):
    """Volet 3, never in the points: yearly ceilings of the aid."""

    etp: str
    signed_on: date
    percentile: str
    status: Literal["open", "closed", "unsourced", "unknown"]
    years: tuple[AssistantYear, ...]
    total: Money
    note: str = ""


class Forfait(Result):
    """One practice and one year. `points` and `euros` are None while volet 1 is not settled (`if_met`, …)."""

    format: Literal["a9-forfait/1"] = FORMAT
    year: int
    as_of: date
    practice: str | None
    points: Points | None
    euros: Money | None
    if_met: Amount | None = None
    if_not_met: Amount | None = None
    max_points: Points
    max_euros: Money
    volets: tuple[Volet, ...]
    unresolved: tuple[Unresolved, ...] = ()
    what_if: tuple[Change, ...] | None = None
    assistant: Assistant | None = None
    deadlines: tuple[Deadline, ...] = ()
    notes: tuple[str, ...] = ()


class Forfaits(Result):
    """Several practices, or several years of one. `total_euros` counts what is settled; `unsettled` the others."""

    format: Literal["a9-forfait/1"] = FORMAT
    results: tuple[Forfait, ...]
    total_euros: Money
    unsettled: int = 0
