"""The list of alerts, and what people do with them."""

from datetime import UTC, datetime, timedelta

import pytest

from events.models import Event
from health.models import Alert
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory
from tests.factories.health import AlertFactory, AlertRuleFactory
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE, ACKNOWLEDGE, CLOSE = "/alerts/", "/alerts/acknowledge/", "/alerts/close/"
NOON = datetime(2024, 6, 2, 12, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def csm(client):
    user = UserFactory(role="csm", name="Mara Okafor")
    client.force_login(user)
    return user


def shown(client, **filters):
    return [alert.summary for alert in client.get(PAGE, filters).context["page"].rows]


@pytest.mark.usefixtures("csm")
def test_open_alerts_are_listed_the_newest_first(client):
    AlertFactory(summary="old", opened_at=NOON)
    AlertFactory(summary="new", opened_at=NOON + timedelta(hours=1))
    AlertFactory(summary="gone", closed_at=NOON, close_reason="Better again.")

    assert shown(client) == ["new", "old"]
    assert shown(client, state="closed") == ["gone"]
    assert "Better again." in client.get(PAGE, {"state": "closed"}).content.decode()


def test_filters_narrow_the_list(client, csm):
    high = AlertRuleFactory(key="band", severity="high")
    AlertFactory(summary="mine", account=AccountFactory(owner=csm), rule=high)
    AlertFactory(summary="nobody's")
    other = AlertFactory(summary="hers", account=AccountFactory(owner=UserFactory()))

    assert shown(client, owner="me") == ["mine"]
    assert shown(client, owner="none") == ["nobody's"]
    assert shown(client, severity="high") == ["mine"]
    assert shown(client, rule="band") == ["mine"]
    assert shown(client, account=other.account.public_id) == ["hers"]
    assert len(shown(client, severity="<b>", rule="x y", account="x")) == 3


def test_alerts_of_accounts_out_of_sight_are_neither_shown_nor_touched(client, csm):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    AlertFactory(summary="mine", account=AccountFactory(owner=csm))
    theirs = AlertFactory(summary="theirs")

    client.post(ACKNOWLEDGE, {"chosen": [theirs.public_id]})
    client.post(CLOSE, {"chosen": [theirs.public_id], "reason": "No."})

    assert shown(client) == ["mine"]
    theirs.refresh_from_db()
    assert (theirs.acknowledged_at, theirs.closed_at) == (None, None)


def test_chosen_alerts_are_acknowledged_with_a_trace(client, csm):
    first, second, third = AlertFactory.create_batch(3)

    answer = client.post(
        ACKNOWLEDGE,
        {"chosen": [first.public_id, second.public_id], "back": "owner=me&x=1"},
    )

    assert answer.url == "/alerts/?owner=me&x=1"
    done = Alert.objects.filter(acknowledged_by=csm)
    assert set(done) == {first, second}
    assert Event.objects.filter(kind="alert_acknowledged", actor_id=csm.pk).count() == 2
    assert "Mara Okafor" in client.get(PAGE).content.decode()
    assert Alert.objects.get(pk=third.pk).acknowledged_at is None


def test_closing_asks_for_a_reason_first(client, csm):
    alert = AlertFactory(account=AccountFactory(name="Northwind"))

    asked = client.post(CLOSE, {"chosen": [alert.public_id]})
    refused = client.post(CLOSE, {"chosen": [alert.public_id], "reason": "  "})
    closed = client.post(
        CLOSE, {"chosen": [alert.public_id], "reason": "Called the sponsor."}
    )

    assert (asked.status_code, refused.status_code) == (200, 422)
    assert "Northwind" in asked.content.decode()
    assert "Say why the alert is closed." in refused.content.decode()
    assert closed.status_code == 302
    alert.refresh_from_db()
    assert (alert.close_reason, alert.closed_by) == ("Called the sponsor.", csm)


@pytest.mark.usefixtures("csm")
def test_one_alert_is_closed_from_its_row_in_a_dialog(client):
    alert = AlertFactory()

    dialog = client.get(CLOSE, {"chosen": alert.public_id}, headers=HTMX)
    wrong = client.post(CLOSE, {"chosen": alert.public_id, "reason": ""}, headers=HTMX)
    done = client.post(
        CLOSE, {"chosen": alert.public_id, "reason": "Done."}, headers=HTMX
    )

    assert "<html" not in dialog.content.decode()
    assert wrong.status_code == 422
    assert (done.status_code, done["HX-Refresh"]) == (204, "true")


@pytest.mark.usefixtures("csm")
def test_an_alert_closed_meanwhile_does_no_harm(client):
    gone = AlertFactory(closed_at=NOON, close_reason="Better again.")
    still = AlertFactory()
    chosen = [gone.public_id, still.public_id, "not-an-id"]

    client.post(CLOSE, {"chosen": chosen, "reason": "Done."})

    gone.refresh_from_db()
    still.refresh_from_db()
    assert (gone.close_reason, still.close_reason) == ("Better again.", "Done.")
    nothing = client.post(CLOSE, {"chosen": chosen, "reason": "Again."})
    assert nothing.url == PAGE


@pytest.mark.usefixtures("csm")
@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "\\evil"])
def test_the_way_back_never_leaves_the_list(client, back):
    answer = client.post(ACKNOWLEDGE, {"chosen": [], "back": back})

    assert answer.url.startswith("/alerts/?") or answer.url == "/alerts/"


