"""Surveys, invitations and answers for tests."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from surveys.models import Survey, SurveyInvitation, SurveyResponse
from tests.factories.accounts import AccountFactory


class SurveyFactory(DjangoModelFactory):
    class Meta:
        model = Survey
        django_get_or_create = ("key",)

    kind = Survey.Kind.NPS
    key = factory.LazyAttribute(lambda survey: survey.kind)
    name = factory.LazyAttribute(lambda survey: f"Survey {survey.key}")


class SurveyInvitationFactory(DjangoModelFactory):
    class Meta:
        model = SurveyInvitation

    survey = factory.SubFactory(SurveyFactory)
    account = factory.SubFactory(AccountFactory)
    asked_at = datetime(2024, 6, 1, 10, tzinfo=UTC)


class SurveyResponseFactory(DjangoModelFactory):
    class Meta:
        model = SurveyResponse

    survey = factory.SubFactory(SurveyFactory)
    account = factory.SubFactory(AccountFactory)
    score = 9
    responded_at = datetime(2024, 6, 1, 10, tzinfo=UTC)
