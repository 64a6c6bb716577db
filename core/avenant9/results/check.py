"""`a9-check/1`: the result of `a9 check`.

Its parts are plain values and its findings a table, since there may be a million of them: `check_json` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NotRequired, TypeAlias

import polars as pl
from pydantic import ConfigDict, Field, PlainSerializer, WrapValidator, with_config
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from avenant9 import summary
from avenant9.frames import PLACE, REPORTED
from avenant9.model import Input, NotCounted, Rejected, Source, Unread, Unverifiable, Verdict, closed
from avenant9.notice import Notice
from avenant9.results.base import Cents, Money, Row, Time, Units
from avenant9.results.explanations import Explanations
from avenant9.results.year import Practitioner

if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT: Final = "a9-check/1"
Profile = Literal["interne", "comptable", "fiscal", "cpam"]
_MONEY = ("amount", "at_stake", "at_stake_amo")


def _is_none(value: object) -> bool:
    return value is None


def _is_empty(value: tuple[object, ...]) -> bool:
    return not value


def _in_words(notices: tuple[Notice | str, ...]) -> list[str]:
    return [one if isinstance(one, str) else one.without_folders for one in notices]


@closed
@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a run: `dated`, the latest comparison with a source, and `replaced`, what `--rules` replaced."""

    version: str
    rules: int
    dated: Annotated[date | None, Field(alias="date", exclude_if=_is_none)] = None
    replaced: Annotated[tuple[str, ...], Field(exclude_if=_is_empty)] = ()


@closed
@dataclass(frozen=True, slots=True)
class Scope:
    """What options left: rules, dates of care (None: no bound), and the acts of these dates; all acts are counted."""

    rules: int
    from_: Annotated[date | None, Field(alias="from")]
    until: date | None
    acts: int


@closed
@dataclass(frozen=True, slots=True)
class Summary:
    """Counts, and cents at stake: None where no amount was read. `out_of_time` is in the counts of both verdicts."""

    acts: int
    practitioners: int
    patients: int
    violation: int
    review: int
    unverifiable: int
    rejected: int
    not_counted: int
    not_concerned: int
    at_stake: Cents | None
    at_stake_review: Cents | None
    at_stake_ceiling: Cents | None
    at_stake_out_of_time: Cents | None
    out_of_time: Annotated[int, Field(exclude=True)] = 0


@closed
@dataclass(frozen=True, slots=True)
class SetApart:
    """A finding that is in none of the counts: what it is, and the row it stands on (None: a practitioner)."""

    fingerprint: str | None  # None under `fiscal`
    rule: str
    file: str | None
    sheet: str | None
    row: Row | None


@closed
@dataclass(frozen=True, slots=True)
class Known(SetApart):
    """A finding of the baseline, as grave and as dear as it is in this run."""

    verdict: Verdict
    at_stake: Cents | None


@closed
@dataclass(frozen=True, slots=True)
class Waived(SetApart):
    """A finding that somebody accepts, and why."""

    reason: str | None  # None under `fiscal`
    author: str
    given_on: Annotated[date, Field(alias="date")]
    until: date | None


_closed = with_config(ConfigDict(extra="forbid"))


@_closed
class Place(TypedDict):
    """A row of the input."""

    file: str
    sheet: str | None
    row: Row


@_closed
class Cited(TypedDict):
    """The text behind a finding."""

    title: str
    article: str
    url: str


@_closed
class Finding(TypedDict):
    """One finding; on a practitioner `file`, `sheet` and `row` are null and `year` is there."""

    rule: str
    verdict: Literal["violation", "review"]
    file: str | None
    sheet: str | None
    row: Row | None
    year: NotRequired[Units]
    date: date | None
    time: Time | None
    practitioner: str | None
    patient: str | None
    code: str | None
    invoice: str | None
    quantity: Units | None
    amount: Money | None
    payment_date: date | None
    out_of_time: bool | None
    message: str
    at_stake: Money | None
    at_stake_amo: Money | None
    fingerprint: str | None
    explanation: dict[str, Any] | None
    related: list[Place]
    source: Cited | None


