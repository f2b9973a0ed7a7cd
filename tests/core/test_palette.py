"""The colour tokens: bands can be told apart by everybody, and words can be read."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
BANDS = ("green", "yellow", "orange", "red")
ALL_BANDS = (*BANDS, "unknown")
THEMES = ("light", "dark")

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SIMULATIONS = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = TO_XYZ.sum(axis=1)


def read_tokens() -> dict[str, dict[str, str]]:
    pattern = r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\);"
    found = re.findall(pattern, TOKENS.read_text())
    return {
        "light": {name: light for name, light, _ in found},
        "dark": {name: dark for name, _, dark in found},
    }


COLORS = read_tokens()


def linear(color: str) -> np.ndarray:
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )


def lab(linear_rgb: np.ndarray) -> np.ndarray:
    ratios = TO_XYZ @ linear_rgb / WHITE
    delta = 6 / 29
    x, y, z = np.where(
        ratios > delta**3, np.cbrt(ratios), ratios / (3 * delta**2) + 4 / 29
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one: str, other: str, vision: str) -> float:
    """CIE76 between two colours as that kind of vision sees them."""
    seen = [
        lab(np.clip(SIMULATIONS[vision] @ linear(color), 0, 1))
        for color in (one, other)
    ]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    light, dark = sorted(float(weights @ linear(c)) for c in (one, other))[::-1]
    return (light + 0.05) / (dark + 0.05)


def test_the_measures_agree_with_known_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert difference("#000000", "#ffffff", "normal") == pytest.approx(100, abs=0.1)
    assert difference("#ff0000", "#00ff00", "normal") == pytest.approx(170.6, abs=0.5)


def test_every_band_has_a_mark_a_ground_words_and_an_edge_in_both_themes():
    for theme in THEMES:
        for band in ALL_BANDS:
            for part in ("", "-soft", "-ink", "-edge"):
                assert f"band-{band}{part}" in COLORS[theme]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", SIMULATIONS)
def test_no_two_bands_look_alike(theme, vision):
    for one, other in itertools.combinations(BANDS, 2):
        marks = (COLORS[theme][f"band-{band}"] for band in (one, other))
        assert difference(*marks, vision) >= 20, (one, other)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("band", ALL_BANDS)
def test_the_word_of_a_band_can_be_read_on_its_ground(theme, band):
    colors = COLORS[theme]
    ink = colors[f"band-{band}-ink"]
    assert contrast(ink, colors[f"band-{band}-soft"]) >= 4.5
    assert contrast(ink, colors["app-surface"]) >= 4.5
    assert contrast(ink, colors["app-bg"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("band", ALL_BANDS)
def test_the_silhouette_of_a_band_stands_out(theme, band):
    """The fill or its outline, on the surface and on the band's own soft ground."""
    colors = COLORS[theme]
    for ground in ("app-surface", f"band-{band}-soft"):
        assert contrast(colors[f"band-{band}-edge"], colors[ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_only_yellow_on_white_needs_an_edge_of_another_colour(theme):
    colors = COLORS[theme]
    for band in ("green", "orange", "red"):
        assert colors[f"band-{band}"] == colors[f"band-{band}-edge"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ink", ["app-ink", "app-ink-2", "app-ink-3", "app-action"])
@pytest.mark.parametrize("ground", ["app-bg", "app-surface", "app-raised"])
def test_text_can_be_read_on_every_ground(theme, ink, ground):
    assert contrast(COLORS[theme][ink], COLORS[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_buttons_and_chosen_entries_can_be_read(theme):
    colors = COLORS[theme]
    for action in ("app-action", "app-action-hover"):
        assert contrast(colors["app-on-action"], colors[action]) >= 4.5
    assert contrast(colors["app-action"], colors["app-action-soft"]) >= 4.5
    assert contrast(colors["app-ink-2"], colors["app-action-soft"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_border_of_a_field_stands_out(theme):
    colors = COLORS[theme]
    for ground in ("app-surface", "app-bg"):
        assert contrast(colors["app-line-strong"], colors[ground]) >= 3
