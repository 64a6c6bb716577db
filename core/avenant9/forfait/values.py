"""One answer as a file, a cell or an option writes it: rates as share, percent or counts, always exact.

Nothing is guessed: what cannot be read is a SettingError at its place, and what is empty is unknown (None).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from avenant9.acts.dates import parse_day
from avenant9.errors import SettingError
from avenant9.forfait.answers import Rate
from avenant9.settings.sheet import empty
from avenant9.settings.toml import check_keys
from avenant9.wording import counted, fold, integer, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from avenant9.forfait.answers import Answer

ADDENDA: Final = ("addendum6", "addendum7", "addendum8")
ETP: Final = ("1/3", "1/2", "1")
PERCENTILES: Final = ("<P90", "P90-P95", ">=P95")

_COUNTS: Final = ("realises", "total", "exclus")
_RATE: Final = "une part (0,72), un pourcentage (72 %) ou des nombres (36 sur 50)"
_YES: Final = dict.fromkeys(("oui", "o", "vrai", "true", "1", "x"), True)
_NO: Final = dict.fromkeys(("non", "n", "faux", "false", "0"), False)
_NUMBER: Final = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,18})?")
_PAIR: Final = re.compile(r"(\d{1,9})(?:/|sur)(\d{1,9})(?:/(\d{1,9})|,?dont(\d{1,9})exclus|,(\d{1,9})exclus)?")
_SERIALS: Final = range(30_000, 60_000)  # 1982 to 2064, as a spreadsheet counts days
_FINEST: Final = -30  # a power of ten: beyond what a spreadsheet holds, and no fraction that fills the memory
_MOST: Final = 10**9
#: The digits of a cell are what is left of a binary fraction: 2/3 is stored as 0.6666666666666666. Fifteen are sure.
_BINARY_DIGITS: Final = 15
#: Fewer than that are shown where the last ones are zeros (133/2586 is 0.051430781129157), but never fewer than these
#: of the quotient of two numbers up to a million, unless they say it exactly.
_LEAST_DIGITS: Final = 11


def answer(place: str, kind: str, value: object) -> Answer | None:
    """What was answered, or None where nothing was.

    Args:
        place: file and key, or cell, or option, as messages say it.
        kind: type of the key: yes-no, rate, count, addendum, date or points.
        value: of TOML (decimals as Decimal), of a cell, or the text of an option.

    Raises:
        SettingError: it is not of that type.
    """
    if empty(value):
        return None
    return _READERS[kind](place, value)


def rate(place: str, value: object) -> Rate:
    """A share, a percent, or counts: `{realises, total, exclus}`, `36/50`, `36/50/4` (4 of the 50 out of scope)."""
    if isinstance(value, dict):
        return _counted(place, **_table(place, value))
    if isinstance(value, datetime | date):
        raise SettingError(
            place,
            "le tableur a pris ces nombres pour une date",
            "écrivez « 3 sur 5 », ou mettez d'abord la cellule au format Texte",
        )
    if isinstance(value, str):
        text = "".join(value.split())
        if pair := _PAIR.fullmatch(fold(text)):
            done, total, *excluded = pair.groups()
            return _counted(place, int(done), int(total), next((int(one) for one in excluded if one), None))
        if text.endswith("%") and _NUMBER.fullmatch(text[:-1]):
            return _share(place, _decimal(text[:-1]) / 100, value)
    number = _number(value)
    if number is None:
        raise _unusable(place, _RATE)
    return _share(place, number, value)


def yes_no(place: str, value: object) -> bool:
    """true and false, oui and non, 1 and 0."""
    if isinstance(value, bool):
        return value
    number = _number(value)
    text = str(int(number)) if number in {0, 1} else fold(str(value)).strip()
    found = (_YES | _NO).get(text)
    if found is None:
        raise _unusable(place, "oui ou non (true ou false dans un fichier TOML)")
    return found


def count(place: str, value: object) -> int:
    """A whole number, from 0."""
    number = _number("".join(value.split()) if isinstance(value, str) else value)
    if number is None or number != number.to_integral_value():
        raise _unusable(place, "un nombre entier")
    if not 0 <= number < _MOST:
        raise SettingError(place, f"nombre impossible ({_shown(value)})", "attendu : un nombre entier, 0 ou plus")
    return int(number)


def points(place: str, value: object) -> Fraction:
    """Points as the fund's statement gives them, halves included."""
    number = _number("".join(value.split()) if isinstance(value, str) else value)
    if number is None:
        raise _unusable(place, "un nombre de points, par exemple 67,5")
    if not 0 <= number < _MOST:
        raise SettingError(place, f"nombre de points impossible ({_shown(value)})", "attendu : 0 ou plus")
    return _fraction(place, number)


