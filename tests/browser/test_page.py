"""The page in a real browser, headless: it filters, sorts, opens, prints, and asks nothing of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from a9.main import run
from avenant9.report import html
from avenant9.report.document import Column, Document, Section, Table
from browser import chromium
from report.pages import DOCUMENT, hostile

WIDE, NARROW = (1366, 900), (390, 844)
SCREENS = [(390, 844), (800, 1000), (1280, 800), (1600, 900), (1920, 1080)]
FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
RESULTS = {
    "check": "check {fixtures}/annee_cabinet.xlsx --as-of 2024-02-15 --quiet",
    "threshold": "threshold show {fixtures}/annee_cabinet.xlsx {fixtures}/psychiatre_2022.xlsx --quiet",
    "measures": "measures simulate {fixtures}/annee_mesures.xlsx --quiet",
    "reconcile": "reconcile {fixtures}/encaissements/actes_2023.csv --year 2023 --snir 9000 --fec "
    "{fixtures}/encaissements/22_colonnes.txt --quiet",
    "rules": "rules list",
    "rule": "rules show cumul/te2-autre-acte",
    "code": "code TE2",
    "explain": "explain {fixtures}/annee_cabinet.xlsx --at Généraliste!507 --quiet",
    "forfait": "forfait simulate {fixtures}/practices/cabinet_2022.toml --what-if --quiet",
    "several": "forfait simulate {fixtures}/practices/quarante_medecins.xlsx --what-if --quiet",
}
#: What stands beyond the window, or has less room than its words: nothing should.
OUTSIDE = """() => {
  const wide = document.documentElement.clientWidth, out = [];
  for (const node of document.querySelectorAll("body *")) {
    const hidden = node.closest(".unseen, .skip, svg") ?? (innerWidth < 1280 ? node.closest("thead") : null);
    const box = node.getBoundingClientRect();
    if (hidden || !box.width) continue;
    const cut = node.clientWidth && node.scrollWidth > node.clientWidth + 1;
    if (cut || box.right > wide + 1 || box.left < -1) out.push(`${node.tagName} ${node.textContent}`);
  }
  return out;
}"""
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Shown:
    """A page in the browser, and all that it said or asked for."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complained: list[str] = field(default_factory=list)

    @property
    def box(self) -> Locator:
        return self.page.locator("div.table", has=self.page.locator("#t1"))

    def column(self, place: int) -> list[str]:
        """What a column shows, top to bottom, in the rows that are shown."""
        cells = self.page.locator(f"#t1 tbody:not([hidden]) > tr:first-child > td:nth-child({place})")
        return [" ".join(text.split()) for text in cells.all_inner_texts()]

    def count(self) -> str:
        return self.box.locator(".count").inner_text().replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[object]:
    """Opens a document as a file, in a browser without a network; it may ask for nothing and complain of nothing."""
    opened: list[Shown] = []

    def shown(page: Document | str, size: tuple[int, int] = WIDE, *, scripts: bool = True) -> Shown:
        file = tmp_path / "page.html"
        file.write_text(page if isinstance(page, str) else html.render(page), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, offline=True, java_script_enabled=scripts
        )
        context.set_default_timeout(10_000)
        here = Shown(context.new_page())
        opened.append(here)
        here.page.on("request", lambda request: here.asked.append(request.url))
        here.page.on("console", lambda message: here.complained.append(message.text))
        here.page.on("pageerror", lambda error: here.complained.append(str(error)))
        here.page.on("dialog", lambda dialog: here.complained.append(dialog.message))
        here.page.goto(file.as_uri())
        return here

    yield shown
    for here in opened:
        assert here.complained == []
        assert here.asked == [(tmp_path / "page.html").as_uri()]
        here.page.context.close()


