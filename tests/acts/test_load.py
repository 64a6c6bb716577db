"""Several files as one set of acts: who, which patient, and nothing lost on the way."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from avenant9.acts.asked import ReadOptions
from avenant9.acts.load import load_acts
from avenant9.errors import InputError, SettingError
from avenant9.rulebook.load import load_rulebook

if TYPE_CHECKING:
    from pathlib import Path

    from avenant9.model import Acts

NOMENCLATURE = load_rulebook().nomenclature


def read(folder: Path, *texts: str, options: ReadOptions | None = None) -> Acts:
    paths = []
    for rank, text in enumerate(texts):
        path = folder / f"f{rank}.csv"
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    return load_acts(paths, NOMENCLATURE, options)


def column(acts: Acts, name: str) -> list[object]:
    return acts.table[name].to_list()


def test_without_any_practitioner_all_rows_are_one_s(tmp_path: Path) -> None:
    acts = read(tmp_path, "date;code\n01/02/2023;G\n", "date;code\n02/02/2023;G\n")
    assert column(acts, "practitioner") == ["?", "?"]
    assert any("nommez-le par --practitioner" in notice for notice in map(str, acts.notices))


def test_beside_files_that_name_one_the_others_are_unknown(tmp_path: Path) -> None:
    acts = read(tmp_path, "date;code;practitioner\n01/02/2023;G;A\n", "date;code\n02/02/2023;G\n")
    assert column(acts, "practitioner") == ["A", None]
    assert any("f1.csv : pas de colonne de praticien" in notice for notice in map(str, acts.notices))


def test_the_option_names_keeps_and_never_drops_the_unknown(tmp_path: Path) -> None:
    named = "date;code;practitioner\n01/02/2023;G;A\n02/02/2023;G;\n03/02/2023;G;B\n"
    acts = read(tmp_path, named, "date;code\n04/02/2023;G\n", options=ReadOptions(practitioner="A"))
    assert column(acts, "practitioner") == ["A", None, "A"]
    assert [(entry.rows, entry.skipped) for entry in acts.inputs] == [(2, 1), (1, 0)]


def test_an_option_that_names_nobody(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="aucun acte de ce praticien"):
        read(tmp_path, "date;code;practitioner\n01/02/2023;G;A\n", options=ReadOptions(practitioner="Z"))


def test_a_date_beside_which_something_stands(tmp_path: Path) -> None:
    """An interval or a remark is no day; a time that says nothing leaves the day, and is told once."""
    text = (
        "date;code;birth_date;time\n"
        "02/05/2022 au 05/05/2022;G;;\n"
        "02/05/2022 annulé;G;;\n"
        "02/05/2022 25:61;G;01/02/1950 décédé;\n"
        "2022-05-02T10:30:00Z;G;01/02/1950;\n"
        "2022-05-02T10:30:00Z;G;01/02/1950;08:15\n"
    )
    acts = read(tmp_path, text)
    assert [(reject.where.row, reject.reason) for reject in acts.rejected] == [
        (2, "date illisible"),
        (3, "date illisible"),
    ]
    assert column(acts, "date") == [date(2022, 5, 2)] * 3
    assert column(acts, "time") == [None, time(12, 30), time(8, 15)]
    assert column(acts, "birth_date") == [None, date(1950, 2, 1), date(1950, 2, 1)]
    place = f"{tmp_path / 'f0.csv'}, colonne "
    told = [notice.removeprefix(place) for notice in map(str, acts.notices) if notice.startswith(place)]
    assert told == [
        "« date » : 2\u00a0cellules en temps universel (la première en A5), lues au jour et à l'heure de Paris.",
        "« date » : 1\u00a0cellule sans heure lisible (en A4), lue comme un jour sans heure.",
        "« birth_date » : 1\u00a0cellule sans date lisible (en C4), lue comme inconnue.",
    ]


def test_a_birth_of_two_centuries_is_unknown_unless_the_act_is_for_a_child(tmp_path: Path) -> None:
    text = (
        "date;code;specialty;birth_date\n"
        "02/05/22;G;01;12/06/50\n"
        "02/05/22;G;01;12/06/15\n"
        "02/05/22;G;12;12/06/15\n"
        "02/05/22;CS+MP;33;12/06/15\n"  # the MP is for the under sixteen
        "demain;G;01;12/06/15\n"
        "02/05/22;G;;13/06/15\n"
    )
    acts = read(tmp_path, text)
    child = date(2015, 6, 12)
    assert column(acts, "birth_date") == [date(1950, 6, 12), None, child, child, child, None]
    assert [notice.rpartition("colonne ")[2] for notice in map(str, acts.notices) if "siècle" in notice] == [
        "« birth_date » : 2\u00a0années de naissance à deux chiffres, d'un siècle ou de l'autre (la première en D3), "
        "lues comme inconnues ; écrivez l'année en quatre chiffres."
    ]


def test_a_birth_or_a_leaving_after_the_care_is_unknown(tmp_path: Path) -> None:
    text = (
        "date;code;birth_date;discharge_date\n"
        "05/01/2026;GL1;05/01/2026;05/01/2026\n"
        "05/01/2026;GL1;06/01/2026;04/01/2026\n"
        "05/01/2026;GL1;04/01/2026;06/01/2026\n"
        "05/01/2026;GL1;;06/01/2026\n"
    )
    acts = read(tmp_path, text)
    eve, same_day = date(2026, 1, 4), date(2026, 1, 5)
    assert column(acts, "birth_date") == [same_day, None, eve, None]
    assert column(acts, "discharge_date") == [same_day, eve, None, None]
    assert [notice.rpartition(" : ")[2] for notice in map(str, acts.notices) if "après la date" in notice] == [
        "2\u00a0dates de sortie d'hospitalisation après la date de soins (la première en D4), lues comme inconnues.",
        "1\u00a0date de naissance après la date de soins (en C3), lue comme inconnue.",
    ]


def test_moments_with_and_without_time(tmp_path: Path) -> None:
    moments = ["02/05/22 10:30", "2022-05-02T10:30:00", "02/05/2022", "44683.5", "hier", "02/05/22 25:00"]
    rows = "".join(f"03/05/2022;SNP;{moment}\n" for moment in moments)
    acts = read(tmp_path, f"date;code;regulated_at\n{rows}")
    half_past, noon = datetime(2022, 5, 2, 10, 30), datetime(2022, 5, 2, 12)
    assert column(acts, "regulated_at") == [half_past, half_past, datetime(2022, 5, 2), noon, None, None]
    assert column(acts, "regulated_day_only") == [False, False, True, False, False, False]


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_a_day_without_a_format_counts_from_the_first_of_its_calendar(tmp_path: Path, epoch: datetime) -> None:
    book = openpyxl.Workbook()
    book.epoch = epoch
    days = [date(2022, 5, 2), date(1950, 2, 1), date(2022, 5, 20), date(2022, 5, 1)]
    serials = [to_excel(day, epoch) for day in days]
    book.active.append(["date", "birth_date", "payment_date", "regulated_at", "code", "patient"])
    book.active.append([*serials[:3], serials[3] + 0.5, "G", serials[0]])
    book.active.append([*days, "G", "P"])
    path = str(tmp_path / "a.xlsx")
    book.save(path)
    acts = load_acts([path], NOMENCLATURE)
    for key, day in zip(("date", "birth_date", "payment_date"), days, strict=False):
        assert column(acts, key) == [day, day]
    assert column(acts, "regulated_at") == [datetime(2022, 5, 1, 12), datetime(2022, 5, 1)]
    assert column(acts, "regulated_day_only") == [False, True]
    assert column(acts, "patient") == [str(int(serials[0])), "p"]


def test_a_nir_that_could_be_told_apart_and_is_not_is_unknown(tmp_path: Path) -> None:
    text = (
        "date;code;NIR;Date de naissance\n"
        "01/02/2023;G;2 95 10 99 126 111 93;01/02/1995\n"
        "02/02/2023;G;2951099126111;01/02/1995\n"
        "03/02/2023;G;2951099126111;\n"
    )
    acts = read(tmp_path, text)
    assert column(acts, "patient") == ["2951099126111|1995-02-01"] * 2 + [None]
    assert any("1\u00a0ligne au NIR sans rang" in notice for notice in map(str, acts.notices))


def test_a_nir_alone_is_a_patient_and_says_so(tmp_path: Path) -> None:
    acts = read(tmp_path, "date;code;NIR\n01/02/2023;G;2951099126111\n")
    assert column(acts, "patient") == ["2951099126111"]
    assert any("peut couvrir plusieurs personnes" in notice for notice in map(str, acts.notices))


def test_names_are_one_however_typed_and_identifiers_are_not(tmp_path: Path) -> None:
    text = (
        "date;code;patient\n01/02/2023;G;ESSAI Élise\n02/02/2023;G;essai elise\n03/02/2023;G;aB1\n04/02/2023;G;Ab1\n"
    )
    acts = read(tmp_path, text)
    assert column(acts, "patient") == ["essai elise", "essai elise", "aB1", "Ab1"]
    assert column(acts, "patient_shown") == ["ESSAI Élise", "essai elise", "aB1", "Ab1"]


def test_files_that_identify_patients_differently_say_so(tmp_path: Path) -> None:
    acts = read(tmp_path, "date;code;patient\n01/02/2023;G;P1\n", "date;code;NIR\n02/02/2023;G;2951099126111\n")
    assert any("patients identifiés par n° de dossier et par NIR" in notice for notice in map(str, acts.notices))


def test_no_unit_and_yet_an_amount_is_rejected(tmp_path: Path) -> None:
    text = (
        "date;code;quantity;amount\n"
        "01/02/2023;G;0;25,00\n"
        "02/02/2023;G;0;0,00\n"
        "03/02/2023;G;1;25,00\n"
        "04/02/2023;0 G;;\n"
    )
    acts = read(tmp_path, text)
    assert [(r.where.cell, r.reason) for r in acts.rejected] == [
        ("C2", "quantité illisible : « 0 »"),
        ("B5", "code illisible : « 0 G »"),
    ]
    assert column(acts, "quantity") == [0, 1]


def test_an_identifier_in_the_wrong_column_is_no_amount(tmp_path: Path) -> None:
    text = "date;code;amount;coefficient\n01/02/2023;G;99999999999999999999;9999999\n"
    acts = read(tmp_path, text)
    assert (column(acts, "amount"), column(acts, "coefficient")) == ([None], [1000])
    assert any("se lise comme « Montant » : colonne non lue" in notice for notice in map(str, acts.notices))


def test_nobody_is_cared_for_before_being_born(tmp_path: Path) -> None:
    acts = read(tmp_path, "date;code;birth_date\n01/02/2023;NFP;01/03/2030\n")
    assert column(acts, "birth_date") == [None]


def test_an_ald_exemption_beside_a_no_is_unknown(tmp_path: Path) -> None:
    text = "date;code;ald;exemption\n01/02/2023;VL;non;45\n02/02/2023;VL;;45\n03/02/2023;VL;non;0\n"
    assert column(read(tmp_path, text), "ald") == [None, True, False]


def test_an_origin_that_the_grouping_code_does_not_hide_is_unknown(tmp_path: Path) -> None:
    text = "date;code;original_code\n01/02/2023;CCE;MPH\n02/02/2023;CCX;TE2\n"
    assert column(read(tmp_path, text), "code") == ["MPH", "CCX"]


def test_a_row_with_more_cells_than_the_heading_is_rejected(tmp_path: Path) -> None:
    text = "date,code,patient,amount\n16/11/2023,G,P1,26\n16/11/2023,G,P1,26,50\n17/11/2023,G,P2,26\n"
    acts = read(tmp_path, text)
    assert [(r.where.row, r.reason) for r in acts.rejected] == [(3, "plus de cellules que de titres (5 pour 4)")]
    assert len(acts.table) == 2


def test_one_file_that_fails_does_not_hide_the_others(tmp_path: Path) -> None:
    acts = read(tmp_path, "date;code\n01/02/2023;G\n", "date;code\n")
    assert (len(acts.table), [str(error) for error in acts.failures]) == (
        1,
        [f"{tmp_path}/f1.csv : aucune ligne sous les titres ; vérifiez que l'export contient des actes."],
    )
    with pytest.raises(InputError, match="aucune ligne"):
        read(tmp_path, "date;code\n")


def test_identifiers_written_as_decimals_are_whole(tmp_path: Path) -> None:
    """A table of floats gives `17.0`; more decimals, or letters, are no such thing."""
    acts = read(
        tmp_path,
        "date;code;praticien;patient;facture\n"
        "2023-02-01;G;10001234567.0;17.0;5,0\n"
        "2023-02-02;G;10001234567;17;5\n"
        "2023-02-03;G;10001234567;17.05;A.0\n"
        "2023-02-04;G;1,0001E+10;18;2,5E+8\n",
    )
    assert column(acts, "practitioner") == ["10001234567"] * 3 + [None]
    assert column(acts, "patient") == ["17", "17", "17.05", "18"]
    assert column(acts, "invoice") == ["5", "5", "A.0", None]
    said = [str(one).partition("colonne ")[2].partition(" (")[0] for one in acts.notices if "identifiant" in str(one)]
    assert said == [
        "« facture » : 1\u00a0identifiant écrit en nombre décimal",
        "« facture » : 1\u00a0identifiant en notation scientifique",
        "« praticien » : 1\u00a0identifiant écrit en nombre décimal",
        "« praticien » : 1\u00a0identifiant en notation scientifique",
        "« patient » : 1\u00a0identifiant écrit en nombre décimal",
    ]


def test_a_total_of_a_day_written_among_the_codes_is_no_act(tmp_path: Path) -> None:
    text = """Date;Dossier;Code;Qté;Montant
