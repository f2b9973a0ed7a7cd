"""One recompute in a process of its own: `python -m bench.one_run DAY [shown] [quiet]`.

Shown, it also brings accounts and alerts up to date; quiet, no alert is evaluated.
Prints its seconds as JSON; whoever started it reads the peak memory.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import django


class Stopwatch:
    """Calls a function and adds up how long it takes."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.seconds = function, 0.0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return self.function(*args, **kwargs)
        finally:
            self.seconds += time.perf_counter() - started


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    django.setup()
    # Needs configured settings.
    from health.services import recompute, shards

    evaluating = Stopwatch(shards.evaluate_alerts)
    shards.evaluate_alerts = evaluating
    started = time.perf_counter()
    run = recompute(
        day=date.fromisoformat(sys.argv[1]),
        trigger="nightly",
        is_shown="shown" in sys.argv[2:],
        has_alerts=False if "quiet" in sys.argv[2:] else None,
    )
    seconds = time.perf_counter() - started
    answer = {"seconds": seconds, "errors": run.errors, "alerts": evaluating.seconds}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
