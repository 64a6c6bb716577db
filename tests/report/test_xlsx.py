"""A document as a workbook: what its cells are, and that nothing in it computes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from avenant9.model import Verdict
from avenant9.report import workbook, xlsx
from avenant9.report.document import Chart, Column, Document, Fact, Kind, Section, Series, Table, Value

NBSP = "\u00a0"
MONEY = Column("En jeu", "euros")
RULES = Table(
    (Column("Règle", "identifier"), Column("Constats", "integer"), MONEY),
    [("frequence/te2-annuelle", 2, 125456), ("tarif/opposable", 1, None)],
    title="Par règle",
    total=("Total", 3, None),
    note="Une note.",
)
ACTS = Table(
    (
        Column("Verdict", "verdict"),
        Column("N° facture", "identifier"),
        Column("Date de soins", "date"),
        Column("Part", "share"),
        Column("Mois", "month"),
        Column("Heures", "hours"),
        Column("Message"),
        Column("Lien", "url"),
    ),
    [
        (
            Verdict.VIOLATION,
            "000123",
            date(2022, 11, 3),
            Decimal("0.200040"),
            date(2022, 11, 1),
            Decimal("7.5"),
            "un",
            "https://a.fr/",
        ),
        ("à examiner", None, None, None, None, None, None, None),
    ],
    verdicts=[Verdict.VIOLATION, None],
    sheet="Actes",
)
CURVE = Chart(
    "Part à distance",
    "line",
    (date(2022, 1, 1), date(2022, 2, 1)),
    (Series("Part", (Decimal("0.1"), None)),),
    "share",
    (Series("Plafond", (Decimal("0.2"), Decimal("0.2"))),),
)
BARS = Chart("Euros", "bar", ("frequence/te2-annuelle", "tarif/opposable"), (Series("En jeu", (5000, 100)),), "euros")


def document(*sections: Section, **changes: Any) -> Document:
    fields: dict[str, Any] = {"verdict": Verdict.VIOLATION, "footer": ("Règles au 22/11/2026.",), **changes}
    return Document("Contrôle", "Verdict : non conforme.", sections, **fields)


def opened(shown: Document) -> Workbook:
    return load_workbook(io.BytesIO(xlsx.render(shown)))


def grid(sheet: Worksheet) -> list[list[Any]]:
    """The rows that hold something, without the empty cells."""
    rows = ([cell.value for cell in row if cell.value not in {None, ""}] for row in sheet.iter_rows())
    return [row for row in rows if row]


def sole(value: Value, kind: Kind) -> Any:
    """The cell of a table of one value, alone on its sheet."""
    table = Table((Column("Titre", kind),), [(value,)], sheet="Table")
    return opened(document(Section("S", tables=(table,))))["Table"]["A2"]


def test_every_cell_of_a_small_workbook() -> None:
    book = opened(
        document(
            Section(
                "En bref",
                ("Des mots.",),
                (Fact("Actes", 1234, "integer"), Fact("En jeu", None, "euros")),
                tables=(RULES,),
            ),
            Section("Constats", tables=(ACTS,)),
            Section("Seuil", ("Au plus.",), charts=(CURVE,), sheet="Activité"),
        )
    )
    assert {sheet.title: grid(sheet) for sheet in book.worksheets} == {
        "Synthèse": [
            ["Contrôle"],
            ["Verdict : non conforme."],
            ["En bref"],
            ["Des mots."],
            ["Actes", 1234],
            ["En jeu", "?"],
            ["Par règle"],
            ["Règle", "Constats", "En jeu"],
            ["frequence/te2-annuelle", 2, 1254.56],
            ["tarif/opposable", 1, "?"],
            ["Total", 3],
            ["Une note."],
            ["Feuilles du classeur"],
            ["Actes"],
            ["Activité"],
            ["Graphiques"],
            ["Règles au 22/11/2026."],
        ],
        "Actes": [
            ["Verdict", "N° facture", "Date de soins", "Part", "Mois", "Heures", "Message", "Lien"],
            [
                "non conforme",
                "000123",
                datetime(2022, 11, 3),
                0.20004,
                datetime(2022, 11, 1),
                7.5,
                "un",
                "https://a.fr/",
            ],
            ["à examiner", "?", "?"],
        ],
        "Activité": [["Seuil"], ["Au plus."]],
        "Graphiques": [
            ["Part à distance"],
            ["Part", "Plafond"],
            ["janv. 22", 0.1, 0.2],
            ["févr. 22", 0.2],
        ],
    }


@pytest.mark.parametrize(
    ("value", "kind", "format_"),
    [
        (123456, "euros", '#,##0.00\\ "€"'),
        (-5, "euros", '#,##0.00\\ "€"'),
        (12, "integer", "#,##0"),
        (Decimal("7.50"), "hours", "#,##0.0"),
        (Decimal("407"), "points", "#,##0"),
        (Decimal("0.2"), "share", "0.00\\ %"),
        (Decimal("0.4908"), "share", "0.00\\ %"),
        (Decimal("0.20004"), "share", "0.0000\\ %"),  # never shown as 20 %
        (date(2022, 4, 1), "date", "dd/mm/yyyy"),
        (date(2022, 9, 1), "month", "[$-40C]mmmm\\ yyyy"),
        ("0012", "identifier", "@"),
        (3183, "identifier", "0"),  # a row, a year: nothing between thousands
    ],
)
def test_numbers_and_dates_are_such(value: Value, kind: Kind, format_: str) -> None:
    cell = sole(value, kind)
    assert (cell.number_format, cell.data_type) == (
        format_,
        "s" if value == "0012" else "d" if kind in {"date", "month"} else "n",
    )


@pytest.mark.parametrize("kind", ["euros", "integer", "share", "points", "hours", "number"])
def test_what_is_unknown_is_no_zero(kind: Kind) -> None:
    assert sole(None, kind).value == "?"


@pytest.mark.parametrize("words", ["=1+1", "+1", "-12,50", "@SUM(A1)", " =cmd|' /C calc'!A0", "\t=1", "＝1+1"])
def test_nothing_is_ever_a_formula(words: str) -> None:
    table = Table(
        (Column(words), Column(words, "identifier"), Column(words, "url")), [(words,) * 3], total=(words,) * 3
    )
    chart = Chart(words, "bar", (words,), (Series(words, (1,)),), "integer")
    shown = Document(
        words,
        words,
        (
            Section(words, (words,), (Fact(words, words),), (chart,), (table,)),
            Section(words, tables=(table,), sheet=words),
        ),
        footer=(words,),
    )
    book = opened(shown)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    held = [cell for cell in cells if cell.value == words]
    assert len(held) >= 20
    assert {cell.data_type for cell in held} == {"s"}
    assert all(cell.quotePrefix for cell in held)
    assert not any(cell.data_type == "f" for cell in cells)
    with zipfile.ZipFile(io.BytesIO(xlsx.render(shown))) as package:
        assert not any(b"<f>" in package.read(name) for name in package.namelist() if "worksheets" in name)


def test_what_xml_or_excel_refuses_is_left_out() -> None:
    cell = sole("a\x00b\x0bc\ud800d\r\ne\ufffe" + "x" * 40_000, "text")
    assert cell.value.startswith("abcd\nexxx")
    assert len(cell.value) == 32_767


@pytest.mark.parametrize("words", ["<r><t>x</t></r>", "&amp;", "a\tb", " a "])
def test_text_is_what_it_was(words: str) -> None:
    assert sole(words, "text").value.rstrip() == words.rstrip()


def test_what_excel_counts_twice_is_cut_too() -> None:
    assert sole("\U0001f9fe" * 20_000, "text").value == "\U0001f9fe" * 16_383


def test_long_words_take_several_lines_and_no_cell_is_merged() -> None:
    book = opened(document(Section("S", ("mot " * 60,), (Fact("Fait", "dit " * 60),), tables=(RULES,))))
    assert not any(sheet.merged_cells.ranges for sheet in book.worksheets)
    words = " ".join(str(value) for row in grid(book["Synthèse"]) for value in row)
    assert ("mot " * 60 + "Fait " + "dit " * 60) in words


def test_names_of_sheets_are_admitted_and_unique() -> None:
    wanted = ["Anomalies: [2022]/*?\\", "anomalies   2022", "", "'", "Historique", "x" * 40, "x" * 40, "Synthèse"]
    taken = ["Synthèse"]
    for name in wanted:
        taken.append(workbook.sheet_name(name, taken))
    assert all(0 < len(name) <= 31 for name in taken)
    assert len({name.casefold() for name in taken}) == len(taken)
    assert taken[3:6] == ["Feuille", "Feuille (2)", "Historique a9"]
    assert taken[6:] == ["x" * 31, "x" * 27 + " (2)", "Synthèse (2)"]
    assert not any(set(name) & set("[]:*?/\\") for name in taken)


def test_a_table_on_its_sheet_is_ready_to_work_with() -> None:
    sheet = opened(document(Section("Constats", tables=(ACTS,))))["Actes"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:H3"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet["A2"].fill.fgColor.rgb.endswith(workbook.COLORS[Verdict.VIOLATION][0])
    assert sheet["A3"].fill.fill_type is None
    assert sheet["H2"].hyperlink.target == "https://a.fr/"
    assert all(9 <= sheet.column_dimensions[letter].width <= 44 for letter in "ABCDEFGH")


def test_a_filter_leaves_the_total_out() -> None:
    table = Table(RULES.columns, RULES.rows, total=RULES.total, sheet="T")
    sheet = opened(document(Section("S", tables=(table,))))["T"]
    assert sheet.auto_filter.ref == "A1:C3"
    assert (sheet["A4"].value, sheet["A4"].font.bold, sheet["C4"].value) == ("Total", True, None)


def test_words_above_a_lone_table_stay_in_sight_with_its_header() -> None:
    table = Table((MONEY,), [(1,)])
    sheet = opened(document(Section("Hors délai", ("Trop tard.",), tables=(table,), sheet="Tard")))["Tard"]
    assert grid(sheet) == [["Hors délai"], ["Trop tard."], ["En jeu"], [0.01]]
    header = int(str(sheet.freeze_panes)[1:]) - 1
    assert sheet.cell(header, 1).value == "En jeu"
    assert sheet.auto_filter.ref == f"A{header}:A{header + 1}"
    assert sheet.print_title_rows == f"${header}:${header}"


def test_the_answer_has_the_colour_of_the_verdict() -> None:
    answer = opened(document())["Synthèse"]["A2"]
    assert answer.value == "Verdict : non conforme."
    assert answer.fill.fgColor.rgb.endswith("FBDFDC")
    assert answer.font.bold


def test_other_sheets_are_a_click_away() -> None:
    sheet = opened(document(Section("Constats", tables=(ACTS,))))["Synthèse"]
    linked = [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink is not None]
    assert [(cell.value, cell.hyperlink.location) for cell in linked] == [("Actes", "'Actes'!A1")]


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("pair", [*workbook.COLORS.values(), (workbook.HEAD, "FFFFFF"), ("FFFFFF", workbook.GREY)])
def test_colours_can_be_read(pair: tuple[str, str]) -> None:
    dark, light = sorted(map(luminance, pair))
    assert (light + 0.05) / (dark + 0.05) >= 6


def parts_of(shown: Document, folder: str) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(xlsx.render(shown))) as package:
        return {name: package.read(name).decode() for name in package.namelist() if name.startswith(folder)}


def test_a_curve_is_a_native_chart_with_a_dashed_limit() -> None:
    shown = document(Section("Seuil", charts=(CURVE,), sheet="Activité"))
    (chart,) = parts_of(shown, "xl/charts/").values()
    assert chart.count("<c:lineChart>") == 1
    assert chart.count("<c:ser>") == 2
    assert chart.count('<a:prstDash val="dash"') == 1
    references = re.findall("<c:f>(.*?)</c:f>", chart)
    assert references == [
        f"Graphiques!{place}"
        for place in ("$A$1", "$B$2", "$A$3:$A$4", "$B$3:$B$4", "$C$2", "$A$3:$A$4", "$C$3:$C$4")
    ]
    assert re.findall("<c:v>(.*?)</c:v>", chart) == [
        *("Part à distance", "Part", "janv. 22", "févr. 22", "0.1"),
        *("Plafond", "janv. 22", "févr. 22", "0.2", "0.2"),
    ]
    assert '<c:dispBlanksAs val="gap"' in chart or "dispBlanksAs" not in chart  # gaps are the default
    book = opened(shown)
    assert [len(sheet._charts) for sheet in book.worksheets] == [0, 1]


def test_charts_stand_on_one_sheet_each_beside_its_own_figures() -> None:
    shown = document(Section("A", charts=(CURVE, BARS)), Section("B", charts=(BARS,), sheet="B"))
    charts = list(parts_of(shown, "xl/charts/").values())
    book = opened(shown)
    assert book.sheetnames == ["Synthèse", "Graphiques"]
    data = book["Graphiques"]
    headers = [row for row in range(1, data.max_row) if data.cell(row, 2).fill.fill_type]
    assert [data.cell(row, 2).value for row in headers] == ["Part", "En jeu", "En jeu"]
    for chart, row in zip(charts, headers, strict=True):
        assert f"$B${row + 1}:$B${row + 2}" in chart
    assert [chart.anchor._from.row + 1 for chart in data._charts] == headers
    assert "<c:barChart>" in charts[1]


@pytest.mark.parametrize(("euros", "scale"), [((400_000, 2_000, 1_000), True), ((4_000, 2_000, 1_000), False)])
def test_one_bar_never_flattens_the_others(euros: tuple[int, ...], scale: bool) -> None:
    chart = Chart("C", "bar", ("a", "b", "c"), (Series("s", euros),), "euros")
    shown = document(Section("A", charts=(chart,)))
    (part,) = parts_of(shown, "xl/charts/").values()
    assert ("<c:logBase" in part) is scale
    title = opened(shown)["Graphiques"]["A1"].value
    assert title == ("C (échelle logarithmique)" if scale else "C")


def test_bars_beside_a_limit() -> None:
    chart = Chart("C", "bar", ("a",), (Series("s", (1,)),), "integer", (Series("au plus", (2,)),))
    (part,) = parts_of(document(Section("A", charts=(chart,))), "xl/charts/").values()
    assert ("<c:barChart>" in part, "<c:lineChart>" in part) == (True, True)


def test_an_empty_chart_is_left_out() -> None:
    chart = Chart("C", "bar", (), (Series("s", ()),), "integer")
    assert parts_of(document(Section("A", charts=(chart,))), "xl/charts/") == {}


def test_an_empty_table_says_so_or_nothing() -> None:
    silent, said = Table((MONEY,), [], sheet="Rien"), Table((MONEY,), [], empty="Aucun constat.", sheet="Dit")
    book = opened(document(Section("S", tables=(silent, said))))
    assert book.sheetnames == ["Synthèse", "Dit"]
    assert grid(book["Dit"]) == [["Aucun constat."]]


def test_more_rows_than_the_grid_go_on_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 8)
    table = Table((Column("N", "integer"),), [(number,) for number in range(12)], total=(66,), sheet="Longue")
    book = opened(document(Section("S", tables=(table,))))
    assert {sheet.title: grid(sheet) for sheet in book.worksheets[1:]} == {
        "Longue": [["N"], *[[number] for number in range(5)], ["Suite sur la feuille « Longue (2) »."]],
        "Longue (2)": [["N"], *[[number] for number in range(5, 10)], ["Suite sur la feuille « Longue (3) »."]],
        "Longue (3)": [["N"], [10], [11], [66]],
    }
    assert all(sheet.max_row <= 8 for sheet in book.worksheets[1:])
    assert ["Feuille « Longue » : plus de lignes qu'une feuille n'en tient ; suite sur « Longue (2) »."] in grid(
        book["Synthèse"]
    )


def test_rows_are_as_tall_as_their_words() -> None:
    table = Table((Column("Message"),), [("mot " * 60,), ("mot",)], sheet="T")
    sheet = opened(document(Section("S", tables=(table,))))["T"]
    assert sheet.row_dimensions[2].height > 60
    assert sheet.row_dimensions[3].height is None


def test_the_same_result_is_the_same_file_and_names_nobody() -> None:
    shown = document(Section("Constats", tables=(ACTS,), charts=(CURVE,)))
    assert xlsx.render(shown) == xlsx.render(shown)
    properties = parts_of(shown, "docProps/core.xml")["docProps/core.xml"]
    assert re.findall(">([^<\n]+)<", properties) == [
        "Contrôle",
        "a9",
        "a9",
        "2022-01-01T00:00:00Z",
        "2022-01-01T00:00:00Z",
    ]
