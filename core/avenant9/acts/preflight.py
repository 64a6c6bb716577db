"""What a file really is and holds, found from its bytes before any parser trusts it.

The native reader is fast but takes a workbook at its word: one stray cell far away makes it ask for hundreds of
gigabytes and abort, and it returns `#N/A` and formulas without a value as blanks. So the XML of each sheet to
be read is streamed once as bytes (about 2 s for a full sheet of 1,048,576 rows): limits are enforced, and the
cells that hold an error are noted.
"""

from __future__ import annotations

import difflib
import os
import posixpath
import re
import struct
import zipfile
import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from itertools import pairwise
from operator import lt
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal
from xml.parsers import expat

from avenant9.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind = Literal["zip", "ole", "parquet", "text"]
WorkbookKind = Literal["xlsx", "xls", "ods"]
Chosen = Callable[["Sheet"], bool]
#: First row from 1, first column from 0, last row, last column.
Area = tuple[int, int, int, int]

#: The grid of Excel.
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
#: Rows × columns of one sheet. The native reader holds the whole rectangle, about 100 bytes a cell. A full sheet
#: of 1,048,576 rows with the 28 columns of the template is 29 million.
MAX_CELLS = 40_000_000
#: All parts of a workbook once inflated. A full sheet of 1,048,576 rows × 14 columns is 0.6 GiB.
MAX_INFLATED = 4 * 1024**3
#: Shared strings of a workbook once inflated: they are all held in memory.
MAX_STRINGS = 1024**3
#: Any other part that is read whole (list of sheets, styles).
MAX_PART = 64 * 1024**2
#: One cell with its markup: Excel admits 32,767 characters of text and 8,192 of formula.
MAX_CELL = 4 * 1024**2
MAX_ENTRIES = 10_000
#: Cells beyond this many empty columns stand outside the table: where they make a sheet too wide, they are left out.
GAP = 100
CHUNK = 1024**2

UNCOMPUTED = "formule non calculée"
RESAVE = "ouvrez le fichier dans Excel ou LibreOffice et enregistrez-le sous .xlsx"
HEAD = 8192
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
ENDINGS = (*WORKBOOK_ENDINGS, ".csv", ".tsv", ".txt", ".parquet")


@dataclass
class Sheet:
    """What the preflight found in one sheet. `extent` is measured on cells that hold something."""

    name: str
    hidden: bool
    errors: list[tuple[int, int, str]] = field(default_factory=list)  # (row from 1, column from 0, text)
    times: list[tuple[int, int, str]] = field(default_factory=list)  # ods only: the reader loses them
    iso_dates: bool = False  # some cells hold `2022-05-02T08:30:00`
    rows: int = 0  # last row
    columns: int = 0  # number of columns up to the farthest one
    last_cell: str = "A1"  # a cell of the last row
    far_cell: str = "A1"  # a cell of the farthest column
    merges: list[Area] = field(default_factory=list)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)  # (first, last), filtered ones too
    declared: Area | None = None  # what the file says of its extent: nothing relies on it
    far: tuple[str, str] | None = None  # part, and pattern of its cells outside the table, which are not read
    notes: list[str] = field(default_factory=list)  # French sentences on what was understood


@dataclass(frozen=True)
class Workbook:
    """A workbook that may be handed to the native reader. `memory` is what reading it may take, in bytes."""

    kind: WorkbookKind
    sheets: tuple[Sheet, ...]
    date1904: bool
    memory: int


class RowsTaker:
    """Is handed the rows of the sheets of an xlsx as they are examined, in this order, and lets them go. An end that
    does not come says that the sheet is not what it seemed."""

    def book(self, *, date1904: bool, styles: bytes, strings: bytes) -> None:
        """What the sheets need of the rest of the workbook: whole parts."""

    def begin(self, sheet: Sheet, prefix: bytes) -> None:
        """A sheet, whose elements bear this prefix."""

    def more(self, xml: bytes, tag: bytes, numbers: Sequence[bytes]) -> None:
        """More of the sheet, in whole cells, with the `numbers` of the rows that begin in it, each with `tag`."""

    def end(self) -> None:
        """The end of a sheet whose rows are in their order."""


