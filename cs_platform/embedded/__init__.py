"""PostgreSQL and Redis that start by themselves when no address is given.

Settings ask `service_urls` once; everything else here serves that question. Nothing in
this package imports Django.
"""

from .folders import data_folder, port_of
from .secrets import from_environment, persisted_secret
from .services import attach, detach, is_attached, service_urls
from .urls import ServiceUrls, broker_url, cache_url, result_url

__all__ = [
    "ServiceUrls",
    "attach",
    "broker_url",
    "cache_url",
    "data_folder",
    "detach",
    "from_environment",
    "is_attached",
    "persisted_secret",
    "port_of",
    "result_url",
    "service_urls",
]
