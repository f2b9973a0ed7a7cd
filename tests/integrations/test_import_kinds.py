"""What is particular about each kind of file."""

from datetime import UTC, date, datetime, timedelta

from accounts.models import Account, Contact, Touchpoint
from surveys.models import Survey, SurveyInvitation, SurveyResponse
from tests.integrations.conftest import counts
from tickets.models import Ticket
from usage.models import Metric, MetricValue, UsageEvent


def test_contacts_keep_their_roles_as_intervals(accounts):
    text = "id,account,name,email,roles\nC1,A1,Cleo,Cleo@X.org,{}\n"
    accounts("contacts", text.format("Key contact; champion"))
    contact = Contact.objects.get()
    assert contact.email == "cleo@x.org"
    assert set(contact.roles.values_list("role", "valid_from")) == {
        ("key_contact", None),
        ("champion", None),
    }
    again = accounts("contacts", text.format("champion;key-contact"))
    assert counts(again) == {"unchanged": 1}
    assert counts(accounts("contacts", text.format("champion"))) == {"updated": 1}
    assert contact.roles.filter(valid_to__isnull=True).get().role == "champion"


def test_an_unknown_role_is_rejected(accounts):
    result = accounts("contacts", "id,account,name,roles\nC1,A1,Cleo,boss\n")
    assert counts(result) == {"rejected": 1}


def test_contacts_without_ids_are_known_by_account_and_e_mail(accounts):
    text = "account,name,email\nA1,{},c@x.org\nA2,Dora,d@x.org\n"
    assert counts(accounts("contacts", text.format("Cleo"))) == {"created": 2}
    assert counts(accounts("contacts", text.format("Cleopatra"))) == {
        "updated": 1,
        "unchanged": 1,
    }


def test_a_contact_typed_in_by_hand_is_adopted_by_e_mail(accounts):
    Contact.objects.create(
        account=Account.objects.get(name="Alpha"), name="Cleo", email="C@x.org"
    )
    result = accounts("contacts", "id,account,name,email\nC1,A1,Cleo,c@x.org\n")
    assert counts(result) == {"updated": 1}
    assert Contact.objects.get().external_id == "C1"


def test_durations_stand_for_instants(accounts):
    accounts(
        "tickets",
        "id,account,opened_at,first_response_minutes,resolution_hours,csat,escalated\n"
        "T1,A1,2024-05-01 10:00,90,2.5,4,yes\n",
    )
    ticket = Ticket.objects.get()
    opened = datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert ticket.first_responded_at == opened + timedelta(minutes=90)
    assert ticket.resolved_at == opened + timedelta(hours=2.5)
    assert ticket.escalated_at == opened
    assert (ticket.status, ticket.csat_at) == ("resolved", ticket.resolved_at)


def test_two_tickets_of_one_number_do_not_break_the_file(accounts):
    result = accounts(
        "tickets",
        "external_id,number,account,opened_at\nT1,7,A1,2024-05-01\nT2,7,A1,2024-05-01\n",
    )
    assert counts(result) == {"created": 1, "rejected": 1}


def test_long_ids_of_tickets_that_begin_alike_stay_apart(accounts):
    ids = ["x" * 60 + end for end in "ab"]
    rows = "".join(f"{name},A1,2024-05-01\n" for name in ids)
    result = accounts("tickets", "external_id,account,opened_at\n" + rows)
    assert counts(result) == {"created": 2}


LOG = (
    "id,account,mods,status,priority,opened_at,changed_at,reopen_count,made_sla\n"
    "T1,A1,0,new,low,2024-01-01 10:00,2024-01-01 10:05,0,true\n"
    "T1,A1,2,resolved,high,2024-01-01 10:00,2024-01-01 12:00,0,true\n"
    "T1,A1,1,in_progress,high,2024-01-01 10:00,2024-01-01 11:00,0,true\n"
    "T1,A1,10,closed,high,2024-01-01 10:00,2024-01-03 10:00,1,false\n"
    "T1,A1,9,in_progress,high,2024-01-01 10:00,2024-01-02 10:00,1,true\n"
)


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2024, 1, day, hour, tzinfo=UTC)


def test_a_log_folds_into_the_last_state_by_the_declared_order(accounts):
    assert counts(accounts("ticket_events", LOG, order_by=["mods"])) == {"created": 5}
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.is_sla_met, ticket.reopen_count) == (
        "closed",
        False,
        1,
    )
    assert ticket.reopened_at == at(2)
    periods = ticket.periods.filter(field="status")
    assert list(periods.values_list("value", "valid_from", "valid_to")) == [
        ("new", at(1) + timedelta(minutes=5), at(1, 11)),
        ("in_progress", at(1, 11), at(1, 12)),
        ("resolved", at(1, 12), at(2)),
        ("in_progress", at(2), at(3)),
        ("closed", at(3), None),
    ]
    assert counts(accounts("ticket_events", LOG, order_by=["mods"])) == {"unchanged": 5}


