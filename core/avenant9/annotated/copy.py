"""A copy of the user's own workbook, with the cells at fault coloured and said in comments."""

from __future__ import annotations

import errno
import io
import os
import re
import warnings
import zipfile
from collections import defaultdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import polars as pl
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.writer.excel import ExcelWriter

from avenant9.annotated import list as annotate_list
from avenant9.annotated.list import Marked
from avenant9.annotated.strict import transitional
from avenant9.documents import check as check_document
from avenant9.documents import sentences
from avenant9.errors import InputError, SettingError
from avenant9.model import Input, Verdict
from avenant9.reading.addresses import column_of, number
from avenant9.reading.refusals import RESAVE, damaged
from avenant9.reading.sniff import HEAD, open_input
from avenant9.report import workbook
from avenant9.results.check import Report
from avenant9.rule_ids import family_of, parts_of
from avenant9.wording import counted, euros, fold, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SUMMARY = "Synthèse a9"
_OPTION = "--annotate"
_AUTHOR = "a9"
_REJECTED = "E2DAF4"  # neither colour of a verdict
#: Beyond this, a spreadsheet opens too slowly: the cells are coloured all the same.
MOST_COMMENTS = 10_000
_COMMENT_WIDTH, _COMMENT_LINE = 340, 18  # pixels
_MOST_COMMENT = 8_000  # characters
_MOST_TITLES = 200  # rows above which headings are not looked for
_CHUNK = 1024**2

#: What a copy loses, by the names of the parts of the workbook.
_PARTS = (
    (r"xl/vbaProject\.bin", "macros"),
    (r"xl/charts/", "graphiques (mise en forme simplifiée)"),
    (r"xl/pivotTables/|xl/pivotCache/", "tableaux croisés dynamiques (à actualiser)"),
    (r"xl/slicers/|xl/slicerCaches/", "segments"),
    (r"xl/timelines/|xl/timelineCaches/", "chronologies"),
    (r"xl/threadedComments/", "conversations (leur texte reste en commentaire)"),
    (r"xl/ctrlProps/|xl/activeX/", "boutons et contrôles"),
    (r"xl/embeddings/", "objets incorporés"),
    (r"xl/diagrams/", "diagrammes SmartArt"),
    (r"xl/queryTables/|xl/connections\.xml", "connexions de données"),
    (r"xl/richData/", "types de données liés"),
    (r"xl/model/", "modèle de données"),
    (r"_xmlsignatures/", "signature numérique"),
)
#: What it loses, by the words in the sheets and drawings.
_WORDS = (
    (r"xl/drawings/[^/]*\.xml", rb"<(?:\w+:)?(?:sp|cxnSp|grpSp)[ >]", "formes et zones de texte"),
    (r"xl/worksheets/[^/]*\.xml", rb"<(?:\w+:)?sparklineGroup[ >]", "graphiques sparkline"),
    (
        r"xl/worksheets/[^/]*\.xml",
        rb"<x14:dataValidation[ >]",
        "listes déroulantes qui renvoient à une autre feuille",
    ),
    (r"xl/worksheets/[^/]*\.xml", rb"<x14:conditionalFormatting[ >]", "mises en forme conditionnelles récentes"),
    (r"xl/worksheets/[^/]*\.xml", rb"<picture[ />]", "images de fond"),
    (r"xl/worksheets/[^/]*\.xml", rb"<f[ />]", "valeurs des formules (recalculées à l'ouverture)"),
)


