"""The child process that runs the native reader of workbooks, so that its abort ends nothing else.

Run as `python -m avenant9.reading.workbook.worker`. Each line of JSON on standard input is a job, after which come
the bytes that it announces:

- `memory`: bytes of address space, enforced where the system can;
- `around`: sizes of the styles and of the shared strings that follow; `date1904`, `prefix` of the elements: what the
  pieces to come are parts of;
- `piece`: size of the rows that follow (XML), `first` the number of the first one;
- `path`, `sheets` (names) and `left_out` (by part of the file, a pattern of the cells to leave out: they would
  make the sheet too wide, or the reader give up): sheets read whole.

Standard output answers pieces and paths in frames, each a byte for its sort, eight for its length, and its content:
for each sheet its name and columns (JSON: their places from 0), slices of it (Arrow IPC streams), its end; for the
whole job its end; or a refusal.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
import struct
import sys
import threading
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import BinaryIO

    import polars as pl

#: Rows of one slice: one process packs the next while the other unpacks it.
ROWS = 65_536
FRAME = struct.Struct("<cQ")
COLUMNS, SLICE, END, DONE, REFUSED = b"C", b"S", b"E", b"D", b"R"
#: Stands in the first column above a piece, so that its place is known.
MARK = "."
#: How the reader's errors say that the system gave no more memory.
_OUT_OF_MEMORY = re.compile(r"os error 12|code: 12\b|allocate memory|OutOfMemory")


def main() -> None:
    """Do the jobs in their order, answering on what was standard output; nothing else may write there."""
    _end_with_parent()
    import fastexcel  # noqa: PLC0415 - never in the parent, which imports this module for FRAME

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    jobs, parts, memory = sys.stdin.buffer, dict[str, bytes](), 0
    while line := jobs.readline():
        job: dict[str, Any] = json.loads(line)
        if "memory" in job:
            memory = job["memory"]
            threading.Thread(target=importlib.import_module, args=("polars",)).start()  # while a sheet is parsed
            _limit(memory)
        try:
            if "around" in job:
                parts = _around(job, *(jobs.read(size) for size in job["around"]))
                continue
            if "piece" in job:
                reader = fastexcel.read_excel(_book(parts, job["first"], jobs.read(job["piece"])))
                # The row of the mark is above the piece: nothing is to be found above that.
                _answer(answers, reader, "1", skip=0 if job["first"] == 1 else None)
            else:
                reader = fastexcel.read_excel(
                    _without(job["path"], job["left_out"]) if job["left_out"] else job["path"]
                )
                for name in job["sheets"]:
                    _answer(answers, reader, name, skip=0)
            _frame(answers, DONE, b"")
        except fastexcel.FastExcelError as error:
            if _OUT_OF_MEMORY.search(str(error)) or _at_its_limit(memory):  # its memory, not the file
                os._exit(1)
            _frame(answers, REFUSED, b"")  # its text may quote a cell: it is not passed on
        answers.flush()


def _at_its_limit(memory: int) -> bool:
    """Whether the process has held nearly all that it may: what then fails may be for want of memory."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            peak = next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmPeak:")), 0)
    except (OSError, ValueError):
        return False
    return 10 * peak > 9 * memory


def _end_with_parent() -> None:
    """A parent that is killed cannot stop its reader, which would go on for a while with all that it holds."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - there only

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL


def _limit(memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - POSIX only

    for kind, wanted in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (limit, hard))
        except (ValueError, OSError):  # a system that does not know this limit
            continue


# --- a piece of a sheet as a workbook of its own ----------------------------------------------------------------

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "xl/worksheets/sheet1.xml"


def _around(job: dict[str, Any], styles: bytes, strings: bytes) -> dict[str, bytes]:
    """The parts that all pieces of a sheet share, the first and last bytes of the sheet itself among them."""
    kinds = ["officeDocument", "worksheet", "styles", "sharedStrings"]
    about = [
        f'<Relationship Id="r{place}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(
            zip(kinds, ["xl/workbook.xml", "worksheets/sheet1.xml", "styles.xml", "sharedStrings.xml"], strict=True)
        )
    ]
    relations = f'<Relationships xmlns="{_PACKAGE}/relationships">{{}}</Relationships>'
    prefix = job["prefix"]
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": relations.format(about[0]),
        "xl/_rels/workbook.xml.rels": relations.format("".join(about[1:])),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<workbookPr date1904="{int(job["date1904"])}"/>'
        '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "above": f'<{prefix}worksheet xmlns{":" * bool(prefix)}{prefix[:-1]}="{_MAIN}"><{prefix}sheetData>',
        "mark": f'<{prefix}row r="{{0}}"><{prefix}c r="A{{0}}" t="str"><{prefix}v>{MARK}</{prefix}v></{prefix}c>'
        f"</{prefix}row>",
        "below": f"</{prefix}sheetData></{prefix}worksheet>",
    }
    parts = {name: text.encode() for name, text in texts.items()}
    return {
        **parts,
        **{name: part for name, part in (("xl/styles.xml", styles), ("xl/sharedStrings.xml", strings)) if part},
    }


def _book(parts: dict[str, bytes], first: int, rows: bytes) -> bytes:
    """A workbook of one sheet with these rows, the mark above the first one."""
    book = io.BytesIO()
    mark = parts["mark"].decode().format(first - 1).encode() if first > 1 else b""
    with zipfile.ZipFile(book, "w") as package:
        for name, part in parts.items():
            if "." in name:
                package.writestr(name, part)
        package.writestr(_SHEET, b"".join((parts["above"], mark, rows, parts["below"])))
    return book.getvalue()


# --- answers ----------------------------------------------------------------------------------------------------


def _without(path: str, left_out: dict[str, str]) -> bytes:
    """The workbook, in memory, without the cells that match; it never stands on a disk."""
    copy = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        patterns = {part.casefold(): re.compile(pattern.encode(), re.DOTALL) for part, pattern in left_out.items()}
        for name in old.namelist():
            with old.open(name) as source, new.open(name, "w", force_zip64=True) as target:
                pattern = patterns.get(name.replace("\\", "/").casefold())
                carry = b""
                while data := source.read(2**20):
                    piece = carry + data
                    cut = max(piece.rfind(b"<c "), piece.rfind(b"<row"), 0) if pattern else len(piece)
                    piece, carry = piece[:cut], piece[cut:]
                    target.write(pattern.sub(b"", piece) if pattern else piece)
                target.write(pattern.sub(b"", carry) if pattern else carry)
    return copy.getvalue()


def _answer(answers: BinaryIO, reader: Any, name: str, *, skip: int | None) -> None:
    sheet = reader.load_sheet(name, header_row=None, skip_rows=skip, dtypes="string")
    columns = [column.absolute_index for column in sheet.selected_columns]
    _frame(answers, COLUMNS, json.dumps({"sheet": name, "columns": columns}).encode())
    if columns:
        table: pl.DataFrame = sheet.to_polars()
        for part in table.iter_slices(ROWS):
            _frame(answers, SLICE, part)
    _frame(answers, END, b"")


def _frame(answers: BinaryIO, kind: bytes, content: bytes | pl.DataFrame) -> None:
    data = content if isinstance(content, bytes) else content.write_ipc_stream(None).getbuffer()
    answers.write(FRAME.pack(kind, len(data)))
    answers.write(data)


if __name__ == "__main__":
    main()
