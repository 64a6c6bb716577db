"""The other acts of a visit: what they are to a pair of codes that exclude each other, or to a code with a host."""

from __future__ import annotations

import polars as pl

from avenant9.checks.context import selected
from avenant9.explain.model import Role, VisitLine, VisitTrace
from avenant9.explain.scene import Row, Scene, counting_order
from avenant9.rulebook.schema import AllowedPair, HostVersion, PairVersion, Selection

_VISIT = ("practitioner", "patient", "date")
_ROW = ("input", "row")


def visit(scene: Scene) -> list[Row]:
    """The acts that count of the same practitioner, patient and day; of one row where one of them is unknown."""
    key = _VISIT if _known(scene) else _ROW
    same = [pl.col(name) == scene.act[name] for name in key]
    return scene.counted.filter(*same).rows(named=True)


def _known(scene: Scene) -> bool:
    return scene.act["practitioner"] is not None and scene.act["patient"] is not None


def pair(version: PairVersion, scene: Scene) -> VisitTrace:
    """Each other act of the visit: excluded with this one, allowed, or of no account."""
    mine = [row for row in visit(scene) if row["date"] in version.period]
    excluded, beside = _chosen(mine, version.excluded, scene), _chosen(mine, version.beside, scene)
    regular = _chosen(mine, version.unless_present, scene)
    here = scene.act["act"]
    lines = []
    for row in sorted(mine, key=counting_order):
        if row["act"] == here:
            continue
        one_invoice = None
        if scene.act["invoice"] is not None and row["invoice"] is not None:
            one_invoice = scene.act["invoice"] == row["invoice"]
        role: Role = "other"
        if here in excluded and row["act"] in beside:
            role = _paired("beside", scene.act, row, version, one_invoice)
        elif here in beside and row["act"] in excluded:
            role = _paired("excluded", row, scene.act, version, one_invoice)
        if row["act"] in regular and role == "other":
            role = "makes-regular"
        lines.append(VisitLine(scene.line(row), role, one_invoice))
    return VisitTrace(version.scope if _known(scene) else "row", tuple(lines))


def _paired(role: Role, excluded: Row, beside: Row, version: PairVersion, one_invoice: bool | None) -> Role:
    if any(_allows(allowed, excluded, beside) for allowed in version.allowed):
        return "allowed"
    return "other-invoice" if version.scope == "invoice" and one_invoice is False else role


def _allows(allowed: AllowedPair, excluded: Row, beside: Row) -> bool:
    """An unknown specialty is given the benefit of an allowance that some specialties have."""
    return (
        (not allowed.excluded or excluded["code"] in allowed.excluded)
        and (not allowed.beside or beside["code"] in allowed.beside)
        and (not allowed.specialties or excluded["specialty"] in {None, *allowed.specialties})
    )


def host(version: HostVersion, scene: Scene) -> VisitTrace:
    """Each other act of the visit: a host, a doubtful one, or of no account."""
    mine = [row for row in visit(scene) if row["date"] in version.period]
    hosts, doubtful = _chosen(mine, version.hosts, scene), _chosen(mine, version.doubtful_hosts, scene)
    lines = []
    for row in sorted(mine, key=counting_order):
        if row["act"] == scene.act["act"]:
            continue
        role: Role = "host" if row["act"] in hosts else "doubtful-host" if row["act"] in doubtful else "other"
        lines.append(VisitLine(scene.line(row), role))
    return VisitTrace("day" if _known(scene) else "row", tuple(lines))


def _chosen(rows: list[Row], selection: Selection | None, scene: Scene) -> set[int]:
    """The acts of a selection, as the check selects them."""
    if selection is None:
        return set()
    acts = pl.Series([row["act"] for row in rows], dtype=pl.UInt32)
    return set(scene.counted.filter(pl.col("act").is_in(acts.implode()), selected(selection))["act"])
