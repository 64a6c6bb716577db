"""Which column is which: keys, headings of the template, synonyms, and the mappings that users save."""

from __future__ import annotations

import codecs
import json
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from avenant9.acts.preflight import letters
from avenant9.acts.values import by_text
from avenant9.errors import InputError, SettingError
from avenant9.wording import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from avenant9.acts.raw import RawSheet


@dataclass(frozen=True, slots=True)
class Column:
    """One column of acts: `heading` as in the template, `synonyms` in the order in which they are preferred."""

    heading: str
    synonyms: tuple[str, ...] = ()


#: Key -> column, in the order of the template. Synonyms are those of real exports first (practice programs, SNDS
#: extracts), then plausible ones. The last four only serve to identify a patient where no file number does.
COLUMNS: dict[str, Column] = {
    "date": Column(
        "Date de soins",
        (
            "Date",
            "Date de délivrance",
            "EXE_SOI_DTD",
            "Date de Service",
            "Date acte",
            "Date des soins",
            "Date de la consultation",
            "Date de l'acte",
        ),
    ),
    "code": Column(
        "Code acte",
        ("Actes", "Code", "PRS_NAT_REF", "PRS_NAT", "Acte", "Cotation", "Prestation", "Lettre clé"),
    ),
    "time": Column("Heure", ("Heure de l'acte", "Heure acte", "Heure des soins")),
    "practitioner": Column(
        "Praticien",
        ("PFS_EXE_NUM", "Doctor Info", "Médecin", "RPPS", "N° RPPS", "N° AM", "Numéro AM", "N° Praticien"),
    ),
    "specialty": Column("Spécialité", ("PSE_SPE_COD",)),
    "sector": Column("Secteur", ("PSE_CNV_COD",)),
    "optam": Column("OPTAM"),
    # a file number first, then whatever identifies a patient
    "patient": Column("Patient", ("N° dossier", "Numéro de dossier", "Identifiant patient", "N° patient")),
    "birth_date": Column("Date de naissance", ("Né(e) le", "DDN")),
    "quantity": Column("Quantité", ("Unités", "PRS_ACT_QTE", "Qté", "Nombre")),
    "coefficient": Column("Coefficient", ("PRS_ACT_CFT", "Coef.", "Coeff.")),
    # billed before received
    "amount": Column(
        "Montant",
        (
            "Montant facturé",
            "PRS_PAI_MNT",
            "Montant Preliminaire",
            "Honoraires",
            "Total",
            "Montant acte",
            "Montant payé",
        ),
    ),
    "overcharge": Column("Dépassement", ("PRS_DEP_MNT", "Dépassements", "DP", "DE")),
    "rate": Column("Taux", ("RGO_REM_TAU", "PRS_REM_TAU", "Taux de remboursement")),
    "reimbursed": Column(
        "Remboursé AMO", ("BSE_REM_MNT", "PRS_REM_MNT", "Montant AMO", "Montant à rembourser par l'AM")
    ),
    "payment_date": Column("Date de paiement", ("DateRglt", "Réglé le", "Date de règlement")),
    # a batch ("lot") holds many invoices: it is not one
    "invoice": Column("N° facture", ("Facture", "N° FSE", "N° de facture", "Numéro de facture")),
    "treating_doctor": Column("Médecin traitant"),
    "pathway": Column("Parcours", ("PRS_PDS_QCP", "Qualificatif parcours", "MT")),
    "ald": Column("ALD"),
    "exemption": Column("Exonération", ("EXO_MTF", "Conditions de prise en charge", "Exo")),
    "place": Column("Lieu", ("EXE_LIE_COD", "Lieu de pratique", "Lieu de consultation", "Domicile/Cabinet")),
    "reason": Column("Motif"),
    "original_code": Column("Code d'origine"),
    "regulated_by": Column("Régulation"),
    "regulated_at": Column("Régulé le"),
    "requested_by": Column("Demandeur"),
    "requested_at": Column("Demandé le"),
    "channel": Column("Canal"),
    "territory": Column("Ancrage territorial"),
    "nir": Column("NIR", ("BEN_NIR_PSA", "N° immatriculation", "N° SS", "NSS", "Matricule INS")),
    "birth_rank": Column("Rang de naissance", ("BEN_RNG_GEM", "Rang gémellaire", "Rang")),
    "last_name": Column("Nom", ("Nom de naissance", "Nom d'usage", "Nom du patient", "Nom patient")),
    "first_name": Column("Prénom", ("Prénom du patient", "Prénom patient")),
}
REQUIRED = ("date", "code")
TEMPLATE = tuple(key for key in COLUMNS if key not in ("nir", "birth_rank", "last_name", "first_name"))
#: Headings of SNDS extracts that hold convention codes of the CNAM, where 3 is what everybody calls sector 2.
_CNAM_SECTOR = "PSE_CNV_COD"
#: The header is looked for in the top rows of a sheet, below title lines.
TOP = 100

