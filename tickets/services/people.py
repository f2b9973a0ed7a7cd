"""Who may work on a ticket, have it, or be told of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organisation.models import Team, User
from tickets.models import Ticket
from tickets.queries.visibility import seen_by


def labels_of(ids: Iterable[int | None]) -> dict[int | None, str]:
    """What these people are called, by id."""
    known = User.objects.filter(pk__in=[pk for pk in ids if pk is not None])
    return {person.pk: person.label for person in known.only("name", "email")}


def may_see(person: User, ticket: Ticket) -> bool:
    """Whether this person may be told of the ticket at all."""
    return ticket.pk in seen_by([person], [ticket])[person.pk]


def may_work_on(team: Team, ticket: Ticket) -> bool:
    """Whether somebody in the team may see the ticket; a team of nobody may."""
    members = list(User.objects.people().filter(team=team))
    sees = seen_by(members, [ticket]) if members else {}
    return not members or any(ticket.pk in seen for seen in sees.values())


def refuse_unseen(person: User, ticket: Ticket, *, field: str) -> None:
    """Raise ValidationError for somebody who may not see the ticket."""
    if not may_see(person, ticket):
        words = _("%(who)s may not see this account.") % {"who": person.label}
        raise ValidationError({field: words})


def refuse_unable(person: User | None) -> None:
    """Raise ValidationError for somebody who may not work on tickets."""
    if person is not None and not person.has_perm_code("edit_tickets"):
        raise ValidationError(
            {"assignee": _("%(who)s does not work on tickets.") % {"who": person.label}}
        )


def refuse_blind_team(team: Team | None, ticket: Ticket) -> None:
    """Raise ValidationError for a team in which nobody may see the ticket."""
    if team is not None and not may_work_on(team, ticket):
        words = _("Nobody in %(team)s may see this account.") % {"team": team.name}
        raise ValidationError({"team": words})
