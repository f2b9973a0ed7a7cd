"""Sources that read business value: today from custom metrics of the same name."""

from health.sources.declaring import Columns, Source, source
from health.sources.reading import Floats

METRIC_PREFIX = "metric:"


def metric_source(key: str) -> Source:
    """The source that reads the latest value of any custom metric."""

    def read(facts: Columns) -> Floats:
        return facts[f"metric_value:{key}"]

    def age(facts: Columns) -> Floats:
        return facts[f"metric_age:{key}"]

    name = key.replace("_", " ").replace("-", " ").capitalize()
    return Source(
        key=METRIC_PREFIX + key,
        label=name,
        unit="",
        window="latest",
        description=f"The latest value of the custom metric “{key}”.",
        group="business",
        direction="up",
        sentence=f"{name} {{before}} → {{after}}",
        read=read,
        age=age,
        places=1,
    )


def _age_of(key: str):
    return metric_source(key).age


@source(
    label="Outcome achievement",
    unit="%",
    window="latest",
    group="business",
    direction="up",
    sentence="Outcomes achieved {before} → {after}",
    age=_age_of("outcome_achievement"),
)
def outcome_achievement(facts: Columns) -> Floats:
    """How far the agreed outcomes are reached: the metric of this name."""
    return facts["metric_value:outcome_achievement"]


@source(
    label="ROI realisation",
    unit="%",
    window="latest",
    group="business",
    direction="up",
    sentence="ROI realised {before} → {after}",
    age=_age_of("roi_realisation"),
)
def roi_realisation(facts: Columns) -> Floats:
    """Return realised ÷ return expected: the metric of this name."""
    return facts["metric_value:roi_realisation"]


@source(
    label="Efficiency gain",
    unit="%",
    window="latest",
    group="business",
    direction="up",
    sentence="Efficiency gain {before} → {after}",
    age=_age_of("efficiency_gain"),
)
def efficiency_gain(facts: Columns) -> Floats:
    """Work saved compared with before: the metric of this name."""
    return facts["metric_value:efficiency_gain"]


@source(
    label="Advocacy score",
    unit="%",
    window="latest",
    group="relationship",
    direction="up",
    sentence="Advocacy score {before} → {after}",
    age=_age_of("advocacy_score"),
)
def advocacy_score(facts: Columns) -> Floats:
    """How readily the customer speaks for us: the metric of this name."""
    return facts["metric_value:advocacy_score"]
