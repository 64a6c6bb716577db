"""Who bills, and who is cared for: one spelling per person."""

from __future__ import annotations

import re

import polars as pl

from avenant9.acts import values
from avenant9.acts.sheet import Parser, Reading, as_unknown, first_at
from avenant9.wording import counted, plural

#: A number in groups, of which the spaces say nothing: also the NIR of somebody born in Corsica.
_GROUPED = re.compile(r"\d+|\d{5}2[AB]\d{6}(?:\d\d)?", re.IGNORECASE)


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
    """File number; else NIR with birth rank or birth date; else name, first name and birth date together.

    `patient` tells one patient from another, `patient_shown` is what the file says.
    """
    number, nir = reading.cells("patient"), reading.cells("nir")
    born = columns["birth_date"].dt.to_string("%Y-%m-%d")
    if number is not None:
        shown = whole_identifiers(reading, "patient", number)
        patient = _spelled(reading, "patient", shown, one_spelling)
    elif nir is not None:
        shown = whole_identifiers(reading, "nir", nir)
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
    return values.fold(name) if names_somebody(name) else None


def names_somebody(cell: str) -> bool:
    """Whether there is a letter or a digit: « - », « ? » or « *** » is written for anybody."""
    return any(c.isalnum() for c in cell)


def _spelled(reading: Reading, key: str, cells: pl.Series, spelling: Parser) -> pl.Series:
    """One spelling per person; the cells that name nobody are unknown, and said."""
    read = values.distinct(cells, spelling, pl.String())
    if read.null_count() > cells.null_count():
        reading.tell(
            key,
            read.is_null() & cells.is_not_null(),
            lambda number, first: (
                f"{counted(number, 'cellule')} sans lettre ni chiffre ({first_at(number, first)}), "
                f"{as_unknown(number)}"
            ),
        )
    return read


def _insured(cell: str) -> str | None:
    """A NIR without its key."""
    nir = cell.lstrip("'").replace(" ", "").upper()
    nir = nir[:13] if len(nir) == 15 else nir
    return nir if names_somebody(nir) else None


def _by_nir(reading: Reading, nir: pl.Series, born: pl.Series) -> pl.Series:
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


def _by_name(reading: Reading, born: pl.Series) -> tuple[pl.Series, pl.Series]:
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
