"""The analytics page: numbers, row scope, roles, files."""

import json
from base64 import urlsafe_b64decode
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import unquote

import pytest
import time_machine
from django.core.cache import cache
from django.http import QueryDict

from accounts.models import Account
from health.models import BandCount, BandMembers
from health.services.band_counts import write_band_counts
from organisation.models import Organisation, User
from reports.analytics_matrix import way_of
from reports.analytics_page import CACHED_SECONDS, FEW_SECONDS, AnalyticsPage
from reports.queries.analytics import known_days, weekly
from tests.factories.accounts import AccountFactory
from tests.factories.health import ScorecardVersionFactory, SnapshotFactory
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.reports.book import FIRST, LAST, make_book, standing

pytestmark = pytest.mark.django_db
PAGE = "/analytics/"


@pytest.fixture
def book():
    OrganisationFactory()
    make_book()
    for day in (FIRST, LAST):
        write_band_counts(day)


@pytest.fixture
def leader(client, book):
    person = UserFactory(role="leader")
    client.force_login(person)
    return person


def expected(day, accounts=None):
    found = Counter()
    for account in accounts if accounts is not None else Account.objects.all():
        place = standing(account, day)
        if place is not None:
            found[place[0]] += 1
    return found


def moved(client, **choice):
    matrix = client.get(PAGE, choice).context["matrix"]
    return {
        (line.before, cell.after): cell.accounts
        for line in matrix.lines
        for cell in line.cells
        if cell.accounts
    }


def cells_shown(client):
    return [c for line in client.get(PAGE).context["matrix"].lines for c in line.cells]


@pytest.mark.usefixtures("leader")
def test_bands_of_each_day_are_those_of_every_account(client):
    rows = client.get(PAGE).context["distribution"]["rows"]
    order = ("green", "yellow", "orange", "red", "unknown", "churned")
    for (_, *counts), day in zip(rows, (FIRST, LAST), strict=True):
        slow = expected(day)
        assert counts == [str(slow[band]) for band in order]


@pytest.mark.usefixtures("leader")
def test_movement_adds_up_and_each_cell_opens_its_accounts(client):
    slow = Counter()
    for account in Account.objects.live():
        then, now = standing(account, FIRST), standing(account, LAST)
        if now is not None:
            slow[then[0] if then else "new", now[0]] += 1

    assert moved(client) == slow
    for (before, after), count in slow.items():
        page = client.get(f"{PAGE}moved/", {"before": before, "after": after})
        assert len(page.context["rows"]) == count
        for account, then, now in page.context["rows"]:
            assert (then.band if then else "new") == before
            assert now.band == after
            assert account.name in page.content.decode()


@pytest.mark.usefixtures("leader")
def test_nobody_has_moved_since_a_day_whose_members_are_not_known(client):
    BandMembers.objects.filter(day=FIRST).delete()
    assert not moved(client)
    cell = client.get(f"{PAGE}moved/", {"before": "new", "after": "red"})
    assert cell.context["rows"] == []
    page = client.get(PAGE).content.decode()
    assert page.count("is not counted yet") == 1
    assert "rebuild_band_counts" in page

    write_band_counts(FIRST)
    assert moved(client)
    assert "is not counted yet" not in client.get(PAGE).content.decode()


@pytest.mark.usefixtures("leader")
def test_a_day_counted_anew_is_shown_at_once(client):
    before = client.get(PAGE).context["lines"]
    account = AccountFactory(first_seen_on=FIRST)
    SnapshotFactory(account=account, day=LAST, version=ScorecardVersionFactory())
    write_band_counts(LAST)

    page = client.get(PAGE).context

    assert sum(line.now.customers for line in page["lines"]) == 1 + sum(
        line.now.customers for line in before
    )
    assert page["matrix"].accounts == sum(moved(client).values())
    assert sum(int(n) for n in page["distribution"]["rows"][-1][1:]) == sum(
        expected(LAST).values()
    )


