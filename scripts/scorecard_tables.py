"""Writes the tables of docs/reference/scorecards.md from the shipped scorecards.

`python -m scripts.scorecard_tables` rewrites them in place; a test compares.
"""

from pathlib import Path

from health.definition import Definition, Indicator, parse_definition
from health.presets import PRESETS

DOCUMENT = Path(__file__).parents[1] / "docs" / "reference" / "scorecards.md"
START = "<!-- tables: written by scripts/scorecard_tables.py -->"
END = "<!-- end of tables -->"


def tables() -> str:
    """One section per shipped scorecard, as Markdown."""
    sections = []
    for preset in PRESETS:
        definition = parse_definition(preset.definition)
        lines = [f"### {preset.label} (`{preset.slug}`)", "", preset.description, ""]
        lines += [*_indicator_table(definition), "", *_advice_table(definition)]
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


def with_fresh_tables(text: str) -> str:
    """The document with everything between its two markers replaced."""
    before, rest = text.split(START)
    _, after = rest.split(END)
    return f"{before}{START}\n\n{tables()}\n\n{END}{after}"


def _indicator_table(definition: Definition) -> list[str]:
    lines = [
        "| Dimension | Indicator | Weight | Of the whole | Value → score | Limits |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    shares = zip(definition.indicators(), definition.nominal_weights(), strict=True)
    for (dimension, indicator), share in shares:
        cells = [
            f"{dimension.label} {dimension.weight:g}",
            f"`{indicator.source}`",
            f"{indicator.weight:g}",
            f"{share:.4g} %",
            ", ".join(f"{value:g} → {score:g}" for value, score in indicator.curve),
            _limits(indicator),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _limits(indicator: Indicator) -> str:
    limits = []
    if indicator.max_age_days is not None:
        limits.append(f"at most {indicator.max_age_days:g} days old")
    if indicator.red_flag is not None:
        limits.append(f"red flag {indicator.red_flag.op} {indicator.red_flag.value:g}")
    return ", ".join(limits) or "–"


def _advice_table(definition: Definition) -> list[str]:
    lines = [
        "| Dimension | Below | Priority | Action | Expected effect | Playbook |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for dimension in definition.dimensions:
        for advice in dimension.recommendations:
            cells = [
                dimension.label,
                "otherwise" if advice.below is None else f"{advice.below:g}",
                advice.priority,
                advice.action,
                advice.expected_effect,
                advice.playbook,
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    DOCUMENT.write_text(with_fresh_tables(DOCUMENT.read_text()))
