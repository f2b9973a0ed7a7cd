"""Scores and bands set by hand, over the API."""

from datetime import timedelta

import pytest

from health.models import HealthOverride, RecomputeRequest
from health.services import create_alert_rules, publish_presets, recompute
from organisation.clock import today
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory
from tests.factories.health import HealthOverrideFactory
from tests.factories.organisation import UserFactory

PLACE = "/api/v1/health/overrides/"


@pytest.fixture
def account():
    return AccountFactory(name="Nordwind", first_seen_on=today())


def body(account, **values):
    until = (today() + timedelta(days=30)).isoformat()
    values = {"score": 80.0, "reason": "They renewed.", "ends_on": until} | values
    return {"account": str(account.public_id)} | values


def test_a_score_is_set_listed_and_lifted(api, account):
    answer = api.post(PLACE, body(account))

    assert answer.status_code == 201, answer.json()
    made = answer.json()
    assert (made["score"], made["band"], made["ended_at"]) == (80.0, "", None)
    assert RecomputeRequest.objects.get().account == account
    assert [row["id"] for row in api.get(PLACE).json()["results"]] == [made["id"]]
    lifted = api.post(f"{PLACE}{made['id']}/lift/").json()
    assert lifted["end_kind"] == "lifted"
    assert api.get(PLACE).json()["results"] == []
    assert api.get(PLACE, {"state": "ended"}).json()["results"][0]["id"] == made["id"]
    assert api.post(f"{PLACE}{made['id']}/lift/").status_code == 409
    assert api.get(f"{PLACE}{made['id']}/").json()["account_name"] == "Nordwind"


def test_the_health_of_the_account_tells_both_scores(api, account):
    publish_presets()
    create_alert_rules()
    api.post(PLACE, body(account, score=None, band="red"))
    recompute(day=today(), trigger="event", account_ids=[account.pk])

    health = api.get(f"/api/v1/accounts/{account.public_id}/health/").json()
    assert (health["band"], health["is_by_hand"]) == ("red", True)
    assert health["computed_band"] == "unknown"
    (row,) = api.get("/api/v1/health/scores/").json()["results"]
    assert (row["band"], row["is_by_hand"], row["computed_score"]) == (
        "red", True, None,
    )  # fmt: skip
    (point,) = api.get(f"/api/v1/accounts/{account.public_id}/health/history/").json()[
        "points"
    ]
    assert (point["band"], point["computed_band"]) == ("red", "unknown")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"score": 101}, "score"),
        ({"score": 54.25}, "score"),
        ({"band": "green"}, "score"),
        ({"band": "blue", "score": None}, "band"),
        ({"reason": ""}, "reason"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"account": "6b5f1c1e-3b43-4d3e-8a37-1d2a5b6b8c11"}, "account"),
    ],
)
def test_what_makes_no_sense_is_400_and_named(api, account, values, field):
    answer = api.post(PLACE, body(account) | values)

    assert answer.status_code == 400
    assert field in str(answer.json())
    assert not HealthOverride.objects.exists()


def test_who_may_not_override_only_reads(account):
    HealthOverrideFactory(account=account)
    agent = program_of(UserFactory(role="agent"))

    assert agent.post(PLACE, body(account)).status_code == 403
    assert len(agent.get(PLACE).json()["results"]) == 1


def test_the_report_tells_whether_they_were_right(api, account):
    HealthOverrideFactory(
        account=account, computed_band="orange", starts_on=today() - timedelta(days=40),
        ends_on=today() + timedelta(days=3),
    )  # fmt: skip

    report = api.get(f"{PLACE}report/").json()

    (row,) = report["rows"]
    assert (row["direction"], row["verdict"]) == ("better", "no_data")
    assert (report["total"]["all"], report["total"]["share"]) == (1, None)


def test_the_report_is_read_page_by_page_with_totals_over_all(api):
    start = today() - timedelta(days=40)
    for _ in range(3):
        HealthOverrideFactory(starts_on=start, ends_on=today() + timedelta(days=3))

    first = api.get(f"{PLACE}report/?limit=2").json()
    second = api.get(first["next"]).json()

    seen = [row["override"] for page in (first, second) for row in page["rows"]]
    assert len(set(seen)) == len(seen) == 3
    assert (first["total"]["all"], second["total"]["all"]) == (3, 3)
    assert second["next"] is None
    assert api.get(f"{PLACE}report/?cursor=x").status_code == 400
