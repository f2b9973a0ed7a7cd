"""Custom metrics: the latest value before the end of the day, one table per metric.

Columns are called ``metric_value:<key>``, ``metric_target:<key>``
and ``metric_age:<key>``.
"""

from __future__ import annotations

from collections.abc import Sequence

from health.sources.facts.tables import FactTable
from health.sources.scope import Scope

_LATEST = {
    "metric_value": "v.value",
    "metric_target": "v.target",
    "metric_age": "{day} - (v.observed_at AT TIME ZONE {zone})::date",
}


def table_of(column: str) -> FactTable | None:
    """The table of a metric's column; None for columns of other facts."""
    word, _, key = column.partition(":")
    if word not in _LATEST or not key:
        return None

    def query(scope: Scope, wanted: Sequence[str]) -> str:
        selected = ", ".join(
            f'{_LATEST[name.partition(":")[0]]} AS "{name}"' for name in wanted
        )
        quoted = key.replace("'", "''").replace("{", "").replace("}", "")
        return (
            f"SELECT DISTINCT ON (v.account_id) v.account_id, {selected} "
            "FROM usage_metricvalue v JOIN usage_metric m ON m.id = v.metric_id "
            f"WHERE m.key = '{quoted}' AND v.observed_at < {{end}} AND {{only_v}} "
            "ORDER BY v.account_id, v.observed_at DESC, v.id DESC"
        ).format_map(scope.sql)

    return FactTable(
        f"metric:{key}", frozenset(f"{name}:{key}" for name in _LATEST), query
    )
