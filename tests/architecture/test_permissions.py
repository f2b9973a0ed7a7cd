"""Every address × every role: who is let in, who is not, and what nobody may see."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from accounts.models import Account, Contact, Touchpoint
from events.models import Event
from health.models import Alert, AlertRule
from organisation.invitations import invite_person
from organisation.models import Organisation
from organisation.permissions import ROLE_PERMISSIONS, Role
from organisation.token_services import create_token
from revenue.models import Subscription
from tests.architecture.url_permissions import (
    ANYONE,
    OF_AN_ACCOUNT,
    OF_SOMETHING,
    ROWS,
    SIGNED_IN,
)
from tests.factories.accounts import (
    AccountExternalIdFactory,
    AccountFactory,
    ContactFactory,
    CustomFieldFactory,
    PlanFactory,
    SegmentFactory,
    TouchpointFactory,
)
from tests.factories.health import (
    AlertChannelFactory,
    HealthOverrideFactory,
    HealthRunFactory,
    OnCallPageFactory,
    RecommendationDecisionFactory,
)
from tests.factories.organisation import (
    OrganisationFactory,
    TeamFactory,
    UserFactory,
    WorkingCalendarFactory,
)
from tests.factories.playbooks import TaskFactory
from tests.factories.revenue import SubscriptionFactory
from tests.factories.tickets import (
    AttachmentFactory,
    BulkChangeFactory,
    CannedReplyFactory,
    ClockRebuildFactory,
    SlaTierFactory,
    TicketFactory,
)

OTHER_ARGUMENTS = {
    "slug": "standard",
    "number": "1",
    "token": "nothing",
    "secret": "nothing",
    "day": "2026-12-24",
    "source": "crm",
    "external_id": "A-1",
    "uidb36": "1",
    "key": "nothing",
    "kind": "note",
    "outcome": "rejected",
    "what": "watch",
    "pk": 1,
    "duplicate_id": uuid.UUID(int=7),
}
NOWHERE = "/api/v1/nothing/"


def addresses(patterns: Any, space: str = "") -> Iterator[tuple[str, Any]]:
    """Full name and pattern of every address in the URLconf."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner)
        else:
            yield space + (pattern.name or f"unnamed {pattern.pattern}"), pattern


ADDRESSES = dict(addresses(get_resolver().url_patterns))


def test_every_address_has_a_row_and_every_row_an_address():
    assert set(ADDRESSES) - set(ROWS) == set(), "addresses without a row"
    assert set(ROWS) - set(ADDRESSES) == set(), "rows without an address"


def test_every_address_with_an_id_says_what_it_is_the_id_of():
    with_id = {
        name
        for name, pattern in ADDRESSES.items()
        if "public_id" in pattern.pattern.converters
    }

    assert with_id - set(OF_AN_ACCOUNT) - set(OF_SOMETHING) == set()


@pytest.fixture
def world(db: None) -> SimpleNamespace:
    """One of everything an address may lead to."""
    OrganisationFactory(row_scope="all")
    admin = UserFactory(role="admin")
    account = AccountFactory(name="Secret Inc")
    AccountExternalIdFactory(account=account, source="crm", external_id="A-1")
    alert = Alert.objects.create(
        account=account, rule=AlertRule.objects.first(), summary="x",
        opened_at="2024-06-01T00:00Z", opened_on="2024-06-01",
        worsened_on="2024-06-01",
    )  # fmt: skip
    ticket = TicketFactory(account=account)
    return SimpleNamespace(
        account=account,
        contact=ContactFactory(account=account),
        touchpoint=TouchpointFactory(account=account),
        subscription=SubscriptionFactory(account=account),
        alert=alert,
        channel=AlertChannelFactory(url="https://127.0.0.1/nowhere"),
        task=TaskFactory(account=account),
        decision=RecommendationDecisionFactory(account=account),
        override=HealthOverrideFactory(account=account),
        segment=SegmentFactory(),
        plan=PlanFactory(),
        custom_field=CustomFieldFactory(),
        run=HealthRunFactory(),
        user=UserFactory(),
        team=TeamFactory(),
        invitation=invite_person(email="n@b.co", role="csm", by=admin).invitation,
        token=create_token(user=admin, name="x", scopes=["health:read"], by=None).token,
        ticket=ticket,
        on_call_page=OnCallPageFactory(ticket=ticket),
        attachment=AttachmentFactory(ticket=ticket, message=None),
        canned_reply=CannedReplyFactory(),
        calendar=WorkingCalendarFactory(),
        sla_tier=SlaTierFactory(),
        rebuild=ClockRebuildFactory(),
        bulk_change=BulkChangeFactory(),
        saved_view=None,
        notification=None,
        import_run=None,
    )


