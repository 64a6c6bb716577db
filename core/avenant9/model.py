"""The words of the field as types: acts, verdicts, sources, findings, and the report that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Struct
from pydantic import ConfigDict, Field, with_config

if TYPE_CHECKING:
    import polars as pl

    from avenant9.errors import InputError
    from avenant9.notice import Notice

#: What programs read of a result has no other keys.
closed = with_config(ConfigDict(extra="forbid"))


class Verdict(StrEnum):
    """What a rule says of an act."""

    VIOLATION = "violation"
    REVIEW = "review"
    UNVERIFIABLE = "unverifiable"
    OK = "ok"

    @property
    def french(self) -> str:
        """The words that people read."""
        return {
            Verdict.VIOLATION: "non conforme",
            Verdict.REVIEW: "à examiner",
            Verdict.UNVERIFIABLE: "non vérifiable",
            Verdict.OK: "conforme",
        }[self]


class Source(Struct, frozen=True):
    """Where a value or a rule comes from, and how sure it is (`high`, `medium`, `low`)."""

    title: str
    article: str
    url: str
    published: date | None
    confidence: str


class CellRef(Struct, frozen=True):
    """One place in the user's own file: `cell` is an address such as `A58`, or None for a whole row."""

    file: str
    sheet: str | None
    row: int
    cell: str | None = None


@closed
@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read, counted, listed and never dropped; `cell` is the address of what is wrong."""

    file: str
    sheet: str | None
    row: Annotated[int, Field(ge=1)]
    cell: str | None
    reason: str

    @property
    def where(self) -> CellRef:
        """Its place."""
        return CellRef(self.file, self.sheet, self.row, self.cell)


@closed
@dataclass(frozen=True, slots=True)
class NotCounted:
    """A row that was read and enters no count: its file says it rejected or cancelled."""

    file: str
    sheet: str | None
    row: Annotated[int, Field(ge=1)]
    status: Literal["rejete", "annule"]


@closed
@dataclass(frozen=True, slots=True)
class Unread:
    """A file (`sheet` is then None), or a sheet, that was not read: why, and what to do (empty: nothing)."""

    file: str
    sheet: str | None
    reason: str
    remedy: str


@closed
@dataclass(frozen=True, slots=True)
class Input:
    """One sheet (or one text file) as it was read.

    `rows` are the data rows read (acts' rows plus rejected ones), `acts` the acts they hold (one per code),
    `skipped` the blank, repeated-header and total rows; `held` the columns of acts that hold something.
    """

    file: str
    sheet: str | None
    rows: int
    acts: int
    rejected: int
    skipped: int
    columns: dict[str, str]
    encoding: str | None = None
    # what a saved result does not hold
    separator: Annotated[str | None, Field(exclude=True)] = field(default=None, compare=False)
    places: Annotated[dict[str, int], Field(exclude=True)] = field(default_factory=dict, compare=False)  # from 0
    held: Annotated[frozenset[str], Field(exclude=True)] = field(default=frozenset(), compare=False)


#: The shape of a CCAM code: four letters, three digits.
CCAM_SHAPE = r"[A-Z]{4}\d{3}"


class Acts(Struct, frozen=True):
    """All acts of a run, as one set, with the account of every row that was read."""

    table: pl.DataFrame
    inputs: tuple[Input, ...]
    rejected: tuple[Rejected, ...] = ()
    skipped_sheets: tuple[Unread, ...] = ()
    notices: tuple[Notice | str, ...] = ()  # what was understood, for stderr: French sentences without identifiers
    columns: frozenset[str] = frozenset()  # keys found in at least one sheet
    failures: tuple[InputError, ...] = ()  # files that gave no row, while others did

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What was not read: files, then sheets."""
        files = (Unread(one.place, None, one.problem, one.remedy) for one in self.failures)
        return (*files, *self.skipped_sheets)


#: What a rule lacks that has crashed on its way.
CRASHED = "erreur interne"


@closed
@dataclass(frozen=True, slots=True)
class Unverifiable:
    """A rule that could not be answered for some acts, and what would settle it."""

    rule: str
    acts: int
    missing: tuple[str, ...]


class Outcome(Struct, frozen=True):
    """What one version of a rule found: FINDINGS, and the acts it could not answer for (UNVERIFIABLE)."""

    findings: pl.DataFrame
    unverifiable: pl.DataFrame


class Nomenclature(Struct, frozen=True):
    """The codes as acts are read with them: plain look-ups, built by the rulebook from its data files."""

    codes: frozenset[str]
    acts: frozenset[str]  # of them, those that the rulebook describes
    travel: frozenset[str]  # the acts whose quantity may be kilometres
    aliases: dict[str, str]  # CNP -> CNPSY
    coefficient_aliases: dict[tuple[str, int], str]  # (CNPSY, 2000 thousandths) -> MCY
    grouping: dict[str, frozenset[str]]  # CCX -> the acts it may hide; empty set where no source lists them
    priced_by_coefficient: frozenset[str]
    natures_of_act: dict[int, str]  # PS5 number of the SNDS extracts -> code
    specialties: dict[int, str]  # CNAM code -> label
    specialty_words: dict[str, int]  # what people write -> CNAM code
    same_specialty: dict[int, int]  # 22 -> 1
    pathways: dict[str, str]  # letter, or number of the SNDS extracts -> letter
    exemptions: dict[int, str]  # code -> label
    ald_exemptions: frozenset[int]
    no_exemption: frozenset[int]
    sectors_cnam: dict[str, str]  # convention code -> sector in everyday words
    paediatricians: frozenset[int]  # the specialties of children only
    of_children: frozenset[str]  # codes that a rule reserves to patients under some age


class GrantedCeiling(Struct, frozen=True):
    """A derogation ("aménagement") of the ceiling on remote activity, decided for one practitioner and year."""

    practitioner: str
    year: int
    ceiling_bp: int
    conditions: tuple[str, ...] = ()
    decided_on: date | None = None
    tacit_renewal: bool = True
    changed_on: date | None = None
