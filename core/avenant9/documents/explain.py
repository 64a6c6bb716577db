"""An explanation: what each rule that looked at the act says, and the acts that it counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avenant9.documents import explain_json, sentences
from avenant9.documents.headings import missing_words
from avenant9.kinds.trace import WHY, ActList, Told, times
from avenant9.kinds.trace import Fact as Noticed
from avenant9.model import Verdict
from avenant9.records import replace
from avenant9.report.document import Column, Document, Line, Section, Table
from avenant9.report.page import place, rows
from avenant9.wording import DISCLAIMER, capital, counted, day, euros, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.explanation import ActExplained, Block, Explanation, Text
    from avenant9.kinds.trace import ActLine
    from avenant9.report.document import Value

#: One line per rule that looked: the act, what the rule answers, what is at stake, by which text.
_CSV = (
    *map(Column, ("Fichier", "Feuille", "Ligne")),
    Column("Date de soins", "date"),
    *map(Column, ("Code acte", "Praticien", "Patient", "N° facture")),
    Column("Montant", "euros"),
    Column("Règle"),
    Column("Verdict", "verdict"),
    Column("Réponse"),
    Column("En jeu", "euros"),
    *map(Column, ("Texte", "Confiance", "URL", "Compte")),
)
_ANSWERS = (
    Column("Verdict", "verdict"),
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
_SILENT = "se tait"
_GRAVEST_FIRST = (Verdict.VIOLATION, Verdict.REVIEW, Verdict.UNVERIFIABLE, Verdict.OK)
_SHOWN = 24  # acts of a trace that text shows one by one


def document(explanation: Explanation, *, whole: bool = True) -> Document:
    """The answer in short, then what each rule says of each act: in a table, with all that it counted, or where it
    is not the whole, one after the other in sentences."""
    blocks = [block for one in explanation.acts for block in one.blocks]
    sections = _tables if whole else _in_sentences
    spots = ((where.file, where.sheet, where.row) for where in (explanation.where, *explanation.others))
    return Document(
        title=f"Explication : {rows(spots)}",
        answer=_in_short(blocks, explanation),
        sections=tuple(section for one in explanation.acts for section in sections(one, explanation.of(one))),
        verdict=_worst(blocks) if explanation.state == "acts" else None,
        footer=tuple(_account(explanation)),
        says_verdict=any(block.verdict for block in blocks),
    )


# --- the answer -------------------------------------------------------------------------------------------


def _worst(blocks: Sequence[Block]) -> Verdict:
    """The gravest verdict of the rules."""
    verdicts = {block.verdict for block in blocks}
    return next((verdict for verdict in _GRAVEST_FIRST if verdict in verdicts), Verdict.OK)


def _in_short(blocks: Sequence[Block], explanation: Explanation) -> str:
    """How many rules say what, the gravest first; why none looked at the row."""
    reason = explanation.reason or ""
    match explanation.state:
        case "rejected":
            cell = f", cellule {explanation.where.cell}" if explanation.where.cell else ""
            return f"Ligne rejetée{cell} : {reason}. Aucune règle n'a pu la regarder."
        case "skipped":
            return f"Ligne passée, elle ne contient pas d'acte contrôlé ({reason})."
        case _:
            words = [*_by_verdict(blocks, explanation.profile)]
            return f"Réponse : {' ; '.join(words) or 'aucune règle ne regarde cette ligne'}."


def _by_verdict(blocks: Sequence[Block], profile: str) -> Iterator[str]:
    noun = ("famille de règles", "familles de règles") if profile == "fiscal" else ("règle", "règles")
    for verdict in _GRAVEST_FIRST:
        own = list(dict.fromkeys(block.rule for block in blocks if block.verdict is verdict))
        if own:
            rules = f" ({', '.join(own)})" if verdict is not Verdict.OK else ""
            yield f"{verdict.french} pour {counted(len(own), *noun)}{rules}"
    if silent := len({block.rule for block in blocks if block.verdict is None}):
        yield f"{counted(silent, 'règle')} {plural(silent, _SILENT, 'se taisent')} pour ne pas les répéter"


def _account(explanation: Explanation) -> Iterator[str]:
    """What was not read, by which rules, on which day, for whom, and what it is worth."""
    if explanation.rejected_rows:
        rejected = counted(explanation.rejected_rows, "ligne rejetée", "lignes rejetées")
        yield f"{rejected} à la lecture : un compte a pu en être faussé."
    yield from map(sentences.not_read, explanation.unread)
    dated = f"version {explanation.rulebook_version}, à jour au {day(explanation.rulebook_date)}"
    yield f"Règles : {dated}, {counted(explanation.rules, 'règle')}."
    yield f"Explication faite au {day(explanation.as_of)}, profil {explanation.profile}."
    yield DISCLAIMER


# --- the act ----------------------------------------------------------------------------------------------


def _about(one: ActExplained, explanation: Explanation) -> Iterator[str]:
    """The act as it was read, and whether it counts."""
    facts = ", ".join(_act_words(one, explanation.profile))
    yield f"Ligne {explanation.where.row} : {facts}." if explanation.others else f"{capital(facts)}."
    told = _told_of(explanation)
    if one.uncounted is not None:
        others = one.cancellations or ((one.repeats,) if one.repeats else ())
        seen = f" (voir {told.rows(others)})" if others else ""
        yield f"N'entre dans aucun compte : {WHY[one.uncounted]}{seen}."
    elif one.cancellations:
        yield f"Des annulations du même acte ont été déduites ({told.rows(one.cancellations)})."


def _act_words(one: ActExplained, profile: str) -> list[str]:
    """What is known of an act, as a profile may see it."""
    act = one.act
    code = [act.code + times(act.coefficient, act.quantity)] if act.code else []
    moment = f"soins du {day(act.date)}" + (f" à {act.time:%H:%M}" if act.time else "")
    amount = euros(act.amount)
    paid = [f"payé le {day(act.payment_date)}"] if act.payment_date else []
    late = ["probablement prescrit"] if act.out_of_time else []
    invoice = [f"facture {act.invoice}"] if act.invoice else []
    who = [
        f"praticien {act.practitioner}" if act.practitioner else "praticien inconnu",
        f"patient {act.patient}" if act.patient else "patient inconnu",
    ]
    if profile == "cpam":  # what a fund looks for comes first
        return [*invoice, moment, *paid, amount, *code, *who, *late]
    return [*code, moment, amount, *who, *invoice, *paid, *late]


# --- what a rule says of it -------------------------------------------------------------------------------


def _told_of(explanation: Explanation, block: Block | None = None) -> Told:
    """To whom the trace of a rule is told."""
    reproached = block is not None and block.verdict is not Verdict.OK
    return Told(explanation.where, place, explanation.rejected_rows, reproached)


def _said(block: Block, explanation: Explanation) -> str:
    """What a rule answers, beside its verdict."""
    if block.verdict is None:
        return f"{_SILENT}, {listed(list(block.silent_for))} le dit déjà de cette ligne."
    said = block.message or ""
    if block.verdict is Verdict.UNVERIFIABLE:
        said = f"{missing_words(block.missing, explanation.columns)}."
    stake = f"En jeu : {euros(block.at_stake)}." if block.texts and (block.at_stake or 0) > 0 else ""
    return " ".join(filter(None, (capital(said), stake, _carried(block, explanation))))


def _carried(block: Block, explanation: Explanation) -> str:
    """That the finding stands elsewhere."""
    if block.carried_by is None:
        return ""
    here = block.carried_by == replace(explanation.where, cell=None)
    other = "d'un autre acte de cette ligne" if here else f"de {_told_of(explanation).rows((block.carried_by,))}"
    return f"Même constat que celui {other}, compté une fois."


def _why(block: Block) -> str:
    """Why the rule is there, where it is more than fine."""
    return "" if block.verdict in (Verdict.OK, None) else block.why


def _facts(block: Block, explanation: Explanation) -> Iterator[str]:
    """What the rule looked at, a label and its value each."""
    for line in block.trace.lines(_told_of(explanation, block)):
        words = line.words if isinstance(line, Noticed) else line.number
        yield f"{line.label} : {words}" if line.label else words


# --- in tables --------------------------------------------------------------------------------------------


def _tables(one: ActExplained, explanation: Explanation) -> Iterator[Section]:
    name = one.act.code or "Acte"
    if explanation.others:
        name = f"Ligne {explanation.where.row}, {name}"
    answers = Table(
        _ANSWERS,
        [_answer(block, explanation) for block in one.blocks],
        verdicts=[block.verdict for block in one.blocks],
        details=[_looked_at(block, explanation) for block in one.blocks],
        empty="Aucune règle ne regarde cet acte.",
    )
    yield Section(f"{name} : ce que dit chaque règle", tuple(_about(one, explanation)), tables=(answers,))
    counted = Table(_COUNTED, [row for block in one.blocks for row in _counted(block, explanation)], fold=0)
    yield Section(f"{name} : les actes comptés", tables=(counted,), sheet="Actes comptés")


def _answer(block: Block, explanation: Explanation) -> tuple[Value, ...]:
    source = block.texts[0].source if block.texts else None
    return (
        block.verdict or _SILENT,
        _said(block, explanation) or block.title,
        block.at_stake,
        block.rule,
        sentences.reference(source) if source else None,
        source.url if source else None,
    )


def _looked_at(block: Block, explanation: Explanation) -> str:
    """Why the rule is there, what it looked at, by which text."""
    source = block.texts[0].source if block.texts else None
    text = f"Texte : {sentences.reference(source)} ({sentences.confidence(source)})." if source else ""
    return "\n".join(filter(None, (block.title, _why(block), *_facts(block, explanation), text)))


def _counted(block: Block, explanation: Explanation) -> Iterator[tuple[Value, ...]]:
    """A row for each act in a list of the trace."""
    told = _told_of(explanation, block)
    for line in block.trace.lines(told):
        if isinstance(line, ActList):
            for act in line.acts:
                remarks = [*(["cette ligne"] if act.here else []), *act.remarks(told, line.beyond)]
                row = (block.rule, line.label, told.row(act.where), act.date, act.code, act.units)
                yield *row, ", ".join(remarks)


# --- in sentences -----------------------------------------------------------------------------------------


def _in_sentences(one: ActExplained, explanation: Explanation) -> Iterator[Section]:
    """Each rule by itself; those that looked and had nothing in front of them in one line."""
    yield Section("", tuple(_about(one, explanation)))
    yield from (_rule(block, explanation) for block in one.blocks if not _nothing_there(block))
    if names := ", ".join(block.rule for block in one.blocks if _nothing_there(block)):
        yield Section("", (f"Regardé aussi, sans rien trouver en face de cet acte : {names}.",))


def _nothing_there(block: Block) -> bool:
    return block.verdict is Verdict.OK and not block.trace.facing


def _rule(block: Block, explanation: Explanation) -> Section:
    """What it asks, what it looked at, by which texts, and what it answers."""
    told = _told_of(explanation, block)
    verdict = f"{block.verdict.french}. " if block.verdict else ""
    answer = f"Réponse : {verdict}{_said(block, explanation)}"
    lines = (
        *(line for seen in block.trace.lines(told) for line in _lines(seen, told)),
        *(line for text in block.texts for line in _text(text, block)),
        Line(answer, 1, verdict=block.verdict or Verdict.OK),
    )
    return Section(block.rule, tuple(filter(None, (block.title, _why(block)))), lines=lines)


def _lines(seen: Noticed | ActList, told: Told) -> Iterator[Line]:
    """A fact, or acts under their number; many are folded in the middle, with the units that are not shown."""
    if isinstance(seen, Noticed):
        yield Line(seen.words, 1, (seen.label,))
        return
    yield Line(seen.number, 1, (seen.label,))
    shown = _shown(seen.acts) if seen.folded else range(len(seen.acts))
    for before, rank in zip([-1, *shown], shown, strict=False):
        if hidden := seen.acts[before + 1 : rank]:
            rest = counted(len(hidden), "autre acte")
            yield Line(f"… {rest}, {counted(sum(act.units for act in hidden), 'unité')} …", 2)
        yield _act(seen, rank, told)


def _shown(acts: Sequence[ActLine]) -> Sequence[int]:
    """The acts shown of a long list: the first ones, those around the act explained, the last ones."""
    if len(acts) <= _SHOWN:
        return range(len(acts))
    at = next((rank for rank, line in enumerate(acts) if line.here), 0)
    near = range(at - _SHOWN // 3, at + _SHOWN // 3)
    ends = (*range(_SHOWN // 6), *range(len(acts) - _SHOWN // 6, len(acts)))
    return sorted({*ends, *near} & set(range(len(acts))))


def _act(seen: ActList, rank: int, told: Told) -> Line:
    act = seen.acts[rank]
    moment = day(act.date) + (f" {act.time:%H:%M}" if act.time else "")
    words = (
        ", ".join(act.remarks(told, seen.beyond)),
        "← cette ligne" if act.here else "",
        seen.after[rank] if seen.after else "",
    )
    return Line("  ".join(filter(None, words)), 2, (f"ligne {told.row(act.where)}", moment, act.code))


def _text(text: Text, block: Block) -> Iterator[Line]:
    """A text behind the rule, and what is to be known of it where the rule reproaches something."""
    source = text.source
    compared = f"comparée à sa source le {day(text.checked_on)}"
    yield Line(f"{sentences.reference(source)} : {source.url or 'document non publié en ligne'}", 1, ("Texte",))
    yield Line(f"{text.period}, {sentences.confidence(source)}, {compared}", 1, ("Version",))
    if text.note and block.verdict in (Verdict.VIOLATION, Verdict.REVIEW):
        yield Line(text.note, 1, ("Note",))


# --- for programs -----------------------------------------------------------------------------------------


def json(explanation: Explanation) -> Any:
    """One object, `a9-explain/1`."""
    return explain_json.as_json(explanation)


def csv(explanation: Explanation) -> Table:
    """A line for each rule that looked; one line for a row that holds no act."""
    return Table(_CSV, [*_rows(explanation)])


def _rows(explanation: Explanation) -> Iterator[tuple[Value, ...]]:
    if explanation.state != "acts":
        told = _STATES[explanation.state], explanation.reason
        yield *_spot(explanation), *[None] * 7, *told, *[None] * 5
    for one in explanation.acts:
        act, own = one.act, explanation.of(one)
        known = (act.date, act.code, act.practitioner, act.patient, act.invoice, act.amount)
        for block in one.blocks:
            verdict, said, stake, rule, text, url = _answer(block, own)
            confidence = sentences.confidence(block.texts[0].source) if block.texts else None
            facts = " ; ".join(_facts(block, own))
            yield *_spot(own), *known, rule, verdict, said, stake, text, confidence, url, facts


def _spot(explanation: Explanation) -> tuple[str, str | None, int]:
    where = explanation.where
    return where.file, where.sheet, where.row
