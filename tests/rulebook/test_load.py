"""Rule files that cannot be used are refused with one exact sentence: where, what, what was expected."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from avenant9.errors import RulebookError, SettingError, UnknownRuleError
from avenant9.kinds.frequency import Frequency
from avenant9.rulebook import load, shipped
from avenant9.rulebook.build import FAMILIES
from avenant9.rulebook.consistency import Loaded, check_alone
from avenant9.rulebook.files import RuleFile
from avenant9.rulebook.load import Rulebook, load_rulebook
from rulebook.spoiled import spoiled

if TYPE_CHECKING:
    pass

BROKEN = Path(__file__).parents[2] / "fixtures" / "broken_rules"
SHIPPED = Path(load.__file__).parents[1] / "rules"
TOML = "écrire « clé = valeur », les textes entre guillemets droits, les dates sans guillemets (2022-04-01)."
A_DATE = "attendu : une date (AAAA-MM-JJ)"
A_COUNT = "attendu : un nombre entier, au moins 0."
EXEMPLE = "frequence/exemple.toml"
SEUIL = "seuil/exemple.toml"
CONDITION = "condition/exemple.toml"
TARIF = "tarif/exemple.toml"
ZZ1 = "nomenclature/ZZ1.toml"

#: One folder of fixtures/broken_rules, and all that is said of it (paths shown from that folder).
SENTENCES = {
    # what is not TOML, or not text
    "syntaxe": f"{EXEMPLE} : ligne 10, colonne 7 : il manque « = » après une clé ; {TOML}",
    "guillemet": f"{EXEMPLE} : ligne 3, colonne 41 : un texte n'a pas de guillemet fermant sur sa ligne ; {TOML}",
    "cle-double": f"{EXEMPLE} : ligne 16, colonne 10 : une clé est écrite deux fois ; {TOML}",
    "date-impossible": f"{EXEMPLE} : ligne 7, colonne 8 : date impossible ; {TOML}",
    "encodage": f"{EXEMPLE} : ligne 3 : le texte n'est pas en UTF-8 ; enregistrer le fichier en UTF-8.",
    # where it is
    "sans-famille": "exemple.toml : chemin : le fichier n'est pas dans un dossier de famille, qui fait partie de "
    "l'identifiant de la règle ; le ranger dans frequence/, seuil/, tarif/, condition/, cumul/, "
    "donnees/, nomenclature/, recouvrement/, calendrier/, mesure/ ou forfait/.",
    "famille-inconnue": "frequences/exemple.toml : chemin : famille inconnue « frequences » ; "
    "la plus proche est « frequence ».",
    "nom-impossible": "frequence/TE2 annuelle.toml : chemin : « TE2 annuelle » ne peut pas être un nom de règle ; "
    "n'employer que des minuscules sans accent, des chiffres et des tirets (te2-annuelle.toml).",
    "identifiant-double": "urps/frequence/exemple.toml : chemin : l'identifiant « frequence/exemple » est déjà "
    "celui de cabinet/frequence/exemple.toml ; renommer l'un des deux fichiers.",
    # what it is
    "kind-absent": f'{EXEMPLE} : kind : clé absente ; écrire « kind = "frequency" », « kind = "proximity" » ou '
    '« kind = "sequel" ».',
    "kind-inconnu": f"{EXEMPLE} : kind : « frequence » n'est pas un genre de la famille « frequence » ; "
    "le plus proche est « frequency ».",
    "kind-autre-famille": f"{EXEMPLE} : kind : « share » n'est pas un genre de la famille « frequence » ; "
    'écrire « kind = "frequency" », « kind = "proximity" » ou « kind = "sequel" », ou ranger le fichier dans seuil/.',
    # its keys
    "cle-inconnue": f"{EXEMPLE} : version 1, limite : clé inconnue ; la plus proche est « limit ».",
    "cle-inconnue-source": f"{EXEMPLE} : version 1, source, auteur : clé inconnue ; "
    "clés admises : article, confidence, published, title et url.",
    "until-absent": f"{EXEMPLE} : version 1, until : clé absente ; {A_DATE} ou « open ».",
    "until-illisible": f"{EXEMPLE} : version 1, until : valeur refusée : « ouvert » ; {A_DATE} ou « open ».",
    "until-avant-from": f"{EXEMPLE} : version 1 : « until » est antérieur à « from » ; corriger ces dates.",
    "source-absente": f"{EXEMPLE} : version 1, source : clé absente ; "
    "attendu : une table avec « title », « url » et « confidence ».",
    "url-absente": f"{EXEMPLE} : version 1, source, url : clé absente ; attendu : un texte entre guillemets.",
    "confiance-inconnue": f"{EXEMPLE} : version 1, source, confidence : valeur refusée : « sure » ; "
    "attendu : « high », « medium » ou « low ».",
    "checked_on-absent": f"{EXEMPLE} : version 1, checked_on : clé absente ; {A_DATE}.",
    "titre-vide": f"{EXEMPLE} : title : texte vide ; attendu : un texte entre guillemets.",
    "type": f'{EXEMPLE} : version 1, limit : valeur refusée : « "6" » ; {A_COUNT}',
    "type-booleen": f"{EXEMPLE} : version 1, limit : valeur refusée : « true » ; {A_COUNT}",
    "limite-negative": f"{EXEMPLE} : version 1, limit : valeur refusée : « -1 » ; {A_COUNT}",
    "fenetre-inconnue": f"{EXEMPLE} : version 1, window : valeur refusée : « quinzaine » ; "
    "attendu : « civil-year », « civil-quarter », « civil-month », « iso-week », « day », « rolling-12-months », "
    "« rolling-45-days » ou « ever ».",
    "verdict-inconnu": f"{EXEMPLE} : version 1, verdict : valeur refusée : « ok » ; "
    "attendu : « violation » ou « review ».",
    "liste-vide": f"{EXEMPLE} : version 1, codes : liste vide ; "
    "attendu : une liste dont chaque élément est un code d'acte, en majuscules et chiffres (TE2).",
    "code-minuscule": f"{EXEMPLE} : version 1, codes 1 : valeur refusée : « te2 » ; "
    "attendu : un code d'acte, en majuscules et chiffres (TE2).",
    "test-inconnu": f"{CONDITION} : version 1, requires 1, test : valeur refusée : « age-below » ; "
    "attendu : « age-under », « age-at-least », « age-within », « is-true », « is-false », « one-of », « none-of », "
    "« specialty-in », « exemption-in », « exempted », « rate-under », « rate-at-least », « ald-nearby », "
    "« within-after », « within-working-days », « within-hours », « duty-is », « time-between » ou « never ».",
    "test-incomplet": f"{CONDITION} : version 1, requires 2, years : clé absente ; "
    "attendu : un nombre entier, au moins 1.",
    "remote_until-hors-version": f"{SEUIL} : version 1 : « remote_until » donne un jour hors de la version ; "
    "corriger ce jour.",
    "seuil-en-cours-d-annee": f"{SEUIL} : une version d'un seuil commence un 1er janvier ; corriger « from ».",
    "seuil-trop-haut": f"{SEUIL} : version 1, ceiling_bp : valeur refusée : « 20000 » ; "
    "attendu : un nombre entier, au moins 0, au plus 10000.",
    "zone-inconnue": f"{ZZ1} : tariff 1, overseas, guyanne : valeur refusée : « guyanne » ; "
    "le plus proche est « guyane » (attendu : « metropole », « alsace-moselle », « guadeloupe », « martinique », "
    "« guyane », « reunion » ou « mayotte »).",
    "montant": f"{ZZ1} : tariff 1, amount : valeur refusée : « 20.005 » ; "
    "attendu : un nombre, au moins 0, au plus 10000000, 2 décimales au plus.",
    # its dates
    "trou": f"{EXEMPLE} : version 2, from : rien ne couvre du 2023-01-01 au 2023-12-31 ; commencer le 2023-01-01, "
    "ou écrire « after_gap = true » si aucun texte ne s'applique entre les deux.",
    "chevauchement": f"{EXEMPLE} : version 2, from : commence le 2022-12-01, "
    "alors que « version 1 » finit le 2022-12-31 ; commencer le 2023-01-01.",
    "desordre": f"{EXEMPLE} : version 2, from : commence le 2022-04-01, pas après « version 1 » (2024-01-01) ; "
    "ranger les périodes de la plus ancienne à la plus récente.",
    "fin-ouverte": f"{EXEMPLE} : version 2, from : commence le 2024-01-01, "
    "alors que « version 1 » n'a pas de fin ; écrire « until = 2023-12-31 » dans « version 1 ».",
    "after_gap-inutile": f"{EXEMPLE} : version 2, after_gap : cette période suit « version 1 » sans intervalle ; "
    "retirer « after_gap ».",
    "after_gap-premier": f"{EXEMPLE} : version 1, after_gap : rien ne précède cette période ; retirer « after_gap ».",
    "tarif-trou": f"{ZZ1} : tariff 2, from : rien ne couvre du 2023-01-01 au 2023-12-31 ; commencer le 2023-01-01, "
    "ou écrire « after_gap = true » si aucun texte ne s'applique entre les deux.",
    "tarif-chevauchement": f"{ZZ1} : tariff 3, from : commence le 2023-01-01, "
    "alors que « tariff 2 » finit le 2023-12-31 ; commencer le 2024-01-01.",
    "tarif-specialite": f"{ZZ1} : tariff 2, specialties : la spécialité 33 a déjà un tarif sur ces dates "
    "(« tariff 1 ») ; ne donner qu'un tarif par spécialité et par jour.",
    "existence-trou": f"{ZZ1} : existence 2, from : rien ne couvre du 2022-10-01 au 2022-10-31 ; "
    "commencer le 2022-10-01, ou écrire « after_gap = true » si aucun texte ne s'applique entre les deux.",
    # the period of a measure that it hangs on
    "periode-inconnue": f"{EXEMPLE} : version 1, during : période de mesure inconnue « snp/ete-2021 » ; "
    "les plus proches sont « snp/ete-2022 », « snp/automne-2022 » et « snp/hiver-2022 ».",
    "mesure-inconnue": f"{EXEMPLE} : version 1, during : période de mesure inconnue « snpp/ete-2022 » ; "
    "les plus proches sont « snp/ete-2022 », « snp/automne-2022 » et « snp/hiver-2022 ».",
    "periode-loin": f"{EXEMPLE} : version 1, during : période de mesure inconnue « vacances » ; "
    "« a9 measures show » donne les périodes de chaque mesure.",
    "periode-nombre": f"{EXEMPLE} : version 1, during : valeur refusée ; "
    'écrire la mesure et sa période (« during = "snp/ete-2022" »).',
    "periode-et-dates": f"{EXEMPLE} : version 1, until : « during » donne déjà les dates ; retirer « until ».",
    "periode-de-suite": f"{EXEMPLE} : version 2, from : commence le 2024-01-01, alors que « version 1 » "
    "n'a pas de fin ; remplacer « during » par « from » et « until » dans « version 1 ».",
    "periode-coupee": f"{EXEMPLE} : version 2, during : commence le 2022-07-13, alors que « version 1 » "
    "finit le 2022-08-31 ; remplacer « during » par « from » et « until » dans « version 2 ».",
    # its level
    "violation-faible": f"{EXEMPLE} : version 1, verdict : « violation » va au-delà de sa source, "
    "de confiance « low » ; écrire « review », ou donner une meilleure source.",
    "tarif-faible": f"{ZZ1} : tariff 1, verdict : « violation » va au-delà de sa source, "
    "de confiance « low » ; écrire « review », ou donner une meilleure source.",
    # what it names
    "code-inconnu": f"{EXEMPLE} : version 1, codes : code d'acte inconnu « RQDD » ; "
    "le plus proche est « RQD », ou créer nomenclature/RQDD.toml.",
    "code-alias": f"{EXEMPLE} : version 1, codes : « CNP » est toujours lu comme « CNPSY », "
    "et ne se rencontre donc jamais ; écrire « CNPSY ».",
    "specialite-inconnue": f"{CONDITION} : version 1, requires 1, specialties : spécialité inconnue « 57 » ; "
    "donner un code de spécialité de la CNAM.",
    "specialite-admise": f"{CONDITION} : version 1, entry 1, allowed : spécialité inconnue « 999 » ; "
    "donner un code de spécialité de la CNAM.",
    "code-du-couple": "cumul/exemple.toml : version 1, beside, codes : code d'acte inconnu « MCGG » ; "
    "le plus proche est « MCG », ou créer nomenclature/MCGG.toml.",
    "regle-inconnue": f"{EXEMPLE} : silent_where : règle inconnue « frequence/te2-annuel » ; "
    "les plus proches sont « frequence/te2-annuelle », « frequence/cde-annuelle » et « frequence/cse-annuelle ».",
    "share_rule": f"{SEUIL} : version 1, share_rule : « frequence/te2-annuelle » n'est pas un seuil ; "
    "donner une règle de genre « share ».",
    "refused_by": f"{TARIF} : version 1, refused_by : « condition/vl-age-ald » ne dit rien d'une majoration comprise "
    "dans le montant d'un autre acte ; donner une règle de genre « specialty » ou « opposable », ou une condition "
    "qui ne regarde que l'âge, le médecin traitant ou le parcours.",
    "boucle": "frequence/autre.toml : not_counting : des règles s'attendent l'une l'autre : "
    "frequence/autre, puis frequence/exemple, puis frequence/autre ; retirer l'un de ces renvois.",
    "boucle-seule": f"{EXEMPLE} : silent_where : des règles s'attendent l'une l'autre : "
    "frequence/exemple, puis frequence/exemple ; retirer l'un de ces renvois.",
    "code-du-fichier": f"{ZZ1} : code : « ZZ2 » n'est pas le nom du fichier ; "
    'nommer le fichier ZZ2.toml, ou écrire « code = "ZZ1" ».',
    "alias-double": f"{ZZ1} : aliases 1, code : « TE2 » est déjà un code (nomenclature/TE2.toml) ; "
    "retirer ce nom ou ce fichier.",
    "nature-double": f"{ZZ1} : natures_of_act : 1194 est déjà la nature de TE2 ; ne la donner qu'à un seul code.",
    "tarif-sans-raison": f"{ZZ1} : tariff : « ZZ1 » n'a ni tarif, ni raison de n'en pas avoir ; "
    "écrire [[tariff]], ou [without_tariff] avec « why », « source » et « checked_on ».",
    "tarif-et-raison": f"{ZZ1} : without_tariff : « ZZ1 » a un tarif en vigueur ; retirer [without_tariff].",
    "prescription-double": "recouvrement/exemple.toml : kind : la prescription est déjà dans "
    "recouvrement/prescription.toml ; garder un seul fichier, ou lui donner le même nom pour le remplacer.",
}


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook()


@pytest.mark.parametrize("case", SENTENCES)
def test_a_broken_file_is_refused_with_one_sentence(case: str) -> None:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(BROKEN / case)
    assert str(caught.value).replace(f"{(BROKEN / case).as_posix()}/", "") == SENTENCES[case]


def test_every_broken_folder_has_its_sentence() -> None:
    assert {folder.name for folder in BROKEN.iterdir() if folder.is_dir()} == SENTENCES.keys()


def test_an_error_has_its_three_parts() -> None:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(BROKEN / "cle-inconnue")
    error = caught.value
    assert error.place.endswith("cle-inconnue/frequence/exemple.toml : version 1, limite")
    assert (error.problem, error.remedy) == ("clé inconnue", "la plus proche est « limit »")


ONE_OF_EACH_KIND = {
    kind: next(p for p in sorted((SHIPPED / family).glob("*.toml")) if f'kind = "{kind}"' in p.read_text("utf-8"))
    for family, kinds in FAMILIES.items()
    for kind in kinds
}


@pytest.mark.parametrize("kind", ONE_OF_EACH_KIND)
def test_whatever_stands_in_a_file_the_error_is_one_of_ours(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One value of each sort is taken out, or replaced by what has no business there."""
    path = ONE_OF_EACH_KIND[kind]
    data = tomllib.loads(path.read_text("utf-8"))
    file = RuleFile(path, path.name, path.parent.name, path.stem)
    errors = []
    for changed in spoiled(data):
        monkeypatch.setattr(shipped, "read_toml", lambda _file, changed=changed: changed)
        try:
            check_alone(Loaded(file, shipped.model_of(file, FAMILIES[file.family])))
        except RulebookError as error:
            errors.append(error)
    assert len(errors) > 50
    for error in errors:
        assert error.place.startswith(path.name)
        assert error.problem
        assert error.remedy
        assert "Input should" not in str(error)
        assert not any(word in str(error) for word in ("None", "une valeur", "Union"))


