"""The editor of a draft: typed, stepped through, saved; nothing typed is lost."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.http import AuthenticatedRequest
from core.toasts import toast
from health.definition import DefinitionError, parse_definition
from health.models import Scorecard, ScorecardVersion
from health.queries.scorecard_editing import playbook_names, source_groups, spreads
from health.queries.scorecard_pages import draft_of, published_of
from health.queries.version_diff import version_diff
from health.scorecard_editor import editor_sheet, field_id
from health.scorecard_sketch import Sketch, definition_of, sketch_from, sketch_of
from health.scorecard_steps import take_step
from health.services.scorecards import (
    NoDraft,
    ScorecardIsArchived,
    StaleDraft,
    discard_draft,
    save_draft,
    start_draft,
)
from health.views.scorecards.reading import card_or_404
from organisation.access import require
from organisation.permissions import Permission

SAVE, AUTOSAVE, PICK = "save", "autosave", "pick:"
#: Saves over what somebody else saved; only offered beside what that is.
OVERWRITE = "overwrite"
#: Buttons that save and go on to a page of their own.
ONWARD = {"preview": "health:scorecard_preview", "publish": "health:scorecard_publish"}

MISSING_WORDS = (
    ("redistribute", gettext_lazy("Give its weight to the others")),
    ("zero", gettext_lazy("Count it as a score of 0")),
    ("neutral", gettext_lazy("Count it as a score of 50")),
)
PRIORITY_WORDS = (
    ("critical", gettext_lazy("Critical")),
    ("high", gettext_lazy("High")),
    ("medium", gettext_lazy("Medium")),
    ("low", gettext_lazy("Low")),
)


@require_POST
@require(Permission.EDIT_SCORECARDS)
def scorecard_draft(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Begin a draft, from an older version when one is named; then edit it."""
    card = card_or_404(slug)
    number = request.POST.get("version", "")
    chosen = next((v for v in card.versions.all() if str(v.number) == number), None)
    try:
        start_draft(card, by=request.user, version=chosen)
    except ScorecardIsArchived as error:
        toast(request, str(error))
        return redirect("health:scorecard", slug)
    return redirect("health:scorecard_edit", slug)


