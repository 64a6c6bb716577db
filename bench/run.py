"""What `a9 check` costs beside the mere loading of the same file: ratios of medians, all in one run.

    python bench/run.py [--rows 1000000] [--runs 3] [--only xlsx,csv,growth,fault,frictionless,help]

Whole processes, alternated so that a slow moment of the machine falls on all of them. Memory is the greatest sum,
over a process and its children, of what each holds (proportional set size), where the system tells it; it is looked
at in a run of its own, since the looking slows those that hold much.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from workbook import TABLE_SCHEMA, acts, at_fault, write_csv, write_workbook

DATA = Path(__file__).parent / "data"
REPORT = DATA / "report.json"
PYTHON = sys.executable
LOAD = (
    "import sys, fastexcel; print(fastexcel.read_excel(sys.argv[1]).load_sheet(0, dtypes='string').to_polars().shape)"
)
READ_CSV = "import sys, polars; print(polars.read_csv(sys.argv[1], separator=';', infer_schema=False).shape)"
FRICTIONLESS = (
    "import json, sys, frictionless;"
    "frictionless.system.trusted = True;"  # else it refuses a whole path
    "schema = frictionless.Schema.from_descriptor(json.load(open(sys.argv[2])));"
    "resource = frictionless.resources.TableResource(path=sys.argv[1], schema=schema);"
    "report = frictionless.validate(resource);"
    "print(report.stats, report.errors);"
    "sys.exit(report.tasks[0].stats['rows'] < int(sys.argv[3]) and 2)"
)
PARTS = ("xlsx", "csv", "growth", "fault", "frictionless", "help")


@dataclass(frozen=True)
class Cost:
    """Seconds, the median over the runs, and MiB where they could be read."""

    seconds: float
    memory: float | None


def measured(commands: dict[str, list[str]], runs: int, *, weigh: bool = True) -> dict[str, Cost]:
    """Each command as often as `runs`, in turn, and to `weigh` it once more."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            seconds[name].append(_timed(name, command))
    return {
        name: Cost(statistics.median(seconds[name]), (weigh and _weighed(commands[name])) or None)
        for name in commands
    }


def _timed(name: str, command: list[str]) -> float:
    REPORT.unlink(missing_ok=True)
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    seconds = time.perf_counter() - start
    if done.returncode not in ((0, 1) if REPORT.exists() else (0,)):  # 1: there are findings
        raise SystemExit(f"{name}: exit {done.returncode}\n{done.stderr.decode()}")
    return seconds


def _weighed(command: list[str]) -> float:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _held(process.pid))
        time.sleep(0.02)
    return peak


def _held(pid: int) -> float:
    """MiB of a process and its children; 0 where the system does not tell."""
    total, waiting = 0, [pid]
    while waiting:
        one = Path("/proc", str(waiting.pop()))
        try:
            for task in (one / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
            lines = (one / "smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, ValueError):
            continue
    return total / 1024


def file(name: str, rows: int) -> Path:
    """A generated file, made on first use."""
    DATA.mkdir(exist_ok=True)
    path = DATA / name.format(rows=rows)
    if not path.exists():
        print(f"  writing {path.name}...", flush=True)
        source = at_fault(rows) if "fautifs" in name else acts(rows)
        (write_csv if path.suffix == ".csv" else write_workbook)(path, source)
    return path


def check(path: Path) -> list[str]:
    out = ["--format", "json", "-o", str(REPORT)]
    return [PYTHON, "-m", "a9", "check", str(path), *out, "--as-of", "2024-06-01"]


def line(what: str, cost: Cost, beside: Cost | None = None) -> None:
    """One line of the table: seconds, memory, and the ratios to another line."""
    memory = "" if cost.memory is None else f"{cost.memory:7.0f} MiB"
    ratios = ""
    if beside is not None:
        ratios = f"   time x {cost.seconds / beside.seconds:.2f}"
        if cost.memory and beside.memory:
            ratios += f", memory x {cost.memory / beside.memory:.2f}"
    print(f"  {what:<38}{cost.seconds:8.2f} s {memory}{ratios}", flush=True)


def bench_xlsx(rows: int, runs: int) -> None:
    path = file("actes-{rows}.xlsx", rows)
    costs = measured({"load": [PYTHON, "-c", LOAD, str(path)], "check": check(path)}, runs)
    line("xlsx: fastexcel to polars", costs["load"])
    line("xlsx: a9 check", costs["check"], costs["load"])


def bench_csv(rows: int, runs: int) -> None:
    path = file("actes-{rows}.csv", rows)
    costs = measured({"load": [PYTHON, "-c", READ_CSV, str(path)], "check": check(path)}, runs)
    line("csv: polars.read_csv", costs["load"])
    line("csv: a9 check", costs["check"], costs["load"])


def bench_growth(rows: int, runs: int) -> None:
    tenth, whole = (file("actes-{rows}.xlsx", count) for count in (rows // 10, rows))
    costs = measured({"tenth": check(tenth), "whole": check(whole)}, runs)
    line(f"growth: {rows // 10:,} acts", costs["tenth"])
    line(f"growth: {rows:,} acts", costs["whole"], costs["tenth"])


def bench_fault(rows: int, _runs: int) -> None:
    path = file("fautifs-{rows}.csv", rows)
    costs = measured({"fault": check(path)}, 1)
    result = json.loads(REPORT.read_bytes())
    overcharged = {entry["row"] for entry in result["findings"] if entry["rule"] == "tarif/sans-depassement"}
    if len(overcharged) != rows:
        raise SystemExit(f"every row a finding: {len(overcharged)} rows named, of {rows}")
    line(f"every row a finding ({len(result['findings']):,})", costs["fault"])


def bench_frictionless(rows: int, _runs: int) -> None:
    if find_spec("frictionless") is None:
        print("  frictionless: not measured (pip install 'avenant9[bench]')")
        return
    path, described = file("actes-{rows}.xlsx", rows), DATA / "schema.json"
    described.write_text(json.dumps(TABLE_SCHEMA), encoding="utf-8")
    validate = [PYTHON, "-c", FRICTIONLESS, str(path), str(described), str(rows)]
    costs = measured({"check": check(path), "frictionless": validate}, 1, weigh=False)
    line("xlsx: a9 check", costs["check"])
    line("xlsx: frictionless validate", costs["frictionless"], costs["check"])


def bench_help(_rows: int, runs: int) -> None:
    commands = {"click": [PYTHON, "-c", "import click"], "help": [PYTHON, "-m", "a9", "--help"]}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(3 * runs):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            times[name].append(time.perf_counter() - start)
    costs = {name: Cost(statistics.median(values), None) for name, values in times.items()}
    line("import click", costs["click"])
    line("a9 --help", costs["help"], costs["click"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, apart by commas")
    chosen = parser.parse_args()
    print(
        f"{chosen.rows:,} acts x 14 columns, medians of {chosen.runs} runs; "
        f"{os.cpu_count()} cores, Python {platform.python_version()}"
    )
    for part in chosen.only.split(","):
        globals()[f"bench_{part}"](chosen.rows, chosen.runs)


if __name__ == "__main__":
    main()
