"""The conversation on a ticket: messages, files, drafts, watchers, links."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from core.merging import Move
from core.models import Record, choice_check
from tickets.models.tickets import Ticket


class MessageKind(models.TextChoices):
    """Who may read a message."""

    PUBLIC = "public", _("Reply")
    NOTE = "note", _("Internal note")


class MessageSide(models.TextChoices):
    """Who wrote a message."""

    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", _("Agent")
    BOT = "bot", _("Automatic")


class Message(Record):
    """A message is one entry of a ticket's conversation, public or internal.

    ``html`` is sanitised when it is stored and again when it is shown; ``text`` is the
    same in plain words, for search and mail.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    kind = models.CharField(max_length=6, choices=MessageKind.choices)
    side = models.CharField(max_length=8, choices=MessageSide.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(
        max_length=120, blank=True, default="", db_default=""
    )
    author_email = models.EmailField(
        max_length=254, blank=True, default="", db_default=""
    )
    html = models.TextField(blank=True, default="", db_default="")
    text = models.TextField(blank=True, default="", db_default="")
    cc = ArrayField(
        models.EmailField(max_length=254),
        default=list,
        blank=True,
        db_default=models.Value([], ArrayField(models.EmailField(max_length=254))),
    )
    channel = models.CharField(max_length=8, blank=True, default="", db_default="")
    sent_at = models.DateTimeField()
    is_automatic = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("An auto-reply or a machine: never counts as a response."),
    )
    came_from = models.ForeignKey(
        Ticket,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text=_("The ticket it was written on, before a merge or a split."),
    )
    mentions = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="mentioned_in"
    )

    MERGE = {"contact": Move(hold="ticket")}

    class Meta:
        ordering = ["sent_at", "id"]
        indexes = [
            models.Index(
                fields=["ticket", "sent_at", "id"], name="message_ticket_time"
            ),
        ]
        constraints = [
            choice_check("kind", MessageKind, "message_kind_known"),
            choice_check("side", MessageSide, "message_side_known"),
            models.CheckConstraint(
                condition=~models.Q(kind="note", side="customer"),
                name="message_notes_are_internal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.sent_at}"


class Attachment(Record):
    """A file that belongs to a message; before the message is sent, to its draft.

    It is only ever served as a download, with the type we found and not the one
    somebody claimed.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="attachments"
    )
    message = models.ForeignKey(
        Message,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="attachments",
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    file = models.FileField(upload_to="attachments/%Y/%m/", max_length=300)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name=""), name="attachment_has_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Draft(Record):
    """What somebody has begun to write on a ticket and not sent yet."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    kind = models.CharField(max_length=6, choices=MessageKind.choices)
    text = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "author", "kind"], name="draft_one_each"
            ),
            choice_check("kind", MessageKind, "draft_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"


class Watcher(models.Model):
    """Somebody told of what happens on a ticket: a person here, or an address."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="watchers"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="watched_tickets",
    )
    email = models.EmailField(max_length=254, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, email="")
                | (models.Q(person__isnull=True) & ~models.Q(email="")),
                name="watcher_person_or_address",
            ),
            models.UniqueConstraint(
                fields=["ticket", "person"],
                condition=models.Q(person__isnull=False),
                name="watcher_person_once",
            ),
            models.UniqueConstraint(
                "ticket",
                Lower("email"),
                condition=~models.Q(email=""),
                name="watcher_address_once",
            ),
        ]

    def __str__(self) -> str:
        return self.email or str(self.person_id)


class LinkKind(models.TextChoices):
    """How one ticket stands to another."""

    RELATED = "related", _("Related to")
    DUPLICATE = "duplicate", _("Duplicate of")
    CAUSED_BY = "caused_by", _("Caused by")
    FOLLOW_UP = "follow_up", _("Follows up on")
    SPLIT = "split", _("Split from")


class TicketLink(models.Model):
    """A link says how one ticket stands to another; it is shown on both."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="linked_from"
    )
    kind = models.CharField(max_length=9, choices=LinkKind.choices)

    class Meta:
        constraints = [
            choice_check("kind", LinkKind, "ticket_link_kind_known"),
            models.UniqueConstraint(
                fields=["ticket", "other", "kind"], name="ticket_link_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(ticket=models.F("other")),
                name="ticket_link_not_to_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.other_id}"
