"""Who sees which accounts, asked for many at once: the rule of every list."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from accounts.sight import accounts_seen_by
from organisation.models import Organisation, User
from organisation.permissions import Role
from organisation.services import disable_user
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import (
    OrganisationFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts():
    """Each team and none, owned by nobody and by people of each."""
    OrganisationFactory()
    teams = [*TeamFactory.create_batch(2), None]
    people = [UserFactory(role=role, team=team) for role in Role for team in teams]
    gone = UserFactory(role="operations")
    disable_user(gone, by=people[0])
    people.append(gone)
    owners = [None, *people]
    return [
        AccountFactory(owner=owner, team=team) for owner in owners for team in teams
    ]


@pytest.mark.parametrize("scope", ["all", "team", "book"])
def test_it_is_the_rule_of_every_list_in_two_queries(scope, accounts):
    Organisation.objects.update(row_scope=scope)
    people, asked = list(User.objects.all()), {each.pk for each in accounts[1:]}

    with CaptureQueriesContext(connection) as queries:
        found = accounts_seen_by(people, asked)

    assert len(queries) <= 2
    for person in people:
        seen = Account.objects.filter(pk__in=asked).visible_to(person)
        assert found[person.pk] == set(seen.values_list("pk", flat=True))


def test_nobody_and_nothing_are_answered_too(accounts):
    person = UserFactory(role="csm")
    Organisation.objects.update(row_scope="book")

    assert accounts_seen_by([], [accounts[0].pk]) == {}
    assert accounts_seen_by([person], []) == {person.pk: set()}
