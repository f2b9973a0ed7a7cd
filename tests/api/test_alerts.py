"""Alerts, their rules and the ledger over the API."""

from datetime import timedelta

import pytest

from health.models import Alert, AlertRule
from health.services import create_alert_rules
from organisation.clock import today
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import (
    AlertChannelFactory,
    AlertFactory,
    AlertLedgerEntryFactory,
)
from tests.factories.organisation import UserFactory

ALERTS = "/api/v1/alerts/"


@pytest.fixture
def alert() -> Alert:
    return AlertFactory(
        drivers=[{"sentence": "Fewer logins", "points": -4.0, "kind": "behaviour"}]
    )


@pytest.fixture
def rules(db) -> None:
    create_alert_rules()


def address(alert: Alert, action: str = "") -> str:
    return f"{ALERTS}{alert.public_id}/{action + '/' if action else ''}"


def test_an_alert_shows_what_moved_the_score(api, alert):
    answer = api.get(address(alert)).json()

    assert answer["drivers"] == alert.drivers
    assert answer["assignee"] is None


def test_an_alert_is_assigned_and_given_back(api, alert):
    csm = UserFactory(role="csm")

    body = {"assignee": str(csm.public_id)}
    answer = api.post(address(alert, "assign") + "", body)
    assert answer.json()["assignee"] == str(csm.public_id)
    mine = api.get(ALERTS, {"assignee": str(csm.public_id)}).json()["results"]
    assert [row["id"] for row in mine] == [str(alert.public_id)]

    answer = api.post(address(alert, "assign"), {"assignee": None})
    assert answer.json()["assignee"] is None


def test_an_alert_goes_to_nobody_who_cannot_handle_it(api, alert):
    agent = UserFactory(role="agent")

    answer = api.post(address(alert, "assign"), {"assignee": str(agent.public_id)})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/assignee"


def test_an_alert_sleeps_until_a_day_or_until_worse_and_wakes(api, alert):
    until = (today() + timedelta(days=3)).isoformat()

    answer = api.post(address(alert, "snooze"), {"until": until}).json()
    assert answer["snoozed_until"] == until
    assert api.get(ALERTS, {"state": "awake"}).json()["results"] == []
    assert len(api.get(ALERTS, {"state": "snoozed"}).json()["results"]) == 1
    assert len(api.get(ALERTS).json()["results"]) == 1
    answer = api.post(address(alert, "snooze"), {}).json()
    assert answer["snoozed_until"] is None
    assert answer["snoozed_at"] is not None

    answer = api.post(address(alert, "wake")).json()
    assert answer["snoozed_at"] is None


def test_a_day_gone_by_is_refused(api, alert):
    answer = api.post(address(alert, "snooze"), {"until": today().isoformat()})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/until"


def test_many_alerts_are_answered_one_by_one(api):
    good, closed = AlertFactory(), AlertFactory()
    api.post(address(closed, "close"), {"reason": "Done."})
    missing = "00000000-0000-0000-0000-000000000000"
    ids = [str(good.public_id), str(closed.public_id), missing]

    answer = api.post(
        f"{ALERTS}bulk/", {"ids": ids, "action": "close", "reason": "Talked."}
    )

    results = answer.json()["results"]
    assert [(each["id"], each["status"]) for each in results] == [
        (ids[0], 200),
        (ids[1], 409),
        (ids[2], 404),
    ]
    good.refresh_from_db()
    assert good.close_reason == "Talked."


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"action": "close"}, "/reason"),
        ({"action": "assign"}, "/assignee"),
        ({"action": "dance"}, "/action"),
        ({"action": "wake", "ids": []}, "/ids"),
    ],
)
def test_a_request_for_many_that_lacks_something_is_refused(api, alert, body, pointer):
    answer = api.post(f"{ALERTS}bulk/", {"ids": [str(alert.public_id)], **body})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("action", ["acknowledge", "assign", "snooze", "wake"])
