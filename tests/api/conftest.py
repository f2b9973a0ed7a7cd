"""Programs with tokens."""

from collections.abc import Callable

import pytest
from django.test import Client

from organisation.models import User
from organisation.permissions import SCOPES
from organisation.token_services import create_token
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import OrganisationFactory, UserFactory
from tickets.services import create_ticket

Program = Callable[..., Client]


class JsonClient(Client):
    """Sends and expects JSON, with a token in every request."""

    def __init__(self, text: str) -> None:
        super().__init__(headers={"Authorization": f"Bearer {text}"})

    def post(self, path, data=None, content_type="application/json", **extra):
        return super().post(path, data, content_type, **extra)

    def put(self, path, data=None, content_type="application/json", **extra):
        return super().put(path, data, content_type, **extra)

    def patch(self, path, data=None, content_type="application/json", **extra):
        return super().patch(path, data, content_type, **extra)


def program_of(user: User, scopes=SCOPES) -> JsonClient:
    """A client that acts as this user."""
    return JsonClient(create_token(user=user, name="t", scopes=scopes, by=None).text)


@pytest.fixture(autouse=True)
def organisation(db: None):
    return OrganisationFactory()


@pytest.fixture
def admin() -> User:
    return UserFactory(role="admin", email="ada@example.com")


@pytest.fixture
def api(admin: User) -> JsonClient:
    """A program with every scope, acting as an administrator."""
    return program_of(admin)


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def account():
    return AccountFactory(name="Acme", domain="acme.test")


@pytest.fixture
def ticket(account):
    contact = ContactFactory(account=account, name="Cleo Crane", email="c@acme.test")
    return create_ticket(by=None, subject="Slow", text="Help", contact=contact)
