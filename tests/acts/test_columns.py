"""Which column is which: the template, the synonyms and their order, odd layouts, mappings."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from avenant9.acts import recognise as recognition
from avenant9.acts.asked import ReadOptions
from avenant9.acts.columns import COLUMNS, TEMPLATE
from avenant9.acts.headings import fold_heading
from avenant9.acts.load import load_acts
from avenant9.acts.mapping import Mapping
from avenant9.acts.recognise import Recognised, Unrecognised
from avenant9.errors import SettingError
from avenant9.reading.raw_sheet import RawSheet
from avenant9.reading.read import read_file
from avenant9.rulebook.load import load_rulebook

NOMENCLATURE = load_rulebook().nomenclature


def recognise(raw: RawSheet, mapping: Mapping | None = None) -> Recognised | Unrecognised:
    return recognition.recognise(raw, NOMENCLATURE, mapping)


def sheet(*rows: str, name: str | None = "Actes", first: int = 1) -> RawSheet:
    """Rows as `a;b;c`, the first of them being the row `first` of a workbook."""
    cells = [[cell or None for cell in row.split(";")] for row in rows]
    width = max(map(len, cells))
    data = [(first + place, *row, *[None] * (width - len(row))) for place, row in enumerate(cells)]
    schema = {"row": pl.UInt32, **{f"c{place}": pl.String for place in range(width)}}
    return RawSheet("actes.xlsx", name, pl.DataFrame(data, schema=schema, orient="row"))


def lacking(raw: RawSheet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys that a sheet without acts lacks, and the headings that it shows."""
    unrecognised = recognise(raw)
    assert isinstance(unrecognised, Unrecognised)
    return unrecognised.missing, unrecognised.seen


def found(raw: RawSheet, mapping: Mapping | None = None) -> Recognised:
    recognised = recognise(raw, mapping)
    assert isinstance(recognised, Recognised)
    return recognised


# --- headings ---


def test_template_headings_are_those_of_the_contract() -> None:
    assert "; ".join(f"{key} = {COLUMNS[key].heading}" for key in TEMPLATE) == (
        "date = Date de soins; code = Code acte; time = Heure; practitioner = Praticien; specialty = Spécialité; "
        "sector = Secteur; optam = OPTAM; patient = Patient; birth_date = Date de naissance; quantity = Quantité; "
        "coefficient = Coefficient; amount = Montant; overcharge = Dépassement; rate = Taux; "
        "reimbursed = Remboursé AMO; payment_date = Date de paiement; invoice = N° facture; "
        "treating_doctor = Médecin traitant; pathway = Parcours; ald = ALD; exemption = Exonération; place = Lieu; "
        "reason = Motif; original_code = Code d'origine; regulated_by = Régulation; regulated_at = Régulé le; "
        "requested_by = Demandeur; requested_at = Demandé le; channel = Canal; territory = Ancrage territorial; "
        "discharge_date = Sortie d'hospitalisation; status = Statut"
    )


@pytest.mark.parametrize("named", ["heading", "key"])
def test_template_and_keys(named: str) -> None:
    headings = [key if named == "key" else COLUMNS[key].heading for key in COLUMNS]
    raw = sheet(";".join(headings))
    notice = "Patient : « {} » (colonne {}) sert, de préférence à « {} » (colonne AG)."
    patient = headings[list(COLUMNS).index("patient")]
    nir = headings[list(COLUMNS).index("nir")]
    assert found(raw) == Recognised(
        (1,),
        {key: place for place, key in enumerate(COLUMNS)},
        dict(zip(COLUMNS, headings, strict=True)),
        (notice.format(patient, "H", nir),),
    )