@pytest.mark.usefixtures("book")
def test_what_is_read_of_today_or_account_by_account_is_not_kept_for_long():
    Organisation.objects.update(row_scope="book")
    boss, csm = UserFactory(role="leader"), UserFactory(role="csm")

    def how_long(person):
        return AnalyticsPage(QueryDict(), person).kept_seconds

    with time_machine.travel(f"{LAST}T20:00Z"):
        assert (how_long(boss), how_long(csm)) == (FEW_SECONDS, FEW_SECONDS)
    with time_machine.travel(f"{LAST + timedelta(days=1)}T20:00Z"):
        assert (how_long(boss), how_long(csm)) == (CACHED_SECONDS, FEW_SECONDS)


@pytest.mark.usefixtures("leader")
def test_money_counts_in_one_currency_at_a_time(client):
    def at_risk(currency):
        total = Decimal(0)
        for account in Account.objects.all():
            band, code, arr = standing(account, LAST) or ("", "", 0)
            total += arr if band in ("orange", "red") and code == currency else 0
        return total

    for currency in ("EUR", "USD", "GBP"):
        context = client.get(PAGE, {"currency": currency}).context
        assert context["currency"] == currency
        assert sum(line.now.risk_arr for line in context["lines"]) == at_risk(currency)
    assert client.get(PAGE, {"currency": "XXX"}).context["currency"] == "EUR"


@pytest.mark.usefixtures("leader")
def test_filters_narrow_every_block(client):
    segment = Account.objects.exclude(segment=None).first().segment
    chosen = Account.objects.filter(segment=segment)
    context = client.get(PAGE, {"segment": segment.slug}).context
    slow = expected(LAST, chosen)
    (line,) = context["lines"]
    assert line.label == segment.name
    assert {band: n for band, n in line.now.accounts.items() if n} == dict(slow)
    live = chosen.filter(archived_at=None)
    assert sum(cohort.accounts for cohort in context["cohorts"]) == live.count()
    assert context["matrix"].accounts == sum(expected(LAST, live).values())


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("scope", ["book", "team"])
def test_people_with_a_restricted_scope_count_their_own_only(client, scope):
    Organisation.objects.update(row_scope=scope)
    person = User.objects.filter(accounts_owned__isnull=False).first()
    client.force_login(person)
    own = Account.objects.visible_to(person)
    assert 0 < own.count() < Account.objects.count()

    context = client.get(PAGE, {"by": "owner"}).context

    found = Counter()
    for line in context["lines"]:
        found.update({band: n for band, n in line.now.accounts.items() if n})
    assert found == expected(LAST, own)
    live = own.filter(archived_at=None)
    assert context["matrix"].accounts == sum(expected(LAST, live).values())
    assert sum(cohort.accounts for cohort in context["cohorts"]) == live.count()


@pytest.mark.usefixtures("book")
def test_what_one_person_may_see_is_not_kept_for_another(client):
    Organisation.objects.update(row_scope="book")
    boss = UserFactory(role="leader")
    client.force_login(boss)
    everything = client.get(PAGE).context["matrix"].accounts
    client.force_login(UserFactory(role="csm"))
    assert client.get(PAGE).context["is_empty"]
    client.force_login(boss)
    assert client.get(PAGE).context["matrix"].accounts == everything


@pytest.mark.usefixtures("book")
def test_who_may_not_see_revenue_sees_no_money(client):
    client.force_login(UserFactory(role="agent"))
    page = client.get(PAGE, {"measure": "arr", "currency": "EUR"})
    assert page.context["risk"] is None
    assert "€" not in page.content.decode()
    for block in ("distribution", "movement", "breakdown"):
        text = b"".join(client.get(f"{PAGE}{block}.csv").streaming_content).decode()
        assert "ARR" not in text
        assert "Currency" not in text
        if block == "movement":
            ways = [line.split(",")[2:4] for line in text.splitlines()[1:]]
            assert len(ways) == len({tuple(way) for way in ways})


@pytest.mark.usefixtures("book")
def test_neither_order_nor_kept_figures_tell_money_to_who_may_not_see_it(client):
    client.force_login(UserFactory(role="leader"))
    assert any(cell.arr for cell in cells_shown(client))
    client.force_login(UserFactory(role="agent"))
    page = client.get(PAGE, {"by": "owner"}).context
    assert not any(cell.arr for cell in cells_shown(client))
    at_risk = [line.now.risk_accounts for line in page["lines"]]
    assert at_risk == sorted(at_risk, reverse=True)
    assert not any(line.now.total_arr for line in page["lines"])


