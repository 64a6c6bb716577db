"""What a check of one client comes to, in one line."""

from __future__ import annotations

from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

import polars as pl

from avenant9.acts.columns import COLUMNS
from avenant9.acts.netting import counting
from avenant9.frames import FAMILY
from avenant9.period import add_months
from avenant9.results.firm import Ceiling, Dearest, Line, Missing
from avenant9.summary import CEILING, lacked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from avenant9.model import Acts, Nomenclature
    from avenant9.results.check import Report

_ROW = ("input", "row")
#: What `Line` takes of the summary of a report: counts, and cents.
_COUNTS = ("violation", "review", "out_of_time")
_EUROS = ("at_stake", "at_stake_review", "at_stake_ceiling", "at_stake_out_of_time")
#: What stands for a patient where there is no file number.
_KNOWN_BY = frozenset({"nir", "last_name"})


def line_of(acts: Acts, report: Report, nomenclature: Nomenclature) -> Line:
    """The line of a client.

    Args:
        acts: all that were read.
        report: what was found, as a profile may see it.
        nomenclature: the labels of specialties.
    """
    counted = counting(acts.table)
    days = counted["date"].drop_nulls().unique().sort()
    first, last = (days[0], days[-1]) if len(days) else (None, None)
    return Line(
        practitioners=tuple(acts.table["practitioner"].drop_nulls().unique(maintain_order=True)),
        specialties=_specialties(counted, report, nomenclature),
        first=first,
        last=last,
        missing_months=tuple(_missing_months(days)),
        rows=sum(entry.rows for entry in acts.inputs),
        rejected=len(report.rejected),
        acts=report.summary.acts,
        fees=_sum_of_rows(counted, "amount"),
        overcharges=_sum_of_rows(counted, "overcharge"),
        **{name: getattr(report.summary, name) for name in _COUNTS},
        **{name: getattr(report.summary, name) for name in _EUROS},
        dearest=_dearest(report),
        ceiling=_nearest(report),
        missing=_missing(report),
        known=None if report.known is None else len(report.known),
    )


def _sum_of_rows(counted: pl.DataFrame, column: str) -> int | None:
    """The cents of the rows that count, each once however many acts it holds; None where no amount was read."""
    cents = counted.filter(pl.col(column).is_not_null()).unique(_ROW)[column]
    return int(cents.sum()) if len(cents) else None


def _specialties(counted: pl.DataFrame, report: Report, nomenclature: Nomenclature) -> tuple[str, ...]:
    """As the files say, else as the rules took them."""
    told = counted["specialty"].drop_nulls().unique().sort().to_list()
    codes = told or sorted({entry.specialty for entry in report.threshold if entry.specialty is not None})
    return tuple(dict.fromkeys(nomenclature.specialties.get(code, f"{code:02d}") for code in codes))


def _missing_months(days: pl.Series) -> Iterator[date]:
    """The months from the first to the last that hold no day of care."""
    held = sorted({day.replace(day=1) for day in days})
    for before, after in pairwise(held):
        month = add_months(before, 1)
        while month < after:
            yield month
            month = add_months(month, 1)


def _dearest(report: Report) -> Dearest | None:
    """The rule with most at stake that the fund may still claim, but for the ceiling, which is summed apart."""
    others = FAMILY != CEILING
    rules = report.by_rule.filter(others).group_by("rule").agg(pl.col("title").first(), pl.col("at_stake").sum())
    dear = rules.filter(pl.col("at_stake") > 0).sort("at_stake", "rule", descending=[True, False])
    if dear.is_empty():
        return None
    rule, title, cents = dear.row(0)
    return Dearest(rule=rule, title=title, at_stake=cents)


def _nearest(report: Report) -> Ceiling | None:
    entry = max(report.threshold, key=attrgetter("used"), default=None)
    return None if entry is None else Ceiling(**{key: getattr(entry, key) for key in Ceiling.model_fields})


def _missing(report: Report) -> Missing | None:
    """The absent column that would free most rules."""
    given = {*report.columns, *(["patient"] if report.columns & _KNOWN_BY else [])}
    for key, _, rules, acts in lacked(report.unverifiable):
        if key in COLUMNS and key not in given:
            return Missing(column=key, rules=rules, acts=acts)
    return None
