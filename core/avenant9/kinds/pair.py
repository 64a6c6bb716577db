"""Acts that may not be billed together by one practitioner for one patient on one day."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial, reduce
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from avenant9.kinds.kind import Kind, Selection
from avenant9.kinds.run import (
    IS_UNNAMED,
    NOTHING_SAID,
    ORDER,
    Run,
    doubt_of_nobody,
    doubts,
    hidden_by_grouping,
    in_force,
    missing_columns,
    outcome,
    unless_none,
)
from avenant9.kinds.scene import Row, Scene
from avenant9.kinds.trace import Trace
from avenant9.kinds.visit import (
    COLUMNS,
    ROW,
    VISIT,
    Role,
    VisitTrace,
    chosen,
    maybe_beside,
    others,
    selected,
    unnamed,
    visits,
)
from avenant9.law.dated import Code, SpecialtyCode, Value, Version
from avenant9.model import Outcome
from avenant9.wording import listed, numbers, plural


class AllowedPair(Value):
    """A pair that a text allows; for some specialties only, where they are given.

    `alone`: where no act of another code could stand there; `opposable`: without overcharge on the excluded act.
    """

    excluded: tuple[Code, ...] = ()
    beside: tuple[Code, ...] = ()
    specialties: tuple[SpecialtyCode, ...] = ()
    alone: bool = False
    opposable: bool = False

    @property
    def allows(self) -> pl.Expr:
        """Whether it allows a pair; null where it does for some specialties, or without an overcharge, and that is
        unknown."""
        meets = ~pl.col("several") if self.alone else pl.lit(True)
        if self.opposable:
            meets = meets & (pl.col("overcharge") <= 0)
        if self.excluded:
            meets = meets & pl.col("code").is_in(list(self.excluded))
        if self.beside:
            meets = meets & pl.col("other_code").is_in(list(self.beside))
        if self.specialties:
            meets = meets & pl.col("specialty").is_in(list(self.specialties))
        return meets

    def may_allow(self, excluded: Row, beside: Row, several: bool) -> bool:
        """The same of two acts; what is unknown is given the benefit of an allowance that some have."""
        return (
            not (self.alone and several)
            and not (self.opposable and (excluded["overcharge"] or 0) > 0)
            and (not self.excluded or excluded["code"] in self.excluded)
            and (not self.beside or beside["code"] in self.beside)
            and (not self.specialties or excluded["specialty"] in {None, *self.specialties})
        )

    @property
    def french(self) -> str:
        pair = " + ".join(", ".join(side) for side in (self.excluded, self.beside) if side)
        codes = numbers(self.specialties)
        limits = [f"{plural(len(self.specialties), 'spécialité')} {codes}"] * bool(codes)
        limits += ["seul acte de ce genre"] * self.alone + ["au tarif opposable"] * self.opposable
        only = ", ".join(limits)
        return f"{pair} ({only})" if pair and only else pair or only


class PairVersion(Version):
    """The finding stands on the `excluded` act, once per day and pair of codes.

    `scope` invoice: only on one FSE; `without_invoice` says what an unknown invoice number makes of it.
    `unless_present`: an act of the same practitioner, patient and day that makes the pair regular.
    """

    excluded: Selection = Field(title="acte exclu")
    beside: Selection = Field(title="avec")
    scope: Literal["day", "invoice"] = Field("day", title="portée")
    without_invoice: Literal["review", "unverifiable"] = Field("unverifiable", title="sans numéro de facture")
    unless_present: Selection | None = Field(None, title="sauf en présence de")
    allowed: tuple[AllowedPair, ...] = Field((), title="cumuls admis")


class Pair(Kind[PairVersion]):
    """Two acts that may not be billed together by one practitioner for one patient on one day."""

    families: ClassVar = ("cumul",)
    acts_needed: ClassVar = "not-alone"

    kind: Literal["pair"]
    version: tuple[PairVersion, ...] = Field(min_length=1)

    @property
    def sets_rows_side_by_side(self) -> bool:
        return True

    def codes(self, version: PairVersion) -> frozenset[str]:
        return frozenset() if version.excluded.natures else frozenset(version.excluded.codes)

    def reads(self, version: PairVersion) -> Iterable[str]:
        yield from ("practitioner", "patient", "time")
        if version.scope == "invoice":
            yield "invoice"
        if any(pair.specialties for pair in version.allowed):
            yield "specialty"
        if any(pair.opposable for pair in version.allowed):
            yield "overcharge"

    def check(self, acts: pl.DataFrame, version: PairVersion, run: Run) -> Outcome:
        """Excluded acts beside another of the same practitioner, patient and day; one finding per visit and codes.

        Explained by `excluded` (a code) and `beside` (codes).
        """
        excluded, beside = selected(acts, version.excluded, version), selected(acts, version.beside, version)
        maybe_regular = excluded["act"].clear()
        if version.unless_present is not None:
            present = selected(acts, version.unless_present, version)
            regular = visits(excluded, present)["act"].unique()
            excluded = excluded.filter(~pl.col("act").is_in(regular.implode()))
            maybe_regular = maybe_beside(excluded, present)
        hidden = hidden_by_grouping(acts, version.excluded.codes, version, run)
        hiding = _may_hide(acts, version, run)
        if excluded.is_empty() or (beside.is_empty() and hiding.is_empty()):
            return outcome(NOTHING_SAID, hidden)
        pairs = _not_excused(visits(excluded, beside), version)
        settled = pl.col("together").is_not_null() | pl.lit(version.without_invoice == "review")
        undecided = pl.col("act").is_in(maybe_regular.implode())
        sure_pairs = pairs.filter(pl.col("allowed").is_not_null(), settled, ~undecided)
        lost = _lost(excluded, beside, pairs.filter(undecided), version)
        open_questions = [
            _asks(pairs.filter(~settled), "invoice"),
            *_asks_of_the_doctor(pairs.filter(pl.col("allowed").is_null())),
            unless_none(hiding, lambda hiding: _asks(visits(excluded, hiding), "original_code")),
            missing_columns(lost, ["practitioner", "patient"]),
        ]
        told = sure_pairs.select("act")
        return outcome(
            unless_none(sure_pairs, partial(_said, version=version)),
            *(asked.join(told, on="act", how="anti") for asked in open_questions if len(asked)),
            hidden,
        )

    def looks_at(self, version: PairVersion, scene: Scene) -> bool:
        either = version.excluded.chosen | version.beside.chosen
        return scene.counts and len(scene.alone().filter(either)) > 0

    def trace(self, version: PairVersion, scene: Scene, finding: Row | None) -> PairTrace:
        """Each other act of the visit: excluded with this one, allowed, or of no account."""
        mine = [row for row in scene.visit() if row["date"] in version.period]
        excluded, beside = chosen(mine, version.excluded, scene), chosen(mine, version.beside, scene)
        regular = chosen(mine, version.unless_present, scene)
        act, here = scene.act, scene.act["act"]
        several = len({row["code"] for row in mine if row["act"] in beside}) > 1

        def role(row: Row) -> tuple[Role, bool | None]:
            one_invoice = None
            if act["invoice"] is not None and row["invoice"] is not None:
                one_invoice = act["invoice"] == row["invoice"]
            if here in excluded and row["act"] in beside:
                return _paired("beside", act, row, version, one_invoice, several), one_invoice
            if here in beside and row["act"] in excluded:
                return _paired("excluded", row, act, version, one_invoice, several), one_invoice
            return "makes-regular" if row["act"] in regular else "other", one_invoice

        return PairTrace(version.scope if scene.visited else "row", others(mine, scene, role))

    def carriers(self, trace: Trace, scene: Scene) -> Iterable[int]:
        """The acts of this code of the visit, where something stands beside it."""
        if not isinstance(trace, PairTrace) or not any(line.role == "beside" for line in trace.others):
            return ()
        return [row["act"] for row in scene.visit() if row["code"] == scene.code]


def _paired(
    role: Role, excluded: Row, beside: Row, version: PairVersion, one_invoice: bool | None, several: bool
) -> Role:
    if any(own.may_allow(excluded, beside, several) for own in version.allowed):
        return "allowed"
    return "other-invoice" if version.scope == "invoice" and one_invoice is False else role


def _lost(
    excluded: pl.DataFrame, beside: pl.DataFrame, maybe_regular: pl.DataFrame, version: PairVersion
) -> pl.DataFrame:
    """The excluded acts of which only their patient or practitioner would tell whether something stands beside them,
    or makes regular what does. Where a pair is one of an invoice, two known ones are apart.
    """
    unnumbered = pl.col("invoice").is_null() | pl.lit(version.scope != "invoice")
    lost = [
        _maybe_paired(excluded.filter(unnumbered), beside, version),
        _maybe_paired(excluded.filter(~unnumbered), beside.filter(unnumbered), version),
    ]
    return excluded.filter(
        pl.col("act").is_in(pl.concat(lost).implode()) | pl.col("act").is_in(maybe_regular["act"].implode())
    )


def _maybe_paired(excluded: pl.DataFrame, beside: pl.DataFrame, version: PairVersion) -> pl.Series:
    """The excluded acts of an unknown patient or practitioner that may be of the visit of one that no text allows."""
    nobody = excluded.filter(unnamed() | pl.col("patient").is_null())
    if nobody.is_empty():
        return nobody["act"]
    return pl.concat(
        maybe_beside(acts, _not_allowed_beside(acts, beside, version))
        for _, acts in nobody.group_by("code", "specialty", "overcharge")
    )


def _not_allowed_beside(excluded: pl.DataFrame, beside: pl.DataFrame, version: PairVersion) -> pl.DataFrame:
    """Those of `beside` that no text allows with acts of one code, specialty and overcharge."""
    own = excluded.select("code", "specialty", "overcharge", several=pl.lit(False)).head(1)
    pairs = own.join(beside.select("act", other_code="code"), how="cross").filter(~_allowed(version).fill_null(False))
    return beside.join(pairs, on="act", how="semi")


def _allowed(version: PairVersion) -> pl.Expr:
    """Whether a text allows a pair (`code`, `specialty`, `other_code`); null where the specialty would tell."""
    return reduce(lambda a, b: a | b, (own.allows for own in version.allowed), pl.lit(False))


def _not_excused(pairs: pl.DataFrame, version: PairVersion) -> pl.DataFrame:
    """Of these pairs, those that the text may exclude: whether it is `allowed`, and `together` on an invoice."""
    several = pl.col("other_code").n_unique().over("act") > 1
    told = pairs.lazy().with_columns(several=several)
    told = told.with_columns(
        allowed=_allowed(version), together=_one_invoice() if version.scope == "invoice" else pl.lit(True)
    )
    return told.filter(~pl.col("allowed").fill_null(False), pl.col("together").fill_null(True)).collect()


def _said(pairs: pl.DataFrame, version: PairVersion) -> pl.DataFrame:
    one_invoice = pl.lit(version.scope == "invoice") & pl.col("sure")
    return _once(pairs, version.verdict).select(
        "act",
        "verdict",
        at_stake="own_amount",
        message=pl.format(
            "{} avec {} pour ce patient {}.",
            "code",
            pl.col("codes").list.join(", "),
            pl.when(one_invoice).then(pl.lit("sur la même facture")).otherwise(pl.lit("le même jour")),
        ),
        doubt=doubts(
            doubt_of_nobody(pl.col("nameless")),
            pl.when(~pl.col("sure")).then(pl.lit("un numéro de facture manque : ils sont peut-être sur deux")),
        ),
        explanation=pl.struct(excluded="code", beside="codes"),
        related="others",
    )


def _asks(pairs: pl.DataFrame, column: str) -> pl.DataFrame:
    """The acts for which this column would tell."""
    return pairs.select("act", missing=pl.lit([column], pl.List(pl.String))).unique("act", maintain_order=True)


def _asks_of_the_doctor(pairs: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    """The acts for which the specialty would tell, and those for which the overcharge would."""
    unknown = pl.col("specialty").is_null()
    return _asks(pairs.filter(unknown), "specialty"), _asks(pairs.filter(~unknown), "overcharge")


def _may_hide(acts: pl.DataFrame, version: PairVersion, run: Run) -> pl.DataFrame:
    """Acts under a grouping code that is not of those beside, but may hide one that is."""
    beside = version.beside
    groups = [group for group, members in run.grouping.items() if members & set(beside.codes)]
    if not groups:
        return acts.clear()
    return acts.select(COLUMNS).filter(in_force(version), pl.col("code").is_in(groups), ~beside.chosen)


def _one_invoice() -> pl.Expr:
    """Whether both acts stand on one FSE, as two acts of one row do; null where a number is missing."""
    return pl.col("same_row") | (pl.col("invoice") == pl.col("other_invoice"))


def _once(pairs: pl.DataFrame, verdict: str) -> pl.DataFrame:
    """One line per visit and excluded code: its first act, with the codes and other rows' acts in counting order.

    What is certain comes before what is not: a pair that may stand on two invoices is left out beside a sure one.
    """
    firm = pl.col("together").fill_null(False)
    nameless = IS_UNNAMED & ~pl.col("same_row").any()
    per_act = (
        pairs.lazy()
        .filter(firm | ~firm.any().over("act"))
        .sort("date", "other_time", "other", nulls_last=False)
        .group_by("act", maintain_order=True)
        .agg(
            pl.col("code", *VISIT, "time", "own_amount", *ROW).first(),
            codes=pl.col("other_code").unique(maintain_order=True),
            others=pl.col("other").filter(~pl.col("same_row")),
            sure=firm.all(),
            nameless=nameless.first(),
        )
        .with_columns(
            verdict=pl.when("nameless")
            .then(pl.lit("review"))
            .when("sure")
            .then(pl.lit(verdict))
            .otherwise(pl.lit("review"))
        )
        .sort(pl.col("verdict") != verdict, *ORDER, nulls_last=False)
    )
    visit = [pl.col(name) for name in (*VISIT, "code")] + [pl.when(unnamed()).then(pl.struct(ROW))]
    return per_act.with_columns(nth=pl.int_range(pl.len()).over(*visit)).filter(pl.col("nth") == 0).collect()


class PairTrace(VisitTrace, frozen=True):
    """The other acts of the visit, incompatible or not."""

    def fine(self, code: str) -> str:
        if self.codes("excluded"):
            rows = [str(line.act.where.row) for line in self.others if line.role == "excluded"]
            return (
                f"{code} : l'acte que le texte écarte est {self.codes('excluded')}, "
                f"{plural(len(rows), 'ligne')} {listed(rows)}, non celui-ci."
            )
        if self.codes("beside") and self.codes("makes-regular"):
            return f"{code} avec {self.codes('beside')} : régulier, avec {self.codes('makes-regular')}."
        if self.codes("allowed"):
            return f"{code} avec {self.codes('allowed')} : cumul expressément admis."
        if self.codes("other-invoice"):
            return f"{code} : {self.codes('other-invoice')} est sur une autre facture."
        where = {"invoice": "sur la même facture", "row": "sur la même ligne"}.get(self.scope, "le même jour")
        return f"{code} : aucun acte incompatible {where} pour ce patient."
