"""What a shell offers for the word being typed; imported only when a shell asks, or for the script that makes it ask.

Quick, since somebody waits: rules and measures are the names of their files, no rule is loaded.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    PowerShellComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

import avenant9
from avenant9.rule_ids import family_of, parts_of, rule_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Item = CompletionItem[str]
    Offer = Callable[[click.Context, str], list[Item]]

#: The environment variable through which a shell asks.
VARIABLE = "_A9_COMPLETE"

_RULES = Path(avenant9.__file__).parent / "rules"
#: Folders of rule files that hold no rule which a person names, or whose names mean something else.
_NO_RULES = {"calendrier", "cases", "forfait", "mesure", "nomenclature", "recouvrement", "tables"}
_LABEL = re.compile(r'^id\s*=\s*"(.+)"\nlabel\s*=\s*"(.+)"', re.MULTILINE)
_TITLE = re.compile(r'^(?:title|label)\s*=\s*"(.+)"', re.MULTILINE)


def _files(_context: click.Context, incomplete: str) -> list[Item]:
    return [CompletionItem(incomplete, type="file")]


def _folders(_context: click.Context, incomplete: str) -> list[Item]:
    return [CompletionItem(incomplete, type="dir")]


def _rules(context: click.Context, incomplete: str) -> list[Item]:
    """Ids of the shipped rules and of those of `--rules`."""
    return _starting(incomplete, _rules_of(context))


def _patterns(context: click.Context, incomplete: str) -> list[Item]:
    """Families, then ids, after the last comma of a list."""
    before, comma, last = incomplete.rpartition(",")
    rules = _rules_of(context)
    families = dict.fromkeys(map(family_of, rules))
    items = _starting(last, {**dict.fromkeys(families, ""), **rules})
    return [CompletionItem(f"{before}{comma}{item.value}", help=item.help) for item in items]


def _codes(context: click.Context, incomplete: str) -> list[Item]:
    """The codes of the nomenclature and of that of `--rules`, under their labels."""
    files = [path for root in _roots(context) for path in root.glob("nomenclature/*.toml")]
    return _starting(incomplete.upper(), {path.stem: _title(path) for path in sorted(files)})


def _families(context: click.Context, incomplete: str) -> list[Item]:
    """The families of the rules."""
    families = dict.fromkeys(map(family_of, _rules_of(context)))
    return _starting(incomplete, dict.fromkeys(families, ""))


def _measures(context: click.Context, incomplete: str) -> list[Item]:
    """Ids of the measures, without their folder."""
    found = {parts_of(name)[1]: title for name, title in _named_in(context, {"mesure"}).items()}
    return _starting(incomplete, found)


def _periods(context: click.Context, incomplete: str) -> list[Item]:
    """Periods of the measures that are asked for, or of all."""
    asked = context.params.get("only") or ()
    files = [path for path in sorted((_RULES / "mesure").glob("*.toml")) if not asked or path.stem in asked]
    return _starting(incomplete, {name: label for path in files for name, label in _labels(path)})


def _indicators(_context: click.Context, incomplete: str) -> list[Item]:
    """Indicators of the forfait structure in any of its years."""
    files = sorted((_RULES / "forfait").glob("[0-9]*.toml"))
    return _starting(incomplete, {name: label for path in files for name, label in _labels(path)})


def _encodings(_context: click.Context, incomplete: str) -> list[Item]:
    return _starting(incomplete, dict.fromkeys(("utf-8", "cp1252", "utf-16", "cp850", "mac-roman"), ""))


#: Option, or name of an argument -> what it takes, where its metavar does not say so.
_BY_NAME: dict[str, Offer] = {
    "--only": _patterns,
    "--skip": _patterns,
    "--encoding": _encodings,
    "--code": _codes,
    "--family": _families,
    "--measure": _measures,
    "--period": _periods,
    "code": _codes,
    "rule": _rules,
    "measure": _measures,
    "indicator": _indicators,
}
#: End of a metavar -> what it takes.
_BY_METAVAR: dict[str, Offer] = {
    "FICHIER": _files,
    "FICHIERS...": _files,
    ".toml": _files,
    ".json": _files,
    ".xlsx": _files,
    ".docx": _files,
    "RÉCLAMATION": _files,
    "DOSSIER": _folders,
}


def offer_for(param: click.Parameter) -> Offer | None:
    """What to offer for the value of a parameter; None where nothing can be known (a date, a name)."""
    metavar = (param.metavar or "").strip("[]")
    by_metavar = next((offer for end, offer in _BY_METAVAR.items() if metavar.endswith(end)), None)
    return _BY_NAME.get(param.opts[-1]) or by_metavar


class _Offered(click.types.StringParamType):
    """A text of which the beginning may be known."""

    def __init__(self, offer: Offer) -> None:
        self.offer = offer

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Item]:
        """What it may be."""
        return self.offer(ctx, incomplete)


def _equip(command: click.Command) -> None:
    """Give each parameter of a command, and of those below it, what it offers."""
    for param in command.params:
        offer = offer_for(param)
        if offer and not isinstance(param.type, click.Choice):
            param.type = _Offered(offer)
    if isinstance(command, click.Group):
        for child in command.commands.values():
            _equip(child)


class _Quick(ShellComplete):
    """Imports the command that is being typed, and no other."""

    def get_completions(self, args: list[str], incomplete: str) -> list[Item]:
        """What may come next."""
        from a9.main import COMMANDS  # noqa: PLC0415 - it imports this module

        if not args and not incomplete.startswith("-"):
            return _starting(incomplete, {name: words for name, (_, words) in COMMANDS.items()})
        if args and args[0] in COMMANDS and isinstance(self.cli, click.Group):
            command = self.cli.get_command(click.Context(self.cli), args[0])
            if command is not None:
                _equip(command)
        if args and args[-1] == "=":  # bash takes `--format=js` for three words
            return super().get_completions(args[:-1], incomplete)
        option, equals, _ = incomplete.partition("=")
        items = super().get_completions(args, incomplete)
        if not equals or not option.startswith("--"):
            return items
        # the other shells replace the whole word
        return [CompletionItem(f"{option}={item.value}", help=item.help) for item in items if item.type == "plain"]


class _Bash(_Quick, BashComplete):
    pass


class _Zsh(_Quick, ZshComplete):
    pass


class _Fish(_Quick, FishComplete):
    """click's script cuts what is offered at its second comma."""

    source_template = FishComplete.source_template.replace(
        '(string split "," $completion)', '(string split --max 1 "," $completion)'
    )


