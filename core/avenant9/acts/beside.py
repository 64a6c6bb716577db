"""Columns that hold more of a row than another one does: its second act, the sum of its second act."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avenant9.acts.contents import ENOUGH, SURE
from avenant9.acts.header import Header
from avenant9.acts.headings import fold_heading, stems, words_of
from avenant9.wording import listed, quoted

#: The number of a column among several: `Acte 2`, `Cotation n°2`, `2e acte`.
_NUMBER = re.compile(r"^\s*\d(?:[eè]?re?|n?de?|[eè](?:me)?)\s+|(?:\s+n\s?[°º]?)?\s*\d\s*$", re.IGNORECASE)
#: What may stand in a heading beside the words for a further act.
_OF_ACTS = frozenset({"code", "acte", "cotation"})
#: Key letters have a column, CCAM codes another.
_LETTERS, _CCAM = frozenset({"ngap", "lettre"}), "ccam"


def columns_beside(header: Header) -> dict[str, dict[int, str]]:
    """Key (`code`, `amount`) -> place -> heading, of the columns that add to that of the key.

    None where other columns are numbered too: each act of a row has then more of its own than a sum.
    """
    places = {key: header.columns[key] for key in ("code", "amount") if key in header.columns}
    if "code" not in places:
        return {}
    for key, place in header.columns.items():
        if key not in places and any(
            _numbered(header.cells.get(place, ""), other) for other in header.cells.values()
        ):
            return {}
    codes = {place: title for place, title in _free(header, "code") if _more_acts(header, title)}
    codes = {place: title for place, title in codes.items() if _holds_codes(header, place, title)}
    found = {"code": codes} if codes else {}
    each = any(_numbered(header.headings["code"], title) for title in codes.values())
    if each and "amount" in places:
        first = header.headings["amount"]
        sums = {place: title for place, title in _free(header, "amount") if _numbered(first, title)}
        sums = {place: title for place, title in sums.items() if _holds_sums(header, place)}
        found |= {"amount": sums} if sums else {}
    return found


def said_of(header: Header, beside: dict[str, dict[int, str]]) -> Iterator[str]:
    """How such columns are read (French)."""
    for key, titles in beside.items():
        together = listed(quoted([header.headings[key], *titles.values()]))
        yield (
            f"{together} sont lues ensemble : ce sont les actes d'une même ligne."
            if key == "code"
            else f"{together} sont additionnées : ce sont les sommes d'une même ligne."
        )


def _free(header: Header, key: str) -> Iterator[tuple[int, str]]:
    """The columns that serve nothing, those that the key would have had after its own among them."""
    for place in sorted({*header.unnamed(), *header.others.get(key, ())}):
        if place in header.cells:
            yield place, header.cells[place]


def _more_acts(header: Header, title: str) -> bool:
    """Whether a heading is one of further acts, beside that of the codes."""
    first = header.headings["code"]
    if _numbered(first, title):
        return True
    words = stems(title) - _OF_ACTS
    if words == {_CCAM}:
        return not stems(first).isdisjoint(_LETTERS)
    return bool(words) and words <= words_of("further")


def _holds_codes(header: Header, place: int, title: str) -> bool:
    """Whether a column of such a heading holds codes. Under « Majoration » or « Déplacement » single letters are not
    taken for any: they may say oui or non, cabinet or visite."""
    if header.contents.known_codes(place) < SURE:
        return False
    return stems(title).isdisjoint(words_of("further")) or header.contents.long_codes(place) >= SURE


def _numbered(first: str, title: str) -> bool:
    """Whether a heading is another one with a number, or with another number."""
    same = fold_heading(_NUMBER.sub("", first)) == fold_heading(_NUMBER.sub("", title))
    return same and bool(_NUMBER.search(title)) and fold_heading(first) != fold_heading(title)


def _holds_sums(header: Header, place: int) -> bool:
    share = header.contents.share(place, "amount")
    return share is not None and share >= ENOUGH
