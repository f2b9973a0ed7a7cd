"""What tickets are about, and which level of support looks at them first."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What a ticket is about; imported tickets may carry the words of their source."""

    ACCOUNT = "account", _("Account")
    BILLING = "billing", _("Billing")
    ACCESS = "access", _("Access")
    QUESTION = "question", _("Product question")
    TECHNICAL = "technical", _("Technical")
    PERFORMANCE = "performance", _("Performance")
    INTEGRATION = "integration", _("Integration")
    BUG = "bug", _("Bug")
    SECURITY = "security", _("Security")
    FEATURE_REQUEST = "feature_request", _("Feature request")
    OTHER = "other", _("Other")


_SECOND_LEVEL = frozenset({"technical", "performance", "integration", "bug"})


def first_level(category: str, priority: str) -> int:
    """The level a new ticket starts at: engineering for security and critical bugs,
    the second level for what is technical, else the first."""
    if category == "security" or (category == "bug" and priority == "critical"):
        return 4
    return 2 if category in _SECOND_LEVEL else 1
