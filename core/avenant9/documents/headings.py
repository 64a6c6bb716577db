"""The keys of the acts in the words of the template, and how a missing one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.acts.columns import COLUMNS, heading
from avenant9.model import CRASHED
from avenant9.wording import listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Collection

# What a rule may lack that is no column of the acts.
_OTHERS = {
    "tariff": "tarif inconnu à la date des soins",
    CRASHED: "la règle a échoué (erreur interne, à signaler aux auteurs)",
}


_BY_NAME = ("last_name", "first_name", "birth_date")


def absent_columns(missing: Collection[str], found: Collection[str]) -> list[str]:
    """Of what rules lacked, the columns that no file has, in the order of the template."""
    return [key for key in COLUMNS if key in missing and not _given_by(key, found)]


def _given_by(key: str, found: Collection[str]) -> tuple[str, ...]:
    """The columns of the files that give a key: itself, or those by which patients are known without their own."""
    if key in found:
        return (key,)
    if key == "patient":
        if "nir" in found:
            return tuple(part for part in ("nir", "birth_rank", "birth_date") if part in found)
        if set(_BY_NAME) <= set(found):
            return _BY_NAME
    return ()


def missing_words(missing: Collection[str], found: Collection[str]) -> str:
    """What a rule lacked: columns that no file has, values of columns that are there, or something else."""
    absent = quoted(map(heading, absent_columns(missing, found)))
    given = [part for key in COLUMNS if key in missing for part in _given_by(key, found)]
    empty = quoted(map(heading, dict.fromkeys(given)))
    parts = [_OTHERS.get(key, key) for key in missing if key not in COLUMNS]
    if empty:
        parts.insert(0, f"valeurs manquantes dans {listed(empty)}")
    if absent:
        parts.insert(0, f"{plural(len(absent), 'colonne')} {listed(absent)} {plural(len(absent), 'absente')}")
    return " ; ".join(parts) or "donnée manquante"
