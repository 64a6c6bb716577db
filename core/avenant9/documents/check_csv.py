"""The report as CSV: one line per finding, rule not verified, row rejected or not counted, file not read."""

from __future__ import annotations

import polars as pl

from avenant9.documents import sentences
from avenant9.documents.check import source_columns
from avenant9.documents.headings import missing_words
from avenant9.french import day, money
from avenant9.model import Verdict
from avenant9.report.csv import lines
from avenant9.results.check import Report
from avenant9.wording import counted

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


def render(report: Report) -> bytes:
    """All findings, then rules not verified, rows rejected or not counted, files not read; UTF-8 with a BOM."""
    text, url = source_columns(report.sources)
    table = report.findings.select(
        pl.col("rule"),
        pl.col("verdict").replace(_VERDICTS),
        "file",
        "sheet",
        pl.col("row").cast(pl.String),
        day(pl.col("date")),
        "code",
        "practitioner",
        "patient",
        "invoice",
        day(pl.col("payment_date")),
        money(pl.col("amount"), ",").alias("amount"),
        money(pl.col("at_stake"), ",").alias("at_stake"),
        "message",
        text,
        url,
        "fingerprint",
    )
    tables = [table, _unverifiable(report), _rejected(report), _not_counted(report), _unread(report)]
    return lines(HEADINGS, tables, numbers=("Ligne", "Montant", "En jeu"))


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
                "Fichier": entry.file,
                "Feuille": entry.sheet,
                "Ligne": str(entry.row),
                "Message": f"{entry.cell} : {entry.reason}" if entry.cell else entry.reason,
            }
            for entry in report.rejected
        ]
    )


def _not_counted(report: Report) -> pl.DataFrame:
    return _rows(
        [
            {
                "Verdict": NOT_COUNTED,
                "Fichier": entry.file,
                "Feuille": entry.sheet,
                "Ligne": str(entry.row),
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
