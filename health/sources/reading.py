"""Query results as arrays, through binary COPY: no Python object per value."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

_HEADER, _TRAILER = 19, 2


def read_columns(sql: str, names: Sequence[str]) -> tuple[Ids, dict[str, Floats]]:
    """The ``account_id`` and the named columns of a query; NULL becomes NaN."""
    selected = ", ".join(f"coalesce(q.\"{name}\"::float8, 'NaN')" for name in names)
    wrapped = f"SELECT q.account_id::int8, {selected} FROM ({sql}) q"
    rows = _rows(wrapped, ["account_id", *names])
    columns = {name: rows[name].astype(np.float64) for name in names}
    return rows["account_id"].astype(np.int64), columns


def read_ids(sql: str) -> Ids:
    """The one column of ids that a query returns."""
    rows = _rows(f"SELECT q.id::int8 FROM ({sql}) q(id)", ["id"])
    return rows["id"].astype(np.int64)


def _rows(sql: str, names: Sequence[str]) -> NDArray[np.void]:
    """Rows of fixed width: an int8 first, then float8, none of them NULL."""
    buffer = io.BytesIO()
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY ({sql}) TO STDOUT (FORMAT binary)", buffer)
    fields: list[tuple[str, str]] = [("#", ">i2")]
    for position, name in enumerate(names):
        fields += [(f"#{name}", ">i4"), (name, ">f8" if position else ">i8")]
    row = np.dtype(fields)
    count = (len(buffer.getbuffer()) - _HEADER - _TRAILER) // row.itemsize
    return np.frombuffer(buffer.getbuffer(), dtype=row, count=count, offset=_HEADER)
