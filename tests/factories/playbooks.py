"""Tasks for tests."""

import factory
from factory.django import DjangoModelFactory

from playbooks.models import Task
from tests.factories.accounts import AccountFactory


class TaskFactory(DjangoModelFactory):
    class Meta:
        model = Task

    account = factory.SubFactory(AccountFactory)
    title = factory.Sequence(lambda number: f"Task {number}")
