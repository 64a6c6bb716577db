"""The follow-up of the ceiling on remote activity as people read it: figures, and the letter that asks for more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from avenant9.acts.columns import heading
from avenant9.documents import left_out, sentences
from avenant9.model import Verdict
from avenant9.remote_share import share_of
from avenant9.report.document import (
    Blank,
    Chart,
    Column,
    Document,
    Fact,
    Letter,
    Paragraph,
    Section,
    Series,
    Table,
)
from avenant9.report.values import shown
from avenant9.wording import DISCLAIMER, MONTHS, NBSP, counted, day, listed, months, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.report.document import Value, Words
    from avenant9.results.base import Source
    from avenant9.results.threshold import Followed, Group, Passage, Request, Text, Threshold

#: The columns of the contract, in its order: new ones only at the end.
CSV: Final = (
    *map(Column, ("Praticien", "Spécialité")),
    *(Column(heading, "integer") for heading in ("Année", "Actes", "À distance")),
    *(Column(heading, "share") for heading in ("Part", "Plafond")),
    Column("Dépassé"),
    *(Column(heading, "integer") for heading in ("Excédent", "Marge", "Actes en présence à ajouter")),
)
#: More years of practitioners than this: months are shown only for those who are not simply within their ceiling.
_DETAILED = 20
_MOST_OPEN = 3  # years of practitioners that a page shows whole; more of them are a line each
_NOTHING = "Aucun acte compté dans les années suivies."
_AT_LEAST = (
    "Les actes à distance et la part sont des minimums là où des actes sont inconnus : le détail de chacun le dit."
)
_DRAFT = "Projet de lettre : remplissez ce qui est entre crochets, cochez, datez et signez. Rien n'est envoyé."
_REASONS = Blank(
    "votre exercice, votre patientèle, ce que la téléconsultation permet, ce qui empêche les consultations au cabinet"
)
_GRAVITY = (Verdict.OK, Verdict.UNVERIFIABLE, Verdict.REVIEW, Verdict.VIOLATION)


def docx(result: Threshold) -> bytes:
    """The letter of a request.

    Raises:
        ValueError: the result holds no request.
    """
    from avenant9.report import letter as written  # noqa: PLC0415 - only this needs python-docx

    if result.request is None:
        raise ValueError("no letter without a request")
    return written.render(letter(result, result.request), result.as_of)


def csv(result: Threshold) -> Table:
    """A line for each practitioner and year."""
    return Table(CSV, [_line(entry) for entry in result.practitioners])


def _line(entry: Followed) -> tuple[Value, ...]:
    """A practitioner and a year, in the columns of the contract."""
    return (
        entry.practitioner,
        None if entry.specialty is None else f"{entry.specialty:02d}",
        entry.year,
        entry.total,
        entry.remote,
        entry.share,
        entry.ceiling,
        _over(entry),
        entry.excess,
        entry.margin,
        entry.to_add_in_person,
    )


def document(result: Threshold) -> Document:
    """The follow-up, or the request where the result holds one."""
    return _follow_up(result) if result.request is None else _as_document(result, result.request)


# --- the follow-up ----------------------------------------------------------------------------------------


def _follow_up(result: Threshold) -> Document:
    entries = result.practitioners
    detailed = entries if len(entries) <= _DETAILED else [one for one in entries if _verdict(one) is not Verdict.OK]
    return Document(
        title="Activité à distance : suivi du plafond",
        answer=sentences.with_unread(_answer(entries), result.unread),
        verdict=_color(entries, unread=any(one.sheet is None for one in result.unread)),
        sections=(
            Section("Par praticien et par année", tables=(_summary(entries),)),
            *(_detail(entry, result.as_of, folded=len(detailed) > _MOST_OPEN) for entry in detailed),
            *_by_group(result.by_group),
            Section("À savoir", words=(*_few(entries, detailed), *result.notes, *_remarks(result))),
            *left_out.sections(result.rejected, result.unread),
        ),
        footer=(*_texts(result), f"Suivi fait au {day(result.as_of)}.", DISCLAIMER),
        says_verdict=len(entries) == 1 and _is_doubtful(entries[0]),
    )


def _answer(entries: Sequence[Followed]) -> str:
    if not entries:
        return _NOTHING
    if len(entries) == 1:
        [entry] = entries
        least = "Au moins " if entry.unknown else ""
        return f"{least}{_percent(entry.share)} d'actes à distance en {_period(entry)} : {_standing(entry)}."
    people = len({entry.practitioner for entry in entries})
    counts = (
        ("dépassé", [entry for entry in entries if entry.over]),
        ("non vérifiable", [entry for entry in entries if _unsure(entry)]),
        ("respecté", [entry for entry in entries if not entry.over and not _unsure(entry)]),
    )
    told = [f"{word} {len(some)}{NBSP}fois" for word, some in counts if some]
    years = counted(len(entries), "année suivie", "années suivies")
    until = next((entry.until for entry in entries if entry.until is not None), None)
    part = f" L'année {until.year} s'arrête au {day(until)} (indicatif)." if until is not None else ""
    return f"{years} ({counted(people, 'praticien')}) : plafond {listed(told)}.{part}"


def _standing(entry: Followed) -> str:
    """Where the year stands to its ceiling, and how far that can be said."""
    ceiling = f"plafond de {_percent(entry.ceiling)}{' (aménagement)' if entry.derogation else ''}"
    if _unsure(entry):
        return f"{ceiling}, non vérifiable : {_why_unsure(entry)}"
    by = "d'au moins" if entry.unknown else "de"
    if not entry.over:
        return f"{ceiling} respecté, marge {by} {counted(_least_margin(entry), 'acte')} à distance"
    doubt = ", à examiner" if _is_doubtful(entry) else ""
    return f"{ceiling} dépassé {by} {counted(entry.excess, 'acte')}{doubt}"


def _least_margin(entry: Followed) -> int:
    """What is left if all that is unknown was remote."""
    return max(0, entry.margin - entry.unknown)


def _why_unsure(entry: Followed) -> str:
    reasons = []
    if "specialty" in entry.missing:
        reasons.append("la spécialité, qui fixe le plafond, est inconnue")
    if entry.unknown:
        reasons.append(
            f"{counted(entry.unknown, 'acte')} à distance ou non selon « {heading('treating_doctor')} », "
            f"soit jusqu'à {_percent(entry.at_most or entry.share)}"
        )
    return " ; ".join(reasons)


def _summary(entries: Sequence[Followed]) -> Table:
    partial = any(entry.until is not None for entry in entries)
    columns = (
        Column("Praticien", "identifier"),
        Column("Spécialité", wide_only=True),
        Column("Année", "identifier"),
        *([Column("Jusqu'au", "date", wide_only=True)] if partial else []),
        Column("Actes", "integer"),
        Column("À distance", "integer"),
        Column("Part", "share"),
        Column("Plafond", "share"),
        Column("Dépassé", "identifier"),
        Column("Excédent", "integer"),
        Column("Marge", "integer", wide_only=True),
        Column("Actes en présence à ajouter", "integer", wide_only=True),
    )
    return Table(
        columns,
        [
            (
                entry.practitioner,
                entry.named_specialty,
                str(entry.year),
                *([entry.until or date(entry.year, 12, 31)] if partial else []),
                entry.total,
                entry.remote,
                entry.share,
                entry.ceiling,
                _over(entry),
                *((None, None, None) if _unsure(entry) else (entry.excess, entry.margin, entry.to_add_in_person)),
            )
            for entry in entries
        ],
        verdicts=[_verdict(entry) for entry in entries],
        note=_AT_LEAST if any(entry.unknown for entry in entries) else "",
    )


def _detail(entry: Followed, as_of: date, *, folded: bool) -> Section:
    return Section(
        f"Praticien {entry.practitioner}, {_period(entry)}",
        facts=_facts(entry),
        charts=(_chart(entry),),
        tables=(_months(entry, as_of),),
        sheet=f"{entry.practitioner} {entry.year}",
        line=f"{_percent(entry.share)} d'actes à distance, {_standing(entry)}" if folded else "",
    )


def _facts(entry: Followed) -> tuple[Fact, ...]:
    specialty = entry.named_specialty
    facts = [
        *([Fact("Spécialité", specialty)] if specialty else []),
        Fact("Actes comptés", entry.total, "integer"),
        Fact("À distance", f"{counted(entry.remote, 'acte')}, soit {_percent(entry.share)}"),
        Fact("Plafond", _ceiling(entry)),
    ]
    if entry.unknown and not _unsure(entry):
        facts.append(
            Fact(
                "Inconnus",
                f"{counted(entry.unknown, 'acte')} à distance ou non selon « {heading('treating_doctor')} » ; "
                f"part d'au moins {_percent(entry.share)}, d'au plus {_percent(entry.at_most or entry.share)}",
            )
        )
    least = " (au moins)" if entry.unknown else ""
    if _unsure(entry):
        facts.append(Fact("Dépassement", f"non vérifiable, {_why_unsure(entry)}"))
    elif entry.over:
        facts.append(Fact(f"Actes à distance de trop{least}", entry.excess, "integer"))
        if entry.to_add_in_person is not None:
            facts.append(Fact(f"ou actes en présence à ajouter{least}", entry.to_add_in_person, "integer"))
    else:
        facts.append(Fact(f"Marge d'actes à distance{least}", _least_margin(entry), "integer"))
    if entry.projection is not None:
        whole = entry.projection
        facts.append(
            Fact(
                f"Projection au 31/12/{entry.year}",
                f"{counted(whole.total, 'acte')} dont {shown(whole.remote, 'integer')} à distance "
                f"({_percent(whole.share)}), au rythme des jours couverts",
            )
        )
    if entry.empty_months and not entry.over:
        facts.append(Fact("Mois sans acte", months([month.month for month in entry.empty_months])))
    facts += [Fact("À examiner", doubt) for doubt in entry.doubts]
    if entry.derogation is not None and entry.derogation.conditions:
        facts.append(Fact("Conditions de l'aménagement", " ; ".join(entry.derogation.conditions)))
    return tuple(facts)


def _ceiling(entry: Followed) -> str:
    """The ceiling in force, and where it comes from."""
    own = entry.derogation
    if own is None:
        return _percent(entry.ceiling)
    renewed = f", reconduit tacitement en {entry.year}" if own.year != entry.year else ""
    decided = f", décidé le {day(own.decided_on)}" if own.decided_on else ""
    return f"{_percent(entry.ceiling)} (aménagement accordé pour {own.year}{decided}{renewed})"


def _last(entry: Followed, as_of: date) -> date:
    """The last day looked at."""
    last = date(entry.year, 12, 31) if entry.until is None else entry.until
    return min(last, as_of) if as_of.year == entry.year else last


def _by_month(entry: Followed) -> list[tuple[date, int, int, Decimal | None]]:
    """Month, acts, remote ones, share from 1 January, to the last month that has an act.

    The share is carried over a month without acts, and unknown before the first one.
    """
    counts = {one.month.month: one for one in entry.months}
    rows: list[tuple[date, int, int, Decimal | None]] = []
    share: Decimal | None = None
    for rank in range(1, max(counts, default=0) + 1):
        own = counts.get(rank)
        share = own.share_to_date if own else share
        rows.append((date(entry.year, rank, 1), own.total if own else 0, own.remote if own else 0, share))
    return rows


_NO_ACT = "-"  # in place of the share of nothing


def _chart(entry: Followed) -> Chart:
    months = _by_month(entry)
    least = " au moins" if entry.unknown else ""
    return Chart(
        f"Part à distance depuis le 1er janvier{least}",
        "line",
        tuple(month for month, *_ in months),
        (Series("part à distance", tuple(share for *_, share in months)),),
        "share",
        (Series(f"plafond de {_percent(entry.ceiling)}", (entry.ceiling,) * len(months)),),
        _NO_ACT,
    )


def _months(entry: Followed, as_of: date) -> Table:
    rows = _by_month(entry)
    with_acts = {one.month.month for one in entry.months}
    empty = [rank for rank in range(1, _last(entry, as_of).month + 1) if rank not in with_acts]
    return Table(
        (
            Column("Mois", "month"),
            Column("Actes", "integer"),
            Column("À distance", "integer"),
            Column("Part du mois", "share", absent=_NO_ACT),
            Column("Part depuis janvier", "share", absent=_NO_ACT),
        ),
        [(month, total, remote, _share(remote, total), share) for month, total, remote, share in rows],
        total=(None, entry.total, entry.remote, entry.share, entry.share),
        note=f"Aucun acte {_stretches(empty)} {entry.year} : vérifiez qu'il ne manque pas d'export." if empty else "",
    )


def _stretches(ranks: Sequence[int]) -> str:
    """Months by their rank: `en mars, en mai et de juillet à septembre`."""
    return listed([_stretch(MONTHS[run[0] - 1], MONTHS[run[-1] - 1]) for run in runs(ranks)])


def _stretch(first: str, last: str) -> str:
    if first == last:
        return f"en {first}"
    of = "d'" if first[0] in "ao" else "de "
    return f"{of}{first} à {last}"


def _share(part: int, whole: int) -> Decimal | None:
    return share_of(part, whole) if whole else None


def _by_group(groups: Sequence[Group]) -> tuple[Section, ...]:
    """The table of a commission, one a year; alone, a practitioner is no group."""
    if sum(group.practitioners for group in groups) < 2:
        return ()
    years = dict.fromkeys(group.year for group in groups)
    unsure = any(group.unknown for group in groups)
    columns = (
        Column("Groupe"),
        Column("Praticiens", "integer"),
        Column("Plus de 20 %", "integer"),
        Column("Plus de 30 %", "integer"),
        *([Column("Non vérifiables", "integer")] if unsure else []),
    )
    tables = []
    for year in years:
        own = [one for one in groups if one.year == year]
        counts = [(one.practitioners, one.over_20, one.over_30, *([one.unknown] if unsure else [])) for one in own]
        rows: list[tuple[Value, ...]] = [(one.group, *row) for one, row in zip(own, counts, strict=True)]
        tables.append(Table(columns, rows, title=str(year), total=("Ensemble", *map(sum, zip(*counts, strict=True)))))
    words = "Part constatée de chacun, quel que soit son plafond."
    return (Section("Par groupe, comme la commission le lit", words=(words,), tables=tuple(tables), sheet="Groupes"),)


def _few(entries: Sequence[Followed], detailed: Sequence[Followed]) -> list[str]:
    if len(entries) == len(detailed):
        return []
    return [
        f"Le mois par mois n'est donné que pour {counted(len(detailed), 'année')} où le plafond n'est pas simplement "
        "respecté ; --practitioner ID donne celui d'un praticien, --format json celui de tous."
    ]


def _remarks(result: Threshold) -> list[str]:
    return list(dict.fromkeys(text.remark for text in result.texts if text.remark))


def _texts(result: Threshold) -> list[str]:
    return [f"Texte {_years(text)} : {_cited(text.source)}." for text in result.texts]


def _years(text: Text) -> str:
    first = text.from_.year
    if text.until is None:
        return f"depuis {first}"
    return f"de {first}" if text.until.year == first else f"de {first} à {text.until.year}"


# --- the request ------------------------------------------------------------------------------------------


def _as_document(result: Threshold, asked: Request) -> Document:
    """The letter in a format that is no letter's: after what is said of it, in the order of its parts."""
    drafted = letter(result, asked)
    first = 1 if asked.warning else 0  # what is to be known before all
    return Document(
        title=f"Demande d'aménagement du plafond d'activité à distance, année {asked.year}",
        answer=sentences.with_unread(_DRAFT, result.unread),
        sections=(
            *drafted.aside[:first],
            Section("Lettre", words=_apart(drafted.words)),
            *drafted.annexes,
            *drafted.aside[first:],
        ),
        footer=drafted.footer,
    )


