"""The worked examples of docs/how-to/mappings, on the files they were made for.

The files are not ours and not in the repository; without them these tests are skipped.
"""

import itertools
import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import Sum

from accounts.models import Account
from integrations.services import import_file
from organisation.models import Organisation, Team, User
from reports.queries import portfolio_summary
from revenue.models import Subscription
from tests.integrations.conftest import counts
from tickets.models import Ticket
from usage.models import AccountDay, DailyUsage, UsageEvent

DATA = settings.BASE_DIR.parent / "shared" / "data"
MAPPINGS = settings.BASE_DIR / "docs" / "how-to" / "mappings"
RAVENSTACK = {
    "accounts": ("ravenstack_accounts.csv", "ravenstack-accounts"),
    "subscriptions": ("ravenstack_subscriptions.csv", "ravenstack-subscriptions"),
    "usage_daily": ("ravenstack_feature_usage.csv", "ravenstack-usage"),
    "tickets": ("ravenstack_supports_ticket.csv", "ravenstack-tickets"),
    "churns": ("ravenstack_churn_events.csv", "ravenstack-churns"),
}
ORDERS = [
    tuple(RAVENSTACK),
    tuple(reversed(RAVENSTACK)),
    ("usage_daily", "subscriptions", "churns", "tickets", "accounts"),
    ("tickets", "usage_daily", "accounts", "churns", "subscriptions"),
]


def load(kind: str, path: Path, mapping: str):
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    Organisation.objects.get_or_create(pk=1)
    text = (MAPPINGS / f"{mapping}.json").read_text()
    return import_file(kind=kind, path=path, mapping=json.loads(text), by=None)


def ravenstack(kind: str):
    name, mapping = RAVENSTACK[kind]
    return load(kind, DATA / "ravenstack" / name, mapping)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(order))
def test_the_ravenstack_files_load_in_any_order(db, order):
    for kind in order:
        ravenstack(kind)
    active = Subscription.objects.active_on(date(2024, 12, 31))
    assert active.count() == 1050
    assert active.aggregate(mrr=Sum("mrr_amount"))["mrr"] == 2_447_516
    summary = portfolio_summary(date(2024, 12, 31))
    assert (summary["active_subscriptions"], summary["mrr"]) == (1050, 2_447_516)
    assert summary["active_accounts"] <= summary["accounts"]
    assert summary["arr"] == sum(band["arr"] for band in summary["by_band"].values())
    assert Account.objects.count() == 121
    assert Ticket.objects.count() == 500
    assert DailyUsage.objects.count() == 5862
    raw = DailyUsage.objects.aggregate(n=Sum("events"), s=Sum("seconds"))
    assert AccountDay.objects.aggregate(n=Sum("events"), s=Sum("seconds")) == raw
    for kind in order:
        result = ravenstack(kind)
        assert counts(result) == {"unchanged": result.rows}


def test_the_service_log_folds_into_its_tickets(db):
    path = DATA / "servicenow" / "incident_event_log_first5998_dashdates.csv"
    for outcome in ("created", "unchanged"):
        result = load("ticket_events", path, "servicenow-ticket-events")
        assert counts(result) == {outcome: 5998}
    assert Ticket.objects.count() == 890
    assert Ticket.objects.filter(is_sla_met=True).count() == 495
    assert Ticket.objects.filter(account__isnull=True).count() < 3
    assert Team.objects.exists()
    assert not User.objects.filter(is_active=True).exists()
    for ticket in Ticket.objects.prefetch_related("periods")[:50]:
        statuses = [p for p in ticket.periods.all() if p.field == "status"]
        assert statuses[-1].value == ticket.status
        for earlier, later in itertools.pairwise(statuses):
            assert earlier.valid_to == later.valid_from


def test_the_invoice_lines_load_as_usage_with_their_duplicates(db):
    path = DATA / "online_retail" / "invoices_2010-12_to_2011-05.csv.gz"
    result = load("usage_events", path, "online-retail-usage")
    assert result.rows == 209_029
    assert counts(result) == {"created": 149_053, "rejected": 59_976}
    assert UsageEvent.objects.count() == 149_053
    assert AccountDay.objects.aggregate(n=Sum("events"))["n"] == 149_053


def test_the_sales_accounts_load_with_their_subsidiaries(db):
    path = DATA / "crm_sales" / "accounts.csv"
    result = load("accounts", path, "crm-sales-accounts")
    assert counts(result) == {"created": 85}
    assert Account.objects.filter(parent__isnull=False).count() == 15
    assert not Account.objects.filter(industry="technolgy").exists()
