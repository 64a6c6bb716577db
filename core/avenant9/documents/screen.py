"""What a terminal shows of a check. Standard library only: it is asked for before anything heavy is imported."""

from __future__ import annotations

from msgspec import Struct


class Screen(Struct, frozen=True):
    """What is shown: how many `findings` one by one (None: all of them), and whether the `texts` behind them."""

    findings: int | None
    texts: bool = False
