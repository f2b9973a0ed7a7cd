"""News for one person: told once, kept, read; the mail that may go with it is sent by
``organisation.notification_mail``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.paging import Order, Page, keyset_page
from organisation.models import Notification, User

#: The number on the bell is for a glance; counting stops here.
MOST_COUNTED = 99
NEWEST_FIRST = Order("newest", "happened_at", is_descending=True, is_nullable=False)
_TITLE, _BODY = 200, 500


def notify(
    people: Iterable[User],
    *,
    key: str,
    kind: str,
    title: str,
    path: str,
    body: str = "",
    is_mailed: bool = False,
    now: datetime | None = None,
) -> int:
    """Tell each of these people one thing; the same ``key`` is told them once only.

    Belongs into the caller's transaction: what is rolled back was never told. People
    who may not sign in are left out. Returns how many were told for the first time.
    """
    moment = now or timezone.now()
    known = {person.pk: person for person in people if person.is_active}
    told = Notification.objects.filter(person__in=known, key=key)
    fresh = sorted(known.keys() - set(told.values_list("person_id", flat=True)))
    Notification.objects.bulk_create(
        [
            Notification(
                person_id=person_id,
                key=key,
                kind=kind,
                title=_shortened(title, _TITLE),
                body=_shortened(body, _BODY),
                path=path,
                happened_at=moment,
                is_mailed=is_mailed,
            )
            for person_id in fresh
        ],
        ignore_conflicts=True,
    )
    return len(fresh)


@dataclass(frozen=True)
class News:
    """One thing some people are told, as :func:`notify` takes it."""

    people: Sequence[User]
    key: str
    kind: str
    title: str
    path: str
    body: str = ""
    is_mailed: bool = False


# Django writes each row's values on their own; a change of many tickets has hundreds.
_TELL = """
INSERT INTO organisation_notification (
    person_id, key, kind, title, body, path, happened_at, is_mailed)
SELECT person.id, told.key, told.kind, told.title, told.body, told.path, %(now)s,
    told.is_mailed
FROM jsonb_to_recordset(%(news)s) AS told(
    people bigint[], key text, kind text, title text, body text, path text,
    is_mailed boolean)
CROSS JOIN LATERAL unnest(told.people) AS person(id)
ON CONFLICT DO NOTHING
"""


def notify_each(news: Iterable[News], *, now: datetime) -> None:
    """Tell many things in one statement; what somebody was told before is left out."""
    rows = [
        {
            "people": [person.pk for person in each.people if person.is_active],
            "key": each.key,
            "kind": each.kind,
            "title": _shortened(each.title, _TITLE),
            "body": _shortened(each.body, _BODY),
            "path": each.path,
            "is_mailed": each.is_mailed,
        }
        for each in news
        if each.people
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_TELL, {"news": json.dumps(rows), "now": now})


def unread_news(person: User) -> QuerySet[Notification]:
    """What one has not looked at yet."""
    return Notification.objects.filter(person=person).unread()


def unread_count(person: User) -> int:
    """How much that is, counted up to the limit."""
    return unread_news(person).order_by()[:MOST_COUNTED].count()


def news_page(
    person: User, *, only_unread: bool = False, after: str = "", before: str = ""
) -> Page[Notification]:
    """One page of a person's news, the newest first. Raises CursorRefused."""
    found = Notification.objects.filter(person=person)
    if only_unread:
        found = found.unread()
    return keyset_page(found, order=NEWEST_FIRST, after=after, before=before)


@transaction.atomic
def mark_read(notification: Notification) -> Notification:
    """One's own looking at it; a second time changes nothing."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at", "updated_at"])
    return notification


@transaction.atomic
def mark_all_read(person: User, *, until: datetime | None = None) -> int:
    """Everything told up to a moment is read; what came later stays unread."""
    moment = timezone.now()
    unread = Notification.objects.filter(person=person).unread()
    return unread.filter(happened_at__lte=until or moment).update(
        read_at=moment, updated_at=moment
    )


def _shortened(text: str, most: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
