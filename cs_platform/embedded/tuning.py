"""PostgreSQL settings for this machine. Pure, except for looking at its size."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024**2
_CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


@dataclass(frozen=True, slots=True)
class Machine:
    """What PostgreSQL may count on."""

    memory: int
    cores: int
    shared_memory_free: int


def this_machine() -> Machine:
    """Memory is the smaller of what is built in and what the container allows."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in _CGROUP_LIMITS:
        limit = path.read_text().strip() if path.exists() else ""
        if limit.isdigit():
            memory = min(memory, int(limit))
    shared = Path("/dev/shm")  # noqa: S108 - only its size is read
    free = shutil.disk_usage(shared).free if shared.exists() else 0
    return Machine(memory, os.cpu_count() or 1, free)


def settings_for(machine: Machine, *, socket_folder: str, test: bool) -> dict[str, str]:
    """The settings that differ from PostgreSQL's own defaults."""
    chosen = _connection_settings(socket_folder)
    chosen |= _memory_settings(machine)
    chosen |= _test_settings() if test else _durable_settings()
    return chosen


def _connection_settings(socket_folder: str) -> dict[str, str]:
    return {
        "listen_addresses": "",  # the Unix socket is the only way in
        "unix_socket_directories": socket_folder,
        "unix_socket_permissions": "0700",
        "port": "5432",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "log_line_prefix": "%m [%p] ",
    }


def _memory_settings(machine: Machine) -> dict[str, str]:
    quarter = min(machine.memory // 4, 2048 * MEGABYTE)
    maintenance = min(machine.memory // 16, 512 * MEGABYTE)
    work = min(max(machine.memory // 256, 4 * MEGABYTE), 32 * MEGABYTE)
    per_query = max(1, min(machine.cores, 4) - 1) if machine.cores > 1 else 0
    return {
        "shared_buffers": _megabytes(max(quarter, 32 * MEGABYTE)),
        "effective_cache_size": _megabytes(machine.memory * 5 // 8),
        "maintenance_work_mem": _megabytes(max(maintenance, 32 * MEGABYTE)),
        "work_mem": _megabytes(work),
        "max_parallel_workers_per_gather": str(per_query),
        "max_parallel_workers": str(machine.cores),
        "random_page_cost": "1.1",
        "jit": "off",
        # Containers often have 64 MB of /dev/shm, too little for parallel queries.
        "dynamic_shared_memory_type": (
            "posix" if machine.shared_memory_free > 1024 * MEGABYTE else "mmap"
        ),
    }


def _durable_settings() -> dict[str, str]:
    return {
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        # The wheel was built without lz4, and pglz takes more time to pack the pages
        # that a change touches than PostgreSQL takes for the change: 200 tickets given
        # to somebody cost 37 ms instead of 13, for a quarter less of log.
        "wal_compression": "off",
        "checkpoint_timeout": "15min",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.02",
    }


def _test_settings() -> dict[str, str]:
    """Speed over durability: a test cluster that breaks is made anew."""
    return {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "512MB",
        "autovacuum_naptime": "5min",
        "dynamic_shared_memory_type": "mmap",  # inside the folder: goes with it
    }


def _megabytes(size: int) -> str:
    return f"{size // MEGABYTE}MB"


def as_configuration(settings: dict[str, str]) -> str:
    """The text of a PostgreSQL configuration file."""
    lines = ["# Written anew at every start. Your own changes: ALTER SYSTEM."]
    for name, value in settings.items():
        quoted = value.replace("'", "''")
        lines.append(f"{name} = '{quoted}'")
    return "\n".join(lines) + "\n"
