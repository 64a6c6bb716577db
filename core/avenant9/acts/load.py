"""Files of acts as one set of acts: read, recognised, normalised, netted, with the account of every row.

Each file is read by itself (`read_one`), then what they gave is joined (`join`): the workers of a cluster do the
first, each for its files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import polars as pl
from msgspec import Struct

from avenant9.acts.asked import ReadOptions
from avenant9.acts.columns import ACTS, COLUMNS
from avenant9.acts.drafts import draft
from avenant9.acts.mapping import Mapping
from avenant9.acts.netting import cancel, mark_repetitions
from avenant9.acts.normalise import normalise
from avenant9.acts.overlaps import leave_out_refused, mark_repeated
from avenant9.acts.people import lost_zeros, practitioner_key
from avenant9.acts.recognise import Recognised, Unrecognised, tables
from avenant9.acts.sheet import Sheet
from avenant9.errors import InputError, SettingError
from avenant9.model import Acts, Input, Nomenclature, Unread
from avenant9.notice import Notice
from avenant9.reading import prefetch
from avenant9.reading.raw_sheet import RawSheet
from avenant9.reading.sheets import Request, check_file, check_names, left_out
from avenant9.records import replace
from avenant9.wording import counted, listed, plural, quoted


class OneFile(Struct, frozen=True):
    """What one file gave.

    Attributes:
        file: as on the command line.
        names: the sheets of a workbook; None where the file could not be opened.
        sheets: those that hold acts, typed.
        left: those that were not read, and why.
        notices: what was understood of the file, before its sheets.
        failure: why it gave no row.
    """

    file: str
    names: frozenset[str] | None = None
    sheets: tuple[Sheet, ...] = ()
    left: tuple[Unread, ...] = ()
    notices: tuple[Notice, ...] = ()
    failure: InputError | None = None


def load_acts(
    files: Sequence[str],
    nomenclature: Nomenclature,
    options: ReadOptions | None = None,
    stdin: BinaryIO | None = None,
) -> Acts:
    """Reads all `files` (`-` is standard input) as one set of acts.

    Raises:
        InputError: no file gave a single row; a file that gives none beside others is in `failures`.
        SettingError: a mapping or `--sheet` names something that no file has.
    """
    options = options or ReadOptions()
    return join([read_one(file, nomenclature, options, stdin) for file in files], options)


def read_one(file: str, nomenclature: Nomenclature, options: ReadOptions, stdin: BinaryIO | None = None) -> OneFile:
    """One file, whatever it gives. Raises SettingError where the mapping names what it does not have."""
    try:
        raws, said = prefetch.read(file, options.request, stdin)
    except InputError as error:
        return OneFile(file, failure=error)
    return of_sheets(file, raws, said, nomenclature, options)


def of_sheets(
    file: str, raws: Sequence[RawSheet], said: Sequence[Notice], nomenclature: Nomenclature, options: ReadOptions
) -> OneFile:
    """The acts of a file whose sheets are these, and what is `said` of it."""
    opened = OneFile(file, _names(raws), notices=tuple(said))
    try:
        used, left = sheets_with_acts(file, raws, nomenclature, options)
    except InputError as error:
        return replace(opened, failure=error)
    sheets = [_typed(raw, found, nomenclature, options) for raw, found in used]
    if not any(sheet.account.rows for sheet in sheets):
        failure = InputError(file, "aucune ligne sous les titres", "vérifiez que l'export contient des actes")
        return replace(opened, failure=failure)
    if options.practitioner is not None:
        sheets = [_only(sheet, practitioner_key(options.practitioner)) for sheet in sheets]
    return replace(opened, sheets=tuple(sheets), left=tuple(left))


def _names(raws: Sequence[RawSheet]) -> frozenset[str]:
    return frozenset(raw.sheet for raw in raws if raw.sheet is not None)


def join(files: Sequence[OneFile], options: ReadOptions) -> Acts:
    """What several files gave as one set of acts, in their order. Raises as `load_acts`."""
    acts = account(files, options)
    sheets = [sheet for one in files for sheet in one.sheets]
    tables = [sheet.table.with_columns(input=pl.lit(rank, ACTS["input"])) for rank, sheet in enumerate(sheets)]
    table = pl.concat(tables, how="diagonal").with_columns(act=pl.int_range(pl.len(), dtype=pl.UInt32))
    of_input = pl.Series([rank for rank, one in enumerate(files) for _ in one.sheets], dtype=pl.UInt16)
    said = _numbers_that_lost_zeros(table, acts.inputs)
    table = netted(table, of_input.gather(table["input"]), held(files))
    table = forget_unnamed(table) if some_unnamed(files) else table
    return replace(acts, table=table, notices=(*acts.notices, *said))


def account(files: Sequence[OneFile], options: ReadOptions) -> Acts:
    """All that is told of several files but their acts, whose table is left empty. Raises as `load_acts`."""
    sheets = [sheet for one in files for sheet in one.sheets]
    failures = tuple(one.failure for one in files if one.failure is not None)
    seen = frozenset[str]().union(*(one.names for one in files if one.names is not None))
    if sheets or all(one.names is not None for one in files):  # a sheet that is not there is a mistake of the option
        check_names(options.sheets, seen)
    if not sheets:
        raise failures[0]
    if options.practitioner is not None and not any(sheet.named for sheet in sheets):
        raise _nobody()
    inputs = tuple(sheet.account for sheet in sheets)
    said = [
        notice for one in files for notices in (one.notices, *(s.notices for s in one.sheets)) for notice in notices
    ]
    return Acts(
        table=pl.DataFrame(schema=ACTS),
        inputs=inputs,
        rejected=tuple(rejected for sheet in sheets for rejected in sheet.rejected),
        skipped_sheets=tuple(left for one in files for left in one.left),
        notices=tuple(dict.fromkeys([*said, *_unnamed_practitioners(sheets), *_kinds_of_patient(inputs)])),
        columns=frozenset(key for entry in inputs for key in entry.columns),
        failures=failures,
    )


def held(files: Sequence[OneFile]) -> list[frozenset[str]]:
    """The columns of acts that hold something, of each input."""
    return [sheet.account.held for one in files for sheet in one.sheets]


def netted(table: pl.DataFrame, files: pl.Series, held: Sequence[frozenset[str]]) -> pl.DataFrame:
    """The acts with what was cancelled taken away, what was read twice and what was refused marked.

    `files` and `held` are those of `mark_repeated`. Any acts may be netted apart from the others, as long as those of
    a practitioner and patient stay together.
    """
    counting = cancel(leave_out_refused(mark_repeated(table, files, held)))
    return mark_repetitions(counting).select(*ACTS)


def sheets_with_acts(
    file: str, raws: Sequence[RawSheet], nomenclature: Nomenclature, options: ReadOptions
) -> tuple[list[tuple[RawSheet, Recognised]], list[Unread]]:
    """The tables of acts that the sheets hold, and the sheets left out.

    Raises:
        InputError: no sheet qualifies; everything missing is listed at once.
    """
    request = options.request
    check_file(file, raws, request)
    used: list[tuple[RawSheet, Recognised]] = []
    others: list[Unread] = []
    lacking: list[tuple[RawSheet, Unrecognised]] = []
    for raw in raws:
        asked = request.wants(raw.sheet, hidden=raw.hidden)
        found = tables(raw, nomenclature, options.mapping) if asked else None
        if isinstance(found, list):
            used += found
            continue
        others.append(_left_out(file, raw, request, found.missing if found else ()))
        if found is not None:
            lacking.append((raw, found))
    if not used:
        raise _no_sheet(file, raws, request, lacking)
    return used, others


_WORDS = {"date": "de date de soins", "code": "de code acte"}


def _no_sheet(
    file: str, raws: Sequence[RawSheet], request: Request, lacking: Sequence[tuple[RawSheet, Unrecognised]]
) -> InputError:
    hidden = [raw.sheet for raw in raws if raw.sheet and raw.hidden and not request.wants(raw.sheet, hidden=True)]
    missing = " ; ".join(_lacks(raw, found) for raw, found in lacking)
    said = missing or (f"feuilles masquées seulement ({', '.join(hidden)})" if hidden else "rien à lire")
    remedy = "nommez les colonnes par --map MAPPING.toml (voir a9 columns et a9 template mapping)"
    if hidden:
        remedy += ", ou lisez les feuilles masquées par --all-sheets"
    likeliest = max(lacking, key=lambda one: (len(one[1].columns), len(one[1].seen)), default=None)
    detail = "" if likeliest is None or not likeliest[1].seen else draft(likeliest[1], likeliest[0])
    return InputError(file, f"aucune feuille d'actes : {said}", remedy, detail)


def _lacks(raw: RawSheet, found: Unrecognised) -> str:
    name = f"feuille {raw.sheet} : " if raw.sheet else ""
    seen = f" (lus : {', '.join(found.seen[:8])})" if found.seen else " (aucun titre de colonne reconnu)"
    return f"{name}pas de colonne {' ni '.join(map(_WORDS.__getitem__, found.missing))}{seen}"


def _left_out(file: str, raw: RawSheet, request: Request, lacking: Sequence[str]) -> Unread:
    """Why a sheet is no sheet of acts: the keys that no column gives."""
    columns = listed(quoted(COLUMNS[key].heading for key in lacking), "ni")
    remedy = f"{plural(len(lacking), 'nommez-la', 'nommez-les')} par --map"
    return left_out(file, raw, request, f"sans colonne {columns}", remedy)


def _typed(raw: RawSheet, found: Recognised, nomenclature: Nomenclature, options: ReadOptions) -> Sheet:
    return normalise(raw, found, nomenclature, options.mapping or Mapping())


# --- who the practitioner is --------------------------------------------------------------------------------------


def _only(sheet: Sheet, practitioner: str) -> Sheet:
    """The sheet with `?` named, and without the rows of other practitioners: they are skipped."""
    name = pl.col("practitioner")
    named = sheet.table.with_columns(practitioner=pl.when(name == "?").then(pl.lit(practitioner)).otherwise(name))
    kept = named.filter(name.eq_missing(practitioner) | name.is_null())
    away = named["row"].n_unique() - kept["row"].n_unique()
    entry = sheet.account
    told = replace(entry, rows=entry.rows - away, acts=len(kept), skipped=entry.skipped + away)
    here = bool((kept["practitioner"] == practitioner).any())
    return replace(sheet, table=kept, account=told, named=here, unnamed=False)


def _nobody() -> SettingError:
    return SettingError("--practitioner", "aucun acte de ce praticien dans les fichiers", "vérifiez son identifiant")


def some_unnamed(files: Sequence[OneFile]) -> bool:
    """Whether `?` is unknown: it is one practitioner where no sheet names any; else the rows may be theirs."""
    sheets = [sheet for one in files for sheet in one.sheets]
    return any(sheet.named for sheet in sheets) and any(sheet.unnamed for sheet in sheets)


def forget_unnamed(table: pl.DataFrame) -> pl.DataFrame:
    """The acts with `?` read as unknown."""
    return table.with_columns(practitioner=pl.when(pl.col("practitioner") != "?").then("practitioner"))


def _unnamed_practitioners(sheets: Sequence[Sheet]) -> list[Notice | str]:
    """What to say of rows that name no practitioner."""
    files = dict.fromkeys(sheet.account.file for sheet in sheets if sheet.unnamed)
    if not files:
        return []
    if not any(sheet.named for sheet in sheets):
        return [
            "Aucune colonne de praticien : toutes les lignes sont prises pour celles d'un seul praticien, "
            "noté « ? » ; nommez-le par --practitioner ID."
        ]
    words = (
        " : pas de colonne de praticien, alors que d'autres fichiers ou feuilles en ont une ; praticien lu comme "
        "inconnu. Contrôlez ce fichier seul, ou nommez son praticien par --practitioner ID."
    )
    return [Notice(tuple(files), words)]


def _numbers_that_lost_zeros(table: pl.DataFrame, inputs: Sequence[Input]) -> list[Notice]:
    """What to say of patients whose numbers may be one: they are left apart, for nothing tells that they are."""
    doubtful = lost_zeros(table)
    if doubtful.is_empty():
        return []
    number = doubtful["patient"].str.strip_chars_start("0").n_unique()
    files = dict.fromkeys(inputs[rank].file for rank in doubtful["input"].unique(maintain_order=True))
    words = (
        f" : {counted(number, 'numéro')} de patient avec des zéros de tête sur des lignes et sans eux sur d'autres, "
        "comme un tableur les ôte ; ce sont autant de patients différents pour a9 : remettez les zéros (colonne au "
        "format texte) s'il s'agit des mêmes."
    )
    return [Notice(tuple(files), words)]


#: What identifies patients, the best first, and its French name.
_IDENTITIES = {"patient": "n° de dossier", "nir": "NIR", "last_name": "nom"}


def _kinds_of_patient(inputs: Sequence[Input]) -> list[Notice]:
    """Sheets that identify patients in different ways do not recognise each other's."""
    kinds: dict[str, str] = {}
    for entry in inputs:
        kind = next((words for key, words in _IDENTITIES.items() if key in entry.columns), None)
        if kind is not None:
            kinds.setdefault(kind, entry.file)
    if len(kinds) < 2:
        return []
    by = listed([f"par {kind}" for kind in kinds])
    words = f" : patients identifiés {by} ; un même patient n'est pas reconnu d'une façon à l'autre."
    return [Notice(tuple(dict.fromkeys(kinds.values())), words)]
