"""What a user says of the files of one program."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mapping:
    """What a user says of the files of one program: `columns` is key -> heading of the file."""

    columns: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None
    sector_cnam: bool = False
    practitioners: dict[str, str] = field(default_factory=dict)
    place: str = "mapping"  # its file, for messages
    values: dict[str, dict[str, str]] = field(default_factory=dict)
