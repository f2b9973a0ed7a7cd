"""Sessions are read as Django would read them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from organisation.sessions import SessionStore

pytestmark = pytest.mark.django_db


def kept(**values):
    store = SessionStore()
    store.update(values)
    store.save()
    return store.session_key


def test_a_session_holds_what_was_put_into_it():
    key = kept(person="7", words=["a", "b"])

    assert dict(SessionStore(key).items()) == {"person": "7", "words": ["a", "b"]}


def test_an_expired_session_is_empty_and_its_key_is_not_used_again():
    key = kept(person="7")
    past = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(session_key=key).update(expire_date=past)

    store = SessionStore(key)

    assert dict(store.items()) == {}
    assert store.session_key is None


def test_a_key_nobody_was_given_is_not_used():
    store = SessionStore("x" * 32)
    store["person"] = "7"
    store.save()

    assert store.session_key != "x" * 32


def test_a_session_that_was_tampered_with_is_empty():
    key = kept(person="7")
    Session.objects.filter(session_key=key).update(session_data="nonsense")

    assert dict(SessionStore(key).items()) == {}
