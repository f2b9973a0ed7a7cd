"""API of this room: who works here, and which tokens are in use.

Tokens are made on the page or the command line only: an answer that is kept for a
repeated request must never hold a secret.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.paging import Order
from organisation.api_views import Resource
from organisation.filters import UserFilter
from organisation.models import ApiToken, Team, User
from organisation.permissions import Permission
from organisation.serializers import TeamShape, TokenShape, UserShape
from organisation.token_services import revoke_token


class UserResource(Resource):
    """People and service accounts."""

    scope_area = "organisation"
    read_permission = Permission.VIEW_ACCOUNTS
    shape = UserShape
    filterset_class = UserFilter
    orders = {"name": Order("name", Lower("name"), is_nullable=False)}
    expandable = ("team",)

    def get_queryset(self) -> models.QuerySet[User]:
        return User.objects.select_related("team")

    @extend_schema(summary="List people")
    def list(self, request: Request) -> Response:
        """Everybody, service accounts included."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One person")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One person or service account."""
        return self.answered(self.get_object())

    @extend_schema(summary="Whoever asks")
    def me(self, request: Request) -> Response:
        """The person this token acts as."""
        return self.answered(self.person)


class TeamResource(Resource):
    """Teams."""

    scope_area = "organisation"
    read_permission = Permission.VIEW_ACCOUNTS
    shape = TeamShape
    orders = {"name": Order("name", Lower("name"), is_nullable=False)}

    def get_queryset(self) -> models.QuerySet[Team]:
        return Team.objects.all()

    @extend_schema(summary="List teams")
    def list(self, request: Request) -> Response:
        """All teams."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One team")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One team."""
        return self.answered(self.get_object())


class TokenResource(Resource):
    """API tokens, for those who manage them."""

    scope_area = "organisation"
    read_permission = write_permission = Permission.MANAGE_TOKENS
    shape = TokenShape
    expandable = ("user",)

    def get_queryset(self) -> models.QuerySet[ApiToken]:
        return ApiToken.objects.select_related("user")

    @extend_schema(summary="List tokens")
    def list(self, request: Request) -> Response:
        """Every token, revoked ones included; never their secrets."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="Revoke a token", request=None, responses=TokenShape)
    def revoke(self, request: Request, public_id: Any) -> Response:
        """End a token at once."""
        token = self.get_object()
        revoke_token(token, by=self.person)
        token.refresh_from_db()
        return self.answered(token)
