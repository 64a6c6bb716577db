"""The child process that runs the native reader of workbooks, so that its abort ends nothing else.

Run as `python -m avenant9.reading.workbook.worker`. Each line of JSON on standard input is a job, after which come
the bytes that it announces:

- `memory`: bytes of address space, enforced where the system can;
- `around`: size of the styles that follow, and `date1904`: of the workbook that the pieces to come are parts of;
- `rows`: size of the rows that follow (XML), `first` the number of the first one, `prefix` of their elements;
- `strings`: size of the shared strings that follow (XML), and `prefix`: each is answered as a row, the mark below;
- `path` and `sheets` (names): sheets read whole.

Standard output answers pieces and paths in frames, each a byte for its sort, eight for its length, and its content:
for each sheet its name and columns (JSON: their places from 0; more is said of an xls), and its table (an Arrow IPC
stream, nothing where there are no columns); for the whole job its end; or a refusal.

This process never imports polars, which takes longer than to read most workbooks.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import struct
import sys
from typing import TYPE_CHECKING, Any

from avenant9.reading.workbook.piece import OddError, parts_around, workbook_of_rows, workbook_of_strings

if TYPE_CHECKING:
    from typing import BinaryIO

FRAME = struct.Struct("<cQ")
COLUMNS, TABLE, DONE, REFUSED = b"C", b"T", b"D", b"R"
#: How the reader's errors say that the system gave no more memory.
_OUT_OF_MEMORY = re.compile(r"os error 12|code: 12\b|allocate memory|OutOfMemory")


def main() -> None:
    """Do the jobs in their order, answering on what was standard output; nothing else may write there."""
    answers = alone()
    import fastexcel  # noqa: PLC0415 - never in the parent, which imports this module for FRAME

    jobs, around, memory = sys.stdin.buffer, dict[str, bytes](), 0
    while line := jobs.readline():
        job: dict[str, Any] = json.loads(line)
        if "memory" in job:
            memory = job["memory"]
            limit(memory)
        try:
            if "around" in job:
                around = parts_around(jobs.read(job["around"]), date1904=job["date1904"])
                continue
            if "rows" in job or "strings" in job:
                reader = fastexcel.read_excel(_piece(around, job, jobs))
                # The row of the mark is above the piece: nothing is to be found above that.
                _answer(answers, reader, "1", skip=0 if job.get("first") == 1 else None)
            else:
                reader = fastexcel.read_excel(job["path"])
                for name in job["sheets"]:
                    _answer(answers, reader, name, skip=0)
            frame(answers, DONE, b"")
        except fastexcel.FastExcelError as error:
            if _OUT_OF_MEMORY.search(str(error)) or _at_its_limit(memory):  # its memory, not the file
                os._exit(1)
            frame(answers, REFUSED, b"")  # its text may quote a cell: it is not passed on
        except OddError:
            frame(answers, REFUSED, b"")
        answers.flush()


def _at_its_limit(memory: int) -> bool:
    """Whether the process has held nearly all that it may: what then fails may be for want of memory."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            peak = next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmPeak:")), 0)
    except (OSError, ValueError):
        return False
    return 10 * peak > 9 * memory


def alone() -> BinaryIO:
    """What was standard output, where nothing else may write from now on; the process ends with its parent.

    A parent that is killed cannot stop its reader, which would go on for a while with all that it holds.
    """
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - there only

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return answers


def limit(memory: int, seconds: int | None = None) -> None:
    """Bounds what the process may take, where the system can: bytes of address space, seconds of computing."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - POSIX only

    bounds = [(resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)]
    if seconds is not None:
        bounds.append((resource.RLIMIT_CPU, seconds))
    for kind, wanted in bounds:
        hard = resource.getrlimit(kind)[1]
        bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (bound, hard))
        except (ValueError, OSError):  # a system that does not know this limit
            continue


def _piece(around: dict[str, bytes], job: dict[str, Any], jobs: BinaryIO) -> bytes:
    """The workbook of a piece that a job is about."""
    prefix = job["prefix"].encode()
    if "strings" in job:
        return workbook_of_strings(around, prefix, jobs.read(job["strings"]))
    return workbook_of_rows(around, prefix, job["first"], jobs.read(job["rows"]))


# --- answers ----------------------------------------------------------------------------------------------------


def _answer(answers: BinaryIO, reader: Any, name: str, *, skip: int | None) -> None:
    sheet = reader.load_sheet(name, header_row=None, skip_rows=skip, dtypes="string")
    columns = [column.absolute_index for column in sheet.selected_columns]
    give(answers, {"sheet": name, "columns": columns}, _packed(sheet) if columns else b"")


def _packed(sheet: Any) -> memoryview:
    """A sheet as an Arrow IPC stream."""
    import nanoarrow  # noqa: PLC0415 - as fastexcel
    from nanoarrow.ipc import StreamWriter  # noqa: PLC0415

    stream = io.BytesIO()
    with StreamWriter.from_writable(stream) as writer:
        writer.write_array(nanoarrow.c_array(sheet))
    return stream.getbuffer()


def give(answers: BinaryIO, about: dict[str, Any], table: bytes | memoryview) -> None:
    """The frames of one sheet; its table as an Arrow IPC stream."""
    frame(answers, COLUMNS, json.dumps(about).encode())
    frame(answers, TABLE, table)


def frame(answers: BinaryIO, kind: bytes, content: bytes | memoryview) -> None:
    """One frame."""
    answers.write(FRAME.pack(kind, len(content)))
    answers.write(content)


if __name__ == "__main__":
    main()
