"""Pages of the ledger, and the rules of one account in the order people read them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Account
from core.paging import CursorRefused, Order, Page, keyset_page
from health.models import AlertLedgerEntry, AlertRule
from health.queries.alert_ledger import (
    OPEN,
    OPENS,
    QUIET,
    RuleReading,
    explain_rules,
    ledger_entries,
)
from organisation.models import User

BY_DAY = Order("day", "day", is_descending=True, is_nullable=False)
_FIRST = (OPEN, OPENS)


def ledger(
    user: User,
    *,
    q: str = "",
    rule: AlertRule | None = None,
    reason: str = "",
    day: date | None = None,
    account: UUID | None = None,
) -> QuerySet[AlertLedgerEntry]:
    """What was looked at and opened nothing; ``q`` are words of the account."""
    key = rule.key if rule else ""
    found = ledger_entries(
        user, rule=key, reason=reason, account=account, since=day, until=day
    )
    return found.filter(account__in=Account.objects.matching(q)) if q else found


def ledger_page(
    entries: QuerySet[AlertLedgerEntry], *, after: str = "", before: str = ""
) -> Page[AlertLedgerEntry]:
    """One page, the newest day first; a place that is gone is the top."""
    rows = entries.select_related("rule", "account__segment").defer(
        "account__search", "account__custom"
    )
    try:
        return keyset_page(rows, order=BY_DAY, after=after, before=before)
    except CursorRefused:
        return keyset_page(rows, order=BY_DAY)


def readings_of(account: Account) -> list[RuleReading]:
    """Every rule about an account: those that speak, those kept quiet, the rest."""

    def weight(reading: RuleReading) -> Any:
        rank = 2 if reading.state == QUIET else 1
        return 0 if reading.state in _FIRST else rank, reading.rule.name

    return sorted(explain_rules(account), key=weight)
