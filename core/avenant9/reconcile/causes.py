"""Why what was received in a year is not what was billed for its care, as far as the acts tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, get_args

import polars as pl
from msgspec import Struct

from avenant9.results.reconcile import Cause, Reason

#: In the order in which they are told.
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


class Year(Struct, frozen=True):
    """A civil year of acts.

    Attributes:
        number: of the year.
        lines: those (LINES) of its care, and those paid in it, with their `reason`; null of care paid in its year.
        dated: whether the files have days of payment; else all is taken as received in the year of care.
        earlier: whether the files have care of earlier years.
    """

    number: int
    lines: pl.DataFrame
    dated: bool
    earlier: bool

    @property
    def of_care(self) -> pl.DataFrame:
        """The lines of the care of the year."""
        return self.lines.filter(pl.col("date").dt.year() == self.number)

    @property
    def received(self) -> pl.DataFrame:
        """The lines that were received in the year."""
        return self.lines.filter(pl.col("reason").is_null() | (pl.col("reason") == "care_other_year"))

    @property
    def billed(self) -> int:
        """The cents billed for the care of the year, refused and taken back ones included."""
        return int(self.of_care["cents"].sum())

    def explained(self, declared: int) -> tuple[tuple[Cause, ...], int]:
        """The causes of the difference between what is declared and what was billed; the cents that they leave."""
        beyond = declared - int(self.received["cents"].sum())
        supposed = _supposed(self.lines.filter(pl.col("reason") == "undated"), beyond)
        return tuple(_causes(self.lines, supposed)), beyond - supposed


def year_of(lines: pl.DataFrame, number: int) -> Year:
    """A civil year of lines (LINES)."""
    of_care, of_payment = (pl.col(day).dt.year() == number for day in ("date", "payment_date"))
    dated = bool(lines["payment_date"].is_not_null().any())
    received = of_payment.fill_null(value=False) & ~pl.col("state").is_in(["refused", "unpaid"])
    return Year(
        number,
        lines.filter(of_care | received).with_columns(reason=_reason(of_care, of_payment, dated=dated)),
        dated,
        bool((lines["date"].dt.year() < number).any()),
    )


def _reason(of_care: pl.Expr, of_payment: pl.Expr, *, dated: bool) -> pl.Expr:
    return (
        pl.when(pl.col("state").is_in(["refused", "unpaid"]))
        .then("state")
        .when(~of_care)
        .then(pl.lit("care_other_year"))
        .when(pl.col("payment_date").is_null() & dated)
        .then(pl.lit("undated"))
        .when(~of_payment)
        .then(pl.lit("paid_other_year"))
    )


def _causes(lines: pl.DataFrame, supposed: int) -> Iterator[Cause]:
    for reason in REASONS:
        own = lines.filter(pl.col("reason") == reason)
        if own.is_empty():
            continue
        euros = int(own["cents"].sum()) * (1 if reason == "care_other_year" else -1)
        undated = reason == "undated"
        yield Cause(
            reason=reason,
            rows=int(own["first"].sum()),
            euros=euros + supposed if undated else euros,
            received=supposed if undated else None,
        )


def _supposed(undated: pl.DataFrame, beyond: int) -> int:
    """What of the lines without a day of payment was paid in the year, if what is declared beyond the others is them.

    Of what is missing, lines that take back are looked at; what another line takes back whole makes nothing.
    """
    rows = undated.filter(~pl.col("cancelled")).group_by("input", "row").agg(pl.col("cents").sum())["cents"]
    sign = 1 if beyond > 0 else -1
    return sign * nearest_sum([sign * amount for amount in rows if sign * amount > 0], abs(beyond))


def nearest_sum(amounts: Sequence[int], target: int) -> int:
    """The sum of some of these amounts that comes nearest to a target (cents, not negative); of two, the smaller.

    Bit n of `reachable` says that some of them make n. None that is over twice the target is nearer than no amount.
    """
    most = 2 * target
    reachable, within = 1, (1 << (most + 1)) - 1
    for amount, times in Counter(amounts).items():
        for part in _parts(times):
            if amount * part <= most:
                reachable |= (reachable << (amount * part)) & within
        if reachable >> target & 1:
            return target
    below = (reachable & ((1 << (target + 1)) - 1)).bit_length() - 1
    beyond = reachable >> target
    above = target + (beyond & -beyond).bit_length() - 1
    return above if beyond and above - target < target - below else below


def _parts(times: int) -> Iterable[int]:
    """Numbers of which some make each number up to `times`, and none makes more: 1, 2, 4… and what is left."""
    part = 1
    while part <= times:
        yield part
        times, part = times - part, 2 * part
    if times:
        yield times
