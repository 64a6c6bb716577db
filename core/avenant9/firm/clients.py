"""Which files of a folder are which client."""

from __future__ import annotations

import os
import stat
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from avenant9.errors import InputError
from avenant9.records import replace
from avenant9.wording import file_name, fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from avenant9.errors import A9Error

#: The settings of a folder or of a client.
SETTINGS = "a9.toml"
#: What begins the results of a9 that are text, and its keys, and names its author in those that are workbooks.
_RESULTS = (
    b'{"format": "a9-',
    b'{\n "format": "a9-',
    "Règle;Verdict;Fichier;".encode(),
    b"Client;Praticien;",
    b"Verdict : ",
    b"Dossiers du cabinet\n",
    "# Clé des pseudonymes de a9".encode(),
)
_PAGE = b'<meta name="generator" content="a9">'
_AUTHOR = b"<dc:creator>a9</dc:creator>"
_HEAD = 2048
_HIDDEN_ON_WINDOWS = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 2)
_HIDDEN_ON_MACOS = getattr(stat, "UF_HIDDEN", 0x8000)
#: What these systems hide beside the user's files, and is seen once a folder was copied elsewhere.
_OF_SYSTEMS = frozenset({"desktop.ini", "thumbs.db", "ehthumbs.db", "icon\r", "__macosx", "$recycle.bin"})


class Client(Struct, frozen=True):
    """One client.

    Attributes:
        name: what the result calls it; no other client has it.
        files: its files, as paths from where the command runs.
        folder: its own folder, where it is one.
        root: the folder of the firm that it stands in.
        refused: why it has no files.
        remark: what must be said of its name.
    """

    name: str
    files: tuple[str, ...]
    folder: str = ""
    root: str = ""
    refused: InputError | None = None
    remark: str = ""

    def failed_by(self, error: A9Error) -> str:
        """Why it could not be read: its name is the place, where that is its folder or its first file."""
        alone = error.place in (self.folder, *self.files[:1])
        return error.told if alone else f"{self.below(error.place)} : {error.told}"

    def below(self, path: str) -> str:
        """A path, or a place that starts with one, from its folder on: those above say nothing that its name does
        not."""
        return path.removeprefix(os.path.join(self.folder or self.root, ""))


def clients(folders: Sequence[str], apart: Collection[str] = (), *, toml: bool = False) -> tuple[Client, ...]:
    """The clients of each folder, in the order of their names: each file, and each subfolder with all its files.

    Args:
        folders: as on the command line.
        apart: files and folders that are something else: settings, a baseline, a result to write again.
        toml: whether a TOML file is a client's, and not a mapping, waivers or derogations.

    Raises:
        InputError: a folder cannot be read, or holds no client.
    """
    others = frozenset(map(os.path.realpath, apart))
    found = [client for folder in folders for client in _of_folder(folder, others, toml)]
    return _with_names(found)


def _of_folder(folder: str, apart: frozenset[str], toml: bool) -> list[Client]:
    try:
        entries = _listed(folder, apart)
    except OSError as error:
        raise InputError(folder, f"dossier illisible ({_reason(error)})", "vérifiez ses droits") from None
    found = [client for entry in entries for client in _of_entry(entry, folder, apart, toml)]
    if not found:
        problem = "aucun client dans ce dossier"
        raise InputError(folder, problem, "mettez-y un fichier d'actes, ou un sous-dossier, par client")
    return found


def _of_entry(entry: os.DirEntry[str], root: str, apart: frozenset[str], toml: bool) -> list[Client]:
    """The client that an entry of the folder is, if it is one."""
    if not entry.is_dir():
        return [Client(Path(entry.path).stem, (entry.path,), root=root)] if _is_acts(entry, toml) else []
    client = Client(entry.name, (), folder=entry.path, root=root)
    try:
        files, others = _below(entry.path, apart, toml)
    except OSError as error:
        refused = InputError(entry.path, f"dossier illisible ({_reason(error)})", "vérifiez ses droits")
        return [replace(client, refused=refused)]
    if files:
        return [replace(client, files=tuple(files))]
    if others:  # the reports of an earlier run
        return []
    return [replace(client, refused=InputError(entry.path, "dossier vide", "mettez-y les fichiers de ce client"))]


