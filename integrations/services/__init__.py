"""Bringing files in, and the runs that say how far each of them is."""

from integrations.services.importing import (
    import_file,
    kind_named,
    open_mapped,
    release_waiting,
)
from integrations.services.runs import (
    AlreadyStarted,
    check_file,
    remember_mapping,
    resume_stale_imports,
    start_import,
    upload_file,
    work_on,
)

__all__ = [
    "AlreadyStarted",
    "check_file",
    "import_file",
    "kind_named",
    "open_mapped",
    "release_waiting",
    "remember_mapping",
    "resume_stale_imports",
    "start_import",
    "upload_file",
    "work_on",
]
