"""Setting health by hand on the account's page, the list, and the report."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from health.models import HealthOverride, HealthRun
from health.services import recompute, recompute_requested, set_override
from tests.factories.accounts import AccountFactory
from tests.factories.health import (
    HealthOverrideFactory,
    ScorecardVersionFactory,
    SnapshotFactory,
)
from tests.factories.organisation import UserFactory
from tests.health.course import START, Course, noon, publish_metric_card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
END = START + timedelta(days=20)
MODAL = {"HX-Request": "true", "HX-Target": "modal-body"}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(noon(START), tick=False) as traveller:
        yield traveller


@pytest.fixture
def account():
    publish_metric_card()
    return Course(name="Northwind").goes(54.2).account


@pytest.fixture
def boss(client):
    user = UserFactory(role="lead", name="Lea Lead")
    client.force_login(user)
    return user


def set_page(account) -> str:
    return reverse("health:override_set", args=[account.public_id])


def streamed(answer) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def text_of(client, name, *args) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_a_score_is_set_and_shown_at_once(client, account, boss):
    values = {"score": "80", "band": "", "reason": "They renewed.", "ends_on": END}

    answer = client.post(set_page(account), values, follow=True)

    page = answer.content.decode()
    assert "Set by hand until <time" in page
    assert "23\N{NO-BREAK SPACE}Jun</time>, computed 54.2</span></a>" in page
    assert "They renewed." in page
    account.refresh_from_db()
    assert account.health_score == Decimal("80.0")
    override = HealthOverride.objects.get()
    assert (override.set_by, override.ends_on) == (boss, END)


@pytest.mark.usefixtures("boss")
@pytest.mark.django_db(transaction=True)
def test_setting_by_hand_computes_once(client, account):
    recompute_requested()
    recompute_requested()
    before = HealthRun.objects.count()
    values = {"score": "80", "band": "", "reason": "They renewed.", "ends_on": END}

    client.post(set_page(account), values)
    recompute_requested()
    recompute_requested(now=timezone.now() + timedelta(minutes=1))

    assert HealthRun.objects.count() == before + 1


@pytest.mark.usefixtures("boss")
def test_what_is_wrong_stands_beside_the_field(client, account):
    values = {"score": "80", "band": "red", "reason": "", "ends_on": START}

    answer = client.post(set_page(account), values)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"score", "reason", "ends_on"}


@pytest.mark.usefixtures("boss")
def test_the_dialog_shows_the_form_alone_and_reloads_the_page(client, account):
    shown = client.get(set_page(account), headers=MODAL).content.decode()
    values = {"band": "red", "reason": "The sponsor left.", "ends_on": END}
    answer = client.post(set_page(account), values, headers=MODAL)

    assert "<html" not in shown
    assert "The scorecard says 54.2, Critical." in shown
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
    account.refresh_from_db()
    assert (account.health_score, account.health_band) == (Decimal("54.2"), "red")


def test_lifting_it_shows_the_computed_score_again(client, account, boss):
    override = set_override(
        account, by=boss, score=Decimal(80), reason="So.", ends_on=END
    )

    lift = reverse("health:override_lift", args=[override.public_id])
    page = client.post(lift, follow=True).content.decode()

    assert "The computed score is shown again." in page
    assert "1 earlier override" in page
    account.refresh_from_db()
    assert account.health_score == Decimal("54.2")
    again = client.post(lift, {"next": "list"}, follow=True)
    assert "This was no longer in force." in again.content.decode()


def test_who_may_not_override_reads_only(client, account):
    client.force_login(UserFactory(role="agent"))
    HealthOverrideFactory(account=account, starts_on=START, ends_on=END)

    page = text_of(client, "health:account_health", account.public_id)

    assert "Show the computed score again" not in page
    assert client.get(set_page(account)).status_code == 403


def test_the_list_has_what_is_in_force(client, account, boss):
    set_override(account, by=boss, score=Decimal(80), reason="Renewed.", ends_on=END)
    HealthOverrideFactory(
        account=AccountFactory(name="Past"), ended_at=noon(START), ended_on=START,
        end_kind="expired",
    )  # fmt: skip

    page = text_of(client, "health:overrides")

    assert "Northwind" in page
    assert "Renewed." in page
    assert "Past" not in page


@pytest.mark.usefixtures("boss")
def test_an_empty_list_says_what_it_is_for(client):
    assert "Nothing is set by hand." in text_of(client, "health:overrides")
    assert "Nothing to look back on yet." in text_of(client, "health:overrides_report")


@pytest.fixture
def past(account, boss):
    """Set to 80 when 50 was computed; 30 days after its end the scorecard says 75."""
    ended = START - timedelta(days=40)
    override = HealthOverrideFactory(
        account=account, score=Decimal(80), band="", set_by=boss,
        starts_on=ended - timedelta(days=10), ends_on=ended, ended_on=ended,
        ended_at=noon(ended), end_kind="expired",
        computed_score=Decimal(50), computed_band="orange",
    )  # fmt: skip
    version = ScorecardVersionFactory()
    for day, score in [(ended, "52.0"), (ended + timedelta(days=30), "75.0")]:
        SnapshotFactory(account=account, day=day, score=Decimal(score), version=version)
    return override


@pytest.mark.usefixtures("past")
def test_the_report_says_what_came_later(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        answer = client.get(reverse("health:overrides_report"))

    (row,) = answer.context["rows"]
    assert (row.at_first.score, row.at_end.score, row.later.score) == (50, 52, 75)
    assert (row.judgement.direction, row.judgement.verdict) == ("better", "confirmed")
    page = answer.content.decode()
    assert "Confirmed" in page
    assert "too few to judge" in page
    assert "Lea Lead" in page


@pytest.mark.usefixtures("past")
def test_the_report_as_csv(client):
    answer = client.get(reverse("health:overrides_report_csv"))

    header, line = streamed(answer).splitlines()
    assert header.startswith("account,set_by")
    assert line.startswith("Northwind,Lea Lead,2024-04-14")
    assert line.endswith("better,confirmed")


@pytest.mark.usefixtures("past")
def test_the_report_has_pages_and_a_thousand_take_no_more_queries(
    client, boss, django_assert_max_num_queries
):
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("health:overrides_report"))
    namesake, ended = UserFactory(name=boss.name), START - timedelta(days=40)
    for number in range(60):
        HealthOverrideFactory(
            set_by=namesake, starts_on=ended - timedelta(days=number + 11),
            ends_on=ended, ended_on=ended, ended_at=noon(ended), end_kind="expired",
        )  # fmt: skip

    with django_assert_max_num_queries(len(few)):
        first = client.get(reverse("health:overrides_report")).context
    second = client.get(
        reverse("health:overrides_report"), {"cursor": first["page"].next}
    ).context

    rows = [*first["rows"], *second["rows"]]
    days = [row.override.starts_on for row in rows]
    assert (len(first["rows"]), len(rows)) == (50, 61)
    assert days == sorted(days, reverse=True)
    # Two people of the same name are two people.
    assert [each.all for each in first["report"].by_person] == [60, 1]
    damaged = client.get(reverse("health:overrides_report"), {"cursor": "x"})
    assert damaged.status_code == 302


def test_one_in_force_for_thirty_days_is_judged_today(client, account, boss):
    HealthOverrideFactory(
        account=account, score=None, band="green", set_by=boss, computed_band="orange",
        starts_on=START - timedelta(days=30), ends_on=END,
    )  # fmt: skip
    HealthOverrideFactory(
        account=AccountFactory(), starts_on=START - timedelta(days=29), ends_on=END
    )

    (row,) = client.get(reverse("health:overrides_report")).context["rows"]

    assert (row.later_on, row.later.band) == (START, "orange")
    assert row.judgement.verdict == "not_confirmed"


def test_the_chart_and_the_day_show_what_was_shown(client, account, boss):
    set_override(account, by=boss, score=Decimal(80), reason="So.", ends_on=END)
    recompute(day=START, trigger="event", account_ids=[account.pk])

    answer = client.get(reverse("health:account_health", args=[account.public_id]))

    assert answer.context["course"].points[-1] == (START, 80.0)
    assert "set by hand, computed 54.2, Critical" in answer.content.decode()
    csv = client.get(reverse("health:account_health_csv", args=[account.public_id]))
    assert csv.content.decode().splitlines()[-1] == (
        "2024-06-03,80.0,green,100.0,"
        f"{answer.context['newest'].version.scorecard.name},1,yes,yes,54.2,orange"
    )
    assert date(2024, 6, 3) == START


def test_the_portfolio_marks_a_score_set_by_hand(client, account, boss):
    set_override(account, by=boss, score=Decimal(80), reason="So.", ends_on=END)
    recompute(day=START, trigger="event", account_ids=[account.pk])

    page = client.get("/portfolio/?owner=").content.decode()

    assert "Set by hand, computed 54.2" in page
