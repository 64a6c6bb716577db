"""`a9 --help` costs little more than importing click, and its words are French."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest

from a9.main import COMMANDS, cli

from .test_exits import environment

HEAVY = ("polars", "pydantic", "openpyxl", "fastexcel", "tabulate", "avenant9.model", "a9.exits", "a9.output")


def test_help_imports_click_and_nothing_heavy() -> None:
    code = (
        "import sys, io, json; real = sys.stdout; sys.stdout = io.TextIOWrapper(io.BytesIO());"
        "from a9.main import run; run(['--help']); json.dump(sorted(sys.modules), real)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment(), check=True, timeout=60
    )
    modules = set(json.loads(done.stdout))
    assert "click" in modules
    assert not modules & set(HEAVY)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_says_what_they_are(name: str) -> None:
    context = click.Context(cli)
    command = cli.get_command(context, name)
    assert command is not None
    assert command.name == name
    help_of_command = command.help or ""
    assert help_of_command.splitlines()[0]


def _all_commands(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            found += _all_commands(child, f"{path} {name}")
    return found


@pytest.mark.parametrize(("path", "command"), _all_commands(cli, "a9"), ids=lambda value: str(value)[:30])
def test_every_option_is_explained(path: str, command: click.Command) -> None:
    assert command.help, path
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, (path, option.name)
            assert option.help.endswith((".", ")")), (path, option.name)
