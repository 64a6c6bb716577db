"""`a9 --help` costs little more than importing click, and its words are French."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from a9.main import COMMANDS, cli

from .test_exits import environment

FIXTURES = Path(__file__).parents[2] / "fixtures"
HEAVY = ("polars", "pydantic", "openpyxl", "fastexcel", "tabulate", "avenant9.model", "a9.exits", "a9.output")


def imported(*command: str, **settings: str) -> set[str]:
    """The modules that a command imports, in a process of its own."""
    code = (
        "import sys, io, json; real = sys.stdout; sys.stdout = io.TextIOWrapper(io.BytesIO());"
        "from a9.main import run; run(sys.argv[1:]); json.dump(sorted(sys.modules), real)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        capture_output=True,
        env=environment() | settings,
        check=True,
        timeout=60,
    )
    return set(json.loads(done.stdout))


def test_help_imports_click_and_nothing_heavy() -> None:
    modules = imported("--help")
    assert "click" in modules
    assert not modules & set(HEAVY)


def test_the_versions_are_kept_from_one_time_to_the_next(tmp_path: Path) -> None:
    settings = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    assert "avenant9.kinds" in imported("--version", **settings)
    assert not imported("--version", **settings) & {"polars", "pydantic", "avenant9.kinds"}


def test_a_lump_sum_needs_no_table() -> None:
    practice = FIXTURES / "practices" / "cabinet_2022.toml"
    assert "polars" not in imported("forfait", "simulate", str(practice))


def test_a_file_begins_to_be_read_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    refused = ("-o", str(tmp_path / "absent" / "x.txt"))  # the last thing that is looked at before that
    assert not imported("check", str(FIXTURES / "annee_cabinet.xlsx"), "--texts", *refused) & {"polars", "pydantic"}


def test_what_reads_a_file_needs_no_model_of_the_law() -> None:
    code = "import sys, avenant9.acts.asked, avenant9.reading.prefetch; sys.exit('pydantic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], env=environment(), check=True, timeout=60)


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
