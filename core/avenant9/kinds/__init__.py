"""The kinds of rule, one module each: its models, the acts it looks at, its check, its trace and their words.

`KINDS` is the only list of them: what files may say under `kind`, the families of rules, the lint, the manual and
the plan of a run are read from it.
"""

from __future__ import annotations

from typing import Any

from avenant9.kinds.alternation import Alternation
from avenant9.kinds.base import Base
from avenant9.kinds.condition import Condition
from avenant9.kinds.data import Data
from avenant9.kinds.derogation import Derogation
from avenant9.kinds.frequency import Frequency
from avenant9.kinds.host import Host
from avenant9.kinds.kind import Kind
from avenant9.kinds.no_overcharge import NoOvercharge
from avenant9.kinds.opposable import Opposable
from avenant9.kinds.pair import Pair
from avenant9.kinds.proximity import Proximity
from avenant9.kinds.sequel import Sequel
from avenant9.kinds.share import Share
from avenant9.kinds.specialty import Specialty
from avenant9.kinds.tariff import Tariff
from avenant9.kinds.validity import Validity

KINDS: tuple[type[Kind[Any]], ...] = (
    Frequency,
    Proximity,
    Sequel,
    Share,
    Derogation,
    Tariff,
    NoOvercharge,
    Base,
    Opposable,
    Condition,
    Specialty,
    Host,
    Alternation,
    Validity,
    Pair,
    Data,
)

__all__ = ["KINDS", "Kind"]
