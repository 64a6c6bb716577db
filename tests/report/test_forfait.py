"""The forfait structure as people and programs read it: whole documents, whole csv, JSON that comes back the same."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from avenant9 import saved
from avenant9.documents import forfait
from avenant9.documents.forfait_words import answer, finding
from avenant9.documents.render import render
from avenant9.report.page import Page
from avenant9.results.base import dumps
from avenant9.results.forfait import (
    Amount,
    Assistant,
    AssistantYear,
    Change,
    Deadline,
    Forfait,
    Forfaits,
    Indicator,
    Source,
    Unresolved,
    Volet,
)

SOURCE = Source(title="Annexe 12", article="Volet 2", url="https://exemple.fr/a12")
NO_URL = Source(title="Note de la CPAM", article="", url="")

TICK = Indicator(
    id="messagerie_securisee",
    label="Messagerie sécurisée",
    status="met",
    value=True,
    threshold=None,
    points="0",
    max_points="0",
    source=NO_URL,
)
SENT = Indicator(
    id="taux_teletransmission",
    label="Télétransmission",
    status="met",
    value="0.8",
    threshold="2/3",
    points="0",
    max_points="0",
    source=SOURCE,
    distance="13,33 points de pourcentage de plus que le seuil",
)
TEAM = Indicator(
    id="prise_en_charge_coordonnee",
    label="Coordination",
    status="not_met",
    value=False,
    threshold=None,
    points="0",
    max_points="120",
    source=SOURCE,
    note="Facultatif.",
)
DMP = Indicator(
    id="taux_dmp",
    label="Alimentation du DMP",
    status="not_met",
    value="0.18",
    threshold="0.2",
    points="0",
    max_points="40",
    source=SOURCE,
    numerator=36,
    denominator=200,
    excluded=4,
    distance="il manque 4 documents DMP",
    note="Calculé par la caisse.",
)
PSE = Indicator(
    id="taux_pse",
    label="Protocoles de soins",
    status="met",
    value="0.9",
    threshold="0.9",
    points="22.5",
    max_points="22.5",
    source=SOURCE,
    distance="au seuil exactement",
)
PAIR = Indicator(
    id="spe_dsg",
    label="SPE et DSG",
    status="unknown",
    value=None,
    threshold=None,
    points="0",
    max_points="10",
    source=SOURCE,
)
VIDEO = Indicator(
    id="video_transmission",
    label="Vidéotransmission",
    status="unknown",
    value=None,
    threshold=None,
    points="0",
    max_points="50",
    source=SOURCE,
)
ONE = Forfait(
    year=2022,
    as_of=date(2022, 11, 20),
    practice="Cabinet A",
    points="302.5",
    euros=211_750,
    max_points="522.5",
    max_euros=365_750,
    volets=(
        Volet(volet=1, met=True, points="280", max_points="400", indicators=(TICK, SENT, TEAM)),
        Volet(volet=2, met=False, points="22.5", max_points="122.5", indicators=(DMP, PSE, PAIR, VIDEO)),
    ),
    unresolved=(
        Unresolved(
            indicator="spe_dsg",
            low="0",
            high="10",
            supply="points_teleservices",
            reason="le partage n'est pas sourcé",
        ),
    ),
    what_if=(
        Change(
            indicator="prise_en_charge_coordonnee",
            gain_points="120",
            gain_euros=84_000,
            change="participer à une équipe",
            possible=True,
        ),
        Change(
            indicator="taux_dmp",
            gain_points="40",
            gain_euros=28_000,
            change="4 documents DMP de plus",
            possible=False,
        ),
        Change(
            indicator="video_transmission", gain_points="50", gain_euros=35_000, change="à renseigner : « Vidéo »"
        ),
    ),
    assistant=Assistant(
        etp="1/2",
        signed_on=date(2022, 3, 1),
        percentile="<P90",
        status="open",
        years=(
            AssistantYear(year=1, from_=date(2022, 3, 1), amount=1_800_000),
            AssistantYear(year=2, from_=date(2023, 3, 1), amount=1_350_000, raised=True),
        ),
        total=3_150_000,
        note="Plafonds annuels.",
    ),
    deadlines=(
        Deadline(what="Déclaration", until=date(2023, 2, 10), status="to_come", note="à partir du 10/01/2023"),
        Deadline(what="Paiement", until=None, status="unknown"),
    ),
    notes=("Le volet 1 vaut 400 points.",),
)
CLOSED = ONE.model_copy(
    update={
        "practice": "Cabinet B",
        "points": Decimal(0),
        "euros": 0,
        "if_met": Amount(points="302.5", euros=211_750),
        "volets": (
            Volet(
                volet=1,
                met=False,
                points="0",
                max_points="400",
                indicators=(TICK, SENT.model_copy(update={"status": "not_met", "value": Decimal("0.6")}), TEAM),
            ),
            Volet(
                volet=2,
                met=False,
                points="0",
                max_points="122.5",
                indicators=tuple(
                    one.model_copy(update={"status": "closed", "points": Decimal(0)})
                    for one in (DMP, PSE, PAIR, VIDEO)
                ),
            ),
        ),
        "unresolved": (),
        "what_if": None,
    }
)
UNKNOWN = ONE.model_copy(
    update={
        "practice": "Cabinet C",
        "points": None,
        "euros": None,
        "if_met": Amount(points="302.5", euros=211_750),
        "if_not_met": Amount(points="0", euros=0),
        "volets": (
            Volet(
                volet=1,
                met=None,
                points="0",
                max_points="400",
                indicators=(TICK.model_copy(update={"status": "unknown", "value": None}), SENT, TEAM),
            ),
            ONE.volets[1].model_copy(update={"met": None}),
        ),
    }
)
SEVERAL = Forfaits(results=(ONE, CLOSED, UNKNOWN), total_euros=211_750, unsettled=1)


def plain(text: str | bytes) -> str:
    assert isinstance(text, str)
    return text.replace("\u00a0", " ")


def test_the_whole_text() -> None:
    assert plain(render("table", ONE, Page())) == (
        """Forfait structure 2022 : Cabinet A
