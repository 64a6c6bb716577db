"""`a9 template`: a file to fill in."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import click

from a9 import options
from a9.help import SETTINGS, Command
from a9.output import check_place, deliver

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
    """Donne un fichier à remplir : actes, vacations, protocoles, forfait, dérogations, constats acceptés, colonnes.

    Sans -o, le texte (CSV ou TOML) va sur la sortie standard.
    """
    form = _form(kind, output)
    check_place(output)

    from avenant9.report import template, template_forfait  # noqa: PLC0415 - --help must not import polars

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


def _form(kind: str, output: str | None) -> str:
    forms = KINDS[kind]
    ending = os.path.splitext(output)[1].lower() if output else ""
    if ending in forms:
        return ending
    if ending:
        raise click.UsageError(f"« {kind} » s'écrit en {' ou '.join(forms)}, pas en {ending}.")
    return forms[0]