@pytest.mark.parametrize(
    "heading",
    [
        "Date de soins",
        "DATE DE SOINS",
        " date  de soins ",
        "date_de_soins",
        "Date.de.soins",
        "Date\u00a0de\u202fsoins",
        "Date\u200b de soins\ufeff",
        "Date\nde soins",
        "Date_x000D_\nde soins",
        "Daté dê soíns",
        b"Date de soins".decode(),
    ],
)
def test_folding(heading: str) -> None:
    assert fold_heading(heading) == "datedesoins"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("N° facture", "n_facture"),
        ("Nº Facture", "N FACTURE"),
        ("№ facture", "n° facture"),
        ("Né(e) le", "NE(E)LE"),
        ("Code d'origine", "code d’origine"),
        ("Montant à rembourser par l'AM", "montant a rembourser par l AM"),
        ("Prénom", "Pre\u0301nom"),
        ("Coef.", "coef"),
    ],
)
def test_folded_alike(left: str, right: str) -> None:
    assert fold_heading(left) == fold_heading(right)


@pytest.mark.parametrize(
    ("key", "headings"),
    [
        ("date", "date;Date de soins;Date;Date de délivrance;EXE_SOI_DTD;Date de Service;Date acte;Date des soins"),
        ("date", "Date des soins;Date de la consultation"),
        ("code", "Code acte;Actes;Code;PRS_NAT_REF;PRS_NAT;Acte;Cotation;Prestation;Lettre clé"),
        ("patient", "patient;N° dossier;Identifiant patient;Patient"),
        ("nir", "NIR;BEN_NIR_PSA;N° immatriculation;N° SS;Matricule INS"),
        ("birth_date", "Date de naissance;Né(e) le;DDN"),
        ("quantity", "Quantité;Unités;PRS_ACT_QTE;Qté;Nombre"),
        ("coefficient", "Coefficient;PRS_ACT_CFT;Coef."),
        ("amount", "Montant;Montant facturé;PRS_PAI_MNT;Montant Preliminaire;Honoraires;Total;Montant acte"),
        ("amount", "amount;Montant;Montant acte;Montant payé"),
        ("overcharge", "Dépassement;PRS_DEP_MNT;dépassements;DP;DE"),
        ("payment_date", "Date de paiement;DateRglt;Réglé le"),
        ("invoice", "N° facture;Facture;N° FSE"),
        ("practitioner", "Praticien;PFS_EXE_NUM;Doctor Info;Médecin;RPPS;N° AM"),
        ("specialty", "Spécialité;PSE_SPE_COD"),
        ("sector", "Secteur;PSE_CNV_COD"),
        ("pathway", "Parcours;PRS_PDS_QCP;Qualificatif parcours"),
        ("exemption", "Exonération;EXO_MTF;Conditions de prise en charge;Exo"),
        ("place", "Lieu;EXE_LIE_COD;Lieu de pratique;Domicile/Cabinet"),
        ("reimbursed", "Remboursé AMO;BSE_REM_MNT;Montant AMO"),
        ("rate", "Taux;RGO_REM_TAU"),
        ("birth_rank", "Rang de naissance;BEN_RNG_GEM"),
        ("last_name", "Nom;Nom de naissance;Nom d'usage"),
        ("first_name", "Prénom"),
    ],
)  # fmt: skip
def test_synonyms_in_their_order(key: str, headings: str) -> None:
    """Each heading alone is recognised; of two, the first in the order wins wherever it stands."""
    words = headings.split(";")
    others = [other for other in ("date", "code") if other != key]
    for word in words:
        assert found(sheet(";".join([word, *others]))).columns[key] == 0
    for first, second in pairwise(words):
        recognised = found(sheet(";".join([second, first, *others])))
        assert (recognised.columns[key], recognised.headings[key]) == (1, first)
        assert recognised.notices == (
            f"{COLUMNS[key].heading} : « {first} » (colonne B) sert, de préférence à « {second} » (colonne A).",
        )


def test_same_heading_twice() -> None:
    recognised = found(sheet(";Date;Code;Daté;DATE"))
    assert recognised.columns == {"date": 1, "code": 2}
    assert recognised.notices == (
        "Date de soins : « Date » (colonne B) sert, de préférence à « Daté » (colonne D) et « DATE » (colonne E).",
    )