def _table(found: Any, read: Callable[[Any], list[Finding]]) -> pl.DataFrame:
    """The table of findings that were saved: REPORTED without the pseudonym, which `patient` is; `source` is a
    struct of what a finding cites, `explanation` its rank."""
    if isinstance(found, pl.DataFrame):
        return found
    rows = [{**one, "year": one.get("year"), "explanation": place} for place, one in enumerate(read(found))]
    schema = {name: kind for name, kind in REPORTED.items() if name != "pseudonym"}
    cited = pl.Struct(dict.fromkeys(("title", "article", "url"), pl.String()))
    as_read = {**dict.fromkeys(("time", *_MONEY), pl.String()), "related": pl.List(PLACE), "source": cited}
    moment = pl.col("time")
    return pl.DataFrame(rows, schema={**schema, **as_read}, orient="row").with_columns(
        moment.str.to_time("%H:%M:%S", strict=False).fill_null(moment.str.to_time("%H:%M", strict=False)),
        *(pl.col(name).str.replace(".", "", literal=True).cast(pl.Int64) for name in _MONEY),
    )


if TYPE_CHECKING:
    Findings: TypeAlias = pl.DataFrame
else:
    Findings = Annotated[list[Finding], WrapValidator(_table)]


_with_tables = with_config(ConfigDict(extra="forbid", arbitrary_types_allowed=True))


@_with_tables
@dataclass(frozen=True, kw_only=True)
class WithoutFindings:
    """The result but for its findings, as one of several holds it.

    `scope` is there where options narrowed the run, `known` where a baseline was given; `notices` are what was
    understood of the files (French). The last three fields are of the run, and not saved with it: the texts behind
    the findings by the key in their column `source`, the titles of the rules by id, and where the practice is.
    """

    format: Literal["a9-check/1"] = FORMAT
    as_of: date
    profile: Profile
    rulebook: Rules
    scope: Annotated[Scope | None, Field(exclude_if=_is_none)] = None
    inputs: tuple[Input, ...]
    summary: Summary
    unverifiable: tuple[Unverifiable, ...]
    rejected: tuple[Rejected, ...]
    not_counted: tuple[NotCounted, ...] = ()
    waived: tuple[Waived, ...] = ()
    known: Annotated[tuple[Known, ...] | None, Field(exclude_if=_is_none)] = None
    threshold: tuple[Practitioner, ...] = ()
    unread: tuple[Unread, ...] = ()  # files, then sheets
    notices: Annotated[tuple[Notice | str, ...], PlainSerializer(_in_words)] = ()
    sources: Annotated[dict[str, Source], Field(exclude=True)] = field(default_factory=dict)
    titles: Annotated[dict[str, str], Field(exclude=True)] = field(default_factory=dict)
    zone: Annotated[str | None, Field(exclude=True)] = None

    @property
    def rules_run(self) -> int:
        """How many rules were asked."""
        return self.rulebook.rules if self.scope is None else self.scope.rules

    @property
    def asked(self) -> tuple[date | None, date | None]:
        """The dates of care that are shown; all are counted."""
        return (None, None) if self.scope is None else (self.scope.from_, self.scope.until)

    @property
    def columns(self) -> frozenset[str]:
        """The keys of acts that some input has."""
        return frozenset(key for entry in self.inputs for key in entry.columns)


@_with_tables
@dataclass(frozen=True, kw_only=True)
class Report(WithoutFindings):
    """The result of a run: everything a document needs, and nothing it has to compute."""

    findings: Findings  # model.REPORTED; without `pseudonym` once a profile applies
    explanations: Annotated[Explanations, Field(exclude=True)] = field(default_factory=Explanations)

    @cached_property
    def by_rule(self) -> pl.DataFrame:
        """One line per rule and verdict: see `summary.by_rule`."""
        return summary.by_rule(self.findings, self.titles)

    def without_findings(self) -> WithoutFindings:
        """The rest of it."""
        return WithoutFindings(**{one.name: getattr(self, one.name) for one in fields(WithoutFindings)})
