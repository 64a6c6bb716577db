"""The one reader of the TOML files that users fill in, and what it says of those that cannot be read."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from avenant9.errors import InputError, SettingError
from avenant9.wording import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_PLACE = re.compile(r"at (?:line (\d+)|end of document)")


def read_toml(path: Path, remedy: str) -> dict[str, Any]:
    """The tables of a TOML file, its decimals as Decimal; `remedy` is where to start again.

    Raises:
        InputError: the file cannot be read.
        SettingError: it is no TOML.
    """
    return parsed(str(path), read_bytes(path, "donnez un fichier TOML"), remedy)


def read_bytes(path: Path, instead: str) -> bytes:
    """What the file holds; `instead` is what to give where it is a folder. Raises InputError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(str(path), "fichier introuvable", "vérifiez le chemin") from None
    except IsADirectoryError:
        raise InputError(str(path), "c'est un dossier", instead) from None
    except (OSError, ValueError):  # ValueError: a null character in the name
        raise InputError(str(path), "lecture impossible", "vérifiez vos droits sur ce fichier") from None


def parsed(place: str, content: bytes, remedy: str, wrong: str = "ce n'est pas du TOML en UTF-8") -> dict[str, Any]:
    """The tables of TOML read from `place`; `wrong` is what to say of bytes that are no text. Raises SettingError."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise SettingError(place, wrong, remedy) from None
    except (ValueError, RecursionError) as error:  # also what tomllib lets through: an integer without end
        at = _PLACE.search(str(error))
        line = at and (at[1] or content.rstrip().count(b"\n") + 1)
        raise SettingError(f"{place}, ligne {line}" if line else place, "TOML mal formé", remedy) from None


def check_keys(place: str, keys: Iterable[str], known: Iterable[str]) -> None:
    """Raises SettingError at the first key that is not among those known, with the nearest of them, or all."""
    known = list(known)
    for key in keys:
        if key not in known:
            raise SettingError(place, f"clé inconnue « {key} »", near(key, known))


def near(key: str, known: Iterable[str]) -> str:
    """The names that look like `key`, else all of them."""
    known = list(known)
    return did_you_mean(key, known) or f"les clés sont {listed(known)}"
