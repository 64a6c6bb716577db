"""Acts and rulebook in, report out: runs each version of each rule, stamps what it finds, counts what it cannot say.

A check that crashes becomes a finding-like answer, *unverifiable*, and the run goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from graphlib import TopologicalSorter
from typing import Any

import polars as pl

from avenant9 import summary, threshold
from avenant9.calendar import Calendar
from avenant9.checks import combination, condition, data, frequency, share, tariff
from avenant9.checks.context import UNVERIFIABLE, Context
from avenant9.model import (
    ACTS,
    CCAM_SHAPE,
    CRASHED,
    FINDINGS,
    PLACE,
    REPORTED,
    Acts,
    GrantedCeiling,
    Outcome,
    Report,
    Unverifiable,
)
from avenant9.period import Period, civil_year
from avenant9.rulebook import schema
from avenant9.rulebook.load import Rulebook
from avenant9.rulebook.prices import Prices

Check = Callable[[pl.DataFrame, Any, Any, Context], Outcome]

#: What each kind of rule runs.
KINDS: dict[str, Check] = {
    "frequency": frequency.check,
    "proximity": frequency.check_proximity,
    "share": share.check,
    "derogation": share.check_derogation,
    "tariff": tariff.check,
    "no-overcharge": tariff.check_no_overcharge,
    "opposable": tariff.check_opposable,
    "condition": condition.check,
    "specialty": condition.check_specialty,
    "alternation": condition.check_alternation,
    "host": combination.check_host,
    "pair": combination.check,
    "validity": condition.check_validity,
    "data": data.check,
}

_COLUMNS = [*ACTS, "tariff"]  # the order in which missing columns are named


#: The kinds that look only at acts of the codes that their versions name.
BY_CODE = frozenset({"frequency", "condition", "specialty", "no-overcharge"})


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
    acts that findings name, with the columns STOOD_ON; `patients` the first act of each patient, in their order;
    `threshold` the entries of each version of a share.
    """

    findings: pl.DataFrame
    unverifiable: tuple[Unverifiable, ...]
    crashed: tuple[str, ...]
    stood_on: pl.DataFrame
    patients: pl.DataFrame
    practitioners: frozenset[str]
    acts: int
    acts_asked: int
    threshold: Mapping[tuple[str, date], tuple[dict[str, Any], ...]]


def answer(acts: Acts, rulebook: Rulebook, selected: Sequence[str], options: Options) -> Answers:
    """Runs the selected rules on all acts."""
    everything, context = prepared(acts, rulebook, options)
    found, unknown, crashed = run(everything.filter(pl.col("status").is_null()), rulebook, selected, context)
    findings = [frame.with_columns(rule=pl.lit(name)) for name, frame in found.items() if not frame.is_empty()]
    table = pl.concat(findings) if findings else pl.DataFrame(schema={**FINDINGS, "rule": pl.String})
    return Answers(
        findings=_within(table, everything, options),
        unverifiable=_unverifiable(unknown, everything, options),
        crashed=tuple(crashed),
        stood_on=everything,
        patients=everything.select("patient", "act").drop_nulls("patient").unique("patient", maintain_order=True),
        practitioners=frozenset(everything["practitioner"].drop_nulls().unique()),
        acts=len(everything),
        acts_asked=everything.filter(_wanted_dates(options)).height,
        threshold=_threshold(everything, selected, context),
    )


def prepared(acts: Acts, rulebook: Rulebook, options: Options) -> tuple[pl.DataFrame, Context]:
    """All acts with their `nature` (null where the nomenclature gives none), and what checks are told of the run."""
    natures = pl.DataFrame(
        {"code": list(rulebook.acts), "nature": [act.nature for act in rulebook.acts.values()]},
        schema={"code": pl.String, "nature": pl.String},
    )
    technical = pl.when(pl.col("code").str.contains(f"^{CCAM_SHAPE}$")).then(pl.lit("technique"))
    everything = acts.table.join(natures, on="code", how="left", maintain_order="left").with_columns(
        nature=pl.coalesce("nature", technical)
    )
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
    )


def needs(rule: schema.RuleModel) -> set[str]:
    """The rules that this one leans on."""
    return {*rule.silent_where, *getattr(rule, "not_counting", ())}


