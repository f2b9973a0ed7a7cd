"""The scripts make runs before anything else works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bootstrap, browser, vendor_assets

ROOT = Path(__file__).resolve().parents[2]


def test_source_map_comments_are_taken_out_and_the_rest_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor_assets, "PACKAGES", tmp_path)
    (tmp_path / "a.css").write_text("b{}\n/*# sourceMappingURL=a.css.map */\n")
    (tmp_path / "a.js").write_text("let a;\n//# sourceMappingURL=a.js.map")
    (tmp_path / "out").mkdir()

    vendor_assets.copy_matching("a.*", tmp_path / "out")

    assert (tmp_path / "out" / "a.css").read_text().strip() == "b{}"
    assert (tmp_path / "out" / "a.js").read_text().strip() == "let a;"


def test_a_package_file_that_moved_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor_assets, "PACKAGES", tmp_path)

    with pytest.raises(SystemExit, match=r"gone\.css"):
        vendor_assets.copy_matching("gone.css", tmp_path)


def test_everything_the_pages_ask_of_vendor_is_in_the_named_list() -> None:
    folders = set(vendor_assets.FILES)
    pages = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/css/*.css")]
    asked = {
        part.split("/")[0]
        for page in pages
        for part in page.read_text().split("vendor/")[1:]
    }

    assert asked <= folders


def test_a_python_that_is_too_old_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for name in ("python3", "python"):
        old = tmp_path / name
        old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.8.1\n')
        old.chmod(0o755)

    done = subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "find_python.sh")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Python 3.8.1" in done.stderr


def test_a_named_python_is_taken() -> None:
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "find_python.sh")],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == sys.executable


def test_a_step_is_done_until_its_inputs_change(tmp_path: Path) -> None:
    stamp, source = tmp_path / "stamp", tmp_path / "lock.txt"
    source.write_text("one")
    assert not bootstrap._is_done(stamp, [source])

    bootstrap._mark_done(stamp, [source])
    assert bootstrap._is_done(stamp, [source])

    source.write_text("two")
    assert not bootstrap._is_done(stamp, [source])


def test_a_missing_venv_module_is_explained(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)

    assert bootstrap.main(["run"]) == 1
    assert "apt install python3-venv" in capsys.readouterr().err


def test_a_browser_that_does_not_start_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    working = tmp_path / "google-chrome"
    working.write_text("#!/bin/sh\necho Chromium 156\n")
    working.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setenv("CS_CHROMIUM", str(broken))

    assert browser.find() == str(working)
