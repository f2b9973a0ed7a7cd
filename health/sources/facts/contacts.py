"""Facts about people: the contacts who matter and when we last spoke to them."""

from health.sources.facts.tables import Column, templated, windowed

_HOLDS_ROLE = """
    (r.valid_from IS NULL OR r.valid_from <= {day})
    AND (r.valid_to IS NULL OR r.valid_to > {day})
    AND (c.left_on IS NULL OR c.left_on > {day})
    AND (c.archived_at IS NULL OR c.archived_at >= {end})
"""

# Active: attended a touchpoint, answered a survey, wrote a ticket or used the product.
# The last is asked only of those whom nothing else shows.
_USED_PRODUCT = """EXISTS (
    SELECT 1 FROM usage_productuser u
    WHERE u.contact_id = key.contact_id AND EXISTS (
        SELECT 1 FROM usage_userweek w
        WHERE w.account_id = u.account_id AND w.product_user_id = u.id
          AND {active_90_w}))"""
KEY_CONTACTS = templated(
    "key_contacts",
    {
        "key_contacts": "count(*)",
        "key_contacts_active": "count(*) FILTER ("
        f"WHERE active.contact_id IS NOT NULL OR {_USED_PRODUCT})",
    },
    f"""
    WITH key AS MATERIALIZED (
        SELECT DISTINCT c.id AS contact_id, c.account_id
        FROM accounts_contactrole r JOIN accounts_contact c ON c.id = r.contact_id
        WHERE r.role = 'key_contact' AND {_HOLDS_ROLE} AND {{only_c}}),
    active AS (
        SELECT tc.contact_id
        FROM accounts_touchpoint_contacts tc
        JOIN accounts_touchpoint t ON t.id = tc.touchpoint_id
        WHERE t.happened_at >= {{since_90}} AND t.happened_at < {{end}} AND {{only_t}}
        UNION
        SELECT s.contact_id FROM surveys_surveyresponse s
        WHERE s.responded_at >= {{since_90}} AND s.responded_at < {{end}}
          AND s.contact_id IS NOT NULL AND {{only_s}}
        UNION
        SELECT k.contact_id FROM tickets_ticket k
        WHERE k.opened_at >= {{since_90}} AND k.opened_at < {{end}}
          AND k.contact_id IS NOT NULL AND {{only_k}}
          AND (k.spam_at IS NULL OR k.spam_at >= {{end}}))
    SELECT key.account_id, {{columns}}
    FROM key LEFT JOIN active ON active.contact_id = key.contact_id
    GROUP BY key.account_id
    """,
)

SPONSORS = templated(
    "sponsors",
    {"sponsors": "count(*)"},
    f"""
    SELECT c.account_id, {{columns}}
    FROM accounts_contactrole r JOIN accounts_contact c ON c.id = r.contact_id
    WHERE r.role = 'executive_sponsor' AND {_HOLDS_ROLE} AND {{only_c}}
    GROUP BY c.account_id
    """,
)

TOUCHPOINTS = windowed(
    "touchpoints",
    relation="accounts_touchpoint t",
    account="t",
    moment="t.happened_at",
    columns={
        "meetings_90": Column(
            "count(*)", 90, where="t.kind IN ('meeting', 'call', 'webinar', 'on_site')"
        ),
        "touchpoint_age": Column(
            "{day} - (max(t.happened_at) AT TIME ZONE {zone})::date"
        ),
    },
)

TABLES = (KEY_CONTACTS, SPONSORS, TOUCHPOINTS)
