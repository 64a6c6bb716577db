"""The names of files in what was read of them: they stand in many sentences, and some are in no encoding."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, TypeVar, cast

from avenant9.errors import InputError
from avenant9.wording import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Found = TypeVar("Found")


def writable(found: Found, files: Sequence[str]) -> Found:
    """What these files gave, with their names as they can be written."""
    odd = any(file_name(file) != file for file in files)
    return cast("Found", _each_text(found, file_name)) if odd else found


def _each_text(found: object, change: Callable[[str], str]) -> object:
    """What was read, with every text of its account changed."""
    if isinstance(found, InputError):
        return type(found)(*map(change, found.args))
    if isinstance(found, str):
        return change(found)
    if isinstance(found, tuple):
        return tuple(_each_text(one, change) for one in found)
    if is_dataclass(found) and not isinstance(found, type):
        return replace(found, **{one.name: _each_text(getattr(found, one.name), change) for one in fields(found)})
    return found
