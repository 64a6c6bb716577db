"""The act codes of one cell: `G+MCG`, `2 TE2`, `TE2x3`, `1,5 CNPSY`, a CCAM code, a number of the SNDS."""

from __future__ import annotations

import re
from dataclasses import dataclass

from avenant9.model import CCAM_SHAPE, Nomenclature

#: In a cell, what may follow a CCAM code (activity, phase, modifiers) does not change the act.
CCAM = re.compile(rf"({CCAM_SHAPE})(?:[-/ ]?\d(?:[-/ ]?\d)?)?(?:-[A-Z0-9]{{1,4}})?")

_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?"
_BEFORE = re.compile(rf"({_NUMBER})[X*\u00d7]?([A-Z].*)")
_AFTER = re.compile(rf"([A-Z][A-Z0-9]*?)[X*\u00d7/]({_NUMBER})")
_GLUED = re.compile(rf"([A-Z]+)({_NUMBER})")
_LETTERS = re.compile(r"[A-Z]{1,5}\d{0,2}")
_LONE_NUMBER = re.compile(rf"[X*\u00d7]?({_NUMBER})[X*\u00d7]?")
_TIMES = re.compile(r"(?<=[\s\d])[X*\u00d7]\s*(\d)")
_TIMES_BEFORE = re.compile(r"(\d)\s*[X*\u00d7]\s+(?=[A-Z])")
_SNDS = re.compile(r"\d{4}")
_BETWEEN_ACTS = re.compile(r"[+;&\n]|,\s*(?=[A-Z])|(?<=[A-Z0-9])\s*/\s*(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Coded:
    """One act of a cell; `coefficient` is in thousandths, None where the cell gives none."""

    code: str
    quantity: int = 1
    coefficient: int | None = None


def parse_codes(text: str, nomenclature: Nomenclature) -> tuple[Coded, ...]:
    """The acts of a cell in their order; empty when the cell cannot be read as codes."""
    text = text.strip("' ").upper()
    if match := CCAM.fullmatch(text):
        return (Coded(match[1]),)
    text = _TIMES_BEFORE.sub(r"\1 ", _TIMES.sub(r" X\1", text))
    acts: list[Coded] = []
    for part in filter(None, map(str.strip, _BETWEEN_ACTS.split(text))):
        read = _parse_part(part.split(), nomenclature)
        if not read:
            return ()
        acts.extend(read)
    return tuple(acts)


def _parse_part(tokens: list[str], nomenclature: Nomenclature) -> list[Coded]:
    """`2 TE2`, `TE2 x3`, `G MCG`; a number among several codes could belong to either: unreadable."""
    numbers = [match[1] for token in tokens if (match := _LONE_NUMBER.fullmatch(token))]
    codes = [token for token in tokens if not _LONE_NUMBER.fullmatch(token)]
    if not codes or (numbers and (len(codes) > 1 or len(numbers) > 1)):
        return []
    acts: list[Coded] = []
    for token in codes:
        if _SNDS.fullmatch(token):
            code, number = nomenclature.natures_of_act.get(int(token), token), None
        else:
            code, number = _with_number(token, nomenclature)
            if not (code in nomenclature.codes or _LETTERS.fullmatch(code) or CCAM.fullmatch(code)):
                return []
        if number is not None and numbers:
            return []
        act = _counted(code, number or (numbers[0] if numbers else None), nomenclature)
        if act is None:
            return []
        acts.append(act)
    return acts


def _with_number(token: str, nomenclature: Nomenclature) -> tuple[str, str | None]:
    if token in nomenclature.codes:
        return token, None
    if match := _BEFORE.fullmatch(token):
        return match[2], match[1]
    if match := _AFTER.fullmatch(token):
        return match[1], match[2]
    if (match := _GLUED.fullmatch(token)) and match[1] in nomenclature.priced_by_coefficient:
        return match[1], match[2]
    return token, None


def _counted(code: str, number: str | None, nomenclature: Nomenclature) -> Coded | None:
    code = nomenclature.aliases.get(code, code)
    if match := CCAM.fullmatch(code):
        code = match[1]
    if number is None:
        return Coded(code)
    whole, _, fraction = number.replace(",", ".").partition(".")
    thousandths = int(whole) * 1000 + int((fraction + "000")[:3])
    if code in nomenclature.priced_by_coefficient:
        return Coded(code, coefficient=thousandths) if thousandths else None
    return Coded(code, quantity=thousandths // 1000) if thousandths and thousandths % 1000 == 0 else None
