"""The pages of scorecards: editing, previewing, publishing, comparing, ordering."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from health.models import HealthRun, Scorecard
from health.presets import PRESETS
from health.scorecard_sketch import fields_of, sketch_of
from health.services.scorecards import (
    create_scorecard,
    publish_draft,
    save_draft,
    start_draft,
)
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import SnapshotFactory
from tests.factories.organisation import UserFactory
from tests.health.test_scorecards import changed, ready

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]


@pytest.fixture
def by(client):
    user = UserFactory(role="operations")
    client.force_login(user)
    return user


@pytest.fixture
def draft(by):
    return start_draft(Scorecard.objects.get(slug="standard"), by=by)


def at(name, slug="standard"):
    return reverse(f"health:{name}", args=[slug])


def fields(version, **over):
    found = dict(fields_of(sketch_of(version.definition)))
    return found | {"edits": str(version.edits)} | over


class Inputs(HTMLParser):
    """What a browser would post of the editor's form."""

    def __init__(self, page):
        super().__init__()
        self.found, self.select = {}, None
        start = page.index("data-scorecard-editor")
        self.feed(page[page.rindex("<form", 0, start) : page.index("</form>", start)])

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "input" and values.get("name"):
            self.found[values["name"]] = values.get("value") or ""
        if tag == "select":
            self.select = values["name"]
        if tag == "option" and self.select and "selected" in values:
            self.found[self.select] = values["value"] or ""
        if tag == "option" and self.select:
            self.found.setdefault(self.select, values.get("value") or "")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_the_page_posts_exactly_what_the_draft_says(client, by, preset):
    card = Scorecard.objects.get(slug=preset.slug)
    version = start_draft(card, by=by)

    page = client.get(at("scorecard_edit", preset.slug)).content.decode()
    answer = client.post(at("scorecard_edit", preset.slug), Inputs(page).found)

    version.refresh_from_db()
    assert answer.status_code == 302
    assert version.edits == 1
    assert dict(fields_of(sketch_of(version.definition))).items() <= (
        Inputs(page).found.items()
    )


def test_saving_keeps_weights_that_are_off_and_says_by_how_much(client, draft):
    name = "dimensions[0].weight"

    client.post(at("scorecard_edit"), fields(draft, **{name: "35"}))
    page = client.get(at("scorecard_edit")).content.decode()

    assert "95 % of 100 %, 5 missing" in page
    assert "Weights sum to 95, not to 100." in page


def test_what_cannot_be_read_is_shown_again_with_its_reason(client, draft):
    wrong = {"dimensions[0].weight": "forty", "bands[1].label": "Careful"}

    answer = client.post(at("scorecard_edit"), fields(draft, **wrong))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="forty"' in page
    assert 'value="Careful"' in page
    assert "This must be a number." in page
    draft.refresh_from_db()
    assert draft.edits == 1


def test_the_second_editor_sees_both_versions_and_may_overwrite(client, draft):
    other = UserFactory(role="admin", name="Ada Adler")
    mine = fields(draft, **{"dimensions[0].weight": "20"})
    save_draft(draft, by=other, definition=changed(draft, 30))

    answer = client.post(at("scorecard_edit"), mine)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "saved this draft while you were editing" in page
    assert "30 %" in page.replace("\xa0", " ")
    typed = Inputs(page).found
    assert typed["dimensions[0].weight"] == "20"
    assert client.post(at("scorecard_edit"), typed).status_code == 409
    again = client.post(at("scorecard_edit"), typed | {"do": "overwrite"})
    draft.refresh_from_db()
    assert again.status_code == 302
    assert draft.definition["dimensions"][0]["weight"] == 20


def test_a_draft_that_was_published_meanwhile_loses_nothing_typed(client, by, draft):
    mine = fields(draft, **{"dimensions[0].label": "How they use it"})
    save_draft(draft, by=by, definition=ready(draft))
    draft.refresh_from_db()
    publish_draft(draft, by=by, note="Faster")

    answer = client.post(at("scorecard_edit"), mine)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="How they use it"' in page
    again = client.post(at("scorecard_edit"), Inputs(page).found)
    assert again.status_code == 302
    new = Scorecard.objects.get(slug="standard").versions.get(status="draft")
    assert new.definition["dimensions"][0]["label"] == "How they use it"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("add:dimensions", 'name="dimensions[4].label"'),
        (
            "add:dimensions[0].indicators=nps",
            'name="dimensions[0].indicators[4].weight"',
        ),
        ("add:dimensions[0].indicators[0].curve", "indicators[0].curve[4][0]"),
        ("add:dimensions[0].recommendations", "recommendations[1].action"),
        ("pick:dimensions[0].indicators", "What should it read?"),
    ],
)
def test_every_step_works_as_a_plain_button(client, draft, step, told):
    answer = client.post(at("scorecard_edit"), fields(draft, do=step))

    assert answer.status_code == 200
    assert told in answer.content.decode()
    draft.refresh_from_db()
    assert draft.edits == 1


def test_autosave_answers_with_what_hinders(client, draft):
    typed = fields(draft, do="autosave", **{"dimensions[0].weight": "35"})

    answer = client.post(at("scorecard_edit"), typed)

    assert answer.status_code == 200
    assert answer.json()["edits"] == 2
    assert [h["message"] for h in answer.json()["hinders"]] == [
        "Weights sum to 95, not to 100."
    ]
    wrong = typed | {"dimensions[0].weight": "x", "edits": "2"}
    refused = client.post(at("scorecard_edit"), wrong)
    assert refused.status_code == 422
    assert refused.json()["problems"][0]["path"] == "dimensions[0].weight"
    stale = client.post(at("scorecard_edit"), typed)
    assert stale.status_code == 409
    assert "meanwhile" in stale.json()["conflict"]


