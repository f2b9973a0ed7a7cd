"""The parts of a scorecard's definition: what is measured, how, with what weight.

The order of the indicators (dimension by dimension) is the order of every array
and of the compact lists that snapshots store.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

Point = tuple[float, float]
MissingRule = Literal["redistribute", "zero", "neutral"]
MISSING_RULES: tuple[MissingRule, ...] = get_args(MissingRule)
PRIORITIES = ("critical", "high", "medium", "low")


class Problem(NamedTuple):
    """One thing wrong with a definition: where, and what, as a sentence."""

    path: str
    message: str


class DefinitionError(ValueError):
    """The definition cannot be used; `problems` says why, place by place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.path}: {p.message}" for p in self.problems))


@dataclass(frozen=True)
class RedFlag:
    """A raw value beyond which an indicator calls for attention by itself."""

    op: Literal["<", ">"]
    value: float


@dataclass(frozen=True)
class Recommendation:
    """What to do when a dimension stands below a score (`None`: otherwise)."""

    below: float | None
    priority: str
    action: str
    expected_effect: str = ""
    playbook: str = ""

    def applies_to(self, score: float) -> bool:
        return self.below is None or score < self.below


@dataclass(frozen=True)
class Indicator:
    """A source, its curve to 0–100 and its weight inside the dimension."""

    source: str
    weight: float
    curve: tuple[Point, ...]
    label: str = ""
    max_age_days: float | None = None
    red_flag: RedFlag | None = None


@dataclass(frozen=True)
class Dimension:
    """A named group of indicators with a weight inside the scorecard."""

    key: str
    label: str
    weight: float
    indicators: tuple[Indicator, ...]
    recommendations: tuple[Recommendation, ...] = ()

    @property
    def threshold(self) -> float | None:
        """The highest score below which something is recommended."""
        limits = [r.below for r in self.recommendations if r.below is not None]
        return max(limits, default=None)

    def recommendation_for(self, score: float) -> Recommendation | None:
        """The first that applies; they are listed from the lowest limit up."""
        return next((r for r in self.recommendations if r.applies_to(score)), None)


@dataclass(frozen=True)
class Band:
    """A half-open range of scores: from `lower` up to the next better band."""

    key: str
    label: str
    lower: float


UNKNOWN_BAND = Band("unknown", "Not enough data", math.nan)
DEFAULT_BANDS = (
    Band("green", "Healthy", 80.0),
    Band("yellow", "At risk", 60.0),
    Band("orange", "Critical", 40.0),
    Band("red", "Churn risk", 0.0),
)


@dataclass(frozen=True)
class Definition:
    """Everything that decides how raw values become a score and a band."""

    dimensions: tuple[Dimension, ...]
    bands: tuple[Band, ...] = field(default=DEFAULT_BANDS)
    missing: MissingRule = "redistribute"
    min_coverage: float = 50.0

    def indicators(self) -> Iterator[tuple[Dimension, Indicator]]:
        """Every indicator with its dimension, in the stable order of all arrays."""
        for dimension in self.dimensions:
            for indicator in dimension.indicators:
                yield dimension, indicator

    def indicator_keys(self) -> tuple[tuple[str, str], ...]:
        """(dimension, source) of every indicator, in the order of all arrays."""
        return tuple((d.key, i.source) for d, i in self.indicators())

    def sources(self) -> tuple[str, ...]:
        """Each source once, in the order of first use."""
        return tuple(dict.fromkeys(source for _, source in self.indicator_keys()))

    def max_ages(self) -> tuple[float, ...]:
        """Greatest age in days per indicator; infinite where there is no limit."""
        ages = (indicator.max_age_days for _, indicator in self.indicators())
        return tuple(math.inf if age is None else age for age in ages)

    def nominal_weights(self) -> tuple[float, ...]:
        """Weight of each indicator in the whole, in percent, with all data there.

        Drafts need not sum to 100: weights are taken in proportion. A dimension
        whose indicators all weigh nothing counts as absent.
        """
        inner = [sum(i.weight for i in d.indicators) for d in self.dimensions]
        counted = list(zip(self.dimensions, inner, strict=True))
        total = sum(dimension.weight for dimension, inside in counted if inside > 0)
        return tuple(
            100.0 * (dimension.weight / total) * (indicator.weight / inside)
            if total > 0 and inside > 0
            else 0.0
            for dimension, inside in counted
            for indicator in dimension.indicators
        )

    def band_for(self, score: float) -> Band:
        """The band of a stored score; the lowest band also holds what is below."""
        return next(
            (band for band in self.bands if score >= band.lower), self.bands[-1]
        )
