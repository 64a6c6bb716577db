"""The columns of acts, in one table: keys, headings of the template, and synonyms."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


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
CNAM_SECTOR = "PSE_CNV_COD"

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


#: Key -> folded heading -> its rank, the best first.
RANKS: dict[str, dict[str, int]] = {key: {word: rank for rank, word in enumerate(_ranked(key))} for key in COLUMNS}
#: All headings that are known, folded.
_KNOWN: frozenset[str] = frozenset(word for ranks in RANKS.values() for word in ranks)


def is_heading(cell: str) -> bool:
    """Whether this is a heading of some column."""
    return fold_heading(cell) in _KNOWN
