"""Every question that the page of a ticket asks, by the name in its address."""

from __future__ import annotations

from tickets.ask_forms import (
    AskForm,
    AssignForm,
    EscalateForm,
    PriorityForm,
    SnoozeForm,
    SplitForm,
    StatusForm,
)
from tickets.customer_form import CustomerForm
from tickets.details_form import DetailsForm
from tickets.other_ticket_forms import LinkForm, MergeForm
from tickets.watcher_form import WatcherForm

ASKS: dict[str, type[AskForm]] = {
    "assign": AssignForm,
    "escalate": EscalateForm,
    "priority": PriorityForm,
    "status": StatusForm,
    "snooze": SnoozeForm,
    "merge": MergeForm,
    "link": LinkForm,
    "split": SplitForm,
    "details": DetailsForm,
    "customer": CustomerForm,
    "watcher": WatcherForm,
}
