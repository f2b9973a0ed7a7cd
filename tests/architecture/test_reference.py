"""The reference pages that are made from code say what the code says."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

PAGES = ("permissions.md", "openapi.yaml")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    """Written anew; a warning about the description of the API fails here."""
    folder = tmp_path_factory.mktemp("reference")
    call_command("write_reference", folder=folder)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_up_to_date(page, fresh):
    stored = Path(settings.BASE_DIR, "docs", "reference", page)

    assert stored.read_text() == Path(fresh, page).read_text(), (
        "run manage.py write_reference"
    )
