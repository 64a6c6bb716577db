"""`a9 claim`: a table of sums that the caisse claims back, answered line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from a9 import options
from a9.exits import ExitCode, refuse, worst
from a9.help import SETTINGS
from a9.output import check_place, deliver
from a9.reading import left_out, read_acts, read_claim, tell, what_was_read
from a9.request import Request
from a9.settings import ReadingCommand
from a9.status import status_of_reading
from avenant9.errors import InputError, SettingError
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from avenant9.model import Acts
    from avenant9.results.claim import Answer, Claim

#: The answers that are worth a letter: the status says so.
_WORTH: Final[tuple[Answer, ...]] = ("contestable", "out_of_time")
_LISTED = 10


class _Given(Request, frozen=True, kw_only=True):
    """What was typed."""

    claim: str
    notified: date | None
    letter: str | None


@click.command(
    "claim",
    cls=ReadingCommand,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 claim indus.xlsx actes-2022.csv actes-2023.csv --notified 2025-06-15
  a9 claim indus.xls actes.xlsx --notified 15/06/2025 -o reponses.xlsx
  a9 claim indus.xlsx actes.csv --practitioner 10001234567 --letter observations.docx""",
)
@click.argument("claim", metavar="RÉCLAMATION")
@click.argument("files", nargs=-1, required=True, metavar="FICHIERS...")
@click.option(
    "--notified",
    type=options.Day(),
    metavar="DATE",
    help="Jour où la notification a été reçue : la prescription se compte jusqu'à lui ; par défaut --as-of.",
)
@click.option(
    "--letter",
    metavar="FICHIER.docx",
    help="Écrire aussi un projet d'observations à la caisse, à relire, compléter et signer.",
)
@options.result_options(*FORMATS)
@options.as_of_option
@options.reading_options
@options.acts_options
def command(**options_: Any) -> int:
    """Réponse à chaque ligne d'un tableau d'indus de la caisse (RÉCLAMATION), d'après des fichiers d'actes.

    Chaque ligne est introuvable, prescrite, déjà réclamée, réclamée pour plus que ce qui a été facturé, fondée sur
    un texte, contestable, à examiner, ou non vérifiable. Le tableau se lit comme un fichier d'actes (xlsx, xls, ods,
    csv), sous ses titres à lui : Indu, Montant réclamé ou Trop-perçu ; Motif ou Grief ; Date de mandatement… Quand
    plusieurs actes conviennent, ils sont tous donnés, et aucun n'est choisi. --map, --sheet, --all-sheets et
    --encoding ne concernent que les actes : les colonnes, les feuilles et l'encodage du tableau sont reconnus.

    Réponse d'après les fichiers fournis, qui ne vaut pas avis juridique. Rien n'est envoyé.
    """
    return _run(_Given(**options_))


def _run(given: _Given) -> int:
    _check(given)
    if given.letter is not None:
        check_place(given.letter, given.inputs(given.claim), "--letter")
    wanted, reading, notices = given.start(FORMATS, given.claim)

    from avenant9.claim.answer import answered  # noqa: PLC0415 - --help must not import polars
    from avenant9.documents import claim_letter  # noqa: PLC0415
    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.rulebook.claims import load_recovery  # noqa: PLC0415

    rulebook, granted = given.rulebook(notices), given.granted()
    try:
        claim = read_claim(given.claim, reading, rulebook)
        acts = read_acts(reading, rulebook, notices)
    except InputError as error:
        refuse(error)
        return int(ExitCode.UNREADABLE)
    notices.step("Contrôle des actes…")
    chosen = given.options(reading, granted, profile=given.profile)
    told = answered(claim, acts, rulebook, load_recovery(), chosen, given.notified)
    tell(acts, (*claim.notices, *acts.notices), told.crashed, notices)
    if given.letter is not None:
        _refuse_several(told.result)
    given.deliver(render(wanted, told.result, given.page))
    if given.letter is not None:
        deliver(claim_letter.render(told.result), given.letter)
    notices.say(_account(acts, told.result))
    return int(_status(acts, told.result, told.crashed))


def _check(given: _Given) -> None:
    """What can be refused before anything is read."""
    if given.profile == "fiscal":
        raise click.UsageError(
            "la réponse à une réclamation dit la nature des actes, que le profil fiscal tait ; choisissez --profile "
            "comptable."
        )
    if given.claim == "-" and "-" in given.files:
        raise click.UsageError("l'entrée standard ne peut être à la fois la réclamation et les actes.")
    if given.claim in given.files:
        raise click.UsageError(f"« {given.claim} » est donné à la fois comme réclamation et comme fichier d'actes.")
    if given.letter is not None and not given.letter.lower().endswith(".docx"):
        raise SettingError(f"--letter {given.letter}", "la lettre est un fichier .docx", "donnez un nom en .docx")
    if given.letter is not None and given.letter == given.output:
        raise SettingError("--letter", "la lettre et le résultat ont le même nom", "donnez-leur deux noms")


def _refuse_several(result: Claim) -> None:
    """A letter is one practitioner's."""
    from avenant9.wording import listed  # noqa: PLC0415

    names = list(dict.fromkeys(line.practitioner for line in result.lines if line.practitioner))
    if len(names) > 1:
        shown = names if len(names) <= _LISTED else [*names[:_LISTED], f"{len(names) - _LISTED} autres"]
        raise SettingError(
            "--letter",
            f"la réclamation vise plusieurs praticiens ({listed(shown)})",
            "choisissez-en un par --practitioner ID",
        )


def _account(acts: Acts, result: Claim) -> str:
    """The last line on stderr: what was read of the acts, and the lines answered."""
    from avenant9.acts.netting import refused_rows  # noqa: PLC0415
    from avenant9.wording import counted  # noqa: PLC0415

    worth = sum(result.summary.by_answer[name].lines for name in _WORTH)
    words = [
        *what_was_read(acts, acts.inputs),
        counted(len(acts.table), "acte contrôlé", "actes contrôlés"),
        counted(len(acts.rejected), "ligne rejetée", "lignes rejetées"),
        *left_out(refused_rows(acts.table).height),
        counted(len(result.lines), "ligne réclamée", "lignes réclamées")
        + f" dont {counted(worth, 'contestable ou prescrite', 'contestables ou prescrites')}",
    ]
    return f"a9 : {', '.join(words)}."


def _status(acts: Acts, result: Claim, crashed: Sequence[str]) -> ExitCode:
    """1 where something is contestable or out of time, 3 where acts could not all be read."""
    worth = any(result.summary.by_answer[name].lines for name in _WORTH)
    return worst([ExitCode.FINDINGS if worth else ExitCode.DONE, status_of_reading(acts, crashed)])
