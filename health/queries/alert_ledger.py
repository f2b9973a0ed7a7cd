"""Why a rule spoke or stayed quiet: the ledger, and one account's rules right now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from health.alert_rules import Case, Picture, Rule
from health.alert_rules.deciding import (
    CHURNED,
    COOL_DOWN,
    OVERRIDE,
    SEGMENT,
    SNOOZED,
    SWITCHED_OFF,
    Assessment,
    LastClosed,
    assess,
    openings,
)
from health.models import Alert, AlertLedgerEntry
from health.queries.account_pictures import picture_of
from health.queries.alert_rows import (
    NONE_CLOSED,
    columns_wanted,
    last_closed,
    open_alerts,
    rules_in_use,
)
from organisation.clock import today
from organisation.models import User

#: States of a rule for an account beside the reasons of the ledger.
OPEN, OPENS, QUIET = "open", "opens", "quiet"
STATES = (
    OPEN, SNOOZED, OPENS, COOL_DOWN, OVERRIDE, CHURNED, SEGMENT, SWITCHED_OFF, QUIET,
)  # fmt: skip


def ledger_entries(
    user: User,
    *,
    rule: str = "",
    reason: str = "",
    account: UUID | None = None,
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AlertLedgerEntry]:
    """Evaluations that opened nothing, of accounts this person may see.

    The newest day first; narrowed by each given choice, both days included.
    """
    found = AlertLedgerEntry.objects.none()
    if user.has_perm_code("view_health"):
        accounts = Account.objects.live().visible_to(user)
        found = AlertLedgerEntry.objects.filter(account__in=accounts)
    if rule:
        found = found.filter(rule__key=rule)
    if reason:
        found = found.filter(reason=reason)
    if account is not None:
        found = found.filter(account__public_id=account)
    if since is not None:
        found = found.filter(day__gte=since)
    if until is not None:
        found = found.filter(day__lte=until)
    return found.order_by("-day", "-id")


@dataclass(frozen=True)
class RuleReading:
    """One rule about one account now: its value, its threshold, and why it speaks.

    ``state`` is "open", "opens" (with the next evaluation), "quiet" (it does not
    hold) or a reason of the ledger. ``value`` is None where nothing is known.
    """

    rule: Rule
    is_on: bool
    holds: bool
    value: float | None
    threshold: float | None
    sentence: str
    state: str


def explain_rules(account: Account) -> list[RuleReading]:
    """Each rule about this account right now, and a sentence why it did or did not
    open an alert."""
    rules = rules_in_use()
    picture = picture_of(account, columns_wanted(rules), day=today())
    opened = open_alerts(picture.ids)
    closed = last_closed(picture.ids)
    alerts = {
        alert.rule_id: alert for alert in Alert.objects.open().filter(account=account)
    }
    now = timezone.now()
    readings = []
    for used in rules:
        found = assess(used, picture, opened.of(used.pk))
        last = closed.get(used.pk, NONE_CLOSED)
        readings.append(_reading(found, alerts.get(used.pk), last, now))
    return readings


def _reading(
    found: Assessment, alert: Alert | None, last: LastClosed, now: datetime
) -> RuleReading:
    value = float(found.value[0])
    state = _state(found, alert, last, now)
    return RuleReading(
        rule=found.used.rule,
        is_on=found.used.is_on,
        holds=bool(found.holds[0]) or bool(found.verdict.holds.any()),
        value=value if np.isfinite(value) else None,
        threshold=found.used.settings.enter,
        sentence=_sentence(found, alert, last, state),
        state=state,
    )


def _state(
    found: Assessment, alert: Alert | None, last: LastClosed, now: datetime
) -> str:
    if alert is not None:
        return SNOOZED if alert.snoozed_at else OPEN
    if found.holds[0] and found.blocked[0]:
        return str(found.blocked[0])
    opening, cooling = openings(found, last, now)
    if cooling[0]:
        return COOL_DOWN
    if len(opening.place):
        return OPENS
    if found.hides[0] and not found.blocked[0]:
        return OVERRIDE
    return QUIET


def _sentence(
    found: Assessment, alert: Alert | None, last: LastClosed, state: str
) -> str:
    rule = found.used.rule
    case = _case(found)
    if alert is not None:
        return f"{alert.summary} {_open_words(alert)}"
    if state == QUIET:
        off = "" if found.used.is_on else " The rule is off."
        return rule.say_otherwise(case) + off
    if state == OVERRIDE:
        words = "The score itself would open it, but it was set by hand."
        return f"{rule.say_otherwise(case)} {words}"
    return f"{rule.say_open(case)} {_quiet_words(found, last, state)}"


def _open_words(alert: Alert) -> str:
    if alert.snoozed_at is None:
        return f"Open since {alert.opened_on:%-d %B %Y}."
    until = "it gets worse"
    if alert.snoozed_until is not None:
        until = f"{alert.snoozed_until:%-d %B %Y}"
    return f"Open since {alert.opened_on:%-d %B %Y}, snoozed until {until}."


def _quiet_words(found: Assessment, last: LastClosed, state: str) -> str:
    if state == COOL_DOWN:
        end = last.closed_at[0] + timedelta(days=found.used.cool_down_days)
        return f"It was closed lately and is quiet until {end:%-d %B %Y}."
    return {
        CHURNED: "Nothing opens, because the customer has left.",
        SEGMENT: "Nothing opens, because the rule is not for the account's segment.",
        SWITCHED_OFF: "Nothing opens, because the rule is off.",
    }.get(state, "It opens with the next computation.")


def _case(found: Assessment) -> Case:
    picture: Picture = found.picture
    return Case(
        picture=picture,
        place=0,
        value=float(found.value[0]),
        settings=found.used.settings,
        band_before=str(picture.band_before[0]),
    )
