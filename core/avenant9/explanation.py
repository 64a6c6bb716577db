"""An explanation: the row of a user, its acts, and what each rule that looked at them says. Plain frozen values."""

from __future__ import annotations

import datetime
from datetime import date
from typing import Literal

from msgspec import Struct

from avenant9.kinds.trace import Cents, Span, Thousandths, Trace, Why
from avenant9.model import CellRef, Source, Unread, Verdict
from avenant9.records import replace


class Text(Struct, frozen=True):
    """A text, the days on which it holds, the day it was last compared with its source, the ruling behind it."""

    source: Source
    period: Span
    checked_on: date
    note: str


class Block(Struct, frozen=True):
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


class ActFacts(Struct, frozen=True):
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


class ActExplained(Struct, frozen=True):
    """One act of the row: what it is, whether it counts, and the rules that looked at it, the gravest first.

    `uncounted` is null for an act that counts, else why it enters no count; `cancellations` are the rows that cancel
    acts like this one, or for a row that cancels, those whose acts it may take away. `where` is its row, where that
    may not be the one explained.
    """

    act: ActFacts
    uncounted: Why | None
    repeats: CellRef | None
    cancellations: tuple[CellRef, ...]
    blocks: tuple[Block, ...]
    where: CellRef | None = None


class Explanation(Struct, frozen=True):
    """A row of the user's files, explained. `state` says whether it holds acts, was rejected or was skipped.

    Of an invoice, `where` is its first row, and `others` those that follow.

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
    others: tuple[CellRef, ...] = ()

    def of(self, one: ActExplained) -> Explanation:
        """The explanation of one of its acts, which may stand on another row of the invoice."""
        return self if one.where is None else replace(self, where=one.where)
