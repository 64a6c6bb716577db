"""`a9 template`: a file to fill in."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import click

from a9 import options
from a9.help import SETTINGS, Command
from a9.output import check_place, deliver, is_kept
from avenant9.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable

#: Name -> endings that it can be written in; the first is what standard output gets.
KINDS = {
    "acts": (".csv", ".xlsx"),
    "shifts": (".csv", ".xlsx"),
    "protocols": (".csv", ".xlsx"),
    "forfait": (".toml", ".xlsx"),
    "derogations": (".toml", ".xlsx"),
    "waivers": (".toml", ".xlsx"),
    "mapping": (".toml",),
    "key": (".txt",),
}


@click.command(
    "template",
    cls=Command,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 template acts -o actes.xlsx
  a9 template forfait --example -o exemple.toml
  a9 template derogations -o derogations.toml
  a9 template mapping -o colonnes.toml""",
)
@click.argument("kind", type=options.OneOf(tuple(KINDS), "modèle"), metavar="|".join(KINDS))
@click.option(
    "-o",
    "--output",
    metavar="FICHIER",
    help="Écrire dans ce fichier ; sa fin choisit la forme (.xlsx : classeur avec listes et notes).",
)
@click.option("--example", is_flag=True, help="Avec des valeurs d'exemple (forfait), au lieu d'un modèle vide.")
def command(kind: str, output: str | None, *, example: bool) -> None:
    """Donne un fichier à remplir : actes, vacations, protocoles, forfait, dérogations, constats acceptés, colonnes ;
    ou une clé de pseudonymes, à garder (« a9 check --pseudonym-key »).

    Sans -o, le texte (CSV ou TOML) va sur la sortie standard.
    """
    form = _form(kind, output)
    check_place(output)

    if kind == "key":
        _give_key(output)
        return
    from avenant9.templates import forfait as template_forfait  # noqa: PLC0415
    from avenant9.templates import template  # noqa: PLC0415 - --help must not import polars

    makers: dict[tuple[str, str], Callable[[], str | bytes]] = {
        ("acts", ".csv"): template.acts_csv,
        ("acts", ".xlsx"): template.acts_workbook,
        ("shifts", ".csv"): template.shifts_csv,
        ("shifts", ".xlsx"): template.shifts_workbook,
        ("protocols", ".csv"): template.protocols_csv,
        ("protocols", ".xlsx"): template.protocols_workbook,
        ("forfait", ".toml"): partial(template_forfait.text, example=example),
        ("forfait", ".xlsx"): partial(template_forfait.workbook, example=example),
        ("derogations", ".toml"): template.derogations_text,
        ("derogations", ".xlsx"): template.derogations_workbook,
        ("waivers", ".toml"): template.waivers_text,
        ("waivers", ".xlsx"): template.waivers_workbook,
        ("mapping", ".toml"): template.mapping_text,
    }
    deliver(makers[kind, form](), output)


def _give_key(output: str | None) -> None:
    """A new key, for its owner's eyes; none takes the place of another, which could not be made again.

    Raises:
        OutputError: the file is there already.
    """
    from avenant9.settings.key import new_key  # noqa: PLC0415

    kept = is_kept(output) and output is not None
    if kept and os.path.isfile(str(output)):
        raise OutputError(str(output), "ce fichier existe, et une clé ne se refait pas", "donnez un autre nom")
    deliver(new_key(), output)
    if kept and os.path.isfile(str(output)):
        os.chmod(str(output), 0o600)


def _form(kind: str, output: str | None) -> str:
    forms = KINDS[kind]
    ending = os.path.splitext(output)[1].lower() if output else ""
    if ending in forms:
        return ending
    if ending:
        raise click.UsageError(f"« {kind} » s'écrit en {' ou '.join(forms)}, pas en {ending}.")
    return forms[0]
