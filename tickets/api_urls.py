"""API addresses of tickets."""

from django.urls import path

from tickets.api.acting import TicketActions
from tickets.api.bulk import TicketBulkResource
from tickets.api.canned_replies import CannedReplyResource
from tickets.api.clocks import ClockResource
from tickets.api.conversation import AttachmentResource, ConversationResource
from tickets.api.drafts import DraftResource
from tickets.api.history import CustomerLinkResource, HistoryResource
from tickets.api.queues import QueueColumnResource, QueueCountResource
from tickets.api.tickets import TicketResource

_ONE = "tickets/<uuid:public_id>/"
#: One address each: tickets/<id>/claim/ and so on.
_ACTIONS = (
    "assign", "claim", "release", "customer", "escalate", "status", "resolve", "close",
    "reopen", "merge", "split", "link", "unlink", "snooze", "wake", "spam", "unspam",
    "watch", "unwatch", "rate",
)  # fmt: skip

_TICKETS = [
    path(
        "tickets/",
        TicketResource.as_view({"get": "list", "post": "create"}),
        name="api_tickets",
    ),
    path(
        "tickets/counts/",
        QueueCountResource.as_view({"get": "counts"}),
        name="api_ticket_counts",
    ),
    path(
        "tickets/columns/",
        QueueColumnResource.as_view({"get": "current", "put": "choose"}),
        name="api_ticket_columns",
    ),
    path(
        "tickets/bulk/",
        TicketBulkResource.as_view({"post": "change"}),
        name="api_tickets_bulk",
    ),
    path(
        "tickets/bulk/<uuid:public_id>/undo/",
        TicketBulkResource.as_view({"post": "undo"}),
        name="api_tickets_bulk_undo",
    ),
    path(
        _ONE,
        TicketResource.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_ticket",
    ),
    path(
        f"{_ONE}clocks/",
        ClockResource.as_view({"get": "clocks"}),
        name="api_ticket_clocks",
    ),
    path(
        f"{_ONE}history/",
        HistoryResource.as_view({"get": "history"}),
        name="api_ticket_history",
    ),
    path(
        f"{_ONE}customer-link/",
        CustomerLinkResource.as_view({"post": "link"}),
        name="api_ticket_customer_link",
    ),
    path(
        f"{_ONE}drafts/",
        DraftResource.as_view({"get": "drafts"}),
        name="api_ticket_drafts",
    ),
    path(
        f"{_ONE}drafts/<slug:kind>/",
        DraftResource.as_view({"put": "keep", "delete": "forget"}),
        name="api_ticket_draft",
    ),
    path(
        f"{_ONE}messages/",
        ConversationResource.as_view({"get": "list", "post": "create"}),
        name="api_ticket_messages",
    ),
    path(
        f"{_ONE}notes/",
        ConversationResource.as_view({"post": "note"}),
        name="api_ticket_notes",
    ),
    path(
        f"{_ONE}attachments/",
        ConversationResource.as_view({"post": "upload"}),
        name="api_ticket_attachments",
    ),
    path(
        "ticket-attachments/<uuid:public_id>/",
        AttachmentResource.as_view({"get": "fetch"}),
        name="api_ticket_attachment",
    ),
    *(
        path(
            f"{_ONE}{action}/",
            TicketActions.as_view({"post": action}),
            name=f"api_ticket_{action}",
        )
        for action in _ACTIONS
    ),
]
_CANNED = [
    path(
        "canned-replies/",
        CannedReplyResource.as_view({"get": "list", "post": "create"}),
        name="api_canned_replies",
    ),
    path(
        "canned-replies/<uuid:public_id>/",
        CannedReplyResource.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api_canned_reply",
    ),
    path(
        "canned-replies/<uuid:public_id>/fill/",
        CannedReplyResource.as_view({"get": "fill"}),
        name="api_canned_reply_fill",
    ),
]
urlpatterns = [*_TICKETS, *_CANNED]