def test_where_accounts_lie_is_read_once(client, draft, django_assert_max_num_queries):
    version = draft.scorecard.versions.get(number=1)
    sources = sum(len(d["indicators"]) for d in version.definition["dimensions"])
    detail = {"raw": [50.0] * sources, "norm": [], "weight": [], "dims": []}
    SnapshotFactory.create_batch(3, version=version, detail=detail)

    with django_assert_max_num_queries(30):
        page = client.get(at("scorecard_edit")).content.decode()

    assert 'data-spread="[50.0, 50.0' in page


def test_publishing_at_95_percent_is_refused_with_reasons(client, by, draft):
    save_draft(draft, by=by, definition=changed(draft))
    answer = client.post(at("scorecard_publish"), {"edits": "2", "note": "Less usage"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Weights sum to 95, not to 100." in page
    assert "Less usage" in page


def test_publishing_asks_why_and_leaves_the_computing_to_the_event(client, by, draft):
    save_draft(draft, by=by, definition=ready(draft))
    told = {"edits": "2"}

    silent = client.post(at("scorecard_publish"), told)
    answer = client.post(at("scorecard_publish"), told | {"note": "Seats mislead"})

    assert silent.status_code == 422
    assert answer.url == at("scorecard")
    assert not HealthRun.objects.exists()
    page = client.get(at("scorecard")).content.decode()
    assert "Scores follow within a minute." in page
    assert "Seats mislead" in page


def test_publishing_what_somebody_changed_meanwhile_asks_again(client, by, draft):
    save_draft(draft, by=by, definition=ready(draft))

    answer = client.post(at("scorecard_publish"), {"edits": "1", "note": "Mine"})

    assert answer.status_code == 409
    assert "Somebody else saved this draft meanwhile." in answer.content.decode()
    assert draft.scorecard.versions.filter(status="draft").exists()


def test_the_preview_shows_bands_and_movers_and_writes_nothing(client, by, draft):
    save_draft(draft, by=by, definition=ready(draft))
    account = AccountFactory(name="Northwind")

    page = client.get(at("scorecard_preview"), {"account": account.public_id})

    text = page.content.decode()
    assert "1 account scored" in text
    assert "Northwind" in text
    assert not account.snapshots.exists()


def test_two_versions_are_compared_part_by_part(client, by, draft):
    save_draft(draft, by=by, definition=ready(draft))

    page = client.get(at("scorecard_diff"), {"first": 1, "second": 2})

    text = page.content.decode()
    assert "37" in text
    assert 'class="overlay-plot"' in text
    assert "3 dimensions unchanged" in text
    client.force_login(UserFactory(role="csm"))
    assert client.get(at("scorecard_diff"), {"second": 2}).status_code == 404


def test_a_copy_is_made_from_the_page(client, by):
    answer = client.post(
        reverse("health:scorecard_create"),
        {"name": "Standard, mine", "copy_from": "standard"},
    )

    assert answer.url == at("scorecard_edit", "standard-mine")
    page = client.get("/scorecards/").content.decode()
    assert "Standard, mine" in page


def test_the_order_says_which_scorecard_an_account_uses_and_why(client, by):
    large = SegmentFactory(name="Large")
    account = AccountFactory(name="Northwind")
    card = Scorecard.objects.get(slug="balanced-four")
    client.post(
        at("scorecard_use", "balanced-four"),
        {"name": card.name, "is_active": "on", "segments": large.slug},
    )

    page = client.get(
        reverse("health:scorecard_order"), {"account": account.public_id}
    ).content.decode()

    assert "It is for certain segments, and the account is in none." in page
    assert "The default takes every account that no other scorecard took." in page


def test_rows_move_by_button_and_all_at_once(client, by):
    for slug in ("balanced-four", "six-signals"):
        card = Scorecard.objects.get(slug=slug)
        client.post(at("scorecard_use", slug), {"name": card.name, "is_active": "on"})
    sort = reverse("health:scorecard_sort")

    client.post(sort, {"move": "six-signals:-1"})
    assert in_order() == ["six-signals", "balanced-four"]
    client.post(sort, {"slug": ["balanced-four", "six-signals"]})
    assert in_order() == ["balanced-four", "six-signals"]
    client.post(sort, {"slug": ["balanced-four"]})
    assert in_order() == ["balanced-four", "six-signals"]


def in_order():
    cards = Scorecard.objects.filter(is_active=True, is_default=False)
    return list(cards.order_by("priority").values_list("slug", flat=True))


def test_the_default_cannot_be_archived_but_another_can_take_its_place(client, by):
    client.post(at("scorecard_archive"))
    assert Scorecard.objects.get(slug="standard").archived_at is None

    client.post(at("scorecard_default", "six-signals"))
    client.post(at("scorecard_archive"))

    assert Scorecard.objects.get(slug="six-signals").is_default
    assert Scorecard.objects.get(slug="standard").archived_at is not None
    page = client.get("/scorecards/").content.decode()
    assert "1 archived scorecard" in page
    client.post(at("scorecard_restore"))
    assert Scorecard.objects.get(slug="standard").archived_at is None


def test_what_was_never_published_is_not_used(client, by):
    card = create_scorecard(by=by, name="Early")

    answer = client.post(
        at("scorecard_use", card.slug), {"name": "Early", "is_active": "on"}
    )

    assert answer.status_code == 422
    assert "Publish a version before the scorecard is used." in answer.content.decode()


def test_a_csm_reads_but_is_not_offered_to_change(client):
    client.force_login(UserFactory(role="csm"))

    page = client.get(at("scorecard")).content.decode()

    assert not re.search(r"scorecards/standard/(draft|use)", page)
