"""How sign-in behaves: no open sign-up, every attempt recorded, links from settings."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any
from urllib.parse import quote

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from organisation.models import User
from organisation.services import (
    note_failed_sign_in,
    note_new_password,
    note_sign_in,
)

logger = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """People come in by invitation only."""

    def format_email_subject(self, subject: str) -> str:
        return subject

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        if isinstance(user, User):
            note_sign_in(user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        note_failed_sign_in(str(credentials.get("email", "")))

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        super().set_password(user, password)
        if isinstance(user, User):
            note_new_password(user)

    def send_mail(self, template_prefix: str, email: str, context: Any) -> None:
        """A mail server that is down must not tell known addresses from unknown."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            logger.warning("sign_in_mail_failed", mail=template_prefix)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("organisation:profile")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """From PUBLIC_URL, so that a forged Host header cannot lead people astray."""
        path = reverse(
            "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}
        )
        return settings.PUBLIC_URL + path.replace("UID-KEY", quote(key))