# --- --rules DIR ------------------------------------------------------------------------------------------


def _shipped_copy(folder: Path, rule: str, old: str = "", new: str = "") -> Path:
    path = folder / f"{rule}.toml"
    path.parent.mkdir(parents=True)
    path.write_text((SHIPPED / f"{rule}.toml").read_text("utf-8").replace(old, new), "utf-8")
    return path


def test_a_new_rule_is_added(book: Rulebook, tmp_path: Path) -> None:
    _shipped_copy(tmp_path, "frequence/te2-annuelle").rename(tmp_path / "frequence" / "te2-du-cabinet.toml")
    more = load_rulebook(tmp_path)
    assert more.rules.keys() - book.rules.keys() == {"frequence/te2-du-cabinet"}
    assert more.replaced == ()
    assert list(more.rules) == sorted(more.rules)
    assert "rule:frequence/te2-du-cabinet@2022-04-01" in more.sources


def test_a_rule_with_a_shipped_id_replaces_it(book: Rulebook, tmp_path: Path) -> None:
    _shipped_copy(tmp_path, "frequence/te2-annuelle", "limit = 4", "limit = 9")
    other = load_rulebook(tmp_path)
    rule = other.rules["frequence/te2-annuelle"]
    assert isinstance(rule, Frequency)
    assert [version.limit for version in rule.version] == [9] * len(rule.version)
    assert other.replaced == ("frequence/te2-annuelle",)
    assert other.rules.keys() == book.rules.keys()
    assert other.version == book.version


