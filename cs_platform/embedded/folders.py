"""Where the embedded services keep their data, sockets and logs.

One data folder a port and checkout, unless CS_DATA_DIR names one:
root keeps them in /var/lib/cs_platform, everybody else in `.data` of the checkout.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from .server_user import ServerUser

DEFAULT_PORT = "8000"
SYSTEM_FOLDER = Path("/var/lib/cs_platform")
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - shared memory, our folder is private
SHORT_FOLDER = Path("/tmp")  # noqa: S108 - checked for its owner before use
MEMORY_NEEDED = 2 * 1024**3

# A Unix socket path may have 107 bytes; the longest name below the folder takes 14.
# Other characters would need quoting that Celery, Django and libpq do differently.
_USABLE_FOR_SOCKETS = re.compile(r"/[A-Za-z0-9._/-]{1,89}")


def is_test_run(env: Mapping[str, str]) -> bool:
    """True under pytest, which sets PYTEST_VERSION, or with CS_TEST_CLUSTER=1.

    So tests never meet the demo's data, however they are called.
    """
    return env.get("CS_TEST_CLUSTER") == "1" or "PYTEST_VERSION" in env


def port_of(env: Mapping[str, str]) -> str:
    """The port that names the data folder; an empty one is the default one.

    Raises ValueError.
    """
    port = env.get("CS_PORT") or env.get("PORT") or DEFAULT_PORT
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"The port must be a number from 1 to 65535, not {port!r}.")
    return port


def data_folder(env: Mapping[str, str], *, base_dir: Path) -> Path:
    """The data folder for this environment; it need not exist yet."""
    if is_test_run(env):
        return _test_folder(env, base_dir)
    if chosen := env.get("CS_DATA_DIR"):
        return Path(chosen).expanduser().resolve()
    return _home_of_data(env, base_dir) / port_of(env)


def _test_folder(env: Mapping[str, str], base_dir: Path) -> Path:
    """In memory when there is room, because tests need speed and no durability."""
    if chosen := env.get("CS_TEST_DATA_DIR"):
        return Path(chosen).expanduser().resolve()
    in_memory = (
        MEMORY_FOLDER / f"cs_platform-test-{os.geteuid()}-{_short_hash(base_dir)}"
    )
    if in_memory.exists() or _has_room(MEMORY_FOLDER):
        return in_memory
    return _home_of_data(env, base_dir) / "test"


def _has_room(folder: Path) -> bool:
    if not os.access(folder, os.W_OK):
        return False
    return shutil.disk_usage(folder).free >= MEMORY_NEEDED


def _home_of_data(env: Mapping[str, str], base_dir: Path) -> Path:
    base_dir = base_dir.resolve()
    name = f"{base_dir.name.lower()}-{_short_hash(base_dir)}"
    if os.geteuid() == 0:
        return SYSTEM_FOLDER / name
    if os.access(base_dir, os.W_OK):
        return base_dir / ".data"
    shared = env.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(shared).expanduser() / "cs_platform" / name


def _short_hash(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:10]


def socket_folder(data_dir: Path) -> Path:
    """`run` inside the data folder, or a short private folder where that is too deep.

    It depends on the data folder alone, so that every process finds the same.
    """
    inside = data_dir / "run"
    if _USABLE_FOR_SOCKETS.fullmatch(str(inside)):
        return inside
    return SHORT_FOLDER / f"cs_platform-{os.geteuid()}-{_short_hash(data_dir)}"


def create_folders(data_dir: Path, user: ServerUser) -> None:
    """Make the folder and what it holds; private, but passable for the server user."""
    data_dir.mkdir(parents=True, exist_ok=True)
    if data_dir.stat().st_uid != os.geteuid():
        raise PermissionError(
            f"The data folder {data_dir} belongs to another user. "
            "Set CS_DATA_DIR to a folder of your own."
        )
    data_dir.chmod(0o711 if user.switch else 0o700)
    for name in ("locks", "logs"):
        (data_dir / name).mkdir(mode=0o711, exist_ok=True)
    for folder in (socket_folder(data_dir), data_dir / "redis"):
        _private_folder(folder, user)


def _private_folder(folder: Path, user: ServerUser) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), user.uid}:
        raise PermissionError(f"{folder} belongs to another user; remove it first.")
    user.own(folder)
    folder.chmod(0o700)


def log_file(data_dir: Path, name: str, user: ServerUser | None = None) -> Path:
    """The log file of one service; one that has grown beyond 10 MB is set aside."""
    path = data_dir / "logs" / f"{name}.log"
    if path.exists() and path.stat().st_size > 10 * 1024**2:
        path.replace(path.with_suffix(".log.1"))
    path.touch(mode=0o600)
    if user:
        user.own(path)
    return path


def last_lines(path: Path, count: int = 20) -> str:
    """The end of a log file, for error messages."""
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return "\n".join(lines[-count:])
