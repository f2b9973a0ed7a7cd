"""The event log of the demo organisation, derived from its facts."""

from __future__ import annotations

from django.db import connection

from cs_platform.demo.ticket_history import write_ticket_history

#: kind, actor, SQL giving (time, account, subject type, id, label, data).
_EVENTS = (
    (
        "account_created",
        (
            "SELECT a.created_at, a.id, 'accounts.account', a.id, a.name, '{}'::jsonb "
            "FROM accounts_account a JOIN accounts_accountexternalid x "
            "ON x.account_id = a.id AND x.source = 'demo'"
        ),
    ),
    (
        "subscription_created",
        (
            "SELECT s.start_on + time '09:00', s.account_id, 'revenue.subscription', s.id, "
            "s.external_id, jsonb_build_object('mrr_amount', s.mrr_amount::float, "
            "'currency', s.currency) FROM revenue_subscription s WHERE s.source = 'demo'"
        ),
    ),
    (
        "ticket_opened",
        (
            "SELECT t.opened_at, t.account_id, 'tickets.ticket', t.id, t.number, "
            "jsonb_build_object('subject', t.subject, 'priority', t.priority) "
            "FROM tickets_ticket t WHERE t.source = 'demo' "
            "AND t.last_customer_message_at IS NULL"
        ),
    ),
    (
        "ticket_resolved",
        (
            "SELECT t.resolved_at, t.account_id, 'tickets.ticket', t.id, t.number, "
            "jsonb_build_object('subject', t.subject) FROM tickets_ticket t "
            "WHERE t.source = 'demo' AND t.resolved_at IS NOT NULL "
            "AND t.last_customer_message_at IS NULL"
        ),
    ),
    (
        "survey_answered",
        (
            "SELECT r.responded_at, r.account_id, 'surveys.surveyresponse', r.id, s.name, "
            "jsonb_build_object('score', r.score, 'comment', r.comment, 'contact', c.name) "
            "FROM surveys_surveyresponse r JOIN surveys_survey s ON s.id = r.survey_id "
            "LEFT JOIN accounts_contact c ON c.id = r.contact_id WHERE r.source = 'demo'"
        ),
    ),
    (
        "contact_left",
        (
            "SELECT c.left_on + time '10:00', c.account_id, 'accounts.contact', c.id, "
            "c.name, '{}'::jsonb FROM accounts_contact c "
            "WHERE c.source = 'demo' AND c.left_on IS NOT NULL"
        ),
    ),
    (
        "churn_recorded",
        (
            "SELECT e.churned_on + time '12:00', e.account_id, 'revenue.churnevent', e.id, "
            "e.external_id, jsonb_build_object('reasons', to_jsonb(e.reasons)) "
            "FROM revenue_churnevent e WHERE e.source = 'demo'"
        ),
    ),
)


def write_history() -> None:
    """One event per fact, at the time of the fact; recorded in order of time."""
    selects = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, f.* FROM ({query}) AS "
        "f (happened_at, account_id, subject_type, subject_id, subject_label, data)"
        for kind, query in _EVENTS
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (kind, happened_at, account_id, subject_type, "
            "subject_id, subject_label, data, actor_label) "
            f"SELECT kind, happened_at, account_id, subject_type, subject_id, "
            f"subject_label, data, 'Demo' FROM ({selects}) AS history "
            "ORDER BY happened_at"
        )
    write_ticket_history()
