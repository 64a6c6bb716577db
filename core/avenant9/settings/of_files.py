"""What says how files of acts are read: an option, then the settings."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from avenant9.records import replace

if TYPE_CHECKING:
    from avenant9.acts.mapping import Mapping
    from avenant9.model import Nomenclature
    from avenant9.settings.a9_toml import Settings


def mapping_of(
    map_: str | None, config: Settings | None, nomenclature: Nomenclature | None, practitioner: str | None
) -> Mapping | None:
    """The mapping in force, without its practitioner where an option names one. Raises as `mappings`."""
    told = mappings(map_, config, nomenclature)
    if not told:
        return None
    whole = reduce(lambda over, under: over.over(under), told)
    constants = {key: value for key, value in whole.constants.items() if key != "practitioner"}
    return whole if practitioner is None else replace(whole, constants=constants)


def mappings(map_: str | None, config: Settings | None, nomenclature: Nomenclature | None) -> list[Mapping]:
    """What says how files are read, the first to win first; with a nomenclature, its values are checked too.

    Raises:
        InputError, SettingError: as `load_mapping` and `check_mapping`.
    """
    if map_ is None and config is None:  # what reads a mapping takes a while to import
        return []
    from avenant9.acts.check_mapping import check_mapping  # noqa: PLC0415
    from avenant9.settings.mapping import load_mapping  # noqa: PLC0415

    told = [*([load_mapping(Path(map_))] if map_ else []), *([config.mapping] if config else [])]
    if nomenclature is not None:
        for mapping in told:
            check_mapping(mapping, nomenclature)
    return told
