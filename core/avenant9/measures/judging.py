"""The rules of `a9 check` on the dates of a scenario: their versions follow the periods of the measure.

One implementation: a condition is never written again here, its versions are moved and the engine runs them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypeGuard

import polars as pl
from msgspec import Struct

from avenant9.acts.columns import COLUMNS
from avenant9.kinds import Kind
from avenant9.kinds.frequency import Frequency, FrequencyVersion
from avenant9.law.dated import Version
from avenant9.period import Period
from avenant9.records import replace
from avenant9.rulebook.measures import ChannelSpan, Span, SupplementSpan, stretches
from avenant9.schedule import answers
from avenant9.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from avenant9.kinds.run import Run
    from avenant9.rulebook.load import Rulebook
    from avenant9.rulebook.measures import Measure

#: The one doctor of files that name none: a limit per practitioner holds for him as for any other.
_ALONE = "praticien non nommé"
#: Ends the name of a count of everything that may be refused.
_CROWDED = " (tout compris)"


class Judgement(Struct, frozen=True):
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
    name: str,
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
        name: id of the measure: versions hang on `name/period`.
        acts: all acts that count, with their `nature`.
        rulebook: the rules, with their own dates.
        run: as `engine.prepared` gives it.
        rules: ids, which `load_measures` has looked up.
        nominal: the measure as its file has it: its days tell the versions that hang on no period by name.
        measure: the same under the scenario.
        codes: the acts that are looked at.
    """
    moved = {rule: own for rule in rules if (own := _moved(rulebook.rules[rule], name, nominal, measure)) is not None}
    crowded = {f"{rule}{_CROWDED}": own.with_the_unsure() for rule, own in moved.items() if _leaves_out(own)}
    moved |= crowded
    limited = replace(rulebook, rules=moved)
    named = pl.when(pl.col("practitioner") == "?").then(pl.lit(_ALONE)).otherwise("practitioner")
    alone = replace(run, acts_read=run.acts_read.with_columns(practitioner=named))
    found, unknown, crashed = answers(acts.with_columns(practitioner=named), limited, list(moved), alone)
    about = acts.filter(pl.col("code").is_in(list(codes))).select("act")
    findings = [_findings(rule, frame, moved[rule]) for rule, frame in found.items() if not frame.is_empty()]
    unknowns = [frame.with_columns(rule=pl.lit(rule)) for rule, frame in unknown.items() if rule not in crowded]
    nothing_said = {"missing": pl.lit([], pl.List(pl.String)), "at_most": pl.lit("violation")}
    unknowns += [about.with_columns(**nothing_said, rule=pl.lit(rule)) for rule in crashed]
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
    """What a rule said, and by how many units a limit is passed."""
    counts = isinstance(rule, Frequency) and not frame.is_empty()
    told = pl.col("explanation").struct
    units = told.field("count").cast(pl.Int64) - told.field("limit") if counts else pl.lit(None, pl.Int64)
    return frame.select("act", rule=pl.lit(name), verdict="verdict", message="message", units=units)


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


def _moved(rule: Any, name: str, nominal: Measure, measure: Measure) -> Any:
    """The rule with its versions where the measure's periods are; None where none is left."""
    own = {span.id: span for span in nominal.period}
    versions: list[Any] = []
    settled = False  # whether the version before is of a period that is retained by the scenario only
    for span, days in stretches(measure):
        before, disputed = own[span.id], not own[span.id].retained
        placed = _placed(rule, f"{name}/{span.id}", before, days) if span.retained else ()
        for version in (_strengthened(one, before, span) for one in placed):
            if versions and (disputed or settled) and _goes_on(versions[-1], version):
                versions[-1] = versions[-1].model_copy(update={"until": version.until})
            else:
                versions.append(version)
            settled = disputed
    return rule.model_copy(update={"version": tuple(versions)}) if versions else None


def _placed(rule: Any, name: str, nominal: Span, days: Period) -> Iterable[Version]:
    """The versions of a rule in a period that is now at `days`: those that hang on it, by its name; where none does,
    those in force on its nominal days; a limit that has neither goes on from the period before.
    """
    hung = [version for version in rule.version if version.during == name]
    inside = hung or [version for version in rule.version if version.period.overlaps(nominal.period)]
    if not inside and isinstance(rule, Frequency):
        inside = [version for version in rule.version if version.from_ < nominal.from_][-1:]
    for version in inside:
        kept = days if hung else _cut(version.period, nominal.period, days)
        if kept is not None:
            yield version.model_copy(update={"from_": kept.first, "until": kept.last or "open"})


def _cut(own: Period, nominal: Period, days: Period) -> Period | None:
    """What is left of `days` where a bound of `own` within the nominal period stays where it is."""
    first, last, end = days.first, days.last or date.max, nominal.last or date.max
    if own.first > nominal.first:
        first = max(first, own.first)
    if own.last is not None and nominal.first <= own.last < end:
        last = min(last, own.last)
    return Period(first, None if last == date.max else last) if first <= last else None


def _goes_on(before: Any, version: Any) -> bool:
    """Whether a count simply goes on: a disputed period that a scenario retains continues its neighbour."""
    return (
        isinstance(before, FrequencyVersion)
        and version.period.follows(before.period)
        and (before.limit, before.verdict, before.codes) == (version.limit, version.verdict, version.codes)
    )


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
