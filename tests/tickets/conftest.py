"""People and customers that tickets need."""

from datetime import UTC, datetime

import pytest

from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import OrganisationFactory, UserFactory
from tickets.services import create_ticket

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def organisation(db: None):
    return OrganisationFactory()


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def agent():
    return UserFactory(role="agent", name="Ada Agent")


@pytest.fixture
def colleague():
    return UserFactory(role="agent", name="Ben Bell")


@pytest.fixture
def account():
    return AccountFactory(name="Acme")


@pytest.fixture
def contact(account):
    return ContactFactory(account=account, name="Cleo Crane", email="cleo@acme.test")


@pytest.fixture
def opened(contact):
    """Opens tickets that a customer asked for."""

    def open_one(**values):
        values = {"subject": "It is slow", "text": "Since this morning.", "by": None,
                  "contact": contact, "now": START} | values  # fmt: skip
        return create_ticket(**values)

    return open_one


@pytest.fixture
def ticket(opened):
    return opened()
