"""The gallery draws every component, for developers only."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

GALLERY = "core:components_gallery"


def test_the_gallery_is_closed_outside_development(settings):
    settings.DEBUG = False
    assert Client().get(reverse(GALLERY)).status_code == 404


@pytest.fixture
def gallery(settings) -> str:
    settings.DEBUG = True
    response = Client().get(reverse(GALLERY))
    assert response.status_code == 200
    return response.content.decode()


def test_nothing_in_the_gallery_breaks_the_content_security_policy(gallery):
    assert not re.search(r"<[^>]+\sstyle=", gallery)
    assert not re.search(r"<[^>]+\son\w+=", gallery)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", gallery)
    assert "<style" not in gallery


def test_every_component_says_what_its_parameters_are(settings):
    folder = Path(settings.BASE_DIR) / "templates" / "components"
    silent = [
        path.name
        for path in folder.glob("*.html")
        if "{% comment %}" not in path.read_text()[:120]
    ]
    assert silent == []


def test_every_component_is_in_the_reference(settings):
    root = Path(settings.BASE_DIR)
    reference = (root / "docs" / "reference" / "components.md").read_text()
    frame = {
        "svg_defs", "brand", "side_bar", "bottom_bar", "top_search", "user_menu",
        "palette", "shortcuts", "band_stack", "score_chart", "message_page",
            "bell",
    }  # fmt: skip
    names = {path.stem for path in (root / "templates" / "components").glob("*.html")}
    assert {
        name for name in names - frame if f"`{name}.html`" not in reference
    } == set()


def test_style_sheets_and_scripts_stay_short(settings):
    root = Path(settings.BASE_DIR) / "static"
    files = [*root.glob("css/*.css"), *root.glob("js/*.js")]
    assert files
    assert all(len(path.read_text().splitlines()) < 400 for path in files)
