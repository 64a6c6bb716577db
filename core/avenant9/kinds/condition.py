"""Conditions on one act at a time, with three answers: met, not met, unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial, reduce
from operator import and_, or_
from typing import Any, ClassVar, Literal

import polars as pl
from msgspec import Struct
from pydantic import Field

from avenant9.acts.columns import in_french
from avenant9.kinds.kind import Kind, Reason
from avenant9.kinds.run import (
    DEDUCED,
    NOTHING_SAID,
    Run,
    concerned,
    doubt_where,
    doubts,
    hidden_by_grouping,
    outcome,
    unless_none,
)
from avenant9.kinds.scene import Row, Scene, admitted
from avenant9.kinds.tests import AgeAtLeast, AgeUnder, AgeWithin, AnyTest, SpecialtyIn, Test, age
from avenant9.kinds.trace import Fact, Line, Told, Trace
from avenant9.law.dated import Code, Version
from avenant9.model import Outcome


class ConditionVersion(Version):
    """Acts of `codes` (with one of `reasons`) must meet all of `requires`, unless one of `unless` holds.

    Unknown values are carried through: the act is *unverifiable* where they could change the answer, or a review
    where only an exception is unknown and `unknown_exception` says so. Where one of `doubtful_if` holds, or could,
    what would be a violation is a review; so it is where every test that fails leaves a doubt, and nothing
    unknown could fail one without any.
    """

    codes: tuple[Code, ...] = Field(min_length=1, title="actes")
    reasons: tuple[Reason, ...] = Field((), title="motifs")
    requires: tuple[AnyTest, ...] = Field(min_length=1, title="conditions")
    unless: tuple[AnyTest, ...] = Field((), title="sauf")
    doubtful_if: tuple[AnyTest, ...] = Field((), title="à examiner si")
    unknown_exception: Literal["unverifiable", "review"] = Field("unverifiable", title="exception inconnue")

    @property
    def breaches(self) -> tuple[tuple[frozenset[str], pl.Expr], ...]:
        """The codes that are not due, and where: a test that does not hold, and nothing leaves a doubt of it."""
        surely = ~reduce(or_, (test.holds for test in self.doubtful_if), pl.lit(False))
        return tuple((frozenset(self.codes), ~test.holds & surely) for test in self.requires)

    @property
    def tests(self) -> tuple[Test, ...]:
        """All of them."""
        return (*self.requires, *self.unless, *self.doubtful_if)


class Condition(Kind[ConditionVersion]):
    """Looks at one act at a time."""

    families: ClassVar = ("condition",)
    acts_needed: ClassVar = "of-its-codes"

    kind: Literal["condition"]
    version: tuple[ConditionVersion, ...] = Field(min_length=1)

    @property
    def codes_of_children(self) -> frozenset[str]:
        """The codes that are due under some age only."""
        return frozenset(
            code
            for version in self.version
            if any(isinstance(test, AgeUnder | AgeWithin) for test in version.requires)
            for code in version.codes
        )

    @property
    def on_the_patient_only(self) -> bool:
        """Whether its answer hangs on nothing but the day, the patient's age, his doctor and his care pathway."""
        return all(
            not (own.reasons or own.unless)
            and all(
                isinstance(test, AgeUnder | AgeAtLeast) or {*test.reads} <= {"treating_doctor", "pathway"}
                for test in (*own.requires, *own.doubtful_if)
            )
            for own in self.version
        )

    def codes(self, version: ConditionVersion) -> frozenset[str]:
        return frozenset(version.codes)

    def reads(self, version: ConditionVersion) -> Iterable[str]:
        yield from (column for test in version.tests for column in test.reads)
        yield from ["reason"] * bool(version.reasons)

    def check(self, acts: pl.DataFrame, version: ConditionVersion, run: Run) -> Outcome:
        """Acts that break one of the version's conditions, unless an exception holds (Kleene logic throughout).

        Explained by `broken` (the tests, by name) and `age` (completed years, where a test asks for it).
        """
        about = concerned(acts, version.codes, version)
        applies = pl.lit(True)
        if version.reasons:
            applies = pl.col("reason").is_in(list(version.reasons))
            about = about.filter(applies.fill_null(True))
        hidden = hidden_by_grouping(acts, version.codes, version, run)
        if about.is_empty():
            return outcome(NOTHING_SAID, hidden)
        for test in version.tests:
            about = test.with_calendar(about, run)
        about = _judged(about, version, applies)
        return outcome(
            unless_none(about.filter(pl.col("broken")), partial(_said, version=version)),
            unless_none(about.filter(pl.col("broken").is_null()), partial(_unknown, version=version)),
            hidden,
        )

    def looks_at(self, version: ConditionVersion, scene: Scene) -> bool:
        return super().looks_at(version, scene) and admitted(scene.act["reason"], version.reasons)

    def trace(self, version: ConditionVersion, scene: Scene, finding: Row | None) -> ConditionTrace:
        """The tests of a version, one by one, with what the file says of the act."""

        def lines(tests: tuple[Test, ...]) -> tuple[TestLine, ...]:
            return tuple(TestLine(test, test.found(scene), _holds(test, scene)) for test in tests)

        return ConditionTrace(
            version.reasons, lines(version.requires), lines(version.unless), lines(version.doubtful_if)
        )


