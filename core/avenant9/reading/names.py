"""The names of files in what was read of them: they stand in many sentences, and some are in no encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from avenant9.errors import InputError
from avenant9.records import field_names, replace
from avenant9.wording import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Found = TypeVar("Found")


def writable(found: Found, files: Sequence[str]) -> Found:
    """What these files gave, with their names as they can be written."""
    odd = any(file_name(file) != file for file in files)
    return cast("Found", _each_text(found, file_name)) if odd else found


def _each_text(found: Any, change: Callable[[str], str]) -> Any:
    """What was read, with every text of its account changed."""
    if isinstance(found, InputError):
        return type(found)(*map(change, found.args))
    if isinstance(found, str):
        return change(found)
    if isinstance(found, tuple):
        return tuple(_each_text(one, change) for one in found)
    names = field_names(found)
    return replace(found, **{name: _each_text(getattr(found, name), change) for name in names}) if names else found
