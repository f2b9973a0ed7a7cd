"""Who is told of an alert, by which way, and when: rows that wait to be sent.

Sending them is the work of ``health.services.delivery_sending``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from health.delivery_times import Rhythm, due_at
from health.models import Alert, AlertPreference, DeliveryOccasion, DeliveryPace
from organisation.facts import organisation_timezone
from organisation.models import User

# The assignee, else the owner of the account; for an escalation whom it went to.
# A service account reads no mail.
_TOLD = """
    SELECT alert.id AS alert_id, person.id AS person_id
    FROM health_alert alert
    JOIN health_alertrule rule ON rule.id = alert.rule_id AND rule.sends_email
    JOIN accounts_account account ON account.id = alert.account_id
    LEFT JOIN organisation_user assignee
        ON assignee.id = alert.assignee_id AND assignee.is_active
    JOIN organisation_user person
        ON person.id = CASE WHEN %(occasion)s = 'escalated' THEN alert.escalated_to_id
                            ELSE COALESCE(assignee.id, account.owner_id) END
        AND person.is_active AND person.role <> 'integration'
    WHERE alert.id = ANY(%(alerts)s::bigint[])
"""
# A chat does not need to hear who took an alert over.
_POSTED = """
    SELECT alert.id AS alert_id, channel.id AS channel_id
    FROM health_alert alert
    JOIN health_alertrule_channels link ON link.alertrule_id = alert.rule_id
    JOIN health_alertchannel channel ON channel.id = link.alertchannel_id
        AND channel.is_on
    WHERE alert.id = ANY(%(alerts)s::bigint[]) AND %(occasion)s <> 'assigned'
"""
_PLAN = f"""
    WITH rounds AS (
        SELECT alert.id, COALESCE(%(round)s::int, (
            SELECT max(earlier.round) + 1 FROM health_alertdelivery earlier
            WHERE earlier.alert_id = alert.id AND earlier.occasion = %(occasion)s
        ), 1) AS round
        FROM health_alert alert WHERE alert.id = ANY(%(alerts)s::bigint[])
    ), ways AS (
        SELECT told.alert_id, told.person_id, NULL::bigint AS channel_id,
               pace.is_digest, pace.due_at
        FROM ({_TOLD}) told
        JOIN unnest(%(people)s::bigint[], %(digests)s::boolean[],
                    %(dues)s::timestamptz[]) AS pace (person_id, is_digest, due_at)
            USING (person_id)
        UNION ALL
        SELECT alert_id, NULL, channel_id, false, %(now)s FROM ({_POSTED}) posted
    )
    INSERT INTO health_alertdelivery (
        alert_id, occasion, round, person_id, channel_id, is_digest, status, due_at,
        attempts, error, created_at, updated_at)
    SELECT ways.alert_id, %(occasion)s, rounds.round, person_id, channel_id, is_digest,
           'waiting', due_at, 0, '', %(now)s, %(now)s
    FROM ways JOIN rounds ON rounds.id = ways.alert_id
    ON CONFLICT DO NOTHING
"""


def plan_deliveries(
    alerts: Iterable[Alert],
    occasion: DeliveryOccasion | str,
    now: datetime,
    round: int | None = 1,  # noqa: A002 - the name of the column
) -> int:
    """Write down whom to tell of these alerts and when; returns how many tellings.

    Call it in the transaction that changes the alerts, after they are saved. The same
    alert, occasion and round is told nobody twice, however often this is called.
    ``round=None`` means once more: one above the highest there was, which is safe only
    while the caller holds the alerts locked.
    """
    values: dict[str, Any] = {
        "alerts": [alert.pk for alert in alerts],
        "occasion": DeliveryOccasion(occasion).value,
        "round": round,
        "now": now,
    }
    if not values["alerts"]:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT person_id FROM ({_TOLD}) told", values)
        people = [row[0] for row in cursor.fetchall()]
        paced = [
            (pk, rhythm.is_daily, due_at(rhythm, now))
            for pk, rhythm in rhythms_of(people).items()
        ]
        values["people"] = [pk for pk, _, _ in paced]
        values["digests"] = [is_digest for _, is_digest, _ in paced]
        values["dues"] = [due for _, _, due in paced]
        cursor.execute(_PLAN, values)
        return cursor.rowcount


def rhythms_of(people: Sequence[int]) -> dict[int, Rhythm]:
    """How each of these people wants to hear of alerts; who never does is left out."""
    preferences = {
        preference.person_id: preference
        for preference in AlertPreference.objects.filter(person_id__in=people)
    }
    default = organisation_zone()
    zones = User.objects.filter(pk__in=people).values_list("pk", "timezone")
    return {
        pk: rhythm_of(preferences.get(pk), zone or default)
        for pk, zone in zones
        if pk not in preferences or preferences[pk].pace != DeliveryPace.NEVER
    }


def organisation_zone() -> str:
    """The zone of whoever named none."""
    return organisation_timezone()


def rhythm_of(preference: AlertPreference | None, zone: str) -> Rhythm:
    """A preference as the arithmetic reads it; without one: at once, any hour."""
    if preference is None:
        return Rhythm(zone=ZoneInfo(zone))
    return Rhythm(
        zone=ZoneInfo(zone),
        is_daily=preference.pace == DeliveryPace.DAILY,
        digest_hour=preference.digest_hour,
        last_digest_on=preference.last_digest_on,
        quiet_from=preference.quiet_from,
        quiet_until=preference.quiet_until,
    )
