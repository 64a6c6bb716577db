"""Random practice-years as the text of a file: few people, few codes, dates where the law changes.

Pools are small so that windows collide: an example that exceeds no limit shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from oracle.law import Derogation, in_force, months_later
from oracle.reading import a_date

if TYPE_CHECKING:
    from pathlib import Path

    from oracle.book import Book

DAYS = [
    date(2022, 1, 1), date(2022, 1, 31), date(2022, 3, 31), date(2022, 4, 1), date(2022, 6, 30), date(2022, 7, 1),
    date(2022, 7, 12), date(2022, 7, 13), date(2022, 9, 5), date(2022, 9, 30), date(2022, 10, 1), date(2022, 12, 9),
    date(2022, 12, 10), date(2022, 12, 31), date(2023, 1, 1), date(2023, 1, 2), date(2023, 4, 30), date(2023, 5, 1),
    date(2023, 5, 14), date(2023, 5, 15), date(2023, 10, 31), date(2023, 11, 1), date(2023, 12, 31),
    date(2024, 2, 29), date(2024, 5, 15), date(2024, 12, 21), date(2024, 12, 22), date(2024, 12, 30),
    date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2026, 11, 22),
]  # fmt: skip
#: Saturdays and Sundays, holidays and the days around them, and the Mondays after a change of the clock.
DUTY_DAYS = [
    date(2022, 4, 15), date(2022, 4, 18), date(2022, 5, 26), date(2022, 5, 27), date(2022, 5, 28), date(2022, 6, 6),
    date(2022, 7, 15), date(2022, 7, 16), date(2022, 8, 13), date(2022, 8, 15), date(2022, 8, 27), date(2022, 9, 11),
    date(2022, 10, 31), date(2022, 11, 12), date(2022, 12, 26), date(2023, 5, 13), date(2023, 5, 19),
    date(2023, 8, 14), date(2023, 12, 20), date(2024, 5, 11), date(2024, 11, 2), date(2024, 12, 23),
    date(2023, 3, 27), date(2023, 10, 30),
]  # fmt: skip
TIMES = ["", "", "09:00", "09:00", "14h30", "00:00", "07:59", "08:00", "11:59", "12:00", "19:59", "20:00", "23h59"]
CCAM_CODES = ["DEQP003", "JKHD001", "QZHA001", "QZHA005", "YYYY123"]
AS_OF = [date(2026, 11, 22)] * 6 + [date(2022, 12, 31), date(2023, 1, 1), date(2024, 6, 30)]
ZONES = ["metropole"] * 8 + ["alsace-moselle", "reunion", "guyane"]
COLUMNS = [
    "date", "code", "time", "practitioner", "specialty", "sector", "optam", "patient", "birth_date", "quantity",
    "coefficient", "amount", "overcharge", "rate", "invoice", "treating_doctor", "pathway", "ald", "exemption",
    "place", "reason", "original_code", "regulated_by", "regulated_at", "requested_by", "requested_at", "channel",
    "territory", "discharge_date", "status",
]  # fmt: skip
REASONS = [
    "ald80",
    "neurodegeneratif",
    "palliatif",
    "nouveau-mt",
    "certificat",
    "transfert",
    "diabete",
    "endocrinopathie",
]
SPECIALTIES = ["1", "1", "01", "22", "33", "33", "32", "12", "42", "7", "70", "3", "17", "75", "79", "81", "83", "09"]
YES_NO = ["oui", "non", "o", "n", "1", "0", "vrai", "faux"]
#: With and without a key, of Corsica, of a month that no calendar has; and numbers that are none.
NIRS = ["255081416802538", "2550814168025", "253072B07300470", "155331416802538", "955081416802538", "25508141680253"]
BIRTHS = ["29/02/2020", "01/04/2020", "15/05/2007", "01/01/1960", "30/06/1942", "31/12/2006", "13/07/2022"]
#: Months of the ages at which something changes.
AGES = [0, 0, 8, 10, 23, 24, 25, 72, 192, 216, 300, 312, 540, 612, 960, 972]
NEVER_SEEN = ["ZZZ", "HOP", "YYYY123"]


@dataclass(frozen=True)
class Practice:
    """What is in one CSV file, and the settings of a run."""

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    as_of: date = date(2026, 11, 22)
    derogations: tuple[Derogation, ...] = ()
    zone: str = "metropole"
    complete_years: tuple[int, ...] = ()

    def with_rows(self, rows: list[dict[str, str]]) -> Practice:
        return replace(self, rows=tuple(rows))

    def write(self, path: Path) -> Path:
        lines = [";".join(self.columns)]
        lines += [";".join(row.get(key, "") for key in self.columns) for row in self.rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How hypothesis shows a failing example: a file that can be pasted into a case table."""
        lines = [";".join(self.columns)]
        lines += [";".join(row.get(key, "") for key in self.columns) for row in self.rows]
        settings = f"as_of {self.as_of}, {self.zone}, {self.derogations}, {self.complete_years}"
        printer.text("\n".join(["", *lines, settings]))