def _holds(test: Test, scene: Scene) -> bool | None:
    """Whether it holds of the act, by the expression that the check uses."""
    holds: bool | None = test.with_calendar(scene.alone(), scene.run).select(test.holds).item()
    return holds


def _judged(about: pl.DataFrame, version: ConditionVersion, applies: pl.Expr) -> pl.DataFrame:
    """The acts that are `broken`, or of which that is unknown (null), few of all; adds `doubtful` (a review),
    `unexcused` (an exception is unknown), `age`."""
    met = reduce(and_, (test.holds for test in version.requires))
    exempt = reduce(or_, (test.holds for test in version.unless), pl.lit(False))
    only_exception = (applies & ~met).fill_null(False) & (version.unknown_exception == "review")
    unexcused = pl.when(only_exception).then(exempt.is_null()).otherwise(False)
    unknown = reduce(or_, (test.holds.is_null() for test in version.requires))
    disputed = _disputed(version) | _deduced(version) | pl.lit(version.verdict == "review")
    # else what is unknown could make a violation of a review
    settled = _firmly_broken(version) | ~unknown | disputed | unexcused
    broken = pl.coalesce(applies & ~met & ~exempt, pl.when(only_exception).then(True))
    judged = about.filter(broken.ne_missing(False))
    if judged.is_empty():
        return judged.with_columns(broken=pl.lit(None, pl.Boolean))
    return judged.with_columns(
        broken=pl.when(settled).then(broken),
        doubtful=unexcused | disputed | ~_firmly_broken(version),
        unexcused=unexcused,
        age=age(),
    )


def _disputed(version: ConditionVersion) -> pl.Expr:
    """Whether the text leaves a doubt of an act, or could."""
    return reduce(or_, (test.holds for test in version.doubtful_if), pl.lit(False)).fill_null(True)


def _deduced(version: ConditionVersion) -> pl.Expr:
    """Whether a test reads a specialty that codes alone tell."""
    reads_it = any(isinstance(test, SpecialtyIn) for test in version.tests)
    return pl.col("specialty_deduced").fill_null(True) if reads_it else pl.lit(False)


def _firmly_broken(version: ConditionVersion) -> pl.Expr:
    """Whether a test fails without leaving a doubt."""
    return reduce(or_, ((~test.holds & ~test.in_doubt).fill_null(False) for test in version.requires))


