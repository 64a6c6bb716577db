"""The act codes of one cell: `G+MCG`, `VG(MD)`, `2 TE2`, `TE2x3`, `1,5 CNPSY`, a CCAM code, a number of the SNDS."""

from __future__ import annotations

import re

from msgspec import Struct

from avenant9.acts.values import LONGEST_QUOTED, plain_marks, quotable
from avenant9.model import CCAM_SHAPE, Nomenclature

#: In a cell, what may follow a CCAM code (activity, phase, modifiers) does not change the act.
CCAM = re.compile(rf"({CCAM_SHAPE})([-/ ]?\d(?:[-/ ]?\d)?)?(?:-([A-Z0-9]{{1,4}}))?")

_NUMBER, _TIMES = r"\d{1,3}(?:[.,]\d{1,2})?", "[X*\u00d7]"
_BEFORE = re.compile(rf"({_NUMBER}){_TIMES}?([A-Z].*)")
_AFTER = re.compile(rf"([A-Z][A-Z0-9]*?)[X*\u00d7/]({_NUMBER})")
_GLUED = re.compile(rf"([A-Z]+)({_NUMBER})")
_LETTERS = re.compile(r"[A-Z]{1,5}\d{0,2}")
_LONE_NUMBER = re.compile(rf"{_TIMES}?({_NUMBER})({_TIMES}|KM)?")
_SNDS = re.compile(r"\d{4}")
#: What stands by itself beside a number, and belongs to it: `x 3`, `3 x`, `(3)`, `4 km`.
_TO_NUMBERS = (
    (re.compile(rf"(?<=[\s\d]){_TIMES}\s*(\d)"), r" X\1"),
    (re.compile(rf"(\d)\s*{_TIMES}\s+(?=[A-Z])"), r"\1 "),
    (re.compile(r"(\d)\s+KM\b"), r"\1KM"),
    (re.compile(rf"[(\[]\s*({_TIMES}?{_NUMBER}(?:KM)?)\s*[)\]]"), r" \1+"),
)
_BETWEEN_ACTS = re.compile(r"[+;&\\\n()\[\]]|\bET\b|,\s*(?=[A-Z])|(?<=[A-Z0-9])\s*/\s*(?=[A-Z])")
#: The words that may stand between codes or beside a number.
_JOINING = frozenset({"ET", "X", "KM"})
_HYPHEN = re.compile(r"\s*-\s*(?=[A-Z])")


class Coded(Struct, frozen=True):
    """One act of a cell; `coefficient` is in thousandths, None where the cell gives none."""

    code: str
    quantity: int = 1
    coefficient: int | None = None


def parse_codes(text: str, nomenclature: Nomenclature) -> tuple[Coded, ...]:
    """The acts of a cell in their order; empty when the cell cannot be read as codes.

    A lone code may be unknown; of several, each must be known: the others are words.
    """
    text = plain_marks(text).strip("' ").upper()
    for pattern, written in _TO_NUMBERS:
        text = pattern.sub(written, text)
    acts: list[Coded] = []
    for part in _parts(text, nomenclature):
        read = _parse_part(part, nomenclature)
        if not read:
            return ()
        acts.extend(read)
    known = len(acts) == 1 or all(is_known(act.code, nomenclature) for act in acts)
    return tuple(acts) if known else ()


def is_known(code: str, nomenclature: Nomenclature) -> bool:
    """Whether this is a code of the nomenclature, or looks like one of the CCAM."""
    return code in nomenclature.codes or re.fullmatch(CCAM_SHAPE, code) is not None


def made_of_codes(text: str, nomenclature: Nomenclature) -> bool:
    """Whether a message may quote this cell of codes: it holds known ones, and what joins them or counts them."""
    words = [word for word in re.findall(r"\w+", text.upper()) if word not in _JOINING]
    others = [word for word in words if not is_known(_with_number(word, nomenclature)[0], nomenclature)]
    short = quotable("".join(filter(str.isdigit, text))) and len(text) <= LONGEST_QUOTED
    return short and all(word.isdigit() or _LONE_NUMBER.fullmatch(word) for word in others)


