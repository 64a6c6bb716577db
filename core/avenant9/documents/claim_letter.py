"""The observations that a doctor sends to the caisse, drafted from the answers to its claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from avenant9.documents.claim import DISCLAIMER, ITEMS, NAMES, act_words, called, cited, numbered, unsaid
from avenant9.documents.sentences import reference
from avenant9.named import named
from avenant9.period import add_months
from avenant9.report.document import Blank, Column, Letter, Paragraph, Section, Table
from avenant9.wording import counted, day, euros, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from avenant9.report.document import Words
    from avenant9.results.claim import Answer, Claim, ClaimedLine

#: What each answer makes of a line: it is contested, or accepted, or more is asked of it.
_CONTESTED: Final[tuple[Answer, ...]] = ("contestable", "out_of_time", "twice", "more_than_paid")
_ACCEPTED: Final[tuple[Answer, ...]] = ("supported",)
_ASKED: Final[tuple[Answer, ...]] = ("not_found", "to_examine", "unverifiable")
#: Why, in the words of a letter.
_WHY: Final[dict[Answer, str]] = {
    "contestable": "mes fichiers de facturation ne montrent aucune anomalie au regard des règles de la convention et "
    "de la nomenclature en vigueur au jour des soins",
    "out_of_time": "le paiement a plus de {years} ans à la date de la notification : l'action en recouvrement est "
    "prescrite (code de la sécurité sociale, article L. 133-4)",
    "twice": "le même acte est déjà réclamé à une autre ligne du tableau",
    "more_than_paid": "la somme réclamée dépasse ce qui a été facturé, ou n'a pas été payée",
    "supported": "au vu de mes fichiers, et dans la limite des sommes de l'annexe",
    "not_found": "je ne retrouve aucun acte qui y corresponde",
    "to_examine": "plusieurs actes peuvent être visés, ou le texte invoqué laisse un doute",
    "unverifiable": "mes fichiers ne suffisent pas à répondre",
}
#: Rows named one by one in a sentence.
_ROWS = 15
#: Small numbers as a letter writes them.
_IN_WORDS: Final = {2: "deux", 3: "trois", 5: "cinq"}
#: The answers whose texts are cited: those that rules give.
_CITED: Final[tuple[Answer, ...]] = ("supported", "contestable", "to_examine")


def render(result: Claim) -> bytes:
    """The letter as a .docx."""
    from avenant9.report import letter as written  # noqa: PLC0415 - only this needs python-docx

    return written.render(letter(named(result)), result.as_of)


def letter(result: Claim) -> Letter:
    """The draft: what is contested and why, what is accepted, what is asked, and each line in an annex."""
    number = result.practitioner or Blank("votre numéro RPPS")
    return Letter(
        sender=(
            Paragraph(("Docteur ", Blank("prénom et nom"), ", ", Blank("spécialité"), ", numéro ", number)),
            Blank("adresse du cabinet, téléphone, courriel"),
        ),
        addressee=(
            Paragraph(("Caisse primaire d'assurance maladie de ", Blank("caisse"))),
            Blank("service et adresse qui figurent sur la notification"),
        ),
        dated=Paragraph((Blank("Ville"), ", le ", Blank("date"))),
        subject=Paragraph(
            ("Objet : observations sur la notification d'indu reçue le ", _notified(result), ", référence ", Blank())
        ),
        paragraphs=tuple(_paragraphs(result)),
        signature=Blank("Signature"),
        annexes=tuple(_annexes(result)),
        aside=(Section("Pour vous, sans le joindre", words=tuple(_advice(result))),),
        footer=(*map(cited, result.texts), f"Lignes répondues au {day(result.as_of)}.", DISCLAIMER),
    )


def _notified(result: Claim) -> str | Blank:
    return Blank("date") if result.notified == result.as_of else day(result.notified)


def _of(result: Claim, answers: Sequence[Answer]) -> list[ClaimedLine]:
    return [line for line in result.lines if line.answer in answers]


def _figure(result: Claim, about: str) -> int:
    return next((text.figure for text in result.texts if text.about == about), 0)


def _in_words(result: Claim, about: str) -> str:
    figure = _figure(result, about)
    return _IN_WORDS.get(figure, str(figure))


# --- the body -------------------------------------------------------------------------------------------------


def _paragraphs(result: Claim) -> Iterable[Words]:
    months = _in_words(result, "answer")
    summary = result.summary
    yield "Madame, Monsieur,"
    yield (
        f"Par la notification citée en objet, vous me réclamez {euros(summary.claimed)} au titre de "
        f"{counted(summary.lines, 'ligne')} de facturation. Dans le délai de {months} mois qu'ouvre l'article "
        "R. 133-9-1 du code de la sécurité sociale, je vous adresse mes observations, ligne par ligne, d'après mes "
        "fichiers de facturation. Le détail est en annexe."
    )
    yield from _part(result, _CONTESTED, "Je conteste {}, pour {} :")
    yield from _part(
        result, _ACCEPTED, "Je ne conteste pas {}, pour {} réclamés, sous réserve de vérification du dossier :"
    )
    yield from _part(result, _ASKED, "Pour {}, soit {}, je ne peux pas me prononcer en l'état :")
    yield from _requests(result)
    if _of(result, _CONTESTED):
        yield (
            "Je vous demande en conséquence d'abandonner la réclamation pour les lignes contestées. À défaut, je me "
            "réserve d'exercer les voies de recours que votre notification indique."
        )
    at_disposal = "Je me tiens à votre disposition pour un échange contradictoire : "
    yield Paragraph((at_disposal, Blank("téléphone, courriel"), "."))
    yield "Veuillez agréer, Madame, Monsieur, l'expression de mes salutations distinguées."


def _part(result: Claim, answers: Sequence[Answer], opening: str) -> Iterable[str]:
    """How many lines and euros, then each reason with its lines."""
    lines = _of(result, answers)
    if not lines:
        return
    yield opening.format(counted(len(lines), "ligne"), _sum(lines))
    for answer in answers:
        own = [line for line in lines if line.answer == answer]
        if own:
            why = _WHY[answer].format(years=_in_words(result, "limitation"))
            rows = numbered([line.row for line in own], _ROWS, "autres (annexe)")
            yield f"– {rows} ({_sum(own)}) : {why}{_owed(result, answer)}."


def _owed(result: Claim, answer: Answer) -> str:
    if answer != "supported":
        return ""
    unknown = any(line.owed is None for line in _of(result, _ACCEPTED))
    return f", soit {'au moins ' if unknown else ''}{euros(result.summary.owed)}"


def _requests(result: Claim) -> Iterable[str]:
    """The pieces that would let one answer."""
    asked = _of(result, _ASKED)
    if asked:
        yield (
            f"Je vous demande de me communiquer, pour {plural(len(asked), 'cette ligne', 'ces lignes')}, les pièces "
            "qui identifient chaque acte et fondent le grief : facture, date et montant du versement, texte appliqué."
        )
    items = list(dict.fromkeys(item for one in result.notification for item in one.missing))
    if items:
        names = listed([name for item, name in ITEMS.items() if item in items])
        yield (
            "Par ailleurs, l'article R. 133-9-1 demande que la notification précise la cause, la nature et le "
            "montant des sommes réclamées et la date de leur versement. Votre tableau ne donne pas partout "
            f"{names} : je vous demande de les préciser (annexe)."
        )


def _sum(lines: Sequence[ClaimedLine]) -> str:
    return euros(sum(line.claimed or 0 for line in lines))


# --- the annexes ----------------------------------------------------------------------------------------------


def _annexes(result: Claim) -> Iterable[Section]:
    parts = (("Lignes contestées", _CONTESTED), ("Lignes non contestées", _ACCEPTED), ("Pièces demandées", _ASKED))
    given = [(title, answers, lines) for title, answers in parts if (lines := _of(result, answers))]
    for rank, (title, answers, lines) in enumerate(given, 1):
        yield Section(f"Annexe {rank}. {title}", tables=(_table(lines, owed=answers is _ACCEPTED),))
    if result.notification:
        yield Section("Ce que le tableau ne précise pas", words=tuple(unsaid(result)))


def _table(lines: Sequence[ClaimedLine], *, owed: bool) -> Table:
    columns = (
        Column("Ligne", "identifier"),
        Column("Acte", "identifier"),
        Column("Facture", "identifier"),
        Column("Réclamé", "euros"),
        *([Column("Reconnu", "euros")] if owed else []),
        Column("Réponse et texte", widest=60),
    )
    return Table(
        columns,
        [
            (
                str(line.row),
                act_words(line),
                line.invoice or "",
                line.claimed,
                *([line.owed] if owed else []),
                _reason(line),
            )
            for line in lines
        ],
    )


def _reason(line: ClaimedLine) -> str:
    """The answer, what is said of it, and the texts of the rules that it leans on."""
    texts = dict.fromkeys(
        reference(rule.source) for rule in line.rules if rule.source is not None and line.answer in _CITED
    )
    said = f"{NAMES[line.answer].capitalize()}. {_said(line)}"
    return f"{said} Texte : {' ; '.join(texts)}." if texts else said


def _said(line: ClaimedLine) -> str:
    """What is said of a line to the caisse, which has nothing to do with files and rules."""
    match line.answer:
        case "out_of_time" if line.paid is not None:
            return f"Paiement du {day(line.paid)}."
        case "supported":
            return " ".join(rule.message for rule in line.rules if rule.verdict == "violation" and rule.message)
        case "contestable":
            return "Aucune anomalie d'après mes fichiers."
        case "to_examine" if line.candidates:
            return "Plusieurs de mes actes peuvent être visés : précisez lequel."
        case "to_examine":
            return "Le texte invoqué, ou sa lecture, laisse un doute : précisez-le."
        case "not_found":
            return "Aucun de mes actes n'y correspond."
        case "unverifiable":
            return f"Mes fichiers ne disent pas : {', '.join(map(called, line.missing))}."
        case _:
            return line.message


def _advice(result: Claim) -> Iterable[str]:
    """What is for the doctor alone."""
    months = _in_words(result, "answer")
    limit = (
        ""
        if result.notified == result.as_of
        else f", soit le {day(add_months(result.notified, _figure(result, 'answer')))} au plus tard"
    )
    yield (
        "Relisez chaque ligne avec le dossier du patient, complétez ce qui est entre crochets, ôtez ce que vous ne "
        "voulez pas dire, datez et signez."
    )
    yield (
        f"Le délai pour répondre est de {months} mois à compter de la réception de la notification{limit}. Gardez la "
        "preuve de la date d'envoi."
    )
    if _of(result, ("out_of_time",)):
        fraud = _in_words(result, "fraud")
        yield (
            f"La prescription ne joue pas de même en cas de fraude ({fraud} ans à compter de sa découverte) ; une "
            "notification antérieure des mêmes sommes l'aurait interrompue."
        )
    if _of(result, _ACCEPTED):
        yield "Vérifiez chacune des « lignes non contestées » : rien ne vous oblige à les reconnaître ici."
    yield "Cette lettre ne nomme aucun patient : n'ajoutez un nom que si la caisse en a besoin pour répondre."
