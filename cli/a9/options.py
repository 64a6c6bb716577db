"""Options that several commands share, and the types of their values."""

from __future__ import annotations

import codecs
import os
import re
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from a9.output import is_kept
from avenant9.settings.choices import PROFILE, PROFILES, ZONE, ZONES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from avenant9.documents.screen import Screen
    from avenant9.settings.a9_toml import Settings

Command = TypeVar("Command", bound="Callable[..., Any]")

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


# generic from click 8.5 on, where the type of the value must be said
if TYPE_CHECKING:
    _Type = click.ParamType[Any]
else:
    _Type = click.ParamType


#: How many findings a terminal shows one by one.
FINDINGS = 10
#: What asks for every finding.
ALL = "all"


class Day(_Type):
    """A date, `AAAA-MM-JJ` or `JJ/MM/AAAA`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date, or a usage error."""
        if isinstance(value, date):
            return value
        try:
            if found := _ISO.fullmatch(value):
                return date(*map(int, found.groups()))
            if found := _FRENCH.fullmatch(value):
                return date(*map(int, reversed(found.groups())))
        except ValueError:
            pass
        return self.fail(f"« {value} » n'est pas une date ; écrire AAAA-MM-JJ ou JJ/MM/AAAA.", param, ctx)


class Euros(_Type):
    """An amount in euros, as French files hold it (`184320,50`); its value is in cents, never negative."""

    name = "euros"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The cents, or a usage error."""
        if isinstance(value, int):
            return value
        from avenant9.acts.amounts import parse_cents  # noqa: PLC0415 - --help must not import polars

        cents = parse_cents(str(value).strip())
        if cents is None or cents < 0:
            self.fail(f"« {value} » n'est pas un montant ; écrire par exemple 184320,50.", param, ctx)
        return cents


class Encoding(_Type):
    """The name of an encoding that Python knows."""

    name = "encodage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as given, or a usage error."""
        try:
            codecs.lookup(value)
        except (LookupError, ValueError):
            self.fail(f"encodage inconnu : « {value} » ; par exemple utf-8, cp1252 ou utf-16.", param, ctx)
        return str(value)


class OneOf(click.Choice[str]):
    """A word of a list; a mistake is answered with the nearest ones.

    `called` names an argument whose metavar is the list itself.
    """

    def __init__(self, choices: Sequence[str], called: str = "") -> None:
        super().__init__(choices)
        self.called = called

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """The nearest words, or all of them."""
        from avenant9.wording import did_you_mean, listed  # noqa: PLC0415 - only for mistakes

        hint = did_you_mean(str(value), self.choices)
        return f"« {value} » n'est pas dans la liste ; {hint or listed(list(self.choices), 'ou')}."


class Findings(_Type):
    """How many findings are shown one by one: a number, or `all`."""

    name = "findings"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or `all`."""
        if value == ALL or isinstance(value, int):
            return value
        if not str(value).isdecimal() or not str(value).isascii():
            self.fail(f"« {value} » n'est ni un nombre ni « {ALL} »", param, ctx)
        return int(value)


def today() -> date:
    """The day of the user's clock: the only place where the command reads it."""
    return datetime.now().astimezone().date()


