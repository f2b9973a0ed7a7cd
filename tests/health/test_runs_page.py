"""The record of runs, and the button that starts one."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from health.models import HealthRun, Snapshot
from health.services import resume_stale_runs
from tests.factories.accounts import AccountFactory
from tests.factories.health import HealthRunErrorFactory, HealthRunFactory
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db
PAGE, START = "/runs/", "/runs/start/"
NOW = datetime(2024, 6, 2, 9, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin(client):
    user = UserFactory(role="admin", name="Ada Admin")
    client.force_login(user)
    return user


def finished(**values):
    values = {"status": "finished", "finished_at": NOW} | values
    return HealthRunFactory(started_at=NOW - timedelta(seconds=41), **values)


def test_runs_are_listed_with_what_they_did(client, admin):
    finished(day=date(2024, 6, 1), accounts=1050, changed=12, started_by=admin)
    finished(status="failed", detail="Publish a default scorecard first.")

    page = client.get(PAGE).content.decode()

    for words in ("1,050", "41\N{NO-BREAK SPACE}s", "Ada Admin", "Failed"):
        assert words in page


@pytest.mark.usefixtures("admin")
def test_a_run_lists_the_accounts_it_could_not_score(client):
    run = finished(errors=1)
    account = AccountFactory(name="<b>Northwind</b>")
    HealthRunErrorFactory(run=run, account=account, message="It ends before it starts.")

    page = client.get(reverse("health:run", args=[run.public_id])).content.decode()

    assert "It ends before it starts." in page
    assert "&lt;b&gt;Northwind&lt;/b&gt;" in page


@pytest.mark.usefixtures("admin")
def test_a_failed_run_says_why(client):
    run = finished(status="failed", detail="Publish a default scorecard first.")

    page = client.get(reverse("health:run", args=[run.public_id])).content.decode()

    assert "Publish a default scorecard first." in page
    assert "keeps the last score" in page


@pytest.mark.usefixtures("admin")
def test_pages_look_again_only_while_a_run_works(client):
    done = finished()
    assert "every 3s" not in client.get(PAGE).content.decode()
    assert "every 2s" not in (
        client.get(reverse("health:run", args=[done.public_id])).content.decode()
    )

    working = HealthRunFactory(started_at=NOW, accounts=20)
    address = reverse("health:run", args=[working.public_id])

    assert "every 3s" in client.get(PAGE, headers=HTMX).content.decode()
    fragment = client.get(address, headers=HTMX).content.decode()
    assert "every 2s" in fragment
    assert "20 accounts so far" in fragment
    assert "<html" not in fragment


@pytest.mark.usefixtures("presets")
@time_machine.travel(NOW, tick=False)
def test_recompute_now_is_recorded_and_done_by_a_worker(client, admin):
    account = AccountFactory()

    answer = client.post(START, {"day": "2024-06-02"})

    run = HealthRun.objects.get()
    assert answer.url == reverse("health:run", args=[run.public_id])
    assert (run.trigger, run.started_by, run.status) == ("person", admin, "running")
    resume_stale_runs()
    run.refresh_from_db()
    assert (run.status, run.accounts) == ("finished", 1)
    assert Snapshot.objects.filter(account=account, day=run.day).exists()


@pytest.mark.usefixtures("presets", "admin")
@time_machine.travel(NOW, tick=False)
def test_a_closed_day_is_computed_again_beside_what_was_known(client):
    client.post(START, {"day": "2024-05-31", "restate": "on"})

    assert HealthRun.objects.get().is_restatement


@pytest.mark.usefixtures("admin")
@time_machine.travel(NOW, tick=False)
def test_today_cannot_be_computed_again_before_it_is_over(client):
    answer = client.post(START, {"day": "2024-06-02", "restate": "on"})

    assert answer.status_code == 422
    assert "Only a day that is over" in answer.content.decode()
    assert not HealthRun.objects.exists()


@pytest.mark.usefixtures("admin")
@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("day", ["", "2024-06-03", "tomorrow", "0001-01-01"])
def test_a_day_that_cannot_be_computed_is_refused(client, day):
    answer = client.post(START, {"day": day})

    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not HealthRun.objects.exists()


@pytest.mark.usefixtures("admin")
def test_older_runs_are_on_the_next_page(client):
    for number in range(55):
        HealthRunFactory(
            started_at=NOW - timedelta(hours=number),
            finished_at=NOW,
            status="finished",
        )

    first = client.get(PAGE).context["page"]
    second = client.get(PAGE, {"cursor": first.next}).context["page"]

    assert (len(first.rows), len(second.rows)) == (50, 5)
    assert client.get(PAGE, {"cursor": "x"}).url == PAGE


@pytest.mark.usefixtures("admin")
def test_more_runs_do_not_mean_more_queries(client, django_assert_max_num_queries):
    finished(started_by=UserFactory())
    with django_assert_max_num_queries(30) as few:
        client.get(PAGE)
    for _ in range(10):
        finished(started_by=UserFactory())

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(PAGE)


@pytest.mark.usefixtures("admin")
def test_before_the_first_run_the_page_says_what_comes(client):
    assert "Nothing was computed yet." in client.get(PAGE).content.decode()


@pytest.mark.usefixtures("admin")
def test_runs_after_a_change_have_a_page_of_their_own_unless_something_broke(client):
    whole = finished()
    change = finished(trigger="event", account_ids=[1])
    broken = finished(trigger="event", account_ids=[1], errors=1)
    published = finished(trigger="event")

    def shown(address):
        return set(client.get(address).context["page"].rows)

    assert shown(PAGE) == {whole, broken, published}
    assert shown(f"{PAGE}?kind=changes") == {change, broken}
