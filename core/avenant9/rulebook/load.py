"""The law as commands have it: the rulebook of `a9 check`, kept as it was made or made of its files."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct, field

from avenant9.compiled import compiled
from avenant9.errors import UnknownRuleError
from avenant9.rule_ids import family_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from avenant9.calendar import Hours
    from avenant9.kinds import Kind
    from avenant9.law.dated import ByNature, Limitation
    from avenant9.law.deductions import Deductions
    from avenant9.law.nomenclature import Act
    from avenant9.model import Nomenclature, Source

    Days: TypeAlias = dict[str, date]


class Rulebook(Struct, frozen=True):
    """The law as it was loaded: the rules that `a9 check` runs, the acts they speak of, and their sources.

    Attributes:
        version: version of the rulebook as a whole; `--rules` does not change it.
        date: the latest day on which a value was compared with its source.
        rules: id -> rule, sorted by id.
        acts: code -> act of the nomenclature, sorted by code.
        limitation: how long the fund may claim, None where no file says so.
        hours: of the permanence des soins, with the legal holidays, in order of date.
        replaced: ids of shipped files that `extra` replaced, sorted.
        nomenclature: the look-ups that acts are read with.
        sources: the texts, by the key that the values of acts and the versions of rules give to theirs.
        deductions: what one column of acts says of another.
        by_nature: what the convention asks and no file of acts can show.
        checked: file (its id) -> the day since when no value of it was left uncompared with its source.
    """

    version: str
    date: date
    rules: dict[str, Kind[Any]]
    acts: dict[str, Act]
    limitation: Limitation | None
    hours: tuple[Hours, ...]
    replaced: tuple[str, ...]
    nomenclature: Nomenclature
    sources: dict[str, Source]
    deductions: Deductions
    by_nature: tuple[ByNature, ...] = ()
    checked: Days = field(default_factory=dict)

    def select(self, only: Sequence[str] = (), skip: Sequence[str] = ()) -> tuple[str, ...]:
        """The ids of `only` (all of them when it is empty) less those of `skip`, sorted.

        Args:
            only: ids, families (`frequence` or `frequence/`) or globs (`*/te2-*`).
            skip: the same.

        Raises:
            UnknownRuleError: one that names no rule.
        """
        kept = {name for pattern in only for name in self.named("--only", pattern)} if only else {*self.rules}
        left = {name for pattern in skip for name in self.named("--skip", pattern)}
        if not kept - left:
            raise UnknownRuleError("--skip", "aucune règle ne reste à appliquer", "retirez une exclusion")
        return tuple(name for name in self.rules if name in kept - left)

    def named(self, option: str, pattern: str) -> list[str]:
        """The rules of an id, a family or a glob, which was given by `option`. Raises UnknownRuleError."""
        family = pattern.rstrip("/")
        named = [
            name for name in self.rules if name == pattern or family_of(name) == family or fnmatchcase(name, pattern)
        ]
        if not named:
            families = dict.fromkeys(map(family_of, self.rules))
            from avenant9.rulebook.files import nearest_names  # noqa: PLC0415 - only for errors

            near = nearest_names(pattern, [*self.rules, *families], feminine=True)
            raise UnknownRuleError(
                option,
                f"« {pattern} » ne désigne aucune règle",
                near or "« a9 rules list » donne les règles et leurs familles",
            )
        return named


def load_rulebook(extra: Path | None = None) -> Rulebook:
    """The shipped rules, with those of the folder `extra` (`--rules`) added or put in their place.

    Args:
        extra: a folder laid out like the shipped one (`frequence/ma-regle.toml`); a file with the id of a
            shipped one replaces it.

    Raises:
        RulebookError: a rule file is broken; the first error found is told.
        SettingError: `extra` is missing, is no folder, or holds no rule file.
    """
    if extra is None:
        return _as_shipped()
    from avenant9.rulebook.build import rulebook_of  # noqa: PLC0415

    return rulebook_of(extra)


@cache
def _as_shipped() -> Rulebook:
    return compiled("rulebook", _made)


def _made() -> Rulebook:
    from avenant9.rulebook.build import rulebook_of  # noqa: PLC0415 - only where it was not kept

    return rulebook_of()
