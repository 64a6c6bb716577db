"""What the commands that read acts are asked, and how each of them starts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from msgspec import Struct

from a9 import options
from a9.output import Notices, check_place, deliver, format_for, page_for
from a9.reading import announce, begin, read_rulebook

if TYPE_CHECKING:
    from datetime import date

    from avenant9.engine import Options
    from avenant9.model import GrantedCeiling
    from avenant9.report.page import Page
    from avenant9.rulebook.load import Rulebook
    from avenant9.settings.a9_toml import Settings

Name = TypeVar("Name", bound=str)


class Started(NamedTuple, Generic[Name]):
    """A run that began: the format of its result, what is read, and where it says what it does."""

    wanted: Name
    reading: options.Reading
    notices: Notices


class Request(Struct, frozen=True, kw_only=True):
    """What was typed of `options.result_options`, `as_of_option`, `reading_options` and `acts_options`."""

    files: tuple[str, ...]
    format_: str | None
    output: str | None
    quiet: bool
    no_progress: bool
    color: str
    as_of: date | None
    config: Settings | None
    map_: str | None
    sheets: tuple[str, ...]
    all_sheets: bool
    encoding: str | None
    practitioner: str | None
    derogations: str | None
    zone: str
    rules: str | None
    profile: str

    @property
    def day(self) -> date:
        """The day of the run."""
        return self.as_of or options.today()

    @property
    def page(self) -> Page:
        """How text must be where the result goes."""
        return page_for(self.output, self.color)

    @property
    def notices(self) -> Notices:
        """What says on stderr what is done."""
        return Notices(quiet=self.quiet, progress=not self.no_progress)

    def inputs(self, *others: str | None) -> tuple[str, ...]:
        """What is read, `others` too: never to be written to."""
        return self.beside(*others, *self.files)

    def beside(self, *others: str | None) -> tuple[str, ...]:
        """The same without the acts."""
        return options.read_from(*others, self.map_, self.derogations, config=self.config)

    def start(self, formats: tuple[Name, ...], *others: str | None, ahead: bool = True) -> Started[Name]:
        """Refuses what could not be written, says what is followed, and has the first file read meanwhile.

        Args:
            formats: those of the command.
            others: files that it reads besides.
            ahead: whether the first file is read meanwhile.

        Raises:
            SettingError, OutputError: the result could not be written there.
        """
        files, twice = options.distinct(self.files)
        wanted = format_for(self.format_, self.output, formats)
        check_place(self.output, self.inputs(*others))
        notices = self.notices
        reading = options.Reading(
            files, self.map_, self.sheets, self.all_sheets, self.encoding, self.practitioner, self.config
        )
        announce(reading, twice, notices)
        if ahead:
            begin(reading)
        return Started(wanted, reading, notices)

    def rulebook(self, notices: Notices) -> Rulebook:
        """The rules, and which of ours are replaced: see `read_rulebook`."""
        return read_rulebook(self.rules, notices)

    def granted(self) -> tuple[GrantedCeiling, ...]:
        """The derogations of the ceiling that were obtained. Raises as `load_derogations`."""
        if self.derogations is None:
            return ()
        from avenant9.settings.derogations import load_derogations  # noqa: PLC0415

        return tuple(load_derogations(Path(self.derogations)))

    def options(self, reading: options.Reading, granted: tuple[GrantedCeiling, ...], **narrowed: Any) -> Options:
        """What a check of the acts is asked; `narrowed`: what else it is, by the names of `Options`."""
        from avenant9.engine import Options  # noqa: PLC0415

        return Options(
            as_of=self.day,
            zone=self.zone,
            derogations=granted,
            complete_years=reading.complete_years,
            **narrowed,
        )

    def deliver(self, result: str | bytes) -> None:
        """Writes the result where it was asked. Raises as `output.deliver`."""
        deliver(result, self.output)


class CheckRequest(Request, frozen=True, kw_only=True):
    """What was typed of `a9 check`."""

    only: tuple[str, ...]
    skip: tuple[str, ...]
    from_: date | None
    until: date | None
    waivers: str | None
    baseline: str | None
    pseudonym_key: str | None
    each_to: str | None
    write_waivers: str | None
    reason: str | None
    author: str | None
    annotate: str | None
    findings: int | str | None
    texts: bool
    fail_on: str
    engine: str
    master: str | None

    @property
    def narrowed(self) -> dict[str, Any]:
        """Which findings are asked for, and how patients are called, by the names of `Options`."""
        names = ("only", "skip", "from_", "until")
        return {name: getattr(self, name) for name in names} | {"pseudonym_key": options.key_of(self.pseudonym_key)}
