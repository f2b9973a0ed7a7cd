"""Forms of subscriptions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Plan
from core.forms import DayInput, DrawnForm
from organisation.clock import today
from organisation.models import Organisation
from revenue.models import Subscription

MOST_SEATS = 2_147_483_647


class TermsForm(DrawnForm):
    """What both forms of a subscription ask."""

    plan = forms.ModelChoiceField(
        label=_("Plan"), queryset=Plan.objects.all(), required=False, empty_label="–"
    )
    mrr_amount = forms.DecimalField(
        label=_("Monthly amount"), min_value=0, max_digits=14, decimal_places=2
    )
    seats = forms.IntegerField(
        label=_("Seats"), min_value=0, max_value=MOST_SEATS, required=False
    )
    end_on = forms.DateField(
        label=_("Ends on"),
        widget=DayInput(),
        required=False,
        help_text=_("The first day without it; empty while it runs."),
    )
    renews_on = forms.DateField(label=_("Renews on"), widget=DayInput(), required=False)
    term_months = forms.IntegerField(
        label=_("Term in months"), min_value=1, max_value=1200, required=False
    )
    is_auto_renew = forms.BooleanField(label=_("Renews by itself"), required=False)


class SubscriptionCreateForm(TermsForm):
    """A new subscription."""

    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three letters, such as EUR."))],
    )
    start_on = forms.DateField(label=_("Starts on"), widget=DayInput())
    is_trial = forms.BooleanField(
        label=_("This is a trial"), required=False, help_text=_("Its amount is zero.")
    )

    field_order = (
        "plan", "currency", "mrr_amount", "seats", "start_on", "end_on", "renews_on",
        "term_months", "is_auto_renew", "is_trial",
    )  # fmt: skip

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = Organisation.objects.values_list("currency", flat=True).first()
        self.initial = {
            "plan": account.plan_id,
            "currency": account.arr_currency if account.arr_amount else ours or "EUR",
            "start_on": today(),
            "seats": account.seats,
        }


class SubscriptionEditForm(TermsForm):
    """A change of a subscription, and the day from which it holds."""

    on = forms.DateField(
        label=_("Amount and seats hold from"),
        widget=DayInput(),
        help_text=_("What held before stays known."),
    )

    field_order = (
        "plan", "mrr_amount", "seats", "on", "end_on", "renews_on", "term_months",
        "is_auto_renew",
    )  # fmt: skip

    def __init__(self, *args: Any, subscription: Subscription, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ("mrr_amount", "seats", "end_on", "renews_on", "term_months")
        self.initial = {name: getattr(subscription, name) for name in names} | {
            "plan": subscription.plan_id,
            "is_auto_renew": subscription.is_auto_renew,
            "on": max(today(), subscription.start_on),
        }
