"""One run of `a9`: as a user has it, in its own process, watched for time, memory, and what it leaves behind; or in
this one, where what is tested is what it says."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oracle.a9 import ran

ROOT = Path(__file__).resolve().parents[2]
#: Of a run on a small hostile file, on a loaded machine: a hang is longer, a bomb is larger.
MOST_SECONDS, MOST_MIB = 60, 1500


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "core"), str(ROOT / "cli"))), "PYTHONUTF8": "1"}


def a9(*args: str) -> list[str]:
    return [sys.executable, "-m", "a9", *args]


@dataclass(frozen=True)
class Run:
    """What a command answered."""

    code: int
    out: str
    err: str
    mib: float  # of all its processes together, at their most; 0 where the system does not say

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def errors(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("Erreur")]


def run(*args: str, cwd: Path, seconds: int = MOST_SECONDS, mib: int = MOST_MIB) -> Run:
    """Run `a9`, which must neither hang nor swell nor fall with a traceback."""
    process = subprocess.Popen(
        a9(*args),
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    peak = _Peak(process.pid)
    peak.start()
    try:
        out, err = process.communicate(timeout=seconds)
    finally:
        process.kill()
        peak.over.set()
        peak.join()
    assert "Traceback" not in err, err
    assert peak.mib < mib, peak.mib
    return Run(process.returncode, out, err.replace("\xa0", " "), peak.mib)


def here(*args: str, cwd: Path) -> Run:
    """Run `a9` in this process, which takes a fifth of the time; it must not fall with a traceback."""
    with contextlib.chdir(cwd):
        code, out, err = ran(*args)
    assert "Traceback" not in err, err
    return Run(code, out, err.replace("\xa0", " "), 0)


class _Peak(threading.Thread):
    """The memory of a process and its descendants, looked at every 20 ms where the system has /proc."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.mib, self.over = pid, 0.0, threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            self.mib = max(self.mib, sum(map(_resident, family(self.pid))))
            time.sleep(0.02)


def family(pid: int) -> list[int]:
    """A process and its descendants, where the system has /proc."""
    found = [pid]
    for member in found:
        try:
            for thread in Path(f"/proc/{member}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
        except OSError:
            continue
    return found


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, IndexError, ValueError):
        return 0.0


def contents(folder: Path) -> dict[str, str]:
    """Every file under a folder, hidden ones too, by name and hash."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
