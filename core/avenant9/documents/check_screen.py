"""The report on a terminal: one screen or two, whatever the file. What is left out is counted, with the way to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from avenant9.documents import check_text as table
from avenant9.documents import sentences
from avenant9.documents.check_lines import lines
from avenant9.documents.headings import missing_words
from avenant9.model import Verdict
from avenant9.report.grid import grid
from avenant9.report.page import Page, place, sections
from avenant9.report.values import share
from avenant9.results.check import Report
from avenant9.results.threshold import Practitioner
from avenant9.summary import lacked, out_of_time
from avenant9.wording import counted, euros, integer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NARROWEST = 60
_BY_RULE = ("Verdict", "Règle", "Ce qu'elle demande", "Constats", "En jeu")
_TITLE, _COUNT = 2, 3
_LEAST_TITLE = 30  # columns from which a title says something
_MOST = 5  # lines of what is set apart, rejected, not counted or not verified
#: What is told of a finding here, and what a fund looks for; `--findings all` tells the rest.
_ORDER = ("row", "date", "code", "at_stake", "verdict", "rule")
_FOR_CPAM = ("invoice", "date", "payment_date", "amount", "at_stake", "row", "code", "verdict", "rule")
#: A share of remote acts is told from three quarters of its ceiling on.
_NEAR = Fraction(3, 4)


@dataclass(frozen=True)
class Screen:
    """What is shown: how many `findings` one by one (None: all of them), and whether the `texts` behind them."""

    findings: int | None
    texts: bool = False


def render(report: Report, page: Page, screen: Screen) -> str:
    """The report, as a profile may see it, in lines of the page's width that its encoding has."""
    page = replace(page, width=max(page.width, _NARROWEST))
    rest = 0 if screen.findings is None else max(0, len(report.findings) - screen.findings)
    return sections(
        [
            [table.verdict(page, report)],
            _by_rule(page, report),
            *(_heaviest(page, report, screen.findings or 0) if rest else table.findings(page, report)),
            table.waived(page, report, _MOST),
            table.known(page, report, _MOST),
            table.texts(page, report) if screen.texts else [],
            [
                *_listed(page, "Lignes rejetées", [*sentences.rejected(report.rejected)]),
                *_listed(page, "Lignes non comptées", sentences.not_counted_rows(report.not_counted)),
                *_listed(page, "Non lu", [*_unread(report)]),
                *_listed(page, "Non vérifiable", [*_missing(report)]),
                *_listed(page, "Plafond d'activité à distance", [*_near_ceiling(report)]),
            ],
            [
                *_more(page, report, rest, screen),
                page.wrap(" ".join(sentences.account(report))),
            ],
        ]
    )


def _by_rule(page: Page, report: Report) -> list[str]:
    """One line per rule and verdict; its title, cut, where there is room, and no count where there is none."""
    counts = report.by_rule.select("verdict", "rule", "title", "findings", "at_stake").rows()
    if not counts:
        return []
    cells = [
        [Verdict(verdict).french, rule, title or "", integer(findings), "" if stake is None else euros(stake)]
        for verdict, rule, title, findings, stake in counts
    ]
    rows = [[page.fit(cell) for cell in row] for row in cells]
    widths = [max(map(len, column)) + 2 for column in zip(_BY_RULE, *rows, strict=True)]
    room = page.width + 2 - sum(widths) + widths[_TITLE]
    for row, (verdict, *_) in zip(rows, counts, strict=True):
        row[0], row[_TITLE] = page.paint(row[0], Verdict(verdict)), _cut(page, row[_TITLE], room - 2)
    left_out = {_TITLE} if room < _LEAST_TITLE or not any(row[_TITLE] for row in cells) else set()
    left_out |= {_COUNT} if room < 0 else set()
    kept = [column for column in range(len(_BY_RULE)) if column not in left_out]
    align = ["right" if column >= _COUNT else "left" for column in kept]
    shown = [[row[column] for column in kept] for row in (_BY_RULE, *rows)]
    return [grid(page, shown[0], shown[1:], align)]


def _cut(page: Page, text: str, room: int) -> str:
    """As much of a text as there is room for."""
    if len(text) <= room:
        return text
    end = page.fit("…")
    return text[: max(0, room - len(end))].rstrip() + end


def _heaviest(page: Page, report: Report, most: int) -> Iterator[list[str]]:
    """The findings with most at stake, those out of time after all others; their messages without the rows beside."""
    late = out_of_time()
    stake = pl.col("at_stake").fill_null(0)
    heaviest = report.findings.sort(late, stake, descending=[False, True], maintain_order=True).head(most)
    if heaviest.is_empty():
        return
    alone = heaviest.with_columns(related=pl.lit([], heaviest.schema["related"]))
    title = (
        f"Constats, les {len(heaviest)} qui pèsent le plus" if len(heaviest) > 1 else "Le constat qui pèse le plus"
    )
    yield [page.title(title), *lines(page, alone, _FOR_CPAM if report.profile == "cpam" else _ORDER)]


def _listed(page: Page, lead: str, items: Sequence[str]) -> list[str]:
    """What is told in one line each, under its lead; one alone stands beside it."""
    if len(items) == 1:
        return [page.wrap(f"{lead} : {items[0]}", "  ", "")]
    shown = [page.wrap(item, "    ", "  ") for item in items[:_MOST]]
    if len(items) > _MOST:
        shown.append(page.wrap(f"… et {counted(len(items) - _MOST, 'autre')}", "  "))
    return [page.fit(f"{lead} :"), *shown] if items else []


def _unread(report: Report) -> Iterator[str]:
    """The files that could not be read, why, and what to do."""
    for one in report.unread:
        if one.sheet is None:
            yield f"{place(one.file, None)}, {' ; '.join(filter(None, (one.reason, one.remedy)))}"


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


def _more(page: Page, report: Report, rest: int, screen: Screen) -> list[str]:
    """What is not shown, and how to get it."""
    if report.findings.is_empty():
        return []
    ways = [
        *([f"--findings all ({counted(rest, 'constat')})"] if rest else []),
        *(["--texts (textes)"] if report.sources and not screen.texts else []),
        "-o rapport.html (tout)",
    ]
    return [page.wrap(f"Suite : {', '.join(ways)}.")]
