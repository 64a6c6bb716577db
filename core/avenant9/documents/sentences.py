"""What a report says in whole sentences, the same in every format that a person reads."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from avenant9.acts.columns import heading, in_french
from avenant9.documents.headings import absent_columns
from avenant9.model import Input, NotCounted, Rejected, Source, Unread, Unverifiable, Verdict
from avenant9.reading.addresses import column_of
from avenant9.report.page import place
from avenant9.sums import MOST_ROWS
from avenant9.wording import DISCLAIMER, capital, counted, day, euros, integer, listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.results.base import Source as Cited
    from avenant9.results.check import Report
    from avenant9.results.find import Crowd
    from avenant9.results.measures import Origin
    from avenant9.results.year import Practitioner

#: The title of the findings older than the time in which the fund may claim: only probably, since a notification
#: starts it again.
LATE = "Constats probablement prescrits"
_SHOWN_COLUMNS = 6  # missing columns named in the answer, the others in their own section
_SHOWN_RELATED = 8  # rows named that count with a finding
_SHOWN_CROWDS = 3  # places named where pairs were not looked for
_SHOWN_ADDRESSES = 3  # cells named of those rejected for one reason
#: How sure a source is: the surest first.
CONFIDENCE = {"high": "sûre", "medium": "secondaire", "low": "faible"}


def answer(report: Report) -> tuple[str, Verdict]:
    """The answer in one sentence: it never says that all is well without saying what was verified."""
    summary = report.summary
    violations, reviews = summary.violation, summary.review
    late = summary.out_of_time
    all_late = late == violations + reviews  # no euro of them can still be claimed
    if not summary.acts:
        parts, verdict = ["aucun acte lu, rien n'a été contrôlé"], Verdict.REVIEW
    elif report.scope is not None and report.scope.acts == 0:
        parts, verdict = [f"aucun acte {asked(report)}, rien n'a été montré"], Verdict.REVIEW
    elif violations:
        nothing_else = summary.at_stake_ceiling and not summary.at_stake
        stake = "" if all_late or nothing_else else _stake(summary.at_stake)
        found = f"non conforme, {counted(violations, 'anomalie')}{stake}"
        parts, verdict = [found], Verdict.VIOLATION
    elif reviews:
        parts, verdict = ["aucune anomalie certaine"], Verdict.REVIEW
    else:
        parts, verdict = ["aucune anomalie"], Verdict.OK
    if ceiling := summary.at_stake_ceiling:
        parts.append(f"{euros(ceiling)} au titre {ceiling_words(report)}")
    if reviews:
        stake = "" if all_late else _stake(summary.at_stake_review)
        parts.append(f"{counted(reviews, 'point')} à examiner{stake}")
    if late:
        some = counted(late, "constat probablement prescrit", "constats probablement prescrits")
        stake = _stake(summary.at_stake_out_of_time, "")
        parts.append(f"{'le tout probablement prescrit' if all_late else some}{stake}")
    if report.waived:
        parts.append(counted(len(report.waived), "constat accepté"))
    if report.known:
        parts.append(counted(len(report.known), "constat déjà connu", "constats déjà connus"))
    if summary.acts:
        parts.append(_coverage(report))
    if unread := unread_files(report.unread, "contrôlé"):
        parts.append(unread)
        verdict = Verdict.REVIEW if verdict is Verdict.OK else verdict
    if rejected := len(report.rejected):
        parts.append(
            counted(rejected, "ligne rejetée n'a pas été contrôlée", "lignes rejetées n'ont pas été contrôlées")
        )
    if report.not_counted:
        parts.append(not_counted(len(report.not_counted)))
    return f"Verdict : {' ; '.join(parts)}.", verdict


def ceiling_words(report: Report) -> str:
    """Which ceiling it is, as far as the reader may know."""
    return "d'un plafond" if report.profile == "fiscal" else "du plafond d'activité à distance"


def asked(report: Report) -> str:
    """The dates of care that were asked for; empty for all."""
    first, last = report.asked
    parts = [
        "" if first is None else f"à partir du {first:%d/%m/%Y}",
        "" if last is None else f"jusqu'au {last:%d/%m/%Y}",
    ]
    return " ".join(filter(None, parts))


def _coverage(report: Report) -> str:
    """How many rules answered, of those that were asked; what the others lacked."""
    rules = report.rules_run
    asked_for = "" if rules == report.rulebook.rules else " " + plural(rules, "demandée")
    unanswered = len(report.unverifiable)
    if not unanswered:
        if rules == 1:
            return f"la règle{asked_for} a pu être vérifiée"
        return f"les {counted(rules, 'règle')}{asked_for} ont pu être vérifiées"
    lacked = [absent_columns(entry.missing, report.columns) for entry in report.unverifiable]
    # a column that only some of these rules lack is not why the others could not answer
    absent = absent_columns([key for keys in lacked for key in keys], report.columns) if all(lacked) else []
    whole = "" if absent else " pour tous les actes"
    verified = plural(unanswered, f"n'a pas pu être vérifiée{whole}", f"n'ont pas pu être vérifiées{whole}")
    return f"{counted(unanswered, 'règle')} sur {integer(rules)}{asked_for} {verified}, {_for_want(absent)}"


def _for_want(absent: Sequence[str]) -> str:
    if not absent:
        return "faute de données"
    words = quoted(map(heading, absent[:_SHOWN_COLUMNS]))
    if len(absent) > _SHOWN_COLUMNS:
        words.append(counted(len(absent) - _SHOWN_COLUMNS, "autre"))
    return f"faute {plural(len(absent), 'de la colonne', 'des colonnes')} {listed(words)}"


def _stake(cents: int | None, words: str = " en jeu") -> str:
    return "" if cents is None else f" ({euros(cents)}{words})"


def related(spots: Sequence[dict[str, Any]] | None, file: str | None, sheet: str | None, row: int | None) -> str:
    """The other rows that count with this one, those of another sheet with its name; empty without any."""
    here = (file, sheet)
    others = [spot for spot in spots or () if (spot["file"], spot["sheet"], spot["row"]) != (*here, row)]
    if not others:
        return ""
    shown: defaultdict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    for spot in others[:_SHOWN_RELATED]:
        shown[spot["file"], spot["sheet"]].append(str(spot["row"]))
    if len(others) > _SHOWN_RELATED:
        [*shown.values()][-1].append(counted(len(others) - _SHOWN_RELATED, "autre"))
    words = [listed(rows) if spot == here else f"{listed(rows)} ({place(*spot)})" for spot, rows in shown.items()]
    return f"{plural(len(others), 'Ligne liée', 'Lignes liées')} : {' ; '.join(words)}."


def by_missing(entries: Sequence[Unverifiable]) -> dict[tuple[str, ...], list[Unverifiable]]:
    """The rules that could not answer, together with those that lacked the same."""
    groups: defaultdict[tuple[str, ...], list[Unverifiable]] = defaultdict(list)
    for entry in entries:
        groups[entry.missing].append(entry)
    return dict(groups)


def position(entry: Practitioner) -> str:
    """Where a practitioner stands beside the ceiling."""
    if entry.verdict == "unverifiable":
        return "non vérifiable"
    least = "d'au moins" if entry.unknown else "de"
    if entry.over:
        return f"dépassé {least} {counted(entry.excess, 'acte')}"
    return f"marge {least} {counted(max(0, entry.margin - entry.unknown), 'acte')}"


def reference(source: Source | Cited) -> str:
    """The name of a text."""
    return f"{source.title}, {source.article}" if source.article else source.title


def source_as_json(source: Source) -> dict[str, str | None]:
    """A text, as the results hold it."""
    published = None if source.published is None else source.published.isoformat()
    return {
        "title": source.title,
        "article": source.article,
        "url": source.url,
        "published": published,
        "confidence": source.confidence,
    }


def confidence(source: Source | Origin) -> str:
    """How sure a source is; nothing where nobody says it."""
    word = CONFIDENCE.get(source.confidence)
    return f"source {word}" if word else ""


def what_was_read(entry: Input) -> str:
    """The account of one sheet."""
    words = [counted(entry.rows, "ligne"), counted(entry.acts, "acte")]
    if entry.rejected:
        words.append(counted(entry.rejected, "ligne rejetée", "lignes rejetées"))
    if entry.skipped:
        words.append(counted(entry.skipped, "ligne passée", "lignes passées"))
    return ", ".join(words)


def rejected(rows: Sequence[Rejected]) -> dict[str, int]:
    """What was rejected and why, once for each column, reason and value, and how many rows that is."""
    groups: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for entry in rows:
        column = "" if entry.cell is None else column_of(entry.cell)
        groups[place(entry.file, entry.sheet), column, entry.reason].append(entry.cell or str(entry.row))
    return {
        f"{file}, {_addresses('cellule' if column else 'ligne', spots)} : {reason}": len(spots)
        for (file, column, reason), spots in groups.items()
    }


def _addresses(noun: str, spots: Sequence[str]) -> str:
    """The number of cells or rows and the first of them: `4 cellules (A5, A7, A9…)`; the only one by itself."""
    if len(spots) == 1:
        return f"{noun} {spots[0]}"
    more = "…" if len(spots) > _SHOWN_ADDRESSES else ""
    return f"{counted(len(spots), noun)} ({', '.join(spots[:_SHOWN_ADDRESSES])}{more})"


def not_counted(rows: int) -> str:
    """How many rows the files say rejected or cancelled."""
    return counted(
        rows, "ligne rejetée ou annulée n'est pas comptée", "lignes rejetées ou annulées ne sont pas comptées"
    )


def not_counted_rows(entries: Sequence[NotCounted]) -> list[str]:
    """The rows that do not count, those of one sheet and status together."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in entries:
        groups[place(entry.file, entry.sheet), entry.status].append(str(entry.row))
    return [f"{file}, {_addresses('ligne', rows)} : {status(word)}" for (file, word), rows in groups.items()]


