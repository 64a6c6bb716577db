"""The sums of 2026 computed again from the pages alone, with plain loops, and compared on drawn practices.

Written from `forfait2026.md` (« page » below), rulings 80 and 81 and §5 of the contract, without reading the program:
every figure stands here a second time, on purpose. Where the pages leave a choice, nothing is compared.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from a9.main import run
from examples import examples

NO_ACT = "no act"  # a service with no act in the year, against a key left out (None)
Rate = Fraction | str | None
Practice = dict[str, dict[str, Any]]  # section, key, (text of the TOML, value)

# Page 1.1: the point, the points of each block, the two thresholds of 2026.
POINT = 7
SOCLE, OPTION_1, OPTION_2, OPTION_3 = 280, 60, 60, 20
MEAN, OPTION = Fraction(60, 100), Fraction(30, 100)
TELESERVICES = ["taux_dmt", "taux_teletransmission", "taux_pse", "taux_aat"]
OTHERS = ["taux_at_mp", "taux_spe", "taux_dsg"]
RECORDS = ["taux_dmp", "taux_e_prescription"]
# Page 2.1: euros per patient and year.
AMOUNTS = {
    "moins_7": 15,
    "de_7_a_74": 5,
    "de_75_a_79": 15,
    "de_80_et_plus": 55,
    "ald_moins_80": 55,
    "ald_80_et_plus": 100,
}
NOT_SEEN, C2S = 5, 10
# Page 2.2: the majorations of the doctor, and the age of the first.
AGE, AGED, ZONE, YEAR_1, YEAR_2 = 67, Fraction(10, 100), Fraction(10, 100), Fraction(50, 100), Fraction(30, 100)
# Page 2.3: the fifteen indicators (their keys: `a9 template forfait`), 5 € each.
PREVENTION = 5
INDICATORS = [
    "grippe",
    "covid",
    "pneumocoque",
    "ror",
    "meningocoque",
    "hpv",
    "cancer_sein",
    "cancer_col",
    "cancer_colorectal",
    "glycemie",
    "maladie_renale",
    "hba1c",
    "examen_9_mois",
    "examen_24_mois",
    "bucco_dentaire",
]
# Page 3.1: the annual sum, and its conditions.
SAS = 1000
SAS_KEYS = ["sas_departement_ouvert", "sas_plateforme", "sas_agenda_visible", "sas_organisation"]


def all_of(*answers: bool | None) -> bool | None:
    """All of them, an answer left out leaving the doubt unless another one settles it."""
    if False in answers:
        return False
    return None if None in answers else True


def any_of(*answers: bool | None) -> bool | None:
    """One of them, with the same doubt."""
    if True in answers:
        return True
    return None if None in answers else False


def mean_readings(rates: list[Rate], threshold: Fraction) -> set[bool]:
    """Page 1.4: readings A (services without acts dropped) and B (counted 0); A of nothing has no verdict."""
    acted = [rate for rate in rates if isinstance(rate, Fraction)]
    verdicts = {sum(acted, Fraction(0)) / len(rates) >= threshold}
    if acted:
        verdicts.add(sum(acted, Fraction(0)) / len(acted) >= threshold)
    return verdicts


def each_readings(rates: list[Rate], threshold: Fraction) -> set[bool]:
    """Page 1.4, options 1 and 2: every rate at least the threshold, in the same two readings."""
    acted = [rate >= threshold for rate in rates if isinstance(rate, Fraction)]
    return {all(acted), all(acted) and len(acted) == len(rates)} if acted else {False}


def judged(rates: list[Rate], threshold: Fraction, *, each: bool) -> str:
    """`met`, `not_met`, `unresolved` or `unknown`: a rate left out may be anything, or no act at all."""
    if NO_ACT in rates and not any(isinstance(rate, Fraction) or rate is None for rate in rates):
        return "silent"  # no act in any service: the page says nothing of a mean of nothing
    verdicts: set[bool] = set()
    missing = [[Fraction(0), Fraction(1), NO_ACT] if rate is None else [rate] for rate in rates]
    for filled in itertools.product(*missing):
        verdicts |= mean_readings(list(filled), threshold)
        if each:
            verdicts |= each_readings(list(filled), threshold)
    if len(verdicts) == 2:
        return "unknown" if None in rates else "unresolved"
    return "met" if True in verdicts else "not_met"


def donum(given_: dict[str, Any]) -> dict[str, Any]:
    """Page 1: two socles, all or nothing, then three options that they open."""
    segur, sesam = given_.get("logiciel_segur"), given_.get("sesam_vitale")
    # parts (a) and (b) of the equipment are one key of the contract; part (c) is addendum 8
    equipment = all_of(segur, None if sesam is None else sesam == "addendum8")
    mean = judged([given_.get(key) for key in TELESERVICES], MEAN, each=False)
    options = {
        "donum_autres_teleservices": (judged([given_.get(key) for key in OTHERS], OPTION, each=True), OPTION_1),
        "donum_dmp_ordonnance": (judged([given_.get(key) for key in RECORDS], OPTION, each=True), OPTION_2),
    }
    counts = [given_.get("fse_appli_carte_vitale"), given_.get("messages_patients")]
    both = all_of(*(None if count is None else count >= 1 for count in counts))
    options["donum_appli_messagerie"] = ({True: "met", False: "not_met", None: "unknown"}[both], OPTION_3)
    if equipment is False or mean == "not_met":  # page 1.3, examples 4 and 5: 0 € whatever the rest
        closed = dict.fromkeys(options, "closed")
        return {"points": 0, "low": 0, "high": 0, "unresolved": set(), "silent": set(), "status": closed}
    sure = SOCLE + sum(points for status, points in options.values() if status == "met")
    most = SOCLE + sum(points for status, points in options.values() if status != "not_met")
    blocks = {"donum_teleservices": (mean, SOCLE), **options}
    decided = equipment is True and mean == "met"
    return {
        "points": sure if decided else None,
        "if_met": sure,
        "low": sure if decided else 0,
        "high": most,
        "unresolved": {(name, 0, points) for name, (status, points) in blocks.items() if status == "unresolved"},
        # whether these are listed is not compared: with no act anywhere, or a rate left out, the page does not say
        "silent": {name for name, (status, _) in blocks.items() if status in {"silent", "unknown"}},
        "status": {name: status for name, (status, _) in options.items()},
    }


def fmt(patients: dict[str, Any], doctor: dict[str, Any], prevention: dict[str, int]) -> dict[str, Any]:
    """Page 2 and ruling 81: classes × amounts, the doctor's majorations on them, then C2S and prevention outside."""
    complete = all(name in patients for name in AMOUNTS)
    base = {"low": 0, "high": 0}  # an ALD patient not seen for two years: 5 €, or still the amount of his class
    everybody = absent = 0
    for name, amount in AMOUNTS.items():
        total, unseen = patients.get(name, (0, 0))
        everybody, absent = everybody + total, absent + unseen
        base["low"] += (total - unseen) * amount + unseen * NOT_SEEN
        base["high"] += (total - unseen) * amount + unseen * (amount if name.startswith("ald_") else NOT_SEEN)
    age, zone, first = doctor.get("age"), doctor.get("zone"), doctor.get("premiere_installation")
    ages = [AGED if age >= AGE else Fraction(0)] if age is not None else [Fraction(0), AGED]
    inside = [ZONE]
    if first is not None and first.startswith("2026"):
        inside = [YEAR_1]  # the series includes the zone
    elif first is not None and first.startswith("2025"):
        inside = [ZONE, YEAR_2]  # not sourced: bounds
    zones = {
        None: [Fraction(0), *inside],
        "zip": inside,
        "qpv": inside,
        "zac": [Fraction(0)],
        "autre": [Fraction(0)],
    }[zone]
    benefit = patients.get("c2s")
    # not sourced: whether a patient not seen still gives the 10 €; at worst those who have C2S are the absent ones
    poor = [0, everybody] if benefit is None else [benefit - min(benefit, absent), benefit]
    outside = sum(prevention.values()) * PREVENTION
    sums = [
        amount * factor + C2S * count + outside
        for amount in base.values()
        for one in ages
        for other in zones
        for factor in (1 + one + other, (1 + one) * (1 + other))  # added, or multiplied: the other bound
        for count in poor
    ]
    counted = {
        base["low"] * (1 + ages[0] + share) + C2S * (benefit or 0) + outside
        for share in (zones[:1] if zone is None else zones)
    }
    return {
        "euros": counted if complete else {None},  # two only for 2025, where the ruling gives bounds alone
        "low": min(sums),
        "high": max(sums) if complete else None,
        "payments": None if not complete else {euros - outside for euros in counted},  # page 2.4
    }


