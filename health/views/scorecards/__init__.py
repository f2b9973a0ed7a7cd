"""Pages about scorecards, by what people do with them."""

from health.views.scorecards.editing import (
    scorecard_discard,
    scorecard_draft,
    scorecard_edit,
)
from health.views.scorecards.publishing import scorecard_preview, scorecard_publish
from health.views.scorecards.reading import scorecard, scorecard_diff, scorecards
from health.views.scorecards.using import (
    scorecard_archive,
    scorecard_create,
    scorecard_default,
    scorecard_order,
    scorecard_restore,
    scorecard_sort,
    scorecard_use,
)

__all__ = [
    "scorecard",
    "scorecard_archive",
    "scorecard_create",
    "scorecard_default",
    "scorecard_diff",
    "scorecard_discard",
    "scorecard_draft",
    "scorecard_edit",
    "scorecard_order",
    "scorecard_preview",
    "scorecard_publish",
    "scorecard_restore",
    "scorecard_sort",
    "scorecard_use",
    "scorecards",
]
