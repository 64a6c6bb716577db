"""The rules of `a9 check` on the dates of a scenario: their versions follow the periods of the measure.

One implementation: a condition is never written again here, its versions are moved and the engine runs them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeGuard

import polars as pl

from avenant9.acts.columns import COLUMNS
from avenant9.kinds import Kind
from avenant9.kinds.frequency import Frequency, FrequencyVersion
from avenant9.kinds.specialty import SpecialtyVersion
from avenant9.law.dated import Version
from avenant9.rulebook.measures import ChannelSpan, Span, SupplementSpan, stretches
from avenant9.schedule import answers
from avenant9.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from avenant9.kinds.run import Run
    from avenant9.period import Period
    from avenant9.rulebook.load import Rulebook
    from avenant9.rulebook.measures import Measure

#: The one doctor of files that name none: a limit per practitioner holds for him as for any other.
_ALONE = "praticien non nommé"
#: Ends the name of a count of everything that may be refused.
_CROWDED = " (tout compris)"


@dataclass(frozen=True)
class Judgement:
    """What the rules say of the acts of a measure.

    Attributes:
        violations: `act`, `rule`, `message`, `units` (those beyond a limit; null where the whole act is refused).
        reviews: the same, for what a person must settle.
        unknown: `act`, `rule`, `missing`, `at_most` (the gravest that the answer could be).
        crowded: `act`, `units`: those beyond a limit if all that may be refused is not.
    """

    violations: pl.DataFrame
    reviews: pl.DataFrame
    unknown: pl.DataFrame
    crowded: pl.DataFrame


def judged(
    acts: pl.DataFrame,
    rulebook: Rulebook,
    run: Run,
    rules: Sequence[str],
    nominal: Measure,
    measure: Measure,
    codes: Sequence[str],
) -> Judgement:
    """Runs `rules` on `acts` in the retained periods of `measure`.

    Args:
        acts: all acts that count, with their `nature`.
        rulebook: the rules, with their own dates.
        run: as `engine.prepared` gives it.
        rules: ids, which `load_measures` has looked up.
        nominal: the measure as its file has it: its periods say which versions belong to which.
        measure: the same under the scenario.
        codes: the acts that are looked at.
    """
    moved = {
        name: rule for name in rules if (rule := _moved(rulebook.rules[name], nominal, measure, codes)) is not None
    }
    crowded = {f"{name}{_CROWDED}": rule.with_the_unsure() for name, rule in moved.items() if _leaves_out(rule)}
    moved |= crowded
    limited = replace(rulebook, rules=moved)
    named = pl.when(pl.col("practitioner") == "?").then(pl.lit(_ALONE)).otherwise("practitioner")
    alone = replace(run, acts_read=run.acts_read.with_columns(practitioner=named))
    found, unknown, crashed = answers(acts.with_columns(practitioner=named), limited, list(moved), alone)
    about = acts.filter(pl.col("code").is_in(list(codes))).select("act")
    findings = [_findings(name, frame, moved[name]) for name, frame in found.items() if not frame.is_empty()]
    unknowns = [frame.with_columns(rule=pl.lit(name)) for name, frame in unknown.items() if name not in crowded]
    nothing_said = {"missing": pl.lit([], pl.List(pl.String)), "at_most": pl.lit("violation")}
    unknowns += [about.with_columns(**nothing_said, rule=pl.lit(name)) for name in crashed]
    said = pl.concat([_NO_FINDINGS, *findings]).join(about, on="act", how="semi")
    asked = pl.concat([_NO_UNKNOWN, *(frame.select(_NO_UNKNOWN.columns) for frame in unknowns)])
    all_counted = pl.col("rule").is_in(list(crowded))
    violations = said.filter(pl.col("verdict") == "violation").drop("verdict")
    return Judgement(
        violations=violations.filter(~all_counted),
        reviews=said.filter(pl.col("verdict") == "review", ~all_counted).drop("verdict"),
        unknown=asked.join(about, on="act", how="semi"),
        crowded=violations.filter(all_counted).select("act", "units"),
    )


def _leaves_out(rule: Kind[Any]) -> TypeGuard[Frequency]:
    return isinstance(rule, Frequency) and bool(rule.not_counting)


_NO_FINDINGS = pl.DataFrame(
    schema={
        "act": pl.UInt32(),
        "rule": pl.String(),
        "verdict": pl.String(),
        "message": pl.String(),
        "units": pl.Int64(),
    }
)
_NO_UNKNOWN = pl.DataFrame(
    schema={"act": pl.UInt32(), "rule": pl.String(), "missing": pl.List(pl.String()), "at_most": pl.String()}
)


def _findings(name: str, frame: pl.DataFrame, rule: Kind[Any]) -> pl.DataFrame:
    units = [
        (told["count"] - told["limit"] if isinstance(rule, Frequency) else None)
        for told in map(json.loads, frame["explanation"])
    ]
    return frame.select(
        "act", rule=pl.lit(name), verdict="verdict", message="message", units=pl.Series(units, dtype=pl.Int64)
    )


def doubtful_units(judgement: Judgement, retained: pl.Expr) -> pl.Expr:
    """Of the units retained of an act, those that a rule leaves to a person, or would if it could answer."""
    whole = pl.concat(
        [
            judgement.reviews.filter(pl.col("units").is_null())["act"],
            judgement.unknown.filter(pl.col("at_most") == "review")["act"],
        ]
    )
    beyond = judgement.reviews.drop_nulls("units")
    some = pl.col("act").replace_strict(beyond["act"], beyond["units"], default=0, return_dtype=pl.Int64)
    return pl.when(pl.col("act").is_in(whole.implode())).then(retained).otherwise(pl.min_horizontal(retained, some))


def missing_words(missing: Iterable[str]) -> str:
    """The columns that would tell, as the template names them."""
    headings = [COLUMNS[name].heading if name in COLUMNS else name for name in dict.fromkeys(missing)]
    if not headings:
        return "la règle n'a pas pu être appliquée"
    return f"il manque {listed(quoted(headings))}"


# --- moving versions ---------------------------------------------------------------------------------------


def _moved(rule: Any, nominal: Measure, measure: Measure, codes: Sequence[str]) -> Any:
    """The rule with its versions where the measure's periods are; None where none is left."""
    own = {span.id: span for span in nominal.period}
    versions: list[Any] = []
    settled = False  # whether the version before is of a period that is retained by the scenario only
    for span, days in stretches(measure):
        before, disputed = own[span.id], not own[span.id].retained
        for version in _within(_of_span(rule, before), before, days, span, codes) if span.retained else ():
            if versions and (disputed or settled) and _goes_on(versions[-1], version):
                versions[-1] = versions[-1].model_copy(update={"until": version.until})
            else:
                versions.append(version)
            settled = disputed
    return rule.model_copy(update={"version": tuple(versions)}) if versions else None


