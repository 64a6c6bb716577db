"""What a page of man(7) is made of: blocks of lines, in which every character is shown as it is written.

The source is ASCII, with named glyphs for the rest, so that no reader of pages has to be told its encoding.
Words of the text are marked as in plain writing: `code` is bold, as are long options (--format) and pages (a9(1)).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from avenant9.wording import glued

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Block = list[str]

_WIDTH = 78  # characters of a source line
_MARKED = re.compile(r"`([^`]+)`|(?<![\w-])(--[a-z][a-z-]*)|(?<![\w(/])(a9(?:-[a-z0-9-]+)?)(?=\(\d\))|(https?://\S+)")
_URL_BREAK = re.compile(r"(?<=[/?&=])(?<!//)(?![/?&=])|(?=-)")
_SENTENCE_END = re.compile(r"[.?!](\\~|\\\[Fc]|[)\"])*$")

_ACCENTS = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0308": ":", "\u0327": ","}
_GLYPHS = {
    "«": "Fo",
    "»": "Fc",
    "°": "de",
    "€": "Eu",
    "œ": "oe",
    "Œ": "OE",
    "–": "en",
    "—": "em",
    "’": "cq",
    "≤": "<=",
}
_ESCAPES = {"\\": r"\e", "-": r"\-", "\u00a0": r"\~", "\u202f": r"\~"}
_LITERAL = {**_ESCAPES, "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}


def _escaped(text: str, escapes: dict[str, str] = _ESCAPES) -> str:
    """The text in ASCII, of which nothing is left to be a request or an escape."""
    return "".join(escapes.get(c) or (c if c.isascii() else _glyph(c)) for c in text)


def _glyph(character: str) -> str:
    """`\\['e]` for é; by its number where the glyph has no name."""
    letter, *marks = list(unicodedata.normalize("NFD", character))
    if len(marks) == 1 and marks[0] in _ACCENTS:
        return rf"\[{_ACCENTS[marks[0]]}{letter}]"
    return rf"\[{_GLYPHS.get(character, f'u{ord(character):04X}')}]"


def literal(text: str) -> str:
    """Text to be typed or copied: straight quotes, real hyphens."""
    return _escaped(text, _LITERAL)


def bold(text: str) -> str:
    """Literal text in bold."""
    return rf"\fB{literal(text)}\fR"


def italic(text: str) -> str:
    """What stands for something else."""
    return rf"\fI{literal(text)}\fR"


def prose(text: str) -> str:
    """French text with its no-break spaces and its marked words."""
    parts, last = [], 0
    text = glued(" ".join(text.split()))
    for found in _MARKED.finditer(text):
        *words, url = found.groups()
        marked = _breakable(url) if url else bold(next(filter(None, words)))
        parts += [_escaped(text[last : found.start()]), marked]
        last = found.end()
    return "".join([*parts, _escaped(text[last:])])


def _breakable(url: str) -> str:
    """An address that may go on on the next line."""
    return _escaped(_URL_BREAK.sub("\0", url), {**_LITERAL, "\0": r"\:"})


def name_line(name: str, words: str) -> Block:
    """What the page is about, in the form that apropos(1) reads."""
    return _filled(rf"{literal(name)} \- {prose(words)}")


def section(title: str) -> Block:
    """A heading."""
    return [f'.SH "{literal(title)}"']


def subsection(title: str) -> Block:
    """A lesser heading."""
    return [f'.SS "{literal(title)}"']


def paragraph(text: str) -> Block:
    """A paragraph of prose."""
    return [".PP", *_filled(prose(text))]


def entry(tag: str, text: str, *more: str) -> Block:
    """A word (already marked) and what it means; the paragraphs of `more` stand below."""
    below = [line for words in more for line in (".IP", *_filled(prose(words)))]
    return [".TP", tag, *_filled(prose(text)), *below]


def code(lines: Sequence[str], indent: int = 4) -> Block:
    """Lines as they are; their end brings hyphenation back, which would be the English one."""
    return [".PP", f".RS {indent}", ".EX", *(_safe(literal(line.rstrip())) for line in lines), ".EE", ".nh", ".RE"]


def page(name: str, number: int, date: str, source: str, blocks: Iterable[Block], notice: str) -> str:
    """The whole page, from its first line, which is a comment that says `notice`."""
    lines = [
        rf".\" {notice}",
        f'.TH "{literal(name.upper())}" {number} {date} "{_escaped(source)}" "Manuel de a9"',
        ".nh",
        ".ad l",
    ]
    for block in blocks:
        after_heading = lines[-1].startswith((".SH", ".SS"))
        lines += block[1:] if after_heading and block[0] == ".PP" else block
    return "\n".join(lines) + "\n"


def _filled(text: str) -> Block:
    """Source lines of at most `_WIDTH` characters, none of which looks like a request or, inside, like an end."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and len(longer) > _WIDTH:
            lines.append(_safe(_going_on(line)))
            line = word
        else:
            line = longer
    return [*lines, _safe(line)]


def _going_on(line: str) -> str:
    """The same line, after whose full stop one space is enough."""
    return rf"{line}\&" if _SENTENCE_END.search(line) else line


def _safe(line: str) -> str:
    return rf"\&{line}" if line.startswith((".", "'")) else line
