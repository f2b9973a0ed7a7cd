"""What the editor of a scorecard offers: sources, playbooks, where accounts lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from health.definition import parse_definition
from health.models import ScorecardVersion
from health.presets import PRESETS
from health.sources.registry import SOURCES, Source, find_source
from usage.models import Metric

GROUPS = {
    "usage": gettext_lazy("Usage"),
    "support": gettext_lazy("Support"),
    "business": gettext_lazy("Business value"),
    "relationship": gettext_lazy("Relationship"),
    "satisfaction": gettext_lazy("Satisfaction"),
    "commercial": gettext_lazy("Commercial"),
}
METRIC_FORMS = ("metric", "metric_mean_90d", "metric_target")
# Enough accounts to see where they lie, few enough to read at once.
MOST_READ = 2000
# Every so many percent of the accounts there is one mark.
MARKS = 41


@dataclass(frozen=True)
class SourceGroup:
    """Sources that belong together, as the picker lists them."""

    label: str
    sources: list[Source]


def source_groups() -> list[SourceGroup]:
    """Every source an indicator can read; custom metrics stand last."""
    found: dict[str, list[Source]] = {}
    for source in SOURCES.values():
        found.setdefault(source.group, []).append(source)
    groups = [
        SourceGroup(str(GROUPS.get(key, key.capitalize())), sources)
        for key, sources in found.items()
    ]
    keys = Metric.objects.order_by("label").values_list("key", flat=True)
    read = [find_source(f"{form}:{key}") for key in keys for form in METRIC_FORMS]
    metrics = [source for source in read if source is not None]
    return [*groups, SourceGroup(_("Custom metrics"), metrics)] if metrics else groups


def playbook_names() -> list[str]:
    """Playbooks that some scorecard already suggests."""
    definitions = [preset.definition for preset in PRESETS]
    published = ScorecardVersion.objects.filter(
        status=ScorecardVersion.Status.PUBLISHED
    )
    definitions += published.values_list("definition", flat=True)
    return sorted(
        {
            advice.playbook
            for definition in definitions
            for dimension in parse_definition(definition).dimensions
            for advice in dimension.recommendations
            if advice.playbook
        }
    )


def spreads() -> dict[str, list[float]]:
    """Where accounts lie today: per source, values at even steps of their rank.

    From the newest snapshots, one query; of very many accounts some are read.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version_id, detail->'raw' FROM health_snapshot "
            "WHERE NOT is_restated AND day = (SELECT max(day) FROM health_snapshot "
            "WHERE NOT is_restated) LIMIT %s",
            [MOST_READ],
        )
        rows = cursor.fetchall()
    by_version: dict[int, list[list[float | None]]] = {}
    for version_id, raw in rows:
        by_version.setdefault(version_id, []).append(raw)
    values: dict[str, list[float]] = {}
    versions = ScorecardVersion.objects.in_bulk(by_version)
    for version_id, raws in by_version.items():
        definition = parse_definition(versions[version_id].definition)
        keys = [source for _dimension, source in definition.indicator_keys()]
        for position, source in enumerate(keys):
            known = (raw[position] for raw in raws)
            values.setdefault(source, []).extend(v for v in known if v is not None)
    return _marks(values)


def _marks(values: Mapping[str, list[float]]) -> dict[str, list[float]]:
    steps = np.linspace(0, 1, MARKS)
    return {
        source: [float(v) for v in np.quantile(known, steps)]
        for source, known in values.items()
        if known
    }
