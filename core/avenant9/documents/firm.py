"""The clients of a firm whose acts were checked: the list, a line each, then each client."""

from __future__ import annotations

from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING

from avenant9.acts.columns import heading
from avenant9.documents import check, firm_list
from avenant9.documents.firm_list import Entry, Told
from avenant9.model import Verdict
from avenant9.named import named
from avenant9.report.document import Document, Fact, Section
from avenant9.results.check import Report
from avenant9.wording import DISCLAIMER, counted, day, euros, integer, month_and_year, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from avenant9.report.document import Table, Value
    from avenant9.results.firm import Client, Firm, Line

_FEW = 3  # practitioners, specialties or months named in a cell


def _euros(title: str, name: str, *, narrow: bool = False) -> Told[Line]:
    return Told(title, "euros", attrgetter(name), narrow, attrgetter(name))


def _integer(title: str, name: str, *, narrow: bool = False) -> Told[Line]:
    return Told(title, "integer", attrgetter(name), narrow, attrgetter(name))


def _some(words: Sequence[str], more: str) -> str | None:
    """A few words, or their number."""
    if len(words) > _FEW:
        return counted(len(words), more)
    return ", ".join(words) or None


def _months(line: Line) -> str | None:
    return _some([month_and_year(month) for month in line.missing_months], "mois")


def _share(line: Line) -> Value:
    return None if line.ceiling is None else line.ceiling.share


def _margin(line: Line) -> int | None:
    """Acts left below the ceiling, negative beyond it; None where the unknown decides."""
    ceiling = line.ceiling
    if ceiling is None or ceiling.verdict == "unverifiable":
        return None
    return ceiling.margin - ceiling.excess


def _of_whom(line: Line) -> str | None:
    return None if line.ceiling is None else f"{line.ceiling.practitioner}, {line.ceiling.year}"


def _dearest(line: Line) -> str | None:
    return None if line.dearest is None else line.dearest.title or line.dearest.rule


def _missing(line: Line) -> str | None:
    if line.missing is None:
        return None
    return f"{heading(line.missing.column)} ({counted(line.missing.rules, 'règle')})"


#: Where a baseline was given.
_KNOWN: Told[Line] = Told("Déjà connus", "integer", lambda line: line.known)
#: The columns of the list, in the order of the contract; before them the client and its verdict, after them what
#: must be said of it.
_COLUMNS: tuple[Told[Line], ...] = (
    Told("Praticien", "identifier", lambda line: _some(line.practitioners, "praticien")),
    Told("Spécialité", "text", lambda line: _some(line.specialties, "spécialité"), widest=24),
    Told("Du", "date", lambda line: line.first),
    Told("Au", "date", lambda line: line.last),
    Told("Mois sans acte", "text", _months, widest=20),
    _integer("Lignes", "rows"),
    _integer("Rejetées", "rejected"),
    _integer("Actes", "acts", narrow=True),
    _euros("Honoraires", "fees", narrow=True),
    _euros("Dépassements", "overcharges"),
    _integer("Non conformes", "violation", narrow=True),
    _euros("En jeu", "at_stake", narrow=True),
    _integer("À examiner", "review", narrow=True),
    _euros("En jeu, à examiner", "at_stake_review"),
    _euros("En jeu, plafond", "at_stake_ceiling"),
    _integer("Prescrits", "out_of_time"),
    _euros("En jeu, prescrit", "at_stake_out_of_time"),
    _KNOWN,
    Told("Règle la plus chère", "text", _dearest, widest=36),
    Told("Part à distance", "share", _share),
    Told("Marge", "integer", _margin),
    Told("Part de", "text", _of_whom),
    Told("Colonne qui manque le plus", "text", _missing, widest=24),
)
#: Those of the CSV: new ones only at the end.
CSV = firm_list.csv_columns(_COLUMNS)
#: How many columns go on paper; how many stand in each sentence on a client.
_PRINTED = 15
_SENTENCES = (5, 5, 8, len(_COLUMNS))


def csv(result: Firm) -> Table:
    """A line for each client."""
    return firm_list.told(_COLUMNS, _entries(result))


