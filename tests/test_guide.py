"""The guide: every command of its `console` blocks is run, section by section, and does what the guide says.

A line `$ …` is a command, `> …` goes on with it; `# code de sortie N` at its end is its exit code, 0 where there is
none. The lines below are what standard output shows, `[...]` standing for anything; none means that it is not told.
A TOML block that starts with its name is a file of its section.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from a9.main import COMMANDS

from .cli.test_exits import environment
from .cli.test_transcripts import matches, perform

pytestmark = pytest.mark.usefixtures("read_once")

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
_CODE = re.compile(r"\s+# code de sortie (\d+)$")


@dataclass
class Command:
    words: str
    code: int
    output: str = ""


def files_of(title: str) -> dict[str, str]:
    """Name -> text of the TOML files that a section shows under their name."""
    section = TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^```toml\n# (\S+\.toml)\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL))


def sections() -> dict[str, list[Command]]:
    """Heading -> the commands below it, in their order."""
    found = {}
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        commands: list[Command] = []
        for block in re.findall(r"^```console\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                if line.startswith("$ "):
                    code = _CODE.search(line)
                    commands.append(Command(_CODE.sub("", line[2:]), int(code[1]) if code else 0))
                elif line.startswith("> "):
                    commands[-1].words += f"\n{line[2:]}"
                else:
                    commands[-1].output += f"{line}\n"
        if commands:
            found[section.partition("\n")[0]] = commands
    return found


SECTIONS = sections()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the reader stands: beside the examples, and free to write."""
    try:
        (tmp_path / "fixtures").symlink_to(ROOT / "fixtures", target_is_directory=True)
    except OSError:  # Windows without the right to make links
        shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("title", SECTIONS)
def test_commands_do_what_the_guide_says(title: str, folder: Path) -> None:
    for name, content in files_of(title).items():
        (folder / name).write_text(content, encoding="utf-8")
    for command in SECTIONS[title]:
        if command.words.startswith("a9 "):
            step = perform(command.words)
            stdout, stderr, code = step.stdout, step.stderr, step.code
        elif shutil.which("bash"):
            stdout, stderr, code = in_bash(command.words, folder)
        else:
            continue
        assert code == command.code, f"$ {command.words}\n{stdout[-500:]}{stderr}"
        if command.output:
            assert matches(command.output, stdout), f"$ {command.words}\n{stdout[:1500]}"


def in_bash(words: str, folder: Path) -> tuple[str, str, int]:
    """Run words of the shell, in which `a9` can be called."""
    program = folder / "bin" / "a9"
    if not program.exists():
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m a9 "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    env = environment(PATH=f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run(["bash", "-c", words], capture_output=True, env=env, check=False, timeout=300)
    return done.stdout.decode(), done.stderr.decode(), done.returncode


def test_every_command_is_shown() -> None:
    shown = set(re.findall(r"\ba9 ([a-z]+)", TEXT))
    assert set(COMMANDS) <= shown


def test_every_named_file_is_there() -> None:
    named = set(re.findall(r"fixtures/[\w./-]*\w", TEXT))
    assert named
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_the_table_of_examples_says_the_exit_codes(folder: Path) -> None:
    rows = re.findall(r"^\| `(fixtures/[^`]+)`[^|]*\|[^|]*\| (\d) \|$", TEXT, flags=re.MULTILINE)
    assert len(rows) > 8
    said = {file: int(code) for file, code in rows}
    assert {file: perform(f"a9 check {file} --as-of 2024-01-15").code for file in said} == said
