"""The first administrator of an installation, or a way back in."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils.crypto import get_random_string

from organisation.models import User
from organisation.services import ensure_admin


class Command(BaseCommand):
    help = (
        "Make EMAIL an active administrator. The password comes from ADMIN_PASSWORD, "
        "else it is asked for; without a terminal one is made up and printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"“{email}” is not an e-mail address.") from error
        password, is_made_up = self._password(email)
        user, is_new = ensure_admin(email=email, password=password)
        verb = "is a new administrator" if is_new else "is an administrator again"
        self.stdout.write(f"{user.email} {verb}.")
        if is_made_up:
            self.stdout.write(f"Password: {password}")

    def _password(self, email: str) -> tuple[str, bool]:
        given = os.environ.get("ADMIN_PASSWORD", "")
        if not given and sys.stdin.isatty():
            given = getpass.getpass("Password (empty: make one up): ")
        if not given:
            return get_random_string(20), True
        try:
            validate_password(given, User(email=email))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return given, False
