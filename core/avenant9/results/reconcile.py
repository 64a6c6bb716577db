"""`a9-reconcile/1`: the acts of a year against what was declared, paid or booked of it."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

from avenant9.model import Rejected, Unread
from avenant9.results.base import Cents, Month, Result, Row

Day: TypeAlias = date
FORMAT: Literal["a9-reconcile/1"] = "a9-reconcile/1"

#: What the acts are compared with: the fees declared for the year, payments, the receipts of a FEC.
Against = Literal["snir", "payments", "fec"]
#: Why what was received in the year is not what was billed for its care.
Reason = Literal["paid_other_year", "care_other_year", "refused", "unpaid", "undated"]


class Sums(Result):
    """Acts and their money; None where the files do not tell it.

    `amount` holds `overcharge`, and not `cancelled`, which is what later rows take back (negative). Rows refused by
    the caisse are in none of them, unpaid ones are.
    """

    acts: int
    amount: Cents | None
    overcharge: Cents | None
    cancelled: Cents


class OfMonth(Sums):
    """The acts of a month, by the day of care or by the day of payment."""

    month: Month


class OfFamily(Sums):
    """The acts of a family of codes: a nature of the nomenclature, `unknown`, or `several` (one amount for acts of
    several families)."""

    family: str


class Cause(Result):
    """Part of a difference: its rows, and what they add to what was received (negative: what they take off).

    Of rows without a day of payment (`undated`), `received` is what the difference supposes paid in the year all the
    same: the sum of some of them that leaves least unexplained. None for the others.
    """

    reason: Reason
    rows: int
    euros: Cents
    received: Cents | None = None


class Gap(Result):
    """What the acts say was paid, what the other file says, and the second less the first."""

    acts: Cents
    declared: Cents
    difference: Cents


class MonthGap(Gap):
    """Of a month of payment."""

    month: Month


class DayGap(Gap):
    """Of a day of payment."""

    date: Day


class Comparison(Result):
    """The acts against one of the three.

    `difference` is what is declared less what was billed for the care of the year (refused rows and cancellations
    included); it is the sum of the causes and of `left`, which nothing explains. `days` are those whose sums differ;
    `months` and `days` are None where the acts have no day of payment, or what is declared has none.
    """

    against: Against
    file: str | None
    declared: Cents
    billed: Cents
    difference: Cents
    causes: tuple[Cause, ...]
    left: Cents
    explained: bool  # no more is left than the tolerance
    months: tuple[MonthGap, ...] | None
    days: tuple[DayGap, ...] | None


class Line(Result):
    """A row behind a cause."""

    reason: Reason
    file: str
    sheet: str | None
    row: Row
    date: Day
    payment_date: Day | None
    amount: Cents | None


class Reconcile(Result):
    """The result of `a9 reconcile`.

    `by_month_of_payment` is None where no act has a day of payment, `by_family` under a profile that may not know the
    nature of the services.
    """

    format: Literal["a9-reconcile/1"] = FORMAT
    as_of: date
    profile: str
    year: int
    tolerance: Cents
    practitioners: int
    total: Sums
    by_month_of_care: tuple[OfMonth, ...]
    by_month_of_payment: tuple[OfMonth, ...] | None
    by_family: tuple[OfFamily, ...] | None
    comparisons: tuple[Comparison, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unread: tuple[Unread, ...] = ()
