"""The findings of a report as a file of waivers: accepted all at once, for one reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from avenant9.report import xlsx
from avenant9.report.document import Column, Document, Section, Table
from avenant9.settings.waivers import HEADINGS
from avenant9.wording import counted

if TYPE_CHECKING:
    from avenant9.report.document import Kind
    from avenant9.results.check import Report

_SHEET = "Acceptations"


def as_toml(report: Report, reason: str, author: str) -> str:
    """A table `[[waiver]]` for each finding, under a comment that says which it is.

    Args:
        report: the result, as a profile with fingerprints may see it.
        reason: why they are accepted.
        author: by whom; they are accepted on the day of the report.
    """
    return "\n".join(
        f"# {rule}, {code or practitioner or '?'}{_day(day)}\n"
        "[[waiver]]\n"
        f"fingerprint = {_quoted(fingerprint)}\n"
        f"reason = {_quoted(reason)}\n"
        f"author = {_quoted(author)}\n"
        f"date = {report.as_of.isoformat()}\n"
        for rule, code, practitioner, day, fingerprint in report.findings.select(
            "rule", "code", "practitioner", pl.col("date").dt.to_string("%d/%m/%Y"), "fingerprint"
        ).iter_rows()
    )


def as_workbook(report: Report, reason: str, author: str) -> bytes:
    """The same as the sheet of the template, filled in."""
    keys = ("fingerprint", "reason", "author", "date", "until")
    kinds: tuple[Kind, ...] = ("identifier", "text", "text", "date", "date")
    rows = [(fingerprint, reason, author, report.as_of, None) for fingerprint in report.findings["fingerprint"]]
    columns = tuple(Column(HEADINGS[key], kind) for key, kind in zip(keys, kinds, strict=True))
    section = Section(_SHEET, tables=(Table(columns, rows, sheet=_SHEET),))
    return xlsx.render(Document("Constats acceptés", f"{counted(len(rows), 'constat accepté')}.", (section,)))


def _day(day: str | None) -> str:
    return f", {day}" if day else ""


def _quoted(text: str) -> str:
    """A basic string of TOML, which writes its escapes as JSON does, DEL aside."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
