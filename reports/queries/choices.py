"""What the filters and bulk actions of a list let people choose from."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Segment
from organisation.models import Team, User

Choices = list[tuple[str, Any]]


class ListChoices:
    """Segments, people and teams; each is read once, and only when somebody asks."""

    @cached_property
    def segments(self) -> Choices:
        """Segments by slug, first priority first."""
        return [*Segment.objects.values_list("slug", "name"), ("none", _("No segment"))]

    @cached_property
    def people(self) -> Choices:
        """Everybody who can own an account, by public id."""
        people = User.objects.people().order_by("name", "email")
        rows = people.values_list("public_id", "name", "email")
        return [(str(public_id), name or email) for public_id, name, email in rows]

    @cached_property
    def teams(self) -> Choices:
        """Teams by public id."""
        return [
            (str(public_id), name)
            for public_id, name in Team.objects.values_list("public_id", "name")
        ]

    @property
    def owners(self) -> Choices:
        """People, with oneself and nobody in front."""
        return [("me", _("Me")), ("none", _("Nobody")), *self.people]
