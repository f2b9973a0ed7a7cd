"""Segment rules: which accounts belong where, decided in one statement.

A rule list is a JSON list whose entries must all hold. An entry is a condition
``{"field", "op", "value"}`` or ``{"any": [conditions]}``, of which one must hold. The
first segment by priority whose list holds takes the account.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, CustomField, Segment
from events.services import build_event, record_events

OPERATORS = {
    "eq": gettext_lazy("is"),
    "ne": gettext_lazy("is not"),
    "gt": gettext_lazy("is more than"),
    "gte": gettext_lazy("is at least"),
    "lt": gettext_lazy("is less than"),
    "lte": gettext_lazy("is at most"),
    "in": gettext_lazy("is one of"),
    "contains": gettext_lazy("contains"),
    "is_empty": gettext_lazy("is empty"),
}
NUMBERS = {
    "arr": gettext_lazy("ARR"),
    "employees": gettext_lazy("Employees"),
    "seats": gettext_lazy("Seats"),
}
TEXTS = {
    "plan": gettext_lazy("Plan"),
    "industry": gettext_lazy("Industry"),
    "country": gettext_lazy("Country"),
}
_PATHS = {"arr": "arr_amount", "plan": "plan__name", "seats": "rule_seats"}
_COMPARISONS = ("gt", "gte", "lt", "lte")
_MAX_RULES = 20
_CUSTOM = "custom."

Rule = dict[str, Any]


def clean_rules(rules: Any) -> list[Rule]:
    """The rule list with typed values. Raises ValidationError saying which is wrong."""
    if not isinstance(rules, list) or len(rules) > _MAX_RULES:
        raise ValidationError(_("Give a list of at most 20 rules."))
    kinds = custom_kinds()
    cleaned: list[Rule] = []
    for number, rule in enumerate(rules, start=1):
        try:
            cleaned.append(_clean_entry(rule, kinds))
        except ValueError as wrong:
            raise ValidationError(
                _("Rule %(number)s: %(reason)s"),
                params={"number": number, "reason": str(wrong)},
            ) from wrong
    return cleaned


def custom_kinds() -> dict[str, str]:
    """``custom.<key>`` → kind, for the custom fields of accounts."""
    fields = CustomField.objects.filter(target="account")
    return {f"{_CUSTOM}{field.key}": field.kind for field in fields}


def _clean_entry(rule: Any, kinds: dict[str, str]) -> Rule:
    if isinstance(rule, dict) and set(rule) == {"any"}:
        if not isinstance(rule["any"], list) or not rule["any"]:
            raise ValueError(_("an “any” needs at least one condition."))
        return {"any": [_clean_condition(each, kinds) for each in rule["any"]]}
    return _clean_condition(rule, kinds)


def _clean_condition(rule: Any, kinds: dict[str, str]) -> Rule:
    if not isinstance(rule, dict):
        raise ValueError(_("it must have a field, an operator and a value."))
    field, op, value = rule.get("field"), rule.get("op"), rule.get("value")
    if field not in {*NUMBERS, *TEXTS, *kinds}:
        raise ValueError(_("there is no field “%(field)s”.") % {"field": field})
    if op not in OPERATORS:
        raise ValueError(_("there is no operator “%(op)s”.") % {"op": op})
    is_number = field in NUMBERS or kinds.get(field) == CustomField.Kind.NUMBER
    if op == "is_empty":
        return {"field": field, "op": op, "value": value is not False}
    if op == "in":
        values = value if isinstance(value, list) else str(value or "").split(",")
        typed = [_typed(each, is_number, kinds.get(field, "")) for each in values]
        return {"field": field, "op": op, "value": typed}
    if op == "contains" and is_number:
        raise ValueError(_("“contains” compares words, not numbers."))
    is_ordered = is_number or kinds.get(field) == CustomField.Kind.DATE
    if op in _COMPARISONS and not is_ordered:
        raise ValueError(_("words cannot be compared by size."))
    return {
        "field": field,
        "op": op,
        "value": _typed(value, is_number, kinds.get(field, "")),
    }


def _typed(value: Any, is_number: bool, kind: str) -> Any:
    if is_number:
        return _number(value)
    if kind == CustomField.Kind.YES_NO:
        return str(value).strip().lower() in {"true", "yes", "1"}
    text = str(value if value is not None else "").strip()
    if not text or len(text) > 200 or "\0" in text:
        raise ValueError(_("give a value of at most 200 characters."))
    if kind == CustomField.Kind.DATE:
        return date.fromisoformat(text).isoformat()
    return text


def _number(value: Any) -> int | float:
    refusal = _("“%(value)s” is not a number.") % {"value": value}
    try:
        number = float(value)
    except (TypeError, ValueError) as wrong:
        raise ValueError(refusal) from wrong
    if not math.isfinite(number):
        raise ValueError(refusal)
    return int(number) if number.is_integer() else number


def condition(rules: Sequence[Rule]) -> Q:
    """The rule list as a condition on accounts with :func:`with_rule_values`."""
    found = Q()
    for rule in rules:
        if "any" in rule:
            either = Q()
            for each in rule["any"]:
                either |= _one(each)
            found &= either
        else:
            found &= _one(rule)
    return found


def _one(rule: Rule) -> Q:
    field, op, value = str(rule["field"]), rule["op"], rule["value"]
    if field.startswith(_CUSTOM):
        return _custom(_alias(field), op, value)
    path = str(_PATHS.get(field, field))
    if op == "is_empty":
        empty = Q(**{f"{path}__isnull": True})
        empty |= Q(**{path: ""}) if field in TEXTS else Q()
        return empty if value else ~empty
    if op == "in":
        return _any_of(path, value, is_text=field in TEXTS)
    if op in ("eq", "ne"):
        same = Q(**{f"{path}__iexact" if field in TEXTS else path: value})
        return same if op == "eq" else ~same
    return Q(**{f"{path}__{'icontains' if op == 'contains' else op}": value})


def _any_of(path: str, values: Sequence[Any], *, is_text: bool) -> Q:
    found = Q(pk__in=[])
    for value in values:
        found |= Q(**{f"{path}__iexact" if is_text else path: value})
    return found


def _custom(alias: str, op: str, value: Any) -> Q:
    """Custom values are JSON: numbers compare as numbers, dates as ISO text."""
    text, number = f"{alias}_text", f"{alias}_number"
    if op == "is_empty":
        empty = Q(**{f"{text}__isnull": True}) | Q(**{text: ""})
        return empty if value else ~empty
    if op == "in":
        return _any_of_custom(alias, value)
    if op == "contains":
        return Q(**{f"{text}__icontains": str(value)})
    if op in ("eq", "ne"):
        same = _any_of_custom(alias, [value])
        return same if op == "eq" else ~same
    path = number if isinstance(value, int | float) else text
    return Q(**{f"{path}__{op}": value})


def _any_of_custom(alias: str, values: Sequence[Any]) -> Q:
    found = Q(pk__in=[])
    for value in values:
        if isinstance(value, bool):
            found |= Q(**{f"{alias}_text": "true" if value else "false"})
        elif isinstance(value, int | float):
            found |= Q(**{f"{alias}_number": value})
        else:
            found |= Q(**{f"{alias}_text__iexact": value})
    return found


def _alias(field: str) -> str:
    return "custom_" + field.removeprefix(_CUSTOM).replace("-", "__dash__")


class _Number(Func):
    """A JSON value as a number, or NULL when it is something else."""

    template = (
        "CASE WHEN jsonb_typeof(%(expressions)s) = 'number' "
        "THEN (%(expressions)s)::text::double precision END"
    )
    output_field = models.FloatField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        sql, params = super().as_sql(compiler, connection, *args, **context)
        # The template names its argument twice.
        return sql, (*params, *params)


def with_rule_values(
    accounts: models.QuerySet[Account], rules: Sequence[Rule]
) -> models.QuerySet[Account]:
    """Accounts with what the rules read: seats, custom values as text and number."""
    aliases: dict[str, Any] = {"rule_seats": Coalesce("seats", "licensed_seats")}
    for field in sorted(_custom_fields_in(rules)):
        key = Value(field.removeprefix(_CUSTOM))
        name = _alias(field)
        aliases[f"{name}_text"] = Func(
            F("custom"),
            key,
            function="jsonb_extract_path_text",
            output_field=models.TextField(),
        )
        aliases[f"{name}_number"] = _Number(
            Func(
                F("custom"),
                key,
                function="jsonb_extract_path",
                output_field=models.JSONField(),
            )
        )
    return accounts.alias(**aliases)


def _custom_fields_in(rules: Sequence[Rule]) -> set[str]:
    conditions = [each for rule in rules for each in rule.get("any", [rule])]
    return {each["field"] for each in conditions if each["field"].startswith(_CUSTOM)}


def matching(rules: Sequence[Rule]) -> models.QuerySet[Account]:
    """Live accounts for which the rules hold, whatever other segments say."""
    return with_rule_values(Account.objects.live(), rules).filter(condition(rules))


@transaction.atomic
def reassign_segments(
    account_ids: Sequence[int] | None = None, *, without: Segment | None = None
) -> int:
    """Put each live account into the first segment whose rules hold; none: no segment.

    One read finds the accounts that change, one statement per segment moves them.
    An account that goes from one segment to another gets a ``segment_changed`` event,
    and so does one that had none for a day; the first segment of a new account is no
    change. ``without`` is a segment about to go. Returns how many accounts changed.
    """
    known = {segment.pk: segment for segment in Segment.objects.order_by("priority")}
    segments = {
        pk: row for pk, row in known.items() if without is None or row != without
    }
    every_rule = [rule for each in segments.values() for rule in each.rules]
    accounts = with_rule_values(Account.objects.live(), every_rule)
    if account_ids is not None:
        accounts = accounts.filter(pk__in=account_ids)
    rows = _misplaced(accounts, segments)
    new_since = timezone.now() - timedelta(days=1)
    for target in {row[3] for row in rows}:
        ids = [row[0] for row in rows if row[3] == target]
        Account.objects.filter(pk__in=ids).update(segment_id=target, updated_at=Now())
    record_events(
        build_event(
            "segment_changed",
            by=None,
            subject=Account(pk=pk, name=name),
            account_id=pk,
            data={"segment": [_name(known, old), _name(known, new)]},
        )
        for pk, name, old, new, created_at in rows
        if old is not None or created_at < new_since
    )
    return len(rows)


def _misplaced(
    accounts: models.QuerySet[Account], segments: dict[int, Segment]
) -> list[tuple[int, str, int | None, int | None, datetime]]:
    """Accounts to move: id, name, segment before and after, and since when known."""
    fits = (
        When(condition(segment.rules) or Q(pk__isnull=False), then=pk)
        for pk, segment in segments.items()
    )
    fitting = Case(*fits, default=None, output_field=models.BigIntegerField())
    return list(
        accounts.annotate(fitting=fitting)
        .filter(
            (Q(fitting__isnull=False) & ~Q(segment_id=F("fitting")))
            | Q(fitting__isnull=True, segment_id__isnull=False)
        )
        .order_by("pk")
        .values_list("pk", "name", "segment_id", "fitting", "created_at")
    )


def rules_in_words(rules: Sequence[Rule]) -> str:
    """The rule list as a sentence; an empty one takes every account left."""
    if not rules:
        return _("every account that is left")
    custom = CustomField.objects.filter(target="account")
    labels: dict[str, Any] = {**NUMBERS, **TEXTS}
    labels |= {f"{_CUSTOM}{field.key}": field.label for field in custom}
    entries = [
        _(" or ").join(_words(each, labels) for each in rule.get("any", [rule]))
        for rule in rules
    ]
    return _(", and ").join(entries)


def _words(rule: Rule, labels: dict[str, Any]) -> str:
    value = rule.get("value")
    field = labels.get(rule["field"], rule["field"])
    if rule["op"] == "is_empty":
        is_empty = OPERATORS["is_empty"] if value is not False else _("is not empty")
        return f"{field} {is_empty}"
    if isinstance(value, list):
        value = ", ".join(str(each) for each in value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:,}"
    return f"{field} {OPERATORS[rule['op']]} {value}"


def _name(segments: dict[int, Segment], pk: int | None) -> str:
    return segments[pk].name if pk in segments else ""
