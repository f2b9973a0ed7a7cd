"""People at accounts, their roles over time, and what was said with them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import ContactRole
from accounts.services import (
    StaleContact,
    archive_contact,
    create_contact,
    delete_touchpoint,
    log_touchpoint,
    restore_contact,
    set_contact_roles,
    update_contact,
    update_touchpoint,
)
from events.models import Event
from organisation.clock import today
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    ContactRoleFactory,
    CustomFieldFactory,
)

pytestmark = pytest.mark.django_db


def test_a_new_contact_holds_its_roles_from_today():
    contact = create_contact(
        account=AccountFactory(), by=None, name="Ann", roles=["champion", "user"]
    )

    rows = ContactRole.objects.filter(contact=contact)
    assert {(row.role, row.valid_from, row.valid_to) for row in rows} == {
        ("champion", today(), None),
        ("user", today(), None),
    }
    assert Event.objects.get().kind == "contact_created"


def test_a_role_taken_away_ends_today_and_stays_in_the_history():
    contact = ContactFactory()
    ContactRoleFactory(contact=contact, role="champion", valid_from=date(2024, 1, 1))

    set_contact_roles(contact, roles=["detractor"], by=None)

    rows = ContactRole.objects.filter(contact=contact)
    assert {(row.role, row.valid_from, row.valid_to) for row in rows} == {
        ("champion", date(2024, 1, 1), today()),
        ("detractor", today(), None),
    }
    assert Event.objects.get().data == {"roles": [["champion"], ["detractor"]]}


def test_a_role_given_and_taken_on_one_day_was_never_held():
    contact = create_contact(
        account=AccountFactory(), by=None, name="Ann", roles=["champion"]
    )

    set_contact_roles(contact, roles=[], by=None)

    assert not ContactRole.objects.exists()


def test_who_leaves_gives_up_every_role_on_that_day():
    contact = ContactFactory()
    ContactRoleFactory(contact=contact, role="champion", valid_from=date(2024, 1, 1))

    update_contact(contact, by=None, left_on=date(2024, 11, 3))

    assert ContactRole.objects.get().valid_to == date(2024, 11, 3)
    assert Event.objects.get().kind == "contact_left"


def test_of_two_people_who_edit_a_contact_the_second_is_told():
    contact = ContactFactory()
    update_contact(contact, by=None, expected_version=1, title="CTO")

    with pytest.raises(StaleContact):
        update_contact(contact, by=None, expected_version=1, title="CEO")


def test_contacts_have_typed_custom_fields_of_their_own():
    CustomFieldFactory(target="contact", key="floor", kind="number")
    CustomFieldFactory(target="account", key="tier")
    contact = ContactFactory()

    assert update_contact(contact, by=None, custom={"floor": "3"}).custom == {
        "floor": 3
    }
    with pytest.raises(ValidationError):
        update_contact(contact, by=None, custom={"tier": "gold"})


def test_an_archived_contact_has_no_roles_and_comes_back_without():
    contact = create_contact(
        account=AccountFactory(), by=None, name="Ann", roles=["champion"]
    )

    archived = archive_contact(contact, by=None)
    assert archived.archived_at is not None
    restored = restore_contact(contact, by=None)

    assert restored.archived_at is None
    assert not restored.roles.filter(valid_to__isnull=True).exists()


def test_a_wrong_address_or_role_is_refused():
    account = AccountFactory()
    with pytest.raises(ValidationError):
        create_contact(account=account, by=None, name="Ann", email="nobody")
    with pytest.raises(ValidationError):
        create_contact(account=account, by=None, name="Ann", roles=["king"])


def test_the_newest_touchpoint_is_the_last_touch():
    account = AccountFactory()
    early, late = datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    log_touchpoint(account=account, by=None, kind="call", happened_at=late)
    newest = log_touchpoint(account=account, by=None, kind="email", happened_at=early)
    account.refresh_from_db()
    assert account.last_touch_at == late

    update_touchpoint(newest, by=None, happened_at=late + timedelta(days=1))
    account.refresh_from_db()
    assert account.last_touch_at == late + timedelta(days=1)

    delete_touchpoint(newest, by=None)
    account.refresh_from_db()
    assert account.last_touch_at == late
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
        "touchpoint_logged",
        "touchpoint_logged",
        "touchpoint_updated",
        "touchpoint_deleted",
    ]


def test_the_last_touchpoint_removed_leaves_none():
    account = AccountFactory()
    only = log_touchpoint(
        account=account, by=None, kind="call", happened_at=timezone.now()
    )

    delete_touchpoint(only, by=None)

    account.refresh_from_db()
    assert account.last_touch_at is None


def test_only_people_of_the_account_can_take_part():
    account, stranger = AccountFactory(), ContactFactory()
    mine = ContactFactory(account=account)
    now = timezone.now()

    with pytest.raises(ValidationError) as refused:
        log_touchpoint(
            account=account,
            by=None,
            kind="call",
            happened_at=now,
            attendees=[mine, stranger],
        )

    assert "attendees" in refused.value.message_dict
    logged = log_touchpoint(
        account=account, by=None, kind="call", happened_at=now, attendees=[mine]
    )
    with pytest.raises(ValidationError):
        update_touchpoint(logged, by=None, attendees=[stranger])
    assert list(logged.contacts.all()) == [mine]


def test_what_lies_ahead_cannot_be_logged():
    with pytest.raises(ValidationError) as refused:
        log_touchpoint(
            account=AccountFactory(),
            by=None,
            kind="call",
            happened_at=timezone.now() + timedelta(days=1),
        )

    assert "happened_at" in refused.value.message_dict
