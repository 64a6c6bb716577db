"""Beside the acts: shifts (`Vacations`) and patients taken in charge under a protocol (`Protocoles`).

Their sheets may stand in any of the files, a workbook or a text file, beside acts, which are then optional.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, BinaryIO

import polars as pl
from msgspec import Struct

from avenant9.acts import dates, values
from avenant9.acts.asked import ReadOptions
from avenant9.acts.columns import ACTS, COLUMNS
from avenant9.acts.header import heading_rows, places
from avenant9.acts.load import OneFile, account, join, of_sheets
from avenant9.acts.mapping import Mapping
from avenant9.acts.people import one_spelling, practitioner_key
from avenant9.acts.recognise import Recognised, recognise
from avenant9.acts.rows import data_rows
from avenant9.acts.written import DAY_FIRST
from avenant9.errors import InputError, SettingError
from avenant9.model import Acts, CellRef, Input, Nomenclature, Rejected, Unread
from avenant9.notice import Notice
from avenant9.reading import prefetch
from avenant9.reading.addresses import letters
from avenant9.reading.raw_sheet import RawSheet
from avenant9.reading.sheets import check_file, left_out
from avenant9.records import replace
from avenant9.wording import did_you_mean, listed, quoted

#: What a shift may be, and what a patient may be taken in charge for and by whom.
ROLES = ("regulation-sas", "vaccination-variole", "vaccination-covid")
PROTOCOLS = ("rhino-conjonctivite", "cheville", "lombalgie", "pollakiurie", "odynophagie", "eruption")
PROFESSIONS = ("ide", "pharmacien", "mk")
#: The closed lists by key: every other word rejects its row.
ACCEPTED: dict[str, tuple[str, ...]] = {"role": ROLES, "protocol": PROTOCOLS, "profession": PROFESSIONS}

#: One practitioner, where nobody is named.
NOBODY = "?"


class Form(Struct, frozen=True):
    """A sort of sheet: key -> headings, best first, and what makes a sheet one of them."""

    name: str
    columns: dict[str, tuple[str, ...]]
    required: tuple[str, ...]

    @property
    def headings(self) -> dict[str, str]:
        """Key -> heading of the template."""
        return {key: words[0] for key, words in self.columns.items()}


def _as_in_acts(key: str) -> tuple[str, ...]:
    return (COLUMNS[key].heading, *COLUMNS[key].headings)


SHIFTS = Form(
    "Vacations",
    {
        "date": ("Date", "Jour", "Date de vacation", "Date de la vacation"),
        "start": ("Début", "Heure de début", "Heure début"),
        "end": ("Fin", "Heure de fin", "Heure fin"),
        "role": ("Rôle", "Mission"),
        "practitioner": _as_in_acts("practitioner"),
    },
    required=("date", "start", "end", "role"),
)
PATIENTS = Form(
    "Protocoles",
    {
        "date": ("Date", "Jour", "Date de prise en charge"),
        "patient": _as_in_acts("patient"),
        "protocol": ("Protocole",),
        "profession": ("Professionnel", "Profession"),
        "birth_date": _as_in_acts("birth_date"),
    },
    required=("date", "patient", "protocol"),
)
FORMS = (SHIFTS, PATIENTS)


class Shift(Struct, frozen=True):
    """A shift of one role: local time of the clock, the end excluded.

    `practitioner` is `?` where the sheet names nobody, None where its cell is empty.
    """

    where: CellRef
    role: str
    practitioner: str | None
    start: datetime
    end: datetime


class Patient(Struct, frozen=True):
    """A patient taken in charge under a protocol; `patient` is the identifying key of the acts, and never shown."""

    where: CellRef
    on: date
    patient: str
    protocol: str
    practitioner: str
    profession: str | None = None
    birth_date: date | None = None


class Activity(Struct, frozen=True):
    """All that the files hold: acts, shifts, patients, and the account of every row of the two last ones."""

    acts: Acts
    shifts: tuple[Shift, ...] = ()
    patients: tuple[Patient, ...] = ()
    inputs: tuple[Input, ...] = ()  # sheets of shifts and patients; `acts` counts what they gave
    rejected: tuple[Rejected, ...] = ()
    notices: tuple[Notice | str, ...] = ()


# --- the files ------------------------------------------------------------------------------------------------


def load_activity(
    files: Sequence[str],
    nomenclature: Nomenclature,
    options: ReadOptions | None = None,
    stdin: BinaryIO | None = None,
) -> Activity:
    """Reads all `files` (`-` is standard input) as one set of acts, shifts and patients taken in charge.

    Raises:
        InputError: no file gave a single row; a file that gives none beside others is in `acts.failures`.
        SettingError: as `load_acts`; `--practitioner` names nobody of the files.
    """
    options = options or ReadOptions()
    files_read = [_read_one(file, nomenclature, options, stdin) for file in files]
    acts, nobody = _acts([one.acts for one in files_read], options)
    failures = tuple(one.failure for one in files_read if one.failure is not None)
    found = [sheet for one in files_read for sheet in one.sheets]
    if failures and not found and not acts.inputs:
        raise failures[0]
    shifts, patients, rejected = _together(found, options.practitioner)
    if nobody is not None and not shifts and not any(sheet.form is PATIENTS for sheet in found):
        raise nobody
    said = [notice for one in files_read if one.failure is None for notice in one.acts.notices]
    return Activity(
        acts=replace(acts, failures=failures, skipped_sheets=tuple(left for one in files_read for left in one.left)),
        shifts=shifts,
        patients=patients,
        inputs=_accounts(found, (*shifts, *patients), rejected),
        rejected=rejected,
        notices=tuple(dict.fromkeys((*said, *(notice for sheet in found for notice in sheet.notices)))),
    )


class _OneFile(Struct, frozen=True):
    """What one file gave: acts, sheets of shifts or patients, what is left out for good, or why it gave nothing."""

    acts: OneFile
    sheets: tuple[_Sheet, ...] = ()
    left: tuple[Unread, ...] = ()
    failure: InputError | None = None


def _read_one(file: str, nomenclature: Nomenclature, options: ReadOptions, stdin: BinaryIO | None) -> _OneFile:
    try:
        raws, said = prefetch.read(file, options.request, stdin)
    except InputError as error:
        return _OneFile(OneFile(file, failure=error), failure=error)
    try:
        acts = of_sheets(file, raws, said, nomenclature, options)
    except SettingError:
        if not all(raw.sheet is None and _recognised(raw)[0] is not None for raw in raws):
            raise
        acts = OneFile(file, frozenset(), notices=tuple(said), failure=_no_row(file))  # the mapping was made for acts
    try:
        sheets, left = _beside(acts, raws, nomenclature, options)
    except InputError as error:
        return _OneFile(acts, failure=error)
    return _OneFile(acts, tuple(sheets), tuple(left))


def _acts(files: Sequence[OneFile], options: ReadOptions) -> tuple[Acts, SettingError | None]:
    """The acts of the files, none where no file has any; the error where they hold none of `--practitioner`."""
    try:
        return join(files, options), None
    except InputError:
        return Acts(pl.DataFrame(schema=ACTS), ()), None  # each file says what is wrong, if it holds no shifts either
    except SettingError as error:
        if error.place != "--practitioner":
            raise
        acts = account(files, replace(options, practitioner=None))  # who may have shifts
        return replace(acts, inputs=tuple(map(_without_acts, acts.inputs))), error


def _without_acts(entry: Input) -> Input:
    away = entry.rows - entry.rejected
    return replace(entry, rows=entry.rejected, acts=0, skipped=entry.skipped + away)


def _beside(
    acts: OneFile, raws: Sequence[RawSheet], nomenclature: Nomenclature, options: ReadOptions
) -> tuple[list[_Sheet], list[Unread]]:
    """The sheets of shifts or patients of a file, and those that hold nothing of use.

    Raises:
        InputError: a file that gave no acts gives none of these either.
    """
    request = options.request
    if acts.failure is not None:
        check_file(acts.file, raws, request)
    taken = {sheet.account.sheet for sheet in acts.sheets}
    found: list[_Sheet] = []
    left: list[Unread] = []
    empty = False  # sheets of acts without a row
    for raw in raws:
        asked = request.wants(raw.sheet, hidden=raw.hidden)
        if asked and (raw.sheet in taken if acts.sheets else _holds_acts(raw, nomenclature, options)):
            empty = True
            continue
        form, known = _recognised(raw) if asked else (None, None)
        if form is not None and known is not None:
            found.append(_read(form, raw, known, options))
        else:
            remedy = "voir « a9 template »"
            left.append(left_out(acts.file, raw, request, "ni actes, ni vacations, ni protocoles", remedy))
    if acts.failure is not None and not any(sheet.account.rows for sheet in found):
        raise _no_row(acts.file) if empty or found else _nothing(acts.file, raws)
    return found, left


def _holds_acts(raw: RawSheet, nomenclature: Nomenclature, options: ReadOptions) -> bool:
    with suppress(SettingError):
        return isinstance(recognise(raw, nomenclature, options.mapping), Recognised)
    return False


def _no_row(file: str) -> InputError:
    return InputError(file, "aucune ligne sous les titres", "vérifiez que l'export contient des lignes")


def _nothing(file: str, raws: Sequence[RawSheet]) -> InputError:
    """The error of a file that holds nothing of use."""
    seen = [heading for raw in raws for heading in _titles(raw)][:8]
    read = f" (lus : {', '.join(seen)})" if seen else " (aucun titre de colonne reconnu)"
    wanted = [f"{listed([form.headings[key] for key in form.required])} ({form.name.lower()})" for form in FORMS]
    return InputError(
        file,
        f"ni actes, ni vacations, ni protocoles{read}",
        f"il faut les titres Date et Code acte (actes), {', ou '.join(wanted)} ; voir « a9 template »",
    )


def _titles(raw: RawSheet) -> tuple[str, ...]:
    return next((row.shown for row in heading_rows(raw) if row.shown), ())


def _recognised(raw: RawSheet) -> tuple[Form | None, Recognised | None]:
    """The form of a sheet and its columns, from the first row that has all required headings of one."""
    for header in heading_rows(raw):
        for form in FORMS:
            columns = places(header, form.columns)
            if all(key in columns for key in form.required):
                rows = () if raw.header is not None else (header.number,)
                return form, Recognised(rows, columns, {key: header.cells[at] for key, at in columns.items()})
    return None, None


# --- a sheet --------------------------------------------------------------------------------------------------


class _Sheet(Struct, frozen=True):
    """One sheet: what its rows gave, in their order, and the account."""

    form: Form
    entries: tuple[Shift | Patient, ...]
    rejected: tuple[Rejected, ...]
    account: Input
    notices: tuple[Notice, ...]


class _Refusal(Exception):  # noqa: N818 - a row that cannot be read is no error of the program
    """Why a row cannot be read: the key of the offending cell (None: the whole row) and the reason."""

    def __init__(self, key: str | None, reason: str) -> None:
        super().__init__(reason)
        self.key, self.reason = key, reason


class _Row(Struct, frozen=True):
    """The cells of a row by key, None where they are empty; and the errors that a spreadsheet left in them."""

    where: CellRef
    cells: dict[str, str | None]
    errors: dict[str, str]
    order: str  # of day, month and year

    def read(self, key: str, word: str, parse: Callable[[str], Any], *, feminine: bool = True) -> Any:
        """The value of a cell that must have one."""
        ending = "e" if feminine else ""
        if key in self.errors:
            raise _Refusal(key, f"{word} : la cellule contient l'erreur {self.errors[key]}")
        cell = self.cells.get(key)
        if cell is None:
            raise _Refusal(key, f"{word} absent{ending}")
        value = parse(cell)
        if value is None:
            shown = f" : « {cell} »" if values.quotable(cell) else ""
            raise _Refusal(key, f"{word} illisible{shown}")
        return value

    def one_of(self, key: str, word: str) -> str:
        """A word of a closed list, which must be there."""
        accepted = ACCEPTED[key]
        found: str = self.read(key, word, lambda cell: cell, feminine=False)
        known = _known(found, accepted)
        if known is None:
            near = did_you_mean(found, accepted)
            shown = f" « {found} »" if values.quotable(found) else ""
            words = near or f"valeurs admises : {', '.join(accepted)}"
            raise _Refusal(key, f"{word} inconnu{shown} ; {words}")
        return known


def _read(form: Form, raw: RawSheet, found: Recognised, options: ReadOptions) -> _Sheet:
    mapping = options.mapping or Mapping()
    rows, skipped, ragged = data_rows(raw, found, mapping)
    misplaced = ragged.reasons(frozenset(rows["row"]))  # a cell that does not suit its column is refused in any case
    errors = {(row, column): text for row, column, text in raw.errors.iter_rows()}
    entries: list[Shift | Patient] = []
    rejected: list[Rejected] = []
    named = {practitioner_key(number): practitioner_key(doctor) for number, doctor in mapping.practitioners.items()}
    order = dates.order_of(mapping.dates or "") or DAY_FIRST
    read = _shift if form is SHIFTS else _patient
    for cells in rows.iter_rows(named=True):
        row = _Row(
            CellRef(raw.file, raw.sheet, cells["row"]),
            {key: cells[f"c{column}"] for key, column in found.columns.items()},
            {key: text for key, at in found.columns.items() if (text := errors.get((cells["row"], at)))},
            order,
        )
        try:
            if row.where.row in misplaced:
                raise _Refusal(None, misplaced[row.where.row])
            entries.append(read(row, named))
        except _Refusal as refusal:
            at = found.columns.get(refusal.key) if refusal.key else None
            cell = None if at is None else f"{letters(at)}{row.where.row}"
            rejected.append(_refused(row.where, cell, refusal.reason))
    account = Input(
        file=raw.file,
        sheet=raw.sheet,
        rows=len(rows),
        acts=len(entries),
        rejected=len(rejected),
        skipped=skipped,
        columns=dict(found.headings),
        encoding=raw.encoding,
        separator=raw.separator,
    )
    return _Sheet(form, tuple(entries), tuple(rejected), account, tuple(_notices(form, raw, found, options)))


def _notices(form: Form, raw: RawSheet, found: Recognised, options: ReadOptions) -> Iterator[Notice]:
    sheet = "" if raw.sheet is None else f", feuille {raw.sheet}"
    if form is SHIFTS and "practitioner" not in found.columns and options.practitioner is None:
        yield Notice(
            (raw.file,),
            f"{sheet} : pas de colonne « {SHIFTS.headings['practitioner']} », les vacations sont prises pour celles "
            f"d'une seule personne, notée « {NOBODY} » ; nommez-la par --practitioner ID.",
        )
    missing = [PATIENTS.headings[key] for key in ("profession", "birth_date") if key not in found.columns]
    if form is PATIENTS and missing:
        lacking = listed(quoted(missing), "ni")
        yield Notice((raw.file,), f"{sheet} : sans colonne {lacking}, toutes les conditions ne se vérifient pas.")


_END_OF_DAY = re.compile(r"24(?:[:hH](?:00)?)?(?::00)?")


def _shift(row: _Row, named: dict[str, str]) -> Shift:
    day = _day(row)
    start: time = row.read("start", "heure de début", _clock)
    end: time = row.read(
        "end", "heure de fin", lambda cell: time.min if _END_OF_DAY.fullmatch(cell) else _clock(cell)
    )
    to_midnight = _END_OF_DAY.fullmatch(row.cells["end"] or "") is not None
    if start == end and not to_midnight:
        raise _Refusal("end", f"la vacation finit à l'heure où elle commence ({start:%H:%M})")
    role = row.one_of("role", "rôle")
    last = day + timedelta(days=1) if end <= start else day
    who = row.cells.get("practitioner", NOBODY)
    key = None if who is None else practitioner_key(who)
    return Shift(
        row.where, role, named.get(key or "", key), datetime.combine(day, start), datetime.combine(last, end)
    )


def _patient(row: _Row, _named: dict[str, str]) -> Patient:
    day = _day(row)
    patient: str = row.read("patient", "patient", one_spelling, feminine=False)
    protocol = row.one_of("protocol", "protocole")
    profession = row.one_of("profession", "professionnel") if row.cells.get("profession") else None
    born: date | None = None
    if row.cells.get("birth_date"):
        born = row.read("birth_date", "date de naissance", lambda cell: _born(cell, day, row.order))
    if born is not None and born > day:
        raise _Refusal("birth_date", "date de naissance après la date de prise en charge")
    return Patient(row.where, day, patient, protocol, NOBODY, profession, born)


def _day(row: _Row) -> date:
    day: date = row.read("date", "date", lambda cell: _day_of(cell, row.order))
    if not date(1900, 1, 1) <= day < date(9999, 12, 31):
        raise _Refusal("date", f"date impossible : « {row.cells['date']} »")
    return day


@lru_cache(maxsize=4096)
def _day_of(cell: str, order: str) -> date | None:
    """A date, whatever time it carries."""
    [day] = dates.days(pl.Series([cell]), order)
    return day if isinstance(day, date) else None


@lru_cache(maxsize=4096)
def _born(cell: str, care: date, order: str) -> date | None:
    """A birth date, before that of care; None where its century cannot be told."""
    cells = pl.Series([cell])
    recent, old = (dates.days(cells, order, century) for century in dates.CENTURIES)
    [born] = dates.births(recent, old, pl.Series([care]), pl.Series([False]))
    return born if isinstance(born, date) else None


@lru_cache(maxsize=4096)
def _clock(cell: str) -> time | None:
    """A time to the minute."""
    [clock] = dates.times(pl.Series([cell]))
    return clock.replace(second=0, microsecond=0) if isinstance(clock, time) else None


@lru_cache(maxsize=4096)
def _known(cell: str, accepted: tuple[str, ...]) -> str | None:
    [word] = values.listed(pl.Series([cell]), {word: word for word in accepted})
    return word if isinstance(word, str) else None


# --- all sheets -----------------------------------------------------------------------------------------------


def _together(
    sheets: Sequence[_Sheet], practitioner: str | None
) -> tuple[tuple[Shift, ...], tuple[Patient, ...], tuple[Rejected, ...]]:
    """The shifts and patients of all sheets in their order; a shift that overlaps an earlier row's is rejected."""
    entries = [entry for sheet in sheets for entry in _of(sheet.entries, practitioner)]
    rejected = [one for sheet in sheets for one in sheet.rejected]
    shifts: list[Shift] = []
    of_person: dict[str, list[Shift]] = {}
    for shift in (entry for entry in entries if isinstance(entry, Shift)):
        # of an unknown person nobody says that it is the same one
        own = [] if shift.practitioner is None else of_person.setdefault(shift.practitioner, [])
        other = next((one for one in own if one.start < shift.end and shift.start < one.end), None)
        if other is None:
            shifts.append(shift)
            own.append(shift)
        else:
            rejected.append(_refused(shift.where, None, _overlap_words(shift, other)))
    order = {(sheet.account.file, sheet.account.sheet): rank for rank, sheet in enumerate(sheets)}
    rejected.sort(key=lambda one: (order[one.file, one.sheet], one.row))
    return tuple(shifts), tuple(entry for entry in entries if isinstance(entry, Patient)), tuple(rejected)


