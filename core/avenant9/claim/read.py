"""The table of the caisse as typed lines: read by the door of acts, under headings of its own."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import polars as pl
from msgspec import Struct

from avenant9.acts import values
from avenant9.acts.amounts import parse_cents, read_plain
from avenant9.acts.codes import parse_codes
from avenant9.acts.columns import ACTS, claim_columns
from avenant9.acts.dates import read_births, read_dates
from avenant9.acts.headings import Titles
from avenant9.acts.mapping import Mapping as Understood
from avenant9.acts.people import practitioner_key, read_people
from avenant9.acts.recognise import Recognised, Unrecognised, tables
from avenant9.acts.rows import data_rows, name_errors, name_merges
from avenant9.acts.sheet import Reading
from avenant9.errors import InputError, SettingError
from avenant9.model import Input, Nomenclature, Unread
from avenant9.notice import Notice
from avenant9.reading import prefetch
from avenant9.reading.sheets import Request, left_out
from avenant9.records import replace
from avenant9.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from avenant9.reading.raw_sheet import RawSheet

Known = TypeVar("Known")

#: The lines of a claim, in the order of its sheets and rows. Null is *unknown*; amounts are cents.
CLAIMED: dict[str, pl.DataType] = {
    "line": pl.UInt32(),  # 0…n-1
    "input": pl.UInt16(),  # index into Claim.inputs
    "row": pl.UInt32(),  # row number the user sees
    "claimed": pl.Int64(),
    "cause": pl.String(),
    "cause_plain": pl.String(),  # the same without what its row says of who the patient is
    "date": pl.Date(),
    "codes": pl.List(pl.String()),
    "practitioner": pl.String(),
    "patient": pl.String(),
    "patient_shown": pl.String(),
    "patient_nir": pl.Boolean(),
    "invoice": pl.String(),
    "amount": pl.Int64(),  # what was billed, as the table says it
    "payment_date": pl.Date(),
}

_EXAMPLES = "« Indu », « Montant réclamé » ou « Trop-perçu »"
#: A NIR, with its key or without, however it is grouped: nobody is shown one.
_NIR = re.compile(r"\b[1-8](?:[ .]?\d){4}[ .]?(?:\d|2[AaBb])(?:[ .]?\d){6,9}\b")
_HIDDEN = "[…]"
#: How a person is named in a sentence, and told to be born.
_PERSON = re.compile(
    r"\b(?:MM?|Mmes?|Mlles?|Messieurs|Monsieur|Mesdames|Madame|Mademoiselle)\b\.?(?:\s+[A-ZÀ-Ý][\w'’-]*)+"
    r"|\bn[ée]{1,2}(?:\(e\))? le \d[\d/. -]+\d"
)
_FOREIGN = re.compile(r"[$£¥]|\b(?:USD|GBP|CHF|XPF|F|FRF|FF)\b", re.IGNORECASE)
#: What says who the patient is.
_IDENTITY = ("nir", "patient", "last_name", "first_name", "birth_date")
#: The shortest name that is looked for in a cause.
_SHORTEST = 3


class Claim(Struct, frozen=True):
    """The lines claimed (CLAIMED), and the account of where they were read.

    Attributes:
        table: the lines.
        inputs: the sheets that hold some.
        columns: the keys that some sheet has.
        unread: the sheets that hold none.
        notices: what was understood (French, without identifiers).
    """

    table: pl.DataFrame
    inputs: tuple[Input, ...]
    columns: frozenset[str]
    unread: tuple[Unread, ...] = ()
    notices: tuple[Notice | str, ...] = ()


@cache
def _titles() -> tuple[Titles, Titles]:
    """What heads a claim: a column of sums claimed; else any column of amounts."""
    either = (claim_columns(any_amount=any_amount) for any_amount in (False, True))
    named, any_amount = (Titles(columns, ("claimed",), grouped=True) for columns in either)
    return named, any_amount


def load_claim(
    file: str,
    nomenclature: Nomenclature,
    practitioner: str | None = None,
    stdin: BinaryIO | None = None,
    practitioners: Mapping[str, str] | None = None,
) -> Claim:
    """The lines of the table in `file` (`-`: standard input); of one practitioner, where one is named.

    `practitioners` renames some, as a mapping of acts does (several AM numbers, one doctor).

    Raises:
        InputError: it cannot be read, holds no table of sums claimed, no line, or a sum that is none in euros.
        SettingError: the table names practitioners, and this one is none of them.
    """
    request = Request(is_heading=_titles()[1].is_heading)
    raws, said = prefetch.read(file, request, stdin)
    found = [(raw, _tables(raw, nomenclature)) for raw in raws if request.wants(raw.sheet, hidden=raw.hidden)]
    used = [table for _, known in found if isinstance(known, list) for table in known]
    if not used:
        raise _no_table(file, [known for _, known in found if isinstance(known, Unrecognised)])
    sheets = [_sheet(raw, known, nomenclature, practitioners or {}) for raw, known in used]
    whole = pl.concat([sheet.table.with_columns(input=pl.lit(n, pl.UInt16)) for n, sheet in enumerate(sheets)])
    if whole.is_empty():
        raise InputError(
            file, "aucune ligne sous les titres", "vérifiez que le tableau contient des sommes réclamées"
        )
    kept = _of(practitioner, whole, file)
    read = {raw.sheet for raw, _ in used}
    return Claim(
        table=_signed(file, kept).with_columns(line=pl.int_range(pl.len(), dtype=pl.UInt32)).select(*CLAIMED),
        inputs=tuple(sheet.account for sheet in sheets),
        columns=frozenset(key for sheet in sheets for key in sheet.account.columns),
        unread=tuple(
            left_out(file, raw, request, "sans colonne de sommes réclamées", "")
            for raw in raws
            if raw.sheet not in read
        ),
        notices=tuple(dict.fromkeys((*said, *(notice for sheet in sheets for notice in sheet.notices)))),
    )


def _tables(raw: RawSheet, nomenclature: Nomenclature) -> list[tuple[RawSheet, Recognised]] | Unrecognised:
    """The tables of a sheet, by the titles that name most of their columns."""
    named, any_amount = (tables(raw, nomenclature, None, titles) for titles in _titles())
    if isinstance(any_amount, Unrecognised):
        return named
    if isinstance(named, Unrecognised) or _width(any_amount) > _width(named) + 1:
        return any_amount  # « Indu » above a group of columns is no column
    return named


def _width(found: list[tuple[RawSheet, Recognised]]) -> int:
    return max(len(known.columns) for _, known in found)


def _no_table(file: str, seen: Sequence[Unrecognised]) -> InputError:
    titles = next((known.seen for known in seen if known.seen), ())[:8]
    read = f" (lus : {', '.join(titles)})" if titles else " (aucun titre de colonne reconnu)"
    return InputError(file, f"pas de colonne de sommes réclamées{read}", f"titrez-la {_EXAMPLES}")


# --- a sheet --------------------------------------------------------------------------------------------------


class _Sheet(Struct, frozen=True):
    table: pl.DataFrame
    account: Input
    notices: tuple[Notice | str, ...]


def _sheet(raw: RawSheet, found: Recognised, nomenclature: Nomenclature, practitioners: Mapping[str, str]) -> _Sheet:
    """The lines of one table; rows without a sum, and with one other cell at most, are titles among them."""
    found = _with_patient(found)
    body, skipped, ragged = data_rows(raw, found, Understood())
    reading = Reading(raw, found, body)
    name_errors(reading)
    name_merges(reading)
    typed = _typed(reading, nomenclature, practitioners)
    told = pl.sum_horizontal(pl.col("date", "codes", "invoice", "patient", "cause", "payment_date").is_not_null())
    lines = typed.filter(pl.col("claimed").is_not_null() | (told > 1))
    for row, reason in ragged.reasons(frozenset(body["row"])).items():
        if row in lines["row"]:
            raise InputError(raw.file, f"ligne {row} : {reason}", "corrigez cette ligne du tableau")
    account = Input(
        file=raw.file,
        sheet=raw.sheet,
        rows=len(lines),
        acts=0,
        rejected=0,
        skipped=skipped + len(typed) - len(lines),
        columns=dict(found.headings),
        encoding=raw.encoding,
        separator=raw.separator,
    )
    said = (notice for notice in reading.notices if not notice.identity)  # no finding rests on these patients
    return _Sheet(lines, account, (*found.notices, *said))


def _with_patient(found: Recognised) -> Recognised:
    """« Bénéficiaire » is a name beside a NIR, and whatever tells the patient where it stands alone."""
    if not found.columns.keys().isdisjoint(("nir", "patient", "first_name")) or "last_name" not in found.columns:
        return found
    return replace(found, columns=_as_patient(found.columns), headings=_as_patient(found.headings))


def _as_patient(known: dict[str, Known]) -> dict[str, Known]:
    return {"patient" if key == "last_name" else key: value for key, value in known.items()}


def _typed(reading: Reading, nomenclature: Nomenclature, practitioners: Mapping[str, str]) -> pl.DataFrame:
    """CLAIMED but `line` and `input`, of every row."""

    def absent(key: str) -> pl.Series:
        return pl.Series(key, [None], dtype=ACTS[key]).new_from_index(0, len(reading.rows))

    columns: dict[str, pl.Series] = {"row": reading.rows["row"], "claimed": _claimed(reading)}
    columns["codes"] = _codes(reading, nomenclature)
    read_dates(reading, columns, absent)
    read_births(reading, columns, absent, pl.Series([False]).new_from_index(0, len(reading.rows)))
    read_plain(reading, columns, absent)
    read_people(reading, columns, {**practitioners})
    columns["practitioner"] = columns["practitioner"].set(columns["practitioner"] == "?", None)
    columns |= _causes(reading)
    named = [series.alias(key) for key, series in columns.items()]
    return pl.DataFrame(named).select(
        pl.col(key).cast(CLAIMED[key]) for key in CLAIMED if key not in ("line", "input")
    )


def _claimed(reading: Reading) -> pl.Series:
    """The sums. Raises InputError at the first that is no number of euros."""
    cells = reading.required("claimed")
    read = values.distinct(cells, parse_cents, pl.Int64())
    bad = reading.rows["row"].filter(read.is_null() & cells.is_not_null())
    if len(bad):
        texts = cells.cast(pl.String).filter(read.is_null() & cells.is_not_null())
        where = f"{reading.raw.file}{reading.sheet}, cellule {reading.cell('claimed', bad[0])}"
        if _FOREIGN.search(texts[0]):
            raise InputError(where, "somme dans une autre monnaie que l'euro", "donnez toutes les sommes en euros")
        raise InputError(where, "la somme réclamée n'est pas un nombre", "corrigez ou videz cette cellule")
    return read


def _codes(reading: Reading, nomenclature: Nomenclature) -> pl.Series:
    cells = reading.cells("code")
    if cells is None:
        return pl.Series("codes", [None], dtype=pl.List(pl.String)).new_from_index(0, len(reading.rows))

    def parse(text: str) -> list[str] | None:
        return list(dict.fromkeys(act.code for act in parse_codes(text, nomenclature))) or None

    return reading.read("code", "code", values.distinct(cells, parse, pl.List(pl.String())))


def _causes(reading: Reading) -> dict[str, pl.Series]:
    """Why each sum is claimed: without a NIR, and, plain, without a person that it names or that its row tells."""
    causes = reading.text("cause")
    if causes is None:
        nothing = pl.Series([None], dtype=pl.String()).new_from_index(0, len(reading.rows))
        return {"cause": nothing, "cause_plain": nothing}
    shown = causes.str.replace_all(_NIR.pattern, _HIDDEN)
    known = [text for key in _IDENTITY if (text := reading.text(key)) is not None]
    rows = zip(shown, *known, strict=True)
    plain = [None if text is None else without(_PERSON.sub(_HIDDEN, text), identity) for text, *identity in rows]
    return {"cause": shown, "cause_plain": pl.Series(plain, dtype=pl.String)}


def without(text: str, identity: Iterable[str | None]) -> str:
    """A sentence without the words of what tells who a patient is."""
    cells = [cell for cell in identity if cell]
    parts = (part.strip(",;.") for cell in cells for part in re.split(r"[\s|]+", cell))
    words = {word for word in (*cells, *parts) if len(word) >= _SHORTEST}
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", _HIDDEN, text, flags=re.IGNORECASE)
    return text


# --- all sheets -----------------------------------------------------------------------------------------------


def _of(practitioner: str | None, lines: pl.DataFrame, file: str) -> pl.DataFrame:
    """The lines of one practitioner; where the table names none, all of them."""
    if practitioner is None or lines["practitioner"].null_count() == len(lines):
        return lines
    kept = lines.filter(
        pl.col("practitioner").eq_missing(practitioner_key(practitioner)) | pl.col("practitioner").is_null()
    )
    if kept.is_empty():
        names = quoted(lines["practitioner"].drop_nulls().unique(maintain_order=True).head(8))
        raise SettingError(
            "--practitioner", f"{file} ne réclame rien à ce praticien", f"praticiens lus : {listed(names)}"
        )
    return kept


def _signed(file: str, lines: pl.DataFrame) -> pl.DataFrame:
    """The sums as what is to be paid back: a table may write them all as negative.

    Raises:
        InputError: some are negative and others are not.
    """
    below = lines["claimed"] < 0
    if not below.any():
        return lines
    if (lines["claimed"] > 0).any():
        row = lines["row"].filter(below)[0]
        raise InputError(
            file, f"ligne {row} : une somme négative parmi des sommes positives", "ôtez du tableau ce qui vous est dû"
        )
    return lines.with_columns(-pl.col("claimed"))
