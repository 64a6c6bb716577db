"""The settings in force, and where each comes from: an option, the settings file, or neither."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.acts.mapping import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from avenant9.settings.a9_toml import Settings

Value = str | int | bool | tuple[int, ...] | tuple[str, ...] | None


class Origin(StrEnum):
    """Where a setting comes from."""

    OPTION = "option"
    FILE = "file"
    DEFAULT = "default"


class Setting(Struct, frozen=True):
    """One setting, by the `section` of a settings file (none: an option, or the top of the file) and its `key` there.

    Of a table of words the value is their number.
    """

    section: str
    key: str
    value: Value
    origin: Origin

    @property
    def name(self) -> str:
        """As people and programs read it: `constantes.secteur`."""
        return ".".join(filter(None, (self.section, self.key)))


class InForce(Struct, frozen=True):
    """The settings of a command, and the file that gives some of them."""

    file: str | None
    settings: tuple[Setting, ...]


def in_force(options: Iterable[Setting], given: Mapping | None, config: Settings | None) -> InForce:
    """The settings of a command, in the order of its options, then of the sections of a settings file.

    Args:
        options: those that an option names, whatever said so.
        given: the mapping that an option names.
        config: what the settings file says.
    """
    years = config.complete_years if config else ()
    told = Setting("", "annees_completes", years, Origin.FILE if years else Origin.DEFAULT)
    of_option, of_file = given or Mapping(), config.mapping if config else Mapping()
    by_option = {(section, key) for section, key, _ in _entries(of_option)}
    mapped = (
        Setting(section, key, value, Origin.OPTION if (section, key) in by_option else Origin.FILE)
        for section, key, value in _entries(of_option.over(of_file))
    )
    return InForce(config.place if config else None, (*options, told, *mapped))


def _entries(mapping: Mapping) -> Iterator[tuple[str, str, Value]]:
    """What a mapping says, by section and key. Of words that may name somebody only the number is told."""
    yield from (("colonnes", key, heading) for key, heading in mapping.columns.items())
    sector = {None: None, True: "cnam", False: "usuel"}[mapping.sector_cnam]
    of_file = {
        "feuille": mapping.sheet,
        "encoding": mapping.encoding,
        "separateur": mapping.separator,
        "secteur": sector,
        "dates": mapping.dates,
    }
    yield from (("fichier", key, value) for key, value in of_file.items() if value is not None)
    yield from (("constantes", key, value) for key, value in mapping.constants.items())
    yield from (("valeurs", key, len(words)) for key, words in mapping.values.items())
    yield from (("ignorer", key, len(texts)) for key, texts in mapping.ignored.items())
    if mapping.practitioners:
        yield "praticiens", "", len(mapping.practitioners)
