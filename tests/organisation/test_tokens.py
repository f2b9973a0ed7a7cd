"""API tokens: on the page, on the command line, and over the wire."""

import io
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.models import Event
from organisation import services
from organisation.models import ApiToken, User
from organisation.permissions import SCOPES
from organisation.token_services import create_token, revoke_token, rotate_token
from tests.factories.organisation import UserFactory

ADDRESS = "/api/v1/users/"


def bearer(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.fixture
def robot(admin) -> User:
    return services.create_service_account(name="Robot", by=admin)


def status_of(text: str) -> int:
    return bearer(text).get(ADDRESS).status_code


def test_a_token_is_shown_once_and_stored_as_a_hash(admin, sign_in):
    client = sign_in(admin)

    page = client.post(
        reverse("organisation:token_create"),
        {"name": "Export", "user": admin.public_id, "scopes": ["accounts:read"],
         "lifetime": "30"},
    )  # fmt: skip

    text = re.search(r"csp_[\w-]+\.[\w-]+", page.content.decode()).group()
    assert "no-store" in page["Cache-Control"]
    assert text not in client.get(reverse("organisation:tokens")).content.decode()
    stored = ApiToken.objects.values().get()
    assert not any(text.split(".")[1] in str(value) for value in stored.values())
    assert not any(text.split(".")[1] in str(event) for event in Event.objects.values())
    assert stored["expires_at"] > timezone.now() + timedelta(days=29)


def test_a_token_page_without_a_scope_is_refused(admin, sign_in):
    page = sign_in(admin).post(
        reverse("organisation:token_create"),
        {"name": "Export", "user": admin.public_id, "lifetime": "30"},
    )

    assert page.status_code == 422


def test_people_make_tokens_for_themselves_and_for_programs_only(admin, robot, sign_in):
    operations = UserFactory(role="operations")
    for user in (operations, robot):
        create_token(user=user, name="x", scopes=["accounts:read"], by=operations)

    with pytest.raises(ValidationError, match="yourself or a service account"):
        create_token(user=admin, name="x", scopes=["accounts:read"], by=operations)
    page = sign_in(operations).post(
        reverse("organisation:token_create"),
        {"name": "x", "user": admin.public_id, "scopes": ["accounts:write"]},
    )
    assert page.status_code == 422
    assert not ApiToken.objects.filter(user=admin).exists()


def test_an_unknown_scope_is_refused(admin):
    with pytest.raises(ValidationError, match="no scope"):
        create_token(user=admin, name="x", scopes=["everything:write"], by=None)


def test_every_scope_of_the_specification_is_accepted(admin):
    issued = create_token(user=admin, name="x", scopes=SCOPES, by=None)

    assert len(issued.token.scopes) == 26


def test_a_good_token_opens_the_api_and_notes_its_use(admin):
    issued = create_token(user=admin, name="x", scopes=["organisation:read"], by=None)

    assert status_of(issued.text) == 200
    issued.token.refresh_from_db()
    assert issued.token.last_used_at is not None
    assert issued.token.last_used_address == "127.0.0.1"


def test_expired_revoked_and_orphaned_tokens_are_401(admin):
    scopes = ["organisation:read"]
    past = timezone.now() - timedelta(seconds=1)
    expired = create_token(user=admin, name="x", scopes=scopes, by=None,
                           expires_at=past)  # fmt: skip
    revoked = create_token(user=admin, name="x", scopes=scopes, by=None)
    revoke_token(revoked.token, by=admin)
    leaver = UserFactory(role="operations")
    orphaned = create_token(user=leaver, name="x", scopes=scopes, by=None)
    services.disable_user(leaver, by=admin)

    for issued in (expired, revoked, orphaned):
        answer = bearer(issued.text).get(ADDRESS)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("text", [
    "csp_000000000000.wrong", "csp_", "nonsense", "csp_a.b c", "", "csp_\xff.\xfe",
])  # fmt: skip
def test_a_made_up_token_is_401(text):
    assert status_of(text) == 401


def test_a_token_with_the_right_prefix_and_another_secret_is_401(admin):
    issued = create_token(user=admin, name="x", scopes=["organisation:read"], by=None)

    assert status_of(f"csp_{issued.token.prefix}.AAAA") == 401


def test_a_token_in_the_address_is_never_looked_at(admin):
    issued = create_token(user=admin, name="x", scopes=["organisation:read"], by=None)

    for name in ("token", "access_token", "api_key", "key"):
        assert Client().get(ADDRESS, {name: issued.text}).status_code == 401


def test_a_replaced_token_works_one_more_day(admin, time_machine):
    old = create_token(user=admin, name="x", scopes=["organisation:read"], by=admin)

    new = rotate_token(old.token, by=admin)

    assert status_of(old.text) == status_of(new.text) == 200
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    assert (status_of(old.text), status_of(new.text)) == (401, 200)
    old.token.refresh_from_db()
    with pytest.raises(ValidationError, match="already"):
        rotate_token(old.token, by=admin)


def test_replacing_never_lengthens_the_old_token(admin):
    soon = timezone.now() + timedelta(hours=1)
    old = create_token(user=admin, name="x", scopes=["organisation:read"], by=admin,
                       expires_at=soon)  # fmt: skip

    rotate_token(old.token, by=admin)

    old.token.refresh_from_db()
    assert old.token.expires_at == soon


def test_tokens_are_replaced_and_revoked_on_the_page(admin, sign_in):
    client = sign_in(admin)
    old = create_token(user=admin, name="x", scopes=["organisation:read"], by=admin)

    page = client.post(reverse("organisation:token_rotate", args=[old.token.public_id]))
    new = re.search(r"csp_[\w-]+\.[\w-]+", page.content.decode()).group()
    client.post(reverse("organisation:token_revoke", args=[old.token.public_id]))

    assert (status_of(old.text), status_of(new)) == (401, 200)
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"api_token_created", "api_token_rotated", "api_token_revoked"} <= kinds


