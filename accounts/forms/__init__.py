"""Forms of accounts and contacts; they check shape, services check meaning."""

from accounts.forms.account import AccountForm
from accounts.forms.configuration import (
    CustomFieldForm,
    PlanForm,
    SegmentForm,
    SegmentRuleFormSet,
)
from accounts.forms.contact import ContactForm
from accounts.forms.merge import MergeForm
from accounts.forms.touchpoint import TouchpointForm

__all__ = [
    "AccountForm",
    "ContactForm",
    "CustomFieldForm",
    "MergeForm",
    "PlanForm",
    "SegmentForm",
    "SegmentRuleFormSet",
    "TouchpointForm",
]
