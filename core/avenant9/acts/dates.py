"""Days, times and moments as people and programs write them."""

from __future__ import annotations

import re
from datetime import time, timedelta

import polars as pl
from msgspec import Struct

from avenant9.acts.sheet import Absent, Reading, as_unknown, first_at
from avenant9.acts.values import by_text, distinct
from avenant9.acts.written import DAY_FIRST, FIGURES, FIRST_DAY, parse_day, parse_time, written_day
from avenant9.wording import counted, plural

#: The columns of dates, those of vacations and protocols too.
DATES = ("date", "birth_date", "payment_date", "discharge_date", "regulated_at", "requested_at")
#: What a year of two digits is counted from: that of care, and the one before, in which somebody may be born.
CENTURIES = (2000, 1900)
#: The greatest age at which a year of two digits is taken for that of a birth.
_OLDEST = 110

#: One counted from 1904, with its fraction of a day; from it to a serial of the 1900 system.
_SERIAL_1904, _FROM_1904 = re.compile(r"^\d{5}(?=$|[.,]\d+$)"), 1462
#: The other order of figures, and the greatest number of a month.
_MONTH_FIRST, _MONTHS = "MJA", 12
#: A date without it has a year of two digits, or is none.
_WHOLE_YEAR = r"\d{4}"
#: A day; beside it a time, readable (`10h30`, a fraction of a day) or not (`25:61`); beside that its zone.
_MOMENT = (
    r"^(.+?)(?:(?:T|:|,?\s+)(?:[àÀ]\s*)?(\d{1,2}(?::|\s?[hH]\s?)[\d:.,]*|0\.\d+)\s*"
    r"((?i:Z|UTC|GMT|[AP]M|[+-]\d\d(?::?\d\d)?))?)?$"
)
#: The moments that nearly all files hold, which are split ten times faster.
_USUAL = r"^[\d/.-]+(?: \d\d:\d\d(?::\d\d)?)?$"
_UNIVERSAL, _TWELVE_HOURS = r"^(?i)(?:Z|UTC|GMT|[+-]00(?::?00)?)$", r"^(?i)[AP]M$"
#: Midnight of Paris in winter and in summer, as universal time.
_MIDNIGHTS = pl.Series([time(23), time(22)])
_DAY_ZERO = re.compile("^(1899-12-3[01]|1904-01-01) ")


def order_of(form: str) -> str | None:
    """The order of a form of dates (`MM/JJ/AAAA` is `MJA`); None where this is no such form."""
    order = "".join(dict.fromkeys(letter for letter in form.upper() if letter.isalpha()))
    return order if sorted(order) == sorted(DAY_FIRST) else None


class Moments(Struct, frozen=True):
    """What each cell of a column says.

    Attributes:
        day: Date.
        clock: Time; null where there is none, or midnight, which is what spreadsheets make of a day alone.
        lost: beside the day stands a time that cannot be read.
        universal: the cell is in universal time, and `day` and `clock` are those of Paris.
    """

    day: pl.Series
    clock: pl.Series
    lost: pl.Series
    universal: pl.Series


def read_dates(reading: Reading, columns: dict[str, pl.Series], absent: Absent, order: str = DAY_FIRST) -> None:
    """Types the columns of days, times and moments but that of births, whose century hangs on the act."""
    _read_care(reading, columns, absent, order)
    for key in ("payment_date", "discharge_date"):
        read = _moments(reading, key, order)
        columns[key] = absent(key) if read is None else reading.read(key, "date", read.day)
    if reading.cells("discharge_date") is not None:
        _forget_later_than_care(reading, columns, "discharge_date", "de sortie d'hospitalisation")
    for key in ("regulated_at", "requested_at"):
        cells, day_only = _moments(reading, key, order), key.replace("_at", "_day_only")
        if cells is None:
            columns[key], columns[day_only] = absent(key), absent(day_only)
        else:
            columns[key] = reading.read(key, "date", _combined(cells))
            columns[day_only] = (columns[key].is_not_null() & cells.clock.is_null()).alias(day_only)


def _read_care(reading: Reading, columns: dict[str, pl.Series], absent: Absent, order: str) -> None:
    """The day of care; its time is that of the column of times, else what stands beside the day."""
    care = _moments(reading, "date", order)
    if care is None:  # a claim may not tell it
        columns["date"], columns["time"] = absent("date"), absent("time")
        return
    columns["date"] = care.day
    if order == DAY_FIRST:
        _name_dates_as_text(reading, reading.required("date"))
        _name_month_first(reading, reading.required("date"), care.day)
    own = reading.cells("time")
    _name_lost_times(reading, care.lost if own is None else care.lost & own.is_null())
    if own is None:
        columns["time"] = care.clock
    else:
        columns["time"] = reading.read("time", "heure", times(own)).zip_with(own.is_not_null(), care.clock)


