"""What became of a custom field is said by its label, and as people read the value."""

import pytest

from accounts.services.configuration import delete_custom_field, save_custom_field
from accounts.services.contacts import update_contact
from accounts.services.lifecycle import update_account
from events.services import record_event
from tests.factories.accounts import AccountFactory, ContactFactory, CustomFieldFactory
from tests.factories.organisation import UserFactory
from tickets.services import update_ticket

AUDIT = "/settings/audit/"


@pytest.fixture
def desk(client):
    client.force_login(UserFactory(role="admin"))
    return client


@pytest.fixture
def region():
    return CustomFieldFactory(
        target="ticket", key="eu_region", label="Sales region", kind="choice",
        choices=["north_sea", "Alps"],
    )  # fmt: skip


def on_ticket(desk, ticket):
    return desk.get(f"/tickets/{ticket.public_id}/").content.decode()


def on_account(desk, account):
    return desk.get(f"/accounts/{account.public_id}/timeline/").content.decode()


def told(desk):
    """(name, before, after) of the newest change in the audit log."""
    rows = desk.get(AUDIT).context["page"].rows
    return next(row.changes for row in rows if row.changes)


def test_the_conversation_names_a_field_by_its_label(desk, agent, ticket, region):
    update_ticket(ticket, by=agent, custom={"eu_region": "north_sea"})

    assert "Sales region: – → north_sea" in on_ticket(desk, ticket)
    assert told(desk) == [("Sales region", "–", "north_sea")]


@pytest.mark.parametrize(("kind", "value", "words"), [
    ("date", "2026-02-01", "Sun 1\N{NO-BREAK SPACE}Feb 2026"), ("yes_no", "no", "no"),
    ("yes_no", True, "yes"), ("number", "4.50", "4.5"), ("text", "a_b", "a_b"),
])  # fmt: skip
def test_values_are_said_as_people_read_them(desk, agent, ticket, kind, value, words):
    CustomFieldFactory(target="ticket", key="k", label="Known", kind=kind)

    update_ticket(ticket, by=agent, custom={"k": value})

    assert f"Known: – → {words}" in on_ticket(desk, ticket)
    assert told(desk) == [("Known", "–", words)]


def test_a_renamed_field_is_called_what_it_is_called_now(desk, agent, ticket, region):
    update_ticket(ticket, by=agent, custom={"eu_region": "Alps"})
    save_custom_field(region, by=agent, label="Market")

    assert "Market: – → Alps" in on_ticket(desk, ticket)


def test_a_removed_field_is_called_by_its_key(desk, agent, ticket, region):
    update_ticket(ticket, by=agent, custom={"eu_region": "Alps"})
    delete_custom_field(region, by=agent)

    assert "eu_region: – → Alps" in on_ticket(desk, ticket)
    assert told(desk) == [("eu_region", "–", "Alps")]


def test_a_field_is_never_taken_for_one_of_ours(desk, agent, ticket):
    CustomFieldFactory(target="ticket", key="status", label="status")
    CustomFieldFactory(target="ticket", key="priority", label="priority")

    update_ticket(
        ticket, by=agent, priority="high", custom={"status": "a", "priority": "b"}
    )

    said = "priority: medium → high, priority: – → b, status: – → a"
    assert said in on_ticket(desk, ticket)
    assert len(told(desk)) == 3


def test_the_timeline_of_an_account_does_the_same_for_all_three(desk, agent, ticket):
    account = AccountFactory()
    contact = ContactFactory(account=account)
    for target in ("account", "contact", "ticket"):
        CustomFieldFactory(
            target=target, key="k", label=f"Due of {target}", kind="date"
        )
    update_account(account, by=agent, custom={"k": "2026-02-01"})
    update_contact(contact, by=agent, custom={"k": "2026-02-02"})
    update_ticket(
        ticket, by=agent, account=account, contact=None, custom={"k": "2026-02-03"}
    )

    page = on_account(desk, account)

    assert (
        "Account changed: Due of account: – → Sun 1\N{NO-BREAK SPACE}Feb 2026" in page
    )
    assert "Due of contact: – → Mon 2\N{NO-BREAK SPACE}Feb 2026" in page
    assert "Due of ticket: – → Tue 3\N{NO-BREAK SPACE}Feb 2026" in page


def test_only_what_differs_is_told_of_rows_from_files(desk, agent, ticket, region):
    record_event(
        "ticket_updated", by=agent, subject=ticket,
        data={"custom": [{"a": 1, "eu_region": "Alps"}, {"a": 1, "eu_region": "x"}]},
    )  # fmt: skip

    assert told(desk) == [("Sales region", "Alps", "x")]
    assert "Sales region: Alps → x" in on_ticket(desk, ticket)


@pytest.mark.parametrize("custom", [None, 7, ["a", "b"], [None, {"k": 1}], [{}, {}]])
def test_damaged_facts_break_no_page(desk, agent, ticket, custom):
    record_event("ticket_updated", by=agent, subject=ticket, data={"custom": custom})

    assert desk.get(AUDIT).status_code == 200
    assert on_ticket(desk, ticket)


def test_the_labels_are_looked_up_once_for_a_page(
    desk, agent, ticket, region, django_assert_max_num_queries
):
    def queries(url):
        with django_assert_max_num_queries(100) as found:
            desk.get(url)
        return sum("accounts_customfield" in each["sql"] for each in found)

    for value in ("Alps", "north_sea", "Alps", "north_sea"):
        update_ticket(ticket, by=agent, custom={"eu_region": value})

    assert queries(AUDIT) == 1
    assert queries(f"/accounts/{ticket.account.public_id}/timeline/") == 1
