"""`a9 forfait`: points and euros of a year, the sums beside them, and what each indicator asks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from a9 import options
from a9.exits import ExitCode
from a9.help import SETTINGS, Command, Group
from a9.output import Notices, check_place, deliver, format_for, page_for
from a9.reading import standard_input
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from avenant9.forfait.read import Entry
    from avenant9.results.forfait import Forfait
    from avenant9.rulebook.scales import Scales


def _year(word: str, example: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) == 4):
        raise click.BadParameter(f"« {word} » n'est pas une année ; par exemple {example}.")
    return int(word)


def _one_year(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    return None if value is None else _year(value.strip(), "2022")


def _years(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[int, ...]:
    """Years apart by commas, the option being repeatable."""
    return tuple(_year(word.strip(), "2021,2022") for value in values for word in value.split(","))


@click.group(
    "forfait",
    cls=Group,
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    subcommand_metavar="COMMANDE [ARGUMENTS]...",
)
def command() -> None:
    """Les forfaits d'une année : points, euros, ce qui manque, ce que demande chaque indicateur.

    Le forfait structure, puis la dotation numérique, le forfait médecin traitant et la somme du SAS.
    """


@command.command(
    "simulate",
    short_help="Points et euros d'un cabinet ou de plusieurs.",
    cls=Command,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 template forfait -o forfait.xlsx
  a9 forfait simulate forfait.xlsx
  a9 forfait simulate cabinet.toml --year 2022 --what-if
  a9 forfait simulate cabinet.toml --set taux_dmp=22% --compare 2021,2023
  a9 forfait simulate medecins.xlsx --compare 2025,2026 -o comparaison.xlsx""",
)
@click.argument("file", required=False, metavar="[FICHIER]")
@click.option("--year", callback=_one_year, metavar="ANNÉE", help="Année jugée ; par défaut celle du fichier.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="CLÉ=VALEUR",
    help="Donner ou remplacer une réponse (taux_dmp=22%, snp_t1=16, medecin.age=67) ; répétable.",
)
@click.option(
    "--compare", multiple=True, metavar="ANNÉES", callback=_years, help="Montrer aussi ces années (2025,2026)."
)
@click.option(
    "--what-if", is_flag=True, help="Dire ce que chaque changement rapporterait, du plus grand au plus petit."
)
@options.result_options(*FORMATS)
@options.as_of_option
@options.rules_option
def simulate(
    *,
    file: str | None,
    year: int | None,
    settings: tuple[str, ...],
    compare: tuple[int, ...],
    what_if: bool,
    format_: str | None,
    output: str | None,
    quiet: bool,
    no_progress: bool,
    color: str,
    as_of: date | None,
    rules: str | None,
) -> int:
    """Points et euros d'une année et sommes dues à côté : ce qui est validé, ce qui manque, et le texte derrière.

    FICHIER est un TOML (un cabinet) ou un classeur (une colonne par médecin), voir « a9 template forfait » ; « - »
    est un TOML sur l'entrée standard. Une réponse absente est « non renseignée » : si elle manque au volet 1 ou au
    socle, le résultat est inconnu, les deux issues sont montrées et le code de sortie est 3. Où les textes laissent
    deux lectures, la somme est donnée entre ses bornes.

    D'un dossier de clients, chaque fichier (.toml ou classeur) ou sous-dossier est un client : une ligne par client.
    """
    if file is None and not settings:
        raise click.UsageError("Donnez un fichier (« a9 template forfait »), ou des réponses par --set CLÉ=VALEUR.")
    notices = Notices(quiet=quiet, progress=not no_progress)
    if file is not None and os.path.isdir(file):
        from a9.commands import firm_forfait  # noqa: PLC0415 - only for a folder

        return firm_forfait.simulate(click.get_current_context().params, _load(rules, notices), notices)
    wanted = format_for(format_, output, FORMATS)
    check_place(output, options.read_from(file))

    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.forfait.read import alone, load_practices, with_settings  # noqa: PLC0415 - --help imports no polars
    from avenant9.forfait.run import run  # noqa: PLC0415
    from avenant9.results.forfait import each  # noqa: PLC0415

    scales = _load(rules, notices)
    stdin = standard_input() if file == "-" else None
    entries = load_practices(file, scales.keys, stdin) if file is not None else (alone(),)
    entries = with_settings(entries, settings, scales.keys)
    result = run(entries, scales, as_of or options.today(), year=year, compare=compare, changes=what_if)
    deliver(render(wanted, result, page_for(output, color)), output)
    every = each(result)
    notices.say(_account(entries, every))
    return int(ExitCode.UNREADABLE if any(one.points is None for one in every) else ExitCode.DONE)


@command.command(
    "explain",
    short_help="Un indicateur : condition, points, textes, autres années.",
    cls=Command,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 forfait explain taux_dmp --year 2023
  a9 forfait explain sas --year 2022 --format json
  a9 forfait explain fmt --year 2026""",
)
@click.argument("indicator", metavar="INDICATEUR")
@click.option("--year", callback=_one_year, required=True, metavar="ANNÉE", help="Année du barème.")
@options.result_options(*FORMATS)
@options.rules_option
def explain(
    indicator: str,
    year: int,
    format_: str | None,
    output: str | None,
    color: str,
    rules: str | None,
    quiet: bool,
    **_unused: Any,
) -> None:
    """Un indicateur ou une somme d'une année : ce qu'il demande et rapporte, ses exceptions, son texte, son passé."""
    wanted = format_for(format_, output, FORMATS)
    check_place(output)

    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.forfait.explain import explain as explained  # noqa: PLC0415

    found = explained(indicator, year, _load(rules, Notices(quiet=quiet, progress=False)))
    deliver(render(wanted, found, page_for(output, color)), output)


def _load(rules: str | None, notices: Notices) -> Scales:
    from avenant9.rulebook.scales import load_scales  # noqa: PLC0415

    scales = load_scales(Path(rules) if rules else None)
    for name in scales.replaced:
        notices.say(f"{name} : barème fourni remplacé par celui de {rules}.")
    return scales


def _account(entries: Sequence[Entry], results: Sequence[Forfait]) -> str:
    """The last line on stderr: every practice, year and answer, accounted for."""
    from avenant9.wording import counted, listed  # noqa: PLC0415

    years = [str(year) for year in sorted({one.year for one in results})]
    states = [one.status for result in results for volet in result.volets for one in volet.indicators]
    open_ = {one.practice for one in results if one.points is None}
    unresolved = sum(len(one.unresolved) for one in results)
    unknown = states.count("unknown") - unresolved
    words = [
        counted(len(entries), "cabinet"),
        f"année{'s' if len(years) > 1 else ''} {listed(years)}",
        counted(sum(len(entry.practice.answers) for entry in entries), "réponse lue", "réponses lues"),
        counted(len(states), "indicateur jugé", "indicateurs jugés")
        + f" dont {counted(unknown, 'non renseigné', 'non renseignés')}"
        + f" et {counted(unresolved, 'non résolu', 'non résolus')}",
        *([counted(len(open_), "résultat inconnu", "résultats inconnus")] if open_ else []),
    ]
    return f"a9 : {', '.join(words)}."