def letter(result: Threshold, asked: Request) -> Letter:
    """The request to the committee, with the figures that it rests on."""
    entry = max(result.practitioners, key=lambda one: one.year)
    number = Blank("votre numéro RPPS") if entry.practitioner == "?" else entry.practitioner
    specialty = entry.label or entry.named_specialty or Blank("votre spécialité")
    return Letter(
        sender=(
            Paragraph(("Docteur ", Blank("prénom et nom"), ", ", specialty, ", numéro ", number)),
            Blank("adresse du cabinet principal, téléphone, courriel"),
        ),
        addressee=(asked.addressee, Blank("nom et adresse de la caisse")),
        dated=Paragraph((Blank("Ville"), ", le ", Blank("date"))),
        subject="Objet : demande d'aménagement du plafond d'activité à distance au titre de l'année civile "
        f"{asked.year}",
        paragraphs=_body(result, entry, asked),
        signature=Blank("Signature"),
        annexes=(
            Section(
                "Critères que je fais valoir (cocher)",
                words=(*_boxes(asked.criteria), asked.open),
            ),
            Section(
                "Conditions auxquelles je peux m'engager (cocher)",
                words=_boxes(asked.conditions),
            ),
            Section(
                f"Chiffres, {_period(entry)}",
                words=_about_figures(entry, asked),
                facts=_facts(entry),
                charts=(_chart(entry),),
                tables=(_months(entry, result.as_of),),
                sheet="Chiffres",
            ),
            *([Section("Années demandées et précédentes", tables=(_summary(result.practitioners),), sheet="Années")]
              if len(result.practitioners) > 1 else []),
        ),
        aside=(
            *([Section("Avant tout", words=(asked.warning,))] if asked.warning else []),
            Section(
                "Pour vous, sans le joindre",
                words=(
                    *(f"{rank}. {step}" for rank, step in enumerate(asked.steps.entries, 1)),
                    *_advice(entry),
                    *result.notes,
                ),
            ),
            *left_out.sections(result.rejected, result.unread),
        ),
        footer=(*_texts(result), *_sources(asked), f"Chiffres arrêtés au {day(result.as_of)}.", DISCLAIMER),
    )  # fmt: skip


