"""A written file appears whole or not at all, and nothing else is touched."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from a9 import output
from avenant9.errors import OutputError, SettingError

FORMATS = ("table", "csv", "json")


def test_the_ending_names_the_format() -> None:
    assert output.format_for(None, None, FORMATS) == "table"
    assert output.format_for(None, "a.CSV", FORMATS) == "csv"
    assert output.format_for(None, "a.json", FORMATS) == "json"
    assert output.format_for(None, "a.txt", FORMATS) == "table"
    assert output.format_for(None, "rapport", FORMATS) == "table"
    assert output.format_for("csv", "a.json", FORMATS) == "csv"
    assert output.format_for(None, os.devnull, FORMATS) == "table"
    with pytest.raises(SettingError, match=r"n'écrit pas de fichier \.xlsx"):
        output.format_for(None, "a.xlsx", FORMATS)
    with pytest.raises(SettingError, match=r"\.txt, \.json"):
        output.format_for(None, "a.csv", ("table", "json"))


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    target = tmp_path / "résultat.csv"
    output.deliver(b"avant", str(target))
    os.chmod(target, 0o640)
    output.deliver("après", str(target))
    assert target.read_text(encoding="utf-8") == "après"
    if os.name != "nt":
        assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "resultat.csv"
    target.write_bytes(b"avant")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="le disque est plein"):
        output.deliver(b"apres", str(target))
    assert target.read_bytes() == b"avant"
    assert list(tmp_path.iterdir()) == [target]


def test_a_locked_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_source: str, _target: str) -> None:
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr("os.replace", locked)
    with pytest.raises(OutputError, match="fermez le fichier s'il est ouvert ailleurs"):
        output.deliver(b"x", str(tmp_path / "a.csv"))
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written_are_refused_first(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="c'est un dossier"):
        output.check_place(str(tmp_path))
    with pytest.raises(OutputError, match="le dossier n'existe pas"):
        output.check_place(str(tmp_path / "absent" / "a.csv"))
    source = tmp_path / "actes.csv"
    source.write_bytes(b"x")
    with pytest.raises(SettingError, match="jamais modifiée"):
        output.check_place(str(tmp_path / "." / "actes.csv"), (str(source),))
    output.check_place(None)
    output.check_place("-")
    output.check_place(str(tmp_path / "nouveau.csv"), (str(source), "absent.csv"))


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
def test_links_stay_links(tmp_path: Path) -> None:
    target, link = tmp_path / "vrai.csv", tmp_path / "lien.csv"
    target.write_bytes(b"avant")
    link.symlink_to(target)
    output.deliver(b"apres", str(link))
    assert link.is_symlink()
    assert target.read_bytes() == b"apres"


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
def test_pipes_are_written_through(tmp_path: Path) -> None:
    pipe = tmp_path / "tube.json"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    assert output.format_for(None, str(pipe), FORMATS) == "table"
    output.deliver(b"resultat", str(pipe))
    reader.join(10)
    assert read == [b"resultat"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full")
def test_a_full_device_is_an_error() -> None:
    with pytest.raises(OutputError, match="/dev/full : le disque est plein"):
        output.deliver(b"x", "/dev/full")


def test_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert output.use_color("auto", None)
    assert not output.use_color("auto", "a.txt")
    assert output.use_color("always", "a.txt")
    assert not output.use_color("never", None)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not output.use_color("auto", None)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not output.use_color("auto", None)


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert output.width() == 80
    monkeypatch.setenv("COLUMNS", "100")
    assert output.width() == 100
    monkeypatch.setenv("COLUMNS", "1000")
    assert output.width() == 160
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    monkeypatch.setattr("shutil.get_terminal_size", lambda _default: os.terminal_size((120, 40)))
    assert output.width() == 120
    assert output.width("rapport.txt") == 80


def test_notices(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    loud = output.Notices(quiet=False, progress=True)
    loud.step("Lecture…")  # not on a terminal
    loud.say("lu\x1b[2J")
    output.Notices(quiet=True, progress=True).say("rien")
    assert capsys.readouterr().err == "lu\\x1b[2J\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    shown = output.Notices(quiet=False, progress=True)
    shown.step("Lecture")
    shown.say("lu")
    assert capsys.readouterr().err == "Lecture\r       \rlu\n"
