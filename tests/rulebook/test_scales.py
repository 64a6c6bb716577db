"""The scales of the forfait: what the shipped files say, and which ones are refused, with which sentence."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from avenant9.errors import RulebookError, SettingError
from avenant9.rulebook import scales
from avenant9.rulebook import shipped as reading
from avenant9.rulebook.conditions import Given, RateAtLeast, Tiers, keys_of, leaves
from avenant9.rulebook.consistency import Loaded
from avenant9.rulebook.files import RuleFile
from avenant9.rulebook.scales import KINDS, Scales, load_scales
from avenant9.rulebook.shipped import load_apart
from rulebook.spoiled import spoiled

SHIPPED = Path(scales.__file__).parents[1] / "rules" / "forfait"


@pytest.fixture(scope="module")
def shipped() -> Scales:
    return load_scales()


# --- the shipped files ------------------------------------------------------------------------------------

#: Year: points of volet 1, of volet 2, both as announced; euros at most.
ANNOUNCED = {
    2019: (280, 455, 735, 5145),
    2020: (280, 605, 885, 6195),
    2021: (280, 605, 885, 6195),
    2022: (400, 985, 1385, 9695),
    2023: (280, 883, 1163, 8141),
    2024: (280, 835, 1115, 7805),
    2025: (280, 835, 1115, 7805),
    **dict.fromkeys((2026, 2027, 2028), (280, 140, 420, 2940)),
}


@pytest.mark.parametrize("year", ANNOUNCED)
def test_the_indicators_of_a_year_add_up_to_what_was_announced(shipped: Scales, year: int) -> None:
    scale = shipped.years[year]
    added = [volet.max_points for volet in scale.volet]
    assert (*added, scale.max_points, scale.max_points * scale.point_cents / 100) == ANNOUNCED[year]
    assert [volet.announced for volet in scale.volet] == added
    assert scale.announced == scale.max_points


def test_every_year_from_2019_to_2028_has_its_scale(shipped: Scales) -> None:
    assert list(shipped.years) == [*ANNOUNCED]
    assert shipped.replaced == ()


def test_the_points_of_2023_that_no_list_explains_are_left_to_the_teleservices(shipped: Scales) -> None:
    scale = shipped.years[2023]
    others = sum(one.max_points for volet, one in scale.indicators if volet.number == 2 and one.id != "teleservices")
    given = next(one.condition for _, one in scale.indicators if one.id == "teleservices")
    assert isinstance(given, Given)
    assert (others, given.low, given.high) == (725, 0, 158)
    assert "1 163" in scale.note
    assert "835 ou 837,5" in scale.note


#: The thresholds of law/forfait.md, applied ones: year -> indicator -> fraction.
RATES = {
    2019: {"taux_teletransmission": "2/3"},
    2020: {"taux_teletransmission": "2/3"},
    2021: {"taux_teletransmission": "2/3"},
    2022: {
        "taux_teletransmission": "2/3",
        "taux_aat": "4/5",
        "taux_at_mp": "3/10",
        "taux_pse": "4/5",
        "taux_dmt": "9/10",
        "taux_spe": "1/10",
        "taux_dsg": "3/10",
        "taux_dmp": "1/5",
        "taux_messagerie_patient": "1/20",
    },
    2023: {
        "taux_teletransmission": "2/3",
        "taux_dmp": "1/10",
        "taux_messagerie_patient": "1/20",
        "taux_e_prescription": "3/10",
    },
}
RATES[2024] = RATES[2025] = {
    "taux_teletransmission": "2/3",
    "taux_aat": "9/10",
    "taux_at_mp": "1/2",
    "taux_pse": "9/10",
    "taux_dmt": "9/10",
    "taux_spe": "3/10",
    "taux_dsg": "1/2",
    "taux_dmp": "3/10",
    "taux_messagerie_patient": "1/10",
    "taux_e_prescription": "2/5",
}


@pytest.mark.parametrize("year", RATES)
def test_the_thresholds_applied_are_those_of_the_law_page(shipped: Scales, year: int) -> None:
    found = {
        leaf.key: leaf.threshold
        for _, one in shipped.years[year].indicators
        for leaf in leaves(one.condition)
        if isinstance(leaf, RateAtLeast)
    }
    assert found == {key: Fraction(text) for key, text in RATES[year].items()}


def test_where_the_text_asks_for_more_the_file_says_it(shipped: Scales) -> None:
    texts = {
        (year, one.id): one.text_threshold
        for year, scale in shipped.years.items()
        for _, one in scale.indicators
        if one.text_threshold
    }
    half = "50 % des prescriptions de produits de santé (avenant 9)"
    fse = "5 % des FSE (avenant 9)"
    assert texts == {
        (2023, "logiciel_segur"): "au 31/12/2023",
        (2023, "taux_dmp"): "20 % des consultations (avenant 9)",
        **{(year, "taux_e_prescription"): half for year in (2023, 2024, 2025)},
        **{(year, "fse_appli_carte_vitale"): fse for year in (2023, 2024, 2025)},
    }


def test_the_tiers_of_a_quarter(shipped: Scales) -> None:
    tiers = {
        (year, one.id): [(tier.from_, tier.points) for tier in one.condition.tier]
        for year, scale in shipped.years.items()
        for _, one in scale.indicators
        if isinstance(one.condition, Tiers)
    }
    assert tiers == {
        (2022, f"snp_t{quarter}"): [(5, 10), (16, 30), (26, 50), (36, 70), (46, 90)] for quarter in (1, 2, 3, 4)
    }


def test_every_key_is_asked_by_a_year_and_can_be_read_aloud(shipped: Scales) -> None:
    assert set(shipped.keys) == set().union(*(scale.used_keys for scale in shipped.years.values()))
    for key in shipped.keys.values():
        assert key.label
        assert key.note.endswith((".", "»."))
        assert bool(key.unit and key.units) == (key.type in ("rate", "count", "patients"))
        assert bool(key.choices) == (key.type == "choice")


def test_every_key_of_the_points_can_still_change_or_not(shipped: Scales) -> None:
    asked = {key for scale in shipped.years.values() for _, one in scale.indicators for key in keys_of(one.condition)}
    for key in (shipped.keys[name] for name in asked):
        assert (key.until is None) == (key.type == "points")
        if key.type in ("yes-no", "date"):
            assert key.action[0].islower()


def test_what_the_cpam_said_stands_beside_its_indicators(shipped: Scales) -> None:
    for year in (2022, 2024, 2025):
        notes = {one.id: one.note for _, one in shipped.years[year].indicators}
        assert "CPAM de la Côte-d'Or" in notes["taux_aat"]
        assert "CPAM de la Côte-d'Or" in notes["taux_at_mp"]
    assert "ne supportent pas le téléservice" in shipped.keys["taux_aat"].note
    assert "amelipro" in shipped.keys["taux_at_mp"].note


def test_every_indicator_has_a_source_with_a_title(shipped: Scales) -> None:
    for scale in shipped.years.values():
        assert scale.checked_on == date(2026, 11, 29 if scale.year in (2023, 2025, 2026, 2027, 2028) else 22)
        for volet, one in scale.indicators:
            assert one.source.article, one.id
            assert volet.source.title
            assert "@" not in one.source.title


def test_the_amounts_of_the_assistant(shipped: Scales) -> None:
    amounts = {
        (option.etp, one.from_): (one.first_year, dict(one.euros))
        for option in shipped.assistant.option
        for one in option.amounts
    }
    old, new = date(2019, 8, 14), date(2024, 6, 22)
    assert amounts == {
        ("1/3", old): (1, _euros((12000, 9000, 7000), 8350, (12000,) * 3)),
        ("1/3", new): (2, _euros((9450, 7350), 8767, (12600,) * 2)),
        ("1/2", old): (1, _euros((18000, 13500, 10500), 12500, (18000,) * 3)),
        ("1/2", new): (1, _euros((19000, 14000, 11000), 13000, (19000,) * 3)),
        ("1", old): (1, _euros((36000, 27000, 21000), 25000, (36000,) * 3)),
        ("1", new): (1, _euros((38000, 28000, 22000), 26000, (38000,) * 3)),
    }
    for option in shipped.assistant.option:
        for before, after in pairwise(option.amounts):
            assert before.until != "open"
            assert (after.from_ - before.until).days == 1


def _euros(usual: tuple[int, ...], third: int, most: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return {"<P90": usual, "P90-P95": (*usual[:-1], third), ">=P95": most}


# --- files of one's own -----------------------------------------------------------------------------------


def _own(folder: Path, name: str, *changes: tuple[str, str], source: str = "") -> Path:
    text = (SHIPPED / f"{source or name}.toml").read_text("utf-8")
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    path = folder / "forfait" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return folder


def test_a_file_of_ones_own_replaces_the_shipped_one(tmp_path: Path) -> None:
    changes = (("points = 280", "points = 281"), ("announced = 735", "announced = 736"), ("= 280\n", "= 281\n"))
    own = load_scales(_own(tmp_path, "2019", *changes))
    assert own.replaced == ("forfait/2019",)
    assert own.years[2019].max_points == 736
    assert own.years[2020].max_points == 885


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_a_folder_without_rules_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingError):
        load_scales(tmp_path / folder)


SENTENCES: dict[str, tuple[str, tuple[tuple[str, str], ...], str]] = {
    "class of another type": (
        "2026",
        (('key = "patientele.moins_7"', 'key = "patientele.c2s"'),),
        "forfait/2026.toml : sum 1, key : « patientele.c2s » est du type « count », la condition veut « patients » ; "
        "prendre une clé parmi « patientele.moins_7 », « patientele.de_7_a_74 », « patientele.de_75_a_79 », "
        "« patientele.de_80_et_plus », « patientele.ald_moins_80 » et « patientele.ald_80_et_plus ».",
    ),
    "zone that is no choice": (
        "2026",
        (('zones = ["zip", "qpv"]', 'zones = ["zip", "zrr"]'),),
        "forfait/2026.toml : sum 1, majoration, zones : « zrr » n'est pas un choix de « medecin.zone » ; "
        "prendre parmi « zip », « qpv », « zac » et « autre ».",
    ),
    "rate of a mean that is no rate": (
        "2026",
        (('"taux_pse", "taux_aat"]', '"taux_pse", "logiciel_segur"]'),),
        "forfait/2026.toml : volet 1, indicator 2, condition, of : « logiciel_segur » est du type « yes-no », la "
        "condition veut « rate » ; prendre une clé parmi « taux_teletransmission », « taux_aat », « taux_dmt », "
        "« taux_pse », « taux_at_mp », « taux_spe », « taux_dsg », « taux_dmp », « taux_messagerie_patient » et "
        "« taux_e_prescription ».",
    ),
    "kind": (
        "2019",
        (('kind = "scale"', 'kind = "scales"'),),
        "forfait/2019.toml : kind : « scales » n'est pas un genre de la famille « forfait » ; "
        "le plus proche est « scale ».",
    ),
    "year": (
        "2019",
        (("year = 2019", "year = 12026"),),
        "forfait/2019.toml : year : valeur refusée : « 12026 » ; "
        "attendu : un nombre entier, au moins 1000, au plus 9999.",
    ),
    "year twice": (
        "2019",
        (("year = 2019", "year = 2020"),),
        "forfait/2020.toml : year : l'année 2020 est déjà celle de forfait/2019.toml ; "
        "retirer l'un des deux fichiers.",
    ),
    "unknown key": (
        "2022",
        (('key = "taux_dmp"', 'key = "taux_dpm"'),),
        "forfait/2022.toml : volet 2, indicator 6, condition, key : « taux_dpm » n'est pas une clé de cles.toml ; "
        "les plus proches sont « taux_dmp », « taux_dmt » et « taux_dsg ».",
    ),
    "key of another type": (
        "2022",
        (('key = "taux_dmp"', 'key = "codage_donnees"'),),
        "forfait/2022.toml : volet 2, indicator 6, condition, key : « codage_donnees » est du type « yes-no », "
        "la condition veut « rate » ; prendre une clé parmi « taux_teletransmission », « taux_aat », « taux_dmt », "
        "« taux_pse », « taux_at_mp », « taux_spe », « taux_dsg », « taux_dmp », « taux_messagerie_patient » et "
        "« taux_e_prescription ».",
    ),
    "exempt": (
        "2022",
        (('exempt = "lap_exempte"', 'exempt = "lap_exempt"'),),
        "forfait/2022.toml : volet 1, indicator 1, exempt : « lap_exempt » n'est pas une clé de cles.toml ; "
        "la plus proche est « lap_exempte ».",
    ),
    "duplicate id": (
        "2022",
        (('id = "codage_donnees"', 'id = "taux_dmp"'),),
        "forfait/2022.toml : volet 2, indicator 8, id : « taux_dmp » est déjà celui de "
        "« volet 2, indicator 6, id » ; retirer l'un des deux.",
    ),
    "total of a volet": (
        "2022",
        (("points = 40", "points = 45"),),
        "forfait/2022.toml : volet 2, announced : 985 points annoncés, mais les indicateurs en donnent 990 au plus ; "
        "corriger les points, ou le total annoncé.",
    ),
    "half a point": (
        "2022",
        (("points = 22.5", "points = 22"),),
        "forfait/2022.toml : volet 2, announced : 985 points annoncés, mais les indicateurs en donnent 984,5 "
        "au plus ; corriger les points, ou le total annoncé.",
    ),
    "total of the year": (
        "2022",
        (("announced = 1385", "announced = 1380"),),
        "forfait/2022.toml : announced : 1380 points annoncés, mais les indicateurs en donnent 1385 au plus ; "
        "corriger les points, ou le total annoncé.",
    ),
    "no points": (
        "2022",
        (("\npoints = 40", ""),),
        "forfait/2022.toml : volet 2, indicator 6, points : clé absente ; écrire ce que l'indicateur rapporte.",
    ),
    "points of a prerequisite": (
        "2022",
        (('number = "1.2"\n', 'number = "1.2"\npoints = 10\n'),),
        "forfait/2022.toml : volet 1, indicator 2, points : clé en trop ; "
        "la retirer : les points sont ceux de la condition, ou de tout le volet.",
    ),
    "optional": (
        "2022",
        (('id = "taux_dmp"\n', 'id = "taux_dmp"\noptional = true\n'),),
        "forfait/2022.toml : volet 2, indicator 6, optional : tout est facultatif dans ce volet ; "
        "retirer « optional ».",
    ),
    "no fraction": (
        "2022",
        (('at_least = "20/100"', 'at_least = "20 %"'),),
        "forfait/2022.toml : volet 2, indicator 6, condition, at_least : « 20 % » n'est pas une fraction ; "
        "écrire une fraction exacte, au plus 1 (2/3, 20/100).",
    ),
    "over one": (
        "2022",
        (('at_least = "20/100"', 'at_least = "20"'),),
        "forfait/2022.toml : volet 2, indicator 6, condition, at_least : « 20 » n'est pas une part de 1 ; "
        "écrire une fraction exacte, au plus 1 (2/3, 20/100).",
    ),
    "tiers": (
        "2022",
        (("from = 26, points = 50", "from = 16, points = 50"),),
        "forfait/2022.toml : volet 2, indicator 14, condition, tier : le palier de 16 ne suit pas celui de 16 ; "
        "ranger les paliers du plus petit au plus grand, en unités et en points.",
    ),
    "bounds": (
        "2021",
        (("low = 0, high = 90", "low = 91, high = 90"),),
        "forfait/2021.toml : volet 2, indicator 1, condition, low : 91 dépasse « high » (90) ; les inverser.",
    ),
    "beside": (
        "2022",
        (('beside = ["taux_aat"', 'beside = ["taux_ata"'),),
        "forfait/2022.toml : volet 2, indicator 5, condition, beside : « taux_ata » n'est pas un indicateur de "
        "l'année ; les plus proches sont « taux_aat », « taux_at_mp » et « taux_dmt ».",
    ),
    "test": (
        "2022",
        (('test = "pair"', 'test = "paire"'),),
        "forfait/2022.toml : volet 2, indicator 5, condition, test : valeur refusée : « paire » ; "
        "le plus proche est « pair » (attendu : « yes », « rate-at-least », « addendum-at-least », "
        "« count-at-least », « declared-by », « any-of », « all-of », « tiers », « given », « pair » ou "
        "« rates-at-least »).",
    ),
    "source": (
        "2022",
        (('confidence = "medium"', 'confidence = "derived"'),),
        "forfait/2022.toml : source, confidence : valeur refusée : « derived » ; "
        "attendu : « high », « medium » ou « low ».",
    ),
    "duplicate key": (
        "cles",
        (('id = "taux_dmt"', 'id = "taux_aat"'),),
        "forfait/cles.toml : key 11, id : « taux_aat » est déjà celui de « key 10, id » ; retirer l'un des deux.",
    ),
    "unit": (
        "cles",
        (('units = "documents DMP"\n', ""),),
        "forfait/cles.toml : key 17, unit : clé absente ou vide ; "
        "nommer une unité au singulier (unit) et au pluriel (units).",
    ),
    "option twice": (
        "assistant",
        (('etp = "1/2"', 'etp = "1/3"'),),
        "forfait/assistant.toml : option 2, etp : « 1/3 » est déjà celui de « option 1, etp » ; "
        "retirer l'un des deux.",
    ),
    "percentile": (
        "assistant",
        (('">=P95" = [12000, 12000, 12000]', '">=P95" = []'),),
        "forfait/assistant.toml : option 1, amounts 1, euros : rien pour « >=P95 » ; "
        "donner les montants de chaque année du contrat.",
    ),
    "amounts that leave a gap": (
        "assistant",
        (("until = 2024-06-21", "until = 2024-06-20"),),
        "forfait/assistant.toml : option 1, amounts 2, from : commence le 22/06/2024, alors qu'il faut des montants "
        "à partir du 21/06/2024 ; ranger les périodes dans l'ordre, sans intervalle.",
    ),
    "amounts of an open option without a first year": (
        "assistant",
        (("last_day = 2023-04-30", ""),),
        "forfait/assistant.toml : option 1, amounts 2, first_year : un contrat peut encore commencer dans cette "
        "période ; donner les montants de la première année du contrat.",
    ),
    "amounts that end": (
        "assistant",
        (('until = "open"', "until = 2025-12-31"),),
        "forfait/assistant.toml : option 1, amounts 2, until : fin imprévue ; "
        'écrire « until = "open" » à la dernière période seule.',
    ),
    "dates": (
        "echeances",
        (("last_day = 2021-02-07", "last_day = 2020-02-07"),),
        "forfait/echeances.toml : deadline 3, last_day : finit le 07/02/2020, avant de commencer le 01/12/2020 ; "
        "corriger ces dates.",
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_a_broken_scale_is_refused_with_one_sentence(case: str, tmp_path: Path) -> None:
    name, changes, sentence = SENTENCES[case]
    with pytest.raises(RulebookError) as caught:
        load_scales(_own(tmp_path, name, *changes))
    assert str(caught.value).replace(f"{tmp_path.as_posix()}/", "") == sentence


@pytest.mark.parametrize(("name", "kind"), [("cles", "keys"), ("assistant", "assistant"), ("echeances", "deadlines")])
def test_there_is_one_file_of_these(name: str, kind: str, tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as caught:
        load_scales(_own(tmp_path, f"zz-{name}", source=name))
    assert str(caught.value) == (
        f"{tmp_path.as_posix()}/forfait/zz-{name}.toml : kind : « {kind} » est déjà celui de forfait/{name}.toml ; "
        "donner à ce fichier le nom de celui-là."
    )


@pytest.mark.parametrize("name", ["cles", "2022", "2023", "assistant", "echeances"])
def test_whatever_stands_in_a_file_the_error_is_one_of_ours(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One value of each sort is taken out, or replaced by what has no business there."""
    others = load_apart("forfait", KINDS)
    path = SHIPPED / f"{name}.toml"
    data = tomllib.loads(path.read_text("utf-8"))
    file = RuleFile(path, path.name, "forfait", name)
    errors = []
    for changed in spoiled(data):
        monkeypatch.setattr(reading, "read_toml", lambda _file, changed=changed: changed)
        try:
            scales._build({**others, file.id: Loaded(file, reading.model_of(file, KINDS))})
        except RulebookError as error:
            errors.append(error)
    assert len(errors) > 50
    for error in errors:
        assert error.problem
        assert error.remedy
        assert "Input should" not in str(error)
        assert not any(word in str(error) for word in ("None", "une valeur", "Union"))


def test_points_are_exact(shipped: Scales) -> None:
    half = next(one for _, one in shipped.years[2024].indicators if one.id == "taux_aat")
    assert half.points == Decimal("22.5")
    assert half.max_points == Fraction(45, 2)
