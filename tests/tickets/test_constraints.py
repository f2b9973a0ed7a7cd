"""What the database itself refuses, whoever writes."""

import pytest
from django.db import IntegrityError, transaction

from tests.factories.organisation import UserFactory
from tests.factories.tickets import (
    AttachmentFactory,
    CannedReplyFactory,
    DraftFactory,
    MessageFactory,
    SlaEventFactory,
    SupportLevelFactory,
    SupportSettingsFactory,
    TicketFactory,
    TicketLinkFactory,
    TicketPeriodFactory,
    WatcherFactory,
)
from tickets.models import Ticket, TicketLink


def refused(name: str, make) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make()


@pytest.mark.parametrize(("name", "values"), [
    ("ticket_status_known", {"status": "lost"}),
    ("ticket_priority_known", {"priority": "huge"}),
    ("ticket_channel_known", {"channel": "pigeon"}),
    ("ticket_level_range", {"level": 5}), ("ticket_csat_range", {"csat": 6}),
    ("ticket_next_due_metric_known", {"next_due_metric": "x"}),
])  # fmt: skip
def test_a_ticket_holds_known_values_only(name, values):
    refused(name, lambda: TicketFactory(**values))


def test_a_number_of_ours_is_there_once():
    TicketFactory(number="X-1")
    refused("ticket_number_unique", lambda: TicketFactory(number="X-1"))
    TicketFactory(number="X-1", source="crm", external_id="1")
    refused(
        "ticket_source_id_unique",
        lambda: TicketFactory(number="X-2", source="crm", external_id="1"),
    )


def test_a_ticket_is_not_merged_into_itself():
    ticket = TicketFactory()
    rows = Ticket.objects.filter(pk=ticket.pk)
    refused("ticket_not_merged_into_itself", lambda: rows.update(merged_into=ticket))


@pytest.mark.parametrize(("name", "values"), [
    ("message_kind_known", {"kind": "secret"}), ("message_side_known", {"side": "x"}),
    ("message_notes_are_internal", {"kind": "note", "side": "customer"}),
])  # fmt: skip
def test_a_message_is_public_or_ours(name, values):
    refused(name, lambda: MessageFactory(**values))


def test_one_status_holds_at_a_time():
    ticket = TicketFactory()
    TicketPeriodFactory(ticket=ticket)
    refused("ticket_period_one_current", lambda: TicketPeriodFactory(ticket=ticket))
    refused(
        "ticket_period_interval",
        lambda: TicketPeriodFactory(valid_to="2020-01-01 00:00Z"),
    )
    refused("ticket_period_field_known", lambda: TicketPeriodFactory(field="mood"))


def test_drafts_watchers_and_links_are_there_once():
    draft = DraftFactory()
    refused(
        "draft_one_each",
        lambda: DraftFactory(ticket=draft.ticket, author=draft.author),
    )
    refused("draft_kind_known", lambda: DraftFactory(kind="x"))
    watcher = WatcherFactory()
    refused(
        "watcher_person_once",
        lambda: WatcherFactory(ticket=watcher.ticket, person=watcher.person),
    )
    WatcherFactory(ticket=watcher.ticket, person=None, email="a@b.co")
    refused(
        "watcher_address_once",
        lambda: WatcherFactory(ticket=watcher.ticket, person=None, email="A@b.co"),
    )
    refused("watcher_person_or_address", lambda: WatcherFactory(person=None))
    link = TicketLinkFactory()
    refused(
        "ticket_link_once",
        lambda: TicketLink.objects.create(
            ticket=link.ticket, other=link.other, kind=link.kind
        ),
    )
    refused(
        "ticket_link_not_to_itself",
        lambda: TicketLinkFactory(other=link.ticket, ticket=link.ticket),
    )
    refused("ticket_link_kind_known", lambda: TicketLinkFactory(kind="x"))


def test_files_have_names_and_replies_distinct_ones():
    refused("attachment_has_name", lambda: AttachmentFactory(name=""))
    CannedReplyFactory(name="Hello")
    refused("canned_reply_shared_name", lambda: CannedReplyFactory(name="hello"))
    owner = UserFactory()
    CannedReplyFactory(name="Hello", owner=owner)
    refused(
        "canned_reply_own_name", lambda: CannedReplyFactory(name="HELLO", owner=owner)
    )


def test_settings_and_levels_stay_sensible():
    settings = SupportSettingsFactory()
    for name, values in (
        ("support_warn_percent_range", {"warn_percent": 100}),
        ("support_auto_close_positive", {"auto_close_days": 0}),
        ("support_retarget_known", {"retarget_from": "x"}),
    ):
        rows = type(settings).objects.filter(pk=1)
        refused(name, lambda rows=rows, values=values: rows.update(**values))
    refused("support_settings_only_one", lambda: SupportSettingsFactory(id=2))
    refused("support_level_range", lambda: SupportLevelFactory(level=5))


def test_a_promise_comes_to_one_verdict_in_each_cycle():
    ticket = TicketFactory()
    SlaEventFactory(ticket=ticket, kind="warning")
    SlaEventFactory(ticket=ticket, kind="met")
    SlaEventFactory(ticket=ticket, kind="met", cycle=2)
    for kind in ("met", "no_response", "breach"):
        refused(
            "sla_event_one_verdict",
            lambda kind=kind: SlaEventFactory(ticket=ticket, kind=kind),
        )
