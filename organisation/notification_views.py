"""One's own news: the page, the bell, and what is read."""

from __future__ import annotations

import contextlib
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from core.http import AuthenticatedRequest
from core.paging import CursorRefused
from core.toasts import toast
from organisation.models import Notification
from organisation.notifications import (
    mark_all_read,
    mark_read,
    news_page,
    unread_count,
)

UNREAD = "unread"


@require_safe
@cache_control(private=True, no_store=True)
def notifications(request: AuthenticatedRequest) -> HttpResponse:
    """Everything one was told, the newest first, or only what is unread."""
    only_unread = request.GET.get("show") == UNREAD
    after, before = request.GET.get("cursor", ""), request.GET.get("before", "")
    try:
        page = news_page(
            request.user, only_unread=only_unread, after=after, before=before
        )
    except CursorRefused:
        return redirect("organisation:notifications")
    here = reverse("organisation:notifications")
    kept = {"show": UNREAD} if only_unread else {}
    context = {
        "page": page,
        "only_unread": only_unread,
        "show_all": not only_unread,
        "all_url": here,
        "unread_url": f"{here}?show={UNREAD}",
        "newest": page.rows[0].happened_at if page.rows and not after else None,
        "next_url": _address(here, kept, "cursor", page.next),
        "previous_url": _address(here, kept, "before", page.previous),
    }
    template = "organisation/notifications.html" + ("#rows" if request.htmx else "")
    return render(request, template, context)


@require_safe
@cache_control(private=True, no_store=True)
def notifications_bell(request: AuthenticatedRequest) -> HttpResponse:
    """The bell of the top bar, asked for again every minute."""
    # Without the request: the side bar's numbers are not needed here.
    context = {"unread_notifications": unread_count(request.user)}
    return HttpResponse(render_to_string("components/bell.html", context))


@require_POST
def notification_open(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Read one and go where it leads."""
    row = mark_read(_own(request, public_id))
    is_ours = url_has_allowed_host_and_scheme(row.path, allowed_hosts=None)
    home = reverse("organisation:notifications")
    return HttpResponseRedirect(row.path if is_ours else home)


@require_POST
def notification_read(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Read one without going anywhere."""
    mark_read(_own(request, public_id))
    return redirect("organisation:notifications")


@require_POST
def notifications_read(request: AuthenticatedRequest) -> HttpResponse:
    """Read everything that was on the page; what came since stays unread."""
    until = None
    with contextlib.suppress(ValueError):
        until = datetime.fromisoformat(request.POST.get("until", ""))
    if until is not None and until.tzinfo is None:
        until = None
    done = mark_all_read(request.user, until=until)
    words = ngettext("%(n)s marked as read.", "%(n)s marked as read.", done)
    toast(request, words % {"n": done} if done else _("Everything is read already."))
    return redirect("organisation:notifications")


def _own(request: AuthenticatedRequest, public_id: UUID) -> Notification:
    mine = Notification.objects.filter(person=request.user)
    return get_object_or_404(mine, public_id=public_id)


def _address(here: str, kept: dict[str, str], place: str, cursor: str) -> str:
    return f"{here}?{urlencode({**kept, place: cursor})}" if cursor else ""
