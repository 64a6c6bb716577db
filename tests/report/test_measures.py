"""What measures change as people read it: the page, the lines of CSV, a scenario beside the law, list and show."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from avenant9.documents import measures as report
from avenant9.documents.render import render
from avenant9.measures.catalogue import standings
from avenant9.measures.history import told
from avenant9.model import Rejected
from avenant9.report import html, text, xlsx
from avenant9.report.page import Page
from avenant9.results.base import Quantity, dumps
from avenant9.results.measures import Law, Measures, Refused, Row, Standings, Total
from avenant9.rulebook.measures import load_measures

AS_OF = date(2026, 11, 22)
NUMBERS = ("units", "retained", "refused", "baseline", "with_measure", "difference", "difference_amo")
KEYS = (*NUMBERS, "difference_patient", "participation")


def words(text: str) -> list[str | None]:
    """Words apart by spaces, `-` for None."""
    return [None if word == "-" else word for word in text.split()]


def row(text: str) -> Row:
    return Row.model_validate(
        dict(zip(("measure", "period", "practitioner", "month", *KEYS), words(text), strict=True))
    )


def total(text: str) -> Total:
    return Total.model_validate(dict(zip(("measure", *KEYS), words(text), strict=True)))


def refused(measure: str, sheet: str | None, line: int, reason: str, detail: str) -> Refused:
    found = {"measure": measure, "file": "a.xlsx", "sheet": sheet, "row": line, "reason": reason, "detail": detail}
    return Refused.model_validate(found)


ROWS = (
    row("protocoles-cpts cpts-ete-2022 ? 2022-09 3 2 1 0.00 50.00 50.00 50.00 0.00 -"),
    row("regulation-sas mission-flash-2022 102 2022-09 6.50 2.50 4.00 225.00 250.00 25.00 25.00 0.00 -"),
    row("regulation-sas - 102 2022-10 4.00 0.00 4.00 360.00 360.00 0.00 0.00 0.00 -"),
    row("snp ete-2022 101 2022-09 4 3 1 0.00 45.00 45.00 31.50 13.50 -"),
    row("teleconsultation-100 arrete-juillet-2022 101 2022-09 1 1 0 17.50 25.00 7.50 7.50 -7.50 1.00"),
    row("vaccination-variole variole-2022 102 2022-09 12.00 4.00 8.00 - 320.00 - - 0.00 -"),
)
TOTALS = (
    total("protocoles-cpts 3 2 1 0.00 50.00 50.00 50.00 0.00 -"),
    total("regulation-sas 10.50 2.50 8.00 585.00 610.00 25.00 25.00 0.00 -"),
    total("snp 4 3 1 0.00 45.00 45.00 31.50 13.50 -"),
    total("teleconsultation-100 1 1 0 17.50 25.00 7.50 7.50 -7.50 1.00"),
    total("vaccination-variole 12.00 4.00 8.00 - 320.00 - - 0.00 -"),
    total("- - - - - 1050.00 - - 6.00 1.00"),
)
NIGHT = "Le 30/09/2022 de 20:00 à 24:00 : heures de permanence des soins, payées par le barème régional."
RESULT = Measures(
    as_of=AS_OF,
    scenario=None,
    rows=ROWS,
    refused=(
        refused("snp", "Actes", 12, "weekly_cap", "SNP : 21 sur la semaine, 20 au plus."),
        refused("regulation-sas", "Vacations", 2, "pdsa_hours", NIGHT),
        refused("regulation-sas", "Vacations", 2, "out_of_period", "Hors de toute période."),
        refused("regulation-sas", "Vacations", 7, "out_of_period", "Hors de toute période."),
        refused("vaccination-variole", "Vacations", 3, "unverifiable", "Vacation de 8 h ou plus."),
        refused("vaccination-variole", "Vacations", 3, "unverifiable", "Vacation de 8 h ou plus."),
        refused("protocoles-cpts", None, 5, "condition", "Déjà compté."),
    ),
    rejected=(Rejected(file="a.xlsx", sheet="Vacations", row=4, cell="D4", reason="rôle inconnu"),),
    totals=TOTALS,
    notes=("Une remarque.",),
)
MORE = row("snp ete-2022 101 2022-09 4 4 0 0.00 60.00 60.00 42.00 18.00 -")
SCENARIO = RESULT.model_copy(
    update={
        "scenario": "snp.limit = 30",
        "rows": (*ROWS[:3], MORE, *ROWS[4:]),
        "totals": (*TOTALS[:2], total("snp 4 4 0 0.00 60.00 60.00 42.00 18.00 -"), *TOTALS[3:]),
        "law": Law(rows=ROWS, totals=TOTALS),
    }
)
EMPTY = Measures(as_of=AS_OF, scenario=None, rows=(), refused=(), totals=())


def page(result: report.Shown) -> str:
    return text.render(report.document(result), Page()).replace("\u00a0", " ")


def test_the_page_whole() -> None:
    assert page(RESULT) == _PAGE


def test_refusals_are_counted_once_for_the_page_and_for_the_last_line() -> None:
    assert [words.replace("\u00a0", " ") for words in report.refusals(RESULT)] == ["5 refus", "2 non vérifiables"]
    assert [words.replace("\u00a0", " ") for words in report.refusals(EMPTY)] == ["0 refus"]


def test_a_scenario_stands_beside_the_law() -> None:
    shown = page(SCENARIO)
    assert shown.startswith(_SCENARIO)


def change(*rows: Row) -> str:
    """The answer for a scenario of which only these rows are left."""
    result = SCENARIO.model_copy(update={"rows": rows})
    return report.document(result).answer.replace("\u00a0", " ")


def test_the_answer_of_a_scenario() -> None:
    assert change(*ROWS) == "Ce scénario ne change rien, en euros, à ce que donne la loi telle qu'elle est."
    assert change(*ROWS[:3], *ROWS[4:]) == (
        "Comparé à la loi telle qu'elle est, ce scénario retire 45,00 € aux médecins et aux équipes : l'assurance "
        "maladie paie 31,50 € de moins, les patients ou leurs complémentaires 13,50 € de moins."
    )
    assert change(*ROWS[:4], *ROWS[5:]) == (
        "Comparé à la loi telle qu'elle est, ce scénario apporte 0,00 € aux médecins et aux équipes : l'assurance "
        "maladie paie 7,50 € de moins, les patients ou leurs complémentaires 7,50 € de plus."
    )
    assert change(*ROWS[:5]) == (  # a measure without a baseline: what it pays is what changes
        "Comparé à la loi telle qu'elle est, ce scénario retire 320,00 € aux médecins et aux équipes : l'assurance "
        "maladie paie 320,00 € de moins, les patients ou leurs complémentaires ni plus ni moins."
    )


def test_nothing_at_all() -> None:
    assert page(EMPTY) == _EMPTY


def test_amounts_that_nobody_knows_are_never_zero() -> None:
    unknown = row("teleconsultation-telephone x 101 2021-05 1 1 0 - - - - - -")
    totals = (total("teleconsultation-telephone 1 1 0 - - - - - -"),)
    shown = page(EMPTY.model_copy(update={"rows": (unknown,), "totals": totals}))
    assert "Rien ne dit en euros ce que changent les mesures" in shown
    assert "€" not in shown
    assert "Téléconsultation par  1 acte     ?               ?          ?    ?         ?" in shown


@pytest.mark.parametrize("result", [RESULT, SCENARIO, EMPTY, standings(load_measures(), date(2022, 9, 30))])
def test_eighty_columns(result: report.Shown) -> None:
    assert [line for line in page(result).splitlines() if len(line) > 80] == []


def test_large_amounts_hold_in_eighty_columns() -> None:
    large = f"999 999 0 {'12345678.90 ' * 5} -"
    rows, totals = (row(f"snp ete-2022 10000000101 2022-09 {large}"),), (total(f"snp {large}"),)
    result = EMPTY.model_copy(update={"rows": rows, "totals": totals})
    assert [line for line in page(result).splitlines() if len(line) > 80] == []


def test_long_lists_are_cut_in_text_only() -> None:
    one = [refused("snp", "Actes", line, "out_of_period", "Hors de toute période.") for line in range(2, 22)]
    many = [refused("snp", "Actes", line, "weekly_cap", f"SNP : {line} sur la semaine.") for line in range(100, 145)]
    result = EMPTY.model_copy(update={"rows": ROWS[3:4], "totals": TOTALS[2:3], "refused": (*one, *many)})
    shown = str(render("table", result, Page())).replace("\u00a0", " ")
    assert "  2, 3, 4, 5, 6, 7, 8, 9, 10, 11,  hors période\n" in shown
    assert " 12, 13 et 8 autres\n" in shown
    assert "SNP : 138 sur la semaine." in shown
    assert "SNP : 139 sur la semaine." not in shown
    assert "… et 6 autres lignes ; tout est donné par --format xlsx, html ou json." in shown
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    whole = html.render(report.document(result)).replace("\u00a0", " ")
    assert "SNP : 144 sur la semaine." in whole
    assert ", 20, 21<" in whole


def test_the_csv_of_the_contract() -> None:
    assert render("csv", RESULT, Page()).decode() == "\ufeff" + "\r\n".join(
        (
            "Mesure;Période;Praticien;Mois;Unités;Retenues;Refusées;Sans la mesure;Avec la mesure;Écart;dont AMO;"
            "dont patient;Douteuses",
            "protocoles-cpts;cpts-ete-2022;?;2022-09;3;2;1;0,00;50,00;50,00;50,00;0,00;0",
            "regulation-sas;mission-flash-2022;102;2022-09;6,50;2,50;4,00;225,00;250,00;25,00;25,00;0,00;0",
            "regulation-sas;;102;2022-10;4,00;0,00;4,00;360,00;360,00;0,00;0,00;0,00;0",
            "snp;ete-2022;101;2022-09;4;3;1;0,00;45,00;45,00;31,50;13,50;0",
            "teleconsultation-100;arrete-juillet-2022;101;2022-09;1;1;0;17,50;25,00;7,50;7,50;-7,50;0",
            "vaccination-variole;variole-2022;102;2022-09;12,00;4,00;8,00;;320,00;;;0,00;0",
            "",
        )
    )


def test_json_is_read_back() -> None:
    for result in (RESULT, SCENARIO, EMPTY):
        assert Measures.model_validate_json(dumps(result)) == result
    listed = standings(load_measures(), date(2022, 9, 30))
    assert Standings.model_validate_json(dumps(listed)) == listed


@pytest.mark.parametrize("result", [RESULT, SCENARIO, EMPTY])
def test_the_other_formats_hold_it(result: Measures) -> None:
    document = report.document(result)
    assert document.answer.split(" ")[0] in html.render(document)
    assert xlsx.render(document).startswith(b"PK")


def test_every_measure_has_its_name_and_its_page() -> None:
    measures = load_measures()
    assert set(report.NAMES) == set(measures)
    for name, measure in measures.items():
        result = told(name, measure, AS_OF)
        shown = page(result)
        assert all(one.period in shown and one.source.title.split()[0] in shown for one in result.periods)
        assert [line for line in shown.splitlines() if len(line) > 80 and "://" not in line] == []


def test_show_whole() -> None:
    measures = load_measures()
    assert page(told("vaccination-variole", measures["vaccination-variole"], AS_OF)) == _SHOW


def test_list_whole() -> None:
    measures = {name: one for name, one in load_measures().items() if name in ("snp", "regulation-sas")}
    assert page(standings(measures, date(2022, 9, 30))) == _LIST
    assert render("csv", standings(measures, date(2022, 9, 30)), Page()).decode().split("\r\n")[:3] == [
        "\ufeffMesure;Période;Libellé;Du;Au;État;Disputée",
        "regulation-sas;mission-flash-2022;Été 2022 (mission flash);01/07/2022;30/09/2022;en vigueur;non",
        "regulation-sas;reglement-arbitral-2023;Règlement arbitral;01/05/2023;;à venir;non",
    ]


_PAGE = """Mesures bornées dans le temps
-----------------------------

