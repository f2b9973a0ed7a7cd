"""Tickets: the conversation, the promises, and how the desk is set up."""

from tickets.models.conversation import (
    Attachment,
    Draft,
    LinkKind,
    Message,
    MessageKind,
    MessageSide,
    TicketLink,
    Watcher,
)
from tickets.models.desk import (
    BulkChange,
    CannedReply,
    QueueColumns,
    RetargetFrom,
    SupportLevel,
    SupportSettings,
)
from tickets.models.search import TicketWords
from tickets.models.sla import (
    ClockRebuild,
    ClockState,
    RebuildStatus,
    SlaClock,
    SlaEvent,
    SlaEventKind,
    SlaMetric,
    SlaTier,
    SlaTierVersion,
)
from tickets.models.tickets import Ticket, TicketPeriod, TicketQuerySet

__all__ = [
    "Attachment",
    "BulkChange",
    "CannedReply",
    "ClockRebuild",
    "ClockState",
    "Draft",
    "LinkKind",
    "Message",
    "MessageKind",
    "MessageSide",
    "QueueColumns",
    "RebuildStatus",
    "RetargetFrom",
    "SlaClock",
    "SlaEvent",
    "SlaEventKind",
    "SlaMetric",
    "SlaTier",
    "SlaTierVersion",
    "SupportLevel",
    "SupportSettings",
    "Ticket",
    "TicketLink",
    "TicketPeriod",
    "TicketQuerySet",
    "TicketWords",
    "Watcher",
]
