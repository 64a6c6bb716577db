"""`a9 check`: acts against the rulebook, one report."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from a9 import options
from a9.exits import ExitCode, refuse, worst
from a9.help import SETTINGS
from a9.output import check_place, deliver, format_for
from a9.reading import left_out, read_acts, read_options, tell, what_was_read
from a9.request import CheckRequest
from a9.settings import ReadingCommand
from a9.status import failed_rules, status_of
from avenant9.records import replace
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from a9.output import Notices
    from avenant9.engine import Options
    from avenant9.model import Acts
    from avenant9.results.check import Report
    from avenant9.rulebook.load import Rulebook
    from avenant9.settings.waivers import Waiver
    from avenant9.waivers import Earlier

_MASTER = "local[*]"


@click.command(
    "check",
    cls=ReadingCommand,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 check actes.xlsx
  a9 check 2022-*.csv --practitioner 10001234567 --format csv -o anomalies.csv
  a9 check actes.csv --only frequence --fail-on review
  a9 check clients/ -o cabinet.xlsx""",
)
@click.argument("files", nargs=-1, required=True, metavar="FICHIERS...")
@options.result_options(*FORMATS)
@options.as_of_option
@options.reading_options
@options.acts_options
@click.option(
    "--only",
    multiple=True,
    metavar="IDS",
    callback=options.ids,
    help="N'appliquer que ces règles, familles ou motifs (frequence, tarif/*), séparés par des virgules.",
)
@click.option("--skip", multiple=True, metavar="IDS", callback=options.ids, help="Ne pas appliquer ces règles.")
@click.option(
    "--from",
    "from_",
    type=options.Day(),
    metavar="DATE",
    help="Ne montrer que les soins à partir de cette date ; tous comptent.",
)
@click.option(
    "--until", type=options.Day(), metavar="DATE", help="Ne montrer que les soins jusqu'à cette date ; tous comptent."
)
@options.waivers_option
@click.option(
    "--baseline",
    metavar="RESULTAT.json",
    help="Résultat antérieur (--format json) : ses constats, déjà connus, sont mis à part.",
)
@click.option(
    "--pseudonym-key",
    metavar="FICHIER",
    help="Pseudonymes faits avec cette clé (« a9 template key »), les mêmes d'un contrôle à l'autre ; sans elle, ils "
    "sont numérotés à chaque fois.",
)
@click.option(
    "--each-to",
    metavar="DOSSIER",
    help="Pour un dossier de clients, écrire aussi le rapport de chacun dans DOSSIER, au format de --format ; celui "
    "de -o suit alors la fin de son nom.",
)
@click.option(
    "--write-waivers",
    metavar="FICHIER",
    help="Écrire les constats montrés dans ce fichier d'acceptations (.toml ou .xlsx, pour --waivers) ; avec "
    "--reason et --author.",
)
@click.option("--reason", metavar="TEXTE", help="Avec --write-waivers, pourquoi ces constats sont acceptés.")
@click.option("--author", metavar="NOM", help="Avec --write-waivers, qui les accepte.")
@click.option(
    "--annotate",
    metavar="SORTIE.xlsx",
    help="Écrire aussi une copie du classeur lu (un seul .xlsx) : cellules en cause colorées et commentées, leur "
    "liste en première feuille, une colonne « a9 » à filtrer. Elle garde tout ce que le classeur contient, quel que "
    "soit --profile.",
)
@options.text_options
@click.option(
    "--fail-on",
    type=options.OneOf(("violation", "review", "never")),
    default="violation",
    help="Ce qui donne le code de sortie 1 : non conforme, à examiner aussi, ou jamais ; par défaut violation.",
)
@click.option(
    "--engine",
    type=options.OneOf(("polars", "spark")),
    default="polars",
    help="Où se fait le calcul : sur cette machine, par défaut, ou réparti par Spark (fichiers ou dossiers parquet "
    "seulement ; installez avenant9[spark] et Java).",
)
@click.option(
    "--master",
    metavar="URL",
    help=f"Avec --engine spark, l'adresse de Spark, par exemple spark://hote:7077 ; par défaut {_MASTER}, cette "
    "machine.",
)
def command(**options_: Any) -> int:
    """Contrôle des actes : anomalies, texte derrière chacune, euros en jeu.

    Plusieurs fichiers forment un seul ensemble d'actes (douze exports mensuels se comptent ensemble). « - » est
    l'entrée standard. Une ligne est un acte facturé ; il faut au moins la date de soins et le code, et les autres
    colonnes permettent d'autres règles (« a9 template acts »).
    """
    given = CheckRequest(**options_)
    _check_dates(given)
    if given.engine == "polars" and options.are_folders(given.files):
        from a9.commands import firm  # noqa: PLC0415

        return firm.check(given)
    return _run(given)


