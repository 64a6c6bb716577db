"""A supplement to an act (SNP): which units are retained, which are refused and why, and what it pays.

Refusals are those of `a9 check` in the periods that the scenario retains; an act is looked at by date, then by its
conditions, then by the weekly limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.measures.judging import Judgement, judged, missing_words
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
    judgement = judged(counted, rulebook, run, rules, nominal, measure, measure.codes)
    own = out_of_period(placed(own, measure, acts), measure).join(
        _refusals(judgement, measure), on="act", how="left", maintain_order="left"
    )
    outside = pl.col("reason").is_not_null()
    over = pl.when(outside | pl.col("refusal").is_not_null()).then("quantity")
    own = own.with_columns(
        reason=pl.coalesce("reason", "refusal", pl.when(pl.col("over") > 0).then(pl.lit("weekly_cap"))),
        detail=pl.when(outside).then("detail").otherwise(pl.coalesce("refusal_detail", "over_detail")),
        refused=pl.coalesce(over, pl.min_horizontal("quantity", pl.col("over").fill_null(0))).cast(pl.Int64),
    )
    own = _rated(_paid(own, measure), counted, measure)
    extra = pl.col("with_measure") - pl.col("baseline")
    amo = (2 * extra * pl.col("share") + 10_000) // 20_000
    table = own.with_columns(
        measure=pl.lit(name),
        units=pl.col("quantity").cast(pl.Int64) * WHOLE,
        retained=(pl.col("quantity").cast(pl.Int64) - pl.col("refused")) * WHOLE,
        refused=pl.col("refused") * WHOLE,
        amo=amo,
        patient=extra - amo,
        participation=pl.lit(None, pl.Int64),
    )
    return table.select(pl.col(key).cast(dtype) for key, dtype in UNITS.items()), _notes(table, judgement, measure)


def _refusals(judgement: Judgement, measure: Supplement) -> pl.DataFrame:
    """One line per act that a rule refuses: `refusal`, `refusal_detail`, and the units `over` the weekly limit."""
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
    asked = (
        judgement.unknown.filter(pl.col("rule").is_in([*measure.conditions, measure.cap]))
        .explode("missing")
        .group_by("act", maintain_order=True)
        .agg(pl.col("missing").drop_nulls().unique(maintain_order=True))
    )
    words = {tuple(missing): missing_words(missing) for missing in asked["missing"].to_list()}
    unknown = asked.select(
        "act",
        refusal=pl.lit("unverifiable"),
        refusal_detail=pl.Series(
            [f"{'+'.join(measure.codes)} : non vérifiable, {words[tuple(m)]}." for m in asked["missing"].to_list()],
            dtype=pl.String,
        ),
    )
    either = pl.concat([broken, unknown.join(broken, on="act", how="anti")])
    cap = violations.filter(pl.col("rule") == measure.cap).select("act", over="units", over_detail="message")
    return either.join(cap, on="act", how="full", coalesce=True)


def _paid(own: pl.DataFrame, measure: Supplement) -> pl.DataFrame:
    """What is due without the supplement and with it, in cents; without it where no period gives a baseline."""
    spans = [(span.id, cents(span.amount), cents(span.baseline)) for span in measure.period if _is_supplement(span)]
    table = pl.DataFrame(
        spans, schema={"period": pl.String, "unit_amount": pl.Int64, "unit_baseline": pl.Int64}, orient="row"
    )
    kept = pl.col("quantity") - pl.col("refused")
    due = pl.col("unit_baseline").fill_null(0)
    return own.join(table, on="period", how="left", maintain_order="left").with_columns(
        baseline=due * pl.col("quantity"),
        with_measure=pl.when(pl.col("reason").ne_missing("unverifiable")).then(
            due * pl.col("quantity") + kept * (pl.col("unit_amount").fill_null(0) - due)
        ),
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
    return tuple(notes)
