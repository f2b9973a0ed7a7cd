"""The causes of a change as people read them: a sentence and its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.formatting import score as said_score
from health.attribution import Kind, Part
from health.definition import Definition
from health.queries.indicators import source_label
from health.sources.registry import find_source

#: What the customer did stands apart from what was edited and from what we know.
GROUPS: dict[Kind, str] = {
    "behaviour": "behaviour",
    "curve": "configuration",
    "weights": "configuration",
    "coverage": "coverage",
    "override": "override",
}


@dataclass(frozen=True)
class ExplainedPart:
    """One cause of the change: a sentence, and its points as shown (one decimal)."""

    kind: Kind
    dimension: str
    dimension_label: str
    source: str
    label: str
    before: float | None
    after: float | None
    sentence: str
    shown: float

    @property
    def group(self) -> str:
        """behaviour, configuration, coverage or override."""
        return GROUPS[self.kind]


def explained_parts(
    parts: Sequence[Part], before: Definition, after: Definition
) -> tuple[ExplainedPart, ...]:
    """The parts in words, those that moved most first."""
    labels = _labels(before) | _labels(after)
    ordered = sorted(parts, key=lambda part: (-abs(part.shown), -abs(part.amount)))
    return tuple(_explained(part, labels) for part in ordered)


def _labels(definition: Definition) -> dict[tuple[str, str], tuple[str, str]]:
    """What a version calls its indicators and their dimensions."""
    return {
        (dimension.key, indicator.source): (
            indicator.label
            or source_label(indicator.source, find_source(indicator.source)),
            dimension.label,
        )
        for dimension, indicator in definition.indicators()
    }


def _explained(
    part: Part, labels: dict[tuple[str, str], tuple[str, str]]
) -> ExplainedPart:
    if part.kind == "override":
        label, dimension_label = "Set by hand", ""
    else:
        label, dimension_label = labels[part.dimension, part.source]
    return ExplainedPart(
        kind=part.kind,
        dimension=part.dimension,
        dimension_label=dimension_label,
        source=part.source,
        label=label,
        before=part.before_raw,
        after=part.after_raw,
        sentence=_sentence(part, label),
        shown=part.shown,
    )


def _sentence(part: Part, label: str) -> str:
    if part.kind == "override":
        return _override_sentence(part)
    if part.kind == "curve":
        return f"{label}: the scorecard rates the same value differently"
    if part.kind == "weights":
        return f"{label}: the scorecard gives it another weight"
    if part.kind == "coverage":
        return _coverage_sentence(part, label)
    source = find_source(part.source)
    if source is None:
        return f"{label} {part.before_raw} → {part.after_raw}"
    return source.tell_change(part.before_raw, part.after_raw)


def _override_sentence(part: Part) -> str:
    if part.before_raw is None:
        return f"The score was set by hand to {said_score(part.after_raw)}"
    if part.after_raw is None:
        return f"The score is no longer set by hand to {said_score(part.before_raw)}"
    if part.before_raw == part.after_raw:
        return f"The score stayed at {said_score(part.after_raw)}, set by hand"
    before, after = said_score(part.before_raw), said_score(part.after_raw)
    return f"The score set by hand went from {before} to {after}"


def _coverage_sentence(part: Part, label: str) -> str:
    if part.before_raw is None and part.after_raw is not None:
        return f"{label}: there are data now"
    if part.after_raw is None and part.before_raw is not None:
        return f"{label}: no fresh data any more"
    return f"{label}: weighs differently because other data came or went"
