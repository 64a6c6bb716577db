"""Processes that are killed: the reader under its memory limit or by a signal, and the command at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from avenant9.errors import InputError
from avenant9.reading.read import read_file
from avenant9.reading.workbook import parallel, pool, read, xlsx
from hostile import build
from hostile.runs import MOST_SECONDS, a9, contents, environment, family

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc")
DIED = "la lecture du classeur s'est interrompue (mémoire insuffisante ou contenu anormal)"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough to be killed while it is read and written."""
    folder = tmp_path_factory.mktemp("long")
    place = folder / "actes.xlsx"
    build.all_faulty(folder, 6_000)[0].rename(place)
    openpyxl.load_workbook(place).close()
    return place


def readers(pid: int) -> list[int]:
    return [member for member in family(pid) if member != pid]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def start(book: Path, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        a9("check", str(book), "--quiet", *options),
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def wait_for_reader(process: subprocess.Popen[bytes]) -> int:
    limit = time.monotonic() + MOST_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        if found := readers(process.pid):
            return found[0]
        time.sleep(0.005)
    raise AssertionError("no reader was seen")


def test_a_reader_beyond_its_memory_is_a_sentence(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "MEMORY", 24 * 1024**2)
    monkeypatch.setattr(xlsx, "reading_memory", lambda *_: 24 * 1024**2)
    with pytest.raises(InputError) as caught:
        read_file(str(book))
    assert (caught.value.place, caught.value.problem) == (str(book), DIED)


def test_the_command_says_it_and_exits_3(book: Path, tmp_path: Path) -> None:
    """As the system would end the reader of a machine without memory: each time that it is started."""
    process = start(book, tmp_path, "-o", "a.json")
    killed = set()
    while process.poll() is None:
        for reader in set(readers(process.pid)) - killed:
            os.kill(reader, signal.SIGKILL)
            killed.add(reader)
        time.sleep(0.002)
    assert process.stderr is not None
    said = process.stderr.read().decode()
    process.stderr.close()
    assert killed
    assert process.returncode == 3, said
    assert said.count("Erreur") == said.count("\n") == 1
    assert DIED in said
    assert contents(tmp_path) == {}


def test_a_reader_killed_while_it_answers(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of an answer is no answer, of pieces or of a whole sheet."""
    real = pool.ask

    def ask_then_kill(process: subprocess.Popen[bytes], job: dict[str, object], *after: bytes) -> bool:
        asked = real(process, job, *after)
        if "around" in job:
            return asked
        assert process.stdout is not None
        process.stdout.peek(1)  # type: ignore[attr-defined]
        process.kill()
        return asked

    for module in (parallel, read):
        monkeypatch.setattr(module, "ask", ask_then_kill)
    with pytest.raises(InputError) as caught:
        read_file(str(book))
    assert caught.value.problem == DIED


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_command_leaves_no_reader(book: Path, tmp_path: Path, number: int) -> None:
    process = start(book, tmp_path, "-o", "a.json")
    reader = wait_for_reader(process)
    time.sleep(0.3)
    process.send_signal(number)
    process.communicate(timeout=MOST_SECONDS)
    limit = time.monotonic() + 5
    while alive(reader) and time.monotonic() < limit:
        time.sleep(0.01)
    assert not alive(reader)
    assert contents(tmp_path) == {}


DELAYS = (0.3, 0.9, 1.5)


@pytest.mark.parametrize("options", [("-o", "a.json"), ("-o", "a.xlsx"), ("--annotate", "a.xlsx")], ids=" ".join)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_kill_at_any_moment_leaves_no_partial_output(
    book: Path, tmp_path: Path, options: tuple[str, ...], number: int
) -> None:
    """A file is there whole or not at all; what SIGTERM interrupts leaves nothing else either."""
    for delay in DELAYS:
        kill_after(book, tmp_path, options, number, delay)


def kill_after(book: Path, folder: Path, options: tuple[str, ...], number: int, delay: float) -> None:
    process = start(book, folder, *options)
    try:
        process.communicate(timeout=delay)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
        process.communicate(timeout=MOST_SECONDS)
    for path in folder.iterdir():
        assert path.name == options[1], "a temporary file is left"
        if path.suffix == ".xlsx":
            openpyxl.load_workbook(path, read_only=True).close()
        else:
            assert path.read_bytes().endswith(b"}\n")
        path.unlink()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_many_moments(book: Path, tmp_path: Path, number: int) -> None:
    for step in range(60):
        kill_after(book, tmp_path, ("-o", "a.json"), number, 0.05 * step)


WRITER = """
import sys, time
from a9 import output
real = output.os.fsync
def slow(handle):
    print("ecrit", flush=True)
    time.sleep(30)
output.os.fsync = slow
sys.argv = ["a9", "check", sys.argv[1], "-o", "a.json", "--quiet"]
from a9.main import main
main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_killed_in_the_middle_of_the_write(book: Path, tmp_path: Path, number: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(book)],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ecrit\n"
    process.send_signal(number)
    process.communicate(timeout=MOST_SECONDS)
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    assert contents(tmp_path) == {}