def _below(folder: str, apart: frozenset[str], toml: bool) -> tuple[list[str], int]:
    """The files of a client in all its folders, and how many others are results of a9."""
    files, results = list[str](), 0
    for entry in _listed(folder, apart):
        if entry.is_dir():
            more, others = _below(entry.path, apart, toml)
            files, results = files + more, results + others
        elif _is_acts(entry, toml):
            files.append(entry.path)
        elif is_result(entry.path):
            results += 1
    return files, results


def _listed(folder: str, apart: frozenset[str]) -> list[os.DirEntry[str]]:
    """What is seen in a folder, in the order in which people look names up; a link to a folder is none of ours."""
    with os.scandir(folder) as entries:
        seen = [
            entry
            for entry in entries
            if not _hidden(entry)
            and os.path.realpath(entry.path) not in apart
            and not (entry.is_symlink() and entry.is_dir())
        ]
    return sorted(seen, key=lambda entry: (fold(entry.name), entry.name))


def _hidden(entry: os.DirEntry[str]) -> bool:
    """Hidden from the user by its name or by the system, or the lock of an open workbook."""
    if entry.name.startswith((".", "~$")) or entry.name.casefold() in _OF_SYSTEMS:
        return True
    told = entry.stat(follow_symlinks=False)
    on_windows = getattr(told, "st_file_attributes", 0) & _HIDDEN_ON_WINDOWS
    return bool(on_windows or getattr(told, "st_flags", 0) & _HIDDEN_ON_MACOS)


def _is_acts(entry: os.DirEntry[str], toml: bool) -> bool:
    """Whether a file is a client's: no settings, no result of a9, no pipe, which may never end."""
    if entry.name == SETTINGS or not (toml or not entry.name.lower().endswith(".toml")):
        return False
    return (entry.is_file() or entry.is_symlink()) and not is_result(entry.path)


def is_result(path: str) -> bool:
    """Whether a file is a result that a9 has written, in whatever format."""
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf")
            if head.startswith(b"PK\x03\x04"):
                return _by_us(path)
    except OSError:
        return False
    return head.startswith(_RESULTS) or _PAGE in head


def _by_us(path: str) -> bool:
    """Whether the author of a workbook is a9."""
    try:
        with zipfile.ZipFile(path) as package, package.open("docProps/core.xml") as part:
            return _AUTHOR in part.read(_HEAD)
    except (OSError, KeyError, RuntimeError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return False


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else "erreur de lecture"


# --- names ----------------------------------------------------------------------------------------------------


def _with_names(found: Iterable[Client]) -> tuple[Client, ...]:
    """Names that tell the clients apart: of two of one name the whole names of their files, else their folder too."""
    named = [replace(client, name=file_name(client.name)) for client in found]
    for longer in (_with_ending, _with_root):
        shared = _shared(named)
        named = [longer(client) if fold(client.name) in shared else client for client in named]
    return tuple(named)


def _shared(named: Iterable[Client]) -> set[str]:
    return {name for name, times in Counter(fold(client.name) for client in named).items() if times > 1}


def _with_ending(client: Client) -> Client:
    what = "ce dossier" if client.folder else "ce fichier"
    remark = f"Plusieurs clients s'appellent « {client.name} » ; celui-ci est {what}."
    name = client.name if client.folder else os.path.basename(client.files[0])
    return replace(client, name=file_name(name), remark=remark)


def _with_root(client: Client) -> Client:
    return replace(client, name=f"{file_name(os.path.basename(os.path.abspath(client.root)))}/{client.name}")
