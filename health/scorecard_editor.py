"""A sketch as the editor's page shows it: fields with what is wrong beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.numbers import clean, exact_sum
from health.charts import CurveChart, curve_chart
from health.definition import (
    DEFAULT_BANDS,
    Band,
    DefinitionError,
    Problem,
    arithmetic_problems,
    parse_definition,
    publishing_problems,
)
from health.queries.indicators import source_label
from health.scorecard_sheet import FULL_WEIGHT, WEIGHT_TOLERANCE, sayer
from health.scorecard_sketch import Sketch, definition_of, number_in, steps_of
from health.sources.registry import Source, find_source

Spread = Sequence[float]


@dataclass(frozen=True)
class Field:
    """One input: its name is its path; ``problems`` stand beside it."""

    name: str
    text: str
    problems: list[str]

    @property
    def id(self) -> str:
        """An id for labels: the path without brackets."""
        return field_id(self.name)


def field_id(path: str) -> str:
    """The id of the input at a path."""
    return "f-" + path.replace("[", "-").replace("]", "").replace(".", "-")


@dataclass(frozen=True)
class Sum:
    """The sum of some weights against 100."""

    path: str
    total: float
    count: int
    problems: list[str]

    @property
    def off(self) -> float:
        """What is missing (positive) or too much (negative); 0 when it is right."""
        rest = clean(FULL_WEIGHT - self.total)
        return rest if abs(rest) > WEIGHT_TOLERANCE else 0.0

    @property
    def too_much(self) -> float:
        return max(0.0, -self.off)


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator with its curve, drawn when its points can be read."""

    path: str
    source: Source | None
    source_key: str
    name: str
    fields: dict[str, Field]
    points: list[tuple[str, Field, Field, list[str]]]
    chart: CurveChart | None
    problems: list[str]
    spread: Spread
    is_open: bool
    share: float | None

    @property
    def unit(self) -> str:
        return self.source.unit if self.source else ""

    @property
    def curve_path(self) -> str:
        return f"{self.path}.curve"

    @property
    def spread_json(self) -> str:
        """The spread for the script that redraws the curve."""
        return json.dumps([round(value, 4) for value in self.spread])

    @property
    def id(self) -> str:
        return field_id(self.path)


@dataclass(frozen=True)
class DimensionCard:
    """One dimension with its indicators and its advice."""

    path: str
    title: str
    fields: dict[str, Field]
    indicators: list[IndicatorRow]
    recommendations: list[tuple[str, dict[str, Field]]]
    sum: Sum

    @property
    def sources(self) -> set[str]:
        """What its indicators read: nothing is read twice in one dimension."""
        return {indicator.source_key for indicator in self.indicators}

    @property
    def weight_number(self) -> float:
        """The weight for its bar; what is no number is drawn as nothing."""
        weight = number_in(self.fields["weight"].text)
        return weight if isinstance(weight, float) else 0.0

    @property
    def id(self) -> str:
        return field_id(self.path)


@dataclass(frozen=True)
class EditorSheet:
    """The whole sketch; ``todo`` hinders publishing: (path, where, what)."""

    dimensions: list[DimensionCard]
    bands: list[tuple[str, str, dict[str, Field]]]
    band_problems: list[str]
    missing: Field
    min_coverage: Field
    sum: Sum
    todo: list[tuple[str, str, str]]
    other: list[str]
    may_add_band: bool


@dataclass
class _Words:
    """Problems by path; those that no field takes are told above the form."""

    by_path: dict[str, list[str]]
    taken: set[str] = field(default_factory=set)

    def at(self, path: str) -> list[str]:
        self.taken.add(path)
        return self.by_path.get(path, [])

    def field(self, node: Mapping[str, Any], path: str, name: str) -> Field:
        place = f"{path}.{name}" if path else name
        return Field(place, node[name], self.at(place))

    def fields(
        self, node: Mapping[str, Any], path: str, *names: str
    ) -> dict[str, Field]:
        return {name: self.field(node, path, name) for name in names}

    def rest(self) -> list[str]:
        return [
            f"{path}: {message}"
            for path, messages in self.by_path.items()
            if path not in self.taken
            for message in messages
        ]


def sketch_problems(sketch: Sketch) -> tuple[list[Problem], list[Problem]]:
    """What cannot be kept as a draft, and what cannot be published yet."""
    try:
        definition = parse_definition(definition_of(sketch))
    except DefinitionError as error:
        return list(error.problems), list(error.problems)
    return arithmetic_problems(definition), publishing_problems(definition)


def editor_sheet(
    sketch: Sketch, *, spreads: Mapping[str, Spread] | None = None
) -> EditorSheet:
    """Everything the page needs; ``spreads`` tells where accounts lie, by source."""
    wrong, hinders = sketch_problems(sketch)
    by_path: dict[str, list[str]] = {}
    for problem in wrong:
        by_path.setdefault(problem.path, []).append(problem.message)
    words = _Words(by_path)
    bands = _readable_bands(sketch)
    dimension_sum = _sum(sketch["dimensions"], "dimensions", words)
    dimensions = [
        _dimension(node, f"dimensions[{index}]", words, bands, spreads or {},
                   dimension_sum.total)
        for index, node in enumerate(sketch["dimensions"])
    ]  # fmt: skip
    return EditorSheet(
        dimensions=dimensions,
        bands=[_band(node, f"bands[{i}]", words) for i, node in
               enumerate(sketch["bands"])],
        band_problems=words.at("bands"),
        missing=words.field(sketch, "", "missing"),
        min_coverage=words.field(sketch, "", "min_coverage"),
        sum=dimension_sum,
        todo=[(p.path, _where(sketch, p.path), p.message) for p in hinders],
        other=words.rest(),
        may_add_band=len(sketch["bands"]) < len(DEFAULT_BANDS),
    )  # fmt: skip


