"""Files that no message took, and files whose row is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.storage import Storage
from django.db import transaction

from tickets.models import Attachment

#: Whoever uploads a file may take this long to send it.
KEPT_FOR = timedelta(hours=24)
_ROOT = "attachments"


def sweep_files(now: datetime) -> int:
    """Let go of what nobody sent and of files without a row; returns how many.

    Safe to run twice and side by side.
    """
    since = now - KEPT_FOR
    storage = Attachment._meta.get_field("file").storage
    with transaction.atomic():
        unsent = Attachment.objects.select_for_update(skip_locked=True).filter(
            message__isnull=True, created_at__lt=since
        )
        rows = list(unsent)
        names = [row.file.name or "" for row in rows]
        Attachment.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for name in names:
        storage.delete(name)
    return len(names) + _sweep_folder(storage, _ROOT, since)


def _sweep_folder(storage: Storage, folder: str, since: datetime) -> int:
    """Files below a folder that are older than a moment and have no row."""
    if not storage.exists(folder):
        return 0
    folders, files = storage.listdir(folder)
    found = sum(_sweep_folder(storage, f"{folder}/{each}", since) for each in folders)
    if not files:
        return found
    rows = Attachment.objects.filter(file__startswith=f"{folder}/")
    known = set(rows.values_list("file", flat=True))
    for name in (f"{folder}/{each}" for each in files):
        if name not in known and storage.get_modified_time(name) < since:
            storage.delete(name)
            found += 1
    return found
