"""The web server's door."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
application = get_wsgi_application()
# Loads every page: else the first request waits for it, and what follows misses it.
get_resolver().url_patterns  # noqa: B018 - read for what reading it does

# What is loaded by now stays as long as the process. Going through all of it after
# every 700 new objects takes about a sixth of the time of a page with many rows.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
