#!/bin/sh
# Prints the path of a Python that can run the platform, or says what is missing.
set -u
for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14 python; do
    [ -n "$name" ] || continue
    found=$("$name" -c 'import sys
if sys.version_info >= (3, 11): print(sys.executable)' 2>/dev/null)
    if [ -n "$found" ]; then
        echo "$found"
        exit 0
    fi
done
echo "Python 3.11 or newer is needed and was not found on PATH." >&2
if command -v python3 >/dev/null 2>&1; then
    echo "python3 there is $(python3 --version 2>&1)." >&2
fi
echo "Install it, or name it: make demo PYTHON=/path/to/python3.11" >&2
exit 1
