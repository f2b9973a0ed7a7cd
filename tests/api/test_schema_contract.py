"""Whatever the description of the API allows is answered as the description says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cs_platform.wsgi import application
from organisation.models import User
from organisation.permissions import SCOPES
from organisation.token_services import create_token
from tests.factories.accounts import (
    AccountExternalIdFactory,
    ContactRoleFactory,
    CustomFieldFactory,
    PlanFactory,
    SegmentFactory,
)
from tests.factories.health import SnapshotFactory
from tests.factories.organisation import TeamFactory, UserFactory
from tests.factories.revenue import SubscriptionFactory

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 8
BUDGET = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def description(tmp_path_factory):
    path = tmp_path_factory.mktemp("schema") / "openapi.yaml"
    call_command("spectacular", file=str(path))
    return schemathesis.openapi.from_path(path)


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """The server would close the connection that the test's transaction lives in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(db, organisation, settings) -> str:
    """A small world, and a program that may do everything."""
    settings.API_RATE_PER_MINUTE = 1_000_000
    admin = UserFactory(role="admin", team=TeamFactory())
    row = AccountExternalIdFactory(
        account__owner=admin, account__plan=PlanFactory(),
        account__segment=SegmentFactory(), account__team=admin.team,
    )  # fmt: skip
    ContactRoleFactory(contact__account=row.account)
    CustomFieldFactory(key="tier")
    SubscriptionFactory(account=row.account)
    SnapshotFactory(account=row.account)
    assert User.objects.count() == 1
    return create_token(user=admin, name="x", scopes=SCOPES, by=None).text


@pytest.mark.usefixtures("_one_connection")
def test_every_operation_answers_as_described(description, token):
    headers = {"Authorization": f"Bearer {token}"}
    tried = 0
    for result in description.get_all_operations():
        operation = result.ok()

        @BUDGET
        @given(case=operation.as_strategy())
        def answers_as_described(case):
            nonlocal tried
            response = case.call(app=application, headers=headers)
            case.validate_response(response, checks=CHECKS)
            tried += 1

        answers_as_described()

    assert tried > 100
