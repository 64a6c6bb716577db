"""What `a9 check` costs beside the mere loading of the same file: ratios of medians, all in one run.

    python bench/run.py [--rows 1000000] [--runs 3] [--only xlsx,empty,shared,ods,tenth,csv,growth,fault,start,...]

Whole processes, alternated so that a slow moment of the machine falls on all of them. Beside the time stands that of
the processors (all processes, user and system), which other work on the machine changes less. Memory is the greatest
sum, over a process and its children, of what each holds (proportional set size), where the system tells it; it is
looked at in a run of its own, since the looking slows those that hold much; not where one run is asked.

Where a million acts are measured, a ratio beyond its limit is exit 1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from forms import with_empty_texts, write_as_excel, write_as_libreoffice
from workbook import TABLE_SCHEMA, acts, at_fault, write_csv, write_workbook

DATA = Path(__file__).parent / "data"
REPORT = DATA / "report.json"
FIXTURES = Path(__file__).parent.parent / "fixtures"
PYTHON = sys.executable
#: The command as users have it.
A9 = shutil.which("a9", path=str(Path(PYTHON).parent)) or "a9"
#: As many acts as the limits are made for.
JUDGED = 1_000_000
LOAD = (
    "import sys, fastexcel; print(fastexcel.read_excel(sys.argv[1]).load_sheet(0, dtypes='string').to_polars().shape)"
)
LOAD_ALL = (
    "import sys, fastexcel, pathlib;"
    "print(sum(fastexcel.read_excel(path).load_sheet(0, dtypes='string').to_polars().height"
    " for path in pathlib.Path(sys.argv[1]).iterdir()))"
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


class Timed(NamedTuple):
    """Seconds of one run: on the clock, and of processors."""

    clock: float
    processors: float


@dataclass(frozen=True)
class Cost:
    """The medians over the runs, in seconds, and MiB where they could be read."""

    seconds: float
    processors: float
    memory: float | None = None


@dataclass(frozen=True)
class Line:
    """A measure, beside a floor where it has one, and how many times that it may take at most."""

    what: str
    cost: Cost
    floor: Cost | None = None
    most_time: float | None = None
    most_memory: float | None = None

    def ratios(self) -> Iterator[tuple[str, float, float | None]]:
        """What is compared, how many times the floor it is, and the limit."""
        if self.floor is None:
            return
        yield "time", self.cost.seconds / self.floor.seconds, self.most_time
        if self.floor.processors:
            yield "processors", self.cost.processors / self.floor.processors, None
        if self.cost.memory and self.floor.memory:
            yield "memory", self.cost.memory / self.floor.memory, self.most_memory

    def passed(self) -> list[str]:
        """The limits that the measure is beyond."""
        return [
            f"{self.what}: {name} x {ratio:.2f}, at most {most:g}"
            for name, ratio, most in self.ratios()
            if most is not None and ratio > most
        ]

    def __str__(self) -> str:
        memory = "" if self.cost.memory is None else f"{self.cost.memory:7.0f} MiB"
        ratios = ", ".join(
            f"{name} x {ratio:.2f}" + (f" (at most {most:g})" if most is not None else "")
            for name, ratio, most in self.ratios()
        )
        return f"  {self.what:<38}{self.cost.seconds:8.2f} s {memory:<11}   {ratios}".rstrip()


def measured(commands: dict[str, list[str]], runs: int, *, weigh: bool) -> dict[str, Cost]:
    """Each command as often as `runs`, in turn, and to `weigh` it once more."""
    times: dict[str, list[Timed]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(_timed(name, command))
    return {
        name: Cost(*map(statistics.median, zip(*times[name], strict=True)), (weigh and _weighed(command)) or None)
        for name, command in commands.items()
    }


#: As in any installation, compiled modules are kept; the first run of a command may have to make them.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _timed(name: str, command: list[str]) -> Timed:
    REPORT.unlink(missing_ok=True)
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False)
    seconds, after = time.perf_counter() - start, os.times()
    if done.returncode not in ((0, 1) if REPORT.exists() else (0,)):  # 1: there are findings
        raise SystemExit(f"{name}: exit {done.returncode}\n{done.stderr.decode()}")
    user, system = after.children_user - before.children_user, after.children_system - before.children_system
    return Timed(seconds, user + system)


def _weighed(command: list[str]) -> float:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
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


# --- the files ----------------------------------------------------------------------------------------------------

WRITERS: dict[str, Callable[[Path, int], None]] = {
    "actes-{rows}.xlsx": lambda path, rows: write_workbook(path, acts(rows)),
    "vides-{rows}.xlsx": lambda path, rows: write_workbook(path, with_empty_texts(acts(rows))),
    "excel-{rows}.xlsx": lambda path, rows: write_as_excel(path, acts(rows), rows),
    "libreoffice-{rows}.ods": lambda path, rows: write_as_libreoffice(path, acts(rows)),
    "actes-{rows}.csv": lambda path, rows: write_csv(path, acts(rows)),
    "fautifs-{rows}.csv": lambda path, rows: write_csv(path, at_fault(rows)),
}


def file(name: str, rows: int) -> Path:
    """A generated file, made on first use, and again where what makes it has changed since."""
    DATA.mkdir(exist_ok=True)
    path = DATA / name.format(rows=rows)
    changed = max(Path(__file__).with_name(maker).stat().st_mtime for maker in ("workbook.py", "forms.py"))
    if not path.exists() or path.stat().st_mtime < changed:
        print(f"  writing {path.name}...", flush=True)
        partial = path.with_name(f"partial-{path.name}")
        WRITERS[name](partial, rows)
        partial.rename(path)
    return path


def check(path: Path) -> list[str]:
    out = ["--format", "json", "-o", str(REPORT)]
    return [A9, "check", str(path), *out, "--as-of", "2024-06-01"]


# --- the parts ----------------------------------------------------------------------------------------------------


def _often(runs: int) -> int:
    """How often what is short is measured, unless one run is all that is asked."""
    return 2 * runs + 1 if runs > 1 else 1


def _workbook(what: str, path: Path, runs: int, most_time: float, most_memory: float | None = None) -> list[Line]:
    """A workbook checked, beside the mere loading of it."""
    costs = measured({"load": [PYTHON, "-c", LOAD, str(path)], "check": check(path)}, runs, weigh=runs > 1)
    return [
        Line(f"{what}: fastexcel to polars", costs["load"]),
        Line(f"{what}: a9 check", costs["check"], costs["load"], most_time, most_memory),
    ]


def bench_xlsx(rows: int, runs: int) -> list[Line]:
    return _workbook("xlsx", file("actes-{rows}.xlsx", rows), runs, 1.5, 1.3)


def bench_empty(rows: int, runs: int) -> list[Line]:
    return _workbook("xlsx, empty texts", file("vides-{rows}.xlsx", rows), runs, 1.5, 1.3)


def bench_shared(rows: int, runs: int) -> list[Line]:
    return _workbook("xlsx of Excel", file("excel-{rows}.xlsx", rows), runs, 1.5, 1.3)


def bench_ods(rows: int, runs: int) -> list[Line]:
    return _workbook(f"ods, {rows // 5:,} acts", file("libreoffice-{rows}.ods", rows // 5), runs, 4)


def bench_tenth(rows: int, runs: int) -> list[Line]:
    return _workbook(f"xlsx, {rows // 10:,} acts", file("actes-{rows}.xlsx", rows // 10), _often(runs), 2)


def bench_csv(rows: int, runs: int) -> list[Line]:
    path = file("actes-{rows}.csv", rows)
    costs = measured(
        {"load": [PYTHON, "-c", READ_CSV, str(path)], "check": check(path)}, _often(runs), weigh=runs > 1
    )
    return [Line("csv: polars.read_csv", costs["load"]), Line("csv: a9 check", costs["check"], costs["load"], 6)]


def bench_growth(rows: int, runs: int) -> list[Line]:
    tenth, whole = (file("actes-{rows}.xlsx", count) for count in (rows // 10, rows))
    costs = measured({"tenth": check(tenth), "whole": check(whole)}, runs, weigh=runs > 1)
    return [
        Line(f"growth: {rows // 10:,} acts", costs["tenth"]),
        Line(f"growth: {rows:,} acts", costs["whole"], costs["tenth"], 11),
    ]


def bench_fault(rows: int, runs: int) -> list[Line]:
    path = file("fautifs-{rows}.csv", rows)
    costs = measured({"fault": check(path)}, 1, weigh=runs > 1)
    result = json.loads(REPORT.read_bytes())
    overcharged = {entry["row"] for entry in result["findings"] if entry["rule"] == "tarif/sans-depassement"}
    if len(overcharged) != rows:
        raise SystemExit(f"every row a finding: {len(overcharged)} rows named, of {rows}")
    return [Line(f"every row a finding ({len(result['findings']):,})", costs["fault"])]


def bench_frictionless(rows: int, _runs: int) -> list[Line]:
    if find_spec("frictionless") is None:
        print("  frictionless: not measured (pip install 'avenant9[bench]')")
        return []
    path, described = file("actes-{rows}.xlsx", rows), DATA / "schema.json"
    described.write_text(json.dumps(TABLE_SCHEMA), encoding="utf-8")
    validate = [PYTHON, "-c", FRICTIONLESS, str(path), str(described), str(rows)]
    costs = measured({"check": check(path), "frictionless": validate}, 1, weigh=False)
    return [
        Line("xlsx: frictionless validate", costs["frictionless"]),
        Line("xlsx: a9 check, beside frictionless", costs["check"], costs["frictionless"], 1 / 20),
    ]


def bench_firm(rows: int, runs: int) -> list[Line]:
    """A firm's clients into one workbook, beside the mere reading of the same files in one process."""
    count, each = (40, 2_300) if rows >= JUDGED else (3, rows // 100)
    folder = DATA / f"clients-{count}-{each}"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        place = folder / f"client{number:02}.xlsx"
        if not place.exists():
            write_workbook(place, islice(acts(each * (number + 1)), each * number, None))
    out = ["--format", "xlsx", "-o", str(REPORT), "--as-of", "2024-06-01"]
    check_all = [A9, "check", str(folder), *out]
    costs = measured({"load": [PYTHON, "-c", LOAD_ALL, str(folder)], "check": check_all}, runs, weigh=runs > 1)
    what = f"{count} clients of {each:,} acts"
    return [Line(f"{what}: fastexcel", costs["load"]), Line(f"{what}: a9 check", costs["check"], costs["load"])]


TWO_ROWS = "Date de soins;Code acte;Montant;Patient\n01/03/2023;G;25,00;A\n02/03/2023;G;25,00;B\n"


def bench_start(_rows: int, runs: int) -> list[Line]:
    """What small things cost, beside the import of what every check reads tables with."""
    DATA.mkdir(exist_ok=True)
    two_rows = DATA / "deux-lignes.csv"
    two_rows.write_text(TWO_ROWS, encoding="utf-8")
    commands = {
        "import polars": [PYTHON, "-c", "import polars"],
        "a9 --version": [A9, "--version"],
        "a9 forfait simulate": [A9, "forfait", "simulate", str(FIXTURES / "practices" / "cabinet_2022.toml")],
        "a9 check, two rows": check(two_rows),
        "a9 check, a practice year": check(FIXTURES / "annee_cabinet.xlsx"),
    }
    costs = measured(commands, 3 * runs, weigh=False)
    floor = costs.pop("import polars")
    most = {"a9 --version": 1.0, "a9 check, two rows": 2.2}
    lines = [Line(what, cost, floor, most.get(what)) for what, cost in costs.items()]
    return [Line("import polars", floor), *lines]


def bench_help(_rows: int, runs: int) -> list[Line]:
    commands = {"click": [PYTHON, "-c", "import click"], "help": [A9, "--help"]}
    costs = measured(commands, 3 * runs, weigh=False)
    return [Line("import click", costs["click"]), Line("a9 --help", costs["help"], costs["click"], 1.5)]


PARTS: dict[str, Callable[[int, int], list[Line]]] = {
    "xlsx": bench_xlsx,
    "empty": bench_empty,
    "shared": bench_shared,
    "ods": bench_ods,
    "tenth": bench_tenth,
    "csv": bench_csv,
    "growth": bench_growth,
    "fault": bench_fault,
    "frictionless": bench_frictionless,
    "firm": bench_firm,
    "start": bench_start,
    "help": bench_help,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=JUDGED)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, apart by commas")
    chosen = parser.parse_args()
    print(
        f"{chosen.rows:,} acts x 14 columns, medians of {chosen.runs} runs or more; "
        f"{os.cpu_count()} cores, Python {platform.python_version()}"
    )
    passed = list[str]()
    for part in chosen.only.split(","):
        for line in PARTS[part](chosen.rows, chosen.runs):
            print(line, flush=True)
            passed += line.passed()
    if passed and chosen.rows >= JUDGED:
        raise SystemExit("\n".join(["beyond their limits:", *passed]))


if __name__ == "__main__":
    main()
