"""A document with everything that a page may hold: what its tests, with and without a browser, are given."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from avenant9.model import Verdict
from avenant9.report.document import Chart, Column, Document, Fact, Section, Series, Table

V, R, OK = Verdict.VIOLATION, Verdict.REVIEW, Verdict.OK

#: Text of a file that tries to be more than text.
HOSTILE = '</script></style><img src=x onerror="alert(1)"><script>window.hacked=1</script>\'"&{{ 7 * 7 }}{% raw %}'

FINDINGS = Table(
    columns=(
        Column("Verdict", "verdict"),
        Column("Ligne", "integer"),
        Column("Date de soins", "date"),
        Column("Code acte"),
        Column("En jeu", "euros"),
        Column("Part", "share"),
        Column("Mois", "month"),
        Column("Patient", "identifier"),
        Column("Constat"),
    ),
    rows=[
        (
            Verdict.VIOLATION,
            9,
            date(2022, 11, 3),
            "TE2",
            2000,
            Decimal("0.9"),
            date(2022, 11, 1),
            "P0007",
            "5e TE2, 4 au plus",
        ),
        (
            Verdict.VIOLATION,
            10,
            date(2023, 1, 2),
            "APC",
            123456,
            Decimal("0.20004"),
            date(2023, 1, 1),
            "P0010",
            "VG à tort",
        ),
        (
            Verdict.REVIEW,
            100,
            date(2022, 2, 28),
            "G",
            None,
            None,
            date(2022, 2, 1),
            "P0002",
            "Même acte qu'une autre ligne",
        ),
        (Verdict.REVIEW, 11, None, "VL", 500, Decimal("0.1"), date(2022, 12, 1), "P0100", "Date illisible"),
        (Verdict.VIOLATION, 12, date(2021, 12, 31), "TE1", 0, Decimal(0), date(2021, 12, 1), None, "TE1 avant l'été"),
        (Verdict.VIOLATION, 13, date(2022, 6, 1), "VG", 1000, Decimal("0.3"), date(2022, 6, 1), "P0003", "VG + MD"),
    ],
    title="Anomalies",
    total=("Total", None, None, None, 126956, None, None, None, None),
    verdicts=[V, V, R, R, V, V],
    details=["Fenêtre : 2022.\nCompté : 5, au plus 4.", "Texte : article 3", "", "Texte : article 14", "a", "b"],
    note="« En jeu » est une borne haute.",
)

MONTHS = (date(2022, 10, 1), date(2022, 11, 1), date(2022, 12, 1), date(2023, 1, 1))
SHARES = Chart(
    "Part de l'activité à distance",
    "line",
    MONTHS,
    (Series("10001234567", (Decimal("0.1"), None, Decimal("0.3"), Decimal("0.20004"))),),
    "share",
    (Series("Plafond", (Decimal("0.2"),) * 4),),
)
EUROS = Chart(
    "Euros en jeu par règle",
    "bar",
    ("frequence/te2-annuelle", "tarif/conventionnel", "donnees/doublon"),
    (Series("En jeu", (123456, 61728, None)),),
    "euros",
)
BY_MONTH = Chart(
    "Constats par mois de soins",
    "bar",
    MONTHS,
    (Series("violations", (1, 0, 3, 2), Verdict.VIOLATION), Series("doutes", (0, 2, 1, None), Verdict.REVIEW)),
    "integer",
)

DOCUMENT = Document(
    "Contrôle des actes",
    "4 anomalies, 1 269,56 € en jeu.",
    (
        Section(
            "En bref",
            ("Les actes ont été lus : tous.",),
            (
                Fact("Actes", 6296, "integer"),
                Fact("En jeu", 126956, "euros"),
                Fact("Part", None, "share"),
                Fact("Texte", "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000044096458?a=1&b=2", "url"),
            ),
            (EUROS, BY_MONTH),
        ),
        Section("Constats", tables=(FINDINGS,)),
        Section("Activité à distance", charts=(SHARES,)),
        Section("Lignes rejetées", tables=(Table((Column("Ligne", "integer"),), (), empty="Aucune ligne rejetée."),)),
        Section("Rien à dire", tables=(Table((Column("Ligne", "integer"),), ()),)),
    ),
    V,
    ("Règles à jour au 22/11/2026.",),
)


def hostile() -> Document:
    """The hostile text in every place that takes one."""
    rows = [(HOSTILE, f"javascript:{HOSTILE}", f"https://exemple.fr/{HOSTILE}")] * 6
    table = Table(
        (Column(HOSTILE), Column(HOSTILE, "url"), Column(HOSTILE, "url")),
        rows,
        HOSTILE,
        (HOSTILE, HOSTILE, HOSTILE),
        [V, R, V, R, V, R],
        [HOSTILE] * 6,
        HOSTILE,
    )
    bars = Chart(HOSTILE, "bar", (HOSTILE,), (Series(HOSTILE, (1,)),), "integer", (Series(HOSTILE, (2,)),))
    curve = Chart(HOSTILE, "line", (HOSTILE, HOSTILE), (Series(HOSTILE, (1, 2)),), "integer")
    empty = Table((Column(HOSTILE),), (), empty=HOSTILE)
    section = Section(HOSTILE, (HOSTILE,), (Fact(HOSTILE, HOSTILE),), (bars, curve), (table, empty))
    return Document(HOSTILE, HOSTILE, (section, section), V, (HOSTILE,))
