"""Sheets of shifts and of patients: wherever they stand, every row is an entry, a rejected row or a skipped one."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from avenant9.acts.asked import ReadOptions
from avenant9.acts.mapping import Mapping
from avenant9.errors import InputError, SettingError
from avenant9.model import CellRef, Unread
from avenant9.rulebook.load import load_rulebook
from avenant9.shifts import Activity, Patient, Shift, load_activity
from avenant9.templates import template

if TYPE_CHECKING:
    from pathlib import Path

NOMENCLATURE = load_rulebook().nomenclature
SHIFTS, PATIENTS, ACTS = (
    "Date;Début;Fin;Rôle;Praticien",
    "Date;Patient;Protocole;Professionnel;Date de naissance",
    "date;code",
)
ONE_SHIFT = f"{SHIFTS}\n05/09/2022;10:00;12:00;regulation-sas;A"
ONE_ACT = "date;code;practitioner\n05/09/2022;G;A"


def read(folder: Path, *texts: str, options: ReadOptions | None = None) -> Activity:
    paths = []
    for rank, text in enumerate(texts):
        path = folder / f"f{rank}.csv"
        path.write_text(text + "\n", encoding="utf-8")
        paths.append(str(path))
    return load_activity(paths, NOMENCLATURE, options)


def workbook(folder: Path, sheets: dict[str, list[tuple[Any, ...]]], hidden: tuple[str, ...] = ()) -> str:
    book = Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    book.remove(book.worksheets[0])
    book.save(folder / "cabinet.xlsx")
    return str(folder / "cabinet.xlsx")


def reasons(activity: Activity) -> list[tuple[int, str | None, str]]:
    return [(one.where.row, one.where.cell, one.reason) for one in activity.rejected]


def test_a_workbook_of_acts_shifts_and_patients(tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        {
            "Actes": [("Date", "Code", "Praticien"), (date(2022, 9, 5), "G", "A")],
            "Vacations": [
                ("Tableau des vacations",),
                (),
                ("DATE", "heure de debut", "Fin", "role", "N° RPPS"),
                (date(2022, 9, 30), time(18), time(12), "Régulation SAS", "10000000001"),
                (),
                ("DATE", "heure de debut", "Fin", "role", "N° RPPS"),
                (date(2022, 9, 3), "14h00", "18h", "vaccination_variole", 10000000001),
                ("Total", None, None, 2),
            ],
            "Protocoles": [
                ("Date", "N° dossier", "Protocole", "Professionnel", "Né(e) le"),
                (datetime(2022, 9, 5, 10, 30), "D-1", "Éruption", "IDE", date(2020, 1, 2)),
                (date(2022, 9, 6), 12, "cheville", None, None),
            ],
            "Notes": [("rien",), ("ici",)],
        },
    )
    found, doctor = load_activity([file], NOMENCLATURE), "10000000001"
    assert found.shifts == (
        Shift(
            CellRef(file, "Vacations", 4),
            "regulation-sas",
            doctor,
            datetime(2022, 9, 30, 18),
            datetime(2022, 10, 1, 12),
        ),
        Shift(
            CellRef(file, "Vacations", 7),
            "vaccination-variole",
            doctor,
            datetime(2022, 9, 3, 14),
            datetime(2022, 9, 3, 18),
        ),
    )
    assert found.patients == (
        Patient(CellRef(file, "Protocoles", 2), date(2022, 9, 5), "D-1", "eruption", "?", "ide", date(2020, 1, 2)),
        Patient(CellRef(file, "Protocoles", 3), date(2022, 9, 6), "12", "cheville", "?"),
    )
    assert [(one.sheet, one.rows, one.acts, one.rejected, one.skipped) for one in found.inputs] == [
        ("Vacations", 2, 2, 0, 3),
        ("Protocoles", 2, 2, 0, 0),
    ]
    assert found.rejected == ()
    assert found.notices == ()
    assert len(found.acts.table) == 1
    assert found.acts.skipped_sheets == (
        Unread(file, "Notes", "ni actes, ni vacations, ni protocoles", "voir « a9 template »"),
    )
    assert found.acts.failures == ()


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("18:00", "20:30", datetime(2022, 9, 5, 18), datetime(2022, 9, 5, 20, 30)),
        ("18h00", "20h30", datetime(2022, 9, 5, 18), datetime(2022, 9, 5, 20, 30)),
        ("8h", "12H", datetime(2022, 9, 5, 8), datetime(2022, 9, 5, 12)),
        ("0,75", "0.5", datetime(2022, 9, 5, 18), datetime(2022, 9, 6, 12)),
        ("18:00", "00:00", datetime(2022, 9, 5, 18), datetime(2022, 9, 6)),
        ("18:00", "24:00", datetime(2022, 9, 5, 18), datetime(2022, 9, 6)),
        ("00:00", "24h00", datetime(2022, 9, 5), datetime(2022, 9, 6)),
        ("18:00:40", "19:00:20", datetime(2022, 9, 5, 18), datetime(2022, 9, 5, 19)),
        ("20:00", "08:00", datetime(2022, 9, 5, 20), datetime(2022, 9, 6, 8)),
    ],
)
def test_hours(tmp_path: Path, start: str, end: str, first: datetime, last: datetime) -> None:
    [one] = read(tmp_path, f"{SHIFTS}\n05/09/2022;{start};{end};regulation-sas;A").shifts
    assert (one.start, one.end) == (first, last)


@pytest.mark.parametrize(
    ("row", "cell", "reason"),
    [
        ("05/09/2022;18:00;18:00;regulation-sas;A", "C2", "la vacation finit à l'heure où elle commence (18:00)"),
        ("05/09/2022;25:00;18:00;regulation-sas;A", "B2", "heure de début illisible : « 25:00 »"),
        ("05/09/2022;midi;18:00;regulation-sas;A", "B2", "heure de début illisible"),
        ("05/09/2022;;18:00;regulation-sas;A", "B2", "heure de début absente"),
        ("05/09/2022;18:00;;regulation-sas;A", "C2", "heure de fin absente"),
        ("05/09/2022;18:00;18h75;regulation-sas;A", "C2", "heure de fin illisible"),
        ("31/02/2022;18:00;19:00;regulation-sas;A", "A2", "date illisible : « 31/02/2022 »"),
        ("31/12/9999;18:00;02:00;regulation-sas;A", "A2", "date impossible : « 31/12/9999 »"),
        ("01/01/0022;18:00;02:00;regulation-sas;A", "A2", "date illisible : « 01/01/0022 »"),
        (";18:00;19:00;regulation-sas;A", "A2", "date absente"),
        ("05/09/2022;18:00;19:00;regulation;A", "D2", "rôle inconnu ; peut-être « regulation-sas »"),
        (
            "05/09/2022;18:00;19:00;sieste;A",
            "D2",
            "rôle inconnu ; valeurs admises : regulation-sas, vaccination-variole, vaccination-covid",
        ),
        (
            "05/09/2022;18:00;19:00;15;A",
            "D2",
            "rôle inconnu « 15 » ; valeurs admises : regulation-sas, vaccination-variole, vaccination-covid",
        ),
        ("05/09/2022;18:00;19:00;;A", "D2", "rôle absent"),
        ("05/09/2022;18:00;19:00;regulation-sas;A;x", None, "plus de cellules que de titres (6 pour 5)"),
    ],
)
def test_each_rejection_of_a_shift(tmp_path: Path, row: str, cell: str | None, reason: str) -> None:
    found = read(tmp_path, f"{SHIFTS}\n{row}")
    assert reasons(found) == [(2, cell, reason)]
    assert found.shifts == ()
    assert [(one.rows, one.acts, one.rejected) for one in found.inputs] == [(1, 0, 1)]


@pytest.mark.parametrize(
    ("row", "cell", "reason"),
    [
        (
            "05/09/2022;P1;foulure;mk;",
            "C2",
            "protocole inconnu ; valeurs admises : rhino-conjonctivite, cheville, lombalgie, pollakiurie, "
            "odynophagie, eruption",
        ),
        ("05/09/2022;P1;chevile;mk;", "C2", "protocole inconnu ; peut-être « cheville »"),
        ("05/09/2022;P1;cheville;médecin;", "D2", "professionnel inconnu ; valeurs admises : ide, pharmacien, mk"),
        ("05/09/2022;;cheville;mk;", "B2", "patient absent"),
        ("05/09/2022;P1;;mk;", "C2", "protocole absent"),
        ("05/09/2022;P1;cheville;mk;1990", "E2", "date de naissance illisible : « 1990 »"),
        ("05/09/2022;P1;cheville;mk;06/09/2022", "E2", "date de naissance après la date de prise en charge"),
        ("05/09/2022;P1;cheville;mk;12/06/15", "E2", "date de naissance illisible : « 12/06/15 »"),  # 1915, or 2015?
        ("2022;P1;cheville;mk;", "A2", "date illisible : « 2022 »"),
    ],
)
def test_each_rejection_of_a_patient(tmp_path: Path, row: str, cell: str, reason: str) -> None:
    found = read(tmp_path, f"{PATIENTS}\n{row}")
    assert reasons(found) == [(2, cell, reason)]
    assert found.patients == ()


def test_a_cell_in_error_is_told_as_such(tmp_path: Path) -> None:
    rows = [("Date", "Début", "Fin", "Rôle"), (date(2022, 9, 5), "#N/A", time(12), "regulation-sas")]
    file = workbook(tmp_path, {"Vacations": rows})
    assert reasons(load_activity([file], NOMENCLATURE)) == [
        (2, "B2", "heure de début : la cellule contient l'erreur #N/A")
    ]


def test_overlaps_of_one_person_reject_the_later_row(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        f"{SHIFTS}\n"
        "05/09/2022;18:00;02:00;regulation-sas;A\n"
        "06/09/2022;01:59;03:00;vaccination-covid;A\n"  # overlaps line 2
        "06/09/2022;02:00;03:00;regulation-sas;A\n"  # starts where line 2 ends
        "05/09/2022;18:00;02:00;regulation-sas;B\n"  # somebody else
        "06/09/2022;02:30;02:45;regulation-sas;A\n"  # within line 4
        "05/09/2022;19:00;20:00;regulation-sas;\n"  # nobody knows who
        "05/09/2022;19:00;20:00;regulation-sas;",
        f"{SHIFTS}\n05/09/2022;19:00;20:00;regulation-sas;A",
    )
    name = str(tmp_path / "f0.csv")
    assert reasons(found) == [
        (3, None, "chevauche une autre vacation de la même personne (ligne 2)"),
        (6, None, "chevauche une autre vacation de la même personne (ligne 4)"),
        (2, None, f"chevauche une autre vacation de la même personne ({name}, ligne 2)"),
    ]
    assert [(one.where.row, one.practitioner) for one in found.shifts] == [
        (2, "A"), (4, "A"), (5, "B"), (7, None), (8, None),
    ]  # fmt: skip
    assert [(one.rows, one.acts, one.rejected, one.skipped) for one in found.inputs] == [(7, 5, 2, 0), (1, 0, 1, 0)]


def test_without_a_column_of_practitioners_all_shifts_are_one_person_s(tmp_path: Path) -> None:
    text = "Date;Début;Fin;Rôle\n05/09/2022;10:00;12:00;regulation-sas\n05/09/2022;11:00;13:00;regulation-sas"
    found = read(tmp_path, text)
    assert [one.practitioner for one in found.shifts] == ["?"]
    assert reasons(found) == [
        (
            3,
            None,
            "chevauche une autre vacation de la même personne (ligne 2) ; nommez les praticiens s'ils sont plusieurs",
        )
    ]
    place = tmp_path / "f0.csv"
    understood = f"{place} : encodage UTF-8, séparateur « ; »."
    assert tuple(map(str, found.notices)) == (
        understood,
        f"{place} : pas de colonne « Praticien », les vacations sont prises pour celles d'une seule personne, notée "
        "« ? » ; nommez-la par --practitioner ID.",
    )
    named = read(tmp_path, text, options=ReadOptions(practitioner="A"))
    assert ([one.practitioner for one in named.shifts], tuple(map(str, named.notices))) == (["A"], (understood,))


def test_the_option_keeps_one_practitioner_and_the_unknown(tmp_path: Path) -> None:
    text = f"{SHIFTS}\n" + "\n".join(
        f"05/09/2022;{hour}:00;{hour + 1}:00;regulation-sas;{who}" for hour, who in ((10, "A"), (12, "B"), (14, ""))
    )
    found = read(tmp_path, text, ONE_ACT, options=ReadOptions(practitioner="A"))
    assert [one.practitioner for one in found.shifts] == ["A", None]
    assert [(one.rows, one.acts, one.skipped) for one in found.inputs] == [(2, 2, 1)]


def test_a_practitioner_who_has_shifts_only(tmp_path: Path) -> None:
    found = read(tmp_path, ONE_SHIFT, ONE_ACT.replace(";A", ";B"), options=ReadOptions(practitioner="A"))
    assert ([one.practitioner for one in found.shifts], len(found.acts.table)) == (["A"], 0)
    assert [(one.rows, one.acts, one.skipped) for one in found.acts.inputs] == [(0, 0, 1)]
    with pytest.raises(SettingError, match="--practitioner : aucun acte de ce praticien"):
        read(tmp_path, ONE_SHIFT, ONE_ACT, options=ReadOptions(practitioner="Z"))


def test_several_numbers_of_one_doctor(tmp_path: Path) -> None:
    options = ReadOptions(mapping=Mapping(practitioners={"219999991": "10001234567"}))
    [one] = read(tmp_path, ONE_SHIFT.replace(";A", ";219999991"), options=options).shifts
    assert one.practitioner == "10001234567"


def test_a_mapping_made_for_the_acts_does_not_hide_the_shifts(tmp_path: Path) -> None:
    options = ReadOptions(mapping=Mapping(columns={"date": "Jour", "code": "Lettre"}))
    found = read(tmp_path, ONE_SHIFT, "Jour;Lettre\n05/09/2022;G", options=options)
    assert (len(found.shifts), len(found.acts.table)) == (1, 1)
    with pytest.raises(SettingError, match="« Jour »"):
        read(tmp_path, ONE_SHIFT, "Quand;Lettre\n05/09/2022;G", options=options)


def test_standard_input_may_hold_shifts() -> None:
    found = load_activity(["-"], NOMENCLATURE, stdin=io.BytesIO(ONE_SHIFT.encode()))
    assert [one.where for one in found.shifts] == [CellRef("-", None, 2)]


def test_sheets_asked_for_or_hidden(tmp_path: Path) -> None:
    row = (date(2022, 9, 5), time(10), time(12), "regulation-sas", "A")
    sheets: dict[str, list[tuple[Any, ...]]] = {
        name: [("Date", "Début", "Fin", "Rôle", "Praticien"), row] for name in ("Vacations", "Brouillon")
    }
    sheets["Actes"] = [("Date", "Code"), (date(2022, 9, 5), "G")]
    file = workbook(tmp_path, sheets, hidden=("Brouillon",))

    def said(options: ReadOptions | None = None) -> tuple[list[str | None], list[str | None]]:
        found = load_activity([file], NOMENCLATURE, options)
        return [one.sheet for one in found.inputs], [one.sheet for one in found.acts.skipped_sheets]

    assert said() == (["Vacations"], ["Brouillon"])
    assert said(ReadOptions(all_sheets=True)) == (["Vacations", "Brouillon"], [])
    assert said(ReadOptions(sheets=("Vacations",))) == (["Vacations"], ["Brouillon", "Actes"])
    assert said(ReadOptions(sheets=("Actes", "Brouillon"))) == (["Brouillon"], ["Vacations"])


def test_a_file_of_neither_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "Date;Libellé\n05/09/2022;rien")
    assert str(caught.value) == (
        f"{tmp_path / 'f0.csv'} : ni actes, ni vacations, ni protocoles (lus : Date, Libellé) ; il faut les titres "
        "Date et Code acte (actes), Date, Début, Fin et Rôle (vacations), ou Date, Patient et Protocole (protocoles) "
        "; voir « a9 template »."
    )


@pytest.mark.parametrize("text", [SHIFTS, PATIENTS, ACTS])
def test_a_file_of_titles_only(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="aucune ligne sous les titres"):
        read(tmp_path, text)


def test_a_bad_file_beside_a_good_one_is_a_failure(tmp_path: Path) -> None:
    found = read(tmp_path, ONE_SHIFT, "Date;Libellé\n05/09/2022;rien", SHIFTS)
    assert len(found.shifts) == 1
    assert [(error.place, error.problem) for error in found.acts.failures] == [
        (str(tmp_path / "f1.csv"), "ni actes, ni vacations, ni protocoles (lus : Date, Libellé)"),
        (str(tmp_path / "f2.csv"), "aucune ligne sous les titres"),
    ]
    with pytest.raises(InputError, match="introuvable"):
        load_activity([str(tmp_path / "absent.csv")], NOMENCLATURE)


def test_empty_acts_beside_shifts_are_no_failure(tmp_path: Path) -> None:
    row = (date(2022, 9, 5), time(10), time(12), "regulation-sas")
    sheets: dict[str, list[tuple[Any, ...]]] = {
        "Actes": [("Date", "Code")],
        "Vacations": [("Date", "Début", "Fin", "Rôle"), row],
    }
    found = load_activity([workbook(tmp_path, sheets)], NOMENCLATURE)
    assert (len(found.shifts), len(found.acts.table), found.acts.failures) == (1, 0, ())


def test_the_templates_are_read_as_they_are(tmp_path: Path) -> None:
    made = {
        "vacations.csv": template.shifts_csv(),
        "vacations.xlsx": template.shifts_workbook(),
        "protocoles.csv": template.protocols_csv(),
        "protocoles.xlsx": template.protocols_workbook(),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
        found = load_activity([str(tmp_path / name)], NOMENCLATURE)
        assert (found.rejected, found.acts.failures, found.acts.skipped_sheets) == ((), (), ())
        if name.startswith("vacations"):
            assert [(one.role, one.start, one.end) for one in found.shifts] == [
                ("regulation-sas", datetime(2022, 9, 30, 18), datetime(2022, 10, 1, 12)),
                ("vaccination-variole", datetime(2022, 9, 3, 14), datetime(2022, 9, 3, 18)),
            ]
        else:
            assert [(one.on, one.patient, one.protocol, one.profession) for one in found.patients] == [
                (date(2022, 9, 5), "D-0001", "cheville", "mk"),
                (date(2022, 9, 12), "D-0002", "odynophagie", "pharmacien"),
            ]


def test_a_year_of_two_digits_is_of_the_century_that_gives_an_age(tmp_path: Path) -> None:
    found = read(tmp_path, f"{PATIENTS}\n05/09/22;P1;cheville;mk;12/06/50")
    assert [(one.on, one.birth_date) for one in found.patients] == [(date(2022, 9, 5), date(1950, 6, 12))]


def test_the_dates_of_a_program_that_writes_months_first(tmp_path: Path) -> None:
    options = ReadOptions(mapping=Mapping(dates="MM/JJ/AAAA"))
    patient = f"{PATIENTS}\n12/25/2022;P1;odynophagie;pharmacien;2/1/1990"
    found = read(tmp_path, ONE_ACT, ONE_SHIFT.replace("05/09/2022", "9/30/2022"), patient, options=options)
    assert [shift.start for shift in found.shifts] == [datetime(2022, 9, 30, 10)]
    assert [(one.on, one.birth_date) for one in found.patients] == [(date(2022, 12, 25), date(1990, 2, 1))]
