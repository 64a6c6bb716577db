"""The command `a9` itself: its subcommands by name, imported when called, and the exit of the process."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import sys
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from a9.help import SETTINGS, Group, show
from a9.terminal import french, prepare_streams, silence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Name -> module and short help, in the order of `a9 --help`: the help imports none of them.
COMMANDS = {
    "check": ("a9.commands.check", "Contrôler des actes."),
    "explain": ("a9.commands.explain", "Expliquer une ligne : chaque règle, ce qu'elle a compté, sa réponse."),
    "columns": ("a9.commands.columns", "Dire ce qui est compris d'un fichier d'actes."),
    "claim": ("a9.commands.claim", "Répondre, ligne par ligne, à une réclamation de la caisse."),
    "find": ("a9.commands.find", "Trouver les actes, ou les paires d'actes, qui font une somme."),
    "threshold": ("a9.commands.threshold", "Suivre le plafond d'activité à distance, en demander l'aménagement."),
    "forfait": ("a9.commands.forfait", "Simuler les forfaits d'une année : points, euros, ce qui manque."),
    "measures": ("a9.commands.measures", "Simuler les mesures bornées dans le temps."),
    "reconcile": (
        "a9.commands.reconcile",
        "Rapprocher une année d'actes de ce qui a été déclaré, payé, comptabilisé.",
    ),
    "rules": ("a9.commands.rules", "Lister et montrer les règles."),
    "code": ("a9.commands.code", "Dire d'un acte : tarifs, conditions, limites, cumuls, textes."),
    "config": ("a9.commands.config", "Montrer les réglages en vigueur, et d'où vient chacun."),
    "report": ("a9.commands.report", "Mettre en forme un résultat enregistré, sans les fichiers lus."),
    "template": ("a9.commands.template", "Donner un fichier à remplir."),
    "completion": ("a9.commands.completion", "Compléter les mots de a9 dans un terminal."),
}

_EPILOG = """\b
Codes de sortie :
  0    tout est lu, rien au niveau de --fail-on ou au-dessus
  1    « check » : des constats au niveau de --fail-on ou au-dessus
       « claim » : une ligne contestable ou prescrite
       « reconcile » : un écart inexpliqué au-delà de --tolerance
  2    usage : option, règle, ou contenu d'un fichier de réglage
  3    entrée absente, illisible ou lue en partie ; sortie non écrite
  4    erreur interne
  130  interrompu

Tout se passe sur cet ordinateur : ni réseau, ni télémétrie ; rien n'est gardé de ce qui est lu."""


@contextmanager
def _quiet_pipe() -> Iterator[None]:
    """A closed pipe ends the command without a word."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise
        silence(sys.stdout)
        raise click.exceptions.Exit(0) from None


class LazyGroup(Group):
    """A group whose help comes from a static table, and whose commands are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without importing anything."""
        with formatter.section("Commandes"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Also the moment when `--help` is printed."""
        with _quiet_pipe():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand."""
        with _quiet_pipe():
            return super().invoke(ctx)


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from a9.version import words  # noqa: PLC0415 - reads the rulebook

    show(words(), ctx)


@click.group(
    cls=LazyGroup,
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    subcommand_metavar="COMMANDE [ARGUMENTS]...",
    epilog=_EPILOG,
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Afficher les versions du programme et des règles, et la date de celles-ci.",
)
def cli() -> None:
    """Contrôle les actes facturés par un médecin libéral au regard des règles datées de la convention (avenant 9).

    « a9 check FICHIER » donne les anomalies d'un export d'actes, le texte derrière chacune et les euros en jeu.
    """


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line `args` (of the process by default) and return its exit code."""
    prepare_streams()
    if "_A9_COMPLETE" in os.environ:  # a shell asks what may come next
        from a9.completion import register  # noqa: PLC0415 - only then

        register()
    with french():
        try:
            code = cli.main(args, prog_name="a9", standalone_mode=False)
        except BaseException as error:
            from a9.exits import explain  # noqa: PLC0415 - only for errors

            return explain(error)
    return code if isinstance(code, int) else 0


def main() -> NoReturn:
    """The entry point of the process."""
    gc.set_threshold(500_000)  # what is imported stays: looking for garbage in it took a tenth of a short run
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # to look for some reads all that is installed
    sys.unraisablehook = lambda _: None  # openpyxl's writers fail once more where nobody listens, on a full disk
    _leave(run())


def _leave(code: int) -> NoReturn:
    """End the process at once: to give a million acts back piece by piece takes longer than to leave them."""
    atexit._run_exitfuncs()  # temporary files of libraries, a cluster that was started
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):  # what had to be written was flushed, and its failure told
                stream.flush()
    os._exit(code)
