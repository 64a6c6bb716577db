"""The child process that reads an xls with xlrd, so that what this makes of a spoilt file ends nothing else.

Run as `python -m avenant9.reading.workbook.xls_worker`. Takes two lines of JSON on standard input, and answers each
in frames, as `worker` does:

- `path`, and the `memory` and the `seconds` that it may take: answers the sheets without their cells, `about` each
  whether it is `hidden` and of the calendar that counts from 1904 (`date1904`); or a refusal (PROTECTED…);
- `sheets`: the places of those to be read: answers their cells, and `about` them `merges` (Area), `hidden_rows`,
  `errors` (row from 1, column from 0, text).
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import xlrd
from xlrd.biffh import error_text_from_code
from xlrd.compdoc import CompDoc

from avenant9.reading.workbook import written
from avenant9.reading.workbook.gathered import Gathered
from avenant9.reading.workbook.worker import DONE, REFUSED, alone, frame, give, limit

if TYPE_CHECKING:
    from typing import BinaryIO

    from xlrd.sheet import Sheet

PROTECTED, DOCUMENT, DAMAGED = "protected", "document", "damaged"


def main() -> None:
    """Do the two jobs."""
    answers = alone()
    job = json.loads(sys.stdin.buffer.readline())
    limit(job["memory"], job["seconds"])
    book = _opened(job["path"])
    if isinstance(book, str):
        frame(answers, REFUSED, book.encode())
    else:
        _tell(answers, book)
        if line := sys.stdin.buffer.readline():
            _read(answers, book, json.loads(line)["sheets"])
    answers.close()


def _tell(answers: BinaryIO, book: xlrd.Book) -> None:
    for sheet in book.sheets():
        about = {"hidden": sheet.visibility != 0, "date1904": book.datemode == 1}
        give(answers, {"sheet": sheet.name, "columns": [], "about": about}, b"")
    frame(answers, DONE, b"")
    answers.flush()


def _read(answers: BinaryIO, book: xlrd.Book, places: list[int]) -> None:
    for place in places:
        sheet = book.sheet_by_index(place)
        cells, errors = _cells(sheet, date1904=book.datemode == 1)
        merges = [(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells]
        hidden = [row + 1 for row, said in sorted(sheet.rowinfo_map.items()) if said.hidden]
        table = cells.table()
        columns = [int(name[1:]) for name in table.columns]
        about = {"merges": merges, "hidden_rows": hidden, "errors": errors}
        give(
            answers,
            {"sheet": sheet.name, "columns": columns, "about": about},
            table.write_ipc_stream(None).getbuffer(),
        )
    frame(answers, DONE, b"")


def _opened(path: str) -> xlrd.Book | str:
    """The workbook, all its sheets read; why it is none that can be read."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        return xlrd.open_workbook(
            file_contents=data,
            formatting_info=True,  # hidden rows, merged cells
            ignore_workbook_corruption=True,  # sectors said twice, as a library for PHP does
            logfile=open(os.devnull, "w"),
        )
    except MemoryError:
        raise
    except Exception as error:  # it has no error of its own for most of what may be wrong
        return PROTECTED if "encrypted" in str(error) else _without_workbook(data)


def _without_workbook(data: bytes) -> str:
    """What a compound file without a workbook is: a text or slides, or a package under a password."""
    try:
        names = {entry.name.casefold() for entry in CompDoc(data, ignore_workbook_corruption=True).dirlist}
    except Exception:  # as above
        return DAMAGED
    if names & {"workbook", "book"}:
        return DAMAGED
    if "encryptedpackage" not in names and names & {"worddocument", "powerpoint document"}:
        return DOCUMENT
    return PROTECTED


def _cells(sheet: Sheet, *, date1904: bool) -> tuple[Gathered, list[tuple[int, int, str]]]:
    """What a sheet holds, and its errors: row from 1, column from 0, text."""
    cells, errors = Gathered(), []
    for row in range(sheet.nrows):
        for column, (kind, value) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True)):
            if kind == xlrd.XL_CELL_ERROR:
                errors.append((row + 1, column, error_text_from_code.get(int(value), "erreur")))
            elif kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                cells.put(row + 1, column, _text(kind, value, date1904=date1904))
    return cells, errors


def _text(kind: int, value: Any, *, date1904: bool) -> str:
    if kind == xlrd.XL_CELL_NUMBER:
        return written.number(value)
    if kind == xlrd.XL_CELL_DATE:
        return written.moment(value, date1904=date1904)
    return written.truth(value) if kind == xlrd.XL_CELL_BOOLEAN else value


if __name__ == "__main__":
    main()
