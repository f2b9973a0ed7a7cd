"""What holds for every address: errors, limits, retries, versions, scopes, methods."""

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from health.models import AlertRule
from organisation.models import IdempotencyKey
from organisation.token_services import create_token
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import UserFactory

ACCOUNTS = "/api/v1/accounts/"
PROBLEM = "application/problem+json"


def is_problem(answer, status: int) -> bool:
    body = json.loads(answer.content)
    return (
        answer.status_code == body["status"] == status
        and answer["Content-Type"] == PROBLEM
        and body["request_id"] == answer["X-Request-ID"]
        and body["type"].startswith("/api/v1/problems/")
        and bool(body["title"])
    )


# --- errors ---------------------------------------------------------------------


@pytest.mark.parametrize("path", [
    "/api/", "/api/v1/", "/api/v1/nothing/", "/api/v1/nothing", "/api/v2/accounts/",
    "/api/v1/accounts/not-an-id/", "/api/v1/accounts/%00/", "/api/v1/<script>/",
])  # fmt: skip
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_a_wrong_address_is_a_problem_and_never_a_page(api, path, method):
    answer = getattr(api, method)(path)

    assert is_problem(answer, 400 if "%00" in path else 404)
    assert b"<" not in answer.content.replace(b"<script>", b"")


def test_a_forgotten_last_slash_is_forgiven_when_reading_only(api):
    answer = api.get("/api/v1/accounts?limit=1")

    assert answer.status_code == 301
    assert answer["Location"] == "/api/v1/accounts/?limit=1"
    assert is_problem(api.post("/api/v1/accounts", {"name": "x"}), 404)
    assert is_problem(api.get("/api/v1//evil.example"), 404)


def test_a_wrong_method_is_405_with_the_right_ones(api):
    answer = api.delete(ACCOUNTS)

    assert is_problem(answer, 405)
    assert "POST" in answer["Allow"]
    assert is_problem(api.options(ACCOUNTS), 405)
    assert is_problem(api.put("/api/v1/users/"), 405)


def test_nobody_is_401_with_the_way_to_sign_in():
    answer = Client().get(ACCOUNTS)

    assert is_problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_only_json_is_taken(api):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "text/xml",
                 "multipart/form-data; boundary=x"):  # fmt: skip
        assert is_problem(api.post(ACCOUNTS, b"name=x", content_type=kind), 415)
    assert is_problem(api.get(ACCOUNTS, headers={"Accept": "text/html"}), 406)


@pytest.mark.parametrize("body", [
    b"{", b"", b"nonsense", b"\xff\xfe", b'{"name": NaN}', b'{"name": Infinity}',
    b'{"employees": 1e400}', b'{"employees": ' + b"9" * 5000 + b"}",
    b"[" * 100_000, b'{"a":' * 50_000, b'{"name": "a\\u0000b"}',
    b'{"name": "\\ud800"}', b'{"custom": {"a\\u0000": 1}, "name": "x"}',
    b'{"name": "x", "name": "y"}', b'[]', b'"x"', b"1", b"null",
])  # fmt: skip
def test_a_body_we_cannot_use_is_400_without_an_effect(api, body):
    answer = api.post(ACCOUNTS, body)

    assert is_problem(answer, 400)
    assert Account.objects.count() == 0


def test_a_body_of_ten_megabytes_is_413(api):
    answer = api.post(ACCOUNTS, b'{"name": "' + b"x" * 10_000_000 + b'"}')

    assert is_problem(answer, 413)


def test_a_crash_is_answered_without_its_cause(api, monkeypatch):
    def crash(*args, **kwargs):
        raise RuntimeError("secret_table does not exist")

    monkeypatch.setattr("accounts.api.AccountResource.get_queryset", crash)
    api.raise_request_exception = False

    answer = api.get(ACCOUNTS)

    assert is_problem(answer, 500)
    assert b"secret_table" not in answer.content
    assert b"Traceback" not in answer.content


def test_a_forged_host_is_a_problem_too(api):
    assert is_problem(api.get(ACCOUNTS, headers={"host": "evil.example"}), 400)


