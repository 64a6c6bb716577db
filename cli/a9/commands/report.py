"""`a9 report`: a saved result in another format, without the input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from a9 import options
from a9.help import SETTINGS, Command
from a9.output import check_place, deliver, format_for, page_for
from a9.reading import standard_input
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from avenant9.documents.screen import Screen
    from avenant9.report.formats import Format
    from avenant9.report.page import Page
    from avenant9.saved import Saved

_GIVEN = "un résultat écrit par « a9 … --format json »"


@click.command(
    "report",
    cls=Command,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 report resultat.json
  a9 report resultat.json -o rapport.html
  a9 report - --format xlsx -o rapport.xlsx < resultat.json
  a9 report --schema -o a9.schema.json""",
)
@click.argument("result", required=False, metavar="RESULTAT.json")
@click.option(
    "--schema", is_flag=True, help="Donner le schéma JSON de tous les résultats, au lieu de mettre en forme."
)
@options.text_options
@options.result_options(*FORMATS)
def command(
    *,
    result: str | None,
    schema: bool,
    findings: int | str | None,
    texts: bool,
    format_: str | None,
    output: str | None,
    quiet: bool,
    no_progress: bool,
    color: str,
) -> None:
    """Met en forme un résultat enregistré par --format json (« - » : entrée standard), sans relire les fichiers.

    Le résultat garde son profil et sa date : rien n'est contrôlé ni calculé de nouveau. Les remarques de lecture
    (encodage, séparateur, constats acceptés qui ont expiré) n'y sont pas : le contrôle les a dites.
    """
    if schema == (result is not None):
        raise click.UsageError("Donnez un résultat à mettre en forme, ou --schema, l'un des deux.")
    if result is None:
        check_place(output)
        from avenant9 import saved  # noqa: PLC0415 - --help must not import polars

        deliver(saved.schema(), output)
        return
    wanted = format_for(format_, output, FORMATS)
    check_place(output, (result,))
    screen = options.screen(findings, texts, wanted, output)
    found = _load(result)
    deliver(_rendered(found, wanted, page_for(output, color), result, screen), output)


def _load(result: str) -> Saved:
    from avenant9 import saved  # noqa: PLC0415
    from avenant9.rulebook.load import load_rulebook  # noqa: PLC0415
    from avenant9.settings.toml import read_bytes  # noqa: PLC0415

    content = standard_input().read() if result == "-" else read_bytes(Path(result), f"donnez {_GIVEN}")
    return saved.load(content, _place(result), load_rulebook())


def _place(result: str) -> str:
    return "entrée standard" if result == "-" else result


def _rendered(found: Saved, wanted: Format, page: Page, result: str, screen: Screen | None) -> str | bytes:
    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.errors import InputError  # noqa: PLC0415

    try:
        return render(wanted, found, page, screen=screen)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        # the shape is right, and some value is not one that a command writes
        raise InputError(_place(result), "résultat altéré, il ne se met pas en forme", f"donnez {_GIVEN}") from error