def _doubt(version: ConditionVersion) -> pl.Expr:
    """Why a finding is only a review, but for what is so of all findings of the version."""
    in_doubt = (pl.when(~test.holds).then(test.doubt(version)) for test in version.requires)
    return doubts(
        pl.when("unexcused").then(pl.lit("rien ne dit si une exception s'applique")),
        pl.when(_deduced(version)).then(pl.lit(DEDUCED)),
        doubt_where(_disputed(version), version),
        *(pl.when(~_firmly_broken(version)).then(why) for why in in_doubt),
    )


def _said(found: pl.DataFrame, version: ConditionVersion) -> pl.DataFrame:
    failed = [pl.when(~test.holds).then(test.failed(version, version.reasons)) for test in version.requires]
    names = [pl.when(~test.holds).then(pl.lit(test.name)) for test in version.requires]
    of_age = any(isinstance(test, AgeUnder | AgeAtLeast | AgeWithin) for test in version.requires)
    return found.select(
        "act",
        verdict=pl.when("doubtful").then(pl.lit("review")).otherwise(pl.lit(version.verdict)),
        at_stake="own_amount",
        message=pl.format("{} : {}.", "code", pl.concat_str(failed, separator=" ; ", ignore_nulls=True)),
        doubt=_doubt(version),
        explanation=pl.struct(broken=pl.concat_list(names).list.drop_nulls(), age=pl.col("age") if of_age else None),
        related=pl.lit([], pl.List(pl.UInt32)),
    )


def _unknown(acts: pl.DataFrame, version: ConditionVersion) -> pl.DataFrame:
    """What is missing of these acts to the tests that have no answer; a day of regulation without its hour does not
    tell on the last day."""
    tests = (*version.requires, *version.unless)
    read = dict.fromkeys([*["reason"] * bool(version.reasons), *(column for test in tests for column in test.reads)])
    asked = {
        name: reduce(or_, (test.holds.is_null() for test in tests if name in test.reads), pl.lit(name == "reason"))
        for name in read
    }
    answered = acts.with_columns(**{f"{name}_asked": told for name, told in asked.items()})
    known = answered.with_columns(
        regulated_at=pl.when(~pl.col("regulated_day_only")).then("regulated_at"),
        treating_doctor=pl.when("stands_in").then(True).otherwise("own_patient"),
        pathway="pathway_said",
    )
    missing = [pl.when(f"{name}_asked", pl.col(name).is_null()).then(pl.lit(name)) for name in read]
    none = pl.lit([], pl.List(pl.String))
    return known.select("act", missing=pl.concat_list([none, *missing]).list.drop_nulls())


class TestLine(Struct, frozen=True):
    """One test of a condition: what it asks, what the file says, and whether it holds (null: unknown)."""

    test: Test
    found: Any
    holds: bool | None

    def told(self, words: Mapping[bool | None, str]) -> str:
        """The test, whether it holds in the given words, and what was found."""
        found = self.test.told(self.found)
        return f"{self.test.french} : {words[self.holds]}" + (f" ({found})" if found else "")


class ConditionTrace(Trace, frozen=True):
    """All of `requires` must hold, unless one of `unless` does; one of `doubtful_if` makes it a review."""

    reasons: tuple[str, ...]
    requires: tuple[TestLine, ...]
    unless: tuple[TestLine, ...]
    doubtful_if: tuple[TestLine, ...]

    def fine(self, code: str) -> str:
        if all(line.holds for line in self.requires):
            return f"{code} : toutes les conditions sont remplies."
        return f"{code} : une exception prévue par la règle s'applique."

    def lines(self, told: Told) -> Iterator[Line]:
        """The reasons, then each test with what was found."""
        if self.reasons:
            yield Fact("Motifs visés", ", ".join(in_french("reason", self.reasons)))
        met = {True: "remplie", False: "non remplie", None: "inconnu"}
        plays = {True: "joue", False: "ne joue pas", None: "inconnu"}
        yield from (Fact("Condition", line.told(met)) for line in self.requires)
        yield from (Fact("Exception", line.told(plays)) for line in self.unless)
        yield from (Fact("Doute si", line.told(plays)) for line in self.doubtful_if)
