"""Fields and checks that several models of this room share."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def validate_timezone(value: str) -> None:
    """Refuse anything that is not an IANA zone name."""
    if value not in available_timezones():
        raise ValidationError(
            _("“%(zone)s” is not a time zone."), params={"zone": value}
        )


class LowerEmailField(models.EmailField):
    """An e-mail address as it is stored and compared: in lower case."""

    def get_prep_value(self, value: object) -> object:
        text = super().get_prep_value(value)
        return text.lower() if isinstance(text, str) else text
