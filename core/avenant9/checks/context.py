"""What every kind of check is given, and how it hands its findings back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import polars as pl

from avenant9.model import FINDINGS, GrantedCeiling, Outcome
from avenant9.rulebook.prices import Prices
from avenant9.rulebook.schema import Condition, Dated, Selection, Share, Specialty
from avenant9.wording import NBSP

UNVERIFIABLE = {"act": pl.UInt32(), "missing": pl.List(pl.String())}


class Calendar(Protocol):
    """The days and hours that conditions read, for the zone of the run."""

    def duty(self, days: pl.Series, times: pl.Series) -> pl.Series:
        """`day`, `pdsa` or `regional` for each moment; null where the time would tell."""

    def working_days_after(self, days: pl.Series, count: int) -> pl.Series:
        """The `count`-th jour ouvrable after each day, its own day not counted."""


@dataclass(frozen=True)
class Context:
    """The run: its date, where it is, what was granted, what earlier rules said.

    `everything` holds all acts read, those that count and those that do not (`uncounted`); `violating` gives, by rule
    id, the acts in violation of the rules already run; `grouping` the acts that a grouping code may hide.
    """

    as_of: date
    overseas: str | None  # the zone, where it has tariffs of its own
    prices: Prices
    calendar: Calendar
    everything: pl.DataFrame
    existence: pl.DataFrame  # code, first, last (null while open), source, confidence
    known_codes: frozenset[str] = frozenset()
    derogations: tuple[GrantedCeiling, ...] = ()
    grouping: Mapping[str, frozenset[str]] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict)
    conditions: Mapping[str, Condition | Specialty] = field(default_factory=dict)
    violating: Mapping[str, pl.Series] = field(default_factory=dict)


def in_force(version: Dated) -> pl.Expr:
    """Whether the date of care is one of the version's days."""
    period = version.period
    date_of_care = pl.col("date")
    return date_of_care >= period.first if period.last is None else date_of_care.is_between(period.first, period.last)


def concerned(acts: pl.DataFrame, codes: Iterable[str], version: Dated) -> pl.DataFrame:
    """The acts of these codes that the version is about."""
    return acts.filter(pl.col("code").is_in(list(codes)), in_force(version))


def selected(selection: Selection) -> pl.Expr:
    """Whether an act is one of a selection, by code or by nature."""
    chosen = pl.col("code").is_in(list(selection.codes)) | pl.col("nature").is_in(list(selection.natures))
    return chosen.fill_null(False) & ~pl.col("code").is_in(list(selection.but))


def hidden_by_grouping(acts: pl.DataFrame, codes: Sequence[str], version: Dated, context: Context) -> pl.DataFrame:
    """Acts under a grouping code of the paper claim that may hide one of `codes`: only the original code tells."""
    groups = [group for group, members in context.grouping.items() if members & set(codes)]
    about = acts.select("act", "code", "date")
    hidden = about.filter(pl.col("code").is_in(groups), in_force(version)) if groups else about.clear()
    return hidden.select("act", missing=pl.lit(["original_code"], pl.List(pl.String)))


def birthday(years: int) -> pl.Expr:
    """The `years`-th birthday; of someone born on 29 February, 1 March in a common year."""
    born = pl.col("birth_date")
    day_of_year = born.dt.offset_by(f"{years}y")  # the 28th, where there is no 29th
    return day_of_year + pl.duration(days=born.dt.day() - day_of_year.dt.day())


def missing_columns(acts: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """For each act, which of `columns` are unknown."""
    names = [pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in columns]
    return acts.select(
        "act", missing=pl.concat_list(names).list.drop_nulls() if names else pl.lit([], pl.List(pl.String))
    )


def no_findings() -> pl.DataFrame:
    """An empty table of findings."""
    return pl.DataFrame(schema=FINDINGS)


def outcome(found: pl.DataFrame, *unverifiable: pl.DataFrame) -> Outcome:
    """Puts findings and unknowns into their schemas; columns that a kind does not fill are null.

    `explanation` may be a struct: it becomes a JSON object.
    """
    columns = []
    for name, dtype in FINDINGS.items():
        if name not in found.columns:
            columns.append(pl.lit(None, dtype).alias(name))
        elif name == "explanation" and isinstance(found.schema[name], pl.Struct):
            columns.append(pl.col(name).struct.json_encode())
        else:
            columns.append(pl.col(name).cast(dtype))
    unknown = [
        frame.select(pl.col(name).cast(dtype) for name, dtype in UNVERIFIABLE.items()) for frame in unverifiable
    ]
    return Outcome(
        found.select(columns),
        pl.concat(unknown) if unknown else pl.DataFrame(schema=UNVERIFIABLE),
    )


def part_of(amount: pl.Expr, units: pl.Expr, quantity: pl.Expr) -> pl.Expr:
    """`amount x units / quantity` in cents, half up; null without an amount."""
    return (2 * amount * units + quantity) // (2 * quantity)


def unless_unnamed(verdict: str) -> pl.Expr:
    """A rule keyed on the practitioner cannot be sure where the file does not name one."""
    return pl.when(pl.col("practitioner") == "?").then(pl.lit("review")).otherwise(pl.lit(verdict))


def day(expr: pl.Expr) -> pl.Expr:
    """JJ/MM/AAAA."""
    return expr.dt.to_string("%d/%m/%Y")


def integer(number: pl.Expr) -> pl.Expr:
    """`1 234`, as `wording.integer` writes it; the number is not negative."""
    backwards = number.cast(pl.String).str.reverse().str.replace_all(r"(\d{3})", f"${{1}}{NBSP}")
    return backwards.str.reverse().str.strip_chars_start(NBSP)


def euros(cents: pl.Expr) -> pl.Expr:
    """`1 234,50 €`, as `wording.euros` writes it."""
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, rest = integer(cents.abs() // 100), cents.abs() % 100
    return pl.format(f"{{}}{{}},{{}}{NBSP}€", sign, whole, rest.cast(pl.String).str.zfill(2))


def percent(basis_points: pl.Expr) -> pl.Expr:
    """`20 %` or `7,25 %`, as `wording.percent` writes it."""
    rest = (basis_points % 100).cast(pl.String).str.zfill(2).str.strip_chars_end("0")
    comma = pl.when(rest == "").then(pl.lit("")).otherwise(pl.lit(","))
    return pl.format(f"{{}}{{}}{{}}{NBSP}%", basis_points // 100, comma, rest)
