"""Ticket facts as of the end of the day.

Where a ticket's status is kept as periods they say what was known; else its time
stamps do, each only when it lies before the end of the day.
"""

from __future__ import annotations

from collections.abc import Sequence

from health.sources.facts.tables import FactTable
from health.sources.scope import Scope

_DONE = "('resolved', 'closed')"
_HOURS = "date_part('epoch', t.done_at - t.opened_at) / 3600"
_OPENED_90 = "t.opened_at >= {since_90}"
_DONE_90 = "t.done_at >= {since_90}"
_TO_RESPONSE = "date_part('epoch', t.first_responded_at - t.opened_at) / 3600"
_RESPONDED_90 = "t.first_responded_at >= {since_90} AND t.first_responded_at < {end}"
_RATED = "t.csat IS NOT NULL AND t.csat_at >= {since_90} AND t.csat_at < {end}"

PRIORITIES = ("critical", "high", "medium", "low")
COLUMNS = {
    "tickets_opened_30": "count(*) FILTER (WHERE t.opened_at >= {since_30})",
    "tickets_opened_90": f"count(*) FILTER (WHERE {_OPENED_90})",
    "tickets_escalated_90": f"count(*) FILTER (WHERE {_OPENED_90} AND t.is_escalated)",
    "tickets_open": "count(*) FILTER (WHERE t.is_open)",
    **{
        f"tickets_open_{priority}": "count(*) FILTER ("
        f"WHERE t.is_open AND t.priority = '{priority}')"
        for priority in PRIORITIES
    },
    "resolution_mean_90": f"avg({_HOURS}) FILTER (WHERE {_DONE_90})",
    "resolution_median_90": f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {_HOURS}) "
    f"FILTER (WHERE {_DONE_90})",
    "resolution_age": "{day} - (max(t.done_at) AT TIME ZONE {zone})::date",
    "first_response_mean_90": f"avg({_TO_RESPONSE}) FILTER (WHERE {_RESPONDED_90})",
    "first_response_age": "{day} - (max(t.first_responded_at) FILTER ("
    f"WHERE {_RESPONDED_90}) AT TIME ZONE {{zone}})::date",
    "sla_met_share_90": "100.0 * avg(t.is_sla_met::int) FILTER ("
    f"WHERE {_DONE_90} AND t.is_sla_met IS NOT NULL)",
    "tickets_open_breached": "count(*) FILTER (WHERE t.is_open AND t.is_breached)",
    "tickets_resolved_90": "count(*) FILTER (WHERE t.was_done_90)",
    "tickets_reopened_90": "count(*) FILTER (WHERE t.was_done_90 AND t.is_reopened)",
    "ticket_rating_90": f"avg(t.csat) FILTER (WHERE {_RATED})",
    "ticket_rating_age": "{day} - (max(t.csat_at) FILTER ("
    f"WHERE {_RATED}) AT TIME ZONE {{zone}})::date",
}

# Spam is none from when it was found, and a merged ticket is closed when it is merged.
STILL_COUNTS = """
    (t.spam_at IS NULL OR t.spam_at >= {end})
    AND (t.merged_into_id IS NULL OR (t.closed_at < {end}) IS NOT TRUE)
"""

# Finished before the 90 days and untouched since: no column can need such a ticket.
_RELEVANT = f"""
    t.opened_at < {{end}} AND t.account_id IS NOT NULL AND {{only_t}}
    AND {STILL_COUNTS} AND (
        t.status NOT IN {_DONE}
        OR (t.resolved_at IS NULL AND t.closed_at IS NULL)
        OR greatest(t.resolved_at, t.closed_at, t.reopened_at, t.escalated_at,
                    t.csat_at) >= {{since_90}})
"""

# One row per ticket with status periods: what they say at the end of the day.
_STATES = f"""
    SELECT p.ticket_id,
        max(p.valid_from) FILTER (WHERE p.value = 'resolved') AS resolved_at,
        max(p.valid_from) FILTER (WHERE p.value IN {_DONE}) AS last_done_at,
        min(p.valid_from) FILTER (WHERE p.value IN {_DONE}) AS first_done_at,
        max(p.valid_from) FILTER (WHERE p.value NOT IN {_DONE}) AS last_open_at
    FROM tickets_ticketperiod p
    JOIN tickets_ticket t ON t.id = p.ticket_id
    WHERE p.field = 'status' AND p.valid_from < {{end}} AND {_RELEVANT}
    GROUP BY p.ticket_id
"""

PRIORITY_JOIN = """
    LEFT JOIN tickets_ticketperiod r ON r.ticket_id = t.id AND r.field = 'priority'
        AND r.valid_from < {end} AND (r.valid_to IS NULL OR r.valid_to >= {end})
"""


