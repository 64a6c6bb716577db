"""`a9-check/1`: the result of `a9 check`, as programs read it.

Typed dictionaries and not models: a result may hold a million findings, which `report.json` writes as columns.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from avenant9.results.base import Money, Row, Time, Units
from avenant9.results.threshold import Practitioner

Profile = Literal["interne", "comptable", "fiscal", "cpam"]
_closed = with_config(ConfigDict(extra="forbid"))


@_closed
class Rulebook(TypedDict):
    """The rules; `date` is the latest day of comparison with a source, `replaced` what `--rules` replaced."""

    version: str
    rules: int
    date: NotRequired[date]
    replaced: NotRequired[list[str]]


#: What `--only`, `--skip`, `--from` and `--until` left: rules, dates of care, and the acts of these dates.
Scope = TypedDict("Scope", {"rules": int, "from": date | None, "until": date | None, "acts": int})


@_closed
class Input(TypedDict):
    """One sheet, or one text file, as it was read."""

    file: str
    sheet: str | None
    rows: int
    acts: int
    rejected: int
    skipped: int
    columns: dict[str, str]
    encoding: str | None


@_closed
class Summary(TypedDict):
    """Counts, and euros at stake: null where no amount was read."""

    acts: int
    practitioners: int
    patients: int
    violation: int
    review: int
    unverifiable: int
    rejected: int
    not_counted: int
    not_concerned: int
    at_stake: Money | None
    at_stake_review: Money | None
    at_stake_ceiling: Money | None
    at_stake_out_of_time: Money | None


@_closed
class Place(TypedDict):
    """A row of the input."""

    file: str
    sheet: str | None
    row: Row


@_closed
class Source(TypedDict):
    """The text behind a finding."""

    title: str
    article: str
    url: str


@_closed
class Finding(TypedDict):
    """One finding; on a practitioner `file`, `sheet` and `row` are null and `year` is there."""

    rule: str
    verdict: Literal["violation", "review"]
    file: str | None
    sheet: str | None
    row: Row | None
    year: NotRequired[Units]
    date: date | None
    time: Time | None
    practitioner: str | None
    patient: str | None
    code: str | None
    invoice: str | None
    quantity: Units | None
    amount: Money | None
    payment_date: date | None
    out_of_time: bool | None
    message: str
    at_stake: Money | None
    at_stake_amo: Money | None
    fingerprint: str | None
    explanation: dict[str, Any] | None
    related: list[Place]
    source: Source | None


@_closed
class Unverifiable(TypedDict):
    """A rule that could not be answered for some acts."""

    rule: str
    acts: int
    missing: list[str]


@_closed
class Rejected(TypedDict):
    """A row that could not be read."""

    file: str
    sheet: str | None
    row: Row
    cell: str | None
    reason: str


@_closed
class NotCounted(TypedDict):
    """A row that was read and enters no count: the caisse rejected it, or it was cancelled, as its file says."""

    file: str
    sheet: str | None
    row: Row
    status: Literal["rejete", "annule"]


@_closed
class Unread(TypedDict):
    """A file (`sheet` is null), or a sheet, that was not read: why, and what to do (may be empty)."""

    file: str
    sheet: str | None
    reason: str
    remedy: str


@_closed
class SetApart(TypedDict):
    """A finding that is in none of the counts."""

    fingerprint: str | None
    rule: str
    file: str | None
    sheet: str | None
    row: Row | None


@_closed
class Known(SetApart):
    """A finding of the baseline, as grave and as dear as it is in this run."""

    verdict: Literal["violation", "review"]
    at_stake: Money | None


@_closed
class Waived(SetApart):
    """A finding that somebody accepts."""

    reason: str | None
    author: str
    date: date
    until: date | None


@_closed
class WithoutFindings(TypedDict):
    """The result but for its findings, as one of several holds it.

    `scope` is there where options narrowed it, `unread` where something was not read, `known` where a baseline was
    given.
    """

    format: Literal["a9-check/1"]
    as_of: date
    profile: Profile
    rulebook: Rulebook
    scope: NotRequired[Scope]
    inputs: list[Input]
    summary: Summary
    unverifiable: list[Unverifiable]
    rejected: list[Rejected]
    not_counted: list[NotCounted]
    unread: NotRequired[list[Unread]]
    waived: list[Waived]
    known: NotRequired[list[Known]]
    threshold: list[Practitioner]


@_closed
class Check(WithoutFindings):
    """The whole result."""

    findings: list[Finding]
