"""The JSON of the years before 2026, byte for byte as it was: what 2026 added is nothing to them.

Left out are 2023 (SESAM-Vitale is neutralised) and the doctors with an assistant in 2024 and 2025, whose aid does not
depend on volet 1 any more. A digest changes only with a value, a sentence or a key of its year.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from a9.main import run

PRACTICES = Path(__file__).resolve().parents[2] / "fixtures" / "practices"
DIGESTS = {
    ("cabinet_2022", 2019): "7e4a9da7b2595363",
    ("cabinet_2022", 2020): "30e2a7bf34f9aec0",
    ("cabinet_2022", 2021): "6deaeaccccf769a7",
    ("cabinet_2022", 2022): "e00ef60ba9bf5141",
    ("incomplet_2022", 2019): "b7e406533cab6c12",
    ("incomplet_2022", 2020): "e48e7f6f2dab25fe",
    ("incomplet_2022", 2021): "3ef8729109c56442",
    ("incomplet_2022", 2022): "7d3c3c678fd80107",
    ("incomplet_2022", 2024): "dea590cbb6c196d1",
    ("incomplet_2022", 2025): "44c18f456c6bd917",
    ("quarante_medecins", 2019): "27a4975195682361",
    ("quarante_medecins", 2020): "28f19691bc745f49",
    ("quarante_medecins", 2021): "f7e636b66fc10f73",
    ("quarante_medecins", 2022): "5486330ce2e646fb",
    ("segur_2023", 2019): "15d05f32918b26e8",
    ("segur_2023", 2020): "08b205fcc3da5cd5",
    ("segur_2023", 2021): "f2195aa98f187457",
    ("segur_2023", 2022): "d8e336b75e53381e",
    ("segur_2023", 2024): "5a5cb2fad8a15bef",
    ("segur_2023", 2025): "3de921f04106d4ab",
    ("teleservices_2024", 2019): "a6d5b458ee0a544e",
    ("teleservices_2024", 2020): "cd8e527963ddb2f2",
    ("teleservices_2024", 2021): "561adf153aac3f59",
    ("teleservices_2024", 2022): "921a17a40a0c19ef",
    ("teleservices_2024", 2024): "a81d94e5c6fd49b3",
    ("teleservices_2024", 2025): "2f39c33e714d204f",
    ("teletransmission_2021", 2019): "be26b2039f02b9b3",
    ("teletransmission_2021", 2020): "2ac78bfc1fd5b719",
    ("teletransmission_2021", 2021): "69fe17162b77079a",
    ("teletransmission_2021", 2022): "ca9115446a3c5be3",
    ("teletransmission_2021", 2024): "37e7a1f276466036",
    ("teletransmission_2021", 2025): "c18508ea58119ac1",
}


@pytest.mark.parametrize(("name", "year"), DIGESTS)
def test_the_years_before_are_what_they_were(
    name: str, year: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PRACTICES.parents[1])
    (source,) = PRACTICES.glob(f"{name}.*")
    out = tmp_path / "r.json"
    asked = ["--year", str(year), "--what-if", "--as-of", "2026-11-22", "--quiet", "-o", str(out)]
    run(["forfait", "simulate", str(source.relative_to(PRACTICES.parents[1])), *asked])
    assert hashlib.sha256(out.read_bytes()).hexdigest()[:16] == DIGESTS[name, year]
