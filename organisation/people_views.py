"""People and teams, for those who manage them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation import queries, services
from organisation.access import require
from organisation.forms import InvitationForm, PersonForm, TeamForm
from organisation.invitations import invite_person, mail_invitation, revoke_invitation
from organisation.models import Invitation, Team, User
from organisation.permissions import Permission
from organisation.settings_tabs import settings_tabs


@require(Permission.MANAGE_PEOPLE)
def people(request: AuthenticatedRequest) -> HttpResponse:
    """Everybody, and the invitations that wait."""
    context = {
        "people": queries.people(),
        "invitations": queries.open_invitations(),
        "tabs": settings_tabs(request),
    }
    return render(request, "organisation/people.html", context)


@require(Permission.MANAGE_PEOPLE)
def person_invite(request: AuthenticatedRequest) -> HttpResponse:
    """Invite somebody; the link is shown once, in case mail does not arrive."""
    form = InvitationForm(request.POST or None)
    context = {"form": form, "tabs": settings_tabs(request)}
    if request.method == "POST" and form.is_valid():
        try:
            new = invite_person(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            context |= {"new": new, "is_mailed": mail_invitation(new)}
            return render(request, "organisation/person_invited.html", context)
    status = 422 if form.errors else 200
    return render(request, "organisation/person_invite.html", context, status=status)


@require(Permission.MANAGE_PEOPLE)
def person(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Name, role, team and level of one person."""
    user = get_object_or_404(queries.people(), public_id=public_id)
    form = PersonForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_person(user, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            toast(request, _("%(name)s is saved.") % {"name": user.label})
            return redirect("organisation:people")
    fresh = get_object_or_404(queries.people(), public_id=public_id)
    context = {"form": form, "person": fresh, "tabs": settings_tabs(request)}
    status = 422 if form.errors else 200
    return render(request, "organisation/person.html", context, status=status)


@require_POST
@require(Permission.MANAGE_PEOPLE)
def person_disable(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """End a person's access at once."""
    user = get_object_or_404(User, public_id=public_id)
    try:
        services.disable_user(user, by=request.user)
    except services.LastAdministrator as error:
        toast(request, " ".join(error.messages), level=messages.ERROR)
    else:
        toast(request, _("%(name)s can no longer sign in.") % {"name": user.label})
    return redirect("organisation:people")


@require_POST
@require(Permission.MANAGE_PEOPLE)
def person_enable(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Give a person their access back."""
    user = get_object_or_404(User, public_id=public_id)
    services.enable_user(user, by=request.user)
    toast(request, _("%(name)s can sign in again.") % {"name": user.label})
    return redirect("organisation:people")


@require_POST
@require(Permission.MANAGE_PEOPLE)
def invitation_revoke(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Make an invitation's link worthless."""
    invitation = get_object_or_404(Invitation, public_id=public_id)
    revoke_invitation(invitation, by=request.user)
    toast(request, _("The invitation no longer works."))
    return redirect("organisation:people")


@require(Permission.MANAGE_PEOPLE)
def teams(request: AuthenticatedRequest) -> HttpResponse:
    """All teams, and a new one."""
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = services.create_team(name=form.cleaned_data["name"], by=request.user)
        toast(request, _("The team %(name)s is there.") % {"name": team.name})
        return redirect("organisation:teams")
    context = {"form": form, "teams": queries.teams(), "tabs": settings_tabs(request)}
    status = 422 if form.errors else 200
    return render(request, "organisation/teams.html", context, status=status)


@require(Permission.MANAGE_PEOPLE)
def team(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """The name of one team."""
    found = get_object_or_404(Team, public_id=public_id)
    form = TeamForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        fresh = get_object_or_404(Team, pk=found.pk)
        services.rename_team(fresh, name=name, by=request.user)
        toast(request, _("The team is saved."))
        return redirect("organisation:teams")
    members = queries.people().filter(team=found.pk)
    context = {
        "form": form,
        "team": get_object_or_404(Team, pk=found.pk),
        "members": members,
        "tabs": settings_tabs(request),
    }
    status = 422 if form.errors else 200
    return render(request, "organisation/team.html", context, status=status)


@require_POST
@require(Permission.MANAGE_PEOPLE)
def team_delete(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Remove a team; its people stay."""
    found = get_object_or_404(Team, public_id=public_id)
    services.delete_team(found, by=request.user)
    toast(request, _("The team is removed. Its people stay."))
    return redirect("organisation:teams")
