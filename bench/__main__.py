"""`python -m bench`: runs every measurement and prints one table."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from datetime import UTC, datetime

import django

# Each module has `measure(size) -> list[Row]`; a bench is added by naming it here.
BENCHES = ("recompute", "alerts", "portfolio", "imports", "analytics", "tickets")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--size", choices=["small", "full"], default="small")
    parser.add_argument("--only", choices=BENCHES, action="append")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    django.setup()
    # Needs configured settings.
    from bench.table import as_markdown

    rows = []
    for name in options.only or BENCHES:
        rows += importlib.import_module(f"bench.{name}").measure(options.size)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"\n{datetime.now(UTC):%Y-%m-%d}, {machine}, size {options.size}\n")
    print(as_markdown(rows))
    return 0 if all(row.is_kept is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
