"""Commands that read acts, and the `a9.toml` that says what their options leave open."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from a9.help import Command

if TYPE_CHECKING:
    from avenant9.settings.a9_toml import Settings

NAME = "a9.toml"


class ReadingCommand(Command):
    """A command that reads acts: an option that is not given has the value of `a9.toml`, if there is one.

    It takes `options.reading_options`; its parameter `config` is the settings found, or None.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options first: they say where the settings are, or that there are none."""
        left = super().parse_args(ctx, args)
        if not ctx.resilient_parsing:
            _settle(ctx)
        return left


def given_by_hand(name: str) -> bool:
    """Whether the user typed an option of the running command."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def _settle(ctx: click.Context) -> None:
    ctx.params["config"] = settings = _settings(ctx.params)
    for name, value in (settings.options if settings else {}).items():
        if ctx.get_parameter_source(name) is ParameterSource.DEFAULT:
            ctx.params[name] = value
            ctx.set_parameter_source(name, ParameterSource.DEFAULT_MAP)


def _settings(params: dict[str, Any]) -> Settings | None:
    named, without = params["config"], params.pop("no_config")
    if named is not None and without:
        raise click.UsageError("--config et --no-config se contredisent : gardez l'une des deux.")
    files = params["files"] if "files" in params else (params["file"],)
    place = named or (None if without else find(files[0] if files else None))
    if place is None:
        return None
    from pathlib import Path  # noqa: PLC0415

    from avenant9.settings.a9_toml import load_settings  # noqa: PLC0415 - only where there are settings

    return load_settings(Path(place))


def find(file: str | None) -> str | None:
    """The `a9.toml` beside a file, or in a folder, or in the nearest folder above, else that of the current folder.

    Its path is relative where that of the file is. None where there is none.
    """
    if file is not None and file != "-":
        whole = os.path.abspath(file)
        folder, above = whole if os.path.isdir(whole) else os.path.dirname(whole), None
        while folder != above:
            place = os.path.join(folder, NAME)
            if os.path.isfile(place):
                return place if os.path.isabs(file) else os.path.relpath(place)
            folder, above = os.path.dirname(folder), folder
    return NAME if os.path.isfile(NAME) else None
