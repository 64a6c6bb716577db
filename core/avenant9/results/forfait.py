"""`a9-forfait/1`: points and euros of a year, and the sums beside them, of one practice and year or of several.

What only some years have is left out of the JSON of the others: a reader of before knows all of what it finds there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import PlainSerializer, SkipValidation, WithJsonSchema

from avenant9.results.base import Cents, Month, Points, Result, Source, read_by
from avenant9.wording import NBSP, integer

FORMAT: Literal["a9-forfait/1"] = "a9-forfait/1"

#: What the points are those of, where a result does not say it; and what its parts are then called.
SCHEME: Final = "Forfait structure"
PART: Final = "volet"

Status = Literal["met", "not_met", "unknown", "neutralised", "not_applicable", "closed"]


@dataclass(frozen=True, order=True, slots=True)
class Addendum:
    """An addendum of the SESAM-Vitale specification, which JSON has as `addendum8`."""

    number: int

    def __str__(self) -> str:
        return f"addendum{self.number}"

    @classmethod
    def read(cls, text: str) -> Addendum:
        """The same, back from its text."""
        return cls(int(text.removeprefix("addendum")))


@dataclass(frozen=True, slots=True)
class More:
    """So many more units of something, which JSON has in words: `12 soins non programmés de plus`."""

    count: int
    units: str

    def __str__(self) -> str:
        return f"{integer(self.count)}{NBSP}{self.units}"

    @classmethod
    def read(cls, text: str) -> More:
        """The same, back from its text."""
        number = "".join(takewhile(f"0123456789{NBSP}".__contains__, text))
        return cls(int(number.replace(NBSP, "")), text.removeprefix(number))


#: An answer, or what must be reached: yes or no, a number of units, a share of 1 (or points), a day, a word.
Told: TypeAlias = bool | int | Decimal | Fraction | Addendum | date | str


def written(told: Told) -> str:
    """What is told, as a program reads it: `0.05`, `2/3`, `addendum8`, `2024-01-31`, `5`."""
    return f"{told:f}" if isinstance(told, Decimal) else str(told)


#: How each is told apart in a text; what no other sort is written like is a word.
_SHAPES: Final = (
    (r"addendum\d{1,9}", Addendum.read),
    (r"\d{4}-\d\d-\d\d", date.fromisoformat),
    (r"\d{1,99}/[1-9]\d{0,99}", Fraction),
    (r"\d{1,99}(\.\d{1,99})?", Decimal),
    (r"(?s).*", str),
)


def _in_json(told: Told) -> bool | int | str:
    return told if isinstance(told, int) else written(told)


_Answer = Annotated[
    Annotated[SkipValidation[Told], read_by(*_SHAPES)] | int | bool | None,
    PlainSerializer(_in_json, when_used="unless-none"),
    WithJsonSchema({"anyOf": [{"type": one} for one in ("string", "integer", "boolean", "null")]}),
]
#: Units stand in a text too, without a decimal point.
_Threshold = Annotated[
    SkipValidation[Told],
    read_by((r"\d{1,99}", int), *_SHAPES),
    PlainSerializer(written),
    WithJsonSchema({"type": "string"}),
]

_Change = Annotated[
    SkipValidation[More | str],
    read_by((rf"\d{{1,3}}({NBSP}\d{{3}}){{0,5}}{NBSP}\D.*", More.read), (r"(?s).*", str)),
    PlainSerializer(str),
    WithJsonSchema({"type": "string"}),
]


class Indicator(Result):
    """One indicator of a volet as it was judged. Rates are decimal strings of 0 to 1, as exact as they were given.

    `numerator`, `denominator` and `excluded` are there where counts were given; `distance` says in French what is
    missing, or by how much the threshold is passed; `note` is what disputes it.
    """

    id: str
    label: str
    status: Status
    value: _Answer
    threshold: _Threshold | None
    points: Points
    max_points: Points
    source: Source
    numerator: int | None = None
    denominator: int | None = None
    excluded: int | None = None
    distance: str | None = None
    note: str = ""


class Volet(Result):
    """A part of the points; `met` is None while an indicator of it is unknown.

    `name` (`socle`) and `label` are there where it is not called after its number.
    """

    volet: int
    name: str = ""
    label: str = ""
    met: bool | None
    points: Points
    max_points: Points
    indicators: tuple[Indicator, ...]


class Unresolved(Result):
    """Points that no source settles: their bounds, and the key that would, None where no answer does."""

    indicator: str
    low: Points
    high: Points
    supply: str | None
    reason: str


class Change(Result):
    """One change within reach, and what it brings; `possible` is None where no date decides it."""

    indicator: str
    gain_points: Points
    gain_euros: Cents
    change: _Change
    possible: bool | None = None


class Amount(Result):
    """Points and euros."""

    points: Points
    euros: Cents


class Deadline(Result):
    """A date of the year's calendar, and where it stands at `as_of`."""

    what: str
    until: date | None
    status: Literal["past", "open", "to_come", "unknown"]
    note: str = ""