def run(
    counted: pl.DataFrame, rulebook: Rulebook, selected: Sequence[str], context: Context
) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame], list[str]]:
    """Findings and unknowns by rule; the rules that a selected one leans on run too, but are not reported."""
    wanted = set(selected)
    queue = list(selected)
    while queue:
        fresh = {name for name in needs(rulebook.rules[queue.pop()]) if name in rulebook.rules} - wanted
        wanted |= fresh
        queue += fresh
    graph = {name: sorted(needs(rulebook.rules[name]) & wanted) for name in sorted(wanted)}
    present = _present(context)
    of_codes = _Named.of(counted, [rulebook.rules[name] for name in graph], context)
    found: dict[str, pl.DataFrame] = {}
    unknown: dict[str, pl.DataFrame] = {}
    crashed: list[str] = []
    rows = counted.select("act", "input", "row")
    for name in TopologicalSorter(graph).static_order():
        rule = rulebook.rules[name]
        try:
            outcomes = [
                _stamped(
                    KINDS[rule.kind](
                        of_codes.acts(version) if rule.kind in BY_CODE else counted, rule, version, context
                    ),
                    f"rule:{name}@{version.from_.isoformat()}",
                )
                for version in rule.version
                if _concerns(version, present)
            ] or [Outcome(pl.DataFrame(schema=FINDINGS), pl.DataFrame(schema=UNVERIFIABLE))]
        except (Exception, pl.exceptions.PanicException):  # the run goes on: the rule says that it does not know
            crashed.append(name)
            continue
        findings = pl.concat([outcome.findings for outcome in outcomes])
        findings = _silenced(findings, rule.silent_where, found, rows)
        found[name] = findings
        unknown[name] = pl.concat([outcome.unverifiable for outcome in outcomes])
        in_violation = findings.filter(pl.col("verdict") == "violation", pl.col("act").is_not_null())["act"]
        context = replace(context, violating={**context.violating, name: in_violation})
    return (
        {name: found[name] for name in selected if name in found},
        {name: unknown[name] for name in selected if name in unknown},
        [name for name in crashed if name in selected],
    )


@dataclass(frozen=True)
class _Named:
    """The acts of the codes that rules name, apart by code: most versions look at a few of them only."""

    whole: pl.DataFrame
    by_code: Mapping[str, pl.DataFrame]
    grouping: frozenset[str]

    @classmethod
    def of(cls, acts: pl.DataFrame, rules: Iterable[schema.Rule], context: Context) -> _Named:
        """The acts of all codes of the rules that look by code, and those of the grouping codes."""
        grouping = frozenset(context.grouping)
        looking = [rule for rule in rules if rule.kind in BY_CODE]
        codes = {code for rule in looking for version in rule.version for code in codes_of(version)}
        whole = acts.filter(pl.col("code").is_in(sorted(codes | grouping)))
        parts = whole.partition_by("code", as_dict=True) if len(whole) else {}
        return cls(whole, {str(key[0]): part for key, part in parts.items()}, grouping)

    def acts(self, version: schema.Version) -> pl.DataFrame:
        """The acts of the codes of one version, and of the grouping codes, in their order."""
        parts = [self.by_code[code] for code in codes_of(version) | self.grouping if code in self.by_code]
        if 2 * sum(map(len, parts)) > len(self.whole):
            return self.whole
        if len(parts) == 1:
            return parts[0]
        return pl.concat(parts).sort("act") if parts else self.whole.clear()


def _present(context: Context) -> tuple[frozenset[str], Period]:
    """The codes of the acts, with those that a grouping code may hide, and the days they cover."""
    codes = set(context.everything["code"].unique())
    hidden = {code for group in codes & context.grouping.keys() for code in context.grouping[group]}
    first, last = context.everything.select(pl.col("date").min(), last=pl.col("date").max()).row(0)
    return frozenset(codes | hidden), Period(first or date.min, last or date.min)


def _concerns(version: schema.Version, present: tuple[frozenset[str], Period]) -> bool:
    """Whether some act could be what the version is about: most versions of most rules have nothing to look at."""
    codes, days = present
    if not version.period.overlaps(days):
        return False
    looked_at = codes_of(version)
    return not looked_at or not codes.isdisjoint(looked_at)


