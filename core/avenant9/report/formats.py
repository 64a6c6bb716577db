"""The formats of a result."""

from __future__ import annotations

from typing import Literal

Format = Literal["table", "csv", "xlsx", "json", "html"]

#: In the order of the help; the first is the default.
FORMATS: tuple[Format, ...] = ("table", "csv", "xlsx", "json", "html")
#: Those that have room for all of a document.
WHOLE: tuple[Format, ...] = ("xlsx", "html")
#: Of what is told rather than tabulated.
TOLD: tuple[Format, ...] = ("table", "json")
