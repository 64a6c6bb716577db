"""`--at [FILE:][SHEET!]ROW`, or the number of an invoice: which rows of which sheets are meant."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from avenant9.errors import SettingError
from avenant9.wording import fold, integer, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avenant9.model import Acts, Input

_AT = re.compile(r"(?P<place>.*[:!])?\$?[A-Za-z]{0,3}\$?(?P<row>\d{1,7})", re.DOTALL)
_SHAPE = "écrivez LIGNE, FEUILLE!LIGNE ou FICHIER:FEUILLE!LIGNE, par exemple --at 57, ou un numéro de facture"
#: What says that a number is that of an invoice, where it could be a row's.
_INVOICE = re.compile(r"facture\s*:?\s*(?P<number>.+)", re.IGNORECASE)
_SHOWN = 8


def find(acts: Acts, at: str) -> list[tuple[int, int]]:
    """The rank of the sheet among `acts.inputs`, and the row; of an invoice, each of its rows, in order.

    The row may be written as the address of one of its cells (`A58`), the sheet between apostrophes as in a
    spreadsheet, the file by its name alone. What is the number of an invoice is that, unless it is a row's too:
    `facture 58` then says so.

    Raises:
        SettingError: no row is named, the file or sheet is unknown or ambiguous, or the sheet has no such row.
    """
    if billed := _of_invoice(acts, at):
        return billed
    found = _AT.fullmatch(at.strip())
    if not found:
        raise SettingError(f"--at {at}", "pas de numéro de ligne", _SHAPE)
    place, row = found["place"] or "", int(found["row"])
    ranks = _matching(acts.inputs, place)
    if len(ranks) != 1:
        candidates = ranks or list(range(len(acts.inputs)))
        problem = "plusieurs feuilles à ce nom" if place else "plusieurs fichiers ou feuilles ont été lus"
        raise SettingError(
            f"--at {at}",
            problem if ranks else "ni un fichier ni une feuille qui a été lue",
            f"écrivez {_spelt(acts.inputs, candidates, row)}",
        )
    _check_row(acts, ranks[0], row, at)
    return [(ranks[0], row)]


def _of_invoice(acts: Acts, at: str) -> list[tuple[int, int]]:
    """The rows of an invoice; none where it is none, or a row has this number and nothing says that it is not meant.

    Raises:
        SettingError: no row is of this invoice, and `at` says that it is one.
    """
    told = _INVOICE.fullmatch(at.strip())
    number = told["number"] if told else at.strip()
    if told is None and number.isdecimal() and number in map(str, acts.table["row"]):
        return []
    rows = acts.table.filter(acts.table["invoice"] == number).select("input", "row").unique(maintain_order=True)
    if told and rows.is_empty():
        raise SettingError(f"--at {at}", "aucun acte de cette facture dans les fichiers", "vérifiez son numéro")
    return [(rank, row) for rank, row in rows.iter_rows()]


def _matching(inputs: Sequence[Input], place: str) -> list[int]:
    """The inputs that `place` names, by exact spelling first, then whatever the case and the accents."""
    exact = [rank for rank, entry in enumerate(inputs) if place in _names(entry)]
    if exact:
        return exact
    wanted = fold(place)
    return [rank for rank, entry in enumerate(inputs) if wanted in map(fold, _names(entry))]


def _names(entry: Input) -> Iterator[str]:
    files = dict.fromkeys((entry.file, PurePath(entry.file).name))
    sheets = () if entry.sheet is None else (entry.sheet, f"'{entry.sheet}'")
    yield ""
    yield from (f"{file}:" for file in files)
    yield from (f"{sheet}!" for sheet in sheets)
    yield from (f"{file}:{sheet}!" for file in files for sheet in sheets)


def _spelt(inputs: Sequence[Input], ranks: Sequence[int], row: int) -> str:
    """How each of these sheets is written, as short as is clear."""
    several = len({entry.file for entry in inputs}) > 1
    words = [
        (f"{inputs[rank].file}:" if several or inputs[rank].sheet is None else "")
        + (f"{inputs[rank].sheet}!" if inputs[rank].sheet is not None else "")
        + str(row)
        for rank in ranks
    ]
    shown = quoted(words[:_SHOWN])
    if len(words) > _SHOWN:
        shown.append(f"{len(words) - _SHOWN} autres")
    return listed(shown, "ou")


def _check_row(acts: Acts, rank: int, row: int, at: str) -> None:
    entry = acts.inputs[rank]
    here = (entry.file, entry.sheet)
    of_acts = acts.table.filter(acts.table["input"] == rank)["row"]
    rows = [*of_acts, *(one.row for one in acts.rejected if (one.file, one.sheet) == here)]
    if not rows:
        raise SettingError(f"--at {at}", "aucune ligne lue dans cette feuille", "vérifiez le fichier")
    first, last = min(rows), max(rows)
    if not first <= row <= last:
        raise SettingError(
            f"--at {at}",
            f"la ligne {row} n'est pas une ligne d'actes",
            f"les actes vont de la ligne {integer(first)} à la ligne {integer(last)}",
        )
