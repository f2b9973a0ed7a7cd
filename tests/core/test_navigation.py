"""The side bar: who sees which entry, and which one is lit."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from core import context_processors
from core.context_processors import Entry, navigation
from health.models import HealthRun
from organisation.models import User
from tests.factories.organisation import OrganisationFactory, UserFactory


def person(*allowed: str) -> SimpleNamespace:
    return SimpleNamespace(
        is_authenticated=True,
        theme="dark",
        has_perm_code=lambda permission: permission in allowed,
    )


def request_of(user, view_name="", cookie=""):
    request = RequestFactory().get("/")
    request.user = user
    request.resolver_match = SimpleNamespace(view_name=view_name) if view_name else None
    if cookie:
        request.COOKIES["cs_theme"] = cookie
    return request


def test_nobody_signed_in_means_no_side_bar():
    context = navigation(request_of(AnonymousUser()))
    assert context == {"theme": ""}


def test_the_cookie_wins_over_the_setting_of_the_person(db):
    dark = UserFactory(theme="dark")
    assert navigation(request_of(dark))["theme"] == "dark"
    assert navigation(request_of(dark, cookie="light"))["theme"] == "light"
    assert navigation(request_of(dark, cookie="system"))["theme"] == ""
    assert navigation(request_of(dark, cookie="<script>"))["theme"] == ""


def test_entries_without_permission_or_page_are_left_out(db):
    people = User.objects.filter(pk=UserFactory().pk)
    entries = (
        Entry("Theme", "core:theme", "sun", "may_theme"),
        Entry("Secret", "core:theme", "lock", "may_not"),
        Entry("Unbuilt", "core:not_there_yet", "home"),
        Entry("Gallery", "core:components_gallery", "eye", rows=lambda user: people),
    )
    links = context_processors._links(entries, person("may_theme"))
    assert [link.label for _, link in links] == ["Theme", "Gallery"]
    unread = context_processors._count(links, lambda user: people.none(), None, "me")
    assert [link.count for _, link in links] == [0, 1]
    assert unread == 0


def test_settings_lead_a_team_lead_to_the_page_they_may_open(client, db):
    def settings_of(role):
        client.force_login(UserFactory(role=role))
        sections = client.get("/tickets/").context["navigation"]()
        links = [link for _label, links in sections for link in links]
        return [link.href for link in links if link.label == "Settings"]

    assert settings_of("admin") == ["/settings/"]
    assert settings_of("lead") == ["/settings/sla/"]
    assert settings_of("csm") == []
    client.force_login(UserFactory(role="lead"))
    assert client.get("/settings/sla/").status_code == 200


def test_the_entry_that_covers_a_page_most_exactly_is_lit():
    wide = Entry("Accounts", "reports:portfolio", "home", covers=("accounts:*",))
    exact = Entry(
        "Segments", "accounts:segments", "tags", covers=("accounts:segment*",)
    )
    fit = context_processors._fit
    assert fit(wide, "accounts:account_detail") > 0
    assert fit(exact, "accounts:segment_edit") > fit(wide, "accounts:segment_edit")
    assert fit(wide, "accountsummary") == 0
    assert fit(wide, "") == 0


def test_the_side_bar_of_an_administrator_opens_every_page_it_names(db):
    OrganisationFactory()
    admin = UserFactory(role="admin")
    context = navigation(request_of(admin, view_name="health:calculator"))
    links = [link for _, links in context["navigation"]() for link in links]
    assert [link.label for link in links if link.is_on] == ["Calculator"]
    assert len(context["navigation_main"]()) <= 4
    assert len({link.href for link in links}) == len(links)
    assert context["scores_of"]() is None


def test_a_support_agent_is_not_shown_what_an_administrator_runs(db):
    OrganisationFactory()
    context = navigation(request_of(UserFactory(role="agent")))
    labels = {link.label for _, links in context["navigation"]() for link in links}
    assert "Portfolio" in labels
    assert labels.isdisjoint({"Runs", "Settings", "Imports"})


def test_the_top_bar_names_the_last_whole_run(db):
    OrganisationFactory()
    finished = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
    HealthRun.objects.create(
        day=finished.date(),
        trigger=HealthRun.Trigger.NIGHTLY,
        status=HealthRun.Status.FINISHED,
        started_at=finished,
        finished_at=finished,
    )
    HealthRun.objects.create(
        day=finished.date(),
        trigger=HealthRun.Trigger.EVENT,
        status=HealthRun.Status.FINISHED,
        started_at=finished,
        finished_at=finished + timedelta(hours=1),
        account_ids=[1],
    )
    context = navigation(request_of(UserFactory()))
    assert context["scores_of"]() == finished


def test_a_piece_of_a_page_counts_nothing_for_the_side_bar(client, db):
    client.force_login(UserFactory(role="agent"))
    page = client.get("/tickets/")
    assert page.context["navigation"]()
    with CaptureQueriesContext(connection) as asked:
        client.get("/tickets/counts/", headers={"HX-Request": "true"})
    assert not [each for each in asked if "health_alert" in each["sql"]]