03/01/2023;12;G;1;25,00
03/01/2023;13;TCG;1;25,00
03/01/2023;;TOTAL;2;50,00
04/01/2023;13;G;1;25,00
04/01/2023;;Sous-total du jour;1;25,00
31/01/2023;;Total janvier;3;75,00
"""
    acts = read(tmp_path, text)
    assert column(acts, "code") == ["G", "TCG", "G"]
    assert (acts.rejected, acts.inputs[0].rows, acts.inputs[0].skipped) == ((), 3, 3)


MONTH_FIRST = (
    "4\u00a0dates ne se lisent que mois d'abord (la première en A3) et aucune que jour d'abord : les autres, lues "
    "jour d'abord, ont sans doute le jour et le mois inversés ; si le fichier met le mois d'abord, écrivez "
    'dates = "MM/JJ/AAAA" sous [fichier], dans un fichier --map.'
)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["01/03/2023", "01/13/2023", "01/25/2023", "02/07/2023", "02/28/2023", "3/30/23"], True),
        (["01/03/2023", "01/13/2023", "01/25/2023", "13/02/2023", "02/28/2023", "3/30/23"], False),  # mistakes
        (["01/03/2023", "31/02/2023", "00/01/2023", "hier", "2023-13-05", "32/12/2023"], False),
        (
            ["2023-03-01", "01/13/2023", "01/25/2023", "2023-03-02", "02/28/2023", "3/30/23"],
            False,
        ),  # nothing is inverted
    ],
)
def test_days_that_are_read_month_first_only_are_said(tmp_path: Path, days: list[str], said: bool) -> None:
    acts = read(tmp_path, "Date;Code\n" + "".join(f"{day};G\n" for day in days))
    assert [str(notice).partition(" : ")[2] for notice in acts.notices if "mois d'abord" in str(notice)] == [
        MONTH_FIRST
    ] * said
