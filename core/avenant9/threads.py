"""What is done side by side: polars works outside the interpreter's lock."""

from __future__ import annotations

import os
from typing import Final

#: Columns or rules at once, at most: each of them takes memory.
THREADS: Final = min(os.cpu_count() or 1, 4)
