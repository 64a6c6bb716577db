"""Large files of acts, seeded: an ordinary workbook (about 3 % of findings), the same as CSV, one all at fault."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HEADINGS = (
    "Date de soins", "Heure", "Praticien", "Spécialité", "Secteur", "Patient", "Date de naissance",
    "Code acte", "Quantité", "Montant", "Dépassement", "Date de paiement", "N° facture", "Médecin traitant",
)  # fmt: skip
ACTS = (("G", 25), ("TCG", 25), ("VL", 60), ("TE2", 20), ("RQD", 10), ("MCG", 5), ("MD", 10), ("MPH", 60))
WEIGHTS = (70, 8, 1, 3, 3, 6, 6, 1)


def acts(rows: int) -> Iterator[tuple[Any, ...]]:
    """`rows` acts of 2022-2023; one doctor per 6,000 of them."""
    chance = random.Random(9)
    first = date(2022, 4, 1)
    for number in range(rows):
        doctor = number // 6_000
        code, amount = chance.choices(ACTS, WEIGHTS)[0]
        day = first + timedelta(days=chance.randrange(570))
        patient = chance.randrange(1_500) if code in ("G", "TCG", "MCG", "MD") else chance.randrange(60)
        overcharge = 5 if chance.random() < 0.01 else 0
        yield (
            datetime.combine(day, time()),
            f"{chance.randrange(8, 19):02d}:{chance.randrange(0, 60, 5):02d}",
            f"1000{doctor:07d}",
            "01",
            "1",
            f"P{patient:05d}",
            datetime.combine(date(1930, 1, 1) + timedelta(days=patient * 18), time()),
            code,
            1,
            amount + overcharge + (chance.random() < 0.02),
            overcharge,
            datetime.combine(day + timedelta(days=12), time()),
            f"F{number:07d}",
            "oui" if chance.random() < 0.8 and code != "MCG" else "non",  # no MCG by the patient's own doctor
        )


def at_fault(rows: int) -> Iterator[tuple[Any, ...]]:
    """As many téléexpertises, each with an overcharge, which none admits."""
    for number in range(rows):
        day = datetime(2022, 4, 1) + timedelta(days=number % 570)
        paid = day + timedelta(days=12)
        doctor, patient = f"1000{number // 6_000:07d}", f"P{number:07d}"
        born = datetime(1950, 1, 1)
        yield day, "10:00", doctor, "01", "1", patient, born, "TE2", 1, 25, 5, paid, f"F{number:07d}", "non"


def write_workbook(path: Path, rows: Iterator[tuple[Any, ...]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Actes")
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append(row)
    book.save(path)


def write_csv(path: Path, rows: Iterator[tuple[Any, ...]]) -> None:
    """As French programs export: `;`, UTF-8, `JJ/MM/AAAA`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow(HEADINGS)
        lines.writerows(
            [cell.strftime("%d/%m/%Y") if isinstance(cell, datetime) else cell for cell in row] for row in rows
        )


_TYPES = {
    "Date de soins": "datetime",
    "Date de naissance": "datetime",
    "Date de paiement": "datetime",
    "Quantité": "integer",
    "Montant": "number",
    "Dépassement": "number",
}
#: What a validator of tables asks for.
TABLE_SCHEMA = {"fields": [{"name": heading, "type": _TYPES.get(heading, "string")} for heading in HEADINGS]}
