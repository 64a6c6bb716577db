"""`a9 rules`: the rules, what each forbids and by which text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from a9 import options
from a9.exits import ExitCode
from a9.help import SETTINGS, Command, Group
from a9.output import check_place, deliver, format_for, page_for
from avenant9.report.formats import FORMATS, TOLD

if TYPE_CHECKING:
    from datetime import date

    from avenant9.rulebook.load import Rulebook


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


@command.command("list", short_help="Toutes les règles, ou celles d'un acte.", cls=Command, context_settings=SETTINGS)
@click.option("--code", metavar="CODE", help="Seulement celles qui parlent de cet acte.")
@click.option("--family", metavar="FAMILLE", help="Seulement celles de cette famille (frequence, cumul…).")
@click.option("--at", type=options.Day(), metavar="DATE", help="Seulement celles en vigueur à cette date de soins.")
@options.result_options(*FORMATS)
@options.rules_option
def list_(
    code: str | None,
    family: str | None,
    at: date | None,
    format_: str | None,
    output: str | None,
    color: str,
    rules: str | None,
    **_unused: Any,
) -> None:
    """Toutes les règles : identifiant, verdict, dates, titre, sources et leur confiance ; puis ce qu'aucun fichier
    d'actes ne peut montrer, et les codes sans tarif, avec la raison."""
    from avenant9.documents import rules as catalogue  # noqa: PLC0415
    from avenant9.documents.render import render  # noqa: PLC0415

    wanted = format_for(format_, output, FORMATS)
    check_place(output)
    rulebook = _load(rules)
    asked = [word for word in (code, family, at) if word is not None]
    shown = catalogue.those(rulebook, _chosen(rulebook, code, family, at)) if asked else rulebook
    deliver(render(wanted, shown, page_for(output, color)), output)


def _chosen(rulebook: Rulebook, code: str | None, family: str | None, at: date | None) -> list[str]:
    from avenant9.act_card import meant, rules_about  # noqa: PLC0415

    of_family = rulebook.named("--family", family) if family else [*rulebook.rules]
    about = rules_about(rulebook, code=meant(code, rulebook) if code is not None else None, at=at)
    return [name for name in of_family if name in about]


@command.command("show", short_help="Une règle et ses sources.", cls=Command, context_settings=SETTINGS)
@click.argument("rule", metavar="ID")
@click.option("--at", type=options.Day(), metavar="DATE", help="Marquer la version en vigueur à cette date de soins.")
@options.result_options(*FORMATS)
@options.rules_option
def show(
    rule: str,
    at: date | None,
    format_: str | None,
    output: str | None,
    color: str,
    rules: str | None,
    **_unused: Any,
) -> None:
    """Une règle : pourquoi, ses versions datées, leurs valeurs et leurs sources, et deux exemples.

    En CSV, une ligne par version datée : la règle et son titre, le verdict, depuis quand, jusqu'à quand, ce qu'elle
    demande, le texte, sa confiance, le jour où il a été comparé à la source, son adresse, une note.
    """
    from avenant9.cases import cases_of  # noqa: PLC0415
    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.documents.rule import OneRule  # noqa: PLC0415

    wanted = format_for(format_, output, FORMATS)
    check_place(output)
    rulebook = _load(rules)
    if rule not in rulebook.rules:
        from avenant9.errors import UnknownRuleError  # noqa: PLC0415
        from avenant9.wording import did_you_mean  # noqa: PLC0415

        hint = did_you_mean(rule, rulebook.rules) or "« a9 rules list » donne les règles"
        raise UnknownRuleError("rules show", f"aucune règle « {rule} »", hint)
    cases = cases_of(rule, rulebook, Path(rules) if rules else None)
    deliver(render(wanted, OneRule(rulebook, rule, at, cases), page_for(output, color)), output)


_EXAMPLE = """\b
Exemple, DOSSIER/cases/frequence/ma-regle.toml (row : la ligne de acts, 1 pour les titres) :
  [[case]]
  name = "le deuxième acte de l'année"
  acts = '''
  date;code;practitioner;patient;amount
  10/01/2023;TE2;A;P1;20,00
  12/02/2023;TE2;A;P1;20,00
  '''
  expect = [{ row = 3, verdict = "violation", at_stake = "20.00", related = [2] }]"""


@command.command(
    "test", short_help="Essayer ses propres règles.", cls=Command, context_settings=SETTINGS, epilog=_EXAMPLE
)
@click.argument("folder", metavar="DOSSIER")
@options.result_options(*TOLD)
def test(folder: str, format_: str | None, output: str | None, color: str, **_unused: Any) -> int:
    """Essaie les règles d'un dossier (celui de --rules) sur leurs cas.

    Les règles sont DOSSIER/<famille>/<règle>.toml, leurs cas DOSSIER/cases/<famille>/<règle>.toml : des actes, et
    les constats attendus, comparés en entier et dans l'ordre (message et explanation, là où le cas les donne). Le
    code de sortie est 1 quand un cas échoue.
    """
    wanted = format_for(format_, output, TOLD)
    check_place(output)

    from avenant9 import cases  # noqa: PLC0415 - --help must not import polars
    from avenant9.documents import trials  # noqa: PLC0415

    rulebook = _load(folder)
    tables = {table.rule: table for table in cases.tables_of(Path(folder), rulebook)}
    tried = {
        name: list(cases.try_table(tables[name], rulebook)) if name in tables else []
        for name in sorted({*tables, *cases.own_rules(rulebook)})
    }
    if wanted == "json":
        deliver(trials.render_json(tried), output)
    else:
        deliver(trials.render_text(tried, page_for(output, color)), output)
    failed = any(trial.differences for trials_ in tried.values() for trial in trials_)
    return int(ExitCode.FINDINGS if failed else ExitCode.DONE)