def status(word: str) -> str:
    """What became of a row, in the words of the column."""
    return f"statut « {in_french('status', [word])[0]} »"


def unread_files(entries: Sequence[Unread], done: str) -> str:
    """How many files could not be read, and what was not done with them (`contrôlé`); empty where all were."""
    files = sum(entry.sheet is None for entry in entries)
    if not files:
        return ""
    return counted(
        files,
        f"fichier n'a pas pu être lu et n'a pas été {done}",
        f"fichiers n'ont pas pu être lus et n'ont pas été {plural(files, done)}",
    )


def with_unread(answer: str, entries: Sequence[Unread]) -> str:
    """The answer of a count, and that it may be short."""
    unread = unread_files(entries, "compté")
    return f"{answer} {capital(unread)}." if unread else answer


def not_read(entry: Unread) -> str:
    """What was not read, why, and what to do."""
    where = place(entry.file, entry.sheet)
    if entry.sheet is None:
        return f"{where}, non lu : {why_unread(entry)}."
    return f"{where} : ignorée ({' : '.join(filter(None, (entry.reason, entry.remedy)))})."


def uncompared(crowds: Sequence[Crowd]) -> tuple[str, ...]:
    """Where a pair may be that was not looked for; nothing where there is no such place."""
    if not crowds:
        return ()
    told = [f"{place(one.file, one.sheet)}, dès la ligne {one.row}, {integer(one.rows)} lignes" for one in crowds]
    more = [counted(len(told) - _SHOWN_CROWDS, "autre")] if len(told) > _SHOWN_CROWDS else []
    many = counted(len(told), "facture ou journée d'un patient a", "factures ou journées d'un patient ont")
    return (
        f"{many} plus de {MOST_ROWS} lignes, qui n'ont pas été comparées deux à deux : une paire qui s'y trouverait "
        f"n'est pas donnée ({' ; '.join((*told[:_SHOWN_CROWDS], *more))}).",
    )


def why_unread(entry: Unread) -> str:
    """Why a file was not read, and what to do."""
    return " ; ".join(filter(None, (entry.reason, entry.remedy)))


def reading(report: Report) -> tuple[str, ...]:
    """What was not read, what was understood of the rest, and by which rules it was checked."""
    return (*map(not_read, report.unread), *map(str, report.notices), *replaced(report))


def replaced(report: Report) -> tuple[str, ...]:
    """The shipped rules that other ones replace, if any."""
    if not report.rulebook.replaced:
        return ()
    return (f"Règles remplacées par --rules : {', '.join(report.rulebook.replaced)}.",)


def rulebook(report: Report) -> str:
    """Which rules: their version, their date, their number."""
    dated = f", à jour au {day(report.rulebook.dated)}" if report.rulebook.dated else ""
    return f"version {report.rulebook.version}{dated}, {counted(report.rulebook.rules, 'règle')}"


def account(report: Report) -> tuple[str, str, str]:
    """Which rules, on which day, for whom, and what it is worth."""
    return (
        f"Règles : {rulebook(report)}.",
        f"Contrôle fait au {day(report.as_of)}, profil {report.profile}.",
        DISCLAIMER,
    )
