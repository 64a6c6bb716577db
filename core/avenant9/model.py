"""The words of the field as types: acts, verdicts, sources, findings, and the report that holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import polars as pl

from avenant9.errors import InputError


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


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value or a rule comes from, and how sure it is (`high`, `medium`, `low`)."""

    title: str
    article: str
    url: str
    published: date | None
    confidence: str


@dataclass(frozen=True, slots=True)
class CellRef:
    """One place in the user's own file: `cell` is an address such as `A58`, or None for a whole row."""

    file: str
    sheet: str | None
    row: int
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read: counted, listed, never dropped."""

    where: CellRef
    reason: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A file (`sheet` is then None), or a sheet, that was not read: why, and what to do (empty: nothing)."""

    file: str
    sheet: str | None
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Input:
    """One sheet (or one text file) as it was read.

    `rows` are the data rows read (acts' rows plus rejected ones), `acts` the acts they hold (one per code),
    `skipped` the blank, repeated-header and total rows.
    """

    file: str
    sheet: str | None
    rows: int
    acts: int
    rejected: int
    skipped: int
    columns: dict[str, str]
    encoding: str | None = None
    separator: str | None = None
    places: dict[str, int] = field(default_factory=dict, compare=False)  # key -> absolute column, from 0


#: The acts table. One line per act (one code of one row). Null means *unknown*, never "no" or zero.
ACTS: dict[str, pl.DataType] = {
    "act": pl.UInt32(),  # 0…n-1 in the order of the command line, sheet, row, rank of the code in its cell
    "input": pl.UInt16(),  # index into Acts.inputs
    "row": pl.UInt32(),  # row number the user sees
    "parts": pl.UInt8(),  # how many codes the row holds
    "date": pl.Date(),
    "time": pl.Time(),
    "code": pl.String(),  # after aliases: MCY for 2 CNPSY, the act of `original_code` behind CCX…
    "practitioner": pl.String(),  # "?" where the sheet has no such column
    "specialty": pl.Int16(),  # CNAM code, after Nomenclature.same_specialty
    "sector": pl.String(),  # "1", "1DP", "2", "3" in everyday words
    "optam": pl.Boolean(),
    "patient": pl.String(),  # the identifying key; never leaves the process but under `interne`
    "patient_shown": pl.String(),  # what the file says of the patient, for `interne` only
    "birth_date": pl.Date(),
    "quantity": pl.Int32(),  # units left after cancellations
    "coefficient": pl.Int32(),  # thousandths: 1000 is 1
    "amount": pl.Int64(),  # cents billed for the whole row, after cancellations
    "overcharge": pl.Int64(),  # cents
    "rate": pl.Int32(),  # basis points: 7000 is 70 %
    "reimbursed": pl.Int64(),  # cents
    "payment_date": pl.Date(),
    "invoice": pl.String(),
    "treating_doctor": pl.Boolean(),
    "pathway": pl.String(),
    "ald": pl.Boolean(),
    "exemption": pl.Int16(),
    "place": pl.String(),
    "reason": pl.String(),
    "original_code": pl.String(),
    "regulated_by": pl.String(),
    "regulated_at": pl.Datetime("us"),
    "regulated_day_only": pl.Boolean(),  # regulated_at was given without a time
    "requested_by": pl.String(),
    "requested_at": pl.Datetime("us"),
    "requested_day_only": pl.Boolean(),  # requested_at was given without a time
    "channel": pl.String(),
    "territory": pl.Boolean(),
    "duplicate_of": pl.UInt32(),  # the act that this one repeats, within a file or in another one
    "doubtful": pl.Boolean(),  # repeats another row and counts all the same
    "status": pl.String(),  # null: counts; else one of NOT_COUNTED
}

