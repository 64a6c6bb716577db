"""The program under test, run on a file: the only module here that knows avenant9."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from oracle.law import Finding

if TYPE_CHECKING:
    from pathlib import Path

    from oracle.strategies import Practice

Unverifiable = dict[str, tuple[int, frozenset[str]]]


@cache
def rulebook() -> Any:
    from avenant9.rulebook.load import load_rulebook

    return load_rulebook()


def report(practice: Practice, path: Path, only: tuple[str, ...] = ()) -> Any:
    """Writes the practice to `path`, reads and checks it."""
    return report_on(practice, practice.write(path), only)


def report_on(practice: Practice, path: Path, only: tuple[str, ...] = ()) -> Any:
    """Reads and checks the file at `path`, with the settings of the practice."""
    from avenant9.acts.load import load_acts
    from avenant9.engine import Options, check
    from avenant9.model import GrantedCeiling

    granted = tuple(
        GrantedCeiling(
            practitioner=one.practitioner,
            year=one.year,
            ceiling_bp=one.ceiling_bp,
            conditions=one.conditions,
            tacit_renewal=one.tacit_renewal,
            changed_on=one.changed_on,
        )
        for one in practice.derogations
    )
    acts = load_acts([str(path)], rulebook().nomenclature)
    options = Options(
        as_of=practice.as_of,
        zone=practice.zone,
        only=only,
        derogations=granted,
        complete_years=practice.complete_years,
    )
    return check(acts, rulebook(), options)


def left(path: Path) -> list[tuple[Any, ...]]:
    """What cancellations leave of the acts of a file: units, amount, overcharge, why an act does not count."""
    from avenant9.acts.load import load_acts

    acts = load_acts([str(path)], rulebook().nomenclature).table
    return acts.select("quantity", "amount", "overcharge", "uncounted").rows()


def findings(result: Any) -> list[Finding]:
    """What the report holds, in its order."""
    return [
        Finding(
            rule=line["rule"],
            verdict=line["verdict"],
            row=line["row"] or 0,
            practitioner=line["practitioner"] if line["row"] is None else None,
            year=line["year"],
            at_stake=None if line["at_stake"] is None else f"{line['at_stake'] // 100}.{line['at_stake'] % 100:02d}",
            related=tuple(place["row"] for place in line["related"] or []),
        )
        for line in result.findings.iter_rows(named=True)
    ]


def unverifiable(result: Any) -> Unverifiable:
    return {one.rule: (one.acts, frozenset(one.missing)) for one in result.unverifiable}
