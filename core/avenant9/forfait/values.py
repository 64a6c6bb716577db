"""One answer as a file, a cell or an option writes it: rates as share, percent or counts, always exact.

Nothing is guessed: what cannot be read is a SettingError at its place, and what is empty is unknown (None).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from avenant9.errors import SettingError
from avenant9.forfait.answers import Patients, Rate
from avenant9.results.forfait import Addendum
from avenant9.settings.sheet import empty
from avenant9.settings.toml import check_keys
from avenant9.settings.values import MOST, count, day, fraction, number, share, shown, unusable, yes_no
from avenant9.wording import counted, fold, integer, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from avenant9.forfait.answers import Answer
    from avenant9.rulebook.scales import Key

ADDENDA: Final = {str(one): one for one in map(Addendum, (6, 7, 8))}
ETP: Final = ("1/3", "1/2", "1")
PERCENTILES: Final = ("<P90", "P90-P95", ">=P95")

_COUNTS: Final = ("realises", "total", "exclus")
_TAKEN_FOR_A_DATE: Final = "le tableur a pris ces nombres pour une date"
_RATE: Final = "une part (0,72), un pourcentage (72 %) ou des nombres (36 sur 50)"
_NOT_SEEN: Final = "non_vus"
_PATIENTS: Final = re.compile(r"(\d{1,9})(?:/|,?dont|,)(\d{1,9})(?:nonvus?)?")
_PAIR: Final = re.compile(r"(\d{1,9})(?:/|sur)(\d{1,9})(?:/(\d{1,9})|,?dont(\d{1,9})exclus|,(\d{1,9})exclus)?")


def asked(place: str, key: Key, value: object) -> Answer | None:
    """What was answered to a key, within its bounds or among its words, or None where nothing was.

    Args:
        place: file and key, or cell, or option, as messages say it.
        key: what is asked.
        value: as for `answer`.

    Raises:
        SettingError: it is not of that type, out of bounds, or no word of the choice.
    """
    if key.type == "choice":
        return None if empty(value) else _chosen(place, key, value)
    found = answer(place, key.type, value)
    if isinstance(found, int) and key.most is not None and not key.least <= found <= key.most:
        bounds = f"de {integer(key.least)} à {integer(key.most)}"
        raise SettingError(place, f"nombre impossible ({integer(found)})", f"attendu : {bounds} {key.units}")
    return found


def _chosen(place: str, key: Key, value: object) -> str:
    """One of the words of a choice, case and accents aside."""
    word = fold(str(value)).strip()
    if word not in key.choices:
        raise SettingError(
            place, f"« {shown(value)} » n'est pas une réponse", f"écrivez {listed(quoted(key.choices), 'ou')}"
        )
    return word


def answer(place: str, kind: str, value: object) -> Answer | None:
    """What was answered, or None where nothing was.

    Args:
        place: file and key, or cell, or option, as messages say it.
        kind: type of the key: yes-no, rate, count, addendum, date, points or patients.
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
    if isinstance(value, date):
        raise SettingError(
            place,
            _TAKEN_FOR_A_DATE,
            "écrivez « 3 sur 5 », ou mettez d'abord la cellule au format Texte",
        )
    if isinstance(value, str):
        text = "".join(value.split())
        if pair := _PAIR.fullmatch(fold(text)):
            done, total, *excluded = pair.groups()
            return _counted(place, int(done), int(total), next((int(one) for one in excluded if one), None))
    return Rate(share(place, value, "taux", _RATE))


def points(place: str, value: object) -> Fraction:
    """Points as the fund's statement gives them, halves included."""
    found = number("".join(value.split()) if isinstance(value, str) else value)
    if found is None:
        raise unusable(place, "un nombre de points, par exemple 67,5")
    if not 0 <= found < MOST:
        raise SettingError(place, f"nombre de points impossible ({shown(value)})", "attendu : 0 ou plus")
    return fraction(place, found)


def addendum(place: str, value: object) -> Addendum:
    """`addendum6` to `addendum8`, also `Addendum 8`, `1.40 addendum 8` or 8."""
    plain = re.sub(r"[\W_]+", "", fold(str(value))).removeprefix("140")
    found = plain if plain.startswith("addendum") else f"addendum{plain}"
    if isinstance(value, bool) or found not in ADDENDA:
        raise unusable(place, listed(quoted(ADDENDA), "ou"))
    return ADDENDA[found]


def etp(place: str, value: object) -> str:
    """The share of a full-time post: 1/3, 1/2 or 1; a cell may hold a half as a number."""
    text = "".join(str(value).split())
    found = number(value)
    if found in {Decimal(1), Decimal("0.5")}:
        text = "1" if found == 1 else "1/2"
    if isinstance(value, bool) or text not in ETP:
        raise unusable(place, listed(quoted(ETP), "ou"))
    return text


def percentile(place: str, value: object) -> str:
    """Where the doctor's patients stand among those of the specialty."""
    text = "".join(str(value).split()).upper().replace("≥", ">=").replace("\u2013", "-")
    if text not in PERCENTILES:
        raise unusable(place, listed(quoted(PERCENTILES), "ou"))
    return text


def patients(place: str, value: object) -> Patients:
    """Patients of a class: `70`, `{total, non_vus}`, `70/10` or `70 dont 10 non vus`."""
    if isinstance(value, dict):
        check_keys(place, value, ("total", _NOT_SEEN))
        if empty(value.get("total")):
            raise SettingError(place, "« total » manque", "écrivez { total = 70, non_vus = 10 }")
        parts = {key: 0 if empty(part) else count(f"{place}, {key}", part) for key, part in value.items()}
        return _seen(place, parts["total"], parts.get(_NOT_SEEN, 0))
    if isinstance(value, date):
        raise SettingError(
            place, _TAKEN_FOR_A_DATE, "écrivez « 70 dont 10 non vus », ou mettez la cellule au format Texte"
        )
    text = fold("".join(value.split())) if isinstance(value, str) else ""
    if pair := _PATIENTS.fullmatch(text):
        return _seen(place, int(pair[1]), int(pair[2]))
    return Patients(count(place, value))


def _seen(place: str, total: int, not_seen: int) -> Patients:
    if not_seen > total:
        raise SettingError(
            place,
            f"{integer(not_seen)} non vus pour {counted(total, 'patient')}",
            "les patients non vus depuis deux ans font partie de leur classe : corrigez l'un de ces nombres",
        )
    return Patients(total, not_seen)


_READERS: Final[Mapping[str, Callable[[str, object], Answer]]] = {
    "yes-no": yes_no,
    "rate": rate,
    "count": count,
    "addendum": addendum,
    "date": day,
    "points": points,
    "patients": patients,
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
