"""Whether the values that a mapping gives are values of their columns: read as the cells of a sheet are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from avenant9.acts.columns import COLUMNS, LISTED, REQUIRED
from avenant9.acts.mapped import as_cell
from avenant9.acts.mapping import Mapping
from avenant9.acts.normalise import typed_columns
from avenant9.acts.recognise import Recognised
from avenant9.acts.sheet import Reading
from avenant9.errors import SettingError
from avenant9.model import Nomenclature
from avenant9.reading.raw_sheet import RawSheet
from avenant9.wording import did_you_mean, listed

#: What the columns that a sheet must have hold beside a value: a day after every birth, an act of any age.
_OTHERS = {"date": "31/12/2999", "code": "G"}


def check_mapping(mapping: Mapping, nomenclature: Nomenclature) -> None:
    """Refuses a mapping whose `constants` or `values` their columns cannot hold.

    Raises:
        SettingError: every such value, with the nearest ones of a closed list.
    """
    given = [("constantes", key, value) for key, value in mapping.constants.items()]
    given += [("valeurs", key, value) for key, words in mapping.values.items() for value in words.values()]
    wrong = [given[rank] for rank in _unreadable([(key, value) for _, key, value in given], nomenclature)]
    if wrong:
        problems = [
            f"{section}, {COLUMNS[key].heading} : valeur inutilisable « {value} »{_near(key, value)}"
            for section, key, value in wrong
        ]
        raise SettingError(mapping.place, " ; ".join(dict.fromkeys(problems)), "corrigez ces valeurs")


def _near(key: str, value: str) -> str:
    words = LISTED.get(key) or COLUMNS[key].admitted
    return f", {did_you_mean(value, words) or 'valeurs admises : ' + listed(words, 'ou')}" if words else ""


def _unreadable(values: Sequence[tuple[str, str]], nomenclature: Nomenclature) -> Iterator[int]:
    """The ranks of those that a cell of their column could not hold: each stands alone in a row of a sheet."""
    keys = list(dict.fromkeys([*REQUIRED, *(key for key, _ in values)]))
    cells = [[as_cell(key, value) if key == own else _OTHERS.get(key) for key in keys] for own, value in values]
    schema = {f"c{place}": pl.String() for place in range(len(keys))}
    table = pl.DataFrame(cells, schema, orient="row").with_row_index("row", 1)
    found = Recognised((), {key: place for place, key in enumerate(keys)}, {key: key for key in keys})
    typed, _ = typed_columns(Reading(RawSheet("", None, table), found, table), nomenclature, Mapping())
    for rank, (key, _) in enumerate(values):
        if key in typed and typed[key][rank] is None:
            yield rank
