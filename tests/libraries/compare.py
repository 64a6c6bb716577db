"""Every workbook of a folder read by a9 and by another library, cell by cell: what differs, and why.

    python tests/libraries/compare.py FOLDER [--show CAUSE]

Each workbook is read in a process of its own, under a time limit. Prints what became of the files, then the cells
that differ, by cause (`causes`); `--show` names the files and the cells of one cause.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tabulate import tabulate

from avenant9.errors import InputError
from avenant9.reading.read import read_file
from libraries.causes import CAUSES, CHART, UNEXPLAINED, UNKNOWN_SHEET, cause_of
from libraries.others import READERS, Address, Seen

#: Seconds for one workbook, both readers together.
LIMIT = 120


def by_a9(path: Path) -> list[Seen]:
    """The visible sheets, as a9 reads them."""
    return [
        Seen(
            str(sheet.sheet),
            {
                (row, int(name[1:])): text
                for row, *texts in sheet.table.iter_rows()
                for name, text in zip(sheet.table.columns[1:], texts, strict=True)
                if text is not None
            },
            {(row, column): text for row, column, text in sheet.errors.iter_rows()},
        )
        for sheet in read_file(str(path))[0]
        if sheet.read
    ]


def unlike(ours: Seen, theirs: Seen) -> Iterator[tuple[Address, str | None, str | None]]:
    """The cells of a sheet that the two readers do not read alike: place, what a9 reads, what the other one reads."""
    for mine, other in ((ours.cells, theirs.cells), (ours.errors or {}, theirs.errors)):
        if other is not None:
            places = sorted(mine.keys() | other.keys())
            yield from (
                (place, mine.get(place), other.get(place)) for place in places if mine.get(place) != other.get(place)
            )


def compared(path: Path) -> dict[str, Any]:
    """What became of a workbook: `outcome`, `cells` compared, `unlike`: (cause, place, a9's, the other's) each.

    Sheets are paired by their names: calamine tells charts and macros as empty sheets, which a9 does not.
    """
    ending = path.suffix.lower()
    try:
        ours = by_a9(path)
    except InputError as error:
        return {"outcome": f"refused by a9: {_without_figures(error.problem)}", "cells": 0, "unlike": []}
    try:
        theirs = {sheet.name: sheet for sheet in READERS[ending](path)}
    except Exception as error:  # whatever another library makes of a file
        return {"outcome": f"refused by the other library: {type(error).__name__}", "cells": 0, "unlike": []}
    found = [
        (cause_of(ending, mine, other), f"{sheet.name}!{place}", mine, other)
        for sheet in ours
        if sheet.name in theirs
        for place, mine, other in unlike(sheet, theirs[sheet.name])
    ]
    names = {sheet.name for sheet in ours}
    found += [
        (UNKNOWN_SHEET, f"{sheet.name}!{place}", mine, None)
        for sheet in ours
        if sheet.name not in theirs
        for place, mine in sheet.cells.items()
    ]
    found += [
        (CHART if ending == ".xls" else UNEXPLAINED, f"{name}!{place}", None, other)
        for name in theirs.keys() - names
        for place, other in theirs[name].cells.items()
    ]
    cells = sum(len(sheet.cells) + len(sheet.errors or {}) for sheet in ours)
    return {"outcome": "differ" if found else "equal", "cells": cells, "unlike": found}


def _without_figures(sentence: str) -> str:
    """The same sentence for all files of its kind."""
    return re.sub(r"« [^»]* »|\d+", "…", sentence)


class Process:
    """A process that reads workbook after workbook, made again when one of them kills it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def compared(self, path: Path) -> dict[str, Any]:
        """What `compared` says, whatever happens to the process."""
        process = self._process or self._started()
        assert process.stdin
        assert process.stdout
        print(path, file=process.stdin, flush=True)
        late = threading.Timer(LIMIT, process.kill)
        late.start()
        line = process.stdout.readline()
        late.cancel()
        if not line:
            self._process = None
            return {"outcome": "died, or took too long", "cells": 0, "unlike": []}
        found: dict[str, Any] = json.loads(line)
        return found

    def _started(self) -> subprocess.Popen[str]:
        command = [sys.executable, __file__, "--work"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        return self._process


def work() -> None:
    """Compares the workbooks named on standard input, one a line."""
    for line in sys.stdin:
        print(json.dumps(compared(Path(line.rstrip("\n")))), flush=True)


def workbooks(folder: Path) -> list[Path]:
    """The workbooks of a folder and of those in it."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in READERS and path.is_file())


def main() -> None:
    """Compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--show", default="")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work()
        return
    process = Process()
    outcomes: Counter[tuple[str, str]] = Counter()
    causes: Counter[str] = Counter()
    files: Counter[str] = Counter()
    cells = 0
    for path in workbooks(asked.folder):
        found = process.compared(path)
        outcomes[path.suffix.lower(), found["outcome"]] += 1
        cells += found["cells"]
        counted = Counter(cause for cause, *_ in found["unlike"])
        causes += counted
        files += Counter(dict.fromkeys(counted, 1))
        if asked.show and asked.show in (*counted, found["outcome"]):
            print(path.relative_to(asked.folder), found["outcome"])
            shown = [line for line in found["unlike"] if line[0] == asked.show]
            print("".join(f"    {place}: {mine!r}, {other!r}\n" for _, place, mine, other in shown[:5]), end="")
    sentences = {cause.name: cause.sentence for cause in CAUSES}
    told = [
        (name, causes[name], files[name], sentences.get(name, ""))
        for name in (*sentences, CHART, UNKNOWN_SHEET, UNEXPLAINED)
    ]
    print(tabulate(sorted((*key, count) for key, count in outcomes.items()), ["sort", "outcome", "files"]))
    print(f"\n{cells} cells compared, {causes.total()} differ")
    print(tabulate([line for line in told if line[1]], ["cause", "cells", "files", ""]))


if __name__ == "__main__":
    main()
