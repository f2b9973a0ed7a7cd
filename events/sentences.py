"""What happened, as a plain sentence: the words of the timeline for each event kind.

Kinds of every room stand here, by name only. A kind without words of its own is said
from its name (``plan_started`` → "Plan started: label").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Facts = Mapping[str, Any]
Words = Callable[[str, Facts], str]

#: Groups a timeline can be narrowed to; the kinds of a group begin with these words.
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "health": (gettext_lazy("Health"), ("alert_", "band_", "health_", "override_")),
    "tickets": (gettext_lazy("Tickets"), ("ticket_", "sla_", "csat_")),
    "surveys": (gettext_lazy("Surveys"), ("survey_",)),
    "tasks": (gettext_lazy("Tasks"), ("task_", "recommendation_")),
    "people": (gettext_lazy("People"), ("contact_",)),
    "revenue": (
        gettext_lazy("Revenue"),
        ("subscription_", "churn_", "payment_", "renewal_", "overdue_"),
    ),
    "account": (gettext_lazy("Account"), ("account_", "segment_", "touchpoint_")),
}

_ICONS = (
    ("alert_", "bell"),
    ("band_", "activity-heartbeat"),
    ("health_", "activity-heartbeat"),
    ("ticket_", "ticket"),
    ("task_", "list-check"),
    ("recommendation_", "bulb"),
    ("survey_", "message-star"),
    ("contact_left", "alert-triangle"),
    ("contact_", "user"),
    ("subscription_", "refresh"),
    ("churn_", "trending-down"),
    ("payment_", "clock"),
    ("overdue_", "clock"),
    ("account_merged", "git-merge"),
    ("account_archived", "archive"),
    ("account_created", "building"),
    ("account_tagged", "tag"),
    ("account_untagged", "tag"),
    ("account_owner", "user"),
    ("account_", "pencil"),
    ("segment_", "users"),
    ("touchpoint_", "phone"),
)

FIELD_WORDS = {
    "name": gettext_lazy("name"),
    "domain": gettext_lazy("domain"),
    "title": gettext_lazy("title"),
    "note": gettext_lazy("note"),
    "due_on": gettext_lazy("due"),
    "plan": gettext_lazy("plan"),
    "seats": gettext_lazy("seats"),
    "owner": gettext_lazy("owner"),
    "team": gettext_lazy("team"),
    "timezone": gettext_lazy("time zone"),
    "industry": gettext_lazy("industry"),
    "country": gettext_lazy("country"),
    "employees": gettext_lazy("employees"),
    "stage": gettext_lazy("stage"),
    "stage_since": gettext_lazy("stage since"),
    "parent": gettext_lazy("parent account"),
    "first_seen_on": gettext_lazy("customer since"),
    "mrr_amount": gettext_lazy("monthly amount"),
    "end_on": gettext_lazy("end"),
    "start_on": gettext_lazy("start"),
    "roles": gettext_lazy("roles"),
    "is_opted_out_email": gettext_lazy("opted out of e-mail"),
    "is_opted_out_surveys": gettext_lazy("opted out of surveys"),
    "left_on": gettext_lazy("left on"),
    "root_cause": gettext_lazy("root cause"),
    "resolution_note": gettext_lazy("how it was solved"),
    "requester_email": gettext_lazy("e-mail of the requester"),
    "requester_name": gettext_lazy("name of the requester"),
}
_MOST_CHANGES = 3
_SHOWN = 60


class FieldName(str):
    """The name of a field that was made here: said by its label, as that stands.

    It is no name of ours, however people call it.
    """

    label: str

    def __new__(cls, name: str, label: str) -> FieldName:
        field = super().__new__(cls, name)
        field.label = label
        return field


@dataclass(frozen=True)
class Sentence:
    """An event as it is read: an icon, what happened, and more where there is more."""

    icon: str
    text: str
    detail: str = ""


def sentence(kind: str, label: str, data: Facts) -> Sentence:
    """The sentence for one event. ``label`` is the name of what it is about."""
    words = _WORDS.get(kind)
    text = words(label, data) if words else _from_name(kind, label)
    return Sentence(_icon(kind), text, _detail(kind, data))


def kinds_in(group: str) -> tuple[str, ...]:
    """How the kinds of a group begin; nothing for a group nobody knows."""
    return GROUPS[group][1] if group in GROUPS else ()


def changes_in_words(data: Facts) -> str:
    """``{"plan": ["Basic", "Growth"]}`` → "plan: Basic → Growth", at most three."""
    pairs = [
        (name, value)
        for name, value in data.items()
        if isinstance(value, list) and len(value) == 2
    ]
    said = [
        f"{field_words(name)}: {_shown(before)} → {_shown(after)}"
        for name, (before, after) in pairs[:_MOST_CHANGES]
    ]
    if len(pairs) > _MOST_CHANGES:
        said.append(_("and %(n)s more") % {"n": len(pairs) - _MOST_CHANGES})
    return ", ".join(said)


def field_words(name: str) -> str:
    """How people call a field."""
    if isinstance(name, FieldName):
        return name.label
    return str(FIELD_WORDS.get(name, name.replace("_", " ")))


def _shown(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if value is True or value is False:
        return _("yes") if value else _("no")
    if isinstance(value, list):
        text = ", ".join(str(each).replace("_", " ") for each in value)
    elif isinstance(value, dict):
        text = ", ".join(f"{key} {_shown(each)}" for key, each in value.items())
    else:
        text = str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _icon(kind: str) -> str:
    return next((icon for start, icon in _ICONS if kind.startswith(start)), "history")


def _from_name(kind: str, label: str) -> str:
    words = kind.replace("_", " ").capitalize()
    return f"{words}: {label}" if label else words


def _detail(kind: str, data: Facts) -> str:
    if kind == "survey_answered":
        return str(data.get("comment") or "")
    if kind.startswith("ticket_"):
        subject = data.get("reason") or data.get("subject")
        return subject if isinstance(subject, str) else ""
    if kind == "churn_recorded":
        return ", ".join(str(each) for each in data.get("reasons") or [])
    if kind in ("alert_closed", "health_override_set"):
        return str(data.get("reason") or "")
    return ""


def _with_changes(head: str) -> Words:
    def words(label: str, data: Facts) -> str:
        said = changes_in_words(data)
        start = _(head) % {"label": label}
        return f"{start}: {said}" if said else start

    return words


def _plain(head: str) -> Words:
    return lambda label, data: _(head) % {"label": label}


def _owner(label: str, data: Facts) -> str:
    before, after = (data.get("owner") or ["", ""])[:2]
    if not after:
        return _("%(before)s no longer owns the account") % {"before": before or "–"}
    if not before:
        return _("%(after)s became the owner") % {"after": after}
    return _("Owner changed from %(before)s to %(after)s") % {
        "before": before,
        "after": after,
    }


def _segment(label: str, data: Facts) -> str:
    before, after = (data.get("segment") or ["", ""])[:2]
    return _("Moved from segment %(before)s to %(after)s") % {
        "before": before or "–",
        "after": after or "–",
    }


def _merged(label: str, data: Facts) -> str:
    name = (data.get("duplicate") or {}).get("name", "")
    return _("%(name)s was merged into %(label)s") % {"name": name, "label": label}


def _survey(label: str, data: Facts) -> str:
    score, who = data.get("score"), data.get("contact")
    text = label if score is None else f"{label}: {score}"
    return _("%(answer)s from %(who)s") % {"answer": text, "who": who} if who else text


def _ticket_opened(label: str, data: Facts) -> str:
    if data.get("priority"):
        return _("%(label)s opened, %(priority)s") % {
            "label": label,
            "priority": data["priority"],
        }
    return _("%(label)s opened") % {"label": label}


def _ticket_moved(label: str, data: Facts) -> str:
    _before, after = (data.get("status") or ["", ""])[:2]
    return _("%(label)s is now %(status)s") % {
        "label": label,
        "status": str(after).replace("_", " ") or "–",
    }


def _ticket_assigned(label: str, data: Facts) -> str:
    _before, after = (data.get("assignee") or ["", ""])[:2]
    if "assignee" not in data:
        _before, after = (data.get("team") or ["", ""])[:2]
    if not after:
        return _("%(label)s given back") % {"label": label}
    return _("%(label)s given to %(who)s") % {"label": label, "who": after}


def _with_fact(head: str, name: str) -> Words:
    def words(label: str, data: Facts) -> str:
        fact = data.get(name)
        shown = fact[-1] if isinstance(fact, list) and fact else fact
        return _(head) % {"label": label, "fact": shown if shown is not None else "–"}

    return words


def _tagged(label: str, data: Facts) -> str:
    return _("Tag “%(tag)s” added") % {"tag": data.get("tag", "")}


def _untagged(label: str, data: Facts) -> str:
    return _("Tag “%(tag)s” removed") % {"tag": data.get("tag", "")}


def _override(head: str) -> Words:
    def words(label: str, data: Facts) -> str:
        value = data.get("score") or data.get("band") or "–"
        return _(head) % {"value": value, "until": data.get("ends_on", "")}

    return words


def _alert_assigned(label: str, data: Facts) -> str:
    _before, after = (data.get("assignee") or ["", ""])[:2]
    if not after:
        return _("Alert given back: %(label)s") % {"label": label}
    return _("Alert given to %(who)s: %(label)s") % {"who": after, "label": label}


def _alert_snoozed(label: str, data: Facts) -> str:
    if not data.get("until"):
        return _("Alert snoozed until it gets worse: %(label)s") % {"label": label}
    return _("Alert snoozed until %(day)s: %(label)s") % {
        "day": data["until"],
        "label": label,
    }


def _alert_escalated(label: str, data: Facts) -> str:
    if not data.get("to"):
        return _("Alert escalated: %(label)s") % {"label": label}
    return _("Alert escalated to %(who)s: %(label)s") % {
        "who": data["to"],
        "label": label,
    }


_WORDS: dict[str, Words] = {
    "account_created": _plain("%(label)s became a customer here"),
    "account_updated": _with_changes("Account changed"),
    "account_archived": _plain("Account archived"),
    "account_restored": _plain("Account restored from the archive"),
    "account_owner_changed": _owner,
    "account_tagged": _tagged,
    "account_untagged": _untagged,
    "account_merged": _merged,
    "segment_changed": _segment,
    "health_override_set": _override("Health set by hand to %(value)s until %(until)s"),
    "health_override_lifted": _override("Health is no longer set by hand to %(value)s"),
    "health_override_ended": _override("Health set by hand to %(value)s has expired"),
    "contact_created": _plain("%(label)s was added"),
    "contact_updated": _with_changes("%(label)s changed"),
    "contact_left": _plain("%(label)s left the company"),
    "contact_archived": _plain("%(label)s was archived"),
    "contact_restored": _plain("%(label)s was restored from the archive"),
    "contact_merged": _merged,
    "touchpoint_deleted": _plain("A touchpoint was removed: %(label)s"),
    "ticket_opened": _ticket_opened,
    "ticket_created": _ticket_opened,
    "ticket_updated": _with_changes("%(label)s changed"),
    "ticket_resolved": _plain("%(label)s resolved"),
    "ticket_closed": _plain("%(label)s closed"),
    "ticket_reopened": _plain("%(label)s reopened"),
    "ticket_status_changed": _ticket_moved,
    "ticket_assigned": _ticket_assigned,
    "ticket_escalated": _with_fact("%(label)s escalated to level %(fact)s", "level"),
    "ticket_replied": _plain("%(label)s answered"),
    "ticket_note_added": _plain("Note on %(label)s"),
    "ticket_message_received": _plain("The customer wrote on %(label)s"),
    "ticket_merged": _with_fact("%(label)s merged into %(fact)s", "into"),
    "ticket_absorbed": _with_fact("%(fact)s merged into %(label)s", "source"),
    "ticket_split": _with_fact("%(fact)s split from %(label)s", "into"),
    "ticket_linked": _with_fact("%(label)s linked to %(fact)s", "other"),
    "ticket_unlinked": _with_fact("%(label)s no longer linked to %(fact)s", "other"),
    "ticket_snoozed": _plain("%(label)s snoozed"),
    "ticket_woken": _plain("%(label)s is back from snooze"),
    "ticket_marked_spam": _plain("%(label)s marked as spam"),
    "ticket_unmarked_spam": _plain("%(label)s is not spam after all"),
    "ticket_watched": _with_fact("%(fact)s watches %(label)s", "watcher"),
    "ticket_unwatched": _with_fact("%(fact)s watches %(label)s no longer", "watcher"),
    "sla_warning": _plain("%(label)s is close to a target"),
    "sla_breached": _plain("%(label)s missed a target"),
    "ticket_rated": _with_fact("%(label)s rated %(fact)s of 5", "score"),
    "ticket_paged": _with_fact("%(label)s paged on call: %(fact)s", "who"),
    "ticket_page_escalated": _with_fact(
        "%(label)s paged the second step too: %(fact)s", "who"
    ),
    "ticket_page_acknowledged": _plain("%(label)s acknowledged"),
    "ticket_page_ended": _plain("%(label)s no longer pages on call"),
    "ticket_change_undone": _plain("A change of %(label)s was undone"),
    "csat_requested": _plain("%(label)s may be rated by the customer"),
    "survey_answered": _survey,
    "survey_response_created": _survey,
    "subscription_created": _plain("Subscription %(label)s began"),
    "subscription_updated": _with_changes("Subscription %(label)s changed"),
    "subscription_changed": _with_changes("Subscription %(label)s changed"),
    "subscription_ended": _with_changes("Subscription %(label)s ends"),
    "churn_recorded": _plain("Churn recorded"),
    "task_created": _plain("Task added: %(label)s"),
    "task_updated": _with_changes("Task changed: %(label)s"),
    "task_completed": _plain("Task done: %(label)s"),
    "task_reopened": _plain("Task opened again: %(label)s"),
    "task_removed": _plain("Task removed: %(label)s"),
    "task_restored": _plain("Task brought back: %(label)s"),
    "alert_opened": _plain("%(label)s"),
    "alert_updated": _plain("%(label)s"),
    "alert_worsened": _plain("Got worse: %(label)s"),
    "alert_acknowledged": _plain("Alert acknowledged: %(label)s"),
    "alert_assigned": _alert_assigned,
    "alert_snoozed": _alert_snoozed,
    "alert_woken": _plain("Alert back from snooze: %(label)s"),
    "alert_escalated": _alert_escalated,
    "alert_closed": _plain("Alert closed: %(label)s"),
    "alert_rule_updated": _with_changes("Alert rule %(label)s changed"),
}
