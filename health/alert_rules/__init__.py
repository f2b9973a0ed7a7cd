"""Alert rules, each declared once: what it reads, when it holds, what it says.

No writing and no rows of ours: arrays in, arrays and sentences out. Adding a rule is
one declaration in ``of_scores`` or ``of_facts``, and its facts where it needs new ones.
"""

from health.alert_rules import of_facts, of_scores
from health.alert_rules.declaring import (
    BAND_RANK,
    Case,
    Flags,
    OpenAlerts,
    Picture,
    Rule,
    Settings,
    Verdict,
    ranks,
)
from health.alert_rules.of_scores import ENTERED_WORSE_BAND, FELL_IN_30_DAYS

RULES: tuple[Rule, ...] = (*of_scores.RULES, *of_facts.RULES)
_BY_KEY = {rule.key: rule for rule in RULES}


def find_rule(key: str) -> Rule | None:
    """The declaration of this key; None for a rule of an older or newer version."""
    return _BY_KEY.get(key)


__all__ = [
    "BAND_RANK",
    "ENTERED_WORSE_BAND",
    "FELL_IN_30_DAYS",
    "RULES",
    "Case",
    "Flags",
    "OpenAlerts",
    "Picture",
    "Rule",
    "Settings",
    "Verdict",
    "find_rule",
    "ranks",
]