class AssistantYear(Result):
    """One year of the contract of an assistant médical."""

    year: int
    from_: date
    amount: Cents
    raised: bool = False


class Assistant(Result):
    """Volet 3, never in the points: yearly ceilings of the aid."""

    etp: str
    signed_on: date
    percentile: str
    status: Literal["open", "closed", "unsourced", "unknown", "review"]
    years: tuple[AssistantYear, ...]
    total: Cents
    note: str = ""


class SumLine(Result):
    """A line of a sum: so many patients at an amount, or euros of their own."""

    id: str
    label: str
    patients: int | None = None
    amount: Cents | None = None
    euros: Cents


class Payment(Result):
    """A part of a sum, and the month in which it is paid."""

    month: Month
    euros: Cents


class Sum(Result):
    """A lump sum beside the points.

    `euros` is as the texts are read here, None while an answer is missing without which there is none; `low` and
    `high` are the bounds of the other readings and of what was not answered, `high` None where there is none.
    `missing` names what was not answered, `left_out` what is due too and not counted; `notes` says in French what is
    disputed or supposed.
    """

    id: str
    label: str
    euros: Cents | None
    low: Cents
    high: Cents | None
    lines: tuple[SumLine, ...]
    payments: tuple[Payment, ...] = ()
    missing: tuple[str, ...] = ()
    left_out: str = ""
    notes: tuple[str, ...] = ()
    source: Source


class Forfait(Result):
    """One practice and one year. `points` and `euros` are None while volet 1 is not settled (`if_met`, …).

    `scheme` names what they are those of, where that is not the forfait structure; `sums` are due beside them, and
    `total_euros` is all of it, None while a part is not known, between `total_low` and `total_high`. `review` says
    why the whole year is still to be checked.
    """

    format: Literal["a9-forfait/1"] = FORMAT
    year: int
    scheme: str = SCHEME
    review: str | None = None
    as_of: date
    practice: str | None
    points: Points | None
    euros: Cents | None
    if_met: Amount | None = None
    if_not_met: Amount | None = None
    max_points: Points
    max_euros: Cents
    volets: tuple[Volet, ...]
    unresolved: tuple[Unresolved, ...] = ()
    what_if: tuple[Change, ...] | None = None
    assistant: Assistant | None = None
    deadlines: tuple[Deadline, ...] = ()
    notes: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()
    total_euros: Cents | None = None
    total_low: Cents | None = None
    total_high: Cents | None = None

    @property
    def known(self) -> int:
        """The cents of all that is known, the sums beside the points included."""
        return sum(euros or 0 for euros in (self.euros, *(one.euros for one in self.sums)))

    def silent(self) -> dict[str, Any]:
        """What a year without sums, a scheme or names of its own has no words for."""
        totals = ("sums", "total_euros", "total_low", "total_high")
        return {
            **({"scheme": True} if self.scheme == SCHEME else {}),
            **({"review": True} if self.review is None else {}),
            **({} if self.sums else dict.fromkeys(totals, True)),
            **({} if any(one.name for one in self.volets) else {"volets": {"__all__": {"name", "label"}}}),
        }


class Forfaits(Result):
    """Several practices, or several years of one.

    `total_euros` counts what is known, sums beside the points included; `unsettled` those whose points are not known.
    """

    format: Literal["a9-forfait/1"] = FORMAT
    results: tuple[Forfait, ...]
    total_euros: Cents
    unsettled: int = 0

    def silent(self) -> dict[str, Any]:
        """The same of each."""
        return {"results": {rank: own for rank, one in enumerate(self.results) if (own := one.silent())}}


def each(found: Forfait | Forfaits | None) -> tuple[Forfait, ...]:
    """The practices and years of a result, one by one."""
    match found:
        case Forfait():
            return (found,)
        case Forfaits():
            return found.results
        case None:
            return ()