def document(result: Firm, reports: Mapping[str, Report] = MappingProxyType({}), *, whole: bool = True) -> Document:
    """The whole result.

    Args:
        result: the clients.
        reports: the findings of each client by its name, as a profile may see them; a saved result has none.
        whole: whether each client follows the list.
    """
    words, verdict = answer(result)
    entries = _entries(result)
    columns = [one for one in _COLUMNS if one is not _KNOWN or _has_baseline(result)]
    sections = (
        Section("Ensemble", facts=tuple(_totals(result))),
        Section("Clients", tables=(firm_list.listed(columns, entries, result.totals, _PRINTED),)),
        firm_list.remarks(result.clients),
        *((_client(client, reports.get(client.client)) for client in result.clients) if whole else ()),
    )
    footer = (*firm_list.FOOTER, f"Contrôle fait au {day(result.as_of)}.", DISCLAIMER)
    said = any(one.verdict for one in entries)
    return Document(firm_list.TITLE, words, sections, verdict, footer, firm_list.ABOUT, says_verdict=said)


def _entries(result: Firm) -> list[Entry[Line]]:
    return [Entry(client, client.line, _verdict_words(client), _colour(client)) for client in result.clients]


def answer(result: Firm) -> tuple[str, Verdict]:
    """What all clients come to, in one sentence."""
    clients = result.clients
    wrong = [client for client in clients if verdict_of(client) is Verdict.VIOLATION]
    doubtful = [client for client in clients if client.line and verdict_of(client) is Verdict.REVIEW]
    fine = [client for client in clients if verdict_of(client) is Verdict.OK]
    failed = result.totals.failed
    stake = _stake(result.totals.at_stake)
    parts = [
        *([f"{integer(len(wrong))} non {plural(len(wrong), 'conforme')}{stake}"] if wrong else []),
        *([f"{integer(len(doubtful))} à examiner"] if doubtful else []),
        *([f"{integer(len(fine))} sans anomalie"] if fine else []),
        *([f"{integer(failed)} non {plural(failed, 'contrôlé')}"] if failed else []),
    ]
    worst = Verdict.VIOLATION if wrong else Verdict.REVIEW if doubtful or failed else Verdict.OK
    ceiling = result.totals.at_stake_ceiling
    more = f" ; {euros(ceiling)} au titre du plafond d'activité à distance" if ceiling else ""
    return f"{counted(len(clients), 'client')} : {', '.join(parts)}{more}.", worst


def _stake(cents: int | None) -> str:
    return "" if cents is None else f" ({euros(cents)} en jeu)"


def verdict_of(client: Client) -> Verdict:
    """The gravest that is said of a client; what could not be read whole is to be looked at."""
    if client.line is None or not client.line.acts:
        return Verdict.REVIEW
    if client.line.violation:
        return Verdict.VIOLATION
    return Verdict.REVIEW if client.line.review or client.exit else Verdict.OK


def _verdict_words(client: Client) -> str:
    if client.line is None:
        return firm_list.FAILED
    found = verdict_of(client)
    return "aucune anomalie" if found is Verdict.OK else found.french


def _colour(client: Client) -> Verdict | None:
    """None where the words of the verdict are not those of a colour."""
    found = verdict_of(client)
    return None if client.line is None or found is Verdict.OK else found


def _totals(result: Firm) -> Iterator[Fact]:
    totals = result.totals
    yield Fact("Clients", totals.clients, "integer")
    if totals.failed:
        yield Fact("Clients non contrôlés", totals.failed, "integer")
    for column in _COLUMNS:
        if column.summed is not None:
            yield Fact(column.heading, column.summed(totals), column.kind)


def _has_baseline(result: Firm) -> bool:
    return any(client.line is not None and client.line.known is not None for client in result.clients)


def _client(client: Client, report: Report | None) -> Section:
    """One client: its line in sentences, and its findings where they are known."""
    findings = () if report is None or report.findings.is_empty() else (check.listed(named(report)),)
    return Section(
        client.client,
        (*firm_list.said(client), *_sentences(client.line)),
        tables=findings,
        sheet=client.client,
        line=_summed_up(client),
    )


def _sentences(line: Line | None) -> Iterator[str]:
    return iter(()) if line is None else firm_list.sentences(_COLUMNS, line, _SENTENCES)


def _summed_up(client: Client) -> str:
    line = client.line
    if line is None:
        return firm_list.FAILED
    stake = _stake(line.at_stake) if line.violation else ""
    parts = [
        f"{counted(line.violation, 'anomalie')}{stake}" if line.violation else "",
        f"{counted(line.review, 'point')} à examiner" if line.review else "",
    ]
    return ", ".join(filter(None, parts)) or _verdict_words(client)
