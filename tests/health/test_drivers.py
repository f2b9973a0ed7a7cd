"""The drivers of many changes at once are those of each change alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from health.models import Snapshot
from health.queries.changes import explain_change
from health.queries.drivers import drivers_of
from health.services import recompute
from tests.factories.accounts import AccountFactory
from tests.factories.surveys import SurveyResponseFactory
from tests.factories.tickets import TicketFactory
from tests.health.world import DAY, active_account, ago

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
BEFORE = DAY - timedelta(days=30)


@pytest.fixture
def account():
    account = active_account()
    SurveyResponseFactory(account=account, score=2, responded_at=ago(2))
    TicketFactory(account=account, opened_at=ago(1), priority="critical")
    for day in (BEFORE, DAY):
        recompute(day=day, trigger="command")
    return account


def test_the_drivers_are_the_largest_parts_of_the_explanation(account):
    drivers = drivers_of([(account.pk, BEFORE, DAY)], limit=2)

    parts = explain_change(account, BEFORE, DAY).parts[:2]
    assert drivers == {
        account.pk: [
            {"sentence": part.sentence, "points": part.shown, "kind": part.kind}
            for part in parts
        ]
    }


def test_a_score_set_by_hand_is_a_driver_of_its_own(account):
    Snapshot.objects.filter(day=DAY).update(override_score=5, override_band="red")

    (first, *_) = drivers_of([(account.pk, BEFORE, DAY)])[account.pk]

    assert first["kind"] == "override"
    assert first["sentence"] == "The score was set by hand to 5.0"


def test_accounts_without_two_scores_have_no_drivers(account):
    other = AccountFactory()

    pairs = [(other.pk, BEFORE, DAY), (account.pk, BEFORE - timedelta(days=90), DAY)]

    assert drivers_of(pairs) == {}


def test_many_accounts_cost_as_many_queries_as_one(account):
    others = AccountFactory.create_batch(3)
    for other in others:
        TicketFactory(account=other, opened_at=ago(1), priority="critical")
    for day in (BEFORE, DAY):
        recompute(day=day, trigger="command", account_ids=[a.pk for a in others])

    with CaptureQueriesContext(connection) as one:
        drivers_of([(account.pk, BEFORE, DAY)])
    with CaptureQueriesContext(connection) as many:
        found = drivers_of([(a.pk, BEFORE, DAY) for a in [account, *others]])

    assert len(found) == 4
    assert len(one) == len(many) == 3
