"""The usage tab: figures, chart with its table, features and product users."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from organisation.clock import today
from tests.factories.accounts import AccountFactory, PlanFactory, PlanFeatureFactory
from tests.factories.organisation import UserFactory
from tests.factories.usage import (
    AccountDayFactory,
    FeatureFactory,
    FeatureWeekFactory,
    ProductUserFactory,
    UsageFeedFactory,
    UserWeekFactory,
)
from usage.charts import daily_figure, running_mean
from usage.queries import (
    Day,
    active_users_between,
    adoption,
    days_of,
    feature_uses,
    last_active_days,
    product_users,
    weekly_active_users,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2024, 6, 3)


def test_days_without_a_row_are_zero():
    account = AccountFactory()
    AccountDayFactory(account=account, day=MONDAY, active_users=3, events=9)

    days = days_of(account, MONDAY - timedelta(days=1), MONDAY + timedelta(days=1))

    assert [day.active_users for day in days] == [0, 3, 0]


def test_weekly_active_users_count_people_per_week():
    account = AccountFactory()
    for _ in range(2):
        UserWeekFactory(product_user=ProductUserFactory(account=account), week=MONDAY)
    UserWeekFactory(product_user__account=AccountFactory(), week=MONDAY)

    assert weekly_active_users(account, MONDAY + timedelta(days=3), weeks=2) == [0, 2]


def test_the_edges_of_a_window_are_days_not_weeks():
    account = AccountFactory()
    user = ProductUserFactory(account=account)
    UserWeekFactory(product_user=user, week=MONDAY, days=0b0000001)

    assert active_users_between(account, MONDAY, MONDAY) == 1
    assert (
        active_users_between(account, MONDAY + timedelta(1), MONDAY + timedelta(6)) == 0
    )


def test_features_compare_with_the_thirty_days_before():
    account = AccountFactory(plan=PlanFactory())
    reports, boards = FeatureFactory(name="Reports"), FeatureFactory(name="Boards")
    last = MONDAY + timedelta(days=6)
    counts = [0, 0, 0, 0, 0, 0, 6]
    FeatureWeekFactory(
        account=account, feature=reports, week=MONDAY, days=64, events_by_day=counts
    )
    FeatureWeekFactory(
        account=account,
        feature=reports,
        week=MONDAY - timedelta(weeks=5),
        days=64,
        events_by_day=[0, 0, 0, 0, 0, 0, 12],
    )
    FeatureWeekFactory(
        account=account,
        feature=boards,
        week=MONDAY - timedelta(weeks=6),
        days=1,
        events_by_day=[5, 0, 0, 0, 0, 0, 0],
    )
    for name in ("Reports", "Boards", "Exports"):
        PlanFeatureFactory(plan=account.plan, feature=name)
    PlanFeatureFactory(plan=account.plan, feature="Old", valid_to=MONDAY)

    uses = feature_uses(account, last)

    assert [(use.name, use.events, use.change) for use in uses] == [
        ("Reports", 6, -50),
        ("Boards", 0, -100),
    ]
    found = adoption(account, uses, last)
    assert (found.used, sorted(found.unused)) == (["Reports"], ["Boards", "Exports"])
    assert round(found.rate) == 33


def test_a_plan_without_core_features_has_no_rate():
    assert adoption(AccountFactory(), [], MONDAY).rate is None


def test_product_users_carry_their_last_day():
    account = AccountFactory()
    user = ProductUserFactory(account=account)
    UserWeekFactory(product_user=user, week=MONDAY, days=0b0000101, events=4)
    UserWeekFactory(product_user=user, week=MONDAY - timedelta(weeks=1), events=3)
    silent = ProductUserFactory(account=account)

    rows = list(product_users(account, MONDAY + timedelta(days=6)))

    assert {row.pk: row.events for row in rows} == {user.pk: 7, silent.pk: 0}
    assert last_active_days(rows) == {user.pk: MONDAY + timedelta(days=2)}


def test_the_mean_of_a_week_runs_along():
    assert running_mean([7, 0, 0, 0, 0, 0, 0, 0]) == [
        7,
        3.5,
        2.33,
        1.75,
        1.4,
        1.17,
        1,
        0,
    ]


def test_the_figure_has_one_bar_per_day_and_whole_numbers():
    figure = daily_figure(
        [Day(MONDAY, 2), Day(MONDAY + timedelta(1), 0)], "active_users", "x"
    )

    bars, line = figure["data"]
    assert (bars["y"], line["y"]) == ([2, 0], [2, 1])
    assert figure["layout"]["yaxis"]["dtick"] == 1


def test_the_page_shows_silence_up_to_yesterday(client):
    yesterday = today() - timedelta(days=1)
    account = AccountFactory(health_day=yesterday, licensed_seats=10)
    UsageFeedFactory(account=account, last_day=yesterday - timedelta(days=60))
    client.force_login(UserFactory())

    answer = client.get(reverse("usage:account_usage", args=[account.public_id]))

    assert answer.context["last"] == yesterday
    assert answer.context["active"] == 0
    assert answer.context["table"][0][0] == f"{yesterday:%Y-%m-%d}"


def test_history_that_ended_long_ago_is_shown_as_of_then(client):
    account = AccountFactory(health_day=MONDAY)
    UsageFeedFactory(account=account, last_day=MONDAY - timedelta(days=3))
    client.force_login(UserFactory())

    answer = client.get(
        reverse("usage:account_usage", args=[account.public_id]),
        {"metric": "sessions", "days": "30", "cursor": "broken"},
    )

    assert answer.context["last"] == MONDAY
    assert len(answer.context["table"]) == 30
    assert answer.context["metric"] == "sessions"


def test_an_account_without_usage_says_so(client):
    client.force_login(UserFactory())

    answer = client.get(
        reverse("usage:account_usage", args=[AccountFactory().public_id])
    )

    assert b"No usage has arrived" in answer.content
