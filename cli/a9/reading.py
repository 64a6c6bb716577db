"""What every command that reads acts does before it answers: read them, and say what was understood."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import click

from a9.exits import say
from avenant9.errors import A9Error, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from a9.options import Reading
    from a9.output import Notices
    from avenant9.acts.load import ReadOptions
    from avenant9.acts.mapping import Mapping
    from avenant9.model import Acts, Input, Nomenclature
    from avenant9.reconcile.billed import Billed
    from avenant9.rulebook.load import Rulebook
    from avenant9.settings.a9_toml import Settings
    from avenant9.shifts import Activity

Found = TypeVar("Found")


def standard_input() -> BinaryIO:
    """The bytes of standard input. Raises InputError where the process was started without one."""
    if sys.stdin is None:
        raise InputError("entrée standard", "elle est fermée", "donnez un fichier, ou redirigez-la")
    return sys.stdin.buffer


def announce(reading: Reading, twice: Sequence[str], notices: Notices) -> None:
    """What was done of what the user typed: files given `twice` are read once, settings are followed."""
    for file in twice:
        notices.say(f"{file} : donné plusieurs fois, lu une seule.")
    if reading.config is not None:
        notices.say(f"Réglages : {reading.config.place}.")


def begin(reading: Reading) -> None:
    """Has the first file read while the command imports and loads what it needs; no longer than the command lasts."""
    from avenant9.reading.workbook.pool import start_for  # noqa: PLC0415

    # A process that ends in some seconds need not give memory back meanwhile, to take it again page by page.
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:1500,muzzy_decay_ms:1500")
    start_for(reading.files)

    from avenant9.reading import prefetch  # noqa: PLC0415 - after that: it imports polars, as the readers do

    click.get_current_context().call_on_close(prefetch.end)
    if reading.files:
        with suppress(A9Error):  # a mapping that cannot be read is told where the files are
            prefetch.begin(reading.files[0], read_options(reading).request)


def read_acts(reading: Reading, rulebook: Rulebook, notices: Notices) -> Acts:
    """The acts of the files.

    Raises:
        InputError, SettingError: as `load_acts` and `load_mapping`.
    """
    from avenant9.acts.load import load_acts  # noqa: PLC0415 - --help must not import polars

    return _read(load_acts, reading, rulebook, notices)


def read_activity(reading: Reading, rulebook: Rulebook, notices: Notices) -> Activity:
    """The acts of the files, their shifts, and their patients taken in charge.

    Raises:
        InputError, SettingError: as `load_activity` and `load_mapping`.
    """
    from avenant9.shifts import load_activity  # noqa: PLC0415

    return _read(load_activity, reading, rulebook, notices)


def read_billed(reading: Reading, rulebook: Rulebook, notices: Notices) -> Billed:
    """The acts of the files, with what cancellations take away.

    Raises:
        InputError, SettingError: as `load_billed` and `load_mapping`.
    """
    from avenant9.reconcile.billed import load_billed  # noqa: PLC0415

    return _read(load_billed, reading, rulebook, notices)


def _read(load: Callable[..., Found], reading: Reading, rulebook: Rulebook, notices: Notices) -> Found:
    from avenant9.wording import file_name  # noqa: PLC0415

    notices.step("Lecture des fichiers…")
    chosen = read_options(reading, rulebook.nomenclature)
    stdin = standard_input() if "-" in reading.files else None
    try:
        found = load(reading.files, rulebook.nomenclature, chosen, stdin)
    finally:
        notices.done()
    odd = any(file_name(file) != file for file in reading.files)
    return cast("Found", _each_text(found, file_name)) if odd else found


def _each_text(found: object, change: Callable[[str], str]) -> object:
    """What was read, with every text of its account changed: the names of files stand in many of them."""
    if isinstance(found, InputError):
        return type(found)(*map(change, found.args))
    if isinstance(found, str):
        return change(found)
    if isinstance(found, tuple):
        return tuple(_each_text(one, change) for one in found)
    if is_dataclass(found) and not isinstance(found, type):
        return replace(found, **{one.name: _each_text(getattr(found, one.name), change) for one in fields(found)})
    return found


def read_options(reading: Reading, nomenclature: Nomenclature | None = None) -> ReadOptions:
    """What the user says of the files. Raises as `mappings`."""
    from avenant9.acts.load import ReadOptions  # noqa: PLC0415

    return ReadOptions(
        mapping=_mapping(reading, nomenclature),
        sheets=reading.sheets,
        all_sheets=reading.all_sheets,
        encoding=reading.encoding,
        practitioner=reading.practitioner,
    )


def _mapping(reading: Reading, nomenclature: Nomenclature | None) -> Mapping | None:
    """The mapping of the user, without the practitioner where an option names one."""
    from avenant9.acts.mapping import Mapping  # noqa: PLC0415

    told = mappings(reading.map_, reading.config, nomenclature)
    if not told:
        return None
    whole = reduce(Mapping.over, told)
    constants = {key: value for key, value in whole.constants.items() if key != "practitioner"}
    return whole if reading.practitioner is None else replace(whole, constants=constants)


def mappings(map_: str | None, config: Settings | None, nomenclature: Nomenclature | None) -> list[Mapping]:
    """What says how files are read, the first to win first; with a nomenclature, its values are checked too.

    Raises:
        InputError, SettingError: as `load_mapping` and `check_mapping`.
    """
    if map_ is None and config is None:  # what reads a mapping takes a while to import
        return []
    from avenant9.acts.check_mapping import check_mapping  # noqa: PLC0415
    from avenant9.settings.mapping import load_mapping  # noqa: PLC0415

    told = [*([load_mapping(Path(map_))] if map_ else []), *([config.mapping] if config else [])]
    if nomenclature is not None:
        for mapping in told:
            check_mapping(mapping, nomenclature)
    return told


def what_was_read(acts: Acts, inputs: Sequence[Input]) -> list[str]:
    """The account of the reading, which the last line of a command starts with: files, sheets, rows."""
    from avenant9.wording import counted  # noqa: PLC0415

    files = len({entry.file for entry in inputs} | {failure.place for failure in acts.failures})
    return [
        counted(files, "fichier"),
        counted(len(inputs), "feuille lue", "feuilles lues") + f" et {counted(len(acts.skipped_sheets), 'ignorée')}",
        counted(sum(entry.rows for entry in inputs), "ligne lue", "lignes lues"),
    ]


def left_out(rows: int) -> list[str]:
    """The rows that enter no count because their file says them rejected or cancelled, for the same line."""
    from avenant9.wording import counted  # noqa: PLC0415

    return [counted(rows, "ligne non comptée", "lignes non comptées")] if rows else []


def tell(acts: Acts, said: Sequence[str], crashed: Sequence[str], notices: Notices) -> None:
    """What was understood, what was left out, what failed: before the result."""
    from avenant9.documents.sentences import not_read  # noqa: PLC0415

    for notice in dict.fromkeys(said):
        notices.say(notice)
    for sheet in acts.skipped_sheets:
        notices.say(not_read(sheet))
    notices.done()
    for failure in acts.failures:
        say(str(failure))
    for rule in crashed:
        say(f"la règle {rule} a échoué (erreur interne, à signaler aux auteurs) ; les autres ont été appliquées.")
