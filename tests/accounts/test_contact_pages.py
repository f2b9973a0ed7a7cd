"""The pages of people at accounts, and of what was said with them."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Contact, Touchpoint
from accounts.services import update_contact
from tests.accounts.test_account_pages import fields_of
from tests.factories.accounts import AccountFactory, ContactFactory, ContactRoleFactory

pytestmark = pytest.mark.django_db


def test_a_person_is_added_with_roles(world, sign_in):
    answer = sign_in("csm").post(
        reverse("accounts:contact_create", args=[world.account.public_id]),
        {"name": "Ann", "roles": ["champion", "user"], "is_opted_out_email": "on"},
    )

    assert answer.status_code == 302
    person = Contact.objects.get(name="Ann")
    assert person.is_opted_out_email
    assert {role.role for role in person.roles.all()} == {"champion", "user"}


def test_errors_of_a_contact_stand_beside_their_fields(world, sign_in):
    answer = sign_in("csm").post(
        reverse("accounts:contact_create", args=[world.account.public_id]),
        {"name": "", "email": "nobody", "roles": ["king"]},
    )

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "email", "roles"}


def test_who_saves_a_contact_second_sees_both_versions(world, sign_in):
    client = sign_in("csm")
    ContactRoleFactory(contact=world.contact, role="champion")
    address = reverse("accounts:contact_edit", args=[world.contact.public_id])
    values = fields_of(client.get(address))
    update_contact(world.contact, by=None, title="Hers", roles=["champion", "user"])

    answer = client.post(address, values | {"title": "His"})

    assert answer.status_code == 409
    assert [(mine, theirs) for _, mine, theirs in answer.context["conflict"]] == [
        ("His", "Hers"),
        ("Champion", "Champion, User"),
    ]


def test_the_list_shows_who_matters_first_and_the_archive_apart(world, sign_in):
    client = sign_in("csm")
    boss = ContactFactory(account=world.account, name="Zoe")
    ContactRoleFactory(contact=boss, role="executive_sponsor")
    address = reverse("accounts:account_contacts", args=[world.account.public_id])

    assert client.get(address).context["contacts"][0] == boss
    client.post(reverse("accounts:contact_archive", args=[boss.public_id]))
    assert boss not in client.get(address).context["contacts"]
    assert list(client.get(address, {"archived": "1"}).context["contacts"]) == [boss]
    client.post(
        reverse("accounts:contact_archive", args=[boss.public_id]), {"restore": "1"}
    )
    assert boss in client.get(address).context["contacts"]


def test_two_entries_of_one_person_are_merged_by_the_page(world, sign_in):
    client = sign_in("csm")
    twin = ContactFactory(account=world.account)
    stranger = ContactFactory()
    address = reverse("accounts:contact_merge", args=[world.contact.public_id])

    for wrong in ("", "x", str(stranger.public_id), str(world.contact.public_id)):
        assert client.post(address, {"duplicate": wrong}).status_code == 422
    answer = client.post(address, {"duplicate": str(twin.public_id)})

    assert answer.status_code == 302
    assert not Contact.objects.filter(pk=twin.pk).exists()
    assert Contact.objects.filter(pk=stranger.pk).exists()


def test_the_page_of_a_person_shows_roles_over_time(world, sign_in):
    ContactRoleFactory(
        contact=world.contact,
        role="champion",
        valid_from=date(2024, 1, 1),
        valid_to=date(2024, 3, 1),
    )
    ContactRoleFactory(contact=world.contact, role="user")
    world.touchpoint.contacts.add(world.contact)

    answer = sign_in("csm").get(
        reverse("accounts:contact", args=[world.contact.public_id])
    )

    assert [role.role for role in answer.context["roles"]] == ["user", "champion"]
    assert answer.context["touchpoints"] == [world.touchpoint]


def test_a_touchpoint_is_logged_corrected_and_removed(world, sign_in):
    client = sign_in("agent")
    new = reverse("accounts:touchpoint_create", args=[world.account.public_id])
    values = {
        "kind": "call",
        "happened_at": "2024-07-01T10:00",
        "minutes": "25",
        "subject": "Check-in",
        "attendees": [str(world.contact.public_id)],
    }

    assert client.post(new, values).status_code == 302
    row = Touchpoint.objects.get(subject="Check-in")
    assert list(row.contacts.all()) == [world.contact]
    edit = reverse("accounts:touchpoint_edit", args=[row.public_id])
    assert client.get(edit).status_code == 200
    assert client.post(edit, values | {"subject": "Review"}).status_code == 302
    row.refresh_from_db()
    assert row.subject == "Review"
    client.post(reverse("accounts:touchpoint_delete", args=[row.public_id]))
    assert not Touchpoint.objects.filter(pk=row.pk).exists()


def test_people_of_other_accounts_cannot_be_smuggled_into_a_touchpoint(world, sign_in):
    stranger = ContactFactory(account=AccountFactory())

    answer = sign_in("csm").post(
        reverse("accounts:touchpoint_create", args=[world.account.public_id]),
        {
            "kind": "call",
            "happened_at": timezone.now().strftime("%Y-%m-%dT%H:%M"),
            "attendees": [str(stranger.public_id)],
        },
    )

    assert answer.status_code == 422
    assert "attendees" in answer.context["form"].errors


def test_what_lies_ahead_is_refused_beside_its_field(world, sign_in):
    answer = sign_in("csm").post(
        reverse("accounts:touchpoint_create", args=[world.account.public_id]),
        {"kind": "call", "happened_at": "2099-01-01T10:00"},
    )

    assert answer.status_code == 422
    assert "happened_at" in answer.context["form"].errors


def test_the_dialog_gets_the_form_alone_and_refreshes_its_page(world, sign_in):
    client = sign_in("csm")
    address = reverse("accounts:touchpoint_create", args=[world.account.public_id])
    dialog = {"HX-Request": "true", "HX-Target": "modal-body"}

    form = client.get(address, headers=dialog)
    wrong = client.post(address, {"kind": ""}, headers=dialog)
    values = {"kind": "call", "happened_at": "2024-07-01T10:00"}
    saved = client.post(address, values, headers=dialog)

    assert b"<html" not in form.content
    assert (wrong.status_code, b"<html" in wrong.content) == (422, False)
    assert (saved.status_code, saved["HX-Refresh"]) == (204, "true")