def check_input(files: Sequence[str]) -> None:
    """Refuse what cannot be annotated, before it is read.

    Raises:
        SettingError: not exactly one file, or not an xlsx workbook.
        InputError: the file is missing or cannot be read.
    """
    if len(files) != 1:
        raise SettingError(_OPTION, f"{counted(len(files), 'fichier')}, un seul s'annote à la fois", "donnez-en un")
    path = files[0]
    remedy = "enregistrez-le au format .xlsx, ou écrivez les constats à part (-o FICHIER.xlsx)"
    if path == "-":
        raise SettingError(_OPTION, "l'entrée standard ne s'annote pas", "donnez le nom d'un classeur .xlsx")
    with open_input(path) as file:
        head = file.read(HEAD)
        if not head.startswith(b"PK"):
            raise SettingError(_OPTION, f"{path} n'est pas un classeur .xlsx, ou il est protégé", remedy)
        try:
            with zipfile.ZipFile(file) as package:
                names = package.namelist()
        except (zipfile.BadZipFile, OSError, ValueError):
            raise damaged(path) from None
    if not any(re.fullmatch(r"xl/workbook\d*\.xml", name) for name in names):
        raise SettingError(_OPTION, f"{path} n'est pas un classeur .xlsx", remedy)


def lost(path: str) -> list[str]:
    """What the workbook has and its copy will not have, in French; found in the parts of the file."""
    found: list[str] = []
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        if find_spec("PIL") is None and any(name.startswith("xl/media/") for name in names):
            found.append("images")  # openpyxl copies them where that library is there
        found += [said for pattern, said in _PARTS if any(re.match(pattern, name) for name in names)]
        for pattern, words, said in _WORDS:
            parts = (name for name in names if re.fullmatch(pattern, name))
            if any(_holds(package, name, re.compile(words)) for name in parts):
                found.append(said)
    return found


def warning(path: str) -> str | None:
    """The sentence that names what is lost; None where nothing is."""
    found = lost(path)
    if not found:
        return None
    return f"{path} : ne passent pas dans la copie annotée : {listed(found)} ; l'original n'est pas modifié."


def _holds(package: zipfile.ZipFile, name: str, words: re.Pattern[bytes]) -> bool:
    """Whether a part has these words, read piece by piece."""
    rest = b""
    with package.open(name) as part:
        while piece := part.read(_CHUNK):
            if words.search(rest + piece):
                return True
            rest = piece[-64:]
    return False


def annotate(path: str, report: Report) -> tuple[bytes, list[str]]:
    """The annotated copy, and French sentences on what was not done.

    Args:
        path: the workbook, which `check_input` admits; it is not modified.
        report: what was found in it, as a profile may see it (`profile.apply` comes first). Comments hold nothing
            else; the copy itself holds all of the user's data.

    Raises:
        InputError: the workbook is such that it cannot be copied.
    """
    book = _loaded(path)
    if not {entry.sheet for entry in report.inputs} <= {*book.sheetnames}:
        raise _refused(path)  # openpyxl leaves out, without a word, what it has no name for
    spots = _spots(report)
    said = _mark(book, report, spots)
    _add_columns(book, report, spots)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = False  # two selected sheets would be edited together
    _list(book, report)
    book.active = 0
    book.worksheets[0].sheet_view.tabSelected = True
    if book.calculation is not None:
        book.calculation.fullCalcOnLoad = True  # the values of formulas are not in the copy
    try:
        return _saved(book), said
    except OSError:  # the disk of its temporary files
        raise
    except Exception as error:  # openpyxl tells what it cannot write in its own ways
        if type(error).__module__.startswith("lxml"):  # which it writes with where it is installed: the disk, untold
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise _refused(path) from error


def _loaded(path: str) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is left out was said before
            return load_workbook(transitional(path), rich_text=True)
    except Exception as error:  # damaged styles, names, drawings: openpyxl has no error of its own for them
        raise _refused(path) from error


def _saved(book: Workbook) -> bytes:
    """As `book.save` writes it, but for the moment: the copy says when the original was changed."""
    out = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)).save()
    return out.getvalue()


def _refused(path: str) -> InputError:
    problem = "ce classeur se lit, mais ne se copie pas avec sa mise en forme"
    return InputError(path, problem, f"{RESAVE}, ou écrivez les constats à part (-o FICHIER.xlsx)")