def _of_span(rule: Any, span: Span) -> list[Any]:
    """The versions of a rule on the days of a period; a limit that has none goes on from the period before."""
    inside = [version for version in rule.version if version.period.overlaps(span.period)]
    if not inside and isinstance(rule, Frequency):
        inside = [version for version in rule.version if version.from_ < span.from_][-1:]
    return inside


def _within(
    versions: Sequence[Any], nominal: Span, days: Period, span: Span, codes: Sequence[str]
) -> Iterable[Version]:
    """The versions of the nominal period stretched or cut to `days`."""
    for rank, version in enumerate(versions):
        first = days.first if rank == 0 and version.from_ <= nominal.from_ else max(days.first, version.from_)
        last = days.last
        if rank < len(versions) - 1 or not _reaches_end(version, nominal):
            last = _earlier(last, version.period.last)
        if last is not None and last < first:
            continue
        changed = _strengthened(version, nominal, span).model_copy(
            update={"from_": first, "until": "open" if last is None else last}
        )
        if not isinstance(changed, SpecialtyVersion):
            yield changed
        elif entries := tuple(entry for entry in changed.entry if set(entry.codes) & set(codes)):
            yield changed.model_copy(update={"entry": entries})


def _goes_on(before: Any, version: Any) -> bool:
    """Whether a count simply goes on: a disputed period that a scenario retains continues its neighbour."""
    return (
        isinstance(before, FrequencyVersion)
        and version.period.follows(before.period)
        and (before.limit, before.verdict, before.codes) == (version.limit, version.verdict, version.codes)
    )


def _reaches_end(version: Version, nominal: Span) -> bool:
    """Whether the version holds to the end of the period (or goes on from the one before)."""
    last, end = version.period.last, nominal.period.last
    return last is None or (end is not None and last >= end) or last < nominal.from_


def _earlier(one: date | None, other: date | None) -> date | None:
    return other if one is None else one if other is None else min(one, other)


def _strengthened(version: Any, nominal: Span, span: Span) -> Any:
    """A scenario that retains a disputed period settles the dispute; one that sets a limit settles the limit."""
    update: dict[str, Any] = {}
    if not nominal.retained:
        update["verdict"] = "violation"
    if isinstance(version, FrequencyVersion):
        limit = _limit(span)
        if limit is not None and ("limit" in span.by_hand or not nominal.retained):
            update |= {"limit": limit, "verdict": "violation"}
    return version.model_copy(update=update) if update else version


def _limit(span: Span) -> int | None:
    return span.limit if isinstance(span, SupplementSpan | ChannelSpan) else None
