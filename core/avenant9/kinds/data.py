"""What the data themselves show: acts read or billed twice, cancellations of nothing, unknown codes, days to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from avenant9.acts.netting import REBILLED, candidates
from avenant9.french import day
from avenant9.kinds.kind import Kind
from avenant9.kinds.run import NOTHING_SAID, Run, in_force, missing_columns, outcome
from avenant9.kinds.scene import Scene
from avenant9.kinds.trace import Noted, Trace
from avenant9.law.dated import Version
from avenant9.model import Outcome

#: The column of the act that another one repeats, and the columns that tell apart acts that look alike.
_EARLIER = {"duplicate": "duplicate_of", "billed-again": "rebills"}
_REPEATS = {"duplicate": ("time", "invoice"), "billed-again": ("invoice",)}
_FINE = {
    "duplicate": "aucune autre ligne ne répète cet acte.",
    "billed-again": "aucune autre facture ne porte cet acte à ce montant.",
    "unknown-code": "le code est connu de la nomenclature.",
    "future-date": "la date des soins n'est pas à venir.",
}


class DataTrace(Noted, frozen=True):
    """The rows that repeat one another."""

    @property
    def facing(self) -> bool:
        return False


class DataVersion(Version):
    """The data themselves."""


class Data(Kind[DataVersion]):
    """Something of the data that a person must look at."""

    families: ClassVar = ("donnees",)
    noted_as: ClassVar = DataTrace

    kind: Literal["data"]
    version: tuple[DataVersion, ...] = Field(min_length=1)
    look_for: Literal["duplicate", "billed-again", "orphan-cancellation", "unknown-code", "future-date"]

    def reads(self, version: DataVersion) -> Iterable[str]:
        return ("practitioner", "patient", *_REPEATS.get(self.look_for, ()))

    def check(self, acts: pl.DataFrame, version: DataVersion, run: Run) -> Outcome:
        """The acts that a person must look at; nothing is at stake. Explained by `looked_for`."""
        acts_read = run.acts_read.filter(in_force(version))
        found, message = _look_for(self, acts_read, run)
        if found.is_empty():
            return outcome(NOTHING_SAID, *_unknown(self, acts_read))
        earlier = _EARLIER.get(self.look_for)
        said = found.select(
            "act",
            verdict=pl.lit(version.verdict),
            at_stake=pl.lit(0, pl.Int64),
            message=message,
            explanation=pl.struct(looked_for=pl.lit(self.look_for)),
            related=pl.concat_list(earlier) if earlier else pl.lit([], pl.List(pl.UInt32)),
        )
        return outcome(said, *_unknown(self, acts_read))

    def looks_at(self, version: DataVersion, scene: Scene) -> bool:
        return self.look_for != "orphan-cancellation" and scene.act["uncounted"] is None

    def fine(self, trace: Trace, code: str) -> str:
        return _FINE.get(self.look_for, "rien à signaler.")


def _unknown(rule: Data, acts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The acts that may repeat another one: of nobody known, or alike and on an invoice that is not known."""
    if rule.look_for not in _EARLIER:
        return
    counted = acts.filter(pl.col("uncounted").is_null())
    yield missing_columns(counted.filter(pl.col("patient").is_null()), ["patient"])
    if rule.look_for == "billed-again" and counted["invoice"].null_count():
        alike = candidates(counted.filter(pl.col("patient").is_not_null()), REBILLED)
        rows = pl.struct("input", "row").n_unique().over(REBILLED)
        yield missing_columns(alike.filter(rows > 1, pl.col("invoice").is_null()), ["invoice"])


def _look_for(rule: Data, acts: pl.DataFrame, run: Run) -> tuple[pl.DataFrame, pl.Expr]:
    counts = pl.col("uncounted").is_null()
    match rule.look_for:
        case "duplicate":
            once = pl.format("{} : ligne déjà lue dans un autre fichier, comptée une seule fois.", "code")
            twice = pl.format("{} : même acte qu'une autre ligne ; les deux sont comptés.", "code")
            message = pl.when(pl.col("uncounted") == "repeated").then(once).otherwise(twice)
            return acts.filter(pl.col("duplicate_of").is_not_null()), message
        case "billed-again":
            message = pl.format(
                "{} : même acte, au même montant, que sur une autre facture ; les deux sont comptés.", "code"
            )
            return acts.filter(pl.col("rebills").is_not_null()), message
        case "orphan-cancellation":
            message = pl.format(
                "{} : annulation sans l'acte qu'elle annule ; elle n'entre dans aucun compte.", "code"
            )
            return acts.filter(pl.col("uncounted") == "orphan"), message
        case "unknown-code":
            technical = (pl.col("nature") == "technique").fill_null(False)
            known = pl.col("code").is_in(list(run.known_codes)) | technical
            message = pl.format(
                "code {} inconnu de la nomenclature : il compte dans l'activité, et rien d'autre n'en a été vérifié.",
                "code",
            )
            return acts.filter(~known, counts), message
        case "future-date":
            today = pl.lit(f"{run.as_of:%d/%m/%Y}")
            message = pl.format("{} : acte daté du {}, après le {}.", "code", day(pl.col("date")), today)
            return acts.filter(pl.col("date") > run.as_of, counts), message
