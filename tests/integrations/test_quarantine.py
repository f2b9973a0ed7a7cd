"""Rows without their parent wait, and come in when it arrives."""

from accounts.models import Account, Contact
from integrations.models import QuarantinedRow
from integrations.services import release_waiting
from revenue.models import Subscription
from tests.factories.accounts import AccountExternalIdFactory, CustomFieldFactory
from tests.integrations.conftest import counts
from usage.models import AccountDay, DailyUsage

ACCOUNTS = "external_id,name\nA1,Alpha\n"
SUBSCRIPTIONS = "id,account,start_on,mrr_amount\nS1,A1,2024-01-01,10\n"
USAGE = "id,subscription_id,day,events\nU1,S1,2024-02-01,3\nU2,S1,2024-02-02,4\n"


def test_rows_wait_for_parents_that_wait_themselves(importing):
    assert counts(importing("usage_daily", USAGE)) == {"quarantined": 2}
    assert counts(importing("subscriptions", SUBSCRIPTIONS)) == {"quarantined": 1}
    result = importing("accounts", ACCOUNTS)
    assert counts(result) == {"created": 1, "released": 3}
    assert not QuarantinedRow.objects.exists()
    assert sum(AccountDay.objects.values_list("events", flat=True)) == 7
    assert Account.objects.get().has_subscription


def test_released_rows_are_known_when_their_file_comes_again(importing):
    importing("usage_daily", USAGE)
    importing("subscriptions", SUBSCRIPTIONS)
    importing("accounts", ACCOUNTS)
    assert counts(importing("usage_daily", USAGE)) == {"unchanged": 2}
    assert counts(importing("subscriptions", SUBSCRIPTIONS)) == {"unchanged": 1}


def test_a_waiting_row_sent_again_waits_once_with_its_newest_content(importing):
    importing("subscriptions", SUBSCRIPTIONS)
    importing("subscriptions", SUBSCRIPTIONS.replace(",10\n", ",20\n"))
    assert QuarantinedRow.objects.count() == 1
    importing("accounts", ACCOUNTS)
    assert Subscription.objects.get().mrr_amount == 20


def test_ids_of_another_source_are_not_a_parent(importing):
    importing("accounts", ACCOUNTS, source="other")
    assert counts(importing("subscriptions", SUBSCRIPTIONS)) == {"quarantined": 1}


def test_true_duplicates_wait_and_are_released_one_by_one(importing):
    text = "account,occurred_at\nA1,2024-01-01 10:00\nA1,2024-01-01 10:00\n"
    assert counts(importing("usage_events", text)) == {"quarantined": 2}
    assert importing("accounts", ACCOUNTS).released == 2
    assert counts(importing("usage_events", text)) == {"unchanged": 2}


def test_missing_parents_are_made_when_the_mapping_says_so(importing):
    result = importing(
        "usage_daily",
        "account,company,day,events\nA9,Nine Ltd,2024-02-03,3\nA9,,2024-02-01,1\n",
        create_missing=["account"],
    )
    assert counts(result) == {"created": 2}
    account = Account.objects.get()
    assert account.name == "Nine Ltd"
    assert str(account.first_seen_on) == "2024-02-01"
    assert account.segment is not None
    assert DailyUsage.objects.filter(account=account).count() == 2


def test_making_a_missing_account_frees_what_waited_for_it(importing):
    importing("subscriptions", SUBSCRIPTIONS)
    result = importing(
        "usage_daily",
        "account,day,events\nA1,2024-02-03,3\n",
        create_missing=["account"],
    )
    assert counts(result) == {"created": 1, "released": 1}


def test_a_ticket_waits_for_its_contact_and_survives_the_wait_whole(importing):
    importing("accounts", ACCOUNTS)
    log = (
        "id,account,contact,status,priority,opened_at,changed_at\n"
        "T1,A1,C1,new,low,2024-01-01 10:00,2024-01-01 10:00\n"
        "T1,A1,C1,resolved,high,2024-01-01 10:00,2024-01-02 10:00\n"
    )
    assert counts(importing("ticket_events", log)) == {"quarantined": 2}
    result = importing("contacts", "id,account,name\nC1,A1,Cleo\n")
    assert result.released == 1
    ticket = Contact.objects.get().tickets.get()
    assert (ticket.status, ticket.priority) == ("resolved", "high")
    assert ticket.periods.count() == 4
    assert counts(importing("ticket_events", log)) == {"unchanged": 2}


def test_rows_come_in_when_their_account_is_made_by_hand(importing):
    importing("subscriptions", SUBSCRIPTIONS)
    assert release_waiting() == 0
    AccountExternalIdFactory(source="crm", external_id="A1")
    assert release_waiting() == 1
    assert Subscription.objects.get().account.has_subscription
    assert not QuarantinedRow.objects.exists()


def test_custom_values_survive_the_wait(importing):
    CustomFieldFactory(target="contact", key="level", kind="number")
    importing(
        "contacts",
        "id,account,name,L\nC1,A1,Cleo,3\n",
        columns={
            "external_id": "id",
            "account_external_id": "account",
            "name": "name",
            "custom.level": "L",
        },
    )
    importing("accounts", ACCOUNTS)
    assert Contact.objects.get().custom == {"level": 3}
