"""Acts through a channel that is admitted on some dates only (téléconsultation by telephone): units, no money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from avenant9.measures.judging import doubtful_units, judged, missing_words
from avenant9.measures.units import UNITS, WHOLE, no_units, out_of_period, placed
from avenant9.wording import counted as count_of

if TYPE_CHECKING:
    from avenant9.kinds.run import Run
    from avenant9.measures.judging import Judgement
    from avenant9.model import Acts
    from avenant9.rulebook.load import Rulebook
    from avenant9.rulebook.measures import Channel

_MONEY = ("baseline", "with_measure", "low", "high", "amo", "patient", "participation")
_NO_COLUMN = "Téléconsultations par téléphone : le canal n'est pas dans les fichiers, rien n'est compté."


def units(
    name: str,
    nominal: Channel,
    measure: Channel,
    acts: Acts,
    counted: pl.DataFrame,
    rulebook: Rulebook,
    run: Run,
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """UNITS of the acts through the channel, and what is to be said of them. Arguments as `snp.units`."""
    coded = counted.filter(pl.col("code").is_in(list(measure.codes)))
    own = coded.filter(pl.col("channel") == measure.channel)
    if own.is_empty():
        silent = not coded.is_empty() and coded["channel"].is_null().all()
        return no_units(), (_NO_COLUMN,) if silent else ()
    judgement = judged(name, counted, rulebook, run, [measure.rule], nominal, measure, measure.codes)
    own = out_of_period(placed(own, measure, acts), measure).join(
        _refusals(judgement), on="act", how="left", maintain_order="left"
    )
    outside = pl.col("reason").is_not_null()
    refused = (
        pl.when(outside)
        .then("quantity")
        .when(pl.col("refusal").is_not_null())
        .then(pl.min_horizontal("quantity", pl.coalesce("over", "quantity")))
        .otherwise(0)
        .cast(pl.Int64)
    )
    kept = pl.col("quantity").cast(pl.Int64) - refused
    table = own.with_columns(
        measure=pl.lit(name),
        reason=pl.coalesce("reason", "refusal"),
        detail=pl.coalesce("detail", "refusal_detail"),
        units=pl.col("quantity").cast(pl.Int64) * WHOLE,
        retained=kept * WHOLE,
        refused=refused * WHOLE,
        doubtful=doubtful_units(judgement, kept) * WHOLE,
        **{key: pl.lit(None, pl.Int64) for key in _MONEY},
    )
    return table.select(pl.col(key).cast(dtype) for key, dtype in UNITS.items()), _notes(table, judgement, measure)


def _refusals(judgement: Judgement) -> pl.DataFrame:
    """One line per act that the rule refuses or may refuse."""
    broken = judgement.violations.select(
        "act", refusal=pl.lit("condition"), refusal_detail="message", over="units"
    ).unique("act", keep="first", maintain_order=True)
    asked = judgement.unknown.filter(pl.col("at_most") == "violation")
    details = [f"Téléconsultation non vérifiable : {missing_words(own)}." for own in asked["missing"]]
    unknown = asked.select(
        "act",
        refusal=pl.lit("unverifiable"),
        refusal_detail=pl.Series(details, dtype=pl.String),
        over=pl.lit(None, pl.Int64),
    ).unique("act", keep="first", maintain_order=True)
    return pl.concat([broken, unknown.join(broken, on="act", how="anti")])


def _notes(table: pl.DataFrame, judgement: Judgement, measure: Channel) -> tuple[str, ...]:
    retained = table.filter(pl.col("retained") > 0).select("act")
    doubtful = judgement.reviews.join(retained, on="act", how="semi")["act"].n_unique()
    if not doubtful:
        return ()
    lines = count_of(
        doubtful,
        "téléconsultation par téléphone retenue, mais à examiner",
        "téléconsultations par téléphone retenues, mais à examiner",
    )
    return (f"{lines} : voir « a9 check », règle {measure.rule}.",)
