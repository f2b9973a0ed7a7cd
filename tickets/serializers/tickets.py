"""Shapes of a ticket: in a list, on its own, and what may be written."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Account, Contact
from accounts.serializers import CustomValues, RowChoice
from core.api import ChosenFields, KeptFields, Reference
from organisation.models import Team, User
from organisation.serializers import PersonShape, TeamShape
from tickets.categories import Category
from tickets.models import LinkKind, SlaClock, Ticket, Watcher
from tickets.serializers.conversation import MessageShape
from tickets.serializers.fields import TicketAccount, VisibleContact
from tickets.transitions import TRANSITIONS

MOST_TEXT = 100_000
MOST_FILES = 20


class ClockShape(KeptFields, serializers.ModelSerializer):
    """One promise and how it stands."""

    tier = serializers.CharField(source="tier_version.tier.slug", read_only=True)
    target_minutes = serializers.SerializerMethodField()

    class Meta:
        model = SlaClock
        fields = (
            "metric", "cycle", "tier", "target_minutes", "state", "started_at",
            "warn_at", "due_at", "stopped_at", "late_seconds", "breached_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_target_minutes(self, clock: SlaClock) -> float:
        """What was promised."""
        return clock.target_seconds / 60


class TicketShape(ChosenFields):
    """A ticket, with its clocks."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    account = serializers.UUIDField(
        source="account.public_id", read_only=True, allow_null=True, default=None
    )
    account_name = serializers.CharField(
        source="account.name", read_only=True, allow_null=True, default=None
    )
    contact = serializers.UUIDField(
        source="contact.public_id", read_only=True, allow_null=True, default=None
    )
    assignee = Reference(PersonShape, allow_null=True)
    team = Reference(TeamShape, allow_null=True)
    tier = serializers.CharField(
        source="tier.slug", read_only=True, allow_null=True, default=None
    )
    merged_into = serializers.SerializerMethodField()
    requester_email = serializers.CharField(
        read_only=True, help_text="Empty when nobody is named."
    )
    custom = serializers.DictField(read_only=True)
    clocks = ClockShape(many=True, read_only=True, source="shown_clocks")

    class Meta:
        model = Ticket
        fields = (
            "id", "number", "subject", "status", "priority", "level", "category",
            "channel", "account", "account_name", "contact", "requester_name",
            "requester_email", "assignee", "team", "tags", "custom", "tier",
            "is_opened_by_agent", "opened_at", "first_responded_at", "resolved_at",
            "closed_at", "reopened_at", "reopen_count", "cycle", "escalated_at",
            "escalation_count", "agent_message_count", "last_customer_message_at",
            "last_agent_message_at", "snoozed_until", "spam_at", "merged_into",
            "next_due_at", "next_due_metric", "breached_at", "is_sla_met", "clocks",
            "root_cause", "workaround", "resolution_note", "csat", "csat_at",
            "csat_comment", "source", "external_id", "version", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_merged_into(self, ticket: Ticket) -> str | None:
        """What it became part of; null also where the caller may not see that."""
        if ticket.merged_into_id is None or ticket.seen_target is None:
            return None
        return str(ticket.seen_target.public_id)


class LinkShape(serializers.Serializer):
    """How this ticket stands to another one."""

    kind = serializers.ChoiceField(LinkKind.choices)
    is_outgoing = serializers.BooleanField()
    ticket = serializers.UUIDField()
    number = serializers.CharField()
    subject = serializers.CharField()
    status = serializers.ChoiceField(Ticket.Status.choices)


class WatcherShape(serializers.ModelSerializer):
    """Somebody who is told what happens: a person here, or an address."""

    person = serializers.UUIDField(
        source="person.public_id", read_only=True, allow_null=True, default=None
    )

    email = serializers.CharField(read_only=True, help_text="Empty for a person here.")

    class Meta:
        model = Watcher
        fields = ("person", "email")
        read_only_fields = fields


class TicketDetail(TicketShape):
    """A ticket with its conversation (the newest 50 messages), links and watchers."""

    messages = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()
    watchers = WatcherShape(many=True, read_only=True)
    transitions = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = (
            *TicketShape.Meta.fields, "transitions", "watchers", "links", "messages",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(MessageShape(many=True))
    def get_messages(self, ticket: Ticket) -> Any:
        """Oldest first; all of them stand at `messages/`."""
        return MessageShape(self.context["view"].newest(ticket), many=True).data

    @extend_schema_field(LinkShape(many=True))
    def get_links(self, ticket: Ticket) -> Any:
        """Links to and from this ticket."""
        return LinkShape(self.context["view"].links(ticket), many=True).data

    @extend_schema_field(
        serializers.ListField(child=serializers.ChoiceField(Ticket.Status.choices))
    )
    def get_transitions(self, ticket: Ticket) -> list[str]:
        """The statuses it may go to from here."""
        if ticket.merged_into_id is not None:
            return []
        return sorted(TRANSITIONS[ticket.status])


class TicketWrite(KeptFields):
    """What may be set on a ticket."""

    subject = serializers.CharField(max_length=300)
    status = serializers.ChoiceField(Ticket.Status.choices, required=False)
    priority = serializers.ChoiceField(Ticket.Priority.choices, required=False)
    category = serializers.ChoiceField(
        Category.choices, allow_blank=True, required=False
    )
    channel = serializers.ChoiceField(
        Ticket.Channel.choices, allow_blank=True, required=False
    )
    account = TicketAccount(queryset=Account.objects.none())
    contact = VisibleContact(queryset=Contact.objects.none())
    requester_name = serializers.CharField(
        max_length=120, allow_blank=True, required=False
    )
    requester_email = serializers.EmailField(
        max_length=254, allow_blank=True, required=False
    )
    assignee = RowChoice(queryset=User.objects.active())
    team = RowChoice(queryset=Team.objects.all())
    tags = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=30
    )
    custom = CustomValues(required=False)
    root_cause = serializers.CharField(
        max_length=20_000, allow_blank=True, required=False
    )
    workaround = serializers.CharField(
        max_length=20_000, allow_blank=True, required=False
    )
    resolution_note = serializers.CharField(
        max_length=20_000, allow_blank=True, required=False
    )


class TicketCreate(KeptFields):
    """A new ticket with its first message.

    It is the customer's unless `opened_by_agent` says that somebody here began it;
    such a ticket has no first-response clock.
    """

    subject = serializers.CharField(max_length=300)
    text = serializers.CharField(max_length=MOST_TEXT)
    priority = serializers.ChoiceField(Ticket.Priority.choices, required=False)
    category = serializers.ChoiceField(
        Category.choices, allow_blank=True, required=False
    )
    channel = serializers.ChoiceField(Ticket.Channel.choices, default="api")
    level = serializers.IntegerField(min_value=1, max_value=4, required=False)
    account = TicketAccount(queryset=Account.objects.none())
    contact = VisibleContact(queryset=Contact.objects.none())
    requester_name = serializers.CharField(
        max_length=120, allow_blank=True, required=False
    )
    requester_email = serializers.EmailField(
        max_length=254, allow_blank=True, required=False
    )
    assignee = RowChoice(queryset=User.objects.active())
    team = RowChoice(queryset=Team.objects.all())
    tags = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=30
    )
    custom = CustomValues(required=False)
    cc = serializers.ListField(
        child=serializers.EmailField(max_length=254), required=False, max_length=50
    )
    opened_by_agent = serializers.BooleanField(default=False)
