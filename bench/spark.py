"""The same acts with Spark and without: a folder of parquet files, one report, two times.

    python bench/spark.py [--acts 1000000] [--files 20] [--master 'local[*]']

Reports are compared byte for byte. Needs `pip install -e '.[spark]'` and Java 17.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import polars as pl
from workbook import HEADINGS, acts

DATA = Path(__file__).parent / "data"


def write(folder: Path, rows: int, files: int) -> list[str]:
    """The acts of `workbook.acts` as parquet files, some of the patients seen by several practitioners."""
    folder.mkdir(parents=True)
    source, size = acts(rows), -(-rows // files)
    for number in range(files):
        lines = [
            [f"{cell:%Y-%m-%d}" if hasattr(cell, "year") else cell for cell in row] for row in islice(source, size)
        ]
        frame = pl.DataFrame(lines, schema=list(HEADINGS), orient="row")
        patient = pl.format("{}-{}", "Patient", pl.col("Praticien").str.slice(4).cast(pl.Int64) // 3)
        frame.with_columns(patient.alias("Patient")).write_parquet(folder / f"{number:05}.parquet")
    return sorted(map(str, folder.glob("*.parquet")))


def timed(words: list[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "a9", "check", *words], stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--acts", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--master", default="local[*]")
    arguments = parser.parse_args()
    folder = DATA / f"parquet-{arguments.acts}-{arguments.files}"
    files = sorted(map(str, folder.glob("*.parquet"))) or write(folder, arguments.acts, arguments.files)
    alone, spread = DATA / "polars.json", DATA / "spark.json"
    words = ["--as-of", "2024-06-30", "--quiet", "-o"]
    polars = timed([*files, *words, str(alone)])
    spark = timed([str(folder), "--engine", "spark", "--master", arguments.master, *words, str(spread)])
    same = alone.read_bytes() == spread.read_bytes()
    print(f"{arguments.acts} acts in {len(files)} files, {arguments.master}, reports {'equal' if same else 'DIFFER'}")
    print(f"  a9 check                 {polars:7.1f} s")
    print(f"  a9 check --engine spark  {spark:7.1f} s   ratio {spark / polars:.2f}")
    if not same:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
