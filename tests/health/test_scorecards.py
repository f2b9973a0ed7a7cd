"""The life of a scorecard: created, drafted, saved, published, archived."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from events.models import Event
from health.definition import DefinitionError
from health.models import Scorecard, ScorecardVersion
from health.services.scorecard_use import archive_scorecard
from health.services.scorecards import (
    NoDraft,
    NothingToPublish,
    ScorecardIsArchived,
    StaleDraft,
    copy_scorecard,
    create_scorecard,
    discard_draft,
    publish_draft,
    save_draft,
    start_draft,
)
from tests.factories.health import ScorecardVersionFactory
from tests.factories.organisation import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]


@pytest.fixture
def by():
    return UserFactory(role="operations")


@pytest.fixture
def standard():
    return Scorecard.objects.get(slug="standard")


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def changed(version, weight=35):
    definition = version.definition
    first, *rest = definition["dimensions"]
    return definition | {"dimensions": [first | {"weight": weight}, *rest]}


def ready(version):
    """A change that keeps the sums: the first curve bends."""
    definition = version.definition
    first, *rest = definition["dimensions"]
    one, *others = first["indicators"]
    bent = one | {"curve": [[0, 0], [37, 81], [100, 100]]}
    return definition | {"dimensions": [first | {"indicators": [bent, *others]}, *rest]}


def test_a_copy_begins_as_a_draft_that_says_the_same(standard, by):
    card = copy_scorecard(standard, by=by, name="Standard, mine")

    (draft,) = card.versions.all()
    original = standard.versions.get()
    assert (card.slug, card.is_active, draft.status) == (
        "standard-mine",
        False,
        "draft",
    )
    assert (
        draft.definition["dimensions"][0]["weight"]
        == (original.definition["dimensions"][0]["weight"])
    )
    assert kinds() == ["scorecard_created", "scorecard_copied"]


def test_names_may_repeat_but_addresses_do_not(by):
    first, second, third = (
        create_scorecard(by=by, name=name) for name in ("Mine", "Mine", "Order")
    )

    assert (first.slug, second.slug, third.slug) == ("mine", "mine-2", "order-2")
    with pytest.raises(ValidationError):
        create_scorecard(by=by, name="Again", slug="mine")
    with pytest.raises(ValidationError):
        create_scorecard(by=by, name="Again", slug="new")


def test_a_draft_begins_with_what_is_published_and_there_is_one(standard, by):
    draft = start_draft(standard, by=by)

    assert (draft.number, draft.status, draft.edits) == (2, "draft", 1)
    assert start_draft(standard, by=by) == draft
    assert standard.versions.get(number=1).status == "published"


def test_a_draft_keeps_weights_that_are_off(standard, by):
    draft = start_draft(standard, by=by)

    kept = save_draft(draft, by=by, definition=changed(draft), expected_edits=1)

    assert kept.edits == 2
    assert kept.definition["dimensions"][0]["weight"] == 35
    assert kinds()[-1] == "scorecard_draft_saved"


def test_saving_the_same_again_changes_nothing(standard, by):
    draft = start_draft(standard, by=by)
    events = len(kinds())

    kept = save_draft(draft, by=by, definition=draft.definition, expected_edits=1)

    assert (kept.edits, len(kinds())) == (1, events)


def test_what_cannot_be_read_is_refused_with_its_place(standard, by):
    draft = start_draft(standard, by=by)

    with pytest.raises(DefinitionError) as refused:
        save_draft(draft, by=by, definition=changed(draft, "heavy"))

    assert [p.path for p in refused.value.problems] == ["dimensions[0].weight"]


def test_a_band_needs_one_of_the_four_colours(standard, by):
    draft = start_draft(standard, by=by)
    odd = draft.definition | {"bands": [{"key": "blue", "label": "B", "lower": 0}]}

    with pytest.raises(DefinitionError) as refused:
        save_draft(draft, by=by, definition=odd)

    assert [p.path for p in refused.value.problems] == ["bands[0].key"]


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(standard, by):
    draft = start_draft(standard, by=by)
    other = UserFactory(role="admin")
    save_draft(draft, by=other, definition=changed(draft, 30), expected_edits=1)

    with pytest.raises(StaleDraft) as refused:
        save_draft(draft, by=by, definition=changed(draft, 20), expected_edits=1)

    assert refused.value.current.edited_by == other
    draft.refresh_from_db()
    assert draft.definition["dimensions"][0]["weight"] == 30


def test_publishing_at_95_percent_is_refused_with_the_sum(standard, by):
    draft = start_draft(standard, by=by)
    draft = save_draft(draft, by=by, definition=changed(draft))

    with pytest.raises(DefinitionError) as refused:
        publish_draft(draft, by=by, note="Less usage")

    assert refused.value.problems[0].message == "Weights sum to 95, not to 100."
    assert standard.versions.get(number=1).status == "published"


def test_publishing_needs_a_reason(standard, by):
    draft = start_draft(standard, by=by)
    draft = save_draft(draft, by=by, definition=ready(draft))

    for note in ("", "   ", "x" * 301):
        with pytest.raises(ValidationError):
            publish_draft(draft, by=by, note=note)


def test_publishing_archives_the_version_before(standard, by):
    draft = start_draft(standard, by=by)
    draft = save_draft(draft, by=by, definition=ready(draft))

    published = publish_draft(draft, by=by, note="Half of the seats is good enough")

    states = dict(standard.versions.values_list("number", "status"))
    assert states == {1: "archived", 2: "published"}
    assert published.published_by == by
    event = Event.objects.get(kind="scorecard_published")
    assert event.data["replaces"] == 1
    assert event.data["note"] == "Half of the seats is good enough"


def test_a_draft_that_says_nothing_new_is_not_published(standard, by):
    draft = start_draft(standard, by=by)

    with pytest.raises(NothingToPublish):
        publish_draft(draft, by=by, note="Why not")


def test_a_draft_saved_since_the_dialog_was_read_is_not_published(standard, by):
    draft = start_draft(standard, by=by)
    save_draft(draft, by=by, definition=ready(draft))

    with pytest.raises(StaleDraft):
        publish_draft(draft, by=by, note="Old eyes", expected_edits=1)


def test_a_published_version_is_saved_and_published_by_nobody(standard, by):
    version = standard.versions.get()

    for act in (
        lambda: save_draft(version, by=by, definition=version.definition),
        lambda: publish_draft(version, by=by, note="Again"),
        lambda: discard_draft(version, by=by),
    ):
        with pytest.raises(NoDraft):
            act()


def test_the_database_itself_keeps_what_was_published(standard):
    version = standard.versions.get()
    version.definition = changed(version)

    with pytest.raises(IntegrityError), transaction.atomic():
        version.save()


def test_an_older_version_can_be_begun_from(standard, by):
    draft = start_draft(standard, by=by)
    draft = save_draft(draft, by=by, definition=ready(draft))
    publish_draft(draft, by=by, note="Bent")
    first = standard.versions.get(number=1)

    again = start_draft(standard, by=by, version=first)

    assert again.number == 3
    assert again.definition["dimensions"][0]["indicators"][0]["curve"] == [
        [float(x), float(y)]
        for x, y in first.definition["dimensions"][0]["indicators"][0]["curve"]
    ]


def test_discarding_the_only_draft_removes_the_scorecard(by):
    card = create_scorecard(by=by, name="Never")

    discard_draft(card.versions.get(), by=by)

    assert not Scorecard.objects.filter(slug="never").exists()
    assert kinds()[-1] == "scorecard_draft_discarded"


def test_discarding_leaves_what_is_published(standard, by):
    discard_draft(start_draft(standard, by=by), by=by)

    assert [v.status for v in standard.versions.all()] == ["published"]


def test_an_archived_scorecard_is_not_edited(by):
    card = ScorecardVersionFactory().scorecard
    archive_scorecard(card, by=by)

    with pytest.raises(ScorecardIsArchived):
        start_draft(card, by=by)


def test_an_empty_scorecard_says_what_it_still_needs(by):
    card = create_scorecard(by=by, name="Empty")
    draft = card.versions.get()

    with pytest.raises(DefinitionError) as refused:
        publish_draft(draft, by=by, note="Too early")

    assert [p.message for p in refused.value.problems] == [
        "Add at least one dimension."
    ]
    assert ScorecardVersion.objects.get(pk=draft.pk).status == "draft"
