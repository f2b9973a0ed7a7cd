"""Inviting people and accepting."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.models import Event
from organisation.invitations import (
    InvitationUnusable,
    accept_invitation,
    invite_person,
    mail_invitation,
    revoke_invitation,
)
from organisation.models import Invitation, User
from tests.factories.organisation import TeamFactory, UserFactory

PASSWORD = "plain words in a row"


def secret_of(new) -> str:
    return new.link.rstrip("/").rsplit("/", 1)[1]


def test_an_invited_person_chooses_name_and_password_and_signs_in_by_email(
    admin, sign_in, mailoutbox
):
    team = TeamFactory()

    page = sign_in(admin).post(
        reverse("organisation:person_invite"),
        {"email": "New@Example.com", "role": "csm", "team": team.pk},
    )

    assert page.status_code == 200
    (mail,) = mailoutbox
    assert mail.to == ["new@example.com"]
    link = re.search(r"http\S+", mail.body).group()
    assert link.encode() in page.content
    visitor = Client()
    path = "/" + link.split("/", 3)[3]
    assert visitor.get(path).headers["Referrer-Policy"] == "no-referrer"
    answer = visitor.post(
        path, {"name": "Nia New", "password": PASSWORD, "again": PASSWORD}
    )
    assert answer.status_code == 302
    user = User.objects.get(email__iexact="new@example.com")
    assert (user.name, user.role, user.team) == ("Nia New", "csm", team)
    assert visitor.get(reverse("organisation:profile")).status_code == 200
    fresh = Client()
    fresh.post(
        reverse("account_login"), {"login": "new@example.com", "password": PASSWORD}
    )
    assert fresh.get(reverse("organisation:profile")).status_code == 200
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[:3] == ["user_invited", "user_created", "invitation_accepted"]


def test_a_link_works_once(admin):
    secret = secret_of(invite_person(email="a@example.com", role="csm", by=admin))
    accept_invitation(secret, name="A", password=PASSWORD)

    with pytest.raises(InvitationUnusable):
        accept_invitation(secret, name="B", password=PASSWORD)
    page = Client().get(reverse("organisation_accept", args=[secret]))
    assert page.status_code == 404


def test_an_expired_or_revoked_link_is_refused(admin):
    late = invite_person(email="a@example.com", role="csm", by=admin)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(InvitationUnusable):
        accept_invitation(secret_of(late), name="A", password=PASSWORD)

    gone = invite_person(email="b@example.com", role="csm", by=admin)
    revoke_invitation(gone.invitation, by=admin)
    with pytest.raises(InvitationUnusable):
        accept_invitation(secret_of(gone), name="B", password=PASSWORD)


def test_an_invitation_lasts_at_most_seven_days_and_only_its_hash_is_stored(admin):
    new = invite_person(email="a@example.com", role="csm", by=admin)

    lifetime = new.invitation.expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < lifetime <= timedelta(days=7)
    stored = Invitation.objects.values().get()
    assert not any(secret_of(new) in str(value) for value in stored.values())


def test_inviting_again_replaces_the_older_link(admin):
    first = invite_person(email="a@example.com", role="csm", by=admin)
    second = invite_person(email="A@example.com", role="leader", by=admin)

    with pytest.raises(InvitationUnusable):
        accept_invitation(secret_of(first), name="A", password=PASSWORD)
    user = accept_invitation(secret_of(second), name="A", password=PASSWORD)
    assert user.role == "leader"


def test_two_open_invitations_for_one_address_are_refused_by_the_database(admin):
    new = invite_person(email="a@example.com", role="csm", by=admin)

    with pytest.raises(IntegrityError):
        Invitation.objects.create(
            email="A@EXAMPLE.COM",
            role="csm",
            token_hash="x",
            expires_at=new.invitation.expires_at,
        )


def test_an_invitation_is_not_both_accepted_and_revoked(admin):
    now = timezone.now()
    with pytest.raises(IntegrityError):
        Invitation.objects.create(
            email="a@example.com", role="csm", token_hash="x", expires_at=now,
            accepted_at=now, revoked_at=now,
        )  # fmt: skip


@pytest.mark.parametrize("level", [0, 5])
def test_an_invitation_for_a_level_that_does_not_exist_is_refused(admin, level):
    with pytest.raises(IntegrityError):
        Invitation.objects.create(
            email="a@example.com", role="agent", token_hash="x",
            expires_at=timezone.now(), support_level=level,
        )  # fmt: skip


def test_somebody_who_is_here_already_is_not_invited(admin):
    UserFactory(email="here@example.com")

    with pytest.raises(ValidationError, match="already uses"):
        invite_person(email="HERE@example.com", role="csm", by=admin)


def test_a_weak_password_is_refused_with_a_reason(admin):
    secret = secret_of(invite_person(email="a@example.com", role="csm", by=admin))

    answer = Client().post(
        reverse("organisation_accept", args=[secret]),
        {"name": "A", "password": "12345678", "again": "12345678"},
    )

    assert answer.status_code == 422
    assert "too common" in answer.content.decode()
    assert not User.objects.filter(email="a@example.com").exists()


def test_when_mail_fails_the_page_says_so_and_shows_the_link(admin, sign_in, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    page = sign_in(admin).post(
        reverse("organisation:person_invite"), {"email": "a@b.co", "role": "csm"}
    )

    text = page.content.decode()
    assert "could not be sent" in text
    assert "/auth/invitation/" in text


def test_an_address_with_a_line_break_never_reaches_a_mail_header(admin, mailoutbox):
    with pytest.raises(ValidationError):
        invite_person(email="a@b.co\nBcc: x@y.zz", role="csm", by=admin)
    assert mailoutbox == []


def test_links_come_from_the_public_address_not_from_the_request(
    admin, sign_in, settings, mailoutbox
):
    settings.PUBLIC_URL = "https://cs.example.com"
    new = invite_person(email="a@example.com", role="csm", by=admin)
    mail_invitation(new)

    assert "https://cs.example.com/auth/invitation/" in mailoutbox[0].body


def test_the_link_is_not_written_to_the_log(admin, caplog):
    secret = secret_of(invite_person(email="a@example.com", role="csm", by=admin))

    with caplog.at_level("INFO"):
        Client().get(reverse("organisation_accept", args=[secret]))

    assert "/auth/invitation/…" in caplog.text
    assert secret not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_person(admin):
    secret = secret_of(invite_person(email="a@example.com", role="csm", by=admin))

    def accept(name: str) -> bool:
        try:
            accept_invitation(secret, name=name, password=PASSWORD)
        except InvitationUnusable:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(accept, "abcd"))

    assert sorted(outcomes) == [False, False, False, True]
    assert User.objects.filter(email="a@example.com").count() == 1
