"""Signing in: throttled, without telling who exists, and over when it is over."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from organisation.models import User
from tests.factories.organisation import UserFactory

PASSWORD = "plain words in a row"


@pytest.fixture
def person() -> User:
    person = UserFactory(email="mia@example.com")
    person.set_password(PASSWORD)
    person.save()
    return person


def try_sign_in(client: Client, email: str, password: str):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def errors_of(page) -> str:
    return " ".join(page.context["form"].non_field_errors())


def test_a_person_signs_in_by_email_whatever_its_case(person):
    client = Client()

    answer = try_sign_in(client, "MIA@Example.com", PASSWORD)

    assert answer.status_code == 302
    assert Event.objects.filter(kind="user_signed_in", actor_id=person.pk).exists()


def test_signing_in_changes_the_session_id(person):
    client = Client()
    client.get(reverse("account_login"))
    client.session["planted"] = True
    client.session.save()
    before = client.session.session_key

    try_sign_in(client, person.email, PASSWORD)

    assert client.session.session_key != before


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(person):
    wrong = try_sign_in(Client(), person.email, "not it at all")
    unknown = try_sign_in(Client(), "nobody@example.com", "not it at all")
    UserFactory(
        email="gone@example.com", is_active=False, disabled_at="2024-01-01T00:00Z"
    )
    gone = try_sign_in(Client(), "gone@example.com", "not it at all")

    assert wrong.status_code == unknown.status_code == gone.status_code == 200
    assert errors_of(wrong) == errors_of(unknown) == errors_of(gone) != ""


def test_after_five_wrong_passwords_the_right_one_waits_too(person):
    for _ in range(5):
        try_sign_in(Client(), person.email, "not it at all")

    page = try_sign_in(Client(), person.email, PASSWORD)

    assert page.status_code == 200
    assert "Too many failed" in errors_of(page)
    assert (
        Event.objects.filter(kind="sign_in_failed", subject_id=person.pk).count() == 5
    )


def test_one_address_cannot_try_many_people():
    people = [UserFactory() for _ in range(12)]
    pages = [try_sign_in(Client(), each.email, "not it at all") for each in people]

    assert "Too many failed" in errors_of(pages[-1])


def test_an_unknown_address_is_not_kept_in_the_log():
    try_sign_in(Client(), "secret.person@example.com", "x")

    event = Event.objects.get(kind="sign_in_failed")
    assert "secret.person" not in f"{event.subject_label}{event.data}"


def test_a_disabled_person_cannot_sign_in(person):
    person.is_active, person.disabled_at = False, "2024-01-01T00:00Z"
    person.save()
    client = Client()

    try_sign_in(client, person.email, PASSWORD)

    assert client.get(reverse("organisation:profile")).status_code == 302


@pytest.mark.parametrize("url", ["signup", "email", "password/set"])
def test_nobody_signs_up_or_adds_addresses_by_themselves(url, person, sign_in):
    assert Client().get(f"/auth/{url}/").status_code == 404
    assert Client().post(f"/auth/{url}/").status_code in (403, 404)
    assert sign_in(person).get(f"/auth/{url}/").status_code == 404


def reset_link(mailoutbox) -> str:
    link = re.search(r"http\S+/auth/password/reset/key/\S+", mailoutbox[-1].body)
    return "/" + link.group().split("/", 3)[3]


def test_a_reset_link_works_once_and_ends_other_sessions(person, sign_in, mailoutbox):
    elsewhere = sign_in(person)
    client = Client()
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = reset_link(mailoutbox)

    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    new = "another few plain words"
    client.post(address, {"password1": new, "password2": new})

    assert try_sign_in(Client(), person.email, new).status_code == 302
    assert elsewhere.get(reverse("organisation:profile")).status_code == 302
    assert Client().get(link, follow=True).context["token_fail"]
    assert Event.objects.filter(kind="user_password_changed").exists()


def test_a_reset_is_answered_alike_for_known_and_unknown_addresses(person, mailoutbox):
    known = Client().post(reverse("account_reset_password"), {"email": person.email})
    unknown = Client().post(reverse("account_reset_password"), {"email": "no@b.co"})

    assert (known.status_code, known["Location"]) == (
        unknown.status_code,
        unknown["Location"],
    )
    assert len(mailoutbox) == 2
    assert "signup" not in mailoutbox[1].body


def test_the_reset_link_ignores_a_forged_host(person, mailoutbox, settings):
    settings.PUBLIC_URL = "https://cs.example.com"
    settings.ALLOWED_HOSTS = ["*"]

    Client().post(
        reverse("account_reset_password"),
        {"email": person.email},
        headers={"host": "evil.example.org"},
    )

    assert "https://cs.example.com/auth/password/reset/key/" in mailoutbox[0].body
    assert "evil.example.org" not in mailoutbox[0].body


def test_changing_the_password_keeps_this_session_and_ends_the_others(person, sign_in):
    here, elsewhere = sign_in(person), sign_in(person)
    new = "another few plain words"

    answer = here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )

    assert answer["Location"] == reverse("organisation:profile")
    assert here.get(reverse("organisation:profile")).status_code == 200
    assert elsewhere.get(reverse("organisation:profile")).status_code == 302


@pytest.mark.parametrize("target", [
    "//evil.example", "https:evil.example", "/\\evil.example", "data:text/html,x",
    "https://evil.example/",
])  # fmt: skip
def test_signing_in_never_leads_off_this_site(person, target):
    answer = Client().post(
        f"{reverse('account_login')}?next={target}",
        {"login": person.email, "password": PASSWORD, "next": target},
    )

    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_signing_out_needs_a_post(person, sign_in):
    client = sign_in(person)

    client.get(reverse("account_logout"))
    assert client.get(reverse("organisation:profile")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("organisation:profile")).status_code == 302


def test_an_htmx_request_after_the_session_ended_opens_the_sign_in_page():
    answer = Client().get(
        "/settings/audit/?who=x",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/settings/audit/",
        },
    )

    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/auth/login/?next=%2Fsettings%2Faudit%2F"
    assert answer.content == b""


def test_pages_of_signed_in_people_are_kept_by_no_cache(person, sign_in):
    answer = sign_in(person).get(reverse("organisation:profile"))

    assert answer["Cache-Control"] == "private, no-store"


def test_a_forged_forwarding_header_is_ignored_without_a_proxy(person):
    Client().post(
        reverse("account_login"),
        {"login": person.email, "password": PASSWORD},
        headers={"X-Forwarded-For": "203.0.113.9"},
    )

    assert Event.objects.get(kind="user_signed_in").address == "127.0.0.1"


def test_behind_a_proxy_the_address_before_it_counts(person, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    Client().post(
        reverse("account_login"),
        {"login": person.email, "password": PASSWORD},
        headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"},
    )

    assert Event.objects.get(kind="user_signed_in").address == "203.0.113.9"


@pytest.mark.parametrize("sent", ["a\x1b[31mb", "x" * 65, "two\twords", ""])
def test_a_request_id_that_could_forge_a_log_line_is_replaced(sent):
    answer = Client().get("/auth/login/", headers={"X-Request-ID": sent})

    assert re.fullmatch(r"[0-9a-f-]{36}", answer["X-Request-ID"])


def test_a_plain_request_id_of_a_proxy_is_kept():
    answer = Client().get("/auth/login/", headers={"X-Request-ID": "req-42.a_b"})

    assert answer["X-Request-ID"] == "req-42.a_b"
