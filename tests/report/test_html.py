"""The page as a browser would read it, without one: its words, its order, its keys, and that nothing gets out."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from avenant9.model import Verdict
from avenant9.records import replace
from avenant9.report import html
from avenant9.report.document import Chart, Column, Document, Section, Series, Table
from report.pages import BY_MONTH, DOCUMENT, EUROS, FINDINGS, HOSTILE, SHARES, hostile

VOID = {"meta", "input", "br", "img", "link", "wbr"}
CSS = (files("avenant9.report") / "page_assets" / "page.css").read_text("utf-8")


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    def all(self, tag: str, **wanted: str) -> list[Node]:
        """Those under this one with that tag and those attributes (`_class`: one of its classes)."""
        found = []
        for child in self.children:
            if isinstance(child, Node):
                if child.tag == tag and child._fits(wanted):
                    found.append(child)
                found += child.all(tag, **wanted)
        return found

    def _fits(self, wanted: dict[str, str]) -> bool:
        return all(
            value in self.attributes.get("class", "").split()
            if name == "_class"
            else self.attributes.get(name.replace("_", "-")) == value
            for name, value in wanted.items()
        )

    @property
    def text(self) -> str:
        words = "".join(child if isinstance(child, str) else child.text for child in self.children)
        return "\n" if self.tag == "br" else words

    @property
    def said(self) -> str:
        return " ".join(self.text.replace("\u00a0", " ").split())


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, (self.open[-1].tag, tag)
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(document: Document) -> Node:
    reader = Reader()
    reader.feed(html.render(document))
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0]


def of(*tables: Table) -> Document:
    return Document("Titre", "Réponse.", (Section("Partie", tables=tables),))


def grid(node: Node) -> list[list[str]]:
    """The table as a person sees it, one list a row, the total last."""
    return [[cell.said for cell in (*row.all("th"), *row.all("td"))] for row in node.all("tr")]


def test_a_whole_page_says_everything_in_order() -> None:
    page = read(DOCUMENT)
    assert page.all("html")[0].attributes == {"lang": "fr"}
    assert [node.said for node in page.all("head")[0].all("title")] == ["Contrôle des actes"]
    (main,) = page.all("main")
    assert [child.tag for child in main.children if isinstance(child, Node)] == ["header", *["section"] * 4, "footer"]
    assert [node.said for node in page.all("h1")] == ["Contrôle des actes"]
    assert [node.said for node in main.all("h2")] == ["En bref", "Constats", "Activité à distance", "Lignes rejetées"]
    (answer,) = page.all("div", _class="answer")
    assert answer.said == "non conforme 4 anomalies, 1 269,56 € en jeu."
    assert answer.attributes["class"] == "answer violation"
    assert [(node.all("dt")[0].said, node.all("dd")[0].said) for node in page.all("dl")[0].all("div")] == [
        ("Actes", "6 296"),
        ("En jeu", "1 269,56 €"),
        ("Part", "non résolu"),
        ("Texte", "legifrance.gouv.fr"),
    ]
    assert main.all("section")[3].said == "Lignes rejetées Aucune ligne rejetée."
    assert page.all("footer")[0].said == "Règles à jour au 22/11/2026."


def test_the_verdict_is_not_said_twice() -> None:
    said = replace(DOCUMENT, answer="Verdict : non conforme, 4 anomalies.", says_verdict=True)
    answer = read(said).all("div", _class="answer")[0]
    assert answer.said == "Verdict : non conforme, 4 anomalies."


def test_the_contents_lead_to_the_sections() -> None:
    page = read(DOCUMENT)
    links = [(node.said, node.attributes["href"]) for node in page.all("nav")[0].all("a")]
    assert links == [(node.all("h2")[0].said, f"#{node.attributes['id']}") for node in page.all("section")]


def test_a_table_with_its_verdicts_explanations_and_total() -> None:
    (node,) = [table for table in read(DOCUMENT).all("table") if table.attributes.get("id") == "t1"]
    assert grid(node) == [
        ["Verdict", "Ligne", "Date de soins", "Code acte", "En jeu", "Part", "Mois", "Patient", "Constat"],
        [
            "non conforme",
            "9",
            "03/11/2022",
            "TE2",
            "20,00 €",
            "90,000 %",
            "novembre 2022",
            "P0007",
            "5e TE2, 4 au plus",
        ],
        ["Fenêtre : 2022. Compté : 5, au plus 4."],
        [
            "non conforme",
            "10",
            "02/01/2023",
            "APC",
            "1 234,56 €",
            "20,004 %",
            "janvier 2023",
            "P0010",
            "VG à tort",
        ],
        ["Texte : article 3"],
        [
            *("à examiner", "100", "28/02/2022", "G", "inconnu", "inconnu", "février 2022", "P0002"),
            "Même acte qu'une autre ligne",
        ],
        ["à examiner", "11", "inconnu", "VL", "5,00 €", "10,000 %", "décembre 2022", "P0100", "Date illisible"],
        ["Texte : article 14"],
        ["non conforme", "12", "31/12/2021", "TE1", "0,00 €", "0,000 %", "décembre 2021", "", "TE1 avant l'été"],
        ["a"],
        ["non conforme", "13", "01/06/2022", "VG", "10,00 €", "30,000 %", "juin 2022", "P0003", "VG + MD"],
        ["b"],
        ["Total", "", "", "", "1 269,56 €", "", "", "", ""],
    ]
    assert [body.attributes.get("class") for body in node.all("tbody")] == [
        *["violation"] * 2,
        *["review"] * 2,
        *["violation"] * 2,
    ]
    assert len(node.all("tfoot")) == 1
    assert all(body.all("span", _class="badge") for body in node.all("tbody"))


def test_what_a_column_sorts_by() -> None:
    (node,) = [table for table in read(DOCUMENT).all("table") if table.attributes.get("id") == "t1"]
    assert [head.attributes["data-sort"] for head in node.all("th")] == [
        *["text", "number", "text", "text", "number", "number", "text", "text", "text"]
    ]
    keys = [[cell.attributes.get("data-v") for cell in body.all("tr")[0].all("td")] for body in node.all("tbody")]
    assert keys[:4] == [
        [None, "9", "2022-11-03", None, "2000", "0.9", "2022-11-01", None, None],
        [None, "10", "2023-01-02", None, "123456", "0.20004", "2023-01-01", None, None],
        [None, "100", "2022-02-28", None, "", "", "2022-02-01", None, None],
        [None, "11", "", None, "500", "0.1", "2022-12-01", None, None],
    ]


def test_a_verdict_that_no_cell_says_is_written_all_the_same() -> None:
    table = Table((Column("Année"),), [("2022",), ("2023",)], verdicts=[Verdict.OK, None])
    assert grid(read(of(table)).all("table")[0])[1:] == [["conforme 2022"], ["2023"]]


def test_words_that_are_no_verdict_stand_in_its_column_as_they_are() -> None:
    rows = [(Verdict.REVIEW,), ("non lu",), (None,)]
    table = Table((Column("Verdict", "verdict"),), rows, verdicts=[Verdict.REVIEW, None, None])
    node = read(of(table)).all("table")[0]
    assert grid(node)[1:] == [["à examiner"], ["non lu"], [""]]
    assert [badge.said for badge in node.all("span", _class="badge")] == ["à examiner"]


def test_controls_stand_on_tables_that_need_them() -> None:
    rows = [("a",)] * 6
    page = read(of(Table((Column("A"),), rows[:5]), Table((Column("A"),), rows), Table((Column("A"),), rows[:1])))
    boxes = page.all("div", _class="table")
    assert [len(box.all("input")) for box in boxes] == [0, 1, 0]
    assert [len(box.all("th")[0].all("button")) for box in boxes] == [1, 1, 0]
    assert [len(box.all("select", _class="verdict")) for box in boxes] == [0, 0, 0]


def test_the_verdicts_to_choose_from() -> None:
    (choice,) = read(DOCUMENT).all("select", _class="verdict")
    assert [node.said for node in choice.all("option")] == ["tous", "non conforme (4)", "à examiner (2)"]


def test_a_crowded_table_keeps_what_can_wait_for_the_explanation() -> None:
    columns = (
        *(Column(name) for name in "abcdefgh"),
        Column("Feuille", "identifier", wide_only=True),
        Column("Adresse", "url", wide_only=True),
        Column("Règle", "identifier", explained=True),
        Column("Constat"),
    )
    row = (*"abcdefgh", "Actes", "https://exemple.fr/x", "frequence/te2-annuelle", "trop")
    said = Table(columns, [row], details=["Règle frequence/te2-annuelle."])
    assert grid(read(of(said)).all("table")[0]) == [
        [*"abcdefgh", "Constat"],
        [*"abcdefgh", "trop"],
        ["Règle frequence/te2-annuelle. Feuille : Actes · Adresse : exemple.fr"],
    ]
    short = replace(said, rows=[(*row[:10], "frequence", "trop")])
    assert grid(read(of(short)).all("table")[0])[0] == [*"abcdefgh", "Règle", "Constat"]
    unsaid = replace(said, columns=(*columns[:10], replace(columns[10], explained=False), columns[11]))
    assert grid(read(of(unsaid)).all("table")[0])[0] == [*"abcdefgh", "Règle", "Constat"]
    bare = replace(said, details=None)
    assert grid(read(of(bare)).all("table")[0])[0] == [column.heading for column in columns]


def test_what_the_explanation_does_not_say_stands_in_it_whatever_digits_it_holds() -> None:
    columns = (*(Column(name) for name in "abcdefghi"), Column("Quantité", "integer", wide_only=True))
    table = Table(columns, [(*"abcdefghi", 2)], details=["Fenêtre : 2022."])
    assert grid(read(of(table)).all("table")[0])[-1] == ["Fenêtre : 2022. Quantité : 2"]


def test_identifiers_and_hosts_end_a_line_between_their_pieces_alone() -> None:
    columns = (Column("Règle", "identifier"), Column("URL", "url"), Column("Mot"), Column("Nom", "identifier"))
    rule, host, long = "condition/coordination-medecin", "legal.essai.fr", "un-" + "x" * 23
    row = (rule, f"https://{host}/a", "au-delà de tout/rien", long)
    page = html.render(of(Table(columns, [row])))
    assert "condition/<wbr>coordination-<wbr>medecin</td>" in page
    assert ">legal.<wbr>essai.<wbr>fr</a>" in page
    assert '<td class="t whole">au-delà de tout/rien</td>' in page
    assert f'<td class="t">{long}</td>' in page


def test_a_large_table_says_what_it_leaves_out() -> None:
    table = Table((Column("Ligne", "integer"),), [(row,) for row in range(5_001)])
    page = read(of(table, replace(table, rows=table.rows[:5_000])))
    assert [len(node.all("tbody")) for node in page.all("table")] == [5_000, 5_000]
    assert [node.said for node in page.all("p", _class="note")] == [
        "Cette page montre les 5 000 premières lignes sur 5 001. Pour les avoir toutes, demandez le même résultat en "
        "csv (--format csv), qu'un tableur ouvre."
    ]


def test_many_tables_share_the_room_of_a_page() -> None:
    table = Table((Column("Ligne", "integer"),), [(row,) for row in range(5_000)])
    page = read(of(*[table] * 4))
    assert [len(node.all("tbody")) for node in page.all("table")] == [5_000, 5_000, 2_000, 100]


def test_a_curve_its_limit_and_its_figures() -> None:
    (figure,) = read(Document("T", "R", (Section("S", charts=(SHARES,)),))).all("figure")
    (svg,) = figure.all("svg")
    assert svg.attributes["role"] == "img"
    assert svg.attributes["aria-label"] == "Part de l'activité à distance"
    assert [node.said for node in figure.all("li")] == ["10001234567", "Plafond"]
    assert len(svg.all("g", _class="s0")) == len(svg.all("g", _class="limit")) == 3  # pygal draws in three layers
    assert [node.said for node in svg.all("circle")] == [
        "oct. 22 : 10 %",
        "déc. 22 : 30 %",
        "janv. 23 : 20,004 %",
    ]
    assert grid(figure.all("table")[0]) == [
        ["Mois", "10001234567", "Plafond"],
        ["octobre 2022", "10 %", "20 %"],
        ["novembre 2022", "inconnu", "20 %"],
        ["décembre 2022", "30 %", "20 %"],
        ["janvier 2023", "20,004 %", "20 %"],
    ]


def test_columns_by_month_have_the_colours_of_their_verdicts() -> None:
    (figure,) = read(Document("T", "R", (Section("S", charts=(BY_MONTH,)),))).all("figure")
    assert [node.said for node in figure.all("g", _class="v-violation")[0].all("title")] == [
        "oct. 22 : 1",
        "nov. 22 : 0",
        "déc. 22 : 3",
        "janv. 23 : 2",
    ]
    assert len(figure.all("g", _class="v-review")[0].all("rect")) == 3
    assert grid(figure.all("table")[0])[4] == ["janvier 2023", "2", "inconnu"]


def test_bars_are_a_table_whose_figures_can_be_read() -> None:
    (figure,) = read(Document("T", "R", (Section("S", charts=(EUROS,)),))).all("figure")
    assert grid(figure.all("table")[0]) == [
        ["Libellé", "Valeur"],
        ["frequence/te2-annuelle", "1 234,56 €"],
        ["tarif/conventionnel", "617,28 €"],
        ["donnees/doublon", "inconnu"],
    ]
    assert [node.attributes["style"] for node in figure.all("span", _class="bar")] == ["width:100.0%", "width:50.0%"]


def test_one_bar_never_flattens_the_others() -> None:
    chart = Chart("T", "bar", ("a", "b", "c"), (Series("x", (425250, 2000, 1000)),), "euros")
    (figure,) = read(Document("T", "R", (Section("S", charts=(chart,)),))).all("figure")
    assert [node.attributes for node in figure.all("span", _class="bar")] == [
        {"class": "bar s0 cut", "style": "width:100.0%"},
        {"class": "bar s0", "style": "width:66.7%"},
        {"class": "bar s0", "style": "width:33.3%"},
    ]
    assert figure.all("p", _class="note")[0].said.startswith("Une barre coupée")


def test_parts_of_a_whole_stand_end_to_end() -> None:
    series = (Series("acquis", (30, 10)), Series("perdus", (10, 0)))
    chart = Chart("T", "bar", ("2022", "2023"), series, "points", stacked=True)
    (figure,) = read(Document("T", "R", (Section("S", charts=(chart,)),))).all("figure")
    tracks = [[part.attributes["style"] for part in node.all("span")] for node in figure.all("span", _class="whole")]
    assert tracks == [["width:75.0%", "width:25.0%"], ["width:25.0%"]]
    assert grid(figure.all("table")[0])[1:] == [
        ["2022", "acquis : 30 · perdus : 10"],
        ["2023", "acquis : 10 · perdus : 0"],
    ]


def test_a_table_of_many_folds_under_a_line_each() -> None:
    columns = (Column("Cabinet"), Column("Points", "points"))
    rows = [(name, Decimal(rank)) for name in "abcd" for rank in (1, 2)]
    page = read(of(Table(columns, rows, fold=0)))
    folds = page.all("details", _class="fold")
    assert [fold.all("summary")[0].said for fold in folds] == [f"{name} (2 lignes)" for name in "abcd"]
    assert grid(folds[1].all("table")[0]) == [["Points"], ["1"], ["2"]]
    assert not read(of(Table(columns, rows[:6], fold=0))).all("details")


def test_one_of_many_sections_opens_under_its_line() -> None:
    sections = (Section("A", ("mots",)), Section("B", ("autres",), line="49 %"))
    page = read(Document("T", "R", sections))
    assert [node.said for node in page.all("nav")[0].all("a")] == ["A"]
    (fold,) = page.all("details", _class="fold")
    assert fold.all("summary")[0].said == "B 49 %"
    assert "autres" in fold.said


def test_bars_with_a_limit_and_below_zero() -> None:
    chart = Chart("T", "bar", ("a",), (Series("x", (-50,)),), "integer", (Series("Plafond", (100,)),))
    (figure,) = read(Document("T", "R", (Section("S", charts=(chart,)),))).all("figure")
    assert grid(figure.all("table")[0])[1:] == [["a", "x : -50 Plafond : 100"]]
    assert [node.attributes for node in figure.all("span", _class="bar")] == [
        {"class": "bar s0", "style": "width:50.0%"},
        {"class": "bar limit", "style": "width:100.0%"},
    ]


@pytest.mark.parametrize("values", [(), (None, None)], ids=["no value", "unknown values"])
def test_a_chart_of_nothing_is_not_drawn(values: tuple[None, ...]) -> None:
    chart = Chart("T", "line", (date(2022, 1, 1), date(2022, 2, 1))[: len(values)], (Series("x", values),), "share")
    assert read(Document("T", "R", (Section("S", ("Mots.",), charts=(chart,)),))).all("figure") == []


@pytest.mark.parametrize("value", [0, 1, -3, 10**9, Decimal("0.00001")])
def test_a_chart_of_any_one_value_is_drawn(value: int | Decimal) -> None:
    for form in ("line", "bar"):
        chart = Chart("T", form, (date(2022, 1, 1),), (Series("x", (value,)),), "number")
        assert read(Document("T", "R", (Section("S", charts=(chart,)),))).all("svg")


def test_the_smallest_document() -> None:
    page = read(Document("Titre", "Rien à dire.", ()))
    assert page.all("main")[0].said == "Titre Rien à dire."
    assert page.all("nav") == []


# --- nothing gets in, nothing gets out ------------------------------------------------------------------------


def test_hostile_text_stays_text() -> None:
    page = read(hostile())
    assert page.all("img") == []
    assert len(page.all("script")) == len(page.all("style")) == 1
    nodes = [node for tag in ("a", "td", "th", "p", "div", "span", "svg", "table") for node in page.all(tag)]
    assert not [name for node in nodes for name in node.attributes if name.startswith("on")]
    assert {node.attributes["href"].partition(":")[0] for node in page.all("a")} == {
        "https",
        *("#resultat", "#s1", "#s2"),
    }
    said = " ".join(HOSTILE.split())
    assert page.all("h1")[0].said == said
    (detail, *_) = page.all("tr", _class="detail")
    assert detail.said == said
    assert page.all("figcaption")[0].said == said


def test_what_cannot_be_seen_is_shown() -> None:
    name = "P\u202e7\x00\ud800"
    table = Table((Column(name),), [(name,)], details=[f"{name}\n{name}"])
    chart = Chart(name, "line", (name,), (Series(name, (1,)),), "integer")
    text = html.render(Document(name, name, (Section(name, charts=(chart,), tables=(table,)),)))
    assert not re.search("[\x00\u202e\ud800]", text)
    assert text.encode().decode() == text
    assert "P\\u202e7\\x00\\ud800" in text


def test_the_page_asks_for_nothing() -> None:
    page = read(DOCUMENT)
    assert not [node for tag in ("link", "img", "iframe", "base", "form", "object") for node in page.all(tag)]
    assert page.all("script")[0].attributes == {}
    assert not re.search(r"url\(|@import|fetch|XMLHttpRequest|WebSocket|\.src\b|innerHTML", CSS + script(page))
    addresses = {node.attributes["href"] for node in page.all("a") if not node.attributes["href"].startswith("#")}
    assert addresses == {"https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000044096458?a=1&b=2"}


def script(page: Node) -> str:
    return page.all("script")[0].text


def test_the_policy_allows_the_one_script_and_no_request() -> None:
    page = read(DOCUMENT)
    digest = b64encode(sha256(script(page).encode()).digest()).decode()
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    assert policy.attributes["content"].split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"script-src 'sha256-{digest}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_the_same_document_gives_the_same_page() -> None:
    first, second = html.render(DOCUMENT), html.render(DOCUMENT)
    assert first == second
    assert "pygal" not in first


# --- seen by everybody ----------------------------------------------------------------------------------------


def schemes() -> list[dict[str, str]]:
    """The colours of each `:root` of the style: light, dark, print."""
    found = re.findall(r":root \{([^}]*)\}", CSS)
    return [dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", block)) for block in found]


def luminance(colour: str) -> float:
    full = colour if len(colour) == 6 else "".join(c * 2 for c in colour)
    parts = [int(full[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


WORDS_ON = [
    *((ink, paper) for ink in ("ink", "quiet", "link") for paper in ("paper", "band")),
    *((verdict.value, f"{verdict.value}-back") for verdict in Verdict),
    *(("ink", f"{verdict.value}-back") for verdict in Verdict),
]
SHAPES = ["field", "s0", "s1", "s2", "s3", "s4", "limit", *(f"v-{verdict.value}" for verdict in Verdict)]


def test_there_are_three_schemes_with_the_same_colours() -> None:
    light, dark, paper = schemes()
    assert light.keys() == dark.keys() == paper.keys()


@pytest.mark.parametrize("scheme", schemes(), ids=["light", "dark", "print"])
def test_words_and_shapes_have_the_contrast_of_wcag_aa(scheme: dict[str, str]) -> None:
    words = {pair: contrast(scheme[pair[0]], scheme[pair[1]]) for pair in WORDS_ON}
    assert {pair: ratio for pair, ratio in words.items() if ratio < 4.5} == {}
    shapes = {name: contrast(scheme[name], scheme["paper"]) for name in SHAPES}
    assert {name: ratio for name, ratio in shapes.items() if ratio < 3} == {}


def test_findings_are_the_rows_of_the_document() -> None:
    """The sample itself: one verdict and one explanation a row, or the tests above test less than they say."""
    assert FINDINGS.verdicts is not None
    assert FINDINGS.details is not None
    assert len(FINDINGS.rows) == len(FINDINGS.verdicts) == len([*FINDINGS.details])
