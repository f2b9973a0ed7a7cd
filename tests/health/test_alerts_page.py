"""The list of alerts, and what people do with them."""

from datetime import UTC, datetime, timedelta

import pytest

from events.models import Event
from health.models import Alert
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import AlertFactory, AlertRuleFactory
from tests.factories.organisation import (
    OrganisationFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PAGE, ACKNOWLEDGE, CLOSE = "/alerts/", "/alerts/acknowledge/", "/alerts/close/"
NOON = datetime(2024, 6, 2, 12, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def csm(client):
    user = UserFactory(role="csm", name="Mara Okafor")
    client.force_login(user)
    return user


def shown(client, tab="all", **filters):
    answer = client.get(PAGE, {"tab": tab, **filters})
    return [alert.summary for alert in answer.context["page"].rows]


@pytest.mark.usefixtures("csm")
def test_open_alerts_are_listed_the_newest_first(client):
    AlertFactory(summary="old", opened_at=NOON)
    AlertFactory(summary="new", opened_at=NOON + timedelta(hours=1))
    AlertFactory(summary="gone", closed_at=NOON, close_reason="Better again.")

    assert shown(client) == ["new", "old"]
    assert shown(client, "closed") == ["gone"]
    assert "Better again." in client.get(PAGE, {"tab": "closed"}).content.decode()


def test_each_tab_has_its_own_part(client):
    team = TeamFactory()
    me = UserFactory(role="csm", team=team)
    mate = UserFactory(role="csm", team=team)
    client.force_login(me)
    own = AccountFactory(owner=me)
    AlertFactory(summary="owned", account=own)
    AlertFactory(summary="given", account=AccountFactory(owner=mate), assignee=me)
    AlertFactory(summary="given away", account=own, assignee=UserFactory())
    AlertFactory(summary="mate's", account=AccountFactory(owner=mate))
    AlertFactory(summary="queue", account=AccountFactory(team=team))
    AlertFactory(summary="nobody's")
    AlertFactory(summary="later", account=own, snoozed_at=NOON)
    AlertFactory(summary="over", account=own, closed_at=NOON, close_reason="Done.")

    answer = client.get(PAGE)

    assert sorted(shown(client, "mine")) == ["given", "owned"]
    assert sorted(shown(client, "team")) == ["given", "mate's", "owned", "queue"]
    assert sorted(shown(client, "unassigned")) == ["nobody's", "queue"]
    assert len(shown(client)) == 6
    assert shown(client, "snoozed") == ["later"]
    assert shown(client, "closed") == ["over"]
    assert [tab["count"] for tab in answer.context["tabs"]] == [2, 4, 2, 6, 1, ""]


@pytest.mark.parametrize(
    ("role", "tab"), [("csm", "mine"), ("lead", "mine"), ("leader", "all")]
)
def test_the_inbox_opens_with_ones_own_work(client, role, tab):
    client.force_login(UserFactory(role=role))

    assert client.get(PAGE).context["inbox"].tab == tab


def test_filters_narrow_the_list(client, csm):
    high = AlertRuleFactory(key="band", severity="high")
    segment = SegmentFactory(slug="top")
    AlertFactory(
        summary="mine",
        account=AccountFactory(owner=csm, segment=segment, name="Kestrel Bank"),
        rule=high,
    )
    AlertFactory(summary="seen", acknowledged_at=NOON)
    other = AlertFactory(summary="up", escalated_at=NOON)

    assert shown(client, severity="high") == ["mine"]
    assert shown(client, rule="band") == ["mine"]
    assert shown(client, segment="top") == ["mine"]
    assert shown(client, who=csm.public_id) == ["mine"]
    assert shown(client, q="kestr") == ["mine"]
    assert shown(client, state="acknowledged") == ["seen"]
    assert shown(client, state="escalated") == ["up"]
    assert shown(client, account=other.account.public_id) == ["up"]
    nonsense = {"severity": "<b>", "rule": "x y", "account": "x", "who": "x"}
    assert len(shown(client, state="?", **nonsense)) == 3


def test_a_filter_without_a_tab_looks_at_everything_open(client, csm):
    other = AlertFactory(summary="hers")

    answer = client.get(PAGE, {"account": other.account.public_id})

    assert [alert.summary for alert in answer.context["page"].rows] == ["hers"]


@pytest.mark.usefixtures("csm")
def test_the_list_is_ordered_as_asked(client):
    big = AccountFactory(arr_amount=900)
    low = AlertRuleFactory(key="low", severity="low")
    AlertFactory(summary="rich", account=big, rule=low, opened_at=NOON)
    high = AlertRuleFactory(key="high", severity="high")
    AlertFactory(summary="bad", rule=high, opened_at=NOON - timedelta(hours=1))

    assert shown(client) == ["rich", "bad"]
    assert shown(client, sort="severity") == ["bad", "rich"]
    assert shown(client, sort="arr") == ["rich", "bad"]
    client.force_login(UserFactory(role="agent"))
    assert "ARR" not in client.get(PAGE, {"sort": "arr"}).content.decode()


def test_a_saved_view_stands_above_the_list(client, csm):
    view = {"page": "alerts", "name": "Loud ones", "query": "tab=all&severity=high"}
    client.post("/views/new/", view)

    answer = client.get(PAGE, {"severity": "high", "tab": "all"})

    (chip,) = answer.context["view_chips"]
    assert (chip["label"], chip["is_on"]) == ("Loud ones", True)
    assert not answer.context["can_save"]


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
        {"chosen": [first.public_id, second.public_id], "back": "tab=all&x=1"},
    )

    assert answer.url == "/alerts/?tab=all&x=1"
    done = Alert.objects.filter(acknowledged_by=csm)
    assert set(done) == {first, second}
    assert Event.objects.filter(kind="alert_acknowledged", actor_id=csm.pk).count() == 2
    page = client.get(PAGE, {"tab": "all"}).content.decode()
    assert page.count("Mara Okafor") > 1
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
    assert done["HX-Retarget"] == "#inbox"
    assert done["HX-Trigger"] == "closeModal"
    assert "1 alert closed." in done.content.decode()


@pytest.mark.usefixtures("csm")
@pytest.mark.parametrize("place", ["alert", "account"])
def test_an_action_leads_back_to_where_it_was_started(client, place):
    alert = AlertFactory()
    data = {"chosen": alert.public_id, "place": place}
    page = {
        "alert": f"/alerts/{alert.public_id}/",
        "account": f"/accounts/{alert.account.public_id}/",
    }[place]

    assert client.post(ACKNOWLEDGE, data).url == page
    live = client.post(ACKNOWLEDGE, data, headers=HTMX)
    assert (live.status_code, live["HX-Refresh"]) == (204, "true")


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
    assert "/alerts/acknowledge/" not in page
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

    first = client.get(PAGE, {"tab": "all"})
    second = client.get(first.context["next_url"], headers=HTMX)
    back = client.get(second.context["previous_url"])

    rows = [*first.context["page"].rows, *second.context["page"].rows]
    assert [alert.summary for alert in rows] == [str(n) for n in range(59, -1, -1)]
    assert "<html" not in second.content.decode()
    assert back.context["page"].rows == first.context["page"].rows


@pytest.mark.usefixtures("csm")
def test_a_damaged_place_begins_the_list_again(client):
    AlertFactory(summary="still here")

    assert shown(client, cursor="x") == ["still here"]


@pytest.mark.usefixtures("csm")
def test_a_page_whose_rows_were_dealt_with_shows_the_first_one(client):
    for number in range(51):
        AlertFactory(summary=str(number), opened_at=NOON + timedelta(minutes=number))
    last = client.get(client.get(PAGE, {"tab": "all"}).context["next_url"])
    (alert,) = last.context["page"].rows

    data = {"chosen": alert.public_id, "back": last.context["back"], "reason": "Done."}
    answer = client.post(CLOSE, data, headers=HTMX)

    assert len(answer.context["page"].rows) == 50


@pytest.mark.usefixtures("csm")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Nothing waits for you."),
        ("tab=all", "Nothing is open."),
        ("tab=unassigned", "Every alert has somebody."),
        ("tab=snoozed", "Nothing is snoozed."),
        ("tab=closed", "No alert was closed yet."),
        ("severity=high", "matches these filters"),
    ],
)
def test_an_empty_list_says_what_that_means(client, query, words):
    assert words in client.get(f"{PAGE}?{query}").content.decode()


@pytest.mark.usefixtures("csm")
def test_more_alerts_do_not_mean_more_queries(client, django_assert_max_num_queries):
    def make(count):
        for _ in range(count):
            AlertFactory(
                account=AccountFactory(owner=UserFactory()),
                rule=AlertRuleFactory(),
                acknowledged_at=NOON,
                acknowledged_by=UserFactory(),
                assignee=UserFactory(),
                escalated_at=NOON,
                escalated_to=UserFactory(),
            )

    make(5)
    with django_assert_max_num_queries(40) as few:
        client.get(PAGE, {"tab": "all"})
    make(10)

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(PAGE, {"tab": "all"})


def test_the_side_bar_counts_what_waits_for_one(client, csm):
    AlertFactory.create_batch(3, account=AccountFactory(owner=csm))
    AlertFactory()

    page = client.get("/scorecards/").content.decode()

    assert '<span class="n">3' in page or ">3</span>" in page
