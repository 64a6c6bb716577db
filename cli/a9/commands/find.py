"""`a9 find`: the acts, and the pairs of acts, that make an amount."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from a9 import options
from a9.exits import ExitCode, refuse
from a9.help import SETTINGS
from a9.reading import read_acts, tell, what_was_read
from a9.request import Request
from a9.settings import ReadingCommand
from a9.status import status_of_reading
from avenant9.errors import InputError
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from datetime import date as Day  # noqa: N812 - `date` is an option

    from avenant9.model import Acts
    from avenant9.results.find import Find


class _Given(Request, frozen=True, kw_only=True):
    """What was typed."""

    amount: int
    date: Day | None
    invoice: str | None
    tolerance: int


@click.command(
    "find",
    cls=ReadingCommand,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 find actes.xlsx --amount 44,52
  a9 find 2022-*.csv --amount 44,52 --date 12/05/2022
  a9 find actes.csv --amount 30 --tolerance 0,50 -o candidats.csv""",
)
@click.argument("files", nargs=-1, required=True, metavar="FICHIERS...")
@click.option(
    "--amount", type=options.Euros(), required=True, metavar="SOMME", help="La somme à expliquer, en euros."
)
@click.option("--date", type=options.Day(), metavar="DATE", help="Seulement les actes de ce jour de soins.")
@click.option("--invoice", metavar="NUMÉRO", help="Seulement les actes de cette facture.")
@click.option(
    "--tolerance",
    type=options.Euros(),
    default=0,
    metavar="SOMME",
    help="Écart admis entre la somme des actes et celle que l'on cherche ; par défaut aucun.",
)
@options.result_options(*FORMATS)
@options.as_of_option
@options.reading_options
@options.acts_options
def command(**options_: Any) -> int:
    """Actes dont le montant facturé, ou la part remboursée, est la somme donnée ; puis paires d'actes qui la font.

    Une paire est de deux actes d'un même patient le même jour, ou d'une même facture. C'est ce qu'il faut devant un
    avis de la caisse qui ne dit qu'une somme. Sans résultat, le code de sortie est 0 aussi.
    """
    return _run(_Given(**options_))


def _run(given: _Given) -> int:
    if given.profile == "fiscal":
        raise click.UsageError(
            "la recherche montre la nature des actes, que le profil fiscal tait ; choisissez --profile comptable."
        )
    wanted, reading, notices = given.start(FORMATS)

    from avenant9.documents.render import render  # noqa: PLC0415 - --help must not import polars
    from avenant9.engine import Options, prepared  # noqa: PLC0415
    from avenant9.find import Sought, find  # noqa: PLC0415

    rulebook = given.rulebook(notices)
    try:
        acts = read_acts(reading, rulebook, notices)
    except InputError as error:
        refuse(error)
        return int(ExitCode.UNREADABLE)
    run = prepared(acts, rulebook, Options(as_of=given.day, zone=given.zone))
    sought = Sought(given.amount, given.tolerance, given.date, given.invoice)
    result = find(acts, run.acts_read, sought, given.profile)
    tell(acts, acts.notices, (), notices)
    given.deliver(render(wanted, result, given.page))
    notices.say(_account(acts, result))
    return int(status_of_reading(acts))


def _account(acts: Acts, result: Find) -> str:
    """The last line on stderr."""
    from avenant9.wording import counted  # noqa: PLC0415

    words = [
        *what_was_read(acts, acts.inputs),
        counted(len(acts.table), "acte regardé", "actes regardés"),
        counted(len(acts.rejected), "ligne rejetée", "lignes rejetées"),
        counted(len(result.matches), "somme trouvée", "sommes trouvées"),
    ]
    return f"a9 : {', '.join(words)}."
