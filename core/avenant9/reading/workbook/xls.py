"""The sheets of an xls workbook as tables of text, read by xlrd in a process of its own (`xls_worker`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

from avenant9.errors import InputError
from avenant9.reading.refusals import RESAVE, damaged, died, document, protected
from avenant9.reading.workbook import limits
from avenant9.reading.workbook.pool import ask, ended, take
from avenant9.reading.workbook.protocol import Answered, DeadError, RefusedError, answer
from avenant9.reading.workbook.sheet import Chosen, Sheet, check_names, check_noted
from avenant9.reading.workbook.tables import raw_sheet

if TYPE_CHECKING:
    import subprocess
    from typing import Any

    from avenant9.reading.raw_sheet import RawSheet

_MIB = 1024**2
#: Of computing, and more for each MiB: a sheet of 65,536 rows, 12 MiB, takes one.
_SECONDS, _SECONDS_A_MIB = 30, 2
_REFUSALS = {"protected": protected, "document": document}


def read_xls(path: str, file: BinaryIO, wanted: Chosen) -> list[RawSheet]:
    """One entry per sheet, in their order; only the `wanted` ones are read.

    Raises:
        InputError: not a workbook, protected, damaged, or beyond what the reader may take.
    """
    size = file.seek(0, os.SEEK_END)
    if size > limits.MAX_STRINGS:
        raise InputError(path, "le classeur .xls dépasse 1 Gio", RESAVE)
    with ended(take(path)) as (reader, *_):
        bounds = {"memory": 7 * 1024**3 + 4 * size, "seconds": _SECONDS + _SECONDS_A_MIB * size // _MIB}
        listed = _answer(path, reader, {"path": os.path.realpath(path), **bounds})
        sheets = [Sheet(found.name, found.about["hidden"]) for found in listed]
        check_names(path, [sheet.name for sheet in sheets])
        chosen = [place for place, sheet in enumerate(sheets) if wanted(sheet)]
        cells = dict(zip(chosen, _answer(path, reader, {"sheets": chosen}), strict=True))
    for place, found in cells.items():
        _note(path, sheets[place], found.about)
    tables = {place: found.table for place, found in cells.items()}
    date1904 = any(found.about["date1904"] for found in listed)
    return [raw_sheet(path, sheet, tables.get(place), date1904) for place, sheet in enumerate(sheets)]


def _answer(path: str, reader: subprocess.Popen[bytes], job: dict[str, Any]) -> list[Answered]:
    ask(reader, job)
    try:
        return answer(reader)
    except RefusedError as refusal:
        raise _REFUSALS.get(str(refusal), damaged)(path) from None
    except DeadError:
        raise died(path) from None


def _note(path: str, sheet: Sheet, about: dict[str, Any]) -> None:
    sheet.errors = [(row, column, text) for row, column, text in about["errors"]]
    sheet.merges = [(top, left, bottom, right) for top, left, bottom, right in about["merges"]]
    for row in about["hidden_rows"]:
        sheet.hide(row, row)
    check_noted(path, sheet)
