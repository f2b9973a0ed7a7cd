"""What an alert rule is set to, as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from health.alert_rules import Rule, find_rule
from health.models import AlertRule


@dataclass(frozen=True)
class RuleWords:
    """When a rule opens and closes, and its window; "" where it has none."""

    help: str
    opens: str
    closes: str
    window: str

    @property
    def sentence(self) -> str:
        """Both in one line: "opens below 60, closes at 65 or more"."""
        return ", ".join(part for part in (self.opens, self.closes) if part)


def words_of(row: AlertRule) -> RuleWords:
    """What a rule says of itself; nothing for one that is not declared here."""
    rule = find_rule(row.key)
    if rule is None:
        return RuleWords("", "", "", "")
    return RuleWords(
        help=rule.help,
        opens=_opens(rule, row.enter_value),
        closes=_closes(rule, row),
        window=f"{rule.window_label}: {row.window_days}" if row.window_days else "",
    )


def _opens(rule: Rule, enter: float | None) -> str:
    if enter is None:
        return ""
    if rule.is_strict:
        words = _("opens above %(at)s") if _rises(rule) else _("opens below %(at)s")
    else:
        more, less = _("opens at %(at)s or more"), _("opens at %(at)s or less")
        words = more if _rises(rule) else less
    return words % {"at": rule.say(enter)}


def _closes(rule: Rule, row: AlertRule) -> str:
    if row.leave_value is None:
        return ""
    at = rule.say(row.leave_value)
    if row.enter_value is None:
        return f"{rule.leave_label}: {at}"
    if rule.is_strict:
        more, less = _("closes at %(at)s or more"), _("closes at %(at)s or less")
        words = less if _rises(rule) else more
    else:
        words = _("closes below %(at)s") if _rises(rule) else _("closes above %(at)s")
    return words % {"at": at}


def _rises(rule: Rule) -> bool:
    """Whether a higher value is the worse one."""
    return rule.worse == "higher"
