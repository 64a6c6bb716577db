"""`a9 measures`: the measures bounded in time, and what they change for acts, shifts and patients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from a9 import options
from a9.exits import ExitCode, refuse
from a9.help import SETTINGS, Command, Group
from a9.output import check_place, deliver, format_for, page_for
from a9.reading import left_out, read_activity, tell, what_was_read
from a9.request import Request
from a9.settings import ReadingCommand, given_by_hand
from avenant9.errors import InputError
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from datetime import date

    from avenant9.documents.measures import Shown
    from avenant9.report.formats import Format
    from avenant9.results.measures import Measures
    from avenant9.shifts import Activity


@click.group(
    "measures",
    cls=Group,
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    subcommand_metavar="COMMANDE [ARGUMENTS]...",
)
def command() -> None:
    """Les mesures bornées dans le temps : leurs dates, leurs montants, et ce qu'elles changent pour une activité."""


def _deliver(result: Shown, wanted: Format, output: str | None, color: str) -> None:
    from avenant9.documents.render import render  # noqa: PLC0415 - --help must not import polars

    deliver(render(wanted, result, page_for(output, color)), output)


_on_option = click.option(
    "--on", type=options.Day(), metavar="DATE", help="Jour auquel dire ce qui est en vigueur ; par défaut --as-of."
)


@command.command(
    "list",
    short_help="Toutes les mesures et leurs périodes.",
    cls=Command,
    context_settings=SETTINGS,
    epilog="""\b
Exemple :
  a9 measures list --on 2022-09-30""",
)
@_on_option
@options.result_options(*FORMATS)
@options.as_of_option
@options.rules_option
def list_(
    on: date | None,
    format_: str | None,
    output: str | None,
    color: str,
    as_of: date | None,
    rules: str | None,
    **_: Any,
) -> None:
    """Toutes les mesures et leurs périodes : en vigueur, passées ou à venir, disputées ou non."""
    wanted = format_for(format_, output, FORMATS)
    check_place(output)
    from avenant9.measures.catalogue import standings  # noqa: PLC0415 - --help must not import pydantic
    from avenant9.rulebook.measures import load_measures  # noqa: PLC0415

    measures = load_measures(Path(rules) if rules else None)
    _deliver(standings(measures, on or as_of or options.today()), wanted, output, color)


@command.command(
    "show", short_help="Une mesure, son histoire et ses sources.", cls=Command, context_settings=SETTINGS
)
@click.argument("measure", metavar="ID")
@_on_option
@options.result_options(*FORMATS)
@options.as_of_option
@options.rules_option
def show(
    measure: str,
    on: date | None,
    format_: str | None,
    output: str | None,
    color: str,
    as_of: date | None,
    rules: str | None,
    **_: Any,
) -> None:
    """Une mesure : ce qu'elle est, chaque période avec ses bornes, ses montants, sa source et ce qui est disputé."""
    wanted = format_for(format_, output, FORMATS)
    check_place(output)
    from avenant9.measures.catalogue import named  # noqa: PLC0415
    from avenant9.measures.history import told  # noqa: PLC0415
    from avenant9.rulebook.measures import load_measures  # noqa: PLC0415

    measures = load_measures(Path(rules) if rules else None)
    found = named(measures, measure, "measures show")
    _deliver(told(measure, found, on or as_of or options.today()), wanted, output, color)


