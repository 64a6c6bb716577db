"""Who may bill a code: specialties by code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field, model_validator

from avenant9.kinds.kind import Kind
from avenant9.kinds.run import (
    DEDUCED,
    NO_OUTCOME,
    Run,
    billed,
    concerned,
    doubts,
    hidden_by_grouping,
    missing_columns,
    outcome,
)
from avenant9.kinds.scene import Row, Scene
from avenant9.kinds.trace import Fact, Line, Told, Trace
from avenant9.law.dated import Code, FoundVerdict, RefusedError, SpecialtyCode, Text, Value, Version
from avenant9.model import Outcome, Verdict
from avenant9.wording import numbers


class SpecialtyEntry(Value):
    """Who may bill some codes: only `allowed`, or all but `refused`."""

    codes: tuple[Code, ...] = Field(min_length=1)
    allowed: tuple[SpecialtyCode, ...] = ()
    refused: tuple[SpecialtyCode, ...] = ()
    verdict: FoundVerdict
    doubt: Text | None = None  # why it is a review

    @model_validator(mode="after")
    def _one_list(self) -> SpecialtyEntry:
        if bool(self.allowed) == bool(self.refused):
            raise RefusedError(
                "donne à la fois, ou ni l'une ni l'autre, les spécialités admises et écartées",
                "donner soit « allowed », soit « refused »",
            )
        return self

    def refuses(self, specialty: int) -> bool:
        """Whether a specialty may not bill the codes."""
        return specialty not in self.allowed if self.allowed else specialty in self.refused

    @property
    def refused_ones(self) -> pl.Expr:
        """Whether the specialty of an act, which is known, may not bill the codes."""
        named = pl.col("specialty").is_in(list(self.allowed or self.refused))
        return ~named if self.allowed else named

    @property
    def french(self) -> str:
        codes = numbers(self.allowed or self.refused)
        who = f"seulement {codes}" if self.allowed else f"sauf {codes}"
        why = f" : {self.doubt}" if self.doubt else ""
        return f"{', '.join(self.codes)} {who} ({Verdict(self.verdict).french}{why})"


class SpecialtyVersion(Version):
    """A table of codes and specialties; each entry has its own verdict, `verdict` is the strongest."""

    entry: tuple[SpecialtyEntry, ...] = Field(min_length=1, title="spécialités par acte")


class Specialty(Kind[SpecialtyVersion]):
    """A code billed by a specialty that may not."""

    families: ClassVar = ("condition",)

    kind: Literal["specialty"]
    version: tuple[SpecialtyVersion, ...] = Field(min_length=1)

    def codes(self, version: SpecialtyVersion) -> frozenset[str]:
        return frozenset(code for entry in version.entry for code in entry.codes)

    def reads(self, version: SpecialtyVersion) -> Iterable[str]:
        return ("specialty",)

    def check(self, acts: pl.DataFrame, version: SpecialtyVersion, run: Run) -> Outcome:
        """Acts of a specialty that may not bill their code. Explained by `specialty`."""
        billers = concerned(billed(run), self.codes(version), version).select("code", "specialty").unique()
        grouped = acts.filter(pl.col("code").is_in(list(run.grouping)))
        asked = {*billers["code"], *(code for group in grouped["code"].unique() for code in run.grouping[group])}
        entries = [entry for entry in version.entry if not asked.isdisjoint(entry.codes)]
        refused = [
            billers.filter(pl.col("code").is_in(list(entry.codes)), entry.refused_ones).with_columns(
                verdict=pl.lit(entry.verdict), doubt=pl.lit(entry.doubt, pl.String)
            )
            for entry in entries
        ]
        wrong = pl.concat([billers.clear().with_columns(verdict=pl.lit(""), doubt=pl.lit("")), *refused])
        if wrong.is_empty() and grouped.is_empty() and not billers["specialty"].null_count():
            return NO_OUTCOME
        told = acts.select("act", "code", "specialty", "specialty_deduced", "own_amount", "date")
        by_nobody = pl.col("specialty").is_null()
        about = told.filter(pl.col("code").is_in(wrong["code"].implode()) | by_nobody)
        about = concerned(about, self.codes(version), version)
        found = about.join(wrong, on=["code", "specialty"], maintain_order="left_right")
        nobody = about.filter(by_nobody)
        unknown = [
            pl.concat(
                [
                    missing_columns(nobody.filter(pl.col("code").is_in(list(entry.codes))), ["specialty"]),
                    hidden_by_grouping(grouped, entry.codes, version, run),
                ]
            ).with_columns(at_most=pl.lit(entry.verdict))
            for entry in (entries if len(nobody) or len(grouped) else ())
        ]
        said = found.select(
            "act",
            verdict=pl.when("specialty_deduced").then(pl.lit("review")).otherwise("verdict"),
            at_stake="own_amount",
            message=pl.format("{} : la spécialité {} ne facture pas ce code.", "code", _two_digits()),
            doubt=doubts(pl.when("specialty_deduced").then(pl.lit(DEDUCED)), pl.col("doubt")),
            explanation=pl.struct(specialty=_two_digits()),
            related=pl.lit([], pl.List(pl.UInt32)),
        )
        return outcome(said, *unknown)

    def trace(self, version: SpecialtyVersion, scene: Scene, finding: Row | None) -> SpecialtyTrace:
        """The entry of the table that names the code."""
        specialty = scene.act["specialty"]
        entry = next(entry for entry in version.entry if scene.code in entry.codes)
        named = {*entry.allowed, *entry.refused, *([] if specialty is None else [specialty])}
        labels = scene.nomenclature.specialties
        return SpecialtyTrace(
            specialty=specialty,
            allowed=entry.allowed,
            refused=entry.refused,
            labels={code: labels[code] for code in sorted(named) if code in labels},
        )


def _two_digits() -> pl.Expr:
    return pl.col("specialty").cast(pl.String).str.zfill(2)


class SpecialtyTrace(Trace, frozen=True):
    """Who may bill the code; specialties by CNAM code."""

    specialty: int | None
    allowed: tuple[int, ...]
    refused: tuple[int, ...]
    labels: dict[int, str]

    def fine(self, code: str) -> str:
        return f"{code} : la spécialité {self.specialty or 0:02d} facture ce code."

    def lines(self, told: Told) -> Iterator[Line]:
        """The doctor's specialty, and those of the table."""
        yield Fact("Spécialité", "non renseignée" if self.specialty is None else self._named(self.specialty))
        label, codes = ("Admises", self.allowed) if self.allowed else ("Écartées", self.refused)
        yield Fact(label, ", ".join(map(self._named, codes)))

    def _named(self, code: int) -> str:
        return f"{code:02d}" + (f" {self.labels[code]}" if code in self.labels else "")