def _run(given: CheckRequest) -> int:
    if given.each_to is not None:
        raise click.UsageError("--each-to ne sert que pour un dossier de clients.")
    if given.engine != "spark" and given.master is not None:
        raise click.UsageError("--master ne sert qu'avec --engine spark.")
    form = format_for(given.format_, given.output, FORMATS)
    screen = options.screen(given.findings, given.texts, form, given.output)
    others = (given.waivers, given.baseline, given.pseudonym_key)
    accepting = _accepting(given, given.inputs(*others))
    _check_annotated(given, given.inputs(*others))
    wanted, reading, notices = given.start(FORMATS, *others, ahead=given.engine == "polars")
    if given.engine == "spark":
        reading = replace(reading, files=_dataset(reading.files))
        check_place(given.output, reading.files)

    from avenant9 import profile as profiles  # noqa: PLC0415
    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.errors import InputError  # noqa: PLC0415

    rulebook = given.rulebook(notices)
    rulebook.select(given.only, given.skip)  # a misspelt id is told before the files are read
    accepted = _accepted(given.waivers, rulebook) if given.waivers else ()
    known = _known(given.baseline) if given.baseline else None
    chosen = given.options(reading, given.granted(), **given.narrowed)
    checked = _checked if given.engine == "polars" else partial(_checked_by_spark, given.master or _MASTER)
    try:
        acts, report = checked(reading, rulebook, chosen, notices)
    except InputError as error:
        refuse(error)
        notices.say(_nothing(reading.files))
        return int(ExitCode.UNREADABLE)
    if accepted or known is not None:
        report = _set_apart(report, accepted, known)
    tell(acts, (*acts.notices, *report.notices), failed_rules(report), notices)
    notices.step("Écriture du résultat…")
    shown = profiles.apply(report, given.profile)
    result = render(wanted, shown, given.page, screen=screen)
    notices.done()
    given.deliver(result)
    codes = [status_of(acts, report, given.fail_on)]
    _write_waivers(shown, accepting, notices)
    if given.annotate is not None:
        codes.append(_write_annotated(reading.files[0], given.annotate, shown, notices))
    notices.say(_account(acts, report))
    return int(worst(codes))


def _accepted(waivers: str, rulebook: Rulebook) -> tuple[Waiver, ...]:
    from avenant9.settings.waivers import load_waivers  # noqa: PLC0415

    return load_waivers(Path(waivers), rulebook.rules)


def _known(baseline: str) -> Mapping[str, Earlier]:
    from avenant9.waivers import read_baseline  # noqa: PLC0415

    return read_baseline(Path(baseline))


def _check_dates(given: CheckRequest) -> None:
    if given.from_ is not None and given.until is not None and given.until < given.from_:
        raise click.UsageError("--until est antérieur à --from.")


def _dataset(files: tuple[str, ...]) -> tuple[str, ...]:
    """The parquet files of files and folders, where Spark can run."""
    from avenant9 import cluster  # noqa: PLC0415

    found = cluster.dataset(files)
    cluster.require()
    return found


def _checked(reading: options.Reading, rulebook: Rulebook, chosen: Options, notices: Notices) -> tuple[Acts, Report]:
    from avenant9.engine import check  # noqa: PLC0415

    acts = read_acts(reading, rulebook, notices)
    notices.step("Contrôle des actes…")
    return acts, check(acts, rulebook, chosen)


def _checked_by_spark(
    master: str, reading: options.Reading, rulebook: Rulebook, chosen: Options, notices: Notices
) -> tuple[Acts, Report]:
    from avenant9 import cluster  # noqa: PLC0415

    said = read_options(reading, rulebook.nomenclature)
    notices.step("Démarrage de Spark…")
    try:
        with cluster.session(master) as spark:
            notices.step("Lecture et contrôle des actes…")
            return cluster.check(spark, reading.files, rulebook, chosen, said)
    finally:
        notices.done()


def _set_apart(report: Report, accepted: Sequence[Waiver], known: Mapping[str, Earlier] | None) -> Report:
    """The findings that somebody accepts, then those of an earlier result, leave the others."""
    from avenant9 import waivers  # noqa: PLC0415

    report = waivers.apply(report, accepted, report.as_of) if accepted else report
    return report if known is None else waivers.against(report, known)


