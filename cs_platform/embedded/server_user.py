"""The system user the servers run as when root starts them.

PostgreSQL refuses to run as root. An ordinary user runs the servers itself; root runs
them as the system user `cs_platform`, made on first use, or as `nobody` where users
cannot be made.
"""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "cs_platform"


@dataclass(frozen=True, slots=True)
class ServerUser:
    """An identity to run as; `switch` tells whether we must change to it."""

    uid: int
    gid: int
    switch: bool

    def process_options(self) -> dict[str, Any]:
        """Keyword arguments for `subprocess` that run a command as this user."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.switch:
            os.chown(path, self.uid, self.gid)


def current_or_system_user(existing_data: Path) -> ServerUser:
    """Ourselves, or for root the owner of the existing data, or the system user."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), switch=False)
    if existing_data.exists():
        owner = existing_data.stat()
        if owner.st_uid != 0:
            return ServerUser(owner.st_uid, owner.st_gid, switch=True)
    entry = _find(NAME) or _create() or _find("nobody")
    if entry is None:
        raise RuntimeError(
            "PostgreSQL does not run as root, and no system user could be made. "
            "Run this as an ordinary user, or set DATABASE_URL and REDIS_URL."
        )
    return ServerUser(entry.pw_uid, entry.pw_gid, switch=True)


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create() -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin")
    if useradd:
        command = [useradd, "--system", "--user-group", "--no-create-home"]
        subprocess.run(
            [*command, "--home-dir", "/nonexistent", "--shell", "/bin/false", NAME],
            capture_output=True,
            check=False,
        )
    return _find(NAME)  # another process may have made it at the same moment


def can_pass(folder: Path, user: ServerUser) -> bool:
    """May `user` go through this folder to something below it?"""
    return _allowed(folder.stat(), user, stat.S_IXUSR)


def can_read(path: Path, user: ServerUser) -> bool:
    """May `user` read this file, given that it can reach it?"""
    return _allowed(path.stat(), user, stat.S_IRUSR)


def _allowed(entry: os.stat_result, user: ServerUser, owner_bit: int) -> bool:
    if entry.st_uid == user.uid:
        return bool(entry.st_mode & owner_bit)
    if entry.st_gid == user.gid:
        return bool(entry.st_mode & owner_bit >> 3)
    return bool(entry.st_mode & owner_bit >> 6)


def open_parents(path: Path, user: ServerUser, say: Callable[[str], None]) -> None:
    """Let `user` pass through the parents of `path` (not list them), and say so."""
    if not user.switch:
        return
    for parent in reversed(path.parents):
        if not can_pass(parent, user):
            parent.chmod(stat.S_IMODE(parent.stat().st_mode) | stat.S_IXOTH)
            say(f"Opened {parent} for passage (o+x): the database user must reach it.")
