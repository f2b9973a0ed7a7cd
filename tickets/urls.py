"""Addresses of this room's pages."""

from django.urls import path

from tickets.sla_urls import SLA_PAGES
from tickets.views import (
    account_tickets,
    around,
    attachments,
    bulk,
    composer,
    export,
    new_ticket,
    public,
    queues,
    tickets,
)

app_name = "tickets"

_QUEUE = [
    path("tickets/", queues.queue, name="queue"),
    path("tickets/counts/", queues.queue_counts, name="queue_counts"),
    path("tickets/columns/", queues.queue_columns, name="queue_columns"),
    path("tickets/bulk/", bulk.queue_bulk, name="queue_bulk"),
    path("tickets/matching/", bulk.queue_matching, name="queue_matching"),
    path("tickets/export/", export.queue_export, name="queue_export"),
    path("tickets/bulk/close/", bulk.queue_close, name="queue_close"),
    path("tickets/bulk/<uuid:public_id>/undo/", bulk.queue_undo, name="queue_undo"),
    path("tickets/new/", new_ticket.ticket_create, name="ticket_create"),
    path("tickets/people/", composer.people, name="people"),
    path("tickets/contacts/", around.contact_options, name="contact_options"),
    path("tickets/replies/", new_ticket.canned_replies, name="canned_replies"),
    path("tickets/replies/new/", new_ticket.canned_reply, name="canned_reply_create"),
    path(
        "tickets/replies/<uuid:public_id>/",
        new_ticket.canned_reply,
        name="canned_reply",
    ),
    path(
        "tickets/replies/<uuid:public_id>/delete/",
        new_ticket.canned_reply_delete,
        name="canned_reply_delete",
    ),
    path(
        "tickets/files/<uuid:public_id>/",
        attachments.attachment,
        name="attachment",
    ),
]
_TICKET = [
    path("tickets/<uuid:public_id>/", tickets.ticket, name="ticket"),
    path("tickets/<uuid:public_id>/write/", composer.ticket_write, name="ticket_write"),
    path("tickets/<uuid:public_id>/draft/", composer.ticket_draft, name="ticket_draft"),
    path(
        "tickets/<uuid:public_id>/presence/",
        composer.ticket_presence,
        name="ticket_presence",
    ),
    path("tickets/<uuid:public_id>/leave/", composer.ticket_leave, name="ticket_leave"),
    path(
        "tickets/<uuid:public_id>/replies/",
        composer.canned_search,
        name="canned_search",
    ),
    path(
        "tickets/<uuid:public_id>/act/<slug:what>/",
        tickets.ticket_act,
        name="ticket_act",
    ),
    path(
        "tickets/<uuid:public_id>/ask/<slug:what>/",
        tickets.ticket_ask,
        name="ticket_ask",
    ),
    path(
        "tickets/<uuid:public_id>/watchers/options/",
        around.watcher_options,
        name="watcher_options",
    ),
    path(
        "tickets/<uuid:public_id>/watchers/<int:pk>/remove/",
        around.watcher_remove,
        name="watcher_remove",
    ),
    path(
        "tickets/<uuid:public_id>/links/<int:pk>/remove/",
        around.ticket_unlink,
        name="ticket_unlink",
    ),
    path(
        "accounts/<uuid:public_id>/tickets/",
        account_tickets.account_tickets,
        name="account_tickets",
    ),
]
_PUBLIC = [
    path("support/", public.support_form, name="support_form"),
    path("support/tickets/<str:token>/", public.public_ticket, name="public_ticket"),
    path(
        "support/tickets/<str:token>/answer/",
        public.public_answer,
        name="public_answer",
    ),
    path(
        "support/tickets/<str:token>/close/", public.public_close, name="public_close"
    ),
    path(
        "support/tickets/<str:token>/reopen/",
        public.public_reopen,
        name="public_reopen",
    ),
    path("support/tickets/<str:token>/rate/", public.public_rate, name="public_rate"),
    path(
        "support/tickets/<str:token>/files/<uuid:public_id>/",
        public.public_attachment,
        name="public_attachment",
    ),
]
urlpatterns = [*_QUEUE, *_TICKET, *_PUBLIC, *SLA_PAGES]
