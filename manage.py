#!/usr/bin/env python
"""Command line door to the platform."""

import os
import sys

from django.core.management import execute_from_command_line

from cs_platform.runner import prepare_environment


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    if sys.argv[1:2] == ["demo"]:
        prepare_environment(sys.argv[2:])
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
