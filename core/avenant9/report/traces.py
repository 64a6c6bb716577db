"""What a rule looked at, as lines of text: facts under their labels, lists of acts, folded where they are long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from avenant9.kinds.trace import ActLine, ActList, Fact, Told, Trace
from avenant9.report.page import Page
from avenant9.wording import counted, day

_LABEL = 16  # where the values stand
_SHOWN = 24  # acts of a trace shown one by one


def fact(page: Page, label: str, words: str) -> str:
    """A label and its value, wrapped under itself; without a label, more of the value before."""
    under = " " * (_LABEL + 2)
    return page.wrap(words, under, f"  {label.ljust(_LABEL)}") if label else page.wrap(words, under)


def trace_lines(page: Page, trace: Trace, told: Told) -> Iterator[str]:
    """What one rule looked at."""
    for line in trace.lines(told):
        if isinstance(line, Fact):
            yield fact(page, line.label, line.words)
        else:
            yield fact(page, line.label, line.number)
            yield from _acts(page, line, told)


def _acts(page: Page, listed: ActList, told: Told) -> Iterator[str]:
    """A list of acts; a long one is folded in the middle, with the units that are not shown."""
    acts = listed.acts
    shown = _shown(acts) if listed.folded else range(len(acts))
    words = {rank: _place_and_day(acts[rank], told) for rank in shown}
    widths = [max(map(len, column)) for column in zip(*words.values(), strict=True)]
    for before, rank in zip([-1, *shown], shown, strict=False):
        if hidden := acts[before + 1 : rank]:
            rest = counted(len(hidden), "autre acte")
            yield page.wrap(f"… {rest}, {counted(sum(line.units for line in hidden), 'unité')} …", "    ")
        first = [word.ljust(width) for word, width in zip(words[rank], widths, strict=True)]
        remarks = ", ".join(acts[rank].remarks(told, listed.beyond))
        line = "  ".join([*first, remarks]).rstrip() + ("  ← cette ligne" if acts[rank].here else "")
        after = f"  {listed.after[rank]}" if listed.after else ""
        yield page.wrap(line + after, " " * 8, "    ")


def _shown(acts: Sequence[ActLine]) -> Sequence[int]:
    """The acts shown of a long list: the first ones, those around the act explained, the last ones."""
    if len(acts) <= _SHOWN:
        return range(len(acts))
    at = next((rank for rank, line in enumerate(acts) if line.here), 0)
    near = range(at - _SHOWN // 3, at + _SHOWN // 3)
    ends = (*range(_SHOWN // 6), *range(len(acts) - _SHOWN // 6, len(acts)))
    return sorted({*ends, *near} & set(range(len(acts))))


def _place_and_day(line: ActLine, told: Told) -> list[str]:
    moment = day(line.date) + (f" {line.time:%H:%M}" if line.time else "")
    return [f"ligne {told.row(line.where)}", moment, line.code]
