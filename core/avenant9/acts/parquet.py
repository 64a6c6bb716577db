"""A parquet file as a table of text."""

from __future__ import annotations

import io

import polars as pl

from avenant9.acts.raw import RawSheet
from avenant9.errors import InputError


def read_parquet(path: str, data: bytes) -> tuple[RawSheet, list[str]]:
    """The sheet, and a notice for each column of which the hours have a zone."""
    try:
        table = pl.read_parquet(io.BytesIO(data))
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise InputError(path, "le fichier parquet est tronqué ou abîmé", "exportez-le à nouveau") from None
    zones = [
        f"{path} : colonne « {name} » en temps universel ou zoné ({dtype.time_zone}), heures lues telles quelles."
        for name, dtype in table.schema.items()
        if isinstance(dtype, pl.Datetime) and dtype.time_zone
    ]
    rows = pl.Series("row", range(1, len(table) + 1), pl.UInt32)
    columns = [_as_text(series).alias(f"c{place}") for place, series in enumerate(table.iter_columns())]
    return RawSheet(path, None, pl.DataFrame([rows, *columns]), header=tuple(table.columns)), zones


def _as_text(series: pl.Series) -> pl.Series:
    """The values of a column as a spreadsheet would show them; empty text is null."""
    dtype = series.dtype
    if isinstance(dtype, pl.Datetime):
        series = series.dt.strftime("%Y-%m-%d %H:%M:%S")
    elif dtype == pl.Time:
        series = series.dt.strftime("%H:%M:%S")
    elif dtype.is_float():
        whole = (series == series.floor()) & (series.abs() < 2**53)
        number = series.cast(pl.Float64)
        integers = number.set(~whole.fill_null(False), None).cast(pl.Int64).cast(pl.String)
        series = series.set(series.is_nan().fill_null(False), None).cast(pl.String)
        series = series.zip_with(~whole.fill_null(False), integers)
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
