"""Scorecards over the API: made, drafted, tried, published, compared, put in order."""

import json

import pytest

from health.definition import definition_to_json, parse_definition
from health.models import HealthRun, Scorecard
from health.services.scorecards import (
    StaleDraft,
    discard_draft,
    save_draft,
    start_draft,
)
from organisation.token_services import create_token
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.organisation import UserFactory
from tests.health.test_scorecards import changed, ready

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
BASE = "/api/v1/scorecards/"


@pytest.fixture
def by():
    return UserFactory(role="operations")


@pytest.fixture
def call(client, by):
    return caller(client, by)


def caller(client, user, scopes=("health:write",)):
    token = create_token(user=user, name="t", scopes=list(scopes), by=None).text

    def ask(method, path="", body=None, **headers):
        return client.generic(
            method,
            BASE + path,
            None if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"} | headers,
        )

    return ask


@pytest.fixture
def standard():
    return Scorecard.objects.get(slug="standard")


def test_a_scorecard_is_created_and_copied(call):
    empty = call("POST", body={"name": "Mine"})
    copy = call("POST", body={"name": "Ours", "slug": "ours", "copy_from": "standard"})
    taken = call("POST", body={"name": "Ours", "slug": "ours"})
    nothing = call("POST", body={"name": "x", "copy_from": "nobody"})

    assert (empty.status_code, empty.json()["slug"]) == (201, "mine")
    assert (copy.status_code, copy.json()["version"]) == (201, None)
    assert copy.json()["versions"][0]["status"] == "draft"
    assert taken.json()["errors"][0]["pointer"] == "/slug"
    assert nothing.json()["errors"][0]["pointer"] == "/copy_from"


def test_a_draft_is_written_with_if_match_and_read_with_its_problems(call, standard):
    version = standard.versions.get()
    body = {"definition": changed(version)}

    written = call("PUT", "standard/draft/", body)
    stale = call("PUT", "standard/draft/", body, **{"If-Match": '"1"'})
    read = call("GET", "standard/draft/")

    assert written.status_code == 200
    assert written.json()["edits"] == 2
    assert written["ETag"] == '"2"'
    assert (stale.status_code, stale["ETag"]) == (412, '"2"')
    assert read.json()["problems"] == [
        {"path": "dimensions", "message": "Weights sum to 95, not to 100."}
    ]


def test_what_cannot_be_read_is_pointed_at(call, standard):
    broken = changed(standard.versions.get(), "heavy")

    answer = call("PUT", "standard/draft/", {"definition": broken})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "pointer": "/definition/dimensions/0/weight",
            "detail": "This must be a number.",
        }
    ]
    assert call("GET", "standard/draft/").status_code == 404


def test_publishing_is_refused_until_it_is_ready_and_says_why(call, standard):
    version = standard.versions.get()
    call("PUT", "standard/draft/", {"definition": changed(version)})

    silent = call("POST", "standard/draft/publish/", {})
    early = call("POST", "standard/draft/publish/", {"note": "Less"})
    call("PUT", "standard/draft/", {"definition": ready(version)})
    done = call("POST", "standard/draft/publish/", {"note": "Bent"})

    assert silent.json()["errors"][0]["pointer"] == "/note"
    assert early.json()["errors"][0] == {
        "pointer": "/definition/dimensions",
        "detail": "Weights sum to 95, not to 100.",
    }
    assert (done.status_code, done.json()["status"]) == (200, "published")
    assert not HealthRun.objects.exists()
    versions = call("GET", "standard/versions/").json()["results"]
    assert [(v["number"], v["status"], v["note"]) for v in versions] == [
        (2, "published", "Bent"),
        (1, "archived", "Shipped with the platform."),
    ]


def test_nothing_new_is_not_published(call, standard, by):
    start_draft(standard, by=by)

    answer = call("POST", "standard/draft/publish/", {"note": "Why not"})

    assert answer.status_code == 409


def test_a_draft_is_discarded(call, standard, by):
    start_draft(standard, by=by)

    assert call("DELETE", "standard/draft/").status_code == 204
    assert call("DELETE", "standard/draft/").status_code == 404


