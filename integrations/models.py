"""File imports: runs, rejected rows, quarantine and remembered mappings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.models import Record


class ImportRun(Record):
    """An import run is one file on its way in: uploaded, checked, applied."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKING = "checking", _("Checking")
        PREVIEWED = "previewed", _("Checked")
        APPLYING = "applying", _("Applying")
        APPLIED = "applied", _("Applied")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed")

    kind = models.CharField(max_length=30)
    source = models.CharField(max_length=60, blank=True, default="")
    filename = models.CharField(max_length=255)
    file = models.FileField(upload_to="imports/%Y/%m/", blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    status = models.CharField(
        max_length=9, choices=Status.choices, default=Status.UPLOADED
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="import_runs",
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    progress_rows = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    refusal = models.TextField(blank=True, default="")
    rejected_file = models.FileField(upload_to="imports/%Y/%m/", blank=True)
    problems_file = models.FileField(upload_to="imports/%Y/%m/", blank=True)
    outcomes_file = models.FileField(upload_to="imports/%Y/%m/", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "uploaded",
                        "checking",
                        "previewed",
                        "applying",
                        "applied",
                        "refused",
                        "failed",
                    ]
                ),
                name="import_run_status_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="applied")
                | models.Q(finished_at__isnull=False),
                name="import_run_applied_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.filename


class SavedMapping(Record):
    """The column mapping last used for a kind of file from a source."""

    kind = models.CharField(max_length=30)
    source = models.CharField(max_length=60)
    mapping = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source"], name="saved_mapping_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind}"


class QuarantinedRow(models.Model):
    """A good row whose parent is not here yet; it is released when that arrives."""

    kind = models.CharField(max_length=30)
    source = models.CharField(max_length=60)
    row_key = models.CharField(max_length=300)
    waits_for = models.CharField(
        max_length=300, help_text=_("kind:source:external id of the missing parent.")
    )
    payload = models.JSONField()
    reason = models.CharField(max_length=300)
    held_at = models.DateTimeField(db_default=Now())
    run = models.ForeignKey(
        ImportRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index("waits_for", name="quarantine_waits_for")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source", "row_key"], name="quarantine_row_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_key}"
