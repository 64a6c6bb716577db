"""What a heading names: by the lists of the columns, letter for letter, then by its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from typing import Any

from msgspec import Struct

from avenant9.acts.columns import COLUMNS, REQUIRED, Column
from avenant9.compiled import table

#: The heading of SNDS extracts that holds convention codes of the CNAM, where 3 is what everybody calls sector 2.
CNAM_SECTOR = "PSE_CNV_COD"

_UNSEEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_DROPPED = re.compile(rf"_x000d_|[\s._°º'’‘ʼ′`´{_UNSEEN}]")


def fold_heading(text: str) -> str:
    """A heading without what people write in different ways: case, accents, spaces, `°`, `.`, `_`, apostrophes."""
    return _bare(_DROPPED.sub("", text.casefold().replace("№", "n"))).replace(" ", "")


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


# --- letter for letter --------------------------------------------------------------------------------------------


def _ranked(column: Column) -> list[str]:
    """What may head this column, folded, best first."""
    words = [column.heading, *column.headings, column.key]
    if column.key == "patient":  # a file number identifies better than a column that may hold names
        words = [*column.headings, column.heading]
    return list(dict.fromkeys(map(fold_heading, words)))


class Titles(Struct, frozen=True, dict=True):
    """What may head the columns of a sort of table.

    Attributes:
        columns: key -> column; of two that a heading may name, the first.
        required: the keys without which a table is not one of this sort.
        grouped: titles of groups of columns may stand above those of columns, and use the same words.
        remedy: what to do about a column that was guessed wrong.
    """

    columns: Mapping[str, Column]
    required: tuple[str, ...]
    grouped: bool = False
    remedy: str = "nommez-la par --map si ce n'est pas elle"

    @cached_property
    def ranks(self) -> dict[str, dict[str, int]]:
        """Key -> folded heading -> its rank, the best first."""
        return {key: {word: rank for rank, word in enumerate(_ranked(own))} for key, own in self.columns.items()}

    def is_heading(self, cell: str) -> bool:
        """Whether this is a heading of some column."""
        return fold_heading(cell) in self._known or stems(cell) in self._every_root

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(word for ranks in self.ranks.values() for word in ranks)

    @cached_property
    def _every_root(self) -> frozenset[frozenset[str]]:
        return frozenset(root for column in self.columns.values() for root in _roots(column))


#: Those of acts.
OF_ACTS = Titles(COLUMNS, REQUIRED)
RANKS = OF_ACTS.ranks
is_heading = OF_ACTS.is_heading


# --- word for word ------------------------------------------------------------------------------------------------

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?")
_HUMPS = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z][a-zà-ÿ])")
_NUMBER = re.compile(r"\bn\s*[°º]|№")
_WORD = re.compile(r"[a-z0-9]+|%")
#: A longer heading is a title or a sentence.
_LONGEST = 80


@cache
def _words() -> dict[str, Any]:
    return table("acts/headings.toml")


def words_of(what: str) -> frozenset[str]:
    """The words of a list of `headings.toml`."""
    return frozenset(_words()[what])


@lru_cache(maxsize=4096)
def stems(heading: str) -> frozenset[str]:
    """The words of a heading that say what it is: without articles, units and plurals, and in full."""
    text = _HUMPS.sub(" ", heading[:_LONGEST]).casefold().replace("_x000d_", " ")
    text = _bare(_NUMBER.sub("numero ", re.sub(f"[{_UNSEEN}]", "", text)))
    text = _INITIALS.sub(lambda initials: initials[0].replace(".", ""), text)
    found: list[str] = []
    words = _WORD.findall(text)
    for place, word in enumerate(words):
        if word == "le" and place == len(words) - 1:  # « Réglé le »
            found.append(word)
        elif word == "d" and place == 0:  # « D. naissance »
            found.append("date")
        elif word not in _words()["articles"] and word not in _words()["units"]:
            found += _in_full(word)
    return frozenset(found)


def _in_full(word: str) -> list[str]:
    short: dict[str, str] = _words()["short"]
    for form in (word, _singular(word)):
        if form in short:
            return short[form].split()
    return [_singular(word)]


def _singular(word: str) -> str:
    """`soins`, `réglée` as `soin`, `regle`."""
    if len(word) > 3:
        word = word.removesuffix("s")
    return word[:-1] if len(word) > 3 and word.endswith("ee") else word


@cache
def _roots(column: Column) -> tuple[frozenset[str], ...]:
    listed = [stems(heading) for heading in (column.heading, *column.headings) if "_" not in heading]
    return tuple(dict.fromkeys(filter(None, [*map(stems, column.roots), *listed])))


@lru_cache(maxsize=16384)
def stem_rank(column: Column, heading: str) -> int | None:
    """How well the words of a heading name a column, 0 best; None where they do not.

    They are those of a root (`roots` and the headings of the lists), and any of the `words` beside it; a `lesser`
    word makes way for all headings without any. What stands in brackets is left out, then tried.
    """
    if column.type == "euros" and not stems(heading).isdisjoint(_words()["other_units"]):
        return None
    bare, whole = (_rank(column, stems(text)) for text in (_BRACKETS.sub(" ", heading), heading))
    return whole if bare is None else bare


def _rank(column: Column, words: frozenset[str]) -> int | None:
    beside = {*column.words, *column.lesser}
    for rank, root in enumerate(_roots(column)):
        if root <= words and words - root <= beside:
            return rank + (len(_roots(column)) if words & {*column.lesser} else 0)
    return None


def says_otherwise(heading: str) -> bool:
    """Whether the words of a heading say that its column is none that is looked for, whatever it holds."""
    words = stems(heading)
    return not (words.isdisjoint(map(_singular, _words()["elsewhere"])) and words.isdisjoint(_words()["other_units"]))
