"""The short form of `make bench`: every part runs and prints its line; no time is judged here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from avenant9.reading.read import read_file

BENCH = Path(__file__).parents[1] / "bench"


def test_every_part_of_the_bench_runs() -> None:
    parts = "xlsx,empty,shared,ods,tenth,csv,growth,fault,firm,help"
    command = [sys.executable, str(BENCH / "run.py"), "--rows", "1000", "--runs", "1", "--only", parts]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if not line.startswith("  writing")]
    assert lines[0].startswith("1,000 acts x 14 columns, medians of 1 runs")
    # a year of téléexpertises alone is over the ceiling too: two findings on the practitioner
    assert [re.split(r"\s{2,}", line.strip())[0] for line in lines[1:]] == [
        "xlsx: fastexcel to polars",
        "xlsx: a9 check",
        "xlsx, empty texts: fastexcel to polars",
        "xlsx, empty texts: a9 check",
        "xlsx of Excel: fastexcel to polars",
        "xlsx of Excel: a9 check",
        "ods, 200 acts: fastexcel to polars",
        "ods, 200 acts: a9 check",
        "xlsx, 100 acts: fastexcel to polars",
        "xlsx, 100 acts: a9 check",
        "csv: polars.read_csv",
        "csv: a9 check",
        "growth: 100 acts",
        "growth: 1,000 acts",
        "every row a finding (1,002)",
        "3 clients of 10 acts: fastexcel",
        "3 clients of 10 acts: a9 check",
        "import click",
        "a9 --help",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what processes hold")
def test_what_a_command_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    from run import _weighed

    held = _weighed([sys.executable, "-c", "held = bytearray(64 * 2**20); import time; time.sleep(0.3)"])
    assert 64 < held < 128


def test_a_ratio_beyond_its_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    from run import Cost, Line  # a script, not a package

    floor = Cost(2.0, 2.0, 100.0)
    assert Line("within", Cost(3.0, 9.0, 130.0), floor, 1.5, 1.3).passed() == []
    assert Line("beyond", Cost(3.1, 2.0, 150.0), floor, 1.5, 1.3).passed() == [
        "beyond: time x 1.55, at most 1.5",
        "beyond: memory x 1.50, at most 1.3",
    ]
    assert str(Line("within", Cost(3.0, 9.0), floor, 1.5)).split("   ")[-1] == (
        "time x 1.50 (at most 1.5), processors x 4.50"
    )


def test_the_forms_hold_the_same_acts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What differs is how a program writes them."""
    monkeypatch.syspath_prepend(str(BENCH))
    from run import WRITERS

    tables = {}
    for name, write in WRITERS.items():
        write(tmp_path / name, 50)
        table = read_file(str(tmp_path / name))[0][0].table
        tables[name] = table.with_columns(pl.col(pl.String).str.strip_suffix(" 00:00:00"))
    plain = tables["actes-{rows}.xlsx"]
    assert len(plain) == 51
    assert tables["excel-{rows}.xlsx"].equals(plain)
    assert tables["libreoffice-{rows}.ods"].equals(plain)
    assert tables["vides-{rows}.xlsx"].select("row", "c0", "c2", "c12").equals(plain.select("row", "c0", "c2", "c12"))
