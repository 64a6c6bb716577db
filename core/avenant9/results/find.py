"""`a9-find/1`: the acts, and the pairs of acts, that make an amount."""

from __future__ import annotations

import operator
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from avenant9.model import Rejected, Unread
from avenant9.results.base import Cents, Result, Row

#: A day: `date` is a key below.
Day: TypeAlias = date

FORMAT: Literal["a9-find/1"] = "a9-find/1"


class FoundAct(Result):
    """An act: its row, and what the file says of it. `patient` is a pseudonym, except under `interne`."""

    file: str
    sheet: str | None
    row: Row
    date: Day
    code: str
    practitioner: str | None = None
    patient: str | None = None
    invoice: str | None = None
    amount: Cents | None = None
    payment_date: Day | None = None


class Match(Result):
    """One act or row, or two, and their sum: of what was billed, or of what the fund paid."""

    acts: tuple[FoundAct, ...]
    sum: Cents
    of: Literal["billed", "reimbursed"] = "billed"


class Crowd(Result):
    """An invoice, or a day of a patient, of too many rows for these to be compared two by two: where it begins."""

    file: str
    sheet: str | None
    row: Row
    rows: int


#: Left out where there is none.
Uncompared = Annotated[tuple[Crowd, ...], Field(exclude_if=operator.not_)]


class Find(Result):
    """The result of `a9 find`: single acts first, then pairs; `tolerance` is how far a sum may be from `amount`.

    `uncompared`: where a pair may be that is not in it.
    """

    format: Literal["a9-find/1"] = FORMAT
    amount: Cents
    matches: tuple[Match, ...]
    tolerance: Cents
    date: Day | None = None
    invoice: str | None = None
    rejected: tuple[Rejected, ...] = ()
    unread: tuple[Unread, ...] = ()
    uncompared: Uncompared = ()
