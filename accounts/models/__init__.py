"""The rows of this room, one module per noun."""

from accounts.models.account import Account, AccountExternalId, AccountTerms
from accounts.models.configuration import CustomField, Plan, PlanFeature, Segment
from accounts.models.contact import Contact, ContactRole, Touchpoint

__all__ = [
    "Account",
    "AccountExternalId",
    "AccountTerms",
    "Contact",
    "ContactRole",
    "CustomField",
    "Plan",
    "PlanFeature",
    "Segment",
    "Touchpoint",
]