def _of(entries: Sequence[Shift | Patient], practitioner: str | None) -> Iterator[Shift | Patient]:
    """`--practitioner` names who is not named, and keeps the unknown and nobody else."""
    wanted = None if practitioner is None else practitioner_key(practitioner)
    for entry in entries:
        if wanted is not None and entry.practitioner == NOBODY:
            yield replace(entry, practitioner=wanted)
        elif wanted is None or entry.practitioner in {wanted, None}:
            yield entry


def _refused(where: CellRef, cell: str | None, reason: str) -> Rejected:
    return Rejected(where.file, where.sheet, where.row, cell, reason)


def _overlap_words(shift: Shift, other: Shift) -> str:
    same_sheet = (shift.where.file, shift.where.sheet) == (other.where.file, other.where.sheet)
    name = other.where.file if other.where.sheet is None else f"{other.where.file}, feuille {other.where.sheet}"
    place = f"ligne {other.where.row}" if same_sheet else f"{name}, ligne {other.where.row}"
    who = " ; nommez les praticiens s'ils sont plusieurs" if shift.practitioner == NOBODY else ""
    return f"chevauche une autre vacation de la même personne ({place}){who}"


def _accounts(
    sheets: Sequence[_Sheet], kept: Sequence[Shift | Patient], rejected: Sequence[Rejected]
) -> tuple[Input, ...]:
    """The account of each sheet: rows of other practitioners, which `--practitioner` leaves out, count as skipped."""
    accounts = []
    for sheet in sheets:
        here = (sheet.account.file, sheet.account.sheet)
        good, bad = (sum((one.where.file, one.where.sheet) == here for one in ones) for ones in (kept, rejected))
        away = sheet.account.rows - good - bad
        accounts.append(
            replace(sheet.account, rows=good + bad, acts=good, rejected=bad, skipped=sheet.account.skipped + away)
        )
    return tuple(accounts)
