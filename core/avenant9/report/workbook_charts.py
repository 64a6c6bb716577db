"""The charts of a workbook: native ones on a sheet of their own, each beside the figures that it draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from avenant9.report import workbook
from avenant9.report.values import short_month
from avenant9.report.workbook import BODY, CAPTION, HEADING, content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.report.document import Chart, Series
    from avenant9.report.workbook import Content, Pen

SHEET = "Graphiques"
_LABELS, _FIGURES, _BESIDE = 30.0, 13.0, 11.0  # widths of columns, in characters
_COLUMNS_BESIDE = 8  # that a chart lies on
_ROWS, _ROW_PIXELS = 18, 20
_WIDTH, _HEIGHT = 640, 340  # pixels
_COLORS = ("#1F5FA8", "#B4530A", "#3B7A3A", "#6A3D9A", "#57606A")
_LIMITS = ("#B3261E", "#6A3D9A", "#57606A")
_LOPSIDED = 20  # times the middle bar: the others would not be seen beside the longest


def drawable(charts: Sequence[Chart]) -> list[Chart]:
    """Those that have something to draw."""
    return [chart for chart in charts if chart.categories and chart.series]


def widths(charts: Sequence[Chart]) -> list[float]:
    """The columns of the sheet: labels, figures, then those that the charts lie on."""
    return [_LABELS, *[_FIGURES] * _figures(charts), *[_BESIDE] * _COLUMNS_BESIDE]


def write(pen: Pen, charts: Sequence[Chart]) -> None:
    """The charts one under the other, each on the right of its figures."""
    place = _figures(charts) + 1
    for chart in charts:
        spot = _write_figures(pen, chart)
        drawn = _drawn(pen, chart, spot)
        pen.sheet.insert_chart(spot.header, place, drawn, {"x_offset": 12, "object_position": 2})
        pen.blank(max(spot.header + _ROWS - pen.row, 0) + 1)


def _figures(charts: Sequence[Chart]) -> int:
    return max(len(chart.series) + len(chart.limits) for chart in charts)


class _Spot(Struct, frozen=True):
    """Where the figures of one chart stand: the rows of their header and of the last of them, from 0."""

    sheet: str
    header: int
    last: int

    def cell(self, row: int, column: int) -> list[Any]:
        return [self.sheet, row, column]

    def range(self, column: int) -> list[Any]:
        return [self.sheet, self.header + 1, column, self.last, column]


def _write_figures(pen: Pen, chart: Chart) -> _Spot:
    series = [*chart.series, *chart.limits]
    pen.line([workbook.text(_title(chart), CAPTION._replace(wrap=False))])
    header = pen.row
    right = HEADING._replace(align="right")
    pen.wrapping([("", HEADING), *(workbook.text(one.name, right) for one in series)])
    for place, category in enumerate(chart.categories):
        label = workbook.text(short_month(category), BODY._replace(wrap=True))
        pen.wrapping([label, *(_figure(one, place, chart) for one in series)])
    return _Spot(pen.sheet.get_name(), header, pen.row - 1)


def _figure(series: Series, place: int, chart: Chart) -> Content:
    value = series.values[place]
    return (None, BODY) if value is None else content(value, chart.kind)


def _drawn(pen: Pen, chart: Chart, spot: _Spot) -> Any:
    """A native chart: lines over months, or bars with limits as dashed lines."""
    lying = (
        chart.form == "bar"
        and not chart.limits
        and max(len(short_month(category)) for category in chart.categories) > 12
    )
    main = pen.book.add_chart({"type": "line" if chart.form == "line" else "bar" if lying else "column"})
    for rank in range(len(chart.series)):
        main.add_series(_series(chart, spot, rank, _COLORS[rank % len(_COLORS)], line=chart.form == "line"))
    if chart.limits:
        lines = main if chart.form == "line" else pen.book.add_chart({"type": "line"})
        for rank in range(len(chart.limits)):
            place = len(chart.series) + rank
            lines.add_series(_series(chart, spot, place, _LIMITS[rank % len(_LIMITS)], line=True, dashed=True))
        if lines is not main:
            main.combine(lines)
    _set_look(main, chart, spot, lying=lying)
    return main


def _series(chart: Chart, spot: _Spot, place: int, color: str, *, line: bool, dashed: bool = False) -> dict[str, Any]:
    """Where a series stands, with its figures once more, for who draws without reading the cells."""
    series = [*chart.series, *chart.limits][place]
    figures = [_figure(series, rank, chart)[0] for rank in range(len(chart.categories))]
    drawn: dict[str, Any] = {
        "name": spot.cell(spot.header, 1 + place),
        "name_data": [workbook.clean(series.name)],
        "categories": spot.range(0),
        "categories_data": [workbook.clean(short_month(category)) for category in chart.categories],
        "values": spot.range(1 + place),
        "values_data": [None if figure is None else float(figure) for figure in figures],
    }
    if not line:
        return drawn | {"fill": {"color": color}, "gap": 60}
    drawn["line"] = {"color": color, "width": 1.75, **({"dash_type": "dash"} if dashed else {})}
    if not dashed:
        drawn["marker"] = {"type": "circle", "size": 6, "fill": {"color": color}, "border": {"color": color}}
    return drawn


def _title(chart: Chart) -> str:
    return f"{chart.title} (échelle logarithmique)" if _flattened(chart) else chart.title


def _set_look(main: Any, chart: Chart, spot: _Spot, *, lying: bool) -> None:
    """Title, axes and legend; a scale by powers of ten where one bar would flatten the others."""
    # that of the cell above the figures: a text of its own could be taken for a reference
    caption = {"name": spot.cell(spot.header - 1, 0), "data": [workbook.clean(_title(chart))]}
    main.set_title({**caption, "name_font": {"size": 12, "bold": True}, "overlay": False})
    main.set_size({"width": _WIDTH, "height": _HEIGHT})
    main.show_blanks_as("gap")
    values = {
        "num_format": {"share": "0\\ %", "euros": '#,##0\\ "€"'}.get(chart.kind, "#,##0"),
        "major_gridlines": {"visible": True, "line": {"color": "#D8DDE3", "width": 0.5}},
        **({"log_base": 10} if _flattened(chart) else {"min": 0}),
    }
    # of a lying bar, the axis of the values is the one below
    main.set_y_axis({"reverse": True} if lying else values)
    main.set_x_axis(values | {"label_position": "low"} if lying else {"label_position": "low"})
    main.set_legend({"none": True} if len(chart.series) + len(chart.limits) < 2 else {"position": "bottom"})


def _flattened(chart: Chart) -> bool:
    """Whether the bars of one series differ so much that only the longest would be seen."""
    if chart.form != "bar" or len(chart.series) != 1:
        return False
    known = sorted(value for value in chart.series[0].values if value)
    return len(known) > 1 and known[0] > 0 and known[-1] > _LOPSIDED * known[(len(known) - 1) // 2]
