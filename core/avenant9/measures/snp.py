"""A supplement to an act (SNP): which units are retained, which are refused and why, and what it pays.

Refusals are those of `a9 check` in the periods that the scenario retains; an act is looked at by date, then by its
conditions, then by the weekly limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.measures.judging import Judgement, doubtful_units, judged, missing_words
from avenant9.measures.units import UNITS, WHOLE, no_units, out_of_period, placed
from avenant9.rulebook.measures import SupplementSpan, cents, value_on
from avenant9.wording import counted as count_of
from avenant9.wording import percent

if TYPE_CHECKING:
    from avenant9.kinds.run import Run
    from avenant9.model import Acts
    from avenant9.rulebook.load import Rulebook
    from avenant9.rulebook.measures import Supplement


def units(
    name: str,
    nominal: Supplement,
    measure: Supplement,
    acts: Acts,
    counted: pl.DataFrame,
    rulebook: Rulebook,
    run: Run,
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """UNITS of the supplement, and what is to be said of them.

    Args:
        name: id of the measure.
        nominal: the measure as its file has it.
        measure: the same under the scenario.
        acts: what was read.
        counted: the acts that count, with their `nature`.
        rulebook: the rules that judge the supplement.
        run: as `engine.prepared` gives it.
    """
    own = counted.filter(pl.col("code").is_in(list(measure.codes)))
    if own.is_empty():
        return no_units(), ()
    rules = (*measure.conditions, *measure.exclusions, measure.cap)
    judgement = judged(name, counted, rulebook, run, rules, nominal, measure, measure.codes)
    own = out_of_period(placed(own, measure, acts), measure).join(
        _refusals(judgement, measure), on="act", how="left", maintain_order="left"
    )
    own = _counted(own)
    own = _rated(_paid(own, measure), counted, measure)
    extra = pl.col("with_measure") - pl.col("baseline")
    amo = (2 * extra * pl.col("share") + 10_000) // 20_000
    retained = pl.col("quantity") - pl.col("refused")
    table = own.with_columns(
        measure=pl.lit(name),
        units=pl.col("quantity") * WHOLE,
        retained=retained * WHOLE,
        refused=pl.col("refused") * WHOLE,
        doubtful=doubtful_units(judgement, retained) * WHOLE,
        amo=amo,
        patient=extra - amo,
        participation=pl.lit(None, pl.Int64),
    )
    return table.select(pl.col(key).cast(dtype) for key, dtype in UNITS.items()), _notes(table, judgement, measure)


def _counted(own: pl.DataFrame) -> pl.DataFrame:
    """Units of each act: `refused`, and why; `at_least` and `at_best`, those retained in the two extreme cases.

    What may be refused by a condition leaves places of the week open: `at_least` are the units retained if it is
    refused, `at_best` if it is not. It is the sums of a week that lie between both.
    """
    quantity = pl.col("quantity")
    own = own.with_columns(
        quantity.cast(pl.Int64), pl.col("over", "crowded").fill_null(0), unsure=pl.col("unsure").fill_null(False)
    )
    refused_by_rule = pl.col("reason").is_not_null() | pl.col("refusal").is_not_null()
    over, crowded = (pl.min_horizontal(quantity, name) for name in ("over", "crowded"))
    refused = pl.when(refused_by_rule | pl.col("unsure")).then(quantity).otherwise(pl.max_horizontal(over, crowded))
    capped = pl.when(refused > over).then(pl.lit("unverifiable")).when(over > 0).then(pl.lit("weekly_cap"))
    return own.with_columns(
        refused=refused,
        at_least=pl.when(refused_by_rule | pl.col("unsure")).then(0).otherwise(quantity - over),
        at_best=pl.when(refused_by_rule).then(0).otherwise(quantity - crowded),
        reason=pl.coalesce("reason", "refusal", capped),
        detail=pl.coalesce("detail", "refusal_detail", pl.when(refused > over).then("missing_detail"), "over_detail"),
    )


def _refusals(judgement: Judgement, measure: Supplement) -> pl.DataFrame:
    """One line per act of which a rule says something.

    `refusal` and `refusal_detail` where it is refused for certain; `unsure` where a condition may refuse it, and
    `missing_detail`; the units `over` the weekly limit; `crowded`, those over it if all that may be refused is not.
    """
    violations = judgement.violations
    broken = (
        violations.filter(pl.col("rule") != measure.cap)
        .group_by("act", maintain_order=True)
        .agg(
            refusal=pl.when(pl.col("rule").is_in(list(measure.hours)).any())
            .then(pl.lit("pdsa_hours"))
            .otherwise(pl.lit("condition")),
            refusal_detail=pl.col("message").str.join(" "),
        )
    )
    cap = violations.filter(pl.col("rule") == measure.cap).select("act", over="units", over_detail="message")
    crowded = judgement.crowded.select("act", crowded="units")
    joined = broken
    for other in (_unsure(judgement, measure), cap, crowded):
        joined = joined.join(other, on="act", how="full", coalesce=True)
    return joined


def _unsure(judgement: Judgement, measure: Supplement) -> pl.DataFrame:
    """The acts that may be refused: by a condition (`unsure`) or by the limit alone, and what is missing to tell."""
    may_be_refused = pl.col("rule").is_in([*measure.conditions, measure.cap]) & (pl.col("at_most") == "violation")
    asked = (
        judgement.unknown.filter(may_be_refused)
        .explode("missing")
        .group_by("act", maintain_order=True)
        .agg(pl.col("missing").drop_nulls().unique(maintain_order=True), unsure=(pl.col("rule") != measure.cap).any())
    )
    words = {tuple(missing): missing_words(missing) for missing in asked["missing"].to_list()}
    details = [f"{'+'.join(measure.codes)} : non vérifiable, {words[tuple(m)]}." for m in asked["missing"].to_list()]
    return asked.select("act", "unsure", missing_detail=pl.Series(details, dtype=pl.String))


def _paid(own: pl.DataFrame, measure: Supplement) -> pl.DataFrame:
    """What is due without the supplement and with it, in cents, and the bounds of what it adds.

    Without it where no period gives a baseline; with it, null where nothing is known to be retained.
    """
    spans = [(span.id, cents(span.amount), cents(span.baseline)) for span in measure.period if _is_supplement(span)]
    table = pl.DataFrame(
        spans, schema={"period": pl.String, "unit_amount": pl.Int64, "unit_baseline": pl.Int64}, orient="row"
    )
    kept = pl.col("quantity") - pl.col("refused")
    due = pl.col("unit_baseline").fill_null(0)
    extra = pl.col("unit_amount").fill_null(0) - due
    told = pl.col("reason").ne_missing("unverifiable") | (kept > 0)
    return own.join(table, on="period", how="left", maintain_order="left").with_columns(
        baseline=due * pl.col("quantity"),
        with_measure=pl.when(told).then(due * pl.col("quantity") + kept * extra),
        low=extra * pl.col("at_least"),
        high=extra * pl.col("at_best"),
    )


def _is_supplement(span: object) -> bool:
    return isinstance(span, SupplementSpan)


def _rated(own: pl.DataFrame, counted: pl.DataFrame, measure: Supplement) -> pl.DataFrame:
    """`share`, what the fund pays in basis points: of the row, of its host act, else by default (`assumed`)."""
    visit = ["practitioner", "patient", "date"]
    hosts = (
        counted.filter(pl.col("nature").is_in(list(measure.host_natures)), pl.col("rate").is_not_null())
        .filter(pl.all_horizontal(pl.col(visit).is_not_null()))
        .sort("act")
        .unique(visit, keep="first", maintain_order=True)
        .select(*visit, host_rate="rate")
    )
    days = own.select("date").unique()
    defaults = [value_on(measure.amo, day) or measure.amo[0] for day in days["date"]]
    days = days.with_columns(default=pl.Series([value.default_bp for value in defaults], dtype=pl.Int32))
    return (
        own.join(hosts, on=visit, how="left", maintain_order="left")
        .join(days, on="date", how="left", maintain_order="left")
        .with_columns(
            share=pl.coalesce("rate", "host_rate", "default").cast(pl.Int64),
            assumed=pl.col("rate").is_null() & pl.col("host_rate").is_null(),
        )
    )


def _notes(table: pl.DataFrame, judgement: Judgement, measure: Supplement) -> tuple[str, ...]:
    """What a person must know: shares that were assumed, retained units that a rule leaves open."""
    code = "+".join(measure.codes)
    retained = table.filter(pl.col("retained") > 0)
    notes = []
    assumed = retained.filter("assumed")
    for share in assumed["default"].unique().sort():
        number = count_of(assumed.filter(pl.col("default") == share).height, f"ligne {code}", f"lignes {code}")
        notes.append(
            f"Part AMO de {number} supposée à {percent(share)} : ni la ligne ni l'acte du même jour n'a de taux."
        )
    open_questions = judgement.reviews.join(retained.select("act"), on="act", how="semi")
    for rule in open_questions["rule"].unique().sort():
        rows = open_questions.filter(pl.col("rule") == rule)["act"].n_unique()
        lines = count_of(rows, f"ligne {code} retenue, mais à examiner", f"lignes {code} retenues, mais à examiner")
        notes.append(f"{lines} : voir « a9 check », règle {rule}.")
    at_most = judgement.unknown.filter(pl.col("at_most") == "review")
    left_open = at_most.join(retained.select("act"), on="act", how="semi")
    for rule in left_open["rule"].unique().sort():
        open_ones = left_open.filter(pl.col("rule") == rule)
        missing = missing_words(open_ones["missing"].explode().drop_nulls().unique(maintain_order=True))
        one, many = f"ligne {code} retenue, au plus à examiner", f"lignes {code} retenues, au plus à examiner"
        notes.append(f"{count_of(open_ones['act'].n_unique(), one, many)} : {missing}, règle {rule}.")
    return tuple(notes)