def sas(given_: dict[str, Any]) -> dict[str, Any]:
    """Page 3.1: (a) department open, (b) registered, (c) agenda visible or an approved organisation."""
    opened, registered, agenda, organisation = (given_.get(key) for key in SAS_KEYS)
    met = all_of(opened, registered, any_of(agenda, organisation))
    euros = {True: SAS, False: 0, None: None}[met]
    return {"euros": {euros}, "low": euros or 0, "high": SAS if euros is None else euros}


def simulated(folder: Path, text: str, *options: str) -> tuple[int, dict[str, Any]]:
    """What the program answers: exit status and JSON."""
    file = folder / "cabinet.toml"
    file.write_text(text, encoding="utf-8")
    held = io.BytesIO()
    year = [] if "--year" in options else ["--year", "2026"]
    with contextlib.redirect_stdout(io.TextIOWrapper(held, encoding="utf-8")) as stream:
        status = run(["forfait", "simulate", str(file), *year, *options, "--format", "json", "--quiet"])
        stream.flush()
        answer = json.loads(held.getvalue())
    assert isinstance(answer, dict)
    return status, answer


def written(practice: Practice) -> str:
    """The TOML of a practice."""
    lines: list[str] = []
    for section, answers in practice.items():
        lines += [f"[{section}]", *(f"{key} = {text}" for key, (text, _) in answers.items())]
    return "\n".join(lines) + "\n"


