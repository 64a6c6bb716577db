"""One sheet of text as typed acts: every row becomes acts, a rejected row, or a skipped one, and is counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from avenant9.acts import values
from avenant9.acts.codes import CCAM, Coded, parse_codes
from avenant9.acts.recognise import Recognised
from avenant9.model import ACTS, LISTED, CellRef, Input, Nomenclature, Rejected
from avenant9.reading.addresses import letters
from avenant9.reading.raw_sheet import RawSheet
from avenant9.wording import counted, plural

_Absent = Callable[[str], pl.Series]
_Parser = Callable[[str], Any]

#: Skipped with the blank rows, where they are no acts: totals, and the count of receipts under them.
_TOTALS = r"(?i)^(sous[- ]?)?tota(l|ux)\b|^\d+ r[eèé]glements?$"
_UNCOMPUTED = "formule non calculée"
#: The columns of dates, those of vacations and protocols too.
_DATES = ("date", "birth_date", "payment_date", "regulated_at", "requested_at")
#: A number in groups, of which the spaces say nothing: also the NIR of somebody born in Corsica.
_GROUPED = re.compile(r"\d+|\d{5}2[AB]\d{6}(?:\d\d)?", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """One sheet, typed.

    Attributes:
        table: the columns of ACTS but `act`, `input` and what needs the other sheets.
        account: what became of its rows.
        rejected: the rows that could not be read.
        notices: what was understood (French).
        named, unnamed: whether some acts name their practitioner, and whether some stand under `?`.
    """

    table: pl.DataFrame
    account: Input
    rejected: tuple[Rejected, ...]
    notices: tuple[str, ...]
    named: bool
    unnamed: bool


@dataclass
class _Reading:
    """The state of one sheet while its columns are read: only `notices` grow."""

    raw: RawSheet
    found: Recognised
    rows: pl.DataFrame
    ragged: dict[int, str]  # reason by row
    notices: list[str] = field(default_factory=list)

    def cells(self, key: str) -> pl.Series | None:
        """The cells of a key's column as `values.clean` gives them, None where the sheet has no such column."""
        column = self.found.columns.get(key)
        return None if column is None else self.rows[f"c{column}"].alias(key)

    def text(self, key: str) -> pl.Series | None:
        """The same cells as String."""
        cells = self.cells(key)
        return None if cells is None else cells.cast(pl.String)

    def required(self, key: str) -> pl.Series:
        """The cleaned cells of a column that the sheet is known to have."""
        return self.rows[f"c{self.found.columns[key]}"].alias(key)

    def cell(self, key: str, row: int) -> str:
        return f"{letters(self.found.columns[key])}{row}"

    def read(self, key: str, what: str, values_read: pl.Series) -> pl.Series:
        """Names the cells that hold something else than `what`: they are unknown."""
        cells = self.cells(key)
        if cells is not None and (bad := cells.is_not_null() & values_read.is_null()).any():
            moments = int(cells.filter(bad).cast(pl.String).str.contains(r"^\d{4}-\d\d-\d\d ").sum())
            dates = f" dont {counted(moments, 'date')}" if what != "date" and moments else ""
            self.tell(
                key,
                bad,
                lambda number, first: (
                    f"{counted(number, 'cellule')} sans {what} lisible{dates} ({_first(number, first)}), "
                    f"{_unknown(number)}"
                ),
            )
        return values_read

    def tell(self, key: str, which: pl.Series, words: Callable[[int, str], str]) -> None:
        """Says of `which` cells of a key's column what `words` makes of their number and the place of the first."""
        rows = self.rows["row"].filter(which)
        said = words(len(rows), self.cell(key, rows[0]))
        self.notices.append(f"{self.place}, colonne « {self.found.headings[key]} » : {said}.")

    @property
    def place(self) -> str:
        return self.raw.file if self.raw.sheet is None else f"{self.raw.file}, feuille {self.raw.sheet}"


def _first(number: int, place: str, the_first: str = "la première") -> str:
    """Where the only one stands, or the first of several."""
    return plural(number, f"en {place}", f"{the_first} en {place}")


def _unknown(number: int) -> str:
    """How so many cells were read."""
    return plural(number, "lue comme inconnue", "lues comme inconnues")