def test_a_filter(show) -> None:
    here = show(DOCUMENT)
    words = here.box.get_by_label("Filtrer", exact=True)
    assert here.count() == "6 lignes"
    words.fill("ete te1")  # without accents, in any order, in any cell
    assert here.column(2) == ["12"]
    assert here.count() == "1 sur 6 lignes ; le total reste celui de toutes les lignes"
    words.fill("article 14")  # in what is folded
    assert here.column(2) == ["11"]
    words.fill("nothing of the kind")
    assert here.column(2) == []
    assert here.box.locator("tfoot td").first.inner_text() == "Total"
    here.box.get_by_role("button", name="Effacer les filtres").click()
    assert here.count() == "6 lignes"
    here.box.locator("select.verdict").select_option("review")
    assert here.column(2) == ["100", "11"]
    words.fill("autre ligne")
    assert here.column(2) == ["100"]


@pytest.mark.parametrize(
    ("heading", "up", "down"),
    [
        ("Ligne", [9, 10, 11, 12, 13, 100], [100, 13, 12, 11, 10, 9]),
        ("Date de soins", [12, 100, 13, 9, 10, 11], [10, 9, 13, 100, 12, 11]),  # 11 has none: last, either way
        ("En jeu", [12, 11, 13, 9, 10, 100], [10, 9, 13, 11, 12, 100]),
        ("Part", [12, 11, 10, 13, 9, 100], [9, 13, 10, 11, 12, 100]),
        ("Mois", [12, 100, 13, 9, 11, 10], [10, 11, 9, 13, 100, 12]),
        ("Patient", [100, 13, 9, 10, 11, 12], [11, 10, 9, 13, 100, 12]),
    ],
)
def test_a_sort(show, heading: str, up: list[int], down: list[int]) -> None:
    here = show(DOCUMENT)
    button = here.box.get_by_role("button", name=heading, exact=True)
    head = button.locator("xpath=..")
    assert head.get_attribute("aria-sort") is None
    button.click()
    assert [int(row) for row in here.column(2)] == up
    assert head.get_attribute("aria-sort") == "ascending"
    button.click()
    assert [int(row) for row in here.column(2)] == down
    assert head.get_attribute("aria-sort") == "descending"
    assert here.box.locator("th[aria-sort]").count() == 1
    assert here.page.locator("#t1 > :last-child").evaluate("node => node.tagName") == "TFOOT"


def test_each_row_opens_its_explanation(show) -> None:
    here = show(DOCUMENT)
    detail = here.page.get_by_text("Texte : article 3")
    toggle = here.box.locator("tbody").nth(1).get_by_role("button", name="Explication")
    assert not detail.is_visible()
    toggle.click()
    assert detail.is_visible()
    assert toggle.get_attribute("aria-expanded") == "true"
    here.box.locator("tbody").nth(1).locator("td").nth(4).click()  # anywhere on the row
    assert not detail.is_visible()
    assert here.box.locator("tbody").nth(2).get_by_role("button").count() == 0  # nothing to open
    every = here.box.get_by_role("button", name="Tout déplier")
    every.click()
    assert here.box.locator("tr.detail:visible").count() == 5
    here.box.get_by_role("button", name="Tout replier").click()
    assert here.box.locator("tr.detail:visible").count() == 0