def test_at_a_tie_the_order_of_the_file_decides(accounts):
    log = (
        "id,account,mods,status,opened_at,changed_at\n"
        "T1,A1,1,new,2024-01-01 10:00,2024-01-01 10:00\n"
        "T1,A1,1,closed,2024-01-01 10:00,2024-01-01 10:00\n"
    )
    accounts("ticket_events", log, order_by=["mods"])
    assert Ticket.objects.get().status == "closed"


def test_a_log_that_goes_on_continues_its_tickets_in_any_order(accounts):
    head, *lines = LOG.splitlines(keepends=True)
    early, late = head + "".join(lines[:3]), head + "".join(lines[3:])
    accounts("ticket_events", late, order_by=["mods"])
    accounts("ticket_events", early, order_by=["mods"])
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.is_sla_met) == ("closed", False)
    words = ticket.periods.filter(field="status").values_list("value", flat=True)
    assert list(words) == ["new", "in_progress", "resolved", "in_progress", "closed"]
    assert ticket.periods.filter(field="status", valid_to__isnull=True).count() == 1


def test_metrics_are_made_and_their_values_kept_by_time(accounts):
    text = "account,metric,date,value,target\nA1,Reports Built,2024-05-01,{},10\n"
    assert counts(accounts("metrics", text.format(4.5))) == {"created": 1}
    assert counts(accounts("metrics", text.format(5))) == {"updated": 1}
    assert Metric.objects.get().key == "reports-built"
    assert MetricValue.objects.get().value == 5


def test_one_metric_twice_for_the_same_time_is_rejected_not_fatal(accounts):
    result = accounts(
        "metrics",
        "id,account,metric,date,value\nM1,A1,x,2024-05-01,1\nM2,A1,x,2024-05-01,2\n",
    )
    assert counts(result) == {"created": 1, "rejected": 1}


def test_touchpoints_name_people_and_move_the_last_touch(accounts):
    accounts("contacts", "id,account,name\nC1,A1,Cleo\n")
    text = (
        "id,contact,type,date,minutes,subject\nX1,C1,Call,2024-05-01 10:00,30,Hello\n"
    )
    assert counts(accounts("touchpoints", text)) == {"created": 1}
    touchpoint = Touchpoint.objects.get()
    assert touchpoint.contacts.get().name == "Cleo"
    assert touchpoint.account.last_touch_at == touchpoint.happened_at
    assert counts(accounts("touchpoints", text)) == {"unchanged": 1}


def test_survey_answers_bring_survey_invitation_and_sentiment(accounts):
    text = (
        "id,account,survey_kind,score,comment,date,asked_at\n"
        "R1,A1,nps,9,I love this wonderful product,2024-05-02,2024-05-01\n"
        "R2,A1,NPS,3,Terrible and annoying,2024-05-02,\n"
        "R3,A1,nps,,,2024-05-02,\n"
    )
    assert counts(accounts("survey_responses", text)) == {"created": 3}
    good, bad, mute = SurveyResponse.objects.order_by("external_id")
    assert good.sentiment > 0.5 > -0.3 > bad.sentiment
    assert mute.sentiment is None
    assert good.invitation.asked_at.date() == date(2024, 5, 1)
    assert Survey.objects.get().key == "nps"
    assert counts(accounts("survey_responses", text)) == {"unchanged": 3}
    assert SurveyInvitation.objects.count() == 1


def test_a_score_outside_the_scale_and_an_unknown_survey_are_rejected(accounts):
    result = accounts(
        "survey_responses",
        "id,account,survey,survey_kind,score,date\n"
        "R1,A1,CSAT,csat,7,2024-05-02\nR2,A1,Mystery,,5,2024-05-02\n",
    )
    assert counts(result) == {"rejected": 2}
    assert "from 1 to 5" in result.errors[0]["reason"]


def test_a_corrected_event_replaces_the_old_one(accounts):
    text = "id,account,occurred_at,name,user,feature\nE1,{},2024-05-0{} 10:00,a,u,f\n"
    accounts("usage_events", text.format("A1", 1))
    assert counts(accounts("usage_events", text.format("A2", 2))) == {"updated": 1}
    event = UsageEvent.objects.get()
    assert (event.account.name, event.day) == ("Beta", date(2024, 5, 2))
    assert not Account.objects.get(name="Alpha").usage_days.exists()
    assert counts(accounts("usage_events", text.format("A2", 2))) == {"unchanged": 1}