def test_text_from_outside_comes_back_as_json_that_no_browser_runs(api):
    account = AccountFactory(name="<img src=x onerror=alert(1)>")

    answer = api.get(f"{ACCOUNTS}{account.public_id}/")

    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


# --- scopes and permissions -----------------------------------------------------


def test_a_token_that_reads_cannot_write(admin):
    account = AccountFactory(name="Before")
    reader = program_of(admin, ["accounts:read"])
    address = f"{ACCOUNTS}{account.public_id}/"

    answers = [
        reader.post(ACCOUNTS, {"name": "x"}),
        reader.patch(address, {"name": "x"}),
        reader.delete(address),
        reader.post(f"{ACCOUNTS}bulk/", {"items": [{"name": "x"}]}),
        reader.put(f"{ACCOUNTS}by-external-id/a/b/", {"name": "x"}),
    ]

    assert all(is_problem(answer, 403) for answer in answers)
    assert "accounts:write" in answers[0].json()["detail"]
    assert list(Account.objects.values_list("name", "archived_at")) == [
        ("Before", None)
    ]
    assert reader.get(address).status_code == 200


def test_a_scope_opens_its_area_only(admin):
    stranger = program_of(admin, ["tickets:write", "health:write"])

    assert is_problem(stranger.get(ACCOUNTS), 403)


def test_writing_includes_reading(admin):
    assert program_of(admin, ["accounts:write"]).get(ACCOUNTS).status_code == 200


def test_a_token_does_at_most_what_its_person_may():
    leader = program_of(UserFactory(role="leader"))

    assert is_problem(leader.post(ACCOUNTS, {"name": "x"}), 403)
    assert is_problem(leader.post("/api/v1/segments/", {"name": "x"}), 403)
    assert Account.objects.count() == 0


def test_a_session_needs_its_csrf_token_to_write(admin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)

    assert client.get(ACCOUNTS).status_code == 200
    answer = client.post(ACCOUNTS, {"name": "x"}, content_type="application/json")
    assert is_problem(answer, 403)


# --- repeated requests ----------------------------------------------------------


def post_once(api, key: str, body: dict):
    return api.post(ACCOUNTS, body, headers={"Idempotency-Key": key})


def test_the_same_key_and_body_get_the_same_answer_once(api):
    first = post_once(api, '"k-1"', {"name": "Once", "seats": 2})
    again = post_once(api, "k-1", {"seats": 2, "name": "Once"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Location"] == first["Location"]
    assert again["ETag"] == first["ETag"]
    assert again["Idempotency-Replayed"] == "true"
    assert Account.objects.count() == 1


def test_the_same_key_with_another_body_is_422(api):
    post_once(api, "k-1", {"name": "Once"})

    answer = post_once(api, "k-1", {"name": "Twice"})

    assert is_problem(answer, 422)
    assert Account.objects.count() == 1


def test_a_key_belongs_to_its_token_and_its_address(api, admin):
    post_once(api, "k-1", {"name": "One"})

    other = program_of(admin)
    assert post_once(other, "k-1", {"name": "Two"}).status_code == 201
    account = Account.objects.get(name="One")
    changed = api.patch(
        f"{ACCOUNTS}{account.public_id}/",
        {"name": "Uno"},
        headers={"Idempotency-Key": "k-1"},
    )
    assert changed.json()["name"] == "Uno"


def test_a_request_that_failed_leaves_no_key_and_may_be_sent_again(api):
    assert post_once(api, "k-1", {"name": ""}).status_code == 400
    assert IdempotencyKey.objects.count() == 0
    assert post_once(api, "k-1", {"name": "Good"}).status_code == 201


def test_after_a_day_the_key_is_free_and_forgotten(api):
    post_once(api, "k-1", {"name": "One"})
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24))

    assert post_once(api, "k-1", {"name": "Two"}).status_code == 201
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a b", "ä"])
def test_a_key_that_is_none_is_refused(api, key):
    assert is_problem(post_once(api, key, {"name": "x"}), 400)