@command.command(
    "simulate",
    short_help="Ce que les mesures changent pour une activité.",
    cls=ReadingCommand,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 measures simulate activite.xlsx
  a9 measures simulate actes.csv vacations.csv --measure snp --format csv -o snp.csv
  a9 measures simulate activite.xlsx --measure snp --period ete-2022 --until 2022-12-31
  a9 measures simulate activite.xlsx --set snp.limit=30""",
)
@click.argument("files", nargs=-1, required=True, metavar="FICHIERS...")
@click.option("--measure", "only", multiple=True, metavar="ID", help="Ne simuler que cette mesure ; répétable.")
@click.option("--period", metavar="ID", help="La période que --from, --until et --set changent.")
@click.option("--scenario", metavar="FICHIER.toml", help="Changements à essayer, sous un nom.")
@click.option("--from", "from_", type=options.Day(), metavar="DATE", help="Faire commencer la période ce jour-là.")
@click.option("--until", type=options.Day(), metavar="DATE", help="Faire finir la période ce jour-là, compris.")
@click.option(
    "--set",
    "values",
    multiple=True,
    metavar="MESURE.CLÉ=VALEUR",
    help="Changer une valeur : snp.limit=30 ; répétable.",
)
@options.result_options(*FORMATS)
@options.as_of_option
@options.reading_options
@options.acts_options
def simulate(
    *,
    only: tuple[str, ...],
    period: str | None,
    scenario: str | None,
    from_: date | None,
    until: date | None,
    values: tuple[str, ...],
    **options_: Any,
) -> int:
    """Ce que les mesures apportent à une activité, et qui le paie : l'assurance maladie, le patient.

    Les fichiers tiennent des actes, et, sur d'autres feuilles ou dans d'autres fichiers, des vacations (Date, Début,
    Fin, Rôle, Praticien) ou des patients pris en charge sous protocole (Date, Patient, Protocole, Professionnel, Date
    de naissance) ; voir « a9 template shifts » et « a9 template protocols ». Ce qui est refusé l'est avec son motif.
    Une borne ou une valeur changée donne un scénario, comparé à la loi telle qu'elle est.
    """
    given = Request(**options_)
    if given.profile == "fiscal":
        raise click.UsageError(
            "une simulation dit la nature des actes, que le profil fiscal tait ; choisissez --profile comptable."
        )
    wanted, reading, notices = given.start(FORMATS, scenario)

    from avenant9.measures.catalogue import named  # noqa: PLC0415
    from avenant9.measures.scenario import applied  # noqa: PLC0415
    from avenant9.measures.simulate import Ask  # noqa: PLC0415
    from avenant9.measures.simulate import simulate as simulated  # noqa: PLC0415
    from avenant9.results.measures import Law  # noqa: PLC0415
    from avenant9.rulebook.measures import load_measures  # noqa: PLC0415
    from avenant9.settings.scenario import of_options, read_scenario, together  # noqa: PLC0415

    rulebook = given.rulebook(notices)
    measures = load_measures(Path(given.rules) if given.rules else None)
    for name in only:
        named(measures, name, f"--measure {name}")
    asked = of_options(only, period, from_, until, values)
    changes = together([*([read_scenario(Path(scenario))] if scenario else []), asked])
    applied(measures, changes)  # a mistake is told before the files are read
    given.granted()  # a file that cannot be used is told all the same
    if given.derogations and given_by_hand("derogations"):
        notices.say("--derogations : sans effet sur cette simulation ; « a9 threshold » suit le plafond.")
    try:
        activity = read_activity(reading, rulebook, notices)
    except InputError as error:
        refuse(error)
        notices.say(f"a9 : {_counted_files(len(reading.files))}, aucune ligne lue, rien n'a été simulé.")
        return int(ExitCode.UNREADABLE)
    notices.step("Simulation…")
    ask = Ask(given.day, given.zone, only)
    result = simulated(activity, measures, rulebook, ask, changes)
    if changes.changes:
        law = simulated(activity, measures, rulebook, ask)
        result = result.model_copy(update={"law": Law(rows=law.rows, totals=law.totals)})
    tell(activity.acts, (*activity.acts.notices, *activity.notices), (), notices)
    notices.step("Écriture du résultat…")
    notices.done()
    _deliver(result, wanted, given.output, given.color)
    notices.say(_account(activity, result))
    return int(_status(activity))


def _counted_files(number: int) -> str:
    from avenant9.wording import counted  # noqa: PLC0415

    return counted(number, "fichier")


def _account(activity: Activity, result: Measures) -> str:
    """The last line on stderr: every file, sheet and row, and what became of them."""
    from avenant9.acts.netting import refused_rows  # noqa: PLC0415
    from avenant9.documents.measures import refusals  # noqa: PLC0415
    from avenant9.wording import counted  # noqa: PLC0415

    acts = activity.acts
    inputs = (*acts.inputs, *activity.inputs)
    measures = {row.measure for row in result.rows}
    words = [
        *what_was_read(acts, inputs),
        counted(len(acts.table), "acte"),
        counted(len(activity.shifts), "vacation"),
        counted(len(activity.patients), "patient pris en charge", "patients pris en charge"),
        counted(len(result.rejected), "ligne rejetée", "lignes rejetées"),
        *left_out(refused_rows(acts.table).height),
        counted(len(measures), "mesure concernée", "mesures concernées"),
        *refusals(result),
    ]
    return f"a9 : {', '.join(words)}."


def _status(activity: Activity) -> ExitCode:
    """0, or 3 where something of the files could not be read."""
    acts = activity.acts
    rows = sum(entry.rows for entry in (*acts.inputs, *activity.inputs))
    short = acts.failures or acts.rejected or activity.rejected or not rows
    return ExitCode.UNREADABLE if short else ExitCode.DONE