def cents(text: str | None) -> Fraction | None:
    """A printed sum, exactly."""
    return None if text is None else Fraction(text)


def compare(practice: Practice, folder: Path) -> None:
    """One practice, by both."""
    values = {name: {key: value for key, (_, value) in answers.items()} for name, answers in practice.items()}
    indicators = values.get("indicateurs", {})
    status, answer = simulated(folder, written(practice))
    ours = donum(indicators)
    points = ours["points"]
    assert (cents(answer["points"]), cents(answer["euros"])) == (points, None if points is None else points * POINT)
    assert status == (3 if points is None else 0)
    if points is None:
        assert cents(answer["if_met"]["points"]) == ours["if_met"]
        assert cents(answer["if_met"]["euros"]) == ours["if_met"] * POINT
        assert (answer["if_not_met"]["points"], answer["if_not_met"]["euros"]) == ("0", "0.00")
    found = {(row["indicator"], int(row["low"]), int(row["high"])) for row in answer["unresolved"]}
    assert {row for row in found if row[0] not in ours["silent"]} == ours["unresolved"]
    shown = {row["id"]: row["status"] for volet in answer["volets"] for row in volet["indicators"]}
    for name, verdict in ours["status"].items():
        if verdict != "silent":
            assert shown[name] == verdict.replace("unresolved", "unknown"), name
    sums = {row["id"]: row for row in answer["sums"]}
    assert set(sums) == {"fmt", "sas"}
    theirs = {
        "fmt": fmt(values.get("patientele", {}), values.get("medecin", {}), values.get("prevention", {})),
        "sas": sas(indicators),
    }
    for name, expected in theirs.items():
        row = sums[name]
        assert cents(row["euros"]) in expected["euros"], name
        assert (cents(row["low"]), cents(row["high"])) == (expected["low"], expected["high"]), name
    if sums["fmt"]["euros"] is not None:
        assert sum(Fraction(line["euros"]) for line in sums["fmt"]["lines"]) == Fraction(sums["fmt"]["euros"])
        assert sum(Fraction(part["euros"]) for part in sums["fmt"]["payments"]) in theirs["fmt"]["payments"]
    parts = [answer["euros"], *(row["euros"] for row in answer["sums"])]
    assert cents(answer["total_euros"]) == (None if None in parts else sum(map(Fraction, parts)))
    assert cents(answer["total_low"]) == ours["low"] * POINT + sum(row["low"] for row in theirs.values())
    highs = [row["high"] for row in theirs.values()]
    assert cents(answer["total_high"]) == (None if None in highs else ours["high"] * POINT + sum(highs))


