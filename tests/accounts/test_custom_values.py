"""Values that a field of another kind left behind: shown, kept, never in the way."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.custom_fields import clean_custom, read_value
from accounts.models import CustomField
from accounts.services import update_contact
from tests.accounts.test_account_pages import fields_of
from tests.factories.accounts import CustomFieldFactory

pytestmark = pytest.mark.django_db

KINDS = CustomField.Kind.values
#: What a field of each kind, an import or another system may have stored.
LEFT_BEHIND = ["soon", "2026-02-01", "yes", 7, 7.5, 10**400, True, False, [1], {"a": 1}]


@pytest.mark.parametrize("kind", KINDS)
def test_every_stored_value_can_be_read_by_every_kind(kind):
    field = CustomField(key="k", label="K", kind=kind, choices=["a"])

    for value in LEFT_BEHIND:
        assert str(read_value(field, value))
    assert read_value(field, None) is None
    assert read_value(field, "") is None


@pytest.mark.parametrize("kind", KINDS)
def test_pages_and_forms_show_what_another_kind_left_behind(world, sign_in, kind):
    stored = {f"k{number}": value for number, value in enumerate(LEFT_BEHIND)}
    for target, row in (("account", world.account), ("contact", world.contact)):
        for key in stored:
            CustomFieldFactory(target=target, key=key, kind=kind, choices=["a"])
        row.custom = stored
        row.save()
    client = sign_in("admin")

    for name, row in (
        ("reports:account", world.account),
        ("accounts:contact", world.contact),
        ("accounts:account_edit", world.account),
        ("accounts:contact_edit", world.contact),
    ):
        answer = client.get(reverse(name, args=[row.public_id]))
        assert answer.status_code == 200
        assert "soon" in answer.text


@pytest.mark.parametrize("kind", ["date", "number", "yes_no", "choice"])
def test_an_edit_keeps_what_the_form_cannot_show(world, sign_in, kind):
    CustomFieldFactory(target="contact", key="k", kind=kind, choices=["a"])
    world.contact.custom = {"k": "soon"}
    world.contact.save()
    client = sign_in("admin")
    address = reverse("accounts:contact_edit", args=[world.contact.public_id])
    page = client.get(address)
    assert "soon" in page.text

    client.post(address, fields_of(page) | {"title": "Director", "custom_k": ""})

    world.contact.refresh_from_db()
    assert (world.contact.title, world.contact.custom) == ("Director", {"k": "soon"})


def test_a_value_that_fits_is_still_emptied(world, sign_in):
    CustomFieldFactory(target="contact", key="k", kind="date")
    update_contact(world.contact, by=None, custom={"k": "2026-02-01"})
    client = sign_in("admin")
    address = reverse("accounts:contact_edit", args=[world.contact.public_id])

    client.post(address, fields_of(client.get(address)) | {"custom_k": ""})

    world.contact.refresh_from_db()
    assert world.contact.custom == {}


def test_a_number_beyond_all_measure_is_refused_with_words():
    field = CustomField(key="k", label="K", kind="number")

    with pytest.raises(ValidationError, match="Enter a number"):
        clean_custom({"k": 10**400}, [field])
