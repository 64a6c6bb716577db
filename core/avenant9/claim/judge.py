"""Which answer each line gets, as one table: what was paid and when, what was claimed before, what rules say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.sums import ROW, UNPAID

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from avenant9.claim.verdicts import Verdicts
    from avenant9.law.dated import Limitation

#: What `judged` adds to the lines of a claim.
JUDGED = (
    "answer",
    "by",
    "acts",
    "candidates",
    "paid",
    "late",
    "undated",
    "earlier",
    "billed",
    "unpaid",
    "stake",
    "owed",
)


def judged(
    lines: pl.DataFrame,
    found: pl.DataFrame,
    acts: pl.DataFrame,
    said: Verdicts,
    only_reviews: pl.Series,
    limitation: Limitation | None,
    notified: date,
) -> pl.DataFrame:
    """The lines with their answer and what it rests on.

    Args:
        lines: CLAIMED.
        found: as `match` gives them.
        acts: all acts read.
        said: what the rules say of those found.
        only_reviews: the lines whose cause names rules that are all reviews (their numbers).
        limitation: how long the fund may claim.
        notified: the day of the notification.

    Returns:
        CLAIMED and: `answer`; `by`; `acts` and `candidates` (numbers); `paid` (the day of payment that counts, null
        where it is unknown); `late` (paid too long ago); `undated` (the day of payment would tell); `earlier` (the
        lines that claim the same act); `billed` (cents; 0 where nothing was paid); `unpaid` (what the file says of
        such a row); `stake` (cents, null without a violation or an amount); `owed`.
    """
    of_lines = found.join(acts, on="act", how="left")
    whole = lines
    for part in (_acts(found), _days(of_lines), _earlier(found), _billed(of_lines), _rules(of_lines, said)):
        whole = whole.join(part, on="line", how="left")
    whole = whole.with_columns(paid=pl.coalesce("payment_date", "act_paid"), care=pl.coalesce("date", "act_date"))
    late = pl.col("paid").map_elements(_late(limitation, notified), return_dtype=pl.Boolean)
    old = pl.col("care").map_elements(_late(limitation, notified), return_dtype=pl.Boolean)
    whole = whole.with_columns(
        late=late.fill_null(False),
        undated=pl.col("paid").is_null() & old.fill_null(False),
        named=pl.col("line").is_in(only_reviews.implode()),
        again=pl.col("again").fill_null(False),
    )
    known = pl.col("claimed").is_not_null() & pl.col("stake").is_not_null() & (pl.col("answer") == "supported")
    return (
        whole.with_columns(answer=_answer())
        .with_columns(owed=pl.when(known).then(pl.min_horizontal("claimed", "stake")))
        .select(*lines.columns, *JUDGED)
        .sort("line")
    )


def _answer() -> pl.Expr:
    """The first of the contract's table that applies."""
    nothing = (pl.col("reviews") == 0) & (pl.col("unknown") == 0) & ~pl.col("named")
    return (
        pl.when(pl.col("by").is_null())
        .then(pl.lit("not_found"))
        .when("late")
        .then(pl.lit("out_of_time"))
        .when(pl.col("acts").is_null())
        .then(pl.lit("to_examine"))
        .when("again")
        .then(pl.lit("twice"))
        .when((pl.col("claimed") > pl.col("billed")).fill_null(False))
        .then(pl.lit("more_than_paid"))
        .when(pl.col("earlier").is_not_null())
        .then(pl.lit("to_examine"))
        .when(pl.col("violations") > 0)
        .then(pl.lit("supported"))
        .when(nothing)
        .then(pl.lit("contestable"))
        .when((pl.col("reviews") > 0) | pl.col("named"))
        .then(pl.lit("to_examine"))
        .otherwise(pl.lit("unverifiable"))
    )


def _acts(found: pl.DataFrame) -> pl.DataFrame:
    """`by`, `acts` and `candidates` of each line that has some."""
    return (
        found.group_by("line")
        .agg(
            pl.col("by").first(),
            acts=pl.when(~pl.col("candidate")).then("act").drop_nulls(),
            candidates=pl.when("candidate").then("act").drop_nulls(),
        )
        .with_columns(
            acts=pl.when(pl.col("acts").list.len() > 0).then("acts"),
            candidates=pl.when(pl.col("candidates").list.len() > 0).then("candidates"),
        )
    )


def _days(of_lines: pl.DataFrame) -> pl.DataFrame:
    """`act_date` and `act_paid`: the latest of the acts; unknown where one is."""
    return of_lines.group_by("line").agg(
        act_date=pl.col("date").max(),
        act_paid=pl.when(pl.col("payment_date").null_count() == 0).then(pl.col("payment_date").max()),
    )


def _earlier(found: pl.DataFrame) -> pl.DataFrame:
    """`earlier`: the lines before this one that claim one of its acts; `again`: each of its acts is claimed there."""
    sure = found.filter(~pl.col("candidate")).select("line", "act")
    both = sure.join(sure, on="act", suffix="_before").filter(pl.col("line_before") < pl.col("line"))
    claimed = both.group_by("line").agg(
        pl.col("line_before").unique().sort().alias("earlier"), pl.col("act").n_unique()
    )
    of_line = sure.group_by("line").agg(acts=pl.col("act").n_unique())
    return claimed.join(of_line, on="line").select("line", "earlier", again=pl.col("act") == pl.col("acts"))


def _billed(of_lines: pl.DataFrame) -> pl.DataFrame:
    """`billed`: the amounts of the rows of each line, else what was reimbursed of them; null where one is unknown."""
    unpaid = pl.col("uncounted").is_in(UNPAID)
    rows = (
        of_lines.filter(~pl.col("candidate"))
        .with_columns(worth=pl.when(unpaid).then(0).otherwise(pl.coalesce("amount", "reimbursed")))
        .group_by("line", *ROW)
        .agg(
            pl.col("worth").max(),
            pl.col("worth").null_count().alias("lost"),
            unpaid=pl.col("uncounted").filter(unpaid).first(),
        )
    )
    return rows.group_by("line").agg(
        billed=pl.when(pl.col("lost").sum() == 0).then(pl.col("worth").sum()),
        unpaid=pl.col("unpaid").drop_nulls().first(),
    )


def _rules(of_lines: pl.DataFrame, said: Verdicts) -> pl.DataFrame:
    """`violations`, `reviews` and `unknown` (numbers), and `stake`: each row at the largest of its violations."""
    mine = of_lines.filter(~pl.col("candidate")).select("line", "act", *ROW)
    found = mine.join(said.found, on="act")
    violations = found.filter(pl.col("verdict") == "violation")
    rows = violations.group_by("line", *ROW).agg(
        stake=pl.when(pl.col("at_stake").count() > 0).then(pl.col("at_stake").max())
    )
    stakes = rows.group_by("line").agg(stake=pl.when(pl.col("stake").null_count() == 0).then(pl.col("stake").sum()))
    counts = {
        "violations": violations,
        "reviews": found.filter(pl.col("verdict") == "review"),
        "unknown": mine.join(said.unknown, on="act"),
    }
    whole = mine.select("line").unique()
    for name, some in counts.items():
        whole = whole.join(some.group_by("line").agg(pl.len().alias(name)), on="line", how="left")
    return whole.with_columns(pl.col(*counts).fill_null(0)).join(stakes, on="line", how="left")


def _late(limitation: Limitation | None, notified: date) -> Callable[[date], bool | None]:
    def late(paid: date) -> bool | None:
        return None if limitation is None else limitation.out_of_time(paid, notified)

    return late
