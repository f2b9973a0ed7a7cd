"""What is asked before a ticket changes: one small form per question."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from core.forms import DrawnForm, MomentInput
from organisation.models import Team, User
from tickets import services
from tickets.models import BulkChange, Message, MessageKind, SupportLevel, Ticket
from tickets.queries.offered import agents
from tickets.transitions import TRANSITIONS

#: So many are offered while something is typed.
MOST_OFFERED = 12


class AskForm(DrawnForm):
    """A question about one ticket; ``apply`` does what was answered."""

    title: Any = ""
    submit: Any = _("Save")
    done: Any = _("Saved.")
    #: Lists that the browser's pickers are filled from while somebody types.
    offers: tuple[str, ...] = ()
    #: What was applied, where it may be taken back.
    change: BulkChange | None = None

    def __init__(self, *args: Any, ticket: Ticket, user: User, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.ticket, self.user = ticket, user
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices and first values from the ticket."""

    @abstractmethod
    def apply(self) -> Any:
        """Do it; services raise what stands in the way."""


class AssignForm(AskForm):
    """To whom, and to which team."""

    title, submit, done = _("Assign the ticket"), _("Assign"), _("Assigned.")
    assignee = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Assignee"),
        required=False,
        to_field_name="public_id",
        empty_label=_("Nobody"),
    )
    team = forms.ModelChoiceField(
        Team.objects.all(),
        label=_("Team"),
        required=False,
        to_field_name="public_id",
        empty_label=_("Leave as it is"),
    )

    def prepare(self) -> None:
        people: Any = self.fields["assignee"]
        people.queryset = agents()
        if self.ticket.assignee is not None:
            self.initial["assignee"] = self.ticket.assignee.public_id
        if self.ticket.team is not None:
            self.initial["team"] = self.ticket.team.public_id

    def apply(self) -> Any:
        data = self.cleaned_data
        return services.assign(
            self.ticket, by=self.user, to=data["assignee"], team=data["team"]
        )


class EscalateForm(AskForm):
    """To which level, and why."""

    title, submit = _("Escalate the ticket"), _("Escalate")
    done = _("Escalated.")
    to_level = forms.TypedChoiceField(label=_("Level"), coerce=int)
    reason = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The next level reads this first."),
    )

    def prepare(self) -> None:
        levels = SupportLevel.objects.filter(level__gt=self.ticket.level)
        field: Any = self.fields["to_level"]
        field.choices = [
            (level.level, f"{level.level} · {level.name}") for level in levels
        ]

    def apply(self) -> Any:
        data = self.cleaned_data
        return services.escalate(
            self.ticket,
            by=self.user,
            to_level=data["to_level"],
            reason=data["reason"],
        )


class PriorityForm(AskForm):
    """How urgent it is."""

    title, done = _("Change the priority"), _("Priority changed; clocks follow.")
    priority = forms.ChoiceField(
        label=_("Priority"), choices=Ticket.Priority.choices, widget=forms.RadioSelect
    )

    def prepare(self) -> None:
        self.initial["priority"] = self.ticket.priority

    def apply(self) -> Any:
        return services.change_priority(
            self.ticket, by=self.user, priority=self.cleaned_data["priority"]
        )


class StatusForm(AskForm):
    """Where it stands; only what may follow is offered."""

    title, done = _("Change the status"), _("Status changed.")
    status = forms.ChoiceField(label=_("Status"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        field: Any = self.fields["status"]
        may_follow = TRANSITIONS[self.ticket.status]
        field.choices = [
            choice for choice in Ticket.Status.choices if choice[0] in may_follow
        ]

    def apply(self) -> Any:
        return services.change_status(
            self.ticket, by=self.user, status=self.cleaned_data["status"]
        )


def _tomorrow(now: datetime) -> datetime:
    return (now + timedelta(days=1)).replace(hour=8, minute=0, second=0)


def _monday(now: datetime) -> datetime:
    days = 7 - now.weekday()
    return (now + timedelta(days=days)).replace(hour=8, minute=0, second=0)


SNOOZES: dict[str, tuple[Any, Callable[[datetime], datetime]]] = {
    "hour": (_("In an hour"), lambda now: now + timedelta(hours=1)),
    "tomorrow": (_("Tomorrow at 8"), _tomorrow),
    "monday": (_("On Monday at 8"), _monday),
}


class SnoozeForm(AskForm):
    """Until when it is out of sight."""

    title, submit = _("Snooze the ticket"), _("Snooze")
    done = _("Snoozed. It comes back by itself, or when the customer writes.")
    until = forms.ChoiceField(
        label=_("Until"),
        choices=[
            *((key, words) for key, (words, _when) in SNOOZES.items()),
            ("moment", _("Another time")),
        ],
        initial="tomorrow",
        widget=forms.RadioSelect,
        help_text=_(
            "Its clocks run on, and pages to on call go on until somebody acknowledges."
        ),
    )
    moment = forms.DateTimeField(
        label=_("Another time"), required=False, widget=MomentInput()
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        now = timezone.localtime()
        if data.get("until") == "moment":
            if not data.get("moment"):
                self.add_error("moment", _("Choose the day and time."))
        elif data.get("until") in SNOOZES:
            data["moment"] = SNOOZES[data["until"]][1](now)
        return data

    def apply(self) -> Any:
        return services.snooze(
            self.ticket, by=self.user, until=self.cleaned_data["moment"]
        )


class SplitForm(AskForm):
    """Which messages begin a ticket of their own."""

    title, submit = _("Split off messages"), _("Split")
    done = _("Split. The new ticket is linked below.")
    subject = forms.CharField(label=_("Subject of the new ticket"), max_length=300)
    messages = forms.ModelMultipleChoiceField(
        Message.objects.none(),
        label=_("Messages that go there"),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )

    def prepare(self) -> None:
        field: Any = self.fields["messages"]
        field.queryset = Message.objects.filter(
            ticket=self.ticket, kind=MessageKind.PUBLIC
        ).order_by("sent_at", "id")
        field.label_from_instance = lambda message: Truncator(message.text).chars(90)

    def apply(self) -> Any:
        return services.split_ticket(
            self.ticket,
            messages=list(self.cleaned_data["messages"]),
            subject=self.cleaned_data["subject"],
            by=self.user,
        )