def _body(result: Threshold, entry: Followed, asked: Request) -> tuple[Words, ...]:
    least = "au moins " if entry.unknown else ""
    text = next((one.source.article for one in reversed(result.texts) if one.from_.year <= asked.year), "")
    return (
        "Madame, Monsieur,",
        "Je demande à la commission paritaire locale d'examiner un aménagement du plafond d'activité à distance pour "
        f"l'année civile {asked.year}, prise comme période de référence. Texte : {text}.",
        f"Du 01/01/{entry.year} au {day(_last(entry, result.as_of))}, le décompte de mes actes est de "
        f"{shown(entry.total, 'integer')}, dont {least}{shown(entry.remote, 'integer')} à distance, soit {least}"
        f"{_percent(entry.share)}, pour un plafond de {_ceiling(entry)}. Le détail par mois est joint.",
        Paragraph(
            ("Je demande que ce plafond soit porté à ", Blank("… %"), " pour les raisons suivantes : ", _REASONS, ".")
        ),
        "Je fais valoir les critères cochés ci-dessous, et je peux m'engager sur les conditions cochées ensuite.",
        f"J'ai pris note de ce qui suit. {' '.join(asked.terms.entries)}",
        "Je me tiens à la disposition de la commission pour lui présenter ma situation.",
        "Veuillez agréer, Madame, Monsieur, l'expression de mes salutations distinguées.",
    )


