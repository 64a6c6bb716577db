"""Nothing of a run opens a socket: not the command, not the reader of workbooks that it starts."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from oracle import a9
from privacy.commands import COMMANDS, process

#: Imported by every Python that starts with its folder on the path; names each event of the module `socket`.
WATCHER = """
import os, sys

def hook(event, args):
    if event.startswith("socket."):
        with open(os.environ["A9_SOCKETS"], "a", encoding="utf-8") as file:
            file.write(event + "\\n")

sys.addaudithook(hook)
with open(os.environ["A9_SOCKETS"] + ".seen", "a", encoding="utf-8") as file:
    file.write(" ".join(sys.orig_argv[1:4]) + "\\n")
"""
if sys.platform == "win32":
    pytest.skip("a closed network is POSIX's matter here", allow_module_level=True)


@pytest.mark.parametrize("name", ["check", "check-ods", "threshold-show", "forfait-simulate", "measures-simulate"])
def test_no_process_opens_a_socket(name: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCHER, encoding="utf-8")
    events = tmp_path / "sockets.txt"
    ran = process(*COMMANDS[name], cwd=tmp_path, first=tmp_path, A9_SOCKETS=str(events))
    assert ran.returncode in (0, 1, 3), ran.stderr
    watched = Path(f"{events}.seen").read_text(encoding="utf-8")
    assert "-m a9" in watched
    assert ("avenant9.reading.workbook.worker" in watched) == name.startswith(("check", "threshold", "measures"))
    assert not events.exists(), events.read_text(encoding="utf-8")


def test_the_watcher_sees_sockets(tmp_path: Path) -> None:
    import os
    import subprocess

    (tmp_path / "sitecustomize.py").write_text(WATCHER, encoding="utf-8")
    events = tmp_path / "sockets.txt"
    env = {**os.environ, "PYTHONPATH": str(tmp_path), "A9_SOCKETS": str(events)}
    subprocess.run([sys.executable, "-c", "import socket; socket.socket().close()"], env=env, check=True)
    assert "socket.__new__" in events.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_asks_for_a_socket(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket")

    for call in ("socket", "create_connection", "getaddrinfo", "gethostbyname", "socketpair"):
        monkeypatch.setattr(socket, call, refused)
    ran = a9.ran(*COMMANDS[name])
    assert ran.code in (0, 1, 3), ran.stderr
    assert "interne (" not in ran.stderr
