"""Acts and rulebook in, report out: what the rules found on the rows it stands on, and what they cannot say, counted.

A check that crashes becomes a finding-like answer, *unverifiable*, and the run goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import cast

import polars as pl
from msgspec import Struct

from avenant9 import remote_share, summary
from avenant9.acts.columns import ACTS
from avenant9.acts.netting import counting, refused_rows
from avenant9.acts.values import distinct
from avenant9.calendar import Calendar
from avenant9.deduced import deduced
from avenant9.findings import in_one, reported
from avenant9.kinds.run import Run
from avenant9.kinds.share import Share
from avenant9.kinds.tariff import Tariff
from avenant9.law.nomenclature import Prices
from avenant9.model import CCAM_SHAPE, CRASHED, Acts, GrantedCeiling, Input, NotCounted, Unverifiable
from avenant9.own_amounts import with_own_amounts
from avenant9.results.check import Profile, Report, Rules, Scope, Summary
from avenant9.results.year import Practitioner
from avenant9.rulebook.load import Rulebook
from avenant9.schedule import about, answers, concerned

_COLUMNS = [*ACTS, "tariff"]  # the order in which missing columns are named


#: What a rule could not answer: for so many acts, for want of some columns; for each act of an unknown practitioner
#: apart, which may be told several times.
UNANSWERED = {"rule": pl.String(), "act": pl.UInt32(), "acts": pl.UInt32(), "missing": pl.List(pl.String)}


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
    pseudonym_key: bytes | None = field(default=None, repr=False)  # of `findings.pseudonyms`; never in a report


def check(acts: Acts, rulebook: Rulebook, options: Options) -> Report:
    """Runs the rules that the options select on all acts.

    Raises:
        UnknownRuleError: `only` or `skip` names no rule.
    """
    selected = rulebook.select(options.only, options.skip)
    return report(acts, answer(acts, rulebook, selected, options), rulebook, options)


class Answers(Struct, frozen=True):
    """What the rules said of acts, and what of these acts a report needs.

    `findings` (FINDINGS, by rule) and `unverifiable` (UNANSWERED) are those of the dates asked. `stood_on` holds at
    least the acts that findings name, in their order, with the columns STOOD_ON; `patients` the first act of each
    patient, in their order; `refused` the rows that enter no count by their status; `threshold` the entries of each
    version of a share; `concerned` the rules that some act could be about.
    """

    findings: Mapping[str, pl.DataFrame]
    unverifiable: pl.DataFrame
    crashed: tuple[str, ...]
    stood_on: pl.DataFrame
    patients: pl.DataFrame
    practitioners: frozenset[str]
    refused: pl.DataFrame
    acts: int
    acts_asked: int
    threshold: Mapping[tuple[str, date], tuple[Practitioner, ...]]
    concerned: frozenset[str]


def answer(acts: Acts, rulebook: Rulebook, selected: Sequence[str], options: Options) -> Answers:
    """Runs the selected rules on all acts."""
    run = prepared(acts, rulebook, options)
    counted = counting(run.acts_read)
    with ThreadPoolExecutor(1) as beside:
        threshold = beside.submit(_threshold, counted, selected, run)
        patients = beside.submit(_patients, run.acts_read)
        found, unknown, crashed = answers(counted, rulebook, selected, run)
    wanted = asked(run.acts_read.select("act", "date"), options)["act"]
    return Answers(
        findings=_within(found, wanted, options),
        unverifiable=_unanswered(unknown, run.acts_read, wanted),
        crashed=tuple(crashed),
        stood_on=run.acts_read,
        patients=patients.result(),
        practitioners=frozenset(run.acts_read["practitioner"].drop_nulls().unique()),
        refused=refused_rows(run.acts_read),
        acts=len(run.acts_read),
        acts_asked=len(wanted),
        threshold=threshold.result(),
        concerned=concerned(rulebook, selected, run),
    )


def _patients(acts: pl.DataFrame) -> pl.DataFrame:
    """The first act of each patient, in their order."""
    told = acts.lazy().select("patient", "act").drop_nulls("patient")
    return told.unique("patient", maintain_order=True).collect()


def prepared(acts: Acts, rulebook: Rulebook, options: Options) -> Run:
    """What checks are told of the run. Its acts have their `nature`, null where the nomenclature gives none, what
    `deduced` adds, and what they answer for.
    """
    technical = re.compile(CCAM_SHAPE)

    def nature(code: str) -> str | None:
        known = rulebook.acts.get(code)
        if known is not None and known.nature is not None:
            return known.nature
        return "technique" if technical.fullmatch(code) else None

    table = acts.table.with_columns(nature=distinct(acts.table["code"], nature, pl.String()))
    tariffs = [rule for rule in rulebook.rules.values() if isinstance(rule, Tariff)]
    home = {zone for rule in tariffs for version in rule.version for zone in version.zones}
    overseas = None if options.zone in home else options.zone
    prices = Prices(rulebook.acts)
    billed = {*acts.table["code"].unique()}
    return Run(
        as_of=options.as_of,
        overseas=overseas,
        prices=prices,
        calendar=Calendar(options.zone, rulebook.hours),
        acts_read=deduced(with_own_amounts(table, prices, overseas), rulebook.deductions),
        existence=_existence(rulebook),
        known_codes=rulebook.nomenclature.codes,
        derogations=options.derogations,
        complete_years=options.complete_years,
        grouping={code: hidden for code, hidden in rulebook.nomenclature.grouping.items() if code in billed},
        rules=rulebook.rules,
    )


def _existence(rulebook: Rulebook) -> pl.DataFrame:
    """The periods of the nomenclature, as `Run.existence` has them."""
    spans = [
        (
            code,
            span.period.first,
            span.period.last,
            key,
            span.source.confidence,
            span.doubt_before,
            span.doubt_after,
        )
        for code, act in rulebook.acts.items()
        for key, span in act.existences.items()
    ]
    texts = dict.fromkeys(("source", "confidence", "doubt_before", "doubt_after"), pl.String)
    return pl.DataFrame(spans, schema={"code": pl.String, "first": pl.Date, "last": pl.Date, **texts}, orient="row")


def report(acts: Acts, said: Answers, rulebook: Rulebook, options: Options) -> Report:
    """The report of a run: what the rules said, beside what was read (of `acts` its table is not looked at)."""
    selected = rulebook.select(options.only, options.skip)
    key = options.pseudonym_key
    table, explanations = in_one(said.findings)
    findings = reported(table, said.stood_on, said.patients, acts.inputs, rulebook, options.as_of, key)
    crashed = tuple(Unverifiable(name, said.acts, (CRASHED,)) for name in said.crashed)
    unverifiable = tuple(sorted((*_entries(said.unverifiable), *crashed), key=lambda entry: entry.rule))
    used = set(findings["source"].drop_nulls().unique())
    return Report(
        as_of=options.as_of,
        profile=cast("Profile", options.profile),
        rulebook=Rules(rulebook.version, len(rulebook.rules), rulebook.date, rulebook.replaced),
        scope=_scope(said, rulebook, selected, options),
        inputs=acts.inputs,
        summary=_summary(acts, said, findings, unverifiable, selected),
        findings=findings,
        explanations=explanations,
        unverifiable=unverifiable,
        rejected=acts.rejected,
        unread=acts.unread,
        not_counted=_not_counted(acts.inputs, said.refused),
        sources={key: source for key, source in rulebook.sources.items() if key in used},
        titles={name: rulebook.rules[name].title for name in selected},
        threshold=tuple(entry for entries in said.threshold.values() for entry in entries),
        notices=(*acts.notices, *_unused_derogations(said.practitioners, options)),
        zone=options.zone,
    )


def _scope(said: Answers, rulebook: Rulebook, selected: Sequence[str], options: Options) -> Scope | None:
    """What options left of the rules and of the dates, where they left something out."""
    if len(selected) == len(rulebook.rules) and options.from_ is None and options.until is None:
        return None
    return Scope(len(selected), options.from_, options.until, said.acts_asked)


def _not_counted(inputs: Sequence[Input], refused: pl.DataFrame) -> tuple[NotCounted, ...]:
    rows = refused.sort("input", "row").iter_rows()
    return tuple(NotCounted(inputs[rank].file, inputs[rank].sheet, row, status) for rank, row, status in rows)


def _threshold(
    counted: pl.DataFrame, selected: Sequence[str], run: Run
) -> dict[tuple[str, date], tuple[Practitioner, ...]]:
    return {
        (name, version.from_): remote_share.practitioners(counted, version, run)
        for name, rule in run.rules.items()
        if name in selected and isinstance(rule, Share)
        for version in about(rule, run)
    }


def _unused_derogations(practitioners: frozenset[str], options: Options) -> list[str]:
    """A derogation of nobody in the files may be one whose practitioner was misspelt."""
    absent = dict.fromkeys(own.practitioner for own in options.derogations if own.practitioner not in practitioners)
    return [f"Aménagement du plafond de {name} : aucun acte de ce praticien dans les fichiers." for name in absent]


def asked(acts: pl.DataFrame, options: Options) -> pl.DataFrame:
    """The acts of the dates asked."""
    if options.from_ is not None:
        acts = acts.filter(pl.col("date") >= options.from_)
    if options.until is not None:
        acts = acts.filter(pl.col("date") <= options.until)
    return acts


def _within(found: Mapping[str, pl.DataFrame], wanted: pl.Series, options: Options) -> dict[str, pl.DataFrame]:
    """The findings on the `wanted` acts, from `from_` to `until`; one on a year that has one such day stays."""
    findings = {name: frame for name, frame in found.items() if not frame.is_empty()}
    if options.from_ is None and options.until is None:
        return findings
    first, last = options.from_ or date.min, options.until or date.max
    of_a_day = pl.col("act").is_in(wanted.implode())
    of_a_year = pl.col("year").is_between(first.year, last.year)
    return {name: frame.filter(of_a_day | of_a_year) for name, frame in findings.items()}


def _unanswered(unknown: Mapping[str, pl.DataFrame], acts: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """What could not be answered of the `wanted` acts (UNANSWERED)."""
    unknown = {name: frame for name, frame in unknown.items() if len(frame)}
    if len(wanted) < len(acts):
        unknown = {name: frame.filter(pl.col("act").is_in(wanted.implode())) for name, frame in unknown.items()}
    nobody = acts.filter(pl.col("practitioner").is_null())["act"]
    alone = pl.when(pl.col("act").is_in(nobody.implode())).then("act")
    counted = (
        frame.lazy()
        .group_by(alone.alias("alone"))
        .agg(acts=pl.col("act").n_unique(), missing=pl.col("missing").explode().drop_nulls().unique())
        .select("acts", "missing", rule=pl.lit(name), act="alone")
        .select(*UNANSWERED)
        for name, frame in unknown.items()
    )
    return pl.concat([pl.LazyFrame(schema=UNANSWERED), *counted]).collect()


def _entries(unanswered: pl.DataFrame) -> list[Unverifiable]:
    """One entry per rule that could not be answered for some acts, with all that was missing; an act is told once."""
    if unanswered.is_empty():
        return []
    signed = pl.col("act").is_null()
    told = pl.concat([unanswered.filter(signed), unanswered.filter(~signed).unique(["rule", "act"])])
    lines = told.group_by("rule").agg(pl.col("acts").sum(), pl.col("missing").explode().unique())
    return [Unverifiable(name, acts, in_order(missing)) for name, acts, missing in lines.iter_rows()]


def in_order(missing: Iterable[str]) -> tuple[str, ...]:
    """Missing columns as they are named."""
    return tuple(sorted(missing, key=_COLUMNS.index))


def _summary(
    acts: Acts,
    said: Answers,
    findings: pl.DataFrame,
    unverifiable: Sequence[Unverifiable],
    selected: Sequence[str],
) -> Summary:
    return Summary(
        acts=said.acts,
        practitioners=len(said.practitioners),
        patients=len(said.patients),
        unverifiable=len(unverifiable),
        rejected=len(acts.rejected),
        not_counted=len(said.refused),
        not_concerned=len({*selected} - said.concerned),
        **summary.of_findings(findings),
    )
