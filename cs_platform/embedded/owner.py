"""One running demo for each data folder."""

import datetime as dt
import fcntl
import json
import os
from pathlib import Path

from .lifetime import lock_path, open_lock, try_lock


class FolderInUse(RuntimeError):
    """Another demo runs on this data folder; the message names it."""


def claim(data_dir: Path, *, port: int, now: dt.datetime) -> int:
    """Become the demo of this folder until the process ends; returns the lock.

    Raises FolderInUse, naming the process, its port and its start.
    """
    handle = open_lock(data_dir, "demo")
    if not try_lock(handle, fcntl.LOCK_EX):
        os.close(handle)
        raise FolderInUse(_refusal(data_dir))
    owner = {"pid": os.getpid(), "port": port, "since": f"{now:%Y-%m-%d %H:%M:%S}"}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(owner).encode(), 0)
    return handle


def _refusal(data_dir: Path) -> str:
    try:
        owner = json.loads(lock_path(data_dir, "demo").read_text())
        name = "process {pid} on port {port}, running since {since}".format(**owner)
    except (ValueError, KeyError):
        name = "a process that is just starting"
    return (
        f"The data folder {data_dir} is in use by another demo: {name}. Stop that one, "
        "or choose another PORT or another folder with CS_DATA_DIR."
    )
