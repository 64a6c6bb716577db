"""The columns of acts, from the one table that says all of each: `columns.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct, field

from avenant9.compiled import table
from avenant9.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable


class Column(Struct, frozen=True, eq=False):
    """One column of acts, or of sums claimed back.

    Attributes:
        key: of the contract.
        heading: of the template.
        type: `texte`, `date`, `heure`, `moment`, `euros`, `nombre`, `oui-non` or `liste`.
        headings: what real exports write, best first.
        roots, words, lesser: see `headings.stem_rank`.
        dtype: in ACTS; None where the column only serves to identify a patient.
        note, examples: of the template; empty for a column that the template does not have.
        values: a closed list, each value with the words that people read: every other one is unknown.
        also: what is written for some of them besides, value by value.
        admitted: values offered by the template, which are read in more ways than these.
    """

    key: str
    heading: str
    type: str
    headings: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    lesser: tuple[str, ...] = ()
    dtype: pl.DataType | None = None
    note: str = ""
    examples: tuple[Any, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    also: dict[str, list[str]] = field(default_factory=dict)
    admitted: tuple[str, ...] = ()

    @property
    def spellings(self) -> dict[str, str]:
        """What is written for the values of a closed list -> value; a participle in all its forms."""
        written = {value: (value, words, *self.also.get(value, ())) for value, words in self.values.items()}
        return {form: value for value, words in written.items() for word in words for form in _forms(word)}


def _forms(word: str) -> list[str]:
    return [word + ending for ending in ("", "e", "s", "es", "(e)", "(s)", "(e)s")] if word.endswith("é") else [word]


_DTYPES = {
    "Boolean": pl.Boolean(),
    "Date": pl.Date(),
    "Datetime": pl.Datetime("us"),
    "Int16": pl.Int16(),
    "Int32": pl.Int32(),
    "Int64": pl.Int64(),
    "String": pl.String(),
    "Time": pl.Time(),
}


def _column(entry: dict[str, Any]) -> Column:
    read: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return Column(**read | {"dtype": _DTYPES[entry["dtype"]] if "dtype" in entry else None})


def _table() -> dict[str, Column]:
    return {entry["key"]: _column(entry) for entry in table("acts/columns.toml")["column"]}


#: Key -> column, in the order of the template; then those by which a patient is known where no file number does it.
COLUMNS: dict[str, Column] = _table()
REQUIRED = ("date", "code")
TEMPLATE = tuple(key for key, column in COLUMNS.items() if column.note)
#: Key -> heading of the template, in its order.
HEADINGS = {key: COLUMNS[key].heading for key in TEMPLATE}

#: The acts table. One line per act (one code of one row). Null means *unknown*, never "no" or zero. Amounts are
#: cents, rates basis points, coefficients thousandths.
ACTS: dict[str, pl.DataType] = {
    "act": pl.UInt32(),  # 0…n-1 in the order of the command line, sheet, row, rank of the code in its cell
    "input": pl.UInt16(),  # index into Acts.inputs
    "row": pl.UInt32(),  # row number the user sees
    "parts": pl.UInt8(),  # how many codes the row holds
    **{key: column.dtype for key, column in COLUMNS.items() if column.dtype is not None},
    "patient_shown": pl.String(),  # what the file says of the patient, for `interne` only; `patient` tells who it is
    # `patient` is a name alone, or a NIR without rank or date of birth, under which several may stand
    "patient_uncertain": pl.Boolean(),
    "patient_nir": pl.Boolean(),  # `patient` is a NIR, the same for every practitioner
    "unnamed_invoice": pl.Boolean(),  # no row of its invoice names a patient
    "regulated_day_only": pl.Boolean(),  # regulated_at was given without a time
    "requested_day_only": pl.Boolean(),  # requested_at was given without a time
    "duplicate_of": pl.UInt32(),  # the act that this one repeats, within a file or in another one
    "rebills": pl.UInt32(),  # the act that this one bills again, on another invoice
    "doubtful": pl.Boolean(),  # repeats or rebills another row and counts all the same
    # null: counts; else `cancellation`, `cancelled`, `orphan`, `repeated`, or the status that says so
    "uncounted": pl.String(),
}


def claim_columns(*, any_amount: bool = False) -> dict[str, Column]:
    """Key -> column of a table of sums claimed back: its own, then those that it has in common with acts.

    `any_amount`: a column of amounts, whatever it is called, is what is claimed: the table has no other.
    """
    told = table("acts/claims.toml")
    own = [_column(entry) for entry in told["column"]]
    keys = [key for key in told["as_in_acts"] if not (any_amount and key == "amount")]
    shared = [replace(COLUMNS[key], headings=(*COLUMNS[key].headings, *told["also"].get(key, ()))) for key in keys]
    if any_amount:
        own = [_headed_as(column, "amount") if column.key == "claimed" else column for column in own]
    return {column.key: column for column in (*own, *shared)}


def payment_columns() -> dict[str, Column]:
    """Key -> column of a table of payments: their day, and what was received."""
    return {entry["key"]: _column(entry) for entry in table("acts/payments.toml")["column"]}


def _headed_as(column: Column, key: str) -> Column:
    """A column that what heads another one may head too."""
    other = COLUMNS[key]
    return replace(
        column,
        headings=(*column.headings, other.heading, *other.headings),
        roots=(*column.roots, *other.roots),
        words=(*column.words, *other.words, *other.lesser),
    )


#: The closed lists of the contract: every other value is unknown.
LISTED: dict[str, tuple[str, ...]] = {key: tuple(column.values) for key, column in COLUMNS.items() if column.values}


def heading(key: str) -> str:
    """The template's heading of a key; a key without one is shown as it is."""
    return COLUMNS[key].heading if key in COLUMNS else key


def in_french(key: str, values: Iterable[str]) -> list[str]:
    """Values of a listed column in words; one that is not in its list is its own word."""
    words = COLUMNS[key].values if key in COLUMNS else {}
    return [words.get(value, value) for value in values]
