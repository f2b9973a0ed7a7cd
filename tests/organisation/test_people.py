"""Roles, disabling, teams, profile and settings."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, connections
from django.test import Client
from django.urls import reverse

from events.models import Event
from organisation import services
from organisation.models import ApiToken, Organisation, Team, User
from organisation.services import LastAdministrator
from organisation.token_services import create_token
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import TeamFactory, UserFactory


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("organisation:profile")).status_code == 200


def test_disabling_a_person_ends_sessions_and_tokens_at_once(admin, sign_in):
    person = UserFactory()
    session = sign_in(person)
    create_token(user=person, name="x", scopes=["accounts:read"], by=None)

    sign_in(admin).post(reverse("organisation:person_disable", args=[person.public_id]))

    assert not is_signed_in(session)
    assert ApiToken.objects.usable().count() == 0
    event = Event.objects.get(kind="user_disabled")
    assert event.actor_id == admin.pk
    assert event.address == "127.0.0.1"
    assert event.data["tokens_revoked"] == 1


def test_enabling_again_revives_neither_old_sessions_nor_tokens(admin, sign_in):
    person = UserFactory()
    session = sign_in(person)
    create_token(user=person, name="x", scopes=["accounts:read"], by=None)
    services.disable_user(person, by=admin)

    services.enable_user(person, by=admin)

    assert not is_signed_in(session)
    assert ApiToken.objects.usable().count() == 0
    assert is_signed_in(sign_in(User.objects.get(pk=person.pk)))


def test_the_last_administrator_is_neither_disabled_nor_demoted(admin, sign_in):
    UserFactory(role="admin", is_active=False, disabled_at="2024-01-01T00:00Z")

    with pytest.raises(LastAdministrator):
        services.disable_user(admin, by=admin)
    with pytest.raises(LastAdministrator):
        services.change_person(admin, role="csm", by=admin)
    page = sign_in(admin).post(
        reverse("organisation:person", args=[admin.public_id]),
        {"name": "Ada", "role": "csm"},
    )

    assert page.status_code == 422
    assert "last administrator" in page.content.decode()
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("admin", True)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_once(admin):
    other = UserFactory(role="admin")

    def remove(pair: tuple[User, User]) -> bool:
        try:
            services.disable_user(pair[0], by=pair[1])
        except LastAdministrator:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(remove, [(admin, other), (other, admin)]))

    assert sorted(outcomes) == [False, True]
    assert User.objects.active().filter(role="admin").count() == 1


def test_another_role_ends_the_sessions_and_keeps_before_and_after(admin, sign_in):
    person = UserFactory(role="csm")
    session = sign_in(person)

    sign_in(admin).post(
        reverse("organisation:person", args=[person.public_id]),
        {"name": person.name, "role": "leader"},
    )

    assert not is_signed_in(session)
    assert Event.objects.get(kind="user_changed").data == {"role": ["csm", "leader"]}


def test_another_name_keeps_the_sessions(admin, sign_in):
    person = UserFactory(role="agent")
    session = sign_in(person)

    services.change_person(person, name="New name", support_level=2, by=admin)

    assert is_signed_in(session)


def test_nobody_gives_themselves_a_role_through_the_profile(sign_in):
    person = UserFactory(role="csm")

    sign_in(person).post(
        reverse("organisation:profile"),
        {"name": "Me", "timezone": "Europe/Berlin", "theme": "dark", "role": "admin",
         "is_active": "on", "email": "x@y.zz"},
    )  # fmt: skip

    fresh = User.objects.get(pk=person.pk)
    assert (fresh.name, fresh.timezone, fresh.theme) == ("Me", "Europe/Berlin", "dark")
    assert (fresh.role, fresh.email) == ("csm", person.email)


@pytest.mark.parametrize("values", [
    {"name": "Me", "timezone": "Mars/Base", "theme": "dark"},
    {"name": "Me", "timezone": "", "theme": "pink"},
    {"name": "Me", "timezone": "", "theme": "dark", "locale": "xx"},
])  # fmt: skip
def test_a_profile_that_makes_no_sense_is_refused(sign_in, values):
    person = UserFactory()

    page = sign_in(person).post(reverse("organisation:profile"), values)

    assert page.status_code == 422


def test_integrations_are_not_listed_among_people_and_cannot_be_made_admins(
    admin, sign_in
):
    robot = services.create_service_account(name="Warehouse sync", by=admin)

    client = sign_in(admin)
    assert (
        "Warehouse sync"
        not in client.get(reverse("organisation:people")).content.decode()
    )
    answer = client.post(
        reverse("organisation:person", args=[robot.public_id]),
        {"name": "x", "role": "admin"},
    )
    assert answer.status_code == 404


def test_a_team_is_made_renamed_and_removed_without_losing_people_or_accounts(
    admin, sign_in
):
    client = sign_in(admin)
    client.post(reverse("organisation:teams"), {"name": "North"})
    team = Team.objects.get(name="North")
    person = UserFactory(team=team)
    account = AccountFactory(team=team)

    client.post(reverse("organisation:team", args=[team.public_id]), {"name": "South"})
    team.refresh_from_db()
    assert team.name == "South"
    client.post(reverse("organisation:team_delete", args=[team.public_id]))

    person.refresh_from_db()
    account.refresh_from_db()
    assert (person.team, account.team) == (None, None)
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"team_created", "team_changed", "team_deleted"} <= kinds


def test_two_teams_do_not_share_a_name_whatever_its_case(admin, sign_in):
    TeamFactory(name="North")

    page = sign_in(admin).post(reverse("organisation:teams"), {"name": "NORTH"})

    assert page.status_code == 422
    with pytest.raises(IntegrityError):
        Team.objects.create(name="north")


def test_settings_are_saved_with_before_and_after(admin, sign_in):
    values = {
        "name": "Northwind", "timezone": "Europe/Paris", "currency": "USD",
        "run_hour": 3, "row_scope": "book",
    }  # fmt: skip

    answer = sign_in(admin).post(reverse("organisation:settings"), values)

    assert answer.status_code == 302
    found = Organisation.objects.get()
    assert (found.currency, found.run_hour, found.row_scope) == ("USD", 3, "book")
    changed = Event.objects.get(kind="organisation_changed").data
    assert changed["currency"] == ["EUR", "USD"]


@pytest.mark.parametrize(("name", "value"), [
    ("currency", "EURO"), ("currency", "€"), ("run_hour", "24"),
    ("timezone", "Mars/Base"), ("row_scope", "none"),
])  # fmt: skip
def test_settings_that_make_no_sense_are_refused(admin, sign_in, name, value):
    values = {
        "name": "N", "timezone": "UTC", "currency": "EUR", "run_hour": 3,
        "row_scope": "all", name: value,
    }  # fmt: skip

    page = sign_in(admin).post(reverse("organisation:settings"), values)

    assert page.status_code == 422


def test_everybody_may_read_what_each_role_may_do(sign_in):
    page = sign_in(UserFactory(role="leader")).get(reverse("organisation:roles"))

    text = page.content.decode()
    assert page.status_code == 200
    assert "Invite people, change roles, disable people" in text


def test_the_list_of_people_costs_the_same_for_one_and_for_many(
    admin, sign_in, django_assert_max_num_queries
):
    client = sign_in(admin)
    client.get(reverse("organisation:people"))
    UserFactory.create_batch(20, team=TeamFactory())

    with django_assert_max_num_queries(7):
        client.get(reverse("organisation:people"))


@pytest.mark.parametrize("values", [
    {"role": "boss"},
    {"support_level": 5},
    {"is_active": False},
    {"email": "UPPER@example.com"},
])  # fmt: skip
def test_the_database_refuses_people_that_make_no_sense(values):
    person = UserFactory()
    name, value = next(iter(values.items()))

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE organisation_user SET {name} = %s WHERE id = %s",
            [value, person.pk],
        )


def test_two_people_do_not_share_an_address_whatever_its_case():
    UserFactory(email="a@example.com")

    with pytest.raises(IntegrityError):
        UserFactory(email="A@example.com")