def normalise(
    raw: RawSheet, found: Recognised, nomenclature: Nomenclature, practitioners: dict[str, str], sector_cnam: bool
) -> Sheet:
    """Types every column that was recognised in `raw`.

    `practitioners` renames practitioners (several AM numbers, one doctor); `sector_cnam` says that the sector
    column holds convention codes.
    """
    body, skipped, ragged = data_rows(raw, found)
    reading = _Reading(raw, found, body, ragged)
    _name_errors(reading)
    _name_merges(reading)
    height = len(body)

    def absent(key: str) -> pl.Series:
        return pl.Series(key, [None], dtype=ACTS[key]).new_from_index(0, height)

    columns: dict[str, pl.Series] = {"row": body["row"]}
    _read_dates(reading, columns, absent)
    _at_once(
        reading,
        lambda part: _read_plain(part, columns, absent),
        lambda part: _read_people(part, columns, practitioners),
    )
    _read_lists(reading, columns, absent, nomenclature, sector_cnam)

    code_text = reading.required("code")
    codes, places = values.by_text(code_text)
    cells = {cell: parse_codes(cell, nomenclature) for cell in codes}
    columns["code"] = pl.Series([cell if cells[cell] else None for cell in codes], dtype=pl.String).gather(places)
    typed = pl.DataFrame([series.alias(key) for key, series in columns.items()])
    rejected = _rejected(reading, typed)
    bad_rows = pl.Series([r.where.row for r in rejected], dtype=pl.UInt32)
    good = typed.filter(~pl.col("row").is_in(bad_rows.implode())) if rejected else typed
    table = _expand(good, cells, nomenclature)
    account = Input(
        file=raw.file,
        sheet=raw.sheet,
        rows=height,
        acts=len(table),
        rejected=len(rejected),
        skipped=skipped,
        columns=dict(found.headings),
        encoding=raw.encoding,
        separator=raw.separator,
        places=dict(found.columns),
    )
    unnamed = table["practitioner"] == "?"
    return Sheet(
        table=table,
        account=account,
        rejected=rejected,
        notices=(*found.notices, *reading.notices),
        named=bool((~unnamed).any()),
        unnamed=bool(unnamed.any()),
    )


def _at_once(reading: _Reading, *steps: Callable[[_Reading], None]) -> None:
    """Takes steps that read other columns side by side (polars works outside the interpreter's lock); what they have
    to say is kept in their order."""
    parts = [replace(reading, notices=[]) for _ in steps]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda step, part: step(part), steps, parts))
    for part in parts:
        reading.notices.extend(part.notices)


def data_rows(raw: RawSheet, found: Recognised) -> tuple[pl.DataFrame, int, dict[int, str]]:
    """The rows below the header, cleaned; blank rows, repeated headers and totals left out and counted.

    Also the rows of a text file that hold more cells than there are headings: all of their cells may be shifted.
    """
    used = sorted(set(found.columns.values()))
    names = [name for name in raw.table.columns if name != "row"]
    below = raw.table
    if found.header_rows:
        below = below[below["row"].search_sorted(found.header_rows[0], side="right") :]
    cleaned = below.with_columns(values.clean(below.select(names)))
    filled = pl.any_horizontal(pl.col(names).is_not_null())
    total = pl.col("row").is_in(pl.Series(_totals(cleaned, found, names), dtype=pl.UInt32).implode())
    repeated = pl.col("row").is_in(pl.Series(found.header_rows, dtype=pl.UInt32).implode()) | _heading_again(
        raw, found, names
    )
    if len(raw.errors):  # a row whose only content is an error cell is not a blank row
        filled = filled | pl.col("row").is_in(raw.errors["row"].implode())
    chosen = cleaned.select(filled & ~total & ~repeated).to_series()
    kept = cleaned if chosen.all() else cleaned.filter(chosen)
    last = below["row"][-1] if len(below) else 0
    first_row = found.header_rows[0] if found.header_rows else 0
    span = max(last - first_row, 0) if raw.encoding is None and raw.header is None else len(below)
    ragged = _ragged(raw, found, kept, names)
    if raw.date1904:
        dates = {f"c{column}" for key, column in found.columns.items() if key in _DATES}
        kept = kept.with_columns(values.from_1904(kept[name]) for name in dates)
    return kept.select("row", *(f"c{column}" for column in used)), span - len(kept), ragged


