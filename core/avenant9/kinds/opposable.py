"""Codes that require the tarif opposable, beside an overcharge of the same practitioner, patient and day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import polars as pl
from msgspec import Struct
from pydantic import Field

from avenant9.acts.netting import counting
from avenant9.french import euros
from avenant9.kinds.kind import Kind
from avenant9.kinds.run import (
    IS_UNNAMED,
    NOTHING_SAID,
    ORDER,
    Run,
    amount,
    concerned,
    doubt_of_nobody,
    doubt_where,
    doubts,
    hidden_by_grouping,
    in_force,
    outcome,
)
from avenant9.kinds.scene import Row, Scene, counting_order
from avenant9.kinds.trace import ActLine, Cents, Fact, Line, Told, Trace, cents
from avenant9.kinds.visit import ROW, VISIT, beside_tariffs, maybe_beside, unnamed
from avenant9.law.dated import Code, Version
from avenant9.law.nomenclature import Nature
from avenant9.model import Outcome
from avenant9.wording import euros as in_euros

_HOST = [
    *ROW,
    "patient",
    "act",
    "uncounted",
    "parts",
    "practitioner",
    "person",
    "date",
    "time",
    "code",
    "nature",
    "quantity",
    "overcharge",
]
_ABOUT = [*ROW, *VISIT, "patient", "act", "parts", "time", "code", "sector", "optam"]


class OpposableVersion(Version):
    """Codes that require the tarif opposable of the visit; no text was read for the `doubtful` ones."""

    any_sector: tuple[Code, ...] = Field((), title="actes, tous secteurs")
    doubtful: tuple[Code, ...] = Field((), title="actes à examiner, tous secteurs")
    sector_2_without_optam: tuple[Code, ...] = Field((), title="actes, secteur 2 hors OPTAM")
    # the acts whose overcharge counts: those that they go with, and those of them that may bear one of their own
    host_natures: tuple[Nature, ...] = Field(min_length=1, title="natures des actes associés")
    host_codes: tuple[Code, ...] = Field((), title="autres actes dont le dépassement compte")

    @property
    def may_host(self) -> pl.Expr:
        """Whether the overcharge of an act counts."""
        of_nature = pl.col("nature").is_in(list(self.host_natures)).fill_null(False)
        return of_nature | pl.col("code").is_in(list(self.host_codes))

    def hosts(self, code: str, nature: str | None) -> bool:
        """The same, of one act."""
        return nature in self.host_natures or code in self.host_codes

    @property
    def breaches(self) -> tuple[tuple[frozenset[str], pl.Expr], ...]:
        """The codes that do not go with an overcharge of their own row, and where that is sure."""
        charged = pl.col("overcharge") > 0
        without_optam = (pl.col("sector") == "2") & ~pl.col("optam")
        return (
            (frozenset(self.any_sector), charged),
            (frozenset(self.sector_2_without_optam), charged & without_optam),
        )


class Opposable(Kind[OpposableVersion]):
    """A code that requires the tarif opposable, beside an overcharge."""

    families: ClassVar = ("tarif",)
    at_stake_is: ClassVar = "overcharge"

    kind: Literal["opposable"]
    version: tuple[OpposableVersion, ...] = Field(min_length=1)

    @property
    def sets_rows_side_by_side(self) -> bool:
        return True

    def codes(self, version: OpposableVersion) -> frozenset[str]:
        return frozenset((*version.any_sector, *version.doubtful, *version.sector_2_without_optam))

    def reads(self, version: OpposableVersion) -> Iterable[str]:
        return ("practitioner", "patient", "overcharge", "sector", "optam")

    def check(self, acts: pl.DataFrame, version: OpposableVersion, run: Run) -> Outcome:
        """Overcharges on the row, or on another of the same practitioner, patient and day.

        Explained by `overcharge` (euros).
        """
        codes = sorted(self.codes(version))
        read, few = _overcharged(run)
        may_charge = _charged(few, version)
        about = _near(concerned(counting(few).select(_ABOUT), codes, version), may_charge)
        hidden = hidden_by_grouping(acts, codes, version, run)
        if about.is_empty():
            return outcome(NOTHING_SAID, hidden)
        about = about.with_columns(doubtful=pl.col("code").is_in(list(version.doubtful)))
        hosts = _hosts(about, may_charge, few, version)
        about = about.join(hosts, on="act", how="left", maintain_order="left").with_columns(
            pl.col("charged").fill_null(0), pl.col("unknown").fill_null(0), pl.col("hosts").fill_null(0)
        )
        whatever = pl.col("code").is_in([*version.any_sector, *version.doubtful])
        exempt = ~whatever & (pl.col("optam").fill_null(False) | (pl.col("sector") != "2").fill_null(False))
        sure = whatever | ((pl.col("sector") == "2") & ~pl.col("optam"))
        charged = pl.col("charged") > 0
        found = _once_a_day(about.filter(charged & ~exempt & sure.fill_null(False)))
        nameless = IS_UNNAMED & ~pl.col("on_row")
        alone = about.filter(pl.col("act").is_in(maybe_beside(about, may_charge).implode()), pl.col("hosts") == 0)
        their_days = read.filter(pl.col("date").is_in(alone["date"].implode()))
        alone = alone.join(_may_host(their_days, version), on=VISIT, how="anti")
        lost = pl.col("act").is_in(alone["act"].implode())
        open_question = ~exempt & ~(charged & sure.fill_null(False)) & (charged | (pl.col("unknown") > 0) | lost)
        columns = pl.concat_list(
            pl.when(lost & pl.col("practitioner").is_null()).then(pl.lit("practitioner")),
            pl.when(lost & pl.col("patient").is_null()).then(pl.lit("patient")),
            pl.when(~charged & (pl.col("unknown") > 0)).then(pl.lit("overcharge")),
            pl.when(~whatever & pl.col("sector").is_null()).then(pl.lit("sector")),
            pl.when(~whatever & pl.col("optam").is_null()).then(pl.lit("optam")),
        ).list.drop_nulls()
        settled = found.filter(~nameless, ~pl.col("doubtful"))  # the overcharge of their visit is reproached already
        unknown = about.filter(open_question).select("act", *_visit(), missing=columns)
        unknown = unknown.join(settled.select(_visit()), on=_GROUP, how="anti", nulls_equal=True).drop(_GROUP)
        said = found.select(
            "act",
            verdict=pl.when(nameless | pl.col("doubtful")).then(pl.lit("review")).otherwise(pl.lit(version.verdict)),
            at_stake="charged",
            message=pl.format(
                "{} : tarif opposable exigé ; dépassement de {} le même jour pour ce patient.",
                "codes",
                euros(pl.col("charged")),
            ),
            doubt=doubts(doubt_of_nobody(nameless), doubt_where(pl.col("doubtful"), version)),
            explanation=pl.struct(overcharge=amount(pl.col("charged"))),
            related="others",
        )
        return outcome(said, unknown, hidden)

    def trace(self, version: OpposableVersion, scene: Scene, finding: Row | None) -> OpposableTrace:
        """The acts of the visit whose overcharge counts, each row once."""
        hosts: dict[tuple[int, int], Row] = {}
        for row in sorted(scene.visit(), key=counting_order):
            if version.hosts(row["code"], row["nature"]):
                hosts.setdefault((row["input"], row["row"]), row)
        return OpposableTrace(
            any_sector=scene.code in (*version.any_sector, *version.doubtful),
            sector=scene.act["sector"],
            optam=scene.act["optam"],
            hosts=tuple(HostLine(scene.line(row), cents(row["overcharge"])) for row in hosts.values()),
        )

    def carriers(self, trace: Trace, scene: Scene) -> Iterable[int]:
        """The acts of its visit."""
        return [row["act"] for row in scene.visit()]


def _visit() -> list[pl.Expr]:
    """The practitioner, patient and day of an act; its row too, where one of them is unknown."""
    row = [pl.when(unnamed()).then(name).alias(f"alone_{name}") for name in ROW]
    return [*map(pl.col, VISIT), *row]


_GROUP = [*VISIT, *(f"alone_{name}" for name in ROW)]


def _once_a_day(found: pl.DataFrame) -> pl.DataFrame:
    """One finding per practitioner, patient and day (or row, where one is unknown): the overcharge is one.

    It stands on the first act in counting order of those that a text names; without a practitioner column, on one
    whose own row is overcharged where there is one, since that answer is sure.
    """
    nameless = IS_UNNAMED & ~pl.col("on_row")
    return (
        found.sort(nameless, "doubtful", *ORDER, nulls_last=False)
        .with_columns(codes=pl.col("code").unique(maintain_order=True).str.join(", ").over(_visit()))
        .with_columns(nth=pl.int_range(pl.len()).over(_visit()))
        .filter(pl.col("nth") == 0)
    )


def _overcharged(run: Run) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The acts read, and those `_near` an overcharge of them, whatever the version: they are looked for once."""

    def found() -> tuple[pl.DataFrame, pl.DataFrame]:
        acts = _uncharged_at_tariff(run)
        return acts, _near(acts, counting(acts.select(_HOST).filter(pl.col("overcharge").ne_missing(0))))

    return run.kept.once("overcharged", found)


