"""Who bills, and who is cared for: one spelling per person."""

from __future__ import annotations

import re

import polars as pl

from avenant9.acts import values
from avenant9.acts.sheet import Parser, Reading, as_unknown, first_at
from avenant9.acts.written import fold
from avenant9.wording import counted, plural

#: A number in groups, of which the spaces say nothing: also the NIR of somebody born in Corsica.
_GROUPED = re.compile(r"\d+|\d{5}2[AB]\d{6}(?:\d\d)?", re.IGNORECASE)
#: A NIR without its key; that of somebody whose birth is not known well has a month that no calendar has.
_NIR = re.compile(r"[1-8]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?:\d\d|2[AB])\d{6}")
_NIR_LENGTH = 13
_NIR_ALONE = "un NIR sans rang ni date de naissance peut couvrir plusieurs personnes"
#: What is known of who the patient is.
_OF_PATIENT = ["patient", "patient_shown", "patient_uncertain", "patient_nir"]
_AT_MOST = "ce qui en dépend est au plus à examiner"
#: What programs write in the place of a number that nobody has.
NOBODY_NUMBER = r"^(?:-?0+|-1|9{6,})$"
_NOBODY_NUMBER, _CROSSES = re.compile(NOBODY_NUMBER), re.compile("x{3,}")
_NOBODY, NO_NUMBER = values.words_for("nobody"), values.words_for("no_number")
#: Several words, and no number.
_NAME = r"^[^\d]*\pL{2}[^\d\pL]+\pL{2}[^\d]*$"


def read_people(reading: Reading, columns: dict[str, pl.Series], practitioners: dict[str, str]) -> None:
    """Types the practitioner and the patient; `practitioners` renames some (several AM numbers, one doctor)."""
    _read_practitioner(reading, columns, practitioners)
    _read_patient(reading, columns)


def _read_practitioner(reading: Reading, columns: dict[str, pl.Series], practitioners: dict[str, str]) -> None:
    text = reading.cells("practitioner")
    if text is None:
        columns["practitioner"] = pl.Series("practitioner", ["?"]).new_from_index(0, len(reading.rows))
        return
    text = whole_identifiers(reading, "practitioner", text)
    same = {practitioner_key(number): practitioner_key(doctor) for number, doctor in practitioners.items()}

    def parse(cell: str) -> str | None:
        key = practitioner_key(cell)
        doctor = same.get(key, key)
        return doctor if names_somebody(doctor) else None

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


def _read_patient(reading: Reading, columns: dict[str, pl.Series]) -> None:
    """File number; else NIR with birth rank or birth date; else names, with the birth date where there is one.

    `patient` tells one patient from another; `patient_shown` is what the file says, the name and the birth date in
    the place of a NIR, which nobody is shown; `patient_nir` that it is a NIR, the same for every practitioner;
    `patient_uncertain` that several may stand under it.
    """
    number, nir = reading.cells("patient"), reading.cells("nir")
    named = _named(reading, columns["birth_date"])
    if number is not None:
        shown = whole_identifiers(reading, "patient", number)
        patient = _spelled(reading, "patient", shown, one_spelling)
        is_nir = values.distinct(shown, lambda cell: bool(_NIR.fullmatch(_insured(cell) or "")), pl.Boolean())
        uncertain = (_of_names(shown) | is_nir) & columns["birth_date"].is_null()
        shown = shown.cast(pl.String)
        if is_nir.any():
            shown = shown.zip_with(~is_nir.fill_null(False), named)
    elif nir is not None:
        patient, alone = _by_nir(reading, whole_identifiers(reading, "nir", nir), _day(columns["birth_date"]))
        shown = named
        is_nir = patient.str.len_chars() >= _NIR_LENGTH  # BEN_NIR_PSA has another form
        uncertain = is_nir & alone
    else:
        patient, shown = _by_name(reading, _day(columns["birth_date"])), named
        together = "first_name" in reading.found.columns and "birth_date" in reading.found.columns
        is_nir = pl.Series([False]).new_from_index(0, len(patient))
        uncertain = patient.is_not_null() & (not together)
    _say_uncertain(reading, uncertain, is_nir)
    nobody = patient.is_null()
    columns["patient"] = patient.alias("patient")
    columns["patient_shown"] = shown.alias("patient_shown")
    columns["patient_uncertain"] = uncertain.set(nobody, None).alias("patient_uncertain")
    columns["patient_nir"] = is_nir.set(nobody, None).alias("patient_nir")


def _day(births: pl.Series) -> pl.Series:
    return births.dt.to_string("%Y-%m-%d")


