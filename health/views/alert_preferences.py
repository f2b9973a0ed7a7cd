"""How one hears of alerts by e-mail: everybody's own choice."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _

from core.http import AuthenticatedRequest
from core.toasts import toast
from health.delivery_forms import PreferenceForm
from health.services.alert_preferences import (
    next_digest_of,
    preference_of,
    set_preference,
)
from health.services.deliveries import organisation_zone


def alert_preferences(request: AuthenticatedRequest) -> HttpResponse:
    """Pace, hour of the daily mail, quiet hours."""
    preference = preference_of(request.user)
    form = PreferenceForm(request.POST or None, preference=preference)
    if request.method == "POST" and form.is_valid():
        try:
            set_preference(request.user, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("Your choice is saved."))
            return redirect("health:alert_preferences")
    context = {
        "form": form,
        "preference": preference,
        "next_digest": _said(next_digest_of(preference, timezone.now())),
        "zone": (request.user.timezone or organisation_zone()).replace("_", " "),
    }
    status = 422 if form.errors else 200
    return render(request, "health/alert_preferences.html", context, status=status)


def _said(moment: datetime | None) -> str:
    """Day and hour on the clock the moment is in; templates would change zones."""
    if moment is None:
        return ""
    day = dateformat.format(moment, "l, j F")
    return _("%(day)s at %(hour)s") % {"day": day, "hour": f"{moment:%H:%M}"}
