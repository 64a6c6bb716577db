"""A parquet file as a table of text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from avenant9.errors import InputError
from avenant9.notice import Notice
from avenant9.reading.raw_sheet import MAX_CELLS, RawSheet


def read_parquet(path: str, data: bytes) -> tuple[RawSheet, list[Notice]]:
    """The sheet, and a notice for each column of which the hours have a zone.

    Raises:
        InputError: damaged, of more cells than a text may have, or with a value that has no text.
    """
    with _panics(path, "le fichier parquet est tronqué ou abîmé", "exportez-le à nouveau"):
        lazy = pl.scan_parquet(io.BytesIO(data))
        names = lazy.collect_schema().names()
        height = lazy.select(pl.len()).collect().item()
        if height * len(names) > MAX_CELLS:
            problem = f"le fichier a {height} lignes × {len(names)} colonnes"
            raise InputError(path, problem, "exportez une période plus courte, ou moins de colonnes")
        table = pl.read_parquet(io.BytesIO(data))
    zones = [
        Notice(
            (path,),
            f" : colonne « {name} » en temps universel ou zoné ({dtype.time_zone}), heures lues telles quelles.",
        )
        for name, dtype in table.schema.items()
        if isinstance(dtype, pl.Datetime) and dtype.time_zone
    ]
    columns = [pl.Series("row", range(1, height + 1), pl.UInt32)]
    for place, series in enumerate(table.iter_columns()):
        problem = f"la colonne « {series.name} » a une valeur qui ne s'écrit pas (date hors du calendrier ?)"
        with _panics(path, problem, "corrigez-la, ou exportez cette colonne en texte"):
            columns.append(_as_text(series).alias(f"c{place}"))
    return RawSheet(path, None, pl.DataFrame(columns), header=tuple(names)), zones


@contextmanager
def _panics(path: str, problem: str, remedy: str) -> Iterator[None]:
    """What polars makes of bytes that it does not expect, which may be no Exception, as a sentence."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, InputError):
        raise
    except BaseException:
        raise InputError(path, problem, remedy) from None


def _as_text(series: pl.Series) -> pl.Series:
    """The values of a column as a spreadsheet would show them; empty text is null."""
    dtype = series.dtype
    if isinstance(dtype, pl.Datetime):
        series = _in_calendar(series, "%Y-%m-%d %H:%M:%S")
    elif dtype == pl.Date:
        series = _in_calendar(series, "%Y-%m-%d")
    elif dtype == pl.Time:
        series = series.dt.strftime("%H:%M:%S")
    elif dtype == pl.Duration:
        series = series.dt.to_string("iso")
    elif dtype.is_float():
        whole = (series == series.floor()) & (series.abs() < 2**53)
        number = series.cast(pl.Float64)
        integers = number.set(~whole.fill_null(False), None).cast(pl.Int64).cast(pl.String)
        series = series.set(series.is_nan().fill_null(False), None).cast(pl.String)
        series = series.zip_with(~whole.fill_null(False), integers)
    elif isinstance(dtype, pl.Decimal):
        series = series.cast(pl.String)
        if dtype.scale:  # as a number, 25.000 is 25
            series = series.str.strip_chars_end("0").str.strip_chars_end(".")
    elif dtype == pl.Binary:
        try:
            series = series.cast(pl.String)  # text of which the writer did not say that it is
        except pl.exceptions.ComputeError:
            series = series.bin.encode("hex")
    elif dtype.is_nested() or dtype == pl.Object:
        series = pl.Series([None if value is None else str(value) for value in series.to_list()], dtype=pl.String)
    else:
        series = series.cast(pl.String)
    return series.set((series == "").fill_null(False), None)


def _in_calendar(series: pl.Series, form: str) -> pl.Series:
    """Days or moments as text; one that no calendar has, on which polars panics, is its number."""
    numbers = series.to_physical().cast(pl.Int64)
    unit = series.dtype.time_unit if isinstance(series.dtype, pl.Datetime) else None
    a_day = 1 if unit is None else 86_400 * {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    known = (numbers // a_day).is_between(-3_000_000, 3_000_000).fill_null(True)
    return series.set(~known, None).dt.strftime(form).zip_with(known, numbers.cast(pl.String))