def _all(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def result_options(*formats: str) -> Callable[[Command], Command]:
    """`--format` (of these; the first is the default), `-o`, `--quiet`, `--no-progress`, `--color`."""
    return _all(
        click.option(
            "--format", "format_", type=OneOf(formats), help=f"Format du résultat ; par défaut {formats[0]}."
        ),
        click.option(
            "-o",
            "--output",
            metavar="FICHIER",
            help="Écrire le résultat dans ce fichier ; sa fin donne le format quand --format est absent.",
        ),
        click.option("--quiet", is_flag=True, help="Ne rien écrire sur la sortie d'erreur, hors erreurs."),
        click.option("--no-progress", is_flag=True, help="Ne pas montrer l'avancement."),
        click.option(
            "--color",
            type=OneOf(("auto", "always", "never")),
            default="auto",
            help="Couleurs ; auto : sur un terminal, sauf si NO_COLOR est posée.",
        ),
    )


#: What the text of a check shows.
text_options = _all(
    click.option(
        "--findings",
        type=Findings(),
        metavar=f"N|{ALL}",
        help=f"Au format table, combien de constats montrer un à un, ceux qui pèsent le plus, ou {ALL} ; par défaut "
        f"{FINDINGS}, et {ALL} dans un fichier (-o).",
    ),
    click.option(
        "--texts",
        is_flag=True,
        help="Au format table, donner aussi les textes derrière les constats ; un fichier (-o) les a toujours.",
    ),
)

as_of_option = click.option(
    "--as-of",
    type=Day(),
    metavar="DATE",
    help="Date du jour pour l'année en cours, les dates futures et la prescription ; par défaut aujourd'hui. "
    "La règle appliquée reste celle de la date de soins.",
)

#: How files of acts are read; for a `ReadingCommand`.
reading_options = _all(
    click.option(
        "--config",
        metavar="FICHIER.toml",
        help="Réglages à suivre ; par défaut a9.toml à côté du premier fichier, ou dans le dossier le plus proche "
        "au-dessus, sinon dans le dossier courant.",
    ),
    click.option("--no-config", is_flag=True, help="Ne suivre aucun a9.toml."),
    click.option(
        "--map", "map_", metavar="MAPPING.toml", help="Colonnes nommées par ce fichier (voir « a9 columns --save »)."
    ),
    click.option("--sheet", "sheets", multiple=True, metavar="NOM", help="Ne lire que cette feuille ; répétable."),
    click.option("--all-sheets", is_flag=True, help="Lire aussi les feuilles masquées."),
    click.option(
        "--encoding", type=Encoding(), metavar="NOM", help="Encodage des fichiers texte ; par défaut, reconnu."
    ),
)

rules_option = click.option(
    "--rules",
    metavar="DOSSIER",
    help="Ajouter les règles de ce dossier ; une règle de même identifiant remplace celle fournie.",
)

#: What every check of acts takes besides.
acts_options = _all(
    click.option(
        "--practitioner",
        metavar="ID",
        help="Nommer le praticien si le fichier n'en a pas la colonne ; sinon, ne garder que lui.",
    ),
    click.option("--derogations", metavar="FICHIER", help="Aménagements du plafond obtenus (TOML ou classeur)."),
    click.option(
        "--zone",
        type=OneOf(ZONES),
        default=ZONE,
        help="Zone des tarifs et des jours fériés ; par défaut metropole.",
    ),
    rules_option,
    click.option(
        "--profile",
        type=OneOf(PROFILES),
        default=PROFILE,
        help="Qui lira le résultat ; par défaut comptable (patients sous pseudonyme).",
    ),
)


waivers_option = click.option(
    "--waivers",
    metavar="FICHIER",
    help="Constats acceptés (TOML ou classeur, voir « a9 template waivers ») : nommés à part, avec leur motif.",
)


def screen(findings: int | str | None, texts: bool, form: str, output: str | None) -> Screen | None:
    """What the text of a check shows: what was asked for, or what a screen holds; None: all, in a file kept."""
    if form != "table":
        if texts or findings is not None:
            raise click.UsageError("--findings et --texts ne servent qu'au format table : les autres donnent tout.")
        return None
    from avenant9.documents.screen import Screen  # noqa: PLC0415 - --help must not import polars

    if is_kept(output) and findings is None:
        return None
    most = FINDINGS if findings is None else findings
    return Screen(None if most == ALL else int(most), texts)


def ids(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """A repeatable option whose value may itself be a list with commas."""
    words = tuple(word.strip() for value in values for word in value.split(","))
    if "" in words:  # an empty shell variable must not select everything
        raise click.BadParameter("une règle, une famille ou un motif est attendu, et non un mot vide")
    return words


class Reading(Struct, frozen=True):
    """The files of acts, and how to read them."""

    files: tuple[str, ...]
    map_: str | None
    sheets: tuple[str, ...]
    all_sheets: bool
    encoding: str | None
    practitioner: str | None = None
    config: Settings | None = None

    @property
    def complete_years(self) -> tuple[int, ...]:
        """The civil years that the files hold whole, as the settings say."""
        return self.config.complete_years if self.config else ()


def key_of(file: str | None) -> bytes | None:
    """The key of pseudonyms that an option names. Raises as `load_key`."""
    if file is None:
        return None
    from avenant9.settings.key import load_key  # noqa: PLC0415

    return load_key(Path(file))


def read_from(*files: str | None, config: Settings | None = None) -> tuple[str, ...]:
    """The files that a command reads, acts and settings alike, of those that were given: never to be written to."""
    given = (*files, config.place if config else None)
    return tuple(file for file in given if file is not None and file != "-")


def are_folders(files: Sequence[str]) -> bool:
    """Whether clients are to be checked; a usage error where files stand among the folders."""
    folders = [file for file in files if os.path.isdir(file)]
    if folders and len(folders) < len(files):
        raise click.UsageError(
            f"{folders[0]} est un dossier de clients ; donnez des dossiers, ou les fichiers d'un seul client."
        )
    return bool(folders)


def distinct(files: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files without those given twice, and these."""
    once = tuple(dict.fromkeys(files))
    twice = tuple(file for file in once if files.count(file) > 1)
    return once, twice
