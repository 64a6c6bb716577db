"""Rule files gone wrong: every value taken out, or replaced by what has no business there."""

from __future__ import annotations

import copy
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

JUNK = (
    None,
    True,
    -7,
    3.5,
    10**30,
    float("nan"),
    "",
    "n'importe quoi",
    [],
    [[]],
    {},
    {"test": "x"},
    date(2022, 2, 3),
)


def _places(data: Any) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a file."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (key,)
        if isinstance(value, dict | list):
            yield from ((key, *rest) for rest in _places(value))


def spoiled(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The content of a file with one value of each sort gone wrong, in each way; None is for a value taken out."""
    alike = {tuple(0 if isinstance(step, int) else step for step in place): place for place in _places(data)}
    for place in alike.values():
        for junk in JUNK:
            changed = copy.deepcopy(data)
            inner: Any = changed
            for step in place[:-1]:
                inner = inner[step]
            if junk is None:
                del inner[place[-1]]
            else:
                inner[place[-1]] = junk
            yield changed
