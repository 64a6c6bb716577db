"""What findings come to: each row once, and what the fund may no longer claim apart."""

from __future__ import annotations

import polars as pl
import pytest

from avenant9.summary import by_rule, of_findings

SCHEMA = {
    "rule": pl.String,
    "verdict": pl.String,
    "file": pl.String,
    "sheet": pl.String,
    "row": pl.UInt32,
    "at_stake": pl.Int64,
    "out_of_time": pl.Boolean,
}
FOUND = [
    ("frequence/te2-annuelle", "violation", 2, 2000, False),
    ("tarif/conventionnel", "violation", 2, 300, False),
    ("frequence/te2-annuelle", "violation", 3, 2000, None),
    ("frequence/te2-annuelle", "violation", 4, 6000, True),
    ("frequence/vl-annuelle", "review", 4, 7000, True),
    ("frequence/vl-annuelle", "review", 5, 1000, False),
    ("seuil/activite-distance", "violation", None, 9000, None),
]


def table(*found: tuple[str, str, int | None, int | None, bool | None]) -> pl.DataFrame:
    rows = [(rule, verdict, "a.csv", None, row, *rest) for rule, verdict, row, *rest in found]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def test_what_is_out_of_time_is_summed_apart() -> None:
    assert of_findings(table(*FOUND)) == {
        "violation": 5,
        "review": 2,
        "at_stake": 4000,
        "at_stake_review": 1000,
        "at_stake_ceiling": 9000,
        "at_stake_out_of_time": 7000,  # the row once, at the larger of its two
        "out_of_time": 2,
    }


@pytest.mark.parametrize(("late", "sums"), [(True, (0, 0, 2000)), (False, (2000, 0, 0)), (None, (2000, 0, 0))])
def test_a_payment_of_unknown_date_can_still_be_claimed(late: bool | None, sums: tuple[int, int, int]) -> None:
    summary = of_findings(table(("frequence/te2-annuelle", "violation", 2, 2000, late)))
    assert (summary["at_stake"], summary["at_stake_review"], summary["at_stake_out_of_time"]) == sums


def test_no_amount_is_not_zero() -> None:
    summary = of_findings(table(("frequence/te2-annuelle", "violation", 2, None, True)))
    assert (summary["at_stake"], summary["at_stake_out_of_time"]) == (0, None)


def test_a_rule_counts_all_and_sums_what_can_be_claimed() -> None:
    lines = by_rule(table(*FOUND), {}).select("rule", "findings", "at_stake").rows()
    assert lines[:2] == [("seuil/activite-distance", 1, 9000), ("frequence/te2-annuelle", 3, 4000)]
