"""Who opens the reports."""

import pytest

from tests.factories.organisation import UserFactory


@pytest.fixture
def person(client):
    user = UserFactory(role="operations", name="Ada Min")
    client.force_login(user)
    return user
