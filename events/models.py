"""The event log. Rows are only ever added; a trigger refuses changes."""

from django.db import models
from django.db.models.functions import Now


class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row, for whoever reads on."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class Event(models.Model):
    """An event is one thing that happened: who did what to which object, and when.

    There are no foreign keys, so the log never blocks a delete and outlives what it
    speaks of. ``data`` holds ``{"field": [before, after]}`` for changes, and named
    facts for everything else.
    """

    id = models.BigAutoField(primary_key=True)
    happened_at = models.DateTimeField(db_default=Now())
    recorded_at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=60)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_label = models.CharField(
        max_length=200, db_default="", default="", blank=True
    )
    account_id = models.BigIntegerField(null=True, blank=True)
    subject_type = models.CharField(
        max_length=60, db_default="", default="", blank=True
    )
    subject_id = models.BigIntegerField(null=True, blank=True)
    subject_label = models.CharField(
        max_length=300, db_default="", default="", blank=True
    )
    data = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField())
    )
    request_id = models.CharField(max_length=64, db_default="", default="", blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    transaction = models.BigIntegerField(
        db_default=CurrentTransaction(),
        help_text="What committed after a reader last looked is found by this number.",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["account_id", "-happened_at", "-id"], name="event_account_time"
            ),
            models.Index(fields=["kind", "-id"], name="event_kind"),
            models.Index(
                fields=["subject_type", "subject_id", "-id"], name="event_subject"
            ),
            models.Index(fields=["transaction"], name="event_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_label}".strip()


class AccountChange(models.Model):
    """The last time that facts too many for the log changed for an account.

    Usage comes by the million; one row per account says that something came.
    """

    account_id = models.BigIntegerField(primary_key=True)
    transaction = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        indexes = [models.Index(fields=["transaction"], name="account_change_read")]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.transaction}"


class EventReading(models.Model):
    """How far one reader of the log has come: what it saw when it last looked.

    ``seen`` is PostgreSQL's own snapshot, so a long transaction that commits later than
    shorter ones is neither missed nor read twice.
    """

    reader = models.CharField(max_length=60, primary_key=True)
    seen = models.TextField()
    read_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.reader} at {self.read_at}"


class EventConsumption(models.Model):
    """One consumer has dealt with one event; the unique row makes a retry harmless."""

    consumer = models.CharField(max_length=60)
    event_id = models.BigIntegerField()
    claimed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consumer", "event_id"], name="event_consumed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.event_id}"
