"""What may become one account or one contact, and what becomes of the tree."""

from datetime import date

import pytest

from accounts.models import Contact
from accounts.services import CannotMerge, merge_accounts, merge_contacts
from events.models import Event
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    ContactRoleFactory,
    TouchpointFactory,
)
from tests.factories.tickets import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("depth", [1, 2])
def test_merging_into_a_descendant_makes_no_circle(depth):
    top = AccountFactory()
    between = AccountFactory(parent=top) if depth == 2 else top
    kept = AccountFactory(parent=between)

    merged = merge_accounts(survivor=kept, duplicate=top, by=None)

    assert merged.parent is None
    if depth == 2:
        between.refresh_from_db()
        assert between.parent == kept


def test_merging_an_account_beneath_the_survivor_makes_no_circle():
    kept = AccountFactory()
    between = AccountFactory(parent=kept)
    other = AccountFactory(parent=between)

    merged = merge_accounts(survivor=kept, duplicate=other, by=None, take=["parent"])

    assert merged.parent is None


def test_accounts_merged_earlier_point_to_the_last_survivor():
    first, second, third = AccountFactory(), AccountFactory(), AccountFactory()
    merge_accounts(survivor=second, duplicate=first, by=None)
    second.refresh_from_db()
    merge_accounts(survivor=third, duplicate=second, by=None)

    first.refresh_from_db()
    assert first.merged_into == third


def test_what_cannot_be_merged_is_refused():
    kept, other = AccountFactory(), AccountFactory()
    with pytest.raises(CannotMerge):
        merge_accounts(survivor=kept, duplicate=kept, by=None)
    merge_accounts(survivor=kept, duplicate=other, by=None)
    with pytest.raises(CannotMerge):
        merge_accounts(survivor=kept, duplicate=other, by=None)
    with pytest.raises(CannotMerge):
        merge_accounts(survivor=other, duplicate=AccountFactory(), by=None)


def test_of_two_contacts_one_remains_with_everything():
    account = AccountFactory()
    kept = ContactFactory(account=account, email="", name="Ann")
    other = ContactFactory(
        account=account,
        email="ann@example.com",
        is_opted_out_surveys=True,
        source="crm",
        external_id="C-1",
    )
    ContactRoleFactory(contact=kept, role="champion", valid_from=date(2024, 5, 1))
    ContactRoleFactory(contact=other, role="champion", valid_from=date(2024, 1, 1))
    ContactRoleFactory(contact=other, role="user", valid_from=date(2024, 2, 1))
    shared, only = (
        TouchpointFactory(account=account),
        TouchpointFactory(account=account),
    )
    shared.contacts.set([kept, other])
    only.contacts.set([other])
    ticket = TicketFactory(account=account, contact=other)

    merged = merge_contacts(survivor=kept, duplicate=other, by=None)

    assert not Contact.objects.filter(pk=other.pk).exists()
    assert (merged.email, merged.external_id) == ("ann@example.com", "C-1")
    assert merged.is_opted_out_surveys
    assert {(row.role, row.valid_from) for row in merged.roles.all()} == {
        ("champion", date(2024, 1, 1)),
        ("user", date(2024, 2, 1)),
    }
    assert set(merged.touchpoints.all()) == {shared, only}
    ticket.refresh_from_db()
    assert ticket.contact == merged
    assert Event.objects.filter(kind="contact_merged").count() == 1


def test_contacts_of_different_accounts_are_not_merged():
    with pytest.raises(CannotMerge):
        merge_contacts(survivor=ContactFactory(), duplicate=ContactFactory(), by=None)
