"""An API token from the command line: prints the token and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from organisation.models import User
from organisation.token_services import create_token


class Command(BaseCommand):
    help = "Create an API token that acts as EMAIL and print it on stdout."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--scopes",
            required=True,
            help="Comma separated, such as accounts:read,health:read.",
        )
        parser.add_argument("--name", required=True, help="What the token is for.")
        parser.add_argument(
            "--expires-days", type=int, help="Days until it expires; never if absent."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {options['email']}.")
        days = options["expires_days"]
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--expires-days is between 1 and 3650.")
        scopes = [word.strip() for word in options["scopes"].split(",") if word.strip()]
        try:
            issued = create_token(
                user=user,
                name=options["name"],
                scopes=scopes,
                by=None,
                expires_at=timezone.now() + timedelta(days=days) if days else None,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(issued.text)
