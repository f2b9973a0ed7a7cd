"""What happened to old demo tickets beside talking: merges, splits, links, files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import F, Q

from tickets.models import Attachment, SlaClock, Ticket, TicketLink, Watcher

TODAY = date(2026, 3, 2)
OLD = datetime(2026, 2, 20, tzinfo=UTC)


@pytest.mark.django_db
def test_old_tickets_were_merged_split_linked_watched_and_had_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    call_command(
        "seed_demo", today=TODAY, accounts=20, months=2, seed=7, snapshots="none",
        stdout=StringIO(),
    )  # fmt: skip
    old = Ticket.objects.filter(opened_at__lt=OLD)

    assert old.filter(merged_into__in=old).count() >= 3
    links = TicketLink.objects.filter(ticket__in=old, other__in=old)
    kinds = list(links.values_list("kind", flat=True))
    assert kinds.count("split") >= 2
    assert kinds.count("related") >= 5
    files = Attachment.objects.filter(ticket__in=old, message__sent_at__lt=OLD)
    assert files.count() >= 4
    assert files.values("content_type").distinct().count() >= 3
    assert Watcher.objects.filter(ticket__in=old).count() >= 4
    is_done = Q(status__in=["closed", "resolved"])
    assert not old.exclude(is_done).filter(source="").exists()
    assert not old.filter(account__isnull=True, merged_into=None).exists()
    early = Q(opened_at__date__lt=F("account__first_seen_on"))
    assert not old.filter(early).exists()
    late = Q(updated_at__gt=OLD + timedelta(days=1))
    assert not old.filter(late, source="").exists()
    running = SlaClock.objects.filter(ticket__in=old, state="running")
    assert not running.filter(ticket__source="").exists()
