"""`manage.py demo`: the whole platform with a believable organisation in it."""

import contextlib
import datetime as dt
import io
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from cs_platform import runner
from cs_platform.embedded import detach, is_attached, persisted_secret, port_of
from cs_platform.embedded.owner import FolderInUse, claim

SIGN_INS = (
    ("admin@example.com", "administrator"),
    ("ops@example.com", "customer success operations"),
    ("csm@example.com", "customer success manager"),
    ("csm2@example.com", "customer success manager"),
    ("agent@example.com", "support agent"),
    ("lead@example.com", "team lead"),
    ("leader@example.com", "leader, reads everything"),
)
_PREPARING = 4711_0001  # advisory lock: two demos on one database prepare in turn


class Command(BaseCommand):
    help = "Runs web server, worker and scheduler with a demo organisation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(port_of(os.environ)))
        parser.add_argument("--accounts", type=int, default=200)
        parser.add_argument("--months", type=int, default=18)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        runner.interrupt_on_signals()
        running: list[runner.Service] = []
        try:
            settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
            (settings.DATA_DIR / "locks").mkdir(exist_ok=True)
            (settings.DATA_DIR / "logs").mkdir(exist_ok=True)
            claim(settings.DATA_DIR, port=port, now=dt.datetime.now(dt.UTC))
            runner.check_port_is_free(port)
            password = self._prepare(options["accounts"], options["months"])
            running = runner.services(settings.DATA_DIR, port)
            self._run(running, port, password)
        except KeyboardInterrupt:
            self._say("\nStopping…")
        except (FolderInUse, runner.DemoFailed) as problem:
            raise CommandError(str(problem)) from problem
        finally:
            runner.stop_all(running)
            self._leave_services()

    def _prepare(self, accounts: int, months: int) -> str:
        """Migrated and filled; returns the password of the sign-ins."""
        given = os.environ.get("DEMO_PASSWORD", "")
        password = given or persisted_secret(
            settings.DATA_DIR, "demo_password", length=16
        )
        os.environ["DEMO_PASSWORD"] = password
        with _one_at_a_time():
            self._say("Preparing the database…")
            call_command("migrate", interactive=False, verbosity=0)
            self._fill(accounts, months)
            _set_passwords(password)
        connection.close()
        return password

    def _fill(self, accounts: int, months: int) -> None:
        """Seed an empty database; a seeding that was cut short starts over."""
        unfinished = settings.DATA_DIR / "seeding"
        if unfinished.exists():
            call_command("remove_demo", interactive=False, verbosity=0)
        if apps.get_model("accounts", "Account").objects.exists():
            return
        size = {"accounts": accounts, "months": months}
        self._say(f"Making an organisation: {accounts} accounts, {months} months…")
        started = time.monotonic()
        unfinished.touch()
        call_command("seed_demo", **size, seed=7, stdout=io.StringIO())
        unfinished.unlink()
        self._say(f"Made in {time.monotonic() - started:.0f} seconds.")

    def _run(self, running: list[runner.Service], port: int, password: str) -> None:
        runner.start_all(running)
        runner.wait_until_ready(running, port)
        self._say(f"\nReady on http://{runner.HOST}:{port}\n")
        self._say(f"Sign in with the password {password} as")
        for email, role in SIGN_INS:
            self._say(f"  {email:<20} {role}")
        self._say(f"\nData and logs: {settings.DATA_DIR}")
        command = f"CS_DATA_DIR={settings.DATA_DIR} {sys.executable} manage.py"
        self._say(f"Other commands on this data: {command} …")
        self._say("Ctrl-C stops everything.")
        while True:
            time.sleep(0.5)
            runner.keep_running(running)

    def _leave_services(self) -> None:
        connection.close()
        was_attached = is_attached(settings.DATA_DIR)
        if detach(settings.DATA_DIR) or not was_attached:
            self._say("Everything is stopped; the data is kept.")
        else:
            self._say("Stopped. Another command still uses PostgreSQL and Redis.")

    def _say(self, sentence: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            self.stdout.write(sentence)
            sys.stdout.flush()


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Held on a connection of its own: commands may close the usual one."""
    holder = connection.copy()
    try:
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_PREPARING])
        yield
    finally:
        holder.close()


def _set_passwords(password: str) -> None:
    """The sign-ins always open with the password we print, also after it changed."""
    for user in get_user_model().objects.filter(email__in=dict(SIGN_INS)):
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
