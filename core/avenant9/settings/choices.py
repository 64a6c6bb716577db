"""The closed lists that options and `a9.toml` choose from, and what they are without either. It imports nothing."""

from __future__ import annotations

from typing import Final

#: Where the tariffs and the public holidays are those of the acts.
ZONES: Final = ("metropole", "alsace-moselle", "guadeloupe", "martinique", "guyane", "reunion", "mayotte")
#: Who will read the result.
PROFILES: Final = ("interne", "comptable", "fiscal", "cpam")
ZONE, PROFILE = ZONES[0], "comptable"