_DROPPED = re.compile(r"_x000d_|[\s._°º'’‘ʼ′`´\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def fold_heading(text: str) -> str:
    """A heading without what people write in different ways: case, accents, spaces, `°`, `.`, `_`, apostrophes."""
    text = _DROPPED.sub("", text.casefold().replace("№", "n"))
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c) and not c.isspace())


def _ranked(key: str) -> list[str]:
    """What may head this column, folded, best first."""
    column = COLUMNS[key]
    words = [column.heading, *column.synonyms, key]
    if key == "patient":  # a file number identifies better than a column that may hold names
        words = [*column.synonyms, column.heading]
    return list(dict.fromkeys(map(fold_heading, words)))


_RANKS: dict[str, dict[str, int]] = {key: {word: rank for rank, word in enumerate(_ranked(key))} for key in COLUMNS}
#: All headings that are known, folded.
KNOWN: frozenset[str] = frozenset(word for ranks in _RANKS.values() for word in ranks)


@dataclass(frozen=True)
class Mapping:
    """What a user says of the files of one program: `columns` is key -> heading of the file."""

    columns: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None
    sector_cnam: bool = False
    practitioners: dict[str, str] = field(default_factory=dict)
    place: str = "mapping"  # its file, for messages


@dataclass(frozen=True)
class Recognised:
    """A sheet of acts: which column is which.

    Attributes:
        header_rows: numbers of the header row and of its repetitions; empty for parquet.
        columns: key -> absolute place of the column, from 0.
        headings: key -> heading as in the file.
        notices: where several columns fit one key, which serves and which do not (French).
        sector_cnam: the sector column holds convention codes of the CNAM.
    """

    header_rows: tuple[int, ...]
    columns: dict[str, int]
    headings: dict[str, str]
    notices: tuple[str, ...] = ()
    sector_cnam: bool = False


@dataclass(frozen=True)
class Unrecognised:
    """A sheet without acts: required keys that no heading fits, and the headings of the likeliest row."""

    missing: tuple[str, ...]
    seen: tuple[str, ...]


def recognise(raw: RawSheet, mapping: Mapping | None = None) -> Recognised | Unrecognised:
    """Find the header of a sheet and what each column is.

    Raises:
        SettingError: the mapping names a heading that the sheet of acts does not have.
    """
    mapping = mapping or Mapping()
    best: Header | None = None
    for header in headers(raw):
        header.match(mapping)
        if all(key in header.columns for key in REQUIRED):
            header.check(mapping, raw)
            rows = () if raw.header is not None else _repetitions(raw, header)
            sector = fold_heading(header.headings.get("sector", ""))
            cnam = mapping.sector_cnam or sector == fold_heading(_CNAM_SECTOR)
            return Recognised(rows, header.columns, header.headings, header.notices(mapping), cnam)
        if best is None or header.likelihood > best.likelihood:
            best = header
    if best is None:
        return Unrecognised(REQUIRED, ())
    if raw.sheet is None or raw.sheet == mapping.sheet:  # other sheets of a workbook may well be something else
        best.check(mapping, raw)
    missing = tuple(key for key in REQUIRED if key not in best.columns)
    return Unrecognised(missing, best.shown())


def headers(raw: RawSheet) -> Iterable[Header]:
    """The rows at the top of a sheet that may be its header, in their order."""
    if raw.header is not None:
        yield Header(0, dict(enumerate(raw.header)))
        return
    places = [int(name[1:]) for name in raw.table.columns if name != "row"]
    for row, *cells in raw.table.head(TOP).iter_rows():
        filled = {place: cell for place, cell in zip(places, cells, strict=True) if cell and cell.strip()}
        if filled:
            yield Header(row, filled)


