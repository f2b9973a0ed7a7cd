"""Lists are counted by a query that is kept; the numbers are those of the moment."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from core import counting
from core.counting import capped_counts
from core.paging import Count
from organisation.models import Organisation, User
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import (
    OrganisationFactory,
    TeamFactory,
    UserFactory,
)
from tests.factories.tickets import TicketFactory
from tickets.models import Ticket
from tickets.queries.queues import VIEWS, queue, queue_counts

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def nothing_kept():
    counting._kept.clear()


def fresh(user, now):
    return {view.key: queue(user, view.key, now=now).count() for view in VIEWS}


def counted(user, now):
    return {key: count.value for key, count in queue_counts(user, now=now).items()}


def test_kept_queries_count_what_new_ones_would_at_any_moment():
    OrganisationFactory()
    agent = UserFactory(role="agent", team=TeamFactory())
    for hours in (-3, -1, 1, 3, 5, 9):
        TicketFactory(next_due_at=NOW + hours * HOUR, assignee=agent)
        TicketFactory(snoozed_until=NOW + hours * HOUR, team=agent.team)

    for hours in range(-4, 10):
        at = NOW + hours * HOUR
        assert counted(agent, at) == fresh(agent, at)
    assert len(counting._kept) == 1


def test_who_may_see_other_rows_is_counted_other_rows():
    organisation = OrganisationFactory(row_scope="all")
    team = TeamFactory()
    csm = UserFactory(role="csm", team=team)
    TicketFactory(account=AccountFactory(owner=csm))
    TicketFactory(account=AccountFactory(owner=None, team=team))
    TicketFactory(account=AccountFactory(owner=None))

    def seen():
        user = User.objects.get(pk=csm.pk)
        assert counted(user, NOW) == fresh(user, NOW)
        return counted(user, NOW)["all"]

    assert seen() == 3
    Organisation.objects.filter(pk=organisation.pk).update(row_scope="team")
    assert seen() == 2
    User.objects.filter(pk=csm.pk).update(team=None)
    assert seen() == 1
    User.objects.filter(pk=csm.pk).update(is_active=False, disabled_at=NOW)
    assert seen() == 0


def test_lists_that_cannot_hold_anything_and_long_ones(django_assert_num_queries):
    TicketFactory.create_batch(4)

    def lists(_now):
        nothing = Ticket.objects.filter(Q(pk__in=[]))
        return {"none": nothing, "all": Ticket.objects.all()}

    with django_assert_num_queries(1):
        found = capped_counts(lists, key="test", now=NOW, cap=3)
    assert found == {"none": Count(0), "all": Count(3, is_capped=True)}
    with django_assert_num_queries(0):
        empty = capped_counts(
            lambda now: {"none": Ticket.objects.none()}, key="empty", now=NOW
        )
    assert empty == {"none": Count(0)}
