"""Facts that alert rules ask for and no score does: single things that happened.

Columns over a window are called ``<word>:<days>`` and end with the day.
"""

from __future__ import annotations

from collections.abc import Sequence

from health.sources.facts.tables import FactTable, templated
from health.sources.facts.tickets import PRIORITY_JOIN, STILL_COUNTS
from health.sources.scope import Scope

# Of each contact the last answer of the window counts; nameless answers count each.
_NPS_LOWEST = """
    SELECT n.account_id, min(n.score) AS {name}
    FROM (
        SELECT DISTINCT ON (r.account_id, coalesce(r.contact_id, -r.id))
            r.account_id, r.score
        FROM surveys_surveyresponse r JOIN surveys_survey v ON v.id = r.survey_id
        WHERE v.kind = 'nps' AND r.score IS NOT NULL AND {only_r}
          AND r.responded_at >= {since} AND r.responded_at < {end}
        ORDER BY r.account_id, coalesce(r.contact_id, -r.id), r.responded_at DESC,
            r.id DESC) n
    GROUP BY n.account_id
"""

# A clock says when its promise was missed. Tickets that came in without clocks say
# only that it was; that is known once they are done.
_CRITICAL_BREACHES = f"""
    SELECT t.account_id, count(*) AS {{name}}
    FROM tickets_ticket t {PRIORITY_JOIN}
    WHERE t.account_id IS NOT NULL AND t.opened_at < {{end}} AND {{only_t}}
      AND {STILL_COUNTS}
      AND coalesce(r.value, t.priority) = 'critical'
      AND (EXISTS (
            SELECT 1 FROM tickets_slaevent e
            WHERE e.ticket_id = t.id AND e.kind = 'breach'
              AND e.happened_at >= {{since}} AND e.happened_at < {{end}})
        OR (t.is_sla_met = false
          AND coalesce(t.resolved_at, t.closed_at) >= {{since}}
          AND coalesce(t.resolved_at, t.closed_at) < {{end}}))
    GROUP BY t.account_id
"""

# Whoever holds the role again, or followed in it since, is not missed.
_CHAMPIONS_LEFT = """
    WITH held AS MATERIALIZED (
        SELECT c.account_id, c.id AS contact_id, r.valid_from,
            least(r.valid_to, c.left_on, (c.archived_at AT TIME ZONE {zone})::date)
                AS until
        FROM accounts_contactrole r JOIN accounts_contact c ON c.id = r.contact_id
        WHERE r.role = 'champion' AND {only_c}
          AND (r.valid_from IS NULL OR r.valid_from <= {day}))
    SELECT gone.account_id, count(DISTINCT gone.contact_id) AS {name}
    FROM held gone
    WHERE gone.until >= {first} AND gone.until <= {day} AND NOT EXISTS (
        SELECT 1 FROM held here
        WHERE here.account_id = gone.account_id
          AND (here.until IS NULL OR here.until > {day})
          AND (here.contact_id = gone.contact_id OR here.valid_from >= gone.until))
    GROUP BY gone.account_id
"""

_WORDS = {
    "nps_lowest": _NPS_LOWEST,
    "critical_breaches": _CRITICAL_BREACHES,
    "champions_left": _CHAMPIONS_LEFT,
}


def table_of(column: str) -> FactTable | None:
    """The table of a column over a window; None for columns of other facts."""
    word, _, days = column.partition(":")
    template = _WORDS.get(word)
    if template is None or not days.isdigit():
        return None

    def query(scope: Scope, wanted: Sequence[str]) -> str:
        window = {
            "name": f'"{column}"',
            "since": scope.sql[f"since_{days}"],
            "first": scope.sql[f"first_{days}"],
        }
        return template.format_map(_Named(scope, window))

    return FactTable(column, frozenset({column}), query)


class _Named(dict[str, str]):
    """The names of a window, and behind them those of the scope."""

    def __init__(self, scope: Scope, window: dict[str, str]) -> None:
        super().__init__(window)
        self._scope = scope

    def __missing__(self, key: str) -> str:
        return self._scope.sql[key]


# Only customers whom somebody looks after in person have a cadence.
CARE = templated(
    "care",
    {
        "touch_cadence": "CASE WHEN s.coverage_model IN ('high_touch', 'mid_touch') "
        "THEN s.touch_cadence_days END",
        "customer_for_days": "{day} - a.first_seen_on",
    },
    """
    SELECT a.id AS account_id, {columns}
    FROM accounts_account a LEFT JOIN accounts_segment s ON s.id = a.segment_id
    WHERE {only_id_a}
    """,
)


# Days since anybody at all used the product: a silence of everybody is the feed's.
# With few accounts it may well be theirs.
FEW_ACCOUNTS = 10


def _silence(scope: Scope, wanted: Sequence[str]) -> str:
    return (
        "SELECT CASE WHEN (SELECT count(*) FROM usage_usagefeed "
        f"WHERE first_day <= {{day}}) >= {FEW_ACCOUNTS} THEN {{day}} - (SELECT "
        "max(d.day) FROM usage_accountday d WHERE d.day <= {day}) ELSE 0 END "
        "AS usage_silence"
    ).format_map(scope.sql)


SILENCE = FactTable(
    "usage_silence",
    frozenset({"usage_silence"}),
    _silence,
    is_shared=True,
    is_usage=True,
)

TABLES = (CARE, SILENCE)
