"""Files to import, and the importer with few words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integrations.outcome import Result
from integrations.services import import_file
from organisation.models import Organisation

Importer = Callable[..., Result]


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A file with this text (or these bytes)."""

    def write_file(content: str | bytes, name: str = "file.csv") -> Path:
        path = tmp_path / name
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return path

    return write_file


@pytest.fixture
def importing(db, write) -> Importer:
    """Import a text as a kind; further arguments are entries of the mapping."""
    Organisation.objects.get_or_create(pk=1)

    def run(kind_key, content, /, name: str = "file.csv", **mapping: Any) -> Result:
        is_dry_run = mapping.pop("is_dry_run", False)
        return import_file(
            kind=kind_key,
            path=write(content, name),
            mapping={"source": "crm", **mapping},
            by=None,
            is_dry_run=is_dry_run,
        )

    return run


@pytest.fixture
def accounts(importing) -> Importer:
    """Two accounts, A1 and A2, seen first in 2024."""
    importing(
        "accounts",
        "external_id,name,first_seen_on\nA1,Alpha,2024-01-01\nA2,Beta,2024-01-01\n",
    )
    return importing


def counts(result: Result) -> dict[str, int]:
    """The counts that are not zero."""
    names = ("created", "updated", "unchanged", "rejected", "quarantined", "released")
    return {name: getattr(result, name) for name in names if getattr(result, name)}
