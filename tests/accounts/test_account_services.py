"""Creating, changing and archiving accounts."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Account, AccountTerms
from accounts.services import (
    AccountIsMerged,
    StaleAccount,
    archive_account,
    create_account,
    restore_account,
    set_terms,
    update_account,
)
from events.models import Event
from tests.factories.accounts import (
    AccountFactory,
    CustomFieldFactory,
    PlanFactory,
)
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_new_account_has_its_external_ids_terms_segment_and_event():
    plan = PlanFactory()
    by = UserFactory(role="admin")

    account = create_account(
        by=by,
        name="Northwind",
        plan=plan,
        seats=20,
        employees=500,
        external_ids=[("crm", "A-1")],
    )

    assert Account.objects.by_external_id("crm", "A-1").get() == account
    assert account.segment.slug == "mid-market"
    terms = AccountTerms.objects.get(account=account)
    assert (terms.seats, terms.plan, terms.valid_from) == (20, plan, None)
    event = Event.objects.get(kind="account_created")
    assert (event.account_id, event.actor_id) == (account.pk, by.pk)


def test_a_taken_external_id_is_refused_and_nothing_is_stored():
    create_account(by=None, name="First", external_ids=[("crm", "A-1")])

    with pytest.raises(ValidationError) as refused:
        create_account(by=None, name="Second", external_ids=[("crm", "A-1")])

    assert "external_ids" in refused.value.message_dict
    assert not Account.objects.filter(name="Second").exists()


def test_an_update_raises_the_version_and_says_what_changed():
    account = AccountFactory(name="Old", industry="Retail")

    changed = update_account(
        account, by=None, expected_version=1, name="New", industry="Retail"
    )

    assert (changed.name, changed.version) == ("New", 2)
    assert Event.objects.get(kind="account_updated").data == {"name": ["Old", "New"]}


def test_an_update_that_changes_nothing_records_nothing():
    account = AccountFactory(name="Same")

    update_account(account, by=None, name="Same")

    account.refresh_from_db()
    assert account.version == 1
    assert not Event.objects.exists()


def test_of_two_people_who_edit_the_second_is_told():
    account = AccountFactory()
    update_account(account, by=None, expected_version=1, name="Hers")

    with pytest.raises(StaleAccount) as refused:
        update_account(account, by=None, expected_version=1, name="His")

    assert refused.value.current.name == "Hers"
    account.refresh_from_db()
    assert account.name == "Hers"


def test_what_other_rooms_write_cannot_be_set():
    account = AccountFactory()

    for name in ("health_score", "arr_amount", "segment", "version", "id"):
        with pytest.raises(TypeError):
            update_account(account, by=None, **{name: 1})


def test_a_change_of_stage_dates_the_stage():
    account = AccountFactory(stage_since=date(2020, 1, 1))

    changed = update_account(account, by=None, stage="adoption")

    assert changed.stage_since > date(2020, 1, 1)
    assert update_account(changed, by=None, stage="adoption").stage_since == (
        changed.stage_since
    )


def test_an_account_cannot_be_above_itself():
    top = AccountFactory()
    below = AccountFactory(parent=top)

    with pytest.raises(ValidationError):
        update_account(top, by=None, parent=below)


def test_a_parent_that_the_person_cannot_see_does_not_exist_for_them():
    OrganisationFactory(row_scope="book")
    csm = UserFactory(role="csm")
    mine, foreign = AccountFactory(owner=csm), AccountFactory()

    with pytest.raises(ValidationError) as refused:
        update_account(mine, by=csm, parent=foreign)

    assert "parent" in refused.value.message_dict
    mine.refresh_from_db()
    assert mine.parent is None


def test_tags_are_trimmed_and_never_twice():
    account = update_account(
        AccountFactory(), by=None, tags=["  beta  user ", "Beta user", "", "vip"]
    )

    assert account.tags == ["beta user", "vip"]


def test_a_domain_is_kept_plain():
    account = create_account(by=None, name="N", domain="https://WWW.Example.com/x")

    assert account.domain == "example.com"


def test_custom_fields_are_typed_and_unknown_ones_refused():
    CustomFieldFactory(key="tier", kind="choice", choices=["gold", "silver"])
    CustomFieldFactory(key="score", kind="number")
    CustomFieldFactory(key="since", kind="date")
    CustomFieldFactory(key="live", kind="yes_no")
    account = AccountFactory(custom={"old": "kept"})

    changed = update_account(
        account,
        by=None,
        custom={"tier": "gold", "score": "4.5", "since": "2024-02-29", "live": "yes"},
    )

    assert changed.custom == {
        "old": "kept",
        "tier": "gold",
        "score": 4.5,
        "since": "2024-02-29",
        "live": True,
    }
    for wrong in (
        {"tier": "bronze"},
        {"score": "NaN"},
        {"since": "31/12/2024"},
        {"live": "perhaps"},
        {"nothing": "x"},
    ):
        with pytest.raises(ValidationError) as refused:
            update_account(account, by=None, custom=wrong)
        (key,) = wrong
        assert f"custom_{key}" in refused.value.message_dict


def test_archiving_twice_is_one_event_and_restoring_brings_it_back():
    account = AccountFactory()

    archive_account(account, by=None)
    archive_account(account, by=None)
    assert not Account.objects.live().exists()
    restore_account(account, by=None)

    assert Account.objects.live().get() == account
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
        "account_archived",
        "account_restored",
    ]


def test_a_merged_account_no_longer_changes():
    account = AccountFactory(merged_into=AccountFactory())

    for change in (archive_account, restore_account):
        with pytest.raises(AccountIsMerged):
            change(account, by=None)
    with pytest.raises(AccountIsMerged):
        update_account(account, by=None, name="x")


def test_terms_are_intervals_without_gaps():
    account = AccountFactory()
    set_terms(account, seats=10, plan=None, on=date(2024, 1, 1))
    set_terms(account, seats=20, plan=None, on=date(2024, 3, 1))
    set_terms(account, seats=20, plan=None, on=date(2024, 4, 1))
    set_terms(account, seats=30, plan=None, on=date(2024, 5, 1))

    assert intervals(account) == [
        (10, None, date(2024, 3, 1)),
        (20, date(2024, 3, 1), date(2024, 5, 1)),
        (30, date(2024, 5, 1), None),
    ]


def test_terms_set_for_an_earlier_day_replace_what_came_after():
    account = AccountFactory()
    set_terms(account, seats=10, plan=None, on=date(2024, 1, 1))
    set_terms(account, seats=20, plan=None, on=date(2024, 3, 1))
    set_terms(account, seats=30, plan=None, on=date(2024, 5, 1))

    set_terms(account, seats=15, plan=None, on=date(2024, 2, 1))

    assert intervals(account) == [
        (10, None, date(2024, 2, 1)),
        (15, date(2024, 2, 1), None),
    ]


def intervals(account):
    rows = AccountTerms.objects.filter(account=account)
    return sorted(
        ((row.seats, row.valid_from, row.valid_to) for row in rows),
        key=lambda row: row[1] or date.min,
    )
