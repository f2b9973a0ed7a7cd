"""Settings around accounts: segments with rules, plans with features, custom fields."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.forms import SegmentRuleFormSet
from accounts.models import Account, CustomField, Plan, PlanFeature, Segment
from accounts.segments import reassign_segments, rules_in_words
from accounts.services import (
    delete_custom_field,
    delete_segment,
    move_segment,
    save_custom_field,
    save_plan,
    save_segment,
)
from events.models import Event
from organisation.clock import today
from tests.factories.accounts import AccountFactory, CustomFieldFactory, SegmentFactory

pytestmark = pytest.mark.django_db


def rows(*conditions, initial=0):
    """What the rule form sends for (join, field, op, value)."""
    data = {"rules-TOTAL_FORMS": str(len(conditions)), "rules-INITIAL_FORMS": initial}
    for number, row in enumerate(conditions):
        for name, value in zip(("join", "field", "op", "value"), row, strict=True):
            data[f"rules-{number}-{name}"] = value
    return data


def test_or_binds_a_row_to_the_one_above():
    formset = SegmentRuleFormSet(
        rows(
            ("and", "employees", "gt", "1000"),
            ("or", "arr", "gte", "100000"),
            ("and", "industry", "in", "Retail, Banking"),
            ("and", "", "eq", ""),
        )
    )
    assert formset.is_valid()
    rules = formset.rules()

    assert [sorted(rule) for rule in rules] == [["any"], ["field", "op", "value"]]
    again = SegmentRuleFormSet(rules=rules).initial
    assert [(row["join"], row["field"]) for row in again] == [
        ("and", "employees"),
        ("or", "arr"),
        ("and", "industry"),
    ]


def test_a_segment_made_by_the_page_takes_its_accounts(sign_in):
    CustomFieldFactory(key="tier")
    account = AccountFactory(employees=5, custom={"tier": "gold"})
    reassign_segments()
    client = sign_in("operations")

    answer = client.post(
        reverse("accounts:segment_create"),
        {"name": "Gold", "coverage_model": "high_touch", "touch_cadence_days": "7"}
        | rows(("and", "custom.tier", "eq", "gold")),
    )

    assert answer.status_code == 302
    segment = Segment.objects.get(name="Gold")
    assert (segment.slug, segment.priority) == ("gold", 50)
    for _ in range(4):
        client.post(
            reverse("accounts:segment_move", args=[segment.public_id]), {"up": "1"}
        )
    account.refresh_from_db()
    assert account.segment == segment
    assert Event.objects.filter(kind="segment_moved").count() == 4


def test_a_rule_that_means_nothing_is_said_on_the_page(sign_in):
    segment = Segment.objects.get(slug="smb")
    address = reverse("accounts:segment", args=[segment.public_id])

    answer = sign_in("operations").post(
        address,
        {"name": "SMB", "coverage_model": "low_touch", "touch_cadence_days": "7"}
        | rows(("and", "employees", "lt", "many")),
    )

    assert answer.status_code == 422
    assert "Rule 1" in answer.content.decode()
    segment.refresh_from_db()
    assert segment.touch_cadence_days == 90


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(ValidationError):
        save_segment(
            None,
            by=None,
            name="enterprise",
            rules=[],
            coverage_model="high_touch",
            touch_cadence_days=1,
        )


def test_accounts_of_a_removed_segment_go_to_the_next_that_matches():
    account = AccountFactory(employees=500)
    reassign_segments()

    delete_segment(Segment.objects.get(slug="mid-market"), by=None)

    account.refresh_from_db()
    assert account.segment.slug == "tech-touch"


def test_the_first_cannot_move_up_nor_the_last_down():
    order = list(Segment.objects.values_list("slug", flat=True))

    move_segment(Segment.objects.first(), up=True, by=None)
    move_segment(Segment.objects.last(), up=False, by=None)

    assert list(Segment.objects.values_list("slug", flat=True)) == order
    assert not Event.objects.exists()


def test_rules_read_as_a_sentence():
    assert [rules_in_words(each.rules) for each in Segment.objects.all()] == [
        "Employees is more than 1,000 or ARR is at least 100,000",
        "Employees is at least 100, and Employees is at most 1,000",
        "Employees is less than 100 or ARR is at least 10,000",
        "every account that is left",
    ]
    rules = [{"field": "plan", "op": "is_empty", "value": False}]
    assert rules_in_words(rules) == "Plan is not empty"


def test_segments_page_costs_the_same_for_many(sign_in, django_assert_max_num_queries):
    client = sign_in("admin")
    for _ in range(12):
        SegmentFactory(rules=[{"field": "arr", "op": "gt", "value": 1}])

    with django_assert_max_num_queries(30):
        assert client.get(reverse("accounts:segments")).status_code == 200


def test_core_features_of_a_plan_are_dated():
    plan = save_plan(None, by=None, name="Growth", features=["A", "B"])
    assert {row.valid_from for row in plan.features.all()} == {None}
    PlanFeature.objects.update(valid_from=date(2024, 1, 1))

    save_plan(plan, by=None, name="Growth", features=["B", "C"])

    found = {(row.feature, row.valid_from, row.valid_to) for row in plan.features.all()}
    assert found == {
        ("A", date(2024, 1, 1), today()),
        ("B", date(2024, 1, 1), None),
        ("C", today(), None),
    }
    assert Event.objects.get(kind="plan_updated").data["features"] == [
        ["A", "B"],
        ["B", "C"],
    ]


def test_a_plan_is_edited_by_the_page(sign_in):
    client = sign_in("operations")
    client.post(
        reverse("accounts:plan_create"), {"name": "Growth", "features": "A\n\n B \nA"}
    )
    plan = Plan.objects.get()
    assert {row.feature for row in plan.features.all()} == {"A", "B"}
    page = client.get(reverse("accounts:plan", args=[plan.public_id]))
    assert page.context["form"]["features"].value() == "A\nB"
    again = client.post(
        reverse("accounts:plan_create"), {"name": "growth", "features": ""}
    )
    assert again.status_code == 422


def test_key_and_kind_of_a_field_stay(sign_in):
    client = sign_in("operations")
    client.post(
        reverse("accounts:custom_field_create"),
        {
            "label": "Tier",
            "key": "tier",
            "target": "account",
            "kind": "choice",
            "choices": "gold\nsilver",
        },
    )
    field = CustomField.objects.get()
    assert field.choices == ["gold", "silver"]
    address = reverse("accounts:custom_field", args=[field.public_id])

    client.post(
        address, {"label": "Level", "choices": "gold", "key": "x", "kind": "text"}
    )

    field.refresh_from_db()
    assert (field.label, field.key, field.kind) == ("Level", "tier", "choice")
    with pytest.raises(ValidationError):
        save_custom_field(field, by=None, kind="text")


def test_a_choice_needs_choices(sign_in):
    answer = sign_in("operations").post(
        reverse("accounts:custom_field_create"),
        {"label": "Tier", "key": "tier", "target": "account", "kind": "choice"},
    )

    assert answer.status_code == 422
    assert "choices" in answer.context["form"].errors


def test_a_field_that_a_segment_asks_about_stays(sign_in):
    field = CustomFieldFactory(key="tier")
    SegmentFactory(
        rules=[{"any": [{"field": "custom.tier", "op": "eq", "value": "x"}]}]
    )
    with pytest.raises(ValidationError):
        delete_custom_field(field, by=None)

    sign_in("operations").post(
        reverse("accounts:custom_field_delete", args=[field.public_id])
    )
    assert CustomField.objects.filter(pk=field.pk).exists()
    Segment.objects.all().delete()
    delete_custom_field(field, by=None)
    assert not CustomField.objects.exists()
    assert not Account.objects.exists()