def test_who_may_only_read_finds_no_buttons(client):
    client.force_login(UserFactory(role="agent"))
    alert = AlertFactory()

    page = client.get(PAGE).content.decode()

    assert alert.summary in page
    assert "Acknowledge" not in page
    assert client.post(ACKNOWLEDGE, {"chosen": alert.public_id}).status_code == 403
    assert client.get(CLOSE, {"chosen": alert.public_id}).status_code == 403


@pytest.mark.usefixtures("csm")
def test_names_and_summaries_stay_text(client):
    AlertFactory(
        account=AccountFactory(name="<script>alert(1)</script>"),
        summary="<img src=x onerror=alert(2)>",
    )

    page = client.get(PAGE).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.usefixtures("csm")
def test_pages_follow_each_other_without_gaps(client):
    for number in range(60):
        AlertFactory(summary=str(number), opened_at=NOON + timedelta(minutes=number))

    first = client.get(PAGE)
    second = client.get(first.context["next_url"], headers=HTMX)
    back = client.get(second.context["previous_url"])

    rows = [*first.context["page"].rows, *second.context["page"].rows]
    assert [alert.summary for alert in rows] == [str(n) for n in range(59, -1, -1)]
    assert "<html" not in second.content.decode()
    assert back.context["page"].rows == first.context["page"].rows


@pytest.mark.usefixtures("csm")
def test_a_damaged_place_begins_the_list_again(client):
    answer = client.get(PAGE, {"cursor": "x", "owner": "me"})

    assert answer.url == "/alerts/?owner=me"


@pytest.mark.usefixtures("csm")
def test_an_empty_list_says_what_that_means(client):
    assert "Nothing is open." in client.get(PAGE).content.decode()
    assert "matches these filters" in client.get(PAGE, {"owner": "me"}).content.decode()
    assert "No alert was closed yet." in (
        client.get(PAGE, {"state": "closed"}).content.decode()
    )


@pytest.mark.usefixtures("csm")
def test_more_alerts_do_not_mean_more_queries(client, django_assert_max_num_queries):
    def make(count):
        for _ in range(count):
            AlertFactory(
                account=AccountFactory(owner=UserFactory()),
                rule=AlertRuleFactory(),
                acknowledged_at=NOON,
                acknowledged_by=UserFactory(),
            )

    make(5)
    with django_assert_max_num_queries(40) as few:
        client.get(PAGE)
    make(10)

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(PAGE)


@pytest.mark.usefixtures("csm")
def test_the_side_bar_counts_what_is_open(client):
    AlertFactory.create_batch(3)

    page = client.get("/scorecards/").content.decode()

    assert '<span class="n">3' in page or ">3</span>" in page
