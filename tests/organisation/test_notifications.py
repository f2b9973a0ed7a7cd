"""News for people: told once, read, mailed at least once, nobody else's."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from organisation.models import Notification
from organisation.notification_mail import send_notification_mail
from organisation.notifications import mark_all_read, notify, unread_count
from tests.factories.organisation import NotificationFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/settings/notifications/"


@pytest.fixture
def csm(client):
    person = UserFactory(role="csm", name="Mara Okafor")
    client.force_login(person)
    return person


def tell(people, key="task-1", **values):
    given = {"kind": "task", "title": "A task for you", "path": "/tasks/", **values}
    return notify(people, key=key, **given)


def test_the_same_news_is_told_once_however_often_it_is_said():
    first, second = UserFactory(), UserFactory()

    assert tell([first]) == 1
    assert tell([first, second, second]) == 1
    assert tell([first], key="task-2") == 1

    assert Notification.objects.count() == 3


def test_people_who_may_not_sign_in_hear_nothing():
    gone = UserFactory(is_active=False, disabled_at=timezone.now())
    assert tell([gone]) == 0


def test_long_news_is_shortened_to_what_fits():
    person = UserFactory()
    tell([person], title="A" * 300, body="word " * 300)
    row = Notification.objects.get()
    assert (len(row.title), row.title[-1]) == (200, "…")
    assert len(row.body) == 500


def test_the_page_shows_ones_own_news_newest_first(client, csm):
    now = timezone.now()
    NotificationFactory(person=csm, title="Older", happened_at=now - timedelta(1))
    NotificationFactory(person=csm, title="Newer", happened_at=now)
    NotificationFactory(title="Not mine")

    page = client.get(PAGE)

    assert [row.title for row in page.context["page"].rows] == ["Newer", "Older"]
    assert "Notifications, 2 unread" in page.content.decode()


def test_opening_one_reads_it_and_goes_where_it_leads(client, csm):
    row = NotificationFactory(person=csm, path="/tasks/?show=mine")
    answer = client.post(f"{PAGE}{row.public_id}/open/")
    assert answer.url == "/tasks/?show=mine"
    row.refresh_from_db()
    assert row.read_at is not None


@pytest.mark.parametrize("path", ["https://elsewhere.example", "//elsewhere.example"])
def test_news_never_leads_to_another_site(client, csm, path):
    row = NotificationFactory(person=csm, path=path)
    assert client.post(f"{PAGE}{row.public_id}/open/").url == PAGE


@pytest.mark.usefixtures("csm")
def test_the_news_of_others_cannot_be_opened(client):
    row = NotificationFactory()
    assert client.post(f"{PAGE}{row.public_id}/open/").status_code == 404
    assert client.post(f"{PAGE}{row.public_id}/read/").status_code == 404


def test_marking_all_leaves_what_came_since(client, csm):
    now = timezone.now()
    NotificationFactory(person=csm, happened_at=now - timedelta(minutes=5))
    late = NotificationFactory(person=csm, happened_at=now)
    until = (now - timedelta(minutes=1)).isoformat()

    client.post(f"{PAGE}read/", {"until": until})

    unread = Notification.objects.filter(person=csm).unread()
    assert list(unread) == [late]
    client.post(f"{PAGE}read/", {"until": "not a moment"})
    assert unread_count(csm) == 0


def test_the_list_goes_on_after_a_page_and_survives_a_damaged_cursor(client, csm):
    now = timezone.now()
    for minutes in range(60):
        NotificationFactory(person=csm, happened_at=now - timedelta(minutes=minutes))

    first = client.get(PAGE)
    second = client.get(first.context["next_url"])

    assert len(first.context["page"].rows) == 50
    assert len(second.context["page"].rows) == 10
    assert client.get(PAGE, {"cursor": "nonsense"}).url == PAGE


def test_the_bell_takes_one_query(client, csm, django_assert_num_queries):
    NotificationFactory(person=csm)
    client.get(f"{PAGE}bell/")
    with django_assert_num_queries(3):  # session, person, count
        answer = client.get(f"{PAGE}bell/")
    assert "<html" not in answer.content.decode()


def test_mail_goes_out_once_and_names_the_news():
    person = UserFactory(email="mara@example.com", name="Mara")
    tell([person], body="Call the sponsor", is_mailed=True)
    tell([person], key="quiet")

    assert (send_notification_mail(), send_notification_mail()) == (1, 0)

    (sent,) = mail.outbox
    row = Notification.objects.get(key="task-1")
    assert sent.to == ["mara@example.com"]
    assert sent.subject == "A task for you"
    assert str(row.public_id) in sent.extra_headers["Message-ID"]
    assert "Call the sponsor" in sent.body
    assert "/tasks/" in sent.body


def test_mail_that_failed_waits_and_keeps_its_message_id(settings):
    tell([UserFactory()], is_mailed=True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(ConnectionRefusedError):
        send_notification_mail()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_notification_mail() == 1


def test_what_was_read_or_is_old_is_not_mailed_any_more():
    now = timezone.now()
    NotificationFactory(is_mailed=True, happened_at=now, read_at=now)
    NotificationFactory(is_mailed=True, happened_at=now - timedelta(days=3))
    assert send_notification_mail() == 0
    assert not Notification.objects.filter(is_mailed=True).exists()


def test_marking_all_read_counts_only_ones_own(csm):
    NotificationFactory(person=csm)
    NotificationFactory()
    assert mark_all_read(csm) == 1


def test_the_api_lists_and_reads_ones_own_news(client, csm):
    mine = NotificationFactory(person=csm)
    NotificationFactory(person=csm, read_at=timezone.now())
    theirs = NotificationFactory()
    address = "/api/v1/notifications/"

    listed = client.get(address, {"unread": "true"}).json()["results"]
    read = client.post(f"{address}{mine.public_id}/read/")

    assert [row["id"] for row in listed] == [str(mine.public_id)]
    assert read.json()["read_at"]
    assert client.post(f"{address}{theirs.public_id}/read/").status_code == 404
    assert client.post(f"{address}read/").json() == {"read": 0}
