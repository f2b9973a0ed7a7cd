"""The pages of an account: forms, conflicts, merging, addresses."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account
from accounts.services import merge_accounts, update_account
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    ContactRoleFactory,
    CustomFieldFactory,
    TouchpointFactory,
)
from tests.factories.organisation import UserFactory
from tests.factories.revenue import SubscriptionFactory
from tests.factories.tickets import TicketFactory
from tests.factories.usage import UserWeekFactory

pytestmark = pytest.mark.django_db


def fields_of(answer):
    """What the form on a page would send."""
    form = answer.context["form"]
    data = {}
    for bound in form:
        value = bound.value()
        if value not in (None, ""):
            data[bound.html_name] = bound.field.prepare_value(value)
    return data


def test_a_new_account_is_opened_after_it_is_created(sign_in):
    client = sign_in("csm")
    page = client.get(reverse("accounts:account_create"))

    answer = client.post(
        reverse("accounts:account_create"),
        fields_of(page) | {"name": "Northwind", "employees": 2000, "tags": "vip, beta"},
    )

    account = Account.objects.get()
    assert answer["Location"] == reverse("reports:account", args=[account.public_id])
    assert (account.segment.slug, account.tags) == ("enterprise", ["beta", "vip"])


def test_errors_stand_beside_their_fields(sign_in):
    answer = sign_in("csm").post(
        reverse("accounts:account_create"), {"name": "", "stage": "asleep"}
    )

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "stage"}
    assert b'id="id_name"' in answer.content
    assert b"is-invalid" in answer.content


def test_an_edit_is_saved_with_custom_fields(world, sign_in):
    CustomFieldFactory(key="tier", kind="choice", choices=["gold"])
    client = sign_in("csm")
    address = reverse("accounts:account_edit", args=[world.account.public_id])
    values = fields_of(client.get(address))

    answer = client.post(address, values | {"custom_tier": "gold", "country": "Peru"})

    assert answer.status_code == 302
    world.account.refresh_from_db()
    assert world.account.custom == {"tier": "gold"}
    assert world.account.country == "Peru"


def test_who_saves_second_sees_both_versions_and_may_save_again(world, sign_in):
    client = sign_in("csm")
    address = reverse("accounts:account_edit", args=[world.account.public_id])
    values = fields_of(client.get(address))
    update_account(world.account, by=None, name="Hers")

    answer = client.post(address, values | {"name": "His"})

    assert answer.status_code == 409
    assert ("Name", "His", "Hers") in [
        (str(label), mine, theirs) for label, mine, theirs in answer.context["conflict"]
    ]
    world.account.refresh_from_db()
    assert world.account.name == "Hers"
    assert client.post(address, fields_of(answer)).status_code == 302
    world.account.refresh_from_db()
    assert world.account.name == "His"


def test_values_of_other_rooms_cannot_be_smuggled_in(world, sign_in):
    client = sign_in("csm")
    address = reverse("accounts:account_edit", args=[world.account.public_id])
    values = fields_of(client.get(address))
    smuggled = {
        "health_score": "99",
        "arr_amount": "1",
        "id": "1",
        "segment": "1",
        "created_at": "2000-01-01",
        "merged_into": str(world.other.pk),
    }

    client.post(address, values | smuggled | {"name": "Renamed"})

    before, after = world.account, Account.objects.get(pk=world.account.pk)
    assert after.name == "Renamed"
    for name in ("health_score", "arr_amount", "created_at", "merged_into_id"):
        assert getattr(after, name) == getattr(before, name)


def test_a_parent_is_found_by_its_name_and_only_if_it_can_be_seen(
    world, sign_in, own_books
):
    client = sign_in(world.account.owner)
    AccountFactory(name="Holding", domain="a.example", owner=world.account.owner)
    twin = AccountFactory(name="Holding", domain="b.example", owner=world.account.owner)
    AccountFactory(name="Foreign")
    address = reverse("accounts:account_edit", args=[world.account.public_id])
    values = fields_of(client.get(address))

    for name in ("Foreign", "Holding"):
        answer = client.post(address, values | {"parent": name})
        assert answer.status_code == 422
        assert "parent" in answer.context["form"].errors
    assert (
        client.post(address, values | {"parent": "Holding (b.example)"}).status_code
        == 302
    )
    world.account.refresh_from_db()
    assert world.account.parent == twin


def test_pickers_offer_only_what_the_person_may_see(world, sign_in, own_books):
    AccountFactory(name="Northern Lights")

    answer = sign_in(world.account.owner).get(
        reverse("accounts:account_options"), {"parent": "nor"}
    )

    options = re.findall(r'value="([^"]*)"', answer.content.decode())
    assert options == ["Northwind", "Northwind Foods"]


def test_a_foreign_owner_id_is_refused(world, sign_in):
    client = sign_in("csm")
    address = reverse("accounts:account_edit", args=[world.account.public_id])
    gone = UserFactory(is_active=False, disabled_at="2024-01-01T00:00Z")

    answer = client.post(
        address, fields_of(client.get(address)) | {"owner": str(gone.public_id)}
    )

    assert answer.status_code == 422


def test_an_archived_account_is_shown_but_not_changed(world, sign_in):
    client = sign_in("csm")
    client.post(reverse("accounts:account_archive", args=[world.account.public_id]))

    page = client.get(reverse("reports:account", args=[world.account.public_id]))
    edit = client.get(reverse("accounts:account_edit", args=[world.account.public_id]))

    assert b"Archived" in page.content
    assert edit.status_code == 403
    client.post(reverse("accounts:account_restore", args=[world.account.public_id]))
    world.account.refresh_from_db()
    assert world.account.archived_at is None


def test_old_addresses_of_a_merged_account_lead_to_the_same_page(world, sign_in):
    merge_accounts(survivor=world.account, duplicate=world.other, by=None)
    client = sign_in("csm")

    answer = client.get(
        reverse("accounts:account_contacts", args=[world.other.public_id])
        + "?archived=1"
    )

    assert answer.status_code == 302
    assert answer["Location"] == (
        reverse("accounts:account_contacts", args=[world.account.public_id])
        + "?archived=1"
    )


def test_merging_by_the_pages_ends_on_the_survivor(world, sign_in):
    client = sign_in("lead")
    found = client.get(
        reverse("accounts:account_merge", args=[world.account.public_id])
    )
    assert world.other in found.context["candidates"]
    address = reverse(
        "accounts:account_merge_confirm",
        args=[world.account.public_id, world.other.public_id],
    )
    assert client.get(address).status_code == 200

    answer = client.post(address, {"take": ["name"]})

    assert answer["Location"] == reverse(
        "reports:account", args=[world.account.public_id]
    )
    world.account.refresh_from_db()
    assert world.account.name == "Northwind Foods"


def test_an_account_cannot_be_merged_with_itself(world, sign_in):
    answer = sign_in("lead").post(
        reverse(
            "accounts:account_merge_confirm",
            args=[world.account.public_id, world.account.public_id],
        )
    )

    assert answer.status_code == 409


def test_the_other_account_of_a_merge_must_be_visible(world, sign_in, own_books):
    foreign = AccountFactory()
    lead = world.account.owner
    lead.role = "lead"
    lead.save()

    answer = sign_in(lead).post(
        reverse(
            "accounts:account_merge_confirm",
            args=[world.account.public_id, foreign.public_id],
        )
    )

    assert answer.status_code == 404
    foreign.refresh_from_db()
    assert foreign.merged_into is None


HOSTILE = (
    '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    "{{7*7}}' onmouseover='alert(1)"
)


def test_hostile_text_is_inert_on_every_page(world, sign_in):
    text = HOSTILE
    CustomFieldFactory(key="note", label=text)
    update_account(
        world.account, by=None, name=text, tags=[text[:60]], custom={"note": text}
    )
    ContactFactory(account=world.account, name=text, title=text)
    TouchpointFactory(account=world.account, subject=text, notes=text)
    client = sign_in("admin")

    for name in (
        "reports:account",
        "accounts:account_contacts",
        "accounts:account_timeline",
        "accounts:account_edit",
        "accounts:account_merge",
        "accounts:touchpoint_create",
        "usage:account_usage",
        "revenue:account_revenue",
        "tickets:account_tickets",
    ):
        content = client.get(
            reverse(name, args=[world.account.public_id])
        ).content.decode()
        assert "<img src=x" not in content
        assert "<script>alert" not in content
        assert " onmouseover='alert" not in content
        assert "{{7*7}}" in content or name.startswith(("usage", "tickets"))


def test_lists_cost_the_same_for_few_rows_and_for_many(world, sign_in):
    client = sign_in("csm")
    addresses = [
        reverse(name, args=[world.account.public_id])
        for name in (
            "accounts:account_contacts",
            "accounts:account_timeline",
            "accounts:touchpoint_create",
            "reports:account",
            "tickets:account_tickets",
            "revenue:account_revenue",
            "usage:account_usage",
        )
    ]
    grow(world)
    few = [queries_of(client, address) for address in addresses]
    for _ in range(8):
        grow(world)

    assert [queries_of(client, address) for address in addresses] == few


def grow(world):
    contact = ContactFactory(account=world.account)
    ContactRoleFactory(contact=contact)
    TouchpointFactory(account=world.account).contacts.add(contact)
    TicketFactory(account=world.account, contact=contact)
    SubscriptionFactory(account=world.account)
    UserWeekFactory(product_user__account=world.account)


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
