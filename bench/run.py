"""Side by side in one run: `a9 check` against what only loading the same workbook costs, `a9 --help` against click.

    python bench/run.py [--rows 100000] [--runs 5]

Medians of whole processes, alternated so that a slow moment of the machine falls on all of them.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from workbook import write_workbook

DATA = Path(__file__).parent / "data"
LOAD = (
    "import sys, fastexcel; print(fastexcel.read_excel(sys.argv[1]).load_sheet(0, dtypes='string').to_polars().shape)"
)


def median_times(commands: dict[str, list[str]], runs: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            start = time.perf_counter()
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
            times[name].append(time.perf_counter() - start)
            if done.returncode not in (0, 1):
                raise SystemExit(f"{name}: exit {done.returncode}\n{done.stderr.decode()}")
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    DATA.mkdir(exist_ok=True)
    book = DATA / f"actes-{arguments.rows}.xlsx"
    if not book.exists():
        write_workbook(book, arguments.rows)
    python = sys.executable
    measured = median_times(
        {
            "load": [python, "-c", LOAD, str(book)],
            "check": [python, "-m", "a9", "check", str(book), "--format", "json", "-o", str(DATA / "report.json")],
            "click": [python, "-c", "import click"],
            "help": [python, "-m", "a9", "--help"],
        },
        arguments.runs,
    )
    check, load = measured["check"], measured["load"]
    print(f"{arguments.rows} acts x 14 columns, medians of {arguments.runs} runs")
    print(f"  fastexcel to polars   {load:6.2f} s")
    print(f"  a9 check              {check:6.2f} s   ratio {check / load:.2f}")
    print(f"  import click          {measured['click']:6.3f} s")
    print(f"  a9 --help             {measured['help']:6.3f} s   ratio {measured['help'] / measured['click']:.2f}")


if __name__ == "__main__":
    main()
