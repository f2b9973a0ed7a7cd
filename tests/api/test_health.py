"""Scores, history, explanations, alerts, scorecards and the calculator."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from health.models import Alert, AlertRule, Snapshot
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import (
    ONE_INDICATOR,
    ScorecardFactory,
    ScorecardVersionFactory,
    SnapshotFactory,
)
from tests.factories.organisation import UserFactory

CALCULATE = "/api/v1/health/calculate/"
EXAMPLE = {
    "daily_active_user_rate": 35, "feature_adoption_rate": 60,
    "weekly_logins_per_user": 4,
}  # fmt: skip


@pytest.fixture
def version():
    return ScorecardVersionFactory(
        scorecard=ScorecardFactory(slug="one", name="One"), definition=ONE_INDICATOR
    )


@pytest.fixture
def account(version):
    account = AccountFactory(name="Nordwind")
    for day, raw, score in ((1, 40, 70), (5, 20, 60), (9, 0, 50)):
        SnapshotFactory(
            account=account, version=version, day=date(2024, 6, day),
            score=Decimal(score), band="yellow" if score >= 60 else "orange",
            detail={"raw": [float(raw)], "norm": [float(score)], "weight": [100.0],
                    "dims": [float(score)]},
        )  # fmt: skip
    return account


def health_of(account, rest: str = "") -> str:
    return f"/api/v1/accounts/{account.public_id}/health/{rest}"


def test_current_scores_are_listed_with_why(api):
    red = AccountFactory(
        name="Rot", health_score="12.5", health_band="red", health_coverage="80.0",
        health_day="2024-06-01", health_reason="Logins fell", health_change_30d="-9.5",
        segment=SegmentFactory(slug="big"),
    )  # fmt: skip
    AccountFactory(health_score="90", health_band="green")

    for query in ({"band": "red"}, {"segment": "big"}, {"score_max": 50},
                  {"day_since": "2024-05-05"}):  # fmt: skip
        (row,) = api.get("/api/v1/health/scores/", query).json()["results"]
        assert row == {
            "account": str(red.public_id), "name": "Rot", "day": "2024-06-01",
            "score": 12.5, "band": "red", "is_by_hand": False, "computed_score": None,
            "coverage": 80.0, "change_30d": -9.5, "reason": "Logins fell",
        }  # fmt: skip
    scores = [
        row["score"]
        for row in api.get("/api/v1/health/scores/?ordering=-score").json()["results"]
    ]
    assert scores == [90.0, 12.5]


def test_an_account_shows_its_newest_score_or_that_of_a_day(api, account):
    newest = api.get(health_of(account)).json()
    before = api.get(health_of(account), {"day": "2024-06-07"}).json()

    assert (newest["day"], newest["score"], newest["band"]) == (
        "2024-06-09", 50.0, "orange",
    )  # fmt: skip
    assert newest["scorecard"] == {"slug": "one", "name": "One", "version": 1}
    (dimension,) = newest["dimensions"]
    assert dimension["key"] == "satisfaction"
    (indicator,) = dimension["indicators"]
    assert (indicator["key"], indicator["value"], indicator["score"]) == (
        "nps", 0.0, 50.0,
    )  # fmt: skip
    assert (before["day"], before["score"]) == ("2024-06-05", 60.0)


def test_an_account_that_was_never_scored_has_not_enough_data(api):
    body = api.get(health_of(AccountFactory())).json()

    assert (body["score"], body["band"], body["label"]) == (
        None, "unknown", "Not enough data",
    )  # fmt: skip


def test_history_is_what_was_known_then_oldest_first(api, account):
    Snapshot.objects.filter(day=date(2024, 6, 5)).update(is_provisional=True)
    SnapshotFactory(
        account=account, day=date(2024, 6, 5), is_restated=True, score=1, band="red"
    )

    body = api.get(
        health_of(account, "history/"), {"from": "2024-06-01", "to": "2024-06-08"}
    ).json()

    assert (body["from"], body["to"]) == ("2024-06-01", "2024-06-08")
    assert [(p["day"], p["score"], p["is_provisional"]) for p in body["points"]] == [
        ("2024-06-01", 70.0, False), ("2024-06-05", 60.0, True),
    ]  # fmt: skip
    assert api.get(health_of(account, "history/")).json()["points"] == []


def test_an_explanation_adds_up(api, account):
    body = api.get(
        health_of(account, "explain/"), {"from": "2024-06-01", "to": "2024-06-09"}
    ).json()

    assert (body["score_before"], body["score_after"]) == (70.0, 50.0)
    assert body["difference"] == -20.0
    assert sum(part["shown"] for part in body["parts"]) == pytest.approx(-20.0)
    assert body["parts"][0]["source"] == "nps"
    assert body["no_split_reason"] == ""


@pytest.mark.parametrize(("rest", "query"), [
    ("", "day=today"), ("", "day=2024-13-01"), ("", "day="), ("", "day=20240601"),
    ("history/", "from=x"), ("history/", "since=2024-01-01"),
    ("explain/", ""), ("explain/", "from=2024-01-01"),
    ("explain/", "from=2024-06-02&to=2024-06-01"),
])  # fmt: skip
def test_a_day_that_is_none_is_refused(api, account, rest, query):
    assert api.get(health_of(account, rest) + f"?{query}").status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_break_nothing(api, account, day):
    assert api.get(health_of(account), {"day": day}).status_code in (200, 400)
    for rest in ("history/", "explain/"):
        answer = api.get(health_of(account, rest), {"from": day, "to": day})
        assert answer.status_code in (200, 400)


# --- alerts ---------------------------------------------------------------------


@pytest.fixture
def alert(account) -> Alert:
    return Alert.objects.create(
        account=account, rule=AlertRule.objects.first(), summary="Entered Critical",
        opened_at=datetime(2024, 6, 9, tzinfo=UTC), opened_on=date(2024, 6, 9),
        worsened_on=date(2024, 6, 9), band_before="yellow", band_after="orange",
    )  # fmt: skip


def test_an_alert_is_listed_acknowledged_and_closed_with_a_reason(api, admin, alert):
    address = f"/api/v1/alerts/{alert.public_id}/"

    (row,) = api.get("/api/v1/alerts/").json()["results"]
    assert row["account_name"] == "Nordwind"
    taken = api.post(f"{address}acknowledge/").json()
    assert taken["acknowledged_by"] == str(admin.public_id)
    again = api.post(f"{address}acknowledge/")
    assert again.json()["acknowledged_at"] == taken["acknowledged_at"]
    assert api.post(f"{address}close/", {}).status_code == 400
    assert api.post(f"{address}close/", {"reason": "  "}).status_code == 400
    closed = api.post(f"{address}close/", {"reason": "Talked to them"}).json()
    assert closed["close_reason"] == "Talked to them"
    assert api.post(f"{address}close/", {"reason": "x"}).status_code == 409
    assert api.post(f"{address}acknowledge/").status_code == 409
    assert api.get("/api/v1/alerts/").json()["results"] == []
    both = api.get("/api/v1/alerts/", {"state": "all"}).json()["results"]
    assert len(both) == 1


def test_alerts_filter_by_rule_severity_account_and_owner(api, admin, alert):
    alert.account.owner = admin
    alert.account.save()
    hit = [
        {"rule": alert.rule.key}, {"severity": alert.rule.severity},
        {"account": str(alert.account.public_id)}, {"owner": str(admin.public_id)},
    ]  # fmt: skip
    for query in hit:
        assert len(api.get("/api/v1/alerts/", query).json()["results"]) == 1
    for query in (
        {"rule": "none"},
        {"account": str(uuid.uuid4())},
        {"state": "closed"},
    ):
        assert api.get("/api/v1/alerts/", query).json()["results"] == []


def test_who_only_reads_does_not_handle_alerts(alert):
    leader = program_of(UserFactory(role="leader"))
    address = f"/api/v1/alerts/{alert.public_id}/"

    assert leader.get(address).status_code == 200
    assert leader.post(f"{address}acknowledge/").status_code == 403
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


# --- scorecards and the calculator ----------------------------------------------


def test_the_five_shipped_scorecards_are_there_with_their_definitions(api):
    rows = api.get("/api/v1/scorecards/").json()["results"]

    assert {row["slug"] for row in rows} >= {
        "standard", "enterprise-handbook", "balanced-four", "calculator", "six-signals",
    }  # fmt: skip
    card = api.get("/api/v1/scorecards/calculator/").json()
    assert card["version"] == 1
    assert len(card["definition"]["dimensions"]) == 5
    assert card["versions"][0]["status"] == "published"
    assert api.get("/api/v1/scorecards/nothing/").status_code == 404


def calculate(program, values, slug="calculator"):
    return program.post(CALCULATE, {"scorecard": slug, "values": values})


def test_the_calculator_answers_with_score_and_reasons(api):
    body = calculate(api, EXAMPLE).json()

    assert set(body) >= {
        "score", "band", "label", "coverage", "dimensions", "indicators",
        "recommendations",
    }  # fmt: skip
    assert set(body["dimensions"]) == {
        "usage", "satisfaction", "business_value", "relationship", "support",
    }  # fmt: skip
    by_key = {row["key"]: row for row in body["indicators"]}
    assert by_key["weekly_logins_per_user"]["value"] == 4
    assert set(by_key["nps"]) >= {"key", "value", "score", "weight", "effective_weight"}


def test_without_values_there_is_no_score(api):
    body = calculate(api, {}).json()

    assert (body["score"], body["band"]) == (None, "unknown")


def test_the_calculator_reads_so_a_reading_scope_is_enough_and_nothing_is_stored(admin):
    reader = program_of(admin, ["health:read"])

    assert calculate(reader, EXAMPLE).status_code == 200
    assert Snapshot.objects.count() == 0


@pytest.mark.parametrize("text", [
    '{"nps": NaN}', '{"nps": Infinity}', '{"nps": -Infinity}', '{"nps": 1e999}',
    '{"nps": "50"}', '{"nps": true}', '{"nps": null}', '{"nps": [50]}',
    '{"nps": {"value": 50}}', '{"nps": ' + "9" * 400 + "}",
    '{"nps": ' + "9" * 4400 + "}", '{"nps": ""}',
])  # fmt: skip
def test_a_value_that_is_no_finite_number_is_400_and_named(api, text):
    body = f'{{"scorecard": "calculator", "values": {text}}}'.encode()

    answer = api.post(CALCULATE, body)

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/values/nps"
    assert "nps" in error["detail"]


def test_an_unknown_key_is_400_and_named(api):
    answer = calculate(api, {"nps": 50, "shoe/size": 43})

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/values/shoe~1size"
    assert "shoe/size" in error["detail"]


@pytest.mark.parametrize("body", [
    {}, {"scorecard": "calculator"}, {"values": {}}, {"scorecard": 1, "values": {}},
    {"scorecard": "nothing", "values": {}}, {"scorecard": "calculator", "values": []},
    {"scorecard": None, "values": {}}, [], "x",
])  # fmt: skip
def test_a_question_that_makes_no_sense_is_400(api, body):
    assert api.post(CALCULATE, body).status_code == 400


def test_archived_accounts_keep_their_history_but_leave_the_list(api, account):
    account.archived_at = timezone.now()
    account.save()

    assert api.get("/api/v1/health/scores/").json()["results"] == []
    assert api.get(health_of(account)).status_code == 200
