"""Scorecards over the API: what they are, for whom they are used, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ChangedMeanwhile, Conflict, check_if_match, etag_of
from health.definition import DefinitionError
from health.models import Scorecard
from health.queries.scorecard_pages import cards_with_versions, published_of
from health.scorecard_sketch import steps_of
from health.serializers.scorecard_drafts import (
    OrderWrite,
    ScorecardChange,
    ScorecardWrite,
)
from health.serializers.scorecards import ScorecardDetailShape, ScorecardShape
from health.services.scorecard_use import (
    CannotUse,
    OrderIsStale,
    StaleScorecard,
    archive_scorecard,
    describe_scorecard,
    make_default,
    refuse_stale,
    restore_scorecard,
    set_order,
    set_use,
)
from health.services.scorecards import (
    NoDraft,
    NothingToPublish,
    ScorecardIsArchived,
    StaleDraft,
    copy_scorecard,
    create_scorecard,
)
from organisation.api_views import Resource
from organisation.permissions import Permission


@contextmanager
def refusals() -> Iterator[None]:
    """Say what services refuse as the problem it is, each at its place."""
    try:
        yield
    except DefinitionError as error:
        raise ValidationError({"definition": _by_place(error)}) from error
    except (StaleDraft, StaleScorecard) as error:
        raise ChangedMeanwhile(error.current.edits) from error
    except (
        CannotUse,
        NoDraft,
        NothingToPublish,
        OrderIsStale,
        ScorecardIsArchived,
    ) as error:
        raise Conflict(str(error)) from error


def _by_place(error: DefinitionError) -> dict[str, Any]:
    """Messages nested like the definition, so that pointers lead to the place."""
    found: dict[str, Any] = {}
    for problem in error.problems:
        node = found
        for step in steps_of(problem.path) or [problem.path]:
            node = node.setdefault(str(step), {})
        node.setdefault("", []).append(problem.message)
    return found


class ScorecardResource(Resource):
    """How scores are computed."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    write_permission = Permission.EDIT_SCORECARDS
    has_version = True
    queryset = Scorecard.objects.none()
    shape: ClassVar[type[serializers.BaseSerializer]] = ScorecardShape

    def get_queryset(self) -> QuerySet[Scorecard]:
        """Those that are not put away; what was never published is for editors."""
        cards = cards_with_versions().filter(archived_at=None)
        if self.person.has_perm_code(Permission.EDIT_SCORECARDS):
            return cards
        return cards.filter(versions__published_at__isnull=False).distinct()

    def card(self, slug: str) -> Scorecard:
        """The scorecard of this slug, also one that was put away."""
        card = get_object_or_404(cards_with_versions(), slug=slug)
        is_editor = self.person.has_perm_code(Permission.EDIT_SCORECARDS)
        if not is_editor and published_of(card) is None:
            return get_object_or_404(Scorecard.objects.none())
        return card

    def detail_of(self, slug: str, status: int = 200) -> Response:
        card = get_object_or_404(cards_with_versions(), slug=slug)
        data = ScorecardDetailShape(card, context={"view": self}).data
        return Response(data, status=status, headers={"ETag": etag_of(card.edits)})

    @extend_schema(summary="List scorecards")
    def list(self, request: Request) -> Response:
        """All scorecards, those in use and those that can be picked."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One scorecard", responses=ScorecardDetailShape)
    def one(self, request: Request, slug: str) -> Response:
        """One scorecard with its published definition and its versions."""
        return self.detail_of(self.card(slug).slug)

    @extend_schema(
        summary="Create a scorecard",
        request=ScorecardWrite,
        responses={201: ScorecardDetailShape},
    )
    def create(self, request: Request) -> Response:
        """A scorecard with a first draft, empty or a copy; nobody uses it yet."""
        values = self.checked(ScorecardWrite)
        origin = values.pop("copy_from", "")
        if not origin:
            made = create_scorecard(by=self.person, **values)
        else:
            card = cards_with_versions().filter(slug=origin).first()
            if card is None:
                raise ValidationError({"copy_from": ["There is no such scorecard."]})
            made = copy_scorecard(card, by=self.person, **values)
        return self.detail_of(made.slug, status=201)

    @extend_schema(
        summary="Change a scorecard's name or use",
        request=ScorecardChange,
        responses=ScorecardDetailShape,
    )
    def change(self, request: Request, slug: str) -> Response:
        """Change what is named: words, whether it is used, for which segments."""
        card = self.card(slug)
        expected = check_if_match(request, card.edits)
        values = self.checked(ScorecardChange, partial=True)
        words = {n: values[n] for n in ("name", "description") if n in values}
        with refusals(), transaction.atomic():
            refuse_stale(card, expected)
            if {"is_active", "segments"} & set(values):
                set_use(
                    card,
                    by=self.person,
                    is_active=values.get("is_active", card.is_active),
                    segments=values.get("segments", list(card.segments.all())),
                )
            if words:
                unchanged = {"name": card.name, "description": card.description}
                describe_scorecard(card, by=self.person, **(unchanged | words))
        return self.detail_of(slug)

    @extend_schema(
        summary="Make a scorecard the default",
        request=None,
        responses=ScorecardDetailShape,
    )
    def default(self, request: Request, slug: str) -> Response:
        """Use it for every account that no other scorecard takes."""
        with refusals():
            make_default(self.card(slug), by=self.person)
        return self.detail_of(slug)

    @extend_schema(
        summary="Archive a scorecard", request=None, responses=ScorecardDetailShape
    )
    def archive(self, request: Request, slug: str) -> Response:
        """Put it away; what it scored stays. The default cannot be put away."""
        with refusals():
            archive_scorecard(self.card(slug), by=self.person)
        return self.detail_of(slug)

    @extend_schema(
        summary="Restore a scorecard", request=None, responses=ScorecardDetailShape
    )
    def restore(self, request: Request, slug: str) -> Response:
        """Bring it back; it is not in use until somebody says so."""
        restore_scorecard(self.card(slug), by=self.person)
        return self.detail_of(slug)

    @extend_schema(
        summary="Order the scorecards in use",
        request=OrderWrite,
        responses={204: None},
    )
    def order(self, request: Request) -> Response:
        """Each account uses the first in this order whose segments include it."""
        with refusals():
            set_order(self.checked(OrderWrite)["scorecards"], by=self.person)
        return Response(status=204)
