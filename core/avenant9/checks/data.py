"""What the data themselves show: rows read twice, cancellations of nothing, unknown codes, days to come."""

from __future__ import annotations

import polars as pl

from avenant9.checks.context import Context, day, in_force, missing_columns, outcome
from avenant9.model import Outcome
from avenant9.rulebook.schema import Data, DataVersion


def check(acts: pl.DataFrame, rule: Data, version: DataVersion, context: Context) -> Outcome:
    """The acts that a person must look at; nothing is at stake."""
    everything = context.everything.filter(in_force(version))
    found, message = _look_for(rule, everything, context)
    related = pl.concat_list("duplicate_of") if rule.look_for == "duplicate" else pl.lit([], pl.List(pl.UInt32))
    said = found.select(
        "act",
        verdict=pl.lit(version.verdict),
        at_stake=pl.lit(0, pl.Int64),
        message=message,
        explanation=pl.struct(looked_for=pl.lit(rule.look_for)),
        related=related,
    )
    anybody = everything.filter(pl.col("uncounted").is_null(), pl.col("patient").is_null())
    return outcome(said, missing_columns(anybody if rule.look_for == "duplicate" else anybody.clear(), ["patient"]))


def _look_for(rule: Data, everything: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, pl.Expr]:
    counts = pl.col("uncounted").is_null()
    match rule.look_for:
        case "duplicate":
            once = pl.format("{} : ligne déjà lue dans un autre fichier, comptée une seule fois.", "code")
            twice = pl.format("{} : même acte qu'une autre ligne ; les deux sont comptés.", "code")
            message = pl.when(pl.col("uncounted") == "repeated").then(once).otherwise(twice)
            return everything.filter(pl.col("duplicate_of").is_not_null()), message
        case "orphan-cancellation":
            message = pl.format(
                "{} : annulation sans l'acte qu'elle annule ; elle n'entre dans aucun compte.", "code"
            )
            return everything.filter(pl.col("uncounted") == "orphan"), message
        case "unknown-code":
            technical = (pl.col("nature") == "technique").fill_null(False)
            known = pl.col("code").is_in(list(context.known_codes)) | technical
            message = pl.format(
                "code {} inconnu de la nomenclature : il compte dans l'activité, et rien d'autre n'en a été vérifié.",
                "code",
            )
            return everything.filter(~known, counts), message
        case "future-date":
            today = pl.lit(f"{context.as_of:%d/%m/%Y}")
            message = pl.format("{} : acte daté du {}, après le {}.", "code", day(pl.col("date")), today)
            return everything.filter(pl.col("date") > context.as_of, counts), message
