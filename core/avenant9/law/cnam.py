"""The CNAM's tables of values, and the look-ups that acts are read with.

The tables are kept as published (`rules/tables/IR_*.csv`, UTF-8, `;`); `tables.toml` holds what they alone do
not say. Source: indsante/schema-snds, nomenclatures ORAVAL.
"""

from __future__ import annotations

import csv
import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from avenant9.law.dated import CodeName, Sourced, Strict, Text
from avenant9.model import Nomenclature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from avenant9.law.nomenclature import Act

# A cell may hold several letters ("ZM/ADI", "IK IKP") or a word: only these are codes of the flux.
_B2_LETTERS = re.compile(r"[A-Z][A-Z0-9]{0,2}")


Ints = Annotated[frozenset[int], Field(strict=False)]  # a list, in TOML
Key = Annotated[int, Field(strict=False)]  # keys are text, in TOML


class Files(Sourced):
    """The tables as published."""

    files: tuple[Text, ...]


class Unknown(Sourced):
    """The values of the tables that mean *unknown*."""

    specialties: Ints
    exemptions: Ints
    pathways: Annotated[frozenset[str], Field(strict=False)]


class SameSpecialty(Sourced):
    """Specialties that are one: code -> the code that stands for it."""

    codes: dict[Key, int]


class AldExemptions(Sourced):
    """The exemption codes that say ALD."""

    codes: Ints


class NoExemption(Sourced):
    """The exemption codes that say that there is none."""

    codes: Ints


class Paediatricians(Sourced):
    """The specialties that care for children only."""

    specialties: Ints


class SectorsCnam(Sourced):
    """Convention code -> sector in everyday words."""

    codes: dict[str, Literal["1", "1DP", "2", "3"]]


class NaturesOfAct(Sourced):
    """Numbers of natures of act that are younger than the table -> code."""

    codes: dict[Key, CodeName]


class Tables(Strict):
    """What `tables.toml` holds."""

    kind: Literal["tables"]
    cnam: Files
    unknown: Unknown
    same_specialty: SameSpecialty
    ald_exemptions: AldExemptions
    no_exemption: NoExemption
    paediatricians: Paediatricians
    sectors_cnam: SectorsCnam
    natures_of_act: NaturesOfAct

    @property
    def checked_on(self) -> date:
        """The latest day on which one of them was compared with its source."""
        parts = (getattr(self, name) for name in type(self).model_fields)
        return max(part.checked_on for part in parts if isinstance(part, Sourced))


class Specialties(Strict):
    """What `specialites.toml` holds: CNAM code -> words that name the specialty, beside its labels; and its label in
    ordinary spelling."""

    kind: Literal["specialties"]
    words: dict[Key, tuple[Text, ...]]
    labels: dict[Key, Text]


def read_nomenclature(
    folder: Path, tables: Tables, specialties: Specialties, acts: Iterable[Act], of_children: frozenset[str]
) -> Nomenclature:
    """The look-ups: the CNAM's tables in `folder`, completed by `tables` and `specialties`, under the acts of the
    rulebook; some codes are reserved to children.

    Where the table of natures and an act name different codes for one number, the act wins.
    """
    acts = list(acts)
    natures, letters = _natures(folder / "IR_NAT_V.csv")
    aliases = {alias.code: act.code for act in acts for alias in act.aliases if alias.coefficient is None}
    natures |= tables.natures_of_act.codes
    natures |= {number: act.code for act in acts for number in act.natures_of_act}
    natures = {number: aliases.get(code, code) for number, code in natures.items()}
    by_coefficient = {act.code for act in acts if act.priced_by_coefficient}
    return Nomenclature(
        codes=frozenset({*(act.code for act in acts), *aliases, *letters, *natures.values()}),
        acts=frozenset({*(act.code for act in acts), *aliases}),
        travel=frozenset(act.code for act in acts if act.nature == "deplacement"),
        aliases=aliases,
        coefficient_aliases={
            (alias.code, int(alias.coefficient * 1000)): act.code
            for act in acts
            for alias in act.aliases
            if alias.coefficient is not None
        },
        grouping={act.code: frozenset(act.stands_for) for act in acts if act.by_original_code},
        priced_by_coefficient=frozenset(
            by_coefficient | {alias for alias, code in aliases.items() if code in by_coefficient}
        ),
        natures_of_act=natures,
        specialties={
            int(row[0]): specialties.labels.get(int(row[0]), row[2])
            for row in _rows(folder / "IR_SPE_V.csv")
            if int(row[0]) not in tables.unknown.specialties
        },
        specialty_words=_specialty_words(folder / "IR_SPE_V.csv", specialties),
        same_specialty=dict(tables.same_specialty.codes),
        pathways={
            written: row[1]
            for row in _rows(folder / "IR_QPS_V.csv")
            if row[1] and row[1] not in tables.unknown.pathways
            for written in (row[1], row[0])
        },
        exemptions={
            int(row[0]): row[1]
            for row in _rows(folder / "IR_EXO_V.csv")
            if int(row[0]) not in tables.unknown.exemptions
        },
        ald_exemptions=tables.ald_exemptions.codes,
        no_exemption=tables.no_exemption.codes,
        sectors_cnam=dict(tables.sectors_cnam.codes),
        paediatricians=tables.paediatricians.specialties,
        of_children=of_children,
    )


def _specialty_words(path: Path, specialties: Specialties) -> dict[str, int]:
    """Both labels of each specialty, and the words that name it."""
    labels = {label: int(code) for code, _, *both, _, _, _, _, _ in _rows(path) for label in both}
    return labels | {word: code for code, words in specialties.words.items() for word in words}


def _rows(path: Path) -> Iterator[list[str]]:
    """The records of a table, without its heading."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream, delimiter=";")
        next(rows)
        yield from rows


def _natures(path: Path) -> tuple[dict[int, str], set[str]]:
    """Number of each nature -> its letters, or itself as text where it has none of its own; and all letters."""
    natures: dict[int, str] = {}
    letters: set[str] = set()
    for number, _, cell, *_rest in _rows(path):
        codes = [code for code in re.split(r"[/ ]", cell) if _B2_LETTERS.fullmatch(code)]
        letters.update(codes)
        natures[int(number)] = cell if _B2_LETTERS.fullmatch(cell) else number
    return natures, letters
