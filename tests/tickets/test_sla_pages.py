"""Pages of SLA tiers and of the desk's settings."""

import pytest
from django.urls import reverse

from organisation.calendar_services import update_calendar
from tests.factories.accounts import AccountFactory, PlanFactory
from tests.factories.organisation import OrganisationFactory, TeamFactory, UserFactory
from tests.tickets.clock_world import HOUR, MONDAY, Desk, clock, promise
from tickets.models import ClockRebuild, SlaTier, SupportLevel, SupportSettings
from tickets.services.rebuild import continue_rebuilds
from tickets.sla_forms import TargetsForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client):
    OrganisationFactory()
    user = UserFactory(role="lead")
    client.force_login(user)
    return user


def matrix(version, **changes):
    """What the page sends for a version, with some cells changed."""
    form = TargetsForm(version=version)
    values = {name: form[name].value() or "" for name in form.fields}
    values.pop("recompute")
    return values | changes


def page(name, tier):
    return reverse(f"tickets:{name}", args=[tier.public_id])


def test_the_tiers_are_listed_with_whom_they_are_for(client, lead):
    text = client.get(reverse("tickets:sla_tiers")).content.decode()

    for name in ("Dedicated", "Shared", "Self-service", "everybody else"):
        assert name in text


def test_the_matrix_shows_lengths_as_people_write_them(client, lead):
    tier = SlaTier.objects.get(slug="dedicated")

    text = client.get(page("sla_tier", tier)).content.decode()

    assert 'value="30 min"' in text
    assert 'value="12 h"' in text


def test_publishing_without_recomputing_leaves_open_tickets_alone(client, lead):
    desk = Desk(promise(resolution=480))
    ticket = desk.ticket()

    answer = client.post(
        page("sla_targets", desk.tier),
        matrix(desk.version, medium_resolution="2 h", note="Sooner"),
    )

    assert answer.status_code == 302
    assert desk.tier.versions.count() == 2
    assert not ClockRebuild.objects.exists()
    assert clock(ticket).target_seconds == 480 * 60


def test_publishing_with_recomputing_moves_them(client, lead):
    desk = Desk(promise(resolution=480))
    ticket = desk.ticket()
    shown = client.get(page("sla_tier", desk.tier)).content.decode()
    assert "1 open ticket runs by this tier" in shown

    client.post(
        page("sla_targets", desk.tier),
        matrix(desk.version, medium_resolution="2 h", recompute="on"),
    )
    continue_rebuilds(MONDAY + HOUR)

    assert clock(ticket).due_at == MONDAY + 2 * HOUR


@pytest.mark.parametrize("text", ["soon", "0 min", "4"])
def test_a_length_that_makes_no_sense_is_named_beside_its_cell(client, lead, text):
    tier = SlaTier.objects.get(slug="shared")

    answer = client.post(
        page("sla_targets", tier),
        matrix(tier.versions.get(), high_resolution=text),
    )

    assert answer.status_code == 422
    assert "such as 4 h or 30 min" in answer.content.decode()
    assert tier.versions.count() == 1


def test_a_tier_without_any_target_is_refused(client, lead):
    desk = Desk(promise(resolution=480))
    empty = {
        name: "" if name.endswith("_resolution") else value
        for name, value in matrix(desk.version).items()
    }

    assert client.post(page("sla_targets", desk.tier), empty).status_code == 422


def test_a_tier_is_made_and_given_an_account_and_a_plan(client, lead):
    plan, account = PlanFactory(), AccountFactory(name="Nordwind")
    shared = SlaTier.objects.get(slug="shared")
    values = matrix(shared.versions.get()) | {"name": "Gold", "priority": "5"}

    client.post(
        reverse("tickets:sla_tier_create"),
        values | {"is_active": "on", "plans": [plan.pk]},
    )
    tier = SlaTier.objects.get(name="Gold")
    client.post(
        page("sla_tier", tier),
        {"name": "Gold", "priority": "5", "is_active": "on", "add_account": "nordwind"},
    )

    assert list(tier.accounts.all()) == [account]
    assert not tier.plans.exists()
    wrong = {"name": "Gold", "priority": "5", "add_account": "Nobody"}
    assert client.post(page("sla_tier", tier), wrong).status_code == 422


def test_default_delete_and_rebuild_have_their_buttons(client, lead):
    shared = SlaTier.objects.get(slug="shared")
    dedicated = SlaTier.objects.get(slug="dedicated")

    client.post(page("sla_tier_default", dedicated))
    client.post(page("sla_tier_delete", dedicated))
    client.post(page("sla_tier_rebuild", dedicated))
    client.post(page("sla_tier_delete", shared))

    assert SlaTier.objects.get(is_default=True) == dedicated
    assert not SlaTier.objects.filter(slug="shared").exists()
    assert ClockRebuild.objects.get().tier == dedicated


def test_a_calendar_edit_shows_how_many_tickets_would_follow(client, lead):
    desk = Desk(promise("calendar", resolution=480))
    ticket = desk.ticket()
    update_calendar(desk.calendar, by=lead, weekly={"mon": [["11:00", "23:00"]]})
    path = reverse("tickets:sla_calendar", args=[desk.calendar.public_id])

    assert "1 open ticket runs by" in client.get(path).content.decode()
    client.post(path)
    continue_rebuilds(MONDAY)

    assert clock(ticket).due_at == MONDAY + 10 * HOUR


def test_levels_and_settings_are_changed(client, lead):
    team = TeamFactory()
    values = {"auto_close_days": "5", "warn_percent": "80", "retarget_from": "change"}
    for level in SupportLevel.objects.all():
        values[f"level_{level.level}"] = "2 h"
    values |= {"is_paused_on_hold": "on", "team_4": team.pk}

    answer = client.post(reverse("tickets:support_settings"), values)

    assert answer.status_code == 302
    support = SupportSettings.objects.get()
    assert (support.auto_close_days, support.warn_percent) == (5, 80)
    assert support.is_paused_on_hold
    assert support.retarget_from == "change"
    assert SupportLevel.objects.get(level=4).team == team
    assert SupportLevel.objects.get(level=4).response_minutes == 120
    wrong = values | {"level_1": "soon"}
    assert client.post(reverse("tickets:support_settings"), wrong).status_code == 422
