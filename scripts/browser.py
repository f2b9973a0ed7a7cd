"""Finds a Chromium for the browser tests, or installs one; prints where it is.

Tried in this order: CS_CHROMIUM, a browser on PATH, Playwright's own download, the
system's package manager (root only). Without any, says why and still succeeds: the
browser tests then skip themselves with that reason.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE_MANAGERS = {
    "apt-get": (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"],
    ),
    "dnf": (["dnf", "install", "-q", "-y", "chromium"],),
    "apk": (["apk", "add", "--quiet", "chromium"],),
}
PATIENCE_SECONDS = 600


def find() -> str | None:
    """The path of a browser that starts, None when there is none."""
    candidates = [os.environ.get("CS_CHROMIUM"), *map(shutil.which, NAMES)]
    for candidate in [*candidates, _playwright_chromium()]:
        if candidate and _starts(candidate):
            return candidate
    return None


def _playwright_chromium() -> str | None:
    """Where Playwright keeps its download, asked in a process of its own."""
    question = (
        "from playwright.sync_api import sync_playwright as p\n"
        "with p() as api: print(api.chromium.executable_path)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", question], capture_output=True, text=True, check=False
    )
    path = answer.stdout.strip()
    return path if path and Path(path).exists() else None


def _starts(path: str) -> bool:
    """Loads at all: a downloaded browser may miss libraries of the system."""
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def install() -> str | None:
    """Try the ways to install one; None when all of them failed."""
    print("No Chromium found; asking Playwright to download one…", flush=True)
    _attempt([sys.executable, "-m", "playwright", "install", "chromium"])
    if found := find():
        return found
    if os.geteuid() == 0:
        for manager, commands in PACKAGE_MANAGERS.items():
            if shutil.which(manager):
                print(f"Asking {manager} for Chromium…", flush=True)
                _ = all(_attempt(command) for command in commands)
                break
    return find()


def _attempt(command: list[str]) -> bool:
    environment = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "20000",
    }
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        print(f"{command[0]} took too long.", flush=True)
        return False
    if done.returncode:
        print(f"That failed: {_reason(done.stderr or done.stdout)}", flush=True)
    return done.returncode == 0


def _reason(output: str) -> str:
    """The first line that speaks of an error, else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines[-1:] or ["it said nothing"])[0]


def main() -> None:
    found = find() or install()
    if found:
        print(f"Browser tests use {found}")
    else:
        print(
            "No Chromium was found and none could be installed: the browser tests "
            "will be skipped. Install Chromium, or name one with CS_CHROMIUM."
        )


if __name__ == "__main__":
    main()
