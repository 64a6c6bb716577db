"""The report as CSV for French spreadsheets: `;`, decimal comma, BOM, CRLF, one line per finding or row."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from avenant9.model import Report, Verdict
from avenant9.report import sentences
from avenant9.report.cells import money, source_columns
from avenant9.report.headings import missing_words
from avenant9.wording import counted, day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from avenant9.report.document import Column

#: The headings of `a9 check`, in the order of the contract: new ones only at the end.
HEADINGS = (
    "Règle",
    "Verdict",
    "Fichier",
    "Feuille",
    "Ligne",
    "Date de soins",
    "Code acte",
    "Praticien",
    "Patient",
    "N° facture",
    "Date de paiement",
    "Montant",
    "En jeu",
    "Message",
    "Texte",
    "URL",
    "Empreinte",
)
REJECTED = "rejeté"
NOT_COUNTED = "non compté"
UNREAD = "non lu"

_VERDICTS = {verdict.value: verdict.french for verdict in Verdict}
# What a spreadsheet would take for a formula; a plain number may keep its sign.
_FORMULA = r"^\s*[=+\-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}]"
_NUMBER = r"^[+-]?\d+(?:[.,]\d+)?$"
_SUSPECT = r"^\s*[=+\-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}]|[\x00-\x1f\x7f]"
_CONTROLS = r"[\x00-\x1f\x7f]+"


def of_columns(columns: Iterable[Column], rows: Iterable[Sequence[str | date | None]]) -> bytes:
    """Rows of a document under its headings: days in French, what is empty left out."""
    cells = (tuple(day(cell) if isinstance(cell, date) else cell or None for cell in row) for row in rows)
    return table([column.heading for column in columns], [*cells])


def render(report: Report) -> bytes:
    """All findings, then rules not verified, rows rejected or not counted, files not read; UTF-8 with a BOM."""
    text, url = source_columns(report.sources)
    table = report.findings.select(
        pl.col("rule"),
        pl.col("verdict").replace(_VERDICTS),
        "file",
        "sheet",
        pl.col("row").cast(pl.String),
        _day("date"),
        "code",
        "practitioner",
        "patient",
        "invoice",
        _day("payment_date"),
        money("amount", ","),
        money("at_stake", ","),
        "message",
        text,
        url,
        "fingerprint",
    )
    tables = [table, _unverifiable(report), _rejected(report), _not_counted(report), _unread(report)]
    return lines(HEADINGS, tables, numbers=("Ligne", "Montant", "En jeu"))


def lines(headings: Sequence[str], tables: Iterable[pl.DataFrame], numbers: Sequence[str] = ()) -> bytes:
    """The tables under each other, text cells made harmless, except in the columns `numbers`.

    Each table has as many columns as `headings`, whatever their names, of type String.
    """
    named = [table.rename(dict(zip(table.columns, headings, strict=True))) for table in tables]
    together = pl.concat(named)
    suspect = [h for h in headings if h not in numbers and together[h].str.contains(_SUSPECT).any()]
    together = together.with_columns(map(_harmless, suspect))
    out = io.BytesIO()
    together.write_csv(out, separator=";", include_bom=True, line_terminator="\r\n")
    return out.getvalue()


def table(headings: Sequence[str], rows: Iterable[tuple[str | None, ...]], numbers: Sequence[str] = ()) -> bytes:
    """One table of texts, as `lines` writes it."""
    texts = pl.DataFrame(list(rows), schema=dict.fromkeys(headings, pl.String()), orient="row")
    return lines(headings, [texts], numbers)


def _harmless(heading: str) -> pl.Expr:
    """Control characters become spaces; what would run as a formula is led by an apostrophe."""
    text = pl.col(heading).str.replace_all(_CONTROLS, " ")
    runs = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
    return pl.when(runs).then("'" + text).otherwise(text).alias(heading)


def _day(column: str) -> pl.Expr:
    return pl.col(column).dt.to_string("%d/%m/%Y")


def _rows(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(HEADINGS, pl.String()))


def _unverifiable(report: Report) -> pl.DataFrame:
    return _rows(
        [
            {
                "Règle": entry.rule,
                "Verdict": Verdict.UNVERIFIABLE.french,
                "Message": f"{counted(entry.acts, 'acte')} : {missing_words(entry.missing, report.columns)}",
            }
            for entry in report.unverifiable
        ]
    )


def _rejected(report: Report) -> pl.DataFrame:
    return _rows(
        [
            {
                "Verdict": REJECTED,
                "Fichier": entry.where.file,
                "Feuille": entry.where.sheet,
                "Ligne": str(entry.where.row),
                "Message": f"{entry.where.cell} : {entry.reason}" if entry.where.cell else entry.reason,
            }
            for entry in report.rejected
        ]
    )


def _not_counted(report: Report) -> pl.DataFrame:
    return _rows(
        [
            {
                "Verdict": NOT_COUNTED,
                "Fichier": entry.where.file,
                "Feuille": entry.where.sheet,
                "Ligne": str(entry.where.row),
                "Message": f"{sentences.status(entry.status)} : la ligne n'entre dans aucun compte",
            }
            for entry in report.not_counted
        ]
    )


def _unread(report: Report) -> pl.DataFrame:
    return _rows(
        [
            {
                "Verdict": UNREAD,
                "Fichier": entry.file,
                "Message": " ; ".join(filter(None, (entry.reason, entry.remedy))),
            }
            for entry in report.unread
            if entry.sheet is None
        ]
    )