class Header:
    """A row that may be the header, and what its cells name."""

    def __init__(self, row: int, cells: dict[int, str]) -> None:
        self.row, self.cells = row, {place: cell.strip() for place, cell in cells.items()}
        self.folded = {place: fold_heading(cell) for place, cell in self.cells.items()}
        self.columns: dict[str, int] = {}
        self.others: dict[str, list[int]] = {}

    def match(self, mapping: Mapping) -> None:
        """Give each key its column: the mapping's, else the first in the order of synonyms, then from the left."""
        claimed = set()
        for key, heading in mapping.columns.items():
            exact = [place for place, cell in self.cells.items() if cell == heading.strip()]
            near = [place for place, word in self.folded.items() if word == fold_heading(heading)]
            fits = exact or near
            if fits:
                self.columns[key], self.others[key] = fits[0], fits[1:]
                claimed.update(fits)
        for key, ranks in _RANKS.items():
            if key in mapping.columns:
                continue
            fits = [place for place, word in self.folded.items() if word in ranks and place not in claimed]
            # the key as such comes first, but « Date » is a word like another
            fits.sort(key=lambda place: (self.cells[place] != key, ranks[self.folded[place]], place))
            if fits:
                self.columns[key], self.others[key] = fits[0], fits[1:]
        self.columns = {key: self.columns[key] for key in COLUMNS if key in self.columns}

    @property
    def headings(self) -> dict[str, str]:
        """Key -> heading as in the file."""
        return {key: self.cells[place] for key, place in self.columns.items()}

    def notices(self, mapping: Mapping) -> tuple[str, ...]:
        """One sentence for each key that several columns fit."""
        others = dict(self.others)
        if "patient" in self.columns and "nir" in self.columns and "patient" not in mapping.columns:
            others["patient"] = [*others["patient"], self.columns["nir"]]

        def named(*places: int) -> str:
            return listed([f"« {self.cells[place]} » (colonne {letters(place)})" for place in places])

        return tuple(
            f"{COLUMNS[key].heading} : {named(place)} sert, de préférence à {named(*others[key])}."
            for key, place in self.columns.items()
            if others[key]
        )

    def check(self, mapping: Mapping, raw: RawSheet) -> None:
        """Every heading that the mapping names must be here."""
        for key, heading in mapping.columns.items():
            if key not in self.columns:
                where = raw.file if raw.sheet is None else f"{raw.file}, feuille « {raw.sheet} »"
                shown = self.shown()
                remedy = did_you_mean(heading, shown) or f"titres lus : {', '.join(quoted(shown)) or 'aucun'}"
                problem = f"la colonne « {heading} » n'est pas dans {where}"
                raise SettingError(f"{mapping.place}, colonnes.{key}", problem, remedy)

    @property
    def likelihood(self) -> tuple[int, bool, int]:
        """What makes this row a likelier header than another one."""
        return len(self.columns), self.titled, len(self.cells)

    @property
    def titled(self) -> bool:
        """Whether the cells are words, one of them at least usual in headings."""
        words = self.folded.values()
        return all(map(_LETTER.search, words)) and any(map(_HEADING_WORD.search, words))

    def shown(self) -> tuple[str, ...]:
        """The headings, unless the row looks like data: the first row of a file without titles may name a patient."""
        return tuple(self.cells.values()) if self.titled else ()


_LETTER = re.compile("[a-z]")
_HEADING_WORD = re.compile(
    "date|code|acte|montant|patient|praticien|medecin|facture|dossier|cotation|prestation|honoraire|heure|debut|"
    "libelle|nom$|lettre"
)


def _repetitions(raw: RawSheet, header: Header) -> tuple[int, ...]:
    """The header row, and the rows below that hold headings in the same columns of date and code."""
    rows: list[set[int]] = []
    for key in REQUIRED:
        name = f"c{header.columns[key]}"
        texts, places = by_text(raw.table[name])
        titles = {header.folded[header.columns[key]], *_RANKS[key]}
        words = [cell for cell in texts.filter(~texts.str.contains(r"\d")) if cell and fold_heading(cell) in titles]
        rows.append(set(raw.table["row"].filter(texts.is_in(words).gather(places))))
    return (header.row, *sorted(row for row in rows[0] & rows[1] if row > header.row))


# --- mappings -------------------------------------------------------------------------------------------------

