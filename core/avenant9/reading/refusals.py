"""The words for what cannot be read: a whole workbook, whatever its sort, or a cell."""

from __future__ import annotations

from avenant9.errors import InputError

#: The error of a cell whose formula nobody computed.
UNCOMPUTED = "formule non calculée"
RESAVE = "ouvrez le fichier dans Excel ou LibreOffice et enregistrez-le sous .xlsx"


def damaged(path: str) -> InputError:
    """The sentence for a workbook whose bytes do not hold together."""
    return InputError(path, "le classeur est tronqué ou abîmé", f"exportez-le à nouveau, ou {RESAVE}")


def protected(path: str) -> InputError:
    """The sentence for an encrypted workbook."""
    return InputError(path, "le classeur est protégé par un mot de passe", "enregistrez-le sans mot de passe")


def document(path: str) -> InputError:
    """The sentence for a text or slides."""
    return InputError(path, "c'est un document, pas un classeur", "donnez un .xlsx, .xls, .ods ou .csv")


def from_a_pipe(path: str) -> InputError:
    """The sentence for a workbook that comes from a pipe."""
    return InputError(path, "un classeur ne peut pas être lu d'un tuyau", "enregistrez-le dans un fichier")


def died(path: str) -> InputError:
    """The sentence for a workbook that ended its reader."""
    problem = "la lecture du classeur s'est interrompue (mémoire insuffisante ou contenu anormal)"
    return InputError(path, problem, f"{RESAVE}, ou exportez-le en CSV")
