"""A large workbook of acts, seeded: about 3 % of the rows break a rule."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from pathlib import Path

from openpyxl import Workbook

HEADINGS = (
    "Date de soins", "Heure", "Praticien", "Spécialité", "Secteur", "Patient", "Date de naissance",
    "Code acte", "Quantité", "Montant", "Dépassement", "Date de paiement", "N° facture", "Médecin traitant",
)  # fmt: skip
ACTS = (("G", 25), ("TCG", 25), ("VL", 60), ("TE2", 20), ("RQD", 10), ("MCG", 5), ("MD", 10), ("MPH", 60))
WEIGHTS = (70, 8, 1, 3, 3, 6, 6, 1)


def write_workbook(path: Path, rows: int) -> None:
    """Writes `rows` acts of 2022-2023; one doctor per 6,000 of them."""
    chance = random.Random(9)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Actes")
    sheet.append(HEADINGS)
    first = date(2022, 4, 1)
    for number in range(rows):
        doctor = number // 6_000
        code, amount = chance.choices(ACTS, WEIGHTS)[0]
        day = first + timedelta(days=chance.randrange(570))
        patient = chance.randrange(1_500) if code in ("G", "TCG", "MCG", "MD") else chance.randrange(60)
        overcharge = 5 if chance.random() < 0.01 else 0
        sheet.append(
            (
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
                "oui" if chance.random() < 0.8 else "non",
            )
        )
    book.save(path)
