"""Runs each version of each rule on the acts that it has to look at, and stamps what it finds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from graphlib import TopologicalSorter
from typing import Any

import polars as pl

from avenant9 import one_patient
from avenant9.acts.netting import twice
from avenant9.frames import FINDINGS
from avenant9.kinds.kind import Kind, V
from avenant9.kinds.run import UNVERIFIABLE, Kept, Run, billed, saying_why
from avenant9.kinds.visit import COLUMNS, VISIT
from avenant9.law.dated import Version, text_behind
from avenant9.model import Outcome
from avenant9.records import replace
from avenant9.rulebook.load import Rulebook
from avenant9.threads import THREADS

_AT_MOST = "En jeu, au plus : le montant de la ligne n'est pas la somme des tarifs connus de ses codes."
_NOTHING = Outcome(pl.DataFrame(schema=FINDINGS), pl.DataFrame(schema=UNVERIFIABLE))


def leaned_on(rulebook: Rulebook, names: Iterable[str]) -> set[str]:
    """These rules, and all those on whose findings theirs depend."""
    found: set[str] = set()
    queue = list(names)
    while queue:
        name = queue.pop()
        if name not in found and name in rulebook.rules:
            found.add(name)
            queue += rulebook.rules[name].leans_on
    return found


def concerned(rulebook: Rulebook, selected: Iterable[str], run: Run) -> frozenset[str]:
    """Of these rules, those that are about some act on its day: the others have nothing to say of the files."""
    return frozenset(name for name in selected if about(rulebook.rules[name], run))


def about(rule: Kind[V], run: Run) -> list[V]:
    """The versions of a rule that are about some act on its day: most have nothing to look at."""
    days = _days(run)
    return [version for version in rule.version if _holds(rule, version, days)]


def _holds(rule: Kind[Any], version: Version, days: Mapping[str, Sequence[date]]) -> bool:
    first = version.period.first
    held = (days.get(code, ()) for code in rule.codes(version) or days)
    return any(place < len(on) and on[place] in version.period for on in held for place in (bisect_left(on, first),))


def _days(run: Run) -> Mapping[str, Sequence[date]]:
    """The days of the acts of each code, in order; those under a grouping code for each code that it may hide too."""

    def found() -> Mapping[str, Sequence[date]]:
        days: dict[str, set[date]] = {}
        for code, on in billed(run).select("code", "date").unique().iter_rows():
            for own in (code, *run.grouping.get(code, ())):
                days.setdefault(own, set()).add(on)
        return {code: sorted(held) for code, held in days.items()}

    return run.kept.once("days", found)


def answers(
    counted: pl.DataFrame, rulebook: Rulebook, selected: Sequence[str], run: Run
) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame], list[str]]:
    """Findings and unknowns by rule; the rules that a selected one leans on run too, but are not reported."""
    rules = rulebook.rules
    wanted = leaned_on(rulebook, selected)
    sorter = TopologicalSorter({name: sorted(rules[name].leans_on & wanted) for name in sorted(wanted)})
    found: dict[str, pl.DataFrame] = {}
    unknown: dict[str, pl.DataFrame] = {}
    crashed: list[str] = []
    rows = counted.select("act", "input", "row")
    sorter.prepare()
    with ThreadPoolExecutor(THREADS) as pool:
        acts_for = _ActsFor(counted, run, pool)
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=lambda name: rules[name].acts_needed != "all")  # long ones first
            answered = pool.map(partial(_answered, rules, acts_for, run), ready)
            for name, outcome in zip(ready, answered, strict=True):
                if outcome is None:
                    crashed.append(name)
                    continue
                found[name] = _silenced(outcome.findings, rules[name].silent_where, found, rows)
                unknown[name] = outcome.unverifiable
            sorter.done(*ready)
            run = informed(run, found, unknown)
    return (
        {name: found[name] for name in selected if name in found},
        {name: unknown[name] for name in selected if name in unknown},
        [name for name in crashed if name in selected],
    )


def informed(run: Run, found: Mapping[str, pl.DataFrame], unknown: Mapping[str, pl.DataFrame]) -> Run:
    """The run, told what rules found and could not answer."""
    return replace(
        run,
        violating={name: in_violation(findings) for name, findings in found.items() if len(findings)},
        unsure={
            name: asked.filter(pl.col("at_most") == "violation") for name, asked in unknown.items() if len(asked)
        },
    )


def _answered(rules: Mapping[str, Kind[Any]], acts_for: _ActsFor, run: Run, name: str) -> Outcome | None:
    """What a rule says, all versions together; None where it crashed: the run goes on, the rule does not know."""
    rule = rules[name]
    try:
        asked = [(version, acts_for(rule, version)) for version in about(rule, run)]
        outcomes = [
            (version, rule.check(acts, version, run))
            for version, acts in asked
            if len(acts) or rule.acts_needed == "all"
        ]
        said = [
            _stamped(outcome, text_behind(name, version), version)
            for version, outcome in outcomes
            if len(outcome.findings) or len(outcome.unverifiable)
        ]
        if not said:
            return _NOTHING
        findings = pl.concat([outcome.findings for outcome in said], how="vertical_relaxed")
        return Outcome(acts_for.bounded(rule, findings), pl.concat([outcome.unverifiable for outcome in said]))
    except (Exception, pl.exceptions.PanicException):
        return None


def in_violation(findings: pl.DataFrame) -> pl.Series:
    """The acts that they say are in violation."""
    return findings.filter(pl.col("verdict") == "violation", pl.col("act").is_not_null())["act"]


class _ActsFor:
    """The acts that a version of a rule has to look at: most look at a few of them only."""

    def __init__(self, acts: pl.DataFrame, run: Run, pool: ThreadPoolExecutor) -> None:
        self._acts = acts
        self._grouping = frozenset(run.grouping)
        self._places = pool.submit(_places, acts["code"])
        self._together = pool.submit(_together, acts.select(COLUMNS), self._grouping)
        self._identities = acts.select(one_patient.COLUMNS)
        self._undivided = acts["act"].filter(acts["undivided"])
        self._kept = Kept()

    def __call__(self, rule: Kind[Any], version: Version) -> pl.DataFrame:
        if rule.acts_needed == "of-its-codes":
            codes = frozenset((rule.codes(version) | self._grouping) & self._places.result().keys())
            return self._kept.once(codes, lambda: self._of_codes(codes))
        return self._together.result() if rule.acts_needed == "not-alone" else self._acts

    def bounded(self, rule: Kind[Any], findings: pl.DataFrame) -> pl.DataFrame:
        """The findings of a rule, where its acts leave it no more: a review of whom they may not all be, and at most
        the amount of what they are only a part of.
        """
        if rule.sets_rows_side_by_side and len(findings):
            findings = one_patient.at_most_review(findings, named_by(findings, self._identities))
        if len(self._undivided) and len(findings) and rule.at_stake_is == "amount":
            findings = _at_most(findings, self._undivided)
        return findings

    def _of_codes(self, codes: frozenset[str]) -> pl.DataFrame:
        """The acts of some codes, in their order."""
        places = [self._places.result()[code] for code in codes]
        return self._acts[pl.concat(places).sort()] if places else self._acts.clear()


def _places(codes: pl.Series) -> dict[str, pl.Series]:
    """Where the acts of each code stand."""
    found = codes.alias("code").to_frame().with_row_index("place").group_by("code").agg("place")
    return dict(zip(found["code"], found["place"], strict=True))


def _together(acts: pl.DataFrame, grouping: frozenset[str]) -> pl.DataFrame:
    """The acts that are not alone on their visit, with those of which the visit or the code is not known, and those
    that may be of such a visit.

    Visits and days are told apart by hash: two of them taken for one only leave more acts to look at.
    """
    shared = twice(acts.select(VISIT))
    nobody = acts["practitioner"].is_null() | acts["patient"].is_null()
    kept = shared | nobody | acts["code"].is_in(sorted(grouping))
    if nobody.any():
        days, unsigned = acts.select("practitioner", "date"), acts.filter(pl.col("practitioner").is_null())
        kept |= days.hash_rows().is_in(days.filter(nobody).hash_rows().unique().implode())
        kept |= acts["date"].is_in(unsigned["date"].unique().implode())
    return acts.filter(kept)


def _stamped(outcome: Outcome, source: str, version: Version) -> Outcome:
    return Outcome(
        saying_why(outcome.findings, version).with_columns(source=pl.coalesce("source", pl.lit(source))),
        outcome.unverifiable.with_columns(at_most=pl.coalesce("at_most", pl.lit(version.verdict))),
    )


def _at_most(findings: pl.DataFrame, undivided: pl.Series) -> pl.DataFrame:
    """Says of the findings whose stake is the amount of a whole row of several codes that it is an upper bound.

    What is at stake of a practitioner's year is that of the acts related to it.
    """
    acts = pl.when(pl.col("act").is_null()).then("related").otherwise(pl.concat_list("act"))
    billed = (
        findings.lazy().with_row_index("nth").filter(pl.col("at_stake") > 0).select("nth", act=acts).explode("act")
    )
    bound = billed.filter(pl.col("act").is_in(undivided.implode())).collect()["nth"]
    if bound.is_empty():
        return findings
    said = pl.format("{} {}", "message", pl.lit(_AT_MOST))
    is_bound = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(bound.implode())
    return findings.with_columns(message=pl.when(is_bound).then(said).otherwise("message"))


def _silenced(
    findings: pl.DataFrame, silent_where: Iterable[str], found: Mapping[str, pl.DataFrame], rows: pl.DataFrame
) -> pl.DataFrame:
    """Drops the findings on rows that one of these rules names already."""
    named = [found[name].select("act") for name in silent_where if name in found]
    if not named or findings.is_empty():
        return findings
    loud = lookup(rows, pl.concat(named)["act"])
    own = lookup(rows, findings["act"])
    quiet = own.join(loud, on=["input", "row"], how="semi")["act"]
    return findings.filter(~pl.col("act").is_in(quiet.implode()).fill_null(False))


def named_by(findings: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """The acts that findings stand on, and those related to them."""
    return lookup(acts, pl.concat([findings["act"], findings["related"].explode()]))


def lookup(acts: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """The lines of `acts`, which are in the order of their `act`, where that is one of `wanted`, each once.

    What few findings ask of a million acts is looked up: a join would go through all of them.
    """
    wanted = wanted.drop_nulls().unique()
    places = acts["act"].search_sorted(wanted)
    near = acts[places.filter(places < len(acts))]
    return near.filter(pl.col("act").is_in(wanted.implode()))