Les mesures apportent 120,00 € aux médecins et aux équipes : l'assurance maladie
paie 114,00 € de plus, les patients ou leurs complémentaires 6,00 € de plus. S'y
ajoutent 320,00 € de vacations, dont aucune source ne dit ce qui serait dû sans
la mesure.

Par mesure
----------
    Participation forfaitaire des patients, à part et au plus : 1,00 €
Mesure                    Retenu          Avec  Soignants      AMO  Patients
------------------------  ----------  --------  ---------  -------  --------
Protocoles des CPTS       2 patients   50,00 €    50,00 €  50,00 €    0,00 €
Régulation au SAS         2,5 h       610,00 €    25,00 €  25,00 €    0,00 €
Majoration SNP            3 actes      45,00 €    45,00 €  31,50 €   13,50 €
Téléconsultation à 100 %  1 acte       25,00 €     0,00 €   7,50 €   -7,50 €
Vaccination (variole du   4 h         320,00 €          ?        ?         ?
singe)
Soignants, AMO et patients : en plus de ce qui serait dû sans la mesure, quand
une source le dit.

Par praticien
-------------
Praticien                           Soignants       AMO  Patients    À part
----------------------------------  ---------  --------  --------  --------
101                                   45,00 €   39,00 €    6,00 €    0,00 €
102                                   25,00 €   25,00 €    0,00 €  320,00 €
? (équipe, ou praticien non nommé)    50,00 €   50,00 €    0,00 €    0,00 €
Total                                120,00 €  114,00 €    6,00 €  320,00 €
À part : dû, sans que rien ne dise ce qui le serait sans la mesure.

