"""Shapes of what is done to tickets, one by one and many at once."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import Account, Contact
from accounts.serializers import RowChoice, VisibleAccount
from organisation.models import Team, User
from tickets.models import LinkKind, Ticket
from tickets.serializers.fields import VisibleContact, VisibleTicket
from tickets.serializers.unread import ReadUpTo

MOST_AT_ONCE = 1000


class AssignTicket(serializers.Serializer):
    """Who takes a ticket, null for nobody; and its team, if that changes too."""

    assignee = RowChoice(queryset=User.objects.active(), required=True)
    team = RowChoice(queryset=Team.objects.all(), allow_null=False)


class EscalateTicket(serializers.Serializer):
    """Why, and to which level; the next one if not given."""

    reason = serializers.CharField(max_length=2000)
    to_level = serializers.IntegerField(min_value=2, max_value=4, required=False)


class ChangeCustomer(serializers.Serializer):
    """Whose ticket it is. What is left out follows from the contact, or is nobody."""

    account = VisibleAccount(queryset=Account.objects.none(), default=None)
    contact = VisibleContact(queryset=Contact.objects.none(), default=None)
    requester_name = serializers.CharField(max_length=120, allow_blank=True, default="")
    requester_email = serializers.EmailField(
        max_length=254, allow_blank=True, default=""
    )


class MoveTicket(ReadUpTo):
    """The status a ticket goes to."""

    status = serializers.ChoiceField(Ticket.Status.choices)


class CloseTicket(ReadUpTo):
    """Nothing needs to be said."""


class ResolveTicket(ReadUpTo):
    """How it was solved; left out, the note stays as it is."""

    note = serializers.CharField(max_length=20_000, required=False, allow_blank=True)


class MergeTickets(serializers.Serializer):
    """The tickets that become part of this one."""

    sources = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=200
    )


class SplitTicket(serializers.Serializer):
    """The messages that become a ticket of their own, and its subject."""

    messages = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=200
    )
    subject = serializers.CharField(max_length=300)


class LinkTicket(serializers.Serializer):
    """How this ticket stands to another one."""

    other = VisibleTicket(
        queryset=Ticket.objects.none(), required=True, allow_null=False
    )
    kind = serializers.ChoiceField(LinkKind.choices)


class SnoozeTicket(serializers.Serializer):
    """Until when it is out of sight."""

    until = serializers.DateTimeField()


class WatchTicket(serializers.Serializer):
    """Who is told: a person here, or an address; whoever asks if neither is given."""

    person = RowChoice(queryset=User.objects.people(), allow_null=False)
    email = serializers.EmailField(max_length=254, required=False)


class RateTicket(serializers.Serializer):
    """What the customer thought of it."""

    score = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class StretchShape(serializers.Serializer):
    """A stretch of a clock: running, paused, or outside its hours."""

    kind = serializers.CharField()
    start = serializers.DateTimeField(
        allow_null=True, help_text="Null for time carried over from earlier cycles."
    )
    end = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField()
    reason = serializers.CharField(allow_blank=True)


class ExplainedClock(serializers.Serializer):
    """A clock as the stretches it is made of."""

    metric = serializers.CharField()
    cycle = serializers.IntegerField()
    state = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    segments = StretchShape(many=True)


class BulkTickets(serializers.Serializer):
    """Up to 1,000 tickets and one change; what the change needs is given beside it.

    `assign` needs `assignee` (or null), `status` needs `status`, `priority` needs
    `priority`, `add_tag` and `remove_tag` need `tag`, `merge` needs `into`; `close`
    sends `message` to each customer if there is one.
    """

    tickets = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_AT_ONCE
    )
    change = serializers.ChoiceField(
        ["assign", "status", "priority", "add_tag", "remove_tag", "merge", "close"]
    )
    assignee = RowChoice(queryset=User.objects.active())
    status = serializers.ChoiceField(Ticket.Status.choices, required=False)
    priority = serializers.ChoiceField(Ticket.Priority.choices, required=False)
    tag = serializers.CharField(max_length=40, required=False)
    into = VisibleTicket(queryset=Ticket.objects.none(), allow_null=False)
    message = serializers.CharField(
        max_length=100_000, required=False, allow_blank=True
    )


class BulkTicketResult(serializers.Serializer):
    """What became of one ticket: changed, unchanged, or not there."""

    index = serializers.IntegerField()
    id = serializers.UUIDField()
    is_found = serializers.BooleanField()
    is_changed = serializers.BooleanField()


class BulkTicketsAnswer(serializers.Serializer):
    """What became of each ticket; `id` undoes the change."""

    id = serializers.UUIDField()
    changed = serializers.IntegerField()
    results = BulkTicketResult(many=True)


class UndoneShape(serializers.Serializer):
    """How many tickets are as before."""

    undone = serializers.IntegerField()
