"""Words for the bands of the analytics: those of scores, and who came and left."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from health.queries.standings import CHURNED
from reports.queries.analytics_movement import NEW

_WORDS: dict[str, str | Promise] = {
    **dict(Account.Band.choices),
    CHURNED: _("Left"),
    NEW: _("New"),
}


def band_label(band: str) -> str | Promise:
    """How a band is called, the customers who left and the new ones included."""
    return _WORDS.get(band, band)
