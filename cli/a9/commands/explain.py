"""`a9 explain`: one row of acts, and every rule that looked at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from a9 import options
from a9.help import SETTINGS
from a9.reading import read_acts, tell, what_was_read
from a9.request import Request
from a9.settings import ReadingCommand
from a9.status import status_of_reading
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from avenant9.explanation import Explanation
    from avenant9.model import Acts


@click.command(
    "explain",
    cls=ReadingCommand,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 explain actes.csv --at 57
  a9 explain cabinet.xlsx --at Généraliste!507
  a9 explain cabinet.xlsx --at A0108
  a9 explain 2022-*.csv --at 2022-11.csv:12 --profile cpam -o reponse.txt""",
)
@click.argument("files", nargs=-1, required=True, metavar="FICHIERS...")
@click.option(
    "--at",
    required=True,
    metavar="[FICHIER:][FEUILLE!]LIGNE",
    help="La ligne à expliquer, comme le tableur la numérote ; le fichier et la feuille, s'il y en a plusieurs. Ou "
    "un numéro de facture, dont chaque ligne est expliquée ; « facture 58 » si une ligne porte le même numéro.",
)
@options.result_options(*FORMATS)
@options.as_of_option
@options.reading_options
@options.acts_options
def command(at: str, **options_: Any) -> int:
    """Explication d'une ligne : ce que chaque règle a compté, dans quelle fenêtre, par quel texte, et sa réponse.

    Tous les fichiers sont lus, puisqu'une règle peut compter les autres lignes du patient ou du praticien. Pour une
    limite dépassée, la première date à laquelle l'acte l'aurait respectée est donnée.

    En CSV, une ligne par règle : l'acte (fichier, feuille, ligne, date, code, praticien, patient, facture, montant),
    la règle, son verdict, sa réponse, ce qui est en jeu, le texte, sa confiance, son adresse, ce qui a été compté.
    """
    given = Request(**options_)
    wanted, reading, notices = given.start(FORMATS)

    from avenant9 import profile  # noqa: PLC0415
    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.explain import Explainer  # noqa: PLC0415
    from avenant9.locate import find  # noqa: PLC0415

    rulebook, granted = given.rulebook(notices), given.granted()
    acts = read_acts(reading, rulebook, notices)
    find(acts, at)  # a row that is not there is told before the rules are run
    notices.step("Contrôle des actes…")
    explainer = Explainer(acts, rulebook, given.options(reading, granted))
    shown = profile.explained(explainer.at(at), given.profile)
    tell(acts, acts.notices, explainer.crashed, notices)
    given.deliver(render(wanted, shown, given.page))
    notices.say(_account(acts, shown))
    return int(status_of_reading(acts, explainer.crashed))


def _account(acts: Acts, explanation: Explanation) -> str:
    """The last line on stderr: every file, sheet, row and act, and the rules that looked at the row."""
    from avenant9.wording import counted  # noqa: PLC0415

    looked = len({block.rule for one in explanation.acts for block in one.blocks})
    words = [
        *what_was_read(acts, acts.inputs),
        counted(len(acts.table), "acte contrôlé", "actes contrôlés"),
        counted(len(acts.rejected), "ligne rejetée", "lignes rejetées"),
        f"{counted(explanation.rules, 'règle')} dont {looked} pour cette ligne",
    ]
    return f"a9 : {', '.join(words)}."
