"""The report as CSV: one line per finding, rule not verified, row rejected or not counted, file not read."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from avenant9.documents import sentences
from avenant9.documents.check import source_columns
from avenant9.documents.headings import missing_words
from avenant9.french import day, money
from avenant9.model import NotCounted, Rejected, Verdict
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
    beside = pl.DataFrame([*_beside(report)], schema=dict.fromkeys(HEADINGS, pl.String()))
    return lines(HEADINGS, [table, beside], numbers=("Ligne", "Montant", "En jeu"))


def _beside(report: Report) -> Iterator[dict[str, str | None]]:
    """What is no finding, by heading, under a verdict of its own."""
    for rule in report.unverifiable:
        message = f"{counted(rule.acts, 'acte')} : {missing_words(rule.missing, report.columns)}"
        yield {"Règle": rule.rule, "Verdict": Verdict.UNVERIFIABLE.french, "Message": message}
    for row in report.rejected:
        message = f"{row.cell} : {row.reason}" if row.cell else row.reason
        yield {"Verdict": REJECTED, **_spot(row), "Message": message}
    for line in report.not_counted:
        message = f"{sentences.status(line.status)} : la ligne n'entre dans aucun compte"
        yield {"Verdict": NOT_COUNTED, **_spot(line), "Message": message}
    for file in report.unread:
        if file.sheet is None:
            yield {"Verdict": UNREAD, "Fichier": file.file, "Message": sentences.why_unread(file)}


def _spot(entry: Rejected | NotCounted) -> dict[str, str | None]:
    return {"Fichier": entry.file, "Feuille": entry.sheet, "Ligne": str(entry.row)}
