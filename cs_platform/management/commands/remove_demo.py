"""manage.py remove_demo: take the demo organisation out again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cs_platform.demo.removal import remove_demo
from organisation.models import Organisation


class Command(BaseCommand):
    help = "Delete the demo accounts, people and configuration. Your own rows stay."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Organisation.objects.filter(is_demo=True).exists():
            raise CommandError("There is no demo organisation here.")
        self.stdout.write(f"{remove_demo()} demo accounts removed.")