#: The closed lists of the contract: every other value is unknown.
LISTED: dict[str, tuple[str, ...]] = {
    "place": ("cabinet", "domicile", "ehpad", "esms", "mmg", "centre-vaccination"),
    "reason": (
        "ald80",
        "neurodegeneratif",
        "palliatif",
        "nouveau-mt",
        "certificat",
        "transfert",
        "diabete",
        "endocrinopathie",
    ),
    "regulated_by": ("sas", "15", "116117", "association", "non"),
    "requested_by": ("mt", "sas", "autre"),
    "channel": ("video", "telephone", "presentiel"),
}
#: The same in French, column by column; a value that is not here is its own word.
IN_FRENCH: dict[str, dict[str, str]] = {
    "place": {
        "ehpad": "EHPAD",
        "esms": "ESMS",
        "mmg": "maison médicale de garde",
        "centre-vaccination": "centre de vaccination",
    },
    "reason": {
        "ald80": "ALD dès 80 ans",
        "neurodegeneratif": "maladie neurodégénérative",
        "palliatif": "soins palliatifs",
        "nouveau-mt": "nouveau médecin traitant",
        "diabete": "diabète",
    },
    "regulated_by": {"sas": "SAS", "15": "centre 15", "116117": "116 117"},
    "requested_by": {"mt": "médecin traitant", "sas": "SAS"},
    "channel": {"video": "vidéo", "telephone": "téléphone", "presentiel": "présentiel"},
}


def in_french(column: str, values: Iterable[str]) -> list[str]:
    """Values of a listed column in words."""
    words = IN_FRENCH.get(column, {})
    return [words.get(value, value) for value in values]


#: The shape of a CCAM code: four letters, three digits.
CCAM_SHAPE = r"[A-Z]{4}\d{3}"

#: Why an act of the table enters no count: a row that cancels, a row cancelled whole, a cancellation that finds
#: nothing to cancel, a row already read in another file.
NOT_COUNTED = ("cancellation", "cancelled", "orphan", "repeated")

#: What a check returns, one line per finding. `act` is null for a finding on a practitioner, which then carries
#: `year` and `practitioner`.
FINDINGS: dict[str, pl.DataType] = {
    "act": pl.UInt32(),
    "year": pl.Int32(),
    "practitioner": pl.String(),
    "verdict": pl.String(),
    "at_stake": pl.Int64(),  # cents; null without an amount
    "message": pl.String(),  # French, one sentence, no patient
    "explanation": pl.String(),  # a JSON object
    "related": pl.List(pl.UInt32()),  # acts, in counting order
    "source": pl.String(),  # key of Report.sources
}

PLACE = pl.Struct({"file": pl.String(), "sheet": pl.String(), "row": pl.UInt32()})

#: What a report holds, one line per finding, in the order of the contract.
REPORTED: dict[str, pl.DataType] = {
    "rule": pl.String(),
    "verdict": pl.String(),
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.UInt32(),
    "year": pl.Int32(),  # only where row is null
    "date": pl.Date(),
    "time": pl.Time(),
    "practitioner": pl.String(),
    "patient": pl.String(),  # the identifying key as read: report.profile replaces it by the pseudonym
    "pseudonym": pl.String(),  # P0001…; dropped by report.profile
    "code": pl.String(),
    "invoice": pl.String(),
    "quantity": pl.Int32(),
    "amount": pl.Int64(),  # cents
    "payment_date": pl.Date(),
    "out_of_time": pl.Boolean(),
    "message": pl.String(),
    "at_stake": pl.Int64(),  # cents
    "at_stake_amo": pl.Int64(),  # cents
    "fingerprint": pl.String(),
    "explanation": pl.String(),  # a JSON object
    "related": pl.List(PLACE),
    "source": pl.String(),  # key of Report.sources
}


