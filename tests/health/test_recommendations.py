"""Recommendations: seen, accepted into a task, dismissed with a reason, taken back."""

from copy import deepcopy
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.models import Event
from health.models import RecommendationDecision, ScorecardVersion
from health.queries.recommendations import recommendations_for
from health.services.recommendations import (
    NotRecommended,
    accept_recommendation,
    dismiss_recommendation,
    undo_decision,
)
from organisation.clock import today
from organisation.models import Organisation
from playbooks.models import Task
from playbooks.services import complete_task, remove_task, restore_task
from tests.factories.accounts import AccountFactory
from tests.factories.health import (
    ONE_INDICATOR,
    ScorecardVersionFactory,
    SnapshotFactory,
)
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "modal-body"}
ACTION = "Ask what went wrong."


def definition(below=80, action=ACTION, priority="high"):
    words = deepcopy(ONE_INDICATOR)
    words["dimensions"][0]["recommendations"] = [
        {
            "below": below, "priority": priority, "action": action,
            "expected_effect": "Trust comes back.", "playbook": "detractor",
        },
        {"below": None, "priority": "low", "action": "Say thank you."},
    ]  # fmt: skip
    return words


@pytest.fixture
def version():
    return ScorecardVersionFactory(definition=definition())


@pytest.fixture
def account(version):
    account = AccountFactory(name="Northwind", owner=UserFactory(name="Mara"))
    SnapshotFactory(account=account, version=version)  # satisfaction at 70
    return account


@pytest.fixture
def csm(client):
    person = UserFactory(role="csm")
    client.force_login(person)
    return person


def test_a_dimension_below_its_threshold_says_what_to_do_and_why(account):
    (found,) = recommendations_for(account)
    assert (found.action, found.playbook) == (ACTION, "detractor")
    assert found.why == "Satisfaction is at 70.0, below 80."


@pytest.mark.parametrize("score", [80.0, 79.96, None])
def test_praise_and_missing_data_recommend_nothing(version, score):
    account = AccountFactory()
    detail = {"raw": [None], "norm": [None], "weight": [0], "dims": [score]}
    SnapshotFactory(account=account, version=version, detail=detail)
    assert recommendations_for(account) == []


def test_without_a_score_there_is_no_advice():
    assert recommendations_for(AccountFactory()) == []


def test_who_has_left_or_was_put_away_gets_no_advice(account):
    account.is_churned = True
    assert recommendations_for(account) == []
    account.is_churned, account.archived_at = False, timezone.now()
    assert recommendations_for(account) == []


def test_the_published_version_decides_not_the_one_of_the_snapshot(account, version):
    version.status = ScorecardVersion.Status.ARCHIVED
    version.save()
    ScorecardVersionFactory(
        scorecard=version.scorecard, number=2, definition=definition(75, "Call them.")
    )
    assert [found.action for found in recommendations_for(account)] == ["Call them."]


def test_accepting_makes_a_task_and_hides_it_until_long_after_it_is_done(account):
    person = UserFactory()
    task = accept_recommendation(
        account, dimension="satisfaction", action=ACTION, by=person,
        due_on=date(2026, 3, 1), owner=account.owner,
    )  # fmt: skip
    assert (task.title, task.origin, task.playbook) == (
        ACTION, "recommendation", "detractor",
    )  # fmt: skip
    assert "below 80" in task.note
    assert recommendations_for(account) == []

    complete_task(task, by=person)
    assert recommendations_for(account) == []
    later = timezone.now() + timedelta(days=31)
    assert len(recommendations_for(account, now=later)) == 1


def test_a_removed_task_brings_the_recommendation_back(account):
    task = accept_recommendation(account, dimension="satisfaction", by=None)
    remove_task(task, by=None)
    assert len(recommendations_for(account)) == 1
    restore_task(task, by=None)
    assert recommendations_for(account) == []


def test_it_is_accepted_once(account):
    accept_recommendation(account, dimension="satisfaction", by=None)
    with pytest.raises(NotRecommended):
        accept_recommendation(account, dimension="satisfaction", by=None)
    with pytest.raises(NotRecommended):
        dismiss_recommendation(account, dimension="usage", by=None, reason="No.")
    assert Task.objects.count() == 1


def test_other_words_meanwhile_are_not_accepted(account):
    with pytest.raises(NotRecommended):
        accept_recommendation(
            account, dimension="satisfaction", action="Something else", by=None
        )