----------------------------------

302,5 points, soit 2 117,50 €, sur 522,5 points possibles (3 657,50 €). S'y
ajoutent de 0 à 10 points que les sources ne permettent pas de fixer.
1 indicateur non renseigné compte pour 0 (50 points au plus).

Volet 1 : prérequis, tout ou rien (280 points sur 400)
------------------------------------------------------
Indicateur            État         Constat                      Points  Au plus
--------------------  -----------  ---------------------------  ------  -------
Messagerie sécurisée  validé       oui
Télétransmission      validé       80 %, seuil deux tiers :
                                   13,33 points de pourcentage
                                   de plus que le seuil
Coordination          non atteint  non                               0      120
Total du volet                                                     280      400

Volet 2 : usages et organisation (22,5 points sur 122,5)
--------------------------------------------------------
Indicateur           État           Constat                      Points  Au plus
-------------------  -------------  ---------------------------  ------  -------
Alimentation du DMP  non atteint    18 % (36 sur 200,               0,0     40,0
                                    4 exclus), seuil 20 % : il
                                    manque 4 documents DMP
Protocoles de soins  validé         90 %, seuil 90 % : au seuil    22,5     22,5
                                    exactement
SPE et DSG           non résolu                                       ?     10,0
Vidéotransmission    non renseigné                                    ?     50,0
Total du volet                                                     22,5    122,5

Ce que chaque changement rapporterait
-------------------------------------
Changement                Points     Euros  Encore possible
------------------------  ------  --------  ---------------
Participer à une équipe      120  840,00 €  oui
4 documents DMP de plus       40  280,00 €  non
À renseigner : « Vidéo »      50  350,00 €
Chaque changement est compté seul. « Encore possible » est dit au 20/11/2022.

