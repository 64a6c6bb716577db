"""The report of `a9 check` as text: the verdict, the counts, the findings, what could not be verified.

A file that is kept has all of it; a terminal shows one screen or two, whatever the file, where what is left out is
counted, with the way to it.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from avenant9.documents import check, sentences
from avenant9.documents.headings import missing_words
from avenant9.documents.screen import Screen
from avenant9.model import Verdict
from avenant9.records import replace
from avenant9.report.document import Column, Document, Line, Section, Table
from avenant9.report.page import place, rows
from avenant9.report.values import share
from avenant9.rule_ids import parts_of
from avenant9.summary import lacked, out_of_time
from avenant9.wording import capital, counted, day, euros, integer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from avenant9.report.document import Value
    from avenant9.results.check import Known, Report, SetApart, Waived
    from avenant9.results.year import Practitioner

_MOST = 5  # lines of what is set apart, rejected, not counted or not verified, on a screen
_SHOWN_ROWS = 8  # rows named of findings set apart, the others are counted
#: A share of remote acts is told from three quarters of its ceiling on.
_NEAR = Fraction(3, 4)
_COLUMNS = {
    "row": Column("Ligne", "identifier", right=True),
    "invoice": Column("Facture", "identifier"),
    "date": Column("Date", "date"),
    "payment_date": Column("Payé le", "date"),
    "code": Column("Code", "identifier"),
    "practitioner": Column("Praticien", "identifier"),
    "patient": Column("Patient", "identifier"),
    "amount": Column("Montant", "euros"),
    "at_stake": Column("En jeu", "euros"),
    "verdict": Column("Verdict", "verdict"),
    "rule": Column("Règle", "identifier"),
}
_ORDER = ("row", "date", "code", "practitioner", "patient", "amount", "at_stake", "verdict")
#: What its place, its line and the words under it are made of.
_TOLD = ("file", "sheet", "row", "verdict", "rule", "message", "related", "practitioner", "year", "at_stake")
#: What is told of a finding on a screen: `--findings all` tells the rest.
_SHORT = ("row", "date", "code", "at_stake", "verdict", "rule")
#: What a fund looks for comes first under the profile `cpam`.
_FIRST_FOR_CPAM = ("invoice", "date", "payment_date", "amount", "at_stake")


def document(report: Report, screen: Screen | None = None) -> Document:
    """The report, as a profile may see it; all of it where there is no `screen`."""
    words, verdict = sentences.answer(report)
    account = sentences.account(report)
    if screen is None:
        return Document("", words, _whole(report), verdict, account)
    rest = 0 if screen.findings is None else max(0, len(report.findings) - screen.findings)
    return Document(
        "", words, _on_screen(report, screen, rest), verdict, (*_more(report, rest, screen), " ".join(account))
    )


def _whole(report: Report) -> tuple[Section, ...]:
    read = (f"{place(entry.file, entry.sheet)} : {sentences.what_was_read(entry)}" for entry in report.inputs)
    return (
        Section("Par règle", tables=(_by_rule(report),)),
        *_findings(report),
        _waived(report, None),
        _known(report, None),
        Section("Non vérifiable", lines=tuple(_unverifiable(report))),
        Section("Lignes rejetées", lines=tuple(map(Line, sentences.rejected(report.rejected)))),
        Section("Lignes non comptées", lines=tuple(map(Line, sentences.not_counted_rows(report.not_counted)))),
        Section("Activité à distance", tables=(check.shares(report.threshold),)),
        _texts(report),
        Section("Lecture", lines=(*map(Line, read), *(Line(f"- {notice}") for notice in sentences.reading(report)))),
    )


def _on_screen(report: Report, screen: Screen, rest: int) -> tuple[Section, ...]:
    aside = (
        *_in_short("Lignes rejetées", [*sentences.rejected(report.rejected)]),
        *_in_short("Lignes non comptées", sentences.not_counted_rows(report.not_counted)),
        *_in_short("Non lu", _unread(report)),
        *_in_short("Non vérifiable", [*_missing(report)]),
        *_in_short("Plafond d'activité à distance", [*_near_ceiling(report)]),
    )
    return (
        Section("", tables=(_by_rule_in_short(report),)),
        *(_heaviest(report, screen.findings or 0) if rest else _findings(report)),
        _waived(report, _MOST),
        _known(report, _MOST),
        *([_texts(report)] if screen.texts else []),
        Section("", lines=aside),
    )


# --- by rule --------------------------------------------------------------------------------------------------

_COUNTS = (Column("Constats", "integer", absent=" "), Column("En jeu", "euros", absent=" "))


def _by_rule(report: Report) -> Table:
    """Each rule and verdict, the title of the rule under it."""
    rows: list[tuple[Value, ...]] = []
    for rule, verdict, title, findings, stake in check.counted_by_rule(report):
        rows += [(verdict, rule, findings, stake), *([(None, title, None, None)] if title else [])]
    return Table((Column("Verdict", "verdict"), Column("Règle"), *_COUNTS), rows)


def _by_rule_in_short(report: Report) -> Table:
    """One line per rule and verdict; its title, cut, where there is room, and no count where there is none."""
    counts = [*check.counted_by_rule(report)]
    titled = any(title for _, _, title, *_ in counts)
    title = [Column("Ce qu'elle demande", cut=True, wide_only=True)] if titled else []
    findings, stake = _COUNTS
    columns = (
        Column("Verdict", "verdict"),
        Column("Règle", "identifier"),
        *title,
        replace(findings, wide_only=True),
        stake,
    )
    return Table(
        columns,
        [(verdict, rule, *([title or ""] if titled else []), *rest) for rule, verdict, title, *rest in counts],
    )


# --- the findings ---------------------------------------------------------------------------------------------


def _findings(report: Report) -> Iterator[Section]:
    """All of them in the order of the report, those out of time apart; the practitioner where there are several."""
    names = [name for name in _order(report, _ORDER) if name != "practitioner" or report.summary.practitioners > 1]
    late = out_of_time()
    for title, which in (("Constats", ~late), (sentences.LATE, late)):
        yield Section(title, tables=(_list(report.findings.filter(which), names),))


def _heaviest(report: Report, most: int) -> Iterator[Section]:
    """Those with most at stake, those out of time after all others; without the rows beside them."""
    stake = pl.col("at_stake").fill_null(0)
    found = report.findings.sort(out_of_time(), stake, descending=[False, True], maintain_order=True).head(most)
    alone = found.with_columns(related=pl.lit([], found.schema["related"]))
    several = f"Constats, les {len(found)} qui pèsent le plus"
    title = several if len(found) > 1 else "Le constat qui pèse le plus"
    yield Section(title, tables=(_list(alone, _order(report, _SHORT)),))


def _order(report: Report, names: Sequence[str]) -> Sequence[str]:
    """The columns as a profile reads them."""
    if report.profile != "cpam":
        return names
    return (*_FIRST_FOR_CPAM, *(name for name in names if name not in _FIRST_FOR_CPAM))


def _list(findings: pl.DataFrame, order: Sequence[str]) -> Table:
    """Findings (columns of `model.REPORTED`) one by one under their file and sheet, each with its message."""
    on_rows = findings.filter(pl.col("row").is_not_null())
    names = [name for name in order if on_rows[name].null_count() < len(on_rows)]
    told = [*findings.select(*{*_TOLD, *names}).iter_rows(named=True)]
    return Table(
        (Column("Fichier"), *(_COLUMNS[name] for name in names)),
        [
            (_of_practitioner(one), *[None] * len(names))
            if one["row"] is None
            else (place(one["file"], one["sheet"]), *(one[name] for name in names))
            for one in told
        ],
        verdicts=[Verdict(verdict) for verdict in findings["verdict"]],
        fold=0,
        under=[tuple(_under(one, names)) for one in told],
    )


def _of_practitioner(finding: dict[str, Any]) -> str:
    """The line of a finding that stands on no row."""
    year = f", année {finding['year']}" if finding["year"] is not None else ""
    stake = f", {euros(finding['at_stake'])} en jeu" if finding["at_stake"] is not None else ""
    return f"Praticien {finding['practitioner']}{year} : {Verdict(finding['verdict']).french}{stake}"


def _under(finding: dict[str, Any], names: Sequence[str]) -> Iterator[str]:
    """The message with the id of its rule, where no column has it and it is no family; the rows beside."""
    rule, message = finding["rule"], finding["message"]
    family_alone = not parts_of(rule)[1]
    told = family_alone or ("rule" in names and finding["row"] is not None)
    yield message if told else f"{message} [{rule}]"
    if words := sentences.related(finding["related"], finding["file"], finding["sheet"], finding["row"]):
        yield words


# --- what is set apart ----------------------------------------------------------------------------------------


def _waived(report: Report, most: int | None) -> Section:
    """The findings that somebody accepts, those of one waiver together."""
    groups: defaultdict[tuple[str, str | None, str, date, date | None], list[Waived]] = defaultdict(list)
    for entry in report.waived:
        groups[entry.rule, entry.reason, entry.author, entry.given_on, entry.until].append(entry)
    lines: list[Line] = []
    for (rule, reason, author, given_on, until), entries in [*groups.items()][:most]:
        signed = f"{author}, le {day(given_on)}" + (f", jusqu'au {day(until)}" if until else "")
        words = f"{reason} ({signed})" if reason else f"Accepté par {signed}"
        lines += [Line(f"{rule} : {_spots(entries)}", 1), Line(words, 2)]
    return Section("Constats acceptés", lines=(*lines, *_rest(len(groups), most, "autre")))


def _known(report: Report, most: int | None) -> Section:
    """The findings that the baseline has, by rule."""
    groups: defaultdict[str, list[Known]] = defaultdict(list)
    for entry in report.known or ():
        groups[entry.rule].append(entry)
    lines = [Line(f"{rule} : {_spots(entries)}", 1) for rule, entries in [*groups.items()][:most]]
    return Section("Constats déjà connus (--baseline)", lines=(*lines, *_rest(len(groups), most, "autre règle")))


def _rest(groups: int, most: int | None, noun: str) -> Iterator[Line]:
    """What is not shown, and how to get it."""
    if most is not None and groups > most:
        yield Line(f"… et {counted(groups - most, noun)} ; tout est donné par --format csv -o FICHIER.csv.")


def _spots(entries: Sequence[SetApart]) -> str:
    """Where findings stand: rows under their file and sheet, the first ones by number."""
    on_rows = [(entry.file, entry.sheet, entry.row) for entry in entries if entry.row is not None]
    on_practitioners, rest = len(entries) - len(on_rows), len(on_rows) - _SHOWN_ROWS
    words = (
        rows(on_rows[:_SHOWN_ROWS]),
        f"{counted(on_practitioners, 'constat')} sur un praticien" if on_practitioners else "",
        f"et {counted(rest, 'autre')}" if rest > 0 else "",
    )
    return " ; ".join(filter(None, words))


# --- what was not verified, and by which texts ----------------------------------------------------------------


def _unverifiable(report: Report) -> Iterator[Line]:
    """The rules that could not answer, together with those that lacked the same."""
    for missing, entries in sentences.by_missing(report.unverifiable).items():
        yield Line(capital(missing_words(missing, report.columns)))
        yield Line(", ".join(f"{entry.rule} ({counted(entry.acts, 'acte')})" for entry in entries), 1)


def _texts(report: Report) -> Section:
    """The texts behind the findings, each once, under the rules that rest on it."""
    together: defaultdict[str, list[str]] = defaultdict(list)
    for (text, url, confidence), rules in check.cited(report).items():
        where = f" : {url}" if url else ", document non publié en ligne"
        together[rules].append(f"{text}, {confidence}{where}")
    lines = (line for rules, texts in together.items() for line in (Line(rules), *(Line(text, 1) for text in texts)))
    return Section("Textes", lines=tuple(lines))


# --- on a screen ----------------------------------------------------------------------------------------------


def _in_short(lead: str, items: Sequence[str]) -> Iterator[Line]:
    """What is told in one line each, under its lead; one alone stands beside it."""
    if len(items) == 1:
        yield Line(f"{lead} : {items[0]}")
    elif items:
        yield Line(f"{lead} :")
        yield from (Line(item, 1) for item in items[:_MOST])
    if len(items) > _MOST:
        yield Line(f"… et {counted(len(items) - _MOST, 'autre')}", 1)


def _unread(report: Report) -> list[str]:
    """The files that could not be read, why, and what to do."""
    files = (one for one in report.unread if one.sheet is None)
    return [f"{place(one.file, None)}, {sentences.why_unread(one)}" for one in files]


def _missing(report: Report) -> Iterator[str]:
    """Each thing that was missing, with the rules and acts that it would free: what frees most by itself first."""
    for key, alone, rules, acts in lacked(report.unverifiable):
        shared = "" if alone == rules else f", dont {alone} sans autre manque" if alone else ", avec d'autres manques"
        words = missing_words((key,), report.columns)
        yield f"{words} ({counted(rules, 'règle')}, {counted(acts, 'acte')}{shared})"


def _near_ceiling(report: Report) -> Iterator[str]:
    """The practitioners near the ceiling or over it, the nearest to the top first."""
    near = [(used, entry) for entry in report.threshold if (used := _used(entry)) >= _NEAR]
    for _, entry in sorted(near, key=lambda one: one[0], reverse=True):
        part = f"{integer(entry.remote)} actes sur {integer(entry.total)}"
        figures = f"{share(entry.share)} pour {share(entry.ceiling)}"
        yield f"{entry.practitioner} en {entry.year}, {part}, {figures}, {sentences.position(entry)}"


def _used(entry: Practitioner) -> Fraction:
    """How much of the ceiling is used, with what may be remote."""
    remote = entry.remote + entry.unknown
    return Fraction(remote, max(1, entry.total)) / Fraction(entry.ceiling)


def _more(report: Report, rest: int, screen: Screen) -> Iterator[str]:
    """What is not shown, and how to get it."""
    if report.findings.is_empty():
        return
    ways = [
        *([f"--findings all ({counted(rest, 'constat')})"] if rest else []),
        *(["--texts (textes)"] if report.sources and not screen.texts else []),
        "-o rapport.html (tout)",
    ]
    yield f"Suite : {', '.join(ways)}."
