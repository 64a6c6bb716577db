"""The codes of one cell, as users type them; with the shipped nomenclature."""

from __future__ import annotations

import pytest

from avenant9.acts.codes import Coded, parse_codes
from avenant9.rulebook.load import load_rulebook

NOMENCLATURE = load_rulebook().nomenclature


@pytest.mark.parametrize(
    ("cell", "acts"),
    [
        ("G", [Coded("G")]),
        ("te2", [Coded("TE2")]),
        ("G+MCG", [Coded("G"), Coded("MCG")]),
        ("G MCG", [Coded("G"), Coded("MCG")]),
        ("G, MCG", [Coded("G"), Coded("MCG")]),
        ("G/MCG", [Coded("G"), Coded("MCG")]),
        ("G\nMCG", [Coded("G"), Coded("MCG")]),
        ("2 TE2", [Coded("TE2", 2)]),
        ("2TE2", [Coded("TE2", 2)]),
        ("2 x TE2", [Coded("TE2", 2)]),
        ("TE2x3", [Coded("TE2", 3)]),
        ("TE2 x 3", [Coded("TE2", 3)]),
        ("TE2 3", [Coded("TE2", 3)]),
        ("G+2 TE2", [Coded("G"), Coded("TE2", 2)]),
        ("2 CNPSY", [Coded("CNPSY", 1, 2000)]),
        ("1,5 CNP", [Coded("CNPSY", 1, 1500)]),
        ("K12", [Coded("K", 1, 12000)]),
        ("U03", [Coded("U03")]),
        ("1194", [Coded("TE2")]),
        ("1199", [Coded("RQD")]),
        ("DEQP003", [Coded("DEQP003")]),
        ("DEQP003-1-0", [Coded("DEQP003")]),
        ("G + DEQP003", [Coded("G"), Coded("DEQP003")]),
        ("DEQP003 G", [Coded("DEQP003"), Coded("G")]),
        ("DEQP003/SNP", [Coded("DEQP003"), Coded("SNP")]),
        ("MCX 2", [Coded("MCX", 2)]),
        ("XYZ", [Coded("XYZ")]),  # unknown, and read: `donnees/code-inconnu` says so
        ("G 2 MCG", []),  # two what?
        ("2 2 TE2", []),
        ("1,5 TE2", []),  # no half act
        ("Consultation", []),
        ("23", []),
        ("+", []),
    ],
)
def test_cell(cell: str, acts: list[Coded]) -> None:
    assert list(parse_codes(cell, NOMENCLATURE)) == acts
