"""Mutation run: `python tests/mutation/run.py [MODULE]… [--most N]`, as `[tool.mutation]` of pyproject.toml says.

cosmic-ray makes the mutants, in a copy of the sources, so that an interrupted run leaves nothing behind. Passed over
are mutants that cannot be told apart (in annotations, which nothing evaluates) and exchanges of an operator that no
hand would type (`+` for `**`); the others are tried with the tests that stand for their module.
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import WorkerOutcome, WorkResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).resolve().parents[2]
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

Span = tuple[tuple[int, int], tuple[int, int]]


def main() -> int:
    """Tries the mutants, prints the survivors and a line per module; 1 when a mutant survives."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutation"]
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(settings["modules"]))
    asked.add_argument("--most", type=int, help="mutants tried of each module, drawn with a fixed seed")
    options = asked.parse_args()
    unknown = set(options.modules) - set(settings["modules"])
    if unknown:
        asked.error(f"no tests named for {', '.join(sorted(unknown))} in pyproject.toml")
    lines = []
    for module in options.modules or settings["modules"]:
        tried, survivors = run(module, settings["modules"][module], settings["timeout"], options.most)
        lines.append((module, tried, survivors))
    for module, tried, survivors in lines:
        print(f"{module}: {tried} mutants, {tried - survivors} killed, {survivors} survived", flush=True)  # noqa: T201
    return int(any(survivors for _, _, survivors in lines))


def run(module: str, tests: list[str], timeout: float, most: int | None) -> tuple[int, int]:
    """Mutants tried and survivors of one module."""
    with tempfile.TemporaryDirectory(prefix="a9-mutants-") as folder:
        tree = Path(folder) / "tree"
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, tree / name)
        path = f"core/avenant9/{module}"
        session, config = Path(folder) / "session.sqlite", Path(folder) / "config.toml"
        config.write_text(configuration(path, tests, timeout), encoding="utf-8")
        cosmic_ray(tree, "init", str(config), str(session))
        cosmic_ray(tree, "baseline", str(config))
        pass_over(session, (tree / path).read_text(encoding="utf-8"), most)
        cosmic_ray(tree, "exec", str(config), str(session))
        return told(session, module)


def cosmic_ray(tree: Path, *words: str) -> None:
    subprocess.run([sys.executable, "-m", "cosmic_ray.cli", *words], cwd=tree, check=True)


def configuration(path: str, tests: list[str], timeout: float) -> str:
    """Of one session; the tests stop at the first that fails."""
    env = "env PYTHONPATH=core:cli PYTHONDONTWRITEBYTECODE=1"
    command = f"{env} {sys.executable} -m pytest -x -q -m 'not slow' -p no:cacheprovider {' '.join(tests)}"
    return (
        f'[cosmic-ray]\nmodule-path = "{path}"\ntimeout = {timeout:.1f}\nexcluded-modules = []\n'
        f'test-command = """{command}"""\n[cosmic-ray.distributor]\nname = "local"\n'
    )


def pass_over(session: Path, source: str, most: int | None) -> None:
    """Marks the mutants that are not tried."""
    silent = list(annotations(source))
    with use_db(session, WorkDB.Mode.open) as database:
        items = list(database.work_items)
        kept = [item.job_id for item in items if all(worth_it(one, silent) for one in item.mutations)]
        if most is not None and len(kept) > most:
            kept = drawn(items, kept, most)
        away = {item.job_id for item in items} - set(kept)
        database.set_multiple_results(tuple(away), WorkResult(worker_outcome=WorkerOutcome.SKIPPED))


def drawn(items: list[Any], kept: list[str], most: int) -> list[str]:
    """Some of the mutants, the same in every run: their identifiers are new in each."""
    among = set(kept)
    ordered = [item for item in items if item.job_id in among]
    ordered.sort(key=lambda item: (item.mutations[0].start_pos, item.mutations[0].operator_name))
    return [item.job_id for item in random.Random(7).sample(ordered, most)]


def worth_it(mutation: MutationSpec, silent: list[Span]) -> bool:
    found = re.fullmatch("core/ReplaceBinaryOperator_(.+)", mutation.operator_name)
    if found and found[1] not in BINARY:
        return False
    if re.fullmatch("core/ReplaceComparisonOperator_(?!Is).+_Is(Not)?", mutation.operator_name):
        return False  # of interned values it cannot be told apart, and ruff refuses it
    return not any(first <= tuple(mutation.start_pos) < last for first, last in silent)


def annotations(source: str) -> Iterator[Span]:
    """Where annotations, docstrings and asserted types stand."""
    for node in ast.walk(ast.parse(source)):
        found = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            found.append(node)
        if isinstance(node, ast.Assert):
            found.append(node)
        for one in found:
            if isinstance(one, ast.AST):
                yield (one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)  # type: ignore[attr-defined]


def told(session: Path, module: str) -> tuple[int, int]:
    """Prints each survivor as a difference of sources."""
    tried = survivors = 0
    with use_db(session, WorkDB.Mode.open) as database:
        for item, result in database.completed_work_items:
            if result.worker_outcome == WorkerOutcome.SKIPPED:
                continue
            tried += 1
            if not result.is_killed:
                survivors += 1
                one = item.mutations[0]
                print(f"survived: {module}:{one.start_pos[0]} {one.operator_name}\n{result.diff}", flush=True)  # noqa: T201
    return tried, survivors


if __name__ == "__main__":
    sys.exit(main())
