"""A result whose files are told by their names: what people read has no use for the folders of whoever ran it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import polars as pl
from pydantic import BaseModel

from avenant9.notice import FOLDERS
from avenant9.records import field_names, replace

Result = TypeVar("Result")


def named(result: Result) -> Result:
    """The result with each path as the name of its file; of two files of one name, with the folder that tells them
    apart. JSON and CSV are made of the result itself: they keep the paths as given."""
    names = file_names(_files(result))
    changed = {path: name for path, name in names.items() if path != name}
    told: Result = _renamed(result, changed) if changed else result
    return told


def file_names(paths: Iterable[str]) -> dict[str, str]:
    """Each path and its end: the name of the file, and as many of its folders as make it the only one."""
    parts = {path: FOLDERS.split(path) for path in paths}
    depths = dict.fromkeys(parts, 1)
    while again := _shared(names := {path: _end(parts[path], depths[path]) for path in parts}, parts, depths):
        depths |= {path: depths[path] + 1 for path in again}
    return names


def _shared(names: Mapping[str, str], parts: Mapping[str, list[str]], depths: Mapping[str, int]) -> list[str]:
    """The paths that have the name of another and have folders left to say."""
    times = Counter(names.values())
    return [path for path, name in names.items() if times[name] > 1 and depths[path] < len(parts[path])]


def _end(parts: list[str], depth: int) -> str:
    return "/".join(parts[-depth:])


def _files(value: Any) -> Iterator[str]:
    """The paths of a result: whatever stands under `file` and `files`."""
    if isinstance(value, pl.DataFrame):
        if "file" in value.columns:
            yield from value["file"].drop_nulls().unique(maintain_order=True)
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _files(one)
    else:
        for name, one in _parts(value):
            if name == "file" and isinstance(one, str):
                yield one
            elif name == "files":
                yield from one
            else:
                yield from _files(one)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a part of a result."""
    if isinstance(value, BaseModel):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields)
    else:
        yield from ((name, getattr(value, name)) for name in field_names(value))


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, pl.DataFrame):
        return _frame(value, names)
    if isinstance(value, (tuple, list)):
        told = [_renamed(one, names) for one in value]
        same = all(one is other for one, other in zip(value, told, strict=True))
        return value if same else type(value)(told)
    changed = {name: told for name, one in _parts(value) if (told := _field(name, one, names)) is not one}
    if not changed:
        return value
    return value.model_copy(update=changed) if isinstance(value, BaseModel) else replace(value, **changed)


def _field(name: str, value: Any, names: Mapping[str, str]) -> Any:
    if name == "file" and isinstance(value, str):
        return names.get(value, value)
    if name == "files":
        return tuple(names.get(file, file) for file in value)
    return value if isinstance(value, (str, dict, frozenset)) else _renamed(value, names)


def _frame(table: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """The findings, and the rows that they are related to."""
    if "file" in table.columns:
        table = table.with_columns(pl.col("file").replace(names))
    if "related" in table.columns:
        related = pl.element().struct.with_fields(pl.field("file").replace(names))
        table = table.with_columns(pl.col("related").list.eval(related))
    return table
