"""What a trace of any kind is made of: acts counted and not, periods, money; and the lines in which it is told."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

from msgspec import Struct, field

from avenant9.acts.columns import heading, in_french
from avenant9.model import CellRef
from avenant9.wording import day, listed, plural, quoted

ALWAYS = 1900  # a text from before any act: it has no start


class Cents(int):
    """An amount in cents: programs read it as euros with two decimals."""


class Thousandths(int):
    """A coefficient in thousandths: programs read it as a decimal."""


def cents(value: int | None) -> Cents | None:
    """An amount of the table of acts."""
    return None if value is None else Cents(value)


def times(coefficient: int, quantity: int) -> str:
    """What a tariff is multiplied by: nothing for a factor of one."""
    by = "" if coefficient == 1000 else f" × {coefficient / 1000:g}".replace(".", ",")
    return by + ("" if quantity in (0, 1) else f" × {quantity}")


#: Why an act that could have been counted was not.
Why = Literal[
    "cancelled",
    "cancellation",
    "orphan",
    "repeated",
    "rejete",
    "annule",
    "other-practitioner",
    "other-reason",
    "other-channel",
    "other-place",
    "other-discharge",
    "other-age",
    "before-version",
    "after-version",
    "no-units",
    "refused",
]
WHY: dict[Why, str] = {
    "cancelled": "acte annulé",
    "cancellation": "annulation",
    "orphan": "annulation sans l'acte qu'elle annule",
    "repeated": "déjà lu dans un autre fichier",
    "rejete": "statut « rejeté » dans le fichier",
    "annule": "statut « annulé » dans le fichier",
    "other-practitioner": "autre praticien",
    "other-reason": "autre motif",
    "other-channel": "autre canal",
    "other-place": "autre lieu",
    "other-discharge": "autre sortie d'hospitalisation, le",
    "other-age": "autre âge, patient",
    "before-version": "avant le début de cette version de la règle, le",
    "after-version": "après la fin de cette version de la règle, le",
    "no-units": "aucune unité facturée",
    "refused": "non conforme à",
}


#: The columns whose values are told in their own words.
_COLUMN: dict[Why | None, str] = {"other-reason": "reason", "other-channel": "channel", "other-place": "place"}


class Span(Struct, frozen=True):
    """Days on which something holds; `last` is null while no end is known."""

    first: date
    last: date | None

    def __str__(self) -> str:
        if self.first.year <= ALWAYS:
            return "à toute date" if self.last is None else f"jusqu'au {day(self.last)}"
        return f"depuis le {day(self.first)}" if self.last is None else f"du {day(self.first)} au {day(self.last)}"


#: What made an act not count: a word, or a day.
Detail: TypeAlias = str | date


class ActLine(Struct, frozen=True):
    """One act of the user's files as a line of a trace; `here` marks the act explained.

    `running` are the units counted so far, this act included. `repeats` is the row that a doubtful act repeats.
    """

    where: CellRef
    date: datetime.date
    time: datetime.time | None
    code: str
    units: int
    here: bool = False
    running: int | None = None
    repeats: CellRef | None = None
    why: Why | None = None
    detail: Detail | None = None  # the other practitioner, reason or channel; the bound; the rule that refused it
    missing: tuple[str, ...] = ()  # what is unknown of it

    def remarks(self, told: Told, beyond: int | None) -> Iterator[str]:
        """What there is to say of it beside its row, day and code; `beyond` is the limit of a count."""
        if self.units not in (0, 1):
            yield f"quantité {self.units}"
        if self.running is not None:
            yield f"compte {self.running}"
        if beyond is not None and (self.running or 0) > beyond:
            yield "au-delà"
        if self.why is not None:
            yield WHY[self.why] + (f" {self._detail()}" if self.detail else "")
        if self.missing:
            yield f"inconnu : {listed(quoted(map(heading, self.missing)))}"
        if self.repeats is not None:
            yield f"même acte que la ligne {told.row(self.repeats)} ?"

    def _detail(self) -> str:
        """What made it not count."""
        if isinstance(self.detail, date):
            return day(self.detail)
        if self.why in _COLUMN:
            (said,) = quoted(in_french(_COLUMN[self.why], [str(self.detail)]))
            return said
        return str(self.detail)


class Told(Struct, frozen=True):
    """To whom a trace is told: on which row it stands, how places are named, what was not read."""

    here: CellRef
    place: Callable[[str, str | None], str]  # a sheet in words
    rejected: int = 0  # rows of all files that could not be read
    reproached: bool = False  # the rule reproaches something, or cannot say

    def row(self, spot: CellRef) -> str:
        """A row number, with its sheet where it is another one."""
        same = (spot.file, spot.sheet) == (self.here.file, self.here.sheet)
        return str(spot.row) if same else f"{spot.row} ({self.place(spot.file, spot.sheet)})"

    def rows(self, spots: Sequence[CellRef]) -> str:
        """Rows in words."""
        return f"{plural(len(spots), 'la ligne', 'les lignes')} {listed(list(map(self.row, spots)))}"


class Fact(Struct, frozen=True):
    """A label and its value; without a label, more of the value before."""

    label: str
    words: str


class ActList(Struct, frozen=True):
    """Acts under a label and their number in words, each followed by `after`; a long list may be folded."""

    label: str
    number: str
    acts: tuple[ActLine, ...]
    after: tuple[str, ...] = ()
    beyond: int | None = None
    folded: bool = True


Line: TypeAlias = Fact | ActList


def act_list(
    label: str, acts: tuple[ActLine, ...], nothing: str, *, beyond: int | None = None, number: int | None = None
) -> Line:
    """Acts under their number, the units of them all where it is not given."""
    if not acts:
        return Fact(label, nothing)
    units = sum(line.units for line in acts) if number is None else number
    return ActList(label, str(units), acts, beyond=beyond)


class Trace(Struct, frozen=True):
    """What a rule looked at. Each kind has its own; the fields are what `explain --format json` tells."""

    @property
    def facing(self) -> bool:
        """Whether what it looked at means something to the act."""
        return True

    def fine(self, code: str) -> str:
        """Why nothing is reproached to an act of this code, in one French sentence."""
        return f"{code} : rien à reprocher à cet acte."

    def lines(self, told: Told) -> Iterator[Line]:
        """The same for a person."""
        raise NotImplementedError


class Noted(Trace, frozen=True):
    """What a check noted in its own words, for the kinds that have no trace of their own."""

    noted: dict[str, Any] = field(default_factory=dict)
    related: tuple[CellRef, ...] = ()

    def lines(self, told: Told) -> Iterator[Line]:
        """The rows that it names."""
        here = (told.here.file, told.here.sheet, told.here.row)
        related = [spot for spot in self.related if (spot.file, spot.sheet, spot.row) != here]
        if related:
            yield Fact(plural(len(related), "Ligne liée", "Lignes liées"), listed(list(map(told.row, related))))
