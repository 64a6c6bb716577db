"""`a9.toml`: what a firm or a doctor would type each time, and the mapping of the files beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Struct, field
from pydantic import AfterValidator, Field

from avenant9.acts.mapping import Mapping
from avenant9.settings.choices import PROFILES, ZONES
from avenant9.settings.mapping import MappingFile, validated
from avenant9.wording import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_REMEDY = "corrigez vos réglages (man 5 a9-config), ou donnez --no-config"
_YEARS = range(2000, 2100)


class Settings(Struct, frozen=True):
    """The settings of a file.

    Attributes:
        place: the file, as messages name it.
        options: name of an option -> its value, for those that the file gives: zone, profile, and the paths of
            derogations, waivers and rules, from the folder that the paths of the command start from.
        complete_years: the civil years that the files hold whole.
        mapping: what it says of the files of acts.
    """

    place: str
    options: dict[str, str] = field(default_factory=dict)
    complete_years: tuple[int, ...] = ()
    mapping: Mapping = field(default_factory=Mapping)

    def over(self, under: Settings | None) -> Settings:
        """These settings, completed key by key by those of a folder above."""
        if under is None:
            return self
        return Settings(
            place=self.place,
            options=under.options | self.options,
            complete_years=self.complete_years or under.complete_years,
            mapping=self.mapping.over(under.mapping),
        )


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def known(word: str) -> str:
        if word not in words:
            near = did_you_mean(word, words) or listed(words, "ou")
            raise ValueError(f"« {word} » n'est pas dans la liste, {near}")
        return word

    return known


def _civil(year: int) -> int:
    if year not in _YEARS:
        raise ValueError("attendu une année civile, par exemple 2023")
    return year


class SettingsFile(MappingFile):
    """What `a9.toml` holds."""

    zone: Annotated[str, AfterValidator(_one_of(ZONES))] | None = None
    profile: Annotated[str, AfterValidator(_one_of(PROFILES))] | None = None
    derogations: str | None = None
    waivers: str | None = None
    rules: str | None = None
    annees_completes: list[Annotated[int, AfterValidator(_civil)]] = Field(default_factory=list)


def load_settings(path: Path) -> Settings:
    """The settings of a file.

    Raises:
        InputError: the file cannot be read.
        SettingError: it holds something that cannot be used: everything wrong at once, with nearest names.
    """
    read, place = validated(SettingsFile, path, _REMEDY), str(path)
    words = {"zone": read.zone, "profile": read.profile}
    paths = {"derogations": read.derogations, "waivers": read.waivers, "rules": read.rules}
    beside = {name: str(path.parent / text) for name, text in paths.items() if text is not None}
    return Settings(
        place=place,
        options={name: word for name, word in words.items() if word is not None} | beside,
        complete_years=tuple(dict.fromkeys(read.annees_completes)),
        mapping=read.mapping(place, place),
    )
