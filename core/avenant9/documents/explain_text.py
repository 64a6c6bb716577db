"""An explanation as text for a person, or as one object (`a9-explain/1`): rule after rule, the answer last."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from avenant9.documents import sentences
from avenant9.documents.headings import missing_words
from avenant9.explanation import ActExplained, Block, Explanation, Text
from avenant9.kinds.trace import WHY, ActLine, ActList, Cents, Fact, Noted, Thousandths, Told, Trace, times
from avenant9.law.dated import Strict
from avenant9.model import CellRef, Verdict
from avenant9.profile import FAMILIES, without_titles
from avenant9.report.page import Page, place, sections
from avenant9.wording import DISCLAIMER, capital, counted, day, euros, listed, plural

FORMAT = "a9-explain/1"

_SILENT = "se tait"
_LABEL = 16  # where the values stand
_SHOWN = 24  # acts of a trace shown one by one


# --- who may see what -------------------------------------------------------------------------------------


def apply(explanation: Explanation, profile: str) -> Explanation:
    """The explanation as `profile` may see it; to be applied once, before it is written.

    `interne` shows the patient as in the file, every other profile a pseudonym; `fiscal` tells nothing of the nature
    of the services: of each family of rules, the gravest verdict.
    """
    acts = tuple(_shown_act(one, profile) for one in explanation.acts)
    reason = explanation.reason
    if profile == "fiscal" and reason is not None and explanation.state == "rejected":
        reason = "cellule illisible"
    unread = tuple(map(without_titles, explanation.unread)) if profile == "fiscal" else explanation.unread
    return replace(explanation, acts=acts, profile=profile, reason=reason, unread=unread)


def _shown_act(one: ActExplained, profile: str) -> ActExplained:
    facts = one.act
    shown = (facts.patient or facts.pseudonym) if profile == "interne" else facts.pseudonym
    facts = replace(facts, patient=shown, pseudonym=None)
    if profile != "fiscal":
        return replace(one, act=facts)
    families: dict[str, Block] = {}
    for block in one.blocks:  # the gravest first
        if block.verdict is not None:
            families.setdefault(block.rule.partition("/")[0], block)
    return replace(
        one,
        act=replace(facts, code="", coefficient=Thousandths(1000)),
        blocks=tuple(_plain(family, block) for family, block in families.items()),
    )


def _plain(family: str, block: Block) -> Block:
    stake = "montant inconnu" if block.at_stake is None else f"{euros(block.at_stake)} en jeu"
    grave = block.verdict in (Verdict.VIOLATION, Verdict.REVIEW)
    return replace(
        block,
        rule=family,
        kind=family,
        title="",
        why="",
        message=f"{FAMILIES.get(family, family).capitalize()} : {stake if grave else 'rien en jeu'}.",
        missing=(),
        texts=(),
        carried_by=None,
        trace=Noted(),
    )


# --- JSON -------------------------------------------------------------------------------------------------


def render_json(explanation: Explanation) -> bytes:
    """One object: money as strings, ISO dates, tokens in English, sentences in French."""
    told = {
        "format": FORMAT,
        "as_of": explanation.as_of,
        "profile": explanation.profile,
        "rulebook": {
            "version": explanation.rulebook_version,
            "date": explanation.rulebook_date,
            "rules": explanation.rules,
        },
        "at": _place(explanation.where),
        "state": explanation.state,
        "reason": explanation.reason,
        "rejected_rows": explanation.rejected_rows,
        **({"unread": [asdict(entry) for entry in explanation.unread]} if explanation.unread else {}),
        **({"others": explanation.others} if explanation.others else {}),
        "acts": [_act(one, explanation) for one in explanation.acts],
    }
    return (json.dumps(_encoded(told), ensure_ascii=False, indent=1) + "\n").encode()


def _act(one: ActExplained, explanation: Explanation) -> dict[str, Any]:
    """The act; of an invoice of several rows, with its own."""
    told = {field.name: getattr(one.act, field.name) for field in fields(one.act) if field.name != "pseudonym"}
    if explanation.profile == "fiscal":
        told |= {"code": None, "coefficient": None}
    return {
        **({"at": one.where} if explanation.others else {}),
        **told,
        "status": one.uncounted,
        "repeats": one.repeats,
        "cancellations": one.cancellations,
        "rules": [_block(block) for block in one.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    told = {field.name: getattr(block, field.name) for field in fields(block)}
    trace = None if isinstance(block.trace, Noted) and not block.trace.noted else block.trace
    return {**told, "why": block.why or None, "title": block.title or None, "trace": trace}


def _encoded(value: Any) -> Any:
    match value:
        case Cents():
            sign = "-" if value < 0 else ""
            return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"
        case Thousandths():
            return f"{value / 1000:g}"
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes" if not value.second else "seconds")
        case CellRef():
            return _place(value)
        case Mapping():
            return {str(key): _encoded(item) for key, item in value.items()}
        case list() | tuple():
            return [_encoded(item) for item in value]
        case Strict():
            return value.model_dump(mode="json")
        case _ if is_dataclass(value):
            return {field.name: _encoded(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value


def _place(where: CellRef) -> dict[str, Any]:
    told = {"file": where.file, "sheet": where.sheet, "row": where.row}
    return told if where.cell is None else {**told, "cell": where.cell}


# --- text -------------------------------------------------------------------------------------------------


def render_text(explanation: Explanation, *, width: int = 80, encoding: str = "utf-8", color: bool = False) -> str:
    """The answer in short, then each rule: text, what was looked at, answer; in lines of at most `width`."""
    page = Page(max(width, 60), encoding, color)
    parts: list[list[str]] = [_head(page, explanation)]
    for one in explanation.acts:
        own = explanation.of(one)
        parts.append(_about(page, one, own))
        told = [block for block in one.blocks if not nothing_there(block)]
        parts += [_block_lines(page, block, own) for block in told]
        parts.append(_aside(page, [block for block in one.blocks if nothing_there(block)]))
    return sections([*parts, _account(page, explanation)])


def _head(page: Page, explanation: Explanation) -> list[str]:
    spot = spot_of(explanation)
    match explanation.state:
        case "rejected":
            cell = f", cellule {explanation.where.cell}" if explanation.where.cell else ""
            said = f"Ligne rejetée{cell} : {explanation.reason}. Aucune règle n'a pu la regarder."
        case "skipped":
            said = f"Ligne passée, elle ne contient pas d'acte contrôlé ({explanation.reason})."
        case _:
            blocks = [block for one in explanation.acts for block in one.blocks]
            said = f"Réponse : {in_short(blocks, explanation.profile)}"
            return [page.title(spot), page.paint(page.wrap(said), worst(blocks))]
    return [page.title(spot), page.wrap(said)]


def spot_of(explanation: Explanation) -> str:
    """Where the row is, or those of the invoice: `actes.csv, lignes 7 et 8`."""
    rows: dict[str, list[str]] = {}
    for where in (explanation.where, *explanation.others):
        rows.setdefault(place(where.file, where.sheet), []).append(str(where.row))
    return " ; ".join(f"{file}, {plural(len(own), 'ligne')} {listed(own)}" for file, own in rows.items())


def worst(blocks: Sequence[Block]) -> Verdict:
    """The gravest verdict of the rules."""
    verdicts = {block.verdict for block in blocks}
    order = (Verdict.VIOLATION, Verdict.REVIEW, Verdict.UNVERIFIABLE)
    return next((verdict for verdict in order if verdict in verdicts), Verdict.OK)


def in_short(blocks: Sequence[Block], profile: str) -> str:
    """How many rules say what, the gravest first."""
    words = []
    noun = ("famille de règles", "familles de règles") if profile == "fiscal" else ("règle", "règles")
    for verdict in (Verdict.VIOLATION, Verdict.REVIEW, Verdict.UNVERIFIABLE, Verdict.OK):
        own = list(dict.fromkeys(block.rule for block in blocks if block.verdict is verdict))
        if own:
            rules = f" ({', '.join(own)})" if verdict is not Verdict.OK else ""
            words.append(f"{verdict.french} pour {counted(len(own), *noun)}{rules}")
    silent = len({block.rule for block in blocks if block.verdict is None})
    if silent:
        words.append(f"{counted(silent, 'règle')} {plural(silent, 'se tait', 'se taisent')} pour ne pas les répéter")
    return f"{' ; '.join(words)}." if words else "aucune règle ne regarde cette ligne."


def _about(page: Page, one: ActExplained, explanation: Explanation) -> list[str]:
    """The act as it was read, and whether it counts."""
    facts = ", ".join(act_words(one, explanation.profile))
    row = f"Ligne {explanation.where.row} : " if explanation.others else ""
    lines = [page.wrap(f"{row}{facts}." if row else f"{capital(facts)}.")]
    if one.uncounted is not None:
        rows = f" (voir {told_of(explanation).rows(one.cancellations)})" if one.cancellations else ""
        again = f" (voir {told_of(explanation).rows((one.repeats,))})" if one.repeats else ""
        lines.append(page.wrap(f"N'entre dans aucun compte : {WHY[one.uncounted]}{rows or again}."))
    elif one.cancellations:
        rows = told_of(explanation).rows(one.cancellations)
        lines.append(page.wrap(f"Des annulations du même acte ont été déduites ({rows})."))
    return lines


def act_words(one: ActExplained, profile: str) -> list[str]:
    """What is known of an act, as a profile may see it."""
    act = one.act
    code = [act.code + times(act.coefficient, act.quantity)] if act.code else []
    moment = f"soins du {day(act.date)}" + (f" à {act.time:%H:%M}" if act.time else "")
    amount = [euros(act.amount)] if act.amount is not None else ["montant inconnu"]
    paid = [f"payé le {day(act.payment_date)}"] if act.payment_date else []
    late = ["probablement prescrit"] if act.out_of_time else []
    invoice = [f"facture {act.invoice}"] if act.invoice else []
    who = [
        f"praticien {act.practitioner}" if act.practitioner else "praticien inconnu",
        f"patient {act.patient}" if act.patient else "patient inconnu",
    ]
    if profile == "cpam":  # what a fund looks for comes first
        return [*invoice, moment, *paid, *amount, *code, *who, *late]
    return [*code, moment, *amount, *who, *invoice, *paid, *late]


def nothing_there(block: Block) -> bool:
    """Whether a rule looked and there was nothing in front of it: told in one line."""
    return block.verdict is Verdict.OK and not block.trace.facing


def _aside(page: Page, blocks: Sequence[Block]) -> list[str]:
    if not blocks:
        return []
    names = ", ".join(block.rule for block in blocks)
    return [page.wrap(f"Regardé aussi, sans rien trouver en face de cet acte : {names}.")]


def _block_lines(page: Page, block: Block, explanation: Explanation) -> list[str]:
    """One rule: what it asks and by which text, what was looked at, the answer."""
    lines = [page.title(block.rule)]
    why = "" if block.verdict in (Verdict.OK, None) else block.why
    whole = block.verdict in (Verdict.VIOLATION, Verdict.REVIEW)
    lines += [page.wrap(words) for words in (block.title, why) if words]
    lines += trace_lines(page, block.trace, told_of(explanation, block))
    for text in block.texts:
        lines += _text_lines(page, text, whole=whole)
    lines.append(page.paint(page.wrap(answer_of(block, explanation), "  "), block.verdict or Verdict.OK))
    return lines


def told_of(explanation: Explanation, block: Block | None = None) -> Told:
    """To whom the trace of a rule is told."""
    reproached = block is not None and block.verdict is not Verdict.OK
    return Told(explanation.where, place, explanation.rejected_rows, reproached)


def _text_lines(page: Page, text: Text, *, whole: bool) -> list[str]:
    source = text.source
    url = source.url or "document non publié en ligne"
    held = f"{text.period}, {sentences.confidence(source)}, "
    lines = [
        fact(page, "Texte", f"{sentences.reference(source)} : {url}"),
        fact(page, "Version", f"{held}comparée à sa source le {day(text.checked_on)}"),
    ]
    return [*lines, fact(page, "Note", text.note)] if whole and text.note else lines


def fact(page: Page, label: str, words: str) -> str:
    """A label and its value, wrapped under itself; without a label, more of the value before."""
    under = " " * (_LABEL + 2)
    return page.wrap(words, under, f"  {label.ljust(_LABEL)}") if label else page.wrap(words, under)


def trace_lines(page: Page, trace: Trace, told: Told) -> Iterator[str]:
    """What one rule looked at."""
    for line in trace.lines(told):
        if isinstance(line, Fact):
            yield fact(page, line.label, line.words)
        else:
            yield fact(page, line.label, line.number)
            yield from _acts(page, line, told)


def _acts(page: Page, listed: ActList, told: Told) -> Iterator[str]:
    """A list of acts; a long one is folded in the middle, with the units that are not shown."""
    acts = listed.acts
    shown = _shown(acts) if listed.folded else range(len(acts))
    words = {rank: _place_and_day(acts[rank], told) for rank in shown}
    widths = [max(map(len, column)) for column in zip(*words.values(), strict=True)]
    for before, rank in zip([-1, *shown], shown, strict=False):
        if hidden := acts[before + 1 : rank]:
            rest = counted(len(hidden), "autre acte")
            yield page.wrap(f"… {rest}, {counted(sum(line.units for line in hidden), 'unité')} …", "    ")
        first = [word.ljust(width) for word, width in zip(words[rank], widths, strict=True)]
        remarks = ", ".join(acts[rank].remarks(told, listed.beyond))
        line = "  ".join([*first, remarks]).rstrip() + ("  ← cette ligne" if acts[rank].here else "")
        after = f"  {listed.after[rank]}" if listed.after else ""
        yield page.wrap(line + after, " " * 8, "    ")


def _shown(acts: Sequence[ActLine]) -> Sequence[int]:
    """The acts shown of a long list: the first ones, those around the act explained, the last ones."""
    if len(acts) <= _SHOWN:
        return range(len(acts))
    at = next((rank for rank, line in enumerate(acts) if line.here), 0)
    near = range(at - _SHOWN // 3, at + _SHOWN // 3)
    ends = (*range(_SHOWN // 6), *range(len(acts) - _SHOWN // 6, len(acts)))
    return sorted({*ends, *near} & set(range(len(acts))))


def _place_and_day(line: ActLine, told: Told) -> list[str]:
    moment = day(line.date) + (f" {line.time:%H:%M}" if line.time else "")
    return [f"ligne {told.row(line.where)}", moment, line.code]


def answer_of(block: Block, explanation: Explanation) -> str:
    """What a rule answers, after its verdict."""
    if block.verdict is None:
        return f"Réponse : {_SILENT}, {listed(list(block.silent_for))} le dit déjà de cette ligne."
    said = block.message or ""
    if block.verdict is Verdict.UNVERIFIABLE:
        said = f"{missing_words(block.missing, explanation.columns)}."
    stake = ""
    if block.at_stake is not None and block.texts and block.at_stake > 0:
        stake = f" En jeu : {euros(block.at_stake)}."
    carried = ""
    if block.carried_by is not None:
        here = block.carried_by == replace(explanation.where, cell=None)
        other = "d'un autre acte de cette ligne" if here else f"de {told_of(explanation).rows((block.carried_by,))}"
        carried = f" Même constat que celui {other}, compté une fois."
    return f"Réponse : {block.verdict.french}. {capital(said)}{stake}{carried}"


def _account(page: Page, explanation: Explanation) -> list[str]:
    rulebook = f"version {explanation.rulebook_version}, à jour au {day(explanation.rulebook_date)}"
    rejected = counted(explanation.rejected_rows, "ligne rejetée", "lignes rejetées")
    short = (
        [page.wrap(f"{rejected} à la lecture : un compte a pu en être faussé.")] if explanation.rejected_rows else []
    )
    return [
        *short,
        *(page.wrap(sentences.not_read(entry), "  ", "- ") for entry in explanation.unread),
        page.wrap(f"Règles : {rulebook}, {counted(explanation.rules, 'règle')}."),
        page.wrap(f"Explication faite au {day(explanation.as_of)}, profil {explanation.profile}."),
        page.wrap(DISCLAIMER),
    ]
