"""What customers pay, as dated facts."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Plan
from core.merging import Move
from core.models import Record, Sourced, sourced_unique


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Words for subscriptions."""

    def active_on(self, day) -> SubscriptionQuerySet:
        """Started on or before the day and not ended by it (end > day or none)."""
        return self.filter(start_on__lte=day).filter(
            models.Q(end_on__isnull=True) | models.Q(end_on__gt=day)
        )


class Subscription(Record, Sourced):
    """A subscription is one contract line: what an account pays each month and until
    when. Active from ``start_on`` until the day before ``end_on``.

    The amounts here are the current ones; dated terms say what held when.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="subscriptions"
    )
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    currency = models.CharField(max_length=3)
    mrr_amount = models.DecimalField(max_digits=14, decimal_places=2)
    seats = models.PositiveIntegerField(null=True, blank=True)
    start_on = models.DateField()
    end_on = models.DateField(null=True, blank=True)
    renews_on = models.DateField(null=True, blank=True)
    term_months = models.PositiveSmallIntegerField(null=True, blank=True)
    is_auto_renew = models.BooleanField(default=False, db_default=False)
    is_trial = models.BooleanField(default=False, db_default=False)

    objects = SubscriptionQuerySet.as_manager()

    MERGE = {"account": Move(then="revenue.services.refresh_after_merge")}

    class Meta:
        ordering = ["-start_on"]
        indexes = [
            models.Index("account", "start_on", name="subscription_account_start"),
        ]
        constraints = [
            sourced_unique("subscription_source_id_unique"),
            models.CheckConstraint(
                condition=models.Q(mrr_amount__gte=0), name="subscription_mrr_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(end_on__isnull=True)
                | models.Q(end_on__gte=models.F("start_on")),
                name="subscription_ends_after_start",
                violation_error_message=_("The end must not lie before the start."),
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="subscription_currency_iso",
            ),
            models.CheckConstraint(
                condition=models.Q(is_trial=False) | models.Q(mrr_amount=0),
                name="subscription_trial_is_free",
                violation_error_message=_("A trial has no monthly amount."),
            ),
        ]

    def __str__(self) -> str:
        return self.external_id or f"{self.account_id} {self.start_on}"

    @property
    def arr_amount(self) -> Decimal:
        """Twelve times the monthly amount."""
        return 12 * self.mrr_amount

    @property
    def label(self) -> str:
        """How people name it: the plan, else its id, else the day it began."""
        return str(self.plan or self.external_id or f"{self.start_on:%Y-%m-%d}")


class SubscriptionTerms(models.Model):
    """What a subscription said from one day until another: amount, seats, trial, and
    when it was to renew or end.

    A subscription's first terms have no start; they hold since it began.
    """

    #: What these rows keep of their subscription.
    FACTS = ("mrr_amount", "seats", "is_trial", "renews_on", "end_on")

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="terms"
    )
    mrr_amount = models.DecimalField(max_digits=14, decimal_places=2)
    seats = models.PositiveIntegerField(null=True, blank=True)
    is_trial = models.BooleanField(default=False, db_default=False)
    renews_on = models.DateField(null=True, blank=True)
    end_on = models.DateField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=models.Q(valid_to__isnull=True),
                name="subscription_terms_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="subscription_terms_interval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} from {self.valid_from}"


class OverduePayment(Record, Sourced):
    """A payment that was due on a day and not settled until another."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="overdue_payments"
    )
    subscription = models.ForeignKey(
        Subscription,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="overdue_payments",
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    due_on = models.DateField()
    settled_on = models.DateField(null=True, blank=True)

    MERGE = {"account": Move()}

    class Meta:
        ordering = ["-due_on"]
        indexes = [models.Index("account", "due_on", name="overdue_account_due")]
        constraints = [
            sourced_unique("overdue_source_id_unique"),
            models.CheckConstraint(
                condition=models.Q(settled_on__isnull=True)
                | models.Q(settled_on__gte=models.F("due_on")),
                name="overdue_settled_after_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.due_on}"


class ChurnEvent(Record, Sourced):
    """A churn event is a loss: a customer left, or pays less than before."""

    class Kind(models.TextChoices):
        FULL = "full", _("Left")
        DOWNGRADE = "downgrade", _("Pays less")

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="churn_events"
    )
    kind = models.CharField(
        max_length=10, choices=Kind.choices, default=Kind.FULL, db_default=Kind.FULL
    )
    churned_on = models.DateField()
    amount_lost = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    refund_amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True
    )
    reasons = ArrayField(
        models.CharField(max_length=120),
        default=list,
        blank=True,
        size=3,
        db_default=models.Value([], ArrayField(models.CharField(max_length=120))),
    )
    is_reactivation = models.BooleanField(default=False, db_default=False)
    notes = models.TextField(blank=True, default="", db_default="")

    MERGE = {"account": Move()}

    class Meta:
        ordering = ["-churned_on"]
        indexes = [models.Index("account", "churned_on", name="churn_account_day")]
        constraints = [
            sourced_unique("churn_source_id_unique"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["full", "downgrade"]),
                name="churn_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.churned_on}"
