"""The acts of one practitioner, patient and day: what they are to a pair that excludes, or to a code with a host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import polars as pl
from msgspec import Struct

from avenant9.kinds.kind import Selection
from avenant9.kinds.run import in_force
from avenant9.kinds.scene import Row, Scene, counting_order
from avenant9.kinds.trace import ActLine, ActList, Fact, Line, Told, Trace
from avenant9.wording import counted, listed

if TYPE_CHECKING:
    from avenant9.law.dated import Dated
    from avenant9.law.nomenclature import Prices

VISIT = ["practitioner", "person", "date"]
ROW = ["input", "row"]
#: What its tariff is asked by.
_PRICED = ["code", "date", "specialty", "coefficient", "quantity"]
#: What a pair is told by.
COLUMNS = [
    "act",
    *VISIT,
    *ROW,
    "patient",
    "time",
    "code",
    "nature",
    "specialty",
    "own_amount",
    "overcharge",
    "invoice",
]

Role = Literal["beside", "excluded", "allowed", "makes-regular", "other-invoice", "host", "doubtful-host", "other"]
_ROLES: dict[Role, str] = {
    "beside": "incompatible",
    "excluded": "écarté par le texte",
    "allowed": "cumul expressément admis",
    "makes-regular": "rend le cumul régulier",
    "other-invoice": "sur une autre facture",
    "host": "l'acte accompagné",
    "doubtful-host": "accompagnement discuté",
    "other": "sans effet pour cette règle",
}


def selected(acts: pl.DataFrame, selection: Selection, version: Dated) -> pl.DataFrame:
    """The acts of a selection that the version is about, with COLUMNS."""
    return acts.lazy().select(COLUMNS).filter(in_force(version), selection.chosen).collect()


def visits(these: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Pairs of different acts of one visit, or of one row where the practitioner or the patient is unknown."""
    right = others.lazy().select(
        *VISIT,
        *ROW,
        other="act",
        other_code="code",
        other_time="time",
        other_invoice="invoice",
        other_input="input",
        other_row="row",
    )
    pairs = [these.lazy().join(right.drop(ROW), on=VISIT)]
    if len(unknown := these.filter(unnamed())):
        pairs.append(unknown.lazy().join(right.drop(VISIT), on=ROW))
    same_row = (pl.col("input") == pl.col("other_input")) & (pl.col("row") == pl.col("other_row"))
    return pl.concat(pairs).with_columns(same_row=same_row).filter(pl.col("act") != pl.col("other")).collect()


def unnamed() -> pl.Expr:
    """Whether the visit of an act is not known."""
    return pl.col("practitioner").is_null() | pl.col("person").is_null()


def maybe_beside(these: pl.DataFrame, others: pl.DataFrame) -> pl.Series:
    """The acts of `these`, of an unknown patient or practitioner, that may be of the visit of one of `others` besides
    those of their own row or invoice: of the same day, and of a practitioner and a patient who may be the same.
    """
    row = pl.format("{}/{}", "input", "row")
    where = pl.when(pl.col("practitioner").is_null()).then(row).otherwise(pl.coalesce("person", row))
    lost = these.filter(pl.col("practitioner").is_null() | pl.col("patient").is_null())
    lost = lost.select("act", "date", "practitioner", "patient", where=where)
    if lost.is_empty():
        return lost["act"]
    there = others.select("date", "practitioner", "patient", where=where)

    def number(acts: pl.DataFrame, *keys: str) -> pl.Expr:
        counted = acts.group_by(keys).len()
        found = lost.join(counted, on=keys, how="left", nulls_equal=True, maintain_order="left")
        return pl.lit(found["len"].fill_null(0).cast(pl.Int64))

    def alike(key: str) -> pl.Expr:
        return number(there, "date", key) + number(there.filter(pl.col(key).is_null()), "date")

    near = (
        pl.when(pl.col("practitioner").is_not_null())
        .then(alike("practitioner"))
        .when(pl.col("patient").is_not_null())
        .then(alike("patient"))
        .otherwise(number(there, "date"))
    )
    return lost.filter(near > number(there, "date", "practitioner", "where"))["act"]


class VisitLine(Struct, frozen=True):
    """Another act of the visit, and what it is to the act explained."""

    act: ActLine
    role: Role
    one_invoice: bool | None = None


class VisitTrace(Trace, frozen=True):
    """The other acts of the same practitioner, patient and day (of the same row where one of them is unknown)."""

    scope: str  # day, invoice, row
    others: tuple[VisitLine, ...]

    @property
    def facing(self) -> bool:
        return any(line.role not in ("other", "makes-regular") for line in self.others)

    def codes(self, role: Role) -> str:
        """The codes of the acts that are this to the act."""
        return listed(list(dict.fromkeys(line.act.code for line in self.others if line.role == role)))

    def lines(self, told: Told) -> Iterator[Line]:
        """Each other act, with what it is."""
        if not self.others:
            yield Fact("Le même jour", "aucun autre acte")
            return
        yield ActList(
            {"row": "Sur la ligne"}.get(self.scope, "Le même jour"),
            counted(len(self.others), "autre acte"),
            tuple(line.act for line in self.others),
            tuple(f"{_ROLES[line.role]}{self._invoice(line)}" for line in self.others),
            folded=False,
        )

    def _invoice(self, line: VisitLine) -> str:
        if self.scope != "invoice" or line.role == "other-invoice":
            return ""
        return {True: ", même facture", False: ", autre facture", None: ", facture inconnue"}[line.one_invoice]


def others(rows: list[Row], scene: Scene, role: Callable[[Row], tuple[Role, bool | None]]) -> tuple[VisitLine, ...]:
    """The acts of a visit beside the act explained, in counting order."""
    beside = [row for row in sorted(rows, key=counting_order) if row["act"] != scene.act["act"]]
    return tuple(VisitLine(scene.line(row), *role(row)) for row in beside)


def chosen(rows: list[Row], selection: Selection | None, scene: Scene) -> set[int]:
    """The acts of a selection, as the check selects them."""
    if selection is None:
        return set()
    acts = pl.Series([row["act"] for row in rows], dtype=pl.UInt32)
    return set(scene.counted.filter(pl.col("act").is_in(acts.implode()), selection.chosen)["act"])


def beside_tariffs(acts: pl.DataFrame, prices: Prices, overseas: str | None) -> pl.DataFrame:
    """Some acts (ACTS) beside their tariffs: `act`, `amount`, `tariff` (cents), `adds_up`.

    The tariffs of a row that is whole among them may add up to its amount.
    """
    asked = acts.select("act", *ROW, "parts", "amount", *_PRICED)
    questions = asked.select(_PRICED).unique()
    totals = [prices.total(*question, overseas=overseas) for question in questions.iter_rows()]
    tariffs = pl.Series("tariff", totals, dtype=pl.Int64)
    priced = asked.join(questions.with_columns(tariffs), on=_PRICED, how="left", nulls_equal=True)
    whole = (pl.len() == pl.col("parts").first()) & (pl.col("amount").n_unique() == 1)
    comes_to = (pl.col("tariff").null_count() == 0) & (pl.col("tariff").sum() == pl.col("amount").first())
    return priced.select("act", "tariff", "amount", adds_up=(whole & comes_to).over(ROW).fill_null(False))
