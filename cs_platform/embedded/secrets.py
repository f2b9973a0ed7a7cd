"""Secrets: read from the environment or a file, or generated once and kept."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def from_environment(env: Mapping[str, str], name: str) -> str | None:
    """`NAME`, or the content of the file that `NAME_FILE` names; None without both."""
    if value := env.get(name):
        return value
    if path := env.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return None


def persisted_secret(data_dir: Path, name: str, *, length: int = 50) -> str:
    """The secret `name` of this data folder, generated on first use (mode 600)."""
    path = data_dir / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(length)[:length])
    return path.read_text().strip()


def _write_once(path: Path, value: str) -> None:
    """Write aside and link: of two processes at the same moment the first one wins."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(value + "\n")
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
