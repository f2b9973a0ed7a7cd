"""API sign-in with a bearer token."""

from __future__ import annotations

import hmac
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.http import client_address
from organisation.models import ApiToken, User
from organisation.tokens import hash_secret, split_token


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer csp_…``; a token in the URL is never looked at."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != "bearer":
            return None
        parts = split_token(words[1]) if len(words) == 2 else None
        if parts is None:
            raise AuthenticationFailed("This is not an API token.")
        token = (
            ApiToken.objects.usable()
            .select_related("user")
            .filter(prefix=parts[0])
            .first()
        )
        expected = hash_secret(parts[1], settings.SECRET_KEY)
        if token is None or not hmac.compare_digest(token.secret_hash, expected):
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        self._note_use(token, request)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def _note_use(self, token: ApiToken, request: Request) -> None:
        now = timezone.now()
        if token.last_used_at and now - token.last_used_at < timedelta(minutes=1):
            return
        ApiToken.objects.filter(pk=token.pk).update(
            last_used_at=now, last_used_address=client_address(request)
        )
