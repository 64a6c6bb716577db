"""How things are written in French: dates, euros, plurals, lists, near names, and what replaces a character.

The lowest layer: it imports nothing of the library. Every function is pure.
"""

from __future__ import annotations

import codecs
import re
import textwrap
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

#: The no-break space of French numbers; cp1252 and cp850 both have it.
NBSP = "\u00a0"

#: The names of the months.
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

#: The same where there is little room.
SHORT_MONTHS = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")

#: What a result is worth.
DISCLAIMER = "Constat technique, ne vaut pas avis de la caisse."

# What stands for a character that the reader's encoding lacks. Accents that are not here lose their accent.
_REPLACEMENTS = {
    "\u202f": " ",  # narrow no-break space
    "\u00a0": " ",
    "\u2009": " ",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u2010": "-",
    "\u2011": "-",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "€": "EUR",
    "…": "...",
    "≤": "<=",
    "≥": ">=",
    "≠": "<>",
    "→": "->",
    "←": "<-",
    "×": "x",
    "·": "-",
    "•": "-",
    "✓": "OK",
    "«": '"',
    "»": '"',
    "œ": "oe",
    "Œ": "OE",
    "æ": "ae",
    "Æ": "AE",
    "°": "o",
    "²": "2",
    "³": "3",
    "█": "#",
    "│": "|",
}

#: The name under which `codecs` knows the fallback (`errors=` of a text stream).
ERRORS = "a9-repli"


def day(value: date) -> str:
    """A date as `JJ/MM/AAAA`."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def month_and_year(value: date) -> str:
    """The month of a day: `septembre 2022`."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def integer(value: int) -> str:
    """A whole number, thousands apart by a no-break space."""
    return f"{value:,}".replace(",", NBSP)


def euros(cents: int | None) -> str:
    """An amount of cents as `1 234,50 €`; `montant inconnu` where it is not known."""
    if cents is None:
        return "montant inconnu"
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{integer(whole)},{rest:02d}{NBSP}€"


def signed(cents: int) -> str:
    """A difference with its sign: `+5 120,00 €`, `-3 865,00 €`."""
    return f"{'+' if cents > 0 else ''}{euros(cents)}"