def address_of(name: str, world: SimpleNamespace) -> str:
    if name == "api_nothing_here":
        return NOWHERE
    arguments = {}
    for argument in ADDRESSES[name].pattern.regex.groupindex:
        if argument == "public_id":
            row = getattr(world, (OF_AN_ACCOUNT | OF_SOMETHING)[name])
            arguments[argument] = row.public_id if row else uuid.UUID(int=8)
        else:
            arguments[argument] = OTHER_ARGUMENTS[argument]
    return reverse(name, kwargs=arguments)


def knock(client: Client, method: str, address: str) -> int:
    """The status; a redirect to the sign-in page counts as 401."""
    answer = client.generic(
        method, address, b"{}" if "/api/" in address else b"",
        content_type="application/json" if "/api/" in address
        else "application/x-www-form-urlencoded",
    )  # fmt: skip
    if answer.streaming:
        b"".join(answer)
    is_sent_away = answer.get("Location", "").startswith(reverse("account_login"))
    return 401 if answer.status_code == 302 and is_sent_away else answer.status_code


def let_in(status: int) -> bool:
    return status not in (401, 403) and status < 500


def roles_let_in(needed: str) -> list[Role]:
    """Roles that may pass; where signing in is enough one of them stands for all."""
    if needed == SIGNED_IN:
        return [Role.LEADER]
    return [role for role in Role if needed in ROLE_PERMISSIONS[role]]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_exactly_the_right_roles_are_let_in(name, world):
    address = address_of(name, world)
    clients = {}
    for role in Role:
        clients[role] = Client()
        clients[role].force_login(UserFactory(role=role))
    before = Event.objects.count()

    for method, needed in ROWS[name].items():
        anonymous = knock(Client(), method, address)
        if needed == ANYONE:
            assert let_in(anonymous), f"nobody {method}: {anonymous}"
            continue
        assert anonymous == 401, f"nobody {method}: {anonymous}"
        if needed == SIGNED_IN:
            continue
        for role in set(Role) - set(roles_let_in(needed)):
            status = knock(clients[role], method, address)
            assert status == 403, f"{role} {method}: {status}"
    assert Event.objects.count() == before, "somebody who was refused changed something"

    for method, needed in ROWS[name].items():
        for role in roles_let_in(needed) if needed != ANYONE else []:
            status = knock(clients[role], method, address)
            assert let_in(status), f"{role} {method}: {status}"


def _state() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Account, Contact, Touchpoint, Subscription, Alert)
    ]


@pytest.mark.parametrize("name", sorted(OF_AN_ACCOUNT))
@pytest.mark.parametrize("scope", ["book", "team"])
def test_what_a_person_may_not_see_does_not_exist_for_them(name, scope, world):
    Organisation.objects.update(row_scope=scope)
    person = UserFactory(role="lead", team=TeamFactory())
    client = Client()
    client.force_login(person)
    address = address_of(name, world)
    before = _state()

    for method, needed in ROWS[name].items():
        may = needed in ROLE_PERMISSIONS[Role.LEAD]
        status = knock(client, method, address)
        assert status == 404 or (not may and status == 403), f"{method}: {status}"

    assert _state() == before