_SEPARATORS = {";": ";", ",": ",", "|": "|", "\t": "\t", "tab": "\t", "tabulation": "\t"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _FileSection(_Strict):
    feuille: str | None = None
    encoding: str | None = None
    separateur: str | None = None
    secteur: Literal["usuel", "cnam"] | None = None


class _MappingFile(_Strict):
    colonnes: dict[str, str] = {}
    fichier: _FileSection = _FileSection()
    praticiens: dict[str, str] = {}


_KEYS = {"": tuple(_MappingFile.model_fields), "fichier": tuple(_FileSection.model_fields)}


def load_mapping(path: Path) -> Mapping:
    """A mapping file (TOML).

    Raises:
        InputError: the file cannot be read.
        SettingError: it holds something that cannot be used: everything wrong at once, with nearest names.
    """
    place = str(path)
    try:
        data = path.read_bytes()
    except OSError:
        raise InputError(place, "fichier de correspondance introuvable ou illisible", "vérifiez son nom") from None
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SettingError(place, "le fichier n'est pas en UTF-8", "enregistrez-le en UTF-8") from None
    except (ValueError, RecursionError) as error:  # also what tomllib lets through: an integer without end
        at = re.search(r"line (\d+)|at end of document", str(error))
        where = "" if not at else f" (à la ligne {at[1]})" if at[1] else " (à la fin)"
        raise SettingError(place, f"ce n'est pas du TOML{where}", 'écrivez clé = "titre"') from None
    try:
        read = _MappingFile.model_validate(content)
    except ValidationError as error:
        raise _refused(place, [_said(dict(problem)) for problem in error.errors()]) from None
    problems = [_unknown_key(key) for key in read.colonnes if key not in COLUMNS]
    separator = read.fichier.separateur
    if separator is not None and separator not in _SEPARATORS:
        problems.append("fichier.separateur : attendu ;, virgule, | ou tab")
    if read.fichier.encoding is not None:
        try:
            codecs.lookup(read.fichier.encoding)
        except (LookupError, ValueError):  # ValueError: a null character
            problems.append(f"fichier.encoding : encodage inconnu « {read.fichier.encoding} » (par exemple cp1252)")
    if problems:
        raise _refused(place, problems)
    return Mapping(
        columns=read.colonnes,
        sheet=read.fichier.feuille,
        encoding=read.fichier.encoding,
        separator=None if separator is None else _SEPARATORS[separator],
        sector_cnam=read.fichier.secteur == "cnam",
        practitioners=read.praticiens,
        place=place,
    )


def _refused(place: str, problems: Sequence[str]) -> SettingError:
    return SettingError(place, " ; ".join(problems), "corrigez la correspondance (modèle : a9 template mapping)")


def _said(problem: dict[str, object]) -> str:
    """One error of pydantic, in French."""
    location = problem["loc"]
    assert isinstance(location, tuple)  # noqa: S101
    where, kind = ".".join(map(str, location)), problem["type"]
    if kind == "extra_forbidden":
        names = _KEYS.get(".".join(map(str, location[:-1])), ())
        near = did_you_mean(str(location[-1]), names) or f"clés admises : {', '.join(names)}"
        return f"{where} : clé inconnue, {near}"
    if kind == "literal_error":
        return f"{where} : attendu « usuel » ou « cnam »"
    if kind == "string_type":
        return f"{where} : attendu un texte entre guillemets"
    return f"{where} : attendu une section [{where}]"


def _unknown_key(key: str) -> str:
    fits = [known for known, ranks in _RANKS.items() if fold_heading(key) in ranks]
    near = f"peut-être « {fits[0]} »" if fits else did_you_mean(key, COLUMNS)
    return f"colonnes.{key} : clé inconnue, {near or 'clés admises : ' + ', '.join(COLUMNS)}"


def save_mapping(recognised: Recognised, raw: RawSheet) -> str:
    """The text of a mapping file that names the columns as they were recognised."""
    lines = ["# Correspondance des colonnes : clé = titre dans le fichier", "[colonnes]"]
    lines += [f"{key} = {_toml(heading)}" for key, heading in recognised.headings.items()]
    lines += ["", "[fichier]"]
    if raw.sheet is not None:
        lines.append(f"feuille = {_toml(raw.sheet)}")
    if raw.encoding is not None and not raw.encoding.startswith("utf"):  # the others are found without help
        lines.append(f"encoding = {_toml(raw.encoding)}")
    if raw.separator is not None:
        lines.append(f"separateur = {_toml(raw.separator)}")
    if "sector" in recognised.columns:
        lines.append(f"secteur = {_toml('cnam' if recognised.sector_cnam else 'usuel')}")
    return "\n".join([*lines, ""])


def _toml(text: str) -> str:
    """A TOML basic string: its escapes are those of JSON, and delete."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
