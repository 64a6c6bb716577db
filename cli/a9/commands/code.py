"""`a9 code`: all that the rulebook says of one act."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from a9 import options
from a9.help import SETTINGS, Command
from a9.output import check_place, deliver, format_for, page_for
from avenant9.report.formats import FORMATS

if TYPE_CHECKING:
    from datetime import date


@click.command("code", cls=Command, context_settings=SETTINGS)
@click.argument("code", metavar="CODE")
@click.option("--at", type=options.Day(), metavar="DATE", help="Date de soins ; par défaut celle du jour.")
@options.result_options(*FORMATS)
@options.rules_option
def command(
    code: str,
    at: date | None,
    format_: str | None,
    output: str | None,
    color: str,
    rules: str | None,
    **_unused: Any,
) -> None:
    """Un acte : ce qu'il vaut ce jour-là et ce qu'il a valu, qui le facture, à qui, combien de fois, avec quoi, et
    par quels textes.

    CODE s'écrit comme dans un export : « VL », « 2 CNPSY », « 1214 ». Un code sans règle le dit.
    """
    from avenant9.act_card import card, meant  # noqa: PLC0415 - --help must not import pydantic
    from avenant9.documents.render import render  # noqa: PLC0415
    from avenant9.rulebook.load import load_rulebook  # noqa: PLC0415
    from avenant9.rulebook.measures import load_measures  # noqa: PLC0415

    wanted = format_for(format_, output, FORMATS)
    check_place(output)
    folder = Path(rules) if rules else None
    rulebook = load_rulebook(folder)
    found = card(meant(code, rulebook), at or options.today(), rulebook, load_measures(folder))
    deliver(render(wanted, found, page_for(output, color)), output)
