"""Before a draft counts: what it would change, what differs, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import named_account_for
from accounts.models import Account
from accounts.queries import account_options
from core.http import AuthenticatedRequest
from core.toasts import toast
from health.definition import Definition, DefinitionError, parse_definition
from health.models import ScorecardVersion
from health.portfolio_preview import Preview
from health.queries.movers import movers
from health.queries.scorecard_pages import draft_of, published_of
from health.queries.version_diff import VersionDiff, version_diff
from health.result_sheet import DimensionLine, ResultSheet, result_sheet
from health.scorecard_editor import editor_sheet
from health.scorecard_forms import PublishForm
from health.scorecard_sheet import scorecard_sheet
from health.scorecard_sketch import sketch_of
from health.scoring import Result
from health.services.scorecard_preview import compare_account, preview_draft
from health.services.scorecards import (
    NoDraft,
    NothingToPublish,
    ScorecardIsArchived,
    StaleDraft,
    publish_draft,
)
from health.views.scorecards.reading import card_or_404
from organisation.access import require
from organisation.permissions import Permission

MOST_SHOWN = 50


@require(Permission.EDIT_SCORECARDS)
def scorecard_preview(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Bands of the whole portfolio before and after, who moves, one account in full."""
    card = card_or_404(slug)
    draft = _draft_or_404(draft_of(card))
    account_id, find = request.GET.get("account", ""), request.GET.get("find", "")
    account = None
    if account_id:
        account = named_account_for(request, account_id, Permission.EDIT_SCORECARDS)
    preview = preview_draft(draft)
    context = {
        "card": card,
        "draft": draft,
        "preview": preview,
        "bands": _band_lines(preview),
        "movers": movers(preview, request.user, limit=MOST_SHOWN),
        "moved": int(preview.is_moved.sum()),
        "scored": int(preview.is_scored.sum()),
        "most_shown": MOST_SHOWN,
        "account": account,
        "sides": _sides(draft, account) if account else None,
        "find": find,
        "found": account_options(request.user, find),
    }
    return render(request, "health/scorecard_preview.html", context)


def _draft_or_404(draft: ScorecardVersion | None) -> ScorecardVersion:
    if draft is None:
        raise Http404
    return draft


@dataclass(frozen=True)
class Sides:
    """One account's result now and with the draft, dimension beside dimension."""

    before: ResultSheet | None
    after: ResultSheet

    def rows(self) -> list[tuple[str, DimensionLine | None, DimensionLine | None]]:
        """(label, now, with the draft); None where a side has no such dimension."""
        old = {d.label: d for d in self.before.dimensions} if self.before else {}
        new = {d.label: d for d in self.after.dimensions}
        labels = [*new, *(label for label in old if label not in new)]
        return [(label, old.get(label), new.get(label)) for label in labels]


def _sides(draft: ScorecardVersion, account: Account) -> Sides:
    found = compare_account(draft, account.pk)
    before = _sheet(*found.before) if found.before else None
    return Sides(before, _sheet(*found.after))


def _sheet(definition: Definition, result: Result) -> ResultSheet:
    return result_sheet(scorecard_sheet(definition), result)


def _band_lines(preview: Preview) -> list[tuple[str, int, int, int]]:
    """(band, before, after, difference), the worst band first."""
    before, after = preview.counts(preview.before), preview.counts(preview.after)
    return [(b, before[b], after[b], after[b] - before[b]) for b in preview.bands]


@require(Permission.EDIT_SCORECARDS)
def scorecard_publish(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """What changes and why; refused with the reasons while the draft is not ready."""
    card = card_or_404(slug)
    draft = draft_of(card)
    if draft is None:
        return redirect("health:scorecard", slug)
    form = PublishForm(request.POST or None, initial={"edits": draft.edits})
    refused, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            published = _publish(request, draft, form)
        except DefinitionError:
            refused, status = _("The draft is not ready yet."), 422
        except ValidationError as error:
            form.take_errors(error)
        except StaleDraft as error:
            refused, status = str(error), 409
            form = _asked_again(form, error.current)
        except (NothingToPublish, NoDraft, ScorecardIsArchived) as error:
            refused, status = str(error), 409
        else:
            return redirect("health:scorecard", published.scorecard.slug)
    before = published_of(card)
    context = {
        "card": card,
        "draft": draft,
        "published": before,
        "form": form,
        "refused": refused,
        "todo": editor_sheet(sketch_of(draft.definition)).todo,
        "diff": _diff(before, draft),
    }
    status = 422 if form.errors and status == 200 else status
    return render(request, "health/scorecard_publish.html", context, status=status)


def _diff(
    before: ScorecardVersion | None, draft: ScorecardVersion
) -> VersionDiff | None:
    if before is None:
        return None
    return version_diff(
        parse_definition(before.definition), parse_definition(draft.definition)
    )


def _asked_again(form: PublishForm, current: ScorecardVersion) -> PublishForm:
    """The same answers, about the draft as it stands now."""
    return PublishForm({**form.cleaned_data, "edits": current.edits})


def _publish(
    request: AuthenticatedRequest, draft: ScorecardVersion, form: PublishForm
) -> ScorecardVersion:
    published = publish_draft(
        draft,
        by=request.user,
        note=form.cleaned_data["note"],
        expected_edits=form.cleaned_data["edits"],
    )
    words = _("Version %(number)s is published.") % {"number": published.number}
    if published.scorecard.is_active:
        words += " " + _("Scores follow within a minute.")
    toast(request, words)
    return published
