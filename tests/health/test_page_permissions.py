"""Every page of this room for every role: who may open it, who may not."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from health.urls import urlpatterns
from organisation.permissions import PEOPLE_ROLES, ROLE_PERMISSIONS, Permission
from tests.factories.accounts import AccountFactory
from tests.factories.health import AlertFactory, HealthRunFactory
from tests.factories.organisation import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]

#: URL name → what it needs; the answer of those who have it.
NEEDS = {
    "scorecards": (Permission.VIEW_HEALTH, 200),
    "scorecard": (Permission.VIEW_HEALTH, 200),
    "scorecard_diff": (Permission.VIEW_HEALTH, 200),
    "scorecard_order": (Permission.VIEW_HEALTH, 200),
    "scorecard_sort": (Permission.EDIT_SCORECARDS, 302),
    "scorecard_create": (Permission.EDIT_SCORECARDS, 200),
    "scorecard_use": (Permission.EDIT_SCORECARDS, 200),
    "scorecard_default": (Permission.EDIT_SCORECARDS, 302),
    "scorecard_archive": (Permission.EDIT_SCORECARDS, 302),
    "scorecard_restore": (Permission.EDIT_SCORECARDS, 302),
    # Without a draft there is nothing to edit or publish; then one is begun.
    "scorecard_edit": (Permission.EDIT_SCORECARDS, 302),
    "scorecard_publish": (Permission.EDIT_SCORECARDS, 302),
    "scorecard_preview": (Permission.EDIT_SCORECARDS, 404),
    "scorecard_draft": (Permission.EDIT_SCORECARDS, 302),
    "scorecard_discard": (Permission.EDIT_SCORECARDS, 302),
    "calculator": (Permission.VIEW_HEALTH, 200),
    "calculator_accounts": (Permission.VIEW_HEALTH, 200),
    "alerts": (Permission.VIEW_HEALTH, 200),
    "alerts_acknowledge": (Permission.HANDLE_ALERTS, 302),
    "alerts_close": (Permission.HANDLE_ALERTS, 200),
    "alerts_assign": (Permission.HANDLE_ALERTS, 200),
    "alerts_snooze": (Permission.HANDLE_ALERTS, 200),
    "alerts_wake": (Permission.HANDLE_ALERTS, 302),
    "alerts_undo": (Permission.HANDLE_ALERTS, 302),
    "alert": (Permission.VIEW_HEALTH, 200),
    "alert_ledger": (Permission.VIEW_HEALTH, 200),
    "account_alert_rules": (Permission.VIEW_HEALTH, 200),
    "alert_rules": (Permission.VIEW_HEALTH, 200),
    "alert_rule": (Permission.VIEW_HEALTH, 200),
    "alert_rule_save": (Permission.EDIT_SCORECARDS, 422),
    "alert_rule_preview": (Permission.EDIT_SCORECARDS, 200),
    "alert_rule_switch": (Permission.EDIT_SCORECARDS, 302),
    "runs": (Permission.VIEW_RUNS, 200),
    "run": (Permission.VIEW_RUNS, 200),
    "run_start": (Permission.EDIT_SCORECARDS, 422),
    "account_health": (Permission.VIEW_HEALTH, 200),
    "account_health_csv": (Permission.EXPORT_LISTS, 200),
}
POSTED = (
    "alerts_acknowledge", "alerts_close", "run_start", "scorecard_sort",
    "scorecard_default", "scorecard_archive", "scorecard_restore", "scorecard_draft",
    "scorecard_discard", "alerts_assign", "alerts_snooze", "alerts_wake", "alerts_undo",
    "alert_rule_save", "alert_rule_preview", "alert_rule_switch",
)  # fmt: skip
#: Pages with their own tests; tests/architecture asks every one of them, too.
ASKED_ELSEWHERE = (
    "recommendation_", "alert_channel", "alert_preferences", "override", "on_call_",
    "ticket_on_call",
)  # fmt: skip
OF_ALL_SCORECARDS = (
    "scorecards", "scorecard_order", "scorecard_sort", "scorecard_create",
)  # fmt: skip


def ask(client, name):
    data = {"chosen": [AlertFactory().public_id]} if name.startswith("alerts_") else {}
    address = reverse(f"health:{name}", args=arguments(name))
    return client.post(address, data) if name in POSTED else client.get(address)


def arguments(name):
    if name.startswith("scorecard") and name not in OF_ALL_SCORECARDS:
        return ["standard"]
    if name == "run":
        return [HealthRunFactory().public_id]
    if name == "alert":
        return [AlertFactory().public_id]
    if name == "alerts_undo":
        return ["no-token"]
    if name in ("alert_rule", "alert_rule_save", "alert_rule_preview"):
        return ["usage-down"]
    if name == "alert_rule_switch":
        return ["no-touchpoint"]
    if name.startswith("account_"):
        return [AccountFactory().public_id]
    return []


def test_every_page_has_a_row():
    names = {pattern.name for pattern in urlpatterns}

    assert {name for name in names if not name.startswith(ASKED_ELSEWHERE)} == set(
        NEEDS
    )


@pytest.mark.parametrize("role", PEOPLE_ROLES)
def test_each_role_opens_what_its_permissions_say(client, role):
    client.force_login(UserFactory(role=role))

    answers = {name: ask(client, name).status_code for name in NEEDS}

    assert answers == {
        name: answer if needed in ROLE_PERMISSIONS[role] else 403
        for name, (needed, answer) in NEEDS.items()
    }


def test_strangers_are_asked_to_sign_in():
    for name in NEEDS:
        assert "/auth/login/" in ask(Client(), name).url


def test_what_does_not_exist_is_not_found(client):
    client.force_login(UserFactory(role="admin"))

    for name in ("run", "account_health", "account_health_csv"):
        assert client.get(
            reverse(f"health:{name}", args=[uuid.uuid4()])
        ).status_code == (404)


@pytest.mark.parametrize("name", ["alerts_acknowledge", "run_start"])
def test_changes_are_posted(client, name):
    client.force_login(UserFactory(role="admin"))

    assert client.get(reverse(f"health:{name}")).status_code == 405
