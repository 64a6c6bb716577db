"""One sheet of text as typed acts: every row becomes acts, a rejected row, or a skipped one, and is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from avenant9.acts import values
from avenant9.acts.amounts import read_plain
from avenant9.acts.codes import CCAM, Coded, made_of_codes, parse_codes
from avenant9.acts.columns import ACTS
from avenant9.acts.dates import order_of, out_of_calendar, read_births, read_dates
from avenant9.acts.lists import read_lists
from avenant9.acts.mapped import with_constants
from avenant9.acts.mapping import Mapping
from avenant9.acts.people import named_by_invoice, read_people
from avenant9.acts.recognise import Recognised
from avenant9.acts.rows import data_rows, name_errors, name_merges
from avenant9.acts.sheet import Reading, Sheet
from avenant9.acts.widths import suited
from avenant9.acts.written import DAY_FIRST
from avenant9.model import Input, Nomenclature, Rejected
from avenant9.notice import Notice
from avenant9.reading.raw_sheet import RawSheet
from avenant9.reading.refusals import UNCOMPUTED
from avenant9.records import replace
from avenant9.wording import listed, plural, quoted


def normalise(raw: RawSheet, found: Recognised, nomenclature: Nomenclature, mapping: Mapping) -> Sheet:
    """Types every column that was recognised in `raw`, as `mapping` says."""
    body, skipped, ragged = data_rows(raw, found, mapping)
    reading = Reading(raw, found, body)
    name_errors(reading)
    name_merges(reading)
    reading = with_constants(reading, mapping)
    columns, cells = typed_columns(reading, nomenclature, mapping)
    typed = pl.DataFrame([series.alias(key) for key, series in columns.items()])
    right = suited(reading, typed) if ragged.habit else frozenset()
    if notice := ragged.notice(right):
        reading.say(notice)
    rejected = _rejected(reading, typed, nomenclature, ragged.reasons(right))
    bad_rows = pl.Series([r.row for r in rejected], dtype=pl.UInt32)
    good = typed.filter(~pl.col("row").is_in(bad_rows.implode())) if rejected else typed
    table = _expand(named_by_invoice(good), cells, nomenclature)
    account = Input(
        file=raw.file,
        sheet=raw.sheet,
        rows=len(body),
        acts=len(table),
        rejected=len(rejected),
        skipped=skipped,
        columns=dict(reading.found.headings),
        encoding=raw.encoding,
        separator=raw.separator,
        places=dict(found.columns),
        held=frozenset(column.name for column in table if column.null_count() < len(column)),
    )
    unnamed = table["practitioner"] == "?"
    return Sheet(
        table=table,
        account=account,
        rejected=rejected,
        notices=(*found.notices, *_unread(raw, found), *reading.notices),
        named=bool((~unnamed).any()),
        unnamed=bool(unnamed.any()),
    )


def typed_columns(
    reading: Reading, nomenclature: Nomenclature, mapping: Mapping
) -> tuple[dict[str, pl.Series], Sequence[tuple[Coded, ...]]]:
    """The number of each row and its cells, typed, null where the sheet has no such column; and the acts of each
    text of the codes: a cell has the place of its text, where that holds some."""

    def absent(key: str) -> pl.Series:
        return pl.Series(key, [None], dtype=ACTS[key]).new_from_index(0, len(reading.rows))

    columns: dict[str, pl.Series] = {"row": reading.rows["row"]}
    codes, places = values.by_text(reading.required("code"))
    cells = [() if cell is None else parse_codes(cell, nomenclature) for cell in codes]
    read = [place if acts else None for place, acts in enumerate(cells)]
    columns["code"] = pl.Series(read, dtype=pl.UInt32).gather(places)
    order = order_of(mapping.dates or "") or DAY_FIRST
    _at_once(
        reading,
        lambda part: read_dates(part, columns, absent, order),
        lambda part: read_lists(part, columns, absent, nomenclature),
    )
    read_births(reading, columns, absent, _of_children(columns, cells, nomenclature), order)
    _at_once(
        reading,
        lambda part: read_plain(part, columns, absent),
        lambda part: read_people(part, columns, mapping.practitioners),
    )
    return columns, cells


def _of_children(
    columns: dict[str, pl.Series], cells: Sequence[tuple[Coded, ...]], nomenclature: Nomenclature
) -> pl.Series:
    """Whether each row is about a child: by who bills, or by an act that is due for children only."""
    reserved = [
        place for place, acts in enumerate(cells) if any(act.code in nomenclature.of_children for act in acts)
    ]
    paediatricians = pl.Series(sorted(nomenclature.paediatricians), dtype=ACTS["specialty"])
    by_whom = columns["specialty"].is_in(paediatricians.implode()).fill_null(False)
    return by_whom | columns["code"].is_in(reserved).fill_null(False)


def _unread(raw: RawSheet, found: Recognised) -> list[Notice]:
    """What serves nothing may have been thought to count: it is named, once for a file."""
    titles = listed(quoted(found.unread.values()))
    return (
        [Notice((raw.file,), f" : {plural(len(found.unread), 'colonne non lue', 'colonnes non lues')} : {titles}.")]
        if found.unread
        else []
    )


def _at_once(reading: Reading, *steps: Callable[[Reading], None]) -> None:
    """Takes steps that read other columns side by side (polars works outside the interpreter's lock); what they have
    to say is kept in their order."""
    parts = [replace(reading, notices=[]) for _ in steps]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda step, part: step(part), steps, parts))
    for part in parts:
        reading.notices.extend(part.notices)


def _rejected(
    reading: Reading, typed: pl.DataFrame, nomenclature: Nomenclature, misplaced: dict[int, str]
) -> tuple[Rejected, ...]:
    """Rows whose cells may be `misplaced`, or whose date, code or quantity cannot be read, with cell and reason."""
    errors = {(row, column): text for row, column, text in reading.raw.errors.iter_rows()}
    checks = [("date", "date", typed["date"]), ("code", "code", typed["code"])]
    if reading.cells("quantity") is not None:
        checks.append(("quantity", "quantité", typed["quantity"]))
    reasons = {
        row: Rejected(reading.raw.file, reading.raw.sheet, row, None, reason) for row, reason in misplaced.items()
    }
    for key, word, read in checks:
        if not read.null_count():
            continue
        text = reading.required(key)
        for row, cell in pl.DataFrame([typed["row"], text.alias("text")]).filter(read.is_null()).iter_rows():
            error = errors.get((row, reading.found.columns[key]))
            reasons.setdefault(row, _rejection(reading, nomenclature, key, word, row, cell, error))
    return tuple(reasons[row] for row in sorted(reasons))


def _rejection(
    reading: Reading, nomenclature: Nomenclature, key: str, word: str, row: int, cell: str | None, error: str | None
) -> Rejected:
    if error == UNCOMPUTED:
        reason = f"{word} : formule non calculée, ouvrez puis enregistrez le fichier dans Excel"
    elif error is not None:
        reason = f"{word} : la cellule contient l'erreur {error}"
    elif key == "date" and cell is not None and out_of_calendar(cell):
        reason = "date hors du calendrier des tableurs (avant le 01/03/1900 ou après 9999)"
    elif cell is None:
        reason = f"{word} absent{'e' if word != 'code' else ''}"
    elif values.quotable(cell) or (key == "code" and made_of_codes(cell, nomenclature)):
        reason = f"{word} illisible : « {cell} »"
    else:
        reason = f"{word} illisible"
    return Rejected(reading.raw.file, reading.raw.sheet, row, reading.cell(key, row), reason)


def _expand(typed: pl.DataFrame, cells: Sequence[tuple[Coded, ...]], nomenclature: Nomenclature) -> pl.DataFrame:
    """One line per act: quantities of the cell times the column's, aliases and groupings resolved."""
    lines = [
        (place, len(acts), act.code, act.quantity, act.coefficient)
        for place, acts in enumerate(cells)
        for act in acts
    ]
    schema = {"code": pl.UInt32, "parts": pl.UInt8, "act_code": pl.String, "times": pl.Int32, "in_cell": pl.Int32}
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
