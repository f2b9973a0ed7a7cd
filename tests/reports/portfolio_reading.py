"""Which accounts the portfolio lists, read from its page."""

import re
from datetime import timedelta

from django.utils import timezone

URL = "/portfolio/"

NAMES = re.compile(r'<a class="name" href="[^"]+">([^<]*)</a>')


def names(response):
    assert response.status_code == 200
    return NAMES.findall(response.content.decode())


def listed(client, **params):
    return names(client.get(URL, params))


def days(number):
    return timezone.localdate() + timedelta(days=number)