def _totals(cleaned: pl.DataFrame, found: Recognised, names: list[str]) -> list[int]:
    """The rows that start with such a word and are no acts: no date, or no code. « Total » may be somebody's name."""
    left, rows = cleaned, list[int]()  # the rows of which nothing was seen yet
    for name in names:
        if left.is_empty():
            break
        texts, places = values.by_text(left[name])
        word = texts.str.contains(_TOTALS)
        if word.any():
            about = left.filter(word.gather(places).fill_null(False)).with_columns(pl.col(names).cast(pl.String))
            needed = [pl.col(f"c{found.columns[key]}") for key in ("date", "code") if key in found.columns]
            # the word itself may stand in that cell
            rows += about.filter(pl.any_horizontal(cell.is_null() | (cell == pl.col(name)) for cell in needed))[
                "row"
            ].to_list()
        left = left.filter(pl.col(name).is_null()) if left[name].null_count() else left.clear()
    return rows


def _ragged(raw: RawSheet, found: Recognised, kept: pl.DataFrame, names: list[str]) -> dict[int, str]:
    if raw.fields is None or not found.header_rows:
        return {}
    width = int(raw.fields.filter(raw.table["row"] == found.header_rows[0])[0])
    beyond = names[width:]
    if not beyond:
        return {}
    rows = kept.filter(pl.any_horizontal(pl.col(beyond).is_not_null()))["row"]
    counts = raw.fields.filter(raw.table["row"].is_in(rows.implode()))
    return {
        row: f"plus de cellules que de titres ({cells} pour {width})" for row, cells in zip(rows, counts, strict=True)
    }


def _cells(row: pl.DataFrame, names: list[str]) -> list[str | None]:
    """The cleaned cells of one row."""
    return list(values.clean(row.select(names)).row(0))


def _heading_again(raw: RawSheet, found: Recognised, names: list[str]) -> pl.Expr:
    """A row whose every filled cell holds the heading of its own column, even where some are left out."""
    if not found.header_rows:
        return pl.lit(False)
    header = _cells(raw.table.filter(pl.col("row") == found.header_rows[0]), names)
    headings = dict(zip(names, header, strict=True))
    again = [pl.col(name).is_null() | pl.col(name).eq_missing(pl.lit(headings[name])) for name in names]
    return pl.all_horizontal(again)


def _name_errors(reading: _Reading) -> None:
    """Error cells and formulas never computed read as blanks: say where they stand, once per column."""
    errors = reading.raw.errors
    if errors.is_empty():
        return
    for key, column in reading.found.columns.items():
        if key in ("date", "code"):
            continue  # those reject their row
        here = errors.filter((pl.col("column") == column) & pl.col("row").is_in(reading.rows["row"].implode()))
        for text, cells in here.group_by("text", maintain_order=True):
            where = reading.cell(key, cells["row"][0])
            remedy = " ; ouvrez puis enregistrez le fichier dans Excel" if text[0] == _UNCOMPUTED else ""
            reading.notices.append(
                f"{reading.place}, colonne « {reading.found.headings[key]} » : {counted(len(cells), 'cellule')} "
                f"« {text[0]} » ({_first(len(cells), where)}), {_unknown(len(cells))}{remedy}."
            )


def _name_merges(reading: _Reading) -> None:
    """Merged cells hold one value for several rows, and hidden rows are read: both are said."""
    numbers, used = reading.rows["row"], reading.found.columns.values()
    if numbers.is_empty():
        return
    merges = [
        merge
        for merge in reading.raw.merges
        if merge[2] >= numbers[0]
        and merge[0] <= numbers[-1]
        and any(merge[1] <= column <= merge[3] for column in used)
    ]
    if merges:
        top, left, _, _ = min(merges)
        reading.notices.append(
            f"{reading.place} : {counted(len(merges), 'groupe')} de cellules fusionnées dans le tableau "
            f"({_first(len(merges), f'{letters(left)}{top}', 'le premier')}) : seule la première cellule "
            f"{plural(len(merges), 'a', 'de chacun a')} une valeur, les autres sont lues vides ; "
            "défusionnez-les et remplissez-les."
        )
    first, last = (pl.Series([run[place] for run in reading.raw.hidden_rows], dtype=pl.UInt32) for place in (0, 1))
    hidden = int((numbers.search_sorted(last, "right") - numbers.search_sorted(first, "left")).sum())
    if hidden:
        reading.notices.append(
            f"{reading.place} : {counted(hidden, 'ligne')} {plural(hidden, 'masquée ou filtrée')}, "
            f"{plural(hidden, 'lue')} comme les autres."
        )