def _parts(text: str, nomenclature: Nomenclature) -> list[str]:
    """The parts of a cell that nothing but spaces joins."""
    parts: list[str] = []
    for part in _BETWEEN_ACTS.split(text):
        parts.extend([part] if _in_ccam(part.strip(), nomenclature) else _HYPHEN.split(part))
    return [part.strip() for part in parts if part.strip()]


def _in_ccam(part: str, nomenclature: Nomenclature) -> str | None:
    """The CCAM code of what is one with its activity, phase and modifiers: `DEQP003-1-0-F`, but not `DEQP003-MCG`."""
    match = CCAM.fullmatch(part)
    another = match is not None and match[2] is None and match[3] in nomenclature.acts
    return None if match is None or another else match[1]


def _parse_part(part: str, nomenclature: Nomenclature) -> list[Coded]:
    """`2 TE2`, `TE2 x3`, `G MCG`; a number among several codes could belong to either: unreadable."""
    if code := _in_ccam(part, nomenclature):
        return [Coded(code)]
    tokens = _joined(part.split(), nomenclature)
    numbers = [match for token in tokens if (match := _LONE_NUMBER.fullmatch(token))]
    codes = [token for token in tokens if not _LONE_NUMBER.fullmatch(token)]
    if not codes or (numbers and (len(codes) > 1 or len(numbers) > 1)):
        return []
    if numbers and numbers[0][2] == "KM" and codes[0] not in nomenclature.travel:
        return []
    acts = [_parse_token(token, numbers[0][1] if numbers else None, nomenclature) for token in codes]
    return [act for act in acts if act is not None] if all(acts) else []


def _joined(tokens: list[str], nomenclature: Nomenclature) -> list[str]:
    """The tokens, one for those that are the code of an act with a space inside: `TE 2`, `C 2`."""
    if _is_act(whole := "".join(tokens), nomenclature):
        return [whole]
    joined = tokens[:1]
    for token in tokens[1:]:
        apart = is_known(joined[-1], nomenclature) and is_known(token, nomenclature)
        if not apart and _is_act(joined[-1] + token, nomenclature):
            joined[-1] += token
        else:
            joined.append(token)
    return joined


def _is_act(code: str, nomenclature: Nomenclature) -> bool:
    return code in nomenclature.acts or re.fullmatch(CCAM_SHAPE, code) is not None


def _parse_token(token: str, number: str | None, nomenclature: Nomenclature) -> Coded | None:
    """The act of a token; `number` stands beside it."""
    if _SNDS.fullmatch(token):
        return _counted(nomenclature.natures_of_act.get(int(token), token), number, nomenclature)
    code, within = _with_number(token, nomenclature)
    if number is not None and within is not None:
        return None
    if not (code in nomenclature.codes or _LETTERS.fullmatch(code) or CCAM.fullmatch(code)):
        return None
    return _counted(code, number or within, nomenclature)


def _with_number(token: str, nomenclature: Nomenclature) -> tuple[str, str | None]:
    if token in nomenclature.codes:
        return token, None
    if match := _BEFORE.fullmatch(token):
        return match[2], match[1]
    if match := _AFTER.fullmatch(token):
        return match[1], match[2]
    counted = nomenclature.priced_by_coefficient | nomenclature.travel
    if (match := _GLUED.fullmatch(token)) and match[1] in counted:
        return match[1], match[2]
    return token, None


def _counted(code: str, number: str | None, nomenclature: Nomenclature) -> Coded | None:
    """An act with its coefficient or quantity; None where the number is neither: with decimals, it is a price."""
    code = nomenclature.aliases.get(code, code)
    if match := CCAM.fullmatch(code):
        code = match[1]
    if number is None:
        return Coded(code)
    whole, _, fraction = number.replace(",", ".").partition(".")
    thousandths = int(whole) * 1000 + int((fraction + "000")[:3])
    if not thousandths:
        return None
    if code in nomenclature.priced_by_coefficient:
        return Coded(code, coefficient=thousandths)
    return None if fraction else Coded(code, quantity=int(whole))
