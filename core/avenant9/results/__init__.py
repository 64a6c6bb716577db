"""The results that programs read, one module per format: written, read back and described from here."""

from __future__ import annotations

from typing import Final

CHECK: Final = "a9-check/1"
