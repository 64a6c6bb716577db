"""The clients of a firm whose ceiling on remote activity was followed: the list, then each client."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from avenant9.documents import firm_list, threshold
from avenant9.documents.firm_list import Entry, Told
from avenant9.documents.sentences import position
from avenant9.model import Verdict
from avenant9.named import named
from avenant9.report.document import Document, Section
from avenant9.wording import DISCLAIMER, counted, day, integer, plural

if TYPE_CHECKING:
    from avenant9.report.document import Table
    from avenant9.results.firm import FollowedClient, FollowedFirm
    from avenant9.results.threshold import Followed

_PRINTED = 12
_NOTHING = "aucun acte compté"

#: The columns of the list: the year of a practitioner that is nearest to its ceiling, or most beyond it.
_COLUMNS: tuple[Told[Followed], ...] = (
    Told("Praticien", "identifier", lambda year: year.practitioner),
    Told("Spécialité", "text", lambda year: year.label or year.named_specialty, widest=24),
    Told("Année", "identifier", lambda year: year.year, narrow=True),
    Told("Actes", "integer", lambda year: year.total, narrow=True),
    Told("À distance", "integer", lambda year: year.remote, narrow=True),
    Told("Part", "share", lambda year: year.share, narrow=True),
    Told("Plafond", "share", lambda year: year.ceiling, narrow=True),
    Told("Excédent", "integer", lambda year: year.excess),
    Told("Marge", "integer", lambda year: year.margin),
    Told("Actes en présence à ajouter", "integer", lambda year: year.to_add_in_person),
    Told("Position", "text", position, narrow=True),
)
#: Those of the CSV: new ones only at the end.
CSV = firm_list.csv_columns(_COLUMNS)


def csv(result: FollowedFirm) -> Table:
    """A line for each client."""
    return firm_list.told(_COLUMNS, _entries(result))


def document(result: FollowedFirm, *, whole: bool = True) -> Document:
    """The result; `whole`: the years of each client follow the list."""
    totals = result.totals
    over = f"dont {integer(totals.over) if totals.over else 'aucune'} au-dessus du plafond"
    parts = [f"{counted(totals.practitioners, 'année de praticien', 'années de praticien')}, {over}"]
    if totals.failed:
        parts.append(f"{integer(totals.failed)} non {plural(totals.failed, 'lu')}")
    sections = (
        Section("Clients", tables=(firm_list.listed(_COLUMNS, _entries(result), totals, _PRINTED),)),
        firm_list.remarks(result.clients),
        *(map(_client, result.clients) if whole else ()),
    )
    found = {entry.verdict for entry in _entries(result)}
    doubt = totals.over or totals.failed
    worst = Verdict.VIOLATION if Verdict.VIOLATION in found else Verdict.REVIEW if doubt else Verdict.OK
    footer = (*firm_list.FOOTER, f"Suivi fait au {day(result.as_of)}.", DISCLAIMER)
    words = f"{counted(totals.clients, 'client')} : {' ; '.join(parts)}."
    return Document("Activité à distance des clients", words, sections, worst, footer, firm_list.ABOUT)


def _entries(result: FollowedFirm) -> list[Entry[Followed]]:
    return [_entry(client) for client in result.clients]


def _entry(client: FollowedClient) -> Entry[Followed]:
    if client.threshold is None:
        return Entry(client, None, "non lu", None)
    year = max(client.threshold.practitioners, key=attrgetter("used"), default=None)
    if year is None:
        return Entry(client, None, _NOTHING, None)
    if year.over:
        found = Verdict(year.verdict) if year.verdict else Verdict.VIOLATION
        return Entry(client, year, found.french, found)
    unsure = year.verdict == "unverifiable"
    return Entry(client, year, Verdict.UNVERIFIABLE.french if unsure else "sous le plafond", None)


def _client(client: FollowedClient) -> Section:
    """One client: the years of its practitioners."""
    said = tuple(firm_list.said(client))
    if client.threshold is None:
        return Section(client.client, said, sheet=client.client, line="non lu")
    told = threshold.document(named(client.threshold))
    return Section(
        client.client, (*said, told.answer), tables=told.sections[0].tables, sheet=client.client, line=told.answer
    )
