"""Each way of ending: a code, one French sentence, no traceback, no value of the data."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from a9 import main
from a9.exits import ExitCode, code_of, explain, worst
from avenant9.errors import A9Error, InputError, OutputError, RulebookError, SettingError, UnknownRuleError

ACTS = "Date de soins;Code acte;Praticien;Patient\n10/01/2023;TE2;10001234567;SECRET-17\n"
SOURCES = os.pathsep.join(str(Path(__file__).parents[2] / name) for name in ("core", "cli"))


def a9(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(*args), capture_output=True, cwd=cwd, env=environment(**env), check=False, timeout=60
    )


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "a9", *args]


def environment(**env: str) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR"}}
    return {**clean, "PYTHONPATH": SOURCES, "PYTHONIOENCODING": "utf-8", **env}


@pytest.fixture
def acts(tmp_path: Path) -> Path:
    (tmp_path / "actes.csv").write_text(ACTS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("a.csv", "absent", "vérifiez"), ExitCode.UNREADABLE),
        (OutputError("a.csv", "plein", "ailleurs"), ExitCode.UNREADABLE),
        (SettingError("--map", "clé", "nommez"), ExitCode.USAGE),
        (UnknownRuleError("--only", "règle", "nommez"), ExitCode.USAGE),
        (RulebookError("a.toml: limit", "absente", "écrivez"), ExitCode.USAGE),
        (A9Error("a", "b", "c"), ExitCode.USAGE),
        (click.UsageError("mot"), ExitCode.USAGE),
        (click.Abort(), ExitCode.INTERRUPTED),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (NotImplementedError("SECRET"), ExitCode.INTERNAL),
        (MemoryError(), ExitCode.INTERNAL),
        (BaseException("SECRET"), ExitCode.INTERNAL),  # panics of native libraries are no Exception
    ],
)
def test_an_error_has_one_code(error: BaseException, code: ExitCode, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(error) is code
    assert explain(error) == code
    said = capsys.readouterr().err
    assert said
    assert "SECRET" not in said
    assert "Traceback" not in said


def test_three_wins_over_one() -> None:
    assert worst([ExitCode.FINDINGS, ExitCode.UNREADABLE, ExitCode.DONE]) is ExitCode.UNREADABLE
    assert worst([]) is ExitCode.DONE


def test_an_internal_error_is_one_sentence(
    acts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object) -> None:
        raise ValueError("SECRET-17")

    monkeypatch.chdir(acts)
    monkeypatch.setattr("avenant9.engine.check", broken)
    assert main.run(["check", "actes.csv"]) == ExitCode.INTERNAL
    out, err = capsys.readouterr()
    last = err.splitlines()[-1]
    assert not out
    assert last.startswith("Erreur : erreur interne (ValueError, a9.commands.check:")
    assert last.endswith("sans aucune donnée de patient.")
    assert "SECRET" not in err


def test_a_rule_that_fails_is_said_and_the_others_run(
    acts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object) -> None:
        raise ValueError("SECRET-17")

    from avenant9.kinds.validity import Validity

    monkeypatch.chdir(acts)
    monkeypatch.setattr(Validity, "check", broken)
    rules = "condition/code-hors-periode,frequence/te2-annuelle"
    assert main.run(["check", "actes.csv", "--only", rules, "--as-of", "2024-01-15"]) == ExitCode.INTERNAL
    out, err = capsys.readouterr()
    assert "la règle a échoué" in out.replace("\u00a0", " ").lower()
    assert "la règle condition/code-hors-periode a échoué" in err
    assert "SECRET" not in out + err


def test_ctrl_c(acts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(acts)
    monkeypatch.setattr("avenant9.acts.load.load_acts", interrupted)
    assert main.run(["check", "actes.csv", "-o", "resultat.csv"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err.splitlines()[-1].startswith("Erreur : interrompu")
    assert not (acts / "resultat.csv").exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_of_a_real_process(acts: Path) -> None:
    process = subprocess.Popen(
        command("check", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=acts,
        env=environment(),
    )
    time.sleep(2)  # it waits for standard input
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED
    assert b"Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="/dev/full")
def test_a_full_disk_is_an_output_error(acts: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("check", "actes.csv"),
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=acts,
            env=environment(),
            check=False,
            timeout=60,
        )
    assert done.returncode == ExitCode.UNREADABLE
    assert done.stderr.decode().splitlines()[-1] == (
        "Erreur : sortie standard : le disque est plein ; libérez de la place, ou écrivez ailleurs."
    )


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("check", "actes.csv", "--only", "frequence/te2-annuelle"), ExitCode.DONE),
        (("check", "actes.csv", "--only", "frequence/te2-annuelle", "--format", "json"), ExitCode.DONE),
        (("rules", "list"), ExitCode.DONE),
        (("--help",), ExitCode.DONE),
        (("check", "--help"), ExitCode.DONE),
        (("--version",), ExitCode.DONE),
    ],
)
def test_a_closed_pipe_is_silent(acts: Path, args: tuple[str, ...], code: ExitCode) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            command(*args),
            stdout=writer,
            stderr=subprocess.PIPE,
            cwd=acts,
            env=environment(),
            check=False,
            timeout=60,
        )
    finally:
        os.close(writer)
    assert done.returncode == code
    assert b"pipe" not in done.stderr.lower()
    assert b"Traceback" not in done.stderr


def test_stdout_holds_the_result_and_nothing_else(acts: Path) -> None:
    done = a9("check", "actes.csv", "--only", "frequence/te2-annuelle", "--format", "json", cwd=acts)
    assert done.stdout.startswith(b'{"format": "a9-check/1"')
    assert done.stdout.endswith(b"}\n")
    assert b"SECRET" not in done.stdout + done.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "ascii"])
def test_json_is_utf8_whatever_the_console(acts: Path, encoding: str) -> None:
    args = ("check", "actes.csv", "--only", "frequence/te2-annuelle", "--format", "json", "--as-of", "2024-01-15")
    assert a9(*args, cwd=acts, PYTHONIOENCODING=encoding).stdout == a9(*args, cwd=acts).stdout


def test_the_last_line_on_stderr_is_the_account(acts: Path) -> None:
    done = a9("check", "actes.csv", "--only", "frequence/te2-annuelle", cwd=acts)
    assert done.stderr.decode().splitlines()[-1].startswith("a9 : 1\u00a0fichier, 1\u00a0feuille lue")
    assert not a9("check", "actes.csv", "--only", "frequence/te2-annuelle", "--quiet", cwd=acts).stderr
