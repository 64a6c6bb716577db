"""The practitioner's civil year: the figures behind the ceiling on remote activity."""

from __future__ import annotations

import polars as pl

from avenant9.checks.share import granted, remote_units, shares, tally
from avenant9.explain.model import ShareTrace
from avenant9.explain.scene import Scene
from avenant9.rulebook.schema import ShareVersion


def share(version: ShareVersion, scene: Scene, *, beyond: bool) -> ShareTrace | None:
    """The year of the act's practitioner; None where the act is not one of those that the share counts."""
    act = scene.act
    if act["practitioner"] is None:
        return None
    mine = scene.counted.filter(pl.col("practitioner") == act["practitioner"])
    counted = remote_units(mine, version)
    own = counted.filter(pl.col("act") == act["act"])
    yearly = shares(tally(counted), version, scene.context.derogations).filter(pl.col("year") == act["date"].year)
    if own.is_empty() or yearly.is_empty():
        return None
    figures = yearly.row(0, named=True)
    is_remote = own["remote"][0]
    ceiling = granted(act["practitioner"], figures["year"], scene.context.derogations)
    return ShareTrace(
        year=figures["year"],
        total=figures["total"],
        remote=figures["remote"],
        unknown=figures["unknown"],
        share_bp=figures["remote"] * 10_000 // figures["total"],
        ordinary_bp=figures["ordinary_bp"],
        ceiling_bp=figures["ceiling_bp"],
        excess=figures["excess"],
        over=figures["over"],
        act="unknown" if is_remote is None else "remote" if is_remote else "in-person",
        beyond=beyond,
        conditions=ceiling.conditions if ceiling else (),
    )