Par mois
--------
Mois            Soignants       AMO  Patients    À part
--------------  ---------  --------  --------  --------
septembre 2022   120,00 €  114,00 €    6,00 €  320,00 €
octobre 2022       0,00 €    0,00 €    0,00 €    0,00 €
À part : dû, sans que rien ne dise ce qui le serait sans la mesure.

Refusé
------
5 refus : 1 au-delà de la limite, 1 aux heures de permanence des soins, 2 hors
période et 1 hors conditions.
a.xlsx, feuille Actes : Majoration SNP
Pourquoi                              Lignes  Motif
------------------------------------  ------  --------------------
SNP : 21 sur la semaine, 20 au plus.  12      au-delà de la limite
a.xlsx, feuille Vacations : Régulation au SAS
Pourquoi                          Lignes  Motif
--------------------------------  ------  ----------------------------------
Le 30/09/2022 de 20:00 à 24:00 :  2       aux heures de permanence des soins
heures de permanence des soins,
payées par le barème régional.
Hors de toute période.            2, 7    hors période
a.xlsx : Protocoles des CPTS
Pourquoi      Lignes  Motif
------------  ------  ---------------
Déjà compté.  5       hors conditions

Non vérifiable
--------------
2 non vérifiables.
a.xlsx, feuille Vacations : Vaccination (variole du singe)
Pourquoi                  Lignes  Motif
------------------------  ------  --------------
Vacation de 8 h ou plus.  3       non vérifiable

