"""The settings in force: each once, under what says so."""

from __future__ import annotations

from avenant9.acts.mapping import Mapping
from avenant9.settings.a9_toml import Settings
from avenant9.settings.in_force import InForce, Origin, Setting, in_force


def test_what_an_option_says_wins_over_the_file() -> None:
    zone = Setting("", "zone", "reunion", Origin.OPTION)
    given = Mapping({"date": "Jour"}, values={"place": {"Dom": "domicile"}})
    of_file = Mapping(
        {"date": "Date acte", "code": "Acte"},
        encoding="cp1252",
        sector_cnam=True,
        practitioners={"219999991": "10001234567"},
        constants={"sector": "1"},
        values={"place": {"Cab": "cabinet"}},
        ignored={"code": ("Papier", "Note")},
    )
    found = in_force([zone], given, Settings("a9.toml", {"zone": "mayotte"}, (2023,), of_file))
    assert found.file == "a9.toml"
    assert found.settings == (
        zone,
        Setting("", "annees_completes", (2023,), Origin.FILE),
        Setting("colonnes", "date", "Jour", Origin.OPTION),
        Setting("colonnes", "code", "Acte", Origin.FILE),
        Setting("fichier", "encoding", "cp1252", Origin.FILE),
        Setting("fichier", "secteur", "cnam", Origin.FILE),
        Setting("constantes", "sector", "1", Origin.FILE),
        Setting("valeurs", "place", 2, Origin.OPTION),
        Setting("ignorer", "code", 2, Origin.FILE),
        Setting("praticiens", "", 1, Origin.FILE),
    )


def test_nothing_is_said() -> None:
    assert in_force([], None, None) == InForce(None, (Setting("", "annees_completes", (), Origin.DEFAULT),))


def test_a_setting_is_called_by_its_section_and_key() -> None:
    places = (("", "zone"), ("valeurs", "code"), ("praticiens", ""))
    named = [Setting(*place, None, Origin.FILE).name for place in places]
    assert named == ["zone", "valeurs.code", "praticiens"]
