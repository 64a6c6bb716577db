"""`a9 threshold`: the share of remote acts against its ceiling, and the request to have it raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click
from msgspec import Struct

from a9 import options
from a9.exits import ExitCode, refuse
from a9.help import SETTINGS, Group
from a9.reading import left_out, read_acts, tell, what_was_read
from a9.request import Request
from a9.settings import ReadingCommand
from a9.status import status_of_reading
from avenant9.errors import InputError, SettingError
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from datetime import date

    from avenant9.model import Acts
    from avenant9.report.formats import Format
    from avenant9.results.threshold import Threshold

#: The formats of a request.
_LETTER: tuple[Format | Literal["docx"], ...] = (*FORMATS, "docx")
_LISTED = 10
_FISCAL = (
    "le suivi du plafond ne dit que la nature des actes, que le profil fiscal tait ; choisissez --profile comptable."
)

_until_option = click.option(
    "--until",
    type=options.Day(),
    metavar="DATE",
    help="Ne compter que les soins jusqu'à cette date : un semestre, comme la commission le lit (indicatif).",
)


class _Given(Request, frozen=True, kw_only=True):
    """The options that both commands take."""

    until: date | None


@click.group(
    "threshold",
    cls=Group,
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    subcommand_metavar="COMMANDE [ARGUMENTS]...",
)
def command() -> None:
    """Le plafond d'activité à distance : le suivre, ou en demander l'aménagement."""


@command.command(
    "show",
    short_help="Suivre le plafond mois par mois.",
    cls=ReadingCommand,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 threshold show actes.xlsx
  a9 threshold show 2022-*.csv --until 2022-06-30
  a9 threshold show actes.xlsx --derogations derogations.toml -o suivi.xlsx""",
)
@click.argument("files", nargs=-1, required=True, metavar="FICHIERS...")
@options.result_options(*FORMATS)
@options.as_of_option
@options.reading_options
@options.acts_options
@_until_option
def show(**options_: Any) -> int:
    """Part des actes à distance par praticien et par année civile, mois par mois, face au plafond en vigueur.

    Ce sont les nombres de la règle seuil/activite-distance de « a9 check ». Une année en cours est projetée au
    31 décembre au rythme des jours couverts. Les groupes sont ceux que lit une commission paritaire locale.

    D'un dossier de clients, une ligne par client : l'année de praticien la plus proche du plafond, ou qui le dépasse
    le plus (voir « a9 check »).
    """
    given = _Given(**options_)
    if options.are_folders(given.files):
        from a9.commands import firm  # noqa: PLC0415

        if given.profile == "fiscal":
            raise click.UsageError(_FISCAL)
        return firm.follow(given, given.until)
    return _run(given, None)


@command.command(
    "request",
    short_help="Préparer une demande d'aménagement.",
    cls=ReadingCommand,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 threshold request actes.xlsx --practitioner 10001234567 --year 2022 -o demande.docx
  a9 threshold request actes.csv --until 2022-06-30""",
)
@click.argument("files", nargs=-1, required=True, metavar="FICHIERS...")
@click.option(
    "--year", type=int, metavar="ANNÉE", help="Année civile de référence ; par défaut la dernière des fichiers."
)
@options.result_options(*_LETTER)
@options.as_of_option
@options.reading_options
@options.acts_options
@_until_option
def request(year: int | None, **options_: Any) -> int:
    """Projet de lettre au secrétariat de la commission paritaire locale, pour un praticien et une année civile.

    La lettre porte les chiffres, les critères à cocher et la durée de l'aménagement ; ce que les fichiers ne
    contiennent pas (nom, adresse, motifs) y est laissé entre crochets. Rien n'est envoyé.
    """
    return _run(_Given(**options_), _Reference(year))


class _Reference(Struct, frozen=True):
    """A request is asked for, for this year or for the latest one."""

    year: int | None


def _run(given: _Given, reference: _Reference | None) -> int:
    if given.profile == "fiscal":
        raise click.UsageError(_FISCAL)
    wanted, reading, notices = given.start(_LETTER if reference is not None else FORMATS)

    from avenant9.documents import threshold as report  # noqa: PLC0415
    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.engine import prepared  # noqa: PLC0415
    from avenant9.remote_share import Asked  # noqa: PLC0415
    from avenant9.rulebook.committee import load_committee  # noqa: PLC0415
    from avenant9.threshold import ceiling, follow  # noqa: PLC0415
    from avenant9.threshold import request as drafted  # noqa: PLC0415

    rulebook, granted = given.rulebook(notices), given.granted()
    try:
        acts = read_acts(reading, rulebook, notices)
    except InputError as error:
        refuse(error)
        return int(ExitCode.UNREADABLE)
    run = prepared(acts, rulebook, given.options(reading, granted))
    committee = load_committee()
    asked = Asked(given.day, given.until, granted, reading.complete_years)
    result = follow(acts, run.acts_read, ceiling(rulebook), rulebook.nomenclature, committee, asked)
    tell(acts, acts.notices, (), notices)
    if reference is not None:
        _refuse_several(result)
        result = drafted(result, ceiling(rulebook), committee, reference.year)
    given.deliver(report.docx(result) if wanted == "docx" else render(wanted, result, given.page))
    notices.say(_account(acts, result))
    return int(status_of_reading(acts))


def _refuse_several(result: Threshold) -> None:
    """A request is one practitioner's."""
    from avenant9.wording import counted, listed  # noqa: PLC0415

    names = list(dict.fromkeys(entry.practitioner for entry in result.practitioners))
    if len(names) < 2:
        return
    shown = names if len(names) <= _LISTED else [*names[:_LISTED], f"{len(names) - _LISTED} autres"]
    raise SettingError(
        "threshold request",
        f"les fichiers ont {counted(len(names), 'praticien')} ({listed(shown)})",
        "choisissez-en un par --practitioner ID",
    )


def _account(acts: Acts, result: Threshold) -> str:
    """The last line on stderr: every file, sheet, row and act, and the years that came out of them."""
    from avenant9.acts.netting import refused_rows  # noqa: PLC0415
    from avenant9.wording import counted  # noqa: PLC0415

    words = [
        *what_was_read(acts, acts.inputs),
        counted(sum(entry.total for entry in result.practitioners), "acte compté", "actes comptés"),
        counted(len(acts.rejected), "ligne rejetée", "lignes rejetées"),
        *left_out(refused_rows(acts.table).height),
        counted(len(result.practitioners), "année de praticien", "années de praticien"),
    ]
    return f"a9 : {', '.join(words)}."