def test_the_preview_counts_bands_and_names_who_moves(call, standard, by):
    draft = start_draft(standard, by=by)
    save_draft(draft, by=by, definition=ready(draft))
    AccountFactory()

    answer = call("GET", "standard/draft/preview/").json()

    assert (answer["scored"], answer["moved"], answer["accounts"]) == (1, 0, [])
    assert sum(band["after"] for band in answer["bands"]) == 1
    assert sum(cell["accounts"] for cell in answer["matrix"]) == 1


def test_two_versions_are_compared(call, standard, by):
    draft = start_draft(standard, by=by)
    save_draft(draft, by=by, definition=ready(draft))

    answer = call("GET", "standard/diff/?first=1&second=2").json()
    odd = call("GET", "standard/diff/?first=1&second=x")

    usage = answer["dimensions"][0]
    assert usage["state"] == "changed"
    assert [i["state"] for i in usage["indicators"]].count("changed") == 1
    assert odd.json()["errors"][0]["parameter"] == "second"


def test_use_and_order_are_set(call):
    segment = SegmentFactory()
    body = {"is_active": True, "segments": [segment.slug]}

    used = call("PATCH", "six-signals/", body)
    call("PATCH", "balanced-four/", {"is_active": True, "name": "Four"})
    wrong = call("PUT", "order/", {"scorecards": ["six-signals"]})
    order = call("PUT", "order/", {"scorecards": ["balanced-four", "six-signals"]})

    assert used.json()["segments"] == [segment.slug]
    assert (wrong.status_code, order.status_code) == (409, 204)
    cards = Scorecard.objects.filter(is_active=True, is_default=False)
    assert list(cards.order_by("priority").values_list("slug", flat=True)) == [
        "balanced-four",
        "six-signals",
    ]
    assert call("PATCH", "standard/", {"is_active": False}).status_code == 409


def test_the_default_changes_and_the_old_one_is_archived_and_restored(call):
    assert call("POST", "standard/archive/").status_code == 409
    assert call("POST", "six-signals/default/").json()["is_default"]
    assert call("POST", "standard/archive/").status_code == 200
    assert "standard" not in {r["slug"] for r in call("GET").json()["results"]}
    assert call("POST", "standard/restore/").status_code == 200


def test_who_only_reads_sees_no_draft_and_changes_nothing(client, standard, by):
    start_draft(standard, by=by)
    ask = caller(client, UserFactory(role="csm"), ("health:read",))

    versions = ask("GET", "standard/versions/").json()["results"]
    assert [version["number"] for version in versions] == [1]
    assert ask("GET", "standard/versions/2/").status_code == 404
    assert ask("GET", "standard/draft/").status_code == 403
    assert ask("POST", body={"name": "x"}).status_code == 403


def test_a_version_is_read_with_its_definition(call, standard):
    answer = call("GET", "standard/versions/1/").json()

    stored = parse_definition(standard.versions.get().definition)
    assert definition_to_json(parse_definition(answer["definition"])) == (
        definition_to_json(stored)
    )


def test_a_scorecard_somebody_changed_meanwhile_stays_as_it_is(call):
    tag = call("GET", "six-signals/")["ETag"]
    changed = call("PATCH", "six-signals/", {"name": "Six"}, **{"If-Match": tag})
    stale = call("PATCH", "six-signals/", {"name": "Mine"}, **{"If-Match": tag})
    used = call("PATCH", "six-signals/", {"is_active": True}, **{"If-Match": tag})

    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert (stale.status_code, stale["ETag"]) == (412, '"2"')
    assert used.status_code == 412
    card = Scorecard.objects.get(slug="six-signals")
    assert (card.name, card.is_active) == ("Six", False)


def test_a_draft_saved_since_it_was_read_is_not_discarded(call, standard, by):
    draft = start_draft(standard, by=by)
    seen = draft.edits
    save_draft(draft, by=by, definition=ready(draft))

    with pytest.raises(StaleDraft):
        discard_draft(draft, by=by, expected_edits=seen)
    stale = call("DELETE", "standard/draft/", **{"If-Match": f'"{seen}"'})

    assert (stale.status_code, stale["ETag"]) == (412, '"2"')
    assert standard.versions.filter(status="draft").exists()
