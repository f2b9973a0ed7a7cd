"""For which accounts and as of which day facts are read."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    """The accounts (ascending ids) and the day; windows end with that day.

    While the day is not over (``is_provisional``) usage is read as of the day before:
    half a day of use would look like a fall every morning.

    With ``is_everyone`` queries do not look at ids at all, because hardly any row is
    about another account; such rows are dropped later.
    """

    day: date
    zone: str
    ids: Ids
    is_everyone: bool = False
    is_provisional: bool = False

    def narrowed(self, ids: Ids) -> Scope:
        """The same day for fewer accounts."""
        return replace(self, ids=ids, is_everyone=False)

    def complete(self) -> Scope:
        """The same accounts as of the last day that is over."""
        if not self.is_provisional:
            return self
        last = self.day - timedelta(days=1)
        return replace(self, day=last, is_provisional=False)

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
    - ``{active_30_x}`` whether the week row ``x`` has a weekday bit set within them
    - ``{seen_x}`` whether the week row ``x`` has a weekday bit set up to the day
    - ``{only_x}`` restricts ``x.account_id``, ``{only_id_x}`` restricts ``x.id``
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope
        quoted = scope.zone.replace("'", "''")
        self["zone"] = f"'{quoted}'"
        self["day"] = _date_sql(scope.day)
        self["end"] = self._midnight(scope.day + timedelta(days=1))

    def __missing__(self, key: str) -> str:
        word, _, rest = key.partition("_")
        if word == "only" and self.scope.is_everyone:
            return "true"
        if word == "only":
            column = (
                f"{rest[3:]}.id" if rest.startswith("id_") else f"{rest}.account_id"
            )
            return f"{column} {self.scope.accounts_sql}"
        if word == "seen":
            return self._seen(rest)
        days, _, alias = rest.partition("_")
        first = self.scope.day - timedelta(days=int(days) - 1)
        if word == "first":
            return _date_sql(first)
        if word == "since":
            return self._midnight(first)
        if word == "active":
            return self._active(first, alias)
        raise KeyError(key)

    def _active(self, first: date, alias: str) -> str:
        """Only the weeks at both ends are cut; the bits of the others need no look.

        For windows of at least seven days, which never lie inside one week.
        """
        last = self.scope.day
        week, days = f"{alias}.week", f"{alias}.days"
        start, end = _date_sql(_monday(first)), _date_sql(_monday(last))
        conditions = [f"{week} >= {start}", f"{week} <= {end}"]
        if first.weekday() > 0:
            bits = 127 & ~((1 << first.weekday()) - 1)
            conditions.append(f"({week} > {start} OR {days} & {bits} <> 0)")
        if last.weekday() < 6:
            bits = (2 << last.weekday()) - 1
            conditions.append(f"({week} < {end} OR {days} & {bits} <> 0)")
        return f"({' AND '.join(conditions)})"

    def _seen(self, alias: str) -> str:
        """Whole weeks before this one, and of this one the days that have been."""
        monday = _date_sql(_monday(self.scope.day))
        bits = (2 << self.scope.day.weekday()) - 1
        week, days = f"{alias}.week", f"{alias}.days"
        return f"({week} < {monday} OR {week} = {monday} AND {days} & {bits} <> 0)"

    def _midnight(self, day: date) -> str:
        moment = datetime.combine(day, time(), tzinfo=ZoneInfo(self.scope.zone))
        return f"TIMESTAMPTZ '{moment.isoformat()}'"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _date_sql(day: date) -> str:
    return f"DATE '{day.isoformat()}'"
