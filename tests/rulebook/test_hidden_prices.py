"""What a grouping code of the paper claim costs, where nobody knows which act it hides."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from avenant9 import Options, check, load_acts, load_rulebook
from avenant9.law.nomenclature import NoPrice, Price, Prices

DAY = date(2022, 5, 10)
DEARER = """
kind = "act"
code = "CSO"
label = "Consultation plus chère"
nature = "consultation-complexe"
[[tariff]]
from = 2022-01-01
until = "open"
amount = 50
source = { title = "Une convention", url = "https://exemple.fr", confidence = "high" }
checked_on = 2026-11-22
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nomenclature").mkdir()
    (tmp_path / "nomenclature" / "CSO.toml").write_text(DEARER, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("code", "cents"), [("CCX", 4600), ("CCE", 6000), ("MTX", 3000)])
def test_acts_of_one_price(code: str, cents: int) -> None:
    price = Prices(load_rulebook().acts).of(code, DAY, None, None)
    assert isinstance(price, Price)
    assert (price.cents, price.at_most) == (cents, False)


@pytest.mark.parametrize(("code", "day"), [("MCX", DAY), ("CCX", date(2021, 12, 31))])
def test_acts_that_nobody_lists_or_prices(code: str, day: date) -> None:
    assert Prices(load_rulebook().acts).of(code, day, None, None) == NoPrice("original_code")


def test_of_several_prices_only_what_exceeds_the_dearest_is_over(folder: Path) -> None:
    rulebook = load_rulebook(folder)
    rows = [f"10/05/2022;CCX;A;P{euros};{euros},00;0" for euros in (40, 46, 50, 53)]
    text = "\n".join(["date;code;practitioner;patient;amount;overcharge", *rows])
    acts = load_acts(["-"], rulebook.nomenclature, stdin=io.BytesIO(text.encode()))
    report = check(acts, rulebook, Options(as_of=date(2026, 11, 22), only=("tarif/conventionnel",)))
    assert report.findings.select("row", "verdict", "at_stake").rows() == [(5, "violation", 300)]
    assert [(entry.acts, entry.missing) for entry in report.unverifiable] == [(3, ("original_code",))]
