"""`a9 config`: the settings in force, and where each comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from a9 import options
from a9.exits import ExitCode
from a9.help import SETTINGS
from a9.output import check_place, deliver, format_for, page_for
from a9.settings import ReadingCommand
from avenant9.report.formats import TOLD

if TYPE_CHECKING:
    from avenant9.settings.in_force import Setting

#: The options that are settings, and the parameters that hold them.
_OPTIONS = {
    "zone": "zone",
    "profile": "profile",
    "practitioner": "practitioner",
    "derogations": "derogations",
    "waivers": "waivers",
    "rules": "rules",
    "map": "map_",
    "sheet": "sheets",
    "all-sheets": "all_sheets",
    "encoding": "encoding",
}


@click.command(
    "config",
    cls=ReadingCommand,
    context_settings=SETTINGS,
    epilog="""\b
Exemples :
  a9 config
  a9 config clients/martin/actes.csv
  a9 config actes.csv --map colonnes.toml --format json""",
)
@click.argument("files", nargs=-1, metavar="[FICHIERS...]")
@options.result_options(*TOLD)
@options.reading_options
@options.acts_options
@options.waivers_option
@click.pass_context
def command(
    ctx: click.Context, /, files: tuple[str, ...], format_: str | None, output: str | None, **asked: Any
) -> int:
    """Les réglages en vigueur, et d'où vient chacun : une option, un fichier a9.toml, ou rien.

    Les fichiers d'actes, s'il y en a, ne sont pas lus : ils disent seulement où chercher a9.toml. Ce que disent les
    réglages est vérifié comme pour « a9 check ».
    """
    wanted = format_for(format_, output, TOLD)
    config = asked["config"]
    check_place(output, options.read_from(*files, asked["map_"], config=config))

    from avenant9.documents.render import render  # noqa: PLC0415 - --help must not import polars
    from avenant9.rulebook.load import load_rulebook  # noqa: PLC0415
    from avenant9.settings.in_force import in_force  # noqa: PLC0415
    from avenant9.settings.of_files import mappings  # noqa: PLC0415

    rulebook = load_rulebook(Path(asked["rules"]) if asked["rules"] else None)
    told = mappings(asked["map_"], config, rulebook.nomenclature)
    found = in_force(_settings(ctx, asked), told[0] if asked["map_"] else None, config)
    deliver(render(wanted, found, page_for(output, asked["color"])), output)
    return int(ExitCode.DONE)


def _settings(ctx: click.Context, asked: dict[str, Any]) -> list[Setting]:
    """The options that are settings, each with what it is and who says so."""
    from avenant9.settings.in_force import Origin, Setting  # noqa: PLC0415

    origins = {ParameterSource.DEFAULT: Origin.DEFAULT, ParameterSource.DEFAULT_MAP: Origin.FILE}
    sources = {name: ctx.get_parameter_source(parameter) for name, parameter in _OPTIONS.items()}
    return [
        Setting("", name, asked[_OPTIONS[name]], origins.get(source, Origin.OPTION) if source else Origin.DEFAULT)
        for name, source in sources.items()
    ]
