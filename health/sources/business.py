"""Sources that read business value: today from custom metrics of the same name."""

import re
from collections.abc import Callable
from functools import partial

from health.sources.arithmetic import ratio
from health.sources.declaring import Columns, Reading, Source, source
from health.sources.reading import Floats


def metric_source(key: str) -> Source | None:
    """The source that reads a custom metric in one of the forms; None for others."""
    form, _, metric = key.partition(":")
    found = _form(form)
    if found is None or not metric:
        return None
    read, unit, window, what, said = found
    name = metric.replace("_", " ").replace("-", " ").capitalize()
    return Source(
        key=key,
        label=said.format(name=name),
        unit=unit,
        window=window,
        description=what.format(metric=metric),
        group="business",
        direction="up",
        sentence=f"{said.format(name=name)} {{before}} → {{after}}",
        read=partial(read, metric),
        age=partial(_metric_age, metric),
        places=1,
    )


def _latest(metric: str, facts: Columns) -> Floats:
    return facts[f"metric_value:{metric}"]


def _mean(form: str, metric: str, facts: Columns) -> Floats:
    return facts[f"{form}:{metric}"]


def _share_of_target(metric: str, facts: Columns) -> Floats:
    value, target = facts[f"metric_value:{metric}"], facts[f"metric_target:{metric}"]
    return 100 * ratio(value, target)


def _metric_age(metric: str, facts: Columns) -> Floats:
    return facts[f"metric_age:{metric}"]


_Form = tuple[Callable[[str, Columns], Floats], str, str, str, str]
# Form: how it reads, its unit, its window, what it is, and what it is called.
_FORMS: dict[str, _Form] = {
    "metric": (
        _latest,
        "",
        "latest",
        "The latest value of the custom metric “{metric}”.",
        "{name}",
    ),
    "metric_target": (
        _share_of_target,
        "%",
        "latest",
        "The latest value of the custom metric “{metric}” ÷ its target.",
        "{name} against target",
    ),
}


_MEAN_FORM = re.compile(r"metric_mean_([1-9]\d{0,2})d")


def _form(form: str) -> _Form | None:
    """One of the named forms, or a mean over any number of days below 1000."""
    mean = _MEAN_FORM.fullmatch(form)
    if mean is None:
        return _FORMS.get(form)
    days = mean[1]
    return (
        partial(_mean, form),
        "",
        f"{days} days",
        f"The mean of the custom metric “{{metric}}” over {days} days.",
        f"{{name}}, mean of {days} days",
    )


def _age_of(metric: str) -> Reading:
    return partial(_metric_age, metric)


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
