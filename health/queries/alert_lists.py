"""Alerts as lists show them: what is open or was, for the accounts somebody sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)

from accounts.models import Account, Segment
from core.paging import Order, Page, keyset_page
from core.public_ids import public_ids
from health.models import Alert, AlertRule, AlertSeverity
from organisation.models import User
from organisation.permissions import ROLE_PERMISSIONS, Permission, Role

MINE, TEAM, UNASSIGNED = "mine", "team", "unassigned"
ALL, SNOOZED, CLOSED = "all", "snoozed", "closed"
#: Tabs that can be counted at a glance; what was ever closed is not one of them.
COUNTED = (MINE, TEAM, UNASSIGNED, ALL, SNOOZED)
UNSEEN, ACKNOWLEDGED, ESCALATED = "new", "acknowledged", "escalated"

_SEVERITY = Case(
    When(rule__severity=AlertSeverity.HIGH, then=Value(3)),
    When(rule__severity=AlertSeverity.MEDIUM, then=Value(2)),
    default=Value(1),
    output_field=IntegerField(),
)
BY_OPENING = Order("newest", "opened_at", is_descending=True, is_nullable=False)
BY_SEVERITY = Order("severity", _SEVERITY, is_descending=True, is_nullable=False)
BY_ARR = Order("arr", "account__arr_amount", is_descending=True)
BY_CLOSING = Order("closed", "closed_at", is_descending=True, is_nullable=False)


def alert_list(
    user: User,
    *,
    rule: AlertRule | None = None,
    severity: str = "",
    segment: Segment | None = None,
    who: str = "",
    state: str = "",
    account: UUID | None = None,
    q: str = "",
) -> QuerySet[Alert]:
    """Alerts this person may see, open and closed, narrowed by each given choice.

    ``who`` is the public id of the person an alert waits for; ``q`` are words of the
    account's name or domain.
    """
    found = Alert.objects.visible_to(user)
    plain = {
        "rule": rule,
        "rule__severity": severity,
        "account__segment": segment,
        "account__public_id": account,
    }
    found = found.filter(**{name: value for name, value in plain.items() if value})
    if who:
        found = found.filter(waits_for(User.objects.filter(public_id=who)))
    if state:
        found = found.filter(_STATES[state])
    if q:
        found = found.filter(account__in=Account.objects.matching(q))
    return found


_STATES = {
    UNSEEN: Q(acknowledged_at__isnull=True),
    ACKNOWLEDGED: Q(acknowledged_at__isnull=False),
    ESCALATED: Q(escalated_at__isnull=False),
}


def waits_for(people: QuerySet[User] | Iterable[User]) -> Q:
    """Alerts of these people: assigned to them, else of accounts that they own."""
    return Q(assignee__in=people) | Q(assignee__isnull=True, account__owner__in=people)


def in_tab(tab: str, user: User) -> Q:
    """Which alerts stand under a tab of the inbox."""
    if tab == CLOSED:
        return Q(closed_at__isnull=False)
    is_snoozed = Q(snoozed_at__isnull=tab != SNOOZED)
    return Q(closed_at__isnull=True) & is_snoozed & _part_of(tab, user)


def _part_of(tab: str, user: User) -> Q:
    if tab == MINE:
        return waits_for([user])
    if tab == TEAM:
        if user.team_id is None:
            return Q(pk__in=())
        nobody = Q(assignee__isnull=True, account__owner__isnull=True)
        mates = User.objects.filter(team_id=user.team_id)
        return waits_for(mates) | (nobody & Q(account__team_id=user.team_id))
    if tab == UNASSIGNED:
        return Q(assignee__isnull=True, account__owner__isnull=True)
    return Q()


def tab_counts(alerts: QuerySet[Alert], user: User) -> dict[str, int]:
    """How many of these alerts stand under each tab, in one query."""
    is_open = alerts.filter(closed_at__isnull=True).order_by()
    return is_open.aggregate(
        **{tab: Count("pk", filter=in_tab(tab, user)) for tab in COUNTED}
    )


def home_tab(user: User) -> str:
    """The tab a person's inbox opens with: one's own work, else everything."""
    if user.role == Role.CSM:
        return MINE
    if user.role == Role.LEAD:
        return TEAM if user.team_id else MINE
    return ALL


def alert_page(
    alerts: QuerySet[Alert], *, order: Order, after: str = "", before: str = ""
) -> Page[Alert]:
    """One page in an order, with everything that a row says."""
    rows = alerts.select_related(
        "rule",
        "account__owner",
        "account__segment",
        "assignee",
        "acknowledged_by",
        "escalated_to",
        "closed_by",
    ).defer("account__search", "account__custom")
    return keyset_page(rows, order=order, after=after, before=before)


def chosen_alerts(user: User, texts: Iterable[str]) -> list[Alert]:
    """The open alerts of these ids that this person may see, the newest first.

    What is no id, closed meanwhile or invisible is left out.
    """
    ids = public_ids(texts)
    found = Alert.objects.open().visible_to(user).filter(public_id__in=ids)
    return list(
        found.select_related("rule", "account", "assignee").order_by(
            "-opened_at", "-pk"
        )
    )


def open_alerts_of(account: Account) -> list[Alert]:
    """Every open alert of an account with what a line says, the newest first."""
    found = Alert.objects.open().filter(account=account)
    people = ("assignee", "acknowledged_by", "escalated_to", "closed_by")
    return list(found.select_related("rule", *people).order_by("-opened_at", "-pk"))


def handlers() -> QuerySet[User]:
    """People who may be given an alert, by name."""
    roles = [role for role in Role if may_handle(role)]
    return User.objects.people().filter(role__in=roles).order_by("name", "email")


def may_handle(role: Role) -> bool:
    """Whether people of this role deal with alerts."""
    return Permission.HANDLE_ALERTS in ROLE_PERMISSIONS[role]


def inbox_alerts(user: Any) -> QuerySet[Alert]:
    """The alerts this person's inbox opens with."""
    return Alert.objects.visible_to(user).filter(in_tab(home_tab(user), user))
