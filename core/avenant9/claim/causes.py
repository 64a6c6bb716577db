"""Which rules the cause of a line names: by their ids, or by the words and the codes in it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from avenant9.acts.codes import is_known
from avenant9.acts.values import as_words
from avenant9.kinds.pair import PairVersion
from avenant9.model import CCAM_SHAPE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from avenant9.kinds import Kind
    from avenant9.law.dated import Version
    from avenant9.rulebook.claims import Recovery
    from avenant9.rulebook.load import Rulebook

_RULE = re.compile(r"[a-z]+/[a-z0-9-]+")
_CODE = re.compile(rf"\b(?:{CCAM_SHAPE}|[A-Z]{{1,5}}\d{{0,2}})\b")


def named(cause: str, codes: Iterable[str], on: date, rulebook: Rulebook, recovery: Recovery) -> dict[str, Version]:
    """The rules that a cause names of an act: id -> its version of that day.

    Args:
        cause: in the words of the caisse.
        codes: of the act.
        on: the day of care.
        rulebook: the rules; those of other days and other codes are not meant.
        recovery: the words by which causes name rules.
    """
    inside = {*_RULE.findall(cause)}
    patterns = _patterns(cause, recovery)
    mentioned = {code for code in _CODE.findall(cause) if is_known(code, rulebook.nomenclature)}
    found = {}
    for name, rule in rulebook.rules.items():
        version = next((own for own in rule.version if on in own.period), None)
        if version is None:
            continue
        worded = any(fnmatchcase(name, pattern) for pattern in patterns)
        if name in inside or (worded and _is_about(rule, version, {*codes}, mentioned, rulebook)):
            found[name] = version
    return found


def _patterns(cause: str, recovery: Recovery) -> set[str]:
    words = f" {as_words(cause)} "
    return {
        rule
        for grief in recovery.grief
        if any(f" {as_words(word)} " in words for word in grief.words)
        for rule in grief.rules
    }


def _is_about(rule: Kind[Any], version: Version, codes: set[str], mentioned: set[str], rulebook: Rulebook) -> bool:
    """Whether a rule is about an act of these codes; of a pair, about one and another that the cause mentions."""
    if isinstance(version, PairVersion):
        others = mentioned - codes
        return any(
            version.excluded.selects(one, _nature(one, rulebook))
            and version.beside.selects(two, _nature(two, rulebook))
            for code in codes
            for other in others
            for one, two in ((code, other), (other, code))
        )
    return not codes.isdisjoint(rule.codes(version))


def _nature(code: str, rulebook: Rulebook) -> str:
    known = rulebook.acts.get(code)
    if known is not None and known.nature is not None:
        return known.nature
    return "technique" if re.fullmatch(CCAM_SHAPE, code) else ""
