"""Copies the front-end files we serve from node_modules to static/vendor.

A named list, because whole `dist` folders break or slow down collectstatic. Source map
comments are taken out: the maps are not served.
"""

import gzip
import re
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
TARGET = ROOT / "static" / "vendor"
FILES = {
    "tabler": (
        "@tabler/core/dist/css/tabler.min.css",
        "@tabler/core/dist/js/tabler.min.js",
    ),
    "plotly": ("plotly.js-basic-dist-min/plotly-basic.min.js",),
    "inter": ("@fontsource-variable/inter/files/inter-*-wght-normal.woff2",),
}
SOURCE_MAP = re.compile(
    rb"^\s*(/\*[#@] sourceMappingURL=[^*]*\*/|//[#@] sourceMappingURL=.*)\s*$",
    re.MULTILINE,
)


def main() -> None:
    TARGET.parent.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=TARGET.parent, prefix=".vendor-"))
    fresh.chmod(0o755)
    for folder, patterns in FILES.items():
        (fresh / folder).mkdir()
        for pattern in patterns:
            copy_matching(pattern, fresh / folder)
    shutil.rmtree(TARGET, ignore_errors=True)
    fresh.rename(TARGET)


def copy_matching(pattern: str, folder: Path) -> None:
    found = sorted(PACKAGES.glob(pattern))
    if not found:
        raise SystemExit(f"No file {pattern} in {PACKAGES}: did its package change?")
    for source in found:
        content = source.read_bytes()
        if source.suffix in {".css", ".js"}:
            content = SOURCE_MAP.sub(b"", content)
        (folder / source.name).write_bytes(content)
        if source.suffix in {".css", ".js"}:
            # Served as it is where static files are not collected, as in the demo.
            packed = gzip.compress(content, 9, mtime=0)
            (folder / f"{source.name}.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
