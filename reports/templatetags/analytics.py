"""Bands of the analytics in a page: those of scores as marks, the others as words."""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Account
from reports.analytics_words import band_label

register = template.Library()


@register.simple_tag(takes_context=False)
def band_head(band: str) -> SafeString | str:
    """{% band_head "red" %}: the band's mark and word; "Left" and "New" as a tag."""
    if band in Account.Band.values:
        return render_to_string("components/band.html", {"band": band})
    return format_html('<span class="tag">{}</span>', band_label(band))
