"""A command that is interrupted while it checks clients: no file, no process is left."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hostile.runs import a9, environment, family

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc")
CLIENTS = Path(__file__).resolve().parent.parent.parent / "fixtures" / "clients"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_nothing_is_left(number: signal.Signals, code: int, tmp_path: Path) -> None:
    (tmp_path / "clients").mkdir()
    for name in range(300):
        shutil.copy(CLIENTS / "bernard.csv", tmp_path / "clients" / f"client{name:03}.csv")
    before = sorted(tmp_path.rglob("*"))
    words = a9("check", "clients", "--quiet", "-o", "bilan.xlsx", "--each-to", "rapports", "--format", "html")
    process = subprocess.Popen(words, cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL)
    children = workers(process.pid)
    time.sleep(2)  # they have begun
    process.send_signal(number)
    assert process.wait(60) == code
    assert sorted(tmp_path.rglob("*")) == before
    limit = time.monotonic() + 30
    while any(map(alive, children)) and time.monotonic() < limit:
        time.sleep(0.1)
    assert not any(map(alive, children))


def workers(pid: int) -> list[int]:
    """The processes of the command, waited for."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        if len(found := [member for member in family(pid) if member != pid]) > 1:
            return found
        time.sleep(0.05)
    raise AssertionError("no process was started")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False
