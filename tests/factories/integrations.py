"""Import runs and what they leave behind, for tests."""

import factory
from factory.django import DjangoModelFactory

from integrations.models import ImportRun, QuarantinedRow, SavedMapping


class ImportRunFactory(DjangoModelFactory):
    class Meta:
        model = ImportRun

    kind = "accounts"
    source = "crm"
    filename = factory.Sequence(lambda number: f"file-{number}.csv")


class SavedMappingFactory(DjangoModelFactory):
    class Meta:
        model = SavedMapping

    kind = "accounts"
    source = factory.Sequence(lambda number: f"source-{number}")
    mapping = factory.LazyFunction(dict)


class QuarantinedRowFactory(DjangoModelFactory):
    class Meta:
        model = QuarantinedRow

    kind = "subscriptions"
    source = "crm"
    row_key = factory.Sequence(lambda number: f"S{number}")
    waits_for = "account:crm:A1"
    payload = factory.LazyFunction(dict)
    reason = "The account “A1” is not here yet."
