"""What every command that reads acts does before it answers: read them, and say what was understood."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from a9.exits import say
from avenant9.errors import A9Error, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from a9.options import Reading
    from a9.output import Notices
    from avenant9.acts.asked import ReadOptions
    from avenant9.claim.read import Claim
    from avenant9.model import Acts, Input, Nomenclature
    from avenant9.notice import Notice
    from avenant9.reconcile.billed import Billed
    from avenant9.rulebook.load import Rulebook
    from avenant9.shifts import Activity

Found = TypeVar("Found")
#: Files of so many bytes give tables so short that waking a thread takes longer than what it does.
_SMALL = 2**20


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
    if _size(reading.files) < _SMALL:
        os.environ.setdefault("POLARS_MAX_THREADS", "1")
    start_for(reading.files)

    # Now, and not by those who use it: deeper calls cross the end of a piece of stack, mapped anew by each import.
    import polars  # noqa: F401, PLC0415

    from avenant9.reading import prefetch  # noqa: PLC0415

    click.get_current_context().call_on_close(prefetch.end)
    if reading.files:
        with suppress(A9Error):  # a mapping that cannot be read is told where the files are
            prefetch.begin(reading.files[0], read_options(reading).request)


def _size(files: Sequence[str]) -> float:
    """The bytes of all files together; no limit where one of them does not tell."""
    if "-" in files:
        return inf
    try:
        return sum(map(os.path.getsize, files))
    except OSError:
        return inf


def read_rulebook(rules: str | None, notices: Notices) -> Rulebook:
    """The rules, those of the folder `--rules` among them, and which of ours these replace."""
    from avenant9.rulebook.load import load_rulebook  # noqa: PLC0415 - --help must not import polars

    rulebook = load_rulebook(Path(rules) if rules else None)
    for rule in rulebook.replaced:
        notices.say(f"{rule} : règle fournie remplacée par celle de {rules}.")
    return rulebook


def read_acts(reading: Reading, rulebook: Rulebook, notices: Notices) -> Acts:
    """The acts of the files.

    Raises:
        InputError, SettingError: as `load_acts` and `load_mapping`.
    """
    from avenant9.acts.load import load_acts  # noqa: PLC0415 - --help must not import polars

    return _read(load_acts, reading, rulebook, notices)


def read_claim(file: str, reading: Reading, rulebook: Rulebook) -> Claim:
    """The caisse's table of sums claimed back.

    Raises:
        InputError, SettingError: as `load_claim`.
    """
    from avenant9.claim.read import load_claim  # noqa: PLC0415

    stdin = standard_input() if file == "-" else None
    mapping = read_options(reading, rulebook.nomenclature).mapping
    same = mapping.practitioners if mapping is not None else None
    return load_claim(file, rulebook.nomenclature, reading.practitioner, stdin, same)


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
    from avenant9.reading.names import writable  # noqa: PLC0415

    notices.step("Lecture des fichiers…")
    chosen = read_options(reading, rulebook.nomenclature)
    stdin = standard_input() if "-" in reading.files else None
    try:
        found = load(reading.files, rulebook.nomenclature, chosen, stdin)
    finally:
        notices.done()
    return writable(found, reading.files)


def read_options(reading: Reading, nomenclature: Nomenclature | None = None) -> ReadOptions:
    """What the user says of the files. Raises as `mapping_of`."""
    from avenant9.acts.asked import ReadOptions  # noqa: PLC0415
    from avenant9.settings.of_files import mapping_of  # noqa: PLC0415

    return ReadOptions(
        mapping=mapping_of(reading.map_, reading.config, nomenclature, reading.practitioner),
        sheets=reading.sheets,
        all_sheets=reading.all_sheets,
        encoding=reading.encoding,
        practitioner=reading.practitioner,
    )


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


def tell(acts: Acts, said: Sequence[Notice | str], crashed: Sequence[str], notices: Notices) -> None:
    """What was understood, what was left out, what failed: before the result."""
    for notice in dict.fromkeys(said):
        notices.say(str(notice))
    if acts.skipped_sheets:
        from avenant9.documents.sentences import not_read  # noqa: PLC0415

        for sheet in acts.skipped_sheets:
            notices.say(not_read(sheet))
    notices.done()
    for failure in acts.failures:
        say(str(failure))
    for rule in crashed:
        say(f"la règle {rule} a échoué (erreur interne, à signaler aux auteurs) ; les autres ont été appliquées.")
