"""`a9-threshold/1`: the share of remote acts per practitioner and civil year."""

from __future__ import annotations

from datetime import date
from typing import Literal

from avenant9.results.base import Month, Result, Share

FORMAT: Literal["a9-threshold/1"] = "a9-threshold/1"


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
    """One practitioner and civil year; counts are units of acts."""

    practitioner: str
    specialty: str | None
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


class Group(Result):
    """A group of practitioners and civil year, as a commission paritaire locale reads it."""

    group: str
    practitioners: int
    over_20: int
    over_30: int
    year: int


class Threshold(Result):
    """The result of `a9 threshold show`."""

    format: Literal["a9-threshold/1"] = FORMAT
    as_of: date
    practitioners: tuple[Practitioner, ...]
    by_group: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
