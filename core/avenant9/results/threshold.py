"""`a9-threshold/1`: the share of remote acts per practitioner and civil year."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from avenant9.model import Rejected, Unread
from avenant9.results.base import Month, Result, Share, Source
from avenant9.results.year import Answer, Practitioner

FORMAT: Literal["a9-threshold/1"] = "a9-threshold/1"


class Granted(Result):
    """The derogation behind a ceiling: the year it was decided for, which an earlier year renews tacitly."""

    year: int
    decided_on: date | None
    conditions: tuple[str, ...]


class Followed(Practitioner):
    """A practitioner and civil year with what its numbers rest on.

    `doubts` are the reasons, in French, for which a year over its ceiling may not be over it; `empty_months` those
    without an act of a past year that the files do not hold whole. `at_most` is the share if all unknown acts were
    remote, and `missing` the keys of the acts that would settle it.
    """

    verdict: Answer
    unknown: int = 0
    doubts: tuple[str, ...] = ()
    empty_months: tuple[Month, ...] = ()
    at_most: Share | None = None
    missing: tuple[str, ...] = ()
    derogation: Granted | None = None
    label: str | None = None  # of the specialty

    @property
    def named_specialty(self) -> str | None:
        """`01 Médecine générale`; the number alone where nothing names it."""
        return None if self.specialty is None else f"{self.specialty:02d} {self.label or ''}".rstrip()


class Group(Result):
    """A group of practitioners and civil year, as a commission paritaire locale reads it.

    Shares strictly over 20 % and 30 %, whatever the ceiling; `unknown` counts those who could be over 20 % or 30 %
    and of whom nobody can say it.
    """

    group: str
    practitioners: int
    over_20: int
    over_30: int
    year: int
    unknown: int = 0


class Text(Result):
    """The text that sets the ceiling from one year to another (None: still), and what must be said of it."""

    from_: date = Field(alias="from")
    until: date | None
    source: Source
    remark: str


class Passage(Result):
    """Sentences taken from one source."""

    entries: tuple[str, ...]
    source: Source


class Request(Result):
    """The request for an aménagement of the ceiling: what its letter is made of besides the figures."""

    year: int
    addressee: str
    criteria: Passage
    open: str  # how far the list of criteria binds
    conditions: Passage
    steps: Passage
    terms: Passage
    warning: str | None


class Threshold(Result):
    """The result of `a9 threshold show`, and of `request`, which then says what is asked."""

    format: Literal["a9-threshold/1"] = FORMAT
    as_of: date
    practitioners: tuple[Followed, ...]
    by_group: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unread: tuple[Unread, ...] = ()
    request: Request | None = None
