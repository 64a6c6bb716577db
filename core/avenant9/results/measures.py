"""`a9-measures/1`: what measures bounded in time change, and which of them are in force."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, WithJsonSchema

from avenant9.model import Rejected, Unread
from avenant9.results.base import Cents, Month, Quantity, Result, Source, read_by

FORMAT: Literal["a9-measures/1"] = "a9-measures/1"

Reason = Literal["out_of_period", "weekly_cap", "condition", "pdsa_hours", "unverifiable"]


class Row(Result):
    """One measure, period, practitioner and month. `period` is None outside every period.

    `units` is a decimal string (acts, patients, or hours with two decimals); money is what payers owe in all, and
    `difference` what the measure adds to it. Amounts are None where the acts do not tell them. `doubtful` counts the
    retained units that a person must look at.
    """

    measure: str
    period: str | None
    practitioner: str
    month: Month
    units: Quantity
    retained: Quantity
    refused: Quantity
    baseline: Cents | None
    with_measure: Cents | None
    difference: Cents | None
    difference_amo: Cents | None
    difference_patient: Cents | None
    participation: Cents | None = None
    doubtful: Quantity = 0


class Refused(Result):
    """Units that the measure does not pay, and why."""

    measure: str
    file: str
    sheet: str | None
    row: int
    reason: Reason
    detail: str


class Total(Result):
    """Sums over the rows, of one measure or of all (`measure` is then None).

    `low` and `high` bound what `difference` would be if everything could be verified; None where nothing bounds it.
    """

    measure: str | None
    units: Quantity | None
    retained: Quantity | None
    refused: Quantity | None
    baseline: Cents | None
    with_measure: Cents | None
    difference: Cents | None
    difference_amo: Cents | None
    difference_patient: Cents | None
    participation: Cents | None = None
    doubtful: Quantity | None = None
    low: Cents | None = None
    high: Cents | None = None


class Law(Result):
    """The law as it is, beside a scenario: what the same acts, shifts and patients give under it."""

    rows: tuple[Row, ...]
    totals: tuple[Total, ...]


class Measures(Result):
    """The result of `a9 measures simulate`; `law` is there beside a scenario."""

    format: Literal["a9-measures/1"] = FORMAT
    as_of: date
    scenario: str | None
    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]
    rejected: tuple[Rejected, ...] = ()
    unread: tuple[Unread, ...] = ()
    totals: tuple[Total, ...]
    notes: tuple[str, ...] = ()
    law: Law | None = None


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


class Origin(Source):
    """Where a period comes from; `confidence` is high, medium or low."""

    confidence: str


def _written_value(value: bool | int | Decimal | str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:.2f}"
        case _:
            return str(value)


#: A value of a period, which JSON has as the option `--set` takes it: `"true"`, `"15.00"`, `"7000"`, `"13:00"`.
Set = Annotated[
    bool | int | Decimal | str,
    read_by(("true|false", "true".__eq__), (r"\d{1,15}\.\d\d", Decimal), (r"0|[1-9]\d{0,14}", int), ("(?s).*", str)),
    PlainSerializer(_written_value, return_type=str),
    WithJsonSchema({"type": "string"}),
]


class Term(Standing):
    """A period with its values (key of `--set` -> value as the file has it), its source and what is disputed."""

    values: dict[str, Set]
    source: Origin
    checked_on: date
    note: str


class Beside(Result):
    """A dated value that stands beside the periods: what is due without the measure, a share, a participation."""

    key: str
    from_: date = Field(alias="from")
    until: date | None
    values: dict[str, Set]
    source: Origin
    checked_on: date
    note: str


class History(Result):
    """The result of `a9 measures show`: a measure and its periods, in order of date."""

    format: Literal["a9-measures/1"] = FORMAT
    on: date
    id: str
    title: str
    why: str
    periods: tuple[Term, ...]
    besides: tuple[Beside, ...] = ()
