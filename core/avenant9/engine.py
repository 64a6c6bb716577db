"""Acts and rulebook in, report out: what the rules found on the rows it stands on, and what they cannot say, counted.

A check that crashes becomes a finding-like answer, *unverifiable*, and the run goes on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from avenant9 import remote_share, summary
from avenant9.acts.columns import ACTS
from avenant9.acts.netting import counting, refused_rows
from avenant9.acts.values import distinct
from avenant9.calendar import Calendar
from avenant9.checks.context import Context
from avenant9.dispatch import lookup, run
from avenant9.model import (
    CCAM_SHAPE,
    CRASHED,
    FINDINGS,
    PLACE,
    REPORTED,
    Acts,
    CellRef,
    GrantedCeiling,
    Input,
    NotCounted,
    Report,
    Unverifiable,
)
from avenant9.period import Period, civil_year
from avenant9.rulebook import schema
from avenant9.rulebook.load import Rulebook
from avenant9.rulebook.prices import Prices

_COLUMNS = [*ACTS, "tariff"]  # the order in which missing columns are named


@dataclass(frozen=True)
class Options:
    """What a user asks of a check. `from_` and `until` choose what is reported; everything is counted."""

    as_of: date
    zone: str = "metropole"
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    from_: date | None = None
    until: date | None = None
    derogations: tuple[GrantedCeiling, ...] = ()
    complete_years: tuple[int, ...] = ()  # civil years that the files hold whole, as the user says
    profile: str = "interne"


def check(acts: Acts, rulebook: Rulebook, options: Options) -> Report:
    """Runs the rules that the options select on all acts.

    Raises:
        UnknownRuleError: `only` or `skip` names no rule.
    """
    selected = rulebook.select(options.only, options.skip)
    return report(acts, answer(acts, rulebook, selected, options), rulebook, options)


@dataclass(frozen=True)
class Answers:
    """What the rules said of acts, and what of these acts a report needs.

    `findings` (FINDINGS and `rule`) and `unverifiable` are those of the dates asked. `stood_on` holds at least the
    acts that findings name, in their order, with the columns STOOD_ON; `patients` the first act of each patient, in
    their order; `refused` the rows that enter no count by their status; `threshold` the entries of each version of a
    share.
    """

    findings: pl.DataFrame
    unverifiable: tuple[Unverifiable, ...]
    crashed: tuple[str, ...]
    stood_on: pl.DataFrame
    patients: pl.DataFrame
    practitioners: frozenset[str]
    refused: pl.DataFrame
    acts: int
    acts_asked: int
    threshold: Mapping[tuple[str, date], tuple[dict[str, Any], ...]]


def answer(acts: Acts, rulebook: Rulebook, selected: Sequence[str], options: Options) -> Answers:
    """Runs the selected rules on all acts."""
    everything, context = prepared(acts, rulebook, options)
    counted = counting(everything)
    with ThreadPoolExecutor(1) as beside:  # polars works outside the interpreter's lock
        shares = beside.submit(_threshold, counted, selected, context)
        found, unknown, crashed = run(counted, rulebook, selected, context)
    findings = [frame.with_columns(rule=pl.lit(name)) for name, frame in found.items() if not frame.is_empty()]
    table = pl.concat(findings) if findings else pl.DataFrame(schema={**FINDINGS, "rule": pl.String})
    return Answers(
        findings=_within(table, everything, options),
        unverifiable=_unverifiable(unknown, everything, options),
        crashed=tuple(crashed),
        stood_on=everything,
        patients=everything.select("patient", "act").drop_nulls("patient").unique("patient", maintain_order=True),
        practitioners=frozenset(everything["practitioner"].drop_nulls().unique()),
        refused=refused_rows(everything),
        acts=len(everything),
        acts_asked=len(_asked(everything, options)),
        threshold=shares.result(),
    )


def prepared(acts: Acts, rulebook: Rulebook, options: Options) -> tuple[pl.DataFrame, Context]:
    """All acts with their `nature` (null where the nomenclature gives none), and what checks are told of the run."""
    technical = re.compile(CCAM_SHAPE)

    def nature(code: str) -> str | None:
        known = rulebook.acts.get(code)
        if known is not None and known.nature is not None:
            return known.nature
        return "technique" if technical.fullmatch(code) else None

    everything = acts.table.with_columns(nature=distinct(acts.table["code"], nature, pl.String()))
    return everything, _context(everything, rulebook, options)


def _context(everything: pl.DataFrame, rulebook: Rulebook, options: Options) -> Context:
    home = {
        zone
        for rule in rulebook.rules.values()
        if isinstance(rule, schema.Tariff)
        for version in rule.version
        for zone in version.zones
    }
    spans = [
        (
            code,
            span.period.first,
            span.period.last,
            f"existence:{code}@{span.from_.isoformat()}",
            span.source.confidence,
        )
        for code, act in rulebook.acts.items()
        for span in act.existence
    ]
    return Context(
        as_of=options.as_of,
        overseas=None if options.zone in home else options.zone,
        prices=Prices(rulebook.acts),
        calendar=Calendar(options.zone, rulebook.hours),
        everything=everything,
        existence=pl.DataFrame(
            spans,
            schema={
                "code": pl.String,
                "first": pl.Date,
                "last": pl.Date,
                "source": pl.String,
                "confidence": pl.String,
            },
            orient="row",
        ),
        known_codes=rulebook.nomenclature.codes,
        derogations=options.derogations,
        grouping=rulebook.nomenclature.grouping,
        shares={name: rule for name, rule in rulebook.rules.items() if isinstance(rule, schema.Share)},
        conditions={
            name: rule
            for name, rule in rulebook.rules.items()
            if isinstance(rule, schema.Condition | schema.Specialty)
        },
    )


def report(acts: Acts, answers: Answers, rulebook: Rulebook, options: Options) -> Report:
    """The report of a run: what the rules said, beside what was read (of `acts` its table is not looked at)."""
    selected = rulebook.select(options.only, options.skip)
    reported = _reported(answers, acts, rulebook, options.as_of)
    crashed = tuple(Unverifiable(name, answers.acts, (CRASHED,)) for name in answers.crashed)
    unverifiable = tuple(sorted((*answers.unverifiable, *crashed), key=lambda entry: entry.rule))
    used = set(reported["source"].drop_nulls().unique())
    titles = {name: rulebook.rules[name].title for name in selected}
    return Report(
        as_of=options.as_of,
        profile=options.profile,
        rulebook_version=rulebook.version,
        rules=len(rulebook.rules),
        inputs=acts.inputs,
        summary=_summary(acts, answers, reported, unverifiable, selected),
        by_rule=summary.by_rule(reported, titles),
        findings=reported,
        unverifiable=unverifiable,
        rejected=acts.rejected,
        unread=acts.unread,
        not_counted=_not_counted(acts.inputs, answers.refused),
        sources={key: source for key, source in rulebook.sources.items() if key in used},
        titles=titles,
        threshold=tuple(entry for entries in answers.threshold.values() for entry in entries),
        notices=(*acts.notices, *_unused_derogations(answers.practitioners, options)),
        columns=acts.columns,
        asked=(options.from_, options.until),
    )


def _not_counted(inputs: Sequence[Input], refused: pl.DataFrame) -> tuple[NotCounted, ...]:
    rows = refused.sort("input", "row").iter_rows()
    return tuple(
        NotCounted(CellRef(inputs[rank].file, inputs[rank].sheet, row), status) for rank, row, status in rows
    )


def _threshold(
    counted: pl.DataFrame, selected: Sequence[str], context: Context
) -> dict[tuple[str, date], tuple[dict[str, Any], ...]]:
    return {
        (name, version.from_): remote_share.practitioners(
            counted, rule.model_copy(update={"version": (version,)}), context.derogations, context.as_of
        )
        for name, rule in context.shares.items()
        if name in selected
        for version in rule.version
    }


def _unused_derogations(practitioners: frozenset[str], options: Options) -> list[str]:
    """A derogation of nobody in the files may be one whose practitioner was misspelt."""
    absent = dict.fromkeys(own.practitioner for own in options.derogations if own.practitioner not in practitioners)
    return [f"Aménagement du plafond de {name} : aucun acte de ce praticien dans les fichiers." for name in absent]


def _asked(acts: pl.DataFrame, options: Options) -> pl.DataFrame:
    """The acts of the dates asked."""
    if options.from_ is not None:
        acts = acts.filter(pl.col("date") >= options.from_)
    if options.until is not None:
        acts = acts.filter(pl.col("date") <= options.until)
    return acts


def _within(table: pl.DataFrame, everything: pl.DataFrame, options: Options) -> pl.DataFrame:
    """The findings on dates of care from `from_` to `until`; a finding on a year that has one such day stays."""
    if options.from_ is None and options.until is None:
        return table
    wanted = _asked(everything, options)["act"]
    asked = Period(options.from_ or date.min, options.until)
    years = [year for year in table["year"].drop_nulls().unique() if civil_year(year).overlaps(asked)]
    return table.filter(pl.col("act").is_in(wanted.implode()) | pl.col("year").is_in(years))


#: What findings show of the act they stand on.
_SHOWN = (
    "input",
    "row",
    "date",
    "time",
    "patient",
    "patient_shown",
    "code",
    "invoice",
    "quantity",
    "amount",
    "payment_date",
)
#: What tells the fund's part of it.
_FUND = ("rate", "reimbursed", "overcharge")
#: What a report reads of acts.
STOOD_ON = ("act", *_SHOWN, *_FUND, "practitioner")


def named_by(findings: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """The acts that findings stand on, and those related to them."""
    return lookup(acts, pl.concat([findings["act"], findings["related"].explode()]))


def _reported(answers: Answers, acts: Acts, rulebook: Rulebook, as_of: date) -> pl.DataFrame:
    """Findings with the act they stand on, in the order of the contract."""
    table = answers.findings
    everything = named_by(table, answers.stood_on)
    places = pl.DataFrame(
        [(rank, entry.file, entry.sheet) for rank, entry in enumerate(acts.inputs)],
        schema={"input": pl.UInt16, "file": pl.String, "sheet": pl.String},
        orient="row",
    )
    stood_on = everything.select("act", *_SHOWN, *_FUND, act_practitioner="practitioner")
    joined = (
        table.join(stood_on, on="act", how="left", maintain_order="left")
        .with_columns(practitioner=pl.coalesce("practitioner", "act_practitioner"))
        .join(places, on="input", how="left", maintain_order="left")
        .join(pseudonyms(answers.patients), on="patient", how="left", maintain_order="left")
        .sort("input", "row", "rule", "act", "practitioner", "year", nulls_last=True, maintain_order=True)
    )
    joined = joined.with_columns(
        at_stake_amo=_fund_part(rulebook.rules),
        out_of_time=_out_of_time(rulebook.limitation, as_of),
        related=_related(joined, everything, places),
    )
    return joined.with_columns(fingerprint=fingerprints(joined), patient="patient_shown").select(
        pl.col(name).cast(dtype) for name, dtype in REPORTED.items()
    )


def pseudonyms(everything: pl.DataFrame) -> pl.DataFrame:
    """P0001… by first appearance among the acts read: `patient`, `pseudonym`."""
    patients = everything.select("patient").drop_nulls().unique(maintain_order=True).with_row_index("rank", 1)
    digits = max(4, len(str(len(patients))))
    return patients.select("patient", pseudonym=pl.format("P{}", pl.col("rank").cast(pl.String).str.zfill(digits)))


def _fund_part(rules: Mapping[str, schema.Rule]) -> pl.Expr:
    """The fund's part of what is at stake: in proportion of what it reimbursed, else by the rate.

    It pays a part of the base, the amount less the overcharge: nothing where an overcharge is at stake, and what
    exceeds a tariff is base. An unknown overcharge is taken for none, since the sum is an upper bound.
    """
    overcharge = [name for name, rule in rules.items() if isinstance(rule, schema.NoOvercharge | schema.Opposable)]
    excess = pl.col("rule").is_in([name for name, rule in rules.items() if isinstance(rule, schema.Tariff)])
    base = pl.max_horizontal(pl.col("amount") - pl.col("overcharge").fill_null(0), 0)
    whole = pl.when(excess).then(base).otherwise("amount")
    reimbursed = pl.when(whole > 0).then((2 * pl.col("reimbursed") * pl.col("at_stake") + whole) // (2 * whole))
    of_base = 2 * pl.col("at_stake").cast(pl.Int128) * base  # of two amounts and a rate, 64 bits are not enough
    by_rate = pl.when(whole > 0).then((of_base * pl.col("rate") + 10_000 * whole) // (20_000 * whole)).cast(pl.Int64)
    nothing = pl.when(pl.col("rule").is_in(overcharge) | (pl.col("at_stake") == 0)).then(pl.col("at_stake") * 0)
    return pl.coalesce(nothing, reimbursed, by_rate)


def _out_of_time(limitation: schema.Limitation | None, as_of: date) -> pl.Expr:
    """Whether the fund paid longer ago than it may claim; null without a day of payment."""
    answer = pl.lit(None, pl.Boolean)
    for version in limitation.version if limitation else ():
        paid = pl.col("payment_date")
        period = version.period
        inside = paid >= period.first if period.last is None else paid.is_between(period.first, period.last)
        answer = pl.when(inside).then(paid.dt.offset_by(f"{version.years}y") < as_of).otherwise(answer)
    return answer


def _related(joined: pl.DataFrame, everything: pl.DataFrame, places: pl.DataFrame) -> pl.Series:
    """The rows behind the related acts, each once, in counting order."""
    pairs = (
        joined.select("related")
        .with_row_index("finding")
        .explode("related")
        .drop_nulls("related")
        .join(
            everything.select("act", "input", "row"),
            left_on="related",
            right_on="act",
            how="left",
            maintain_order="left",
        )
        .unique(["finding", "input", "row"], keep="first", maintain_order=True)
        .join(places, on="input", how="left", maintain_order="left")
        .select("finding", place=pl.struct("file", "sheet", "row"))
        .group_by("finding", maintain_order=True)
        .agg("place")
    )
    index = joined.select(finding=pl.int_range(pl.len(), dtype=pl.UInt32))
    lists = index.join(pairs, on="finding", how="left", maintain_order="left")["place"].cast(pl.List(PLACE))
    return lists.fill_null(pl.Series([[]], dtype=pl.List(PLACE))) if lists.null_count() else lists


def fingerprints(findings: pl.DataFrame) -> pl.Series:
    """What a finding is, whatever row it stands on: equal ones are told apart by `-2`, `-3`…

    Only 16 bits of the hash of the patient's identifier enter it, so that it cannot be turned back.
    """
    patients = findings["patient"].unique().drop_nulls()
    folded = [hashlib.sha256(patient.encode()).hexdigest()[:4] for patient in patients]
    short = findings["patient"].replace_strict(
        patients, pl.Series(folded, dtype=pl.String), default="", return_dtype=pl.String
    )
    content = findings.select(
        pl.concat_str(
            "rule",
            pl.col("practitioner").fill_null(""),
            short.alias("short").fill_null(""),
            pl.coalesce(pl.col("date").cast(pl.String), pl.col("year").cast(pl.String), pl.lit("")),
            pl.col("code").fill_null(""),
            pl.col("amount").cast(pl.String).fill_null(""),
            separator="\x1f",
        ).alias("content")
    )["content"]
    hashes = pl.Series([hashlib.sha256(text.encode()).hexdigest()[:16] for text in content], dtype=pl.String)
    frame = pl.DataFrame({"hash": hashes}).with_columns(nth=pl.int_range(1, pl.len() + 1).over("hash"))
    return frame.select(
        pl.when(pl.col("nth") == 1).then("hash").otherwise(pl.format("{}-{}", "hash", "nth")).alias("fingerprint")
    )["fingerprint"]


def _unverifiable(
    unknown: dict[str, pl.DataFrame], everything: pl.DataFrame, options: Options
) -> tuple[Unverifiable, ...]:
    """One entry per rule that could not be answered for some acts, with all that was missing."""
    if options.from_ is not None or options.until is not None:
        wanted = _asked(everything, options)["act"]
        unknown = {name: frame.filter(pl.col("act").is_in(wanted.implode())) for name, frame in unknown.items()}
    entries = []
    for name, frame in unknown.items():
        if frame.is_empty():
            continue
        missing = frame["missing"].explode().drop_nulls().unique().to_list()
        entries.append(Unverifiable(name, frame["act"].n_unique(), in_order(missing)))
    return tuple(entries)


def in_order(missing: Iterable[str]) -> tuple[str, ...]:
    """Missing columns as they are named."""
    return tuple(sorted(missing, key=_COLUMNS.index))


def _summary(
    acts: Acts,
    answers: Answers,
    reported: pl.DataFrame,
    unverifiable: Sequence[Unverifiable],
    selected: Sequence[str],
) -> dict[str, int | None]:
    """Counts, and euros at stake in cents."""
    return {
        "acts": answers.acts,
        "practitioners": len(answers.practitioners),
        "patients": len(answers.patients),
        "unverifiable": len(unverifiable),
        "rejected": len(acts.rejected),
        "not_counted": len(answers.refused),
        "acts_asked": answers.acts_asked,
        "rules_run": len(selected),
        "rules_not_run": len(unverifiable),
        **summary.of_findings(reported),
    }
