"""Files of acts as one set of acts: read, recognised, normalised, netted, with the account of every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import polars as pl

from avenant9.acts import ahead
from avenant9.acts.choice import check_file, check_names, is_asked, left_out, wanted_sheets
from avenant9.acts.columns import Mapping, Recognised, recognise
from avenant9.acts.netting import cancel, mark_duplicates, mark_repeated
from avenant9.acts.normalise import Sheet, normalise, practitioner_key
from avenant9.acts.raw import RawSheet
from avenant9.acts.read import read_file
from avenant9.errors import InputError, SettingError
from avenant9.model import ACTS, Acts, Input, Nomenclature, Unread


@dataclass(frozen=True)
class ReadOptions:
    """What a user says of the files: all optional."""

    mapping: Mapping | None = None
    sheets: tuple[str, ...] = ()
    all_sheets: bool = False
    encoding: str | None = None
    practitioner: str | None = None


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
    sheets: list[Sheet] = []
    file_ranks: list[int] = []
    skipped: list[Unread] = []
    notices: list[str] = []
    seen_sheets: set[str] = set()
    opened = 0
    failures: list[InputError] = []
    for rank, file in enumerate(files):
        try:
            raws, said = read_sheets(file, options, stdin)
            notices += said
            opened += 1
            seen_sheets |= {raw.sheet for raw in raws if raw.sheet is not None}
            read, others = typed_sheets(file, raws, nomenclature, options)
        except InputError as error:
            failures.append(error)
            continue
        skipped += others
        sheets += read
        file_ranks += [rank] * len(read)
        notices += [notice for sheet in read for notice in sheet.notices]
    if failures and not sheets:
        if opened == len(files):  # a sheet that is not there is a mistake of the option, not of a file
            check_names(options.sheets, seen_sheets)
        raise failures[0]
    check_names(options.sheets, seen_sheets)
    table, inputs = _together(sheets, options.practitioner)
    ranks = pl.Series(file_ranks, dtype=pl.UInt16).gather(table["input"])
    table = netted(table, ranks)
    forget, said = unnamed_practitioners(_practitioners_named(table, inputs))
    return Acts(
        table=forget_unnamed(table) if forget else table,
        inputs=inputs,
        rejected=tuple(rejected for sheet in sheets for rejected in sheet.rejected),
        skipped_sheets=tuple(skipped),
        notices=tuple(dict.fromkeys([*notices, *said, *kinds_of_patient(inputs)])),
        columns=frozenset(key for entry in inputs for key in entry.columns),
        failures=tuple(failures),
    )


def netted(table: pl.DataFrame, files: pl.Series) -> pl.DataFrame:
    """The acts with what was cancelled taken away and what was read twice marked; `files` as in `mark_repeated`.

    Any acts may be netted apart from the others, as long as those of a practitioner and patient stay together.
    """
    return mark_duplicates(cancel(mark_repeated(table, files))).select(*ACTS)


def read_sheets(file: str, options: ReadOptions, stdin: BinaryIO | None) -> tuple[list[RawSheet], list[str]]:
    """The sheets of one file, as text; a mapping or an option may name its encoding and separator."""
    mapping = options.mapping
    encoding = options.encoding or (mapping.encoding if mapping else None)
    separator, sheets = mapping.separator if mapping else None, wanted_sheets(options)
    if encoding is None and separator is None:
        begun = ahead.take(file, hidden=options.all_sheets, sheets=sheets)
        if begun is not None:
            return begun.result()
    return read_file(
        file, encoding=encoding, separator=separator, stdin=stdin, hidden=options.all_sheets, sheets=sheets
    )


def sheets_with_acts(
    file: str, raws: Sequence[RawSheet], options: ReadOptions
) -> tuple[list[tuple[RawSheet, Recognised]], list[Unread]]:
    """The sheets that hold acts, and those left out.

    Raises:
        InputError: no sheet qualifies; everything missing is listed at once.
    """
    check_file(file, raws, options)
    used: list[tuple[RawSheet, Recognised]] = []
    others: list[Unread] = []
    missing: list[str] = []
    for raw in raws:
        found = recognise(raw, options.mapping) if is_asked(raw, options) else None
        if isinstance(found, Recognised):
            used.append((raw, found))
            continue
        others.append(left_out(file, raw, options, found.missing if found else ()))
        if found is not None:
            name = f"feuille {raw.sheet} : " if raw.sheet else ""
            seen = f" (lus : {', '.join(found.seen[:8])})" if found.seen else " (aucun titre de colonne reconnu)"
            missing.append(f"{name}pas de colonne {' ni '.join(map(_WORDS.__getitem__, found.missing))}{seen}")
    if not used:
        hidden = [raw.sheet for raw in raws if raw.hidden and raw.sheet and not is_asked(raw, options)]
        said = " ; ".join(missing) or (
            f"feuilles masquées seulement ({', '.join(hidden)})" if hidden else "rien à lire"
        )
        raise InputError(
            file,
            f"aucune feuille d'actes : {said}",
            "nommez les colonnes par --map MAPPING.toml (voir a9 columns et a9 template mapping)"
            + (", ou lisez les feuilles masquées par --all-sheets" if hidden else ""),
        )
    return used, others


def typed_sheets(
    file: str, raws: Sequence[RawSheet], nomenclature: Nomenclature, options: ReadOptions
) -> tuple[list[Sheet], list[Unread]]:
    """The sheets of one file that hold acts, typed, and those left out.

    Raises:
        InputError: no sheet qualifies, or none has a row.
    """
    used, others = sheets_with_acts(file, raws, options)
    read = [_typed(raw, found, nomenclature, options) for raw, found in used]
    if not any(sheet.account.rows for sheet in read):
        raise InputError(file, "aucune ligne sous les titres", "vérifiez que l'export contient des actes")
    return read, others


_WORDS = {"date": "de date de soins", "code": "de code acte"}


def _typed(raw: RawSheet, found: Recognised, nomenclature: Nomenclature, options: ReadOptions) -> Sheet:
    mapping = options.mapping
    sector_cnam = found.sector_cnam or (mapping is not None and mapping.sector_cnam)
    practitioners = dict(mapping.practitioners) if mapping else {}
    return normalise(raw, found, nomenclature, practitioners, sector_cnam)


@dataclass(frozen=True)
class Named:
    """Whether some rows of a sheet name their practitioner, and whether some stand under `?`."""

    file: str
    named: bool
    unnamed: bool


def practitioners_named(file: str, practitioners: pl.Series) -> Named:
    """What the practitioners of the acts of one sheet are."""
    unnamed = practitioners == "?"
    return Named(file, bool((~unnamed).any()), bool(unnamed.any()))


def _practitioners_named(table: pl.DataFrame, inputs: tuple[Input, ...]) -> list[Named]:
    if not (table["practitioner"] == "?").any():
        return []
    by_input = table.select("input", "practitioner").partition_by("input", as_dict=True)
    return [
        practitioners_named(entry.file, by_input[rank,]["practitioner"])
        for rank, entry in enumerate(inputs)
        if (rank,) in by_input
    ]


def unnamed_practitioners(sheets: Sequence[Named]) -> tuple[bool, list[str]]:
    """Whether to read `?` as unknown, and what to say of it.

    It is one practitioner where no sheet names any; where others do, the rows may be theirs.
    """
    unnamed = [sheet for sheet in sheets if sheet.unnamed]
    if not unnamed:
        return False, []
    if not any(sheet.named for sheet in sheets):
        return False, [
            "Aucune colonne de praticien : toutes les lignes sont prises pour celles d'un seul praticien, "
            "noté « ? » ; nommez-le par --practitioner ID."
        ]
    files = dict.fromkeys(sheet.file for sheet in unnamed)
    return True, [
        f"{', '.join(files)} : pas de colonne de praticien, alors que d'autres fichiers ou feuilles en ont une ; "
        "praticien lu comme inconnu. Contrôlez ce fichier seul, ou nommez son praticien par --practitioner ID."
    ]


def forget_unnamed(table: pl.DataFrame) -> pl.DataFrame:
    """The acts with `?` read as unknown."""
    return table.with_columns(practitioner=pl.when(pl.col("practitioner") != "?").then("practitioner"))


def kinds_of_patient(inputs: tuple[Input, ...]) -> list[str]:
    """Sheets that identify patients in different ways do not recognise each other's."""
    kinds: dict[str, str] = {}
    for entry in inputs:
        keys = entry.columns.keys()
        kind = (
            "n° de dossier"
            if "patient" in keys
            else "NIR"
            if "nir" in keys
            else "nom"
            if "last_name" in keys
            else None
        )
        if kind is not None:
            kinds.setdefault(kind, entry.file)
    if len(kinds) < 2:
        return []
    said = ", ".join(f"{kind} ({file})" for kind, file in kinds.items())
    return [
        f"Patients identifiés de plusieurs façons : {said} ; un même patient n'y est pas reconnu d'une à l'autre."
    ]


