"""The codes of one cell, as users type them; with the shipped nomenclature."""

from __future__ import annotations

import pytest

from avenant9.acts.codes import Coded, made_of_codes, parse_codes
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
        ("G(MCG)", [Coded("G"), Coded("MCG")]),
        ("G [MCG, MU]", [Coded("G"), Coded("MCG"), Coded("MU")]),
        ("G et MCG-MU \\ SNP", [Coded("G"), Coded("MCG"), Coded("MU"), Coded("SNP")]),
        ("VG+MD+IK(4)", [Coded("VG"), Coded("MD"), Coded("IK", 4)]),
        ("VG(MD)(IK 4 km)", [Coded("VG"), Coded("MD"), Coded("IK", 4)]),
        ("IK12", [Coded("IK", 12)]),
        ("4km IK", [Coded("IK", 4)]),
        ("TE2 4 km", []),
        ("TE 2", [Coded("TE2")]),
        ("TE 2 x 3", [Coded("TE2", 3)]),
        ("2 C 2", [Coded("C2", 2)]),
        ("G TE 2", [Coded("G"), Coded("TE2")]),
        ("V G", [Coded("VG")]),  # the code without its space
        ("G 2", [Coded("G", 2)]),  # G2 is no act of a doctor
        ("CS MP C", [Coded("CS"), Coded("MP"), Coded("C")]),  # each is known
        ("DEQP 003", [Coded("DEQP003")]),
        ("DEQP003-MCG", [Coded("DEQP003"), Coded("MCG")]),
        ("DEQP003-1-0-F", [Coded("DEQP003")]),
        ("G - DEQP003-1", [Coded("G"), Coded("DEQP003")]),
        ("DEQP003-J", [Coded("DEQP003")]),
        ("G+XYZ", []),  # each of several must be known
        ("G MCG SOIR", []),
        ("G (lu)", []),
        ("TE2 20,00", []),  # a price
        ("20.00 TE2", []),
        ("2,0 TE2", []),
        ("TE2 20 €", []),
        ("K 20,00", [Coded("K", 1, 20000)]),
        ("K 0", []),
        ("G MCG 2", []),
        ("MCG-2", []),
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


@pytest.mark.parametrize("cell", ["TE2 20,00 €", "g et 2 mcg x3", "G + ?", "DEQP003 2,5", "1194 / 12", "IK(4 km) 5"])
def test_known_codes_may_be_quoted(cell: str) -> None:
    assert made_of_codes(cell, NOMENCLATURE)


@pytest.mark.parametrize("cell", ["Dupont", "G Dupont", "G + XYZ", "G 185057800608491", "TE2é", "TE2 20 EUR"])
def test_words_may_not_be_quoted(cell: str) -> None:
    assert not made_of_codes(cell, NOMENCLATURE)
