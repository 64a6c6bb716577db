"""An explanation in every format: a row for each rule that looked at the act, and the acts that it counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.documents import explain_text as explain
from avenant9.documents import sentences
from avenant9.kinds.trace import ActList
from avenant9.kinds.trace import Fact as Noticed
from avenant9.model import Verdict
from avenant9.named import named
from avenant9.report import formats
from avenant9.report.document import Column, Document, Section, Table
from avenant9.wording import DISCLAIMER, capital, day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avenant9.explanation import ActExplained, Block, Explanation
    from avenant9.report.document import Value
    from avenant9.report.formats import Format
    from avenant9.report.page import Page

#: One line per rule that looked: the act, what the rule answers, what is at stake, by which text.
_CSV = (
    *map(Column, ("Fichier", "Feuille", "Ligne")),
    Column("Date de soins", "date"),
    *map(Column, ("Code acte", "Praticien", "Patient", "N° facture")),
    Column("Montant", "euros"),
    *map(Column, ("Règle", "Verdict", "Réponse")),
    Column("En jeu", "euros"),
    *map(Column, ("Texte", "Confiance", "URL", "Compte")),
)
_ANSWERS = (
    Column("Verdict"),
    Column("Réponse"),
    Column("En jeu", "euros", absent="-"),
    Column("Règle", "identifier"),
    Column("Texte", wide_only=True),
    Column("Adresse", "url", wide_only=True),
)
_COUNTED = (
    Column("Règle", "identifier"),
    Column("Compte"),
    Column("Ligne", "identifier"),
    Column("Date de soins", "date"),
    Column("Code acte", "identifier"),
    Column("Unités", "integer"),
    Column("Remarque"),
)
_STATES = {"rejected": "rejeté", "skipped": "passée"}


def render(form: Format, explanation: Explanation, page: Page) -> str | bytes:
    """The explanation, as a profile may see it (`explain.apply` comes first), in one format."""
    return formats.render(
        form,
        page,
        table=lambda: explain.render_text(
            named(explanation), width=page.width, encoding=page.encoding, color=page.color
        ),
        document=lambda: document(named(explanation)),
        csv=lambda: Table(_CSV, [*_lines(explanation)]),
        json=lambda: explain.render_json(explanation),
    )


def document(explanation: Explanation) -> Document:
    """The answer in short, then for each act what each rule says and what it counted."""
    blocks = [block for one in explanation.acts for block in one.blocks]
    reason = explanation.reason or ""
    told = {
        "rejected": f"Ligne rejetée : {reason}. Aucune règle n'a pu la regarder.",
        "skipped": f"Ligne passée, elle ne contient pas d'acte contrôlé ({reason}).",
    }
    return Document(
        title=f"Explication : {explain.spot_of(explanation)}",
        answer=told.get(explanation.state) or f"Réponse : {explain.in_short(blocks, explanation.profile)}",
        sections=tuple(section for one in explanation.acts for section in _sections(one, explanation.of(one))),
        verdict=explain.worst(blocks) if explanation.state == "acts" else None,
        footer=(
            *map(sentences.not_read, explanation.unread),
            f"Règles : version {explanation.rulebook_version}, à jour au {day(explanation.rulebook_date)}.",
            f"Explication faite au {day(explanation.as_of)}, profil {explanation.profile}.",
            DISCLAIMER,
        ),
    )


def _sections(one: ActExplained, explanation: Explanation) -> Iterator[Section]:
    name = one.act.code or "Acte"
    if explanation.others:
        name = f"Ligne {explanation.where.row}, {name}"
    words = ", ".join(explain.act_words(one, explanation.profile))
    answers = Table(
        _ANSWERS,
        [_answer(block, explanation) for block in one.blocks],
        verdicts=[block.verdict for block in one.blocks],
        details=[_looked_at(block, explanation) for block in one.blocks],
        empty="Aucune règle ne regarde cet acte.",
    )
    yield Section(f"{name} : ce que dit chaque règle", (f"{capital(words)}.",), tables=(answers,))
    counted = Table(_COUNTED, [row for block in one.blocks for row in _counted(block, explanation)], fold=0)
    yield Section(f"{name} : les actes comptés", tables=(counted,), sheet="Actes comptés")


def _answer(block: Block, explanation: Explanation) -> tuple[Value, ...]:
    source = block.texts[0].source if block.texts else None
    return (
        block.verdict.french if block.verdict else "se tait",
        _said(block, explanation),
        block.at_stake,
        block.rule,
        sentences.reference(source) if source else None,
        source.url if source else None,
    )


def _said(block: Block, explanation: Explanation) -> str:
    """The answer without what the other columns say: the verdict."""
    words = explain.answer_of(block, explanation).removeprefix("Réponse : ")
    verdict = f"{block.verdict.french}. " if block.verdict else ""
    return words.removeprefix(verdict).strip() or block.title


def _looked_at(block: Block, explanation: Explanation) -> str:
    """Why the rule is there, what it looked at, by which text."""
    lines = block.trace.lines(explain.told_of(explanation, block))
    facts = (_fact(line.label, line.words if isinstance(line, Noticed) else line.number) for line in lines)
    source = block.texts[0].source if block.texts else None
    return "\n".join(
        filter(
            None,
            (
                block.title,
                "" if block.verdict in (Verdict.OK, None) else block.why,
                *facts,
                f"Texte : {sentences.reference(source)} ({sentences.confidence(source)})." if source else "",
            ),
        )
    )


def _fact(label: str, words: str) -> str:
    return f"{label} : {words}" if label else words


def _counted(block: Block, explanation: Explanation) -> Iterator[tuple[Value, ...]]:
    """A row for each act in a list of the trace."""
    told = explain.told_of(explanation, block)
    for line in block.trace.lines(told):
        if isinstance(line, ActList):
            for act in line.acts:
                remarks = [*(["cette ligne"] if act.here else []), *act.remarks(told, line.beyond)]
                row = (block.rule, line.label, told.row(act.where), act.date, act.code, act.units)
                yield *row, ", ".join(remarks)


def _lines(explanation: Explanation) -> Iterator[tuple[Value, ...]]:
    if explanation.state != "acts":
        told = _STATES[explanation.state], explanation.reason
        yield *_spot(explanation), *[None] * 7, *told, *[None] * 5
    for one in explanation.acts:
        act, own = one.act, explanation.of(one)
        known = (act.date, act.code, act.practitioner, act.patient, act.invoice, act.amount)
        for block in one.blocks:
            verdict, said, stake, rule, text, url = _answer(block, own)
            confidence = sentences.confidence(block.texts[0].source) if block.texts else None
            yield *_spot(own), *known, rule, verdict, said, stake, text, confidence, url, _facts_of(block, own)


def _spot(explanation: Explanation) -> tuple[str, str | None, int]:
    where = explanation.where
    return where.file, where.sheet, where.row


def _facts_of(block: Block, explanation: Explanation) -> str:
    lines = block.trace.lines(explain.told_of(explanation, block))
    return " ; ".join(_fact(line.label, line.words if isinstance(line, Noticed) else line.number) for line in lines)
