"""Rows of a text with more or fewer cells than headings: rejected, unless the whole file is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from avenant9 import load_acts, load_rulebook

HEADINGS = "Date de soins;Code acte;Patient;Montant;Note"


@pytest.mark.parametrize(
    ("rows", "rejected", "said"),
    [
        (["1/2/2023;G;P1;25,00;vu", "2/2/2023;G;P1;25,00;vu;"], ["3 plus (6 pour 5)"], ""),
        (["1/2/2023;G;P1;25,00;vu", "2/2/2023;G;P1;25,00;vu;x"], ["3 plus (6 pour 5)"], ""),
        # every row ends with the same empty surplus
        (["1/2/2023;G;P1;25,00;vu;;", "2/2/2023;G;P1;25,00;;;"], [], "chaque ligne finit par plus de cellules"),
        (["1/2/2023;G;P1;25,00;vu;", "2/2/2023;G;P1;25,00;vu;x"], ["2 plus (6 pour 5)", "3 plus (6 pour 5)"], ""),
        (["1/2/2023;G;P1;25,00;vu;", "2/2/2023;G;P1;25,00;vu;;"], ["2 plus (6 pour 5)", "3 plus (7 pour 5)"], ""),
        # one of them is shifted: no sum is read in its place
        (["1/2/2023;G;P1;25,00;;", "2/2/2023;G;P1;x;25,00;"], ["3 plus (6 pour 5)"], "chaque ligne finit"),
        # rows leave out their trailing empty cells
        (["1/2/2023;G;P1;25,00", "2/2/2023;G;P1;25,00;vu"], [], "1 ligne finit avant la dernière colonne"),
        (["1/2/2023;G;P1", "2/2/2023;G;P1;25,00"], [], "2 lignes finissent avant la dernière"),
        (["1/2/2023;G;P1;25,00", "2/2/2023;G;P1;25,00;"], ["2 moins (4 pour 5)"], ""),
        # a cell is missing in the middle
        (["1/2/2023;G;25,00;vu", "2/2/2023;G;P1;25,00;vu"], ["2 moins (4 pour 5)"], ""),
        (["1/2/2023;G;P1;25,00;vu", "", "2/2/2023;G;P1;25,00;vu"], [], ""),
    ],
)
def test_rows_of_another_width(tmp_path: Path, rows: list[str], rejected: list[str], said: str) -> None:
    file = tmp_path / "actes.csv"
    file.write_text("\n".join([HEADINGS, *rows, ""]), encoding="utf-8")
    acts = load_acts([str(file)], load_rulebook().nomenclature)
    reasons = [f"{one.where.row} {one.reason.replace(' de cellules que de titres', '')}" for one in acts.rejected]
    assert reasons == rejected
    notices = " ".join(map(str, acts.notices)).replace("\xa0", " ")
    assert said in notices
    assert bool(said) == ("ligne fini" in notices or "lignes fini" in notices)


def test_between_commas_no_file_is_so(tmp_path: Path) -> None:
    """25,90 is two cells there."""
    file = tmp_path / "actes.csv"
    file.write_text(
        "Date de soins,Code acte,Patient,Montant\n1/2/2023,G,P1,25,90\n2/2/2023,G,P1,25,\n", encoding="utf-8"
    )
    acts = load_acts([str(file)], load_rulebook().nomenclature)
    assert [one.where.row for one in acts.rejected] == [2, 3]