@pytest.mark.django_db(transaction=True)
def test_a_key_whose_request_is_still_running_is_409(organisation, admin):
    program = program_of(admin)
    post_once(program, "warm", {"name": "Warm"})
    place = {
        "owner": f"t{admin.api_tokens.get().pk}", "method": "POST",
        "path": ACCOUNTS, "key": "k-1",
    }  # fmt: skip
    running, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [json.dumps(place, sort_keys=True)],
            )
            running.set()
            done.wait(10)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    running.wait(10)
    answer = post_once(program, "k-1", {"name": "x"})
    done.set()
    thread.join()

    assert is_problem(answer, 409)
    assert Account.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_request_many_times_at_once_has_one_effect(organisation, admin):
    program = program_of(admin)

    def send(_: int) -> int:
        try:
            return post_once(program, "k-1", {"name": "Once"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(send, range(5)))

    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert Account.objects.count() == 1


# --- limits ---------------------------------------------------------------------


def test_every_answer_says_what_is_left_of_the_minute(api, settings, time_machine):
    time_machine.move_to("2026-03-02T10:00:15Z", tick=False)
    settings.API_RATE_PER_MINUTE = 3
    left = [api.get("/api/v1/plans/")["RateLimit-Remaining"] for _ in range(3)]
    over = api.get("/api/v1/plans/")

    assert left == ["2", "1", "0"]
    assert is_problem(over, 429)
    assert over["Retry-After"] == "45"
    assert over["RateLimit-Limit"] == "3"
    assert over["RateLimit"] == '"default";r=0;t=45'
    time_machine.move_to("2026-03-02T10:01:00Z", tick=False)
    assert api.get("/api/v1/plans/").status_code == 200


def test_one_token_does_not_use_up_what_another_has(api, admin, settings, time_machine):
    time_machine.move_to("2026-03-02T10:00:15Z", tick=False)
    settings.API_RATE_PER_MINUTE = 1
    api.get("/api/v1/plans/")

    assert api.get("/api/v1/plans/").status_code == 429
    assert program_of(admin).get("/api/v1/plans/").status_code == 200


def test_without_redis_the_api_still_answers(api, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nonexistent/redis.sock?db=0",
        }
    }

    assert api.get("/api/v1/plans/").status_code == 200


# --- what cannot be seen does not exist -----------------------------------------


def test_the_schema_and_its_page_are_for_people_who_are_signed_in(admin, api):
    assert is_problem(Client().get(reverse("api_schema")), 401)
    assert Client().get(reverse("api_docs")).status_code == 302
    client = Client()
    client.force_login(admin)
    assert client.get(reverse("api_docs")).status_code == 200
    script = client.get(f"{reverse('api_docs')}?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert api.get(reverse("api_schema")).status_code == 200


def test_the_page_of_the_schema_needs_no_inline_script_or_style(admin):
    client = Client()
    client.force_login(admin)

    page = client.get(reverse("api_docs")).content.decode()

    assert "<style" not in page
    assert "style=" not in page
    assert "<script>" not in page


def test_a_token_of_a_disabled_person_sees_nothing(admin):
    person = UserFactory(role="csm")
    text = create_token(user=person, name="x", scopes=["accounts:read"], by=None).text
    person.is_active, person.disabled_at = False, timezone.now()
    person.save()

    answer = Client(headers={"Authorization": f"Bearer {text}"}).get(ACCOUNTS)

    assert is_problem(answer, 401)


def test_unknown_ids_and_hidden_ids_are_answered_alike(organisation):
    organisation.row_scope = "book"
    organisation.save()
    hidden = AccountFactory()
    program = program_of(UserFactory(role="csm"))

    one = program.get(f"{ACCOUNTS}{hidden.public_id}/").json()
    other = program.get(f"{ACCOUNTS}{uuid.uuid4()}/").json()

    strip = {"instance", "request_id"}
    assert {k: v for k, v in one.items() if k not in strip} == {
        k: v for k, v in other.items() if k not in strip
    }


@pytest.mark.django_db
def test_an_address_may_call_its_own_part_key_and_still_be_repeated_safely():
    api = program_of(UserFactory(role="admin"))
    rule = AlertRule.objects.first()
    address = f"/api/v1/alert-rules/{rule.key}/"
    etag = api.get(address)["ETag"]

    answers = [
        api.patch(
            address,
            {"severity": "low"},
            headers={"If-Match": etag, "Idempotency-Key": "one"},
        )
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
