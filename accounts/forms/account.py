"""The form of an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.functions import Lower
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms.custom import CustomValuesForm
from accounts.models import Account, Plan
from core.forms import DayInput
from organisation.forms import timezone_choices
from organisation.models import Team, User

MOST = 2_147_483_647


class PersonField(forms.ModelChoiceField):
    """A person by their name; what travels is the public id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=User.objects.people().order_by(Lower("name"), Lower("email")),
            to_field_name="public_id",
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.label)


class AccountField(forms.CharField):
    """An account by its name or domain, as offered by the browser while one types.

    Only accounts the person may see can be found; several of one name are told apart
    by ``name (domain)``. ``kept`` is what the field shows at first: left as it is, it
    stays, even where it is archived or not the only one of its name.
    """

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={
                "list": "account-options",
                "autocomplete": "off",
                "hx-get": reverse_lazy("accounts:account_options"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": "#account-options",
                "hx-sync": "this:replace",
            }
        )
        super().__init__(max_length=460, widget=widget, **kwargs)
        self.user: User | None = None
        self.kept: Account | None = None

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text or self.user is None:
            return None
        if self.kept is not None and text == account_label(self.kept):
            return self.kept
        found = self._meant(text)
        if not found:
            raise forms.ValidationError(_("There is no account of this name."))
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several accounts have this name. Choose one from the list.")
            )
        return found[0]

    def found(self, text: str) -> Account | None:
        """The one account that is meant; None while that is not clear."""
        found = self._meant(text.strip())
        return found[0] if len(found) == 1 else None

    def _meant(self, text: str) -> list[Account]:
        """By name, by ``name (domain)``, else by domain; at most two."""
        if not text or self.user is None:
            return []
        seen = Account.objects.live().visible_to(self.user)
        found = list(seen.filter(name__iexact=text)[:2])
        if len(found) != 1 and text.endswith(")") and " (" in text:
            name, domain = text[:-1].rsplit(" (", 1)
            found = list(seen.filter(name__iexact=name, domain__iexact=domain)[:2])
        return found or list(seen.filter(domain__iexact=text)[:2])


def account_label(account: Account) -> str:
    """How a picker names an account: ``name (domain)``."""
    return f"{account.name} ({account.domain})" if account.domain else account.name


class AccountForm(CustomValuesForm):
    """What people may say about an account."""

    target = "account"

    name = forms.CharField(label=_("Name"), max_length=200)
    domain = forms.CharField(
        label=_("Domain"), max_length=253, required=False, help_text="example.com"
    )
    owner = PersonField(label=_("Owner"), required=False, empty_label=_("Nobody"))
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.all(), required=False, empty_label="–"
    )
    plan = forms.ModelChoiceField(
        label=_("Plan"), queryset=Plan.objects.all(), required=False, empty_label="–"
    )
    seats = forms.IntegerField(
        label=_("Seats"),
        min_value=0,
        max_value=MOST,
        required=False,
        help_text=_("Used where no subscription says how many."),
    )
    employees = forms.IntegerField(
        label=_("Employees"), min_value=0, max_value=MOST, required=False
    )
    industry = forms.CharField(label=_("Industry"), max_length=120, required=False)
    country = forms.CharField(label=_("Country"), max_length=60, required=False)
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [("", _("The organisation's")), *timezone_choices()],
        required=False,
    )
    stage = forms.ChoiceField(label=_("Stage"), choices=Account.Stage.choices)
    parent = AccountField(
        label=_("Parent account"),
        required=False,
        help_text=_("The company this one belongs to."),
    )
    first_seen_on = forms.DateField(
        label=_("Customer since"), widget=DayInput(), required=False
    )
    tags = forms.CharField(
        label=_("Tags"),
        max_length=2000,
        required=False,
        help_text=_("Separated by commas."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, user: User, account: Account | None = None, **kwargs: Any
    ) -> None:
        custom = account.custom if account else None
        super().__init__(*args, custom=custom, **kwargs)
        self.fields["parent"].user = user  # type: ignore[attr-defined]
        if account is not None:
            self.initial = initial_values(account)

    def clean_tags(self) -> list[str]:
        return [tag for tag in self.cleaned_data["tags"].split(",") if tag.strip()]

    def values(self) -> dict[str, Any]:
        """What the services take."""
        values = {
            name: value
            for name, value in self.cleaned_data.items()
            if not name.startswith("custom_") and name != "version"
        }
        if values["first_seen_on"] is None:
            del values["first_seen_on"]
        return values | {"custom": self.custom_values()}


def initial_values(account: Account) -> dict[str, Any]:
    """The account as the form shows it."""
    names = (
        "name", "domain", "plan", "team", "seats", "employees", "industry", "country",
        "timezone", "stage", "first_seen_on", "version",
    )  # fmt: skip
    values = {name: getattr(account, name) for name in names}
    return values | {
        "owner": account.owner.public_id if account.owner else None,
        "parent": account_label(account.parent) if account.parent else "",
        "tags": ", ".join(account.tags),
    }
