"""Columns of values as columns of French words, as `wording` writes single ones."""

from __future__ import annotations

import polars as pl

from avenant9.wording import NBSP


def day(expr: pl.Expr) -> pl.Expr:
    """JJ/MM/AAAA."""
    return expr.dt.to_string("%d/%m/%Y")


def integer(number: pl.Expr) -> pl.Expr:
    """`1 234`, as `wording.integer` writes it; the number is not negative."""
    backwards = number.cast(pl.String).str.reverse().str.replace_all(r"(\d{3})", f"${{1}}{NBSP}")
    return backwards.str.reverse().str.strip_chars_start(NBSP)


def euros(cents: pl.Expr) -> pl.Expr:
    """`1 234,50 €`, as `wording.euros` writes it."""
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, rest = integer(cents.abs() // 100), cents.abs() % 100
    return pl.format(f"{{}}{{}},{{}}{NBSP}€", sign, whole, rest.cast(pl.String).str.zfill(2))


def percent(basis_points: pl.Expr) -> pl.Expr:
    """`20 %` or `7,25 %`, as `wording.percent` writes it."""
    rest = (basis_points % 100).cast(pl.String).str.zfill(2).str.strip_chars_end("0")
    comma = pl.when(rest == "").then(pl.lit("")).otherwise(pl.lit(","))
    return pl.format(f"{{}}{{}}{{}}{NBSP}%", basis_points // 100, comma, rest)


def money(cents: pl.Expr, point: str = ".") -> pl.Expr:
    """`1234.50`, as `wording.money` writes it; null stays null."""
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.format(
        f"{{}}{{}}{point}{{}}", sign, cents.abs() // 100, (cents.abs() % 100).cast(pl.String).str.zfill(2)
    )
