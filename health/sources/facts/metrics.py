"""Custom metrics before the end of the day: the latest value, and a mean.

Columns are called ``metric_value:<key>``, ``metric_target:<key>``,
``metric_age:<key>`` and ``metric_mean_<days>d:<key>``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from health.sources.facts.tables import FactTable
from health.sources.scope import Scope

_LATEST = {
    "metric_value": "v.value",
    "metric_target": "v.target",
    "metric_age": "{day} - (v.observed_at AT TIME ZONE {zone})::date",
}
_MEAN = re.compile(r"metric_mean_([1-9]\d{0,2})d")


def table_of(column: str) -> FactTable | None:
    """The table of a metric's column; None for columns of other facts."""
    word, _, key = column.partition(":")
    if not key:
        return None
    if mean := _MEAN.fullmatch(word):
        return _mean_table(key, int(mean[1]))
    return _latest_table(key) if word in _LATEST else None


def _quoted(key: str) -> str:
    """The key as SQL text inside a template."""
    plain = key.replace("'", "''").replace("{", "").replace("}", "")
    return f"'{plain}'"


def _mean_table(key: str, days: int) -> FactTable:
    name = f"metric_mean_{days}d:{key}"

    def query(scope: Scope, wanted: Sequence[str]) -> str:
        return (
            f'SELECT v.account_id, avg(v.value) AS "{name}" '
            "FROM usage_metricvalue v JOIN usage_metric m ON m.id = v.metric_id "
            f"WHERE m.key = {_quoted(key)} AND v.observed_at >= {{since_{days}}} "
            "AND v.observed_at < {end} AND {only_v} GROUP BY v.account_id"
        ).format_map(scope.sql)

    return FactTable(f"metric mean {days}:{key}", frozenset({name}), query)


def _latest_table(key: str) -> FactTable:
    def query(scope: Scope, wanted: Sequence[str]) -> str:
        selected = ", ".join(
            f'{_LATEST[name.partition(":")[0]]} AS "{name}"' for name in wanted
        )
        return (
            f"SELECT DISTINCT ON (v.account_id) v.account_id, {selected} "
            "FROM usage_metricvalue v JOIN usage_metric m ON m.id = v.metric_id "
            f"WHERE m.key = {_quoted(key)} AND v.observed_at < {{end}} AND {{only_v}} "
            "ORDER BY v.account_id, v.observed_at DESC, v.id DESC"
        ).format_map(scope.sql)

    return FactTable(
        f"metric:{key}", frozenset(f"{name}:{key}" for name in _LATEST), query
    )
