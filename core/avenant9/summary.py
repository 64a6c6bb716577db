"""What a table of findings comes to: counts, and cents at stake; the engine's own and what is left after waivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

CEILING = "seuil"


def of_findings(findings: pl.DataFrame) -> dict[str, int | None]:
    """The part of `Report.summary` that findings (model.REPORTED) make: each row once, at its largest finding."""
    ceiling = pl.col("rule").str.starts_with(f"{CEILING}/")

    def at_stake(verdict: str) -> int | None:
        chosen = findings.filter(pl.col("verdict") == verdict, ~ceiling)
        largest = chosen.group_by("file", "sheet", "row").agg(pl.col("at_stake").max())
        return _total(largest["at_stake"])

    return {
        "violation": findings.filter(pl.col("verdict") == "violation").height,
        "review": findings.filter(pl.col("verdict") == "review").height,
        "at_stake": at_stake("violation"),
        "at_stake_review": at_stake("review"),
        "at_stake_ceiling": _total(findings.filter(ceiling)["at_stake"]),
        "out_of_time": findings.filter(pl.col("out_of_time").fill_null(value=False)).height,
    }


def _total(cents: pl.Series) -> int | None:
    """The sum; null where there is something at stake but no amount was read."""
    if len(cents) and cents.null_count() == len(cents):
        return None
    return int(cents.sum())


def by_rule(findings: pl.DataFrame, titles: Mapping[str, str]) -> pl.DataFrame:
    """`Report.by_rule` of findings: violations first, then by what is at stake."""
    counts = findings.group_by("rule", "verdict").agg(
        findings=pl.len(),
        at_stake=pl.when(pl.col("at_stake").is_not_null().any()).then(pl.col("at_stake").sum()),
    )
    names = pl.DataFrame(
        {"rule": list(titles), "title": list(titles.values())}, schema={"rule": pl.String, "title": pl.String}
    )
    severity = (pl.col("verdict") != "violation").cast(pl.Int8)
    return (
        counts.join(names, on="rule", how="left")
        .sort(severity, pl.col("at_stake").fill_null(0) * -1, "rule")
        .select("rule", "verdict", "title", "findings", "at_stake")
    )
