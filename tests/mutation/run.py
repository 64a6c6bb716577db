"""Mutation run: `python tests/mutation/run.py [MODULE]… [--most N]`, as `[tool.mutation]` of pyproject.toml says.

cosmic-ray makes the mutants, in a copy of the sources, so that an interrupted run leaves nothing behind. Each is
tried with the tests that stand for its module, in a fork of a process that has loaded the libraries, and of the
program only layers below the module. The test that noticed the last mutant goes first. Random tests draw the same
data each time and have no time limit of their own, so that no mutant dies by chance. Forks and limits of processor
time are those of Linux and macOS.

Passed over, because no test of what the program does could tell them apart:

- annotations, which nothing evaluates, and what stands under `if TYPE_CHECKING`;
- what only asserts: `assert`, `strict=` of `zip`, `frozen=` of a record. They guard against a wrong
  program, and would not speak in a right one;
- `@cache` taken away: the same results, later;
- `is` for `==` and `==` for `is`: of None, True, False and interned values they say the same, and ruff refuses them;
- exchanges of an operator that no hand would type (`+` for `**`): any test would notice, and they are many;
- what Python refuses to read, and what reads the same.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import json
import math
import os
import pickle
import random
import re
import resource
import select
import shlex
import shutil
import signal
import sys
import tempfile
import tomllib
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator, operator_names
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
#: Loaded before the forks, which need not do it again.
LIBRARIES = ("fastexcel", "holidays", "jinja2", "openpyxl", "polars", "pydantic", "tabulate", "xlrd")
#: Of the program: what `kinds`, `forfait` and `measures` stand on, and what imports nothing of them.
LAYERS_BELOW = ("avenant9.acts.load", "avenant9.law.cnam", "avenant9.law.hours", "avenant9.law.nomenclature")
COPIED = ("core", "cli", "tests", "fixtures", "man", "docs", "pyproject.toml")
#: Exchanges of binary operators that are tried; of comparisons, all are.
BINARY = {
    "Add_Sub",
    "Sub_Add",
    "Mul_FloorDiv",
    "FloorDiv_Mul",
    "Div_Mul",
    "Mod_FloorDiv",
    "BitOr_BitAnd",
    "BitAnd_BitOr",
}

#: Seconds after which a run that computes nothing is taken for stuck.
_STUCK = 600

Position = tuple[int, int]
Span = tuple[Position, Position]


@dataclass(frozen=True)
class Mutant:
    """A change of a module, by the operator that makes it."""

    start: Position
    operator: str
    occurrence: int
    source: str


def main() -> int:
    """Tries the mutants, prints the survivors and a line per module; 1 when a mutant survives."""
    asked_of = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutation"]
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(asked_of["modules"]))
    asked.add_argument("--most", type=int, help="mutants tried of each module, drawn with a fixed seed")
    options = asked.parse_args()
    unknown = set(options.modules) - set(asked_of["modules"])
    if unknown:
        asked.error(f"no tests named for {', '.join(sorted(unknown))} in pyproject.toml")
    os.environ["POLARS_MAX_THREADS"] = "1"
    for name in LIBRARIES:
        importlib.import_module(name)
    lines = []
    for module in options.modules or asked_of["modules"]:
        made, tried, survivors = apart(module, asked_of["modules"][module], options.most)
        lines.append(f"{module}: {tried} mutants of {made}, {tried - survivors} killed, {survivors} survived")
        print(lines[-1], flush=True)  # noqa: T201
    if len(lines) > 1:
        print("", *lines, sep="\n", flush=True)  # noqa: T201
    return int(any(not line.endswith(" 0 survived") for line in lines))


def apart(module: str, tests: list[str], most: int | None) -> list[int]:
    """What `run` counts, of a process of its own: it loads parts of the program that the next module may change."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        try:
            os.write(writing, json.dumps(run(module, tests, most)).encode())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        counts = told.read()
    os.waitpid(child, 0)
    if not counts:
        raise SystemExit(f"{module}: not tried")
    found: list[int] = json.loads(counts)
    return found