def _where(sketch: Sketch, path: str) -> str:
    """A path as a person would say it: Usage, Active users."""
    words: list[str] = []
    node: Any = sketch
    for step in steps_of(path):
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
        if not isinstance(node, dict):
            continue
        if node.get("source"):
            known = source_label(node["source"], find_source(node["source"]))
            words.append(node["label"] or known)
        elif node.get("label") or node.get("action"):
            words.append(node.get("label") or node["action"])
    return ", ".join(words)


def _sum(items: Sequence[Sketch], path: str, words: _Words) -> Sum:
    return Sum(path, exact_sum(_weights(items)), len(items), words.at(path))


def _weights(items: Sequence[Sketch]) -> list[float]:
    numbers = [number_in(item["weight"]) for item in items]
    return [n for n in numbers if isinstance(n, float)]


def _band(node: Sketch, path: str, words: _Words) -> tuple[str, str, dict[str, Field]]:
    return path, node["key"], words.fields(node, path, "key", "label", "lower")


def _readable_bands(sketch: Sketch) -> tuple[Band, ...]:
    """The bands for the ground of the curves; none while they make no sense."""
    found = []
    for node in sketch["bands"]:
        lower = number_in(node["lower"])
        if not isinstance(lower, float) or not 0 <= lower <= 100:
            return ()
        found.append(Band(node["key"], node["label"], lower))
    lowers = [band.lower for band in found]
    return tuple(found) if lowers == sorted(set(lowers), reverse=True) else ()


def _dimension(
    node: Sketch,
    path: str,
    words: _Words,
    bands: tuple[Band, ...],
    spreads: Mapping[str, Spread],
    outer: float,
) -> DimensionCard:
    inner = _sum(node["indicators"], f"{path}.indicators", words)
    weight = number_in(node["weight"])
    share = None
    if isinstance(weight, float) and outer > 0 and inner.total > 0:
        share = weight / outer / inner.total * FULL_WEIGHT
    return DimensionCard(
        path=path,
        title=node["label"],
        fields=words.fields(node, path, "key", "label", "weight"),
        indicators=[
            _indicator(item, f"{inner.path}[{index}]", words, bands, spreads, share)
            for index, item in enumerate(node["indicators"])
        ],
        recommendations=[
            (
                place := f"{path}.recommendations[{index}]",
                words.fields(item, place, "below", "priority", "action",
                             "expected_effect", "playbook"),
            )
            for index, item in enumerate(node["recommendations"])
        ],
        sum=inner,
    )  # fmt: skip


def _indicator(
    node: Sketch,
    path: str,
    words: _Words,
    bands: tuple[Band, ...],
    spreads: Mapping[str, Spread],
    share: float | None,
) -> IndicatorRow:
    source = find_source(node["source"])
    fields = words.fields(node, path, "source", "label", "weight", "max_age_days",
                          "open")  # fmt: skip
    flag = words.fields(node["red_flag"], f"{path}.red_flag", "op", "value")
    points = _points(node["curve"], f"{path}.curve", words)
    weight = number_in(node["weight"])
    problems = [*fields["source"].problems, *words.at(f"{path}.curve")]
    is_wrong = any(
        [problems, *(f.problems for f in (*fields.values(), *flag.values())),
         *(p[3] for p in points)]
    )  # fmt: skip
    return IndicatorRow(
        path=path,
        source=source,
        source_key=node["source"],
        name=node["label"] or source_label(node["source"], source),
        fields=fields | {"flag_op": flag["op"], "flag_value": flag["value"]},
        points=points,
        chart=_chart(node, source, bands),
        problems=problems,
        spread=spreads.get(node["source"], ()),
        is_open=bool(node["open"]) or is_wrong,
        share=None
        if share is None or not isinstance(weight, float)
        else clean(share * weight / FULL_WEIGHT),
    )


def _points(
    curve: Sequence[Sequence[str]], path: str, words: _Words
) -> list[tuple[str, Field, Field, list[str]]]:
    rows = []
    for index, (value, score) in enumerate(curve):
        place = f"{path}[{index}]"
        first, second = f"{place}[0]", f"{place}[1]"
        fields = (Field(first, value, words.at(first)),
                  Field(second, score, words.at(second)))  # fmt: skip
        messages = [*words.at(place), *fields[0].problems, *fields[1].problems]
        rows.append((place, *fields, messages))
    return rows


def _chart(
    node: Sketch, source: Source | None, bands: tuple[Band, ...]
) -> CurveChart | None:
    points = [(number_in(value), number_in(score)) for value, score in node["curve"]]
    known = [(v, s) for v, s in points if isinstance(v, float) and isinstance(s, float)]
    values = [value for value, _ in known]
    if not known or len(known) != len(points) or values != sorted(set(values)):
        return None
    return curve_chart(known, say=sayer(source), bands=bands)
