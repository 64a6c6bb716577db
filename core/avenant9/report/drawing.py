"""Charts as a page draws them: curves and monthly columns as SVG by pygal, other bars as a table with bars in it.

The figures of each chart go along in words, for those who do not see it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup
from msgspec import Struct

from avenant9.report.values import short_month, shown
from avenant9.wording import NBSP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from xml.etree.ElementTree import Element

    from avenant9.report.document import Chart, Kind, Series

_COLORS = 5  # then they start again
_PARTS = ("v-ok", "v-review", "v-unverifiable")
_WIDTH, _HEIGHT = 760, 300
_MOST_LABELS = 12  # under the horizontal axis
_LEAST_TOP = 4  # of an axis of counts: no half of a finding on it
_FLATTENS, _BEYOND = 5, Decimal("1.5")  # times the next: what a bar is cut from; where the cut ones end
_CUT = "Une barre coupée est bien plus longue que les autres : son chiffre est à côté."
_UNKNOWN = "inconnu"
_UNITS: dict[Kind, str] = {"euros": f"{NBSP}€", "share": f"{NBSP}%", "hours": f"{NBSP}h"}


class Entry(Struct, frozen=True):
    """A series in the legend."""

    name: str
    style: str


class Mark(Struct, frozen=True):
    """One value: its words, and its bar in percent of the longest; `cut`: it is longer than what is drawn."""

    series: str
    text: str
    style: str
    width: str
    cut: bool = False


class Line(Struct, frozen=True):
    """The values of one category."""

    name: str
    marks: list[Mark]


class Drawing(Struct, frozen=True):
    """A chart ready for the page; `svg` is empty where the lines are the chart."""

    kind: Literal["curve", "bars"]
    title: str
    heading: str
    legend: list[Entry]
    lines: list[Line]
    svg: Markup
    stacked: bool = False
    note: str = ""


def drawable(chart: Chart) -> bool:
    """Whether there is any value to draw."""
    return any(value is not None for series in chart.series for value in series.values)


def draw(chart: Chart, fit: Callable[[str], str]) -> Drawing:
    """The drawing of a chart; `fit` makes its words fit for the page."""
    legend = [
        *(Entry(fit(series.name), _style(series, place, chart)) for place, series in enumerate(chart.series)),
        *(Entry(fit(series.name), "limit") for series in chart.limits),
    ]
    months = all(isinstance(category, date) for category in chart.categories)
    over_time = chart.form == "line" or (months and not chart.limits)
    drawn = (*chart.series, *chart.limits)
    top, scale = _scales(chart, drawn, over_time=over_time)
    lines = [
        Line(
            fit(shown(name, "month")),
            [
                Mark(
                    entry.name,
                    fit(shown(series.values[place], chart.kind, chart.absent or _UNKNOWN)),
                    entry.style,
                    _percent(series.values[place], scale),
                    _size(series.values[place]) > scale,
                )
                for entry, series in zip(legend, drawn, strict=True)
            ],
        )
        for place, name in enumerate(chart.categories)
    ]
    return Drawing(
        "curve" if over_time else "bars",
        fit(chart.title),
        "Mois" if months else "Libellé",
        legend,
        lines,
        _svg(chart, legend, lines, fit) if over_time else Markup(""),
        chart.stacked,
        fit(_CUT) if scale < top else "",
    )


def _size(value: int | Decimal | None) -> Decimal:
    return abs(Decimal(value or 0))


def _scales(chart: Chart, drawn: Sequence[Series], *, over_time: bool) -> tuple[Decimal, Decimal]:
    """The longest bar, and the value that the whole width stands for.

    That is less where a few bars are so long that nothing could be told of the others: they are cut, which a reader
    sees, rather than put on a scale of powers, where lengths are no euros any more.
    """
    if chart.stacked:
        top = max(sum(_size(series.values[place]) for series in drawn) for place in range(len(chart.categories)))
        return Decimal(top), Decimal(top)
    sizes = sorted({_size(value) for series in drawn for value in series.values} - {Decimal(0)}, reverse=True)
    top = sizes[0] if sizes else Decimal(0)
    if over_time or chart.limits:
        return top, top
    shorter = next((next_ for longer, next_ in pairwise(sizes) if longer > _FLATTENS * next_), None)
    return top, top if shorter is None else shorter * _BEYOND


def _style(series: Series, place: int, chart: Chart) -> str:
    """The colour of the verdict of a series, else one of those in turn.

    The parts of a whole go from what is there to what is not.
    """
    if chart.stacked:
        return _PARTS[place % len(_PARTS)]
    return f"v-{series.verdict}" if series.verdict else f"s{place % _COLORS}"


def _percent(value: int | Decimal | None, scale: Decimal) -> str:
    if not value:
        return ""
    return format(min(Decimal(100), _size(value) * 100 / scale).quantize(Decimal("0.1")), "f")


def _svg(chart: Chart, legend: list[Entry], lines: list[Line], fit: Callable[[str], str]) -> Markup:
    """The curves or columns, without what pygal adds for its own script, date and style."""
    import pygal  # noqa: PLC0415 - only for a page with such a chart

    figures = [[_figure(value, chart.kind) for value in series.values] for series in (*chart.series, *chart.limits)]
    known = [0.0, *(figure for row in figures for figure in row if figure is not None)]
    unit = _UNITS.get(chart.kind, "")
    plot = (pygal.Line if chart.form == "line" else pygal.Bar)(
        css=(),
        js=(),
        width=_WIDTH,
        height=_HEIGHT,
        margin=4,
        margin_top=12,
        margin_right=30,
        show_legend=False,
        allow_interruptions=True,
        disable_xml_declaration=True,
        range=(min(known), max(max(known) * 1.05, _LEAST_TOP if chart.kind == "integer" else 0) or 1),
        dots_size=3.5,
        max_scale=6,
        show_minor_x_labels=False,
        truncate_label=-1,
        value_formatter=lambda figure: f"{shown(Decimal(str(round(figure, 4))), 'number')}{unit}",
    )
    plot.x_labels = [fit(short_month(name)) for name in chart.categories]
    plot.x_labels_major = plot.x_labels[:: -(-len(plot.x_labels) // _MOST_LABELS)]
    for place, (entry, row) in enumerate(zip(legend, figures, strict=True)):
        points = [
            {"value": figure, "formatter": lambda _, text=line.marks[place].text: text}
            for figure, line in zip(row, lines, strict=True)
        ]
        plot.add(entry.name, points, show_dots=entry.style != "limit")
    plot.uuid = "a9"  # no random name in the page
    plot.add_xml_filter(lambda root: _ours(root, fit(chart.title), legend))
    return Markup(plot.render(is_unicode=True))  # noqa: S704 - pygal escapes what it writes


def _figure(value: int | Decimal | None, kind: Kind) -> float | None:
    """A value in the unit of the axis: euros, percent."""
    if value is None:
        return None
    exact = Decimal(value)
    return float(exact / 100 if kind == "euros" else exact * 100 if kind == "share" else exact)


def _ours(root: Element, title: str, legend: list[Entry]) -> Element:
    """The drawing alone: no script, style, date or tooltip of pygal, and each point says its value."""
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag in {"defs", "title"} or _is(child, "tooltip-overlay"):
                parent.remove(child)
    for group in list(root.iter("g")):
        if _is(group, "dots") or _is(group, "bar"):
            _point(group)
        elif found := re.match(r"series serie-(\d+)", group.get("class", "")):
            group.set("class", f"series {legend[int(found.group(1))].style}")
    root.set("role", "img")
    root.set("aria-label", title)
    root.set("class", "chart")
    del root.attrib["id"]
    return root


def _is(element: Element, name: str) -> bool:
    return name in element.get("class", "").split()


def _point(group: Element) -> None:
    """The value of a point or a column as what a pointer shows over it."""
    said = {child.get("class", ""): child.text or "" for child in group if child.tag == "desc"}
    for child in [child for child in group if child.tag == "desc"]:
        group.remove(child)
    for mark in group:
        title = mark.makeelement("title", {})  # of the library that pygal found, lxml or Python's own
        title.text = f"{said.get('x_label', '')} : {said.get('value', '')}"
        mark.append(title)
