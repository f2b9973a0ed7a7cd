"""The pages of alert rules: what they are set to, and changing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.http import AuthenticatedRequest
from core.toasts import toast
from health.alert_rule_forms import AlertRuleForm
from health.alert_rule_words import words_of
from health.alert_rules import Rule, find_rule
from health.models import AlertRule
from health.queries.alert_preview import preview_rule
from health.queries.alert_rule_lists import alert_rules as all_rules
from health.queries.alert_rule_lists import open_by_rule
from health.services.alerts import StaleRule, update_rule
from organisation.access import require
from organisation.permissions import Permission

_VALUES = ("enter_value", "leave_value", "window_days")


@require(Permission.VIEW_HEALTH)
def alert_rules(request: AuthenticatedRequest) -> HttpResponse:
    """Every rule with what it is set to and how many alerts it has open."""
    counts = open_by_rule(request.user)
    may_edit = request.user.has_perm_code(Permission.EDIT_SCORECARDS)
    lines = [
        {
            "rule": rule,
            "words": words_of(rule),
            "open": counts.get(rule.pk, 0),
            "url": reverse("health:alert_rule", args=[rule.key]),
        }
        for rule in all_rules()
    ]
    context = {"lines": lines, "may_edit": may_edit}
    return render(request, "health/alert_rules.html", context)


@require_POST
@require(Permission.EDIT_SCORECARDS)
def alert_rule_switch(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """Switch a rule on or off."""
    rule = get_object_or_404(AlertRule, key=key)
    is_on = request.POST.get("is_on") == "1"
    try:
        update_rule(rule, by=request.user, is_on=is_on)
    except ValidationError:
        words = _("“%(name)s” has values it cannot use. Open it and put them right.")
        toast(request, words % {"name": rule.name}, level=messages.ERROR)
    else:
        off = _("“%(name)s” is off. Its open alerts close with the next computation.")
        words = _("“%(name)s” is on.") if is_on else off
        toast(request, words % {"name": rule.name})
    return redirect("health:alert_rules")


@require(Permission.VIEW_HEALTH)
def alert_rule(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """What a rule is set to; whoever may, changes it here."""
    row, rule = _rule_or_404(key)
    may_edit = request.user.has_perm_code(Permission.EDIT_SCORECARDS)
    form = AlertRuleForm(row=row, rule=rule)
    if not may_edit:
        form.lock()
    return _page(request, row, form, may_edit=may_edit)


@require_POST
@require(Permission.EDIT_SCORECARDS)
def alert_rule_save(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """Write what was changed, or say beside each field what is wrong."""
    row, rule = _rule_or_404(key)
    form = AlertRuleForm(request.POST, row=row, rule=rule)
    if form.is_valid():
        version = form.cleaned_data["version"]
        try:
            update_rule(
                row, by=request.user, expected_version=version, **form.changes()
            )
        except StaleRule as stale:
            row = stale.current
            words = _("Somebody else changed this rule. Look at it, then save again.")
            form = AlertRuleForm(form.resent(row.version), row=row, rule=rule)
            form.add_error(None, words)
        except ValidationError as wrong:
            form.take_errors(wrong)
        else:
            toast(request, _("“%(name)s” is saved.") % {"name": row.name})
            return redirect("health:alert_rules")
    return _page(request, row, form, may_edit=True)


@require_POST
@require(Permission.EDIT_SCORECARDS)
def alert_rule_preview(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """For how many accounts the values that are being typed would hold today."""
    row, rule = _rule_or_404(key)
    form = AlertRuleForm(request.POST, row=row, rule=rule)
    preview = None
    if form.is_valid():
        segments = form.cleaned_data["segments"]
        preview = preview_rule(rule, form.settings(), segments)
    return render(request, "health/alert_rule_preview.html", {"preview": preview})


def _rule_or_404(key: str) -> tuple[AlertRule, Rule]:
    """The settings of a rule, and what it reads and says."""
    row, rule = get_object_or_404(AlertRule, key=key), find_rule(key)
    if rule is None:
        raise Http404
    return row, rule


def _page(
    request: AuthenticatedRequest, row: AlertRule, form: Any, *, may_edit: bool
) -> HttpResponse:
    context = {
        "rule": row,
        "words": words_of(row),
        "form": form,
        "values": [form[name] for name in _VALUES if name in form.fields],
        "may_edit": may_edit,
    }
    status = 422 if form.errors else 200
    return render(request, "health/alert_rule.html", context, status=status)