def as_counts(rate: Fraction, factor: int = 1) -> tuple[str, Fraction]:
    """A rate as what was done out of a total."""
    return f"{{ realises = {rate.numerator * factor}, total = {rate.denominator * factor} }}", rate


COUNTS = st.integers(0, 40).flatmap(
    lambda total: st.tuples(st.integers(0, total), st.just(total), st.integers(0, 3)).map(
        lambda drawn: (
            f"{{ realises = {drawn[0]}, total = {drawn[1] + drawn[2]}, exclus = {drawn[2]} }}",
            Fraction(drawn[0], drawn[1]) if drawn[1] else NO_ACT,
        )
    )
)
DECIMALS = st.integers(0, 1000).map(lambda n: (f"{n / 1000:.3f}", Fraction(n, 1000)))
PERCENTS = st.integers(0, 100).map(lambda n: (f'"{n} %"', Fraction(n, 100)))
WHOLE = st.sampled_from([("0", Fraction(0)), ("1", Fraction(1))])
NOTHING = st.sampled_from([("{ realises = 0, total = 0 }", NO_ACT)])
RATES = st.one_of(DECIMALS, PERCENTS, WHOLE, COUNTS)
USUAL = st.integers(0, 19).flatmap(lambda n: st.none() if n == 19 else NOTHING if n > 16 else RATES)
HIGH = st.integers(0, 19).flatmap(
    lambda n: USUAL if n > 15 else st.integers(500, 1000).map(lambda m: (f"{m / 1000:.3f}", Fraction(m, 1000)))
)
SHARE = st.sampled_from([Fraction(n, d) for d in (3, 6, 7, 12, 20) for n in range(d + 1)])


@st.composite
def rates_of(draw: st.DrawFn, keys: list[str], threshold: Fraction) -> dict[str, tuple[str, Rate]]:
    """The rates of one block: anything, or a mean on the threshold or a thousandth from it, or every rate so."""
    beside = [Fraction(0), Fraction(-1, 1000), Fraction(1, 1000)]
    kind = draw(st.sampled_from(["high", "high", "any", "mean", "each"]))
    if kind == "each":
        return {key: as_counts(threshold + draw(st.sampled_from(beside)), draw(st.integers(1, 4))) for key in keys}
    if kind == "mean":
        first = [draw(SHARE) for _ in keys[1:]]
        last = (threshold + draw(st.sampled_from(beside))) * len(keys) - sum(first)
        if 0 <= last <= 1:
            return {key: as_counts(rate) for key, rate in zip(keys, [*first, last], strict=True)}
    drawn = {key: draw(USUAL if kind == "any" else HIGH) for key in keys}
    return {key: value for key, value in drawn.items() if value is not None}


def maybe(draw: st.DrawFn, into: dict[str, Any], key: str, values: list[tuple[str, Any]], out_of: int = 8) -> None:
    """Set a key, or leave it out once in a while."""
    if draw(st.integers(1, out_of)) < out_of:
        into[key] = draw(st.sampled_from(values))


