"""An account's own values, for trying things out with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import Account
from health.definition import parse_definition
from health.queries.snapshots import latest_snapshot


@dataclass(frozen=True)
class AccountValues:
    """What was read for an account on its newest computed day, by source key."""

    account: Account
    day: date
    values: dict[str, float]


def newest_values(account: Account) -> AccountValues | None:
    """The raw values behind an account's newest score; None before the first."""
    snapshot = latest_snapshot(account)
    if snapshot is None:
        return None
    definition = parse_definition(snapshot.version.definition)
    pairs = zip(definition.indicator_keys(), snapshot.detail["raw"], strict=True)
    values = {source: value for (_, source), value in pairs if value is not None}
    return AccountValues(account, snapshot.day, values)
