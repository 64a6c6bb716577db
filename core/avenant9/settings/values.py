"""One value as a file, a cell or an option writes it: yes or no, a whole number, a share, a day; always exact.

What cannot be read is a SettingError at its `place` (file and key, cell, or option, as messages say it).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from avenant9.acts.written import parse_day
from avenant9.errors import SettingError
from avenant9.wording import fold

_YES: Final = dict.fromkeys(("oui", "o", "vrai", "true", "1", "x"), True)
_NO: Final = dict.fromkeys(("non", "n", "faux", "false", "0"), False)
_NUMBER: Final = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,18})?")
_SERIALS: Final = range(30_000, 60_000)  # 1982 to 2064, as a spreadsheet counts days
_FINEST: Final = -30  # a power of ten: beyond what a spreadsheet holds, and no fraction that fills the memory
MOST: Final = 10**9
#: The digits of a cell are what is left of a binary fraction: 2/3 is stored as 0.6666666666666666. Fifteen are sure.
_BINARY_DIGITS: Final = 15
#: Fewer than that are shown where the last ones are zeros (133/2586 is 0.051430781129157), but never fewer than these
#: of the quotient of two numbers up to a million, unless they say it exactly.
_LEAST_DIGITS: Final = 11


def unusable(place: str, expected: str) -> SettingError:
    """The error of a value that cannot be used."""
    return SettingError(place, "valeur inutilisable", f"attendu : {expected}")


def yes_no(place: str, value: object) -> bool:
    """true and false, oui and non, 1 and 0."""
    if isinstance(value, bool):
        return value
    digit = number(value)
    found = (_YES | _NO).get(str(int(digit)) if digit in {0, 1} else fold(str(value)).strip())
    if found is None:
        raise unusable(place, "oui ou non (true ou false dans un fichier TOML)")
    return found


def count(place: str, value: object) -> int:
    """A whole number, from 0."""
    found = number("".join(value.split()) if isinstance(value, str) else value)
    if found is None or found != found.to_integral_value():
        raise unusable(place, "un nombre entier")
    if not 0 <= found < MOST:
        raise SettingError(place, f"nombre impossible ({shown(value)})", "attendu : un nombre entier, 0 ou plus")
    return int(found)


def share(place: str, value: object, noun: str, expected: str) -> Fraction:
    """A part of the whole, from 0 to 1, which may be written as a percent; `noun` says of what, `expected` how."""
    text = "".join(value.split()) if isinstance(value, str) else ""
    percent = text.endswith("%")
    found = number(text[:-1] if percent else value)
    if found is None:
        raise unusable(place, expected)
    part = found / 100 if percent else found
    if part < 0:
        raise SettingError(place, f"{noun} négatif ({shown(value)})", f"un {noun} va de 0 à 1, ou de 0 % à 100 %")
    if part > 1:
        remedy = "corrigez-le" if percent or part > 100 else f"écrivez {shown(value)} %, ou une part entre 0 et 1"
        raise SettingError(place, f"{noun} au-dessus de 1, soit 100 % ({shown(value)})", remedy)
    return fraction(place, part)


def day(place: str, value: object) -> date:
    """A real date, `JJ/MM/AAAA` or `AAAA-MM-JJ`, or the serial number of a cell that is not shown as a date."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    serial = None if isinstance(value, str) else number(value)
    text = str(value).strip() if serial is None else str(int(serial)) if serial in _SERIALS else ""
    found = parse_day(text)
    if found is None:
        raise unusable(place, "une date JJ/MM/AAAA ou AAAA-MM-JJ")
    return found


def fraction(place: str, written: Decimal) -> Fraction:
    """The number itself, or the simple fraction that a binary cell stands for."""
    if int(written.normalize().as_tuple().exponent) < _FINEST:
        raise SettingError(place, "nombre trop précis", "trente décimales au plus")
    exact = Fraction(written)
    if len(written.as_tuple().digits) >= _LEAST_DIGITS:
        simple = exact.limit_denominator(10**6)
        if abs(simple - exact) < Fraction(1, 10**_BINARY_DIGITS):
            return simple
    return exact


def number(value: object) -> Decimal | None:
    """A finite number, as it is written; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, int):
        value = Decimal(value)
    return value if isinstance(value, Decimal) and value.is_finite() else None


def shown(value: object) -> str:
    """A number in French, short enough for a message."""
    found = number(value)
    if isinstance(value, str) or found is None:
        text = str(value).strip()
    else:
        text = format(found, "f") if abs(found.adjusted()) < 20 else str(found)
    text = text.replace(".", ",")
    return text if len(text) <= 20 else f"{text[:20]}…"
