"""Files of measures: what is shipped, what is refused and in which words, what a user's file replaces."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from avenant9.errors import RulebookError
from avenant9.kinds.tests import AgeUnder, Exempted, NoneOf, SpecialtyIn
from avenant9.rulebook import load, measures
from avenant9.rulebook.load import load_rulebook
from avenant9.rulebook.measures import (
    Channel,
    Cover,
    Hourly,
    PerPatientSpan,
    Supplement,
    load_measures,
    span_on,
    stretches,
    value_on,
)

SHIPPED = Path(load.__file__).parents[1] / "rules" / "mesure"
MEASURES = load_measures()
SNP = (SHIPPED / "snp.toml").read_text(encoding="utf-8")
CPTS = (SHIPPED / "protocoles-cpts.toml").read_text(encoding="utf-8")
TELEPHONE = (SHIPPED / "teleconsultation-telephone.toml").read_text(encoding="utf-8")
CEILING = (SHIPPED / "seuil-amenagement.toml").read_text(encoding="utf-8")
REGULATION = (SHIPPED / "regulation-sas.toml").read_text(encoding="utf-8")


def of_user(tmp_path: Path, text: str, name: str = "snp") -> Path:
    file = tmp_path / "mesure" / f"{name}.toml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    return tmp_path


def test_eight_measures_are_shipped() -> None:
    assert list(MEASURES) == [
        "protocoles-cpts",
        "regulation-sas",
        "seuil-amenagement",
        "snp",
        "teleconsultation-100",
        "teleconsultation-telephone",
        "vaccination-covid",
        "vaccination-variole",
    ]


def test_no_two_measures_share_the_name_of_a_period() -> None:
    ids = [span.id for measure in MEASURES.values() for span in measure.period]
    assert len(ids) == len({*ids})


def test_every_period_says_where_it_comes_from() -> None:
    for measure in MEASURES.values():
        for span in measure.period:
            assert span.source.title
            assert span.checked_on == date(2026, 11, 22)
            assert span.note or span.source.confidence == "high"
            assert span.source.confidence != "low" or not span.retained


def test_the_rules_that_measures_lean_on_exist() -> None:
    rules = load_rulebook().rules
    for measure in MEASURES.values():
        if isinstance(measure, Supplement):
            assert {*measure.conditions, *measure.exclusions, measure.cap} <= rules.keys()
            assert {*measure.hours} <= {*measure.conditions}
        if isinstance(measure, Channel):
            assert measure.rule in rules


def test_the_exemptions_are_those_of_the_rule_on_the_rate() -> None:
    [version] = load_rulebook().rules["condition/tc-taux"].version
    cover = MEASURES["teleconsultation-100"]
    assert isinstance(cover, Cover)
    assert [({*value.exemptions}, {*value.unrelated}) for value in cover.nominal] == [
        ({*test.exemptions}, {*test.unrelated}) for test in version.unless if isinstance(test, Exempted)
    ]


def test_the_pathway_is_that_of_the_rule_on_the_pathway() -> None:
    version = load_rulebook().rules["condition/tc-parcours"].version[-1]
    cover = MEASURES["teleconsultation-100"]
    assert isinstance(cover, Cover)
    [nominal] = cover.nominal
    [outside] = [test for test in version.requires if isinstance(test, NoneOf)]
    [age] = [test for test in version.unless if isinstance(test, AgeUnder)]
    [direct] = [test for test in version.unless if isinstance(test, SpecialtyIn)]
    assert (nominal.outside_letters, nominal.under_age, nominal.direct_access) == (
        outside.values,
        age.years,
        direct.specialties,
    )


@pytest.mark.parametrize(
    ("broken", "name", "said"),
    [
        (
            SNP.replace("from = 2022-07-13", "from = 2022-07-12"),
            "snp",
            "mesure/snp.toml : period 2, from : commence le 12/07/2022, alors que « period 1 » (debut-juillet-2022) "
            "finit le 12/07/2022 ; commencer le 13/07/2022.",
        ),
        (
            SNP.replace("until = 2023-05-14", 'until = "open"'),
            "snp",
            "mesure/snp.toml : period 6, from : commence le 15/05/2023, alors que « period 5 » (debut-mai-2023) "
            "n'a pas de fin ; écrire « until = 2023-05-14 » dans « period 5 » (debut-mai-2023).",
        ),
        (
            SNP.replace('id = "hiver-2022"', 'id = "ete-2022"'),
            "snp",
            "mesure/snp.toml : period 4, id : « ete-2022 » est déjà l'identifiant de « period 2 » ; "
            "donner à chaque période son propre identifiant.",
        ),
        (
            SNP.replace("limit = 20", "limite = 20", 1),
            "snp",
            "mesure/snp.toml : period 1, limite : clé inconnue ; la plus proche est « limit ».",
        ),
        (
            SNP.replace("until = 2022-09-30", "until = 2022-07-12"),
            "snp",
            "mesure/snp.toml : period 2 : « until » est antérieur à « from » ; corriger ces dates.",
        ),
        (
            SNP.replace("limit = 20", "limit = -1", 1),
            "snp",
            "mesure/snp.toml : period 1, limit : valeur refusée : « -1 » ; attendu : un nombre entier, au moins 0.",
        ),
        (
            SNP.replace('kind = "supplement"', 'kind = "suplement"'),
            "snp",
            "mesure/snp.toml : kind : « suplement » n'est pas un genre de la famille « mesure » ; "
            "le plus proche est « supplement ».",
        ),
        (
            CPTS.replace(", until = 2023-03-14", "", 1),
            "protocoles-cpts",
            "mesure/protocoles-cpts.toml : period 3, from : commence le 15/03/2023, alors que « period 2 » "
            "(cpts-hiver-2022) finit le 31/03/2023 ; commencer le 01/04/2023.",
        ),
        (
            REGULATION.replace(
                "[[period]]",
                '[[baseline]]\nfrom = 2023-01-01\nuntil = "open"\nrate = 95\n'
                'source = { title = "Essai", url = "", confidence = "low" }\nchecked_on = 2026-11-22\n\n[[period]]',
                1,
            ),
            "regulation-sas",
            "mesure/regulation-sas.toml : baseline 2, from : commence le 01/01/2023, alors que « baseline 1 » "
            "n'a pas de fin ; écrire « until = 2022-12-31 » dans « baseline 1 ».",
        ),
        (
            SNP.replace("condition/snp-patientele", "condition/snp-patient"),
            "snp",
            "mesure/snp.toml : conditions : règle inconnue « condition/snp-patient » ; "
            "les plus proches sont « condition/snp-patientele »…",
        ),
        (
            SNP.replace('hours = ["condition/snp-horaires"]', 'hours = ["condition/snp-horaire"]'),
            "snp",
            "mesure/snp.toml : hours : règle inconnue « condition/snp-horaire » ; "
            "les plus proches sont « condition/snp-horaires »…",
        ),
        (
            SNP.replace('"cumul/snp-mcg"', '"cumul/mcg-snp"'),
            "snp",
            "mesure/snp.toml : exclusions : règle inconnue « cumul/mcg-snp » ; les plus proches sont « cumul/…",
        ),
        (
            SNP.replace("frequence/snp-hebdomadaire", "frequence/snp-semaine"),
            "snp",
            "mesure/snp.toml : cap : règle inconnue « frequence/snp-semaine » ; "
            "les plus proches sont « frequence/snp-hebdomadaire »…",
        ),
        (
            SNP.replace("frequence/snp-hebdomadaire", "condition/snp-periode"),
            "snp",
            "mesure/snp.toml : cap : « condition/snp-periode » ne compte rien ; "
            "donner une règle de genre « frequency ».",
        ),
        (
            SNP.replace('codes = ["SNP"]', 'codes = ["SNPP"]', 1),
            "snp",
            "mesure/snp.toml : codes : code d'acte inconnu « SNPP » ; le plus proche est « SNP », ou créer "
            "nomenclature/SNPP.toml.",
        ),
        (
            TELEPHONE.replace('"condition/tc-canal"', '"condition/tc-telephone"'),
            "teleconsultation-telephone",
            "mesure/teleconsultation-telephone.toml : rule : règle inconnue « condition/tc-telephone » ; "
            "les plus proches sont « condition/…",
        ),
        (
            CEILING.replace('"seuil/activite-distance"', '"seuil/activite-a-distance"'),
            "seuil-amenagement",
            "mesure/seuil-amenagement.toml : rule : règle inconnue « seuil/activite-a-distance » ; "
            "la plus proche est « seuil/activite-distance ».",
        ),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, broken: str, name: str, said: str) -> None:
    folder = of_user(tmp_path, broken, name)
    with pytest.raises(RulebookError) as error:
        load_measures(folder)
    told = str(error.value).replace(f"{folder}/", "")
    assert told == said or (said.endswith("…") and told.startswith(said[:-1]))  # a new rule may be near too


def test_a_users_file_replaces_the_shipped_one_and_adds_others(tmp_path: Path) -> None:
    folder = of_user(tmp_path, SNP.replace("amount = 15.00", "amount = 16.00"))
    (folder / "mesure" / "snp-essai.toml").write_text(SNP, encoding="utf-8")
    found = load_measures(folder)
    assert [measures.cents(span.amount) for span in found["snp"].period] == [1600] * 6  # type: ignore[union-attr]
    assert [*found] == sorted([*MEASURES, "snp-essai"])


def test_a_folder_of_measures_only_holds_rules(tmp_path: Path) -> None:
    assert load_rulebook(of_user(tmp_path, SNP)).rules == load_rulebook().rules


@pytest.mark.parametrize(
    ("day", "protocol", "period"),
    [
        (date(2022, 6, 30), "cheville", None),
        (date(2022, 7, 1), "cheville", "cpts-ete-2022"),
        (date(2022, 9, 30), "odynophagie", "cpts-ete-2022"),
        (date(2022, 10, 1), "odynophagie", "cpts-hiver-2022"),
        (date(2023, 3, 14), "odynophagie", "cpts-hiver-2022"),
        (date(2023, 3, 15), "odynophagie", "cpts-permanent"),
        (date(2023, 3, 15), "pollakiurie", "cpts-permanent"),
        (date(2023, 3, 15), "cheville", "cpts-hiver-2022"),
        (date(2023, 3, 31), "eruption", "cpts-hiver-2022"),
        (date(2023, 4, 1), "eruption", None),
        (date(2026, 11, 22), "pollakiurie", "cpts-permanent"),
    ],
)
def test_a_protocol_has_one_period_on_a_day(day: date, protocol: str, period: str | None) -> None:
    span = span_on(MEASURES["protocoles-cpts"], day, protocol)
    assert (span.id if span else None) == period


def test_ages_of_the_protocols() -> None:
    [summer, winter, lasting] = MEASURES["protocoles-cpts"].period
    assert isinstance(summer, PerPatientSpan)
    assert isinstance(winter, PerPatientSpan)
    assert isinstance(lasting, PerPatientSpan)
    bounded = {p.id: (p.from_months, p.to_months) for p in (*summer.protocol, *lasting.protocol) if p.from_months}
    assert bounded == {"eruption": (12, 155), "pollakiurie": (192, 791), "odynophagie": (72, 611)}
    assert [p.model_copy(update={"until": None}) for p in winter.protocol] == [*summer.protocol]


@pytest.mark.parametrize(
    ("day", "rate"),
    [(date(2022, 3, 31), None), (date(2022, 4, 1), 9000), (date(2022, 8, 1), 9000), (date(2024, 1, 1), 9000)],
)
def test_the_baseline_of_regulation(day: date, rate: int | None) -> None:
    regulation = MEASURES["regulation-sas"]
    assert isinstance(regulation, Hourly)
    value = value_on(regulation.baseline, day)
    assert (measures.cents(value.rate) if value else None) == rate


def test_stretches_say_what_span_on_says() -> None:
    snp = MEASURES["snp"]
    first, *others = snp.period
    snp = snp.model_copy(
        update={
            "period": (others[2].model_copy(update={"from_": date(2022, 8, 15)}), first, *others[:2], *others[3:])
        }
    )
    assert [(span.id, str(days)) for span, days in stretches(snp)] == [
        ("debut-juillet-2022", "2022-07-01/2022-07-12"),
        ("ete-2022", "2022-07-13/2022-08-14"),
        ("hiver-2022", "2022-08-15/2023-04-30"),
        ("debut-mai-2023", "2023-05-01/2023-05-14"),
        ("ngap-2023", "2023-05-15/.."),
    ]
    for span, days in stretches(snp):
        assert span_on(snp, days.first) is span
        assert days.last is None or span_on(snp, days.last) is span
