"""Forms of the settings around accounts: segments, plans, custom fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomField, Plan, Segment
from accounts.segments import NUMBERS, OPERATORS, TEXTS, Rule
from core.forms import DrawnForm

JOINS = (("and", _("and")), ("or", _("or")))
SPARE_ROWS = 3
MOST_ROWS = 20


class SegmentForm(DrawnForm):
    """What a segment is called and what its accounts are promised."""

    name = forms.CharField(label=_("Name"), max_length=120)
    coverage_model = forms.ChoiceField(
        label=_("Coverage"), choices=Segment.Coverage.choices
    )
    touch_cadence_days = forms.IntegerField(
        label=_("Days between touchpoints"),
        min_value=1,
        max_value=3650,
        help_text=_("After so many days without one an account is due."),
    )


def field_choices() -> list[tuple[Any, Any]]:
    """What a rule can ask about: columns first, then custom fields."""
    own = [*NUMBERS.items(), *TEXTS.items()]
    custom = [
        (f"custom.{field.key}", field.label)
        for field in CustomField.objects.filter(target="account")
    ]
    groups: list[tuple[Any, Any]] = [("", "–"), *own]
    return [*groups, (_("Custom fields"), custom)] if custom else groups


class SegmentRuleForm(forms.Form):
    """One condition; ``or`` binds it to the row above."""

    join = forms.ChoiceField(label=_("Joined by"), choices=JOINS, required=False)
    field = forms.ChoiceField(label=_("Field"), choices=field_choices, required=False)
    op = forms.ChoiceField(
        label=_("Comparison"), choices=list(OPERATORS.items()), required=False
    )
    value = forms.CharField(label=_("Value"), max_length=1000, required=False)


SegmentRuleRows = forms.formset_factory(
    SegmentRuleForm, extra=SPARE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 10
)


class SegmentRuleFormSet(SegmentRuleRows):  # type: ignore[valid-type,misc]
    """A rule list as rows: (a or b) and c is a; or b; and c."""

    def __init__(self, *args: Any, rules: list[Rule] | None = None, **kwargs: Any):
        rows = [row for rule in rules or [] for row in as_rows(rule)]
        super().__init__(*args, initial=rows, prefix="rules", **kwargs)

    def rules(self) -> list[Rule]:
        """The rule list these rows mean; rows without a field are left out."""
        groups: list[list[Rule]] = []
        for form in self.forms:
            row = form.cleaned_data
            if not row.get("field"):
                continue
            condition = {name: row[name] for name in ("field", "op", "value")}
            if row.get("join") == "or" and groups:
                groups[-1].append(condition)
            else:
                groups.append([condition])
        return [group[0] if len(group) == 1 else {"any": group} for group in groups]


def as_rows(rule: Rule) -> list[dict[str, Any]]:
    """One entry of a rule list as rows of the form."""
    conditions = rule.get("any", [rule])
    return [
        {
            "join": "or" if index else "and",
            "field": each["field"],
            "op": each["op"],
            "value": _as_text(each.get("value")),
        }
        for index, each in enumerate(conditions)
    ]


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


class PlanForm(DrawnForm):
    """A plan and the features that are its core."""

    name = forms.CharField(label=_("Name"), max_length=120)
    features = forms.CharField(
        label=_("Core features"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=20_000,
        required=False,
        help_text=_("One per line, named as the usage data names them."),
    )

    def __init__(self, *args: Any, plan: Plan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plan is not None:
            current = plan.features.filter(valid_to__isnull=True)
            features = "\n".join(current.values_list("feature", flat=True))
            self.initial = {"name": plan.name, "features": features}

    def clean_features(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["features"].splitlines()]
        features = list(dict.fromkeys(line for line in lines if line))
        if any(len(feature) > 120 for feature in features):
            raise forms.ValidationError(_("A feature has at most 120 characters."))
        return features


class CustomFieldForm(DrawnForm):
    """An extra value of accounts, contacts or tickets."""

    label = forms.CharField(label=_("Label"), max_length=120)
    key = forms.SlugField(
        label=_("Key"),
        max_length=60,
        help_text=_("Its name in imports and the API; it stays as it is."),
    )
    target = forms.ChoiceField(label=_("Of"), choices=CustomField.Target.choices)
    kind = forms.ChoiceField(label=_("Kind"), choices=CustomField.Kind.choices)
    choices = forms.CharField(
        label=_("Choices"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=20_000,
        required=False,
        help_text=_("One per line, for the kind “Choice”."),
    )

    def __init__(
        self, *args: Any, field: CustomField | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if field is not None:
            self.initial = {
                "label": field.label,
                "choices": "\n".join(field.choices),
            }
            for fixed in ("key", "target", "kind"):
                del self.fields[fixed]
            if field.kind != CustomField.Kind.CHOICE:
                del self.fields["choices"]

    def clean_choices(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["choices"].splitlines()]
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        is_choice = values.get("kind") == CustomField.Kind.CHOICE
        if is_choice and not values.get("choices") and "choices" not in self.errors:
            self.add_error("choices", _("Give at least one choice."))
        return values
