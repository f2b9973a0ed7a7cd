"""What is done to one ticket over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import check_if_match
from core.http import PROBLEM_TYPE
from organisation.permissions import Permission
from tickets import services
from tickets.api.reaching import TicketDoor, refusals
from tickets.serializers.actions import (
    AssignTicket,
    ChangeCustomer,
    CloseTicket,
    EscalateTicket,
    LinkTicket,
    MergeTickets,
    MoveTicket,
    RateTicket,
    ResolveTicket,
    SnoozeTicket,
    SplitTicket,
    WatchTicket,
)
from tickets.serializers.tickets import TicketShape
from tickets.serializers.unread import UnreadProblem

MOVED = {200: TicketShape, (409, PROBLEM_TYPE): UnreadProblem}


class TicketActions(TicketDoor):
    """One address for each thing that can be done."""

    action_permissions = {"rate": Permission.RELAY_RATINGS}

    @extend_schema(
        summary="Assign a ticket", request=AssignTicket, responses=TicketShape
    )
    def assign(self, request: Request, public_id: Any) -> Response:
        """Give it to a person or to nobody, and to a team."""
        ticket, values = self.get_object(), self.checked(AssignTicket)
        to, team = values["assignee"], values.get("team")
        return self.done(
            lambda: services.assign(ticket, by=self.person, to=to, team=team)
        )

    @extend_schema(summary="Claim a ticket", request=None, responses=TicketShape)
    def claim(self, request: Request, public_id: Any) -> Response:
        """Take a ticket nobody has; 409 names who was faster."""
        ticket = self.get_object()
        return self.done(lambda: services.claim(ticket, by=self.person))

    @extend_schema(summary="Release a ticket", request=None, responses=TicketShape)
    def release(self, request: Request, public_id: Any) -> Response:
        """Let go of it, so that somebody else may claim it."""
        ticket = self.get_object()
        return self.done(lambda: services.release(ticket, by=self.person))

    @extend_schema(
        summary="Escalate a ticket", request=EscalateTicket, responses=TicketShape
    )
    def escalate(self, request: Request, public_id: Any) -> Response:
        """Hand it to a higher level, with the reason."""
        ticket, values = self.get_object(), self.checked(EscalateTicket)
        return self.done(lambda: services.escalate(ticket, by=self.person, **values))

    @extend_schema(
        summary="Change the customer of a ticket",
        request=ChangeCustomer,
        responses=TicketShape,
    )
    def customer(self, request: Request, public_id: Any) -> Response:
        """Say whose ticket it is; tier and open clocks follow."""
        ticket, values = self.get_object(), self.checked(ChangeCustomer)
        version = check_if_match(request, ticket.version)
        return self.done(
            lambda: services.change_customer(
                ticket, by=self.person, expected_version=version, **values
            )
        )

    @extend_schema(summary="Move a ticket along", request=MoveTicket, responses=MOVED)
    def status(self, request: Request, public_id: Any) -> Response:
        """Change its status; 409 where that is not possible from here."""
        ticket, values = self.get_object(), self.checked(MoveTicket)
        seen, status = values.get("last_seen_message"), values["status"]
        return self.done_having_read(
            ticket,
            seen,
            lambda: services.change_status(ticket, by=self.person, status=status),
        )

    @extend_schema(summary="Resolve a ticket", request=ResolveTicket, responses=MOVED)
    def resolve(self, request: Request, public_id: Any) -> Response:
        """It is solved: response clocks end, follow-up begins."""
        ticket, values = self.get_object(), self.checked(ResolveTicket)
        seen, note = values.get("last_seen_message"), values.get("note")
        return self.done_having_read(
            ticket, seen, lambda: services.resolve(ticket, by=self.person, note=note)
        )

    @extend_schema(summary="Close a ticket", request=CloseTicket, responses=MOVED)
    def close(self, request: Request, public_id: Any) -> Response:
        """Nothing more is to come; an open ticket is resolved first."""
        ticket = self.get_object()
        seen = self.checked(CloseTicket).get("last_seen_message")
        return self.done_having_read(
            ticket, seen, lambda: services.close(ticket, by=self.person)
        )

    @extend_schema(summary="Reopen a ticket", request=None, responses=TicketShape)
    def reopen(self, request: Request, public_id: Any) -> Response:
        """In progress again, in its next cycle."""
        ticket = self.get_object()
        return self.done(lambda: services.reopen(ticket, by=self.person))

    @extend_schema(
        summary="Merge tickets into this one",
        request=MergeTickets,
        responses=TicketShape,
    )
    def merge(self, request: Request, public_id: Any) -> Response:
        """Answers with the ticket that stays: the end of this one's merge chain."""
        ticket = self.get_object()
        ids = self.checked(MergeTickets)["sources"]
        sources = self.tickets_named(ids, "sources")
        with refusals():
            kept = services.merge_tickets(sources, into=ticket, by=self.person)
        return self.answered(self.get_queryset().get(pk=kept.pk))

    @extend_schema(
        summary="Split a ticket", request=SplitTicket, responses={201: TicketShape}
    )
    def split(self, request: Request, public_id: Any) -> Response:
        """Some messages become a new, linked ticket; answers with the new one."""
        ticket, values = self.get_object(), self.checked(SplitTicket)
        chosen = list(ticket.messages.filter(public_id__in=values["messages"]))
        if len(chosen) != len(set(values["messages"])):
            raise ValidationError({"messages": ["Choose messages of this ticket."]})
        with refusals():
            new = services.split_ticket(
                ticket, messages=chosen, subject=values["subject"], by=self.person
            )
        return self.answered(self.get_queryset().get(pk=new.pk), status=201)

    @extend_schema(summary="Link a ticket", request=LinkTicket, responses=TicketShape)
    def link(self, request: Request, public_id: Any) -> Response:
        """Say how this ticket stands to another one."""
        ticket, values = self.get_object(), self.checked(LinkTicket)
        return self.done(
            lambda: services.link_tickets(ticket, by=self.person, **values)
        )

    @extend_schema(summary="Unlink a ticket", request=LinkTicket, responses=TicketShape)
    def unlink(self, request: Request, public_id: Any) -> Response:
        """Take a link back, from whichever end it was said."""
        ticket, values = self.get_object(), self.checked(LinkTicket)
        return self.done(
            lambda: services.unlink_tickets(ticket, by=self.person, **values)
        )

    @extend_schema(
        summary="Snooze a ticket", request=SnoozeTicket, responses=TicketShape
    )
    def snooze(self, request: Request, public_id: Any) -> Response:
        """Out of sight until a moment, or until the customer writes."""
        ticket, values = self.get_object(), self.checked(SnoozeTicket)
        return self.done(lambda: services.snooze(ticket, by=self.person, **values))

    @extend_schema(summary="Wake a ticket", request=None, responses=TicketShape)
    def wake(self, request: Request, public_id: Any) -> Response:
        """Back in sight."""
        ticket = self.get_object()
        return self.done(lambda: services.wake(ticket, by=self.person))

    @extend_schema(summary="Mark as spam", request=None, responses=TicketShape)
    def spam(self, request: Request, public_id: Any) -> Response:
        """It leaves every queue and its clocks stop."""
        ticket = self.get_object()
        return self.done(lambda: services.mark_spam(ticket, by=self.person))

    @extend_schema(summary="Not spam after all", request=None, responses=TicketShape)
    def unspam(self, request: Request, public_id: Any) -> Response:
        """Back in its queue; clocks go on as if they had not stopped."""
        ticket = self.get_object()
        return self.done(lambda: services.unmark_spam(ticket, by=self.person))

    @extend_schema(summary="Watch a ticket", request=WatchTicket, responses=TicketShape)
    def watch(self, request: Request, public_id: Any) -> Response:
        """Somebody is told from now on."""
        ticket, who = self.get_object(), self._watcher()
        return self.done(lambda: services.watch(ticket, by=self.person, **who))

    @extend_schema(
        summary="Stop watching a ticket", request=WatchTicket, responses=TicketShape
    )
    def unwatch(self, request: Request, public_id: Any) -> Response:
        """They are told no longer."""
        ticket, who = self.get_object(), self._watcher()
        return self.done(lambda: services.unwatch(ticket, by=self.person, **who))

    @extend_schema(summary="Rate a ticket", request=RateTicket, responses=TicketShape)
    def rate(self, request: Request, public_id: Any) -> Response:
        """What the customer said of it, once per resolving; integrations pass it on."""
        ticket, values = self.get_object(), self.checked(RateTicket)
        return self.done(lambda: services.rate_ticket(ticket, by=self.person, **values))

    def _watcher(self) -> dict[str, Any]:
        values = self.checked(WatchTicket)
        return values or {"person": self.person}
