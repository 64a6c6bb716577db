"""One rule in every format: a row for each of its dated versions, and its two examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avenant9.acts.columns import heading
from avenant9.documents import rules as catalogue
from avenant9.documents.sentences import confidence, reference
from avenant9.kinds.trace import ALWAYS
from avenant9.model import Verdict
from avenant9.report import formats
from avenant9.report.document import Column, Document, Section, Table
from avenant9.wording import capital

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from avenant9.cases import Case
    from avenant9.report.formats import Format
    from avenant9.report.page import Page
    from avenant9.rulebook.load import Rulebook

_COLUMNS = (
    Column("Verdict"),
    Column("Depuis", "date", absent="toujours"),
    Column("Jusqu'au", "date", absent="en cours"),
    Column("En vigueur"),
    Column("Ce qu'elle demande"),
    Column("Texte"),
    Column("Confiance"),
    Column("Comparé à la source le", "date"),
    Column("URL", "url", wide_only=True),
    Column("Note", wide_only=True),
)
#: The rule before each version: a file of several rules one after the other can be filtered.
_CSV = (Column("Règle", "identifier"), Column("Titre"), *_COLUMNS)


def render(
    form: Format, rulebook: Rulebook, name: str, page: Page, *, at: date | None = None, cases: Sequence[Case] = ()
) -> str | bytes:
    """One rule in one format; arguments as for `catalogue.show_text`."""
    rule = rulebook.rules[name]
    return formats.render(
        form,
        page,
        table=lambda: catalogue.show_text(
            rulebook, name, at=at, cases=cases, width=page.width, encoding=page.encoding
        ),
        document=lambda: document(rulebook, name, at=at, cases=cases),
        csv=lambda: Table(_CSV, [(name, rule.title, *_row(version, at)) for version in rule.version]),
        json=lambda: catalogue.show_json(rulebook, name, at=at, cases=cases),
    )


def document(rulebook: Rulebook, name: str, *, at: date | None = None, cases: Sequence[Case] = ()) -> Document:
    """Why the rule is there, its versions, an example that it passes and one that it names."""
    rule = rulebook.rules[name]
    versions = Table(_COLUMNS, [_row(version, at) for version in rule.version])
    return Document(
        title=f"Règle {name}",
        answer=rule.title,
        sections=(
            Section("Pourquoi", (rule.why, *catalogue.asides_of(rulebook, name))),
            Section("Versions datées", tables=(versions,), sheet="Versions"),
            *_examples(cases),
        ),
        footer=(catalogue.head(rulebook) + ".",),
    )


def _row(version: Any, at: date | None) -> tuple[str | date | None, ...]:
    source = version.source.to_source()
    held = version.period
    return (
        Verdict(version.verdict).french,
        None if held.first.year <= ALWAYS else held.first,
        held.last,
        "" if at is None else "oui" if at in held else "non",
        " ; ".join(f"{label} : {value}" for label, value in catalogue.values_of(version)),
        reference(source),
        confidence(source),
        version.checked_on,
        source.url or None,
        version.note or None,
    )


def _examples(cases: Sequence[Case]) -> Iterator[Section]:
    for title, case in catalogue.examples_of(cases):
        head, *rows = [line.split(";") for line in case.acts.strip().splitlines()]
        columns = (Column("Ligne", "identifier"), *(Column(heading(key), "identifier") for key in head))
        acts = [(str(number), *row, *[""] * (len(head) - len(row))) for number, row in enumerate(rows, 2)]
        found = tuple(catalogue.found_words(finding) for finding in case.expect)
        words = f"{capital(case.name)}{catalogue.setting_of(case)}."
        yield Section(title, (words, *found), tables=(Table(columns, acts),))
