"""Cases put together: the acts of many, each as a sheet of its own, go through the rules in one run.

What a case costs alone is the steps of a run, whatever the number of its acts. Practitioners, patients and invoices
are told apart by case, so that no act of one meets an act of another; rows keep the numbers that they have alone.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from avenant9.acts.asked import ReadOptions
from avenant9.acts.load import OneFile, join, read_one
from avenant9.acts.netting import counting
from avenant9.acts.sheet import Sheet
from avenant9.engine import Options, in_order, prepared
from avenant9.findings import in_one, reported
from avenant9.model import Acts
from avenant9.records import replace
from avenant9.results.explanations import Explanations
from avenant9.rule_ids import family_of
from avenant9.rulebook.load import Rulebook
from avenant9.schedule import answers

_ALONE = ReadOptions()
_MARK = "\x1f"


@dataclass(frozen=True)
class Asked:
    """A CSV of acts, and what a check of it is asked: `options.only` are the ids of rules."""

    acts: str
    options: Options


@dataclass
class Answer:
    """What the rules that a case asks say of it: `findings` as lines of `Report.findings`, by their order there;
    by rule, of how many acts nothing can be said, and for want of what."""

    explanations: Explanations
    findings: list[dict[str, Any]] = field(default_factory=list)
    unverifiable: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)


def together(asked: Sequence[Asked], rulebook: Rulebook) -> list[Answer | None]:
    """What is said of each, in their order; None for one that must be checked alone.

    That is one of which a row is rejected, or is of an unknown practitioner, or of an unknown patient where a rule
    follows patients from one practitioner to another: such a row may be of the people of another case.
    """
    said: dict[int, Answer] = {}
    for group in put_together(asked, rulebook):
        said |= _answered(group, rulebook)
    return [said.get(rank) for rank in range(len(asked))]


@dataclass(frozen=True)
class Group:
    """Cases in one set of acts, in which the sheet of each has its rank for a name; `options` ask what all ask."""

    acts: Acts
    options: Options
    cases: Mapping[int, Asked]


def put_together(asked: Sequence[Asked], rulebook: Rulebook) -> list[Group]:
    """Those that do not have to stay alone, by what is asked besides rules and granted ceilings."""
    follows = any(family_of(rule) == "frequence" for one in asked for rule in one.options.only)
    sheets = _sheets([one.acts for one in asked], rulebook)
    groups: dict[Any, dict[int, Asked]] = defaultdict(dict)
    for rank, sheet in sheets.items():
        if _stays_apart(sheet, follows=follows):
            options = asked[rank].options
            groups[options.as_of, options.zone, options.complete_years][rank] = asked[rank]
    return [Group(_joined(sheets, cases), _asking(cases), cases) for cases in groups.values()]


def _stays_apart(sheet: Sheet, *, follows: bool) -> bool:
    """Whether no act may be of the people of another case."""
    if sheet.unnamed or sheet.table["practitioner"].null_count():
        return False
    return not (follows and sheet.table["patient"].null_count())


# --- the acts -------------------------------------------------------------------------------------------------


def _sheets(texts: Sequence[str], rulebook: Rulebook) -> dict[int, Sheet]:
    """The acts of each text by its rank, but of those that stay alone; texts of the same headings are read as one."""
    headed = defaultdict(list)
    for rank, text in enumerate(texts):
        heading, *rows = text.strip("\n").split("\n")
        headed[heading].append((rank, rows))
    return {
        rank: sheet for heading, bodies in headed.items() for rank, sheet in _cut(heading, bodies, rulebook).items()
    }


def _cut(heading: str, bodies: Sequence[tuple[int, Sequence[str]]], rulebook: Rulebook) -> dict[int, Sheet]:
    text = "\n".join([heading, *(row for _, rows in bodies for row in rows), ""])
    read = read_one("-", rulebook.nomenclature, _ALONE, io.BytesIO(text.encode()))
    if len(read.sheets) != 1:
        return {}
    spoilt = {rejected.row for rejected in read.sheets[0].rejected}
    found, first = {}, 2
    for rank, rows in bodies:
        own = pl.col("row").is_between(first, first + len(rows) - 1)
        table = read.sheets[0].table.filter(own).with_columns(row=(pl.col("row") - (first - 2)).cast(pl.UInt32))
        if len(table) and not spoilt.intersection(range(first, first + len(rows))):
            found[rank] = _as_sheet(read.sheets[0], table, rank)
        first += len(rows)
    return found


def _as_sheet(whole: Sheet, table: pl.DataFrame, rank: int) -> Sheet:
    """The acts of one case as a sheet that has its rank for a name."""
    apart = [
        pl.format("{}{}", pl.lit(_prefix(rank)), key).alias(key) for key in ("practitioner", "patient", "invoice")
    ]
    held = frozenset(column.name for column in table if column.null_count() < len(column))
    return replace(
        whole,
        table=table.with_columns(apart),
        account=replace(whole.account, sheet=str(rank), held=held),
        rejected=(),
        unnamed=bool((table["practitioner"] == "?").any()),
    )


def _prefix(rank: int) -> str:
    return f"{rank:06d}{_MARK}"


def _joined(sheets: Mapping[int, Sheet], cases: Iterable[int]) -> Acts:
    return join([OneFile("-", sheets=tuple(sheets[rank] for rank in cases))], _ALONE)


# --- what is said of them -------------------------------------------------------------------------------------


def _asking(cases: Mapping[int, Asked]) -> Options:
    granted = [
        replace(own, practitioner=f"{_prefix(rank)}{own.practitioner}")
        for rank, one in cases.items()
        for own in one.options.derogations
    ]
    only = dict.fromkeys(rule for one in cases.values() for rule in one.options.only)
    options = next(iter(cases.values())).options
    return replace(options, only=tuple(only), derogations=tuple(granted))


def _answered(group: Group, rulebook: Rulebook) -> dict[int, Answer]:
    run = prepared(group.acts, rulebook, group.options)
    found, unknown, crashed = answers(counting(run.acts_read), rulebook, rulebook.select(group.options.only), run)
    assert not crashed
    table, explanations = in_one({name: frame for name, frame in found.items() if len(frame)})
    findings = reported(table, run.acts_read, run.acts_read, group.acts.inputs, rulebook, group.options.as_of)
    said = {rank: Answer(explanations) for rank in group.cases}
    for finding in findings.iter_rows(named=True):
        rank = int((finding["sheet"] or finding["practitioner"]).partition(_MARK)[0])
        if finding["rule"] in group.cases[rank].options.only:
            said[rank].findings.append(_alone(finding))
    ranks = [*group.cases]
    for rule, place, number, missing in _unknown(unknown, run.acts_read):
        if rule in group.cases[ranks[place]].options.only:
            said[ranks[place]].unverifiable[rule] = number, in_order(missing)
    return said


def _alone(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding as it is where its case is alone."""
    related = [{**place, "sheet": None} for place in finding["related"]]
    names = {key: (finding[key] or "").partition(_MARK)[2] or None for key in ("practitioner", "invoice")}
    return {**finding, **names, "sheet": None, "related": related}


def _unknown(unknown: Mapping[str, pl.DataFrame], acts: pl.DataFrame) -> Collection[tuple[Any, ...]]:
    """Of each rule and case: the rule, the place of the case, how many acts, what was missing."""
    frames = [frame.select("act", "missing", rule=pl.lit(name)) for name, frame in unknown.items() if len(frame)]
    if not frames:
        return []
    lines = pl.concat(frames).join(acts.select("act", "input"), on="act")
    missing = pl.col("missing").explode().drop_nulls().unique()
    return lines.group_by("rule", "input").agg(pl.col("act").n_unique(), missing).rows()
