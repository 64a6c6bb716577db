"""`a9 columns`: what is understood of a file, before it is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from a9 import options
from a9.exits import ExitCode
from a9.help import SETTINGS
from a9.output import Notices, check_place, deliver, format_for, page_for
from a9.reading import announce, read_options, standard_input
from a9.settings import ReadingCommand
from avenant9.report.formats import TOLD

if TYPE_CHECKING:
    from avenant9.settings.a9_toml import Settings


@click.command(
    "columns",
    cls=ReadingCommand,
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
    config: Settings | None,
    map_: str | None,
    sheets: tuple[str, ...],
    all_sheets: bool,
    encoding: str | None,
) -> int:
    """Dit ce qui est compris d'un fichier d'actes : feuilles, titres, encodage, séparateur.

    Chaque colonne est montrée avec sa clé, celle qu'un fichier de correspondance peut nommer, la part de ses cellules
    qui se lit, la première qui ne se lit pas et ses valeurs les plus fréquentes. Le code de sortie est 3 quand
    « a9 check » en donnerait un.
    """
    wanted = format_for(format_, output, TOLD)
    check_place(output, options.read_from(file, map_, config=config))
    check_place(save, options.read_from(file), "--save")  # a mapping may be saved over the one that it completes
    notices = Notices(quiet=quiet, progress=not no_progress)

    from avenant9.acts.load import of_sheets  # noqa: PLC0415 - --help must not import polars
    from avenant9.documents import columns  # noqa: PLC0415
    from avenant9.reading.read import read_file  # noqa: PLC0415
    from avenant9.rulebook.load import load_rulebook  # noqa: PLC0415

    reading = options.Reading((file,), map_, sheets, all_sheets, encoding, config=config)
    announce(reading, (), notices)
    nomenclature = load_rulebook().nomenclature
    chosen = read_options(reading, nomenclature)
    notices.step("Lecture du fichier…")
    raws, said = read_file(file, chosen.request, standard_input() if file == "-" else None)
    understood = columns.understand(raws, nomenclature, chosen.mapping)
    for sentence in said:
        notices.say(str(sentence))
    notices.done()
    result = (
        columns.render_json(understood)
        if wanted == "json"
        else columns.render_text(understood, page_for(output, color))
    )
    deliver(result, output)
    if save is not None:
        deliver(columns.mapping(understood), save)
        notices.say(f"Correspondance enregistrée dans {save} : à relire, puis a9 check {file} --map {save}")
    acts = of_sheets(file, raws, said, nomenclature, chosen)
    rejected = any(sheet.account.rejected for sheet in acts.sheets)
    return int(ExitCode.UNREADABLE if acts.failure or rejected else ExitCode.DONE)
