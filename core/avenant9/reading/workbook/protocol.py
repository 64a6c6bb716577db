"""What the process of a native reader answers, as tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from avenant9.reading.workbook.worker import COLUMNS, DONE, FRAME, REFUSED, TABLE

if TYPE_CHECKING:
    import subprocess
    from typing import IO


class DeadError(Exception):
    """The reader ended before the end of its answer."""


class RefusedError(Exception):
    """The reader does not take what it was given for a workbook; why, where it says so."""


class Answered(NamedTuple):
    """A sheet that a reader found: a column `c` and its place each, null where a cell is empty; more of an xls."""

    name: str
    table: pl.DataFrame
    about: dict[str, Any]


def answer(reader: subprocess.Popen[bytes]) -> list[Answered]:
    """The sheets that the reader found.

    Raises:
        DeadError, RefusedError: there is no whole answer.
    """
    assert reader.stdout is not None  # noqa: S101
    found: list[Answered] = []
    sheet = dict[str, Any]()
    while True:
        kind, content = _frame(reader.stdout)
        if kind == DONE:
            return found
        if kind == REFUSED:
            raise RefusedError(content.decode())
        if kind == COLUMNS:
            sheet = json.loads(content)
        elif kind == TABLE:
            table = pl.read_ipc_stream(content) if sheet["columns"] else pl.DataFrame()
            table.columns = [f"c{place}" for place in sheet["columns"]]
            cells = table.select(pl.when(pl.all() != "").then(pl.all()))
            found.append(Answered(sheet["sheet"], cells, sheet.get("about", {})))


def _frame(pipe: IO[bytes]) -> tuple[bytes, bytes]:
    header = pipe.read(FRAME.size)
    if len(header) < FRAME.size:
        raise DeadError
    kind, size = FRAME.unpack(header)
    content = pipe.read(size)
    if len(content) < size:
        raise DeadError
    return kind, content