def test_dismissing_needs_a_reason_and_lasts_30_days(account):
    with pytest.raises(ValidationError):
        dismiss_recommendation(account, dimension="satisfaction", by=None, reason=" ")
    dismiss_recommendation(
        account, dimension="satisfaction", by=None, reason="We spoke yesterday."
    )
    assert recommendations_for(account) == []
    later = timezone.now() + timedelta(days=31)
    assert len(recommendations_for(account, now=later)) == 1
    event = Event.objects.get(kind="recommendation_dismissed")
    assert event.data["reason"] == "We spoke yesterday."


def test_a_decision_taken_back_takes_its_open_task_along(account):
    task = accept_recommendation(account, dimension="satisfaction", by=None)
    decision = RecommendationDecision.objects.get()
    undo_decision(decision, by=None)
    undo_decision(decision, by=None)

    task.refresh_from_db()
    assert task.removed_at is not None
    assert len(recommendations_for(account)) == 1
    assert Event.objects.filter(kind="recommendation_undone").count() == 1


def test_what_was_done_already_stays_done(account):
    task = accept_recommendation(account, dimension="satisfaction", by=None)
    complete_task(task, by=None)
    undo_decision(RecommendationDecision.objects.get(), by=None)
    task.refresh_from_db()
    assert task.removed_at is None


def test_the_dialog_proposes_the_owner_and_a_week(client, csm, account):
    base = f"/accounts/{account.public_id}/recommendations/satisfaction/"
    dialog = client.get(f"{base}accept/", headers=HTMX).content.decode()
    assert "<html" not in dialog
    assert (today() + timedelta(days=7)).isoformat() in dialog
    sent = {"due_on": "2026-03-01", "owner": account.owner.public_id, "action": ACTION}
    saved = client.post(f"{base}accept/", sent, headers=HTMX)

    assert (saved.status_code, saved["HX-Refresh"]) == (204, "true")
    task = Task.objects.get()
    assert (task.owner, task.created_by) == (account.owner, csm)
    again = client.post(f"{base}accept/", sent, follow=True)
    assert "decided about this already" in again.content.decode()
    assert Task.objects.count() == 1


@pytest.mark.usefixtures("csm")
def test_dismissing_asks_why_and_offers_the_way_back(client, account):
    base = f"/accounts/{account.public_id}/recommendations/satisfaction/"
    assert client.post(f"{base}dismiss/", {"reason": ""}).status_code == 422
    page = client.post(f"{base}dismiss/", {"reason": "They left."}, follow=True)
    decision = RecommendationDecision.objects.get()
    undo = f"/recommendations/{decision.public_id}/undo/"
    assert undo in page.content.decode()
    client.post(undo)
    assert ACTION in client.get(f"/accounts/{account.public_id}/").content.decode()


@pytest.mark.parametrize("tab", ["", "health/"])
def test_the_account_shows_it_with_buttons_only_to_who_may_decide(client, account, tab):
    address = f"/accounts/{account.public_id}/{tab}"
    button = "/recommendations/satisfaction/accept/"
    for role, may in (("csm", True), ("leader", False)):
        client.force_login(UserFactory(role=role))
        page = client.get(address).content.decode()
        assert "Satisfaction is at 70.0, below 80." in page
        assert (button in page) is may


def test_decisions_about_accounts_out_of_sight_do_not_exist(client, csm, account):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    accept_recommendation(account, dimension="satisfaction", by=None)
    decision = RecommendationDecision.objects.get()
    assert (
        client.post(f"/recommendations/{decision.public_id}/undo/").status_code == 404
    )


@pytest.mark.usefixtures("csm")
def test_the_api_lists_accepts_dismisses_and_undoes(client, account):
    base = f"/api/v1/accounts/{account.public_id}/recommendations/"

    def post(address, body):
        return client.post(address, body, content_type="application/json")

    (found,) = client.get(base).json()["results"]
    accepted = post(f"{base}{found['dimension']}/accept/", {"due_on": "2026-03-01"})
    assert (accepted.status_code, accepted.json()["outcome"]) == (201, "accepted")
    assert Task.objects.get(public_id=accepted.json()["task"]).title == ACTION
    assert client.get(base).json()["results"] == []
    refused = post(f"{base}satisfaction/dismiss/", {"reason": "No."})
    assert refused.status_code == 409

    undone = post(f"/api/v1/recommendations/{accepted.json()['id']}/undo/", {})
    assert undone.json()["undone_at"]
    assert post(f"{base}satisfaction/dismiss/", {}).status_code == 400
    assert post(f"{base}satisfaction/dismiss/", {"reason": "No."}).status_code == 201
