"""What a mapping changes of the cells of a file: its words, its dates, its constants, the rows that are no acts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from avenant9.acts.asked import ReadOptions
from avenant9.acts.check_mapping import check_mapping
from avenant9.acts.load import load_acts
from avenant9.acts.mapping import Mapping
from avenant9.errors import SettingError
from avenant9.rulebook.load import load_rulebook

if TYPE_CHECKING:
    from pathlib import Path

    from avenant9.model import Acts

NOMENCLATURE = load_rulebook().nomenclature


def acts(tmp_path: Path, text: str, **told: Any) -> Acts:
    file = tmp_path / "actes.csv"
    file.write_text(text, encoding="utf-8")
    return load_acts([str(file)], NOMENCLATURE, ReadOptions(mapping=Mapping(**told)))


def test_a_constant_is_what_every_row_holds_where_the_file_has_no_such_column(tmp_path: Path) -> None:
    constants = {"practitioner": "10001234567", "specialty": "01", "sector": "2", "optam": "non"}
    read = acts(tmp_path, "Date;Code\n02/05/2022;G\n03/05/2022;G\n", constants=constants)
    assert (
        read.table.select("practitioner", "specialty", "sector", "optam").rows()
        == [("10001234567", 1, "2", False)] * 2
    )
    assert read.inputs[0].columns == {
        "date": "Date",
        "code": "Code",
        "practitioner": "constante",
        "specialty": "constante",
        "sector": "constante",
        "optam": "constante",
    }
    assert read.inputs[0].places == {"date": 0, "code": 1}
    assert not [said for said in map(str, read.notices) if "praticien" in said]
    assert {"practitioner", "specialty"} <= read.columns


def test_a_constant_fills_empty_cells_and_no_others(tmp_path: Path) -> None:
    text = "Date;Code;Secteur;OPTAM\n02/05/2022;G;1;oui\n02/05/2022;G;;\n02/05/2022;G;?;?\n"
    read = acts(tmp_path, text, constants={"sector": "2", "optam": "non"})
    assert read.table.select("sector", "optam").rows() == [("1", True), ("2", False), (None, None)]
    assert read.inputs[0].columns["sector"] == "Secteur"


def test_a_constant_does_not_make_acts_of_blank_rows_and_totals(tmp_path: Path) -> None:
    read = acts(tmp_path, "Date;Code;Montant\n02/05/2022;G;25\n;;\nTotal;;25\n", constants={"specialty": "01"})
    assert (len(read.table), read.inputs[0].skipped, read.rejected) == (1, 2, ())


def test_a_sector_is_in_everyday_words_whatever_the_codes_of_the_column(tmp_path: Path) -> None:
    text = "Date;Code;Conv\n02/05/2022;G;3\n02/05/2022;G;\n02/05/2022;G;deux\n"
    told = {"columns": {"sector": "Conv"}, "sector_cnam": True}
    read = acts(tmp_path, text, constants={"sector": "1"}, values={"sector": {"deux": "2"}}, **told)
    assert read.table["sector"].to_list() == ["2", "1", "2"]


def test_words_of_the_file_are_replaced_whatever_their_case(tmp_path: Path) -> None:
    text = "Date;Code;Lieu\n02/05/2022;Cs + mcg;DOM\n02/05/2022;G;cabinet\n02/05/2022;G;ailleurs\n"
    read = acts(tmp_path, text, values={"place": {"Dom": "domicile"}, "code": {"Cs + MCG": "G+MCG"}})
    assert read.table.select("code", "place").rows() == [
        ("G", "domicile"),
        ("MCG", "domicile"),
        ("G", "cabinet"),
        ("G", None),
    ]
    assert read.rejected == ()


def test_rows_that_are_no_acts_are_skipped_and_counted(tmp_path: Path) -> None:
    text = (
        "Date;Code;Lieu\n02/05/2022;RDV non honoré;\n02/05/2022;rdv NON honore;\n02/05/2022;papier;\n03/05/2022;G;\n"
    )
    read = acts(tmp_path, text, ignored={"code": ("RDV non honoré", "Papier"), "patient": ("x",)})
    assert (read.table["code"].to_list(), read.inputs[0].skipped, read.rejected) == (["G"], 3, ())


def test_the_dates_of_a_file_that_writes_months_first(tmp_path: Path) -> None:
    text = "Date;Code;Naissance\n12/25/2022;G;2/1/1950\n25/12/2022;G;\n2022-12-26;G;\n"
    read = acts(tmp_path, text, dates="MM/JJ/AAAA", columns={"birth_date": "Naissance"})
    assert read.table.select("date", "birth_date").rows() == [
        (date(2022, 12, 25), date(1950, 2, 1)),
        (date(2022, 12, 26), None),
    ]
    assert [(bad.where.row, bad.where.cell) for bad in read.rejected] == [(3, "A3")]


def test_what_is_said_first_wins_key_by_key() -> None:
    first = Mapping({"date": "Jour"}, encoding="cp1252", place="m.toml", values={"place": {"Dom": "domicile"}})
    second = Mapping(
        {"date": "Date acte", "code": "Acte"},
        sheet="Feuil1",
        encoding="utf-8",
        sector_cnam=True,
        place="a9.toml",
        asked_by="a9.toml",
        constants={"sector": "1"},
        values={"place": {"Dom": "ehpad", "Cab": "cabinet"}},
        dates="MM/JJ/AAAA",
    )
    both = first.over(second)
    assert both == Mapping(
        {"date": "Jour", "code": "Acte"},
        "Feuil1",
        "cp1252",
        sector_cnam=True,
        place="m.toml",
        asked_by="a9.toml",
        constants={"sector": "1"},
        values={"place": {"Dom": "domicile", "Cab": "cabinet"}},
        dates="MM/JJ/AAAA",
        elsewhere={"code": "a9.toml"},
    )
    assert (both.place_of("date"), both.place_of("code")) == ("m.toml", "a9.toml")


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (
            {"constants": {"sector": "4"}},
            "constantes, Secteur : valeur inutilisable « 4 », valeurs admises : 1, 1DP, 2 ou 3",
        ),
        ({"constants": {"optam": "peut-être"}}, "constantes, OPTAM : valeur inutilisable « peut-être »"),
        ({"constants": {"specialty": "98"}}, "constantes, Spécialité : valeur inutilisable « 98 »"),
        (
            {"constants": {"birth_date": "31/02/1950"}},
            "constantes, Date de naissance : valeur inutilisable « 31/02/1950 »",
        ),
        ({"constants": {"amount": "gratuit"}}, "constantes, Montant : valeur inutilisable « gratuit »"),
        ({"constants": {"practitioner": "-"}}, "constantes, Praticien : valeur inutilisable « - »"),
        (
            {"values": {"place": {"Dom": "domicille"}, "code": {"Consultation": "une consultation"}}},
            "valeurs, Lieu : valeur inutilisable « domicille », peut-être « domicile » ; "
            "valeurs, Code acte : valeur inutilisable « une consultation »",
        ),
        ({"values": {"date": {"hier": "demain"}}}, "valeurs, Date de soins : valeur inutilisable « demain »"),
    ],
)
def test_a_value_that_its_column_cannot_hold(told: dict[str, Any], problem: str) -> None:
    with pytest.raises(SettingError) as caught:
        check_mapping(Mapping(place="m.toml", **told), NOMENCLATURE)
    assert str(caught.value) == f"m.toml : {problem} ; corrigez ces valeurs."


def test_values_that_their_columns_can_hold() -> None:
    constants = {
        "practitioner": "10001234567",
        "specialty": "Médecine générale",
        "sector": "1DP",
        "optam": "non",
        "patient": "D1",
        "last_name": "X",
        "birth_date": "01/02/1950",
        "exemption": "41",
        "ald": "oui",
    }
    values = {
        "code": {"Cs": "G+MCG"},
        "sector": {"deux": "2"},
        "date": {"jour un": "2022-05-02"},
        "rate": {"plein": "70"},
    }
    check_mapping(Mapping(constants=constants, values=values), NOMENCLATURE)
    check_mapping(Mapping(), NOMENCLATURE)
