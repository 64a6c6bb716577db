"""The answers to a claim as people read them: by answer on a terminal, line by line in a workbook and on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from avenant9.acts.columns import COLUMNS, heading
from avenant9.documents import left_out, sentences
from avenant9.report.document import Column, Document, Fact, Section, Table
from avenant9.report.page import place, rows
from avenant9.results.claim import ANSWERS
from avenant9.wording import NBSP, capital, counted, day, euros, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from avenant9.report.document import Value
    from avenant9.results.claim import ActPlace, Answer, Claim, ClaimedLine, ClaimText, Item

TITLE: Final = "Réponse à une réclamation de la caisse"
#: What each answer is called, of a line.
NAMES: Final[dict[Answer, str]] = {
    "not_found": "introuvable",
    "out_of_time": "prescrite",
    "twice": "déjà réclamée",
    "more_than_paid": "au-delà du facturé",
    "supported": "fondée",
    "contestable": "contestable",
    "to_examine": "à examiner",
    "unverifiable": "non vérifiable",
}
#: What each says in the title of its lines.
_TITLES: Final[dict[Answer, str]] = {
    "not_found": "Introuvables dans les fichiers",
    "out_of_time": "Prescrites",
    "twice": "Déjà réclamées plus haut dans le tableau",
    "more_than_paid": "Réclamées pour plus que ce qui a été facturé",
    "supported": "Fondées sur un texte",
    "contestable": "Contestables",
    "to_examine": "À examiner",
    "unverifiable": "Non vérifiables",
}
#: What the law asks a notification to say.
ITEMS: Final[dict[Item, str]] = {
    "cause": "la cause",
    "nature": "la nature (le code de l'acte)",
    "amount": "le montant",
    "payment_date": "la date du versement",
}
#: The columns of the csv: new ones only at the end.
CSV: Final = (
    Column("Ligne", "integer"),
    Column("Feuille"),
    Column("Date de soins", "date"),
    *map(Column, ("Code acte", "Praticien", "Patient", "N° facture")),
    Column("Date de paiement", "date"),
    Column("Réclamé", "euros"),
    *map(Column, ("Motif", "Réponse")),
    Column("Dû", "euros"),
    *map(Column, ("Actes", "Actes possibles", "Règles", "Manque", "Message", "Texte", "URL")),
)
#: Those that people read, by their heading there.
_SHOWN: Final = {
    "Ligne": Column("Ligne", "identifier"),
    "Feuille": Column("Feuille", "identifier"),
    "Date de soins": Column("Date de soins", "date"),
    "Code acte": Column("Code acte", "identifier"),
    "N° facture": Column("N° facture", "identifier"),
    "Réclamé": Column("Réclamé", "euros"),
    "Motif": Column("Motif", widest=26),
    "Réponse": Column("Réponse", "identifier"),
    "Dû": Column("Dû", "euros", absent="-"),
    "Message": Column("Ce que disent les fichiers", widest=52),
    "Actes": Column("Actes", widest=24, wide_only=True),
    "Praticien": Column("Praticien", "identifier", wide_only=True),
    "Patient": Column("Patient", "identifier", wide_only=True),
    "Date de paiement": Column("Date de paiement", "date", wide_only=True),
    "Règles": Column("Règles", "identifier", wide_only=True),
    "Manque": Column("Manque", wide_only=True),
    "Texte": Column("Texte", wide_only=True),
    "URL": Column("Adresse", "url", wide_only=True),
}
DISCLAIMER: Final = "D'après les fichiers fournis ; constat technique, qui ne vaut pas avis juridique."
_ABOUT: Final = {
    "limitation": "Prescription, {} ans à compter du paiement",
    "fraud": "Prescription en cas de fraude, {} ans à compter de sa découverte, que rien ici ne constate",
    "answer": "Délai de réponse, {} mois à compter de la réception, et mentions de la notification",
}
_Row: TypeAlias = "tuple[Value, ...]"
#: Rows named one by one of several.
_ROWS = 12


def csv(result: Claim) -> Table:
    """The lines of the caisse, each with its answer."""
    return Table(CSV, [_cells(line) for line in result.lines])


def _cells(line: ClaimedLine) -> _Row:
    """A line of the caisse, in the columns of the csv."""
    texts = [rule.source for rule in line.rules if rule.source is not None and _tells(line, rule.verdict)]
    return (
        line.row,
        line.sheet,
        line.date,
        line.code,
        line.practitioner,
        line.patient,
        line.invoice,
        line.payment_date,
        line.claimed,
        line.cause,
        NAMES[line.answer],
        line.owed,
        places(line.acts),
        places(line.candidates),
        ", ".join(rule.rule for rule in line.rules) or None,
        ", ".join(map(called, line.missing)) or None,
        line.message,
        " ; ".join(dict.fromkeys(map(sentences.reference, texts))) or None,
        " ; ".join(dict.fromkeys(one.url for one in texts if one.url)) or None,
    )


def _tells(line: ClaimedLine, verdict: str) -> bool:
    """Whether the text behind what a rule says is one to cite for the answer."""
    return verdict == {"supported": "violation", "to_examine": "review"}.get(line.answer, verdict)


def act_words(line: ClaimedLine) -> str:
    """The act that is claimed, as far as the line says it: `TE2 du 12/05/2022`."""
    return " du ".join(filter(None, (line.code, day(line.date) if line.date else None)))


def called(key: str) -> str:
    """What a missing column or value is called."""
    return heading(key) if key in COLUMNS else {"tariff": "tarif du jour"}.get(key, key)


def places(acts: Iterable[ActPlace]) -> str | None:
    """`actes.csv, ligne 5 ; actes.csv, lignes 7 et 8`; None where there is none."""
    return rows((act.file, act.sheet, act.row) for act in acts) or None


# --- on a terminal --------------------------------------------------------------------------------------------


def _of_answer(result: Claim, answer: Answer) -> Section:
    lines = [line for line in result.lines if line.answer == answer]
    count = result.summary.by_answer[answer]
    title = f"{_TITLES[answer]} : {counted(count.lines, 'ligne')}, {euros(count.euros)}"
    return Section(title, words=tuple(_together(lines, several=_several_sheets(result))))


def _together(lines: Sequence[ClaimedLine], *, several: bool) -> Iterable[str]:
    """The lines, those of which the same is said together."""
    alike: dict[str, list[str]] = {}
    for line in lines:
        alike.setdefault(line.message, []).append(_named(line, several=several))
    for message, named_ in alike.items():
        yield f"{' ; '.join(named_)} : {message}" if len(named_) == 1 else f"{message} {' ; '.join(named_)}."


def _several_sheets(result: Claim) -> bool:
    return len({line.sheet for line in result.lines}) > 1


def _named(line: ClaimedLine, *, several: bool) -> str:
    """A line in a few words: `Ligne 5, TE2 du 12/05/2022, facture F5, 20,00 € (actes.csv, ligne 8)`."""
    invoice = f"facture {line.invoice}" if line.invoice else ""
    where = f"Feuille {line.sheet}, ligne {line.row}" if several else f"Ligne {line.row}"
    found = places(line.acts) or places(line.candidates)
    named_ = ", ".join(filter(None, (where, act_words(line), invoice, euros(line.claimed))))
    return f"{named_} ({found})" if found else named_


# --- in a workbook and on a page ------------------------------------------------------------------------------


def document(result: Claim, *, whole: bool = True) -> Document:
    """The caisse's own lines, in their order, with the answer beside each; where it is not the whole, the answers one
    by one, the lines of one kind together."""
    line_by_line = Section("Ligne par ligne", tables=(_table(result),), sheet="Réponses")
    return Document(
        title=TITLE,
        answer=sentences.with_unread(answer(result), result.unread),
        sections=(
            Section("En bref", facts=_facts(result), tables=(_by_answer(result),)),
            *([line_by_line] if whole else [_of_answer(result, answer) for answer in ANSWERS]),
            Section("Ce que le tableau de la caisse ne dit pas", words=tuple(unsaid(result))),
            *left_out.sections(result.rejected, result.unread, "Lignes d'actes rejetées"),
            Section("Paires non cherchées", words=sentences.uncompared(result.uncompared)),
        ),
        footer=(*map(cited, result.texts), f"Réponse faite au {day(result.as_of)}.", DISCLAIMER),
        about={"Réponses": "chaque ligne du tableau de la caisse, et la réponse à côté"},
    )


def answer(result: Claim) -> str:
    """What is claimed, and what of it is answered how, in one sentence."""
    counts = result.summary.by_answer
    parts = [
        f"{one.lines}{NBSP}{NAMES[name]}{'s' if one.lines > 1 and _takes_s(name) else ''} ({euros(one.euros)})"
        for name, one in counts.items()
        if one.lines
    ]
    owed = f" Dû au plus, d'après les fichiers : {euros(result.summary.owed)}." if counts["supported"].lines else ""
    lines = counted(result.summary.lines, "ligne")
    return f"{lines}, {euros(result.summary.claimed)} réclamés : {listed(parts)}.{owed}"


def _takes_s(name: Answer) -> bool:
    return name not in ("to_examine", "more_than_paid")


def _facts(result: Claim) -> tuple[Fact, ...]:
    return (
        Fact("Tableau", place(result.file, None)),
        *([Fact("Praticien", result.practitioner)] if result.practitioner else []),
        Fact("Notification", _notified(result)),
    )


def _notified(result: Claim) -> str:
    if result.notified != result.as_of:
        return f"reçue le {day(result.notified)}"
    return f"jour non donné (--notified) ; la prescription est comptée au {day(result.as_of)}"


def _by_answer(result: Claim) -> Table:
    counts = [(name, one) for name, one in result.summary.by_answer.items() if one.lines]
    return Table(
        (Column("Réponse", "identifier"), Column("Lignes", "integer"), Column("Réclamé", "euros")),
        [(NAMES[name], one.lines, one.euros) for name, one in counts],
        total=("Ensemble", result.summary.lines, result.summary.claimed),
    )


def _table(result: Claim) -> Table:
    several = _several_sheets(result)
    names = [name for name in _SHOWN if name != "Feuille" or several]
    return Table(
        tuple(_SHOWN[name] for name in names),
        [tuple(_shown(line)[name] for name in names) for line in result.lines],
        sheet="Réponses",
        frozen=1,
        printed=names.index("Praticien"),
    )


def _shown(line: ClaimedLine) -> dict[str, Value]:
    """The cells of the csv by their heading, as people read them."""
    told = {column.heading: cell for column, cell in zip(CSV, _cells(line), strict=True)}
    return {**told, "Ligne": str(line.row), "Actes": told["Actes"] or told["Actes possibles"]}


# --- what is said beside --------------------------------------------------------------------------------------


def unsaid(result: Claim) -> list[str]:
    """What the table does not say that the law asks, once for each thing, and of which lines."""
    words = []
    for item, name in ITEMS.items():
        lines = [one.row for one in result.notification if item in one.missing]
        if lines:
            every = len(lines) == result.summary.lines > 1
            words.append(f"{capital(name)} : {'toutes les lignes' if every else numbered(lines, _ROWS)}.")
    return words


def numbered(lines: Sequence[int], most: int, others: str = "autres") -> str:
    """`lignes 5, 7 et 12 autres`: no more than so many by their number."""
    more = [f"{len(lines) - most} {others}"] if len(lines) > most else []
    return f"{plural(len(lines), 'ligne')} {listed([*map(str, lines[:most]), *more])}"


def cited(told: ClaimText) -> str:
    """A text, and what it is about."""
    source = ", ".join(filter(None, (told.source.title, told.source.url)))
    return f"{_ABOUT[told.about].format(told.figure)} : {source}."