YES_NO = [("true", True), ("true", True), ("false", False)]
DAYS = ["2025-01-01", "2025-07-14", "2025-12-31", "2026-01-01", "2026-12-31", "2024-12-31", "2012-05-02"]


@st.composite
def practices(draw: st.DrawFn) -> Practice:
    """A practice in 2026."""
    indicators: dict[str, Any] = {}
    if draw(st.integers(0, 3)) < 3:
        indicators |= {"logiciel_segur": ("true", True), "sesam_vitale": ('"addendum8"', "addendum8")}
    else:
        maybe(draw, indicators, "logiciel_segur", [("true", True), ("false", False)], 3)
        maybe(draw, indicators, "sesam_vitale", [(f'"addendum{n}"', f"addendum{n}") for n in (8, 8, 7, 6)], 3)
    indicators |= (
        draw(rates_of(TELESERVICES, MEAN)) | draw(rates_of(OTHERS, OPTION)) | draw(rates_of(RECORDS, OPTION))
    )
    for key in ("fse_appli_carte_vitale", "messages_patients"):
        maybe(draw, indicators, key, [("0", 0), ("1", 1), ("3", 3)])
    for key in SAS_KEYS:
        maybe(draw, indicators, key, YES_NO)
    # contract §5: « a key that a year does not use is ignored »
    maybe(draw, indicators, "lap_exempte", [("true", True)], 2)
    maybe(draw, indicators, "taux_messagerie_patient", [("0.9", Fraction(9, 10))], 2)
    patients: dict[str, Any] = {}
    skip = draw(st.sampled_from([*[None] * 30, *AMOUNTS]))
    for name in AMOUNTS:
        total = draw(st.integers(0, 900))
        unseen = draw(st.integers(0, total)) if draw(st.integers(0, 4)) == 4 else None
        if name != skip:
            text = str(total) if unseen is None else f"{{ total = {total}, non_vus = {unseen} }}"
            patients[name] = (text, (total, unseen or 0))
    everybody = sum(total for _, (total, _) in patients.values())
    if draw(st.integers(0, 7)) < 7:
        count = draw(st.integers(0, everybody))
        if draw(st.booleans()):
            count = min(count, 20)
        patients["c2s"] = (str(count), count)
    doctor: dict[str, Any] = {}
    maybe(draw, doctor, "age", [(str(age), age) for age in (30, 66, 67, 68, 75)], 6)
    maybe(draw, doctor, "zone", [(f'"{zone}"', zone) for zone in ("zip", "zip", "qpv", "zac", "autre")], 6)
    maybe(draw, doctor, "premiere_installation", [(day, day) for day in DAYS], 3)
    prevention: dict[str, Any] = {}
    kind = draw(st.sampled_from(["none", "total", "each"]))
    if kind == "total":
        maybe(draw, prevention, "total", [(str(n), n) for n in (545, 1, 0) if n <= everybody * len(INDICATORS)])
    elif kind == "each":
        for key in draw(st.lists(st.sampled_from(INDICATORS), unique=True)):
            maybe(draw, prevention, key, [(str(n), n) for n in (160, 1, 0) if n <= everybody])
    return {"indicateurs": indicators, "patientele": patients, "medecin": doctor, "prevention": prevention}


@given(st.lists(practices(), min_size=3, max_size=3))
@examples(20, 300)
def test_a_practice_of_2026_is_what_the_pages_say(tmp_path: Path, drawn: list[Practice]) -> None:
    for practice in drawn:
        compare(practice, tmp_path)


READY = {"logiciel_segur": "true", "sesam_vitale": '"addendum8"'}
OPTIONS = {
    "taux_at_mp": 0.35,
    "taux_spe": 0.35,
    "taux_dsg": 0.35,
    "taux_dmp": 0.62,
    "taux_e_prescription": 0.62,
    "fse_appli_carte_vitale": 3,
    "messages_patients": 1,
}
UNMET = dict.fromkeys(OPTIONS, 0)
N = "{ realises = 0, total = 0 }"


