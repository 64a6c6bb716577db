"""A text file whose lines are records: its encoding, its separator, its quotes."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct

from avenant9.errors import InputError, SettingError
from avenant9.reading.raw_sheet import MAX_CELLS, RawSheet
from avenant9.reading.repeated import of_its_own, repeats
from avenant9.reading.workbook.limits import MAX_COLUMNS
from avenant9.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from avenant9.reading.sheets import Request

SEPARATORS = (";", ",", "\t", "|")
#: Lines looked at to find the separator, and their bytes at most.
TOP, MOST_OF_TOP = 50, 2**20
#: What stands for the separator once quotes are resolved, unless the text has it.
_UNIT = "\x1f"
#: How an encoding is told.
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "cp1252 (le fichier n'est pas en UTF-8 ; --encoding en impose un autre)",
    "iso8859-15": "ISO 8859-15",
}
_FIX_QUOTE = 'fermez-le, ou doublez-le s\'il fait partie du texte ("")'


def read_text(path: str, data: bytes, request: Request) -> RawSheet:
    """The records of a text, of which the encoding and the separator are found unless they are given.

    Raises:
        InputError: undecodable, a null character, a quote that nothing closes, a line without measure.
        SettingError: the encoding that is asked for is nothing known.
    """
    plain = request.encoding is None and _begins_in_utf8(data)
    sheet = _even_sheet(path, data, "utf-8", request) if plain else None
    if sheet is not None:
        return sheet
    data, encoding = _in_utf8(path, data, request)
    if not (plain and encoding == "utf-8"):
        sheet = _even_sheet(path, data, encoding, request)
    return _cut_sheet(path, data, encoding, request) if sheet is None else sheet


def _begins_in_utf8(data: bytes) -> bool:
    """Whether a text seems to be UTF-8 without its mark: whether all of it is, the cutting of its cells tells."""
    if data.startswith(codecs.BOM_UTF8):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data[:MOST_OF_TOP])
    except UnicodeError:
        return False
    return True


def _even_sheet(path: str, data: bytes, encoding: str, request: Request) -> RawSheet | None:
    """The sheet of a text whose lines are `_even`; None where they are not, or where it is no UTF-8."""
    body, first, separator = _body(data, request)
    table = None if separator is None else _even(body, separator.encode())
    if table is None:
        return None
    rows = pl.int_range(first, first + len(table), dtype=pl.UInt32, eager=True).alias("row")
    fields = pl.Series([table.width], dtype=pl.UInt32).new_from_index(0, len(table))
    return RawSheet(path, None, table.insert_column(0, rows), encoding, separator, fields=fields)


def _cut_sheet(path: str, data: bytes, encoding: str, request: Request) -> RawSheet:
    """The sheet of a text (UTF-8), line by line."""
    body, first, separator = _body(data, request)
    if b"\0" in body:
        line = _with_one_end(body[: body.index(b"\0")].decode()).count("\n") + first
        remedy = "le fichier est abîmé, exportez-le à nouveau (s'il est en UTF-16 : --encoding utf-16-le)"
        raise InputError(path, f"caractère nul à la ligne {line}", remedy)
    text = _with_one_end(body.decode())
    lines = pl.Series("", [text.removesuffix("\n")]).str.split("\n").explode()
    rows = pl.int_range(first, first + len(lines), dtype=pl.UInt32, eager=True).alias("row")
    if separator is None:
        table = pl.DataFrame([rows, lines.alias("c0")])
    elif '"' not in text or not request.quotes:
        table = _split(path, lines, rows, separator)
    else:
        table = _split_quoted(path, text, lines, rows, separator)
    cells = pl.all().exclude("row")
    fields = table.select(pl.sum_horizontal(cells.is_not_null())).to_series()
    table = table.with_columns(pl.when(cells != "").then(cells))
    return RawSheet(path, None, table, encoding, separator, fields=fields)


def _body(data: bytes, request: Request) -> tuple[bytes, int, str | None]:
    """The lines of a text (UTF-8), the number of the first one, and what stands between two cells.

    A first line may say that of the others (`sep=;`).
    """
    data = _before_the_end(data)
    top = data[:MOST_OF_TOP].decode(errors="ignore")
    if '"' in top and request.separator is None and _are_wrapped(top, request.is_heading):
        data = _unwrapped(data)
        top = data[:MOST_OF_TOP].decode(errors="ignore")
    said = re.match(r'"?sep=([^\r\n])"?[ ;,\t]*(?:\r?\n|\r|$)', top, re.IGNORECASE)
    if said:
        data = data[len(said[0].encode()) :]
    separator = request.separator or (said[1] if said else _found_separator(top, request.is_heading))
    return data, 2 if said else 1, separator


#: A line that is one quoted cell: what a spreadsheet makes of lines that it did not cut.
_WRAPPED = re.compile(rb'^"((?:[^"\r\n]|"")*)"[ \t;,]*(\r?)$', re.MULTILINE)


def _unwrapped(lines: bytes) -> bytes:
    """The lines without the quotes of such cells."""
    return _WRAPPED.sub(lambda line: line[1].replace(b'""', b'"') + line[2], lines)


def _are_wrapped(top: str, is_heading: Callable[[str], bool]) -> bool:
    """Whether most of the top lines are one quoted cell each, which holds those of a table."""
    lines = [line for line in _with_one_end(top).split("\n", TOP)[:TOP] if line.strip()]
    bare = [_unwrapped(line.encode()).decode() for line in lines]
    mark = _found_separator("\n".join(bare), is_heading)
    if mark is None or 2 * sum(mark in was for line, was in zip(lines, bare, strict=True) if line != was) <= len(
        lines
    ):
        return False
    return any(sum(is_heading(cell.strip('"')) for cell in line.split(mark)) > 1 for line in bare)


def _before_the_end(data: bytes) -> bytes:
    """The text before the mark by which DOS ends one, 0x1A: nothing follows it but ends of lines."""
    if b"\x1a" not in data[-MOST_OF_TOP:]:
        return data
    text = data.rstrip(b"\r\n\x1a")
    end = data.find(b"\x1a", len(text))
    return data if end < 0 else data[:end]


def _with_one_end(text: str) -> str:
    """The text with `\\n` at the end of its lines, whichever system wrote it."""
    if "\r" not in text:
        return text
    text = text.replace("\r\n", "\n")
    return text if "\n" in text else text.replace("\r", "\n")  # classic Mac


def _even(data: bytes, separator: bytes) -> pl.DataFrame | None:
    """The cells of lines that all have as many of them, and no quote; None where they have not, or are no UTF-8.

    There are as many separators as that takes, and no line has too many: so none has too few. A carriage return at
    the end of a cell is dropped, as cleaning would.
    """
    end = data.find(b"\n")
    between = data.count(separator, 0, None if end < 0 else end)
    if not 0 < between < MAX_COLUMNS or not separator.isascii() or b'"' in data or b"\0" in data:
        return None
    lines, beyond = divmod(data.count(separator), between)
    if beyond or lines * (between + 1) > MAX_CELLS:
        return None
    if b"\r" in data and end < 0:  # classic Mac
        return None
    if data.startswith(codecs.BOM_UTF8):  # polars takes it for a mark of encoding
        return None
    kinds: dict[str, Any] = {f"c{place}": pl.String() for place in range(between + 1)}
    cut = partial(pl.read_csv, separator=separator.decode(), has_header=False, quote_char=None)
    try:
        if len(data) > MOST_OF_TOP:
            kinds |= _repeated(cut(data[: data.rfind(b"\n", 0, MOST_OF_TOP) + 1], schema=kinds))
        table = cut(data, schema=kinds)
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None
    return table if len(table) == lines else None  # one without a separator is a row too


def _repeated(top: pl.DataFrame) -> dict[str, pl.Categorical]:
    """The columns that hold most of their texts several times: each text of theirs is kept once."""
    return {column.name: of_its_own() for column in top if repeats(column)}


def _in_utf8(path: str, data: bytes, request: Request) -> tuple[bytes, str]:
    """The text in UTF-8, without the mark of its encoding, and the name of the encoding that it had."""
    if request.encoding is None and data.isascii():  # most exports: not copied
        return data, "utf-8"
    text, encoding = _decoded(path, data, request.encoding, request.otherwise)
    if encoding == "utf-8":  # as it is: to write a million lines again takes a quarter as long as to cut them
        return data.removeprefix(codecs.BOM_UTF8), encoding
    return text.encode(errors="replace"), encoding


def _decoded(path: str, data: bytes, forced: str | None, otherwise: str) -> tuple[str, str]:
    """The text and its encoding: the one imposed, that of its mark, else UTF-8, else `otherwise`, no other guess."""
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
    for name in (marked,) if marked else ("utf-8", otherwise):
        try:
            return data.decode(name), name
        except UnicodeError as error:
            if name != "utf-8":
                raise _undecodable(path, error, marked) from None
    raise AssertionError  # pragma: no cover


def _undecodable(path: str, error: UnicodeError, name: str | None) -> InputError:
    found = "le texte n'est "
    if isinstance(error, UnicodeDecodeError):
        line = _line(error.object[: error.start], name or "cp1252")
        found = f"ligne {line}, l'octet 0x{error.object[error.start]:02X} n'est "
    what = {"utf-8-sig": "pas en UTF-8", None: "ni en UTF-8 ni en cp1252"}.get(name, f"pas en {name}")
    return InputError(path, f"{found}{what}", "indiquez l'encodage (--encoding) ou enregistrez le fichier en UTF-8")


def _line(before: bytes, encoding: str) -> int:
    """The line on which the bytes that follow these stand; some codecs cannot leave out what they do not know."""
    try:
        return before.decode(encoding, "ignore").count("\n") + 1
    except UnicodeError:
        return before.count(b"\n") + 1


def _found_separator(text: str, is_heading: Callable[[str], bool]) -> str | None:
    """The mark that cuts out most known headings from one of the top lines; else the steadiest from line to line."""
    top = _with_one_end(text).split("\n", TOP)[:TOP]
    lines = [_INSIDE.sub(lambda quoted: quoted[0].translate(_BLANKED), line) for line in top]
    best, best_score = None, (0, 0, 0)
    for mark in SEPARATORS:
        counts = Counter(line.count(mark) for line in lines if mark in line)
        if not counts:
            continue
        headings = max(sum(is_heading(cell.strip('"')) for cell in line.split(mark)) for line in lines)
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
    if widest >= MAX_COLUMNS or len(lines) * (widest + 1) > MAX_CELLS:
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
    clean &= ~lines.str.contains("\r", literal=True)  # which the reader takes for the end of a line
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


class _Records(Struct):
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