def _moments(reading: Reading, key: str, order: str) -> Moments | None:
    """The moments of a key's column, None where the sheet has none; what is in universal time is said."""
    cells = reading.cells(key)
    if cells is None:
        return None
    read = moments(cells, order)
    if read.universal.any():
        days_only = read.clock.filter(read.universal).is_null().all()
        where = "comme le jour qui commence alors à Paris" if days_only else "au jour et à l'heure de Paris"
        reading.tell(
            key,
            read.universal,
            lambda number, first: (
                f"{counted(number, 'cellule')} en temps universel ({first_at(number, first)}), "
                f"{plural(number, 'lue')} {where}"
            ),
        )
    return read


def _name_lost_times(reading: Reading, lost: pl.Series) -> None:
    if lost.any():
        reading.tell(
            "date",
            lost,
            lambda number, first: (
                f"{counted(number, 'cellule')} sans heure lisible ({first_at(number, first)}), "
                f"{plural(number, 'lue')} comme un jour sans heure"
            ),
        )


def _name_dates_as_text(reading: Reading, cells: pl.Series) -> None:
    """Dates typed as text beside real ones: a spreadsheet may have taken the others month first."""
    if reading.raw.sheet is None:
        return
    texts, places = by_text(cells)
    typed = texts.str.contains(rf"^{FIGURES.pattern}\b")
    if typed.any() and texts.str.contains(r"^\d{4}-\d\d-\d\d \d\d:").any():
        reading.tell(
            "date",
            typed.gather(places),
            lambda number, first: (
                f"{counted(number, 'date')} en texte parmi de vraies dates ({first_at(number, first)}), "
                f"{plural(number, 'lue')} jour d'abord ; "
                "vérifiez que le tableur n'a pas inversé jour et mois des autres"
            ),
        )


def _name_month_first(reading: Reading, cells: pl.Series, read: pl.Series) -> None:
    """Days that could be read month first, in a column where others may be of that order and none is day first."""
    lost = cells.is_not_null() & read.is_null()
    if not lost.any():
        return
    other_order = lost & days(cells.set(~lost, None), _MONTH_FIRST).is_not_null()
    texts = by_text(cells.filter(read.is_not_null()))[0]
    written = texts.str.extract(rf"^{FIGURES.pattern}\b").cast(pl.Int8)
    if other_order.any() and written.count() and (written <= _MONTHS).all():
        reading.tell(
            "date",
            other_order,
            lambda number, first: (
                f"{counted(number, 'date')} ne {plural(number, 'se lit', 'se lisent')} que mois d'abord "
                f"({first_at(number, first)}) et aucune que jour d'abord : les autres, lues jour d'abord, ont sans "
                "doute le jour et le mois inversés ; si le fichier met le mois d'abord, écrivez "
                'dates = "MM/JJ/AAAA" sous [fichier], dans un fichier --map'
            ),
        )


def read_births(
    reading: Reading, columns: dict[str, pl.Series], absent: Absent, child: pl.Series, order: str = DAY_FIRST
) -> None:
    """Types the birth dates, from the days of care and whether each act is one for a `child` (Boolean)."""
    cells = _moments(reading, "birth_date", order)
    if cells is None:
        columns["birth_date"] = absent("birth_date")
        return
    columns["birth_date"] = reading.read("birth_date", "date", cells.day)
    if not by_text(reading.required("birth_date"))[0].str.contains(_WHOLE_YEAR).all():
        columns["birth_date"] = _of_their_century(reading, columns, child, order)
    _forget_later_than_care(reading, columns, "birth_date", "de naissance")


def _of_their_century(reading: Reading, columns: dict[str, pl.Series], child: pl.Series, order: str) -> pl.Series:
    """The birth dates of a column that has years of two digits; those of either century are unknown, and said."""
    recent, care = columns["birth_date"], columns["date"]
    born = births(recent, days(reading.required("birth_date"), order, CENTURIES[1]), care, child)
    either = recent.is_not_null() & born.is_null() & care.is_not_null()
    if either.any():
        reading.tell(
            "birth_date",
            either,
            lambda number, first: (
                f"{counted(number, 'année')} de naissance à deux chiffres, d'un siècle ou de l'autre "
                f"({first_at(number, first)}), {as_unknown(number)} ; écrivez l'année en quatre chiffres"
            ),
        )
    return born


def births(recent: pl.Series, old: pl.Series, care: pl.Series, child: pl.Series) -> pl.Series:
    """Birth dates (Date) whose year of two digits is of this century in `recent`, of the last one in `old`.

    It is of the century that gives an age of 0 to 110 on the day of care; where both do, `child` (Boolean) decides,
    and without it the date is null. A year of four digits is the same in both.
    """
    young, aged = _alive(recent, care), _alive(old, care)
    one_reading = recent.eq_missing(old)
    taken = one_reading | (young & (child | ~aged))
    return recent.zip_with(taken, old.set(young == aged, None))


def _alive(born: pl.Series, care: pl.Series) -> pl.Series:
    """Whether somebody born on that day may be cared for on this one."""
    beyond = born.dt.offset_by(f"{_OLDEST + 1}y")
    return ((born <= care) & (care < beyond)).fill_null(False)


