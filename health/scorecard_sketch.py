"""A definition while somebody edits it: what was typed, by place, sense or not.

A *sketch* has the shape of a definition, but every number is still the text that
stands in its field. The name of a field is the path that a `Problem` names, so
``dimensions[0].indicators[1].curve[2][0]`` is a field, a place and an address at once.
Nothing typed is lost: what is no number stays a text, and `parse_definition` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from health.definition import Definition, definition_to_json

Sketch = dict[str, Any]

PATH = re.compile(r"[a-z_]+(?:\.[a-z_]+|\[\d{1,3}\])*")
_STEP = re.compile(r"[a-z_]+|\d+")


def steps_of(path: str) -> list[str | int]:
    """The steps of a path from the root; [] when it is no path."""
    if not PATH.fullmatch(path):
        return []
    return [int(step) if step.isdigit() else step for step in _STEP.findall(path)]


# --- from a definition ------------------------------------------------------------


def sketch_of(definition: Mapping[str, Any]) -> Sketch:
    """The sketch of a definition's JSON; what it leaves out has the usual values."""
    usual: Sketch = definition_to_json(Definition(dimensions=()))
    definition = usual | dict(definition)
    return {
        "dimensions": [_dimension(d) for d in definition["dimensions"]],
        "bands": [
            {**_texts(band, "key", "label"), "lower": said(band.get("lower"))}
            for band in definition["bands"]
        ],
        "missing": definition["missing"],
        "min_coverage": said(definition["min_coverage"]),
    }


def said(value: object) -> str:
    """A number as somebody would type it, to the last digit; "" for none."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _texts(node: Mapping[str, Any], *names: str) -> Sketch:
    return {name: node.get(name) or "" for name in names}


def _dimension(node: Mapping[str, Any]) -> Sketch:
    return {
        **_texts(node, "key", "label"),
        "weight": said(node.get("weight")),
        "indicators": [_indicator(i) for i in node.get("indicators", ())],
        "recommendations": [
            {
                **_texts(r, "action", "expected_effect", "playbook"),
                "priority": r.get("priority", "medium"),
                "below": said(r.get("below")),
            }
            for r in node.get("recommendations", ())
        ],
    }


def _indicator(node: Mapping[str, Any]) -> Sketch:
    flag = node.get("red_flag") or {}
    return {
        **_texts(node, "source", "label"),
        "weight": said(node.get("weight")),
        "curve": [[said(value), said(score)] for value, score in node["curve"]],
        "max_age_days": said(node.get("max_age_days")),
        "red_flag": {"op": flag.get("op", ""), "value": said(flag.get("value"))},
        "open": "",
    }


# --- from and to the fields of a form -------------------------------------------------


def fields_of(sketch: Sketch) -> Iterator[tuple[str, str]]:
    """Every field of the form that shows this sketch: name and text."""
    yield from _fields(sketch, "")


def _fields(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from _fields(inner, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _fields(inner, f"{path}[{index}]")
    else:
        yield path, node


def sketch_from(fields: Iterable[tuple[str, str]]) -> Sketch:
    """The sketch that these fields show; gaps in the numbering close.

    Other fields of the form are left out, and so is what a definition does not have.
    """
    tree: dict[str | int, Any] = {}
    for name, text in fields:
        steps = steps_of(name)
        if steps:
            _plant(tree, steps, text)
    return {
        "dimensions": [_read_dimension(d) for d in _items(tree, "dimensions")],
        "bands": [
            {name: _text(band, name) for name in ("key", "label", "lower")}
            for band in _items(tree, "bands")
        ],
        "missing": _text(tree, "missing"),
        "min_coverage": _text(tree, "min_coverage"),
    }


def _plant(tree: dict[str | int, Any], steps: list[str | int], text: str) -> None:
    node = tree
    for step in steps[:-1]:
        node = node.setdefault(step, {})
        if not isinstance(node, dict):
            return
    node.setdefault(steps[-1], text)


def _items(node: object, name: str | int) -> list[Any]:
    found = node.get(name) if isinstance(node, dict) else None
    if not isinstance(found, dict):
        return []
    return [found[index] for index in sorted(k for k in found if isinstance(k, int))]


def _text(node: object, name: str | int) -> str:
    found = node.get(name) if isinstance(node, dict) else None
    return found if isinstance(found, str) else ""


def _read_dimension(node: object) -> Sketch:
    advice = ("below", "priority", "action", "expected_effect", "playbook")
    return {
        **{name: _text(node, name) for name in ("key", "label", "weight")},
        "indicators": [_read_indicator(i) for i in _items(node, "indicators")],
        "recommendations": [
            {name: _text(item, name) for name in advice}
            for item in _items(node, "recommendations")
        ],
    }


def _read_indicator(node: object) -> Sketch:
    flag = node.get("red_flag") if isinstance(node, dict) else None
    names = ("source", "label", "weight", "max_age_days", "open")
    return {
        **{name: _text(node, name) for name in names},
        "curve": [[_text(p, 0), _text(p, 1)] for p in _items(node, "curve")],
        "red_flag": {"op": _text(flag, "op"), "value": _text(flag, "value")},
    }


# --- to a definition ------------------------------------------------------------------


def definition_of(sketch: Sketch) -> dict[str, Any]:
    """The JSON that `parse_definition` judges: numbers where there are numbers.

    A dimension without a key gets one from its name.
    """
    taken = {d["key"] for d in sketch["dimensions"]}
    return {
        "dimensions": [_dimension_json(d, taken) for d in sketch["dimensions"]],
        "bands": [{**b, "lower": number_in(b["lower"])} for b in sketch["bands"]],
        "missing": sketch["missing"],
        "min_coverage": number_in(sketch["min_coverage"]),
    }


def number_in(text: str) -> float | str:
    """The number that a text says, else the text itself."""
    plain = text.strip().replace("−", "-").replace("\N{NO-BREAK SPACE}", "")
    try:
        value = float(plain.replace("_", "x"))
    except ValueError:
        return text
    return value if abs(value) < 1e300 else text


def _optional(text: str) -> float | str | None:
    return number_in(text) if text.strip() else None


def _dimension_json(node: Sketch, taken: set[str]) -> dict[str, Any]:
    key = node["key"] or _new_key(node["label"], taken)
    taken.add(key)
    return {
        "key": key,
        "label": node["label"],
        "weight": number_in(node["weight"]),
        "indicators": [_indicator_json(i) for i in node["indicators"]],
        "recommendations": [
            {**r, "below": _optional(r["below"])} for r in node["recommendations"]
        ],
    }


def _new_key(label: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or "dimension"
    number, key = 1, plain
    while key in taken:
        number += 1
        key = f"{plain}_{number}"
    return key


def _indicator_json(node: Sketch) -> dict[str, Any]:
    flag = node["red_flag"]
    return {
        "source": node["source"],
        "label": node["label"],
        "weight": number_in(node["weight"]),
        "curve": [[number_in(text) for text in point] for point in node["curve"]],
        "max_age_days": _optional(node["max_age_days"]),
        "red_flag": {"op": flag["op"], "value": number_in(flag["value"])}
        if flag["op"]
        else None,
    }
