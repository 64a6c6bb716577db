"""Every command that reads something, once, with words that a process can be given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
YEAR, CLEAN, SHIFTS = (
    FIXTURES / "annee_cabinet.xlsx",
    FIXTURES / "cabinet_conforme.csv",
    FIXTURES / "annee_mesures.xlsx",
)
RECEIPTS = FIXTURES / "encaissements"
PRACTICE = FIXTURES / "practices" / "cabinet_2022.toml"
DATED = ("--as-of", "2024-01-15")
COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check", str(YEAR), *DATED, "--profile", "interne"),
    "check-ods": ("check", str(FIXTURES / "dirty" / "classeur.ods"), *DATED),
    "explain": ("explain", str(YEAR), "--at", "Généraliste!12", *DATED),
    "columns": ("columns", str(YEAR)),
    "threshold-show": ("threshold", "show", str(YEAR), *DATED),
    "threshold-request": (
        "threshold",
        "request",
        str(YEAR),
        "--practitioner",
        "10001234567",
        *DATED,
    ),
    "forfait-simulate": ("forfait", "simulate", str(PRACTICE), "--what-if", *DATED),
    "forfait-explain": ("forfait", "explain", "taux_dmp", "--year", "2022"),
    "measures-list": ("measures", "list", "--on", "2022-09-30"),
    "measures-show": ("measures", "show", "snp", *DATED),
    "measures-simulate": ("measures", "simulate", str(SHIFTS), *DATED),
    "reconcile": (
        "reconcile",
        str(RECEIPTS / "actes_2023.csv"),
        "--year",
        "2023",
        "--payments",
        str(RECEIPTS / "banque.csv"),
        "--fec",
        str(RECEIPTS / "123456789FEC20231231.txt"),
        *DATED,
    ),
    "rules-list": ("rules", "list"),
    "rules-show": ("rules", "show", "frequence/te2-annuelle"),
    "template": ("template", "acts"),
    "version": ("--version",),
}
#: Those that write the five formats.
WRITTEN = ("check", "explain", "threshold-show", "forfait-simulate", "measures-simulate", "reconcile")


def process(*words: str, cwd: Path, first: Path | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own; `first` stands before the sources on the path, for its children too."""
    paths = [str(first)] if first else []
    paths += [str(ROOT / "core"), str(ROOT / "cli")]
    clean = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR", "LC_ALL", "LANG"}}
    given = {**clean, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8", **env}
    return subprocess.run(
        [sys.executable, "-m", "a9", *words], capture_output=True, cwd=cwd, env=given, check=False, timeout=120
    )
