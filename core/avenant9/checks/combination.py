"""Acts of one visit: pairs that exclude each other, and codes that need a host act."""

from __future__ import annotations

from functools import reduce

import polars as pl

from avenant9.checks.context import (
    Context,
    concerned,
    hidden_by_grouping,
    in_force,
    missing_columns,
    no_findings,
    outcome,
    selected,
    unless_unnamed,
)
from avenant9.model import Outcome
from avenant9.rulebook.schema import AllowedPair, Host, HostVersion, Pair, PairVersion, Selection

_VISIT = ["practitioner", "patient", "date"]
_ROW = ["input", "row"]
#: What a pair is told by.
COLUMNS = ["act", *_VISIT, *_ROW, "time", "code", "nature", "specialty", "amount", "invoice"]


def check(acts: pl.DataFrame, rule: Pair, version: PairVersion, context: Context) -> Outcome:
    """Excluded acts beside another of the same practitioner, patient and day; one finding per visit and codes."""
    mine = acts.select(COLUMNS).filter(in_force(version))
    excluded, beside = mine.filter(selected(version.excluded)), mine.filter(selected(version.beside))
    if version.unless_present is not None:
        regular = _visits(excluded, mine.filter(selected(version.unless_present)))["act"].unique()
        excluded = excluded.filter(~pl.col("act").is_in(regular.implode()))
    nobody = pl.col("practitioner").is_null() | pl.col("patient").is_null()
    if beside.is_empty() and _may_hide(mine, version.beside, context).is_empty():
        return outcome(
            no_findings(),
            missing_columns(excluded.filter(nobody), ["practitioner", "patient"]),
            hidden_by_grouping(acts, version.excluded.codes, version, context),
        )
    pairs = _visits(excluded, beside).with_columns(
        allowed=reduce(lambda a, b: a | b, map(_is_allowed, version.allowed), pl.lit(False)),
        together=_one_invoice() if version.scope == "invoice" else pl.lit(True),
    )
    pairs = pairs.filter(~pl.col("allowed").fill_null(False), pl.col("together").fill_null(True))
    settled = pl.col("together").is_not_null() | pl.lit(version.without_invoice == "review")
    alone = nobody & pl.lit(version.unless_present is not None)  # what would make it regular may be on another row
    sure_pairs = pairs.filter(pl.col("allowed").is_not_null(), settled, ~alone)
    found = _once(sure_pairs, version.verdict)
    one_invoice = pl.lit(version.scope == "invoice") & pl.col("sure")
    said = found.select(
        "act",
        "verdict",
        at_stake="amount",
        message=pl.format(
            "{} avec {} pour ce patient {}.",
            "code",
            pl.col("codes").list.join(", "),
            pl.when(one_invoice).then(pl.lit("sur la même facture")).otherwise(pl.lit("le même jour")),
        ),
        explanation=pl.struct(excluded="code", beside="codes"),
        related="others",
    )
    open_questions = [
        _asks(pairs.filter(~settled), "invoice"),
        _asks(pairs.filter(pl.col("allowed").is_null()), "specialty"),
        _asks(_visits(excluded, _may_hide(mine, version.beside, context)), "original_code"),
        missing_columns(excluded.filter(nobody), ["practitioner", "patient"]),
    ]
    return outcome(
        said,
        *(question.join(sure_pairs.select("act"), on="act", how="anti") for question in open_questions),
        hidden_by_grouping(acts, version.excluded.codes, version, context),
    )


def _asks(pairs: pl.DataFrame, column: str) -> pl.DataFrame:
    """The acts for which this column would tell."""
    return pairs.select("act", missing=pl.lit([column], pl.List(pl.String))).unique("act", maintain_order=True)


def _may_hide(acts: pl.DataFrame, selection: Selection, context: Context) -> pl.DataFrame:
    """Acts under a grouping code that is not selected, but may hide one that is."""
    groups = [group for group, members in context.grouping.items() if members & set(selection.codes)]
    return acts.filter(pl.col("code").is_in(groups), ~selected(selection)) if groups else acts.clear()