def money(cents: int, point: str = ".") -> str:
    """An amount of cents as programs read it, `1234.50`; a spreadsheet in French reads it with a comma."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole}{point}{rest:02d}"


def cents(amount: str) -> int:
    """The cents of an amount that `money` wrote."""
    return int(amount.replace(".", ""))


def percent(basis_points: int) -> str:
    """Basis points as `20 %` or `7,25 %`."""
    whole, rest = divmod(basis_points, 100)
    shown = f"{whole},{rest:02d}".rstrip("0").rstrip(",") if rest else f"{whole}"
    return f"{shown}{NBSP}%"


def ordinal(rank: int, *, feminine: bool = False) -> str:
    """`1er`, `1re`, `2e`…"""
    if rank == 1:
        return "1re" if feminine else "1er"
    return f"{rank}e"


def capital(words: str) -> str:
    """The same as the start of a sentence."""
    return words[:1].upper() + words[1:]


def plural(count: int, one: str, many: str | None = None) -> str:
    """`many` from two on (French counts 0 as one); without it, every word of `one` takes an s."""
    if abs(count) < 2:
        return one
    return many if many is not None else re.sub(r"(\w)\b(?<![sxz])", r"\1s", one)


def counted(count: int, one: str, many: str | None = None) -> str:
    """A number and its noun: `1 acte`, `6 012 actes`."""
    return f"{integer(count)}{NBSP}{plural(count, one, many)}"


def listed(words: Sequence[str], last: str = "et") -> str:
    """`a, b et c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def months(ranks: Sequence[int]) -> str:
    """Months by their rank, in order, three and more in a row by the first and the last: `janvier, mars à mai`."""
    return shortened([[MONTHS[rank - 1] for rank in run] for run in runs(ranks)])


def runs(numbers: Iterable[int]) -> list[list[int]]:
    """Numbers, in order, those that follow each other together."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return found


def shortened(runs: Iterable[Sequence[str]]) -> str:
    """Names in a row, of three and more the first and the last: `2019 à 2021, 2023`."""
    return ", ".join(f"{run[0]} à {run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def numbers(codes: Iterable[int], last: str = "et") -> str:
    """Codes of two digits: `01, 22 et 23`."""
    return listed([f"{code:02d}" for code in codes], last)


def quoted(words: Iterable[str]) -> list[str]:
    """Each word between guillemets."""
    return [f"« {word} »" for word in words]


def fold(text: str) -> str:
    """Lower case, without accents: for comparing names, never for showing them."""
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))


def nearest(name: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The names that look most like `name`, best first; none when nothing is near."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - only for mistakes

    wanted = fold(name)
    if not wanted:
        return []
    scored = []
    for candidate in dict.fromkeys(names):
        folded = fold(candidate)
        ratio = SequenceMatcher(None, wanted, folded).ratio()
        # the last part of an id ("te2-annuelle") may be all that the user remembers
        tail = folded.rpartition("/")[2]
        ratio = max(ratio, SequenceMatcher(None, wanted, tail).ratio())
        if len(wanted) > 2 and wanted in folded:
            ratio = max(ratio, 0.8)
        scored.append((-ratio, candidate))
    return [candidate for score, candidate in sorted(scored)[:count] if score <= -0.6]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`peut-être « a » ou « b »`, or nothing when no name is near."""
    near = nearest(name, names)
    return f"peut-être {listed(quoted(near), 'ou')}" if near else ""


def _replacement(character: str) -> str:
    if character in _REPLACEMENTS:
        return _REPLACEMENTS[character]
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    if bare and bare != character:
        return "".join(_REPLACEMENTS.get(c, c) for c in bare)
    return f"\\u{ord(character):04x}"


def _fallback(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    encoding, found = error.encoding, error.object[error.start : error.end]
    return "".join(_in_encoding(character, encoding) for character in found), error.end


def _in_encoding(character: str, encoding: str) -> str:
    replaced = _replacement(character)
    try:
        replaced.encode(encoding)
    except UnicodeEncodeError:
        replaced = replaced.encode("ascii", "backslashreplace").decode("ascii")
    return replaced


def register_fallback() -> str:
    """Make the fallback known to `codecs`, and return its name for the `errors` of a stream."""
    codecs.register_error(ERRORS, _fallback)
    return ERRORS


def for_encoding(text: str, encoding: str) -> str:
    """The same text in characters that `encoding` has: `EUR` for `€`, `<=` for `≤`, never a question mark."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, register_fallback()).decode(encoding)
    return text


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


# C0 and C1 controls, and the characters that change the direction of what follows or are not seen at all
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """Control and direction characters as escapes, so that a cell of a file cannot drive a terminal."""
    return _UNSAFE.sub(_escaped, text)


_NO_TEXT = re.compile("[\ud800-\udfff]")


def file_name(path: str) -> str:
    """The name of a file as text: what of it is in no encoding, as the system gives it, cannot be written."""
    return _NO_TEXT.sub("\ufffd", path)


_GLUE_BEFORE = re.compile(r" (?=[:;!?»%€])")
_GLUE_AFTER = re.compile(r"(?<=«) ")
_GLUE = "\ue000"  # a space where no line may break


def glued(text: str, glue: str = NBSP) -> str:
    """The same text with `glue` for the spaces before punctuation marks and inside guillemets."""
    return _GLUE_AFTER.sub(glue, _GLUE_BEFORE.sub(glue, text))


def wrapped(text: str, width: int, indent: str = "", first: str | None = None) -> str:
    """The text in lines of at most `width`, none of which starts with a punctuation mark or ends with `«`.

    Words are not cut: one that is longer than the line stands alone on it.
    """
    start = indent if first is None else first
    if len(start) + len(text) <= width:
        return (start + text).rstrip()
    return textwrap.fill(
        glued(text, _GLUE),
        max(width, 1),
        initial_indent=start,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ).replace(_GLUE, " ")