def test_an_act_can_be_replaced_too(tmp_path: Path) -> None:
    _shipped_copy(tmp_path, "nomenclature/TE2", "label = ", 'note = "du cabinet"\nlabel = ')
    other = load_rulebook(tmp_path)
    assert other.replaced == ("nomenclature/TE2",)
    assert other.acts["TE2"].note == "du cabinet"


def test_the_shipped_rules_are_not_touched_by_those_of_a_folder(book: Rulebook, tmp_path: Path) -> None:
    _shipped_copy(tmp_path, "frequence/te2-annuelle", "limit = 4", "limit = 9")
    load_rulebook(tmp_path)
    assert load_rulebook() == book


def test_what_editors_and_systems_leave_is_not_read(book: Rulebook, tmp_path: Path) -> None:
    path = _shipped_copy(tmp_path, "frequence/te2-annuelle")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))  # Notepad
    for name in ("frequence/._te2-annuelle.toml", "frequence/te2-annuelle.toml~", ".git/x.toml", "LISEZ-MOI.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("ceci n'est pas une règle", "utf-8")
    assert load_rulebook(tmp_path).rules == book.rules


def test_families_may_stand_deeper(tmp_path: Path) -> None:
    _shipped_copy(tmp_path / "urps" / "2026", "frequence/te2-annuelle")
    assert load_rulebook(tmp_path).replaced == ("frequence/te2-annuelle",)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: None, "dossier introuvable"),
        (lambda path: path.write_text("kind"), "n'est pas un dossier"),
        (lambda path: path.mkdir(), "ce dossier ne contient aucun fichier .toml"),
    ],
)
def test_a_folder_without_rules_is_a_setting_error(make: object, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "regles"
    make(path)  # type: ignore[operator]
    with pytest.raises(SettingError) as caught:
        load_rulebook(path)
    assert not isinstance(caught.value, RulebookError)
    assert str(caught.value) == (
        f"--rules {path} : {problem} ; donner un dossier de familles (frequence/, seuil/, tarif/, condition/, "
        "cumul/, donnees/, nomenclature/, recouvrement/ et calendrier/)."
    )


# --- the shipped rulebook ---------------------------------------------------------------------------------


def test_every_file_of_the_rules_is_read(book: Rulebook) -> None:
    files = {f"{p.parent.name}/{p.stem}" for family in FAMILIES for p in (SHIPPED / family).glob("*.toml")}
    read = {*book.rules, *(f"nomenclature/{code}" for code in book.acts)}
    read |= {name for name in files if name.startswith("calendrier/")}
    assert files - read == {"recouvrement/prescription"}
    assert len(book.hours) == 1
    assert read <= files
    assert book.limitation is not None


def test_version_and_date(book: Rulebook) -> None:
    assert book.version == "1.0.0"
    dated = [version.checked_on for rule in book.rules.values() for version in rule.version]
    assert book.date >= max(dated)


def test_every_dated_value_has_a_source_by_its_key(book: Rulebook) -> None:
    wanted = {f"rule:{name}@{v.from_}" for name, rule in book.rules.items() for v in rule.version}
    for code, act in book.acts.items():
        wanted |= {f"tariff:{code}@{value.from_}#{n}" for n, value in enumerate(act.tariff)}
        wanted |= {f"existence:{code}@{value.from_}" for value in act.existence}
    assert wanted <= book.sources.keys()
    assert {key.split(":")[0] for key in book.sources} <= {"rule", "tariff", "existence"}
    source = book.sources["rule:frequence/te2-annuelle@2022-04-01"]
    assert (source.confidence, source.url.split(":")[0]) == ("medium", "https")


def test_select(book: Rulebook) -> None:
    every = tuple(sorted(book.rules))
    frequency = tuple(name for name in every if name.startswith("frequence/"))
    assert book.select() == every
    assert book.select(["frequence"]) == book.select(["frequence/"]) == book.select(["frequence/*"]) == frequency
    assert book.select(["frequence/te2-*"]) == ("frequence/te2-annuelle", "frequence/te2-douze-mois")
    assert book.select(["frequence/te2-annuelle", "frequence/te2-annuelle"]) == ("frequence/te2-annuelle",)
    assert book.select(skip=["frequence"]) == tuple(name for name in every if name not in frequency)
    with pytest.raises(UnknownRuleError, match="aucune règle ne reste à appliquer"):
        book.select(["frequence"], ["*"])
    assert book.select(["frequence"], ["*annuelle"]) == tuple(n for n in frequency if not n.endswith("annuelle"))


@pytest.mark.parametrize(
    ("option", "pattern", "remedy"),
    [
        ("only", "te2-anuelle", "les plus proches sont « frequence/te2-annuelle », « "),
        ("skip", "frequences", "« frequence"),
        ("only", "nomenclature", "« a9 rules list » donne les règles et leurs familles"),
        ("only", "zzz*", "« a9 rules list » donne les règles et leurs familles"),
        ("skip", "", "« a9 rules list » donne les règles et leurs familles"),
    ],
)
def test_a_name_of_no_rule_is_refused(book: Rulebook, option: str, pattern: str, remedy: str) -> None:
    with pytest.raises(UnknownRuleError) as caught:
        book.select(**{option: [pattern]})
    error = caught.value
    assert (error.place, error.problem) == (f"--{option}", f"« {pattern} » ne désigne aucune règle")
    assert remedy in error.remedy


def test_nomenclature_of_the_cnam_tables(book: Rulebook) -> None:
    names = book.nomenclature
    assert names.natures_of_act[1110] == "G"
    assert names.natures_of_act[1113] == "CNPSY"  # the table says CNP, which is CNPSY
    assert names.natures_of_act[1194] == "TE2"
    assert {n: names.natures_of_act[n] for n in (1046, 1047, 1048, 1061, 1076, 1199, 1218)} == {
        1046: "TCS",
        1047: "MCY",
        1048: "IMT",
        1061: "MP",
        1076: "SNP",
        1199: "RQD",
        1218: "VSP",
    }
    lonely = [number for number, code in names.natures_of_act.items() if code == str(number)]
    assert lonely
    assert {str(number) for number in lonely} <= names.codes
    assert names.codes >= {"IK", "IKP", "TE2", "CNP", "CNPSY", "G"}
    assert {*book.acts, *names.aliases, *names.natures_of_act.values()} <= names.codes
    assert not {"", "ANTI", "DEPISTAGE", "IK IKP"} & names.codes
    assert (names.specialties[33], names.specialties[22]) == (
        "psychiatrie générale",
        "spécialiste en médecine générale avec diplôme",
    )
    assert not {0, 99} & names.specialties.keys()  # "non renseigné" is unknown, not a specialty
    assert names.same_specialty == {22: 1, 23: 1}
    assert sorted(set(names.pathways.values())) == list("ABCDEFGHIJKLNOPRSTUVWXYZ")
    assert (names.pathways["O"], names.pathways["3"]) == ("O", "O")
    assert names.ald_exemptions == {41, 42, 43, 44, 45, 46} < names.exemptions.keys()
    assert 99 not in names.exemptions
    assert names.sectors_cnam == {"0": "3", "1": "1", "2": "1DP", "3": "2"}


def test_nomenclature_of_the_acts(book: Rulebook) -> None:
    names = book.nomenclature
    assert (names.aliases["CNP"], names.aliases["VNP"]) == ("CNPSY", "VNPSY")
    assert names.coefficient_aliases["CNPSY", 2000] == "MCY"
    assert {"CNPSY", "VNPSY", "CNP", "VNP"} <= names.priced_by_coefficient
    assert names.grouping.keys() == {code for code, act in book.acts.items() if act.by_original_code}
    assert names.grouping.keys() >= {"CCX", "CCE", "MCX", "MTX"}
    assert all(hidden <= names.codes for hidden in names.grouping.values())