def _uncharged_at_tariff(run: Run) -> pl.DataFrame:
    """The acts read; an overcharge that the file does not give is none where the amount is that of the tariffs."""
    acts = run.acts_read
    unknown = acts.filter(pl.col("overcharge").is_null(), pl.col("amount").is_not_null())
    if unknown.is_empty():
        return acts
    right = beside_tariffs(unknown, run.prices, run.overseas).filter("adds_up")
    at_tariff = pl.col("act").is_in(right["act"].implode())
    return acts.with_columns(overcharge=pl.when(at_tariff).then(0).otherwise("overcharge"))


def _may_host(acts_read: pl.DataFrame, version: OpposableVersion) -> pl.DataFrame:
    """The acts whose overcharge counts."""
    return counting(acts_read.select(_HOST)).filter(in_force(version), version.may_host)


def _near(about: pl.DataFrame, may_charge: pl.DataFrame) -> pl.DataFrame:
    """The acts of the visits at which more is charged, or may be, with those whose visit is unknown: most codes are
    everyday ones, overcharges are few.
    """
    of_nobody = unnamed() | pl.col("patient").is_null()
    near = about.join(may_charge, on=VISIT, how="semi")
    lost = about.filter(of_nobody)
    return pl.concat([near.filter(~of_nobody), lost]).sort("act") if len(lost) else near