def _legend(report: Report) -> str:
    marks = ["rouge : non conforme", "jaune : à examiner"]
    if report.rejected:
        marks.append("violet : cellule illisible, ligne non contrôlée")
    return f"Dans les feuilles, les cellules en cause sont colorées et portent un commentaire ({' ; '.join(marks)})."


def _list(book: Workbook, report: Report) -> None:
    """The first sheet: the answer, then every finding with a link to its cell, then what could not be read."""
    answer, verdict = sentences.answer(report)
    head = (check_document.TITLE, answer, _legend(report))
    marked = [*_found(book, report), *_unreadable(book, report)]
    annotate_list.add(book, SUMMARY, head, workbook.COLORS[verdict][0], marked, sentences.account(report))


def _found(book: Workbook, report: Report) -> Iterator[Marked]:
    columns = ("verdict", "sheet", "row", "at_stake", "message", "rule")
    letters = {entry.sheet: entry.places.get("code") for entry in report.inputs}
    for verdict, sheet, row, stake, message, rule in report.findings.select(columns).iter_rows():
        place = letters.get(sheet)
        known, spot, cell = Verdict(verdict), None, ""
        if row is not None and place is not None and sheet in book.sheetnames:
            spot, cell = sheet, _cell(book[sheet], row, place).coordinate
        yield Marked(known.french, workbook.COLORS[known][0], spot, cell, stake, message, rule)


def _unreadable(book: Workbook, report: Report) -> Iterator[Marked]:
    columns = {entry.sheet: entry.places for entry in report.inputs}
    for entry in report.rejected:
        sheet = entry.sheet
        if sheet in book.sheetnames:
            place = _column(entry.cell, columns.get(sheet) or {})
            cell = _cell(book[str(sheet)], entry.row, place).coordinate
            yield Marked("ligne rejetée", _REJECTED, sheet, cell, None, entry.reason, "")


# --- marks ----------------------------------------------------------------------------------------------------

_Place = tuple[str | None, int]  # sheet, row


def _spots(report: Report) -> dict[_Place, list[dict[str, Any]]]:
    """The findings of each row, the gravest first."""
    spots: defaultdict[_Place, list[dict[str, Any]]] = defaultdict(list)
    names = ("sheet", "row", "rule", "verdict", "message", "at_stake", "source", "out_of_time")
    on_rows = report.findings.filter(pl.col("row").is_not_null()).select(names)
    for finding in on_rows.sort(pl.col("verdict") != "violation", maintain_order=True).iter_rows(named=True):
        spots[finding["sheet"], finding["row"]].append(finding)
    return spots


def _mark(book: Workbook, report: Report, spots: dict[_Place, list[dict[str, Any]]]) -> list[str]:
    """Colour and comment the cells; what could not be commented."""
    places = {entry.sheet: entry.places for entry in report.inputs}
    left = MOST_COMMENTS
    silent = 0
    for (name, row), findings in spots.items():
        columns = places.get(name) or {}
        if name not in book.sheetnames or "code" not in columns:
            continue
        sheet = book[str(name)]
        fill = workbook.COLORS[Verdict(findings[0]["verdict"])][0]
        for key in _at_fault(findings, columns):
            _paint(_cell(sheet, row, columns[key]), fill)
        if left:
            left -= 1
            _comment(_cell(sheet, row, columns["code"]), _words(report, findings))
        else:
            silent += 1
    for entry in report.rejected:
        if entry.sheet not in book.sheetnames:
            continue
        sheet = book[str(entry.sheet)]
        place = _column(entry.cell, places.get(entry.sheet) or {})
        cell = _cell(sheet, entry.row, place)
        _paint(cell, _REJECTED)
        if left:
            left -= 1
            _comment(cell, f"a9 : ligne rejetée, non contrôlée\n{entry.reason}")
        else:
            silent += 1
    if not silent:
        return []
    return [
        f"{counted(silent, 'ligne colorée', 'lignes colorées')} sans commentaire : un tableur n'ouvre pas bien un "
        f"classeur de plus de {counted(MOST_COMMENTS, 'commentaire')} ; les constats sont tous donnés par "
        "-o FICHIER.xlsx."
    ]