def _together(sheets: list[Sheet], practitioner: str | None) -> tuple[pl.DataFrame, tuple[Input, ...]]:
    """All sheets in their order, acts numbered; `--practitioner` names or keeps one practitioner."""
    if practitioner is not None:
        sheets = [only_practitioner(sheet, practitioner) for sheet in sheets]
        if not any(has_practitioner(sheet, practitioner) for sheet in sheets):
            raise nobody()
    tables = [sheet.table.with_columns(input=pl.lit(rank, ACTS["input"])) for rank, sheet in enumerate(sheets)]
    table = pl.concat(tables, how="diagonal").with_columns(act=pl.int_range(pl.len(), dtype=pl.UInt32))
    return table, tuple(sheet.account for sheet in sheets)


def only_practitioner(sheet: Sheet, practitioner: str) -> Sheet:
    """The sheet with `?` named, and without the rows of other practitioners: they are skipped."""
    key = practitioner_key(practitioner)
    name = pl.col("practitioner")
    named = sheet.table.with_columns(practitioner=pl.when(name == "?").then(pl.lit(key)).otherwise(name))
    kept = named.filter(name.eq_missing(key) | name.is_null())
    away = named["row"].n_unique() - kept["row"].n_unique()
    entry = sheet.account
    account = replace(entry, rows=entry.rows - away, acts=len(kept), skipped=entry.skipped + away)
    return replace(sheet, table=kept, account=account)


def has_practitioner(sheet: Sheet, practitioner: str) -> bool:
    """Whether some act of the sheet is this practitioner's."""
    return bool((sheet.table["practitioner"] == practitioner_key(practitioner)).any())


def nobody() -> SettingError:
    """What is said where `--practitioner` names nobody of the files."""
    return SettingError("--practitioner", "aucun acte de ce praticien dans les fichiers", "vérifiez son identifiant")
