"""Files of acts as one set of acts: read, recognised, normalised, netted, with the account of every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import polars as pl

from avenant9.acts.columns import Mapping, Recognised, Unrecognised, recognise
from avenant9.acts.netting import cancel, mark_duplicates, mark_repeated
from avenant9.acts.normalise import Sheet, normalise, practitioner_key
from avenant9.acts.read import RawSheet, read_file
from avenant9.errors import InputError, SettingError
from avenant9.model import ACTS, Acts, CellRef, Input, Nomenclature


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
    skipped: list[CellRef] = []
    notices: list[str] = []
    seen_sheets: set[str] = set()
    failures: list[InputError] = []
    for rank, file in enumerate(files):
        try:
            raws, said = read_sheets(file, options, stdin)
            notices += said
            seen_sheets |= {raw.sheet for raw in raws if raw.sheet is not None}
            used, left_out = sheets_with_acts(file, raws, options)
            read = [_typed(raw, found, nomenclature, options) for raw, found in used]
            if not any(sheet.account.rows for sheet in read):
                raise InputError(file, "aucune ligne sous les titres", "vérifiez que l'export contient des actes")
        except InputError as error:
            failures.append(error)
            continue
        skipped += left_out
        sheets += read
        file_ranks += [rank] * len(read)
        notices += [notice for sheet in read for notice in sheet.notices]
    if failures and not sheets:
        raise failures[0]
    _check_sheet_names(options.sheets, seen_sheets)
    table, inputs = _together(sheets, options.practitioner)
    ranks = pl.Series(file_ranks, dtype=pl.UInt16).gather(table["input"])
    table = mark_duplicates(cancel(mark_repeated(table, ranks))).select(*ACTS)
    table, unnamed = _unnamed_practitioners(table, inputs)
    notices += unnamed
    notices += _kinds_of_patient(inputs)
    return Acts(
        table=table,
        inputs=inputs,
        rejected=tuple(rejected for sheet in sheets for rejected in sheet.rejected),
        skipped_sheets=tuple(skipped),
        notices=tuple(dict.fromkeys(notices)),
        columns=frozenset(key for entry in inputs for key in entry.columns),
        failures=tuple(failures),
    )


def read_sheets(file: str, options: ReadOptions, stdin: BinaryIO | None) -> tuple[list[RawSheet], list[str]]:
    """The sheets of one file, as text; a mapping or an option may name its encoding and separator."""
    mapping = options.mapping
    encoding = options.encoding or (mapping.encoding if mapping else None)
    return read_file(
        file,
        encoding=encoding,
        separator=mapping.separator if mapping else None,
        stdin=stdin,
        hidden=options.all_sheets,
        sheets=wanted_sheets(options),
    )


def wanted_sheets(options: ReadOptions) -> tuple[str, ...]:
    """The sheets that an option, else the mapping, names."""
    return options.sheets or ((options.mapping.sheet,) if options.mapping and options.mapping.sheet else ())


def sheets_with_acts(
    file: str, raws: Sequence[RawSheet], options: ReadOptions
) -> tuple[list[tuple[RawSheet, Recognised]], list[CellRef]]:
    """The sheets that hold acts, and those left out.

    Raises:
        InputError: no sheet qualifies; everything missing is listed at once.
    """
    wanted = wanted_sheets(options)
    used: list[tuple[RawSheet, Recognised]] = []
    left_out: list[CellRef] = []
    missing: list[str] = []
    for raw in raws:
        chosen = raw.sheet in wanted if wanted and raw.sheet is not None else options.all_sheets or not raw.hidden
        found = recognise(raw, options.mapping) if chosen else None
        if isinstance(found, Recognised):
            used.append((raw, found))
            continue
        left_out.append(CellRef(file, raw.sheet, 0))
        if isinstance(found, Unrecognised):
            name = f"feuille {raw.sheet} : " if raw.sheet else ""
            seen = f" (lus : {', '.join(found.seen[:8])})" if found.seen else " (aucun titre de colonne reconnu)"
            missing.append(f"{name}pas de colonne {' ni '.join(map(_WORDS.__getitem__, found.missing))}{seen}")
    if not used:
        hidden = [raw.sheet for raw in raws if raw.hidden and raw.sheet]
        said = " ; ".join(missing) or (
            f"feuilles masquées seulement ({', '.join(hidden)})" if hidden else "rien à lire"
        )
        raise InputError(
            file,
            f"aucune feuille d'actes : {said}",
            "nommez les colonnes par --map MAPPING.toml (voir a9 columns et a9 template mapping)"
            + (", ou lisez les feuilles masquées par --all-sheets" if hidden else ""),
        )
    return used, left_out


_WORDS = {"date": "de date de soins", "code": "de code acte"}


def _typed(raw: RawSheet, found: Recognised, nomenclature: Nomenclature, options: ReadOptions) -> Sheet:
    mapping = options.mapping
    sector_cnam = found.sector_cnam or (mapping is not None and mapping.sector_cnam)
    practitioners = dict(mapping.practitioners) if mapping else {}
    return normalise(raw, found, nomenclature, practitioners, sector_cnam)


def _unnamed_practitioners(table: pl.DataFrame, inputs: tuple[Input, ...]) -> tuple[pl.DataFrame, list[str]]:
    """One practitioner `?` where no sheet names any; unknown where other sheets do: the rows may be theirs."""
    unnamed = table["practitioner"] == "?"
    if not unnamed.any():
        return table, []
    if unnamed.all():
        return table, [
            "Aucune colonne de praticien : toutes les lignes sont prises pour celles d'un seul praticien, "
            "noté « ? » ; nommez-le par --practitioner ID."
        ]
    files = dict.fromkeys(inputs[rank].file for rank in table.filter(unnamed)["input"].unique().sort())
    named = pl.when(pl.col("practitioner") != "?").then("practitioner")
    return table.with_columns(practitioner=named), [
        f"{', '.join(files)} : pas de colonne de praticien, alors que d'autres fichiers ou feuilles en ont une ; "
        "praticien lu comme inconnu. Contrôlez ce fichier seul, ou nommez son praticien par --practitioner ID."
    ]


def _kinds_of_patient(inputs: tuple[Input, ...]) -> list[str]:
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


def _check_sheet_names(wanted: tuple[str, ...], seen: set[str]) -> None:
    for name in wanted:
        if name not in seen:
            raise SettingError(
                f"--sheet {name}",
                "aucun fichier n'a cette feuille",
                f"feuilles des classeurs : {', '.join(sorted(seen)) or 'aucune'}",
            )


def _together(sheets: list[Sheet], practitioner: str | None) -> tuple[pl.DataFrame, tuple[Input, ...]]:
    """All sheets in their order, acts numbered; `--practitioner` names or keeps one practitioner."""
    tables = [sheet.table.with_columns(input=pl.lit(rank, ACTS["input"])) for rank, sheet in enumerate(sheets)]
    table = pl.concat(tables, how="diagonal")
    inputs = [sheet.account for sheet in sheets]
    if practitioner is not None:
        key = practitioner_key(practitioner)
        table = table.with_columns(
            practitioner=pl.when(pl.col("practitioner") == "?").then(pl.lit(key)).otherwise("practitioner")
        )
        kept = table.filter(pl.col("practitioner").eq_missing(key) | pl.col("practitioner").is_null())
        inputs = [_without_others(entry, rank, table, kept) for rank, entry in enumerate(inputs)]
        if not (kept["practitioner"] == key).any():
            raise SettingError(
                "--practitioner", "aucun acte de ce praticien dans les fichiers", "vérifiez son identifiant"
            )
        table = kept
    return table.with_columns(act=pl.int_range(pl.len(), dtype=pl.UInt32)), tuple(inputs)


def _without_others(entry: Input, rank: int, before: pl.DataFrame, after: pl.DataFrame) -> Input:
    rows_before, rows_after = (table.filter(pl.col("input") == rank)["row"].n_unique() for table in (before, after))
    away = rows_before - rows_after
    return replace(
        entry,
        rows=entry.rows - away,
        acts=len(after.filter(pl.col("input") == rank)),
        skipped=entry.skipped + away,
    )
