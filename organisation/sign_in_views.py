"""Pages before signing in: accepting an invitation, and doors that stay closed."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from core.toasts import toast
from organisation.forms import AcceptForm
from organisation.invitations import (
    InvitationUnusable,
    accept_invitation,
    usable_invitation,
)

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """A page of the sign-in library that this platform does not offer."""
    raise Http404


@login_not_required
@never_cache
@sensitive_post_parameters()
def invitation_accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Name and password of an invited person; signs them in."""
    try:
        invitation = usable_invitation(secret)
    except InvitationUnusable:
        return _unusable(request)
    form = AcceptForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            user = accept_invitation(
                secret, name=values["name"], password=values["password"]
            )
        except InvitationUnusable:
            return _unusable(request)
        login(request, user, backend=BACKEND)
        toast(request, _("Welcome, %(name)s.") % {"name": user.label})
        return redirect("/")
    response = render(
        request,
        "organisation/invitation_accept.html",
        {"form": form, "invitation": invitation},
        status=422 if form.errors else 200,
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


def _unusable(request: HttpRequest) -> HttpResponse:
    return render(request, "organisation/invitation_unusable.html", status=404)