def test_a_service_account_is_made_and_cannot_sign_in(admin, sign_in, mailoutbox):
    sign_in(admin).post(
        reverse("organisation:service_account_create"), {"name": "Warehouse sync"}
    )

    robot = User.objects.get(role="integration")
    assert robot.name == "Warehouse sync"
    assert not robot.has_usable_password()


def test_the_command_prints_the_token_and_nothing_else(admin):
    out = io.StringIO()

    call_command("create_api_token", "ADA@example.com",
                 "--scopes", "organisation:read, health:read",
                 "--name", "Nightly", "--expires-days", "7", stdout=out)  # fmt: skip

    assert re.fullmatch(r"csp_[0-9a-f]{12}\.[\w-]{43}\n", out.getvalue())
    assert status_of(out.getvalue().strip()) == 200
    assert ApiToken.objects.get().scopes == ["health:read", "organisation:read"]


@pytest.mark.parametrize("arguments", [
    ["nobody@example.com", "--scopes", "accounts:read", "--name", "x"],
    ["ada@example.com", "--scopes", "accounts:reed", "--name", "x"],
    ["ada@example.com", "--scopes", "", "--name", "x"],
    ["ada@example.com", "--scopes", "accounts:read", "--name", ""],
    ["ada@example.com", "--scopes", "kpis:read", "--name", "x", "--expires-days", "0"],
])  # fmt: skip
def test_the_command_refuses_what_makes_no_sense(admin, arguments):
    out = io.StringIO()

    with pytest.raises(CommandError):
        call_command("create_api_token", *arguments, stdout=out)
    assert out.getvalue() == ""


def test_create_admin_takes_the_password_from_the_environment(monkeypatch):
    monkeypatch.setenv("ADMIN_PASSWORD", "plain words in a row")
    out = io.StringIO()

    call_command("create_admin", "Root@Example.com", stdout=out)

    user = User.objects.get(email="root@example.com")
    assert user.role == "admin"
    assert user.check_password("plain words in a row")
    assert "plain words" not in out.getvalue()


def test_create_admin_makes_up_a_password_and_prints_it(monkeypatch):
    monkeypatch.delenv("ADMIN_PASSWORD", raising=False)
    out = io.StringIO()

    call_command("create_admin", "root@example.com", stdout=out)

    password = re.search(r"Password: (\S+)", out.getvalue()).group(1)
    assert User.objects.get(email="root@example.com").check_password(password)


def test_create_admin_lets_somebody_who_was_locked_out_back_in(monkeypatch, admin):
    monkeypatch.setenv("ADMIN_PASSWORD", "plain words in a row")
    person = UserFactory(role="csm", email="p@example.com")
    services.disable_user(person, by=admin)

    call_command("create_admin", "p@example.com", stdout=io.StringIO())

    person.refresh_from_db()
    assert (person.role, person.is_active) == ("admin", True)


@pytest.mark.parametrize(("email", "password"), [
    ("not an address", "plain words in a row"), ("a@b.co", "12345678"),
])  # fmt: skip
def test_create_admin_refuses_bad_addresses_and_weak_passwords(
    monkeypatch, email, password
):
    monkeypatch.setenv("ADMIN_PASSWORD", password)

    with pytest.raises(CommandError):
        call_command("create_admin", email, stdout=io.StringIO())
    assert User.objects.count() == 0
