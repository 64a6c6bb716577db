"""The acts of a year, and what was declared, paid or booked of it, as one result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import polars as pl

from avenant9.acts.columns import heading
from avenant9.engine import Options
from avenant9.errors import InputError, SettingError
from avenant9.model import Acts, Input
from avenant9.reconcile import causes, totals
from avenant9.reconcile.billed import Billed, lines
from avenant9.reconcile.table import Receipts
from avenant9.results import reconcile as results
from avenant9.results.base import Rejected, Unread
from avenant9.rulebook.load import Rulebook
from avenant9.wording import cents, counted, day, euros, money, plural


@dataclass(frozen=True)
class Asked:
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
    year = causes.with_reasons(acts, asked.year)
    _check(acts, year, asked, len(billed.acts.rejected))
    of_care = year.filter(pl.col("date").dt.year() == asked.year)
    dated = causes.dated(acts)
    files = asked.files or {}
    compared = [
        *_snir(year, asked),
        *(_compared(year, asked, against, files[against], dated=dated) for against in files),
    ]
    return results.Reconcile(
        as_of=options.as_of,
        profile=asked.profile,
        year=asked.year,
        tolerance=money(asked.tolerance),
        practitioners=year["practitioner"].n_unique(),
        total=totals.total(of_care),
        by_month_of_care=totals.by_month(of_care, "date"),
        by_month_of_payment=totals.by_month(causes.received(year), "payment_date") if dated else None,
        by_family=None if asked.profile == "fiscal" else totals.by_family(of_care),
        comparisons=tuple(compared),
        lines=tuple(_lines(year, billed.acts.inputs)),
        notes=(*_notes(year, asked, options.as_of, dated=dated), *_before(acts, compared, asked.year)),
        rejected=tuple(_rejected(billed.acts)),
        unread=tuple(Unread(**asdict(entry)) for entry in billed.acts.unread),
    )


def _check(acts: pl.DataFrame, year: pl.DataFrame, asked: Asked, rejected: int) -> None:
    nothing = "aucun acte fait ou payé cette année-là"
    if year.is_empty() and rejected:  # which may be of that year
        problem = f"{nothing} ne se lit ; {counted(rejected, 'ligne rejetée', 'lignes rejetées')}"
        raise InputError(f"--year {asked.year}", problem, "« a9 columns » dit ce qui est compris du fichier")
    if year.is_empty():
        raise SettingError(f"--year {asked.year}", nothing, f"les soins des fichiers vont {_span(acts['date'])}")
    if year["cents"].null_count() == len(year):
        problem = f"aucun acte de {asked.year} n'a de montant"
        raise InputError("actes", problem, f"ajoutez la colonne « {heading('amount')} », ou nommez-la par --map")


def _span(days: pl.Series) -> str:
    ends = days.sort()
    return f"du {day(ends[0])} au {day(ends[-1])}"


# --- the comparisons --------------------------------------------------------------------------------------


def _snir(year: pl.DataFrame, asked: Asked) -> Iterator[results.Comparison]:
    if asked.snir is not None:
        yield _comparison(year, asked, "snir", None, asked.snir)


def _compared(
    year: pl.DataFrame, asked: Asked, against: results.Against, receipts: Receipts, *, dated: bool
) -> results.Comparison:
    own = receipts.days.filter(pl.col("date").dt.year() == asked.year)
    if own.is_empty():
        problem = f"rien n'y est daté de {asked.year}"
        raise InputError(receipts.file, problem, f"il va {_span(receipts.days['date'])} : vérifiez --year")
    compared = _comparison(year, asked, against, receipts.file, int(own["cents"].sum()))
    if not dated:
        return compared
    paid = causes.received(year).select("cents", date="payment_date")
    by_day = _gaps(paid, own)
    months = _gaps(*(frame.with_columns(pl.col("date").dt.truncate("1mo")) for frame in (paid, own)))
    differing = (entry for entry in by_day if entry[1] != entry[2])
    return compared.model_copy(
        update={
            "months": tuple(results.MonthGap(month=f"{start:%Y-%m}", **_gap(*sums)) for start, *sums in months),
            "days": tuple(results.DayGap(date=on, **_gap(*sums)) for on, *sums in differing),
        }
    )


def _comparison(
    year: pl.DataFrame, asked: Asked, against: results.Against, file: str | None, declared: int
) -> results.Comparison:
    billed = causes.billed(year, asked.year)
    told, left = causes.explained(year, declared)
    return results.Comparison(
        against=against,
        file=file,
        declared=money(declared),
        billed=money(billed),
        difference=money(declared - billed),
        causes=told,
        left=money(left),
        explained=abs(left) <= asked.tolerance,
        months=None,
        days=None,
    )


def _gaps(paid: pl.DataFrame, declared: pl.DataFrame) -> list[tuple[date, int, int]]:
    """By day, in order: the cents that the acts say were paid, and those declared."""
    sides = [frame.group_by("date").agg(pl.col("cents").sum()) for frame in (paid, declared)]
    both = sides[0].join(sides[1], on="date", how="full", coalesce=True, suffix="_declared").fill_null(0)
    return both.sort("date").rows()


def _gap(acts: int, declared: int) -> dict[str, str]:
    return {"acts": money(acts), "declared": money(declared), "difference": money(declared - acts)}


# --- what surrounds them ----------------------------------------------------------------------------------


def _lines(year: pl.DataFrame, inputs: Sequence[Input]) -> Iterator[results.Line]:
    """The rows behind the causes, by cause and in their order."""
    rows = year.drop_nulls("reason").group_by("reason", "input", "row", maintain_order=True)
    told = rows.agg(
        pl.col("date", "payment_date").first(), pl.col("cents").sum(), pl.col("cents").null_count().alias("unknown")
    )
    order = pl.col("reason").replace_strict(causes.REASONS, range(len(causes.REASONS)), return_dtype=pl.UInt8)
    for line in told.sort(order, "input", "row").iter_rows(named=True):
        place = inputs[line["input"]]
        yield results.Line(
            reason=line["reason"],
            file=place.file,
            sheet=place.sheet,
            row=line["row"],
            date=line["date"],
            payment_date=line["payment_date"],
            amount=None if line["unknown"] else money(line["cents"]),
        )


def _rejected(acts: Acts) -> Iterator[Rejected]:
    for entry in acts.rejected:
        where = entry.where
        yield Rejected(file=where.file, sheet=where.sheet, row=where.row, cell=where.cell, reason=entry.reason)


def _notes(year: pl.DataFrame, asked: Asked, as_of: date, *, dated: bool) -> Iterator[str]:
    """What was left out of the sums, or weighs on them."""
    if not dated:
        yield (
            f"Aucun acte n'a de « {heading('payment_date')} » : ce qui a été payé une autre année n'est pas connu, "
            "et les paiements ne peuvent être comparés ni par mois, ni par jour."
        )
    if as_of.year <= asked.year:
        yield f"L'année {asked.year} n'est pas finie au {day(as_of)} : ses sommes sont celles d'une partie d'année."
    if unknown := int((year["cents"].is_null() & year["first"]).sum()):
        yield f"{counted(unknown, 'ligne')} sans montant lisible : hors des sommes, un reste peut en venir."
    if (several := year["practitioner"].n_unique()) > 1:
        yield f"{counted(several, 'praticien')} ensemble : --practitioner ID n'en prend qu'un."
    for against, receipts in (asked.files or {}).items():
        told = (*receipts.said, *_elsewhere(receipts, asked.year))
        yield from (f"{'FEC' if against == 'fec' else 'Paiements'} : {words}" for words in told)


def _before(acts: pl.DataFrame, compared: Sequence[results.Comparison], year: int) -> Iterator[str]:
    """What was received beyond the acts may be of care that the files do not reach back to."""
    beyond = any(not one.explained and cents(one.left) > 0 for one in compared)
    if beyond and acts.filter(pl.col("date").dt.year() < year).is_empty():
        yield (
            f"Les fichiers n'ont aucun soin d'avant {year} : ceux de {year - 1} payés en {year} peuvent faire ce "
            f"qui reste ; ajoutez l'export de la fin de {year - 1}."
        )


def _elsewhere(receipts: Receipts, year: int) -> Iterator[str]:
    """What a file holds of other years."""
    others = receipts.days.filter(pl.col("date").dt.year() != year)["cents"]
    if len(others):
        verb = plural(len(others), "est laissée", "sont laissées")
        yield f"{counted(len(others), 'ligne')} d'une autre année ({euros(int(others.sum()))}) {verb} de côté."
