"""What the buttons of the editor do to a sketch: add, remove, move, share out.

A step is a word and a place, ``add:dimensions[0].recommendations`` or
``source:dimensions[0].indicators[1]=nps``; it answers with the place that should have
the focus next. A step that makes no sense changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from core.numbers import exact_sum, largest_remainder
from health.definition import DEFAULT_BANDS
from health.presets import PRESETS
from health.scorecard_sketch import Sketch, number_in, said, sketch_of, steps_of
from health.sources.registry import find_source

FULL = 100.0
OPEN = "1"


def take_step(sketch: Sketch, step: str) -> str:
    """Change the sketch; the path to look at next, "" for the same place."""
    word, _, rest = step.partition(":")
    path, _, argument = rest.partition("=")
    act = _ACTS.get(word)
    if act is None or not steps_of(path):
        return ""
    try:
        return act(sketch, path, argument)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        # The page was older than what it speaks of.
        return ""


def _at(sketch: Sketch, path: str) -> Any:
    node: Any = sketch
    for step in steps_of(path):
        node = node[step]
    return node


def _parent(path: str) -> tuple[str, int]:
    """The list that a place is in, and its position there."""
    position = steps_of(path)[-1]
    if not isinstance(position, int):
        raise TypeError(path)
    return path[: path.rindex("[")], position


# --- adding -----------------------------------------------------------------------


def _add(sketch: Sketch, path: str, argument: str) -> str:
    items, kind = _at(sketch, path), steps_of(path)[-1]
    if kind == "curve":
        return _add_point(items, path)
    if kind == "bands":
        return _add_band(items, path)
    if kind == "indicators":
        return _add_indicator(items, path, argument)
    items.append(_new_item(str(kind), items))
    end = "label" if kind == "dimensions" else "action"
    return f"{path}[{len(items) - 1}].{end}"


def _new_item(kind: str, items: Sequence[Sketch]) -> Sketch:
    if kind == "dimensions":
        weight = said(_room(items))
        return {"key": "", "label": "", "weight": weight, "indicators": [],
                "recommendations": []}  # fmt: skip
    if kind == "recommendations":
        return {"below": "60", "priority": "medium", "action": "",
                "expected_effect": "", "playbook": ""}  # fmt: skip
    raise KeyError(kind)


def _add_indicator(items: list[Sketch], path: str, source: str) -> str:
    if not source or source in {item["source"] for item in items}:
        return path
    items.append(new_indicator(source, weight=said(_room(items))))
    return f"{path}[{len(items) - 1}].weight"


def new_indicator(source: str, *, weight: str) -> Sketch:
    """An indicator with the curve that a shipped scorecard gives this source."""
    return {
        "source": source,
        "label": "",
        "weight": weight,
        "curve": usual_curve(source),
        "max_age_days": "",
        "red_flag": {"op": "", "value": ""},
        "open": OPEN,
    }


def usual_curve(source: str) -> list[list[str]]:
    """The curve of the first shipped scorecard that reads the source, else a line."""
    for preset in PRESETS:
        for dimension in sketch_of(preset.definition)["dimensions"]:
            for indicator in dimension["indicators"]:
                if indicator["source"] == source:
                    return [list(point) for point in indicator["curve"]]
    known = find_source(source)
    falls = known is not None and known.direction == "down"
    top = "100" if known is None or known.unit == "%" else "10"
    return [["0", "100"], [top, "0"]] if falls else [["0", "0"], [top, "100"]]


def _room(items: Sequence[Sketch]) -> float:
    """What is left of 100 for one more, never less than nothing."""
    return max(0.0, round(FULL - exact_sum(_weights(items)), 6))


def _weights(items: Sequence[Sketch]) -> list[float]:
    """The weights as numbers; what is no number weighs nothing yet."""
    numbers = [number_in(item["weight"]) for item in items]
    return [n if isinstance(n, float) and n > 0 else 0.0 for n in numbers]


def _add_point(curve: list[list[str]], path: str) -> str:
    """A point in the middle of the widest gap, on the line; else one step further."""
    points = [(number_in(value), number_in(score)) for value, score in curve]
    known = [p for p in points if isinstance(p[0], float) and isinstance(p[1], float)]
    place = len(curve)
    if len(known) != len(points) or not points:
        curve.append(["", ""])
    elif len(points) == 1:
        value, score = points[0]
        curve.append([said(float(value) + 1), said(score)])
    else:
        gaps = [float(b[0]) - float(a[0]) for a, b in pairwise(points)]
        place = gaps.index(max(gaps)) + 1
        before, after = points[place - 1], points[place]
        value = (float(before[0]) + float(after[0])) / 2
        score = (float(before[1]) + float(after[1])) / 2
        curve.insert(place, [said(round(value, 4)), said(round(score, 1))])
    return f"{path}[{place}][0]"


def _add_band(bands: list[Sketch], path: str) -> str:
    """The best colour that is not there yet, in its usual place."""
    order = [band.key for band in DEFAULT_BANDS]
    there = [band["key"] for band in bands]
    missing = next((band for band in DEFAULT_BANDS if band.key not in there), None)
    if missing is None:
        return path
    bands.append(
        {"key": missing.key, "label": missing.label, "lower": said(missing.lower)}
    )
    bands.sort(key=lambda band: order.index(band["key"]) if band["key"] in order else 9)
    return f"{path}[{[band['key'] for band in bands].index(missing.key)}].label"


# --- the rest ---------------------------------------------------------------------


def _remove(sketch: Sketch, path: str, argument: str) -> str:
    items_path, position = _parent(path)
    items = _at(sketch, items_path)
    del items[position]
    return f"{items_path}[{min(position, len(items) - 1)}]" if items else items_path


def _move(sketch: Sketch, path: str, step: int) -> str:
    items_path, position = _parent(path)
    items = _at(sketch, items_path)
    there = min(max(position + step, 0), len(items) - 1)
    items.insert(there, items.pop(position))
    return f"{items_path}[{there}]"


def _up(sketch: Sketch, path: str, argument: str) -> str:
    return _move(sketch, path, -1)


def _down(sketch: Sketch, path: str, argument: str) -> str:
    return _move(sketch, path, 1)


def _scale(sketch: Sketch, path: str, argument: str) -> str:
    """Weights in the same proportion that sum to 100; equal ones when all are 0."""
    items = _at(sketch, path)
    weights = _weights(items)
    total = exact_sum(weights)
    shares = [FULL * w / total if total else FULL / len(weights) for w in weights]
    places = 0 if all(weight == round(weight) for weight in weights) else 1
    for item, share in zip(items, largest_remainder(shares, FULL, places), strict=True):
        item["weight"] = said(share)
    return path


def _source(sketch: Sketch, path: str, argument: str) -> str:
    """Another source for an indicator, with the curve that suits it."""
    indicator = _at(sketch, path)
    if argument and argument != indicator["source"]:
        indicator |= {
            "source": argument,
            "label": "",
            "curve": usual_curve(argument),
            "open": OPEN,
        }
    return f"{path}.weight"


_ACTS: dict[str, Callable[[Sketch, str, str], str]] = {
    "add": _add,
    "remove": _remove,
    "up": _up,
    "down": _down,
    "scale": _scale,
    "source": _source,
}
