"""Taking the demo organisation out again, completely."""

from __future__ import annotations

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models.fields.reverse_related import ManyToOneRel

from accounts.models import Account, Plan
from cs_platform.demo.canned import remove_replies
from cs_platform.demo.organisation import METRICS, PEOPLE, SURVEYS, TIERS
from cs_platform.demo.words import FEATURES, PLANS
from cs_platform.demo.world import SOURCE
from health.services.band_counts import recount
from organisation.models import (
    Organisation,
    User,
    WorkingCalendar,
    WorkingCalendarVersion,
)
from surveys.models import Survey
from tickets.models import SlaClock, SlaTierVersion, Ticket
from usage.models import Feature, Metric

#: Rows that outlive their account elsewhere, but not here.
_GOES_ALONG = (Ticket,)
_DOOMED = "id IN (SELECT account_id FROM demo_accounts)"


@transaction.atomic
def remove_demo() -> int:
    """Delete every demo account with all that hangs on it; returns how many.

    People and configuration go too, as far as nothing of your own refers to them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL cs.allow_event_erasure = 'yes'")
        cursor.execute(
            "CREATE TEMP TABLE demo_accounts ON COMMIT DROP AS SELECT account_id "
            "FROM accounts_accountexternalid WHERE source = %s",
            [SOURCE],
        )
        cursor.execute(
            "DELETE FROM events_event e USING demo_accounts d "
            "WHERE e.account_id = d.account_id"
        )
        for statement in _statements(Account, _DOOMED, set()):
            cursor.execute(statement)
        cursor.execute(f"DELETE FROM accounts_account WHERE {_DOOMED}")
        removed = cursor.rowcount
        _remove_strangers(cursor)
    _remove_configuration()
    recount()
    Organisation.objects.filter(pk=1).update(is_demo=False, name="My organisation")
    return removed


def _remove_strangers(cursor: CursorWrapper) -> None:
    """Tickets of people without an account, with what the log says of them."""
    mine = "source = 'demo' AND account_id IS NULL"
    cursor.execute(
        "DELETE FROM events_event WHERE subject_type = 'tickets.ticket' AND subject_id "
        f"IN (SELECT id FROM tickets_ticket WHERE {mine})"
    )
    for statement in _statements(Ticket, mine, set()):
        cursor.execute(statement)
    cursor.execute(f"DELETE FROM tickets_ticket WHERE {mine}")


def _statements(
    model: type[models.Model], condition: str, above: set[type[models.Model]]
) -> list[str]:
    """Statements for all that refers to the doomed rows, deepest first."""
    parents = f"(SELECT id FROM {model._meta.db_table} WHERE {condition})"
    found: list[str] = []
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel):
            continue
        child, column = relation.related_model, relation.field.column
        table, where = child._meta.db_table, f"{column} IN {parents}"
        is_kept = relation.on_delete is models.SET_NULL and child not in _GOES_ALONG
        if is_kept or child is model:
            found.append(f"UPDATE {table} SET {column} = NULL WHERE {where}")
        elif child not in above:
            found += _statements(child, where, above | {model})
            found.append(f"DELETE FROM {table} WHERE {where}")
    return found


def _remove_configuration() -> None:
    emails = [f"{name}@example.com" for name, *_ in PEOPLE]
    User.objects.filter(email__in=emails).delete()
    Survey.objects.filter(key__in=[row[0] for row in SURVEYS], responses=None).delete()
    Metric.objects.filter(key__in=[row[0] for row in METRICS], values=None).delete()
    names = [row[0] for row in PLANS]
    Plan.objects.filter(name__in=names, accounts=None).delete()
    Feature.objects.filter(name__in=FEATURES, weeks=None).delete()
    remove_replies()
    _remove_calendars()


def _remove_calendars() -> None:
    """The demo's calendars and what was promised by them, unless it was promised to
    tickets of your own."""
    doomed = WorkingCalendar.objects.filter(name__in=TIERS.values())
    promised = SlaClock.objects.filter(
        models.Q(tier_version__calendar__in=doomed)
        | models.Q(calendar_version__calendar__in=doomed)
    )
    if promised.exists():
        return
    SlaTierVersion.objects.filter(calendar__in=doomed).delete()
    WorkingCalendarVersion.objects.filter(calendar__in=doomed).delete()
    doomed.delete()
