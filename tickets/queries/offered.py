"""What the page of a queue offers a person: people, teams, fields, views, columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import models
from django.db.models.functions import Lower

from accounts.models import CustomField
from core.small_lists import Lists, small_lists
from organisation.models import SavedView, Team, User
from tickets.models import QueueColumns


class Named(NamedTuple):
    """Somebody, or a team, to choose."""

    public_id: str
    label: str


@dataclass(frozen=True)
class Offered:
    """Each list in the order it is shown; ``columns`` empty for who never chose any."""

    people: list[Named]
    teams: list[Named]
    fields: list[CustomField]
    views: list[dict[str, Any]]
    columns: list[str]


def agents() -> models.QuerySet[User]:
    """People who may work on tickets, by name."""
    roles = ("agent", "lead", "operations", "admin")
    return User.objects.people().filter(role__in=roles).order_by(Lower("name"), "pk")


def narrowing_fields() -> models.QuerySet[CustomField]:
    """Fields of tickets made here by which a list can be narrowed."""
    kinds = (CustomField.Kind.CHOICE, CustomField.Kind.YES_NO)
    return CustomField.objects.filter(target=CustomField.Target.TICKET, kind__in=kinds)


def offered_to(user: User) -> Offered:
    """All of it, in one statement."""

    def lists() -> Lists:
        return {
            "people": agents().values("public_id", "name", "email"),
            "teams": Team.objects.values("public_id", "name"),
            "fields": narrowing_fields().values("key", "label", "kind", "choices"),
            "views": SavedView.objects.for_page("tickets", user).values(
                "name", "query"
            ),
            "columns": QueueColumns.objects.filter(person=user).values("keys"),
        }

    found = small_lists(lists, key=("offered", user.pk))
    people = [
        (one["public_id"], one["name"] or one["email"]) for one in found["people"]
    ]
    return Offered(
        people=[Named(*one) for one in people],
        teams=[Named(one["public_id"], one["name"]) for one in found["teams"]],
        fields=[CustomField(**one) for one in found["fields"]],
        views=found["views"],
        columns=next((one["keys"] for one in found["columns"]), []),
    )
