"""Brings a fresh checkout to where it can run: packages, front-end files, browser.

Usage: bootstrap.py [run|dev|assets|browser]...   Called by make, with any Python from
3.11 on and nothing installed. Every step is skipped when its inputs have not changed.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
REQUIREMENTS = {
    "run": ("base", "embedded"),
    "dev": ("base", "embedded", "dev"),
    "node": ("node",),
}
NO_VENV = """\
Python at {python} cannot make virtual environments: its `venv` module has no pip.
On Debian and Ubuntu: apt install python3-venv
Elsewhere: install pip for this Python, or uv (https://docs.astral.sh/uv/)."""


class StepFailed(Exception):
    """A step could not be done; the message says what a person can do about it."""


def main(steps: list[str]) -> int:
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` at once must not mix their work
        try:
            for step in steps:
                STEPS[step]()
        except StepFailed as problem:
            print(f"\n{problem}", file=sys.stderr)
            return 1
    return 0


def install(name: str) -> None:
    """The virtual environment with one set of requirements, exactly as locked."""
    _ensure_venv()
    files = [ROOT / "requirements" / f"{part}.txt" for part in REQUIREMENTS[name]]
    stamp = VENV / f".installed-{name}"
    if _is_done(stamp, files):
        return
    print(
        f"Installing Python packages ({', '.join(f.stem for f in files)})…", flush=True
    )
    arguments = ["--require-hashes"]
    for file in files:
        arguments += ["-r", str(file)]
    _pip_install(arguments)
    _mark_done(stamp, files)
    if name == "dev":
        _mark_done(VENV / ".installed-run", [f for f in files if f.stem != "dev"])


def _ensure_venv() -> None:
    if VENV_PYTHON.exists() and _succeeds(
        [VENV_PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    ):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    print(f"Making the virtual environment {VENV}…", flush=True)
    uv = shutil.which("uv")
    if importlib.util.find_spec("ensurepip"):
        _run([sys.executable, "-m", "venv", VENV])
    elif importlib.util.find_spec("pip"):
        _run([sys.executable, "-m", "venv", "--without-pip", VENV])
    elif uv:
        _run([uv, "venv", "--quiet", "--python", sys.executable, VENV])
    else:
        raise StepFailed(NO_VENV.format(python=sys.executable))


def _pip_install(arguments: list[str]) -> None:
    """uv when it is there and agrees with the package index, else pip."""
    uv = shutil.which("uv")
    if uv and _succeeds(
        [uv, "pip", "install", "--quiet", "--python", VENV_PYTHON, *arguments]
    ):
        return
    if (VENV / "bin" / "pip").exists():
        pip = [VENV_PYTHON, "-m", "pip"]
    else:
        pip = [sys.executable, "-m", "pip", "--python", VENV_PYTHON]
    options = ["--quiet", "--disable-pip-version-check", "--no-input"]
    _run([*pip, "install", *options, *arguments])


def assets() -> None:
    """Front-end packages through npm, and from them the files we serve."""
    inputs = [ROOT / "package-lock.json", ROOT / "scripts" / "vendor_assets.py"]
    target = ROOT / "static" / "vendor"
    stamp = target / ".copied"
    if _is_done(stamp, inputs):
        return
    print("Fetching front-end packages…", flush=True)
    npm = shutil.which("npm")
    if not (npm and _npm_ci(Path(npm))):
        install("node")
        if not _npm_ci(VENV / "bin" / "npm"):
            raise StepFailed(
                "npm could not fetch the front-end packages named in "
                "package-lock.json; its messages stand above."
            )
    _run([VENV_PYTHON, ROOT / "scripts" / "vendor_assets.py"])
    _mark_done(stamp, inputs)


def _npm_ci(npm: Path) -> bool:
    path = f"{npm.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    return _succeeds(command, env={**os.environ, "PATH": path})


def browser() -> None:
    """A Chromium for the browser tests; without one they say why they are skipped."""
    _run([VENV_PYTHON, ROOT / "scripts" / "browser.py"])


def _run(command: list[str | Path]) -> None:
    if not _succeeds(command):
        words = " ".join(str(word) for word in command[:4])
        raise StepFailed(f"This command failed, its messages stand above: {words} …")


def _succeeds(command: list[str | Path], env: dict[str, str] | None = None) -> bool:
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False
        )
    except OSError as problem:
        print(problem, file=sys.stderr)
        return False
    return done.returncode == 0


def _fingerprint(files: list[Path]) -> str:
    seen = hashlib.sha256(sys.version.encode())
    for file in files:
        seen.update(file.read_bytes())
    return seen.hexdigest()


def _is_done(stamp: Path, files: list[Path]) -> bool:
    return stamp.exists() and stamp.read_text() == _fingerprint(files)


def _mark_done(stamp: Path, files: list[Path]) -> None:
    stamp.write_text(_fingerprint(files))


STEPS = {
    "run": lambda: install("run"),
    "dev": lambda: install("dev"),
    "assets": assets,
    "browser": browser,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
