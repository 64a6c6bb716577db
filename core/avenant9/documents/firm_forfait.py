"""The clients of a firm whose lump sums were simulated: the list, then each client."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.documents import firm_list, forfait
from avenant9.documents.firm_list import Entry, Told
from avenant9.model import Verdict
from avenant9.report.document import Document, Section
from avenant9.results.forfait import each
from avenant9.wording import DISCLAIMER, counted, day, euros, integer, plural

if TYPE_CHECKING:
    from avenant9.report.document import Table
    from avenant9.results.firm import SimulatedClient, SimulatedFirm
    from avenant9.results.forfait import Forfait

_PRINTED = 10
_FAILED, _UNSETTLED, _SETTLED = "non simulé", "points inconnus", "calculé"


class _Line(Struct, frozen=True):
    """The practices and years of a client."""

    every: tuple[Forfait, ...]

    @property
    def settled(self) -> bool:
        return all(one.points is not None for one in self.every)

    @property
    def practices(self) -> int:
        return len({one.practice for one in self.every})

    @property
    def years(self) -> str:
        return ", ".join(map(str, sorted({one.year for one in self.every})))

    def points(self) -> Decimal | None:
        """All points; None where some are not known."""
        return sum((one.points or Decimal(0) for one in self.every), Decimal(0)) if self.settled else None

    def euros(self) -> int | None:
        """The cents of the points; None where some are not known."""
        return sum((one.euros or 0) for one in self.every) if self.settled else None

    def beside(self) -> int:
        """The cents that are known of the sums beside the points."""
        return sum(one.known - (one.euros or 0) for one in self.every)

    def known(self) -> int | None:
        """The cents that are known; None where nothing is."""
        return sum(one.known for one in self.every) or (0 if self.settled else None)

    def unknown(self) -> int:
        """The indicators that were not answered, but for those that no source settles."""
        states = (one.status for own in self.every for volet in own.volets for one in volet.indicators)
        return sum(state == "unknown" for state in states) - sum(len(own.unresolved) for own in self.every)


#: The columns of the list.
_COLUMNS: tuple[Told[_Line], ...] = (
    Told("Cabinets", "integer", lambda line: line.practices, narrow=True),
    Told("Année", "identifier", lambda line: line.years, narrow=True),
    Told("Points", "points", _Line.points, narrow=True),
    Told("Euros des points", "euros", _Line.euros, narrow=True),
    Told("Sommes à côté", "euros", _Line.beside),
    Told("Euros connus", "euros", _Line.known, narrow=True),
    Told("Indicateurs non renseignés", "integer", _Line.unknown),
)
#: Those of the CSV: new ones only at the end.
CSV = firm_list.csv_columns(_COLUMNS)


def csv(result: SimulatedFirm) -> Table:
    """A line for each client."""
    return firm_list.told(_COLUMNS, _entries(result))


def document(result: SimulatedFirm, *, whole: bool = True) -> Document:
    """The result; `whole`: each client follows the list."""
    totals = result.totals
    parts = [
        f"{euros(totals.total_euros)} connus",
        *([f"{counted(totals.unsettled, 'résultat')} aux points inconnus"] if totals.unsettled else []),
        *([f"{integer(totals.failed)} non {plural(totals.failed, 'simulé')}"] if totals.failed else []),
    ]
    sections = (
        Section("Clients", tables=(firm_list.listed(_COLUMNS, _entries(result), totals, _PRINTED),)),
        firm_list.remarks(result.clients),
        *(map(_client, result.clients) if whole else ()),
    )
    worst = Verdict.REVIEW if totals.failed or totals.unsettled else Verdict.OK
    words = f"{counted(totals.clients, 'client')} : {', '.join(parts)}."
    footer = (f"Simulation faite au {day(result.as_of)}.", DISCLAIMER)
    return Document("Forfaits des clients", words, sections, worst, footer, firm_list.ABOUT)


def _entries(result: SimulatedFirm) -> list[Entry[_Line]]:
    return [_entry(client) for client in result.clients]


def _entry(client: SimulatedClient) -> Entry[_Line]:
    if client.forfait is None:
        return Entry(client, None, _FAILED, None)
    line = _Line(each(client.forfait))
    return Entry(client, line, _SETTLED if line.settled else _UNSETTLED, None)


def _client(client: SimulatedClient) -> Section:
    """One client: its answer, and the tables that a simulation of its files alone shows."""
    said = tuple(firm_list.said(client))
    if client.forfait is None:
        return Section(client.client, said, sheet=client.client, line=_FAILED)
    told = forfait.document(client.forfait, whole=False)
    tables = tuple(table for section in told.sections for table in section.tables)
    return Section(client.client, (*said, told.answer), tables=tables, sheet=client.client, line=told.answer)