def addendum(place: str, value: object) -> str:
    """`addendum6` to `addendum8`, also `Addendum 8`, `1.40 addendum 8` or 8."""
    plain = re.sub(r"[\W_]+", "", fold(str(value))).removeprefix("140")
    found = plain if plain.startswith("addendum") else f"addendum{plain}"
    if isinstance(value, bool) or found not in ADDENDA:
        raise _unusable(place, listed(quoted(ADDENDA), "ou"))
    return found


def day(place: str, value: object) -> date:
    """A real date, `JJ/MM/AAAA` or `AAAA-MM-JJ`, or the serial number of a cell that is not shown as a date."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    number = None if isinstance(value, str) else _number(value)
    text = str(value).strip() if number is None else str(int(number)) if number in _SERIALS else ""
    found = parse_day(text)
    if found is None:
        raise _unusable(place, "une date JJ/MM/AAAA ou AAAA-MM-JJ")
    return found


def etp(place: str, value: object) -> str:
    """The share of a full-time post: 1/3, 1/2 or 1; a cell may hold a half as a number."""
    text = "".join(str(value).split())
    number = _number(value)
    if number is not None and number in {Decimal(1), Decimal("0.5")}:
        text = "1" if number == 1 else "1/2"
    if isinstance(value, bool) or text not in ETP:
        raise _unusable(place, listed(quoted(ETP), "ou"))
    return text


def percentile(place: str, value: object) -> str:
    """Where the doctor's patients stand among those of the specialty."""
    text = "".join(str(value).split()).upper().replace("≥", ">=").replace("\u2013", "-")
    if text not in PERCENTILES:
        raise _unusable(place, listed(quoted(PERCENTILES), "ou"))
    return text


_READERS: Final[Mapping[str, Callable[[str, object], Answer]]] = {
    "yes-no": yes_no,
    "rate": rate,
    "count": count,
    "addendum": addendum,
    "date": day,
    "points": points,
}


def _table(place: str, value: dict[str, object]) -> dict[str, int | None]:
    check_keys(place, value, _COUNTS)
    for key in _COUNTS[:2]:
        if empty(value.get(key)):
            raise SettingError(place, f"« {key} » manque", "écrivez { realises = 36, total = 50, exclus = 0 }")
    done, total, excluded = (
        None if empty(value.get(key)) else count(f"{place}, {key}", value[key]) for key in _COUNTS
    )
    return {"done": done, "total": total, "excluded": excluded}


def _counted(place: str, done: int | None, total: int | None, excluded: int | None) -> Rate:
    """Items out of scope leave the total before anything is divided."""
    done, total, out = done or 0, total or 0, excluded or 0
    left = total - out
    if left < 0:
        raise SettingError(
            place, f"{integer(out)} exclus pour un total de {integer(total)}", "les exclus font partie du total"
        )
    if done > left:
        of = f"un total de {integer(total)}" + (f" dont {integer(out)} exclus" if out else "")
        raise SettingError(place, f"{counted(done, 'réalisé')} pour {of}", "corrigez l'un de ces nombres")
    return Rate(Fraction(done, left) if left else Fraction(0), done, left, out or None)


def _share(place: str, number: Decimal, value: object) -> Rate:
    if number < 0:
        raise SettingError(place, f"taux négatif ({_shown(value)})", "un taux va de 0 à 1, ou de 0 % à 100 %")
    if number > 1:
        meant = not isinstance(value, str) or "%" not in value
        remedy = f"écrivez {_shown(value)} %, ou une part entre 0 et 1" if meant and number <= 100 else "corrigez-le"
        raise SettingError(place, f"taux au-dessus de 1, soit 100 % ({_shown(value)})", remedy)
    return Rate(_fraction(place, number))


def _fraction(place: str, number: Decimal) -> Fraction:
    """The number itself, or the simple fraction that a binary cell stands for."""
    if int(number.normalize().as_tuple().exponent) < _FINEST:
        raise SettingError(place, "nombre trop précis", "trente décimales au plus")
    exact = Fraction(number)
    if len(number.as_tuple().digits) >= _LEAST_DIGITS:
        simple = exact.limit_denominator(10**6)
        if abs(simple - exact) < Fraction(1, 10**_BINARY_DIGITS):
            return simple
    return exact


def _number(value: object) -> Decimal | None:
    """A finite number, as it is written; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        return _decimal(text) if _NUMBER.fullmatch(text) else None
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, int):
        value = Decimal(value)
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _shown(value: object) -> str:
    """A number in French, short enough for a message."""
    number = _number(value)
    if isinstance(value, str) or number is None:
        text = str(value).strip()
    else:
        text = format(number, "f") if abs(number.adjusted()) < 20 else str(number)
    text = text.replace(".", ",")
    return text if len(text) <= 20 else f"{text[:20]}…"


def _unusable(place: str, expected: str) -> SettingError:
    return SettingError(place, "valeur inutilisable", f"attendu : {expected}")