def _forget_later_than_care(reading: Reading, columns: dict[str, pl.Series], key: str, named: str) -> None:
    """Nobody is cared for before being born, or out of hospital before leaving it: such a day is unknown."""
    impossible = (columns[key] > columns["date"]).fill_null(False)
    if impossible.any():
        rows = reading.rows["row"].filter(impossible)
        where = reading.cell(key, rows[0])
        reading.say(
            f"{counted(len(rows), 'date')} {named} après la date de soins "
            f"({first_at(len(rows), where)}), {as_unknown(len(rows))}."
        )
        columns[key] = columns[key].set(impossible, None)


def times(column: pl.Series) -> pl.Series:
    """Times of a column; a workbook gives them as a moment of its day zero."""

    def parse(text: str) -> time | None:
        return parse_time(_DAY_ZERO.sub("", text))

    return distinct(column, parse, pl.Time())


def days(column: pl.Series, order: str = DAY_FIRST, century: int = CENTURIES[0]) -> pl.Series:
    """Dates of a column, whatever time they carry."""
    return moments(column, order, century).day


def moments(column: pl.Series, order: str = DAY_FIRST, century: int = CENTURIES[0]) -> Moments:
    """What the cells of a column say of days and times; a year of two digits is counted from `century`.

    A day followed by anything but a time (`02/05/2022 au 05/05/2022`, `02/05/2022 annulé`) is none.
    """
    texts, places = by_text(column)
    said = _split(texts)
    of_day = ~pl.col("zone").str.contains(_TWELVE_HOURS).fill_null(False)
    clock = said.select(pl.when(of_day).then("clock").alias("time")).to_series()
    read = said.with_columns(
        distinct(said["day"], lambda text: parse_day(text, order, century), pl.Date()),
        distinct(clock, parse_time, pl.Time()),
    )
    dated, timed = pl.col("day").is_not_null(), pl.col("time").is_not_null()
    read = read.select(
        "day",
        "time",
        lost=dated & pl.col("clock").is_not_null() & ~timed,
        universal=dated & timed & pl.col("zone").str.contains(_UNIVERSAL).fill_null(False),
    )
    if read["universal"].any():
        read = read.with_columns(_of_paris(read["day"], read["time"], read["universal"]))
    day, clock, lost, universal = read.select(
        pl.col("day").gather(places),
        pl.when(pl.col("time") != time(0)).then("time").gather(places),
        pl.col("lost", "universal").gather(places).fill_null(False),
    )
    return Moments(day.alias(column.name), clock, lost, universal)


def _split(texts: pl.Series) -> pl.DataFrame:
    """The `day`, the `clock` and its `zone` of texts that may hold all of them (`2022-05-02T10:30:00Z`), as texts."""
    if texts.str.contains(_USUAL).all():
        parts = texts.str.splitn(" ", 2).struct.unnest().with_columns(pl.lit(None, pl.String))
    else:
        parts = texts.str.extract_groups(_MOMENT).struct.unnest()
    parts.columns = ["day", "clock", "zone"]
    serial = texts.str.contains(r"^\d{5}[.,]\d+$").fill_null(False)
    if serial.any():
        whole, fraction = texts.str.replace(",", ".").str.splitn(".", 2).struct.unnest().get_columns()
        day, clock = parts["day"].zip_with(~serial, whole), parts["clock"].zip_with(~serial, "0." + fraction)
        parts = parts.with_columns(day, clock)
    return parts


def _of_paris(day: pl.Series, clock: pl.Series, universal: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The days and times with those that are `universal` as in Paris.

    Where all of them are at midnight of Paris they are days, in whatever season that midnight was.
    """
    if clock.filter(universal).is_in(_MIDNIGHTS.implode()).all():
        return day.zip_with(~universal, day + timedelta(days=1)), clock.set(universal, time(0))
    there = pl.DataFrame({"d": day, "t": clock}).select(
        pl.col("d").dt.combine(pl.col("t")).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Paris")
    )
    local = there.to_series()
    return day.zip_with(~universal, local.dt.date()), clock.zip_with(~universal, local.dt.time())


def _combined(cells: Moments) -> pl.Series:
    """Days with their times, midnight where there is none; null where there is one that cannot be read."""
    frame = pl.DataFrame({"d": cells.day, "t": cells.clock.fill_null(time(0))})
    moment = frame.select(pl.col("d").dt.combine(pl.col("t"), time_unit="us")).to_series()
    return moment.set(cells.lost, None)


def from_1904(column: pl.Series) -> pl.Series:
    """Dates of a workbook that counts days from 1904, their serial numbers made those of the usual system."""
    return distinct(
        column, lambda text: _SERIAL_1904.sub(lambda serial: str(int(serial[0]) + _FROM_1904), text), pl.String()
    )


def out_of_calendar(text: str) -> bool:
    """Whether a cell holds a date that no spreadsheet has: before March 1900, or after 9999."""
    text = _split(pl.Series([text]))["day"][0]
    day = written_day(text, DAY_FIRST, None)
    beyond = re.fullmatch(r"(-\d{4,}|\+?\d{5,})-\d\d-\d\d", text)
    return beyond is not None or (day is not None and day < FIRST_DAY)
