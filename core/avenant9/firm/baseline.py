"""The findings of a firm's earlier result, client by client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from avenant9.errors import SettingError
from avenant9.results.firm import FORMAT, Firm
from avenant9.settings.toml import read_bytes
from avenant9.waivers import Earlier

if TYPE_CHECKING:
    from pathlib import Path

_AGAIN = f"donnez le résultat JSON d'un dossier de clients ({FORMAT})"


def read_baselines(path: Path) -> dict[str, dict[str, Earlier]]:
    """The findings of each client that was checked, by its name, then by fingerprint.

    Raises:
        InputError: the file cannot be read.
        SettingError: it is no such result, or one of the profile `fiscal`, which has no fingerprints.
    """
    content = read_bytes(path, _AGAIN)
    try:
        saved = Firm.model_validate_json(content.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError:  # its words would quote the file
        raise SettingError(str(path), "ce n'est pas le résultat d'un dossier, ou il est incomplet", _AGAIN) from None
    checked = [client for client in saved.clients if client.line is not None]
    if any(client.fingerprints is None for client in checked):
        raise SettingError(str(path), "le profil fiscal n'écrit pas d'empreintes", "refaites-le sous un autre profil")
    return {
        client.client: {one.fingerprint: Earlier(one.verdict, one.at_stake) for one in client.fingerprints or ()}
        for client in checked
    }
