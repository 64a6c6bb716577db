"""The report of `a9 check` as a document: what its workbook and its page are made of."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct

from avenant9.acts.columns import in_french
from avenant9.documents import sentences
from avenant9.documents.headings import missing_words
from avenant9.frames import FAMILY
from avenant9.model import Source, Unverifiable, Verdict
from avenant9.period import Period
from avenant9.profile import FAMILIES
from avenant9.records import replace
from avenant9.report.document import Chart, Column, Document, Fact, Section, Series, Table
from avenant9.results.check import Report, SetApart
from avenant9.rule_ids import family_of
from avenant9.settings import waivers
from avenant9.summary import CEILING, out_of_time, sum_of
from avenant9.wording import DISCLAIMER, capital, counted, day, integer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from avenant9.report.document import Value
    from avenant9.results.year import Practitioner

TITLE = "Contrôle des actes"
_MOST_SHEETS = 40  # practitioners with a sheet of their own
_MOST_REPEATED = 20_000  # findings repeated on the sheets of practitioners
_FAMILY_TITLES = {
    "condition": "Conditions de l'acte",
    "cumul": "Cumuls d'actes",
    "donnees": "Qualité des données",
    "frequence": "Nombre d'actes permis",
    "seuil": "Plafond d'activité à distance",
    "tarif": "Tarifs et dépassements",
}
_MOST_CURVES = 12  # years of practitioners drawn
_MOST_MONTHS = 36

#: The columns of the findings: what is said of an act first, then which act, where and whose; then the rest of the
#: notification of an indu (CSS, R. 133-9-1): payment, invoice, cause; text and address. Paper holds them so wide.
_COLUMNS = {
    "verdict": Column("Verdict", "verdict"),
    "message": Column("Constat", widest=52),
    "code": Column("Nature (code acte)", "identifier"),
    "date": Column("Date de soins", "date"),
    "at_stake": Column("En jeu", "euros"),
    "amount": Column("Montant", "euros"),
    "file": Column("Fichier", "identifier", widest=24),
    "sheet": Column("Feuille", "identifier"),
    "row": Column("Ligne", "identifier"),
    "practitioner": Column("Praticien", "identifier"),
    "patient": Column("Patient", "identifier"),
    "at_stake_amo": Column("dont AMO", "euros", wide_only=True),
    "payment_date": Column("Date de paiement", "date", wide_only=True),
    "invoice": Column("N° facture", "identifier", wide_only=True),
    "cause": Column("Cause", wide_only=True, widest=30),
    "text": Column("Texte", wide_only=True),
    "url": Column("Adresse", "url", wide_only=True),
    "time": Column("Heure", "identifier", wide_only=True),
    "quantity": Column("Quantité", "integer", wide_only=True),
    "rule": Column("Règle", "identifier", wide_only=True),
    "fingerprint": Column("Empreinte", "identifier", wide_only=True),
}
#: Shown even where no file has them: a notification must say them.
_ALWAYS = frozenset(
    {"verdict", "cause", "amount", "at_stake", "date", "payment_date", "file", "row", "message", "rule"}
)
_FIRST_FOR_CPAM = ("invoice", "date", "payment_date", "amount", "at_stake", "at_stake_amo")
_ON_PRACTITIONERS = ("verdict", "message", "practitioner", "year", "at_stake", "cause", "rule")
#: What opens under a finding says too, see `explained`.
_EXPLAINED = frozenset({"file", "cause", "text", "rule"})
#: The last columns: what one looks up, and never reads on paper.
_NOT_PRINTED = frozenset({"cause", "text", "url", "time", "quantity", "rule", "fingerprint"})
_TO_DO = {
    "violation": "À faire : comparez avec le dossier ; si l'acte est facturé à tort, corrigez la facture ou proposez "
    "la régularisation à la caisse ; sinon, gardez les pièces qui le justifient.",
    "review": "À faire : tranchez d'après le dossier et le texte ; un constat accepté se note par --waivers "
    "(« a9 template waivers »).",
}
ANOMALIES, _LATE_SHEET = "Anomalies", "Probablement prescrits"
_LATE_WORDS = "Payé depuis plus de trois ans : hors fraude ou notification reçue, la caisse ne peut plus le réclamer."


def document(report: Report, *, as_workbook: bool = False) -> Document:
    """The whole report, as a profile may see it (`profile.apply` comes first).

    Args:
        report: the result.
        as_workbook: say first what it is, repeat the findings on a sheet for each family of rules and for each
            practitioner, where there are several, and leave room to accept them.
    """
    words, verdict = sentences.answer(report)
    findings = _told(report)
    late = out_of_time()
    on_rows, on_practitioners = findings.filter(pl.col("row").is_not_null()), findings.filter(pl.col("row").is_null())
    listed = findings.filter(~late) if as_workbook else on_rows.filter(~late)
    sections = (
        *([_readme(report)] if as_workbook else []),
        Section("En bref", _asked(report), _facts(report)),
        Section("Par règle", tables=(_by_rule(report),)),
        Section("Par praticien", tables=(_by_practitioner(report),)),
        Section("Sur un praticien et une année", tables=(_of_practitioners(report, on_practitioners),)),
        Section("Graphiques", charts=tuple(_charts(report))),
        _lists("Constats", report, listed, ANOMALIES, acceptable=as_workbook),
        *(_families(report, listed) if as_workbook else ()),
        _lists(sentences.LATE, report, on_rows.filter(late), _LATE_SHEET, (_LATE_WORDS,)),
        *(_practitioners(report, on_rows) if as_workbook else ()),
        _threshold(report),
        Section("Non vérifiable", tables=(_unverifiable(report),)),
        Section("Lignes rejetées", tables=(_rejected(report),)),
        Section("Lignes non comptées", tables=(_not_counted(report),)),
        Section("Constats acceptés", tables=(_waived(report),)),
        Section("Constats déjà connus", tables=(_known(report),)),
        Section("Textes", tables=(_texts(report),)),
        *([] if as_workbook else [Section("Lecture", sentences.reading(report), tables=(_inputs(report),))]),
    )
    kept = tuple(section for section in sections if section.words or _holds(section))
    said = bool(report.summary.violation or report.summary.review)
    return Document(TITLE, words, kept, verdict, sentences.account(report), _about(report), says_verdict=said)


def _holds(section: Section) -> bool:
    return bool(section.facts or section.charts or any(table.rows for table in section.tables))


# --- what the workbook is -------------------------------------------------------------------------------------

_PROFILE_WORDS = {
    "interne": "interne : les patients comme dans le fichier, sans NIR",
    "comptable": "comptable : les patients sous pseudonyme",
    "cpam": "cpam : les patients sous pseudonyme ; factures, dates et montants en premier",
    "fiscal": "fiscal : ni nature des actes, ni texte",
}
_ZONES = {"metropole": "métropole", "alsace-moselle": "Alsace-Moselle", "reunion": "La Réunion"}
_ABOUT = {
    "Synthèse": "Le verdict, les euros en jeu, une ligne par règle et par praticien.",
    ANOMALIES: "Tous les constats, à filtrer et à trier.",
    _LATE_SHEET: "Ce qui a été payé depuis plus de trois ans.",
    "Activité à distance": "La part des actes à distance, par praticien, année et mois.",
    "Non vérifiable": "Les règles qui n'ont pas pu répondre, et ce qui manque.",
    "Lignes rejetées": "Les lignes illisibles, qui n'ont pas été contrôlées.",
    "Lignes non comptées": "Les lignes que le fichier dit rejetées ou annulées.",
    "Constats acceptés": "Ce que vous avez accepté, par qui et pourquoi.",
    "Constats connus": "Ce qu'un résultat antérieur disait déjà.",
    "Textes": "Les textes derrière les constats, et leurs adresses.",
    "Graphiques": "Les graphiques, chacun à côté de ses chiffres.",
}
_ACCEPT = (
    "Pour accepter des constats : remplissez « Motif », « Auteur » et « Date » à droite de leurs lignes, puis donnez "
    "ce classeur à « a9 check … --waivers »."
)


def _about(report: Report) -> dict[str, str]:
    """What each sheet holds."""
    accept = "" if report.profile == "fiscal" else f" {_ACCEPT}"
    families = {
        name.capitalize(): f"Les mêmes constats, ceux de la famille « {name} »." for name in FAMILIES.values()
    }
    return {**families, **_ABOUT, ANOMALIES: _ABOUT[ANOMALIES] + accept}


def _readme(report: Report) -> Section:
    """With what the acts were checked, what was read and what was not, and what it is worth."""
    dates = sentences.asked(report)
    facts = (
        Fact("Contrôle fait au", report.as_of, "date"),
        Fact("Profil", _PROFILE_WORDS[report.profile]),
        *([Fact("Zone", _ZONES.get(report.zone, report.zone.capitalize()))] if report.zone else []),
        Fact("Règles", sentences.rulebook(report)),
        *([Fact("Soins montrés", f"{dates} ; tous les actes sont comptés")] if dates else []),
        *(Fact("Non lu", sentences.not_read(entry)) for entry in report.unread),
        *(Fact("À savoir", str(words)) for words in (*report.notices, *sentences.replaced(report))),
    )
    words = (
        "Ce classeur est le résultat de « a9 check » : les actes des fichiers ci-dessous, comparés aux règles de la "
        "convention médicale, celles du jour des soins.",
        DISCLAIMER,
    )
    return Section("Lisez-moi", words, facts, tables=(_inputs(report),), sheet="Lisez-moi")


# --- the summary ----------------------------------------------------------------------------------------------


def _asked(report: Report) -> tuple[str, ...]:
    dates = sentences.asked(report)
    return (f"Seuls les soins {dates} sont montrés ; tous les actes sont comptés.",) if dates else ()


def _facts(report: Report) -> tuple[Fact, ...]:
    summary = report.summary

    late = (
        Fact(sentences.LATE, summary.out_of_time, "integer"),
        Fact("En jeu, probablement prescrit", summary.at_stake_out_of_time, "euros"),
    )
    return (
        Fact("Actes contrôlés", summary.acts, "integer"),
        Fact("Praticiens", summary.practitioners, "integer"),
        Fact("Patients", summary.patients, "integer"),
        Fact("Constats non conformes", summary.violation, "integer"),
        Fact("En jeu, non conforme", summary.at_stake, "euros"),
        Fact("Constats à examiner", summary.review, "integer"),
        Fact("En jeu, à examiner", summary.at_stake_review, "euros"),
        *([Fact("En jeu, plafond", summary.at_stake_ceiling, "euros")] if summary.at_stake_ceiling else []),
        *(late if summary.out_of_time else ()),
        Fact("Règles appliquées", report.rules_run, "integer"),
        Fact("Règles non vérifiables", len(report.unverifiable), "integer"),
        Fact("Lignes rejetées", len(report.rejected), "integer"),
        *([Fact("Lignes non comptées", summary.not_counted, "integer")] if report.not_counted else []),
    )


_ONCE = (
    "Un acte visé par plusieurs règles n'est compté qu'une fois, à sa plus grande somme, dans « En bref ». "
    "Ce qui est probablement prescrit n'ajoute rien aux sommes en jeu."
)


def counted_by_rule(report: Report) -> Iterator[tuple[str, str, str | None, int, int | None]]:
    """Each rule and verdict: the title of the rule, its findings, the cents at stake."""
    return report.by_rule.select("rule", "verdict", "title", "findings", "at_stake").iter_rows()


def _by_rule(report: Report) -> Table:
    rows = [
        (verdict, _cause(rule, title), rule, findings, stake)
        for rule, verdict, title, findings, stake in counted_by_rule(report)
    ]
    return Table(
        (
            Column("Verdict", "verdict"),
            Column("Cause"),
            Column("Règle", "identifier"),
            Column("Constats", "integer"),
            Column("En jeu", "euros"),
        ),
        rows,
        total=(None, "Total", None, sum(row[3] for row in rows), None),
        verdicts=[Verdict(verdict) for verdict in report.by_rule["verdict"]],
        note=_ONCE,
        empty="Aucun constat.",
    )


def _cause(rule: str, title: str | None) -> str:
    family = family_of(rule)
    return title or FAMILIES.get(family, family).capitalize()


def _by_practitioner(report: Report) -> Table:
    """Counts and euros, each row once at its largest finding; the ceiling and what is out of time apart."""
    findings = report.findings.filter(pl.col("practitioner").is_not_null())
    ceiling = FAMILY == CEILING
    rows = (
        findings.filter(~ceiling, ~out_of_time())
        .group_by("practitioner", "verdict", "file", "sheet", "row")
        .agg(pl.col("at_stake").max())
        .group_by("practitioner")
        .agg(
            stake=sum_of(pl.col("verdict") == "violation"),
            doubt=sum_of(pl.col("verdict") == "review"),
        )
    )
    counts = findings.group_by("practitioner").agg(
        violations=(pl.col("verdict") == "violation").sum(),
        reviews=(pl.col("verdict") == "review").sum(),
        ceiling=sum_of(ceiling),
    )
    table = (
        counts.join(rows, on="practitioner", how="left")
        .sort(pl.col("stake").fill_null(0), "practitioner", descending=[True, False])
        .select("practitioner", "violations", "stake", "reviews", "doubt", "ceiling")
    )
    with_ceiling = table["ceiling"].fill_null(0).sum() > 0
    columns = [
        Column("Praticien", "identifier"),
        Column("Non conformes", "integer"),
        Column("En jeu", "euros"),
        Column("À examiner", "integer"),
        Column("En jeu, à examiner", "euros"),
        *([Column("En jeu, plafond", "euros")] if with_ceiling else []),
    ]
    rows_shown = [row[: len(columns)] for row in table.rows()]
    sums = [None if table[name].null_count() else int(table[name].sum()) for name in table.columns[1:]]
    return Table(
        tuple(columns),
        rows_shown,
        total=("Total", *sums[: len(columns) - 1]),
        sheet="Praticiens" if len(table) > _MOST_SHEETS else "",
    )


def _charts(report: Report) -> Iterator[Chart]:
    """Euros by family of rules, findings by month."""
    euros = _by_family(report)
    if not euros.is_empty():
        yield Chart(
            "Euros en jeu par famille de règles, sans ce qui est probablement prescrit",
            "bar",
            tuple(_family(family, report.profile) for family in euros["family"]),
            tuple(
                Series(verdict.french, tuple(euros[verdict.value]), verdict)
                for verdict in (Verdict.VIOLATION, Verdict.REVIEW)
                if euros[verdict.value].sum()
            ),
            "euros",
        )
    if len(months := _by_month_of_care(report)):
        verdicts = (Verdict.VIOLATION, Verdict.REVIEW)
        series = tuple(Series(verdict.french, tuple(months[verdict.value]), verdict) for verdict in verdicts)
        yield Chart("Constats par mois de soins", "bar", tuple(months["date"]), series, "integer")


def _by_month_of_care(report: Report) -> pl.DataFrame:
    """`date`, the first day of a month, and how many findings there are under the name of each verdict: every month
    from the first to the last one, the latest of them."""
    dated = report.findings.drop_nulls("date").with_columns(pl.col("date").dt.truncate("1mo"))
    counts = dated.group_by("date").agg(
        violation=(pl.col("verdict") == "violation").sum(), review=(pl.col("verdict") == "review").sum()
    )
    if counts.is_empty():
        return counts
    every = counts.select(date=pl.date_range(pl.col("date").min(), pl.col("date").max(), "1mo"))
    months = every.tail(_MOST_MONTHS).join(counts, on="date", how="left", maintain_order="left")
    return months.with_columns(pl.col("violation", "review").fill_null(0))


def _family(family: str, profile: str) -> str:
    """A family of rules in words; those of the tax office say nothing of the nature of the services."""
    if profile == "fiscal":
        return FAMILIES.get(family, family).capitalize()
    return _FAMILY_TITLES.get(family, family)


def _by_family(report: Report) -> pl.DataFrame:
    """`family`, and cents at stake under the name of each verdict: a row counts once in a family, at its largest."""
    verdicts = (Verdict.VIOLATION.value, Verdict.REVIEW.value)
    return (
        report.findings.filter(pl.col("at_stake") > 0, ~out_of_time())
        .with_columns(family=FAMILY)
        .with_row_index("one")
        .with_columns(place=pl.coalesce(pl.format("{}!{}!{}", "file", pl.col("sheet").fill_null(""), "row"), "one"))
        .group_by("family", "place", maintain_order=True)
        .agg(pl.col("verdict", "at_stake").sort_by("at_stake", descending=True).first())
        .group_by("family", maintain_order=True)
        .agg(pl.col("at_stake").filter(pl.col("verdict") == name).sum().alias(name) for name in verdicts)
        .filter(pl.sum_horizontal(verdicts) > 0)
        .sort(pl.sum_horizontal(verdicts), descending=True)
    )


# --- the findings ---------------------------------------------------------------------------------------------


def _told(report: Report) -> pl.DataFrame:
    """The findings with the words of their cause and text; only cells of text and of numbers."""
    text, url = source_columns(report.sources)
    return report.findings.with_columns(
        text,
        url,
        cause=_causes(report),
        time=pl.col("time").dt.to_string("%H:%M"),
    )


def source_columns(sources: Mapping[str, Source]) -> tuple[pl.Expr, pl.Expr]:
    """The name of the text behind each finding, and its address."""
    texts = {key: sentences.reference(source) for key, source in sources.items()}
    urls = {key: source.url for key, source in sources.items()}
    return _looked_up("source", texts).alias("text"), _looked_up("source", urls).alias("url")


def _causes(report: Report) -> pl.Expr:
    return _looked_up(
        "rule", {rule: _cause(rule, report.titles.get(rule)) for rule in report.findings["rule"].unique()}
    )


def _looked_up(column: str, words: Mapping[str, str]) -> pl.Expr:
    """What each value of a column is called, null for what is not called anything."""
    if not words:
        return pl.lit(None, pl.String)
    return pl.col(column).replace_strict(words, default=None, return_dtype=pl.String)


def _lists(
    title: str,
    report: Report,
    findings: pl.DataFrame,
    sheet: str,
    words: tuple[str, ...] = (),
    *,
    acceptable: bool = False,
) -> Section:
    if findings.is_empty():
        return Section(title)
    table = _findings(report, findings, "" if words else sheet)
    if acceptable and report.profile != "fiscal":
        table = _with_room(table)
    return Section(title, words, tables=(table,), sheet=sheet if words else "")


def listed(report: Report) -> Table:
    """All findings as one table, in the order of the report."""
    return _findings(report, _told(report), "")


def _findings(report: Report, findings: pl.DataFrame, sheet: str) -> Table:
    """The findings that stand on rows, in the order of the report."""
    names = [name for name in _ordered(report.profile) if _shown(name, findings)]
    alone = {"file"} if findings["file"].n_unique() <= 1 else set()
    columns = {name: replace(_COLUMNS[name], wide_only=True) for name in alone}
    return Table(
        _in_order({**_COLUMNS, **columns}, names, report),
        findings.select(names).rows(),
        verdicts=[Verdict(verdict) for verdict in findings["verdict"]],
        details=_Details(report, findings),
        sheet=sheet,
        frozen=2 if names[0] == "verdict" else 0,
        printed=sum(name not in _NOT_PRINTED for name in names),
    )


def _in_order(columns: Mapping[str, Column], names: Iterable[str], report: Report) -> tuple[Column, ...]:
    """The columns of these names, and whether the explanations say them too."""
    said = frozenset[str]() if report.profile == "fiscal" else _EXPLAINED
    return tuple(replace(columns[name], explained=name in said) for name in names)


def _with_room(table: Table) -> Table:
    """The same with empty columns at the right, in which a reader accepts findings: see `settings.waivers`."""
    room = tuple(Column(waivers.HEADINGS[key]) for key in waivers.FILLED)
    return replace(table, columns=table.columns + room, rows=[(*row, *[None] * len(room)) for row in table.rows])


def _families(report: Report, findings: pl.DataFrame) -> Iterator[Section]:
    """A sheet for each family of rules, where there are several, and not too many findings to repeat."""
    own = findings.with_columns(family=FAMILY).partition_by("family", as_dict=True)
    names = [name for name in FAMILIES if (name,) in own]
    if len(names) < 2 or len(findings) > _MOST_REPEATED:
        return
    for name in names:
        title = FAMILIES[name].capitalize()
        yield Section(title, tables=(_findings(report, own[name,], title),))


def _ordered(profile: str) -> Iterable[str]:
    """The columns as a profile reads them: what a fund looks for comes first."""
    return dict.fromkeys((*_FIRST_FOR_CPAM, *_COLUMNS)) if profile == "cpam" else _COLUMNS


def _shown(name: str, findings: pl.DataFrame) -> bool:
    if name == "quantity":
        return bool((findings[name] != 1).any())
    return name in _ALWAYS or findings[name].null_count() < len(findings)


def _of_practitioners(report: Report, findings: pl.DataFrame) -> Table:
    """The findings that stand on no row: a practitioner and a year."""
    columns = {**_COLUMNS, "year": Column("Année", "identifier")}
    names = [name for name in _ON_PRACTITIONERS if name in {"message", "practitioner"} or _shown(name, findings)]
    return Table(
        _in_order(columns, names, report),
        findings.select(names).rows(),
        verdicts=[Verdict(verdict) for verdict in findings["verdict"]],
        details=_Details(report, findings),
    )


def _practitioners(report: Report, findings: pl.DataFrame) -> Iterator[Section]:
    """A sheet for each practitioner, those with most at stake first."""
    named = findings.filter(pl.col("practitioner").is_not_null())
    order = (
        named.group_by("practitioner")
        .agg(pl.col("at_stake").sum(), pl.len())
        .sort("at_stake", "len", "practitioner", descending=[True, True, False])["practitioner"]
    )
    if len(order) < 2:
        return
    if len(named) > _MOST_REPEATED:
        words = "Trop de constats pour les répéter sur une feuille par praticien : filtrez la colonne « Praticien »."
        yield Section("Feuilles par praticien", (words,))
        return
    if (rest := len(order) - _MOST_SHEETS) > 0:
        words = (
            f"Une feuille pour chacun des {_MOST_SHEETS} praticiens aux plus grandes sommes en jeu ; "
            f"{counted(rest, 'autre')}, dans « Anomalies » et « {_LATE_SHEET} » seulement."
        )
        yield Section("Feuilles par praticien", (words,))
    groups = named.partition_by("practitioner", as_dict=True)
    for practitioner in order.head(_MOST_SHEETS):
        table = _findings(report, groups[practitioner,], f"Praticien {practitioner}")
        yield Section(f"Praticien {practitioner}", tables=(table,))


class _Details(Struct, frozen=True):
    """What opens under each finding, made when it is asked for: a workbook asks for none."""

    report: Report
    findings: pl.DataFrame

    def __iter__(self) -> Iterator[str]:
        return (explained(self.report, row) for row in self.findings.iter_rows(named=True))


def explained(report: Report, finding: dict[str, Any]) -> str:
    """What the row of a finding does not say, in lines of French: how it was counted, by which text, what to do.

    Nothing is left to do where the fund cannot claim any more.
    """
    source = report.sources.get(finding["source"] or "")
    rule = finding["rule"]
    title = report.titles.get(rule)
    parts = [
        f"Règle : {f'{title} [{rule}]' if title else rule}." if report.profile != "fiscal" else "",
        *_counting(report.explanations.at(finding["explanation"])),
        sentences.related(finding["related"], finding["file"], finding["sheet"], finding["row"]),
        f"Texte : {sentences.reference(source)} ({sentences.confidence(source)})." if source else "",
        _LATE_WORDS if finding["out_of_time"] else _TO_DO[finding["verdict"]] if finding["row"] is not None else "",
        _how_to_see(finding) if report.profile != "fiscal" else "",
    ]
    return "\n".join(filter(None, parts))


def _counting(explanation: Mapping[str, Any]) -> Iterator[str]:
    """The window, and what was counted in it."""
    window = explanation.get("window")
    if isinstance(window, Period):
        first = day(window.first)
        yield f"Fenêtre : {f'depuis le {first}' if window.last is None else f'du {first} au {day(window.last)}'}."
    count, limit = explanation.get("count"), explanation.get("limit")
    if isinstance(count, int) and isinstance(limit, int):
        yield f"Compté à cette ligne : {integer(count)}, au plus {integer(limit)}."
    if isinstance(age := explanation.get("age"), int):
        yield f"Âge du patient ce jour-là : {counted(age, 'an')}."


def _how_to_see(finding: dict[str, Any]) -> str:
    file, sheet, row = finding["file"], finding["sheet"], finding["row"]
    if row is None or file in {None, "-"}:
        return ""
    at = f"{sheet}!{row}" if sheet is not None else str(row)
    return f'Détail du compte : a9 explain "{file}" --at "{at}"'


# --- the ceiling ----------------------------------------------------------------------------------------------


def _threshold(report: Report) -> Section:
    """The share of remote acts to date, month by month, and the ceiling."""
    entries = sorted(report.threshold, key=lambda entry: -entry.share)
    if not entries:
        return Section("Activité à distance")
    drawn = [entry for entry in entries if entry.months]
    words = ["La part est celle des actes à distance depuis le 1er janvier ; le plafond se juge sur l'année civile."]
    if len(drawn) > _MOST_CURVES:
        words.append(f"Les {_MOST_CURVES} plus grandes parts sont dessinées ; toutes sont dans les tables.")
    return Section(
        "Activité à distance",
        tuple(words),
        charts=tuple(_curve(entry) for entry in drawn[:_MOST_CURVES]),
        tables=(replace(shares(report.threshold), title="Par année"), _by_month(report.threshold)),
        sheet="Activité à distance",
    )


def _curve(entry: Practitioner) -> Chart:
    months = entry.months
    return Chart(
        f"Praticien {entry.practitioner}, {entry.year} : part des actes à distance depuis le 1er janvier",
        "line",
        tuple(month.month for month in months),
        (Series("Part à distance", tuple(month.share_to_date for month in months)),),
        "share",
        (Series("Plafond", (entry.ceiling,) * len(months)),),
    )


def shares(entries: Sequence[Practitioner]) -> Table:
    """The remote acts of each practitioner and year, and where they stand beside the ceiling."""
    return Table(
        (
            Column("Praticien", "identifier"),
            Column("Année", "identifier"),
            Column("Actes", "integer"),
            Column("À distance", "integer"),
            Column("Part", "share"),
            Column("Plafond", "share"),
            Column("Position"),
        ),
        [
            (
                entry.practitioner,
                entry.year,
                entry.total,
                entry.remote,
                entry.share,
                entry.ceiling,
                sentences.position(entry),
            )
            for entry in entries
        ],
        verdicts=[Verdict.VIOLATION if entry.over else None for entry in entries],
    )


def _by_month(entries: Sequence[Practitioner]) -> Table:
    return Table(
        (
            Column("Praticien", "identifier"),
            Column("Mois", "month"),
            Column("Actes", "integer"),
            Column("À distance", "integer"),
            Column("Part depuis le 1er janvier", "share"),
            Column("Plafond", "share"),
        ),
        [
            (
                entry.practitioner,
                month.month,
                month.total,
                month.remote,
                month.share_to_date,
                entry.ceiling,
            )
            for entry in entries
            for month in entry.months
        ],
        title="Par mois",
        fold=0,
    )


# --- what was not checked, what was set apart -----------------------------------------------------------------


def _unverifiable(report: Report) -> Table:
    def line(missing: tuple[str, ...], entry: Unverifiable) -> tuple[Value, ...]:
        words = missing_words(missing, report.columns)
        cause = _cause(entry.rule, report.titles.get(entry.rule))
        return (capital(words), cause, entry.rule, entry.acts)

    groups = sentences.by_missing(report.unverifiable)
    return Table(
        (Column("Ce qui manque"), Column("Cause"), Column("Règle", "identifier"), Column("Actes", "integer")),
        [line(missing, entry) for missing, entries in groups.items() for entry in entries],
        sheet="Non vérifiable",
    )


_WHERE = tuple(Column(heading, "identifier") for heading in ("Fichier", "Feuille", "Ligne"))
_SPOT = (Column("Règle", "identifier"), *_WHERE)


def _rejected(report: Report) -> Table:
    return Table(
        (*_WHERE, Column("Cellule", "identifier"), Column("Raison")),
        [(entry.file, entry.sheet, entry.row, entry.cell, entry.reason) for entry in report.rejected],
        sheet="Lignes rejetées",
    )


def _not_counted(report: Report) -> Table:
    return Table(
        (*_WHERE, Column("Statut")),
        [
            (entry.file, entry.sheet, entry.row, in_french("status", [entry.status])[0])
            for entry in report.not_counted
        ],
        sheet="Lignes non comptées",
    )


def _spot(entry: SetApart) -> tuple[str | int | None, ...]:
    return entry.rule, entry.file, entry.sheet, entry.row


def _waived(report: Report) -> Table:
    return Table(
        (*_SPOT, Column("Motif"), Column("Par"), Column("Le", "date"), Column("Jusqu'au", "date")),
        [(*_spot(entry), entry.reason, entry.author, entry.given_on, entry.until) for entry in report.waived],
        sheet="Constats acceptés",
    )


def _known(report: Report) -> Table:
    return Table(_SPOT, [_spot(entry) for entry in report.known or ()], sheet="Constats connus")


def cited(report: Report) -> dict[tuple[str, str, str], str]:
    """The texts behind the findings (name, address, confidence), each with the rules that rest on it."""
    used = report.findings.select("rule", "source").drop_nulls().unique().sort("rule", "source")
    rules: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for rule, key in used.iter_rows():
        if source := report.sources.get(key):
            rules[sentences.reference(source), source.url, sentences.confidence(source)].append(rule)
    return {text: ", ".join(dict.fromkeys(names)) for text, names in rules.items()}


def _texts(report: Report) -> Table:
    return Table(
        (Column("Règle"), Column("Texte"), Column("Adresse", "url"), Column("Source")),
        [
            (rules, text, url or None, confidence if url else f"{confidence}, non publiée")
            for (text, url, confidence), rules in cited(report).items()
        ],
        sheet="Textes",
    )


def _inputs(report: Report) -> Table:
    return Table(
        (
            Column("Fichier", "identifier"),
            Column("Feuille", "identifier"),
            Column("Lignes", "integer"),
            Column("Actes", "integer"),
            Column("Rejetées", "integer"),
            Column("Passées", "integer"),
            Column("Colonnes lues"),
        ),
        [
            (
                entry.file,
                entry.sheet,
                entry.rows,
                entry.acts,
                entry.rejected,
                entry.skipped,
                ", ".join(entry.columns.values()),
            )
            for entry in report.inputs
        ],
        sheet="Lecture" if len(report.inputs) > _MOST_SHEETS else "",
    )