def _accepting(given: CheckRequest, inputs: tuple[str, ...]) -> tuple[str, str, str] | None:
    """Where to write waivers, why and by whom; refused before anything is read where one of them is missing."""
    from avenant9.errors import SettingError  # noqa: PLC0415

    place, reason, author = given.write_waivers, given.reason, given.author
    if place is None:
        if reason is not None or author is not None:
            raise click.UsageError("--reason et --author ne servent qu'avec --write-waivers.")
        return None
    option = f"--write-waivers {place}"
    for name, words in (("--reason", reason), ("--author", author)):
        if not (words or "").strip():
            raise SettingError(option, f"{name} manque", "une acceptation dit pourquoi, et par qui")
    if Path(place).suffix.lower() not in {".toml", ".xlsx"}:
        raise SettingError(option, "les acceptations sont un fichier .toml ou .xlsx", "donnez un nom qui finit ainsi")
    if given.profile == "fiscal":
        raise SettingError(option, "le profil fiscal ne montre pas les empreintes", "donnez un autre --profile")
    taken = (*inputs, *filter(None, (given.output, given.annotate)))
    if any(Path(place).resolve() == Path(file).resolve() for file in taken):
        raise SettingError(option, "ce fichier est aussi une entrée ou une sortie", "donnez un autre nom")
    check_place(place, (), "--write-waivers")
    return place, str(reason).strip(), str(author).strip()


def _write_waivers(shown: Report, accepting: tuple[str, str, str] | None, notices: Notices) -> None:
    """The findings shown as a file of waivers, where that was asked for."""
    if accepting is None:
        return
    place, reason, author = accepting
    from avenant9.documents import waivers as accepted  # noqa: PLC0415
    from avenant9.wording import counted  # noqa: PLC0415

    if shown.findings.is_empty():
        notices.say(f"{place} : aucun constat à accepter, fichier non écrit.")
        return
    write = accepted.as_workbook if Path(place).suffix.lower() == ".xlsx" else accepted.as_toml
    deliver(write(shown, reason, author), place)
    notices.say(f"{place} : {counted(len(shown.findings), 'constat accepté', 'constats acceptés')}.")


def _check_annotated(given: CheckRequest, inputs: tuple[str, ...]) -> None:
    """Refuse, before anything is read, what could not be annotated or written."""
    annotate = given.annotate
    if annotate is None:
        return
    from avenant9.annotated.copy import check_input  # noqa: PLC0415
    from avenant9.errors import SettingError  # noqa: PLC0415

    place = f"--annotate {annotate}"
    if Path(annotate).suffix.lower() != ".xlsx":
        raise SettingError(place, "la copie annotée est un classeur .xlsx", "donnez un nom en .xlsx")
    if given.output is not None and Path(given.output).resolve() == Path(annotate).resolve():
        raise SettingError(place, "c'est aussi le fichier de -o", "donnez deux noms")
    check_place(annotate, inputs, "--annotate")
    check_input(options.distinct(given.files)[0])


def _write_annotated(file: str, place: str, shown: Report, notices: Notices) -> ExitCode:
    """Write the annotated copy; where that fails, say so: the report is there already."""
    from avenant9.annotated import copy as annotate  # noqa: PLC0415
    from avenant9.errors import InputError, OutputError  # noqa: PLC0415

    try:
        if lost := annotate.warning(file):
            notices.say(lost)
        notices.step("Copie annotée du classeur…")
        copy, said = annotate.annotate(file, shown)
        notices.done()
        deliver(copy, place)
    except (InputError, OutputError) as error:
        notices.done()
        refuse(error)
        return ExitCode.UNREADABLE
    for notice in said:
        notices.say(notice)
    return ExitCode.DONE


def _nothing(files: tuple[str, ...]) -> str:
    from avenant9.wording import counted  # noqa: PLC0415

    return f"a9 : {counted(len(files), 'fichier')}, aucune ligne lue, aucun acte contrôlé, aucune règle appliquée."


def _account(acts: Acts, report: Report) -> str:
    """The last line on stderr: every file, sheet, row, act and rule, accounted for."""
    from avenant9.wording import counted  # noqa: PLC0415

    summary = report.summary
    words = [
        *what_was_read(acts, report.inputs),
        counted(summary.acts, "acte contrôlé", "actes contrôlés"),
        counted(len(report.rejected), "ligne rejetée", "lignes rejetées"),
        *left_out(len(report.not_counted)),
        counted(summary.violation + summary.review, "constat"),
        *([counted(len(report.waived), "constat accepté")] if report.waived else []),
        *([counted(len(report.known), "déjà connu", "déjà connus")] if report.known else []),
        counted(report.rules_run, "règle appliquée", "règles appliquées")
        + f" dont {counted(len(report.unverifiable), 'non vérifiable', 'non vérifiables')}",
    ]
    return f"a9 : {', '.join(words)}."