def _add_columns(book: Workbook, report: Report, spots: dict[_Place, list[dict[str, Any]]]) -> None:
    """A column « a9 » at the right of each sheet of acts, with what is said of its rows, to filter them by."""
    for entry in report.inputs:
        if entry.sheet not in book.sheetnames or "code" not in entry.places:
            continue
        told = {
            row: "\n".join(map(_told, findings)) for (name, row), findings in spots.items() if name == entry.sheet
        }
        for one in report.rejected:
            if one.sheet == entry.sheet:
                told[one.row] = f"ligne rejetée : {one.reason}"
        if told:
            sheet = book[str(entry.sheet)]
            annotate_list.add_column(sheet, _AUTHOR, _header(sheet, entry), entry.places["code"] + 1, told)


def _header(sheet: Worksheet, entry: Input) -> int:
    """The row of the headings: the first that names the column of the codes as it was read."""
    column, heading = entry.places["code"] + 1, fold(entry.columns.get("code", ""))
    rows = range(1, min(sheet.max_row, _MOST_TITLES) + 1)
    return next((row for row in rows if fold(str(sheet.cell(row, column).value or "")) == heading), 1)


def _told(finding: dict[str, Any]) -> str:
    """Verdict, euros and sentence, on one line."""
    stake = "" if finding["at_stake"] is None else f", {euros(finding['at_stake'])} en jeu"
    late = ", probablement prescrit" if finding["out_of_time"] else ""
    return f"{Verdict(finding['verdict']).french}{stake}{late} : {finding['message']}"


def _at_fault(findings: Iterable[dict[str, Any]], columns: dict[str, int]) -> list[str]:
    """The columns to colour: the code and the date, and the amount where money is the reproach."""
    keys = ["code", "date"]
    if any(family_of(finding["rule"]) == "tarif" for finding in findings):
        keys.append("amount")
    return [key for key in keys if key in columns]


def _column(address: str | None, columns: dict[str, int]) -> int:
    letters = column_of(address or "")
    return number(letters) if letters else columns.get("code", 0)


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell, or the one that shows for it where cells are merged."""
    cell = sheet.cell(row, column + 1)
    if isinstance(cell, MergedCell):
        around = next(area for area in sheet.merged_cells.ranges if cell.coordinate in area)
        cell = sheet.cell(around.min_row, around.min_col)
    assert isinstance(cell, Cell)  # noqa: S101 - the first cell of an area is a cell
    return cell


def _paint(cell: Cell, color: str) -> None:
    cell.fill = PatternFill("solid", fgColor=color)


def _words(report: Report, findings: Sequence[dict[str, Any]]) -> str:
    return "\n\n".join(_said(report, finding) for finding in findings)


def _said(report: Report, finding: dict[str, Any]) -> str:
    """Verdict and euros, what is reproached, the text, the rule."""
    stake = "" if finding["at_stake"] is None else f", {euros(finding['at_stake'])} en jeu"
    late = ", probablement prescrit" if finding["out_of_time"] else ""
    source = report.sources.get(finding["source"] or "")
    return "\n".join(
        [
            f"a9 : {Verdict(finding['verdict']).french}{stake}{late}",
            finding["message"],
            *([f"Texte : {sentences.reference(source)}"] if source else []),
            *([f"Règle : {finding['rule']}"] if parts_of(finding["rule"])[1] else []),
        ]
    )


def _comment(cell: Cell, words: str) -> None:
    """After what the user's own comment says."""
    own = cell.comment
    text = workbook.clean(words)
    if len(text) > _MOST_COMMENT:
        text = f"{text[:_MOST_COMMENT]}…"
    author = _AUTHOR
    if own is not None and own.text:
        text, author = f"{own.text}\n\n{text}", own.author or _AUTHOR
    height = _COMMENT_LINE * (workbook.lines(text, 48) + 1)
    cell.comment = Comment(text, author, height=min(height, 600), width=_COMMENT_WIDTH)