@require_POST
@require(Permission.EDIT_SCORECARDS)
def scorecard_discard(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Throw the draft away."""
    card = card_or_404(slug)
    draft = draft_of(card)
    if draft is None:
        return redirect("health:scorecard", slug)
    discard_draft(draft, by=request.user)
    toast(request, _("The draft is discarded."))
    is_gone = not Scorecard.objects.filter(pk=card.pk).exists()
    return redirect("health:scorecards") if is_gone else redirect(
        "health:scorecard", slug
    )  # fmt: skip


@require(Permission.EDIT_SCORECARDS)
def scorecard_edit(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The editor; every button of it posts the whole form."""
    card = card_or_404(slug)
    draft = draft_of(card)
    if request.method == "POST":
        return _posted(request, card, draft)
    if draft is None:
        return redirect("health:scorecard", slug)
    sketch = sketch_of(draft.definition)
    return _page(request, card, draft, sketch, edits=draft.edits)


def _posted(
    request: AuthenticatedRequest, card: Scorecard, draft: ScorecardVersion | None
) -> HttpResponse:
    sketch = sketch_from((name, str(text)) for name, text in request.POST.items())
    does, edits = request.POST.get("do", SAVE), _edits(request)
    if does == OVERWRITE:
        does, edits = SAVE, _edits(request, "over")
    if does == AUTOSAVE:
        return _autosaved(request, draft, sketch, edits)
    if does == SAVE or does in ONWARD:
        return _saved(request, card, draft, sketch, edits, does)
    state: dict[str, Any] = {"edits": edits, "is_unsaved": True}
    if does.startswith(PICK):
        return _page(request, card, draft, sketch, picker=does[len(PICK) :], **state)
    focus = take_step(sketch, does)
    return _page(request, card, draft, sketch, focus=focus, **state)


def _edits(request: AuthenticatedRequest, name: str = "edits") -> int | None:
    """Which saving the page was read after; None when there was no draft."""
    text = request.POST.get(name, "")
    return int(text) if text.isdigit() and len(text) < 9 else None


def _saved(
    request: AuthenticatedRequest,
    card: Scorecard,
    draft: ScorecardVersion | None,
    sketch: Sketch,
    edits: int | None,
    does: str,
) -> HttpResponse:
    try:
        if draft is None:
            if edits is not None:
                raise NoDraft
            draft = start_draft(card, by=request.user)
        definition = definition_of(sketch)
        save_draft(draft, by=request.user, definition=definition, expected_edits=edits)
    except DefinitionError:
        return _page(
            request, card, draft, sketch, edits=edits, is_unsaved=True, status=422
        )
    except StaleDraft as stale:
        return _conflict(request, card, stale.current, sketch, edits)
    except (NoDraft, ScorecardIsArchived):
        return _page(
            request, card, None, sketch, edits=None, is_gone=True, is_unsaved=True,
            status=409,
        )  # fmt: skip
    if does == SAVE:
        toast(request, _("The draft is saved."))
    return redirect(ONWARD.get(does, "health:scorecard_edit"), card.slug)


def _autosaved(
    request: AuthenticatedRequest,
    draft: ScorecardVersion | None,
    sketch: Sketch,
    edits: int | None,
) -> JsonResponse:
    """What the script needs to know after it saved by itself."""
    sheet = editor_sheet(sketch)
    body: dict[str, Any] = {
        "hinders": [
            {"path": path, "id": field_id(path), "where": where, "message": message}
            for path, where, message in sheet.todo
        ]
    }
    try:
        if draft is None:
            raise NoDraft
        definition = definition_of(sketch)
        kept = save_draft(
            draft, by=request.user, definition=definition, expected_edits=edits
        )
    except DefinitionError as error:
        places = [{"path": p.path, "message": p.message} for p in error.problems]
        return JsonResponse(body | {"problems": places}, status=422)
    except StaleDraft as stale:
        who = stale.current.edited_by
        words = _("%(name)s saved this draft meanwhile. Press Save to compare.") % {
            "name": who.label if who else _("Somebody")
        }
        return JsonResponse({"conflict": words}, status=409)
    except (NoDraft, ScorecardIsArchived):
        words = _("This draft was published or discarded meanwhile.")
        return JsonResponse({"conflict": words}, status=409)
    at = timezone.localtime(kept.updated_at)
    return JsonResponse(body | {"edits": kept.edits, "saved": f"{at:%H:%M}"})


def _conflict(
    request: AuthenticatedRequest,
    card: Scorecard,
    current: ScorecardVersion,
    sketch: Sketch,
    edits: int | None,
) -> HttpResponse:
    """Both versions; only the button that says so puts one over the other."""
    theirs = parse_definition(current.definition)
    try:
        mine = parse_definition(definition_of(sketch))
        diff = version_diff(theirs, mine)
    except DefinitionError:
        diff = None
    return _page(
        request, card, current, sketch, edits=edits, conflict=current,
        conflict_diff=diff, is_unsaved=True, status=409,
    )  # fmt: skip


def _page(
    request: AuthenticatedRequest,
    card: Scorecard,
    draft: ScorecardVersion | None,
    sketch: Sketch,
    *,
    status: int = 200,
    focus: str = "",
    **more: Any,
) -> HttpResponse:
    context = {
        "card": card,
        "draft": draft,
        "published": published_of(card),
        "sheet": editor_sheet(sketch, spreads=spreads()),
        "playbooks": playbook_names(),
        "groups": source_groups() if more.get("picker") else [],
        "focus": field_id(focus) if focus else "",
        "missing_rules": MISSING_WORDS,
        "priorities": PRIORITY_WORDS,
    }
    if card.archived_at is not None and draft is None and status == 200:
        raise Http404
    page = "health/scorecard_edit.html"
    return render(request, page, context | more, status=status)
