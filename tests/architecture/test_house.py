"""File and function sizes, forbidden names, door signs, docstrings of models."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "accounts core cs_platform events health integrations organisation playbooks "
    "reports revenue surveys tickets usage"
).split()
FORBIDDEN_NAMES = {"utils", "helpers", "common", "constants", "misc"}
MOST_LINES = 400
MOST_FUNCTION_LINES = 40


def tracked(*patterns: str) -> list[Path]:
    """Files git knows or would know, so that scratch files do not count."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    return [ROOT / name for name in listed if (ROOT / name).exists()]


def own_modules() -> list[Path]:
    """Python files of the rooms, without migrations and tests."""
    return [
        path
        for path in tracked("*.py")
        if path.relative_to(ROOT).parts[0] in ROOMS and "migrations" not in path.parts
    ]


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_files_are_listed_at_all():
    assert len(own_modules()) > 100


def test_no_file_is_longer_than_the_budget():
    files = [
        *own_modules(),
        *tracked("templates/*.html", "static/css/*.css", "static/js/*.js"),
    ]
    models = [path for path in files if path.name == "models.py"]
    too_long = {
        str(path.relative_to(ROOT)): lines_of(path)
        for path in files
        if lines_of(path) > MOST_LINES and path not in models
    }
    assert too_long == {}


def test_models_stay_readable_in_one_sitting():
    too_long = [
        path.parent.name
        for path in own_modules()
        if path.name == "models.py" and lines_of(path) > 650
    ]
    assert too_long == []


def test_no_function_is_longer_than_the_budget():
    too_long = []
    for path in own_modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                docstring = ast.get_docstring(node, clean=False) or ""
                if length - len(docstring.splitlines()) > MOST_FUNCTION_LINES:
                    where = f"{path.relative_to(ROOT)}:{node.name}"
                    too_long.append((where, length))
    assert too_long == []


def test_no_module_hides_behind_a_name_that_says_nothing():
    nameless = [path for path in own_modules() if path.stem in FORBIDDEN_NAMES]
    assert nameless == []


def test_every_module_has_a_door_sign():
    unsigned = [
        str(path.relative_to(ROOT))
        for path in own_modules()
        if path.read_text().strip()
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert unsigned == []


def test_nobody_uses_signals():
    users = [
        str(path.relative_to(ROOT))
        for path in own_modules()
        if "django.dispatch" in path.read_text() or "models.signals" in path.read_text()
    ]
    assert users == []


def own_models():
    return [
        model for model in apps.get_models() if model.__module__.split(".")[0] in ROOMS
    ]


@pytest.mark.parametrize("model", own_models(), ids=lambda m: m._meta.label)
def test_every_model_says_what_it_is(model):
    docstring = model.__doc__ or ""
    assert docstring
    assert not docstring.startswith(f"{model.__name__}("), "Django's own docstring"


@pytest.mark.parametrize("model", own_models(), ids=lambda m: m._meta.label)
def test_every_constraint_has_a_name_of_its_model_world(model):
    assert all(constraint.name for constraint in model._meta.constraints)


def test_templates_carry_no_inline_style_script_or_handler():
    pattern = re.compile(r"\sstyle=|\son[a-z]+=\"|<script(?![^>]*\bsrc=)(?![^>]*json)")
    guilty = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("templates/*.html")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line) and "email" not in path.parts
    ]
    assert guilty == []


def test_lock_files_hold_no_addresses():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text, path.name
        assert "--hash=sha256:" in text, path.name
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