# What the clocks of a ticket had come to by the end of the day.
_CLOCKS = f"""
    SELECT c.ticket_id,
        coalesce(bool_or(c.breached_at < {{end}}), false) AS is_breached,
        coalesce(bool_or(c.state = 'met' AND c.stopped_at < {{end}}), false) AS is_met
    FROM tickets_slaclock c JOIN tickets_ticket t ON t.id = c.ticket_id
    WHERE c.started_at < {{end}} AND {_RELEVANT}
    GROUP BY c.ticket_id
"""
# A ticket without clocks has the verdict that its source gave.
_VERDICT = """
    CASE WHEN c.ticket_id IS NULL THEN t.is_sla_met
        WHEN c.is_breached THEN false WHEN c.is_met THEN true END
"""


def _until_end(stamp: str) -> str:
    return f"(CASE WHEN t.{stamp} < {{end}} THEN t.{stamp} END)"


def _stamped() -> str:
    """The columns of a ticket that has time stamps only.

    After a reopening the final time is the closing, not the first resolution.
    """
    resolved, closed = _until_end("resolved_at"), _until_end("closed_at")
    reopened = _until_end("reopened_at")
    last_stop = f"greatest({resolved}, {closed})"
    stop = f"""CASE WHEN {resolved} < {reopened} AND {closed} >= {reopened}
        THEN {closed} ELSE coalesce({resolved}, {closed}) END"""
    is_done = f"({last_stop} IS NOT NULL AND ({reopened} > {last_stop}) IS NOT TRUE)"
    return f"""
        CASE WHEN {is_done} THEN {stop} END AS done_at,
        (t.resolved_at IS NULL AND t.closed_at IS NULL AND t.status IN {_DONE})
            IS NOT TRUE AND NOT {is_done} AS is_open,
        coalesce({stop} >= {{since_90}}, false)
            OR coalesce({reopened} >= {{since_90}}, false) AS was_done_90,
        {reopened} IS NOT NULL AS is_reopened
    """


# When status periods say that a ticket was done for good, as of the day.
_DONE_AT = """CASE WHEN s.last_done_at >= coalesce(s.last_open_at, s.last_done_at)
    THEN CASE WHEN s.resolved_at >= coalesce(s.last_open_at, s.resolved_at)
        THEN s.resolved_at ELSE s.last_done_at END END"""


def _query(scope: Scope, wanted: Sequence[str]) -> str:
    selected = ", ".join(f"{COLUMNS[name]} AS {name}" for name in wanted)
    needs_clocks = bool({"sla_met_share_90", "tickets_open_breached"} & set(wanted))
    clocks = f", clocks AS MATERIALIZED ({_CLOCKS})" if needs_clocks else ""
    needs_priority = any(f"tickets_open_{word}" in wanted for word in PRIORITIES)
    return f"""
    WITH states AS MATERIALIZED ({_STATES}){clocks},
    relevant AS (
        SELECT t.*,
            {_VERDICT if needs_clocks else "t.is_sla_met"} AS verdict,
            {"coalesce(c.is_breached, false)" if needs_clocks else "false"}
                AS is_breached,
            CASE WHEN s.ticket_id IS NULL THEN t.done_at
                ELSE {_DONE_AT} END AS settled_at,
            CASE WHEN s.ticket_id IS NULL THEN t.is_open
                ELSE ({_DONE_AT}) IS NULL END AS is_unsettled,
            CASE WHEN s.ticket_id IS NULL THEN t.was_done_90
                ELSE coalesce(s.last_done_at >= {{since_90}}, false) END AS was_settled,
            CASE WHEN s.ticket_id IS NULL THEN t.is_reopened
                ELSE coalesce(s.last_open_at > s.first_done_at, false) END AS returned
        FROM (
            SELECT t.id, t.account_id, t.opened_at, t.csat, t.is_sla_met,
                t.first_responded_at,
                coalesce(t.csat_at, t.closed_at, t.resolved_at) AS csat_at,
                coalesce(t.escalated_at < {{end}}, false) AS is_escalated,
                {"coalesce(r.value, t.priority)" if needs_priority else "t.priority"}
                    AS priority, {_stamped()}
            FROM tickets_ticket t {PRIORITY_JOIN if needs_priority else ""}
            WHERE {_RELEVANT}) t
        LEFT JOIN states s ON s.ticket_id = t.id
        {"LEFT JOIN clocks c ON c.ticket_id = t.id" if needs_clocks else ""})
    SELECT t.account_id, {selected}
    FROM (
        SELECT account_id, opened_at, first_responded_at, csat, csat_at,
            verdict AS is_sla_met, is_breached, is_escalated, priority,
            settled_at AS done_at, is_unsettled AS is_open,
            was_settled AS was_done_90, returned AS is_reopened
        FROM relevant) t
    GROUP BY t.account_id
    """.format_map(scope.sql)


TICKETS = FactTable("tickets", frozenset(COLUMNS), _query)
TABLES = (TICKETS,)
