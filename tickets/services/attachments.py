"""Files of a conversation: taken in with their limits, and let go again."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from organisation.models import User
from tickets.file_types import FileRefused, found_type, safe_name
from tickets.models import Attachment, Ticket
from tickets.services.rows import locked

MOST_PER_TICKET = 200
_SAMPLE = 4096
_CHUNK = 256 * 1024
_MEGABYTE = 1024 * 1024


@transaction.atomic
def store_attachment(
    ticket: Ticket, *, file: IO[bytes], name: str, by: User | None
) -> Attachment:
    """Keep a file until a message takes it. Raises ValidationError.

    It is kept under a name of ours; what it is called and what it is, is written
    beside it: the name cleaned, the type by its content.
    """
    current = locked(ticket)
    if current.attachments.count() >= MOST_PER_TICKET:
        raise ValidationError({"file": _("This ticket has too many files.")})
    shown = safe_name(name)
    head = file.read(_SAMPLE)
    if not head:
        raise ValidationError({"file": _("This file is empty.")})
    try:
        kind = found_type(head, shown)
    except FileRefused as error:
        raise ValidationError({"file": str(error)}) from error
    content, size, digest = _read(head, file)
    row = Attachment(
        ticket=current,
        uploaded_by=by,
        file=File(content, name=uuid.uuid4().hex),
        name=shown,
        content_type=kind,
        size=size,
        sha256=digest,
    )
    with _no_file_left([row]):
        row.save(force_insert=True)
    return row


@contextmanager
def stored_together(
    ticket: Ticket, uploads: Iterable[Any], *, by: User | None
) -> Iterator[list[Attachment]]:
    """Keep files for the message written inside; if it is not, no file stays.

    Everything inside is one transaction. Raises ValidationError.
    """
    rows: list[Attachment] = []
    with _no_file_left(rows), transaction.atomic():
        rows.extend(
            store_attachment(ticket, file=file, name=file.name, by=by)
            for file in uploads
        )
        yield rows


@contextmanager
def _no_file_left(rows: list[Attachment]) -> Iterator[None]:
    """Delete the files again when their rows were not kept."""
    try:
        yield
    except BaseException:
        for row in rows:
            if row.file.name:
                row.file.storage.delete(row.file.name)
        raise


def _read(head: bytes, file: IO[bytes]) -> tuple[io.BytesIO, int, str]:
    """The whole file with its size and digest, refused as soon as it is too large."""
    most = settings.ATTACHMENT_MAX_BYTES
    content, digest, size = io.BytesIO(), hashlib.sha256(), 0
    part = head
    while part:
        size += len(part)
        if size > most:
            words = _("A file may have at most %(n)s MB.") % {"n": most // _MEGABYTE}
            raise ValidationError({"file": words})
        digest.update(part)
        content.write(part)
        part = file.read(_CHUNK)
    content.seek(0)
    return content, size, digest.hexdigest()


@transaction.atomic
def discard_attachment(attachment: Attachment, *, by: User) -> None:
    """Let go of one's own file that no message has taken."""
    row = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if row.message_id is not None or row.uploaded_by_id != by.pk:
        raise ValidationError({"file": _("This file was sent. It stays.")})
    kept = row.file.name or ""
    storage = row.file.storage
    row.delete()
    transaction.on_commit(lambda: storage.delete(kept))