@dataclass(frozen=True)
class Acts:
    """All acts of a run, as one set, with the account of every row that was read."""

    table: pl.DataFrame
    inputs: tuple[Input, ...]
    rejected: tuple[Rejected, ...] = ()
    skipped_sheets: tuple[Unread, ...] = ()
    notices: tuple[str, ...] = ()  # what was understood, for stderr: French sentences without identifiers
    columns: frozenset[str] = frozenset()  # keys found in at least one sheet
    failures: tuple[InputError, ...] = ()  # files that gave no row, while others did

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What was not read: files, then sheets."""
        files = (Unread(one.place, None, one.problem, one.remedy) for one in self.failures)
        return (*files, *self.skipped_sheets)


#: What a rule lacks that has crashed on its way.
CRASHED = "erreur interne"


@dataclass(frozen=True, slots=True)
class Unverifiable:
    """A rule that could not be answered for some acts, and what would settle it."""

    rule: str
    acts: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What one version of a rule found: FINDINGS, and the acts it could not answer for (`act`, `missing`)."""

    findings: pl.DataFrame
    unverifiable: pl.DataFrame


@dataclass(frozen=True)
class Nomenclature:
    """The codes as acts are read with them: plain look-ups, built by the rulebook from its data files."""

    codes: frozenset[str]
    aliases: dict[str, str]  # CNP -> CNPSY
    coefficient_aliases: dict[tuple[str, int], str]  # (CNPSY, 2000 thousandths) -> MCY
    grouping: dict[str, frozenset[str]]  # CCX -> the acts it may hide; empty set where no source lists them
    priced_by_coefficient: frozenset[str]
    natures_of_act: dict[int, str]  # PS5 number of the SNDS extracts -> code
    specialties: dict[int, str]  # CNAM code -> label
    same_specialty: dict[int, int]  # 22 -> 1
    pathways: dict[str, str]  # letter, or number of the SNDS extracts -> letter
    exemptions: dict[int, str]  # code -> label
    ald_exemptions: frozenset[int]
    sectors_cnam: dict[str, str]  # convention code -> sector in everyday words


@dataclass(frozen=True, slots=True)
class GrantedCeiling:
    """A derogation ("aménagement") of the ceiling on remote activity, decided for one practitioner and year."""

    practitioner: str
    year: int
    ceiling_bp: int
    conditions: tuple[str, ...] = ()
    decided_on: date | None = None
    tacit_renewal: bool = True
    changed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A finding set apart from the others: what it is, and the row it stands on (None: a practitioner)."""

    fingerprint: str | None  # None under `fiscal`
    rule: str
    file: str | None
    sheet: str | None
    row: int | None


@dataclass(frozen=True, slots=True)
class Waived(Known):
    """A finding that somebody accepts, and why."""

    reason: str | None  # None under `fiscal`
    author: str
    given_on: date
    until: date | None


@dataclass(frozen=True)
class Report:
    """The result of a run: everything a formatter needs, and nothing it has to compute.

    `summary` has the keys of the contract (money in cents, None where unknown) and `rules_run`,
    `rules_not_run`, `out_of_time`. `by_rule` holds one line per (rule, verdict): `title`, `findings`,
    `at_stake` (cents, null where no amount was read).
    """

    as_of: date
    profile: str
    rulebook_version: str
    rules: int
    inputs: tuple[Input, ...]
    summary: dict[str, int | None]
    by_rule: pl.DataFrame
    findings: pl.DataFrame
    unverifiable: tuple[Unverifiable, ...]
    rejected: tuple[Rejected, ...]
    sources: dict[str, Source]
    titles: dict[str, str]
    threshold: tuple[dict[str, Any], ...] = ()
    waived: tuple[Waived, ...] = ()  # findings that a waiver accepts: in none of the counts
    known: tuple[Known, ...] | None = None  # findings of the baseline, in none of the counts; None without one
    notices: tuple[str, ...] = ()
    columns: frozenset[str] = frozenset()
    asked: tuple[date | None, date | None] = (None, None)  # the dates of care shown; all are counted
    rulebook_date: date | None = None  # the latest `checked_on` of the rules
    replaced: tuple[str, ...] = ()  # shipped rules that --rules replaced
    unread: tuple[Unread, ...] = ()  # files, then sheets