def test_a_batch_is_not_an_invoice() -> None:
    assert "invoice" not in found(sheet("Date;Code;N° lot;Numéro de lot;Lot")).columns


def test_convention_codes_are_flagged() -> None:
    assert found(sheet("Date;Code;PSE_CNV_COD")).sector_cnam
    assert not found(sheet("Date;Code;Secteur")).sector_cnam
    assert found(sheet("Date;Code;Secteur"), Mapping(sector_cnam=True)).sector_cnam


def test_dcir_extract() -> None:
    raw = sheet(
        "BEN_NIR_PSA;BEN_RNG_GEM;EXE_SOI_DTD;EXE_SOI_DTF;PRS_NAT_REF;PRS_ACT_QTE;PRS_ACT_CFT;PRS_PAI_MNT;PRS_DEP_MNT;"
        "BSE_REM_BSE;BSE_REM_MNT;RGO_REM_TAU;PFS_EXE_NUM;PSE_SPE_COD;PSE_CNV_COD;PRS_MTT_NUM;PRS_PDS_QCP;EXO_MTF;EXE_LIE_COD"
    )
    assert found(raw).columns == {
        "date": 2,
        "code": 4,
        "practitioner": 12,
        "specialty": 13,
        "sector": 14,
        "quantity": 5,
        "coefficient": 6,
        "amount": 7,
        "overcharge": 8,
        "rate": 11,
        "reimbursed": 10,
        "pathway": 16,
        "exemption": 17,
        "place": 18,
        "nir": 0,
        "birth_rank": 1,
    }


def test_names_for_want_of_a_number() -> None:
    recognised = found(sheet("Nom;Prénom;Date de naissance;Date;Acte"))
    assert recognised.columns == {"date": 3, "code": 4, "birth_date": 2, "last_name": 0, "first_name": 1}


# --- where the header stands ---


def test_header_below_titles_and_blank_rows() -> None:
    raw = sheet(
        "", ";Relevé d'actes;;", ";Date : mai 2023", "", ";;Date acte;Code;Montant", ";;01/05/2023;G;25", first=3
    )
    recognised = found(raw)
    assert recognised.header_rows == (7,)
    assert recognised.columns == {"date": 2, "code": 3, "amount": 4}


def test_header_must_be_near_the_top() -> None:
    assert isinstance(recognise(sheet(*["x"] * 100, "Date;Code")), Unrecognised)
    assert isinstance(recognise(sheet(*["x"] * 99, "Date;Code")), Recognised)


def test_repeated_headers_and_medshake_layout(tmp_path: Path) -> None:
    """The one layout of a practice program that can be read in its source: two headers, titles left empty."""
    header = ";Date;Patient;Actes;;Montant facturé;Chèque;CB;Espèces;;Payé;Impayé;\n"
    path = tmp_path / "compta.csv"
    path.write_text(
        header
        + "x;02/05/2022 10:30;P1;G + MCG;;30.00;;30.00;;;30.00;;\n"
        + "x;02/05/2022 11:00;P2;G;;25.00;;;25.00;;25.00;;\n"
        + header.replace("Date", " DATE ")
        + ";;Totaux;;;1 055.00;;;;;;;\n2 règlements\n",
        encoding="utf-8",
    )
    ((raw,), _) = read_file(str(path))
    assert found(raw) == Recognised(
        (1, 4),
        {"date": 1, "code": 3, "patient": 2, "amount": 5},
        {"date": "Date", "code": "Actes", "patient": "Patient", "amount": "Montant facturé"},
        unread={6: "Chèque", 7: "CB", 8: "Espèces", 10: "Payé", 11: "Impayé"},
    )


def test_parquet_columns_are_the_header() -> None:
    data = pl.DataFrame({"row": pl.Series([1], dtype=pl.UInt32), "c0": ["G"], "c1": ["2022-05-02"]})
    raw = RawSheet("a.parquet", None, data, header=("code", "date"))
    assert found(raw) == Recognised((), {"date": 1, "code": 0}, {"date": "date", "code": "code"})