def answered(*rates: object, **others: object) -> str:
    """The indicators of an example of page 1.3, its rates in the order DMT, FSE, PSE, AAT."""
    told = {
        **READY,
        **dict(zip(TELESERVICES, (f'"{rate} %"' if rate != N else N for rate in rates), strict=True)),
        **others,
    }
    return "[indicateurs]\n" + "".join(f"{key} = {value}\n" for key, value in told.items())


# Page 1.3: number of the example, answers, year, points, euros.
DOTATION = [
    ("1", answered(95, 88, 70, 67, **OPTIONS), 2026, "420", "2940.00"),
    ("1 in 2028", answered(95, 88, 70, 67, **OPTIONS), 2028, "360", "2520.00"),
    ("2", answered(100, 90, 20, 40, **UNMET), 2026, "280", "1960.00"),
    ("2 in 2028", answered(100, 90, 20, 40, **UNMET), 2028, "0", "0.00"),
    ("3", answered(90, 80, 45, 25, **UNMET), 2026, "280", "1960.00"),
    ("4", answered(58, 58, 58, 58, **OPTIONS), 2026, "0", "0.00"),
    ("5", answered(95, 88, 70, 67, **{**OPTIONS, "sesam_vitale": '"addendum7"'}), 2026, "0", "0.00"),
    ("6", answered(95, 88, 70, 67, **{**UNMET, "fse_appli_carte_vitale": 3}), 2026, "280", "1960.00"),
    (
        "6 and 7",
        answered(95, 88, 70, 67, **{**UNMET, "fse_appli_carte_vitale": 3, "messages_patients": 1}),
        2026,
        "300",
        "2100.00",
    ),
    ("8", answered(100, 50, 80, 90, **UNMET), 2026, "280", "1960.00"),
    ("8 in 2028", answered(100, 50, 80, 90, **UNMET), 2028, "280", "1960.00"),
    ("8 in 2025", answered(100, 50, 80, 90, **UNMET), 2025, "0", "0.00"),
    ("9", answered(N, 92, N, 50, **UNMET), 2026, None, None),
]


@pytest.mark.parametrize(
    ("text", "year", "points", "euros"), [row[1:] for row in DOTATION], ids=[row[0] for row in DOTATION]
)
def test_examples_of_the_dotation(
    tmp_path: Path, text: str, year: int, points: str | None, euros: str | None
) -> None:
    answer = simulated(tmp_path, text, "--year", str(year))[1]
    assert (answer["points"], answer["euros"]) == (points, euros)
    if points is None:  # example 9: unresolved, 0 to 1 960 €
        assert [(row["indicator"], row["low"], row["high"]) for row in answer["unresolved"]] == [
            ("donum_teleservices", "0", "280")
        ]
        assert (answer["if_met"]["euros"], answer["if_not_met"]["euros"]) == ("1960.00", "0.00")


def test_a_mean_on_the_threshold_says_so(tmp_path: Path) -> None:
    """Ruling 80: met, with the note; by reading B too, where a service without acts counts 0."""
    notes = [
        next(row for row in answer["volets"][0]["indicators"] if row["id"] == "donum_teleservices")["note"]
        for rates in ((90, 80, 46, 25), (90, 80, 45, 25), (N, 80, 80, 80))
        for answer in [simulated(tmp_path, answered(*rates))[1]]
    ]
    assert notes[1] == notes[2] != notes[0]


def test_example_10_of_the_dotation(tmp_path: Path) -> None:
    """From 2025 to 2026, maximum: 1 115 points, 7 805 €, then 420 points, 2 940 €, and 1 000 € of the SAS."""
    most = {year: simulated(tmp_path, "[indicateurs]\n", "--year", str(year))[1] for year in (2025, 2026)}
    assert [(one["max_points"], one["max_euros"]) for one in most.values()] == [
        ("1115", "7805.00"),
        ("420", "2940.00"),
    ]
    assert [row["high"] for row in most[2026]["sums"] if row["id"] == "sas"] == ["1000.00"]


