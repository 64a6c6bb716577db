"""The short form of `make bench`: every part runs and prints its line; no time is judged here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[1] / "bench" / "run.py"


def test_every_part_of_the_bench_runs() -> None:
    parts = "xlsx,csv,growth,fault,help"
    command = [sys.executable, str(BENCH), "--rows", "1000", "--runs", "1", "--only", parts]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if not line.startswith("  writing")]
    assert lines[0].startswith("1,000 acts x 14 columns, medians of 1 runs")
    # a year of téléexpertises alone is over the ceiling too: two findings on the practitioner
    assert [re.split(r"\s{2,}", line.strip())[0] for line in lines[1:]] == [
        "xlsx: fastexcel to polars",
        "xlsx: a9 check",
        "csv: polars.read_csv",
        "csv: a9 check",
        "growth: 100 acts",
        "growth: 1,000 acts",
        "every row a finding (1,002)",
        "import click",
        "a9 --help",
    ]
