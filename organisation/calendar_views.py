"""Settings: working calendars, the days on which they differ, and promises tried."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from core.http import AuthenticatedRequest
from core.toasts import toast
from core.working_time_preview import WEEKDAYS
from organisation.access import require
from organisation.calendar_forms import (
    CalendarForm,
    DayForm,
    FileForm,
    TryForm,
    default_start,
)
from organisation.calendar_import import MOST_BYTES, read_days
from organisation.calendar_page import coming_holidays, tried, week_bars
from organisation.calendar_services import (
    add_days,
    create_calendar,
    current_version,
    delete_calendar,
    remove_day,
    set_day,
    update_calendar,
)
from organisation.models import CalendarDay, WorkingCalendar
from organisation.permissions import Permission
from organisation.settings_tabs import settings_tabs


@require(Permission.EDIT_SUPPORT)
@require_GET
def calendars(request: AuthenticatedRequest) -> HttpResponse:
    """Every calendar with its week."""
    today = timezone.localdate()
    rows = WorkingCalendar.objects.annotate(
        day_count=Count("days", filter=Q(days__is_active=True, days__day__gte=today))
    )
    context = {
        "rows": [(row, week_bars(row)) for row in rows],
        "tabs": settings_tabs(request),
    }
    return render(request, "organisation/calendars.html", context)


@require(Permission.EDIT_SUPPORT)
def calendar_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new calendar."""
    form = CalendarForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_calendar(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The calendar %(name)s is saved.") % {"name": made.name})
            return redirect("organisation:calendar", made.public_id)
    context = {"form": form, "tabs": settings_tabs(request)}
    status = 422 if form.errors else 200
    return render(request, "organisation/calendar_create.html", context, status=status)


@require(Permission.EDIT_SUPPORT)
def calendar(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """One calendar: its week, its days, and a promise tried on it."""
    row = _calendar(public_id)
    form = CalendarForm(request.POST or None, calendar=row)
    if request.method == "POST" and form.is_valid():
        try:
            update_calendar(row, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The calendar %(name)s is saved.") % {"name": row.name})
            return redirect("organisation:calendar", row.public_id)
    return _page(request, row, form=form)


@require(Permission.EDIT_SUPPORT)
@require_POST
def calendar_day_set(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Say how one date differs."""
    row = _calendar(public_id)
    form = DayForm(request.POST)
    if form.is_valid():
        set_day(row, by=request.user, **form.cleaned_data)
        toast(request, _("The day is saved."))
        return redirect("organisation:calendar", row.public_id)
    return _page(request, row, day_form=form)


@require(Permission.EDIT_SUPPORT)
@require_POST
def calendar_day_remove(
    request: AuthenticatedRequest, public_id: UUID, day: str
) -> HttpResponse:
    """The date is like any other again."""
    row = _calendar(public_id)
    found = _day_of(row, day)
    if found is not None and request.POST.get("active"):
        set_day(
            row,
            by=request.user,
            day=found.day,
            label=found.label,
            intervals=found.intervals,
            is_active=request.POST["active"] == "1",
        )
    elif found is not None:
        remove_day(row, by=request.user, day=found.day)
    return redirect("organisation:calendar", row.public_id)


@require(Permission.EDIT_SUPPORT)
@require_POST
def calendar_import(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Put the days of an iCal file in."""
    row = _calendar(public_id)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        weekly = row.weekly
        if row.is_always_open:
            weekly = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
        try:
            days = read_days(
                form.cleaned_data["file"].read(MOST_BYTES + 1),
                weekly=weekly,
                timezone=row.timezone,
                today=timezone.localdate(),
            )
            count = add_days(row, by=request.user, days=days)
        except ValidationError as error:
            form.take_errors(error)
        else:
            words = ngettext("%(n)d day added.", "%(n)d days added.", count)
            toast(request, words % {"n": count})
            return redirect("organisation:calendar", row.public_id)
    return _page(request, row, file_form=form)


@require(Permission.EDIT_SUPPORT)
@require_POST
def calendar_delete(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Remove a calendar nothing runs by."""
    row = _calendar(public_id)
    try:
        delete_calendar(row, by=request.user)
    except ValidationError as error:
        toast(request, " ".join(error.messages), level=40)
        return redirect("organisation:calendar", row.public_id)
    toast(request, _("The calendar %(name)s is removed.") % {"name": row.name})
    return redirect("organisation:calendars")


def _calendar(public_id: UUID) -> WorkingCalendar:
    return get_object_or_404(WorkingCalendar, public_id=public_id)


def _day_of(calendar: WorkingCalendar, text: str) -> CalendarDay | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return calendar.days.filter(day=day).first()


def _page(
    request: AuthenticatedRequest, row: WorkingCalendar, **forms: Any
) -> HttpResponse:
    today = timezone.localdate()
    # A fresh look: what was refused must not show.
    shown = WorkingCalendar.objects.get(pk=row.pk)
    version = current_version(shown)
    zone = ZoneInfo(shown.timezone)
    trial = None
    if "start" in request.GET:
        try_form = TryForm(request.GET, zone=zone)
        trial = tried(try_form, version.definition) if try_form.is_valid() else None
    else:
        start = default_start(timezone.now(), zone)
        try_form = TryForm(zone=zone, initial={"start": start, "target": "4 h"})
    context = {
        "calendar": shown,
        "version": version,
        "form": CalendarForm(calendar=shown),
        "day_form": DayForm(),
        "file_form": FileForm(),
        "try_form": try_form,
        "trial": trial,
        "bars": week_bars(shown),
        "days": shown.days.filter(day__gte=date(today.year, 1, 1)),
        "holidays": coming_holidays(shown, today),
        "tabs": settings_tabs(request),
    } | forms
    is_refused = any(form.errors for form in forms.values())
    status = 422 if is_refused or try_form.errors else 200
    return render(request, "organisation/calendar.html", context, status=status)
