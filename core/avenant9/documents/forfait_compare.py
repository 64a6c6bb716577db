"""Several years side by side: what each scheme gave, line by line, and the difference from the first to the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.documents.forfait_totals import between, schemes, total_of, unsettled
from avenant9.report.document import Column, Section, Table
from avenant9.wording import NBSP, counted, euros, signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from avenant9.report.document import Value
    from avenant9.results.forfait import Forfait, SumLine


def is_compared(results: Sequence[Forfait]) -> bool:
    """Whether there are several years, one of them with more than points."""
    return len({one.year for one in results}) > 1 and any(one.sums for one in results)


def sections(results: Sequence[Forfait]) -> Iterator[Section]:
    """What each scheme gave, then the lines of the lists of patients, then practice by practice."""
    practices = len({one.practice for one in results})
    settled = _settled(results)
    yield Section("Ce que donne chaque dispositif", tables=(_by_scheme(settled, whole=len(settled) == len(results)),))
    lines = _by_line(settled)
    if lines.rows:
        yield Section("Ligne par ligne", tables=(lines,))
    if practices > 1:
        yield Section("Cabinet par cabinet", tables=(_by_practice(results),))


def _settled(results: Sequence[Forfait]) -> Sequence[Forfait]:
    """Those of the practices whose years are all known; of one practice, or where none is, all of them."""
    groups = _grouped(results)
    known = [name for name, own in zip(groups, _all_years(results), strict=True) if None not in own]
    return [one for one in results if one.practice in known] if known and len(groups) > 1 else results


def answer(results: Sequence[Forfait]) -> str:
    """What the years bring, and how many practices win or lose by the last one."""
    found = [*_differences(results)]
    known = [(before, after) for before, after in found if before is not None and after is not None]
    first, last = _years(results)[0], _years(results)[-1]
    if not known:
        return f"De {first} à {last}, la différence n'est pas établie : des réponses manquent."
    before, after = sum(one for one, _ in known), sum(one for _, one in known)
    words = f"{first} : {euros(before)} ; {last} : {euros(after)} ; différence : {signed(after - before)}"
    aside = "".join(f" Sans compter, en {year}, {what}." for year, what in _left_out(results))
    if len(found) == 1:
        return f"{words}.{aside}"
    losing = sum(after < before for before, after in known)
    winning = sum(after > before for before, after in known)
    told = f"{_how_many(winning, 'gagne', 'gagnent')} et {_how_many(losing, 'perd', 'perdent')}"
    unknown = len(found) - len(known)
    more = f" ; {counted(unknown, 'cabinet non établi', 'cabinets non établis')}, hors total" if unknown else ""
    return f"Sur {counted(len(known), 'cabinet')}, {told}. {words}{more}.{aside}"


def _how_many(practices: int, one: str, many: str) -> str:
    return counted(practices, one, many) if practices else f"aucun ne {one}"


def _left_out(results: Iterable[Forfait]) -> Iterable[tuple[int, str]]:
    """What a year gave too, and is not counted."""
    return dict.fromkeys((one.year, own.left_out) for one in results for own in one.sums if own.left_out)


def _years(results: Iterable[Forfait]) -> list[int]:
    return sorted({one.year for one in results})


def _columns(results: Sequence[Forfait], *first: Column) -> tuple[Column, ...]:
    years = (Column(str(year), "euros") for year in _years(results))
    return (*first, *years, Column("Différence", "euros"))


def _with_difference(cells: Sequence[int | None]) -> tuple[int | None, ...]:
    """The cents of each year, then those of the last less those of the first."""
    first, last = cells[0], cells[-1]
    return (*cells, None if first is None or last is None else last - first)


def _by_scheme(results: Sequence[Forfait], *, whole: bool) -> Table:
    """A row per scheme: nothing in a year that does not have it, not known where a practice's is not."""
    rows: dict[str, dict[int, list[int | None]]] = {}
    for one in results:
        for label, cents in schemes(one):
            rows.setdefault(label, {}).setdefault(one.year, []).append(cents)
    years = _years(results)
    found = {label: [_added(by_year.get(year, [])) for year in years] for label, by_year in rows.items()}
    total = [_added([total_of(one) for one in results if one.year == year]) for year in years]
    note = "0,00 € : le dispositif n'existe pas cette année-là, ou n'est pas dû."
    if not whole:
        practices = counted(len({one.practice for one in results}), "cabinet")
        note += f" Sont comptés les {practices} dont toutes les années sont connues."
    return Table(
        _columns(results, Column("Dispositif")),
        [(label, *_with_difference(cells)) for label, cells in found.items()],
        total=("En tout", *_with_difference(total)),
        note=note,
    )


