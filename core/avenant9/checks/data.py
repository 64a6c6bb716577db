"""What the data themselves show: acts read or billed twice, cancellations of nothing, unknown codes, days to come."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from avenant9.acts.netting import REBILLED, candidates
from avenant9.checks.context import Context, day, in_force, missing_columns, outcome
from avenant9.model import Outcome
from avenant9.rulebook.schema import Data, DataVersion


def check(acts: pl.DataFrame, rule: Data, version: DataVersion, context: Context) -> Outcome:
    """The acts that a person must look at; nothing is at stake."""
    everything = context.everything.filter(in_force(version))
    found, message = _look_for(rule, everything, context)
    earlier = _EARLIER.get(rule.look_for)
    related = pl.concat_list(earlier) if earlier else pl.lit([], pl.List(pl.UInt32))
    said = found.select(
        "act",
        verdict=pl.lit(version.verdict),
        at_stake=pl.lit(0, pl.Int64),
        message=message,
        explanation=pl.struct(looked_for=pl.lit(rule.look_for)),
        related=related,
    )
    return outcome(said, *_unknown(rule, everything))


#: The column of the act that another one repeats.
_EARLIER = {"duplicate": "duplicate_of", "billed-again": "rebills"}


def _unknown(rule: Data, everything: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The acts that may repeat another one: of nobody known, or alike and on an invoice that is not known."""
    counted = everything.filter(pl.col("uncounted").is_null())
    if rule.look_for in _EARLIER:
        yield missing_columns(counted.filter(pl.col("patient").is_null()), ["patient"])
    if rule.look_for == "billed-again":
        alike = candidates(counted.filter(pl.col("patient").is_not_null()), REBILLED)
        rows = pl.struct("input", "row").n_unique().over(REBILLED)
        yield missing_columns(alike.filter(rows > 1, pl.col("invoice").is_null()), ["invoice"])


def _look_for(rule: Data, everything: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, pl.Expr]:
    counts = pl.col("uncounted").is_null()
    match rule.look_for:
        case "duplicate":
            once = pl.format("{} : ligne déjà lue dans un autre fichier, comptée une seule fois.", "code")
            twice = pl.format("{} : même acte qu'une autre ligne ; les deux sont comptés.", "code")
            message = pl.when(pl.col("uncounted") == "repeated").then(once).otherwise(twice)
            return everything.filter(pl.col("duplicate_of").is_not_null()), message
        case "billed-again":
            message = pl.format(
                "{} : même acte, au même montant, que sur une autre facture ; les deux sont comptés.", "code"
            )
            return everything.filter(pl.col("rebills").is_not_null()), message
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
