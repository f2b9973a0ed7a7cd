"""Handing out a file of a conversation: always as a download, never as a page."""

from __future__ import annotations

from django.http import FileResponse

from tickets.models import Attachment


def download(attachment: Attachment) -> FileResponse:
    """The file under its name, with the type we found, nothing for a browser to guess.

    Whoever calls this has made sure that the reader may see the ticket.
    """
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