LIST = {
    "moins_7": 60,
    "de_7_a_74": 700,
    "de_75_a_79": 50,
    "de_80_et_plus": 40,
    "ald_moins_80": 180,
    "ald_80_et_plus": 70,
}
OTHER = {"age": 40, "zone": '"autre"'}
NEW = {"age": 40, "zone": '"zip"'}


def listed(patients: dict[str, Any], doctor: dict[str, Any], **prevention: int) -> str:
    """The list, the doctor and the prevention of an example of page 2.6."""
    sections = {"patientele": patients, "medecin": doctor, "prevention": prevention}
    return "".join(
        f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in answers.items())
        for name, answers in sections.items()
    )


POOR = {**LIST, "c2s": 100}
UNSEEN = {
    **POOR,
    "de_7_a_74": "{ total = 700, non_vus = 100 }",
    "ald_moins_80": "{ total = 180, non_vus = 20 }",
    "ald_80_et_plus": "{ total = 70, non_vus = 10 }",
}
CHILDREN = {**dict.fromkeys(LIST, 0), "moins_7": 300, "de_7_a_74": 250, "c2s": 0}
# Page 2.6: number of the example, answers, euros (None: bounds only), low, high.
TREATING = [
    ("1", listed(POOR, OTHER), "25250.00", "25250.00", "25250.00"),
    ("3", listed(POOR, {**OTHER, "age": 67}), "27675.00", "27675.00", "27675.00"),
    ("4 year 1", listed(POOR, {**NEW, "premiere_installation": "2026-02-01"}), "37375.00", "37375.00", "37375.00"),
    ("4 year 2", listed(POOR, {**NEW, "premiere_installation": "2025-02-01"}), None, "27675.00", "32525.00"),
    ("4 year 3", listed(POOR, {**NEW, "premiere_installation": "2024-02-01"}), "27675.00", "27675.00", "27675.00"),
    ("5", listed(POOR, {**NEW, "age": 67}), "30100.00", "30100.00", "30342.50"),
    ("6", listed(UNSEEN, OTHER), "23300.00", None, "25250.00"),  # 25 250 − 950 − 1 000; the ALD reading: low
    ("7", listed(POOR, OTHER, grippe=160, pneumocoque=45, cancer_colorectal=210, hba1c=130), "27975.00", None, None),
    ("7 total", listed(POOR, {**OTHER, "age": 67}, total=545), "30400.00", None, None),
    ("8", listed(CHILDREN, OTHER), "5750.00", "5750.00", "5750.00"),
]


@pytest.mark.parametrize(
    ("text", "euros", "low", "high"), [row[1:] for row in TREATING], ids=[row[0] for row in TREATING]
)
def test_examples_of_the_treating_doctor(
    tmp_path: Path, text: str, euros: str | None, low: str | None, high: str | None
) -> None:
    found = next(row for row in simulated(tmp_path, text)[1]["sums"] if row["id"] == "fmt")
    assert euros in {None, found["euros"]}
    assert low in {None, found["low"]}
    assert high in {None, found["high"]}


def test_the_four_parts_of_example_1(tmp_path: Path) -> None:
    found = next(row for row in simulated(tmp_path, listed(POOR, OTHER))[1]["sums"] if row["id"] == "fmt")
    assert [(part["month"], part["euros"]) for part in found["payments"]] == [
        (f"2026-{month}", "6312.50") for month in ("04", "06", "09", "11")
    ]


def test_example_2_of_the_treating_doctor(tmp_path: Path) -> None:
    """The same list in 2025: 19 130 €."""
    answer = simulated(tmp_path, listed(LIST, OTHER), "--year", "2025")[1]
    assert [row["euros"] for row in answer["sums"]] == ["19130.00"]
