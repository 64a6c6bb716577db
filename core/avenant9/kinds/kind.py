"""What a kind of rule is: its files, the acts that it looks at, its check, and the trace that explains it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, TypeVar

import polars as pl
from pydantic import AfterValidator, model_validator

from avenant9.acts.columns import LISTED
from avenant9.kinds.run import Run
from avenant9.kinds.scene import Row, Scene
from avenant9.kinds.trace import Noted, Trace
from avenant9.law.dated import Code, Dated, RefusedError, RuleId, Strict, Text, Value, Version
from avenant9.law.nomenclature import NATURES, Nature
from avenant9.model import Outcome

V = TypeVar("V", bound=Version)
Key = Literal["practitioner", "patient"]
Channel = Literal["video", "telephone", "presentiel"]


def _accepted_reason(value: str) -> str:
    if value not in LISTED["reason"]:
        raise RefusedError(f"motif inconnu « {value} »", f"admis : {', '.join(LISTED['reason'])}")
    return value


Reason = Annotated[Text, AfterValidator(_accepted_reason)]


class Kind(Strict, Generic[V]):
    """A rule: what it says of itself, in French, its dated versions, and what its kind does with them.

    A kind is one class of this sort, in a module of its own, named in `KINDS`: all that there is of it is there.

    Attributes:
        families: the folders that its files may stand in.
        acts_needed: what `check` is given: the acts `of-its-codes`, those `not-alone` on their visit (with those of
            which the visit is not known), or `all` of them; always with the grouping codes of the paper claim. Where
            there are none, only a kind that needs `all` is asked.
        at_stake_is: what of an act its findings put in question: the `amount` that it answers for, the `base` of the
            fund's part, or the `overcharge`, of which the fund pays nothing.
        noted_as: the trace of a kind that draws none.
        once_a_row: whether it speaks of a row, at its first act, and not of each of its acts.
        silent_where: says nothing on an act (or its row) that one of these rules names.
    """

    families: ClassVar[tuple[str, ...]]
    acts_needed: ClassVar[Literal["of-its-codes", "not-alone", "all"]] = "all"
    at_stake_is: ClassVar[Literal["amount", "base", "overcharge"]] = "amount"

    once_a_row: ClassVar[bool] = False
    noted_as: ClassVar[type[Noted]] = Noted

    kind: str
    title: Text
    why: Text
    silent_where: tuple[RuleId, ...] = ()
    version: tuple[V, ...]

    if not TYPE_CHECKING:

        def __class_getitem__(cls, version):
            """The kind itself: each names its versions, and needs no model in between."""
            return cls

    @property
    def leans_on(self) -> frozenset[str]:
        """The rules that run before this one."""
        return frozenset(self.silent_where)

    @property
    def sets_rows_side_by_side(self) -> bool:
        """Whether what it finds rests on several rows of one patient."""
        return False

    @property
    def keys_alone(self) -> frozenset[Key]:
        """The key that it counts by without the other one; none where it asks for both, or for a row."""
        return frozenset()

    def codes(self, version: V) -> frozenset[str]:
        """The codes on which a finding may stand; empty where they are not given one by one."""
        return frozenset()

    @abstractmethod
    def reads(self, version: V) -> Iterable[str]:
        """The columns of acts on which the answer depends, beside date, code, quantity and amount."""

    @abstractmethod
    def check(self, acts: pl.DataFrame, version: V, run: Run) -> Outcome:
        """Findings, and the acts that it cannot answer for.

        Args:
            acts: those that count (ACTS and `nature`), as `acts_needed` says.
            version: one of its versions: only acts of its days are looked at.
            run: the date, the place, the tariffs, what earlier rules said.
        """

    def looks_at(self, version: V, scene: Scene) -> bool:
        """Whether it looks at the act of a scene, which is of a day of the version."""
        return scene.counts and scene.code in self.codes(version)

    def said_of(self, own: Row | None, year: Row | None, version: V, scene: Scene) -> Row | None:
        """What it said of the act, given its finding on the act and that on its practitioner's year."""
        return own

    def carriers(self, trace: Trace, scene: Scene) -> Iterable[int]:
        """The acts whose finding is this act's too: some kinds speak once of several acts."""
        return ()

    def trace(self, version: V, scene: Scene, finding: Row | None) -> Trace:
        """What it looked at; `finding` is what it said of the act."""
        if finding is None:
            return self.noted_as()
        return self.noted_as(_noted(finding), tuple(scene.where(scene.of(act)) for act in finding["related"] or ()))

    def fine(self, trace: Trace, code: str) -> str:
        """Why it reproaches nothing to an act of this code."""
        return trace.fine(code)

    def values(self, scene: Scene) -> Iterable[Dated]:
        """The values of the nomenclature that it leans on for the act."""
        return ()


def _noted(finding: Row) -> dict[str, Any]:
    """What a check noted of a finding, unknowns left out."""
    return {key: value for key, value in (finding["explanation"] or {}).items() if value is not None}


class Selection(Value):
    """Acts by code or by nature, but for some codes."""

    codes: tuple[Code, ...] = ()
    natures: tuple[Nature, ...] = ()
    but: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Selection:
        if not (self.codes or self.natures):
            raise RefusedError("aucun acte n'est choisi", "donner « codes » ou « natures »")
        return self

    @property
    def french(self) -> str:
        words = ", ".join([*self.codes, *(NATURES.get(nature, nature) for nature in self.natures)])
        return f"{words}, sauf {', '.join(self.but)}" if self.but else words

    def selects(self, code: str, nature: str) -> bool:
        """The same as `chosen`, of one act."""
        return (code in self.codes or nature in self.natures) and code not in self.but

    @property
    def chosen(self) -> pl.Expr:
        """Whether an act is one of them."""
        chosen = pl.col("code").is_in(list(self.codes)) | pl.col("nature").is_in(list(self.natures))
        return chosen.fill_null(False) & ~pl.col("code").is_in(list(self.but))
