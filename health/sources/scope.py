"""For which accounts and as of which day facts are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

# Beyond this many ids a range is cheaper; rows of other accounts are dropped later.
MOST_LISTED_IDS = 2000


@dataclass(frozen=True)
class Scope:
    """The accounts (ascending ids) and the day; windows end with that day."""

    day: date
    zone: str
    ids: Ids

    def narrowed(self, ids: Ids) -> Scope:
        """The same day for fewer accounts."""
        return Scope(self.day, self.zone, ids)

    @cached_property
    def sql(self) -> ScopeSql:
        """What SQL templates of facts are formatted with."""
        return ScopeSql(self)

    @property
    def accounts_sql(self) -> str:
        """The condition that follows a column with account ids."""
        if len(self.ids) <= MOST_LISTED_IDS:
            listed = ",".join(map(str, self.ids.tolist()))
            return f"= ANY('{{{listed}}}'::bigint[])"
        return f"BETWEEN {self.ids[0]} AND {self.ids[-1]}"


class ScopeSql(dict[str, str]):
    """Names that SQL templates may use, made when first asked for.

    Days and instants are literals, because the planner needs to see them:

    - ``{day}`` the day, ``{end}`` the instant after it, ``{zone}`` the time zone
    - ``{first_30}`` the first day of the 30 that end with the day, ``{since_30}``
      the instant at which it begins
    - ``{monday}`` and ``{monday_30}`` the Mondays of the weeks those days lie in
    - ``{bits}`` the weekday bits up to the day, ``{bits_30}`` those from the first
    - ``{only_x}`` restricts ``x.account_id``, ``{only_id_x}`` restricts ``x.id``
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope
        quoted = scope.zone.replace("'", "''")
        self["zone"] = f"'{quoted}'"
        self["day"] = _date_sql(scope.day)
        self["end"] = self._midnight(scope.day + timedelta(days=1))
        self["monday"] = _date_sql(_monday(scope.day))
        self["bits"] = str((2 << scope.day.weekday()) - 1)

    def __missing__(self, key: str) -> str:
        word, _, rest = key.partition("_")
        if word == "only":
            column = (
                f"{rest[3:]}.id" if rest.startswith("id_") else f"{rest}.account_id"
            )
            return f"{column} {self.scope.accounts_sql}"
        first = self.scope.day - timedelta(days=int(rest) - 1)
        if word == "first":
            return _date_sql(first)
        if word == "since":
            return self._midnight(first)
        if word == "monday":
            return _date_sql(_monday(first))
        if word == "bits":
            return str(127 & ~((1 << first.weekday()) - 1))
        raise KeyError(key)

    def _midnight(self, day: date) -> str:
        moment = datetime.combine(day, time(), tzinfo=ZoneInfo(self.scope.zone))
        return f"TIMESTAMPTZ '{moment.isoformat()}'"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _date_sql(day: date) -> str:
    return f"DATE '{day.isoformat()}'"