def _read_dates(reading: _Reading, columns: dict[str, pl.Series], absent: _Absent) -> None:
    date_text = reading.required("date")
    columns["date"], in_date, lost = values.days_and_times(date_text)
    _name_dates_as_text(reading, date_text)
    in_date = in_date.set(_midnight(in_date), None)
    own = reading.cells("time")
    lost = lost if own is None else lost & own.is_null()
    if lost.any():
        reading.tell(
            "date",
            lost,
            lambda number, first: (
                f"{counted(number, 'cellule')} sans heure lisible ({_first(number, first)}), "
                f"{plural(number, 'lue')} comme un jour sans heure"
            ),
        )
    if own is None:
        columns["time"] = in_date
    else:
        columns["time"] = reading.read("time", "heure", values.times(own)).zip_with(own.is_not_null(), in_date)
    for key in ("birth_date", "payment_date"):
        cells = reading.cells(key)
        columns[key] = absent(key) if cells is None else reading.read(key, "date", values.days(cells))
    _forget_births_to_come(reading, columns)
    for key in ("regulated_at", "requested_at"):
        cells = reading.cells(key)
        if cells is None:
            columns[key], day_only = absent(key), None
        else:
            moment, day_only = values.moments(cells)
            columns[key] = reading.read(key, "date", moment)
        columns[key.replace("_at", "_day_only")] = absent("requested_day_only") if day_only is None else day_only