def french(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def euros(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


LISTS_OF_CODES = (
    "codes", "with", "any_sector", "sector_2_without_optam", "remote_codes", "counted_codes", "ignored_codes",
    "excluded", "beside", "but",
)  # fmt: skip


def values_of(rules: list[Any], keys: tuple[str, ...]) -> list[str]:
    """Everything in the lists of these keys, wherever they stand."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in keys and isinstance(inner, list):
                    found.update(inner)
                elif isinstance(inner, list | dict):
                    walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(rules)
    return sorted(found)


def codes_named(rules: list[Any]) -> list[str]:
    """Every code that these rules name, in any of their keys."""
    return values_of(rules, LISTS_OF_CODES)


def codes_of_natures(book: Book, rules: list[Any]) -> list[str]:
    """The codes that stand beside others by their nature; the CCAM for technical acts."""
    natures = values_of(rules, ("natures", "host_natures"))
    found = [code for code in book.acts if book.nature(code) in natures]
    return found + CCAM_CODES if "technique" in natures else found


def tariff_cents(book: Book, code: str, day: date, specialty: str) -> int:
    """Some tariff of the code, to stay near it."""
    values = [v for v in book.acts.get(code, {}).get("tariff", []) if in_force(v, day)]
    mine = [v for v in values if not v.get("specialties") or int(specialty or 0) in v["specialties"]]
    return round(float((mine or values)[0]["amount"]) * 100) if values else 2500


def alike(row: dict[str, str], other: dict[str, str]) -> bool:
    """Whether one may repeat the other, or bill it again: which of them does is told by their order."""
    return all(row.get(key) == other.get(key) for key in ("practitioner", "date", "amount"))


@st.composite
def practices(
    draw: st.DrawFn,
    book: Book,
    *,
    focus: str | None = None,
    max_rows: int = 40,
    ties: bool = True,
    cancellations: bool = True,
    quantities: bool = True,
    nirs: bool = False,
    every_column: tuple[str, ...] = (),
) -> Practice:
    """One practice, with many codes of the rule `focus`.

    `ties=False`: no two rows at the same date and time, nor `alike`; `nirs`: some patients are known by a NIR, which
    tells more than another identifier; `every_column`: never absent.
    """

    def dice(sides: int) -> int:
        return draw(st.integers(0, sides - 1))

    def one_of(values: list[Any]) -> Any:
        return values[dice(len(values))]

    absent = draw(st.sets(st.sampled_from(COLUMNS[2:]), max_size=3))
    if dice(12) == 11:
        absent = set(COLUMNS[2:]) - draw(st.sets(st.sampled_from(COLUMNS[2:]), max_size=8))
    columns = [key for key in COLUMNS if key not in absent or key in every_column]
    if not ties and "time" not in columns:
        columns.append("time")

    named = codes_named(list(book.rules.values()))
    looked_at = book.rules[focus or draw(st.sampled_from(sorted(book.rules)))]
    derogations_matter = looked_at["kind"] == "derogation"
    if derogations_matter:  # it names no code: what it is about is the share that a derogation allows
        looked_at = book.rules[one_of(looked_at["version"])["share_rule"]]
    wanted = codes_named([looked_at])
    pool = [one_of(wanted or named) for _ in range(2 + dice(3))] + [one_of(named) for _ in range(dice(3))]
    own = one_of(looked_at["version"]).get("remote_codes" if looked_at["kind"] == "share" else "codes")
    if own:  # the acts that it judges, among all those it names
        pool += [one_of(own) for _ in range(1 + dice(3))]
    by_nature = codes_of_natures(book, [looked_at])
    if by_nature:
        pool += [one_of(by_nature) for _ in range(1 + dice(2))]
    if looked_at["kind"] == "pair":
        version = one_of(looked_at["version"])
        both = [one_of(chosen(book, version[side])) for side in ("excluded", "beside")]
        pool = [*both, *both, *pool[: dice(4)]]
    if looked_at["kind"] in ("pair", "host") and dice(2):
        pool += [one_of(codes_of_natures(book, list(book.rules.values())) + CCAM_CODES)]
    if dice(3) == 2:
        pool.append(one_of(sorted(book.acts)))
    if dice(6) == 5:
        pool.append(one_of([*NEVER_SEEN, *CCAM_CODES, "AMK", *sorted(book.aliases), *grouping(book)]))
    anchors = [one_of(starts_of(looked_at) + DAYS + DUTY_DAYS) for _ in range(1 + dice(4))]
    of_sector_2 = looked_at["kind"] == "base"  # it looks at nobody else
    if of_sector_2:
        anchors = [one_of(starts_of(looked_at)), *anchors]
    doctors = [
        {
            "practitioner": f"1000{n}",
            "specialty": one_of([*SPECIALTIES, ""]),
            "sector": one_of(["2", "2", ""] if of_sector_2 else ["1", "2", "2", "1DP", "3", ""]),
            "optam": one_of(["non", "non", ""] if of_sector_2 else ["oui", "non", "non", ""]),
        }
        for n in range(one_of([1, 1, 2, 3]))
    ]
    patients = [
        {
            "patient": one_of(NIRS) if nirs and dice(4) == 3 else f"P{n}",
            "birth_date": one_of([*BIRTHS, ""]),
            "ald": one_of(["oui", "non", ""]),
        }
        for n in range(one_of([1, 1, 2, 2, 3, 4, 6]))
    ]
    reasons = [one_of(values_of([looked_at], ("reasons",)) or REASONS), one_of(REASONS)][: 1 + dice(2)]
    regular = dice(4) == 3 or ("not_counting" in looked_at and dice(5) > 0)
    apart = 2 if looked_at["kind"] in ("pair", "host", "opposable") else 5  # one row in so many joins a visit
    rows: list[dict[str, str]] = []
    for n in range(1 + dice(max_rows)):
        row = one_row(draw, book, pool, anchors, doctors, patients, reasons, rows, apart, cancellations, quantities)
        if regular:
            row.update(in_order(row))
        if not ties:
            row["time"] = f"{n // 60:02d}:{n % 60:02d}"
        row = {key: row.get(key, "") for key in columns}
        if ties or not any(alike(row, other) for other in rows):
            rows.append(row)
    derogations = tuple(
        Derogation(
            practitioner=f"1000{n}",
            year=2022 + dice(3),
            ceiling_bp=one_of([1000, 2000, 3000, 4000, 5000, 10_000]),
            conditions=one_of([(), ("patientèle du territoire",)]),
            tacit_renewal=dice(3) > 0,
            changed_on=one_of([None, None, date(2022, 12, 31), date(2023, 6, 1), date(2024, 1, 1)]),
        )
        for n in range(3)
        if dice(5) == 4 or derogations_matter
    )
    years = one_of([(), (2022,), tuple(range(2022, 2027))])
    return Practice(tuple(columns), tuple(rows), one_of(AS_OF), derogations, one_of(ZONES), years)


def in_order(row: dict[str, str]) -> dict[str, str]:
    """What makes most conditions hold, so that counts which leave refused acts out have something to count."""
    code, day = row.get("code", ""), row.get("date", "")
    return {
        "time": row.get("time", "") and "09:00",
        "code": "G+SNP" if "SNP" in code else code,
        "specialty": "01",
        "treating_doctor": "non" if "SNP" in code else "oui",
        "pathway": "T",
        "place": "domicile",
        "regulated_by": "sas",
        "regulated_at": day and f"{day} 08:30",
        "requested_by": "mt",
        "channel": "video",
        "territory": "oui",
    }


def chosen(book: Book, selection: dict[str, Any]) -> list[str]:
    """The codes of a selection."""
    codes = [*selection.get("codes", []), *codes_of_natures(book, [selection])]
    return [code for code in codes if code not in selection.get("but", [])]


def starts_of(rule: dict[str, Any]) -> list[date]:
    """The days on which versions start and end, twice, and a week after."""
    ends = [day for version in rule["version"] for day in (version["from"], version["until"]) if day != "open"]
    ends = [day for day in ends if day.year >= 2020]
    return 2 * ends + [day + timedelta(7) for day in ends]


def grouping(book: Book) -> list[str]:
    return [code for code in book.acts if book.grouping(code)]


def one_row(
    draw: st.DrawFn,
    book: Book,
    pool: list[str],
    anchors: list[date],
    doctors: list[dict[str, str]],
    patients: list[dict[str, str]],
    reasons: list[str],
    before: list[dict[str, str]],
    apart: int,
    cancellations: bool,
    quantities: bool,
) -> dict[str, str]:
    def dice(sides: int) -> int:
        return draw(st.integers(0, sides - 1))

    def one_of(values: list[Any]) -> Any:
        return values[dice(len(values))]

    if before and dice(8) == 7:
        return repeated(dict(one_of(before)), dice(5), cancellations)
    doctor, patient = one_of(doctors), one_of(patients)
    day = one_of(anchors)
    move = dice(24)
    visit: dict[str, str] = {}
    if before and dice(apart) == 0:
        other = one_of(before)
        shared = ("practitioner", "specialty", "sector", "optam", "patient", "birth_date", "date", "ald")
        visit = {key: other[key] for key in shared if other.get(key)}
        day = a_date(visit.get("date", "")) or day
        visit["invoice"] = one_of([other.get("invoice", ""), other.get("invoice", ""), "", "F1", "F4"])
    elif move >= 14:
        day = [
            day - timedelta(1), day + timedelta(1), day + timedelta(6), day - timedelta(7),
            months_later(day, -12), months_later(day, -12) + timedelta(1), months_later(day, 12),
            months_later(day, -4), months_later(day, 4), months_later(day, 3),
        ][move - 14]  # fmt: skip
    code = one_of(pool)
    cell = code
    units = 1
    quantity = one_of(["", "", "1", "1", "1", "2", "3", "9"]) if quantities else "1"
    form = dice(17)
    priced = book.acts.get(book.aliases.get(code, code), {}).get("priced_by_coefficient")
    if form == 15:
        cell = f"{code}+{one_of(pool)}"
    elif form == 14:
        cell = f"{code} {one_of(pool)}"
    elif form == 13 and (quantities or priced):
        cell = f"2 {code}"
        units = 2
    elif form == 12 and quantities and not priced:
        cell = f"{code}x3"
        units = 3
    elif form == 16 and book.acts.get(code, {}).get("natures_of_act"):
        cell = str(book.acts[code]["natures_of_act"][0])
    units *= int(quantity or 1)
    amount = tariff_cents(book, code, day, doctor["specialty"]) * units
    overcharge = one_of([0, 0, 0, 0, 500, 1999])
    amount += overcharge
    amount += one_of([0, 0, 0, 0, 0, 0, 1, -1, 1000, 500, -500])
    row = {
        **doctor,
        **patient,
        "date": french(day),
        "code": cell,
        "time": one_of(TIMES),
        "quantity": quantity,
        "coefficient": one_of(["", "", "", "1", "2"]) if priced else "",
        "amount": euros(max(amount, 0)),
        "overcharge": euros(overcharge) if overcharge or dice(3) else "",
        "rate": one_of(["70", "100", "60", "55 %", ""]),
        "invoice": one_of(["", "F1", "F2", "F3"]),
        "treating_doctor": one_of(["oui", "oui", *YES_NO, ""]),
        "pathway": one_of([*"TOPSFDANRUWGCHV", "9", ""]),
        "exemption": one_of(["", "", "0", "41", "46", "47", "51", "55", "63"]),
        "place": one_of(["cabinet", "domicile", "ehpad", "esms", "mmg", "ailleurs", ""]),
        "reason": one_of([*reasons * 4, one_of(REASONS), "autre", ""]),
        "original_code": one_of(["", "", *pool]) if book.grouping(code) else "",
        "regulated_by": one_of(["sas", "sas", "15", "116117", "association", "non", ""]),
        "regulated_at": moment(day, one_of([-1, 0, 0, 1, 1, 2, 2, 2, 3]), one_of(TIMES), dice(12)),
        "requested_by": one_of(["mt", "mt", "sas", "autre", ""]),
        "requested_at": moment(day, one_of([-1, 0, 1, 2, 2, 3, 3, 4, 5, 6]), one_of(TIMES), dice(12)),
        "channel": one_of(["video", "telephone", "presentiel", ""]),
        "territory": one_of(["oui", "non", ""]),
        "discharge_date": discharge(day, one_of([-1, 0, 4, 4, 30, 31, 45, 46, 59, 60, 61, 62]), dice(6)),
        "status": one_of(["", "", "", "", "paye", "paye", "impaye", "rejete", "annule", "autre"]),
        **visit,
    }
    if dice(24) == 23:
        row["birth_date"] = one_of([*BIRTHS, ""])
    if dice(6) == 5:
        born = months_later(day, -one_of(AGES)) - timedelta(one_of([-1, 0, 1, 8, 9, 15, 16]))
        row["birth_date"] = french(min(born, day))
    hole = dice(40)
    if hole < 8:
        row[["patient", "practitioner", "reason", "amount", "overcharge", "specialty", "date", "code"][hole]] = ""
    if cancellations and dice(20) == 19:
        row["quantity"] = one_of(["-1", "-2"])
        if row["amount"] and dice(2):
            row["amount"] = "-" + row["amount"]
    return row


def discharge(day: date, days_before: int, hole: int) -> str:
    """The day on which a stay ended, at times unknown."""
    return french(day - timedelta(days_before)) if hole else ""


def moment(day: date, days_before: int, hour: str, hole: int) -> str:
    """A day with its hour, at times without, at times unreadable or empty."""
    if hole < 2:
        return ["", "lundi"][hole]
    return f"{french(day - timedelta(days_before))} {hour}".strip()


def repeated(row: dict[str, str], how: int, cancellations: bool) -> dict[str, str]:
    """The same row again, its cancellation, or its opposite."""
    if not cancellations or how < 2:
        return row
    if how == 2:
        return {**row, "quantity": "-1"}
    if row.get("amount", "").startswith("-") or not row.get("amount"):
        return row
    return {**row, "quantity": "1" if how == 3 else "-2", "amount": "-" + row["amount"]}
