"""How many examples a property draws: the same few in `make test`, new ones and many in `make fuzz` (A9_LONG)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

Test = TypeVar("Test", bound=Callable[..., None])
_LONG = bool(os.environ.get("A9_LONG"))


def examples(few: int, many: int) -> Callable[[Test], Test]:
    """A property over so many examples in the short form, and in the long one."""
    chosen = settings(
        max_examples=many if _LONG else few,
        derandomize=not _LONG,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: pytest.mark.drawn(chosen(test))
