"""API addresses of scorecards."""

from __future__ import annotations

from django.urls import URLPattern, path

from health.api.scorecard_versions import ScorecardVersionResource
from health.api.scorecards import ScorecardResource


def _card(end: str, name: str, **methods: str) -> URLPattern:
    view = ScorecardResource.as_view({**methods})
    return path(f"scorecards/{end}", view, name=name)


def _version(end: str, name: str, **methods: str) -> URLPattern:
    view = ScorecardVersionResource.as_view({**methods})
    return path(f"scorecards/<slug:slug>/{end}", view, name=name)


patterns = [
    _card("", "api_scorecards", get="list", post="create"),
    _card("order/", "api_scorecard_order", put="order"),
    _card("<slug:slug>/", "api_scorecard", get="one", patch="change"),
    _card("<slug:slug>/default/", "api_scorecard_default", post="default"),
    _card("<slug:slug>/archive/", "api_scorecard_archive", post="archive"),
    _card("<slug:slug>/restore/", "api_scorecard_restore", post="restore"),
    _version("versions/", "api_scorecard_versions", get="versions"),
    _version("versions/<int:number>/", "api_scorecard_version", get="version"),
    _version("diff/", "api_scorecard_diff", get="diff"),
    _version(
        "draft/", "api_scorecard_draft", get="draft", put="write", delete="discard"
    ),
    _version("draft/publish/", "api_scorecard_publish", post="publish"),
    _version("draft/preview/", "api_scorecard_preview", get="preview"),
]
