"""Forms of the settings pages; they check shape, services check meaning."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MaxValueValidator, RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import DayInput
from core.public_ids import public_ids
from organisation.models import Invitation, Organisation, Team, User
from organisation.permissions import PEOPLE_ROLES, SCOPES

LIFETIMES = (
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("One year")),
    ("", _("No end")),
)


@cache
def timezone_choices() -> tuple[tuple[str, str], ...]:
    """IANA zones that people know; the words stay as they are in every language."""
    names = sorted(
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    return (("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names))


class OrganisationForm(forms.ModelForm):
    """The settings of the organisation."""

    timezone = forms.ChoiceField(label=_("Time zone"), choices=timezone_choices)
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three letters, such as EUR."))],
        help_text=_("Three letters, such as EUR. Sums are shown in this currency."),
    )
    run_hour = forms.IntegerField(
        label=_("Hour of the nightly run"),
        min_value=0,
        max_value=23,
        help_text=_("0 to 23, in the time zone above."),
    )

    class Meta:
        model = Organisation
        fields = ("name", "timezone", "currency", "run_hour", "row_scope")
        labels = {"name": _("Name"), "row_scope": _("Who sees which accounts")}

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


def _support_level() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("Support level"),
        choices=[("", "–"), *((n, str(n)) for n in range(1, 5))],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("1 to 4, for support agents."),
    )


class PersonForm(forms.ModelForm):
    """A person as an administrator sees them."""

    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.value, role.label) for role in PEOPLE_ROLES]
    )
    support_level = _support_level()

    class Meta:
        model = User
        fields = ("name", "role", "team", "support_level")
        labels = {"name": _("Name"), "team": _("Team")}


class InvitationForm(forms.ModelForm):
    """Whom to invite."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in PEOPLE_ROLES],
        initial="csm",
    )
    support_level = _support_level()

    class Meta:
        model = Invitation
        fields = ("email", "role", "team", "support_level")
        labels = {"email": _("E-mail address"), "team": _("Team")}

    def validate_constraints(self) -> None:
        """An older open invitation is replaced by the service, not refused."""


class TeamForm(forms.ModelForm):
    """The name of a team."""

    class Meta:
        model = Team
        fields = ("name",)
        labels = {"name": _("Name")}


class ProfileForm(forms.ModelForm):
    """What a person may change about themselves."""

    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [("", _("The organisation's")), *timezone_choices()],
        required=False,
        help_text=_("Times are shown in this zone."),
    )
    locale = forms.ChoiceField(
        label=_("Language"),
        choices=lambda: [("", _("As the browser asks")), *settings.LANGUAGES],
        required=False,
    )

    class Meta:
        model = User
        fields = ("name", "timezone", "locale", "theme")
        labels = {"name": _("Name"), "theme": _("Appearance")}


class AcceptForm(forms.Form):
    """Name and password of an invited person."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters. A few plain words in a row are good."),
    )
    again = forms.CharField(
        label=_("Password again"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        password, again = values.get("password"), values.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords differ."))
        if password:
            person = User(email=self.email, name=values.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return values


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("What it is for, such as “Nightly export”."),
    )
    user = forms.ModelChoiceField(
        label=_("Acts as"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        empty_label=None,
        help_text=_("A token can do at most what this person may do."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(scope, scope) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    lifetime = forms.ChoiceField(
        label=_("Works for"), choices=LIFETIMES, required=False, initial="365"
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.may_be_acted_as(person)  # type: ignore[attr-defined]
        self.fields["user"].label_from_instance = lambda user: user.label  # type: ignore[attr-defined]
        self.initial.setdefault("user", person.public_id)

    def token_values(self) -> dict[str, Any]:
        """What the service takes."""
        values = dict(self.cleaned_data)
        days = values.pop("lifetime")
        end = timezone.now() + timedelta(days=int(days)) if days else None
        return values | {"expires_at": end}


class ServiceAccountForm(forms.Form):
    """A user for a program."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("The program, such as “Warehouse sync”."),
    )


class AuditForm(forms.Form):
    """Filters of the audit log; a value that makes no sense filters nothing."""

    who = forms.CharField(label=_("Person"), max_length=120, required=False)
    kind = forms.CharField(label=_("What happened"), max_length=60, required=False)
    about = forms.CharField(label=_("About"), max_length=120, required=False)
    first = forms.DateField(label=_("From"), required=False, widget=DayInput())
    last = forms.DateField(label=_("To"), required=False, widget=DayInput())
    before = forms.IntegerField(
        required=False,
        validators=[MaxValueValidator(2**63 - 1)],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.visible_fields():
            field.field.widget.attrs |= {"class": "form-control form-control-sm"}
        for name in ("who", "kind", "about"):
            label = self.fields[name].label
            self.fields[name].widget.attrs |= {"placeholder": label}


def chosen_person(text: str, *, refusal: Any) -> User | None:
    """Whom an id of a form means, ``none`` being nobody; refused if it is no one's."""
    if text == "none":
        return None
    person = User.objects.people().filter(public_id__in=public_ids([text])).first()
    if person is None:
        raise forms.ValidationError(refusal)
    return person
