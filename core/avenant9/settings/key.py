"""The key of pseudonyms that stay the same: a file to keep apart from the results."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from avenant9.errors import SettingError
from avenant9.settings.toml import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

_BYTES = 32
_WORDS = (
    "# Clé des pseudonymes de a9 (a9 check --pseudonym-key).",
    "# Qui l'a peut retrouver un patient derrière son pseudonyme : gardez-la à part des résultats, ne l'envoyez pas.",
    "# Perdue, elle ne se refait pas : les pseudonymes changent avec elle.",
)


def new_key() -> str:
    """The file of a key that nobody has."""
    return "\n".join([*_WORDS, secrets.token_hex(_BYTES)]) + "\n"


def load_key(path: Path) -> bytes:
    """The key of a file.

    Raises:
        InputError: it cannot be read.
        SettingError: it is no key. What it holds is never quoted.
    """
    text = read_bytes(path, "donnez le fichier d'une clé").decode("utf-8-sig", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        key = bytes.fromhex("".join(lines))
    except ValueError:
        key = b""
    if len(lines) != 1 or len(key) < _BYTES:
        problem = "ce n'est pas une clé de pseudonymes"
        raise SettingError(str(path), problem, "faites-en une par « a9 template key -o cle.txt »")
    return key
