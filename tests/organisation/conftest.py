"""People to sign in as."""

from collections.abc import Callable

import pytest
from django.test import Client

from organisation.models import User
from tests.factories.organisation import OrganisationFactory, UserFactory

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def organisation(db: None):
    return OrganisationFactory(name="Northwind")


@pytest.fixture
def admin() -> User:
    return UserFactory(role="admin", name="Ada Admin", email="ada@example.com")


@pytest.fixture
def sign_in() -> SignIn:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of
