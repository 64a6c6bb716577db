"""The acts of a year, and what was declared, paid or booked of it, as one result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import polars as pl
from msgspec import Struct

from avenant9.acts.columns import heading
from avenant9.engine import Options
from avenant9.errors import InputError, SettingError
from avenant9.model import Input
from avenant9.reconcile import totals
from avenant9.reconcile.billed import Billed, lines
from avenant9.reconcile.causes import REASONS, Year, year_of
from avenant9.reconcile.compare import lag, span, with_receipts, with_total
from avenant9.reconcile.table import Receipts
from avenant9.results import reconcile as results
from avenant9.rulebook.load import Rulebook
from avenant9.wording import counted, day, euros, plural


class Asked(Struct, frozen=True):
    """What the acts are compared with, and how.

    Attributes:
        year: the civil year.
        snir: the fees declared for it, in cents.
        files: what was read of the other files.
        tolerance: cents that may stay unexplained.
        profile: who reads the result: `fiscal` may not know the nature of the services.
    """

    year: int
    snir: int | None = None
    files: Mapping[results.Against, Receipts] | None = None
    tolerance: int = 100
    profile: str = "comptable"


def reconcile(billed: Billed, rulebook: Rulebook, options: Options, asked: Asked) -> results.Reconcile:
    """The sums of the acts of a year, and each comparison.

    Raises:
        SettingError: no act was done or paid in the year.
        InputError: no act has an amount; a file has no receipt of the year.
    """
    acts = lines(billed, rulebook, options)
    year = year_of(acts, asked.year)
    _check(acts, year, len(billed.acts.rejected))
    compared = tuple(_comparisons(year, asked))
    return results.Reconcile(
        as_of=options.as_of,
        profile=asked.profile,
        year=asked.year,
        tolerance=asked.tolerance,
        practitioners=year.lines["practitioner"].n_unique(),
        total=totals.total(year.of_care),
        by_month_of_care=totals.by_month(year.of_care, "date"),
        by_month_of_payment=totals.by_month(year.received, "payment_date") if year.dated else None,
        by_family=None if asked.profile == "fiscal" else totals.by_family(year.of_care),
        comparisons=compared,
        lines=tuple(_lines(year, billed.acts.inputs)),
        notes=(*_notes(year, options.as_of), *_before(year, compared), *_read(year, asked)),
        rejected=billed.acts.rejected,
        unread=billed.acts.unread,
    )


def _comparisons(year: Year, asked: Asked) -> Iterator[results.Comparison]:
    if asked.snir is not None:
        yield with_total(year, "snir", asked.snir, asked.tolerance)
    for against, receipts in (asked.files or {}).items():
        yield with_receipts(year, against, receipts, asked.tolerance)


def _check(acts: pl.DataFrame, year: Year, rejected: int) -> None:
    nothing = "aucun acte fait ou payé cette année-là"
    if year.lines.is_empty() and rejected:  # which may be of that year
        problem = f"{nothing} ne se lit ; {counted(rejected, 'ligne rejetée', 'lignes rejetées')}"
        raise InputError(f"--year {year.number}", problem, "« a9 columns » dit ce qui est compris du fichier")
    if year.lines.is_empty():
        raise SettingError(f"--year {year.number}", nothing, f"les soins des fichiers vont {span(acts['date'])}")
    if year.lines["cents"].null_count() == len(year.lines):
        problem = f"aucun acte de {year.number} n'a de montant"
        raise InputError("actes", problem, f"ajoutez la colonne « {heading('amount')} », ou nommez-la par --map")


# --- what surrounds them ----------------------------------------------------------------------------------


def _lines(year: Year, inputs: Sequence[Input]) -> Iterator[results.Line]:
    """The rows behind the causes, by cause and in their order."""
    rows = year.lines.drop_nulls("reason").group_by("reason", "input", "row", maintain_order=True)
    told = rows.agg(
        pl.col("date", "payment_date").first(), pl.col("cents").sum(), pl.col("cents").null_count().alias("unknown")
    )
    order = pl.col("reason").replace_strict(REASONS, range(len(REASONS)), return_dtype=pl.UInt8)
    for line in told.sort(order, "input", "row").iter_rows(named=True):
        place = inputs[line["input"]]
        yield results.Line(
            reason=line["reason"],
            file=place.file,
            sheet=place.sheet,
            row=line["row"],
            date=line["date"],
            payment_date=line["payment_date"],
            amount=None if line["unknown"] else line["cents"],
        )


def _notes(year: Year, as_of: date) -> Iterator[str]:
    """What was left out of the sums, or weighs on them."""
    if not year.dated:
        yield (
            f"Aucun acte n'a de « {heading('payment_date')} » : ce qui a été payé une autre année n'est pas connu, "
            "et les paiements ne peuvent être comparés ni par mois, ni par jour."
        )
    if as_of.year <= year.number:
        yield f"L'année {year.number} n'est pas finie au {day(as_of)} : ses sommes sont celles d'une partie d'année."
    if unknown := int((year.lines["cents"].is_null() & year.lines["first"]).sum()):
        yield f"{counted(unknown, 'ligne')} sans montant lisible : hors des sommes, un reste peut en venir."
    doubtful = year.lines.filter("doubtful")
    if rows := int(doubtful["first"].sum()):
        repeated = euros(int(doubtful["cents"].sum()))
        yield (
            f"{counted(rows, 'ligne')} comme une autre ({repeated}), peut-être en trop dans les sommes : "
            "« a9 check » dit lesquelles (donnees/doublon, donnees/refacturation)."
        )
    if (several := year.lines["practitioner"].n_unique()) > 1:
        yield f"{counted(several, 'praticien')} ensemble : --practitioner ID n'en prend qu'un."


def _before(year: Year, compared: Sequence[results.Comparison]) -> Iterator[str]:
    """What was received beyond the acts may be of care that the files do not reach back to."""
    if not year.earlier and any(not one.explained and one.left > 0 for one in compared):
        before = year.number - 1
        yield (
            f"Les fichiers n'ont aucun soin d'avant {year.number} : ceux de {before} payés en {year.number} peuvent "
            f"faire ce qui reste ; ajoutez l'export de la fin de {before}."
        )


def _read(year: Year, asked: Asked) -> Iterator[str]:
    """How the other files were understood."""
    for against, receipts in (asked.files or {}).items():
        told = (*receipts.said, *_elsewhere(receipts, asked.year), *_lagging(year, receipts))
        yield from (f"{'FEC' if against == 'fec' else 'Paiements'} : {words}" for words in told)


def _lagging(year: Year, receipts: Receipts) -> Iterator[str]:
    """Days differ all along where the two sides date a payment otherwise."""
    if year.dated and (days := lag(year, receipts)):
        side = "plus tard" if days > 0 else "plus tôt"
        yield (
            f"datés {counted(abs(days), 'jour')} {side} que dans les actes : à ce décalage, les sommes de la plupart "
            "des jours sont les mêmes."
        )


def _elsewhere(receipts: Receipts, year: int) -> Iterator[str]:
    """What a file holds of other years."""
    others = receipts.days.filter(pl.col("date").dt.year() != year)["cents"]
    if len(others):
        verb = plural(len(others), "est laissée", "sont laissées")
        yield f"{counted(len(others), 'ligne')} d'une autre année ({euros(int(others.sum()))}) {verb} de côté."
