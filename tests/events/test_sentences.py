"""Each kind of event reads as a plain sentence, also with facts missing."""

import pytest

from events.sentences import _WORDS, GROUPS, kinds_in, sentence


@pytest.mark.parametrize(
    ("kind", "label", "data", "text"),
    [
        (
            "account_updated",
            "Northwind",
            {"plan": ["Basic", "Growth"], "seats": [None, 20]},
            "Account changed: plan: Basic → Growth, seats: – → 20",
        ),
        (
            "account_owner_changed",
            "Northwind",
            {"owner": ["Ann", "Bob"], "owner_id": [1, 2]},
            "Owner changed from Ann to Bob",
        ),
        ("account_owner_changed", "", {"owner": ["", "Bob"]}, "Bob became the owner"),
        (
            "account_owner_changed",
            "",
            {"owner": ["Ann", ""]},
            "Ann no longer owns the account",
        ),
        (
            "account_merged",
            "Kept",
            {"duplicate": {"name": "Other"}},
            "Other was merged into Kept",
        ),
        (
            "segment_changed",
            "N",
            {"segment": ["SMB", "Enterprise"]},
            "Moved from segment SMB to Enterprise",
        ),
        ("account_tagged", "N", {"tag": "vip"}, "Tag “vip” added"),
        ("ticket_opened", "T-1", {"priority": "high"}, "T-1 opened, high"),
        ("ticket_opened", "T-1", {}, "T-1 opened"),
        (
            "ticket_status_changed",
            "T-1",
            {"status": ["new", "in_progress"]},
            "T-1 is now in progress",
        ),
        ("ticket_assigned", "T-1", {"assignee": ["", "Ann"]}, "T-1 given to Ann"),
        ("ticket_assigned", "T-1", {"assignee": ["Ann", ""]}, "T-1 given back"),
        ("ticket_assigned", "T-1", {"team": ["", "Desk"]}, "T-1 given to Desk"),
        ("ticket_escalated", "T-1", {"level": [1, 3]}, "T-1 escalated to level 3"),
        ("ticket_merged", "T-1", {"into": "T-2"}, "T-1 merged into T-2"),
        ("survey_answered", "NPS", {"score": 4, "contact": "Ann"}, "NPS: 4 from Ann"),
        ("survey_answered", "NPS", {}, "NPS"),
        ("plan_started", "Go-live", {}, "Plan started: Go-live"),
        ("plan_started", "", {}, "Plan started"),
    ],
)
def test_a_kind_is_said_plainly(kind, label, data, text):
    assert sentence(kind, label, data).text == text


@pytest.mark.parametrize("kind", sorted(_WORDS))
def test_every_kind_survives_missing_facts(kind):
    assert sentence(kind, "Label with 100 % sign", {}).icon


def test_many_changes_are_cut_short():
    data = {name: [1, 2] for name in ("name", "domain", "plan", "seats", "team")}

    assert sentence("account_updated", "", data).text.endswith("and 2 more")


def test_long_values_are_cut_and_lists_read_as_words():
    data = {"roles": [["key_contact"], []], "name": ["x" * 99, True]}

    text = sentence("contact_updated", "Ann", data).text

    assert "roles: key contact → –" in text
    assert "x" * 99 not in text
    assert text.endswith("yes")


def test_what_the_customer_said_stands_below():
    assert sentence("survey_answered", "NPS", {"comment": "Slow."}).detail == "Slow."
    assert sentence("churn_recorded", "", {"reasons": ["price"]}).detail == "price"
    assert sentence("ticket_opened", "T", {"subject": "Help"}).detail == "Help"


def test_an_unknown_group_has_no_kinds():
    assert kinds_in("nonsense") == ()
    assert all(kinds_in(group) for group in GROUPS)
