"""django-helpdesk, unmodified, in an environment of its own beside ours.

Its database stands on the same PostgreSQL with the same tickets; jit, connection age,
worker count, mail (none) and DEBUG (off) are as ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2 import sql

from bench.servers import Site, cookies, gunicorn

VERSION = "2.6.1"
NAME = "bench_helpdesk"
PACKAGES = (f"django-helpdesk=={VERSION}", "gunicorn", "psycopg[binary]")
QUEUES = 10


@contextmanager
def helpdesk() -> Iterator[Site]:
    """The other system, installed, filled with our tickets and serving."""
    folder = settings.DATA_DIR / "bench_helpdesk"
    programs = _installed(folder)
    _make_database()
    _lay_out(folder, programs)
    environment = _environment()
    manage = [str(programs / "python"), "manage.py"]
    _run([*manage, "migrate", "--verbosity", "0"], folder, environment)
    _run([*manage, "loaddata", "emailtemplate.json", "-v", "0"], folder, environment)
    _fill()
    key = _run([*manage, "shell", "-v", "0", "-c", _SIGN_IN], folder, environment)
    with gunicorn(programs / "gunicorn", "site_wsgi", folder, environment) as port:
        signed_in = cookies("sessionid", key.split()[-1], "csrftoken")
        yield Site("django-helpdesk", port, signed_in)


def _installed(folder: Path) -> Path:
    """Its programs. Ends the run, plainly, where it cannot be installed."""
    programs = folder / "venv" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    if not (programs / "gunicorn").exists():
        try:
            _run([sys.executable, "-m", "venv", str(folder / "venv")], folder)
            install = ["-m", "pip", "install", "--quiet", *PACKAGES]
            _run([str(programs / "python"), *install], folder)
        except SystemExit:
            raise SystemExit(
                f"django-helpdesk {VERSION} could not be installed; it needs a package "
                "index. Nothing was compared."
            ) from None
    return programs


def _run(words: list[str], folder: Path, environment: Any = None) -> str:
    try:
        done = subprocess.run(
            words, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"{' '.join(words[:4])} failed.") from error
    return done.stdout.decode()


def _lay_out(folder: Path, programs: Path) -> None:
    if not (folder / "manage.py").exists():
        start = [str(programs / "django-admin"), "startproject", "proj", "."]
        _run(start, folder)
    (folder / "site_settings.py").write_text(_SETTINGS)
    (folder / "site_urls.py").write_text(_URLS)
    (folder / "site_wsgi.py").write_text(_WSGI)


def _environment() -> dict[str, str]:
    database = connection.settings_dict
    return {
        "PATH": os.environ.get("PATH", ""),
        "DJANGO_SETTINGS_MODULE": "site_settings",
        "DB_NAME": NAME,
        "DB_HOST": database["HOST"],
        "DB_PORT": str(database["PORT"] or 5432),
        "DB_USER": database["USER"],
        "DB_PASSWORD": database["PASSWORD"] or "",
    }


def _connect(name: str) -> Any:
    database = connection.settings_dict
    server = psycopg2.connect(
        host=database["HOST"],
        port=database["PORT"] or 5432,
        user=database["USER"],
        password=database["PASSWORD"] or None,
        dbname=name,
    )
    server.autocommit = True
    return server


def _make_database() -> None:
    server = _connect("postgres")
    with server.cursor() as cursor:
        name = sql.Identifier(NAME)
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))
    server.close()


def _fill() -> None:
    """The tickets of the bench database: subjects, dates, statuses, what was said."""
    other = _connect(NAME)
    with other.cursor() as there, connection.cursor() as here:
        there.execute("SET session_replication_role = replica")
        for table, columns, query in _TABLES:
            with tempfile.TemporaryFile() as between:
                here.copy_expert(f"COPY ({query}) TO STDOUT", between)
                between.seek(0)
                there.copy_expert(f"COPY {table} ({columns}) FROM STDIN", between)
        for table in ("auth_user", "helpdesk_queue", "helpdesk_ticket"):
            there.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id))"
                f" FROM {table}"
            )
        there.execute("VACUUM ANALYZE")
    other.close()


_TABLES = (
    (
        "auth_user",
        (
            "id, username, email, password, first_name, last_name, is_active, is_staff,"
            " is_superuser, date_joined"
        ),
        (
            "SELECT id, 'person' || id, email, '!', 'Person', id::text, true, true,"
            " id = 1, created_at FROM organisation_user"
        ),
    ),
    (
        "helpdesk_queue",
        (
            "id, title, slug, allow_public_submission, allow_email_submission,"
            " escalate_days, enable_notifications_on_email_events,"
            " email_box_ssl, email_box_local_dir, logging_type, logging_dir"
        ),
        (
            "SELECT q, 'Queue ' || q, 'q' || q, true, false, 0, false, false, '',"
            f" 'none', '' FROM generate_series(1, {QUEUES}) q"
        ),
    ),
    (
        "helpdesk_ticket",
        (
            "id, title, queue_id, created, modified, submitter_email, assigned_to_id,"
            " status, on_hold, description, resolution, priority, due_date, secret_key"
        ),
        f"""
        SELECT t.id, subject, 1 + t.id % {QUEUES}, opened_at, t.updated_at,
            requester_email, assignee_id,
            CASE WHEN spam_at IS NOT NULL OR merged_into_id IS NOT NULL THEN 5
                WHEN status = 'closed' THEN 4 WHEN status = 'resolved' THEN 3
                ELSE 1 END,
            status = 'on_hold', m.text, '',
            CASE priority WHEN 'critical' THEN 1 WHEN 'high' THEN 2
                WHEN 'medium' THEN 3 ELSE 4 END,
            next_due_at, md5(t.id::text)
        FROM tickets_ticket t JOIN LATERAL (
            SELECT text FROM tickets_message WHERE ticket_id = t.id
            ORDER BY sent_at LIMIT 1) m ON true""",
    ),
    (
        "helpdesk_followup",
        "ticket_id, date, title, comment, public, user_id",
        (
            "SELECT ticket_id, sent_at, 'Comment', text, true, author_id"
            " FROM tickets_message"
        ),
    ),
)
_SETTINGS = """\
import os

from proj.settings import *

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS += [
    "django.contrib.sites", "django.contrib.humanize", "rest_framework", "helpdesk",
]
SITE_ID = 1
ROOT_URLCONF = "site_urls"
WSGI_APPLICATION = None
HELPDESK_TEAMS_MODE_ENABLED = False
LOGIN_URL = "helpdesk:login"
LOGIN_REDIRECT_URL = "helpdesk:home"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
USE_TZ = True
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["DB_NAME"],
        "HOST": os.environ["DB_HOST"],
        "PORT": os.environ["DB_PORT"],
        "USER": os.environ["DB_USER"],
        "PASSWORD": os.environ["DB_PASSWORD"],
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"options": "-c jit=off"},
    }
}
"""
_URLS = """\
from django.urls import include, path

urlpatterns = [path("helpdesk/", include("helpdesk.urls"))]
"""
_WSGI = """\
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
"""
_SIGN_IN = """\
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from helpdesk.models import UserSettings
for user in User.objects.all():
    UserSettings.objects.get_or_create(user=user)
person = User.objects.get(pk=1)
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(person.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = person.get_session_auth_hash()
session.save()
print(session.session_key)
"""