class _PowerShell(_Quick, PowerShellComplete):
    """click's script reads what is offered in the encoding of the console, which is not UTF-8 on Windows."""

    source_template = PowerShellComplete.source_template.replace(
        "    try {\n",
        "    $prev_encoding = [Console]::OutputEncoding\n"
        "    [Console]::OutputEncoding = [System.Text.Encoding]::UTF8\n\n"
        "    try {\n",
        1,
    ).replace(
        "    } finally {\n",
        "    } finally {\n        if ($prev_encoding) { [Console]::OutputEncoding = $prev_encoding }\n",
        1,
    )


#: Shell -> what knows it.
SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish, "powershell": _PowerShell}


def register() -> None:
    """Put ours in the place of click's."""
    for name, shell in SHELLS.items():
        add_completion_class(shell, name)


def script(shell: str, cli: click.Command) -> str:
    """What a shell must run once to ask `a9` from then on."""
    return SHELLS[shell](cli, {}, "a9", VARIABLE).source()


def _rules_of(context: click.Context) -> dict[str, str]:
    """Id -> title of the rules, sorted by id."""
    families = {path.name for root in _roots(context) for path in root.glob("*/")} - _NO_RULES
    return _named_in(context, families)


def _named_in(context: click.Context, families: set[str]) -> dict[str, str]:
    """Id -> title of the shipped files of these families and of those of `--rules`, sorted by id."""
    files = [path for root in _roots(context) for path in root.glob("*/*.toml") if path.parent.name in families]
    return dict(sorted((rule_id(path.parent.name, path.stem), _title(path)) for path in files))


def _roots(context: click.Context) -> list[Path]:
    extra = context.params.get("rules")
    return [_RULES, *([Path(extra)] if isinstance(extra, str) else [])]


def _title(path: Path) -> str:
    found = _TITLE.search(_text(path))
    return found[1].replace('\\"', '"') if found else ""


def _labels(path: Path) -> list[tuple[str, str]]:
    """Id and label of what the tables of a file hold."""
    return [(found[1], found[2]) for found in _LABEL.finditer(_text(path))]


def _text(path: Path) -> str:
    """The file; nothing where it cannot be read, since a shell is no place to say so."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _starting(incomplete: str, offered: Mapping[str, str]) -> list[Item]:
    return [
        CompletionItem(word, help=words or None) for word, words in offered.items() if word.startswith(incomplete)
    ]