Points non résolus
------------------
SPE et DSG : de 0 à 10 points (0,00 € à 70,00 €), en plus du résultat. Le
partage n'est pas sourcé. Pour le régler, donnez « points_teleservices », relevé
sur le décompte de la caisse.

Volet 3 : aide à l'emploi d'un assistant médical (hors points)
--------------------------------------------------------------
Plafonds annuels.
    Temps de travail : un mi-temps
    Contrat signé le : 01/03/2022
    Percentile de patientèle : <P90
    Aide : ouverte
Année du contrat  À partir du  Aide au plus  Montant relevé
----------------  -----------  ------------  --------------
               1  01/03/2022    18 000,00 €  non
               2  01/03/2023    13 500,00 €  oui
                                31 500,00 €

Calendrier au 20/11/2022
------------------------
Échéance     Jusqu'au    État              Précision
-----------  ----------  ----------------  ----------------------
Déclaration  10/02/2023  à venir           à partir du 10/01/2023
Paiement                 date non sourcée

Remarques
---------
Le volet 1 vaut 400 points.
« Coordination » : Facultatif.
« Alimentation du DMP » : Calculé par la caisse.

Sources
-------
Texte
---------------
Note de la CPAM
Annexe 12

Simulation faite au 20/11/2022 d'après vos réponses ; ne vaut pas décompte de la
caisse.
"""
    )


def test_no_line_is_wider_than_the_page_and_the_old_consoles_read_it() -> None:
    for encoding in ("utf-8", "cp1252", "cp850", "ascii"):
        for result in (ONE, CLOSED, UNKNOWN, SEVERAL):
            text = render("table", result, Page(80, encoding))
            assert isinstance(text, str)
            text.encode(encoding)
            assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (
            CLOSED,
            "0 point, 0,00 € : « Télétransmission » n'est pas atteint au volet 1, et un seul prérequis manquant "
            "ferme tout le forfait. Volet 1 rempli : 302,5 points, soit 2 117,50 €.",
        ),
        (
            UNKNOWN,
            "Résultat inconnu : « Messagerie sécurisée » n'est pas renseigné au volet 1. Si le volet 1 est rempli : "
            "302,5 points, soit 2 117,50 € ; sinon : 0 point, 0,00 €. S'y ajoutent de 0 à 10 points que les sources "
            "ne permettent pas de fixer. 1 indicateur non renseigné compte pour 0 (50 points au plus).",
        ),
    ],
)
def test_the_sentence_that_stands_first(result: Forfait, sentence: str) -> None:
    assert plain(answer(result)) == sentence


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "neutralised"}, "n'est pas exigé cette année"),
        ({"value": None, "numerator": None, "denominator": None, "distance": None}, "seuil 20 %"),
        ({"value": "0.199999"}, "19,99 % (36 sur 200, 4 exclus), seuil 20 % : il manque 4 documents DMP"),
        (
            {"value": None, "numerator": 0, "denominator": 0, "excluded": None, "distance": None},
            "0 sur 0, seuil 20 %",
        ),
        (
            {"value": "addendum6", "threshold": "addendum8", "denominator": None, "distance": None},
            "addendum 6, demandé : addendum 8",
        ),
        (
            {"value": "2024-02-01", "threshold": "2024-01-31", "denominator": None, "distance": "trop tard"},
            "01/02/2024, demandé : 31/01/2024 : trop tard",
        ),
        ({"value": 4, "threshold": "5", "denominator": None, "distance": "il manque 1 acte"}, "4 : il manque 1 acte"),
        ({"value": "67.5", "threshold": None, "denominator": None, "distance": None}, "67,5"),
        (
            {"status": "met", "value": None, "threshold": None, "denominator": None, "distance": None},
            "conditions remplies",
        ),
        (
            {
                "status": "met",
                "value": None,
                "threshold": "addendum8",
                "denominator": None,
                "distance": "validé par X",
            },
            "validé par X",
        ),
        (
            {
                "status": "met",
                "value": "addendum7",
                "threshold": "addendum8",
                "denominator": None,
                "distance": "par X",
            },
            "addendum 7 : par X",
        ),
    ],
)
def test_what_was_found(change: dict[str, object], words: str) -> None:
    assert plain(finding(Indicator.model_validate({**dict(DMP), **change}))) == words


def _changes(result: Forfait) -> list[list[str]]:
    """The lines of the changes in the table of a terminal wide enough, cells apart."""
    text = plain(forfait.document(result, whole=False).sections[2].tables[0].note)
    return [
        [plain(str(cell)) for cell in row] for row in forfait.document(result, whole=False).sections[2].tables[0].rows
    ] + [[text]]


def _tier(count: int, points: str, quarter: str = "1er") -> Change:
    noun = "soin non programmé" if count == 1 else "soins non programmés"
    return Change(
        indicator=f"snp_t{quarter[0]}",
        gain_points=points,
        gain_euros=f"{int(points) * 7}.00",
        change=f"{count}\u00a0{noun} de plus au {quarter} trimestre",
        possible=True,
    )


def test_the_tiers_of_a_quarter_share_a_line_on_a_terminal_and_nowhere_else() -> None:
    changes = (_tier(42, "90"), _tier(31, "80", "2e"), _tier(12, "30"), _tier(1, "10"))
    result = ONE.model_copy(update={"what_if": changes})
    assert _changes(result) == [
        ["42 soins non programmés de plus au 1er trimestre (dès 1 : 70,00 €, 12 : 210,00 €)", "90", "63000", "oui"],
        ["31 soins non programmés de plus au 2e trimestre", "80", "56000", "oui"],
        ["Chaque changement est compté seul. « Encore possible » est dit au 20/11/2022."],
    ]
    assert len(forfait.document(result).sections[2].tables[0].rows) == 4


@pytest.mark.parametrize(
    ("as_of", "possible", "told"),
    [
        (date(2022, 12, 31), True, False),
        (date(2023, 1, 1), True, True),
        (date(2023, 1, 1), False, False),
        (date(2023, 1, 1), None, False),
    ],
)
def test_after_the_year_a_yes_only_declares_what_was_there(as_of: date, possible: bool | None, told: bool) -> None:
    change = _tier(12, "30").model_copy(update={"possible": possible})
    (note,) = _changes(ONE.model_copy(update={"as_of": as_of, "what_if": (change,)}))[-1]
    assert ("Après le 31/12/2022, « oui » vaut pour ce qui était en place ce jour-là" in note) is told


def test_the_whole_csv() -> None:
    data = render("csv", Forfaits(results=(ONE, UNKNOWN), total_euros=211_750, unsettled=1), Page())
    assert isinstance(data, bytes)
    assert data.startswith(b"\xef\xbb\xbf")
    text = "Annexe 12, Volet 2 (https://exemple.fr/a12)"
    assert plain(data.decode("utf-8-sig")).split("\r\n") == [
        "Cabinet;Année;Volet;Indicateur;Libellé;État;Valeur;Seuil;Points;Points au plus;Source",
        "Cabinet A;2022;1;;Volet 1 : ensemble des prérequis;validé;;;280;280;",
        "Cabinet A;2022;1;messagerie_securisee;Messagerie sécurisée;validé;oui;;0;0;Note de la CPAM",
        f"Cabinet A;2022;1;taux_teletransmission;Télétransmission;validé;80 %;deux tiers;0;0;{text}",
        f"Cabinet A;2022;1;prise_en_charge_coordonnee;Coordination;non atteint;non;;0;120;{text}",
        f"Cabinet A;2022;2;taux_dmp;Alimentation du DMP;non atteint;18 %;20 %;0;40;{text}",
        f"Cabinet A;2022;2;taux_pse;Protocoles de soins;validé;90 %;90 %;22,5;22,5;{text}",
        f"Cabinet A;2022;2;spe_dsg;SPE et DSG;non résolu;;;;10;{text}",
        f"Cabinet A;2022;2;video_transmission;Vidéotransmission;non renseigné;;;;50;{text}",
        "Cabinet C;2022;1;;Volet 1 : ensemble des prérequis;non renseigné;;;;280;",
        "Cabinet C;2022;1;messagerie_securisee;Messagerie sécurisée;non renseigné;;;;0;Note de la CPAM",
        f"Cabinet C;2022;1;taux_teletransmission;Télétransmission;validé;80 %;deux tiers;;0;{text}",
        f"Cabinet C;2022;1;prise_en_charge_coordonnee;Coordination;non atteint;non;;;120;{text}",
        f"Cabinet C;2022;2;taux_dmp;Alimentation du DMP;non atteint;18 %;20 %;;40;{text}",
        f"Cabinet C;2022;2;taux_pse;Protocoles de soins;validé;90 %;90 %;;22,5;{text}",
        f"Cabinet C;2022;2;spe_dsg;SPE et DSG;non résolu;;;;10;{text}",
        f"Cabinet C;2022;2;video_transmission;Vidéotransmission;non renseigné;;;;50;{text}",
        "",
    ]


def test_the_points_of_the_csv_add_up_to_the_result() -> None:
    data = render("csv", ONE, Page()).decode("utf-8-sig").split("\r\n")[1:-1]
    points = [Decimal(line.split(";")[8].replace(",", ".") or 0) for line in data]
    assert sum(points) == Decimal("302.5")


@pytest.mark.parametrize("result", [ONE, CLOSED, UNKNOWN, SEVERAL])
def test_the_json_comes_back_the_same(result: Forfait | Forfaits) -> None:
    data = render("json", result, Page())
    assert data == dumps(result)
    assert isinstance(data, bytes)
    assert saved.load(data, "r.json", {}) == result


def test_several_practices() -> None:
    assert plain(render("table", SEVERAL, Page())) == (
        """Forfait structure 2022 : 3 cabinets
