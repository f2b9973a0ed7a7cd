"""Custom fields of tickets: declared in the settings, typed, on page, form and API."""

import pytest
from django.core.exceptions import ValidationError

from events.models import Event
from tests.factories.accounts import CustomFieldFactory
from tests.factories.organisation import UserFactory
from tickets.models import Ticket
from tickets.services import create_ticket, update_ticket


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


@pytest.fixture(autouse=True)
def fields():
    for key, label, kind in (
        ("env", "Environment", "choice"),
        ("build", "Build", "number"),
        ("since", "Broken since", "date"),
        ("vip", "Known to us", "yes_no"),
    ):
        choices = ["prod", "staging"] if kind == "choice" else []
        CustomFieldFactory(
            target="ticket", key=key, label=label, kind=kind, choices=choices
        )
    CustomFieldFactory(target="account", key="region", label="Region")


def details(ticket, **values):
    return {
        "version": Ticket.objects.get(pk=ticket.pk).version, "subject": ticket.subject,
        "tags": "", "category": "", **values,
    }  # fmt: skip


def edit(client, ticket, **values):
    address = f"/tickets/{ticket.public_id}/ask/details/"
    return client.post(address, details(ticket, **values), follow=True)


def test_the_settings_offer_tickets_as_what_a_field_is_of(client):
    client.force_login(UserFactory(role="admin"))
    client.post(
        "/settings/custom-fields/new/",
        {"label": "Order", "key": "order", "target": "ticket", "kind": "text"},
    )

    assert "Ticket" in client.get("/settings/custom-fields/").text
    assert create_ticket(by=None, subject="x", text="y", custom={"order": "7"}).custom


def test_values_are_edited_and_shown_on_the_page(desk, ticket):
    page = edit(
        desk, ticket, custom_env="prod", custom_build="7", custom_since="2026-02-01",
        custom_vip="no",
    )  # fmt: skip

    ticket.refresh_from_db()
    assert ticket.custom == {
        "env": "prod", "build": 7, "since": "2026-02-01", "vip": False,
    }  # fmt: skip
    shown = ("Environment", "Broken since", 'datetime="2026-02-01"', "Known to us")
    assert all(words in page.text for words in shown)
    assert "Region" not in page.text


def test_an_emptied_value_is_gone_and_only_what_changed_is_told(desk, ticket):
    edit(desk, ticket, custom_env="prod", custom_build="7")
    edit(desk, ticket, custom_env="", custom_build="7")

    ticket.refresh_from_db()
    assert ticket.custom == {"build": 7}
    last = Event.objects.filter(kind="ticket_updated").latest("id")
    assert last.data == {"custom": [{"env": "prod"}, {}]}


def test_what_does_not_fit_the_kind_is_said_beside_the_field(desk, ticket):
    page = edit(desk, ticket, custom_build="many")
    assert page.status_code == 422

    with pytest.raises(ValidationError) as wrong:
        update_ticket(ticket, by=None, custom={"env": "moon", "region": "EU"})
    assert set(wrong.value.message_dict) == {"custom_env", "custom_region"}
    ticket.refresh_from_db()
    assert ticket.custom == {}


def test_values_of_fields_that_are_gone_stay_stored(desk, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(custom={"old": "kept"})
    ticket.refresh_from_db()

    edit(desk, ticket, custom_env="staging")

    ticket.refresh_from_db()
    assert ticket.custom == {"old": "kept", "env": "staging"}


def test_a_ticket_opened_by_hand_has_them_too(desk):
    desk.post(
        "/tickets/new/",
        {
            "requester_email": "x@acme.test", "subject": "By phone", "text": "Called.",
            "is_from_customer": "yes", "channel": "phone", "priority": "low",
            "custom_env": "prod", "custom_vip": "no", "custom_build": "",
        },
    )  # fmt: skip

    assert Ticket.objects.get().custom == {"env": "prod", "vip": False}


@pytest.mark.parametrize("kind", ["date", "number", "yes_no", "choice", "text"])
@pytest.mark.parametrize("value", ["soon", 7, True])
def test_a_field_made_anew_with_another_kind_breaks_no_page(desk, ticket, kind, value):
    Ticket.objects.filter(pk=ticket.pk).update(custom={"when": value})
    CustomFieldFactory(
        target="ticket", key="when", label="When", kind=kind, choices=["a"]
    )
    said = {"soon": "soon", 7: "7", True: "yes"}[value]

    for address in (
        "/tickets/?view=all&col=custom.when",
        f"/tickets/{ticket.public_id}/",
        f"/tickets/{ticket.public_id}/ask/details/",
        "/tickets/export/?view=all",
    ):
        answer = desk.get(address)
        assert answer.status_code == 200
        body = b"".join(answer) if answer.streaming else answer.content
        assert said in body.decode().lower()


def test_an_edit_keeps_a_choice_that_is_no_longer_offered(desk, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(custom={"env": "old"})

    edit(desk, ticket, custom_env="", custom_build="7")

    ticket.refresh_from_db()
    assert ticket.custom == {"env": "old", "build": 7}
