"""One answer: rates in all their forms, exact; what is empty is unknown; what is bad is one sentence."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from avenant9.errors import SettingError
from avenant9.forfait import values
from avenant9.forfait.answers import Rate
from avenant9.results.forfait import Addendum
from examples import examples

F = Fraction


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, Rate(F(0))),
        (1, Rate(F(1))),
        ("0", Rate(F(0))),
        ("1", Rate(F(1))),
        (0.1, Rate(F(1, 10))),
        (0.1 + 0.2, Rate(F(3, 10))),
        (2 / 3, Rate(F(2, 3))),
        (0.666666666666667, Rate(F(2, 3))),  # fifteen digits, as LibreOffice writes it
        (0.66666666666667, Rate(F(66666666666667, 10**14))),  # fourteen, of no simple fraction
        (0.6666, Rate(F(6666, 10_000))),
        (Decimal("1e-30"), Rate(F(1, 10**30))),
        (Decimal("0.6666666666"), Rate(F(6666666666, 10**10))),
        (Decimal("1.0"), Rate(F(1))),
        ("0,72", Rate(F(72, 100))),
        (" 0.72 ", Rate(F(72, 100))),
        ("72 %", Rate(F(72, 100))),
        ("72%", Rate(F(72, 100))),
        ("72,5\u00a0%", Rate(F(725, 1000))),
        ("72,125 %", Rate(F(72_125, 100_000))),
        ("100 %", Rate(F(1))),
        ("0 %", Rate(F(0))),
        ("36/50", Rate(F(36, 50), 36, 50)),
        ("36 / 50", Rate(F(36, 50), 36, 50)),
        ("36 sur 50", Rate(F(36, 50), 36, 50)),
        ("1 476/2 000", Rate(F(1476, 2000), 1476, 2000)),
        ("36/50/4", Rate(F(36, 46), 36, 46, 4)),
        ("36 sur 50, dont 4 exclus", Rate(F(36, 46), 36, 46, 4)),
        ("36/50/0", Rate(F(36, 50), 36, 50)),
        ({"realises": 36, "total": 50}, Rate(F(36, 50), 36, 50)),
        ({"realises": 36, "total": 50, "exclus": 4}, Rate(F(36, 46), 36, 46, 4)),
        ({"realises": 36, "total": 50, "exclus": 14}, Rate(F(1), 36, 36, 14)),
        ({"realises": 0, "total": 0}, Rate(F(0), 0, 0)),
        ({"realises": 0, "total": 4, "exclus": 4}, Rate(F(0), 0, 0, 4)),
    ],
)
def test_rates(value: Any, expected: Rate) -> None:
    assert values.rate("ici", value) == expected


_RATE = "attendu : une part (0,72), un pourcentage (72 %) ou des nombres (36 sur 50)"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (72, "taux au-dessus de 1, soit 100 % (72) ; écrivez 72 %, ou une part entre 0 et 1"),
        ("72", "taux au-dessus de 1, soit 100 % (72) ; écrivez 72 %, ou une part entre 0 et 1"),
        (1.0001, "taux au-dessus de 1, soit 100 % (1,0001) ; écrivez 1,0001 %, ou une part entre 0 et 1"),
        ("101 %", "taux au-dessus de 1, soit 100 % (101 %) ; corrigez-le"),
        (101, "taux au-dessus de 1, soit 100 % (101) ; corrigez-le"),
        (-0.01, "taux négatif (-0,01) ; un taux va de 0 à 1, ou de 0 % à 100 %"),
        ("-5 %", "taux négatif (-5 %) ; un taux va de 0 à 1, ou de 0 % à 100 %"),
        ("51/50", "51\u00a0réalisés pour un total de 50 ; corrigez l'un de ces nombres"),
        ("47/50/4", "47\u00a0réalisés pour un total de 50 dont 4 exclus ; corrigez l'un de ces nombres"),
        ("0/4/5", "5 exclus pour un total de 4 ; les exclus font partie du total"),
        ("beaucoup", f"valeur inutilisable ; {_RATE}"),
        (True, f"valeur inutilisable ; {_RATE}"),
        ([1, 2], f"valeur inutilisable ; {_RATE}"),
        (float("nan"), f"valeur inutilisable ; {_RATE}"),
        (Decimal("Infinity"), f"valeur inutilisable ; {_RATE}"),
        ("0,1,2", f"valeur inutilisable ; {_RATE}"),
        (Decimal("1e-31"), "nombre trop précis ; trente décimales au plus"),
        (Decimal("1e-999999"), "nombre trop précis ; trente décimales au plus"),
        (Decimal("1e19"), "taux au-dessus de 1, soit 100 % (10000000000000000000) ; corrigez-le"),
        (Decimal("1e20"), "taux au-dessus de 1, soit 100 % (1E+20) ; corrigez-le"),
        (123456789012345678901, "taux au-dessus de 1, soit 100 % (12345678901234567890…) ; corrigez-le"),
        (Decimal("1e999999"), "taux au-dessus de 1, soit 100 % (1E+999999) ; corrigez-le"),
        (
            datetime(2026, 5, 3),
            "le tableur a pris ces nombres pour une date ; écrivez « 3 sur 5 », ou mettez d'abord la cellule au "
            "format Texte",
        ),
        ({"realise": 3, "total": 5}, "clé inconnue « realise » ; peut-être « realises »"),
        ({"realises": 3}, "« total » manque ; écrivez { realises = 36, total = 50, exclus = 0 }"),
    ],
)
def test_bad_rates(value: Any, sentence: str) -> None:
    with pytest.raises(SettingError) as error:
        values.rate("f.toml, taux_dmp", value)
    assert str(error.value) == f"f.toml, taux_dmp : {sentence}."


def test_a_count_of_a_rate_is_named() -> None:
    with pytest.raises(SettingError) as error:
        values.rate("f.toml, taux_dmp", {"realises": -3, "total": 5})
    assert str(error.value) == (
        "f.toml, taux_dmp, realises : nombre impossible (-3) ; attendu : un nombre entier, 0 ou plus."
    )


@example(133, 2586)  # fourteen digits only: 0.051430781129157
@examples(100, 2000)
@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_a_cell_that_divides_two_counts_is_their_fraction(done: int, total: int) -> None:
    done = min(done, total)
    assert values.rate("ici", done / total).value == F(done, total)


@examples(100, 2000)
@given(st.decimals(0, 1, places=6))
def test_a_decimal_is_itself_in_every_form(share: Decimal) -> None:
    wanted = F(share)
    french = format(share, "f").replace(".", ",")
    percent = format(share * 100, "f").replace(".", ",")
    found = {values.rate("ici", value).value for value in (share, float(share), french, f"{percent} %")}
    assert found == {wanted}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("yes-no", True, True),
        ("yes-no", "Oui", True),
        ("yes-no", "o", True),
        ("yes-no", 1, True),
        ("yes-no", 1.0, True),
        ("yes-no", "vrai", True),
        ("yes-no", "x", True),
        ("yes-no", False, False),
        ("yes-no", "NON", False),
        ("yes-no", 0, False),
        ("count", 16, 16),
        ("count", 16.0, 16),
        ("count", "1 234", 1234),
        ("count", "0", 0),
        ("count", 999_999_999, 999_999_999),
        ("addendum", "addendum8", Addendum(8)),
        ("addendum", "Addendum 7", Addendum(7)),
        ("addendum", "1.40 addendum 6", Addendum(6)),
        ("addendum", 8, Addendum(8)),
        ("date", date(2024, 1, 20), date(2024, 1, 20)),
        ("date", datetime(2024, 1, 20, 9), date(2024, 1, 20)),
        ("date", "20/01/2024", date(2024, 1, 20)),
        ("date", "2024-01-20", date(2024, 1, 20)),
        ("date", 45311, date(2024, 1, 20)),
        ("points", "67,5", F(135, 2)),
        ("points", Decimal("67.5"), F(135, 2)),
        ("points", 90, F(90)),
    ],
)
def test_the_other_types(kind: str, value: Any, expected: Any) -> None:
    found = values.answer("ici", kind, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("kind", ["yes-no", "rate", "count", "addendum", "date", "points"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_what_is_empty_is_unknown(kind: str, value: str | None) -> None:
    assert values.answer("ici", kind, value) is None


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (
            "yes-no",
            "peut-être",
            "valeur inutilisable ; attendu : oui ou non (true ou false dans un fichier TOML)",
        ),
        ("yes-no", 2, "valeur inutilisable ; attendu : oui ou non (true ou false dans un fichier TOML)"),
        ("count", "1,5", "valeur inutilisable ; attendu : un nombre entier"),
        ("count", True, "valeur inutilisable ; attendu : un nombre entier"),
        ("count", -1, "nombre impossible (-1) ; attendu : un nombre entier, 0 ou plus"),
        ("count", 10**9, "nombre impossible (1000000000) ; attendu : un nombre entier, 0 ou plus"),
        (
            "addendum",
            "addendum5",
            "valeur inutilisable ; attendu : « addendum6 », « addendum7 » ou « addendum8 »",
        ),
        ("addendum", True, "valeur inutilisable ; attendu : « addendum6 », « addendum7 » ou « addendum8 »"),
        ("date", "31/02/2024", "valeur inutilisable ; attendu : une date JJ/MM/AAAA ou AAAA-MM-JJ"),
        ("date", 2024, "valeur inutilisable ; attendu : une date JJ/MM/AAAA ou AAAA-MM-JJ"),
        ("points", "beaucoup", "valeur inutilisable ; attendu : un nombre de points, par exemple 67,5"),
        ("points", -1, "nombre de points impossible (-1) ; attendu : 0 ou plus"),
    ],
)
def test_bad_values(kind: str, value: Any, sentence: str) -> None:
    with pytest.raises(SettingError) as error:
        values.answer("--set cle", kind, value)
    assert str(error.value) == f"--set cle : {sentence}."


@pytest.mark.parametrize(("value", "expected"), [("1/2", "1/2"), ("1/3", "1/3"), (1, "1"), (0.5, "1/2"), ("1", "1")])
def test_working_time(value: Any, expected: str) -> None:
    assert values.etp("ici", value) == expected


@pytest.mark.parametrize("value", [0.3, 2, "1/4", True, date(2026, 2, 1)])
def test_no_other_working_time(value: Any) -> None:
    with pytest.raises(SettingError) as error:
        values.etp("ici", value)
    assert str(error.value) == "ici : valeur inutilisable ; attendu : « 1/3 », « 1/2 » ou « 1 »."


@pytest.mark.parametrize(
    ("value", "expected"), [("<P90", "<P90"), ("< p90", "<P90"), ("≥P95", ">=P95"), ("P90\u2013P95", "P90-P95")]
)
def test_percentile(value: str, expected: str) -> None:
    assert values.percentile("ici", value) == expected