def run(module: str, tests: list[str], most: int | None) -> tuple[int, int, int]:
    """Mutants, those tried, and survivors of one module."""
    with tempfile.TemporaryDirectory(prefix="a9-mutants-") as folder:
        tree = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, tree / name)
        path = tree / "core" / "avenant9" / module
        code = path.read_text(encoding="utf-8")
        every = sorted(mutants(code), key=lambda one: (one.start, one.operator, one.occurrence))
        sys.path[:0] = [str(tree / "core"), str(tree / "cli")]
        for name in LAYERS_BELOW if "/" in module else ():
            importlib.import_module(name)
        order, survivors = Order(), 0
        if tried(tree, tests, order, None):
            raise SystemExit(f"{module}: the tests fail with nothing changed: {' '.join(tests)}")
        limit = 3 + 3 * math.ceil(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            compiled.unlink()
        asked = every if most is None or len(every) <= most else random.Random(7).sample(every, most)
        for mutant in asked:
            path.write_text(mutant.source, encoding="utf-8")
            if not tried(tree, tests, order, limit):
                survivors += 1
                tell(module, mutant, code)
        return len(every), len(asked), survivors


def mutants(source: str) -> Iterator[Mutant]:
    silent, before = list(unseen(source)), ast.dump(ast.parse(source))
    tree = get_ast(source)
    kept = pickle.dumps(tree)
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments() or not worth_it(name):
            continue
        starts = [start for node in ast_nodes(tree) for start, _ in operator().mutation_positions(node)]
        for occurrence, start in enumerate(starts):
            if any(first <= tuple(start) < last for first, last in silent):
                continue
            after = MutationVisitor(occurrence, operator()).walk(pickle.loads(kept)).get_code()
            with suppress(SyntaxError):
                if ast.dump(ast.parse(after)) != before:
                    yield Mutant(tuple(start), name, occurrence, after)


class Order:
    """pytest plugin: the tests that failed before go first, and the first that fails is kept."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.writing = -1

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        places = {name: place for place, name in enumerate(self.failed)}
        items.sort(key=lambda item: places.get(item.nodeid, len(places)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self.writing, report.nodeid.encode())


def tried(tree: Path, tests: list[str], order: Order, limit: int | None) -> bool:
    """Whether the tests notice what was changed in the tree; they have, after so many seconds of the processor."""
    reading, order.writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        in_child(tree, tests, order, limit)
    os.close(order.writing)
    try:
        if not select.select([reading], [], [], _STUCK)[0]:
            os.kill(child, signal.SIGKILL)
        failed = os.read(reading, 10_000).decode()
        _, status = os.waitpid(child, 0)
    finally:
        os.close(reading)
    if failed:
        order.failed = [failed, *(name for name in order.failed if name != failed)]
    return status != 0


def in_child(tree: Path, tests: list[str], order: Order, limit: int | None) -> None:
    """Runs the tests and ends the process. Without a limit nothing is changed: what is compiled can be kept."""
    status = 1
    try:
        os.chdir(tree)
        os.environ |= {
            "PYTHONPATH": "core:cli",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        sys.dont_write_bytecode = limit is not None
        slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
        settings.register_profile(
            "mutants", derandomize=True, database=None, deadline=None, suppress_health_check=slow
        )
        settings.load_profile("mutants")
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
        words = [word for test in tests for word in shlex.split(test)]
        status = int(
            pytest.main(
                ["-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:warnings", *words], plugins=[order]
            )
        )
    finally:
        os._exit(status)


def tell(module: str, mutant: Mutant, before: str) -> None:
    """Prints a survivor as a difference of sources."""
    told = difflib.unified_diff(before.splitlines(), mutant.source.splitlines(), lineterm="", n=0)
    lines = [line for line in told if not line.startswith(("---", "+++", "@@"))]
    print(f"survived: {module}:{mutant.start[0]} {mutant.operator}", *lines, sep="\n", flush=True)  # noqa: T201


def worth_it(operator: str) -> bool:
    found = re.fullmatch("core/ReplaceBinaryOperator_(.+)", operator)
    if found and found[1] not in BINARY:
        return False
    same = "core/ReplaceComparisonOperator_((?!Is).+_Is(Not)?|Is_Eq|IsNot_NotEq)"
    return not re.fullmatch(same, operator)


def unseen(source: str) -> Iterator[Span]:
    """Where annotations, assertions and caches stand."""
    for node in ast.walk(ast.parse(source)):
        found: list[ast.AST | None] = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            found.append(node)
        if isinstance(node, ast.Assert) or (isinstance(node, ast.keyword) and node.arg in ("strict", "frozen")):
            found.append(node)
        for decorator in getattr(node, "decorator_list", ()):
            if isinstance(decorator, ast.Name) and decorator.id == "cache":
                yield (decorator.lineno, decorator.col_offset - 1), (decorator.lineno, decorator.end_col_offset or 0)
        for one in found:
            if isinstance(one, ast.AST):
                yield (one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
