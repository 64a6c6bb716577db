"""`a9 rules`: the rules, what each forbids and by which text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from a9 import options
from a9.help import SETTINGS, Command, Group
from a9.output import check_place, deliver, encoding_of, format_for, width

if TYPE_CHECKING:
    from avenant9.rulebook.load import Rulebook

FORMATS = ("table", "json")


@click.group(
    "rules",
    cls=Group,
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    subcommand_metavar="COMMANDE [ARGUMENTS]...",
)
def command() -> None:
    """Les règles : ce que chacune interdit, depuis quand, et par quel texte."""


def _load(rules: str | None) -> Rulebook:
    from avenant9.rulebook.load import load_rulebook  # noqa: PLC0415 - --help must not import pydantic

    return load_rulebook(Path(rules) if rules else None)


@command.command("list", short_help="Toutes les règles.", cls=Command, context_settings=SETTINGS)
@options.result_options(*FORMATS)
@options.rules_option
def list_(format_: str | None, output: str | None, rules: str | None, **_unused: Any) -> None:
    """Toutes les règles : identifiant, verdict, dates, confiance de la source, titre."""
    from avenant9.report import catalogue  # noqa: PLC0415

    wanted = format_for(format_, output, FORMATS)
    check_place(output)
    rulebook = _load(rules)
    if wanted == "json":
        deliver(catalogue.list_json(rulebook), output)
    else:
        deliver(catalogue.list_text(rulebook, width=width(output), encoding=encoding_of(output)), output)


@command.command("show", short_help="Une règle et ses sources.", cls=Command, context_settings=SETTINGS)
@click.argument("rule", metavar="ID")
@options.result_options(*FORMATS)
@options.rules_option
def show(rule: str, format_: str | None, output: str | None, rules: str | None, **_unused: Any) -> None:
    """Une règle : pourquoi, ses versions datées, leurs valeurs et leurs sources."""
    from avenant9.report import catalogue  # noqa: PLC0415

    wanted = format_for(format_, output, FORMATS)
    check_place(output)
    rulebook = _load(rules)
    if rule not in rulebook.rules:
        from avenant9.errors import UnknownRuleError  # noqa: PLC0415
        from avenant9.wording import did_you_mean  # noqa: PLC0415

        hint = did_you_mean(rule, rulebook.rules) or "« a9 rules list » donne les règles"
        raise UnknownRuleError("rules show", f"aucune règle « {rule} »", hint)
    if wanted == "json":
        deliver(catalogue.show_json(rulebook, rule), output)
    else:
        deliver(catalogue.show_text(rulebook, rule, width=width(output), encoding=encoding_of(output)), output)
