"""Where the points of a year stand: acquired, still possible, lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from avenant9.documents.forfait_words import is_closed, part, shown_points
from avenant9.report.document import Chart, Series
from avenant9.wording import capital

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.results.forfait import Forfait, Indicator, Volet

_ZERO = Decimal(0)
_MOST_BARS = 12  # practices drawn


def of_one(result: Forfait) -> Chart:
    """The points of each volet of one practice and year."""
    bars = [
        (f"{capital(part(volet))}, {shown_points(volet.max_points)}", _of_volet(result, volet))
        for volet in result.volets
    ]
    return _chart("Points acquis, encore possibles, perdus", bars)


def of_several(results: Sequence[Forfait]) -> Chart:
    """The points of each practice or year; of many, those who can still win most."""
    years = len({one.year for one in results}) > 1
    names = len({one.practice for one in results}) > 1
    bars = []
    for one in results:
        parts = [_of_volet(one, volet) for volet in one.volets]
        name = " ".join([*([one.practice or ""] if names else []), *([str(one.year)] if years or not names else [])])
        bars.append((name, (sum((part[0] for part in parts), _ZERO), *_rest(parts))))
    title = "Points acquis, encore possibles, perdus"
    if len(bars) > _MOST_BARS:
        bars = sorted(bars, key=lambda bar: -bar[1][1])[:_MOST_BARS]
        title += f" : les {_MOST_BARS} qui peuvent encore gagner le plus"
    return _chart(title, bars)


def _rest(parts: Sequence[tuple[Decimal, Decimal, Decimal]]) -> tuple[Decimal, Decimal]:
    return sum((part[1] for part in parts), _ZERO), sum((part[2] for part in parts), _ZERO)


def _chart(title: str, bars: Sequence[tuple[str, tuple[Decimal, Decimal, Decimal]]]) -> Chart:
    names = ("acquis", "encore possibles", "perdus")
    series = tuple(Series(name, tuple(points[rank] for _, points in bars)) for rank, name in enumerate(names))
    return Chart(title, "bar", tuple(name for name, _ in bars), series, "points", stacked=True)


def _of_volet(result: Forfait, volet: Volet) -> tuple[Decimal, Decimal, Decimal]:
    """Acquired, still possible, lost: together all the points of the volet.

    Nothing is acquired while volet 1 is missing or not known; what was not answered can still be said.
    """
    most = volet.max_points
    acquired = _ZERO if result.points is None or is_closed(result) else volet.points
    open_volets = all(
        _reachable(result, one) for first in result.volets if first.volet == 1 for one in first.indicators
    )
    if not open_volets:
        return acquired, _ZERO, most - acquired
    lost = sum((_left(one) for one in volet.indicators if not _reachable(result, one)), _ZERO)
    lost = min(lost, most - acquired)
    return acquired, most - acquired - lost, lost


def _left(one: Indicator) -> Decimal:
    return one.max_points - one.points


def _reachable(result: Forfait, one: Indicator) -> bool:
    """Whether the indicator is met, unknown, or can still be met: as the changes say, else while the year lasts."""
    if one.status in {"met", "unknown", "neutralised", "not_applicable"}:
        return True
    own = [change for change in result.what_if or () if change.indicator == one.id]
    if own:
        return any(change.possible is not False for change in own)
    return result.as_of <= date(result.year, 12, 31)
