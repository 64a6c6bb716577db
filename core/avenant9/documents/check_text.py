"""The report as text for a person: the verdict, the counts, the lines, then what could not be verified."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from avenant9.documents import sentences
from avenant9.documents.check_lines import lines, order_for
from avenant9.documents.headings import missing_words
from avenant9.model import Source, Verdict
from avenant9.report.grid import grid
from avenant9.report.page import Page, place, sections
from avenant9.report.values import share
from avenant9.results.check import Known, Report, SetApart, Waived
from avenant9.summary import out_of_time
from avenant9.wording import NBSP, counted, day, euros, integer, listed, plural, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

_NARROWEST = 60
_SHOWN_ROWS = 8  # rows named of findings set apart, the others are counted


def render(report: Report, page: Page) -> str:
    """The whole report in lines of the page's width that its encoding has.

    Control characters of the input are shown as escapes.
    """
    page = replace(page, width=max(page.width, _NARROWEST))
    return sections(
        [
            [verdict(page, report)],
            _by_rule(page, report),
            *findings(page, report),
            waived(page, report),
            known(page, report),
            _unverifiable(page, report),
            _rejected(page, report),
            _not_counted(page, report),
            _threshold(page, report),
            texts(page, report),
            _inputs(page, report),
            _account(page, report),
        ]
    )


def verdict(page: Page, report: Report) -> str:
    """The answer in one sentence."""
    words, worst = sentences.answer(report)
    return page.paint(page.wrap(words), worst)


def _by_rule(page: Page, report: Report) -> list[str]:
    rows: list[list[str]] = []
    counts = report.by_rule.select("rule", "verdict", "title", "findings", "at_stake").rows()
    stakes = ["En jeu", *("" if stake is None else page.fit(euros(stake)) for *_, stake in counts)]
    room = page.width - max([7, *(len(Verdict(verdict).french) for _, verdict, *_ in counts)]) - 8 - 6
    room -= max(map(len, stakes))
    for rule, verdict, title, findings, at_stake in counts:
        shown = page.paint(page.fit(Verdict(verdict).french), Verdict(verdict))
        stake = "" if at_stake is None else page.fit(euros(at_stake))
        rows.append([shown, page.fit(rule), page.fit(integer(findings)), stake])
        rows += [["", line, "", ""] for line in wrapped(page.fit(title or ""), room).splitlines()]
    if not rows:
        return []
    headings = ("Verdict", "Règle", "Constats", "En jeu")
    return [page.title("Par règle"), grid(page, headings, rows, ("left", "left", "right", "right"))]


def findings(page: Page, report: Report) -> Iterator[list[str]]:
    """The findings in the order of the report, those out of time apart."""
    order = order_for(report.profile, practitioners=report.summary.practitioners)
    late = out_of_time()
    for title, which in (("Constats", ~late), (sentences.LATE, late)):
        part = report.findings.filter(which)
        if not part.is_empty():
            yield [page.title(title), *lines(page, part, order)]


def waived(page: Page, report: Report, most: int | None = None) -> list[str]:
    """The findings that somebody accepts, those of one waiver together."""
    groups: defaultdict[tuple[str, str | None, str, date, date | None], list[Waived]] = defaultdict(list)
    for entry in report.waived:
        groups[entry.rule, entry.reason, entry.author, entry.given_on, entry.until].append(entry)
    if not groups:
        return []
    section = [page.title("Constats acceptés")]
    for rule, reason, author, given_on, until in [*groups][:most]:
        spots = _spots(groups[rule, reason, author, given_on, until])
        signed = f"{author}, le {day(given_on)}" + (f", jusqu'au {day(until)}" if until else "")
        words = f"{reason} ({signed})" if reason else f"Accepté par {signed}"
        section += [page.wrap(f"{rule} : {spots}", "    ", "  "), page.wrap(words, "      ")]
    if most is not None and (rest := len(groups) - most) > 0:
        section.append(page.remainder(counted(rest, "autre")))
    return section


def known(page: Page, report: Report, most: int | None = None) -> list[str]:
    """The findings that the baseline has, by rule."""
    groups: defaultdict[str, list[Known]] = defaultdict(list)
    for entry in report.known or ():
        groups[entry.rule].append(entry)
    if not groups:
        return []
    section = [page.title("Constats déjà connus (--baseline)")]
    section += [page.wrap(f"{rule} : {_spots(groups[rule])}", "    ", "  ") for rule in [*groups][:most]]
    if most is not None and (rest := len(groups) - most) > 0:
        section.append(page.remainder(counted(rest, "autre règle", "autres règles")))
    return section


def _spots(entries: Sequence[SetApart]) -> str:
    """Where findings stand: rows under their file and sheet, the first ones by number."""
    rows: defaultdict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    for entry in [entry for entry in entries if entry.row is not None][:_SHOWN_ROWS]:
        rows[entry.file, entry.sheet].append(str(entry.row))
    words = [f"{place(*where)}, {plural(len(numbers), 'ligne')} {listed(numbers)}" for where, numbers in rows.items()]
    shown = sum(map(len, rows.values()))
    on_practitioners = sum(entry.row is None for entry in entries)
    if on_practitioners:
        words.append(f"{counted(on_practitioners, 'constat')} sur un praticien")
    if rest := len(entries) - shown - on_practitioners:
        words.append(f"et {counted(rest, 'autre')}")
    return " ; ".join(words)


def _unverifiable(page: Page, report: Report) -> list[str]:
    """The rules that could not answer, together with those that lacked the same."""
    if not report.unverifiable:
        return []
    section = [page.title("Non vérifiable")]
    for missing, entries in sentences.by_missing(report.unverifiable).items():
        words = missing_words(missing, report.columns)
        rules = ", ".join(f"{entry.rule} ({counted(entry.acts, 'acte')})" for entry in entries)
        section += [page.wrap(words[:1].upper() + words[1:]), page.wrap(rules, "  ")]
    return section


def _rejected(page: Page, report: Report) -> list[str]:
    """The rejected rows, once for each column, reason and value."""
    groups = sentences.rejected(report.rejected)
    return [page.title("Lignes rejetées"), *(page.wrap(words, "  ", "") for words in groups)] if groups else []


def _not_counted(page: Page, report: Report) -> list[str]:
    lines = [page.wrap(words, "  ", "") for words in sentences.not_counted_rows(report.not_counted)]
    return [page.title("Lignes non comptées"), *lines] if lines else []


def _threshold(page: Page, report: Report) -> list[str]:
    if not report.threshold:
        return []
    rows = [
        [
            str(entry.practitioner),
            str(entry.year),
            integer(entry.total),
            integer(entry.remote),
            _share(entry.share, entry.ceiling),
            share(entry.ceiling),
            sentences.position(entry),
        ]
        for entry in report.threshold
    ]
    fitted = [[page.fit(cell) for cell in row] for row in rows]
    headings = ("Praticien", "Année", "Actes", "À distance", "Part", "Plafond", "Position")
    align = ("left", "left", "right", "right", "right", "right", "left")
    return [page.title("Activité à distance"), grid(page, headings, fitted, align)]


def _share(value: Decimal, beside: Decimal) -> str:
    """A share in percent: two decimals, or four where two would not tell it from `beside`."""
    if value != beside and share(value) == share(beside):
        millionths = int(value * 1_000_000)
        return f"{millionths // 10_000},{millionths % 10_000:04d}{NBSP}%"
    return share(value)


def texts(page: Page, report: Report) -> list[str]:
    """The texts behind the findings, each once, under the rules that rest on it."""
    used = report.findings.select("rule", "source").drop_nulls().unique().sort("rule", "source")
    by_text: defaultdict[str, list[str]] = defaultdict(list)
    for rule, key in used.iter_rows():
        if key in report.sources:
            by_text[_text(report.sources[key])].append(rule)
    if not by_text:
        return []
    by_rules: defaultdict[str, list[str]] = defaultdict(list)
    for text, rules in by_text.items():
        by_rules[", ".join(dict.fromkeys(rules))].append(text)
    section = [page.title("Textes")]
    for together, texts in by_rules.items():
        section += [page.wrap(together), *(page.wrap(text, "    ", "  ") for text in texts)]
    return section


def _text(source: Source) -> str:
    where = f" : {source.url}" if source.url else ", document non publié en ligne"
    return f"{sentences.reference(source)}, {sentences.confidence(source)}{where}"


def _inputs(page: Page, report: Report) -> list[str]:
    section = [page.title("Lecture")]
    for entry in report.inputs:
        words = f"{place(entry.file, entry.sheet)} : {sentences.what_was_read(entry)}"
        section.append(page.wrap(words, "  ", ""))
    section += [page.wrap(notice, "  ", "- ") for notice in sentences.reading(report)]
    return section


def _account(page: Page, report: Report) -> list[str]:
    return [page.wrap(words) for words in sentences.account(report)]
