"""The organisation, its people, calendars and programs."""

from organisation.models.calendars import (
    CalendarDay,
    WorkingCalendar,
    WorkingCalendarVersion,
)
from organisation.models.fields import LowerEmailField, validate_timezone
from organisation.models.organisation import Organisation
from organisation.models.people import (
    Invitation,
    InvitationQuerySet,
    Team,
    User,
    UserManager,
)
from organisation.models.personal import Notification, SavedView, SavedViewQuerySet
from organisation.models.programs import ApiToken, ApiTokenQuerySet, IdempotencyKey

__all__ = [
    "ApiToken",
    "ApiTokenQuerySet",
    "CalendarDay",
    "IdempotencyKey",
    "Invitation",
    "InvitationQuerySet",
    "LowerEmailField",
    "Notification",
    "Organisation",
    "SavedView",
    "SavedViewQuerySet",
    "Team",
    "User",
    "UserManager",
    "WorkingCalendar",
    "WorkingCalendarVersion",
    "validate_timezone",
]
