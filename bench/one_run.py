"""One recompute in a process of its own: `python -m bench.one_run DAY [shown] [quiet]`.

Shown, it also brings accounts and alerts up to date; quiet, no alert is evaluated.
Prints its seconds as JSON; whoever started it reads the peak memory.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    django.setup()
    # Needs configured settings.
    from health.services import recompute

    started = time.perf_counter()
    run = recompute(
        day=date.fromisoformat(sys.argv[1]),
        trigger="nightly",
        is_shown="shown" in sys.argv[2:],
        has_alerts=False if "quiet" in sys.argv[2:] else None,
    )
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "errors": run.errors}))


if __name__ == "__main__":
    main()