-----------------------------------

2 117,50 € au total pour 2 cabinets, soit 1 058,75 € en moyenne ; 1 n'a rien,
faute d'un prérequis du volet 1 (perte : 2 117,50 €) ; 1 résultat inconnu, hors
total.

Résultats
---------
Cabinet      Points       Euros  Premier gain  Constat
-----------  ------  ----------  ------------  ---------------------------------
Cabinet A     302,5  2 117,50 €      840,00 €  jusqu'à 10 points non résolus en
                                               plus ; 1 indicateur non renseigné
Cabinet B       0,0      0,00 €        0,00 €  volet 1, non atteint :
                                               Télétransmission ; sinon :
                                               2 117,50 €
Cabinet C         ?           ?      840,00 €  volet 1, non renseigné :
                                               Messagerie sécurisée ; si
                                               validé : 2 117,50 €
Total connu          2 117,50 €

Indicateur par indicateur
-------------------------
Indicateur            Validé  Non atteint  Inconnu  Non exigé  Fermé
--------------------  ------  -----------  -------  ---------  -----
Messagerie sécurisée       2            0        1          0      0
Télétransmission           2            1        0          0      0
Coordination               0            3        0          0      0
Alimentation du DMP        0            2        0          0      1
Protocoles de soins        2            0        0          0      1
SPE et DSG                 0            0        2          0      1
Vidéotransmission          0            0        2          0      1
Nombre de cabinets. « Fermé » : le volet 1 n'est pas rempli. Le détail de
chacun : --format csv ou json.

