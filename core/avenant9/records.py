"""Values of named fields.

Each is a `Struct`, which costs a hundredth of a dataclass when its module is imported; where pydantic reads or writes
it in a result, or a field is left out of its text or its equality, it is a dataclass.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from msgspec import Struct, structs

if TYPE_CHECKING:
    from dataclasses import replace
else:

    def replace(record, /, **changes):
        """The same record with other values in some fields."""
        return (structs if isinstance(record, Struct) else dataclasses).replace(record, **changes)


__all__ = ["field_names", "replace"]


def field_names(record: object) -> tuple[str, ...]:
    """The fields of a record, in their order; none where it is not one."""
    if isinstance(record, Struct):
        return record.__struct_fields__
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return tuple(field.name for field in dataclasses.fields(record))
    return ()