def codes_of(version: schema.Version) -> frozenset[str]:
    """The codes on which a finding of this version may stand; empty where they are not given one by one."""
    match version:
        case (
            schema.FrequencyVersion(codes=codes)
            | schema.ProximityVersion(codes=codes)
            | schema.ConditionVersion(codes=codes)
            | schema.NoOverchargeVersion(codes=codes)
            | schema.HostVersion(codes=codes)
            | schema.AlternationVersion(remote_codes=codes)
        ):
            return frozenset(codes)
        case schema.SpecialtyVersion(entry=entries):
            return frozenset(code for entry in entries for code in entry.codes)
        case schema.OpposableVersion():
            return frozenset((*version.any_sector, *version.sector_2_without_optam))
        case schema.PairVersion(excluded=excluded) if not excluded.natures:
            return frozenset(excluded.codes)
    return frozenset()


def _stamped(outcome: Outcome, source: str) -> Outcome:
    return Outcome(outcome.findings.with_columns(source=pl.coalesce("source", pl.lit(source))), outcome.unverifiable)


def _silenced(
    findings: pl.DataFrame, silent_where: Iterable[str], found: Mapping[str, pl.DataFrame], rows: pl.DataFrame
) -> pl.DataFrame:
    """Drops the findings on rows that one of these rules names already."""
    named = [found[name].select("act") for name in silent_where if name in found]
    if not named or findings.is_empty():
        return findings
    loud = pl.concat(named).unique().join(rows, on="act").select("input", "row").unique()
    quiet = rows.join(loud, on=["input", "row"], how="semi")["act"]
    return findings.filter(~pl.col("act").is_in(quiet.implode()).fill_null(False))


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
        sources={key: source for key, source in rulebook.sources.items() if key in used},
        titles=titles,
        threshold=tuple(entry for entries in answers.threshold.values() for entry in entries),
        notices=(*acts.notices, *_unused_derogations(answers.practitioners, options)),
        columns=acts.columns,
        asked=(options.from_, options.until),
    )


def _threshold(
    everything: pl.DataFrame, selected: Sequence[str], context: Context
) -> dict[tuple[str, date], tuple[dict[str, Any], ...]]:
    counted = everything.filter(pl.col("status").is_null())
    return {
        (name, version.from_): threshold.practitioners(
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


def _wanted_dates(options: Options) -> pl.Expr:
    wanted = pl.lit(True)
    if options.from_ is not None:
        wanted = wanted & (pl.col("date") >= options.from_)
    if options.until is not None:
        wanted = wanted & (pl.col("date") <= options.until)
    return wanted


def _within(table: pl.DataFrame, everything: pl.DataFrame, options: Options) -> pl.DataFrame:
    """The findings on dates of care from `from_` to `until`; a finding on a year that has one such day stays."""
    if options.from_ is None and options.until is None:
        return table
    wanted = everything.filter(_wanted_dates(options))["act"]
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
#: What a report reads of acts.
STOOD_ON = ("act", *_SHOWN, "rate", "reimbursed", "practitioner")


def _reported(answers: Answers, acts: Acts, rulebook: Rulebook, as_of: date) -> pl.DataFrame:
    """Findings with the act they stand on, in the order of the contract."""
    table, everything = answers.findings, answers.stood_on
    places = pl.DataFrame(
        [(rank, entry.file, entry.sheet) for rank, entry in enumerate(acts.inputs)],
        schema={"input": pl.UInt16, "file": pl.String, "sheet": pl.String},
        orient="row",
    )
    stood_on = everything.select("act", *_SHOWN, "rate", "reimbursed", act_practitioner="practitioner")
    joined = (
        table.join(stood_on, on="act", how="left", maintain_order="left")
        .with_columns(practitioner=pl.coalesce("practitioner", "act_practitioner"))
        .join(places, on="input", how="left", maintain_order="left")
        .join(pseudonyms(answers.patients), on="patient", how="left", maintain_order="left")
        .sort("input", "row", "rule", "act", "practitioner", "year", nulls_last=True, maintain_order=True)
    )
    joined = joined.with_columns(
        at_stake_amo=_fund_part(),
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


def _fund_part() -> pl.Expr:
    """The fund's part of what is at stake: in proportion of what it reimbursed, else by the rate."""
    reimbursed = pl.when(pl.col("amount") > 0).then(
        (2 * pl.col("reimbursed") * pl.col("at_stake") + pl.col("amount")) // (2 * pl.col("amount"))
    )
    by_rate = (2 * pl.col("at_stake") * pl.col("rate") + 10_000) // 20_000
    return pl.coalesce(reimbursed, by_rate)


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
        wanted = everything.filter(_wanted_dates(options))["act"]
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
        "acts_asked": answers.acts_asked,
        "rules_run": len(selected),
        "rules_not_run": len(unverifiable),
        **summary.of_findings(reported),
    }