@pytest.mark.usefixtures("leader")
def test_every_block_is_had_as_a_file_without_formulas(client):
    segment = Account.objects.exclude(segment=None).first().segment
    segment.name = "=1+1"
    segment.save()
    for block in ("distribution", "movement", "breakdown", "cohorts"):
        answer = client.get(f"{PAGE}{block}.csv")
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert len(lines) > 1
        assert block in answer["Content-Disposition"]
        if block == "breakdown":
            assert any(line.startswith("'=1+1,") for line in lines)
    assert client.get(f"{PAGE}secrets.csv").status_code == 404


@pytest.mark.usefixtures("leader")
def test_nonsense_in_the_address_does_no_harm(client):
    page = client.get(
        PAGE,
        {
            "segment": "no-such", "owner": "x", "since": "soon", "until": "1900-01-01",
            "range": "9y", "by": "name", "measure": "<b>",
        },
    )  # fmt: skip
    assert page.status_code == 200
    assert page.context["is_empty"]
    nowhere = {"before": "purple", "after": "red"}
    assert client.get(f"{PAGE}moved/", nowhere).status_code == 404
    damaged = {"before": "green", "after": "red", "cursor": "x"}
    assert client.get(f"{PAGE}moved/", damaged).status_code == 302


def test_a_leader_lands_here_and_others_on_the_accounts(client):
    for role, address in (("leader", PAGE), ("csm", "/portfolio/")):
        client.force_login(UserFactory(role=role))
        assert client.get("/").url == address


def test_before_the_first_run_the_page_says_what_will_come(client):
    client.force_login(UserFactory(role="leader"))
    page = client.get(PAGE).content.decode()
    assert "Nothing was counted in this period yet." in page


@pytest.mark.usefixtures("leader")
def test_more_accounts_take_no_more_queries(client, django_assert_max_num_queries):
    client.get(PAGE)
    cache.clear()
    with django_assert_max_num_queries(60) as few:
        client.get(PAGE)
    AccountFactory.create_batch(10)
    write_band_counts(LAST)
    cache.clear()
    with django_assert_max_num_queries(len(few)):
        client.get(PAGE)


def test_a_week_is_shown_by_its_last_known_day(db):
    days = [FIRST.replace(day=day) for day in (2, 4, 9, 13, 15, 16)]
    BandCount.objects.bulk_create(
        BandCount(day=d, currency="EUR", band="red", accounts=1, arr=0, score_sum=0,
                  scored=0)
        for d in days for _ in range(2)
    )  # fmt: skip
    assert known_days(days[1], days[4]) == days[1:5]
    assert [day.day for day in weekly(days)] == [2, 4, 15, 16]


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        ("green", "red", "worse"), ("red", "yellow", "better"), ("red", "red", "same"),
        ("new", "red", ""), ("unknown", "red", ""), ("yellow", "churned", "worse"),
        ("churned", "green", "better"),
    ],
)  # fmt: skip
def test_a_step_is_to_the_worse_or_the_better(before, after, way):
    assert way_of(before, after) == way


def test_a_place_in_the_list_does_not_tell_amounts_to_who_may_not_see_them(client):
    OrganisationFactory()
    client.force_login(UserFactory(role="agent"))
    version = ScorecardVersionFactory()
    days = (date(2024, 6, 1), date(2024, 6, 8))
    for number in range(51):
        account = AccountFactory(
            arr_amount=Decimal(1000 + number), first_seen_on=date(2024, 1, 1)
        )
        for day in days:
            SnapshotFactory(account=account, day=day, version=version)
    for day in days:
        write_band_counts(day)

    query = "?before=yellow&after=yellow&since=2024-06-01&until=2024-06-08"
    html = client.get(f"/analytics/moved/{query}").content.decode()

    cursor = html.split("cursor=")[1].split("&")[0].split('"')[0]
    packed = unquote(cursor) + "=" * (-len(unquote(cursor)) % 4)
    assert json.loads(urlsafe_b64decode(packed))[0] == "name"
