"""A run as every kind of check is given it, and what checks have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from avenant9.calendar import Calendar
from avenant9.frames import FINDINGS
from avenant9.law.dated import Dated, Version
from avenant9.law.nomenclature import Prices
from avenant9.model import GrantedCeiling, Outcome

if TYPE_CHECKING:
    from avenant9.kinds.kind import Kind

Found = TypeVar("Found")
Table = TypeVar("Table", pl.DataFrame, pl.LazyFrame)
#: The practitioner of all rows, where no column and no option names one.
UNNAMED = "?"
#: Whether an act is of the practitioner whom nothing names.
IS_UNNAMED = pl.col("practitioner") == UNNAMED
#: Why what rests on a specialty that no column gives is only a review.
DEDUCED = "la spécialité est déduite des codes"
#: FINDINGS, and why one is only a review, where its check says it.
ANSWERS = {**FINDINGS, "doubt": pl.String()}
#: `at_most` is the gravest that the answer could be, null for the verdict of the version.
#: Counting order; no time comes first.
ORDER = ("date", "time", "act")
UNVERIFIABLE = {"act": pl.UInt32(), "missing": pl.List(pl.String()), "at_most": pl.String()}
#: Of no act: neither findings nor unknowns.
NOTHING_SAID = pl.DataFrame(schema={"act": pl.UInt32(), "missing": pl.List(pl.String())})
NO_OUTCOME = Outcome(pl.DataFrame(schema=ANSWERS), pl.DataFrame(schema=UNVERIFIABLE))


class Kept:
    """What several ask of all acts, computed once, by the first that asks: rules run side by side."""

    def __init__(self) -> None:
        self._found: dict[Hashable, Any] = {}
        self._locks: dict[Hashable, RLock] = {}

    def once(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """What `make` gives, which is always the same for a key."""
        with self._locks.setdefault(key, RLock()):
            if key not in self._found:
                self._found[key] = make()
            found: Found = self._found[key]
            return found


@dataclass(frozen=True)
class Run:
    """The run: its date, where it is, what was granted, what earlier rules said.

    Attributes:
        as_of: its day.
        overseas: the zone, where it has tariffs of its own.
        prices: the tariffs of the nomenclature.
        calendar: days and hours of the zone.
        acts_read: all acts read, those that count and those that do not (`uncounted`), with their `nature` and what
            they answer for (`own_amount`).
        existence: code, first, last (null while open), source, confidence, doubt_before, doubt_after.
        known_codes: of the nomenclature.
        derogations: of the ceiling on remote activity.
        complete_years: the civil years that the files hold whole, as the user says.
        grouping: code of the paper claim that some act has -> the acts that it may hide.
        rules: all rules of the rulebook, by id.
        kept: what several ask of all acts, computed once.
        violating: by id, the acts in violation of the rules already run.
        unsure: by id, those that may be, by what is `missing` of the `act`.
    """

    as_of: date
    overseas: str | None
    prices: Prices
    calendar: Calendar
    acts_read: pl.DataFrame
    existence: pl.DataFrame
    known_codes: frozenset[str] = frozenset()
    derogations: tuple[GrantedCeiling, ...] = ()
    complete_years: tuple[int, ...] = ()
    grouping: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rules: Mapping[str, Kind[Any]] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept, compare=False, repr=False)
    violating: Mapping[str, pl.Series] = field(default_factory=dict)
    unsure: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def billed(run: Run) -> pl.DataFrame:
    """What was billed, when, by whom: each `code`, `date` and `specialty` of the acts read, which may not count."""
    acts = run.acts_read.lazy()
    return run.kept.once("billed", lambda: acts.select("code", "date", "specialty").unique().collect())


def in_force(version: Dated) -> pl.Expr:
    """Whether the date of care is one of the version's days."""
    period = version.period
    date_of_care = pl.col("date")
    return date_of_care >= period.first if period.last is None else date_of_care.is_between(period.first, period.last)


def concerned(acts: Table, codes: Iterable[str], version: Dated) -> Table:
    """The acts of these codes that the version is about."""
    return acts.filter(pl.col("code").is_in(list(codes)), in_force(version))


