"""One client checked as if it were alone: its files, its settings, its findings."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from avenant9 import remote_share, threshold, waivers
from avenant9.acts.asked import ReadOptions
from avenant9.acts.load import load_acts
from avenant9.engine import Options, check, prepared
from avenant9.errors import SettingError
from avenant9.firm.clients import SETTINGS
from avenant9.reading.names import writable
from avenant9.records import replace
from avenant9.rulebook.committee import load_committee
from avenant9.rulebook.load import Rulebook, load_rulebook
from avenant9.settings.a9_toml import Settings, load_settings
from avenant9.settings.derogations import load_derogations
from avenant9.settings.of_files import mapping_of
from avenant9.settings.waivers import load_waivers

if TYPE_CHECKING:
    from avenant9.firm.clients import Client
    from avenant9.model import Acts
    from avenant9.results.check import Report
    from avenant9.results.threshold import Threshold
    from avenant9.settings.waivers import Waiver
    from avenant9.waivers import Earlier


class Asked(Struct, frozen=True):
    """What is asked of all clients.

    Attributes:
        options: of the check; `zone`, `derogations` and `complete_years` are those of each client.
        read: how files are read; its mapping is that of each client.
        zone, profile, derogations, waivers, rules: words and paths, as options or the settings of the folder have
            them.
        map_: the mapping that an option names.
        by_hand: the names of those that an option gives, which no settings change.
        settings: those of the folder.
        own: whether the settings that a client has in its folder are followed.
        known: the findings of an earlier run, by client; None where there is none.
    """

    options: Options
    read: ReadOptions
    zone: str
    profile: str
    derogations: str | None = None
    waivers: str | None = None
    rules: str | None = None
    map_: str | None = None
    by_hand: frozenset[str] = frozenset()
    settings: Settings | None = None
    own: bool = True
    known: dict[str, dict[str, Earlier]] | None = None

    def of(self, client: Client) -> Asked:
        """The same with the settings of a client, where it has some. Raises as `load_settings`."""
        place = Path(client.folder, SETTINGS)
        if not self.own or not client.folder or not place.is_file():
            return self
        settings = load_settings(place).over(self.settings)
        changed: dict[str, Any] = {
            name: value for name, value in settings.options.items() if name not in self.by_hand
        }
        return replace(self, settings=settings, **changed)

    def verify(self) -> None:
        """What is asked of all clients is read once, before any of them.

        Raises:
            A9Error: the mapping, waivers or derogations cannot be used.
        """
        _prepared(self)


class Checked(Struct, frozen=True):
    """What was read of a client and found of it, before a profile hides anything."""

    acts: Acts
    report: Report
    profile: str
    rulebook: Rulebook


def check_client(client: Client, asked: Asked) -> Checked:
    """One client, as a run of its files alone would check it.

    Raises:
        InputError: nothing of it could be read.
        A9Error: its settings cannot be used.
    """
    asked, chosen, acts = _read(client, asked)
    report = check(acts, chosen.rulebook, chosen.options)
    report = waivers.apply(report, chosen.accepted, report.as_of) if chosen.accepted else report
    if asked.known is not None:
        report = waivers.against(report, asked.known.get(client.name, {}))
    return Checked(acts, report, asked.profile, chosen.rulebook)


def follow_client(client: Client, asked: Asked) -> tuple[Acts, Threshold]:
    """The acts of one client, and the follow-up of its ceiling, as a run of its files alone would give it.

    Raises:
        InputError: nothing of it could be read.
        A9Error: its settings cannot be used, or their profile may not see the nature of the acts.
    """
    asked, chosen, acts = _read(client, asked)
    if asked.profile == "fiscal":
        raise SettingError(SETTINGS, "le profil fiscal tait la nature des actes", "choisissez --profile comptable")
    told = chosen.options
    within = remote_share.Asked(told.as_of, told.until, told.derogations, told.complete_years)
    rule, names = threshold.ceiling(chosen.rulebook), chosen.rulebook.nomenclature
    run = prepared(acts, chosen.rulebook, told)
    return acts, threshold.follow(acts, run.acts_read, rule, names, load_committee(), within)


def _read(client: Client, asked: Asked) -> tuple[Asked, _Prepared, Acts]:
    """What is asked of a client, what files say of that, and its acts."""
    if client.refused is not None:
        raise client.refused
    asked = asked.of(client)
    chosen = _prepared(asked)
    files = client.files
    return asked, chosen, writable(load_acts(files, chosen.rulebook.nomenclature, chosen.read), files)


@cache
def rulebook_of(rules: str | None) -> Rulebook:
    """The rules, those of a folder among them: loaded once, whatever the number of clients. Raises RulebookError."""
    return load_rulebook(Path(rules) if rules else None)


class _Prepared(Struct, frozen=True):
    rulebook: Rulebook
    read: ReadOptions
    options: Options
    accepted: tuple[Waiver, ...]


def _prepared(asked: Asked) -> _Prepared:
    """What files say of what is asked."""
    rulebook = rulebook_of(asked.rules)
    mapping = mapping_of(asked.map_, asked.settings, rulebook.nomenclature, asked.read.practitioner)
    granted = load_derogations(Path(asked.derogations)) if asked.derogations else ()
    years = asked.settings.complete_years if asked.settings else ()
    return _Prepared(
        rulebook=rulebook,
        read=replace(asked.read, mapping=mapping),
        options=replace(asked.options, zone=asked.zone, derogations=tuple(granted), complete_years=years),
        accepted=tuple(load_waivers(Path(asked.waivers), rulebook.rules)) if asked.waivers else (),
    )


def processes() -> int:
    """How many clients are checked at a time: one on each core."""
    return os.cpu_count() or 1
