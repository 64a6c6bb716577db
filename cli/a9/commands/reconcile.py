"""`a9 reconcile`: the acts of a year against what was declared, paid or booked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from a9 import options
from a9.exits import ExitCode, refuse, worst
from a9.help import SETTINGS
from a9.reading import left_out, read_billed, standard_input, tell, what_was_read
from a9.request import Request
from a9.settings import ReadingCommand, given_by_hand
from avenant9.errors import InputError
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from avenant9.model import Nomenclature
    from avenant9.reconcile.billed import Billed
    from avenant9.reconcile.table import Receipts
    from avenant9.results.reconcile import Against, Reconcile

_TOLERANCE = 100  # cents


class _Given(Request, frozen=True, kw_only=True):
    """What was typed."""

    year: int
    snir: int | None
    payments: str | None
    fec: str | None
    tolerance: int


@click.command(
    "reconcile",
    cls=ReadingCommand,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 reconcile actes.xlsx --year 2023 --snir 184320,50
  a9 reconcile 2023-*.csv --year 2023 --fec 123456789FEC20231231.txt
  a9 reconcile actes.xlsx --year 2023 --payments banque.csv --tolerance 5 -o ecarts.xlsx""",
)
@click.argument("files", nargs=-1, required=True, metavar="FICHIERS...")
@click.option("--year", type=int, required=True, metavar="ANNÉE", help="Année civile à rapprocher.")
@click.option(
    "--snir", type=options.Euros(), metavar="EUROS", help="Honoraires de l'année déclarés par l'assurance maladie."
)
@click.option(
    "--payments",
    metavar="FICHIER",
    help="Paiements reçus : tout tableau avec une date et un montant (relevé de banque, de la caisse, du logiciel).",
)
@click.option(
    "--fec",
    metavar="FICHIER",
    help="Fichier des écritures comptables : les recettes des comptes 70, jour par jour.",
)
@click.option(
    "--tolerance",
    type=options.Euros(),
    metavar="EUROS",
    default=_TOLERANCE,
    help="Reste inexpliqué au-delà duquel le code de sortie est 1 ; par défaut 1,00.",
)
@options.result_options(*FORMATS)
@options.as_of_option
@options.reading_options
@options.acts_options
def command(**options_: Any) -> int:
    """Rapproche une année d'actes des honoraires déclarés (SNIR), des paiements ou des écritures comptables (FEC).

    Les honoraires sont totalisés par mois de soins, par mois de paiement et par famille d'actes, dépassements et
    annulations à part. L'écart avec chacun est expliqué autant que les colonnes le permettent : soins payés une autre
    année, lignes rejetées ou impayées, actes sans date de paiement ; le reste est donné, et les jours dont les sommes
    diffèrent. Les libellés du FEC, qui peuvent nommer des patients, ne sont pas lus.
    """
    return _run(_Given(**options_))


def _run(given: _Given) -> int:
    _check_standard_input(*options.distinct(given.files)[0], given.payments, given.fec)
    wanted, reading, notices = given.start(FORMATS, given.payments, given.fec)

    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.engine import Options  # noqa: PLC0415 - --help must not import polars
    from avenant9.reconcile.run import Asked, reconcile  # noqa: PLC0415

    rulebook = given.rulebook(notices)
    given.granted()  # a file that cannot be used is told all the same
    if given.derogations and given_by_hand("derogations"):
        notices.say("--derogations : sans effet sur un rapprochement ; « a9 threshold » suit le plafond.")
    try:
        asked = Asked(given.year, given.snir, _receipts(given, rulebook.nomenclature), given.tolerance, given.profile)
        billed = read_billed(reading, rulebook, notices)
        chosen = Options(as_of=given.day, zone=given.zone)
        result = reconcile(billed, rulebook, chosen, asked)
    except InputError as error:
        refuse(error)
        return int(ExitCode.UNREADABLE)
    tell(billed.acts, billed.acts.notices, (), notices)
    given.deliver(render(wanted, result, given.page))
    notices.say(_account(billed, result))
    return int(_status(billed, result))


def _check_standard_input(*files: str | None) -> None:
    if files.count("-") > 1:
        raise click.UsageError("l'entrée standard (« - ») ne se lit qu'une fois : donnez un nom aux autres fichiers.")


def _receipts(given: _Given, nomenclature: Nomenclature) -> dict[Against, Receipts]:
    """What is read of the other files; they are small, and refused before the acts are read."""
    from avenant9.reconcile.fec import read_fec  # noqa: PLC0415
    from avenant9.reconcile.payments import read_payments  # noqa: PLC0415

    stdin = standard_input() if "-" in (given.payments, given.fec) else None
    receipts: dict[Against, Receipts] = {}
    if given.payments is not None:
        receipts["payments"] = read_payments(given.payments, nomenclature, stdin)
    if given.fec is not None:
        receipts["fec"] = read_fec(given.fec, stdin)
    return receipts


def _account(billed: Billed, result: Reconcile) -> str:
    """The last line on stderr: every file, sheet, row and act, and the comparisons."""
    from avenant9.acts.netting import refused_rows  # noqa: PLC0415
    from avenant9.wording import counted  # noqa: PLC0415

    acts = billed.acts
    words = [
        *what_was_read(acts, acts.inputs),
        counted(result.total.acts, "acte") + f" en {result.year}",
        counted(len(acts.rejected), "ligne rejetée", "lignes rejetées"),
        *left_out(refused_rows(acts.table).height),
        counted(len(result.comparisons), "rapprochement"),
    ]
    return f"a9 : {', '.join(words)}."


def _status(billed: Billed, result: Reconcile) -> ExitCode:
    """1 where more is left than the tolerance, 3 where something of the files could not be read."""
    acts = billed.acts
    return worst(
        [
            ExitCode.UNREADABLE if acts.failures or acts.rejected else ExitCode.DONE,
            ExitCode.DONE if all(one.explained for one in result.comparisons) else ExitCode.FINDINGS,
        ]
    )
