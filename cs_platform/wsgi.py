"""The web server's door."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
application = get_wsgi_application()

# What is loaded by now stays as long as the process. Going through all of it after
# every 700 new objects takes about a sixth of the time of a page with many rows.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
