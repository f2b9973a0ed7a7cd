"""Paging on-call people about tickets: set up, begun, repeated, sent, acknowledged."""

from health.services.on_call.acknowledging import CannotAcknowledge, acknowledge_page
from health.services.on_call.following import follow_tickets
from health.services.on_call.sending import send_pages
from health.services.on_call.setting_up import StaleOnCall, change_on_call, named_now

__all__ = [
    "CannotAcknowledge",
    "StaleOnCall",
    "acknowledge_page",
    "change_on_call",
    "follow_tickets",
    "named_now",
    "send_pages",
]
