"""A scorecard's definition from and to the JSON that a version stores.

Whatever `parse_definition` accepts can be scored; `validate_for_publishing` adds
what a published version must keep: weights that sum to 100, bands down to 0,
nothing empty. The parts themselves are offered from here too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from health.definition_parts import (
    DEFAULT_BANDS,
    MISSING_RULES,
    PRIORITIES,
    UNKNOWN_BAND,
    Band,
    Definition,
    DefinitionError,
    Dimension,
    Indicator,
    MissingRule,
    Point,
    Problem,
    Recommendation,
    RedFlag,
)
from health.definition_rules import (
    WEIGHT_TOLERANCE,
    arithmetic_problems,
    publishing_problems,
    validate_for_publishing,
)

__all__ = [
    "DEFAULT_BANDS",
    "MISSING_RULES",
    "PRIORITIES",
    "UNKNOWN_BAND",
    "WEIGHT_TOLERANCE",
    "Band",
    "Definition",
    "DefinitionError",
    "Dimension",
    "Indicator",
    "MissingRule",
    "Point",
    "Problem",
    "Recommendation",
    "RedFlag",
    "arithmetic_problems",
    "definition_to_json",
    "parse_definition",
    "publishing_problems",
    "validate_for_publishing",
]

Json = dict[str, object]


def parse_definition(data: object) -> Definition:
    """The definition in plain JSON data; `DefinitionError` lists every problem."""
    problems: list[Problem] = []
    definition = _read_definition(_Node(data, "", problems))
    # Rules are checked on readable parts only: a second message about a number
    # that could not be read would not help.
    problems = problems or arithmetic_problems(definition)
    if problems:
        raise DefinitionError(problems)
    return definition


@dataclass(frozen=True)
class _Node:
    """A place in the JSON that knows its path and notes what is wrong there."""

    value: object
    path: str
    problems: list[Problem]

    def report(self, message: str) -> None:
        self.problems.append(Problem(self.path or "definition", message))

    def fields(self, *allowed: str) -> dict[str, "_Node"]:
        """The members of an object; absent ones are nodes holding None."""
        members: Mapping[object, object] = {}
        if isinstance(self.value, Mapping):
            members = self.value
        else:
            self.report("This must be an object.")
        prefix = f"{self.path}." if self.path else ""
        for name in members:
            if name not in allowed:
                self.problems.append(Problem(f"{prefix}{name}", "Unknown field."))
        return {
            name: _Node(members.get(name), f"{prefix}{name}", self.problems)
            for name in allowed
        }

    def items(self) -> list["_Node"]:
        if not isinstance(self.value, list | tuple):
            self.report("This must be a list.")
            return []
        return [
            _Node(value, f"{self.path}[{index}]", self.problems)
            for index, value in enumerate(self.value)
        ]

    def text(self, *, default: str | None = None) -> str:
        if self.value is None and default is not None:
            return default
        if isinstance(self.value, str) and (self.value.strip() or default is not None):
            return self.value
        self.report("This must be a text.")
        return ""

    def choice(self, options: tuple[str, ...], *, default: str | None = None) -> str:
        chosen = self.text(default=default)
        if chosen and chosen not in options:
            self.report(f"Choose one of {', '.join(options)}.")
        return chosen

    def number(self, *, default: float | None = None) -> float:
        if self.value is None and default is not None:
            return default
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            try:
                return float(self.value)
            except OverflowError:
                pass
        self.report("This must be a number.")
        return 0.0

    def optional_number(self) -> float | None:
        return None if self.value is None else self.number()


def _read_definition(node: _Node) -> Definition:
    part = node.fields("dimensions", "bands", "missing", "min_coverage")
    missing = part["missing"].choice(MISSING_RULES, default="redistribute")
    bands: tuple[Band, ...] = DEFAULT_BANDS
    if part["bands"].value is not None:
        bands = tuple(_read_band(item) for item in part["bands"].items())
    return Definition(
        dimensions=tuple(_read_dimension(item) for item in part["dimensions"].items()),
        bands=bands,
        missing=next((rule for rule in MISSING_RULES if rule == missing), "zero"),
        min_coverage=part["min_coverage"].number(default=50.0),
    )


def _read_band(node: _Node) -> Band:
    part = node.fields("key", "label", "lower")
    return Band(part["key"].text(), part["label"].text(), part["lower"].number())


def _read_dimension(node: _Node) -> Dimension:
    part = node.fields("key", "label", "weight", "indicators", "recommendations")
    recommendations: tuple[Recommendation, ...] = ()
    if part["recommendations"].value is not None:
        read = (_read_recommendation(i) for i in part["recommendations"].items())
        recommendations = tuple(sorted(read, key=_by_limit))
    return Dimension(
        key=part["key"].text(),
        label=part["label"].text(),
        weight=part["weight"].number(),
        indicators=tuple(_read_indicator(item) for item in part["indicators"].items()),
        recommendations=recommendations,
    )


def _by_limit(recommendation: Recommendation) -> tuple[bool, float]:
    below = recommendation.below
    return below is None, below or 0.0


def _read_recommendation(node: _Node) -> Recommendation:
    part = node.fields("below", "priority", "action", "expected_effect", "playbook")
    return Recommendation(
        below=part["below"].optional_number(),
        priority=part["priority"].choice(PRIORITIES, default="medium"),
        action=part["action"].text(),
        expected_effect=part["expected_effect"].text(default=""),
        playbook=part["playbook"].text(default=""),
    )


def _read_indicator(node: _Node) -> Indicator:
    part = node.fields("source", "label", "weight", "curve", "max_age_days", "red_flag")
    red_flag = None
    if part["red_flag"].value is not None:
        red_flag = _read_red_flag(part["red_flag"])
    return Indicator(
        source=part["source"].text(),
        weight=part["weight"].number(),
        curve=tuple(_read_point(item) for item in part["curve"].items()),
        label=part["label"].text(default=""),
        max_age_days=part["max_age_days"].optional_number(),
        red_flag=red_flag,
    )


def _read_point(node: _Node) -> Point:
    numbers = [item.number() for item in node.items()]
    if len(numbers) != 2:
        node.report("A point is a pair: value and score.")
        return (0.0, 0.0)
    return (numbers[0], numbers[1])


def _read_red_flag(node: _Node) -> RedFlag:
    part = node.fields("op", "value")
    op = part["op"].choice(("<", ">"))
    return RedFlag("<" if op == "<" else ">", part["value"].number())


def definition_to_json(definition: Definition) -> Json:
    """Plain JSON data that `parse_definition` reads back to an equal definition."""
    return {
        "dimensions": [_dimension_json(d) for d in definition.dimensions],
        "bands": [
            {"key": band.key, "label": band.label, "lower": band.lower}
            for band in definition.bands
        ],
        "missing": definition.missing,
        "min_coverage": definition.min_coverage,
    }


def _dimension_json(dimension: Dimension) -> Json:
    return {
        "key": dimension.key,
        "label": dimension.label,
        "weight": dimension.weight,
        "indicators": [_indicator_json(i) for i in dimension.indicators],
        "recommendations": [
            {
                "below": r.below,
                "priority": r.priority,
                "action": r.action,
                "expected_effect": r.expected_effect,
                "playbook": r.playbook,
            }
            for r in dimension.recommendations
        ],
    }


def _indicator_json(indicator: Indicator) -> Json:
    flag = indicator.red_flag
    return {
        "source": indicator.source,
        "label": indicator.label,
        "weight": indicator.weight,
        "curve": [[value, score] for value, score in indicator.curve],
        "max_age_days": indicator.max_age_days,
        "red_flag": None if flag is None else {"op": flag.op, "value": flag.value},
    }
