"""Base models every room builds on. No tables of its own live here."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now


class Record(models.Model):
    """A row with a public id that may be shown outside, and its time stamps.

    Defaults live in the database too, so rows written by COPY or INSERT … SELECT are
    complete without Python touching them.
    """

    public_id = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        abstract = True


class Sourced(models.Model):
    """A row that another system may own: (source, external_id) names it there."""

    source = models.CharField(max_length=60, blank=True, db_default="", default="")
    external_id = models.CharField(
        max_length=200, blank=True, db_default="", default=""
    )

    class Meta:
        abstract = True


def sourced_unique(name: str) -> models.UniqueConstraint:
    """The partial unique constraint each Sourced model declares under its own name."""
    return models.UniqueConstraint(
        fields=["source", "external_id"],
        condition=~models.Q(external_id=""),
        name=name,
        violation_error_message="This id is already used for this source.",
    )


def choice_check(field: str, choices: type[models.TextChoices], name: str):
    """CHECK that a column holds one of its choices; Django does not enforce them."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": choices.values}), name=name
    )