def named_by_invoice(rows: pl.DataFrame) -> pl.DataFrame:
    """The typed rows of a sheet, where one invoice is one patient: the one whom some of its rows name.

    Adds `unnamed_invoice`. Nothing is said of an invoice that names several, nor of one without a practitioner.
    """
    invoice = ["practitioner", "invoice"]
    billed = rows.filter(pl.all_horizontal(pl.col(invoice).is_not_null()))
    unknown = billed.filter(pl.col("patient").is_null()).select("row", *invoice)
    rows = rows.with_columns(unnamed_invoice=pl.lit(None, pl.Boolean))
    if unknown.is_empty():
        return rows
    who = pl.col(_OF_PATIENT).filter(pl.col("patient").is_not_null()).first()
    told = (
        billed.join(unknown.unique(invoice), on=invoice, how="semi")
        .group_by(invoice)
        .agg(who, names=pl.col("patient").drop_nulls().n_unique())
    )
    found = unknown.join(told, on=invoice).select(
        "row",
        pl.when(pl.col("names") == 1).then(pl.col(_OF_PATIENT)),
        unnamed_invoice=pl.when(pl.col("names") == 0).then(pl.lit(True)),
    )
    return rows.update(found, on="row", how="left") if len(found) else rows


def _say_uncertain(reading: Reading, uncertain: pl.Series, is_nir: pl.Series) -> None:
    """What rests on a name alone, or on a NIR alone, is at most a review."""
    if (uncertain & ~is_nir).any():
        told = "patients reconnus par leur nom seul"
        reading.say(f"identité incertaine, {told} ; {_AT_MOST}.", identity=True)
    if (uncertain & is_nir).any():
        reading.say(f"identité incertaine, {_NIR_ALONE} ; {_AT_MOST}.", identity=True)


def _of_names(cells: pl.Series) -> pl.Series:
    """Whether each cell of a column of patients is a name: most cells of the column are several words, no numbers."""
    texts, places = values.by_text(cells)
    identifier = texts.str.contains(r"\d")
    return (~identifier & hold_names(texts)).gather(places).fill_null(False)


def hold_names(texts: pl.Series) -> bool:
    """Whether most of these texts are names: several words, no numbers."""
    return 2 * int(texts.str.contains(_NAME).sum()) >= max(texts.count(), 1)


def one_spelling(cell: str) -> str | None:
    """A name however it is typed; an identifier, which has digits, is left as it is but for what a spreadsheet adds
    and the spaces of a number. None for what stands for nobody."""
    if not any(c.isdigit() for c in cell):
        return None if values.as_words(cell) in NO_NUMBER else _folded_name(cell)
    if not names_somebody(cell):
        return None
    if cell.isalnum():
        return cell
    cell = values.plain_marks(cell).lstrip("'")
    bare = cell.replace(" ", "")
    return bare if _GROUPED.fullmatch(bare) else cell


def _folded_name(cell: str) -> str | None:
    name = values.plain_marks(cell).replace("-", " ").replace("'", " ")
    return fold(name) if names_somebody(name) else None


def names_somebody(cell: str) -> bool:
    """Whether this is somebody: « - », « ? », « 0000 », « xxx » or « inconnu » is written for anybody."""
    if any(c.isdigit() for c in cell):
        return _NOBODY_NUMBER.match(values.plain_marks(cell)) is None
    words = values.as_words(cell)
    return bool(words) and words not in _NOBODY and _CROSSES.fullmatch(words) is None


def _spelled(reading: Reading, key: str, cells: pl.Series, spelling: Parser) -> pl.Series:
    """One spelling per person; the cells that name nobody are unknown, and said."""
    read = values.distinct(cells, spelling, pl.String())
    if read.null_count() > cells.null_count():
        nobody = read.is_null() & cells.is_not_null()
        mark = ~cells.cast(pl.String).str.contains(r"[\pL\pN]")
        for which, said in (
            (nobody & mark, "sans lettre ni chiffre"),
            (nobody & ~mark, "sans nom ni numéro (zéros, « inconnu », « sans dossier »…)"),
        ):
            tell_unknown(reading, key, which, said)
    return read


def tell_unknown(reading: Reading, key: str, which: pl.Series, said: str) -> None:
    """Says of `which` cells of a key's column what they hold, and that they are read as unknown."""
    if which.any():
        reading.tell(
            key,
            which,
            lambda number, first: (
                f"{counted(number, 'cellule')} {said} ({first_at(number, first)}), {as_unknown(number)}"
            ),
        )


def _insured(cell: str) -> str | None:
    """A NIR without its key."""
    nir = cell.lstrip("'").replace(" ", "").upper()
    nir = nir[:13] if len(nir) == 15 else nir
    return nir if names_somebody(nir) else None