def _about_figures(entry: Followed, asked: Request) -> tuple[str, ...]:
    """What the committee must know of the figures."""
    if entry.year == asked.year:
        return ()
    return (
        f"Les fichiers ne contiennent aucun acte de {asked.year} : les chiffres sont ceux de {entry.year}, la "
        "dernière année qu'ils donnent.",
    )


def _advice(entry: Followed) -> list[str]:
    said = []
    if entry.derogation is not None:
        said.append(
            f"Un aménagement à {_percent(entry.ceiling)} est déjà compté : une demande n'est utile que pour le "
            "changer, ou si votre situation a changé."
        )
    if not entry.over and not _unsure(entry):
        said.append("Sur ces chiffres, le plafond est respecté.")
    if entry.practitioner == "?":
        said.append("Le fichier ne nomme pas le praticien : son numéro est à compléter.")
    return said


def _apart(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Paragraphs with an empty one between them, as a letter has."""
    return tuple(words for paragraph in paragraphs for words in (paragraph, ""))[:-1]


def _boxes(passage: Passage) -> tuple[Paragraph, ...]:
    """What a text lists, to be ticked, and room for something else."""
    entries = ((entry,) for entry in passage.entries)
    return tuple(Paragraph(parts, box=True) for parts in (*entries, ("autre : ", Blank())))


def _sources(asked: Request) -> list[str]:
    passages = {
        "Procédure et durée": asked.steps,
        "Critères": asked.criteria,
        "Conditions": asked.conditions,
    }
    return [f"{name} : {_cited(passage.source)}." for name, passage in passages.items()]


# --- words and values -------------------------------------------------------------------------------------


def _verdict(entry: Followed) -> Verdict:
    if entry.verdict is not None:
        return Verdict(entry.verdict)
    return Verdict.REVIEW if entry.over else Verdict.OK


def _unsure(entry: Followed) -> bool:
    return _verdict(entry) is Verdict.UNVERIFIABLE


def _is_doubtful(entry: Followed) -> bool:
    return entry.over and _verdict(entry) is Verdict.REVIEW


def _color(entries: Sequence[Followed], *, unread: bool) -> Verdict | None:
    """The gravest of all; what cannot be verified, or was not read, is looked at by a person."""
    gravest = max(map(_verdict, entries), key=_GRAVITY.index, default=None)
    unsure = gravest is Verdict.UNVERIFIABLE or (unread and gravest is Verdict.OK)
    return Verdict.REVIEW if unsure else gravest


def _over(entry: Followed) -> str:
    return "peut-être" if _unsure(entry) else "oui" if entry.over else "non"


def _period(entry: Followed) -> str:
    if entry.until is None:
        return str(entry.year)
    return f"{entry.year} jusqu'au {day(entry.until)} (indicatif)"


def _percent(share: Decimal) -> str:
    return shown(share, "share")


def _cited(source: Source) -> str:
    return ", ".join(part for part in (source.title, source.article, source.url) if part)
