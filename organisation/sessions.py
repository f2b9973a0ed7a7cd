"""Sessions in the database, read by a statement that is not put together each time.

Every request of somebody signed in reads one. Named in the settings; what is stored
is Django's own.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

_LOAD = """
SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s
"""


class SessionStore(db.SessionStore):
    """As Django's, but for how a session is read."""

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_LOAD, [self.session_key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            # Another key is given to whoever comes with one that is not known.
            self._session_key = None
            return {}
        return self.decode(found[0])
