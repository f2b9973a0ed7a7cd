"""What customers answered, and what has reached the organisation at all."""

from __future__ import annotations

from collections.abc import Sequence

from health.sources.facts.tables import Column, FactTable, templated, windowed
from health.sources.scope import Scope

_AGE = "{{day}} - (max(r.responded_at){filter} AT TIME ZONE {{zone}})::date"


def _of_kind(kind: str) -> dict[str, Column]:
    is_kind = f"v.kind = '{kind}' AND r.score IS NOT NULL"
    age = _AGE.format(filter=f" FILTER (WHERE {is_kind})")
    return {
        f"{kind}_mean_180": Column("avg(r.score)", 180, where=is_kind),
        f"{kind}_age": Column(age, 180),
    }


_HAS_WORDS = "r.sentiment IS NOT NULL"
RESPONSES = windowed(
    "responses",
    relation="surveys_surveyresponse r JOIN surveys_survey v ON v.id = r.survey_id",
    account="r",
    moment="r.responded_at",
    columns={
        **_of_kind("csat"),
        **_of_kind("ces"),
        **_of_kind("product"),
        "sentiment_180": Column("avg(r.sentiment)", 180, where=_HAS_WORDS),
        "sentiment_age": Column(
            _AGE.format(filter=f" FILTER (WHERE {_HAS_WORDS})"), 180
        ),
    },
)

# Each contact counts once, with the last answer; nameless answers count each.
NPS = templated(
    "nps",
    {
        "nps_180": "100.0 * avg(CASE WHEN n.score >= 9 THEN 1 "
        "WHEN n.score <= 6 THEN -1 ELSE 0 END)",
        "nps_age": "{day} - (max(n.responded_at) AT TIME ZONE {zone})::date",
    },
    """
    SELECT n.account_id, {columns}
    FROM (
        SELECT DISTINCT ON (r.account_id, coalesce(r.contact_id, -r.id))
            r.account_id, r.score, r.responded_at
        FROM surveys_surveyresponse r JOIN surveys_survey v ON v.id = r.survey_id
        WHERE v.kind = 'nps' AND r.score IS NOT NULL AND {only_r}
          AND r.responded_at >= {since_180} AND r.responded_at < {end}
        ORDER BY r.account_id, coalesce(r.contact_id, -r.id), r.responded_at DESC,
            r.id DESC) n
    GROUP BY n.account_id
    """,
)

INVITATIONS = windowed(
    "invitations",
    relation="surveys_surveyinvitation i "
    "LEFT JOIN surveys_surveyresponse r ON r.invitation_id = i.id "
    "AND r.responded_at < {end}",
    account="i",
    moment="i.asked_at",
    columns={
        "asked_180": Column("count(*)", 180),
        "answered_180": Column("count(r.id)", 180),
        "asked_age": Column("{day} - (max(i.asked_at) AT TIME ZONE {zone})::date", 180),
    },
)

# Days since a kind of fact last reached the organisation; NULL when it never did.
_FEEDS = {
    "ticket_feed_age": ("opened_at", "tickets_ticket"),
    "touchpoint_feed_age": ("happened_at", "accounts_touchpoint"),
    "response_feed_age": ("responded_at", "surveys_surveyresponse"),
    "invitation_feed_age": ("asked_at", "surveys_surveyinvitation"),
}
_ORGANISATION = {
    **{
        name: f"(SELECT {{day}} - (max({column}) AT TIME ZONE {{zone}})::date "
        f"FROM {table} WHERE {column} < {{end}})"
        for name, (column, table) in _FEEDS.items()
    },
    "payment_feed_age": "(SELECT {day} - max(due_on) FROM revenue_overduepayment "
    "WHERE due_on <= {day})",
    "has_sla_clocks": "(SELECT 1 WHERE EXISTS (SELECT 1 FROM tickets_slaclock "
    "WHERE started_at < {end}))",
    "has_contact_roles": "(SELECT 1 WHERE EXISTS (SELECT 1 FROM accounts_contactrole "
    "WHERE valid_from IS NULL OR valid_from <= {day}))",
}


def _organisation_query(scope: Scope, wanted: Sequence[str]) -> str:
    selected = ", ".join(f"{_ORGANISATION[name]} AS {name}" for name in wanted)
    return f"SELECT {selected}".format_map(scope.sql)


ORGANISATION = FactTable(
    "organisation", frozenset(_ORGANISATION), _organisation_query, is_shared=True
)

TABLES = (RESPONSES, NPS, INVITATIONS, ORGANISATION)
