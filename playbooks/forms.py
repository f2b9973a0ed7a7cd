"""Forms of this room: a task, the filters of its list, and what to do with many."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.forms.account import AccountField, PersonField
from core.forms import DayInput, DrawnForm
from organisation.forms import chosen_person
from organisation.models import User
from playbooks.models import Task, TaskOrigin
from playbooks.queries import ALL, DONE, GROUP_WORDS, MINE, OPEN, TEAM

TITLE = forms.TextInput(
    {"autocomplete": "off", "placeholder": _("What is to be done?")}
)


class TaskForm(DrawnForm):
    """What is to be done, by whom, until when."""

    title = forms.CharField(label=_("Task"), max_length=200, widget=TITLE)
    account = AccountField(label=_("Account"), required=False)
    due_on = forms.DateField(label=_("Due"), widget=DayInput(), required=False)
    owner = PersonField(label=_("Owner"), required=False, empty_label=_("Nobody"))
    note = forms.CharField(
        label=_("Note"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, user: User, has_account: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if has_account:
            # It stands already: a task never goes to another account.
            del self.fields["account"]
        else:
            self.fields["account"].user = user  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the services take."""
        names = self.cleaned_data.keys() - {"version"}
        return {name: self.cleaned_data[name] for name in names}


def task_values(task: Task) -> dict[str, Any]:
    """The task as its form shows it."""
    return {
        "title": task.title,
        "due_on": task.due_on,
        "owner": task.owner.public_id if task.owner else None,
        "note": task.note,
        "version": task.version,
    }


class TaskFilterForm(forms.Form):
    """What of the list is shown; what is no choice is as good as not chosen."""

    WHOSE = ((MINE, _("Mine")), (TEAM, _("My team")), (ALL, _("All")))
    STATES = ((OPEN, _("Open")), (DONE, _("Done")))

    whose = forms.ChoiceField(choices=WHOSE, required=False)
    state = forms.ChoiceField(choices=STATES, required=False)
    due = forms.ChoiceField(
        label=_("Due"),
        choices=[("", _("Any")), *GROUP_WORDS.items()],
        widget=forms.RadioSelect,
        required=False,
    )
    owner = forms.ChoiceField(
        label=_("Owner"), widget=forms.RadioSelect, required=False
    )
    origin = forms.ChoiceField(
        label=_("From"),
        choices=[("", _("Any")), *TaskOrigin.choices],
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = lambda: [  # type: ignore[attr-defined]
            ("", _("Any")),
            ("none", _("Nobody")),
            *people_choices(),
        ]

    def chosen(self) -> dict[str, str]:
        """The choices that hold, with whose and state always among them."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return {"whose": MINE, "state": OPEN} | chosen


def people_choices() -> list[tuple[str, str]]:
    """Everybody who can own a task, by public id."""
    people = User.objects.people().order_by(Lower("name"), Lower("email"))
    rows = people.values_list("public_id", "name", "email")
    return [(str(public_id), name or email) for public_id, name, email in rows]


class BulkTaskForm(forms.Form):
    """What to do with the chosen tasks."""

    COMPLETE, ASSIGN = "complete", "assign"

    action = forms.ChoiceField(choices=[(COMPLETE, ""), (ASSIGN, "")])
    owner = forms.CharField(max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        """Assigning needs a person, who is looked up here."""
        data = super().clean() or {}
        if data.get("action") == self.ASSIGN:
            words = _("Choose the person these tasks are for.")
            data["owner"] = chosen_person(data.get("owner", ""), refusal=words)
        return data
