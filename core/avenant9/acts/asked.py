"""What a user says of files of acts. No model is imported for it: the first file begins to be read before that."""

from __future__ import annotations

from msgspec import Struct

from avenant9.acts.headings import is_heading
from avenant9.acts.mapping import Mapping
from avenant9.reading.sheets import Request


class ReadOptions(Struct, frozen=True):
    """What a user says of the files: all optional."""

    mapping: Mapping | None = None
    sheets: tuple[str, ...] = ()
    all_sheets: bool = False
    encoding: str | None = None
    practitioner: str | None = None

    @property
    def request(self) -> Request:
        """What this asks of the reader of files; an option wins over the mapping."""
        mapping = self.mapping or Mapping()
        named = (mapping.sheet,) if mapping.sheet else ()
        return Request(
            encoding=self.encoding or mapping.encoding,
            separator=mapping.separator,
            sheets=self.sheets or named,
            hidden=self.all_sheets,
            by="--sheet" if self.sheets else mapping.asked_by,
            is_heading=is_heading,
        )
