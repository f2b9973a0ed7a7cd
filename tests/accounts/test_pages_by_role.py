"""Every page of the account rooms × every role, and what a stranger gets: 404."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.urls import get_resolver, reverse

from accounts.models import Account, Contact, Touchpoint
from events.models import Event
from organisation.permissions import ROLE_PERMISSIONS, Permission, Role
from tests.accounts.conftest import World

pytestmark = pytest.mark.django_db
P = Permission


@dataclass(frozen=True)
class Row:
    """One address: who may open it, how, and which row it is about."""

    name: str
    permission: P
    args: Callable[[World], list] = lambda world: []
    method: str = "get"
    is_scoped: bool = True

    @property
    def id(self) -> str:
        return f"{self.method} {self.name}"


def account(world: World) -> list:
    return [world.account.public_id]


def contact(world: World) -> list:
    return [world.contact.public_id]


def touchpoint(world: World) -> list:
    return [world.touchpoint.public_id]


def both(world: World) -> list:
    return [world.account.public_id, world.other.public_id]


ROWS = [
    Row("reports:account", P.VIEW_ACCOUNTS, account),
    Row("usage:account_usage", P.VIEW_USAGE, account),
    Row("tickets:account_tickets", P.VIEW_TICKETS, account),
    Row("revenue:account_revenue", P.VIEW_REVENUE, account),
    Row("revenue:subscription_create", P.EDIT_REVENUE, account),
    Row(
        "revenue:subscription_edit",
        P.EDIT_REVENUE,
        lambda world: [world.subscription.public_id],
    ),
    Row("accounts:account_timeline", P.VIEW_ACCOUNTS, account),
    Row("accounts:account_contacts", P.VIEW_ACCOUNTS, account),
    Row("accounts:account_create", P.EDIT_ACCOUNTS, is_scoped=False),
    Row("accounts:account_options", P.VIEW_ACCOUNTS, is_scoped=False),
    Row("accounts:account_edit", P.EDIT_ACCOUNTS, account),
    Row("accounts:account_archive", P.EDIT_ACCOUNTS, account),
    Row("accounts:account_archive", P.EDIT_ACCOUNTS, account, "post"),
    Row("accounts:account_restore", P.EDIT_ACCOUNTS, account, "post"),
    Row("accounts:account_merge", P.MERGE_ACCOUNTS, account),
    Row("accounts:account_merge_confirm", P.MERGE_ACCOUNTS, both),
    Row("accounts:account_merge_confirm", P.MERGE_ACCOUNTS, both, "post"),
    Row("accounts:contact", P.VIEW_ACCOUNTS, contact),
    Row("accounts:contact_create", P.EDIT_ACCOUNTS, account),
    Row("accounts:contact_edit", P.EDIT_ACCOUNTS, contact),
    Row("accounts:contact_merge", P.EDIT_ACCOUNTS, contact),
    Row("accounts:contact_archive", P.EDIT_ACCOUNTS, contact, "post"),
    Row("accounts:touchpoint_create", P.EDIT_TOUCHPOINTS, account),
    Row("accounts:touchpoint_edit", P.EDIT_TOUCHPOINTS, touchpoint),
    Row("accounts:touchpoint_delete", P.EDIT_TOUCHPOINTS, touchpoint, "post"),
    *(
        Row(f"accounts:{name}", P.EDIT_SETTINGS, is_scoped=False)
        for name in (
            "segments",
            "segment_create",
            "plans",
            "plan_create",
            "custom_fields",
            "custom_field_create",
        )
    ),
    Row(
        "accounts:segment",
        P.EDIT_SETTINGS,
        lambda world: [world.segment.public_id],
        is_scoped=False,
    ),
    Row(
        "accounts:segment_move",
        P.EDIT_SETTINGS,
        lambda world: [world.segment.public_id],
        "post",
        is_scoped=False,
    ),
    Row(
        "accounts:segment_delete",
        P.EDIT_SETTINGS,
        lambda world: [world.segment.public_id],
        "post",
        is_scoped=False,
    ),
    Row(
        "accounts:plan",
        P.EDIT_SETTINGS,
        lambda world: [world.plan.public_id],
        is_scoped=False,
    ),
    Row(
        "accounts:custom_field",
        P.EDIT_SETTINGS,
        lambda world: [world.field.public_id],
        is_scoped=False,
    ),
    Row(
        "accounts:custom_field_delete",
        P.EDIT_SETTINGS,
        lambda world: [world.field.public_id],
        "post",
        is_scoped=False,
    ),
]
SCOPED = [row for row in ROWS if row.is_scoped]


def test_every_address_of_these_rooms_has_a_row():
    named = {row.name for row in ROWS}
    for room in ("accounts", "usage", "revenue"):
        _, resolver = get_resolver().namespace_dict[room]
        for name in resolver.reverse_dict:
            if isinstance(name, str):
                assert f"{room}:{name}" in named


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_role_gets_what_the_permission_table_says(row, world, sign_in):
    address = reverse(row.name, args=row.args(world))
    people = [role for role in Role if role != Role.INTEGRATION]
    allowed = [role for role in people if row.permission in ROLE_PERMISSIONS[role]]
    before = rows()

    for role in people:
        if role not in allowed:
            answer = getattr(sign_in(role), row.method)(address)
            assert answer.status_code == 403, role
    assert rows() == before
    # The least of those who may.
    answer = getattr(sign_in(allowed[-1]), row.method)(address)
    assert answer.status_code in (200, 302), allowed[-1]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_nobody_gets_in_without_signing_in(row, world, client):
    answer = getattr(client, row.method)(reverse(row.name, args=row.args(world)))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/auth/login/")


@pytest.mark.parametrize("row", SCOPED, ids=lambda row: row.id)
def test_what_is_in_a_colleagues_book_does_not_exist(row, world, sign_in, own_books):
    # The lead may do everything with accounts, but sees no team of this owner.
    role = "csm" if row.permission in ROLE_PERMISSIONS[Role.CSM] else "lead"
    expected = 404 if row.permission in ROLE_PERMISSIONS[Role(role)] else 403
    before = rows()

    answer = getattr(sign_in(role), row.method)(reverse(row.name, args=row.args(world)))

    assert answer.status_code == expected
    assert rows() == before


def rows():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Account, Contact, Touchpoint, Event)
    ]


@pytest.mark.parametrize(
    "name",
    [row.name for row in ROWS if row.method == "post" and "confirm" not in row.name],
)
def test_opening_an_address_that_changes_something_changes_nothing(
    name, world, sign_in
):
    (row, *_) = [each for each in ROWS if each.name == name and each.method == "post"]
    before = rows()

    answer = sign_in("admin").get(reverse(name, args=row.args(world)))

    assert answer.status_code in (200, 405)
    assert rows() == before


def test_a_missing_account_and_a_foreign_one_answer_alike(world, sign_in, own_books):
    client = sign_in("csm")
    foreign = client.get(reverse("reports:account", args=[world.account.public_id]))
    missing = client.get(
        reverse("reports:account", args=["00000000-0000-4000-8000-000000000000"])
    )

    assert foreign.status_code == missing.status_code == 404
