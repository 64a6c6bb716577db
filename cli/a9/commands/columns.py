"""`a9 columns`: what is understood of a file, before it is checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from a9 import options
from a9.exits import ExitCode
from a9.help import SETTINGS, Command
from a9.output import Notices, check_place, deliver, encoding_of, format_for, width
from a9.reading import read_options, standard_input
from avenant9.report.formats import TOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.report.columns import Understood


@click.command(
    "columns",
    cls=Command,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 columns actes.csv
  a9 columns actes.csv --save colonnes.toml
  a9 check actes.csv --map colonnes.toml""",
)
@click.argument("file", metavar="FICHIER")
@click.option(
    "--save",
    metavar="MAPPING.toml",
    help="Enregistrer la correspondance des colonnes dans ce fichier, à relire et à donner à « a9 check --map ».",
)
@options.result_options(*TOLD)
@options.reading_options
def command(
    *,
    file: str,
    save: str | None,
    format_: str | None,
    output: str | None,
    quiet: bool,
    no_progress: bool,
    color: str,
    map_: str | None,
    sheets: tuple[str, ...],
    all_sheets: bool,
    encoding: str | None,
) -> int:
    """Dit ce qui est compris d'un fichier d'actes : feuilles, titres, encodage, séparateur.

    Chaque colonne reconnue est montrée avec sa clé, celle qu'un fichier de correspondance peut nommer.
    """
    wanted = format_for(format_, output, TOLD)
    check_place(output, options.read_from(file, map_))
    check_place(save, options.read_from(file), "--save")  # a mapping may be saved over the one that it completes
    notices = Notices(quiet=quiet, progress=not no_progress)

    from avenant9.reading.read import read_file  # noqa: PLC0415 - --help must not import polars
    from avenant9.report import columns  # noqa: PLC0415

    chosen = read_options(options.Reading((file,), map_, sheets, all_sheets, encoding))
    notices.step("Lecture du fichier…")
    raws, said = read_file(file, chosen.request, standard_input() if file == "-" else None)
    understood = columns.understand(raws, chosen.mapping)
    for sentence in said:
        notices.say(sentence)
    notices.done()
    result = (
        columns.render_json(understood)
        if wanted == "json"
        else columns.render_text(understood, width=width(output), encoding=encoding_of(output))
    )
    deliver(result, output)
    if save is not None:
        deliver(_mapping(file, understood), save)
        notices.say(f"Correspondance enregistrée dans {save} : à relire, puis a9 check {file} --map {save}")
    return int(ExitCode.DONE if any(_recognised(sheet) for sheet in understood) else ExitCode.UNREADABLE)


def _recognised(sheet: Understood) -> bool:
    from avenant9.acts.recognise import Recognised  # noqa: PLC0415

    return isinstance(sheet.found, Recognised)


def _mapping(file: str, understood: Sequence[Understood]) -> str:
    """The mapping of the first sheet of acts; it names that sheet only when it is the only one."""
    from avenant9.acts.recognise import Recognised  # noqa: PLC0415
    from avenant9.errors import InputError  # noqa: PLC0415
    from avenant9.settings.mapping import save_mapping  # noqa: PLC0415

    found = [(sheet.found, sheet.raw) for sheet in understood if isinstance(sheet.found, Recognised)]
    if not found:
        raise InputError(
            file,
            "aucune feuille d'actes reconnue, rien à enregistrer",
            "partez de « a9 template mapping » et nommez les colonnes de date et de code",
        )
    recognised, raw = found[0]
    return save_mapping(recognised, raw if len(found) == 1 else replace(raw, sheet=None))