Ce que chaque changement rapporterait
-------------------------------------
Indicateur           Cabinets  Gain au plus
-------------------  --------  ------------
Coordination                2    1 680,00 €
Vidéotransmission           2      700,00 €
Alimentation du DMP         2      560,00 €
Chaque gain est compté seul : ils ne s'additionnent pas toujours.

Remarques
---------
2022 : Le volet 1 vaut 400 points.

Simulation faite au 20/11/2022 d'après vos réponses ; ne vaut pas décompte de la
caisse.
"""
    )


def test_gains_say_what_they_count() -> None:
    next_year = ONE.model_copy(update={"year": 2023})
    neighbour = ONE.model_copy(update={"practice": "Cabinet Z"})
    for results, heading in (
        ((ONE, next_year), "Années"),
        ((ONE, neighbour), "Cabinets"),
        ((ONE, neighbour, next_year), "Cabinets et années"),
    ):
        shown = plain(render("table", Forfaits(results=results, total_euros=0), Page()))
        assert re.search(rf"^Indicateur +{heading}  Gain au plus$", shown, re.MULTILINE)


def test_several_years() -> None:
    later = CLOSED.model_copy(update={"year": 2023, "practice": "Cabinet A"})
    years = Forfaits(results=(ONE.model_copy(update={"what_if": None}), later), total_euros=211_750)
    assert plain(render("table", years, Page())) == (
        """Forfait structure 2022 à 2023 : Cabinet A
