"""Commands whose help has French typography, and whose mistakes are answered with the nearest names."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

#: `-h` too, and lines a little longer than click's on a wide terminal.
SETTINGS = {"help_option_names": ["--help", "-h"], "max_content_width": 100}


def _glued(text: str) -> str:
    from avenant9.wording import glued  # noqa: PLC0415 - only for help

    return glued(text)


class Formatter(click.HelpFormatter):
    """click's, where a line may not break before `:`, `;`, `?`, `!` and guillemets, and headings end in ` :`."""

    def write_heading(self, heading: str) -> None:
        """`Options :`."""
        self.write(f"{'':>{self.current_indent}}{heading} :\n")

    def write_text(self, text: str) -> None:
        """A paragraph."""
        super().write_text(_glued(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """A list of words and what they mean."""
        super().write_dl([(word, _glued(meaning)) for word, meaning in rows], col_max, col_spacing)


class Context(click.Context):
    """click's, with these help pages."""

    formatter_class = Formatter


class Command(click.Command):
    """A command; its help goes to stdout as it is, where click would replace a stream whose encoding is ASCII."""

    context_class = Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, written by us."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _show_help
        return option


def _show_help(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        show(ctx.get_help(), ctx)


def show(text: str, ctx: click.Context) -> NoReturn:
    """Text that an option asks for, on stdout, then the end of the command."""
    try:
        click.echo(text, file=sys.stdout, color=ctx.color)
    except OSError as error:
        from a9.output import lost_stdout  # noqa: PLC0415 - only then

        lost_stdout(error)
    ctx.exit()


class Group(Command, click.Group):
    """A group of commands; an unknown one is a usage error with the nearest names."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or the names there are."""
        names = self.list_commands(ctx)
        if args and args[0] not in names and not args[0].startswith("-") and not ctx.resilient_parsing:
            from avenant9.wording import did_you_mean, listed  # noqa: PLC0415 - only for mistakes

            hint = did_you_mean(args[0], names) or f"les commandes sont {listed(names)}"
            raise click.UsageError(f"Commande inconnue : {args[0]} ; {hint}.", ctx)
        return super().resolve_command(ctx, args)