def letters(column: int) -> str:
    """The letters of a column counted from 0: 0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def number(column: str) -> int:
    """The place from 0 of a column given by its letters: A is 0, AA is 26."""
    place = 0
    for letter in column.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1


# --- the file -------------------------------------------------------------------------------------------------


def open_input(path: str) -> BinaryIO:
    """Open a file for reading, or say what to do: missing, folder, not readable."""
    place = Path(path)
    try:
        if place.is_dir():
            raise InputError(path, "c'est un dossier", f"donnez ses fichiers : {_glob(place)}")
        return place.open("rb")
    except FileNotFoundError:
        raise InputError(path, "fichier introuvable", _nearest(place)) from None
    except PermissionError:
        raise InputError(path, "lecture refusée", "vérifiez les droits du fichier") from None
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "nom impossible"
        raise InputError(path, f"fichier illisible ({reason})", "vérifiez son chemin") from None


def _glob(folder: Path) -> str:
    """The globs to type for a folder: one for each kind of file that it holds."""
    try:
        endings = {entry.suffix.lower() for entry in folder.iterdir() if entry.is_file()}
    except OSError:
        endings = set()
    base = str(folder).rstrip("/\\")
    found = [ending for ending in ENDINGS if ending in endings] or [".xlsx"]
    return " ".join(f"{base}{os.sep}*{ending}" for ending in found)


def _nearest(place: Path) -> str:
    try:
        names = [entry.name for entry in place.parent.iterdir() if entry.suffix.lower() in ENDINGS]
    except OSError:
        return "vérifiez le nom du dossier"
    near = difflib.get_close_matches(place.name, names, n=3, cutoff=0.8)  # a name may hold a patient's
    return "vérifiez son nom" + (f" (dans ce dossier : {', '.join(near)})" if near else "")


def sniff(path: str, head: bytes, forced: bool = False) -> Kind:
    """What the first bytes of a file say that it is, whatever its ending. `forced`: an encoding was imposed."""
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise InputError(path, "le fichier est vide", "exportez-le à nouveau")
    for magic, kind in ((b"PK", "zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"PAR1", "parquet")):
        if head.startswith(magic) and (magic != b"PK" or head[2:4] in (b"\3\4", b"\5\6", b"\7\x08")):
            return kind  # type: ignore[return-value]
    for magic, name in ((b"%PDF", "un PDF"), (b"\x89PNG", "une image"), (b"\xff\xd8\xff", "une image")):
        if head.startswith(magic):
            raise InputError(path, f"c'est {name}, pas un tableau", "exportez un .xlsx ou un .csv")
    if head.startswith(b"\x1f\x8b"):
        raise InputError(path, "le fichier est compressé (gzip)", "décompressez-le d'abord")
    bom16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in head and not bom16 and not forced and not _text_with_a_null(head):
        remedy = "donnez un .xlsx, .xls, .ods, .csv ou .parquet (texte en UTF-16 sans marque : --encoding utf-16-le)"
        raise InputError(path, "le contenu est binaire et n'est d'aucune sorte connue", remedy)
    start = head.decode("utf-16" if bom16 else "latin-1", "ignore").lstrip("\ufeffï»¿ \t\r\n").lower()
    if start.startswith(("<!doctype html", "<html", "<table", "<head", "<meta", "<body")) or (
        start.startswith("<") and ("<html" in start or "<table" in start)
    ):
        raise InputError(path, "c'est une page HTML, pas un classeur", RESAVE)
    if start.startswith("<?xml"):
        raise InputError(path, "c'est un fichier XML, pas un classeur", RESAVE)
    return "text"


def _text_with_a_null(head: bytes) -> bool:
    """Lines of text, but for a few bytes: the reader will name the line."""
    return b"\n" in head and head.count(0) <= len(head) // 50 and not _CONTROLS.search(head)


_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a]")


def workbook(path: str, file: BinaryIO, kind: Kind, chosen: Chosen, rows: RowsTaker | None = None) -> Workbook:
    """Examine a zip or OLE file; only the `chosen` sheets are looked into, and `rows` is handed what was examined.

    Raises:
        InputError: not a workbook, damaged, protected, or holding what would abort or mislead the reader.
    """
    if not file.seekable():
        raise InputError(path, "un classeur ne peut pas être lu d'un tuyau", "enregistrez-le dans un fichier")

    try:
        if kind == "ole":
            return _xls(path, file, chosen)
        with zipfile.ZipFile(file) as archive:
            package = _Package(path, file, archive)
            if "xl/workbook.xml" in package:
                return _xlsx(package, chosen, rows or RowsTaker())
            if "content.xml" in package:
                return _ods(package)
            raise _not_a_workbook(package)
    except _BROKEN:
        raise damaged(path) from None


_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    expat.ExpatError,
    IndexError,
    ValueError,
    OverflowError,
    NotImplementedError,
)


def damaged(path: str) -> InputError:
    """The sentence for a workbook whose bytes do not hold together."""
    return InputError(path, "le classeur est tronqué ou abîmé", f"exportez-le à nouveau, ou {RESAVE}")


def protected(path: str) -> InputError:
    """The sentence for an encrypted workbook."""
    return InputError(path, "le classeur est protégé par un mot de passe", "enregistrez-le sans mot de passe")


# --- zip packages ---------------------------------------------------------------------------------------------


class _Package:
    """The parts of a zip package, inflated under absolute limits on what they really hold."""

    def __init__(self, path: str, file: BinaryIO, archive: zipfile.ZipFile) -> None:
        self.path, self.file = path, file
        self.parts: dict[str, zipfile.ZipInfo] = {}
        self.inflated = 0
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            raise self.refused(f"l'archive a {len(entries)} entrées (limite : {MAX_ENTRIES})")
        for entry in entries:
            name = entry.filename.replace("\\", "/")
            if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in name.split("/"):
                raise self.refused("l'archive a une entrée dont le nom sort du classeur")
            if name.casefold() in self.parts:
                raise self.refused("l'archive a deux entrées de même nom")
            self.parts[name.casefold()] = entry
        self.check(sum(entry.file_size for entry in entries), MAX_INFLATED, "le classeur")

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self.parts

    def refused(self, why: str) -> InputError:
        return InputError(self.path, why, RESAVE)

    def too_long(self) -> InputError:
        return self.refused(f"une cellule contient un texte démesuré (plus de {MAX_CELL // 1024**2} Mio)")

    def check(self, size: int, limit: int, what: str) -> None:
        if size > limit:
            mib = 1024**2
            problem = f"{what} fait {-(-size // mib)} Mio une fois décompressé (limite : {limit // mib} Mio)"
            raise InputError(self.path, problem, "exportez une période plus courte, ou en CSV")

    def chunks(self, name: str, limit: int = MAX_INFLATED) -> Iterator[bytes]:
        """The inflated bytes of a part, about 1 MiB at a time, never more than the limits."""
        entry = self.parts.get(name.casefold())
        if entry is None:
            raise damaged(self.path)
        if entry.flag_bits & 1:
            raise protected(self.path)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self.refused("l'archive emploie une compression inconnue")
        self.check(entry.file_size, limit, "une partie du classeur")
        self.file.seek(entry.header_offset)
        header = self.file.read(30)
        self.file.seek(sum(struct.unpack("<HH", header[26:30])), os.SEEK_CUR)
        left, size = entry.compress_size, 0
        inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        pending = b""
        while True:
            if not pending and left:
                pending = self.file.read(min(left, CHUNK // 4))
                left -= len(pending)
                if not pending:
                    raise damaged(self.path)
            if inflate is None:
                data, pending = pending, b""
            else:
                data = inflate.decompress(pending, CHUNK)
                pending = inflate.unconsumed_tail
            size += len(data)
            self.inflated += len(data)
            self.check(size, limit, "une partie du classeur")
            self.check(self.inflated, MAX_INFLATED, "le classeur")
            if data:
                yield data
            elif inflate is not None and not inflate.eof and not pending and not left:
                raise damaged(self.path)
            if (inflate is not None and inflate.eof) or (not data and not pending and not left):
                return

    def xml(self, name: str) -> bytes:
        """A small part, whole; a DTD is refused."""
        data = b"".join(self.chunks(name, MAX_PART))
        self.check_xml(data, first=True)
        return data

    def check_xml(self, data: bytes, *, first: bool = False) -> None:
        if b"!" in data and b"<!DOCTYPE" in data:
            raise self.refused("le classeur contient une déclaration DTD, refusée")
        if first and not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
            raise damaged(self.path)

    def stream(self, name: str, limit: int) -> Iterator[bytes]:
        """The chunks of a long part: a DTD, or a text without measure, is refused."""
        tail, run, first = b"", 0, True
        for data in self.chunks(name, limit):
            self.check_xml(tail + data, first=first)
            last = data.rfind(b"<")
            run = run + len(data) if last < 0 else len(data) - last
            if run > MAX_CELL:
                raise self.too_long()
            tail, first = data[-16:], False
            yield data


def _not_a_workbook(package: _Package) -> InputError:
    if "xl/workbook.bin" in package:
        return InputError(package.path, "c'est un classeur binaire .xlsb", RESAVE)
    if "word/document.xml" in package or "ppt/presentation.xml" in package:
        return InputError(package.path, "c'est un document, pas un classeur", "donnez un .xlsx, .xls, .ods ou .csv")
    return InputError(package.path, "c'est une archive zip, pas un classeur", "extrayez d'abord les fichiers")


def _elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of a small XML part in order, as (local name, attributes by local name)."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((_local(name), {_local(key): value for key, value in attributes.items()}))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.Parse(data, True)
    return found


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


# --- xlsx -----------------------------------------------------------------------------------------------------


def _xlsx(package: _Package, chosen: Chosen, taker: RowsTaker) -> Workbook:
    targets = _targets(package)
    sheets: list[tuple[Sheet, str]] = []
    date1904 = False
    for name, about in _elements(package.xml("xl/workbook.xml")):
        if name == "workbookPr":
            date1904 = about.get("date1904", "0") in ("1", "true")
        elif name == "sheet" and about.get("id") in targets:
            hidden = about.get("state", "visible") != "visible"
            sheets.append((Sheet(about.get("name", ""), hidden), targets[about["id"]]))
    if not sheets:
        raise damaged(package.path)
    styles = package.xml("xl/styles.xml") if "xl/styles.xml" in package else b""
    strings = b""
    if "xl/sharedStrings.xml" in package:
        strings = b"".join(package.stream("xl/sharedStrings.xml", MAX_STRINGS))
    taker.book(date1904=date1904, styles=styles, strings=strings)
    for sheet, part in sheets:
        if chosen(sheet):
            if not _scan_fast(package, part, sheet, taker):
                _scan_slow(package, part, sheet)
            elif sheet.columns <= MAX_COLUMNS and sheet.rows * sheet.columns > MAX_CELLS:
                _leave_far_cells(package, part, sheet)
            _check_grid(package, sheet)
            _note_false_extent(sheet)
    found = tuple(sheet for sheet, _ in sheets)
    return Workbook("xlsx", found, date1904, _memory(found, 4 * len(strings)))


def _targets(package: _Package) -> dict[str, str]:
    """Identifier of relation -> part, for the worksheets (not the charts)."""
    targets = {}
    for name, about in _elements(package.xml("xl/_rels/workbook.xml.rels")):
        if name == "Relationship" and about.get("Type", "").endswith("/worksheet"):
            target = about.get("Target", "").replace("\\", "/")
            part = posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
            if part.startswith("..") or about.get("TargetMode") == "External":
                raise package.refused("le classeur désigne une feuille hors de lui-même")
            targets[about.get("Id", "")] = part
    return targets


def _memory(sheets: tuple[Sheet, ...], more: int) -> int:
    """Bytes of address space that the reader may take: about 100 a cell are used."""
    return 3 * 1024**3 + 256 * max(sheet.rows * sheet.columns for sheet in sheets) + more


def _check_grid(package: _Package, sheet: Sheet) -> None:
    place = f"{package.path}, feuille « {sheet.name} »"
    for row, column, _ in sheet.errors:
        if row > sheet.rows:
            sheet.rows, sheet.last_cell = row, f"{letters(column)}{row}"
        if column >= sheet.columns:
            sheet.columns, sheet.far_cell = column + 1, f"{letters(column)}{row}"
    if sheet.rows > MAX_ROWS or sheet.columns > MAX_COLUMNS:
        cell = sheet.last_cell if sheet.rows > MAX_ROWS else sheet.far_cell
        raise InputError(place, f"la cellule {cell} est hors des limites d'Excel", RESAVE)
    if sheet.rows * sheet.columns > MAX_CELLS:
        # The grid is Excel's: too large an area is too wide, unless it is its last row that stands alone.
        cell = sheet.last_cell if sheet.rows > 100_000 and sheet.columns < 100 else sheet.far_cell
        problem = f"la cellule {cell} étend la feuille à {sheet.rows} lignes × {sheet.columns} colonnes"
        remedy = "supprimez cette cellule si elle est hors du tableau et enregistrez ; sinon exportez en CSV"
        raise InputError(place, problem, remedy)


def _note_false_extent(sheet: Sheet) -> None:
    if sheet.declared and (sheet.declared[2] < sheet.rows or sheet.declared[3] + 1 < sheet.columns):
        sheet.notes.append("la zone déclarée dans le fichier est fausse, plus petite que le tableau ; tout est lu.")


def _area(reference: str) -> Area | None:
    """`B2:D4`, or `B2` alone; None where it is neither."""
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,9})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,9}))?", reference)
    if not found:
        return None
    column, row = number(found[1]), int(found[2])
    return (row, column, int(found[4] or row), number(found[3] or found[1]))


class _Patterns:
    """What to look for in the XML of a sheet whose elements bear one prefix (`x:`, usually none)."""

    def __init__(self, prefix: bytes) -> None:
        def compiled(pattern: bytes) -> re.Pattern[bytes]:
            return re.compile(pattern.replace(b"~", b"</" + prefix).replace(b"@", b"<" + prefix), re.DOTALL)

        address = rb'@c r="([A-Z]{1,3})([1-9][0-9]{0,8})"'
        self.row, self.cell = b"<" + prefix + b"row", b"<" + prefix + b"c "
        self.value_ends = (b"</" + prefix + b"v>", b"</" + prefix + b"is>")
        self.cell_end = b"</" + prefix + b"c>"
        self.over = b"</" + prefix + b"sheetData>"
        self.empty = compiled(rb"@sheetData\s*/>")
        self.formula = b"<" + prefix + b"f"
        self.rows = compiled(rb'@row(?: r="([1-9][0-9]{0,8})")?')
        self.address = compiled(address + rb"([^>]*)>")
        self.odd = compiled(rb'@c(?! r="[A-Z]{1,3}[1-9])(?![A-Za-z])')
        self.error = compiled(address + rb'(?=[^>]* t="e")[^>]*[^/>]>(.*?)~c>')
        self.value = compiled(rb"@v>(#[^<]*)<")
        self.uncomputed = compiled(
            address + rb"([^>]*)>\s*@f(?:\s[^>]*)?(?:/>|>[^<]*~f>)\s*(?:~c>|(@v\s*/>|@v>\s*~v>))"
        )
        self.filled = compiled(rb'@c r="([A-Z]{1,3})([1-9][0-9]{0,8})"[^>]*(?<!/)>(?!~c>)')
        self.hidden_row = compiled(rb'@row(?=[^>]* hidden="(?:1|true)")[^>]* r="([1-9][0-9]{0,8})"')
        self.merge = compiled(rb'@mergeCell ref="([A-Za-z0-9:$]{2,32})"')
        self.dimension = compiled(rb'@dimension ref="([A-Za-z0-9:$]{2,32})"')
        #: number of columns -> any cell that is not plainly in one of them
        self.outside = lru_cache(
            lambda columns: compiled(rb'@c(?! r="(?:' + _first_columns(columns) + rb")[1-9])(?![A-Za-z])")
        )
        #: number of columns -> any cell with a content that is in another one
        self.beyond = lru_cache(
            lambda columns: compiled(
                rb'@c r="(?!(?:' + _first_columns(columns) + rb')[1-9])([A-Z]+)([0-9]+)"[^>]*(?<!/)>(?!~c>)'
            )
        )

    def far(self, columns: int) -> bytes:
        """The source of a pattern for any cell outside the first columns, content included."""
        name = self.cell[1:-1]
        outside = rb'<@ r="(?!(?:' + _first_columns(columns) + rb')[1-9])[A-Z]+[0-9]+"[^>]*(?:/>|(?<!/)>.*?</@>)'
        return outside.replace(b"@", name)


def _first_columns(columns: int) -> bytes:
    """A pattern of the letters of the first columns."""
    if columns == 0:
        return b"(?!)"
    last = letters(columns - 1)
    among = [last] + [f"[A-Z]{{{size}}}" for size in range(1, len(last))]
    for place, letter in enumerate(last):
        if letter != "A":
            among.append(f"{last[:place]}[A-{chr(ord(letter) - 1)}]" + "[A-Z]" * (len(last) - place - 1))
    return "|".join(among).encode()


def _scan_fast(package: _Package, part: str, sheet: Sheet, taker: RowsTaker) -> bool:
    """Examine the XML of a sheet by searches on its bytes; False where its form asks for the slow scan."""
    patterns: _Patterns | None = None
    carry, start = b"", package.inflated
    rows, last = array("L"), b""
    chunks = package.chunks(part)
    for data in chunks:
        piece = carry + data
        if patterns is None:
            package.check_xml(piece, first=True)
            root = re.search(rb"<(?:([A-Za-z_][\w.-]*:))?worksheet[\s>]", piece)
            if root is None:
                break
            patterns = _Patterns(root[1] or b"")
            taker.begin(sheet, root[1] or b"")
            sheet.iso_dates = b't="d"' in piece  # a program writes all of its dates so, or none
            declared = patterns.dimension.search(piece)
            sheet.declared = _area(declared[1].decode()) if declared else None
        over = piece.find(patterns.over)
        cut = over if over >= 0 else max(piece.rfind(patterns.cell), piece.rfind(patterns.row), 0)
        piece, carry = piece[:cut], piece[cut:]
        if len(carry) > MAX_CELL:
            raise package.too_long()
        package.check_xml(piece)
        numbers = patterns.rows.findall(piece)
        if b"" in numbers or not _widen(patterns, piece, sheet):
            patterns = None
            break
        taker.more(piece, patterns.row, numbers)
        rows.extend(map(int, numbers))
        end = max(map(piece.rfind, patterns.value_ends))
        if end >= 0:
            last = piece[piece.rfind(patterns.cell, 0, end) : end]
        _note_errors(patterns, piece, sheet)
        if b' hidden="' in piece:
            sheet.hidden_rows += [(int(row), int(row)) for row in patterns.hidden_row.findall(piece)]
        if over >= 0:
            break
    if patterns is None or not (carry.startswith(patterns.over) or (not rows and patterns.empty.search(carry))):
        package.inflated, sheet.columns, sheet.errors, sheet.hidden_rows = start, 0, [], []
        return False
    for data in chunks:  # what follows the rows
        _note_merges(patterns, carry, sheet)
        carry = carry[carry.rfind(b"<") :] + data
        if len(carry) > MAX_CELL:
            raise package.too_long()
    _note_merges(patterns, carry, sheet)
    address = patterns.address.match(last)
    if address:
        sheet.rows, sheet.last_cell = int(address[2]), (address[1] + address[2]).decode()
    if _in_order(package, sheet, rows):
        taker.end()
    return True


def _note_merges(patterns: _Patterns, piece: bytes, sheet: Sheet) -> None:
    if b"mergeCell" in piece:
        found = (_area(reference.decode()) for reference in patterns.merge.findall(piece))
        sheet.merges += [area for area in found if area and area not in sheet.merges[-1:]]


def _leave_far_cells(package: _Package, part: str, sheet: Sheet) -> None:
    """Take out of a sheet too wide the cells far to the right of its table; what stands below it is not touched."""
    start, carry = package.inflated, b""
    last: dict[bytes, bytes] = {}  # column -> last row that it has a content in
    patterns = _Patterns(b"")
    for data in package.chunks(part):
        piece = carry + data
        cut = max(piece.rfind(patterns.cell), 0)
        piece, carry = piece[:cut], piece[cut:]
        last.update(patterns.filled.findall(piece))
    last.update(patterns.filled.findall(carry))
    package.inflated = start
    rows = {number(column.decode()): int(row) for column, row in last.items()}
    places = sorted(rows)
    beyond = next((after for place, after in pairwise(places) if after - place > GAP), None)
    if beyond is None:
        return
    kept = [place for place in places if place < beyond]
    if max(rows[place] for place in kept) < sheet.rows or sheet.rows * (kept[-1] + 1) > MAX_CELLS:
        return
    sheet.columns = kept[-1] + 1
    sheet.errors = [error for error in sheet.errors if error[1] < sheet.columns]
    sheet.far = (part, patterns.far(sheet.columns).decode())
    cell = f"{letters(beyond)}{rows[beyond]}"
    sheet.notes.append(
        f"ce qui est loin à droite du tableau n'est pas lu (cellule {cell}, après la colonne "
        f"{letters(kept[-1])}) ; effacez-le s'il ne sert à rien."
    )


def _widen(patterns: _Patterns, piece: bytes, sheet: Sheet) -> bool:
    """Widen the sheet to the farthest cell that holds something; False where an address is not where expected."""
    at = blanks = 0
    while found := patterns.outside(sheet.columns).search(piece, at):
        cell = patterns.address.match(piece, found.start())
        if not cell:
            return False
        at = cell.end()
        if not cell[3].endswith(b"/") and not piece.startswith(patterns.cell_end, at):
            sheet.columns, sheet.far_cell = number(cell[1].decode()) + 1, (cell[1] + cell[2]).decode()
            continue
        blanks += 1
        if blanks > 1000:  # formatted far beyond the table: other searches are faster
            if patterns.odd.search(piece, at):
                return False
            while cell := patterns.beyond(sheet.columns).search(piece, at):
                at = cell.end()
                sheet.columns, sheet.far_cell = number(cell[1].decode()) + 1, (cell[1] + cell[2]).decode()
            return True
    return True


def _in_order(package: _Package, sheet: Sheet, rows: array[int]) -> bool:
    """Rows written twice would be read one over the other; rows in disorder are read in their place."""
    if all(map(lt, rows, rows[1:])):
        return True
    sheet.rows = max(rows)
    sheet.last_cell = f"A{sheet.rows}"
    seen: set[int] = set()
    for row in rows:
        if row in seen:
            place = f"{package.path}, feuille « {sheet.name} »"
            raise InputError(place, f"la ligne {row} est écrite deux fois", RESAVE)
        seen.add(row)
    return False


def _note_errors(patterns: _Patterns, piece: bytes, sheet: Sheet) -> None:
    if b"#" in piece:  # a single byte is searched much faster: errors are #N/A, #REF!…
        for column, row, inside in patterns.error.findall(piece):
            value = patterns.value.search(inside)
            if value:
                text = unescape(value[1].decode("utf-8", "replace"))
                sheet.errors.append((int(row), number(column.decode()), text))
    if b"f" in piece and patterns.formula in piece:
        for column, row, about, empty in patterns.uncomputed.findall(piece):
            if not (empty and b't="str"' in about):  # a formula whose result is an empty text
                sheet.errors.append((int(row), number(column.decode()), UNCOMPUTED))


class _SlowScan:
    """The same facts as `_scan_fast`, by a real parser (12 times slower), whatever the form of the XML."""

    def __init__(self, package: _Package, sheet: Sheet) -> None:
        self.package, self.sheet = package, sheet
        self.rows = array("L")
        self.row = self.next_column = 0
        self.cell: tuple[int, int, str] | None = None  # row, column, type
        self.held = ""  # elements seen in the cell: c, f, v, i
        self.text: list[str] | None = None

    def start(self, name: str, about: dict[str, str]) -> None:
        name = _local(name)
        if name == "row":
            self.row = int(about.get("r", self.row + 1))
            self.rows.append(self.row)
            self.next_column = 0
            if about.get("hidden") in ("1", "true"):
                self.sheet.hidden_rows.append((self.row, self.row))
        elif name == "c":
            address = re.fullmatch("([A-Za-z]{1,9})([0-9]{1,9})", about.get("r", ""))
            column = number(address[1]) if address else self.next_column
            self.cell = (int(address[2]) if address else self.row, column, about.get("t", "n"))
            self.held, self.next_column = "", column + 1
        elif self.cell and name in ("f", "v", "is"):
            self.held += name[0]
            self.text = []
        elif name == "mergeCell" and (area := _area(about.get("ref", ""))):
            self.sheet.merges.append(area)
        elif name == "dimension":
            self.sheet.declared = _area(about.get("ref", ""))

    def data(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def end(self, name: str) -> None:
        name = _local(name)
        if name == "f":
            self.text = None
        elif name == "c" and self.cell:
            (row, column, kind), text = self.cell, "".join(self.text or ())
            if kind == "e" and "v" in self.held and text.startswith("#"):
                self.sheet.errors.append((row, column, text))
            elif "f" in self.held and not ("v" in self.held and (text.strip() or kind == "str")):
                self.sheet.errors.append((row, column, UNCOMPUTED))
            self.sheet.iso_dates = self.sheet.iso_dates or kind == "d"
            if self.held:
                self._extend(row, column)
            self.cell = self.text = None

    def _extend(self, row: int, column: int) -> None:
        if row > self.sheet.rows:
            self.sheet.rows, self.sheet.last_cell = row, f"{letters(column)}{row}"
        if column >= self.sheet.columns:
            self.sheet.columns, self.sheet.far_cell = column + 1, f"{letters(column)}{row}"

    def refuse(self, *_: object) -> None:
        raise self.package.refused("le classeur contient une déclaration DTD, refusée")


def _scan_slow(package: _Package, part: str, sheet: Sheet) -> None:
    scan = _SlowScan(package, sheet)
    sheet.rows = sheet.columns = 0
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.data
    parser.StartDoctypeDeclHandler = scan.refuse
    for data in package.stream(part, MAX_INFLATED):
        parser.Parse(data, False)
    parser.Parse(b"", True)
    _in_order(package, sheet, scan.rows)


# --- ods ------------------------------------------------------------------------------------------------------


class _OdsScan:
    """Names, visibility and extent of the sheets of an ods file, and the cells that the reader would lose."""

    def __init__(self, package: _Package) -> None:
        self.package = package
        self.sheets: list[Sheet] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.depth = self.row = self.column = self.repeat = 0
        self.cell: dict[str, str] | None = None
        self.text: list[str] = []

    def start(self, name: str, about: dict[str, str]) -> None:
        name = _local(name)
        if name == "style":
            self.style = _attribute(about, "name")
        elif name == "table-properties" and _attribute(about, "display") == "false":
            self.hidden_styles.add(self.style)
        elif name == "table":
            self.depth += 1
            if self.depth == 1:
                hidden = _attribute(about, "style-name") in self.hidden_styles
                self.sheets.append(Sheet(_attribute(about, "name"), hidden))
                self.row = self.repeat = 0
        elif self.depth == 1 and name == "table-row":
            self.row += self.repeat
            self.repeat = int(_attribute(about, "number-rows-repeated") or 1)
            self.column = 0
            if _attribute(about, "visibility") in ("collapse", "filter"):
                self.sheets[-1].hidden_rows.append((self.row + 1, self.row + self.repeat))
        elif self.depth == 1 and name in ("table-cell", "covered-table-cell"):
            self.cell, self.text = about, []

    def data(self, text: str) -> None:
        if self.cell is not None:
            self.text.append(text)

    def end(self, name: str) -> None:
        name = _local(name)
        if name == "table":
            self.depth -= 1
        elif self.depth == 1 and self.cell is not None and name in ("table-cell", "covered-table-cell"):
            repeated = int(_attribute(self.cell, "number-columns-repeated") or 1)
            down, right = (int(_attribute(self.cell, f"number-{what}-spanned") or 1) for what in ("rows", "columns"))
            if down > 1 or right > 1:
                area = (self.row + 1, self.column, self.row + down, self.column + right - 1)
                self.sheets[-1].merges.append(area)
            types = [value for key, value in self.cell.items() if _local(key) == "value-type"]
            text = "".join(self.text).strip()
            if types or text or _attribute(self.cell, "formula"):
                self._note(self.cell, types, text, repeated)
            self.column += repeated
            self.cell = None

    def _note(self, cell: dict[str, str], types: list[str], text: str, repeated: int) -> None:
        sheet = self.sheets[-1]
        last_row, last_column = self.row + self.repeat, self.column + repeated - 1
        if last_row > sheet.rows:
            sheet.rows, sheet.last_cell = last_row, f"{letters(self.column)}{last_row}"
        if last_column >= sheet.columns:
            sheet.columns, sheet.far_cell = last_column + 1, f"{letters(last_column)}{self.row + 1}"
        _check_grid(self.package, sheet)
        found = sheet.errors
        if "error" in types:
            text = text or "erreur"
        elif "time" in types:
            found, text = sheet.times, _clock(_attribute(cell, "time-value"))
        elif not types and not text:
            text = UNCOMPUTED
        else:
            return
        for row in range(self.row + 1, self.row + self.repeat + 1):
            found += [(row, column, text) for column in range(self.column, self.column + repeated)]

    def refuse(self, *_: object) -> None:
        raise self.package.refused("le classeur contient une déclaration DTD, refusée")


def _attribute(about: dict[str, str], name: str) -> str:
    return next((value for key, value in about.items() if _local(key) == name), "")


def _clock(duration: str) -> str:
    """`PT08H30M00S` as the reader gives the times of an xlsx: a moment of the day before Excel's first."""
    found = re.fullmatch(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S", duration)
    if not found or int(found[1]) > 23:
        return duration
    return f"1899-12-31 {int(found[1]):02d}:{int(found[2]):02d}:{int(found[3]):02d}"


def _ods(package: _Package) -> Workbook:
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.xml("META-INF/manifest.xml"):
        raise protected(package.path)
    scan = _OdsScan(package)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.data
    parser.StartDoctypeDeclHandler = scan.refuse
    for data in package.stream("content.xml", MAX_INFLATED):
        parser.Parse(data, False)
    parser.Parse(b"", True)
    if not scan.sheets:
        raise _not_a_workbook(package)
    for sheet in scan.sheets:
        sheet.iso_dates = True
    found = tuple(scan.sheets)
    return Workbook("ods", found, False, _memory(found, 2 * package.inflated))


# --- xls ------------------------------------------------------------------------------------------------------

_BIFF_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_END_OF_CHAIN = 0xFFFFFFFA


class _Ole:
    """The streams of a compound file ("OLE"), by name."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.shift, mini_shift = struct.unpack_from("<HH", data, 30)
        directory, self.cutoff, mini_fat = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))
        places = list(struct.unpack_from("<109I", data, 76))
        following, size = struct.unpack_from("<I", data, 68)[0], 1 << self.shift
        while following < _END_OF_CHAIN and len(places) * size < len(data) + 256 * size:
            more = struct.unpack(f"<{size // 4}I", self.sector(following))
            places += more[:-1]
            following = more[-1]
        self.fat = array("I")
        for place in places:
            if place < _END_OF_CHAIN:
                self.fat.frombytes(self.sector(place))
        entries = self.chain(directory)
        self.streams: dict[str, tuple[int, int]] = {}
        root = (0, 0)
        for at in range(0, len(entries) - 127, 128):
            length, kind = struct.unpack_from("<HB", entries, at + 64)
            name = entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", entries, at + 116)
            if kind == 5:
                root = (start, size)
            elif kind == 2:
                self.streams.setdefault(name, (start, size))
        self.mini = self.chain(root[0])[: root[1]] if root[1] else b""
        self.mini_shift = mini_shift
        self.mini_fat = array("I", self.chain(mini_fat)) if mini_fat < _END_OF_CHAIN else array("I")

    def sector(self, place: int) -> bytes:
        found = self.data[(place + 1) << self.shift : (place + 2) << self.shift]
        return found.ljust(1 << self.shift, b"\0") if found else found

    def chain(self, place: int) -> bytes:
        parts: list[bytes] = []
        while place < _END_OF_CHAIN and len(parts) <= len(self.fat):
            parts.append(self.sector(place))
            place = self.fat[place]
        return b"".join(parts)

    def read(self, name: str) -> bytes:
        place, size = self.streams[name]
        if size >= self.cutoff:
            return self.chain(place)[:size]
        parts: list[bytes] = []
        while place < _END_OF_CHAIN and len(parts) <= len(self.mini_fat):
            parts.append(self.mini[place << self.mini_shift : (place + 1) << self.mini_shift])
            place = self.mini_fat[place]
        return b"".join(parts)[:size]


def _xls(path: str, file: BinaryIO, chosen: Chosen) -> Workbook:
    file.seek(0)
    data = file.read(MAX_STRINGS + 1)
    if len(data) > MAX_STRINGS:
        raise InputError(path, "le classeur .xls dépasse 1 Gio", RESAVE)
    ole = _Ole(data)
    book = next((name for name in ole.streams if name.casefold() in ("workbook", "book")), None)
    if book is None:
        if "EncryptedPackage" not in ole.streams and {"WordDocument", "PowerPoint Document"} & set(ole.streams):
            raise InputError(path, "c'est un document, pas un classeur", "donnez un .xlsx, .xls, .ods ou .csv")
        raise protected(path)
    stream = ole.read(book)
    sheets: list[tuple[Sheet, int]] = []
    date1904, biff8 = False, True
    for kind, at, length in _records(stream, 0):
        if kind == 0x0809:
            biff8 = struct.unpack_from("<H", stream, at)[0] >= 0x0600
        elif kind == 0x002F:
            raise protected(path)
        elif kind == 0x0022:
            date1904 = stream[at] == 1
        elif kind == 0x0085 and stream[at + 5] == 0:
            name = _biff_name(stream[at + 6 : at + length], biff8)
            sheets.append((Sheet(name, stream[at + 4] & 3 != 0), struct.unpack_from("<I", stream, at)[0]))
    if not sheets:
        raise damaged(path)
    for sheet, start in sheets:
        if chosen(sheet):
            _scan_biff(stream, start, sheet)
    # the grid of an xls has 65,536 × 256 cells
    return Workbook("xls", tuple(sheet for sheet, _ in sheets), date1904, 7 * 1024**3 + 4 * len(data))


def _biff_name(raw: bytes, biff8: bool) -> str:
    if not biff8:
        return raw[1 : 1 + raw[0]].decode("cp1252", "replace")
    wide = raw[1] & 1
    return raw[2 : 2 + raw[0] * (1 + wide)].decode("utf-16-le" if wide else "latin-1")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """The records of one substream, down to its end: (kind, place of its data, length)."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == 0x0809:
            depth += 1
        elif kind == 0x000A:
            depth -= 1
            if depth <= 0:
                return
        yield kind, at + 4, length
        at += 4 + length


def _scan_biff(stream: bytes, start: int, sheet: Sheet) -> None:
    for kind, at, _ in _records(stream, start):
        code = None
        if kind == 0x0208 and stream[at + 12] & 0x20:  # a row of no height
            row = struct.unpack_from("<H", stream, at)[0] + 1
            sheet.hidden_rows.append((row, row))
        elif kind == 0x00E5:
            for place in range(struct.unpack_from("<H", stream, at)[0]):
                first, last, left, right = struct.unpack_from("<4H", stream, at + 2 + 8 * place)
                sheet.merges.append((first + 1, left, last + 1, right))
        if kind == 0x0205 and stream[at + 7] == 1:  # a cell that holds an error
            code = stream[at + 6]
        elif kind in (0x0006, 0x0206, 0x0406) and stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == 2:
            code = stream[at + 8]  # a formula whose result is an error
        if code is not None:
            row, column = struct.unpack_from("<HH", stream, at)
            sheet.errors.append((row + 1, column, _BIFF_ERRORS.get(code, "erreur")))
