"""Transcripts: `*.test` files beside this one, each a small session with the command.

A file is made of sections that start with `===`:

    === fichier NAME          a file of the session's folder, until the next section
    === $ a9 check NAME       a command: A=B before it sets a variable of the environment, `< NAME` is its input;
                              `cat NAME` shows a file that was written
    === sortie                what it prints, whole
    === erreurs               what it says on stderr, whole; both may be left out when empty
    === code 1                its exit code; left out when 0

A line `[...]` stands for any lines, `[...]` within a line for any words. No-break spaces are shown as spaces.
Everything before the first section is a comment. `python tests/cli/test_transcripts.py FILE...` writes what is
printed now into the files.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import pytest

from a9.main import run

HERE = Path(__file__).parent
ANY = "[...]"


@dataclass
class Step:
    command: str
    stdout: str = ""
    stderr: str = ""
    code: int = 0


@dataclass
class Session:
    comment: str = ""
    parts: list[tuple[str, str] | Step] = field(default_factory=list)  # a file (name, text), or a step

    @property
    def steps(self) -> list[Step]:
        return [part for part in self.parts if isinstance(part, Step)]


def parse(text: str) -> Session:
    comment, *sections = re.split(r"^=== ", text, flags=re.MULTILINE)
    session = Session(comment)
    for section in sections:
        head, _, body = section.partition("\n")
        word, _, rest = head.partition(" ")
        match word:
            case "fichier":
                session.parts.append((rest, body))
            case "$":
                session.parts.append(Step(rest))
            case "sortie":
                session.steps[-1].stdout = body
            case "erreurs":
                session.steps[-1].stderr = body
            case "code":
                session.steps[-1].code = int(rest)
            case _:
                raise ValueError(f"unknown section: {head}")
    return session


def written(session: Session) -> str:
    out = [session.comment]
    for part in session.parts:
        if isinstance(part, tuple):
            out.append(f"=== fichier {part[0]}\n{part[1]}")
            continue
        out.append(f"=== $ {part.command}\n")
        out += [f"=== sortie\n{part.stdout}"] * bool(part.stdout) + [f"=== erreurs\n{part.stderr}"] * bool(
            part.stderr
        )
        out += [f"=== code {part.code}\n"] * bool(part.code)
    return "".join(out)


@contextmanager
def streams(encoding: str, stdin: bytes) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    out, err = io.BytesIO(), io.BytesIO()
    with (
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding=encoding)),
        patch.object(sys, "stdout", io.TextIOWrapper(out, encoding=encoding, newline="\n", write_through=True)),
        patch.object(sys, "stderr", io.TextIOWrapper(err, encoding=encoding, newline="\n", write_through=True)),
    ):
        yield out, err


def perform(command: str) -> Step:
    """Run a command in the current folder, in this process."""
    words = shlex.split(command)
    env: dict[str, str] = {}
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        env[name] = value
    stdin = b""
    if "<" in words:
        at = words.index("<")
        stdin = Path(words[at + 1]).read_bytes()
        del words[at : at + 2]
    program, *args = words
    if program == "cat":
        return Step(command, shown(Path(args[0]).read_bytes(), "utf-8"))
    assert program == "a9"
    encoding = env.get("PYTHONIOENCODING", "utf-8")
    clean = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR", "LANGUAGE"}}
    with patch.dict(os.environ, {**clean, **env}, clear=True), streams(encoding, stdin) as (out, err):
        code = run(args)
        return Step(command, shown(out.getvalue(), encoding), shown(err.getvalue(), encoding), code)


def shown(data: bytes, encoding: str) -> str:
    text = data.decode(encoding).replace("\r\n", "\n").replace("\u00a0", " ").replace("\ufeff", "")
    return text + "\n" if text and not text.endswith("\n") else text


def matches(expected: str, actual: str) -> bool:
    if ANY not in expected:
        return expected == actual
    pattern = "".join(
        "(?:.*\n)*?" if line == f"{ANY}\n" else ".*".join(map(re.escape, line.split(ANY)))
        for line in expected.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, actual) is not None


def play(session: Session, folder: Path) -> Iterator[tuple[Step, Step]]:
    """Each step as it should be and as it is."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        for part in session.parts:
            if isinstance(part, tuple):
                Path(part[0]).parent.mkdir(parents=True, exist_ok=True)
                Path(part[0]).write_text(part[1], encoding="utf-8")
            else:
                yield part, perform(part.command)
    finally:
        os.chdir(before)


@pytest.mark.parametrize("file", sorted(HERE.glob("*.test")), ids=lambda file: file.stem)
def test_transcript(file: Path, tmp_path: Path) -> None:
    session = parse(file.read_text(encoding="utf-8"))
    assert session.steps
    for expected, actual in play(session, tmp_path):
        assert actual.code == expected.code, f"{expected.command}\n{actual.stderr}"
        for name in ("stdout", "stderr"):
            wanted, got = getattr(expected, name), getattr(actual, name)
            if not matches(wanted, got):
                assert got == wanted, f"{name} of: {expected.command}"


def update(file: Path) -> None:
    session = parse(file.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        for step, actual in play(session, Path(folder)):
            step.code = actual.code
            for name in ("stdout", "stderr"):
                if not matches(getattr(step, name), getattr(actual, name)):
                    setattr(step, name, getattr(actual, name))
    file.write_text(written(session), encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        update(Path(name))