def hidden_by_grouping(acts: pl.DataFrame, codes: Sequence[str], version: Dated, run: Run) -> pl.DataFrame:
    """Acts under a grouping code of the paper claim that may hide one of `codes`: only the original code tells."""
    groups = [group for group, members in run.grouping.items() if members & set(codes)]
    if not groups:
        return NOTHING_SAID
    hidden = acts.select("act", "code", "date").filter(pl.col("code").is_in(groups), in_force(version))
    return hidden.select("act", missing=pl.lit(["original_code"], pl.List(pl.String)))


def missing_columns(acts: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """For each act, which of `columns` are unknown."""
    if acts.is_empty():
        return NOTHING_SAID
    names = [pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in columns]
    return acts.select(
        "act", missing=pl.concat_list(names).list.drop_nulls() if names else pl.lit([], pl.List(pl.String))
    )


def unless_none(acts: pl.DataFrame, say: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """What is said of these acts: mostly there are none, and to say nothing takes as long as to say much."""
    return say(acts) if len(acts) else NOTHING_SAID


def outcome(found: pl.DataFrame, *unverifiable: pl.DataFrame) -> Outcome:
    """Puts findings (ANSWERS) and unknowns into their schemas; columns that a kind does not fill are null.

    `explanation` is a struct of the kind's own fields.
    """
    unknown = [frame for frame in unverifiable if len(frame)]
    if found.is_empty() and not unknown:
        return NO_OUTCOME
    columns = []
    for name, dtype in ANSWERS.items():
        if name not in found.columns:
            columns.append(pl.lit(None, dtype).alias(name))
        elif name == "explanation":
            columns.append(pl.col(name))
        else:
            columns.append(pl.col(name).cast(dtype))
    asked = [
        frame.select(
            (pl.col(name) if name in frame.columns else pl.lit(None).alias(name)).cast(dtype)
            for name, dtype in UNVERIFIABLE.items()
        )
        for frame in unknown
    ]
    return Outcome(found.select(columns), pl.concat(asked) if asked else NO_OUTCOME.unverifiable)


def from_to(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """A period of an explanation (model.DAYS)."""
    return pl.struct(first=first, last=last)


def whole_year(year: pl.Expr) -> pl.Expr:
    """The days of a civil year (model.DAYS)."""
    return from_to(pl.date(year, 1, 1), pl.date(year, 12, 31))


def amount(cents: pl.Expr) -> pl.Expr:
    """An amount of an explanation: a decimal with two places."""
    return cents.cast(pl.Decimal(38, 2)) / 100


def part_of(amount: pl.Expr, units: pl.Expr, quantity: pl.Expr) -> pl.Expr:
    """`amount x units / quantity` in cents, half up; null without an amount."""
    return (2 * amount * units + quantity) // (2 * quantity)


def saying_why(findings: pl.DataFrame, version: Version) -> pl.DataFrame:
    """FINDINGS of ANSWERS: the messages of reviews say why they are."""
    always = pl.lit(version.doubt if version.verdict == "review" else None, pl.String)
    why = pl.concat_str("doubt", always, separator=" ; ", ignore_nulls=True)
    unsaid = (pl.col("verdict") != "review") | (why == "")
    said = pl.format("{} À examiner : {}.", "message", why)
    return findings.with_columns(message=pl.when(unsaid).then("message").otherwise(said)).select(list(FINDINGS))


def doubt_where(holds: pl.Expr, version: Version) -> pl.Expr:
    """Why the version is in doubt of some findings; null where it is of all, which `saying_why` tells."""
    return pl.when(holds).then(pl.lit(version.doubt if version.verdict == "violation" else None, pl.String))


def doubt_of_nobody(unnamed: pl.Expr = IS_UNNAMED) -> pl.Expr:
    """Why a finding that hangs on the practitioner, whom nothing names, is a review."""
    return pl.when(unnamed).then(pl.lit("aucune colonne ne nomme le praticien"))


def doubts(*reasons: pl.Expr) -> pl.Expr:
    """Several reasons in one text; null without any."""
    text = pl.concat_str(*reasons, separator=" ; ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def unless_unnamed(verdict: str) -> pl.Expr:
    """A rule keyed on the practitioner cannot be sure where the file does not name one."""
    return pl.when(IS_UNNAMED).then(pl.lit("review")).otherwise(pl.lit(verdict))
