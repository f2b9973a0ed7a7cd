"""The rules every kind of import keeps."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from accounts.models import Account, AccountTerms, CustomField
from events.models import Event
from integrations.models import ImportRun
from integrations.reading import FileRefused
from organisation.models import Organisation, Team, User
from revenue.models import ChurnEvent, Subscription, SubscriptionTerms
from tests.factories.accounts import AccountFactory
from tests.integrations.conftest import counts
from usage.models import AccountDay, DailyUsage, UsageEvent

HEAD = "external_id,name,seats\n"


def test_right_rows_come_in_together_and_wrong_ones_are_rejected_with_a_reason(
    importing,
):
    result = importing(
        "accounts", HEAD + "A1,Alpha,5\nA2,,6\nA3,Gamma,many\nA4,Delta,7\n"
    )
    assert counts(result) == {"created": 2, "rejected": 2}
    assert [(e["row"], e["column"], e["value"]) for e in result.errors] == [
        (3, "name", None),
        (4, "seats", "many"),
    ]
    assert "is empty" in result.errors[0]["reason"]
    assert set(Account.objects.values_list("name", flat=True)) == {"Alpha", "Delta"}


def test_every_row_is_in_exactly_one_count(importing):
    result = importing("accounts", HEAD + "A1,Alpha,5\nA1,Alpha,5\nA2,,6\nA1,B,1\n\n")
    assert result.rows == 4
    assert counts(result) == {"created": 1, "unchanged": 1, "rejected": 2}


def test_rejected_rows_become_a_file_that_says_why_and_disarms_formulas(importing):
    result = importing("accounts", "external_id,name,seats\nA1,=cmd(),x\nA2,Beta\n")
    with Path(result.rejected_file).open(encoding="utf-8-sig", newline="") as file:
        head, first, second = csv.reader(file)
    assert head == ["external_id", "name", "seats", "reason"]
    assert first[:3] == ["A1", "'=cmd()", "x"]
    assert "is not a number" in first[3]
    assert second == ["A2", "Beta", "", "The row has 2 columns, the head has 3."]


def test_a_second_run_changes_nothing(importing):
    text = HEAD + "A1,Alpha,5\nA2,Beta,6\n"
    importing("accounts", text)
    stamps = list(Account.objects.values_list("updated_at", "version"))
    events = Event.objects.filter(kind__startswith="account_").count()
    assert counts(importing("accounts", text)) == {"unchanged": 2}
    assert list(Account.objects.values_list("updated_at", "version")) == stamps
    assert Event.objects.filter(kind__startswith="account_").count() == events


def test_an_id_that_repeats_with_other_content_is_rejected_naming_the_first(importing):
    result = importing(
        "accounts", HEAD + "A1,Alpha,5\nA2,Beta,6\nA1,Other,5\nA1,Alpha,5\n"
    )
    assert counts(result) == {"created": 2, "rejected": 1, "unchanged": 1}
    assert result.errors[0]["row"] == 4
    assert "row 2" in result.errors[0]["reason"]
    assert Account.objects.filter(name="Alpha").exists()


def test_a_changed_row_updates_only_what_the_file_maps(importing):
    importing("accounts", "external_id,name,industry\nA1,Alpha,Steel\n")
    result = importing("accounts", "external_id,name,seats\nA1,Alpha AG,9\n")
    assert counts(result) == {"updated": 1}
    account = Account.objects.get()
    assert (account.name, account.industry, account.seats) == ("Alpha AG", "Steel", 9)
    event = Event.objects.get(kind="account_updated")
    assert event.data["name"] == ["Alpha", "Alpha AG"]


def test_true_duplicates_without_ids_count_and_a_second_run_finds_them(accounts):
    text = "account_external_id,occurred_at,name\n" + "A1,2024-03-01 10:00,click\n" * 3
    assert counts(accounts("usage_events", text)) == {"created": 3}
    assert UsageEvent.objects.count() == 3
    assert counts(accounts("usage_events", text)) == {"unchanged": 3}
    more = text + "A1,2024-03-01 10:00,click\n"
    assert counts(accounts("usage_events", more)) == {"created": 1, "unchanged": 3}


def test_a_dry_run_says_the_same_and_keeps_nothing(importing):
    text = HEAD + "A1,Alpha,5\nA2,,6\n"
    result = importing("accounts", text, is_dry_run=True)
    assert counts(result) == {"created": 1, "rejected": 1}
    assert not Account.objects.exists()
    assert not ImportRun.objects.exists()
    assert not Event.objects.exists()


def test_ambiguous_dates_are_refused_and_nothing_is_stored(importing):
    text = "external_id,name,first_seen_on\nA1,Alpha,03-04-2024\n"
    with pytest.raises(FileRefused, match=r"3 April 2024.*4 March 2024"):
        importing("accounts", text)
    assert not Account.objects.exists()
    importing("accounts", text, date_format="MDY")
    assert Account.objects.get().first_seen_on == date(2024, 3, 4)


def test_the_format_may_be_declared_for_one_column_alone(accounts):
    text = "id,account,start_on,end_on,mrr_amount\nS1,A1,03-04-2024,2024-12-31,10\n"
    accounts("subscriptions", text, date_format={"start_on": "DMY"})
    assert Subscription.objects.get().start_on == date(2024, 4, 3)


def test_times_are_in_the_zone_of_the_mapping_else_of_the_organisation(accounts):
    text = "id,account,occurred_at\n{},A1,2024-07-01 00:30\n"
    accounts("usage_events", text.format("E1"), timezone="Europe/Berlin")
    Organisation.objects.update(timezone="America/New_York")
    accounts("usage_events", text.format("E2"))
    moments = dict(UsageEvent.objects.order_by("id").values_list("occurred_at", "day"))
    assert moments == {
        datetime(2024, 6, 30, 22, 30, tzinfo=UTC): date(2024, 6, 30),
        datetime(2024, 7, 1, 4, 30, tzinfo=UTC): date(2024, 7, 1),
    }


def test_whole_floats_in_id_columns_lose_their_decimals(importing):
    importing("accounts", "external_id,name\n17850.0,Alpha\n")
    result = importing(
        "usage_daily", "account,day,events\n17850,2024-01-02,3\n17850.00,2024-01-03,1\n"
    )
    assert counts(result) == {"created": 2}


def test_words_that_mean_empty_and_values_are_translated(importing):
    importing(
        "accounts",
        "id,name,seats,stage\nA1,Alpha,?,Live\nA2,Beta,4,?\n",
        null=["?"],
        values={"stage": {"live": "adoption"}},
    )
    assert set(Account.objects.values_list("name", "seats", "stage")) == {
        ("Alpha", None, "adoption"),
        ("Beta", 4, "onboarding"),
    }


def test_constants_fill_what_the_file_does_not_say(accounts):
    accounts(
        "subscriptions",
        "id,account,start,mrr\nS1,A1,2024-01-01,10\n",
        columns={
            "external_id": "id",
            "account_external_id": "account",
            "start_on": "start",
            "mrr_amount": "mrr",
        },
        constants={"currency": "USD"},
    )
    assert Subscription.objects.get().currency == "USD"


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"columns": {"nmae": "name"}}, "Did you mean “name”"),
        ({"columns": {"name": "Name"}}, "expects a column “Name”"),
        ({"kind": "tickets"}, "is for tickets"),
        ({"colunms": {}}, "Did you mean “columns”"),
        ({"create_missing": ["accounts"]}, "Did you mean “account”"),
        ({"timezone": "Berlin"}, "not a time zone"),
        ({"date_format": "DDMM"}, "not a date format"),
        ({"encoding": "klingon"}, "not a known encoding"),
        ({"columns": {"name": 3}}, "must name one column"),
        ({"columns": {"external_id": "external_id"}}, "name, which every row"),
        (
            {"columns": {"custom.tier": "seats", "name": "name"}},
            "no custom field “tier”",
        ),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_in_words(importing, mapping, words):
    with pytest.raises(FileRefused, match=words):
        importing("accounts", HEAD + "A1,Alpha,1\n", **mapping)
    assert not Account.objects.exists()


def test_a_row_with_a_nul_byte_is_rejected_alone(importing):
    result = importing("accounts", HEAD + "A1,Al\0pha,1\nA2,Beta,2\n")
    assert counts(result) == {"created": 1, "rejected": 1}


def test_a_text_that_is_too_long_is_rejected_alone(importing):
    result = importing("accounts", HEAD + f"A1,{'x' * 201},1\nA2,{'x' * 200},2\n")
    assert counts(result) == {"created": 1, "rejected": 1}


def test_text_that_an_export_disarmed_comes_back_as_it_was(importing):
    importing("accounts", "external_id,name\nA1,'=SUM(A1)\nA2,'t Hooft\n")
    assert set(Account.objects.values_list("name", flat=True)) == {
        "=SUM(A1)",
        "'t Hooft",
    }


def test_a_number_that_could_mean_thousands_is_rejected_until_declared(importing):
    text = "external_id;name;seats\nA1;Alpha;1.000\n"
    assert counts(importing("accounts", text)) == {"rejected": 1}
    assert counts(importing("accounts", text, decimal=",")) == {"created": 1}
    assert Account.objects.get().seats == 1000


def test_amounts_with_separators_and_currencies_are_understood(accounts):
    accounts(
        "subscriptions",
        "id;account;start_on;mrr_amount\n"
        "S1;A1;2024-01-01;$1,234.50\nS2;A1;2024-01-01;2,000.00 GBP\n",
    )
    assert set(Subscription.objects.values_list("mrr_amount", "currency")) == {
        (1234.50, "USD"),
        (2000, "GBP"),
    }


def test_a_currency_that_contradicts_the_row_is_rejected(accounts):
    result = accounts(
        "subscriptions",
        "id,account,start_on,mrr_amount,currency\nS1,A1,2024-01-01,€5,USD\n",
    )
    assert counts(result) == {"rejected": 1}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("S1,A1,2024-02-01,2024-01-01,5,no", "before the start"),
        ("S1,A1,2024-02-01,,5,yes", "trial"),
        ("S1,A1,2024-02-01,,-5,no", "less than 0"),
        ("S1,A1,2024-02-30,,5,no", "is not a date"),
    ],
)
def test_what_the_database_would_refuse_is_rejected_by_row(accounts, row, words):
    result = accounts(
        "subscriptions",
        "id,account,start_on,end_on,mrr_amount,is_trial\n" + row + "\n",
    )
    assert counts(result) == {"rejected": 1}
    assert words in result.errors[0]["reason"]


def test_people_and_teams_a_file_names_are_made_without_access(importing):
    text = "external_id,name,owner,team\nA1,Alpha,ann@x.org,North\nA2,Beta,Bo B,North\n"
    result = importing("accounts", text, create_missing=["user", "team"])
    assert counts(result) == {"created": 2}
    assert Team.objects.get().name == "North"
    people = User.objects.filter(accounts_owned__isnull=False)
    assert [(p.is_active, p.has_usable_password()) for p in people] == [
        (False, False)
    ] * 2
    assert counts(importing("accounts", text, create_missing=["user", "team"])) == {
        "unchanged": 2
    }


def test_an_unknown_owner_is_a_warning(importing):
    result = importing("accounts", "external_id,name,owner\nA1,Alpha,nobody@x.org\n")
    assert counts(result) == {"created": 1}
    assert result.warnings == 1
    assert "no user" in result.warning_list[0]["reason"]


def test_contradictions_are_imported_and_listed_as_warnings(accounts):
    result = accounts(
        "tickets",
        "id,account,opened_at,first_responded_at,resolved_at\n"
        "T1,A1,2023-05-01,2023-05-03,2023-05-02\nT2,A1,2024-05-01,,\n",
    )
    assert counts(result) == {"created": 2}
    assert {(w["row"], w["column"]) for w in result.warning_list} == {
        (2, "opened_at"),
        (2, "first_responded_at"),
    }


def test_terms_keep_what_held_before(accounts):
    text = "id,account,start_on,mrr_amount,seats\nS1,A1,2024-01-01,{},5\n"
    accounts("subscriptions", text.format(100))
    SubscriptionTerms.objects.update(valid_from=date(2024, 1, 1))
    accounts("subscriptions", text.format(150))
    old, new = SubscriptionTerms.objects.order_by("valid_from")
    assert (old.mrr_amount, old.valid_to) == (100, new.valid_from)
    assert (new.mrr_amount, new.valid_to) == (150, None)


def test_the_first_terms_of_an_account_have_no_start(importing):
    importing("accounts", HEAD + "A1,Alpha,5\n")
    importing("accounts", HEAD + "A1,Alpha,8\n")
    old, new = AccountTerms.objects.order_by("pk")
    assert (old.seats, old.valid_from) == (5, None)
    assert (new.seats, new.valid_from) == (8, old.valid_to)


def test_commercials_and_segment_of_the_accounts_follow(accounts):
    accounts(
        "subscriptions",
        "id,account,start_on,end_on,mrr_amount,seats\n"
        "S1,A1,2024-01-01,,20000,50\nS2,A2,2024-01-01,2024-06-01,10,1\n",
    )
    first, second = Account.objects.order_by("name")
    assert (first.mrr_amount, first.licensed_seats, first.has_subscription) == (
        20000,
        50,
        True,
    )
    assert (second.is_churned, second.mrr_amount) == (True, 0)
    assert first.segment.slug == "enterprise"


def test_an_overdue_payment_comes_with_its_subscription_and_is_settled(accounts):
    text = "id,account,start_on,mrr_amount,overdue_since\nS1,A1,2024-01-01,5,{}\n"
    accounts("subscriptions", text.format("2024-05-01"))
    subscription = Subscription.objects.get()
    assert subscription.overdue_payments.get().settled_on is None
    assert counts(accounts("subscriptions", text.format("2024-05-01"))) == {
        "unchanged": 1
    }
    accounts("subscriptions", text.format(""))
    assert subscription.overdue_payments.get().settled_on is not None


def test_parents_may_stand_below_their_children_and_circles_are_cut(importing):
    importing(
        "accounts",
        "external_id,name,parent_external_id\nA1,Alpha,A2\nA2,Beta,\nA3,C,A4\nA4,D,A3\n",
    )
    assert Account.objects.get(name="Alpha").parent.name == "Beta"
    assert not Account.objects.filter(name__in="CD", parent__isnull=False).exists()


def test_custom_fields_are_read_by_their_type(importing):
    CustomField.objects.create(
        target="account", key="tier", label="Tier", kind="number"
    )
    importing(
        "accounts",
        "id,name,T\nA1,Alpha,3\n",
        columns={"external_id": "id", "name": "name", "custom.tier": "T"},
    )
    assert Account.objects.get().custom == {"tier": 3}


def test_the_event_of_a_fact_happened_when_the_fact_did(accounts):
    accounts("churns", "id,account,churned_on,reason\nC1,A1,2024-05-06,price;budget\n")
    event = Event.objects.get(kind="churn_recorded")
    assert event.happened_at == datetime(2024, 5, 6, tzinfo=UTC)
    assert event.account_id == ChurnEvent.objects.get().account_id


def test_a_usage_file_is_one_event_not_one_per_row(accounts):
    before = Event.objects.count()
    accounts("usage_daily", "account,day,events\nA1,2024-05-06,3\nA1,2024-05-07,3\n")
    assert Event.objects.count() == before + 1


def test_a_usage_row_without_account_is_rejected_and_a_ticket_is_not(accounts):
    assert counts(accounts("usage_daily", "account,day,events\n,2024-05-06,3\n")) == {
        "rejected": 1
    }
    assert counts(accounts("tickets", "id,account,opened_at\nT1,,2024-05-06\n")) == {
        "created": 1
    }


def test_a_corrected_daily_count_replaces_the_old_one_also_in_the_roll_ups(accounts):
    text = "id,account,day,events\nU1,{},2024-05-06,{}\n"
    accounts("usage_daily", text.format("A1", 3))
    assert counts(accounts("usage_daily", text.format("A2", 4))) == {"updated": 1}
    assert DailyUsage.objects.count() == 1
    assert list(AccountDay.objects.values_list("account__name", "events")) == [
        ("Beta", 4)
    ]


def test_a_merged_account_receives_what_comes_for_the_other_id(accounts):
    survivor = AccountFactory(name="Survivor")
    Account.objects.filter(name="Alpha").update(merged_into=survivor)
    accounts("usage_daily", "account,day,events\nA1,2024-05-06,3\n")
    assert AccountDay.objects.get().account == survivor


def test_the_run_is_recorded_with_its_mapping_and_result(importing):
    importing("accounts", HEAD + "A1,Alpha,5\n")
    run = ImportRun.objects.get()
    assert (run.status, run.source, run.result["created"]) == ("applied", "crm", 1)
    assert run.mapping["columns"]["name"] == "name"
    assert json.loads(json.dumps(run.result)) == run.result
