"""Writing many rows at once: identifiers reserved ahead, rows by COPY."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection

_CHUNK = 200_000


def reserve_ids(table: str, count: int) -> np.ndarray:
    """``count`` fresh primary keys of a table, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) "
            "FROM generate_series(1, %s)",
            [table, count],
        )
        return np.fromiter((row[0] for row in cursor.fetchall()), np.int64, count)


def copy_rows(table: str, columns: Mapping[str, Sequence[Any] | np.ndarray]) -> int:
    """COPY columns of equal length into a table; None, NaN and NaT become NULL."""
    frame = pd.DataFrame(
        {
            # A list may mix integers and None, which pandas would turn into floats.
            name: pd.Series(data, dtype=object) if isinstance(data, list) else data
            for name, data in columns.items()
        }
    )
    names = ", ".join(columns)
    statement = f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, NULL '\\N')"
    with connection.cursor() as cursor:
        for start in range(0, len(frame), _CHUNK):
            buffer = io.StringIO()
            frame.iloc[start : start + _CHUNK].to_csv(
                buffer, header=False, index=False, na_rep="\\N"
            )
            buffer.seek(0)
            cursor.copy_expert(statement, buffer)
    return len(frame)
