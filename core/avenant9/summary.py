"""What a table of findings comes to: counts, and cents at stake; the engine's own and what is left after waivers."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import polars as pl

from avenant9.frames import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from avenant9.model import Unverifiable

#: The family of the ceiling, whose stakes are apart.
CEILING = "seuil"


class Counted(TypedDict):
    """The part of `results.check.Summary` that findings make."""

    violation: int
    review: int
    at_stake: int | None
    at_stake_review: int | None
    at_stake_ceiling: int | None
    at_stake_out_of_time: int | None
    out_of_time: int


def of_findings(findings: pl.DataFrame) -> Counted:
    """What findings (model.REPORTED) come to, each row once, at its largest finding.

    The fund may no longer claim what it paid too long ago: it is in the counts, and summed apart from both verdicts.
    """
    ceiling = FAMILY == CEILING

    def at_stake(*chosen: pl.Expr) -> int | None:
        rows = findings.filter(*chosen, ~ceiling)
        if rows.is_empty():
            return 0
        return _total(rows.group_by("file", "sheet", "row").agg(pl.col("at_stake").max())["at_stake"])

    return {
        "violation": findings.filter(pl.col("verdict") == "violation").height,
        "review": findings.filter(pl.col("verdict") == "review").height,
        "at_stake": at_stake(pl.col("verdict") == "violation", ~out_of_time()),
        "at_stake_review": at_stake(pl.col("verdict") == "review", ~out_of_time()),
        "at_stake_ceiling": _total(findings.filter(ceiling)["at_stake"]),
        "at_stake_out_of_time": at_stake(out_of_time()),
        "out_of_time": findings.filter(out_of_time()).height,
    }


def out_of_time() -> pl.Expr:
    """Whether a finding is on what the fund paid too long ago to claim it; not where nobody knows when it paid."""
    return pl.col("out_of_time").fill_null(value=False)


def sum_of(which: pl.Expr) -> pl.Expr:
    """The cents of some findings of a group: zero where there is none, null where of some no amount was read."""
    chosen = pl.col("at_stake").filter(which)
    return pl.when((chosen.len() == 0) | chosen.is_not_null().any()).then(chosen.sum())


def _total(cents: pl.Series) -> int | None:
    """The sum; null where there is something at stake but no amount was read."""
    if len(cents) and cents.null_count() == len(cents):
        return None
    return int(cents.sum())


def by_rule(findings: pl.DataFrame, titles: Mapping[str, str]) -> pl.DataFrame:
    """One line per rule and verdict: violations first, then by what is at stake and not out of time.

    Columns `rule`, `verdict`, `title`, `findings`, and `at_stake` in cents, null where no amount was read.
    """
    counts = findings.group_by("rule", "verdict").agg(findings=pl.len(), at_stake=sum_of(~out_of_time()))
    names = pl.DataFrame(
        {"rule": list(titles), "title": list(titles.values())}, schema={"rule": pl.String, "title": pl.String}
    )
    severity = (pl.col("verdict") != "violation").cast(pl.Int8)
    return (
        counts.join(names, on="rule", how="left")
        .sort(severity, pl.col("at_stake").fill_null(0) * -1, "rule")
        .select("rule", "verdict", "title", "findings", "at_stake")
    )


class Lacked(NamedTuple):
    """What rules lacked: how many of them lacked nothing else, how many lacked it, and for how many acts."""

    key: str
    alone: int
    rules: int
    acts: int


def lacked(unverifiable: Iterable[Unverifiable]) -> list[Lacked]:
    """Each thing that was missing, what frees most rules by itself first."""
    lacking: defaultdict[str, list[Unverifiable]] = defaultdict(list)
    for entry in unverifiable:
        for key in entry.missing:
            lacking[key].append(entry)
    every = [
        Lacked(key, sum(one.missing == (key,) for one in entries), len(entries), sum(one.acts for one in entries))
        for key, entries in lacking.items()
    ]
    return sorted(every, key=lambda one: (-one.alone, -one.rules, -one.acts, one.key))