# --- what holds no acts ---


def test_shifts_are_not_acts() -> None:
    raw = sheet("Date;Début;Fin;Rôle;Praticien", "02/05/2022;08:00;12:00;regulation-sas;A", name="Vacations")
    assert lacking(raw) == (("code",), ("Date", "Début", "Fin", "Rôle", "Praticien"))


def test_unknown_headings_are_shown() -> None:
    raw = sheet("Cabinet du Parc", "Jour de garde;Lettre;Honoraire perçu", "02/05/2022;XX?;25,00")
    assert lacking(raw) == (("date", "code"), ("Jour de garde", "Lettre", "Honoraire perçu"))


@pytest.mark.parametrize("row", ["02/05/2022;G;DUPONT Anne;25,00", "DUPONT;Anne", "02/05/2022;MT;DUPONT"])
def test_a_file_without_header_shows_nothing_of_its_patients(row: str) -> None:
    assert lacking(sheet(row, row)) == (("date", "code"), ())


def test_empty_sheet() -> None:
    raw = RawSheet("a.xlsx", "Feuil1", pl.DataFrame(schema={"row": pl.UInt32}))
    assert lacking(raw) == (("date", "code"), ())


# --- mappings ---


def test_mapping_overrides() -> None:
    """The heading that a mapping names serves that key and no other."""
    raw = sheet("Date;Jour;Lettre;Montant;Code", "1;2;3;4;5")
    told = Mapping({"date": "JOUR", "code": "Lettre", "payment_date": "Date"})
    recognised = found(raw, told)
    assert recognised.columns == {"date": 1, "code": 2, "amount": 3, "payment_date": 0}
    assert recognised.headings["date"] == "Jour"
    assert (recognised.notices, recognised.unread) == ((), {4: "Code"})


@pytest.mark.parametrize(
    ("told", "remedy"),
    [
        ({"amount": "Montan facturé"}, "peut-être « Montant facturé »"),
        ({"amount": "zzz"}, "titres lus : « Date », « Code », « Montant facturé »"),
    ],
)
def test_mapping_names_an_absent_heading(told: dict[str, str], remedy: str) -> None:
    with pytest.raises(SettingError) as caught:
        recognise(sheet("Date;Code;Montant facturé"), Mapping(told, place="m.toml"))
    assert (caught.value.place, caught.value.remedy) == ("m.toml, colonnes.amount", remedy)
    assert caught.value.problem == f"la colonne « {told['amount']} » n'est pas dans actes.xlsx, feuille « Actes »"


def test_mapping_that_hides_the_date() -> None:
    """In a text file, or the sheet it names, it is the mapping that is wrong; another sheet may be something else."""
    told = {"date": "Jour"}
    with pytest.raises(SettingError, match=r"la colonne « Jour » n'est pas dans actes\.xlsx ;"):
        recognise(sheet("Date;Code", name=None), Mapping(told))
    with pytest.raises(SettingError, match="feuille « Actes »"):
        recognise(sheet("Date;Code"), Mapping(told, sheet="Actes"))
    elsewhere = recognise(sheet("Date;Code"), Mapping(told))
    assert elsewhere == Unrecognised(("date",), ("Date", "Code"), 1, {"code": "Code"})


