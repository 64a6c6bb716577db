"""`a9-measures/1`: what measures bounded in time change, and which of them are in force."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from avenant9.results.base import Money, Month, Result

FORMAT: Literal["a9-measures/1"] = "a9-measures/1"

Reason = Literal["out_of_period", "weekly_cap", "condition", "pdsa_hours", "unverifiable"]


class Row(Result):
    """One measure, period, practitioner and month. `period` is None outside every period.

    `units` is a decimal string (acts, patients, or hours with two decimals); money is what payers owe in all, and
    `difference` what the measure adds to it. Amounts are None where the acts do not tell them.
    """

    measure: str
    period: str | None
    practitioner: str
    month: Month
    units: str
    retained: str
    refused: str
    baseline: Money | None
    with_measure: Money | None
    difference: Money | None
    difference_amo: Money | None
    difference_patient: Money | None
    participation: Money | None = None


class Refused(Result):
    """Units that the measure does not pay, and why."""

    measure: str
    file: str
    sheet: str | None
    row: int
    reason: Reason
    detail: str


class Rejected(Result):
    """A row that could not be read."""

    file: str
    sheet: str | None
    row: int
    cell: str | None
    reason: str


class Total(Result):
    """Sums over the rows, of one measure or of all (`measure` is then None)."""

    measure: str | None
    units: str | None
    retained: str | None
    refused: str | None
    baseline: Money | None
    with_measure: Money | None
    difference: Money | None
    difference_amo: Money | None
    difference_patient: Money | None
    participation: Money | None = None


class Measures(Result):
    """The result of `a9 measures simulate`."""

    format: Literal["a9-measures/1"] = FORMAT
    as_of: date
    scenario: str | None
    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]
    rejected: tuple[Rejected, ...] = ()
    totals: tuple[Total, ...]
    notes: tuple[str, ...] = ()


class Standing(Result):
    """A period of a measure, and where a day stands to it."""

    id: str
    period: str
    from_: date = Field(alias="from")
    until: date | None
    status: Literal["in_force", "past", "to_come"]
    disputed: bool = False
    label: str = ""


class Standings(Result):
    """The result of `a9 measures list`."""

    format: Literal["a9-measures/1"] = FORMAT
    on: date
    measures: tuple[Standing, ...]
