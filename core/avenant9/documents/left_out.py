"""What of the files is in no result: the rows that were rejected, the files and sheets that were not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avenant9.documents import sentences
from avenant9.report.document import Column, Section, Table
from avenant9.report.page import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avenant9.model import Rejected, Unread


def sections(rejected: Sequence[Rejected], unread: Sequence[Unread], title: str = "Lignes rejetées") -> list[Section]:
    """Both; `title`: of the rows."""
    table = Table(
        (Column("Ligne"), Column("Cellule", "identifier"), Column("Raison")),
        [(f"{place(one.file, one.sheet)}, ligne {one.row}", one.cell, one.reason) for one in rejected],
    )
    return [Section(title, tables=(table,) if rejected else ()), files(unread)]


def files(unread: Sequence[Unread]) -> Section:
    """The files and sheets."""
    return Section("Lecture", words=tuple(map(sentences.not_read, unread)))