def _added(cents: Sequence[int | None]) -> int | None:
    """The sum, not known as soon as one of them is not."""
    return None if None in cents else sum(own for own in cents if own is not None)


def _by_line(results: Sequence[Forfait]) -> Table:
    """A row per line of the sums by patient, the patients of the last year that has it beside."""
    rows: dict[str, dict[int, int]] = {}
    patients: dict[str, dict[int, int]] = {}
    labels: dict[str, str] = {}
    for one in results:
        for line in _patient_lines(one):
            labels[line.id] = line.label
            by_year = rows.setdefault(line.id, {})
            by_year[one.year] = by_year.get(one.year, 0) + (line.euros or 0)
            if line.patients is not None:
                own = patients.setdefault(line.id, {})
                own[one.year] = own.get(one.year, 0) + line.patients
    years = _years(results)
    found = [
        (
            labels[key],
            max(patients[key].values()) if key in patients else None,
            *_with_difference([by_year.get(year, 0) for year in years]),
        )
        for key, by_year in rows.items()
    ]
    columns = _columns(results, Column("Ligne"), Column("Patients", "integer", absent=" "))
    return Table(columns, found)


def _patient_lines(result: Forfait) -> Iterator[SumLine]:
    for one in result.sums:
        if any(line.patients is not None for line in one.lines):
            yield from one.lines


def _by_practice(results: Sequence[Forfait]) -> Table:
    """A row per practice: what each year brings in all, the difference, and what is not settled."""
    years = _years(results)
    rows: list[tuple[Value, ...]] = []
    for (name, own), totals in zip(_grouped(results).items(), _all_years(results), strict=True):
        rows.append((name, *_with_difference(totals), " ; ".join(remark for one in own for remark in _remarks(one))))
    columns = (*_columns(results, Column("Cabinet")), Column("Constat"))
    known = [_with_difference([*pair]) for pair in _all_years(results)]
    whole = [sum(own[rank] or 0 for own in known if None not in own) for rank in range(len(years) + 1)]
    return Table(columns, rows, total=("Total connu", *whole, None), sheet="Comparaison", frozen=1)


def _grouped(results: Iterable[Forfait]) -> dict[str | None, list[Forfait]]:
    found: dict[str | None, list[Forfait]] = {}
    for one in results:
        found.setdefault(one.practice, []).append(one)
    return found


def _all_years(results: Sequence[Forfait]) -> Iterator[list[int | None]]:
    """The totals of each practice, year after year, in the order of `_grouped`."""
    schemes_of = {year: _schemes_of(results, year) for year in _years(results)}
    for own in _grouped(results).values():
        by_year = {one.year: _comparable(one, schemes_of[one.year]) for one in own}
        yield [by_year.get(year) for year in schemes_of]


def _schemes_of(results: Iterable[Forfait], year: int) -> set[str]:
    return {label for one in results if one.year == year for label, _ in schemes(one)}


def _comparable(result: Forfait, asked: set[str]) -> int | None:
    """The total of a year, not known where it lacks a scheme of which the other practices told something."""
    return total_of(result) if asked <= {label for label, _ in schemes(result)} else None


def _differences(results: Sequence[Forfait]) -> Iterator[tuple[int | None, int | None]]:
    yield from ((own[0], own[-1]) for own in _all_years(results))


def _remarks(result: Forfait) -> Iterator[str]:
    """Between which bounds a year of a practice is, or what is not settled of it."""
    if result.sums and result.total_low != result.total_high:
        yield f"{result.year}{NBSP}: {between(result.total_low, result.total_high) or 'non établi'}"
    if result.points is None:
        yield f"{result.scheme}{NBSP}: non établi"
    yield from unsettled(result)
