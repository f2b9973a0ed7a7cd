"""The pages of alert rules: reading them, switching and changing them."""

import pytest

from health.models import AlertRule
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import AlertChannelFactory, AlertFactory
from tests.factories.organisation import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
PAGE = "/alerts/rules/"
RULE = "/alerts/rules/renewal-low-score/"


@pytest.fixture
def ops(client):
    user = UserFactory(role="operations")
    client.force_login(user)
    return user


def rule():
    return AlertRule.objects.get(key="renewal-low-score")


def typed(**changes):
    """The form as the page sends it, with some answers changed."""
    row = rule()
    return {
        "is_on": "on",
        "severity": row.severity,
        "enter_value": row.enter_value,
        "leave_value": row.leave_value,
        "window_days": row.window_days,
        "cool_down_days": row.cool_down_days,
        "sends_email": "on",
        "escalate_after_days": "",
        "version": row.version,
    } | changes


@pytest.mark.usefixtures("ops")
def test_every_rule_says_when_it_opens_and_closes(client):
    AlertFactory(rule=rule())

    answer = client.get(PAGE)
    page = answer.content.decode()

    assert len(answer.context["lines"]) == AlertRule.objects.count()
    for words in (
        "Opens below 60 points",
        "Closes at 65 points or more",
        "Opens when the band gets worse",
        "Opens at a change of −10 points or worse",
        "Opens at 14 days or more",
        "Opens below 70",
    ):
        assert words in page
    (line,) = [each for each in answer.context["lines"] if each["rule"] == rule()]
    assert line["open"] == 1


@pytest.mark.usefixtures("ops")
def test_a_rule_is_switched_off_and_on(client):
    client.post(f"{RULE}switch/", {"is_on": "0"})
    assert not rule().is_on

    answer = client.post(f"{RULE}switch/", {"is_on": "1"}, follow=True)

    assert rule().is_on
    assert "is on." in answer.content.decode()


@pytest.mark.usefixtures("ops")
def test_a_rule_is_changed(client):
    segment, channel = SegmentFactory(slug="top"), AlertChannelFactory()
    data = typed(
        enter_value="55", leave_value="62.5", segments=["top"], severity="low",
        channels=[str(channel.public_id)], escalate_after_days="5", sends_email="",
    )  # fmt: skip
    del data["sends_email"]

    assert client.post(f"{RULE}save/", data).url == PAGE

    row = rule()
    assert (row.enter_value, row.leave_value, row.window_days) == (55.0, 62.5, 90)
    assert (row.severity, row.sends_email, row.escalate_after_days) == ("low", False, 5)
    assert (list(row.segments.all()), list(row.channels.all())) == (
        [segment],
        [channel],
    )


@pytest.mark.usefixtures("ops")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"enter_value": ""}, "enter_value"),
        ({"enter_value": "much"}, "enter_value"),
        ({"enter_value": "nan"}, "enter_value"),
        ({"enter_value": "120"}, "enter_value"),
        ({"leave_value": "50"}, "leave_value"),
        ({"window_days": "0"}, "window_days"),
        ({"cool_down_days": "-1"}, "cool_down_days"),
        ({"escalate_after_days": "0"}, "escalate_after_days"),
        ({"severity": "huge"}, "severity"),
        ({"segments": ["nowhere"]}, "segments"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(client, changes, field):
    before = rule().version

    answer = client.post(f"{RULE}save/", typed(**changes))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert rule().version == before


@pytest.mark.usefixtures("ops")
def test_a_change_meanwhile_is_not_overwritten(client):
    stale = typed(enter_value="50")
    client.post(f"{RULE}save/", typed(enter_value="58"))

    answer = client.post(f"{RULE}save/", stale)

    assert answer.status_code == 422
    assert "Somebody else changed this rule." in answer.content.decode()
    assert rule().enter_value == 58.0
    again = answer.context["form"].data
    assert client.post(f"{RULE}save/", again).status_code == 302


@pytest.mark.usefixtures("ops")
def test_a_rule_has_only_the_fields_of_its_values(client):
    fields = client.get("/alerts/rules/entered-worse-band/").context["form"].fields

    assert "leave_value" in fields
    assert "enter_value" not in fields
    assert "window_days" not in fields
    assert client.get("/alerts/rules/nothing-like-it/").status_code == 404


@pytest.mark.parametrize("role", ["csm", "leader", "agent"])
def test_others_read_the_rules_and_change_nothing(client, role):
    client.force_login(UserFactory(role=role))

    page = client.get(PAGE).content.decode()
    form = client.get(RULE).context["form"]

    assert "switch/" not in page
    assert all(field.disabled for field in form.fields.values())
    assert client.post(f"{RULE}switch/", {"is_on": "0"}).status_code == 403
    assert client.post(f"{RULE}save/", typed()).status_code == 403


@pytest.mark.usefixtures("ops")
def test_more_links_do_not_mean_more_queries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(40) as few:
        client.get(PAGE)
    for row in AlertRule.objects.all():
        row.segments.set([SegmentFactory(), SegmentFactory()])
        row.channels.set([AlertChannelFactory()])
        AlertFactory(rule=row)

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(PAGE)


@pytest.mark.usefixtures("ops")
def test_typed_values_say_for_how_many_accounts_they_would_hold(client):
    segment = SegmentFactory(slug="top")
    known = {"health_band": "yellow", "health_band_30d": "green", "health_score": 60}
    AccountFactory(health_change_30d=-20, segment=segment, **known)
    AccountFactory(health_change_30d=-8, **known)
    AccountFactory(health_change_30d=-20, is_churned=True, **known)
    row = AlertRule.objects.get(key="fell-in-30-days")
    data = typed(enter_value="-10", leave_value="-5", version=row.version)
    del data["window_days"]

    def said(**changes):
        address = "/alerts/rules/fell-in-30-days/preview/"
        return client.post(address, data | changes).content.decode()

    assert "<strong>1</strong> of 2 accounts" in said()
    assert "<strong>2</strong> of 2 accounts" in said(enter_value="-6")
    assert "<strong>1</strong> of 1 account" in said(segments=["top"])
    assert "hold" not in said(enter_value="5")
    band = "/alerts/rules/entered-worse-band/preview/"
    assert "hold" not in client.post(band, data).content.decode()
