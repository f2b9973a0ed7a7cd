"""The import of a large usage file, by the command that people use."""

from __future__ import annotations

import csv
import json
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import database
from bench.table import Row

ROWS = {"small": 50_000, "full": 1_000_000}
ACCOUNTS, USERS, FEATURES, DAYS = 2_000, 10, 20, 90
# Promised for the whole file; a smaller one may take its share and some seconds.
LIMIT_SECONDS, LIMIT_MEGABYTES, START_SECONDS = 60.0, 500, 5.0

MAPPING = {
    "kind": "usage_events",
    "source": "bench",
    "columns": {
        "external_id": "id",
        "account_external_id": "account",
        "occurred_at": "at",
        "name": "event",
        "product_user": "user",
        "feature": "feature",
    },
    "create_missing": ["account"],
}


def measure(size: str) -> list[Row]:
    """Rows of the benchmark table for this size."""
    rows = ROWS[size]
    print(f"imports: {rows} usage events")
    database.use_fresh_database()
    with tempfile.TemporaryDirectory() as folder:
        file, mapping = Path(folder, "usage.csv"), Path(folder, "mapping.json")
        _write(file, rows)
        mapping.write_text(json.dumps(MAPPING))
        first, peak = _import(file, mapping, expected={"created": rows})
        again, _ = _import(file, mapping, expected={"unchanged": rows})
    words = f"{rows:,} rows"
    seconds = LIMIT_SECONDS * rows / ROWS["full"] + START_SECONDS * (size != "full")
    return [
        Row(
            "import of usage events",
            words,
            f"{first:.1f} s",
            f"< {seconds:.0f} s",
            first < seconds,
        ),
        Row(
            "import of usage events: peak memory",
            words,
            f"{peak:.0f} MB",
            f"< {LIMIT_MEGABYTES} MB",
            peak < LIMIT_MEGABYTES,
        ),
        Row("import of the same file again", words, f"{again:.1f} s"),
    ]


def _write(file: Path, rows: int) -> None:
    """Events of many people, feature by feature, in no particular order of time."""
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "account", "at", "event", "user", "feature"])
        for number in range(rows):
            account = number * 7919 % ACCOUNTS
            seconds = number * 104_729 % (DAYS * 86_400)
            at = end - timedelta(seconds=seconds + 1)
            writer.writerow(
                [
                    f"e{number}",
                    f"B-{account}",
                    at.isoformat(),
                    "page viewed",
                    f"user-{account}-{number // ACCOUNTS % USERS}",
                    f"feature-{number % FEATURES}",
                ]
            )


def _import(
    file: Path, mapping: Path, *, expected: dict[str, int]
) -> tuple[float, float]:
    """Seconds of the whole command, and the most memory it held."""
    started = time.perf_counter()
    command = ["import_csv", "usage_events", str(file), "--mapping", str(mapping)]
    result = database.run_module("manage", *command, "--json")
    seconds = time.perf_counter() - started
    answer = json.loads(result.output)
    for outcome, count in expected.items():
        assert answer[outcome] == count, answer
    return seconds, result.peak_megabytes
