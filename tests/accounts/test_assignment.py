"""Owner and tags for many accounts at once."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Account
from accounts.services import add_tag, assign_owner, remove_tag
from events.models import Event
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_only_accounts_that_change_hands_are_counted_and_recorded():
    old, new, by = UserFactory(name="Old"), UserFactory(name="New"), UserFactory()
    moving, already = AccountFactory(owner=old), AccountFactory(owner=new)

    changed = assign_owner(Account.objects.all(), owner=new, by=by)

    assert changed == 1
    event = Event.objects.get()
    assert (event.kind, event.account_id) == ("account_owner_changed", moving.pk)
    assert event.data == {"owner_id": [old.pk, new.pk], "owner": ["Old", "New"]}
    assert set(Account.objects.values_list("owner", flat=True)) == {new.pk}
    already.refresh_from_db()
    assert already.version == 1


def test_accounts_can_be_left_without_an_owner():
    AccountFactory(owner=UserFactory())

    assert assign_owner(Account.objects.all(), owner=None, by=None) == 1
    assert Account.objects.get().owner is None


def test_archived_accounts_are_left_alone():
    kept = AccountFactory()
    AccountFactory(merged_into=kept)

    assert assign_owner(Account.objects.all(), owner=UserFactory(), by=None) == 1


def test_a_tag_comes_and_goes():
    one, two = AccountFactory(tags=["VIP"]), AccountFactory(tags=["a"])

    assert add_tag(Account.objects.all(), tag=" vip ", by=None) == 1
    two.refresh_from_db()
    assert two.tags == ["a", "vip"]
    assert Event.objects.get().data == {"tag": "vip", "tags": [["a"], ["a", "vip"]]}
    assert remove_tag(Account.objects.all(), tag="vip", by=None) == 1
    one.refresh_from_db()
    assert one.tags == ["VIP"]


def test_an_empty_tag_changes_nothing_and_a_long_one_is_refused():
    AccountFactory()

    assert add_tag(Account.objects.all(), tag="  ", by=None) == 0
    with pytest.raises(ValidationError):
        add_tag(Account.objects.all(), tag="x" * 61, by=None)


def test_many_accounts_cost_as_many_statements_as_one(django_assert_max_num_queries):
    owner = UserFactory()
    for _ in range(40):
        AccountFactory()

    with django_assert_max_num_queries(7):
        assert assign_owner(Account.objects.all(), owner=owner, by=None) == 40
    with django_assert_max_num_queries(6):
        assert add_tag(Account.objects.all(), tag="x", by=None) == 40
