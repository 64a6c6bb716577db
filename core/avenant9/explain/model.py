"""What an explanation is made of: rows counted and not, tests, equations, visits, years. Plain frozen values."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from avenant9.model import CellRef, Source, Unread, Verdict


class Cents(int):
    """An amount in cents: programs read it as euros with two decimals."""


class Thousandths(int):
    """A coefficient in thousandths: programs read it as a decimal."""


#: Why an act that could have been counted was not.
Why = Literal[
    "cancelled",
    "cancellation",
    "orphan",
    "repeated",
    "rejete",
    "annule",
    "other-practitioner",
    "other-reason",
    "other-channel",
    "before-version",
    "after-version",
    "no-units",
    "refused",
]


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act of the user's files as a line of a trace; `here` marks the act explained.

    `running` are the units counted so far, this act included. `repeats` is the row that a doubtful act repeats.
    """

    where: CellRef
    date: datetime.date
    time: datetime.time | None
    code: str
    units: int
    here: bool = False
    running: int | None = None
    repeats: CellRef | None = None
    why: Why | None = None
    detail: str | None = None  # the other practitioner, reason or channel; the bound; the rule that refused it
    missing: tuple[str, ...] = ()  # what is unknown of it


@dataclass(frozen=True, slots=True)
class CountTrace:
    """A limit: what was counted in its window, in counting order, and what was not.

    `count` is the running count at the act (null where it cannot be counted), `over` its units beyond the limit,
    `could_be` the count with every unknown act before it. `earliest` is the first later date on which the act would
    have been within the limit, null where there is none or where the act is within; `displaced` are the rows that
    would then be over in its place.
    """

    codes: tuple[str, ...]
    filters: tuple[str, ...]
    limit: int
    window: str
    first: date
    last: date | None
    per: tuple[str, ...]
    count: int | None
    over: int
    could_be: int | None
    counted: tuple[ActLine, ...] = ()
    not_counted: tuple[ActLine, ...] = ()
    unknown: tuple[ActLine, ...] = ()
    earliest: date | None = None
    displaced: tuple[CellRef, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactTrace:
    """Other contacts of the same practitioner and patient; those of the same day are outside the window."""

    months: int
    after: date
    before: date
    near: tuple[ActLine, ...]
    same_day: tuple[ActLine, ...]


@dataclass(frozen=True, slots=True)
class AlternationTrace:
    """Remote acts of a patient in a civil year, against contacts in person."""

    year: int
    least: int
    remote: tuple[ActLine, ...]
    in_person: tuple[ActLine, ...]


@dataclass(frozen=True, slots=True)
class TestLine:
    """One test of a condition: what it asks, what the file says, and whether it holds (null: unknown)."""

    test: dict[str, Any]
    found: Any
    holds: bool | None


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """All of `requires` must hold, unless one of `unless` does; one of `doubtful_if` makes it a review."""

    reasons: tuple[str, ...]
    requires: tuple[TestLine, ...]
    unless: tuple[TestLine, ...]
    doubtful_if: tuple[TestLine, ...]


@dataclass(frozen=True, slots=True)
class SpecialtyTrace:
    """Who may bill the code; specialties by CNAM code."""

    specialty: int | None
    allowed: tuple[int, ...]
    refused: tuple[int, ...]
    labels: dict[int, str]


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which something holds; `last` is null while no end is known."""

    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class ValidityTrace:
    """The periods in which the code may be billed."""

    periods: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PricePart:
    """`tariff x coefficient x quantity` of one code; `tariff` is null where no source gives one."""

    code: str
    tariff: Cents | None
    coefficient: Thousandths
    quantity: int
    total: Cents | None
    accepted: tuple[Cents, ...] = ()  # other amounts of one unit that are not reproached
    period: Span | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Supplement:
    """Supplements that the amount may hold besides the tariff, and what it is then."""

    codes: tuple[str, ...]
    total: Cents


@dataclass(frozen=True, slots=True)
class TariffTrace:
    """The equation of a row: amount less overcharge, against the tariff of its codes."""

    amount: Cents | None
    overcharge: Cents | None
    base: Cents | None
    parts: tuple[PricePart, ...]
    tariff: Cents | None
    difference: Cents | None
    supplements: tuple[Supplement, ...]
    matched: tuple[str, ...] | None  # the supplements with which the amount is right; empty: the tariff itself
    refused: tuple[Supplement, ...] = ()  # with which it would be, for another specialty or another age
    doubtful: tuple[Supplement, ...] = ()  # with which it would be, for some specialties: it is unknown


@dataclass(frozen=True, slots=True)
class OverchargeTrace:
    """The overcharge of a row that admits none."""

    amount: Cents | None
    overcharge: Cents | None


@dataclass(frozen=True, slots=True)
class HostLine:
    """An act that a code goes with, and its overcharge."""

    act: ActLine
    overcharge: Cents | None


@dataclass(frozen=True, slots=True)
class OpposableTrace:
    """The acts of the visit whose overcharge counts; `any_sector` where sector and OPTAM do not matter."""

    any_sector: bool
    sector: str | None
    optam: bool | None
    hosts: tuple[HostLine, ...]


Role = Literal["beside", "excluded", "allowed", "makes-regular", "other-invoice", "host", "doubtful-host", "other"]


@dataclass(frozen=True, slots=True)
class VisitLine:
    """Another act of the visit, and what it is to the act explained."""

    act: ActLine
    role: Role
    one_invoice: bool | None = None


@dataclass(frozen=True, slots=True)
class VisitTrace:
    """The other acts of the same practitioner, patient and day (of the same row where one of them is unknown)."""

    scope: str  # day, invoice, row
    others: tuple[VisitLine, ...]

    @property
    def facing(self) -> bool:
        """Whether another act of the visit means something to the rule."""
        return any(line.role not in ("other", "makes-regular") for line in self.others)


@dataclass(frozen=True, slots=True)
class ShareTrace:
    """The practitioner's civil year. `act` is what the explained act is in it; `beyond` whether it is over."""

    year: int
    total: int
    remote: int
    unknown: int
    share_bp: int
    ordinary_bp: int
    ceiling_bp: int
    excess: int
    over: bool
    act: Literal["remote", "in-person", "unknown"]
    beyond: bool
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherTrace:
    """What a check noted in its own words, for the kinds that have no trace of their own."""

    noted: dict[str, Any] = field(default_factory=dict)
    related: tuple[CellRef, ...] = ()


Trace = (
    CountTrace
    | ContactTrace
    | AlternationTrace
    | ConditionTrace
    | SpecialtyTrace
    | ValidityTrace
    | TariffTrace
    | OverchargeTrace
    | OpposableTrace
    | VisitTrace
    | ShareTrace
    | OtherTrace
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, the days on which it holds, the day it was last compared with its source, the ruling behind it."""

    source: Source
    period: Span
    checked_on: date
    note: str


@dataclass(frozen=True, slots=True)
class Block:
    """What one rule says of one act.

    `verdict` is null where the rule is silent because one of `silent_for` speaks. `message` is one French sentence,
    null where the act is unverifiable: `missing` says for want of what. `carried_by` is the row on which the
    finding stands where it is another one.
    """

    rule: str
    kind: str
    title: str
    why: str
    verdict: Verdict | None
    message: str | None
    at_stake: Cents | None
    missing: tuple[str, ...]
    silent_for: tuple[str, ...]
    carried_by: CellRef | None
    texts: tuple[Text, ...]
    trace: Trace


@dataclass(frozen=True, slots=True)
class ActFacts:
    """The act as it was read. `patient` is what may be shown of the patient."""

    code: str
    date: datetime.date
    time: datetime.time | None
    practitioner: str | None
    patient: str | None
    pseudonym: str | None
    quantity: int
    coefficient: Thousandths
    amount: Cents | None
    invoice: str | None
    payment_date: datetime.date | None
    out_of_time: bool | None


@dataclass(frozen=True, slots=True)
class ActExplained:
    """One act of the row: what it is, whether it counts, and the rules that looked at it, the gravest first.

    `uncounted` is null for an act that counts, else why it enters no count; `cancellations` are the rows that cancel
    acts like this one, or for a row that cancels, those whose acts it may take away.
    """

    act: ActFacts
    uncounted: Why | None
    repeats: CellRef | None
    cancellations: tuple[CellRef, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A row of the user's files, explained. `state` says whether it holds acts, was rejected or was skipped.

    `rejected_rows` are the rows of all files that could not be read, and so entered no count; nor did the
    files and sheets that are `unread`.
    """

    where: CellRef
    state: Literal["acts", "rejected", "skipped"]
    reason: str | None
    acts: tuple[ActExplained, ...]
    as_of: date
    rulebook_version: str
    rulebook_date: date
    rules: int
    columns: frozenset[str]
    rejected_rows: int
    unread: tuple[Unread, ...] = ()
    profile: str = "interne"