Lignes rejetées
---------------
Feuille                    Ligne  Motif
-------------------------  -----  -----------------
a.xlsx, feuille Vacations      4  D4 : rôle inconnu

À savoir
--------
Une remarque.

Détail
------
Mesure                   Praticien  Mois            Retenues  Refusées      Avec
-----------------------  ---------  --------------  --------  --------  --------
Protocoles des CPTS      ?          septembre 2022       2,0         1   50,00 €
Régulation au SAS        102        septembre 2022       2,5         4  250,00 €
Régulation au SAS        102        octobre 2022         0,0         4  360,00 €
Majoration SNP           101        septembre 2022       3,0         1   45,00 €
Téléconsultation à       101        septembre 2022       1,0         0   25,00 €
100 %
Vaccination (variole du  102        septembre 2022       4,0         8  320,00 €
singe)

Simulation faite au 22/11/2026.
Constat technique, ne vaut pas avis de la caisse.
"""

_SCENARIO = """\
Mesures bornées dans le temps : scénario « snp.limit = 30 »
-----------------------------------------------------------

Comparé à la loi telle qu'elle est, ce scénario apporte 15,00 € aux médecins et
aux équipes : l'assurance maladie paie 10,50 € de plus, les patients ou leurs
complémentaires 4,50 € de plus.

