"""The life of a scorecard: created, drafted, published; nothing published changes.

For whom a scorecard is used, and in which order, is said in `scorecard_use`.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from events.services import Actor, record_event
from health.definition import (
    UNKNOWN_BAND,
    Definition,
    DefinitionError,
    Problem,
    definition_to_json,
    parse_definition,
    publishing_problems,
)
from health.definition_parts import DEFAULT_BANDS
from health.models import Scorecard, ScorecardVersion
from organisation.models import User

#: Addresses below /scorecards/ that lead to pages of their own.
RESERVED_SLUGS = frozenset({"new", "order"})
NOTE_LENGTH = 300
# Bands have a colour and a shape each; there are no others.
BAND_KEYS = frozenset(band.key for band in DEFAULT_BANDS)

Status = ScorecardVersion.Status


class NoDraft(LookupError):
    """The version is not a draft, or it was published or discarded meanwhile."""


class StaleDraft(ValueError):
    """Somebody else saved the draft; ``current`` is what stands there now."""

    def __init__(self, current: ScorecardVersion) -> None:
        self.current = current
        super().__init__(_("Somebody else saved this draft meanwhile."))


class NothingToPublish(ValueError):
    """The draft says exactly what the published version says."""


class ScorecardIsArchived(ValueError):
    """An archived scorecard is not changed any more."""


@transaction.atomic
def create_scorecard(
    *,
    by: User,
    name: str,
    slug: str = "",
    description: str = "",
    definition: dict[str, Any] | None = None,
) -> Scorecard:
    """A scorecard nobody uses yet, with a first draft."""
    slug = _free_slug(slug or slugify(name) or "scorecard", is_given=bool(slug))
    last = Scorecard.objects.aggregate(last=models.Max("priority"))["last"] or 0
    card = Scorecard.objects.create(
        slug=slug,
        name=name.strip(),
        description=description.strip(),
        priority=min(last + 1, 32767),
    )
    start = definition or definition_to_json(Definition(dimensions=()))
    _new_draft(card, by=by, number=1, definition=start)
    record_event("scorecard_created", by=by, subject=card, data={"slug": slug})
    return card


@transaction.atomic
def copy_scorecard(
    card: Scorecard, *, by: User, name: str, slug: str = "", description: str = ""
) -> Scorecard:
    """A new scorecard whose first draft is what the other one publishes.

    A scorecard that has only a draft is copied from that.
    """
    versions = card.versions.filter(status__in=[Status.PUBLISHED, Status.DRAFT])
    origin = versions.order_by("-status").first() or card.versions.first()
    definition = origin.definition if origin else None
    made = create_scorecard(
        by=by, name=name, slug=slug, description=description, definition=definition
    )
    record_event("scorecard_copied", by=by, subject=made, data={"from": card.slug})
    return made


def _free_slug(wanted: str, *, is_given: bool) -> str:
    """The slug itself when somebody chose it, else the next that is free."""
    length = Scorecard._meta.get_field("slug").max_length or 60
    wanted = wanted[: length - 4]
    taken = set(Scorecard.objects.values_list("slug", flat=True)) | RESERVED_SLUGS
    if is_given and wanted in taken:
        raise ValidationError({"slug": _("Another scorecard has this address.")})
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug


@transaction.atomic
def start_draft(
    card: Scorecard, *, by: User, version: ScorecardVersion | None = None
) -> ScorecardVersion:
    """The draft of a scorecard; begun from what is published when there is none.

    ``version`` begins it from an older version instead.
    """
    card = _locked(card)
    draft = card.versions.filter(status=Status.DRAFT).first()
    if draft is not None:
        return draft
    newest = card.versions.order_by("-number").first()
    origin = version or card.versions.filter(status=Status.PUBLISHED).first() or newest
    empty = definition_to_json(Definition(dimensions=()))
    draft = _new_draft(
        card,
        by=by,
        number=(newest.number if newest else 0) + 1,
        definition=_canonical(origin.definition) if origin else empty,
    )
    record_event(
        "scorecard_draft_started", by=by, subject=card, data={"version": draft.number}
    )
    return draft


def _canonical(definition: dict[str, Any]) -> dict[str, Any]:
    """A definition with everything written out that a preset may leave to defaults."""
    return definition_to_json(parse_definition(definition))


def _new_draft(
    card: Scorecard, *, by: User, number: int, definition: dict[str, Any]
) -> ScorecardVersion:
    return ScorecardVersion.objects.create(
        scorecard=card,
        number=number,
        status=Status.DRAFT,
        definition=_canonical(definition) if definition["dimensions"] else definition,
        edited_by=by,
    )


def _locked(card: Scorecard) -> Scorecard:
    card = Scorecard.objects.select_for_update().get(pk=card.pk)
    if card.archived_at is not None:
        raise ScorecardIsArchived(_("This scorecard is archived."))
    return card


def _locked_draft(version: ScorecardVersion) -> ScorecardVersion:
    """The draft as it is now; waits for whoever writes it."""
    _locked(version.scorecard)
    draft = (
        ScorecardVersion.objects.select_for_update(of=("self",))
        .select_related("scorecard", "edited_by")
        .filter(pk=version.pk, status=Status.DRAFT)
        .first()
    )
    if draft is None:
        raise NoDraft(_("This draft was published or discarded meanwhile."))
    return draft


@transaction.atomic
def save_draft(
    version: ScorecardVersion,
    *,
    by: User,
    definition: object,
    expected_edits: int | None = None,
) -> ScorecardVersion:
    """Keep what the draft says now; its weights may still be off.

    `DefinitionError` says what cannot be read, `StaleDraft` that somebody else saved
    since ``expected_edits`` was read. Saving the same again changes nothing.
    """
    draft = _locked_draft(version)
    if expected_edits is not None and draft.edits != expected_edits:
        raise StaleDraft(draft)
    parsed = parse_definition(definition)
    problems = band_problems(parsed)
    if problems:
        raise DefinitionError(problems)
    kept = definition_to_json(parsed)
    if kept == draft.definition:
        return draft
    draft.definition, draft.edited_by = kept, by
    draft.edits += 1
    draft.save(update_fields=["definition", "edited_by", "edits", "updated_at"])
    record_event(
        "scorecard_draft_saved",
        by=by,
        subject=draft.scorecard,
        data={"version": draft.number, "edits": draft.edits},
    )
    return draft


def band_problems(definition: Definition) -> list[Problem]:
    """Bands that nothing could draw or count: each needs one of the four colours."""
    return [
        Problem(f"bands[{index}].key", "Choose one of the four colours.")
        for index, band in enumerate(definition.bands)
        if band.key not in BAND_KEYS and band.key != UNKNOWN_BAND.key
    ]


def what_hinders(version: ScorecardVersion) -> list[Problem]:
    """Everything between this draft and its publishing; empty means ready."""
    definition = parse_definition(version.definition)
    return publishing_problems(definition) + band_problems(definition)


@transaction.atomic
def discard_draft(
    version: ScorecardVersion, *, by: User, expected_edits: int | None = None
) -> None:
    """Throw a draft away; a scorecard that was never published goes with it.

    `StaleDraft` says that somebody saved it since ``expected_edits`` was read.
    """
    draft = _locked_draft(version)
    if expected_edits is not None and draft.edits != expected_edits:
        raise StaleDraft(draft)
    card, number = draft.scorecard, draft.number
    draft.delete()
    data = {"version": number}
    record_event("scorecard_draft_discarded", by=by, subject=card, data=data)
    if not card.versions.exists():
        card.delete()


@transaction.atomic
def publish_draft(
    version: ScorecardVersion,
    *,
    by: User,
    note: str,
    expected_edits: int | None = None,
) -> ScorecardVersion:
    """Make the draft what counts; the version before it is archived.

    ``note`` says why and is required. `DefinitionError` lists what is not ready yet.
    """
    draft = _locked_draft(version)
    if expected_edits is not None and draft.edits != expected_edits:
        raise StaleDraft(draft)
    note = note.strip()
    if not note:
        raise ValidationError({"note": _("Say why, for whoever reads this later.")})
    if len(note) > NOTE_LENGTH:
        raise ValidationError({"note": _("Say it in 300 characters.")})
    problems = what_hinders(draft)
    if problems:
        raise DefinitionError(problems)
    before = _archive_published(draft)
    draft.status, draft.note = Status.PUBLISHED, note
    draft.published_at, draft.published_by = timezone.now(), by
    draft.save()
    _tell_published(draft, before, by=by)
    return draft


def _archive_published(draft: ScorecardVersion) -> ScorecardVersion | None:
    before = draft.scorecard.versions.filter(status=Status.PUBLISHED).first()
    if before is None:
        return None
    if _canonical(before.definition) == _canonical(draft.definition):
        raise NothingToPublish(_("The draft says what the published version says."))
    before.status = Status.ARCHIVED
    before.save(update_fields=["status", "updated_at"])
    return before


def _tell_published(
    version: ScorecardVersion, before: ScorecardVersion | None, *, by: Actor
) -> None:
    record_event(
        "scorecard_published",
        by=by,
        subject=version.scorecard,
        data={
            "version": version.number,
            "replaces": before.number if before else None,
            "note": version.note,
        },
    )