@pytest.mark.parametrize(
    ("head", "rows", "codes", "amounts", "said"),
    [
        (
            "Acte 1;Acte 2;Acte 3;Total",
            ["G;MEG;;30,00", "VG;MD;IK(4);37,44", "G;;;25,00"],
            ["G", "MEG", "VG", "MD", "IK", "G"],
            [3000, 3000, 3744, 3744, 3744, 2500],
            ["« Acte 1 », « Acte 2 » et « Acte 3 » sont lues ensemble : ce sont les actes d'une même ligne."],
        ),
        (
            "Cotation;Cotation n°2;Montant",
            ["G;MEG;30,00", "VG+MD;MN;73,50", ";TCG;25,00"],
            ["G", "MEG", "VG", "MD", "N", "TCG"],
            [3000, 3000, 7350, 7350, 7350, 2500],
            ["« Cotation » et « Cotation n°2 » sont lues ensemble : ce sont les actes d'une même ligne."],
        ),
        (
            "Acte 1;Montant 1;Acte 2;Montant 2",
            ["G;25,00;MEG;5,00", "VG;25,00;MD;dix", "G;25,00;;"],
            ["G", "MEG", "VG", "MD", "G"],
            [3000, 3000, None, None, 2500],
            [
                "« Acte 1 » et « Acte 2 » sont lues ensemble : ce sont les actes d'une même ligne.",
                "« Montant 1 » et « Montant 2 » sont additionnées : ce sont les sommes d'une même ligne.",
            ],
        ),
        (
            "Acte;Majoration;Déplacement;Montant",
            ["G;MEG;;30,00", "VG;;MD;35,00", "G;;;25,00"],
            ["G", "MEG", "VG", "MD", "G"],
            [3000, 3000, 3500, 3500, 2500],
            ["« Acte », « Majoration » et « Déplacement » sont lues ensemble : ce sont les actes d'une même ligne."],
        ),
        (
            "NGAP;CCAM;Montant",
            ["G;;25,00", ";DEQP003;14,26", "CS;DEQP003;37,26"],
            ["G", "DEQP003", "CS", "DEQP003"],
            [2500, 1426, 3726, 3726],
            ["« NGAP » et « CCAM » sont lues ensemble : ce sont les actes d'une même ligne."],
        ),
        # sums, words or another thing under such headings; the code of the caisse beside what it stands for
        ("Acte;Majoration;Montant", ["G;5,00;30,00", "VG;;25,00"], ["G", "VG"], [3000, 2500], []),
        (
            "Acte;Majoration;Montant",
            ["G;N;25,00", "VG;N;25,00", "G;O;30,00"],
            ["G", "VG", "G"],
            [2500, 2500, 3000],
            [],
        ),
        ("Acte;Déplacement;Montant", ["G;C;25,00", "VG;V;35,00"], ["G", "VG"], [2500, 3500], []),
        ("Acte;Acte 2;Montant", ["G;contrôle;25,00", "VG;suivi;25,00"], ["G", "VG"], [2500, 2500], []),
        ("Prestation;CCAM;Montant", ["ATM;DEQP003;14,26", "G;;25,00"], ["ATM", "G"], [1426, 2500], []),
        # each act has its quantity
        ("Acte 1;Qté;Acte 2;Qté 2", ["G;1;MEG;2", "VG;1;MD;1", "G;1;;"], ["G", "VG", "G"], [None] * 3, []),
    ],
)
def test_acts_of_a_row_stand_in_several_columns(
    tmp_path: Path, head: str, rows: list[str], codes: list[str], amounts: list[int | None], said: list[str]
) -> None:
    path = tmp_path / "actes.csv"
    path.write_text("\n".join([f"Date;{head}", *(f"02/05/2022;{row}" for row in rows), ""]), encoding="utf-8")
    acts = load_acts([str(path)], NOMENCLATURE)
    assert acts.table["code"].to_list() == codes
    assert acts.table["amount"].to_list() == amounts
    assert [str(notice) for notice in acts.notices if "d'une même ligne" in str(notice)] == said
    assert not acts.rejected


def test_a_mapping_as_it_was_saved_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "actes.csv"
    path.write_text("Date;Acte 1;Acte 2;Montant\n" + "02/05/2022;G;MEG;30,00\n" * 3, encoding="utf-8")
    mapping = Mapping(columns={"date": "Date", "code": "Acte 1", "amount": "Montant"})
    acts = load_acts([str(path)], NOMENCLATURE, ReadOptions(mapping=mapping))
    assert acts.table["code"].to_list() == ["G", "MEG"] * 3