Scénario et loi
---------------
Ce que reçoivent médecins et équipes selon la loi et selon le scénario, puis qui
paie la différence.
Mesure              Loi  Scénario    Écart  dont AMO  dont patients
--------------  -------  --------  -------  --------  -------------
Majoration SNP  45,00 €   60,00 €  15,00 €   10,50 €         4,50 €
Praticien      Loi  Scénario    Écart  dont AMO  dont patients
---------  -------  --------  -------  --------  -------------
101        45,00 €   60,00 €  15,00 €   10,50 €         4,50 €
Mois                 Loi  Scénario    Écart  dont AMO  dont patients
--------------  --------  --------  -------  --------  -------------
septembre 2022  440,00 €  455,00 €  15,00 €   10,50 €         4,50 €

Par mesure
----------
    Participation forfaitaire des patients, à part et au plus : 1,00 €
Mesure                    Retenu          Avec  Soignants      AMO  Patients
------------------------  ----------  --------  ---------  -------  --------
Protocoles des CPTS       2 patients   50,00 €    50,00 €  50,00 €    0,00 €
Régulation au SAS         2,5 h       610,00 €    25,00 €  25,00 €    0,00 €
Majoration SNP            4 actes      60,00 €    60,00 €  42,00 €   18,00 €
Téléconsultation à 100 %  1 acte       25,00 €     0,00 €   7,50 €   -7,50 €
Vaccination (variole du   4 h         320,00 €          ?        ?         ?
singe)
Soignants, AMO et patients : en plus de ce qui serait dû sans la mesure, quand
une source le dit.

"""

_EMPTY = """\
Mesures bornées dans le temps
-----------------------------

Aucun acte, aucune vacation et aucun patient de ces fichiers ne relève d'une
mesure.

Simulation faite au 22/11/2026.
Constat technique, ne vaut pas avis de la caisse.
"""

_SHOW = """\
vaccination-variole : Vaccination (variole du singe)
----------------------------------------------------

En vigueur au 22/11/2026 : Vacations depuis l'été 2022, depuis le 28/08/2022.

Ce que c'est
------------
Vacations en centre de vaccination contre la variole du singe.
Le médecin libéral qui vaccine en centre contre la variole du singe est payé à
la vacation : un forfait pour une demi-journée d'au moins quatre heures, à
l'heure en dessous, plus le samedi après-midi, le dimanche et les jours fériés.

Jour de la publication, disputé
-------------------------------
    Période : variole-publication
    Du : 27/08/2022
    Au : 27/08/2022
    État : passée (disputée)
    forfait en semaine (weekday_flat) : 320,00
    heure en semaine (weekday_hourly) : 80,00
    forfait du samedi après-midi, du dimanche et des jours fériés
    (weekend_flat) : 420,00
    heure du samedi après-midi, du dimanche et des jours fériés
    (weekend_hourly) : 105,00
    heures à partir desquelles le forfait est dû (flat_from_hours) : 4
    heures à partir desquelles rien ne tranche (unclear_from_hours) : 8
    toute heure commencée est due (started_hours) : non
    début du samedi après-midi (saturday_from) : 12:00
    Source : CPAM de la Côte-d'Or, commission paritaire locale des médecins,
    automne 2022 ; Le Quotidien du médecin, variole du singe : combien s'élève
    la rémunération des médecins libéraux, Arrêté du 26/08/2022, modifiant
    l'arrêté du 09/07/2022 (NOR SPRZ2220482A) (source secondaire)
    Adresse :
    https://static1.lequotidiendumedecin.fr/sante-societe/politique-de-sante/monkeypox-combien-seleve-la-remuneration-des-medecins-liberaux-effecteurs
    Comparé à sa source le : 22/11/2026
    Note : Texte publié le 27/08/2022, entré en vigueur le lendemain selon la
    règle ordinaire ; aucune rétroactivité lue. Le jour même est à examiner.

