"""What the shells offer: by their protocol, and in the shells themselves where the machine has them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from a9.commands import completion as command
from a9.completion import SHELLS, VARIABLE, offer_for
from a9.main import COMMANDS, cli

from .test_exits import environment
from .test_start import HEAVY, _all_commands

#: Parameters of which no value can be known beforehand: dates, years, names, rows, settings.
FREE = {
    "--amount", "--as-of", "--at", "--author", "--compare", "--date", "--findings", "--from", "--invoice", "--master",
    "--notified", "--on", "--practitioner", "--reason", "--set", "--sheet", "--snir", "--tolerance", "--until",
    "--year",
}  # fmt: skip

SEUIL = ("seuil/activite-distance", "seuil/derogation-conditions")


def asked(words: list[str], shell: str = "zsh") -> list[list[str]]:
    """Kind, value and help of what is offered for the last of `words`, as the shell is told."""
    env = environment(
        COMP_WORDS=" ".join(["a9", *words]), COMP_CWORD=str(len(words)), **{VARIABLE: f"{shell}_complete"}
    )
    if shell == "fish":
        env["COMP_CWORD"] = words[-1]
    done = subprocess.run([sys.executable, "-m", "a9"], capture_output=True, env=env, check=True, timeout=60)
    assert done.stderr == b""
    lines = done.stdout.decode().strip().splitlines()
    return [lines[at : at + 3] for at in range(0, len(lines), 3)]


def values(*words: str) -> list[str]:
    return [value for _, value, _ in asked(list(words))]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ch"], ["check"]),
        (["rules", "sh"], ["show"]),
        (["rules", "show", "frequence/te2"], ["frequence/te2-annuelle", "frequence/te2-douze-mois"]),
        (["check", "--only", "frequence/te2-a"], ["frequence/te2-annuelle"]),
        (["check", "--only", "tarif,seuil"], [f"tarif,{name}" for name in ("seuil", *SEUIL)]),
        (["check", "--skip=seui"], [f"--skip={name}" for name in ("seuil", *SEUIL)]),
        (["check", "--fail-on", ""], ["violation", "review", "never"]),
        (["check", "--fail-on=re"], ["--fail-on=review"]),
        (["check", "--fail-on", "=", "re"], ["review"]),
        (["check", "--encoding", "cp1"], ["cp1252"]),
        (["check", "--wa"], ["--waivers"]),
        (["check", "--as-of", ""], []),
        (["template", "w"], ["waivers"]),
        (["completion", ""], ["bash", "zsh", "fish", "powershell"]),
    ],
)  # fmt: skip
def test_words(words: list[str], expected: list[str]) -> None:
    assert values(*words) == expected


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["check", ""], "file"),
        (["check", "actes.csv", "f"], "file"),
        (["check", "actes.csv", "-o", ""], "file"),
        (["check", "actes.csv", "--map", ""], "file"),
        (["check", "actes.csv", "--baseline", ""], "file"),
        (["check", "actes.csv", "--rules", ""], "dir"),
        (["columns", ""], "file"),
        (["rules", "test", ""], "dir"),
    ],
)
def test_files_and_folders(words: list[str], kind: str) -> None:
    assert [offered[0] for offered in asked(words)] == [kind]


def test_titles_stand_beside_ids() -> None:
    [[_, value, title]] = asked(["rules", "show", "frequence/te2-a"])
    assert (value, title) == ("frequence/te2-annuelle", "Téléexpertise (TE2) : 4 par année civile et par patient")


def test_rules_of_a_folder_are_offered_too(tmp_path: Path) -> None:
    (tmp_path / "frequence").mkdir()
    (tmp_path / "frequence" / "zzz-annuelle.toml").write_text('kind = "frequency"\ntitle = "Zzz"\n', encoding="utf-8")
    (tmp_path / "frequence" / "zzz-latin.toml").write_bytes(b'title = "\xe9"\n')
    offered = asked(["check", "--rules", str(tmp_path), "--only", "frequence/z"])
    assert offered == [["plain", "frequence/zzz-annuelle", "Zzz"], ["plain", "frequence/zzz-latin", "_"]]


def test_every_rule_is_offered_and_nothing_else() -> None:
    from avenant9.rulebook.load import load_rulebook

    rules = load_rulebook().rules
    assert {value: title for _, value, title in asked(["rules", "show", ""])} == {
        name: rule.title for name, rule in rules.items()
    }


def test_every_measure_and_every_period_is_offered() -> None:
    from avenant9.rulebook.measures import load_measures

    measures = load_measures()
    spans = {name: {span.id: span.label for span in measure.period} for name, measure in measures.items()}
    assert {value: title for _, value, title in asked(["measures", "show", ""])} == {
        name: measure.title for name, measure in measures.items()
    }
    simulate = ["measures", "simulate", "actes.csv"]
    assert values(*simulate, "--measure", "") == list(measures)
    assert {value: title for _, value, title in asked([*simulate, "--measure", "snp", "--period", ""])} == spans[
        "snp"
    ]
    assert set(values(*simulate, "--period", "")) == {name for own in spans.values() for name in own}


def test_every_indicator_of_the_forfait_is_offered() -> None:
    from avenant9.rulebook.scales import load_scales

    years = load_scales().years.values()
    own = {one.id for scale in years for _, one in scale.indicators} | {
        one.id for scale in years for one in scale.sums
    }
    assert set(values("forfait", "explain", "")) == own


def _params() -> Iterator[tuple[str, click.Parameter]]:
    for path, one in _all_commands(cli, "a9"):
        for param in one.params:
            yield path, param


@pytest.mark.parametrize(("path", "param"), list(_params()), ids=str)
def test_every_value_is_offered_or_known_to_be_free(path: str, param: click.Parameter) -> None:
    if isinstance(param, click.Option) and param.is_flag:
        return
    known = isinstance(param.type, click.Choice) or offer_for(param) is not None
    assert known != (param.opts[-1] in FREE), (path, param.opts)


def test_an_answer_imports_nothing_heavy() -> None:
    code = (
        "import sys, io, json; real = sys.stdout; sys.stdout = io.TextIOWrapper(io.BytesIO());"
        "from a9.main import run\n"
        "try: run([])\n"
        "except SystemExit: json.dump(sorted(sys.modules), real)"
    )
    env = environment(COMP_WORDS="a9 rules show freq", COMP_CWORD="3", **{VARIABLE: "bash_complete"})
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True, timeout=60)
    heavy = set(HEAVY) - {"a9.exits", "a9.output"}
    assert not set(json.loads(done.stdout)) & heavy


def test_an_unknown_command_offers_nothing_of_its_own() -> None:
    assert set(values("nulle-part", "")) <= set(COMMANDS)


@pytest.mark.parametrize("shell", command.SHELLS)
def test_the_command_prints_what_the_shell_is_told(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "a9", "completion", shell],
        capture_output=True, env=environment(), check=True, timeout=60,
    )  # fmt: skip
    direct = subprocess.run(
        [sys.executable, "-m", "a9"],
        capture_output=True, env=environment(**{VARIABLE: f"{shell}_source"}), check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == direct.stdout
    assert f"{VARIABLE}" in done.stdout.decode()


def test_shells_are_the_same_everywhere() -> None:
    assert tuple(SHELLS) == command.SHELLS


def test_fish_keeps_the_commas_of_a_list() -> None:
    assert '(string split --max 1 "," $completion)' in SHELLS["fish"].source_template


def test_powershell_reads_and_restores_the_encoding() -> None:
    before, _, after = SHELLS["powershell"].source_template.partition("$response = & %(prog_name)s")
    assert "[Console]::OutputEncoding = [System.Text.Encoding]::UTF8" in before
    assert "[Console]::OutputEncoding = $prev_encoding" in after


def test_powershell_is_told_lines_of_three() -> None:
    offered = asked(["rules", "show", "frequence/te2-a"], "powershell")
    assert offered == [["plain", "frequence/te2-annuelle", "Téléexpertise (TE2) : 4 par année civile et par patient"]]


# --- in the shells themselves -----------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a shell in which `a9` can be called, from a folder with two files."""
    program = tmp_path / "bin" / "a9"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m a9 "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "mes actes.csv").write_text("", encoding="utf-8")
    (tmp_path / "regles").mkdir()
    keep = {key: value for key, value in environment().items() if key in {"PYTHONPATH", "PYTHONIOENCODING"}}
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return {**keep, "PATH": path, "HOME": str(tmp_path), "TERM": "dumb", "LC_ALL": "C.UTF-8", "PS1": "$ "}