def _name_dates_as_text(reading: _Reading, cells: pl.Series) -> None:
    """Dates typed as text beside real ones: a spreadsheet may have taken the others month first."""
    if reading.raw.sheet is None:
        return
    texts, places = values.by_text(cells)
    typed = texts.str.contains(r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
    if typed.any() and texts.str.contains(r"^\d{4}-\d\d-\d\d \d\d:").any():
        reading.tell(
            "date",
            typed.gather(places),
            lambda number, first: (
                f"{counted(number, 'date')} en texte parmi de vraies dates ({_first(number, first)}), "
                f"{plural(number, 'lue')} jour d'abord ; "
                "vérifiez que le tableur n'a pas inversé jour et mois des autres"
            ),
        )


def _forget_births_to_come(reading: _Reading, columns: dict[str, pl.Series]) -> None:
    """Nobody is cared for before being born: such a birth date is unknown."""
    impossible = (columns["birth_date"] > columns["date"]).fill_null(False)
    if impossible.any():
        rows = reading.rows["row"].filter(impossible)
        where = reading.cell("birth_date", rows[0])
        reading.notices.append(
            f"{reading.place} : {counted(len(rows), 'date')} de naissance après la date de soins "
            f"({_first(len(rows), where)}), {_unknown(len(rows))}."
        )
        columns["birth_date"] = columns["birth_date"].set(impossible, None)


def _midnight(clock: pl.Series) -> pl.Series:
    """A date of a spreadsheet is a moment at midnight: that is no time of care."""
    return (clock.cast(pl.Int64) == 0).fill_null(False)


def _read_plain(reading: _Reading, columns: dict[str, pl.Series], absent: _Absent) -> None:
    parsers = {
        "amount": (values.parse_cents, "montant"),
        "overcharge": (values.parse_cents, "montant"),
        "reimbursed": (values.parse_cents, "montant"),
        "rate": (values.parse_rate, "taux"),
        "coefficient": (values.parse_thousandths, "coefficient"),
    }
    for key, (parse, what) in parsers.items():
        cells = reading.cells(key)
        columns[key] = (
            absent(key) if cells is None else reading.read(key, what, values.distinct(cells, parse, ACTS[key]))
        )
    quantity = reading.cells("quantity")
    if quantity is None:
        columns["quantity"] = pl.Series("quantity", [1], dtype=ACTS["quantity"]).new_from_index(0, len(reading.rows))
    else:
        units = values.distinct(quantity, values.parse_integer, ACTS["quantity"]).set(quantity.is_null(), 1)
        nothing = (units == 0) & columns["amount"].ne_missing(pl.Series([0]))
        columns["quantity"] = units.set(nothing.fill_null(False), None)  # no unit, and yet an amount
    invoice = reading.cells("invoice")
    columns["invoice"] = (
        absent("invoice") if invoice is None else _whole_identifiers(reading, "invoice", invoice).cast(pl.String)
    )
    original = reading.text("original_code")
    columns["original_code"] = absent("original_code") if original is None else original.str.to_uppercase()
    for key in ("optam", "treating_doctor", "ald", "territory"):
        cells = reading.cells(key)
        columns[key] = absent(key) if cells is None else reading.read(key, "oui/non", values.yes_no(cells))


def _read_people(reading: _Reading, columns: dict[str, pl.Series], practitioners: dict[str, str]) -> None:
    _read_practitioner(reading, columns, practitioners)
    _read_patient(reading, columns)


def _read_practitioner(reading: _Reading, columns: dict[str, pl.Series], practitioners: dict[str, str]) -> None:
    text = reading.cells("practitioner")
    if text is None:
        columns["practitioner"] = pl.Series("practitioner", ["?"]).new_from_index(0, len(reading.rows))
        return
    text = _whole_identifiers(reading, "practitioner", text)
    same = {practitioner_key(number): practitioner_key(doctor) for number, doctor in practitioners.items()}

    def parse(cell: str) -> str | None:
        key = practitioner_key(cell)
        doctor = same.get(key, key)
        return doctor if _names_somebody(doctor) else None

    columns["practitioner"] = _spelled(reading, "practitioner", text, parse)


def practitioner_key(text: str) -> str:
    """One spelling per practitioner: an identifier of 12 digits starting with 8 holds an RPPS; an AM number that
    a spreadsheet shortened gets its leading zero back; a name, which is shown, has one capital per word."""
    text = values.plain_marks(text).lstrip("'")  # by which a spreadsheet marks text
    digits = text.replace(" ", "")
    if not digits.isdigit():
        return text if any(c.isdigit() for c in text) else " ".join(text.casefold().title().split())
    if len(digits) == 12 and digits.startswith("8"):
        return digits[1:]
    return digits.zfill(9) if len(digits) == 8 else digits


def _read_patient(reading: _Reading, columns: dict[str, pl.Series]) -> None:
    """File number; else NIR with birth rank or birth date; else name, first name and birth date together.

    `patient` tells one patient from another, `patient_shown` is what the file says.
    """
    number, nir = reading.cells("patient"), reading.cells("nir")
    born = columns["birth_date"].dt.to_string("%Y-%m-%d")
    if number is not None:
        shown = _whole_identifiers(reading, "patient", number)
        patient = _spelled(reading, "patient", shown, one_spelling)
    elif nir is not None:
        shown = _whole_identifiers(reading, "nir", nir)
        patient = _by_nir(reading, shown, born)
    else:
        patient, shown = _by_name(reading, born)
    columns["patient"] = patient.alias("patient")
    columns["patient_shown"] = shown.cast(pl.String).alias("patient_shown")


def one_spelling(cell: str) -> str | None:
    """A name however it is typed; an identifier, which has digits, is left as it is but for what a spreadsheet adds
    and the spaces of a number. None for a mark that stands for nobody."""
    if not any(c.isdigit() for c in cell):
        return _folded_name(cell)
    if cell.isalnum():
        return cell
    cell = values.plain_marks(cell).lstrip("'")
    bare = cell.replace(" ", "")
    return bare if _GROUPED.fullmatch(bare) else cell


def _folded_name(cell: str) -> str | None:
    name = values.plain_marks(cell).replace("-", " ").replace("'", " ")
    return values.fold(name) if _names_somebody(name) else None


def _names_somebody(cell: str) -> bool:
    """Whether there is a letter or a digit: « - », « ? » or « *** » is written for anybody."""
    return any(c.isalnum() for c in cell)


def _spelled(reading: _Reading, key: str, cells: pl.Series, spelling: _Parser) -> pl.Series:
    """One spelling per person; the cells that name nobody are unknown, and said."""
    read = values.distinct(cells, spelling, pl.String())
    if read.null_count() > cells.null_count():
        reading.tell(
            key,
            read.is_null() & cells.is_not_null(),
            lambda number, first: (
                f"{counted(number, 'cellule')} sans lettre ni chiffre ({_first(number, first)}), {_unknown(number)}"
            ),
        )
    return read


def _insured(cell: str) -> str | None:
    """A NIR without its key."""
    nir = cell.lstrip("'").replace(" ", "").upper()
    nir = nir[:13] if len(nir) == 15 else nir
    return nir if _names_somebody(nir) else None


def _by_nir(reading: _Reading, nir: pl.Series, born: pl.Series) -> pl.Series:
    """NIR without its key, and who of those it covers; unknown where this file could tell and the cell does not."""
    known = _spelled(reading, "nir", nir, _insured)
    rank = reading.text("birth_rank")
    who = born if rank is None else rank.zip_with(rank.is_not_null(), born)
    if rank is None and "birth_date" not in reading.found.columns:
        reading.notices.append(
            f"{reading.place} : identité incertaine, un NIR sans rang ni date de naissance peut réunir "
            "plusieurs personnes."
        )
        return known
    lost = int((known.is_not_null() & who.is_null()).sum())
    if lost:
        reading.notices.append(
            f"{reading.place} : {counted(lost, 'ligne')} au NIR sans rang ni date de naissance, "
            "patient lu comme inconnu."
        )
    return known + pl.Series("", ["|"]).new_from_index(0, len(known)) + who


def _by_name(reading: _Reading, born: pl.Series) -> tuple[pl.Series, pl.Series]:
    last, first = reading.text("last_name"), reading.text("first_name")
    nobody = pl.Series("patient", [None], dtype=pl.String()).new_from_index(0, len(reading.rows))
    if last is None or first is None:
        return nobody, nobody
    shown = last + pl.Series("", [" "]).new_from_index(0, len(last)) + first
    reading.notices.append(f"{reading.place} : identité incertaine, patients reconnus par nom, prénom et naissance.")
    if "birth_date" not in reading.found.columns:
        reading.notices.append(
            f"{reading.place} : sans date de naissance, les homonymes ne se distinguent pas ; "
            "les règles par patient ne sont pas vérifiables."
        )
        return nobody, shown
    parts = [_spelled(reading, column.name, column, _folded_name) for column in (last, first)]
    return parts[0] + "|" + parts[1] + "|" + born, shown


def _whole_identifiers(reading: _Reading, key: str, identifiers: pl.Series) -> pl.Series:
    """`1,85E+14` is a number that a spreadsheet rounded: several patients may hide behind it. `17.0` is 17."""
    texts = identifiers if identifiers.dtype == pl.String else values.by_text(identifiers)[0]
    if not texts.str.contains("[.,eE]").any():
        return identifiers
    identifiers = identifiers.cast(pl.String)
    decimal = identifiers.str.contains(r"^\d+[.,]0$").fill_null(False)
    if decimal.any():
        reading.tell(
            key,
            decimal,
            lambda number, first: (
                f"{counted(number, 'identifiant')} {plural(number, 'écrit')} en nombre décimal "
                f"({_first(number, first, 'le premier')}), {plural(number, 'lu')} sans « ,0 »"
            ),
        )
        identifiers = identifiers.zip_with(~decimal, identifiers.str.head(-2))
    lost = identifiers.str.contains(r"(?i)^\d([.,]\d+)?e\+?\d+$").fill_null(False)
    if lost.any():
        reading.tell(
            key,
            lost,
            lambda number, first: (
                f"{counted(number, 'identifiant')} en notation scientifique ({_first(number, first, 'le premier')}), "
                f"{plural(number, 'perdu')} par le tableur et {plural(number, 'lu')} comme "
                f"{plural(number, 'inconnu')} ; mettez la colonne au format texte avant d'exporter"
            ),
        )
    return identifiers.set(lost, None)


def _read_lists(
    reading: _Reading, columns: dict[str, pl.Series], absent: _Absent, nomenclature: Nomenclature, sector_cnam: bool
) -> None:
    for key, accepted in LISTED.items():
        cells = reading.cells(key)
        if cells is None:
            columns[key] = absent(key)
            continue
        columns[key] = values.listed(cells, accepted)
        _name_unlisted(reading, key, cells, columns[key], ", ".join(accepted))
    readers = {
        "specialty": (_specialty_reader(nomenclature), "un code de spécialité de la CNAM"),
        "sector": (_sector_reader(nomenclature, sector_cnam), "1, 1DP, 2, 3"),
        "pathway": (lambda cell: nomenclature.pathways.get(cell.upper()), "une lettre du parcours de soins"),
        "exemption": (_exemption_reader(nomenclature), "un code d'exonération de la CNAM"),
    }
    for key, (parse, accepted_text) in readers.items():
        cells = reading.cells(key)
        columns[key] = absent(key) if cells is None else values.distinct(cells, parse, ACTS[key])
        if cells is not None:
            _name_unlisted(reading, key, cells, columns[key], accepted_text)
    ald_exempt = pl.Series(sorted(nomenclature.ald_exemptions), dtype=ACTS["exemption"])
    by_exemption = columns["exemption"].is_in(ald_exempt.implode()).fill_null(False)
    said_no = columns["ald"].eq_missing(pl.Series([False])) & by_exemption
    columns["ald"] = columns["ald"].set(columns["ald"].is_null() & by_exemption, True).set(said_no, None)


def _name_unlisted(reading: _Reading, key: str, text: pl.Series, read: pl.Series, accepted: str) -> None:
    unlisted = text.is_not_null() & read.is_null()
    if unlisted.any():
        seen = sorted(filter(values.harmless, text.filter(unlisted).unique().to_list()))[:3]
        quoted = f" (« {' », « '.join(seen)} »…)" if seen else ""
        reading.tell(
            key,
            unlisted,
            lambda number, first: (
                f"{counted(number, 'cellule')} hors liste{quoted}, {_first(number, first)}, "
                f"{_unknown(number)} ; valeurs admises : {accepted}"
            ),
        )


def _specialty_reader(nomenclature: Nomenclature) -> _Parser:
    by_label = {values.fold(label): code for code, label in nomenclature.specialties.items()}

    def parse(cell: str) -> int | None:
        number = cell.split("-", maxsplit=1)[0].split(":", maxsplit=1)[0].strip().split(" ")[0]
        code = int(number) if _is_code(number) else by_label.get(values.fold(cell))
        if code is None or code not in nomenclature.specialties or code in (0, 99):
            return None
        return nomenclature.same_specialty.get(code, code)

    return parse


def _sector_reader(nomenclature: Nomenclature, cnam: bool) -> _Parser:
    everyday = frozenset(nomenclature.sectors_cnam.values())

    def parse(cell: str) -> str | None:
        word = cell.upper().replace("SECTEUR", "").replace(" ", "").removeprefix("S")
        if cnam:
            return nomenclature.sectors_cnam.get(word)
        return word if word in everyday else None

    return parse


def _exemption_reader(nomenclature: Nomenclature) -> _Parser:
    def parse(cell: str) -> int | None:
        return int(cell) if _is_code(cell) and int(cell) in nomenclature.exemptions else None

    return parse


def _is_code(text: str) -> bool:
    """Whether this is a number of a list: `²` is a digit too, and no number."""
    return text.isascii() and text.isdigit() and len(text) <= 4


def _rejected(reading: _Reading, typed: pl.DataFrame) -> tuple[Rejected, ...]:
    """Rows whose date, code or quantity cannot be read, with the cell and the reason."""
    errors = {(row, column): text for row, column, text in reading.raw.errors.iter_rows()}
    quantity = reading.text("quantity")
    checks = [("date", "date", typed["date"]), ("code", "code", typed["code"])]
    if quantity is not None:
        checks.append(("quantity", "quantité", typed["quantity"]))
    reasons = {
        row: Rejected(CellRef(reading.raw.file, reading.raw.sheet, row, None), reason)
        for row, reason in reading.ragged.items()
    }
    for key, word, read in checks:
        text = reading.required(key)
        for row, cell in pl.DataFrame([typed["row"], text.alias("text")]).filter(read.is_null()).iter_rows():
            error = errors.get((row, reading.found.columns[key]))
            reasons.setdefault(row, _rejection(reading, key, word, row, cell, error))
    return tuple(reasons[row] for row in sorted(reasons))


def _rejection(reading: _Reading, key: str, word: str, row: int, cell: str | None, error: str | None) -> Rejected:
    if error == _UNCOMPUTED:
        reason = f"{word} : formule non calculée, ouvrez puis enregistrez le fichier dans Excel"
    elif error is not None:
        reason = f"{word} : la cellule contient l'erreur {error}"
    elif key == "date" and cell is not None and values.out_of_calendar(cell):
        reason = "date hors du calendrier des tableurs (avant le 01/03/1900 ou après 9999)"
    elif cell is None:
        reason = f"{word} absent{'e' if word != 'code' else ''}"
    elif values.quotable(cell):
        reason = f"{word} illisible : « {cell} »"
    else:
        reason = f"{word} illisible"
    where = CellRef(reading.raw.file, reading.raw.sheet, row, reading.cell(key, row))
    return Rejected(where, reason)


def _expand(typed: pl.DataFrame, cells: dict[str, tuple[Coded, ...]], nomenclature: Nomenclature) -> pl.DataFrame:
    """One line per act: quantities of the cell times the column's, aliases and groupings resolved."""
    lines = [
        (text, len(acts), act.code, act.quantity, act.coefficient) for text, acts in cells.items() for act in acts
    ]
    schema = {"code": pl.String, "parts": pl.UInt8, "act_code": pl.String, "times": pl.Int32, "in_cell": pl.Int32}
    split = pl.DataFrame(lines, schema=schema, orient="row")
    acts = typed.join(split, on="code", how="left", maintain_order="left_right").drop("code")
    acts = acts.with_columns(
        code=pl.col("act_code"),
        quantity=(pl.col("quantity") * pl.col("times")).cast(ACTS["quantity"]),
        coefficient=pl.coalesce("in_cell", "coefficient", pl.lit(1000)).cast(ACTS["coefficient"]),
    ).drop("act_code", "times", "in_cell")
    return _resolve(acts, nomenclature)


def _resolve(acts: pl.DataFrame, nomenclature: Nomenclature) -> pl.DataFrame:
    code = pl.col("code")
    present = set(acts["code"].unique())
    for (alias, thousandths), target in nomenclature.coefficient_aliases.items():
        if alias not in present:
            continue
        hit = (code == alias) & (pl.col("coefficient") == thousandths)
        acts = acts.with_columns(
            code=pl.when(hit).then(pl.lit(target)).otherwise(code),
            coefficient=pl.when(hit).then(pl.lit(1000, ACTS["coefficient"])).otherwise(pl.col("coefficient")),
        )
    if acts["original_code"].null_count() == len(acts):
        return acts
    original = values.distinct(acts["original_code"], lambda cell: _original(cell, nomenclature), pl.String())
    return acts.with_columns(original_code=original).with_columns(code=pl.coalesce(_within_group(nomenclature), code))


def _original(cell: str, nomenclature: Nomenclature) -> str | None:
    code = nomenclature.aliases.get(cell, cell)
    known = code in nomenclature.codes or CCAM.fullmatch(code) is not None
    return code if known and code not in nomenclature.grouping else None


def _within_group(nomenclature: Nomenclature) -> pl.Expr:
    """The original code, where the grouping code may hide it; no source lists what some of them hide."""
    answer = pl.lit(None, pl.String)
    for group, members in nomenclature.grouping.items():
        accepted = pl.col("original_code").is_in(sorted(members)) if members else pl.lit(True)
        answer = pl.when((pl.col("code") == group) & accepted).then("original_code").otherwise(answer)
    return answer
