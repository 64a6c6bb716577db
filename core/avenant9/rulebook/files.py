"""Where rule files are, what they are called, and what their TOML says before anybody judges it."""

from __future__ import annotations

import os
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from avenant9.errors import RulebookError
from avenant9.rule_ids import rule_id
from avenant9.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

# The beginnings of tomllib's messages, which are English, and what a person should look for.
_TOML_PROBLEMS = (
    ("Expected '=' after a key", "il manque « = » après une clé"),
    ("Cannot overwrite a value", "une clé est écrite deux fois"),
    ("Cannot declare", "une table est écrite deux fois"),
    ("Cannot mutate immutable namespace", "une table est écrite deux fois"),
    ("Duplicate inline table key", "une clé est écrite deux fois"),
    ("Invalid value", "valeur illisible"),
    ("Invalid date or datetime", "date impossible"),
    ("Illegal character", "un texte n'a pas de guillemet fermant sur sa ligne"),
    ("Unterminated string", "un texte n'a pas de guillemet fermant"),
    ("Unclosed array", "une liste n'a pas de crochet fermant"),
    ("Unclosed inline table", "une table n'a pas d'accolade fermante"),
)
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_HOW_TO_WRITE = "écrire « clé = valeur », les textes entre guillemets droits, les dates sans guillemets (2022-04-01)"


class RuleFile(Struct, frozen=True):
    """A rule file. `shown` is its path as the user sees it, `id` its family and name."""

    path: Path
    shown: str
    family: str
    name: str

    @property
    def id(self) -> str:
        """What the rest of the rulebook calls it."""
        return rule_id(self.family, self.name)

    def error(self, key: str, problem: str, remedy: str) -> RulebookError:
        """A RulebookError at one key of this file, or at the whole of it when `key` is empty."""
        return RulebookError(f"{self.shown} : {key}" if key else self.shown, problem, remedy)


def nearest_names(name: str, names: Iterable[str], *, feminine: bool = False) -> str:
    """`le plus proche est « a »`, or nothing when no name looks like `name`."""
    near, article = nearest(name, names), "la" if feminine else "le"
    if len(near) > 1:
        return f"les plus proches sont {listed(quoted(near))}"
    return f"{article} plus proche est « {near[0]} »" if near else ""


def find_rules(
    root: Path, prefix: str, families: dict[str, re.Pattern[str]], apart: Container[str] = (), family: str = ""
) -> dict[str, RuleFile]:
    """The rule files under `root` by id, sorted: the folder that holds a file is its family.

    Args:
        root: a folder of family folders, at any depth; hidden files and what is not `.toml` are left out.
        prefix: what to show before a path (`""`, or the folder as the user typed it).
        families: the names that each family admits.
        apart: folders and files that hold no rule.
        family: that of the files which stand in `root` itself.

    Raises:
        RulebookError: a file outside the family folders, an impossible name, an id found twice.
    """
    found: dict[str, RuleFile] = {}
    for folder, subfolders, names in os.walk(root, onerror=_refuse, followlinks=True):
        subfolders[:] = sorted(s for s in subfolders if not s.startswith(".") and s not in apart)
        for name in sorted(names):
            if name.startswith(".") or name in apart or not name.lower().endswith(".toml"):
                continue
            path = Path(folder, name)
            inside = path.relative_to(root)
            file = RuleFile(path, prefix + inside.as_posix(), inside.parent.name or family, name[:-5])
            _check_path(file, families)
            if first := found.get(file.id):
                raise RulebookError(
                    f"{file.shown} : chemin",
                    f"l'identifiant « {file.id} » est déjà celui de {first.shown}",
                    "renommer l'un des deux fichiers",
                )
            found[file.id] = file
    return dict(sorted(found.items()))


def _refuse(error: OSError) -> None:
    """A folder that cannot be listed would be rules silently not applied."""
    raise RulebookError(str(error.filename), "dossier illisible", "vérifier qu'on a le droit de le lire") from error


def _check_path(file: RuleFile, families: dict[str, re.Pattern[str]]) -> None:
    folders = listed([f"{family}/" for family in families], "ou")
    if not file.family:
        raise file.error(
            "chemin",
            "le fichier n'est pas dans un dossier de famille, qui fait partie de l'identifiant de la règle",
            f"le ranger dans {folders}",
        )
    if file.family not in families:
        near = nearest_names(file.family, families, feminine=True)
        raise file.error("chemin", f"famille inconnue « {file.family} »", near or f"le ranger dans {folders}")
    if not families[file.family].fullmatch(file.name):
        upper = file.family == "nomenclature"
        raise file.error(
            "chemin",
            f"« {file.name} » ne peut pas être un {'code' if upper else 'nom de règle'}",
            "donner au fichier le code de l'acte, en majuscules et chiffres (TE2.toml)"
            if upper
            else "n'employer que des minuscules sans accent, des chiffres et des tirets (te2-annuelle.toml)",
        )


def read_toml(file: RuleFile) -> dict[str, Any]:
    """What the file says, as plain values. Raises RulebookError with the line."""
    try:
        text = file.path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        remedy = "vérifier qu'il existe et qu'on a le droit de le lire"
        raise RulebookError(file.shown, "fichier illisible", remedy) from error
    except UnicodeDecodeError as error:
        line = file.path.read_bytes()[: error.start].count(b"\n") + 1
        raise file.error(f"ligne {line}", "le texte n'est pas en UTF-8", "enregistrer le fichier en UTF-8") from error
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, tables within tables
        message = str(error)
        at = _TOML_PLACE.search(message)
        key = f"ligne {at[1]}, colonne {at[2]}" if at and at[1] else "fin du fichier"
        problem = next(
            (french for english, french in _TOML_PROBLEMS if message.startswith(english)),
            "la syntaxe n'est pas celle de TOML",
        )
        raise file.error(key, problem, _HOW_TO_WRITE) from error
