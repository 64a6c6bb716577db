"""`a9-claim/1`: each line of a claim of the caisse, and what the acts answer to it."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias, get_args

from avenant9.model import Rejected, Unread
from avenant9.results.base import Cents, Result, Row, Source
from avenant9.results.find import Uncompared

#: A day: `date` is a key below.
Day: TypeAlias = date

FORMAT: Literal["a9-claim/1"] = "a9-claim/1"
#: The first that applies to a line, in this order.
Answer: TypeAlias = Literal[
    "not_found",
    "out_of_time",
    "twice",
    "more_than_paid",
    "supported",
    "contestable",
    "to_examine",
    "unverifiable",
]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
#: How the acts of a line were found.
By: TypeAlias = Literal["invoice", "patient", "date", "amount"]
Profile: TypeAlias = Literal["interne", "comptable", "cpam"]
#: What the law asks a notification to say of a sum.
Item: TypeAlias = Literal["cause", "nature", "amount", "payment_date"]


class ActPlace(Result):
    """A row of the acts."""

    file: str
    sheet: str | None
    row: Row


class Reproach(Result):
    """What a rule says of the acts of a line: `message` of a finding, `missing` of a rule that could not answer.

    `named`: the cause of the line names this rule. With the verdict `ok` it found nothing.
    """

    rule: str
    verdict: Literal["violation", "review", "unverifiable", "ok"]
    at_stake: Cents | None = None
    message: str | None = None
    missing: tuple[str, ...] = ()
    named: bool = False
    source: Source | None = None


class ClaimedLine(Result):
    """One claimed line. `row` is that of the caisse's table; `owed` is told of a supported line only.

    `acts` are those that it is about, `candidates` those that it may be about (at most 50), never both. `date` to
    `payment_date` are what the table says; `paid` is the day of payment that counts, its own or the act's. `patient`
    is a pseudonym, except under `interne`.
    """

    row: Row
    claimed: Cents | None
    cause: str | None
    answer: Answer
    owed: Cents | None
    acts: tuple[ActPlace, ...]
    rules: tuple[Reproach, ...]
    missing: tuple[str, ...]
    message: str
    sheet: str | None = None
    candidates: tuple[ActPlace, ...] = ()
    by: By | None = None
    date: Day | None = None
    code: str | None = None
    practitioner: str | None = None
    patient: str | None = None
    invoice: str | None = None
    payment_date: Day | None = None
    paid: Day | None = None


class Unsaid(Result):
    """What the table does not say of a line that the law asks it to say."""

    row: Row
    missing: tuple[Item, ...]
    sheet: str | None = None


class AnswerCount(Result):
    """The lines of one answer, and what they claim."""

    lines: int
    euros: Cents


class ClaimSummary(Result):
    """All lines: what they claim, and what is owed of those that a rule supports (an upper bound)."""

    lines: int
    claimed: Cents
    by_answer: dict[Answer, AnswerCount]
    owed: Cents


class ClaimText(Result):
    """A text behind the answers that is no rule: what it says, in a word."""

    about: Literal["limitation", "fraud", "answer"]
    figure: int  # years, or months to answer
    source: Source


class Claim(Result):
    """The result of `a9 claim`. `file` is the caisse's table; `practitioner` whom it is about, where it is one.

    `uncompared`: where a pair of acts may be that no line was compared with, while some line found none.
    """

    format: Literal["a9-claim/1"] = FORMAT
    as_of: Day
    notified: Day
    summary: ClaimSummary
    lines: tuple[ClaimedLine, ...]
    notification: tuple[Unsaid, ...]
    file: str
    profile: Profile
    practitioner: str | None = None
    texts: tuple[ClaimText, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unread: tuple[Unread, ...] = ()
    uncompared: Uncompared = ()
