"""Files of acts as tables of text, each row with the number that its reader sees."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
import subprocess
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from avenant9.acts import preflight
from avenant9.acts.child import ask, take
from avenant9.acts.columns import KNOWN, fold_heading
from avenant9.acts.native import COLUMNS, FRAME, REFUSED, SLICE
from avenant9.errors import InputError, SettingError
from avenant9.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEPARATORS = (";", ",", "\t", "|")
#: A text file is held whole; a million rows of 14 columns are 0.1 GiB.
MAX_TEXT = 2 * 1024**3
#: Lines × columns of a text file.
MAX_TEXT_CELLS = 250_000_000
#: Lines looked at to find the separator.
TOP = 50
#: What stands for the separator once quotes are resolved, unless the text has it.
_UNIT = "\x1f"

ERRORS = {"row": pl.UInt32(), "column": pl.UInt32(), "text": pl.String()}


def _no_errors() -> pl.DataFrame:
    return pl.DataFrame(schema=ERRORS)


@dataclass(frozen=True)
class RawSheet:
    """One sheet, text file or parquet file, as text.

    `table` has `row` (UInt32: the row of the spreadsheet; the line on which the record starts, from 1; the place of
    the record in a parquet file, from 1), then String columns `c0`, `c1`… where the number is the absolute place of
    the column (`c0` is A). The header and blank rows are in it, empty cells are null. In workbooks a date is
    `2022-05-02 00:00:00`, a time `1899-12-31 08:30:00`, a boolean `true` or `false`.
    """

    file: str
    sheet: str | None
    table: pl.DataFrame
    encoding: str | None = None
    separator: str | None = None
    hidden: bool = False
    errors: pl.DataFrame = field(default_factory=_no_errors)  # ERRORS: "#N/A"…, or "formule non calculée"
    header: tuple[str, ...] | None = None  # parquet: names of the columns; the table then holds data only
    date1904: bool = False  # serial numbers (not dates) of this workbook count from 1904
    fields: pl.Series | None = field(
        default=None, compare=False, repr=False
    )  # text: cells of each row, empty ones too
    read: bool = True  # False: hidden, or not asked for; the table is then empty
    merges: tuple[preflight.Area, ...] = ()  # only the first cell of each holds its content
    hidden_rows: tuple[tuple[int, int], ...] = ()  # first and last of each run: read as the others are


def read_file(
    path: str,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    stdin: BinaryIO | None = None,
    hidden: bool = False,
    sheets: Sequence[str] = (),
) -> tuple[list[RawSheet], list[str]]:
    """Reads one file, whatever its ending says that it is; `-` is a CSV on `stdin`.

    Args:
        path: as on the command line.
        encoding: imposed on a text file, which is otherwise found (BOM, UTF-8, cp1252) and said.
        separator: imposed on a text file, which is otherwise found and said.
        stdin: what `-` reads.
        hidden: also read the hidden sheets of a workbook.
        sheets: read only these sheets of a workbook, hidden or not.

    Returns:
        One entry per sheet, in the order of the workbook, and French sentences on what was understood.

    Raises:
        InputError: missing, unreadable, refused, damaged.
        SettingError: `encoding` names nothing known.
    """
    if path == "-":
        if stdin is None:
            raise InputError("-", "il n'y a pas d'entrée standard", "donnez le nom d'un fichier")
        return _read(path, stdin, _Wanted(encoding, separator, hidden, sheets))
    with preflight.open_input(path) as file:
        return _read(path, file, _Wanted(encoding, separator, hidden, sheets))


@dataclass(frozen=True)
class _Wanted:
    encoding: str | None
    separator: str | None
    hidden: bool
    sheets: Sequence[str]

    def __call__(self, sheet: preflight.Sheet) -> bool:
        return sheet.name in self.sheets if self.sheets else self.hidden or not sheet.hidden


def _read(path: str, file: BinaryIO, wanted: _Wanted) -> tuple[list[RawSheet], list[str]]:
    try:
        head = file.read(preflight.HEAD)
        kind = preflight.sniff(path, head, forced=wanted.encoding is not None)
        if kind != "text" and path == "-":
            raise InputError(path, "l'entrée standard n'admet que du CSV", "donnez le nom du fichier")
        if kind in ("zip", "ole"):
            sheets, notices = _read_workbook(path, file, kind, wanted)
            return sheets, _unlike(path, kind) + notices
        data = head + file.read(MAX_TEXT + 1 - len(head))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "erreur de lecture"
        raise InputError(path, f"fichier illisible ({reason})", "vérifiez le disque ou copiez le fichier") from None
    if len(data) > MAX_TEXT:
        raise InputError(path, "le fichier dépasse 2 Gio", "exportez une période plus courte")
    if kind == "parquet":
        sheet, notices = _read_parquet(path, data)
        return [sheet], _unlike(path, kind) + notices
    sheet = _read_text(path, data, wanted.encoding, wanted.separator)
    names = {"\t": "tabulation", None: "aucun"}
    said = f"{path} : encodage {_ENCODINGS.get(sheet.encoding or '', sheet.encoding)}"
    mark = names.get(sheet.separator, f"« {sheet.separator} »")
    return [sheet], [*_unlike(path, kind), f"{said}, séparateur {mark}."]


def _unlike(path: str, kind: preflight.Kind) -> list[str]:
    """A notice where the ending of a file does not say what it is."""
    ending = Path(path).suffix.lower()
    if kind == "text" and (ending in preflight.WORKBOOK_ENDINGS or ending == ".parquet"):
        return [f"{path} : malgré son nom, ce fichier est du texte ; il est lu comme CSV."]
    if kind in ("zip", "ole") and ending in (".csv", ".tsv", ".txt", ".parquet"):
        return [f"{path} : malgré son nom, ce fichier est un classeur ; il est lu comme tel."]
    if kind == "parquet" and ending in (*preflight.WORKBOOK_ENDINGS, ".csv", ".tsv", ".txt"):
        return [f"{path} : malgré son nom, ce fichier est au format parquet ; il est lu comme tel."]
    return []


# --- workbooks ------------------------------------------------------------------------------------------------


def _read_workbook(
    path: str, file: BinaryIO, kind: preflight.Kind, wanted: _Wanted
) -> tuple[list[RawSheet], list[str]]:
    with _child(path) as (child, early):  # starts first: its imports take the time of the preflight
        book = preflight.workbook(path, file, kind, wanted)
        job = _Job([sheet.name for sheet in book.sheets if wanted(sheet)], book)
        tables = _answered(path, child, job) if early else _ask(path, child, job)
    if tables is None:
        with _child(path) as (child, _):
            tables = _ask(path, child, job)
    found = []
    for sheet in book.sheets:
        table = tables.get(sheet.name)
        if table is not None:
            table = _overlaid(_plain(table, book, sheet), sheet)
        errors = pl.DataFrame(sheet.errors, schema=ERRORS, orient="row").sort("row", "column")
        empty = pl.DataFrame(schema={"row": pl.UInt32()})
        found.append(
            RawSheet(
                file=path,
                sheet=sheet.name,
                table=empty if table is None else table,
                hidden=sheet.hidden,
                errors=errors,
                date1904=book.date1904,
                read=table is not None,
                merges=tuple(sheet.merges),
                hidden_rows=tuple(sheet.hidden_rows),
            )
        )
    return found, [f"{path}, feuille {sheet.name} : {note}" for sheet in book.sheets for note in sheet.notes]


@dataclass(frozen=True)
class _Job:
    """What the native reader is asked for."""

    sheets: list[str]
    book: preflight.Workbook

    @property
    def far(self) -> dict[str, str]:
        """Pattern of the cells to leave out, by part of the file."""
        return dict(sheet.far for sheet in self.book.sheets if sheet.far)


@contextmanager
def _child(path: str) -> Iterator[tuple[subprocess.Popen[bytes], bool]]:
    """The native reader, and whether it has its job already; it never outlives the block."""
    child, early = take(path)
    try:
        yield child, early
    finally:
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        child.wait()


def _ask(path: str, child: subprocess.Popen[bytes], job: _Job) -> dict[str, pl.DataFrame]:
    """The tables of the sheets asked for, by name; columns are named by their absolute place."""
    if not ask(child, path, job.sheets, job.book.memory, job.far):
        raise _died(path)
    tables = _tables(path, child)
    if any(name not in tables for name in job.sheets):
        raise _died(path)
    return tables


def _answered(path: str, child: subprocess.Popen[bytes], job: _Job) -> dict[str, pl.DataFrame] | None:
    """What a reader found that was asked before the preflight; None where it has to be asked again."""
    if job.far:
        return None
    try:
        tables = _tables(path, child)
    except InputError:
        return None
    return {name: tables[name] for name in job.sheets} if all(name in tables for name in job.sheets) else None


def _tables(path: str, child: subprocess.Popen[bytes]) -> dict[str, pl.DataFrame]:
    assert child.stdout is not None  # noqa: S101
    tables: dict[str, pl.DataFrame] = {}
    name = ""
    columns: list[str] = []
    slices: list[Future[pl.DataFrame]] = []
    with ThreadPoolExecutor(1) as unpacking:  # while the next slice comes through the pipe
        while header := child.stdout.read(FRAME.size):
            if len(header) < FRAME.size:
                raise _died(path)
            kind, size = FRAME.unpack(header)
            content = child.stdout.read(size)
            if kind == REFUSED or len(content) < size:
                raise preflight.damaged(path) if kind == REFUSED else _died(path)
            if kind == COLUMNS:
                sheet = json.loads(content)
                name, columns, slices = sheet["sheet"], [f"c{place}" for place in sheet["columns"]], []
            elif kind == SLICE:
                slices.append(unpacking.submit(_unpacked, content))
            else:
                parts = [one.result() for one in slices]
                table = pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
                table.columns = columns
                tables[name] = table
    return tables


def _unpacked(content: bytes) -> pl.DataFrame:
    """A slice of a sheet, null where a cell is empty."""
    return pl.read_ipc_stream(content).select(pl.when(pl.all() != "").then(pl.all()))


def _died(path: str) -> InputError:
    problem = "la lecture du classeur s'est interrompue (mémoire insuffisante ou contenu anormal)"
    return InputError(path, problem, f"{preflight.RESAVE}, ou exportez-le en CSV")


def _plain(table: pl.DataFrame, book: preflight.Workbook, sheet: preflight.Sheet) -> pl.DataFrame:
    """The cells as RawSheet has them: numbered rows, one form of date and time."""
    cells = pl.all()
    if sheet.iso_dates:
        cells = cells.str.replace(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.0+)?Z?$", "$1 $2")
    if book.date1904:  # a time is a moment of the first day of the calendar; midnight may be that day itself
        midnight = cells.str.ends_with(" 00:00:00")
        cells = pl.when(midnight).then(cells).otherwise(cells.str.replace("^1904-01-01 ", "1899-12-31 "))
    rows = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("row")
    return table.select(rows, cells)


def _overlaid(table: pl.DataFrame, sheet: preflight.Sheet) -> pl.DataFrame:
    """The table enlarged to the cells that the reader dropped (errors, times of an ods), times filled in."""
    noted = sheet.errors + sheet.times
    if not noted:
        return table
    last, columns = max(row for row, _, _ in noted), {column for _, column, _ in noted}
    missing = [f"c{column}" for column in sorted(columns) if f"c{column}" not in table.columns]
    table = table.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
    if last > len(table):
        rows = pl.Series("row", range(len(table) + 1, last + 1), pl.UInt32)
        table = pl.concat([table, pl.DataFrame(rows)], how="diagonal")
    for column in {column for _, column, _ in sheet.times}:
        cells = [(row - 1, text) for row, place, text in sheet.times if place == column]
        series = table[f"c{column}"].scatter([row for row, _ in cells], [text for _, text in cells])
        table = table.with_columns(series)
    order = sorted((name for name in table.columns if name != "row"), key=lambda name: int(name[1:]))
    return table.select("row", *order)


# --- parquet --------------------------------------------------------------------------------------------------


def _read_parquet(path: str, data: bytes) -> tuple[RawSheet, list[str]]:
    try:
        table = pl.read_parquet(io.BytesIO(data))
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise InputError(path, "le fichier parquet est tronqué ou abîmé", "exportez-le à nouveau") from None
    zones = [
        f"{path} : colonne « {name} » en temps universel ou zoné ({dtype.time_zone}), heures lues telles quelles."
        for name, dtype in table.schema.items()
        if isinstance(dtype, pl.Datetime) and dtype.time_zone
    ]
    rows = pl.Series("row", range(1, len(table) + 1), pl.UInt32)
    columns = [_as_text(series).alias(f"c{place}") for place, series in enumerate(table.iter_columns())]
    return RawSheet(path, None, pl.DataFrame([rows, *columns]), header=tuple(table.columns)), zones


def _as_text(series: pl.Series) -> pl.Series:
    """The values of a column as a spreadsheet would show them; empty text is null."""
    dtype = series.dtype
    if isinstance(dtype, pl.Datetime):
        series = series.dt.strftime("%Y-%m-%d %H:%M:%S")
    elif dtype == pl.Time:
        series = series.dt.strftime("%H:%M:%S")
    elif dtype.is_float():
        whole = (series == series.floor()) & (series.abs() < 2**53)
        number = series.cast(pl.Float64)
        integers = number.set(~whole.fill_null(False), None).cast(pl.Int64).cast(pl.String)
        series = series.set(series.is_nan().fill_null(False), None).cast(pl.String)
        series = series.zip_with(~whole.fill_null(False), integers)
    elif dtype == pl.Binary:
        try:
            series = series.cast(pl.String)  # text of which the writer did not say that it is
        except pl.exceptions.ComputeError:
            series = series.bin.encode("hex")
    elif dtype.is_nested() or dtype == pl.Object:
        series = pl.Series([None if value is None else str(value) for value in series.to_list()], dtype=pl.String)
    else:
        series = series.cast(pl.String)
    return series.set((series == "").fill_null(False), None)


# --- text -----------------------------------------------------------------------------------------------------

_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "cp1252 (le fichier n'est pas en UTF-8 ; --encoding en impose un autre)",
}
_FIX_QUOTE = 'fermez-le, ou doublez-le s\'il fait partie du texte ("")'


def _read_text(path: str, data: bytes, encoding: str | None, separator: str | None) -> RawSheet:
    text, encoding = _decoded(path, data, encoding)
    text = text.replace("\r\n", "\n")
    if "\n" not in text:
        text = text.replace("\r", "\n")  # classic Mac
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        remedy = "le fichier est abîmé, exportez-le à nouveau (s'il est en UTF-16 : --encoding utf-16-le)"
        raise InputError(path, f"caractère nul à la ligne {line}", remedy)
    first = 1
    said = re.match(r'"?sep=(.)"?[ ;,\t]*(?:\n|$)', text, re.IGNORECASE)
    if said:
        text, first = text[said.end() :], 2
    separator = separator or (said[1] if said else _found_separator(text))
    lines = pl.Series("", [text.removesuffix("\n")]).str.split("\n").explode()
    rows = pl.int_range(first, first + len(lines), dtype=pl.UInt32, eager=True).alias("row")
    if separator is None:
        table = pl.DataFrame([rows, lines.alias("c0")])
    elif '"' not in text:
        table = _split(path, lines, rows, separator)
    else:
        table = _split_quoted(path, text, lines, rows, separator)
    cells = pl.all().exclude("row")
    fields = table.select(pl.sum_horizontal(cells.is_not_null())).to_series()
    table = table.with_columns(pl.when(cells != "").then(cells))
    return RawSheet(path, None, table, encoding, separator, fields=fields)


def _decoded(path: str, data: bytes, forced: str | None) -> tuple[str, str]:
    """The text and its encoding: the one imposed, that of its mark, else UTF-8, else cp1252, never another guess."""
    if forced is not None:
        try:
            name = codecs.lookup(forced).name
            text = data.decode(name)
        except LookupError:
            near = did_you_mean(forced, ("utf-8", "cp1252", "utf-16", "latin-1", "iso-8859-15", "mac_roman"))
            raise SettingError("--encoding", f"encodage inconnu : {forced}", near or "essayez cp1252") from None
        except UnicodeError as error:
            raise _undecodable(path, error, forced) from None
        return text.removeprefix("\ufeff"), name
    marks = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    marked = next((name for mark, name in marks if data.startswith(mark)), None)
    for name in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            return data.decode(name), name
        except UnicodeError as error:
            if name != "utf-8":
                raise _undecodable(path, error, marked) from None
    raise AssertionError  # pragma: no cover


def _undecodable(path: str, error: UnicodeError, name: str | None) -> InputError:
    found = "le texte n'est "
    if isinstance(error, UnicodeDecodeError):
        line = error.object[: error.start].decode(name or "cp1252", "ignore").count("\n") + 1
        found = f"ligne {line}, l'octet 0x{error.object[error.start]:02X} n'est "
    what = {"utf-8-sig": "pas en UTF-8", None: "ni en UTF-8 ni en cp1252"}.get(name, f"pas en {name}")
    return InputError(path, f"{found}{what}", "indiquez l'encodage (--encoding) ou enregistrez le fichier en UTF-8")


def _found_separator(text: str) -> str | None:
    """The mark that cuts out most known headings from one of the top lines; else the steadiest from line to line."""
    lines = [_INSIDE.sub(lambda quoted: quoted[0].translate(_BLANKED), line) for line in text.split("\n", TOP)[:TOP]]
    best, best_score = None, (0, 0, 0)
    for mark in SEPARATORS:
        counts = Counter(line.count(mark) for line in lines if mark in line)
        if not counts:
            continue
        headings = max(sum(fold_heading(cell.strip('"')) in KNOWN for cell in line.split(mark)) for line in lines)
        marks, steady = max(counts.items(), key=lambda item: (item[1], item[0]))
        score = (headings, steady, marks)
        if score > best_score:
            best, best_score = mark, score
    return best


_INSIDE = re.compile('"[^"]*"')
_BLANKED = {ord(mark): " " for mark in SEPARATORS}


def _split(path: str, lines: pl.Series, rows: pl.Series, separator: str) -> pl.DataFrame:
    """Lines without quotes as columns; a ragged line keeps its extra cells, in extra columns."""
    counts = lines.str.count_matches(separator, literal=True)
    widest = int(counts.max() or 0)  # type: ignore[arg-type]
    if widest >= preflight.MAX_COLUMNS or len(lines) * (widest + 1) > MAX_TEXT_CELLS:
        row = rows[int(counts.arg_max() or 0)]
        problem = f"la ligne {row} a {widest + 1} colonnes"
        raise InputError(path, problem, "vérifiez cette ligne ; imposez au besoin le séparateur par une ligne sep=;")
    parts = lines.str.split_exact(separator, widest).struct.unnest()
    parts.columns = [f"c{place}" for place in range(widest + 1)]
    return parts.insert_column(0, rows)


def _split_quoted(path: str, text: str, lines: pl.Series, rows: pl.Series, separator: str) -> pl.DataFrame:
    """Lines of which some have quotes. A quote counts only where it opens a cell that another one closes."""
    mark = re.escape(separator)
    plain = rf'[^"{mark}]*'
    simple = lines.str.contains(rf'^(?:"[^"{mark}]*"|{plain})(?:{mark}(?:"[^"{mark}]*"|{plain}))*$')
    if simple.all():  # no separator, quote or line end inside quotes: cut, then take the quotes away
        table = _split(path, lines, rows, separator)
        return table.with_columns(pl.all().exclude("row").str.strip_chars('"'))
    unit = next(unit for unit in (_UNIT, *map(chr, range(0xE000, 0xF8FF))) if unit not in text)
    closed = rf'(?:"(?:[^"]|"")*"|{plain})'
    clean = lines.str.contains(rf"^{closed}(?:{mark}{closed})*$") & (lines.str.len_bytes() < csv.field_size_limit())
    quoted = lines.str.contains('"', literal=True)
    resolved = lines.str.replace_all(separator, unit, literal=True).to_list()
    places = (clean & quoted).arg_true().to_list()
    reader = csv.reader(lines.gather(places), delimiter=separator, strict=True)
    for place, cells in zip(places, reader, strict=True):
        resolved[place] = unit.join(cells)
    kept = bytearray(b"\1") * len(lines)
    sure = pl.Series(resolved, dtype=pl.String).filter(clean & (lines != ""))
    usual = sure.str.count_matches(unit, literal=True).mode().sort().to_list() or [0]
    records = _Records(path, lines.to_list(), int(rows[0]), separator, usual[0])
    done = 0
    for place in (~clean).arg_true():
        if place < done:
            continue
        cells, done = records.read(place)
        resolved[place] = unit.join(cells)
        kept[place + 1 : done] = bytes(done - place - 1)
    keep = pl.Series(list(kept), dtype=pl.UInt8) == 1
    return _split(path, pl.Series(resolved, dtype=pl.String).filter(keep), rows.filter(keep), unit)


@dataclass
class _Records:
    """Reads, from a line on, one record whose quotes need care."""

    path: str
    lines: list[str]
    first: int  # row number of lines[0]
    separator: str
    usual: int  # separators of most records

    def read(self, start: int) -> tuple[list[str], int]:
        """The cells of the record that starts at lines[start], and the place of the line after it."""
        cells: list[str] = []
        place, at, opened = start, 0, start
        while True:
            cell, place_after, at = self._cell(place, at)
            if place_after > place:
                opened = place
            cells.append(cell)
            place = place_after
            if at > len(self.lines[place]):
                break
        if (
            place > start
            and self.usual > 1
            and all(line.count(self.separator) == self.usual for line in self.lines[start : place + 1])
        ):
            raise self._unclosed(opened)  # every line of it is a record of its own
        return cells, place + 1

    def _cell(self, place: int, at: int) -> tuple[str, int, int]:
        """One cell, the line where it ends, and where the next one starts there (past the end: none)."""
        line = self.lines[place]
        if line.startswith('"', at):
            quoted = self._quoted(place, at + 1)
            if quoted is not None:
                return quoted
        end = line.find(self.separator, at)
        end = len(line) if end < 0 else end
        return line[at:end], place, end + 1

    def _quoted(self, opened: int, at: int) -> tuple[str, int, int] | None:
        """The inside of a quoted cell; None where the quote that follows on its line closes nothing."""
        parts: list[str] = []
        place = opened
        while True:
            line = self.lines[place]
            end = line.find('"', at)
            if end < 0:
                parts += (line[at:], "\n")
                place, at = place + 1, 0
                if place == len(self.lines):
                    raise self._unclosed(opened)
            elif line.startswith('"', end + 1):
                parts.append(line[at : end + 1])
                at = end + 2
            else:
                after = len(line) - len(line[end + 1 :].lstrip(" "))
                if after < len(line) and line[after] != self.separator:
                    if place > opened:
                        raise self._unclosed(opened)
                    return None  # `"Jo" Dupont`: text
                parts.append(line[at:end])
                return "".join(parts), place, after + 1

    def _unclosed(self, place: int) -> InputError:
        problem = f"le guillemet ouvert à la ligne {self.first + place} n'est pas refermé"
        return InputError(self.path, problem, _FIX_QUOTE)
