"""What every test stands on: its own database, its own Redis, no outside network."""

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connections

from cs_platform.embedded import broker_url, cache_url, result_url
from tests import cluster


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """Copy the migrated template instead of migrating for every process."""
    cluster.prepare(connections["default"].settings_dict)


@pytest.fixture(scope="session", autouse=True)
def _own_redis() -> None:
    """Our three Redis databases start empty; another run has others."""
    for address in (broker_url, result_url, cache_url):
        url = address(settings.SERVICES.redis_url)
        url = url.replace("redis+socket:", "unix:").replace("virtual_host=", "db=")
        with redis.Redis.from_url(url) as client:
            client.flushdb()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Throttles and cached answers of one test must not reach the next."""
    cache.clear()


@pytest.fixture
def process_environment(db: None) -> dict[str, str]:
    """For starting `manage.py` or Celery against this test's own services."""
    return cluster.process_environment(connections["default"].settings_dict)
