"""What a file really is and holds, found from its bytes before any parser trusts it.

The native reader is fast but takes a workbook at its word: one stray cell far away makes it ask for hundreds of
gigabytes and abort, and it returns `#N/A` and formulas without a value as blanks. So the XML of each sheet to
be read is streamed once as bytes (about 2 s for a full sheet of 1,048,576 rows): limits are enforced, and the
cells that hold an error are noted.

`sniff` opens a file and says its sort; `examine` takes a workbook to the module of its sort (`xlsx`, `ods`, `xls`).
The sheets of an xlsx are searched as bytes (`fast`), or parsed where their form is unusual (`slow`).
"""

from __future__ import annotations

from typing import BinaryIO

from avenant9.acts.preflight.limits import MAX_COLUMNS
from avenant9.acts.preflight.refusals import RESAVE, damaged
from avenant9.acts.preflight.sheet import (
    UNCOMPUTED,
    Area,
    Chosen,
    RowsTaker,
    Sheet,
    Workbook,
    letters,
    number,
)
from avenant9.acts.preflight.sniff import HEAD, WORKBOOK_ENDINGS, Kind, open_input, sniff
from avenant9.errors import InputError

__all__ = [
    "HEAD",
    "MAX_COLUMNS",
    "RESAVE",
    "UNCOMPUTED",
    "WORKBOOK_ENDINGS",
    "Area",
    "Chosen",
    "Kind",
    "RowsTaker",
    "Sheet",
    "Workbook",
    "damaged",
    "letters",
    "number",
    "open_input",
    "sniff",
    "workbook",
]


def workbook(path: str, file: BinaryIO, kind: Kind, chosen: Chosen, rows: RowsTaker | None = None) -> Workbook:
    """Examine a zip or OLE file; only the `chosen` sheets are looked into, and `rows` is handed what was examined.

    Raises:
        InputError: not a workbook, damaged, protected, or holding what would abort or mislead the reader.
    """
    from avenant9.acts.preflight.examine import examined  # noqa: PLC0415 - a text file needs neither zip nor XML

    if not file.seekable():
        raise InputError(path, "un classeur ne peut pas être lu d'un tuyau", "enregistrez-le dans un fichier")
    return examined(path, file, kind, chosen, rows or RowsTaker())