def _charged(acts_read: pl.DataFrame, version: OpposableVersion) -> pl.DataFrame:
    """Of these, those that are overcharged, or may be."""
    return _may_host(acts_read.select(_HOST).filter(pl.col("overcharge").ne_missing(0)), version)


def _hosts(
    about: pl.DataFrame, may_charge: pl.DataFrame, acts_read: pl.DataFrame, version: OpposableVersion
) -> pl.DataFrame:
    """For each act: the overcharges of its host rows (cents), how many are unknown, and the other rows' acts.

    Of the other rows of the day only those that are, or may be, overcharged are looked at: they are few.
    """
    near = acts_read.select(_HOST).filter(pl.col("row").is_in(about["row"].unique().implode()))
    own_rows = _may_host(near.join(about.select(ROW), on=ROW, how="semi"), version)
    same_day = about.select("practitioner", "date")
    charged = may_charge.join(same_day, on=["practitioner", "date"], how="semi")
    host = (
        pl.concat([own_rows, charged])
        .sort("act")
        .unique(ROW, keep="first", maintain_order=True)
        .sort(*ORDER, nulls_last=False)
        .with_row_index("nth")
        .select(*VISIT, "nth", *ROW, host="act", host_overcharge="overcharge")
    )
    same_row = about.select("act", *ROW).join(host.select(*ROW, "nth", "host", "host_overcharge"), on=ROW)
    same_day = about.select("act", *VISIT, own_input="input", own_row="row").join(
        host.filter(pl.col("host_overcharge").ne_missing(0)), on=VISIT
    )
    same_day = same_day.filter(~((pl.col("own_input") == pl.col("input")) & (pl.col("own_row") == pl.col("row"))))
    pairs = pl.concat(
        [
            same_row.select("act", "nth", "host", "host_overcharge", other=pl.lit(False)),
            same_day.select("act", "nth", "host", "host_overcharge", other=pl.lit(True)),
        ]
    )
    return (
        pairs.sort("act", "nth")
        .group_by("act", maintain_order=True)
        .agg(
            charged=pl.col("host_overcharge").sum(),
            unknown=pl.col("host_overcharge").null_count(),
            hosts=pl.len(),
            on_row=(~pl.col("other") & (pl.col("host_overcharge") > 0)).any(),
            others=pl.col("host").filter(pl.col("other") & (pl.col("host_overcharge") > 0)),
        )
    )


class HostLine(Struct, frozen=True):
    """An act that a code goes with, and its overcharge."""

    act: ActLine
    overcharge: Cents | None

    def told(self, told: Told) -> str:
        """In words."""
        charged = "dépassement non renseigné"
        if self.overcharge is not None:
            charged = f"dépassement {in_euros(self.overcharge)}"
        return f"ligne {told.row(self.act.where)}, {self.act.code}, {charged}"


class OpposableTrace(Trace, frozen=True):
    """The acts of the visit whose overcharge counts; `any_sector` where sector and OPTAM do not matter."""

    any_sector: bool
    sector: str | None
    optam: bool | None
    hosts: tuple[HostLine, ...]

    def fine(self, code: str) -> str:
        if not any(line.overcharge for line in self.hosts):
            return f"{code} : aucun dépassement le même jour pour ce patient."
        if self.optam:
            return f"{code} : le praticien a adhéré à l'OPTAM, son dépassement est admis."
        return f"{code} : le praticien n'est pas en secteur 2, la règle ne le concerne pas."

    def lines(self, told: Told) -> Iterator[Line]:
        """Whom the rule is about, and the overcharges of the day."""
        yield Fact("Praticien", "tarif opposable exigé dans tous les secteurs" if self.any_sector else self._sector())
        hosts = " ; ".join(line.told(told) for line in self.hosts)
        yield Fact("Actes du jour", hosts or "aucun acte dont le dépassement compte")

    def _sector(self) -> str:
        optam = {True: "adhérent à l'OPTAM", False: "hors OPTAM", None: "OPTAM non renseigné"}[self.optam]
        sector = f"secteur {self.sector}" if self.sector else "secteur non renseigné"
        return f"{sector}, {optam} ; visé en secteur 2 hors OPTAM"