def _visits(these: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Pairs of different acts of one visit, or of one row where the practitioner or the patient is unknown."""
    right = others.select(
        *_VISIT,
        *_ROW,
        other="act",
        other_code="code",
        other_time="time",
        other_invoice="invoice",
        other_input="input",
        other_row="row",
    )
    by_visit = these.join(right.drop(_ROW), on=_VISIT)
    unknown = these.filter(pl.col("practitioner").is_null() | pl.col("patient").is_null())
    by_row = unknown.join(right.drop(_VISIT), on=_ROW)
    same_row = (pl.col("input") == pl.col("other_input")) & (pl.col("row") == pl.col("other_row"))
    pairs = pl.concat([by_visit, by_row.select(by_visit.columns)]).with_columns(same_row=same_row)
    return pairs.filter(pl.col("act") != pl.col("other"))


def _one_invoice() -> pl.Expr:
    """Whether both acts stand on one FSE, as two acts of one row do; null where a number is missing."""
    return pl.col("same_row") | (pl.col("invoice") == pl.col("other_invoice"))


def _is_allowed(allowed: AllowedPair) -> pl.Expr:
    """Null where the allowance is for some specialties and this one is unknown."""
    meets = pl.lit(True)
    if allowed.excluded:
        meets = meets & pl.col("code").is_in(list(allowed.excluded))
    if allowed.beside:
        meets = meets & pl.col("other_code").is_in(list(allowed.beside))
    if allowed.specialties:
        meets = meets & pl.col("specialty").is_in(list(allowed.specialties))
    return meets


def _once(pairs: pl.DataFrame, verdict: str) -> pl.DataFrame:
    """One line per visit and excluded code: its first act, with the codes and other rows' acts in counting order.

    What is certain comes before what is not: a pair that may stand on two invoices is left out beside a sure one.
    """
    firm = pl.col("together").fill_null(False)
    unnamed = (pl.col("practitioner") == "?") & ~pl.col("same_row").any()
    per_act = (
        pairs.filter(firm | ~firm.any().over("act"))
        .sort("date", "other_time", "other", nulls_last=False)
        .group_by("act", maintain_order=True)
        .agg(
            pl.col("code", "practitioner", "patient", "date", "time", "amount", *_ROW).first(),
            codes=pl.col("other_code").unique(maintain_order=True),
            others=pl.col("other").filter(~pl.col("same_row")),
            sure=firm.all(),
            unnamed=unnamed.first(),
        )
        .with_columns(
            verdict=pl.when("unnamed")
            .then(pl.lit("review"))
            .when("sure")
            .then(pl.lit(verdict))
            .otherwise(pl.lit("review"))
        )
        .sort(pl.col("verdict") != verdict, "date", "time", "act", nulls_last=False)
    )
    unknown = pl.col("practitioner").is_null() | pl.col("patient").is_null()
    visit = [pl.col(name) for name in (*_VISIT, "code")] + [pl.when(unknown).then(pl.struct(_ROW))]
    return per_act.with_columns(nth=pl.int_range(pl.len()).over(*visit)).filter(pl.col("nth") == 0)


def check_host(acts: pl.DataFrame, rule: Host, version: HostVersion, context: Context) -> Outcome:
    """Acts without the act they are billed with; beside a doubtful one only, a review."""
    about = concerned(acts, version.codes, version)
    mine = acts.select(COLUMNS).filter(in_force(version))
    hosted = _visits(about, mine.filter(selected(version.hosts)))["act"].unique()
    doubtful = (
        _visits(about, mine.filter(selected(version.doubtful_hosts)))["act"].unique()
        if version.doubtful_hosts is not None
        else hosted.clear()
    )
    bare = about.filter(~pl.col("act").is_in(hosted.implode())).with_columns(
        doubtful=pl.col("act").is_in(doubtful.implode())
    )
    nobody = pl.col("practitioner").is_null() | pl.col("patient").is_null()
    open_question = nobody & ~pl.col("doubtful")
    said = bare.filter(~open_question).select(
        "act",
        verdict=pl.when("doubtful").then(pl.lit("review")).otherwise(unless_unnamed(version.verdict)),
        at_stake="amount",
        message=pl.when("doubtful")
        .then(pl.format("{} : l'acte accompagné ce jour-là est d'un genre discuté.", "code"))
        .otherwise(pl.format("{} : l'acte à accompagner manque, pour ce patient et ce jour.", "code")),
        explanation=pl.struct(doubtful_host="doubtful"),
        related=pl.lit([], pl.List(pl.UInt32)),
    )
    hidden = hidden_by_grouping(acts, version.codes, version, context)
    return outcome(said, missing_columns(bare.filter(open_question), ["practitioner", "patient"]), hidden)
