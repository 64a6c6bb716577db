"""The findings one by one, as text: under their file and sheet, in columns, each with its message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from avenant9.model import Verdict
from avenant9.report.page import place
from avenant9.wording import counted, day, euros, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.report.page import Page

_INDENT = " " * 6
_SHOWN_RELATED = 8  # rows named under a finding
_WIDEST = 20  # an identifier longer than this pushes its line to the right
_HEADINGS = {
    "row": "Ligne",
    "invoice": "Facture",
    "date": "Date",
    "payment_date": "Payé le",
    "code": "Code",
    "practitioner": "Praticien",
    "patient": "Patient",
    "amount": "Montant",
    "at_stake": "En jeu",
    "verdict": "Verdict",
    "rule": "Règle",
}
_RIGHT = frozenset({"row", "amount", "at_stake"})
_ORDER = ("row", "date", "code", "practitioner", "patient", "amount", "at_stake", "verdict")
#: What a fund looks for comes first under the profile `cpam`.
_FIRST_FOR_CPAM = ("invoice", "date", "payment_date", "amount", "at_stake")


def order_for(profile: str, *, practitioners: int) -> tuple[str, ...]:
    """The columns of a profile; the practitioner only where there are several."""
    order: tuple[str, ...] = _ORDER
    if profile == "cpam":
        order = (*_FIRST_FOR_CPAM, *(column for column in _ORDER if column not in _FIRST_FOR_CPAM))
    return tuple(column for column in order if column != "practitioner" or practitioners > 1)


def lines(page: Page, findings: pl.DataFrame, order: Sequence[str]) -> Iterator[str]:
    """The findings (columns of `model.REPORTED`) in their order, one or several lines of text each."""
    if findings.is_empty():
        return
    columns = _Columns.of(page, findings, order)
    where: tuple[str | None, str | None] | None = None
    messages: dict[tuple[str, str, str], str] = {}
    shown = zip(columns.lines(findings), columns.rests(findings), _facts(findings), strict=True)
    for on_row, rest, (file, sheet, row, verdict, rule, message, related, *on_practitioner) in shown:
        here = (file, sheet)
        if here != where and file is not None:
            yield page.fit(place(*here))
            yield columns.heading
        where = here
        line = page.wrap(_practitioner(verdict, *on_practitioner), "    ", "  ") if row is None else on_row
        yield page.paint(line, Verdict(verdict))
        key = ("" if row is None else rest, message, rule if "rule" not in columns.cells or row is None else "")
        if key not in messages:
            messages[key] = page.wrap(_said(*key), _INDENT)
        yield messages[key]
        if words := related_words(related, file, sheet, row):
            yield page.wrap(words, _INDENT)


def _facts(findings: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    names = ("file", "sheet", "row", "verdict", "rule", "message", "related", "practitioner", "year", "at_stake")
    return findings.select(names).iter_rows()


def _said(rest: str, message: str, rule: str) -> str:
    """The message and the id of its rule; families say nothing more than the message."""
    return f"{rest}{message} [{rule}]" if "/" in rule else f"{rest}{message}"


def _practitioner(verdict: str, practitioner: str, year: int | None, at_stake: int | None) -> str:
    """The line of a finding that stands on no row."""
    words = f"Praticien {practitioner}" + (f", année {year}" if year is not None else "")
    stake = f", {euros(at_stake)} en jeu" if at_stake is not None else ""
    return f"{words} : {Verdict(verdict).french}{stake}"


def related_words(
    related: Sequence[dict[str, Any]] | None, file: str | None, sheet: str | None, row: int | None
) -> str:
    """The other rows that count with this one, those of another sheet with its name; empty without any."""
    here = (file, sheet)
    related = [spot for spot in related or () if (spot["file"], spot["sheet"], spot["row"]) != (*here, row)]
    if not related:
        return ""
    shown: dict[tuple[str | None, str | None], list[str]] = {}
    for spot in related[:_SHOWN_RELATED]:
        shown.setdefault((spot["file"], spot["sheet"]), []).append(str(spot["row"]))
    if len(related) > _SHOWN_RELATED:
        list(shown.values())[-1].append(counted(len(related) - _SHOWN_RELATED, "autre"))
    words = [listed(rows) if spot == here else f"{listed(rows)} ({place(*spot)})" for spot, rows in shown.items()]
    return f"{plural(len(related), 'Ligne liée', 'Lignes liées')} : {' ; '.join(words)}."


@dataclass(frozen=True)
class _Columns:
    """The cells of each column, made once per distinct value and padded to the widest."""

    heading: str
    cells: dict[str, dict[Any, str]]  # on the line
    over: dict[str, dict[Any, str]]  # too far right: before the message

    @classmethod
    def of(cls, page: Page, findings: pl.DataFrame, order: Sequence[str]) -> _Columns:
        """Those that hold something, from the left as long as the page is wide enough."""
        on_rows = findings.filter(pl.col("row").is_not_null())
        cells: dict[str, dict[Any, str]] = {}
        over: dict[str, dict[Any, str]] = {}
        headings: list[str] = []
        used = 0
        for column in order:
            if on_rows[column].null_count() == len(on_rows):
                continue
            texts = {value: page.fit(_shown(column, value)) for value in on_rows[column].unique()}
            title = page.fit(_HEADINGS[column])
            width = max(len(title), *(min(len(text), _WIDEST) for text in texts.values()))
            used += width + 2
            if over or used > page.width:
                name = "" if column == "verdict" else f"{title.lower()} "
                over[column] = {value: f"{name}{text}" if text else "" for value, text in texts.items()}
                continue
            pad = str.rjust if column in _RIGHT else str.ljust
            cells[column] = {value: pad(text, width) for value, text in texts.items()}
            headings.append(pad(title, width))
        return cls(("  " + "  ".join(headings)).rstrip(), cells, over)

    def lines(self, findings: pl.DataFrame) -> Iterator[str]:
        """One line per finding."""
        return (("  " + "  ".join(row)).rstrip() for row in self._rows(findings, self.cells))

    def rests(self, findings: pl.DataFrame) -> Iterator[str]:
        """What did not fit on each line, to be put before its message."""
        return (
            f"({', '.join(words)}) " if (words := [word for word in row if word]) else ""
            for row in self._rows(findings, self.over)
        )

    @staticmethod
    def _rows(findings: pl.DataFrame, cells: dict[str, dict[Any, str]]) -> Iterator[tuple[str, ...]]:
        if not cells:
            return iter([()] * len(findings))
        return zip(*([texts.get(v, "") for v in findings[name]] for name, texts in cells.items()), strict=True)


def _shown(column: str, value: Any) -> str:
    if value is None:
        return ""
    if column in {"date", "payment_date"}:
        return day(value)
    if column in {"amount", "at_stake"}:
        return euros(value)
    return Verdict(value).french if column == "verdict" else str(value)
