"""What an alert rule is set to, as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formatting import number, percent
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
        closes=_closes(rule, row.leave_value),
        window=f"{rule.window_label}: {row.window_days}" if row.window_days else "",
    )


def _opens(rule: Rule, enter: float | None) -> str:
    if rule.key in _OWN_WORDS:
        return _OWN_WORDS[rule.key][0] % {"at": said_value(rule, enter)}
    if rule.is_strict:
        words = _("opens above %(at)s") if _rises(rule) else _("opens below %(at)s")
    else:
        more, less = _("opens at %(at)s or more"), _("opens at %(at)s or less")
        words = more if _rises(rule) else less
    return words % {"at": said_value(rule, enter)}


def _closes(rule: Rule, leave: float | None) -> str:
    at = {"at": said_value(rule, leave)}
    if rule.key in _OWN_WORDS:
        return _OWN_WORDS[rule.key][1] % at
    if rule.is_strict:
        more, less = _("closes at %(at)s or more"), _("closes at %(at)s or less")
        return (less if _rises(rule) else more) % at
    words = _("closes below %(at)s") if _rises(rule) else _("closes above %(at)s")
    return words % at


def _rises(rule: Rule) -> bool:
    """Whether a higher value is the worse one."""
    return rule.worse == "higher"


#: Rules whose values are not simply compared with what they read.
_OWN_WORDS = {
    "entered-worse-band": (
        gettext_lazy("opens when the band gets worse"),
        gettext_lazy("closes %(at)s above the old band's lower bound"),
    ),
    "fell-in-30-days": (
        gettext_lazy("opens at a change of %(at)s or worse"),
        gettext_lazy("closes at a change better than %(at)s"),
    ),
    "red-flag": (
        gettext_lazy("opens at the red flags of the scorecard"),
        gettext_lazy("closes when a value is back by %(at)s of its limit"),
    ),
}
_UNITS = {
    "points": (gettext_lazy("point"), gettext_lazy("points")),
    "days": (gettext_lazy("day"), gettext_lazy("days")),
    "people": (gettext_lazy("person"), gettext_lazy("people")),
    "tickets": (gettext_lazy("ticket"), gettext_lazy("tickets")),
    "of 10": (gettext_lazy("of 10"), gettext_lazy("of 10")),
}


def said_value(rule: Rule, value: float | None) -> str:
    """A value with its unit, without needless decimals: "14 days", "60 points"."""
    if value is None:
        return ""
    places = 0 if float(value).is_integer() else max(rule.places, 1)
    if rule.unit not in _UNITS:
        return percent(value, places)
    one, many = _UNITS[rule.unit]
    return f"{number(value, places)} {one if abs(value) == 1 else many}"