TYPED = [
    ("a9 exp", "a9 explain "),
    ("a9 rules show frequence/te2-a", "a9 rules show frequence/te2-annuelle "),
    ("a9 check --only tarif,frequence/te2-a", "a9 check --only tarif,frequence/te2-annuelle "),
    ("a9 check --fail-on=rev", "a9 check --fail-on=review "),
    ("a9 check mes", "a9 check mes\\ actes.csv "),
    ("a9 rules test reg", "a9 rules test regles/"),
]


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish here")
def test_in_fish(home: dict[str, str]) -> None:
    script = "a9 completion fish | source; " + "; ".join(f"complete -C '{typed}'" for typed, _ in TYPED)
    done = subprocess.run(
        ["fish", "-c", script], capture_output=True, env=home, cwd=home["HOME"], check=True, timeout=120
    )
    offered = [line.split("\t")[0] for line in done.stdout.decode().splitlines()]
    last = [shown.strip().split(" ", maxsplit=2)[-1].split(" ")[-1] for _, shown in TYPED]
    assert offered == [*last[:4], "mes actes.csv", "regles/"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
@pytest.mark.parametrize(
    ("shell", "start"),
    [
        (["bash", "--norc", "--noprofile", "-i"], 'eval "$(a9 completion bash)"'),
        (["zsh", "-f", "-i"], 'autoload -U compinit && compinit -u; eval "$(a9 completion zsh)"'),
    ],
    ids=["bash", "zsh"],
)
def test_at_the_keyboard(shell: list[str], start: str, home: dict[str, str]) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"no {shell[0]} here")
    with Terminal(shell, home) as terminal:
        terminal.send(f"{start}; echo PR''ET\n")
        terminal.wait_for("PRET")
        for typed, expected in TYPED:
            terminal.send(f"{typed}\t")
            terminal.wait_for(expected)
            terminal.send("\x15")  # takes the line away


class Terminal:
    """A shell behind a pseudo-terminal."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        import pty

        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.chdir(env["HOME"])
            os.execvpe(argv[0], argv, env)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        import signal

        os.close(self.handle)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def send(self, keys: str) -> None:
        self.seen = ""
        os.write(self.handle, keys.encode())

    def wait_for(self, words: str, seconds: float = 30) -> None:
        import select
        import time

        end = time.monotonic() + seconds
        while words not in self.seen:
            ready, _, _ = select.select([self.handle], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{words!r} never came: {self.seen!r}"
            self.seen += os.read(self.handle, 65536).decode(errors="replace")
