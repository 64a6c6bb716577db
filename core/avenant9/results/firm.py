"""`a9-firm/1`: a firm's clients, a line each; what of them was asked decides which of its forms it has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from avenant9.results.base import Cents, Month, Result, Share
from avenant9.results.check import WithoutFindings
from avenant9.results.forfait import Forfait, Forfaits, each
from avenant9.results.threshold import Threshold

FORMAT: Final = "a9-firm/1"


class Counts(Result):
    """What the acts of a client, or of all, come to; null where no amount was read."""

    rows: int
    rejected: int
    acts: int
    fees: Cents | None
    overcharges: Cents | None
    violation: int
    at_stake: Cents | None
    review: int
    at_stake_review: Cents | None
    at_stake_ceiling: Cents | None
    out_of_time: int
    at_stake_out_of_time: Cents | None


class Dearest(Result):
    """The rule with most at stake; `rule` is its family under the profile `fiscal`."""

    rule: str
    title: str | None
    at_stake: Cents


class Ceiling(Result):
    """The practitioner and year nearest to the ceiling on remote activity, or most beyond it.

    `verdict` and `unknown` are those of `a9-threshold/1`.
    """

    practitioner: str
    year: int
    total: int
    remote: int
    share: Share
    ceiling: Share
    over: bool
    excess: int
    margin: int
    verdict: str | None = None
    unknown: int = 0


class Missing(Result):
    """The column, by its key, whose absence keeps most rules from an answer, and for how many acts."""

    column: str
    rules: int
    acts: int


class Line(Counts):
    """What is said of one client.

    `specialties` are labels, `first` and `last` the first and the last day of care, `missing_months` those between
    them that hold no act.
    """

    practitioners: tuple[str, ...]
    specialties: tuple[str, ...]
    first: date | None
    last: date | None
    missing_months: tuple[Month, ...]
    dearest: Dearest | None
    ceiling: Ceiling | None
    missing: Missing | None
    known: int | None  # findings of the baseline, in none of the counts; null without one


class Fingerprint(Result):
    """A finding, as the next run knows it again (`--baseline`)."""

    fingerprint: str
    verdict: Literal["violation", "review"]
    at_stake: Cents | None


class Client(Result):
    """One client: what was found, or the `error` that kept it from being checked.

    `remarks` are French sentences. `fingerprints` are all findings, those of the baseline too; null under `fiscal`.
    """

    client: str
    exit: Annotated[int, Field(ge=0, le=4)]
    error: str | None
    check: WithoutFindings | None
    line: Line | None
    remarks: tuple[str, ...]
    fingerprints: tuple[Fingerprint, ...] | None


class Totals(Counts):
    """All clients together; `failed` are those of which nothing could be read."""

    clients: int
    failed: int


class Firm(Result):
    """The result of `a9 check` on a folder."""

    format: Literal["a9-firm/1"] = FORMAT
    as_of: date
    clients: tuple[Client, ...]
    totals: Totals


class FollowedClient(Result):
    """One client whose ceiling on remote activity was followed, or the `error` that kept it from being read."""

    client: str
    exit: Annotated[int, Field(ge=0, le=4)]
    error: str | None
    remarks: tuple[str, ...]
    threshold: Threshold | None


class FollowedTotals(Result):
    """All clients together: years of practitioners, and those of them that are over their ceiling."""

    clients: int
    failed: int
    practitioners: int
    over: int


class FollowedFirm(Result):
    """The result of `a9 threshold show` on a folder."""

    format: Literal["a9-firm/1"] = FORMAT
    as_of: date
    clients: tuple[FollowedClient, ...]
    totals: FollowedTotals


def followed_totals(clients: Sequence[FollowedClient]) -> FollowedTotals:
    """What the clients come to together."""
    years = [year for client in clients if client.threshold is not None for year in client.threshold.practitioners]
    return FollowedTotals(
        clients=len(clients),
        failed=sum(client.threshold is None for client in clients),
        practitioners=len(years),
        over=sum(year.over for year in years),
    )


class SimulatedClient(Result):
    """One client whose lump sums were simulated, or the `error` that kept it from being so."""

    client: str
    exit: Annotated[int, Field(ge=0, le=4)]
    error: str | None
    remarks: tuple[str, ...]
    forfait: Forfait | Forfaits | None


class SimulatedTotals(Result):
    """All clients together: `total_euros` counts what is known, `unsettled` the results whose points are not."""

    clients: int
    failed: int
    results: int
    unsettled: int
    total_euros: Cents


class SimulatedFirm(Result):
    """The result of `a9 forfait simulate` on a folder."""

    format: Literal["a9-firm/1"] = FORMAT
    as_of: date
    clients: tuple[SimulatedClient, ...]
    totals: SimulatedTotals

    def silent(self) -> dict[str, Any]:
        """What each simulation leaves out by itself."""
        own = {rank: one.forfait.silent() for rank, one in enumerate(self.clients) if one.forfait is not None}
        return {"clients": {rank: {"forfait": keys} for rank, keys in own.items() if keys}}


def simulated_totals(clients: Sequence[SimulatedClient]) -> SimulatedTotals:
    """What the clients come to together."""
    every = [one for client in clients for one in each(client.forfait)]
    return SimulatedTotals(
        clients=len(clients),
        failed=sum(client.forfait is None for client in clients),
        results=len(every),
        unsettled=sum(one.points is None for one in every),
        total_euros=sum(one.known for one in every),
    )


def totals(clients: Sequence[Client]) -> Totals:
    """What the clients come to together: a sum of euros is null where no client has one."""
    lines = [client.line for client in clients if client.line is not None]
    summed = {name: _sum([getattr(line, name) for line in lines], field.annotation) for name, field in _COUNTS}
    return Totals(clients=len(clients), failed=sum(client.line is None for client in clients), **summed)


_COUNTS = tuple(Counts.model_fields.items())


def _sum(values: list[Any], kind: Any) -> int | None:
    """Counts add up; a sum of cents is null where none is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known or kind is int else None
