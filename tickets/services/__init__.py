"""What this room can do: converse, keep promises, move tickets along."""

from tickets.services.assignment import assign, claim, escalate, release
from tickets.services.bulk import (
    bulk_add_tag,
    bulk_assign,
    bulk_close,
    bulk_priority,
    bulk_remove_tag,
    bulk_status,
)
from tickets.services.bulk_merging import bulk_merge
from tickets.services.bulk_undo import undo_bulk
from tickets.services.conversation import (
    add_note,
    contact_writer,
    receive_customer_message,
    reply,
    writer_of,
)
from tickets.services.creating import create_ticket
from tickets.services.customers import change_customer
from tickets.services.errors import (
    AlreadyClaimed,
    AlreadyUndone,
    CannotMerge,
    ChangedSince,
    CustomerWroteMeanwhile,
    MoveNotAllowed,
    NotRateable,
    StaleTicket,
    TicketIsClosed,
    TicketIsMerged,
    TicketIsSpam,
    TooLateToUndo,
)
from tickets.services.fields import change_priority, update_ticket
from tickets.services.merging import merge_tickets
from tickets.services.messages import Body, Writer
from tickets.services.rating import may_rate, rate_ticket
from tickets.services.spam import mark_spam, unmark_spam
from tickets.services.splitting import link_tickets, split_ticket, unlink_tickets
from tickets.services.statuses import (
    change_status,
    close,
    close_silent,
    reopen,
    resolve,
    snooze,
    wake,
    wake_due,
)
from tickets.services.undoable import do_undoably
from tickets.services.unread import refuse_unread
from tickets.services.watching import unwatch, watch

__all__ = [
    "AlreadyClaimed",
    "AlreadyUndone",
    "Body",
    "CannotMerge",
    "ChangedSince",
    "CustomerWroteMeanwhile",
    "MoveNotAllowed",
    "NotRateable",
    "StaleTicket",
    "TicketIsClosed",
    "TicketIsMerged",
    "TicketIsSpam",
    "TooLateToUndo",
    "Writer",
    "add_note",
    "assign",
    "bulk_add_tag",
    "bulk_assign",
    "bulk_close",
    "bulk_merge",
    "bulk_priority",
    "bulk_remove_tag",
    "bulk_status",
    "change_customer",
    "change_priority",
    "change_status",
    "claim",
    "close",
    "close_silent",
    "contact_writer",
    "create_ticket",
    "do_undoably",
    "escalate",
    "link_tickets",
    "mark_spam",
    "may_rate",
    "merge_tickets",
    "rate_ticket",
    "receive_customer_message",
    "refuse_unread",
    "release",
    "reopen",
    "reply",
    "resolve",
    "snooze",
    "split_ticket",
    "undo_bulk",
    "unlink_tickets",
    "unmark_spam",
    "unwatch",
    "update_ticket",
    "wake",
    "wake_due",
    "watch",
    "writer_of",
]