-----------------------------------------

2022 : 302,5 points, soit 2 117,50 € ; 2023 : 0 point, soit 0,00 €.

Résultats
---------
Année  Points       Euros  Constat                                Points au plus
-----  ------  ----------  -------------------------------------  --------------
2022    302,5  2 117,50 €  jusqu'à 10 points non résolus en                522,5
                           plus ; 1 indicateur non renseigné
2023      0,0      0,00 €  volet 1, non atteint :                          522,5
                           Télétransmission ; sinon : 2 117,50 €
Total          2 117,50 €

Indicateur par indicateur
-------------------------
Indicateur            2022  2023
--------------------  ----  ----
Messagerie sécurisée  oui   oui
Télétransmission      oui   non
Coordination          0     0
Alimentation du DMP   0     0
Protocoles de soins   22,5  0
SPE et DSG            ?     0
Vidéotransmission     ?     0
Les points, ou oui et non pour un prérequis ; « ? » : inconnu ; vide : pas
demandé cette année-là.

Remarques
---------
2022 : Le volet 1 vaut 400 points.
2023 : Le volet 1 vaut 400 points.

Simulation faite au 20/11/2022 d'après vos réponses ; ne vaut pas décompte de la
caisse.
"""
    )


def test_the_workbook_has_every_indicator_and_every_change_of_each_practice() -> None:
    data = render("xlsx", SEVERAL, Page())
    assert isinstance(data, bytes)
    book = load_workbook(io.BytesIO(data))
    assert [name for name in book.sheetnames if "raphiques" not in name] == [
        *("Synthèse", "Résultats", "Changements", "Indicateurs")
    ]
    overview = [row[:4] for row in book["Résultats"].iter_rows(values_only=True)]
    assert overview == [
        ("Cabinet", "Points", "Euros", "Premier gain"),
        ("Cabinet A", 302.5, 2117.5, 840),
        ("Cabinet B", 0, 0, 0),
        ("Cabinet C", "?", "?", 840),
        ("Total connu", None, 2117.5, None),
    ]
    cells = [[cell for cell in row if cell is not None] for row in book["Indicateurs"].iter_rows(values_only=True)]
    assert sum(row[:1] == ["Cabinet B"] for row in cells) == 7
    changes = [row for row in book["Changements"].iter_rows(values_only=True) if "Cabinet A" in row]
    assert [row[2] for row in changes] == [
        "Participer à une équipe",
        "4 documents DMP de plus",
        "À renseigner : « Vidéo »",
    ]


def test_an_indicator_that_is_not_reached_is_no_breach() -> None:
    for result in (ONE, CLOSED, SEVERAL):
        page = render("html", result, Page())
        assert isinstance(page, str)
        assert "non conforme" not in page.split("<body")[1]