def test_the_keyboard_is_enough(show) -> None:
    here = show(DOCUMENT)
    press = here.page.keyboard.press
    here.box.get_by_label("Filtrer", exact=True).focus()
    press("Tab")  # verdict
    press("Tab")  # unfold all
    press("Enter")
    assert here.box.locator("tr.detail:visible").count() == 5
    for _ in range(3):  # the table itself, which scrolls; the first heading; the second
        press("Tab")
    press("Space")
    assert here.column(2) == ["9", "10", "11", "12", "13", "100"]
    assert here.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_on_a_phone_rows_are_cards(show) -> None:
    here = show(DOCUMENT, NARROW)
    assert here.page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    label = here.page.locator("#t1 tbody td").nth(1).evaluate("node => getComputedStyle(node, '::before').content")
    assert label.replace("\u00a0", " ") == '"Ligne : "'
    here.box.get_by_label("Trier par").select_option("En jeu, décroissant")
    assert here.column(2)[0] == "10"
    here.box.get_by_label("Trier par").select_option("ordre du résultat")
    assert here.column(2) == ["9", "10", "100", "11", "12", "13"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The page of each command of `RESULTS`, on the files of a practice."""
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for name, words in RESULTS.items():
        command = [word.format(fixtures=FIXTURES) for word in words.split()]  # the folder may hold spaces
        code = run([*command, "-o", str(folder / f"{name}.html")])
        assert code in {0, 1, 3}  # 3: of forty practices one is refused
        made[name] = (folder / f"{name}.html").read_text("utf-8")
    return made


@pytest.mark.parametrize("size", SCREENS, ids=[str(wide) for wide, _ in SCREENS])
@pytest.mark.parametrize("name", RESULTS)
def test_nothing_is_wider_than_its_page(show, pages, name: str, size: tuple[int, int]) -> None:
    here = show(pages[name], size)
    assert here.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert here.page.evaluate(OUTSIDE) == []


def test_forty_practices_are_a_line_each_which_the_keyboard_opens(show, pages) -> None:
    here = show(pages["several"], (1280, 800))
    assert here.page.evaluate("document.documentElement.scrollHeight") < 10_000
    fold = here.page.locator("details.fold").first
    assert not fold.locator("table").is_visible()
    fold.locator("summary").focus()
    here.page.keyboard.press("Enter")
    assert fold.locator("table").is_visible()
    here.page.emulate_media(media="print")
    assert here.page.locator("details.fold table:visible").count() == 1
    assert here.page.locator("details.fold > summary:visible").count() > 40


def test_the_sentence_of_a_finding_stands_beside_its_verdict(show, pages) -> None:
    here = show(pages["check"], (1280, 800))
    table = here.page.locator("table.data", has=here.page.get_by_role("button", name="Date de soins")).first
    assert [" ".join(text.split()) for text in table.locator("th").all_inner_texts()[:2]] == ["Verdict", "Constat"]
    row = table.locator("tbody").first
    assert row.locator("tr").first.locator("td").nth(1).evaluate("node => node.clientHeight") < 120


def test_on_paper_no_chart_is_cut_in_two(show, pages) -> None:
    here = show(pages["check"])
    here.page.emulate_media(media="print")
    charts = here.page.locator("figure")
    assert charts.evaluate_all("all => all.map(one => getComputedStyle(one).breakInside)") == ["avoid"] * 4
    titles = charts.locator("figcaption")
    assert titles.evaluate_all("all => all.map(one => getComputedStyle(one).breakAfter)") == ["avoid"] * 4


def test_on_paper_stands_what_the_reader_opened(show) -> None:
    here = show(DOCUMENT)
    here.box.locator("tbody").nth(1).get_by_role("button", name="Explication").click()
    here.page.emulate_media(media="print")
    assert here.page.locator("tr.detail:visible").all_inner_texts() == ["Texte\u00a0: article 3"]
    assert here.page.locator("input:visible, select:visible, nav:visible").count() == 0
    assert here.page.pdf().startswith(b"%PDF")


def test_without_scripts_the_page_reads_whole(show) -> None:
    here = show(DOCUMENT, scripts=False)
    assert here.page.locator("tr.detail:visible").count() == 5
    assert here.page.locator("input:visible").count() == 0


def test_hostile_text_runs_nowhere(show) -> None:
    here = show(hostile())
    for button in here.page.locator("#t1 th button, #t1 .toggle").all():
        button.click()
    here.box.get_by_label("Filtrer", exact=True).fill("onerror=")
    assert here.count().startswith("6 lignes")
    assert here.page.evaluate("window.hacked") is None
    assert here.page.locator("img").count() == 0


def test_five_thousand_rows_filter_at_once(show) -> None:
    rows = [(number, f"P{number:04d}", number * 100, "Un constat de plus.") for number in range(5_000)]
    columns = (
        Column("Ligne", "integer"),
        Column("Patient", "identifier"),
        Column("En jeu", "euros"),
        Column("Constat"),
    )
    table = Table(columns, rows, details=["Une explication."] * len(rows))
    here = show(Document("Titre", "Réponse.", (Section("Partie", tables=(table,)),)))
    here.box.get_by_label("Filtrer", exact=True).fill("P0421")
    expect(here.page.locator("#t1 tbody:not([hidden])")).to_have_count(1, timeout=10_000)
    assert here.count() == "1 sur 5 000 lignes"
    assert here.column(1) == ["421"]