def _by_nir(reading: Reading, nir: pl.Series, born: pl.Series) -> tuple[pl.Series, bool]:
    """NIR without its key, and who of those it covers; unknown where this file could tell and the cell does not.

    Also whether it is alone: nothing in the file tells whom of them it means.
    """
    known = _spelled(reading, "nir", nir, _insured)
    rank = reading.text("birth_rank")
    who = born if rank is None else rank.zip_with(rank.is_not_null(), born)
    if rank is None and "birth_date" not in reading.found.columns:
        return known, True
    lost = int((known.is_not_null() & who.is_null()).sum())
    if lost:
        reading.say(f"{counted(lost, 'ligne')} au NIR sans rang ni date de naissance, patient lu comme inconnu.")
    return known + pl.Series("", ["|"]).new_from_index(0, len(known)) + who, False


def _by_name(reading: Reading, born: pl.Series) -> pl.Series:
    """The names, with the birth date where the sheet has one."""
    names = _names(reading)
    if "last_name" not in reading.found.columns:
        return pl.Series("patient", [None], dtype=pl.String()).new_from_index(0, len(reading.rows))
    parts = [_spelled(reading, cells.name, cells, _folded_name) for cells in names]
    if "birth_date" in reading.found.columns:
        parts.append(born)
        said = "nom, prénom et naissance" if len(names) > 1 else "nom et naissance"
        reading.say(f"identité incertaine, patients reconnus par {said}.", identity=True)
    return _beside("|", parts)


def _named(reading: Reading, birth_dates: pl.Series) -> pl.Series:
    """The names and the birth date of each row, null where there is no name."""
    names = _names(reading)
    if "last_name" not in reading.found.columns:
        return pl.Series("patient", [None], dtype=pl.String()).new_from_index(0, len(reading.rows))
    told = pl.concat_str(*names, birth_dates.dt.to_string("%d/%m/%Y"), separator=" ", ignore_nulls=True)
    return pl.select(pl.when(names[0].is_not_null()).then(told)).to_series()


def _names(reading: Reading) -> list[pl.Series]:
    texts = (reading.text("last_name"), reading.text("first_name"))
    return [cells for cells in texts if cells is not None]


def _beside(between: str, texts: list[pl.Series]) -> pl.Series:
    """Texts one after the other, null where one is."""
    return pl.select(pl.concat_str(texts, separator=between)).to_series()


def whole_identifiers(reading: Reading, key: str, identifiers: pl.Series) -> pl.Series:
    """`1,85E+14` is a number that a spreadsheet rounded: several patients may hide behind it. `17.0` is 17.

    `4e872096` is none of these: a program that rounds writes a decimal separator or a sign.
    """
    texts = identifiers if identifiers.dtype == pl.String else values.by_text(identifiers)[0]
    if not texts.str.contains(r"[.,]|[eE]\+").any():
        return identifiers
    identifiers = identifiers.cast(pl.String)
    decimal = identifiers.str.contains(r"^\d+[.,]0$").fill_null(False)
    if decimal.any():
        reading.tell(
            key,
            decimal,
            lambda number, first: (
                f"{counted(number, 'identifiant')} {plural(number, 'écrit')} en nombre décimal "
                f"({first_at(number, first, 'le premier')}), {plural(number, 'lu')} sans « ,0 »"
            ),
        )
        identifiers = identifiers.zip_with(~decimal, identifiers.str.head(-2))
    lost = identifiers.str.contains(r"(?i)^\d(?:[.,]\d+e\+?|e\+)\d+$").fill_null(False)
    if lost.any():
        reading.tell(
            key,
            lost,
            lambda number, first: (
                f"{counted(number, 'identifiant')} en notation scientifique "
                f"({first_at(number, first, 'le premier')}), "
                f"{plural(number, 'perdu')} par le tableur et {plural(number, 'lu')} comme "
                f"{plural(number, 'inconnu')} ; mettez la colonne au format texte avant d'exporter"
            ),
        )
    return identifiers.set(lost, None)


def lost_zeros(table: pl.DataFrame) -> pl.DataFrame:
    """The lines of acts whose patient has the number of another but for the zeros before it, which spreadsheets take
    away: `77` beside `00077`."""
    if not table["patient"].str.starts_with("0").any():
        return table.clear()
    numbers = table.select("patient").unique().filter(pl.col("patient").str.contains(r"^\d+$"))
    bare = pl.col("patient").str.strip_chars_start("0")
    shared = numbers.filter(bare.is_duplicated())
    return table.join(shared, on="patient", how="semi", maintain_order="left")