Vacations depuis l'été 2022
---------------------------
    Période : variole-2022
    Du : 28/08/2022
    Au : sans fin connue
    État : en vigueur
    forfait en semaine (weekday_flat) : 320,00
    heure en semaine (weekday_hourly) : 80,00
    forfait du samedi après-midi, du dimanche et des jours fériés
    (weekend_flat) : 420,00
    heure du samedi après-midi, du dimanche et des jours fériés
    (weekend_hourly) : 105,00
    heures à partir desquelles le forfait est dû (flat_from_hours) : 4
    heures à partir desquelles rien ne tranche (unclear_from_hours) : 8
    toute heure commencée est due (started_hours) : non
    début du samedi après-midi (saturday_from) : 12:00
    Source : CPAM de la Côte-d'Or, commission paritaire locale des médecins,
    automne 2022 ; Le Quotidien du médecin, variole du singe : combien s'élève
    la rémunération des médecins libéraux, Arrêté du 26/08/2022, modifiant
    l'arrêté du 09/07/2022 (NOR SPRZ2220482A) (source secondaire)
    Adresse :
    https://static1.lequotidiendumedecin.fr/sante-societe/politique-de-sante/monkeypox-combien-seleve-la-remuneration-des-medecins-liberaux-effecteurs
    Comparé à sa source le : 22/11/2026
    Note : Fin non trouvée : ouverte ; un nouveau cadre existe depuis un arrêté
    du 23/10/2024. Sous quatre heures, à l'heure et au prorata. Le samedi
    après-midi commence à 12 h, faute de définition. Une vacation à cheval sur
    12 h le samedi, ou de huit heures et plus, ne se tranche pas : saisir chaque
    demi-journée à part. Une vacation qui passe minuit est coupée, chaque jour
    au tarif de ce jour ; si ce découpage seul décide du montant, elle est non
    vérifiable. Ce qui était dû avant ce texte (facturation à l'acte) n'est pas
    chiffrable ici.

« a9 measures simulate FICHIERS --period variole-2022 --until DATE » déplace une
borne.
"""

_LIST = """\
Mesures bornées dans le temps
-----------------------------

2 mesures en vigueur au 30/09/2022 : Régulation au SAS et Majoration SNP.

regulation-sas : Régulation au SAS
----------------------------------
Période                  Du          Au          État
-----------------------  ----------  ----------  ----------
mission-flash-2022       01/07/2022  30/09/2022  en vigueur
reglement-arbitral-2023  01/05/2023  …           à venir

snp : Majoration SNP
--------------------
Période             Du          Au          État
------------------  ----------  ----------  ------------------
debut-juillet-2022  01/07/2022  12/07/2022  passée (disputée)
ete-2022            13/07/2022  30/09/2022  en vigueur
automne-2022        01/10/2022  09/12/2022  à venir (disputée)
hiver-2022          10/12/2022  30/04/2023  à venir
debut-mai-2023      01/05/2023  14/05/2023  à venir (disputée)
ngap-2023           15/05/2023  …           à venir

Une période disputée n'est retenue que si un scénario la retient.
« a9 measures show ID » donne les montants, les sources et ce qui est disputé.
"""


@pytest.mark.parametrize(("written", "units"), [("41", 41), ("8.00", Decimal(8)), ("0.33", Decimal("0.33"))])
def test_units_come_back_as_they_were(written: str, units: int | Decimal) -> None:
    """Hours, which have two decimals, are told from acts and patients."""
    quantity = TypeAdapter(Quantity)
    found = quantity.validate_json(f'"{written}"')
    assert (found, type(found), quantity.dump_python(found)) == (units, type(units), written)


@pytest.mark.parametrize("altered", ['"1.x"', '"-1"', '"8.0"', '""', "41", "8.25", "null", '"1e3"'])
def test_what_is_no_number_of_units_is_refused(altered: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Quantity).validate_json(altered)
