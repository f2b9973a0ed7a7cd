"""What the frame of every page shows of the person's own news."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from organisation.models import User
from organisation.notifications import unread_count


def notifications(request: HttpRequest) -> dict[str, Any]:
    """``unread_notifications``: asked of the database only by pages that show it."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    return {"unread_notifications": lambda: unread_count(user)}
