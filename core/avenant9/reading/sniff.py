"""Opening a file, and what its first bytes say that it is."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import BinaryIO, Literal

from avenant9.errors import InputError
from avenant9.reading.refusals import RESAVE

Kind = Literal["zip", "ole", "parquet", "text"]
#: What of a file is looked at to know what it is.
HEAD = 8192
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
ENDINGS = (*WORKBOOK_ENDINGS, ".csv", ".tsv", ".txt", ".parquet")


def open_input(path: str) -> BinaryIO:
    """Open a file for reading, or say what to do: missing, folder, not readable."""
    place = Path(path)
    try:
        if place.is_dir():
            raise InputError(path, "c'est un dossier", f"donnez les fichiers d'un seul client : {_glob(place)}")
        return place.open("rb")
    except FileNotFoundError:
        raise InputError(path, "fichier introuvable", _nearest(place)) from None
    except PermissionError:
        raise InputError(path, "lecture refusée", "vérifiez les droits du fichier") from None
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "nom impossible"
        raise InputError(path, f"fichier illisible ({reason})", "vérifiez son chemin") from None


def _glob(folder: Path) -> str:
    """The globs to type for a folder: one for each kind of file that it holds."""
    try:
        endings = {entry.suffix.lower() for entry in folder.iterdir() if entry.is_file()}
    except OSError:
        endings = set()
    base = str(folder).rstrip("/\\")
    found = [ending for ending in ENDINGS if ending in endings] or [".xlsx"]
    return " ".join(f"{base}{os.sep}*{ending}" for ending in found)


def _nearest(place: Path) -> str:
    try:
        names = [entry.name for entry in place.parent.iterdir() if entry.suffix.lower() in ENDINGS]
    except OSError:
        return "vérifiez le nom du dossier"
    from difflib import get_close_matches  # noqa: PLC0415 - only for mistakes

    near = get_close_matches(place.name, names, n=3, cutoff=0.8)  # a name may hold a patient's
    return "vérifiez son nom" + (f" (dans ce dossier : {', '.join(near)})" if near else "")


def sniff(path: str, head: bytes, forced: bool = False) -> Kind:
    """What the first bytes of a file say that it is, whatever its ending. `forced`: an encoding was imposed."""
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise InputError(path, "le fichier est vide", "exportez-le à nouveau")
    for magic, kind in ((b"PK", "zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"PAR1", "parquet")):
        if head.startswith(magic) and (magic != b"PK" or head[2:4] in (b"\3\4", b"\5\6", b"\7\x08")):
            return kind  # type: ignore[return-value]
    for magic, name in ((b"%PDF", "un PDF"), (b"\x89PNG", "une image"), (b"\xff\xd8\xff", "une image")):
        if head.startswith(magic):
            raise InputError(path, f"c'est {name}, pas un tableau", "exportez un .xlsx ou un .csv")
    if head.startswith(b"\x1f\x8b"):
        raise InputError(path, "le fichier est compressé (gzip)", "décompressez-le d'abord")
    bom16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in head and not bom16 and not forced and not _text_with_a_null(head):
        remedy = "donnez un .xlsx, .xls, .ods, .csv ou .parquet (texte en UTF-16 sans marque : --encoding utf-16-le)"
        raise InputError(path, "le contenu est binaire et n'est d'aucune sorte connue", remedy)
    start = head.decode("utf-16" if bom16 else "latin-1", "ignore").lstrip("\ufeffï»¿ \t\r\n").lower()
    if start.startswith(("<!doctype html", "<html", "<table", "<head", "<meta", "<body")) or (
        start.startswith("<") and ("<html" in start or "<table" in start)
    ):
        raise InputError(path, "c'est une page HTML, pas un classeur", RESAVE)
    if start.startswith("<?xml"):
        raise InputError(path, "c'est un fichier XML, pas un classeur", RESAVE)
    return "text"


def _text_with_a_null(head: bytes) -> bool:
    """Lines of text, but for a few bytes: the reader will name the line."""
    return b"\n" in head and head.count(0) <= len(head) // 50 and not _CONTROLS.search(head)


_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a]")