def test_many_at_once_by_every_action(api, admin, alert, action):
    body = {"ids": [str(alert.public_id)], "action": action}
    if action == "assign":
        body["assignee"] = str(admin.public_id)

    answer = api.post(f"{ALERTS}bulk/", body)

    assert answer.json()["results"][0]["status"] == 200


def test_alerts_of_others_do_not_exist_in_many(alert):
    csm = program_of(UserFactory(role="csm"))

    body = {"ids": [str(alert.public_id)], "action": "acknowledge"}
    answer = csm.post(f"{ALERTS}bulk/", body).json()

    status = answer["results"][0]["status"]
    alert.refresh_from_db()
    assert (status == 200) == (alert.acknowledged_at is not None)


def test_alerts_filter_by_segment(api):
    segment = SegmentFactory()
    alert = AlertFactory(account=AccountFactory(segment=segment))
    AlertFactory()

    rows = api.get(ALERTS, {"segment": segment.slug}).json()["results"]

    assert [row["id"] for row in rows] == [str(alert.public_id)]


# --- rules --------------------------------------------------------------------------


@pytest.mark.usefixtures("rules")
def test_rules_are_listed_and_changed_with_their_version(api):
    segment, channel = SegmentFactory(), AlertChannelFactory()
    assert len(api.get("/api/v1/alert-rules/").json()["results"]) >= 11
    path = "/api/v1/alert-rules/no-activity/"
    first = api.get(path)
    assert first.json()["help"]
    assert (first.json()["unit"], first.json()["worse"]) == ("days", "higher")

    body = {
        "enter_value": 30,
        "segments": [segment.slug],
        "channels": [str(channel.public_id)],
    }
    changed = api.patch(path, body, headers={"If-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["segments"] == [segment.slug]
    assert changed.json()["channels"] == [str(channel.public_id)]
    assert AlertRule.objects.get(key="no-activity").enter_value == 30

    stale = api.patch(path, {"is_on": False}, headers={"If-Match": first["ETag"]})
    assert stale.status_code == 412


@pytest.mark.usefixtures("rules")
def test_a_leave_value_on_the_wrong_side_is_refused(api):
    answer = api.patch("/api/v1/alert-rules/no-activity/", {"leave_value": 15})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/leave_value"
    assert api.get("/api/v1/alert-rules/no-such-rule/").status_code == 404


@pytest.mark.usefixtures("rules")
def test_who_does_not_edit_scorecards_changes_no_rule():
    csm = program_of(UserFactory(role="csm"))

    answer = csm.patch("/api/v1/alert-rules/no-activity/", {"is_on": False})

    assert answer.status_code == 403


# --- why not ------------------------------------------------------------------------


def test_the_ledger_is_listed_and_narrowed(api):
    entry = AlertLedgerEntryFactory(reason="cool_down")
    AlertLedgerEntryFactory(reason="churned")

    rows = api.get("/api/v1/alert-ledger/").json()["results"]
    assert len(rows) == 2
    for query in (
        {"reason": "cool_down"}, {"account": str(entry.account.public_id)},
        {"rule": entry.rule.key},
    ):  # fmt: skip
        (row,) = api.get("/api/v1/alert-ledger/", query).json()["results"]
        assert row["account"] == str(entry.account.public_id)
    tomorrow = (entry.day + timedelta(days=1)).isoformat()
    answer = api.get("/api/v1/alert-ledger/", {"since": tomorrow}).json()
    assert answer["results"] == []


@pytest.mark.usefixtures("rules")
def test_an_account_says_where_every_rule_stands(api):
    account = AccountFactory()

    answer = api.get(f"/api/v1/accounts/{account.public_id}/alert-rules/").json()

    assert len(answer["rules"]) >= 11
    states = {row["rule"]: row["state"] for row in answer["rules"]}
    assert states["no-activity"] == "quiet"
    assert all(row["sentence"] for row in answer["rules"])
